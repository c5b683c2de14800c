"""The wall of a line: which batches are at work, against their plan, and what needs somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from handheld_support import Site
from hypothesis import given
from hypothesis import strategies as st

from server.core.kinds import Fact
from server.production import model
from server.production.course import pace
from server.production.course.rules import Mark

pytestmark = pytest.mark.urs("PRD-05", "HMI-04")
BATCH = "B-1"
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
PHASES = [
    {"id": "10", "after": [], "minutes": 30},
    {"id": "20", "after": ["10"], "minutes": None},
    {"id": "30", "after": ["10"], "minutes": 90},
    {"id": "40", "after": ["20", "30"], "minutes": 10},
]
_KINDS = (model.STARTED, model.COMPLETED, model.ABORTED, model.SKIPPED, model.HELD, model.RESUMED)


QUIET = timedelta(hours=4)


def mark(kind: str, phase: str, minute: int) -> Mark:
    return Mark(kind, phase, (START + timedelta(minutes=minute)).isoformat())


def test_branches_that_go_side_by_side_are_both_at_work_and_what_waits_for_both_is_not_next() -> None:
    marks = [mark(model.STARTED, "10", 0)]
    assert [one.phase["id"] for one in pace.at_work(PHASES, marks)] == ["10"]
    assert pace.may_begin(PHASES, marks) == []
    marks += [mark(model.COMPLETED, "10", 20), mark(model.STARTED, "30", 25)]
    assert [one["id"] for one in pace.may_begin(PHASES, marks)] == ["20"]
    marks += [mark(model.SKIPPED, "20", 30), mark(model.HELD, "30", 40)]
    [working] = pace.at_work(PHASES, marks)
    assert (working.phase["id"], working.since, working.held) == ("30", START + timedelta(minutes=25), True)
    assert pace.may_begin(PHASES, marks) == []
    # What comes late does not undo what was said after it.
    marks += [mark(model.RESUMED, "30", 35)]
    assert pace.at_work(PHASES, marks)[0].held
    marks += [mark(model.ABORTED, "30", 50)]
    assert [one["id"] for one in pace.may_begin(PHASES, marks)] == ["40"]


def test_a_batch_is_too_quiet_once_the_longest_phase_at_work_should_be_over() -> None:
    working = pace.at_work(PHASES, [mark(model.STARTED, "10", 0), mark(model.STARTED, "30", 0)])
    assert not pace.stands_still(START + timedelta(minutes=90), START, working, QUIET)
    assert pace.stands_still(START + timedelta(minutes=91), START, working, QUIET)
    assert not pace.stands_still(START + QUIET, START, [], QUIET)
    assert pace.stands_still(START + QUIET + timedelta(seconds=1), START, [], QUIET)


@given(
    st.lists(st.builds(mark, st.sampled_from(_KINDS), st.sampled_from(["10", "20", "30", "40"]), st.integers(0, 99)))
)
def test_no_phase_is_at_work_and_next_at_once_and_none_is_next_before_its_predecessors_ended(marks: list[Mark]) -> None:
    working = {one.phase["id"] for one in pace.at_work(PHASES, marks)}
    ended = {one.phase for one in marks if one.kind in model.ENDS}
    for phase in pace.may_begin(PHASES, marks):
        assert phase["id"] not in working | ended
        assert ended.issuperset(phase["after"])


def wall(site: Site, place: str = "all", login: str = "supervisor") -> dict[str, Any]:
    status, answer, _ = site.request("GET", f"/api/wall/{place}", cookie=site.sign_in(login))
    assert status == 200, answer
    return dict(answer)


def test_the_wall_tells_what_is_at_work_and_which_tablet_is_away_with_it(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    assert wall(site)["batches"] == []
    tablet.connect()
    tablet.wait_for_document(BATCH)
    phase = site.phases[0]["id"] if hasattr(site, "phases") else "10"
    payload = {"batch": BATCH, "phase": phase}
    begun = tablet.write(BATCH, model.STARTED, payload, actor="P-1", lease=tablet.leases[BATCH], subject=phase)
    tablet.deliver(BATCH, begun)
    site.wait(lambda: wall(site)["batches"] != [])
    [shown] = wall(site)["batches"]
    assert (shown["number"], [one["id"] for one in shown["now"]], shown["still"]) == (BATCH, [phase], False)
    assert wall(site)["away"] == []
    tablet.drop()
    site.wait(lambda: wall(site)["away"] != [])
    assert [(one["id"], one["batches"]) for one in wall(site)["away"]] == [(tablet.device, [BATCH])]
    # Another room's wall does not show it.
    assert wall(site, "R-999")["batches"] == []


@pytest.mark.urs("EQP-05")
def test_the_wall_tells_of_machines_in_alarm_where_they_stand(site: Site) -> None:
    assert wall(site)["alarms"] == []
    said = {"equipment": "BAL-07", "what": "E42", "severity": "major", "source": "manual"}
    [raised] = site.plant.recorder.state(Fact("equipment.alarm_raised.v1", "equipment/BAL-07", said))
    [told] = wall(site)["alarms"]
    assert (told["equipment"], [one["what"] for one in told["alarms"]]) == ("BAL-07", ["E42"])
    assert wall(site, "R-999")["alarms"] == []
    cleared = {"equipment": "BAL-07", "alarm": raised.id, "reason": "checked"}
    site.plant.recorder.state(Fact("equipment.alarm_cleared.v1", "equipment/BAL-07", cleared))
    assert wall(site)["alarms"] == []
