"""Requisitions: raised by store or planning from the register, decided by a flow that others complete."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest

from server.core import numbering, rebuild
from server.identity.model import PERSON_ADDED
from server.materials.requisitions import model

pytestmark = pytest.mark.urs("MAT-03")
Json = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    for code, unit in (("api-1", "kg"), ("lac-1", "kg")):
        material = {"material": code, "name": {"zh": code, "en": code.upper()}, "type": "raw", "unit": unit}
        made.state("materials.material_defined.v1", f"material/{code}", material)
    for number, (login, role) in enumerate((("qian", "keeper"), ("sun", "planner"), ("wu", "supervisor")), 20):
        person = {"person": f"P-{number}", "login": login, "name": login, "name_en": None, "roles": [role]}
        made.state(PERSON_ADDED, f"person/P-{number}", person)
    yield made
    made.close()


class Desks:
    """People of this plant who are signed in: `plant.PEOPLE` knows nobody of store and planning."""

    def __init__(self, site: PlantUnderTest) -> None:
        from server.identity import accounts

        self.site, self.clients = site, {login: site.client(login) for login in ("chen", "li", "zhang")}
        for number, login in enumerate(("qian", "sun", "wu"), 20):
            accounts.set_password(site.plant, f"P-{number}", PASSWORD)
            client = site.client()
            assert client.post("/api/session", json={"login": login, "password": PASSWORD}).status_code == 200
            self.clients[login] = client

    def raise_(self, *lines: Json, login: str = "qian") -> Any:
        body = {"lines": list(lines) or [line()], "reason": "Stock ends"}
        return self.clients[login].post("/api/requisitions", json=body)

    def say(
        self, login: str, node: str, outcome: str, number: str = "", comment: str | None = None, **values: str
    ) -> Any:
        client = self.clients[login]
        shown = client.get(f"/api/requisitions/{number or self.number()}").json
        view = client.get(f"/api/instances/{shown['instance']}").json
        task = next(one for one in view["tasks"] if one["node"] == node)
        meaning = next(one["meaning"] for one in task["outcomes"] if one["code"] == outcome)
        given = [{"variable": name, "value": [value]} for name, value in values.items()]
        body = {"outcome": outcome, "values": given, "comment": comment, "meaning": meaning, "seen": view["seen"]}
        body |= {"login": login, "password": PASSWORD}
        return client.post(f"/api/instances/{shown['instance']}/tasks/{task['id']}/complete", json=body)

    def number(self) -> str:
        found: str = self.clients["li"].get("/api/requisitions").json["items"][0]["requisition"]
        return found

    def shown(self) -> Json:
        found: Json = self.clients["li"].get(f"/api/requisitions/{self.number()}").json
        return found


@pytest.fixture
def desks(site: PlantUnderTest) -> Desks:
    return Desks(site)


def line(material: str = "api-1", value: str = "25.000", unit: str = "kg") -> Json:
    return {"material": material, "quantity": {"value": value, "unit": unit}, "needed_by": "2027-01-31", "note": None}


def test_what_a_keeper_asks_for_is_approved_by_the_supervisor(site: PlantUnderTest, desks: Desks) -> None:
    raised = desks.raise_(line(), line("lac-1", "100"))
    assert raised.status_code == 201, raised.text
    assert (raised.json["state"], [one["material"] for one in raised.json["lines"]]) == ("open", ["api-1", "lac-1"])
    assert numbering.parse(model.PREFIX, raised.json["requisition"]) is not None
    view = desks.clients["chen"].get(f"/api/instances/{raised.json['instance']}").json
    assert [one["value"] for one in view["variables"] if one["name"] == "item"] == ["api-1 25.000 kg; lac-1 100 kg"]
    done = desks.say("chen", "approve", "approve", amount="12000", supplier_approved="true")
    assert done.status_code == 200, done.text
    shown = desks.shown()
    assert (shown["state"], shown["decided_by"]["id"]) == ("approved", "P-0003")
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_new_supplier_and_a_large_amount_ask_qa_and_planning_as_well(desks: Desks) -> None:
    desks.raise_()
    desks.say("chen", "approve", "approve", amount="50000", supplier_approved="false")
    assert desks.say("li", "quality_approve", "approve").status_code == 200
    assert desks.shown()["state"] == "open"
    assert desks.say("sun", "second_approve", "reject", comment="Enough in stock").status_code == 200
    shown = desks.shown()
    assert (shown["state"], shown["decided_reason"]) == ("rejected", "Enough in stock")


def test_who_asked_does_not_approve(desks: Desks) -> None:
    desks.raise_(login="sun")
    desks.say("chen", "approve", "approve", amount="60000", supplier_approved="true")
    refused = desks.say("sun", "second_approve", "approve")
    assert refused.json["code"] == "flow_not_by_same"
    assert desks.shown()["state"] == "open"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line("none")], "requisition_material_unknown"),
        ([line(), line(unit="g")], "requisition_quantity_wrong"),
        ([line(value="0.000")], "requisition_quantity_wrong"),
        ([line(value="-1")], "requisition_quantity_wrong"),
    ],
)
def test_only_what_the_register_knows_in_its_unit(
    site: PlantUnderTest, desks: Desks, lines: list[Json], code: str
) -> None:
    assert desks.raise_(*lines).json["code"] == code
    assert site.entries(model.RAISED) == []
    assert site.entries("flows.instance_started.v1") == []


def test_numbers_have_no_gap_and_the_list_is_searched(desks: Desks) -> None:
    first, second = (desks.raise_(line("lac-1")).json["requisition"], desks.raise_().json["requisition"])
    assert int(second[-4:]) == int(first[-4:]) + 1
    desks.say("chen", "approve", "reject", second, amount="1", supplier_approved="true")
    listed = desks.clients["qian"].get
    assert [one["requisition"] for one in listed("/api/requisitions").json["items"]] == [first, second]
    assert listed("/api/requisitions?q=lac").json["total"] == 1
    assert listed("/api/requisitions?state=rejected").json["items"][0]["requisition"] == second
    assert listed("/api/requisitions/REQ-2000-0001").json["code"] == "requisition_unknown"
    assert listed("/api/materials").json["items"][0] == {
        "code": "api-1",
        "name": {"zh": "api-1", "en": "API-1"},
        "unit": "kg",
    }


def test_who_may_not_asks_for_nothing_and_nobody_starts_its_flow_by_hand(desks: Desks) -> None:
    assert desks.raise_(login="zhang").status_code == 403
    by_hand = desks.clients["sun"].post(
        "/api/flows/purchase-requisition/instances", json={"subject": "requisition/REQ-2026-0001", "values": []}
    )
    assert by_hand.json["code"] == "flow_started_by_product"


@pytest.mark.parametrize(
    ("number", "last", "right"),
    [("REQ-2026-0002", 1, True), ("REQ-2026-0003", 1, False), ("REQ-2025-0002", 1, False), ("REQ-2026-2", 1, False)],
)
def test_the_next_number_is_one_of_the_year_of_its_day(number: str, last: int, right: bool) -> None:
    assert numbering.is_next("REQ", number, "2026-11-26T08:00:00.000Z", last) is right
    assert numbering.is_next("REQ", "REQ-2027-0001", "2026-12-31T20:00:00.000Z", 0)
