"""A witness finds copies of an empty record that were not issued one after the other, or of what is sealed."""

from collections.abc import Iterator
from typing import Any

import pytest
from batch_support import Site
from release_support import sign
from witness_support import Rig, Story

from server.release.paper.model import ACCOUNTED, ISSUED, PRINTED

pytestmark = pytest.mark.urs("PLT-18", "PRD-12")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One copy of each of two batches, one of which is rejected afterwards."""
    folder = tmp_path_factory.mktemp("blanks")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    for batch in ("B1", "B2"):
        site.order(batch)
        site.state(ISSUED, f"batch/{batch}", {"batch": batch, "copy": 1, "reason": None}, "P-5")
    site.work("B1")
    site.hand_back("B1")
    sign(site, "rejected", reason="broken")
    yield Story.of(site.plant)
    site.plant.close()


def issued(story: Story, batch: str, copy: int, reason: str | None) -> Story:
    given: dict[str, Any] = {"batch": batch, "copy": copy, "reason": reason}
    writer = story.pen("server", story.signer)
    return story.then(writer.write(ISSUED, f"batch/{batch}", given, actor="P-5"))


def test_what_the_door_took_is_right(rig: Rig, story: Story) -> None:
    assert rig.show(issued(story, "B2", 2, "torn")) == 200


@pytest.mark.parametrize(
    ("batch", "copy", "reason", "code"),
    [
        ("B2", 3, "torn", "blank_out_of_order"),
        ("B2", 1, "torn", "blank_out_of_order"),
        ("B2", 2, None, "blank_reason_missing"),
        ("B1", 2, "torn", "batch_closed"),
    ],
)
def test_what_the_door_refuses_is_found(
    rig: Rig, story: Story, batch: str, copy: int, reason: str | None, code: str
) -> None:
    told = issued(story, batch, copy, reason)
    assert rig.show(told) != 200
    assert rig.found == (code, len(told.entries) - 1)


def print_out(story: Story, batch: str, copy: int = 1, reason: str | None = None) -> Story:
    return story.stated(
        PRINTED, f"batch/{batch}", {"batch": batch, "copy": copy, "lang": "zh", "reason": reason}, "P-5"
    )


def test_prints_of_a_copy_are_right_with_a_reason(rig: Rig, story: Story) -> None:
    once = print_out(story, "B2")
    assert rig.show(print_out(once, "B2", reason="jammed")) == 200


def test_of_what_was_erased_nobody_knows_whether_it_was_the_first_print(rig: Rig, story: Story) -> None:
    told = print_out(print_out(story, "B2"), "B2")
    first = len(told.entries) - 2
    rig.show(told.without_payload(first))
    assert rig.found == ("payload_missing", first)


@pytest.mark.parametrize(
    ("batch", "copy", "code"),
    [("B2", 1, "blank_reason_missing"), ("B2", 2, "not_found"), ("B1", 1, "batch_closed")],
)
def test_a_print_that_the_door_refuses_is_found(rig: Rig, story: Story, batch: str, copy: int, code: str) -> None:
    told = print_out(print_out(story, "B2"), batch, copy)
    assert rig.show(told) != 200
    assert rig.found == (code, len(told.entries) - 1)


def test_no_print_of_what_is_accounted_for(rig: Rig, story: Story) -> None:
    given = {"batch": "B2", "copy": 1, "outcome": "unused", "reason": "never written on"}
    told = print_out(story.stated(ACCOUNTED, "batch/B2", given, "P-5"), "B2")
    assert rig.show(told) != 200
    assert rig.found == ("item_closed", len(told.entries) - 1)
