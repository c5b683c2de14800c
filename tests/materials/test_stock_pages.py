"""Stock at the desk: what there is, one container with its history, and what is done with it told before it is done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from batch_support import lot_facts, weighed
from flask.testing import FlaskClient
from stock_support import LABELS, Store

from server.alerts import sweeps
from server.app import create_app
from server.core import clock
from server.identity import accounts
from server.materials import queries as materials

pytestmark = pytest.mark.urs("MAT-06")
PASSWORD = "correct horse battery"
FIRST, SECOND, THIRD = LABELS


class Desk:
    def __init__(self, site: Store) -> None:
        self.site = site
        self._app = create_app(site.plant)
        self._clients: dict[str, FlaskClient] = {}

    def client(self, person: str = "P-8") -> FlaskClient:
        if person not in self._clients:
            client = self._app.test_client()
            client.environ_base["HTTP_ORIGIN"] = "http://localhost"
            accounts.set_password(self.site.plant, person, PASSWORD)
            login = {"login": self.site.PEOPLE[person][0], "password": PASSWORD}
            assert client.post("/api/session", json=login).status_code == 200
            self._clients[person] = client
        return self._clients[person]

    def get(self, path: str) -> Any:
        answer = self.client().get(f"/api/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Any, person: str = "P-8") -> Any:
        answer = self.client(person).post(f"/api/{path}", json=body)
        return answer.json if answer.status_code == 201 else answer.json["code"]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    site = Store(database_url, tmp_path)
    site.place("A-01")
    yield Desk(site)
    site.plant.close()


def test_materials_are_shown_with_what_may_be_used_of_them(desk: Desk) -> None:
    site = desk.site
    site.bring("WAITS", "W-1", status=None, expiry="2099-02-28")
    site.bring("BAD", "R-1", "R-2", status="rejected", expiry="2099-01-31")
    site.bring("EARLY", "E-1", expiry="2028-01-31")
    site.order("B1")
    site.allocate("B1", FIRST)
    site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    [item] = desk.get("stock")["items"]
    assert item == {
        "material": "api-1",
        "name": {"zh": "API", "en": "API"},
        "unit": "kg",
        "released": "75.00",
        "allocated": "12.360",
        "quarantine": "25.00",
        "unusable": "50.00",
        "containers": 7,
        "use_until": "2028-01-31",
    }
    assert desk.get("stock?words=API")["total"] == 1
    assert desk.get("stock?words=none") == {"total": 0, "items": []}
    page = desk.get("stock/api-1")
    assert [one["container"] for one in page["items"]][:2] == ["E-1", FIRST]
    assert [(one["lot"], one["status"], one["held"], one["containers"]) for one in page["lots"]] == [
        ("EARLY", "released", "25.00", 1),
        ("A-5/2", "released", "62.360", 3),
        ("BAD", "rejected", "50.00", 2),
        ("WAITS", "quarantine", "25.00", 1),
    ]
    assert [one["container"] for one in desk.get("stock/api-1?words=bad")["items"]] == ["R-1", "R-2"]
    assert desk.client().get("/api/stock/none").status_code == 404


def test_a_container_is_shown_with_everything_that_was_done_with_it(desk: Desk) -> None:
    assert desk.post(f"containers/{FIRST}/move", {"from": None, "to": "A-01", "reason": None})["location"] == "A-01"
    into = [{"container": "S-1", "quantity": {"value": "5.00", "unit": "kg"}}]
    shown = desk.post(f"containers/{FIRST}/split", {"into": into, "reason": "small batch"})
    assert (shown["held"]["value"], shown["place"]["warehouse"]) == ("20.00", "w1")
    assert desk.post(f"containers/{SECOND}/merge", {"from": ["S-1"], "reason": None})["held"]["value"] == "30.00"
    second = {"quantity": {"value": "1.00", "unit": "kg"}, "reason": "spilt", "second": None}
    assert desk.post(f"containers/{FIRST}/scrap", second)["held"]["value"] == "19.00"
    desk.post(f"containers/{FIRST}/restrict", {"reason": "seal"}, "P-5")
    shown = desk.get(f"containers/{FIRST}")
    assert (shown["status"], shown["restricted"]) == ("restricted", "seal")
    told = [(one["kind"].split(".")[1], one["amount"] and one["amount"]["value"]) for one in shown["history"]]
    assert told == [
        ("container_restricted", None),
        ("container_scrapped", "-1.00"),
        ("container_split", "-5.00"),
        ("container_moved", None),
        ("containers_received", "25.00"),
    ]
    assert shown["history"][1]["said"] == {"reason": "spilt"}
    assert shown["history"][3]["by"]["name"] == "姓名P-8"
    assert [one["kind"].split(".")[1] for one in desk.get("containers/S-1")["history"]] == [
        "containers_merged",
        "container_split",
    ]
    assert desk.post(f"containers/{FIRST}/free", {"reason": "seal renewed"}, "P-5")["restricted"] is None
    assert desk.client().get("/api/containers/scribble").json["code"] == "container_unknown"


def test_what_is_wrong_is_told_before_it_is_done(desk: Desk) -> None:
    desk.site.bring("OTHER", "O-1")
    desk.site.place("C-01", storage="cold")
    desk.site.do("container_moved", container=FIRST, to="A-01")
    into = [{"container": SECOND, "quantity": {"value": "5.00", "unit": "kg"}}]
    assert desk.post(f"containers/{FIRST}/split", {"into": into, "reason": "r"}) == "stock_stopped"
    assert desk.post(f"containers/{FIRST}/merge", {"from": ["O-1"], "reason": "r"}) == "stock_stopped"
    assert desk.post(f"containers/{FIRST}/move", {"from": None, "to": "NO", "reason": "r"}) == "stock_stopped"
    elsewhere = {"from": "C-01", "to": "A-01"}
    assert desk.post(f"containers/{FIRST}/move", {**elsewhere, "reason": None}) == "stock_unexplained"
    assert desk.post(f"containers/{FIRST}/move", {**elsewhere, "reason": "found there"})["location"] == "A-01"
    assert desk.site.held(FIRST) == "25.00"
    assert desk.post(f"containers/{FIRST}/move", elsewhere | {"reason": None}, "P-7") == "not_permitted"


@pytest.mark.urs("MAT-09")
def test_the_second_person_at_a_destruction_proves_who_it_is(desk: Desk) -> None:
    desk.site.bring("BAD", "R-1", status="rejected")
    given: dict[str, Any] = {"quantity": {"value": "25.00", "unit": "kg"}, "reason": "burnt"}
    assert desk.post("containers/R-1/scrap", {**given, "second": None}) == "stock_second_missing"
    desk.client("P-5"), desk.client("P-1")
    wrong = {"login": "zhao", "password": "nothing of the kind"}
    assert desk.post("containers/R-1/scrap", {**given, "second": wrong}) == "login_wrong"
    no_keeper = {"login": "wang", "password": PASSWORD}
    assert desk.post("containers/R-1/scrap", {**given, "second": no_keeper}) == "stock_second_missing"
    right = {"login": "Zhao", "password": PASSWORD}
    shown = desk.post("containers/R-1/scrap", {**given, "second": right})
    assert (shown["gone"], shown["history"][0]["said"]["witness"]) == ("scrapped", "P-5")


def test_locations_are_defined_and_given_up(desk: Desk) -> None:
    given = {"location": "B-01", "name": {"zh": "乙", "en": "B"}, "warehouse": "w1", "kind": "storage"}
    given |= {"storage": "cool", "active": True}
    assert [one["location"] for one in desk.post("locations", given)["items"]] == ["A-01", "B-01"]
    desk.post(f"containers/{FIRST}/move", {"from": None, "to": "B-01", "reason": None})
    assert desk.post("locations", given | {"active": False}) == "location_occupied"
    assert desk.post("locations", given, "P-7") == "not_permitted"


@pytest.mark.urs("MAT-07")
def test_people_are_told_as_many_days_ahead_as_the_plant_says(desk: Desk) -> None:
    site = desk.site
    site.bring("SOON", "S-1", "S-2", expiry="2026-12-20")
    site.bring("EMPTY", "M-1", expiry="2026-12-20")
    assert site.scrap("M-1", "25.00") is None
    site.plant.recorder.state(*lot_facts("UNLABELLED", "released", "2026-12-21"))
    now = datetime.fromisoformat("2026-11-26T08:00:00+00:00")

    def told(at: datetime) -> list[str]:
        with site.plant.engine.connect() as connection:
            return [one.details["lot"] for one in sweeps.SWEEPS["stock_expiring"](connection, site.plant, at)]

    assert told(now) == ["SOON", "UNLABELLED"]
    with site.plant.engine.connect() as connection:
        at_home = materials.lots_expiring(connection, "2026-11-26", "2026-12-31", 10)
    assert [one.lot for one in at_home] == ["SOON", "UNLABELLED"]
    assert told(now - timedelta(days=60)) == []
    assert desk.get("stock/rule") == {"expiry_days": 60, "retest_days": 30}
    desk.post("stock/rule", {"expiry_days": 10, "retest_days": 30, "reason": "enough"})
    assert told(now) == []
    assert told(now + timedelta(days=30)) == ["SOON", "UNLABELLED"]
    clock.use_system()
    assert site.rebuilds()
