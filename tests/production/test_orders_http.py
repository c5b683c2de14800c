"""Batch orders: planned by the recipe in force, released at once, or by their flow where the plant wants that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from approval_support import approval_of, sign, task
from plant import PlantUnderTest
from recipe_support import CODE, content, desk, imported, in_force, receive, stock, words

from server.core import rebuild
from server.core.errors import PestleError
from server.engines.flows import kinds
from server.engines.flows import queries as flows
from server.production import model, queries

pytestmark = pytest.mark.urs("PRD-04", "ENG-02")
LOTS = [{"material": "api-1", "lot": "A-5/2"}]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    imported(made)
    yield made
    made.close()


def plan(site: PlantUnderTest, batch: str = "B1", login: str = "zhang", **changes: Any) -> Any:
    body = {"batch": batch, "recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}}
    body |= {"lots": LOTS, "planned_start": "2026-12-01", "number_reason": "Series of before"} | changes
    return desk(site, login).post("/api/orders", json=body)


def by_flow(site: PlantUnderTest, on: bool = True) -> None:
    answer = desk(site, "li").post("/api/flows/batch-order-release/switch", json={"enabled": on, "reason": "SOP"})
    assert answer.status_code == 200, answer.text


def checked(site: PlantUnderTest, batch: str = "B1", **said: str) -> str:
    """zhao, chen and li look at materials, equipment and documents; the instance."""
    instance = approval_of(site.plant, model.ORDER_FLOW, f"order/{batch}")
    for node, person in (("material", "P-0005"), ("equipment", "P-0003"), ("documents", "P-0004")):
        complete(site, instance, f"check_{node}", person, said.get(node, "ready"))
    return instance


def complete(site: PlantUnderTest, instance: str, node: str, person: str, outcome: str, **more: Any) -> None:
    said = {"instance": instance, "task": task(site.plant, instance, node), "outcome": outcome, "values": []}
    said |= {"comment": None} | more
    site.state(kinds.COMPLETED, kinds.instance_stream(instance), said, actor=person)


def status(site: PlantUnderTest, batch: str = "B1") -> str | None:
    with site.reading() as connection:
        line = queries.batch_line(connection, batch)
    return None if line is None else line.status


def order(site: PlantUnderTest, batch: str = "B1") -> dict[str, Any]:
    found: dict[str, Any] = desk(site, "chen").get(f"/api/orders/{batch}").json
    return found


def test_without_its_flow_a_planned_order_is_released_at_once(site: PlantUnderTest) -> None:
    assert plan(site).status_code == 201
    assert status(site) is None
    assert (order(site)["state"], order(site)["instance"], order(site)["by_flow"]) == ("planned", None, False)
    again = plan(site)
    assert (again.status_code, again.json["code"]) == (409, "batch_known")
    answer = desk(site, "zhang").post("/api/orders/B1/release")
    assert answer.status_code == 200, answer.text
    assert (answer.json["state"], answer.json["decided_by"]["id"]) == ("released", "P-0001")
    assert status(site) == "ordered"
    [released] = site.payloads(model.ORDER)
    assert [one["id"] for one in released["phases"]] == ["10", "20", "30"]
    assert released["lots"] == LOTS
    for refused in (plan(site), desk(site, "zhang").post("/api/orders/B1/release")):
        assert refused.status_code == 409
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_with_its_flow_an_order_is_checked_by_three_and_released_by_who_signs(site: PlantUnderTest) -> None:
    by_flow(site)
    answer = plan(site)
    assert answer.status_code == 201, answer.text
    early = desk(site, "zhang").post("/api/orders/B1/release")
    assert (early.status_code, early.json["code"]) == (409, "order_in_flow")
    early = desk(site, "zhang").post("/api/orders/B1/withdraw", json={"reason": "no"})
    assert (early.status_code, early.json["code"]) == (409, "order_in_flow")
    instance = checked(site, material="not_ready")
    assert order(site)["instance"] == instance
    complete(site, instance, "resolve", "P-0001", "again", comment="the lot was released")
    checked(site)
    with pytest.raises(PestleError) as refused:
        sign(site.plant, instance, "release", "P-0001", "approve", "approved")
    assert refused.value.code == "flow_role_needed"
    sign(site.plant, instance, "release", "P-0003", "approve", "approved")
    assert status(site) == "ordered"
    assert (order(site)["state"], order(site)["decided_by"]["id"]) == ("released", "P-0003")
    assert site.entries(model.ORDER)[0].head.actor == "P-0003"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.parametrize("end", ["withdrawn", "rejected", "cancelled"])
def test_an_order_that_its_flow_gives_up_is_withdrawn_and_may_be_planned_anew(site: PlantUnderTest, end: str) -> None:
    by_flow(site)
    plan(site)
    if end == "withdrawn":
        instance = checked(site, documents="not_ready")
        complete(site, instance, "resolve", "P-0001", "withdraw", comment="next month")
    elif end == "rejected":
        instance = checked(site)
        sign(site.plant, instance, "release", "P-0003", "reject", "rejected", comment="next month")
    else:
        instance = approval_of(site.plant, model.ORDER_FLOW, "order/B1")
        desk(site, "li").post(f"/api/instances/{instance}/cancel", json={"reason": "next month"})
    assert status(site) is None
    found = order(site)
    assert (found["state"], found["reason"], found["instance"]) == ("withdrawn", "next month", instance)
    assert plan(site, size={"value": "1000000", "unit": "tablets"}).status_code == 201
    assert approval_of(site.plant, model.ORDER_FLOW, "order/B1") != instance
    sign(site.plant, checked(site), "release", "P-0003", "approve", "approved")
    assert status(site) == "ordered"
    assert site.payloads(model.ORDER)[0]["size"]["value"] == "1000000"


def test_where_the_flow_is_in_use_nobody_goes_around_it(site: PlantUnderTest) -> None:
    plan(site, "B1")
    by_flow(site)
    plan(site, "B2")
    for batch in ("B1", "B2"):
        refused = desk(site, "zhang").post(f"/api/orders/{batch}/release")
        assert (refused.status_code, refused.json["code"]) == (409, "order_in_flow")
    by_flow(site, False)
    # What its flow checks already, its flow decides.
    assert desk(site, "zhang").post("/api/orders/B2/release").json["code"] == "order_in_flow"
    assert desk(site, "zhang").post("/api/orders/B1/release").status_code == 200
    given = site.payloads(model.ORDER)[0]
    by_flow(site)
    for batch, actor in (("B3", "chen"), ("B3", "server"), ("B2", "chen")):
        with pytest.raises(PestleError) as stated:
            site.state(model.ORDER, model.batch_stream(batch), given | {"batch": batch}, actor=actor)
        assert stated.value.code == "order_in_flow"


def test_what_is_released_is_what_was_planned(site: PlantUnderTest) -> None:
    plan(site, "B1")
    plan(site, "B2")
    desk(site, "zhang").post("/api/orders/B1/release")
    given = site.payloads(model.ORDER)[0] | {"batch": "B2", "size": {"value": "1", "unit": "tablets"}}
    with pytest.raises(PestleError) as refused:
        site.state(model.ORDER, model.batch_stream("B2"), given, actor="chen")
    assert refused.value.code == "order_differs"


def test_a_release_that_comes_too_late_is_refused_whole_and_the_order_can_be_given_up(site: PlantUnderTest) -> None:
    by_flow(site)
    plan(site)
    instance = checked(site)
    in_force(site, 2)
    signed = len(site.entries(kinds.TASK_SIGNED))
    with pytest.raises(PestleError) as refused:
        sign(site.plant, instance, "release", "P-0003", "approve", "approved")
    assert refused.value.code == "recipe_not_effective"
    assert len(site.entries(kinds.TASK_SIGNED)) == signed
    assert (status(site), order(site)["state"]) == (None, "planned")
    sign(site.plant, instance, "release", "P-0003", "reject", "rejected", comment="version 2")
    assert order(site)["state"] == "withdrawn"


def test_a_plan_names_the_version_in_force_and_lots_of_its_materials(site: PlantUnderTest) -> None:
    assert plan(site, login="zhou").status_code == 403
    receive(site, "talc", "T-1")
    for changes, code in (
        ({"version": 2}, "recipe_unknown"),
        ({"lots": [{"material": "api-1", "lot": "A-5/9"}]}, "order_lots_wrong"),
        ({"lots": LOTS * 2}, "order_lots_wrong"),
        ({"lots": [{"material": "talc", "lot": "T-1"}]}, "order_lots_wrong"),
        ({"size": {"value": "0", "unit": "kg"}}, "order_size_wrong"),
        ({"size": {"value": "-5", "unit": "kg"}}, "order_size_wrong"),
    ):
        assert plan(site, **changes).json["code"] == code
    assert plan(site, "B1").status_code == 201
    in_force(site, 2)
    assert plan(site, "B2").json["code"] == "recipe_not_effective"
    late = desk(site, "zhang").post("/api/orders/B1/release")
    assert (late.status_code, late.json["code"]) == (409, "recipe_not_effective")
    gone = desk(site, "zhang").post("/api/orders/B1/withdraw", json={"reason": "version 2"})
    assert (gone.status_code, gone.json["state"]) == (200, "withdrawn")
    assert plan(site, "B1", version=2).status_code == 201
    # Not weighed by anybody, and still a material of the recipe.
    listed = [*content()["materials"], {"material": "talc", "name": words("Talc")}]
    in_force(site, 3, materials=listed)
    assert plan(site, "B2", version=3, lots=[{"material": "talc", "lot": "T-1"}]).status_code == 201
    shown = desk(site, "wang").get("/api/orders").json
    assert [(one["batch"], one["version"]) for one in shown["items"]] == [("B2", 3), ("B1", 2)]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('meaning="approved"', 'meaning="checked"', "approval_unsigned"),
        ('pestle:result="released"', 'pestle:result="fine"', "awaited_end_missing"),
    ],
)
def test_a_flow_that_could_never_release_an_order_is_not_published(
    site: PlantUnderTest, before: str, after: str, code: str
) -> None:
    xml = flows.delivered()[model.ORDER_FLOW].decode()
    assert before in xml
    for drawing, found in ((xml, []), (xml.replace(before, after), [code])):
        answer = desk(site, "zhou").post("/api/flows/check", json={"xml": drawing})
        assert [one["code"] for one in answer.json["findings"]] == found


def test_who_planned_an_order_does_not_release_it_whatever_the_plant_has_drawn(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = dict(flows.delivered())
    drawn[model.ORDER_FLOW] = drawn[model.ORDER_FLOW].replace(b' pestle:notBy="starter"', b"")
    monkeypatch.setattr(flows, "delivered", lambda: drawn)
    by_flow(site)
    assert plan(site, login="chen").status_code == 201
    instance = checked(site)
    with pytest.raises(PestleError) as refused:
        sign(site.plant, instance, "release", "P-0003", "approve", "approved")
    assert refused.value.code == "flow_not_by_same"
    assert (status(site), order(site)["state"]) == (None, "planned")
