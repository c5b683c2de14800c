"""A witness finds a server that changes an order after it was signed, or has it approved by who placed it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from plant import PlantUnderTest
from purchasing_support import SUPPLIER, Buying, line
from witness_support import Rig, Story

from server.materials.purchasing import model
from server.materials.receiving import model as receiving
from server.materials.requisitions import model as requisitions

pytestmark = pytest.mark.urs("PLT-18", "MAT-03")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first order is approved and has come in two parts, the second waits and goods for it come in the hand, the
    third takes up all of a requisition; a line of it was closed short."""
    folder = tmp_path_factory.mktemp("purchasing")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    buying = Buying(site)
    first = buying.ordered(line(value="25"))
    assert buying.place(line("lac-1")).status_code == 201
    waiting = site.payloads(model.PLACED)[1]["order"]
    for number, order, material, kilograms, flags in (
        ("A-1", first, "api-1", "10", ()),
        ("A-2", first, "api-1", "16", (receiving.OVER,)),
        ("A-3", first, "api-1", "1", (receiving.ORDER_CLOSED,)),
        ("L-1", waiting, "lac-1", "25", (receiving.ORDER_UNDECIDED,)),
        ("L-2", "PO-2026-0999", "lac-1", "25", (receiving.ORDER_UNKNOWN,)),
    ):
        told = site.state(receiving.LOT_RECEIVED, f"lot/{material}/{number}", lot(material, number, order, kilograms))
        assert told.flags == flags, number
    asked = buying.requisition(("api-1", "50"))
    third = buying.ordered(line(value="50", requisition=asked))
    close = {"reason": "No more comes"}
    assert buying.clients["sun"].post(f"/api/purchasing/{third}/lines/1/close", json=close).status_code == 201
    assert buying.place(line(value="50", requisition=asked)).status_code == 201
    yield Story.of(site.plant)
    site.close()


def stated(story: Story, kind: str, payload: Mapping[str, Any], actor: str) -> Story:
    return stated_of(story, kind, model.stream(payload["order"]), payload, actor)


def stated_of(story: Story, kind: str, stream: str, payload: Mapping[str, Any], actor: str) -> Story:
    return story.then(story.pen("server", story.signer).write(kind, stream, dict(payload), actor=actor))


def lot(material: str, number: str, order: str, kilograms: str) -> dict[str, Any]:
    names = ("manufacturer", "supplier_name", "supplier_lot", "made", "expiry", "retest", "delivery_note", "comment")
    said = {"material": material, "lot": number, "order": order, "line": 1, "supplier": SUPPLIER, "containers": 1}
    return {**dict.fromkeys((*names, "damage")), **said, "quantity": {"value": kilograms, "unit": "kg"}}


