"""A witness finds what was typed in from paper and is not marked so, and the reverse, and what was kept quiet of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from batch_support import Site, cleared, marked, weighed
from witness_support import Rig, Story

from server.core import clock

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
FLAGS = (
    "blank_unknown",
    "blank_used",
    "paper_time_wrong",
    "paper_person_unknown",
    "paper_unchecked",
    "paper_not_begun",
)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Typed in rightly, and each thing that can be wrong with that."""
    folder = tmp_path_factory.mktemp("papers")
    clock.use(lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    site.order("B1")
    site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    site.now_ms += 3_600_000
    given: dict[str, Any] = {"batch": "B1", "copy": 1, "done_by": "P-2", "comment": None, "photo": None}
    times = {"done_from": "2026-11-22T09:40:00.000Z", "done_to": "2026-11-22T10:00:00.000Z"}
    begun = given | times | {"phase": "10"}
    site.put("paper_begun", begun)
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": "P-2"}, cosigner="P-2")
    site.put("phase_started", marked("B1", "20"))
    site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    site.put("paper_begun", begun)
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": None})
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": "P-2"}, cosigner="P-2")
    site.put("paper_begun", begun | {"copy": 2, "done_by": "P-404", "done_to": "2026-11-22T09:20:00.000Z"})
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_is_right(rig: Rig, story: Story) -> None:
    assert {flag for entry in story.entries for flag in entry.stamp.flags} >= {*FLAGS, "from_paper"}
    assert rig.show(story) == 200


@pytest.mark.parametrize("flag", [*FLAGS, "from_paper"])
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    assert rig.show(story.without_flag(flag)) != 200
    assert rig.found == ("flag_missing", story.flagged(flag))


def test_work_of_today_is_not_made_work_on_paper(rig: Rig, story: Story) -> None:
    started = story.indices("production.phase_started.v1")[0]
    assert rig.show(story.with_flag(started, "from_paper")) != 200
    assert rig.found == ("flag_wrong", started)


def test_a_copy_that_was_typed_in_from_is_not_accounted_for_as_unused(rig: Rig, story: Story) -> None:
    given = {"batch": "B1", "copy": 1, "outcome": "unused", "reason": "x"}
    told = story.stated("release.blank_accounted.v1", "batch/B1", given, "P-5")
    assert rig.show(told) != 200
    assert rig.found == ("item_closed", len(told.entries) - 1)


@pytest.mark.parametrize("flag", ["from_paper", "blank_used"])
def test_once_it_is_erased_what_was_typed_in_nothing_is_judged_of_its_batch(rig: Rig, story: Story, flag: str) -> None:
    begun = story.indices("production.paper_begun.v1")[0]
    rig.show(story.without_payload(begun).without_flag(flag))
    assert rig.found is None or "flag" not in rig.found[0]
