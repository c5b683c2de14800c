"""A witness finds what a server leaves out or makes up about how the phases of a batch went (PRD-05, PRD-06)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from batch_support import Site
from course_support import Branches
from recipe_support import step
from witness_support import Rig, Story, spared

from server.core import clock
from server.production.course import pieces
from server.production.course.rules import EARLY, FLAGS, LEFT, NOT_STARTED

pytestmark = pytest.mark.urs("PLT-18", "PRD-05", "PRD-06")
EVERY = tuple(one for one in (*FLAGS, "phase_order", pieces.MISSING) if one != EARLY)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    clean = Branches(site)
    clean.register("PR-1", "press", None)
    clean.register("PR-2", "press", "2026-11-21")
    clean.identify("20", "PR-1")
    clean.do("10", "20", "30", "40")
    made = Branches(site, "B2")
    told = [made.start("20").flags, made.skip("10").flags, made.hold("20").flags, made.end("20").flags]
    made.resume("20")
    told += [made.end("20").flags, made.abort("30").flags]
    made.wait(20)
    told.append(made.start("40").flags)
    told.append(made.identify("20", "PR-2").flags)
    told.append(Branches(site, "B3").end("10").flags)
    named = Branches(site, "B4", [step("20", "instruction", equipment="PR-1", candidates=["PR-1"])])
    assert named.identify("20", "PR-1").flags == ()
    told.append(made.start("30").flags)
    assert set(EVERY) | {pieces.UNFIT, pieces.OVERDUE} == {flag for flags in told for flag in flags}
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.indices("production.phase_completed.v1")[0]
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("flag", [pieces.UNFIT, pieces.OVERDUE])
def test_equipment_that_must_not_be_used_is_not_kept_quiet_about(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.urs("CMP-05")
@pytest.mark.parametrize("flag", [NOT_STARTED, LEFT, pieces.MISSING])
def test_a_version_that_did_not_ask_whether_a_phase_was_begun_or_left_is_not_accused(
    rig: Rig, story: Story, flag: str
) -> None:
    spared(rig, story, flag)
