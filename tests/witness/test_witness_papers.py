"""A witness finds what was typed in from paper and is not marked so, and the reverse, and what was kept quiet of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, cleared, marked, weighed
from paper_support import begun, issue, opened
from release_support import assess, finish, sign
from support import with_tables
from witness_support import Rig, Story, upgrade, witnessed

from server.core import clock
from server.release.model import RELEASED_KIND
from server.site.model import UPGRADED
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
WEIGHED = "production.material_weighed.v1"
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


def released(told: list[Seen], without: int) -> str | None:
    """As what a witness finds the release in a log that lacks an entry."""
    since = SinceRules()
    rules = PaperRules(lambda _, __: True, Lineage(), since)
    for seen in (one for n, one in enumerate(told) if n != without):
        try:
            rules.judge_release(seen)
        except SyncError as error:
            return error.code
        since.learn(seen)
        rules.learn(seen)
    return None


def test_a_release_over_a_copy_of_which_nobody_knows_or_that_is_still_typed_in_is_found(tmp_path: Path) -> None:
    site = Site(with_tables(f"sqlite:///{tmp_path}/pestle.db"), tmp_path)
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    site.order("B1")
    for copy in (1, 2):
        site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": copy, "reason": "torn"}, "P-5")
    begun = {"batch": "B1", "copy": 1, "done_by": "P-2", "comment": None, "photo": None, "phase": "10"}
    site.put("paper_begun", begun | {"done_from": "2026-11-22T09:40:00.000Z", "done_to": "2026-11-22T10:00:00.000Z"})
    site.put("phase_started", marked("B1", "10"))
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": None})
    said = {"batch": "B1", "copy": 2, "outcome": "unused", "reason": "never written on"}
    site.state("release.blank_accounted.v1", "batch/B1", said, "P-5")
    finish(site)
    for code in {code for code, _, state in site.items("B1") if state == "open"}:
        assess(site, code)
    sign(site, "released")
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in Story.of(site.plant).entries]
    site.plant.close()

    def at(kind: str) -> int:
        return [n for n, seen in enumerate(told) if seen.head.kind == kind][-1]

    assert told[at(RELEASED_KIND)].body is not None
    assert released(told, without=-1) is None
    for kind in ("release.blank_accounted.v1", "production.paper_ended.v1", "production.paper_begun.v1"):
        assert released(told, at(kind)) == "release_blocked", kind
    # A version that asked nobody for it is not accused.
    assert released(told[at(UPGRADED) + 1 :], at("release.blank_accounted.v1") - at(UPGRADED) - 1) is None


def test_a_reading_of_now_that_passes_for_work_on_paper_is_found(tmp_path: Path) -> None:
    for stated in (True, False):
        folder = tmp_path / str(stated)
        for site in opened(f"sqlite:///{folder}.db", folder):
            if stated:
                site.state(UPGRADED, "site", upgrade(UPGRADED))
            issue(site)
            site.put("paper_begun", begun("20"))
            given = weighed("B1", source="device", reading=site.read_weight())
            assert "paper_time_wrong" in site.put("material_weighed", given).flags
            told = Story.of(site.plant)
        index = len(told.entries) - 1 - [one.head.kind for one in reversed(told.entries)].index(WEIGHED)
        passed = told.first(index + 1).without_flag("paper_time_wrong").with_flag(index, "from_paper")
        silent = told.without_flag("paper_time_wrong")
        status, found = witnessed(folder / "passed", passed)
        if not stated:
            # A server of before took it so.
            assert status == 200, found
            continue
        assert witnessed(folder / "honest", told)[0] == 200
        assert found == ("flag_wrong", index)
        assert witnessed(folder / "silent", silent)[1] == ("flag_missing", index)


def test_where_a_key_of_somebody_was_erased_nobody_is_accused(tmp_path: Path, story: Story) -> None:
    """Whether it signed what a second person confirmed nobody can say."""
    for index in story.indices("identity.credential_set.v1"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