def test_orders_that_flows_approved_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({}, "P-0021", "purchase_own"),
        ({"sha256": "0" * 64}, "P-0003", "purchase_decided"),
        ({"order": "PO-2026-9999"}, "P-0003", "purchase_decided"),
        # The flow that is named has decided on the first order.
        ({}, "P-0003", "flow_approval_missing"),
    ],
)
def test_an_approval_that_cannot_be_is_found(
    rig: Rig, story: Story, change: dict[str, Any], actor: str, code: str
) -> None:
    approved = story.payloads(model.APPROVED_KIND)[0]
    waiting = story.payloads(model.PLACED)[1]
    payload = {**approved, "order": waiting["order"], "sha256": waiting["sha256"], **change}
    assert rig.show(stated(story, model.APPROVED_KIND, payload, actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_an_order_that_is_not_what_was_signed_is_found(rig: Rig, story: Story) -> None:
    waiting = story.payloads(model.PLACED)[1]
    assert rig.show(stated(story, model.PLACED, {**waiting, "order": next_number(story)}, "P-0021")) == 422
    assert rig.found == ("purchase_stale", len(story.entries))


def next_number(story: Story, further: int = 1) -> str:
    last = story.payloads(model.PLACED)[-1]["order"]
    return f"{last[:-4]}{int(last[-4:]) + further:04d}"


@pytest.mark.parametrize(
    ("change", "of_line", "further", "code"),
    [
        ({}, {}, 2, "purchase_stale"),
        ({"supplier": "S-NO"}, {}, 1, "supplier_unknown"),
        ({}, {"line": 2}, 1, "purchase_stale"),
        ({}, {"material": "nothing"}, 1, "material_not_known"),
        ({}, {"material": "nag-1"}, 1, "purchase_supplier_not_approved"),
        ({}, {"quantity": {"value": "1", "unit": "g"}}, 1, "purchase_quantity_wrong"),
        ({}, {"quantity": {"value": "0", "unit": "kg"}}, 1, "purchase_quantity_wrong"),
        # All that was asked for has been ordered, or was never approved.
        ({}, {"requisition": "REQ-2026-0001"}, 1, "purchase_not_wanted"),
        ({}, {"requisition": "REQ-2026-0002"}, 1, "purchase_not_wanted"),
    ],
)
def test_an_order_that_the_door_would_not_place_is_found(
    rig: Rig, story: Story, change: dict[str, Any], of_line: dict[str, Any], further: int, code: str
) -> None:
    last = story.payloads(model.PLACED)[-1]
    if "requisition" in of_line:
        of_line = {"requisition": of_line["requisition"].replace("2026", last["order"][3:7])}
    made = {
        **last,
        "order": next_number(story, further),
        "lines": [{**last["lines"][0], "requisition": None, **of_line}],
    }
    made |= change
    made["sha256"] = model.digest(made)
    assert rig.show(stated(story, model.PLACED, made, "P-0021")) == 422
    assert rig.found == (code, len(story.entries))


def test_a_line_is_closed_only_while_something_of_it_is_open(rig: Rig, story: Story) -> None:
    first, waiting, third, _ = story.payloads(model.PLACED)
    for order, at in ((first, 1), (first, 2), (waiting, 1), (third, 1)):
        payload = {"order": order["order"], "line": at, "reason": "x"}
        assert rig.show(stated(story, model.LINE_CLOSED, payload, "P-0021")) == 422
        assert rig.found == ("purchase_line_not_open", len(story.entries))


@pytest.mark.parametrize(
    "flag", [receiving.OVER, receiving.ORDER_CLOSED, receiving.ORDER_UNDECIDED, receiving.ORDER_UNKNOWN]
)
def test_what_is_wrong_with_the_order_of_a_delivery_is_not_left_out(rig: Rig, story: Story, flag: str) -> None:
    at = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", at)


def test_an_order_that_waited_was_once_said_to_be_none(rig: Rig, story: Story) -> None:
    """Logs from before there was a flag for it."""
    before = story.first(story.flagged(receiving.ORDER_UNDECIDED) + 1)
    older = before.restamp(len(before.entries) - 1, lambda stamp: replace(stamp, flags=(receiving.ORDER_UNKNOWN,)))
    assert rig.show(older) == 200, rig.why


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"requisition": "REQ-0000-0009"}, "requisition_number_wrong"),
        ({"lines": [{"material": "nothing"}]}, "requisition_material_unknown"),
        ({"lines": [{"quantity": {"value": "1", "unit": "L"}}]}, "requisition_quantity_wrong"),
    ],
)
def test_a_requisition_that_the_door_would_not_take_is_found(
    rig: Rig, story: Story, change: dict[str, Any], code: str
) -> None:
    [raised] = story.payloads(requisitions.RAISED)
    number = f"{raised['requisition'][:-1]}2"
    lines = [{**raised["lines"][0], **one} for one in change.get("lines", [{}])]
    made = {**raised, "requisition": number, **change, "lines": lines}
    told = stated_of(story, requisitions.RAISED, requisitions.stream(made["requisition"]), made, "P-0020")
    assert rig.show(told) == 422
    assert rig.found == (code, len(story.entries))
