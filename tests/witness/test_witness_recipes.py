"""A witness finds a server that puts a recipe in force which nobody else approved, or orders what no flow released."""

from collections.abc import Iterator
from typing import Any

import pytest
from approval_support import approval_of, sign, task
from plant import PlantUnderTest
from recipe_support import CODE, content, in_force, stock, submit
from witness_support import Rig, Story

from server.engines.flows import kinds
from server.production import model as production
from server.recipes import model

pytestmark = pytest.mark.urs("PLT-18", "PRD-03")
STREAM = model.recipe_stream(CODE)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Version 1 is in force and version 2 waits. B1 was released without a flow, B2 by one; B3 waits in one."""
    folder = tmp_path_factory.mktemp("recipes")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    stock(site)
    in_force(site)
    planner = site.client("zhang")
    body: dict[str, Any] = {"planned_start": "2026-12-01", "number_reason": "Trial"}
    body |= {"recipe": CODE, "version": 1, "size": {"value": "5", "unit": "tablets"}, "lots": []}
    for batch in ("B1", "B2", "B3"):
        made = planner.post("/api/orders", json=body | {"batch": batch})
        assert made.status_code == 201, made.text
        if batch == "B1":
            assert planner.post("/api/orders/B1/release").status_code == 200
            site.client("li").post("/api/flows/batch-order-release/switch", json={"enabled": True, "reason": "SOP"})
    instance = approval_of(site.plant, production.ORDER_FLOW, "order/B2")
    for node, person in (("material", "P-0005"), ("equipment", "P-0003"), ("documents", "P-0004")):
        said: dict[str, Any] = {
            "instance": instance,
            "task": task(site.plant, instance, f"check_{node}"),
            "outcome": "ready",
        }
        said |= {"values": [], "comment": None}
        site.state(kinds.COMPLETED, kinds.instance_stream(instance), said, actor=person)
    sign(site.plant, instance, "release", "P-0003", "approve", "approved")
    submit(site, content(2))
    yield Story.of(site.plant)
    site.close()


def test_recipes_and_orders_are_cosigned(rig: Rig, story: Story) -> None:
    assert [one["batch"] for one in story.payloads(production.ORDER)] == ["B1", "B2"]
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("actor", ["P-0004", "P-0006"])
def test_a_version_that_no_flow_approved_is_found(rig: Rig, story: Story, actor: str) -> None:
    [approved] = story.payloads(model.APPROVED)
    given = approved | {"version": 2, "sha256": model.recipe_hash(content(2))}
    assert rig.show(story.stated(model.APPROVED, STREAM, given, actor)) == 422
    assert rig.found == ("flow_approval_missing", len(story.entries))


def test_an_approval_of_other_bytes_or_a_second_one_is_found(rig: Rig, story: Story) -> None:
    [approved] = story.payloads(model.APPROVED)
    for change in ({}, {"sha256": "0" * 64}):
        assert rig.show(story.stated(model.APPROVED, STREAM, approved | change, "P-0004")) == 422
        assert rig.found == ("flow_approval_missing", len(story.entries))


def test_people_approve_without_a_flow_no_longer(rig: Rig, story: Story) -> None:
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-26T08:00:00.000Z"}]
    for given, actor, code in (
        (content(recipe="MR-X"), "P-0004", "kind_superseded"),
        (content(1), "server", "recipe_version_exists"),
    ):
        stream = model.recipe_stream(given["recipe"])
        later = story.stated(model.APPROVED_V1, stream, given | {"signatures": signatures}, actor)
        assert rig.show(later) == 422
        assert rig.found == (code, len(story.entries))
    imported = content(recipe="MR-X") | {"signatures": signatures}
    later = story.stated(model.APPROVED_V1, model.recipe_stream("MR-X"), imported, "server")
    assert rig.show(later) == 200, rig.why


@pytest.mark.parametrize(("number", "code"), [(3, "recipe_waiting"), (2, "recipe_waiting")])
def test_a_second_submission_is_found(rig: Rig, story: Story, number: int, code: str) -> None:
    submitted = story.payloads(model.VERSION_SUBMITTED)[-1] | {"version": number}
    assert rig.show(story.stated(model.VERSION_SUBMITTED, STREAM, submitted, "P-0006")) == 422
    assert rig.found == (code, len(story.entries))


def test_a_submission_under_the_digest_of_something_else_is_found(rig: Rig, story: Story) -> None:
    submitted = story.payloads(model.VERSION_SUBMITTED)[-1] | {"recipe": "MR-X", "version": 1}
    later = story.stated(model.VERSION_SUBMITTED, model.recipe_stream("MR-X"), submitted, "P-0006")
    assert rig.show(later) == 422
    assert rig.found == ("recipe_version_wrong", len(story.entries))


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({"batch": "B3"}, "P-0003", "order_in_flow"),
        ({"batch": "B4"}, "P-0003", "order_in_flow"),
        ({"batch": "B4"}, "server", "order_in_flow"),
        ({"batch": "B3", "size": {"value": "6", "unit": "tablets"}}, "P-0003", "order_differs"),
        ({"batch": "B4", "version": 2}, "P-0003", "recipe_unknown"),
        ({"batch": "B4", "recipe_hash": "0" * 64}, "P-0003", "recipe_unknown"),
    ],
)
def test_an_order_that_cannot_be_is_found(
    rig: Rig, story: Story, change: dict[str, Any], actor: str, code: str
) -> None:
    given = story.payloads(production.ORDER)[-1] | change
    later = story.stated(production.ORDER, production.batch_stream(given["batch"]), given, actor)
    assert rig.show(later) == 422
    assert rig.found == (code, len(story.entries))


@pytest.mark.parametrize(("actor", "status"), [("P-0003", 200), ("P-0001", 422)])
def test_an_order_that_its_planner_released_in_its_flow_is_found(
    rig: Rig, story: Story, actor: str, status: int
) -> None:
    """Whatever the plant has drawn: who planned does not sign the release of it."""
    number = next(one["instance"] for one in story.payloads(kinds.STARTED) if one["subject"] == "order/B3")
    signed = [one for one in story.payloads(kinds.TASK_SIGNED) if one["outcome"] == "approve"][-1]
    stream = kinds.instance_stream(number)
    newest = max(index for index, one in enumerate(story.entries) if one.envelope.head.stream == stream)
    signed |= {"instance": number, "signer": {**signed["signer"], "id": actor}, "seen": newest}
    ended = story.payloads(kinds.ENDED)[-1] | {"instance": number, "subject": "order/B3", "result": "released"}
    ended |= {"flow": production.ORDER_FLOW}
    longer = story.stated(kinds.TASK_SIGNED, stream, signed, actor)
    longer = longer.stated(kinds.ENDED, stream, ended, "server")
    given = story.payloads(production.ORDER)[-1] | {"batch": "B3"}
    assert rig.show(longer.stated(production.ORDER, "batch/B3", given, actor)) == status, rig.why
    assert status == 200 or rig.found == ("flow_not_by_same", len(longer.entries))


def test_without_the_flow_in_use_an_order_needs_none(rig: Rig, story: Story) -> None:
    said = {"flow": production.ORDER_FLOW, "reason": "SOP"}
    longer = story.stated(kinds.DISABLED, kinds.flow_stream(production.ORDER_FLOW), said, "P-0004")
    given = story.payloads(production.ORDER)[-1] | {"batch": "B4"}
    assert rig.show(longer.stated(production.ORDER, "batch/B4", given, "P-0003")) == 200, rig.why
