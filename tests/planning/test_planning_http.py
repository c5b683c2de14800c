"""Planning at a site: a demand is exploded over the recipe in force and netted with stock, and says why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from recipe_support import CODE, master, stock
from witness_support import Story, witnessed

from server.core import clock, rebuild
from server.planning import model
from server.production.model import ORDER_PLANNED, order_stream
from server.recipes.model import MASTER_APPROVED, recipe_hash, recipe_stream

pytestmark = pytest.mark.urs("PRD-01")
Json = dict[str, Any]
FAR = "2097-06-10"
TYPED: Json = {"lots": [], "number_reason": "Old series"}
IMPORT: Json = master() | {
    "signatures": [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
}
PARAMETERS: Json = {
    "item": "api-1",
    "unit": "kg",
    "lead_days": 10,
    "policy": "minimum",
    "size": None,
    "minimum": "50",
    "multiple": "25",
    "period_days": None,
    "safety": "5.000",
    "yield_percent": "100",
    "step": "0.001",
    "shelf_days": None,
    "reason": None,
}


def demand(name: str = "D-1", value: str = "5000000", **changes: Any) -> Json:
    asked = {"demand": name, "item": "AMT-5", "quantity": {"value": value, "unit": "tablets"}, "due": FAR}
    return asked | {"source": "Forecast", "reason": None} | changes


def made(url: str, folder: Path) -> PlantUnderTest:
    site = PlantUnderTest(url, folder)
    stock(site)
    site.state(MASTER_APPROVED, recipe_stream(CODE), IMPORT)
    return site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    here = made(database_url, tmp_path)
    yield here
    here.close()


def post(site: PlantUnderTest, where: str, body: Json, login: str = "zhang") -> Any:
    return site.client(login).post(f"/api/planning/{where}", json=body)


def look(site: PlantUnderTest, item: str) -> Json:
    found: Json = site.client("zhang").get(f"/api/planning/items/{item}").json
    return found


def test_a_demand_is_exploded_and_every_number_says_why(site: PlantUnderTest) -> None:
    assert post(site, "parameters", PARAMETERS).status_code == 201
    assert post(site, "demands", demand()).status_code == 201
    shown = look(site, "AMT-5")
    assert [(one["quantity"], one["cause"], one["about"]) for one in shown["requirements"]] == [
        ("5000000", "demand", "D-1")
    ]
    [batches] = shown["proposals"]
    assert (batches["ordered"], batches["net"], batches["made"]) == ("5000000", "5000000", True)
    below = look(site, "api-1")
    [asked] = below["requirements"]
    assert (asked["quantity"], asked["origins"], asked["parent"]) == (
        "25.28",
        ["D-1"],
        {"item": "AMT-5", "ordered": "5000000"},
    )
    [bought] = below["proposals"]
    assert (bought["ordered"], bought["net"], bought["safety"], bought["extra"]) == ("50", "25.28", "5", "19.72")
    assert (below["short"], below["short_from"]) == ("0", None)
    overview = site.client("zhang").get("/api/planning").json
    assert [(one["item"], one["level"]) for one in overview["items"]] == [("AMT-5", 0), ("api-1", 1)]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_what_cannot_come_in_time_is_short_and_stands_first(site: PlantUnderTest) -> None:
    today = clock.now_text()[:10]
    post(site, "parameters", PARAMETERS)
    post(site, "demands", demand(due=today))
    overview = site.client("zhang").get("/api/planning").json
    assert {one["item"]: one["short"] for one in overview["items"]} == {"AMT-5": "0", "api-1": "25.28"}
    assert overview["items"][0]["item"] == "api-1"


def test_what_was_asked_to_be_bought_is_not_proposed_again(site: PlantUnderTest) -> None:
    post(site, "parameters", PARAMETERS)
    post(site, "demands", demand())
    line = {"material": "api-1", "quantity": {"value": "50", "unit": "kg"}, "needed_by": "2097-01-01", "note": None}
    asked = site.client("zhang").post("/api/requisitions", json={"lines": [line], "reason": "Plan"})
    assert asked.status_code == 201, asked.text
    shown = look(site, "api-1")
    assert shown["proposals"] == []
    assert [(one["kind"], one["quantity"]) for one in shown["requirements"][0]["covered"]] == [("requisition", "25.28")]


def test_a_demand_of_nothing_is_wanted_no_more_and_a_planned_batch_takes_its_place(site: PlantUnderTest) -> None:
    post(site, "demands", demand())
    order = {"batch": "B-1", "recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}}
    planned = site.client("zhang").post("/api/orders", json=order | TYPED | {"planned_start": "2097-06-01"})
    assert planned.status_code == 201, planned.text
    shown = look(site, "AMT-5")
    assert [one["supply"] for one in shown["requirements"][0]["covered"]] == ["B-1", "P1"]
    assert {one["about"] for one in look(site, "api-1")["requirements"]} == {"B-1", "P1"}
    [bill] = site.client("zhang").get("/api/planning/orders/B-1").json["items"]
    assert (bill["item"], bill["needed"], bill["stock"], bill["proposed"]) == ("api-1", "12.64", "0", "12.64")
    post(site, "demands", demand(value="0"))
    assert site.client("zhang").get("/api/planning/demands").json["items"] == []
    assert [one["about"] for one in look(site, "api-1")["requirements"]] == ["B-1"]


@pytest.mark.urs("PRD-14")
def test_rework_needs_what_its_own_recipe_says_and_not_the_whole_bill_again(site: PlantUnderTest) -> None:
    order = {"batch": "B-1", "recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}}
    planned = site.client("zhang").post("/api/orders", json=order | TYPED | {"planned_start": "2097-06-01"})
    assert planned.status_code == 201, planned.text
    assert site.client("zhang").post("/api/orders/B-1/release").status_code == 200
    assert [(one["about"], one["quantity"]) for one in look(site, "api-1")["requirements"]] == [("B-1", "12.64")]
    [line, *_] = [one for one in IMPORT["materials"] if one["material"] == "api-1"]
    little = line | {"quantity": {"value": "0.500", "unit": "kg"}, "low": None, "high": None}
    again = IMPORT | {"recipe": "MR-ZRW", "materials": [little]}
    site.state(MASTER_APPROVED, recipe_stream("MR-ZRW"), again)
    into = site.client("li").get("/api/batches/B-1/descent").json["next"]
    body = {"into": into, "way": "same", "stage": "30", "reason": "Too hard", "risk": "RA-26-014", "lots": []}
    body |= {"recipe": "MR-ZRW", "version": 1, "login": "li", "password": PASSWORD}
    made = site.client("li").post("/api/batches/B-1/rework", json=body)
    assert made.status_code == 201, made.text
    assert [(one["about"], one["quantity"]) for one in look(site, "api-1")["requirements"]] == [(into, "0.5")]


@pytest.mark.parametrize(
    ("where", "body", "code"),
    [
        ("demands", demand("D-9", item="none"), "planning_item_unknown"),
        ("demands", demand(quantity={"value": "1", "unit": "kg"}), "planning_unit_wrong"),
        ("demands", demand(item="api-1", quantity={"value": "1", "unit": "kg"}), "planning_item_changed"),
        ("parameters", PARAMETERS | {"minimum": None}, "planning_numbers_wrong"),
        ("parameters", PARAMETERS | {"yield_percent": "0"}, "planning_numbers_wrong"),
        ("parameters", PARAMETERS | {"unit": "L"}, "planning_unit_wrong"),
        ("calendars", {"calendar": "site", "weekdays": [], "closed": [], "reason": None}, "planning_no_working_day"),
    ],
)
def test_what_does_not_fit_is_refused(site: PlantUnderTest, where: str, body: Json, code: str) -> None:
    post(site, "demands", demand())
    assert post(site, where, body).json["code"] == code
    assert post(site, where, body, login="li").status_code == 403


def test_nothing_is_planned_for_the_ends_of_the_calendar(site: PlantUnderTest) -> None:
    order = {"batch": "B-1", "recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}, "lots": []}
    start = {"line": "L-1", "start": "9999-12-31T00:00:00.000Z"}
    client = site.client("zhang")
    for refused in (
        client.post("/api/orders", json=order | TYPED | {"planned_start": "9999-12-31"}),
        post(site, "demands", demand(due="0001-01-01")),
        post(site, "schedule", {"batch": "B-1", "end": None, "reason": None, **start}),
        client.get("/api/planning/schedule/B-1/proposal", query_string=start),
        client.get("/api/planning/schedule", query_string={"since": "0001-01-01T00:00:00.000Z", "hours": 24}),
    ):
        assert (refused.status_code, refused.json["code"]) == (422, "request_malformed")


@pytest.mark.parametrize("start", ["9999-12-31", "0001-01-01"])
def test_an_order_of_before_that_was_planned_for_then_is_still_shown(site: PlantUnderTest, start: str) -> None:
    parameters = PARAMETERS | {"item": "AMT-5", "unit": "tablets", "shelf_days": 1000, "step": "1"}
    assert post(site, "parameters", parameters).status_code == 201
    order = {"batch": "B-1", "recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}, "lots": []}
    order |= {"recipe_hash": recipe_hash(IMPORT), "planned_start": start}
    site.state(ORDER_PLANNED, order_stream("B-1"), order, actor="zhang")
    assert site.client("zhang").get("/api/planning").status_code == 200
    assert "B-1" in {one["about"] for one in look(site, "api-1")["requirements"]}
    now = {"since": clock.now_text(), "hours": 24}
    assert site.client("zhang").get("/api/planning/schedule", query_string=now).status_code == 200


def test_lead_times_follow_the_calendar_of_the_site(site: PlantUnderTest) -> None:
    post(site, "parameters", PARAMETERS)
    post(site, "demands", demand())
    assert look(site, "api-1")["proposals"][0]["release"] == "2097-05-31"
    calendar = {"calendar": "site", "weekdays": [0, 1, 2, 3, 4], "closed": ["2097-06-07"], "reason": None}
    assert post(site, "calendars", calendar).status_code == 201
    assert look(site, "api-1")["proposals"][0]["release"] == "2097-05-24"


@pytest.mark.urs("PLT-18")
def test_a_witness_asks_every_rule_again(tmp_path: Path) -> None:
    site = made(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    post(site, "demands", demand())
    post(site, "parameters", PARAMETERS)
    story = Story.of(site.plant)
    site.close()
    calendar = {"calendar": "site", "weekdays": [], "closed": [], "reason": None}
    wrong = [
        (model.DEMAND, model.demand_stream("D-2"), demand("D-2", item="none"), "planning_item_unknown"),
        (model.DEMAND, model.demand_stream("D-2"), demand("D-2", quantity=_kg()), "planning_unit_wrong"),
        (model.DEMAND, model.demand_stream("D-1"), demand(item="api-1", quantity=_kg()), "planning_item_changed"),
        (model.PARAMETERS, "planning/item/api-1", PARAMETERS | {"step": "0"}, "planning_numbers_wrong"),
        (model.CALENDAR, "planning/calendar/site", calendar, "planning_no_working_day"),
    ]
    for number, (kind, stream, payload, code) in enumerate(wrong):
        said = story.stated(kind, stream, payload, "P-0001")
        assert witnessed(tmp_path / f"witness-{number}", said) == (422, (code, len(story.entries)))
    right = story.stated(model.DEMAND, model.demand_stream("D-2"), demand("D-2"), "P-0001")
    assert witnessed(tmp_path / "witness", right) == (200, None)


def _kg() -> Json:
    return {"value": "1", "unit": "kg"}
