"""The containers of a lot over HTTP: received by who may, each label once, and shown with what became of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, weighed
from flask.testing import FlaskClient

from server.app import create_app
from server.core.kinds import Fact
from server.identity import accounts
from sync.log import reading

PASSWORD = "correct horse battery"
PATH = "/api/lots/api-1/A-5/2/containers"


class Store:
    """The site behind HTTP; a keeper besides the people that it has."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._app = create_app(site.plant)
        self._clients: dict[str, FlaskClient] = {}
        keeper = {"person": "P-8", "login": "huang", "name": "黄磊", "name_en": "Huang Lei", "roles": ["keeper"]}
        site.plant.recorder.state(Fact("identity.person_added.v1", "person/P-8", keeper))

    def client(self, person: str) -> FlaskClient:
        """Signed in once: nobody takes a password that they had before."""
        if person not in self._clients:
            self._clients[person] = self._signed_in(person)
        return self._clients[person]

    def _signed_in(self, person: str) -> FlaskClient:
        client = self._app.test_client()
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        accounts.set_password(self.site.plant, person, PASSWORD)
        login = {"login": "huang" if person == "P-8" else self.site.PEOPLE[person][0], "password": PASSWORD}
        assert client.post("/api/session", json=login).status_code == 200
        return client


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(Site(database_url, tmp_path))
    yield made
    made.site.plant.close()


def lines(*labels: str, value: str = "20.000", unit: str = "kg") -> dict[str, Any]:
    return {"containers": [{"container": label, "quantity": {"value": value, "unit": unit}} for label in labels]}


@pytest.mark.urs("MAT-04", "MAT-06")
def test_a_keeper_receives_containers_and_the_log_says_who(store: Store) -> None:
    keeper = store.client("P-8")
    labels = [f"A-5/2-{number:03d}" for number in range(1, 151)]
    answer = keeper.post(PATH, json=lines(*labels))
    assert answer.status_code == 201, answer.text
    shown = answer.json
    assert shown == keeper.get(PATH).json
    assert (shown["unit"], shown["announced"], shown["quantity"]) == ("kg", 12, {"value": "240.000", "unit": "kg"})
    assert [one["container"] for one in shown["items"]] == labels
    first = {"quantity": {"value": "20.000", "unit": "kg"}, "taken": {"value": "0", "unit": "kg"}, "status": "released"}
    first["held"] = {"value": "20.000", "unit": "kg"}
    assert shown["items"][0] == {
        "container": labels[0],
        "material": "api-1",
        "lot": "A-5/2",
        "allocated": None,
        "used": [],
        "exceptions": [],
        **first,
    }
    with store.site.plant.engine.connect() as connection:
        told = reading.of_kind(connection, "materials.containers_received.v2")
    assert [(one.head.actor, len(one.envelope.body["containers"]), one.stamp.flags) for one in told] == [
        ("P-8", 100, ()),
        ("P-8", 50, ()),
    ]


@pytest.mark.urs("MAT-04")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (lines("C-1", "C-1"), "container_known"),
        (lines("OLD"), "container_known"),
        (lines("C-1", unit="L"), "container_unit_wrong"),
        (lines("C-1", value="0.000"), "request_malformed"),
        (lines("C-1", value="-1"), "request_malformed"),
        (lines("C-1", value="1,5"), "request_malformed"),
        (lines(" C-1"), "request_malformed"),
        (lines(), "request_malformed"),
    ],
)
def test_what_cannot_be_received_so_is_refused_whole(store: Store, given: dict[str, Any], code: str) -> None:
    keeper = store.client("P-8")
    assert keeper.post(PATH, json=lines("OLD")).status_code == 201
    answer = keeper.post(
        PATH, json={"containers": [*lines("NEW")["containers"], *given["containers"]]} if given["containers"] else given
    )
    assert answer.json["code"] == code
    assert [one["container"] for one in keeper.get(PATH).json["items"]] == ["OLD"]


@pytest.mark.urs("MAT-04", "IDN-01")
def test_who_may_not_receive_is_refused_and_registers_nothing_in_any_way(store: Store) -> None:
    for person in ("P-1", "P-5", "P-9"):
        answer = store.client(person).post(PATH, json=lines("C-1"))
        assert (answer.status_code, answer.json["code"]) == (403, "not_permitted")
    assert store.client("P-3").post(PATH, json=lines("C-2")).status_code == 201
    assert store.client("P-8").post("/api/lots/api-1/NO-LOT/containers", json=lines("C-3")).status_code == 404
    payload = {"material": "api-1", "lot": "A-5/2", **lines("C-4")}
    told = store.site.state("materials.containers_received.v1", "lot/api-1/A-5/2", payload, actor="P-1")
    assert told.flags == ("person_not_permitted",)
    assert [one["container"] for one in store.client("P-8").get(PATH).json["items"]] == ["C-2"]


@pytest.mark.urs("MAT-06", "PLT-16")
def test_a_container_is_shown_with_its_batch_what_was_taken_and_what_was_wrong(store: Store) -> None:
    site, keeper = store.site, store.client("P-8")
    assert keeper.post(PATH, json=lines("C-1", "C-2")).status_code == 201
    site.order("B1")
    given = {"batch": "B1", "containers": [{"container": "C-1", "reason": None}]}
    site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")
    site.put("material_weighed", weighed("B1", "12.640", container="C-1"))
    site.put("material_weighed", weighed("B1", "8.000", container="C-1", phase="21"))
    site.put("material_weighed", weighed("B1", container="C-2", phase="22"))
    site.put("material_weighed", weighed("B1", container=None, phase="23"))
    shown = keeper.get(PATH).json
    first, second = shown["items"]
    assert (first["allocated"], first["used"], first["taken"]) == ("B1", ["B1"], {"value": "20.640", "unit": "kg"})
    assert [(one["batch"], one["code"], one["severity"]) for one in first["exceptions"]] == [
        ("B1", "container_used_up", "minor")
    ]
    assert [one["code"] for one in second["exceptions"]] == ["container_not_allocated"]
    assert [(one["code"], one["container"], one["state"]) for one in shown["missing"]] == [
        ("container_missing", None, "open")
    ]
