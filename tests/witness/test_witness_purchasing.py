"""A witness finds a server that changes an order after it was signed, or has it approved by who placed it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from plant import PlantUnderTest
from purchasing_support import Buying, line
from witness_support import Rig, Story

from server.materials.purchasing import model

pytestmark = pytest.mark.urs("PLT-18", "MAT-03")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first order is approved, the second waits."""
    folder = tmp_path_factory.mktemp("purchasing")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    buying = Buying(site)
    buying.ordered(line())
    assert buying.place(line("lac-1")).status_code == 201
    yield Story.of(site.plant)
    site.close()


def stated(story: Story, kind: str, payload: Mapping[str, Any], actor: str) -> Story:
    stream = model.stream(payload["order"])
    return story.then(story.pen("server", story.signer).write(kind, stream, dict(payload), actor=actor))


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
    [approved] = story.payloads(model.APPROVED_KIND)
    waiting = story.payloads(model.PLACED)[1]
    payload = {**approved, "order": waiting["order"], "sha256": waiting["sha256"], **change}
    assert rig.show(stated(story, model.APPROVED_KIND, payload, actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_an_order_that_is_not_what_was_signed_is_found(rig: Rig, story: Story) -> None:
    waiting = story.payloads(model.PLACED)[1]
    number = f"{waiting['order'][:-1]}{int(waiting['order'][-1]) + 1}"
    assert rig.show(stated(story, model.PLACED, {**waiting, "order": number}, "P-0021")) == 422
    assert rig.found == ("purchase_stale", len(story.entries))
