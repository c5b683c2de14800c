"""How phases go, as rules: order by predecessors, holds, what is left undone, times between phases (PRD-05, PRD-06)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recipe_support import step

from server.core import clock
from server.production import model
from server.production.course import pieces, rules
from server.production.course.rules import Mark
from server.production.rules import judge_order
from server.recipes import structure

pytestmark = pytest.mark.urs("PRD-05", "PRD-06")
DAY = datetime(2026, 11, 22, 8, tzinfo=UTC)
# Two branches that meet: 10 > 20 > 40 and 10 > 30 > 40.
BRANCHES = [step("10", "instruction"), step("20", "instruction", "10"), step("30", "instruction", "10")]
BRANCHES.append(step("40", "instruction", "20", "30"))
KINDS = (model.STARTED, model.PARAMETER, *model.ENDS, model.HELD, model.RESUMED)


def at(minutes: float) -> str:
    return clock.text(DAY + timedelta(minutes=minutes))


def mark(kind: str, phase: str, minutes: float) -> Mark:
    return Mark(kind, phase, at(minutes))


def timed(**limits: Any) -> list[dict[str, Any]]:
    """Phase 20 after 10, with one time limit."""
    limit = {"since": "10", "from": "end", "to": "start", "min": None, "max": None} | limits
    return [step("10", "instruction"), step("20", "instruction", "10") | {"times": [limit]}]


def test_a_phase_waits_for_its_predecessors_and_not_for_the_branch_beside_it() -> None:
    ended = {"10": at(0)}
    assert judge_order(BRANCHES, "20", ended, at(10)) == []
    assert judge_order(BRANCHES, "30", ended, at(10)) == []
    assert judge_order(BRANCHES, "40", ended | {"20": at(5)}, at(10)) == ["30"]


def test_after_a_phase_that_was_skipped_still_comes_what_should_have_been_before_that() -> None:
    assert judge_order(BRANCHES, "40", {"20": at(1), "30": at(1)}, at(10)) == ["10"]


def test_without_the_key_after_the_phases_go_one_after_the_other() -> None:
    old = [{"id": one} for one in ("10", "20", "30")]
    assert judge_order(old, "30", {"10": at(0)}, at(10)) == ["20"]
    assert judge_order(old, "99", {}, at(10)) == []


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["10", "20", "30", "40"]), st.integers(0, 500))),
    st.sampled_from(["10", "20", "30", "40"]),
    st.integers(0, 500),
)
def test_no_order_of_events_lets_a_phase_run_before_its_predecessors(
    events: list[tuple[str, str, int]], phase: str, now: int
) -> None:
    ended: dict[str, str] = {}
    for kind, number, minutes in events:
        if kind in model.ENDS:
            ended[number] = min(at(minutes), ended.get(number, at(minutes)))
    missing = judge_order(BRANCHES, phase, ended, at(now))
    for before in structure.ancestors(BRANCHES)[phase]:
        done = any(kind in model.ENDS and one == before and when <= now + 5 for kind, one, when in events)
        assert done is (before not in missing)


def test_to_leave_a_phase_is_an_exception_whatever_the_reason() -> None:
    for kind, code in model.LEFT_CODES.items():
        [one] = rules.judge_left(kind, {"reason": "punch broken"})
        assert (one.code, one.details) == (code, {"reason": "punch broken", "severity": "major"})
    assert rules.judge_left(model.COMPLETED, {}) == []


def test_work_in_a_phase_that_is_held_is_found_whichever_came_first() -> None:
    held, resumed = mark(model.HELD, "10", 10), mark(model.RESUMED, "10", 20)
    during, after = mark(model.PARAMETER, "10", 15), mark(model.PARAMETER, "10", 20)
    assert rules.newly_held([held], during, []) == [at(15)]
    assert rules.newly_held([held, resumed], after, []) == []
    assert rules.newly_held([resumed], held, [at(15), at(20)]) == [at(15)]
    assert rules.newly_held([], held, [at(10)]) == []
    # To end a phase while it is held is work; to abort or to skip it is not.
    assert rules.newly_held([held], mark(model.COMPLETED, "10", 15), []) == [at(15)]
    assert rules.newly_held([held], mark(model.ABORTED, "10", 15), []) == []


@pytest.mark.parametrize(
    ("limits", "start", "code"),
    [
        ({"max": 30}, 40, None),
        ({"max": 30}, 40.01, rules.EXCEEDED),
        ({"min": 30}, 40, None),
        ({"min": 30}, 39.99, rules.EARLY),
        ({"max": 40, "from": "start"}, 40, None),
        ({"max": 39, "from": "start"}, 40, rules.EXCEEDED),
    ],
)
def test_a_time_limit_holds_to_the_moment(limits: dict[str, Any], start: float, code: str | None) -> None:
    known = [mark(model.STARTED, "10", 0), mark(model.COMPLETED, "10", 10)]
    found = rules.newly_out(timed(**limits), known, mark(model.STARTED, "20", start))
    assert [one.code for _, one in found] == ([] if code is None else [code])


def test_what_is_told_of_a_time_limit() -> None:
    known = [mark(model.COMPLETED, "10", 10)]
    [(phase, one)] = rules.newly_out(timed(max=30), known, mark(model.STARTED, "20", 55.5))
    said = {"since": "10", "from": "end", "to": "start", "limit": 30, "elapsed": "45.50", "severity": "major"}
    assert (phase, one.details) == ("20", said)


def test_a_hold_stops_no_time_limit_and_what_was_skipped_has_no_moment() -> None:
    held = [mark(model.COMPLETED, "10", 10), mark(model.HELD, "20", 11), mark(model.RESUMED, "20", 39)]
    assert rules.newly_out(timed(max=30), held, mark(model.STARTED, "20", 41)) != []
    skipped = [mark(model.SKIPPED, "10", 0)]
    assert rules.newly_out(timed(max=30), skipped, mark(model.STARTED, "20", 500)) == []
    assert rules.newly_out(timed(max=30), [mark(model.ABORTED, "10", 0)], mark(model.STARTED, "20", 500)) != []


def all_told(phases: list[dict[str, Any]], marks: Sequence[Mark]) -> set[tuple[str, str]]:
    known: list[Mark] = []
    found: set[tuple[str, str]] = set()
    for one in marks:
        found |= {(phase, judged.code) for phase, judged in rules.newly_out(phases, known, one)}
        known.append(one)
    return found


# Of each moment once: where several are said the first counts, as of a course.
MOMENTS = st.permutations(
    [(model.STARTED, "10"), (model.COMPLETED, "10"), (model.STARTED, "20"), (model.COMPLETED, "20")]
)


@given(MOMENTS, st.lists(st.integers(0, 100), min_size=4, max_size=4), st.sampled_from(["start", "end"]))
def test_in_whatever_order_entries_arrive_the_same_is_told(
    order: list[tuple[str, str]], minutes: list[int], to: str
) -> None:
    phases = timed(min=10, max=30, to=to)
    times = dict(zip(sorted(order), minutes, strict=True))
    told = all_told(phases, [mark(*one, times[one]) for one in order])
    assert told == all_told(phases, [mark(*one, times[one]) for one in sorted(order)])
    spent = times[model.STARTED if to == "start" else model.COMPLETED, "20"] - times[model.COMPLETED, "10"]
    if to == "end" or times[model.STARTED, "20"] <= times[model.COMPLETED, "20"]:
        assert bool(told) is not (10 <= spent <= 30)


PHASE: dict[str, Any] = {"equipment": "press", "candidates": ["PR-1", "PR-2"]}


@pytest.mark.urs("EQP-01", "EQP-03")
@pytest.mark.parametrize(
    ("code", "piece", "found"),
    [
        ("PR-1", pieces.Piece("press", None), []),
        ("PR-1", pieces.Piece("press", "2026-11-22"), []),
        ("PR-1", pieces.Piece("press", "2026-11-21"), [(pieces.OVERDUE, None)]),
        ("PR-3", pieces.Piece("press", None), [(pieces.UNFIT, "candidate")]),
        ("PR-1", pieces.Piece("blender", None), [(pieces.UNFIT, "class")]),
        ("PR-9", None, [(pieces.UNFIT, "unknown")]),
    ],
)
def test_a_piece_of_equipment_is_known_of_the_right_class_a_candidate_and_calibrated(
    code: str, piece: pieces.Piece | None, found: list[tuple[str, str | None]]
) -> None:
    told = pieces.judge(code, PHASE, piece, "2026-11-22")
    assert [(one.code, one.details.get("problem")) for one in told] == found


@pytest.mark.urs("EQP-01")
@pytest.mark.parametrize("candidates", [[], ["MIX-01"]])
def test_a_phase_may_name_one_piece_rather_than_a_class(candidates: list[str]) -> None:
    phase = step("20", "instruction", equipment="MIX-01", candidates=candidates)
    mixer = pieces.Piece("mixer", None)
    assert pieces.judge("MIX-01", phase, mixer, "2026-11-22") == []
    [other] = pieces.judge("MIX-02", phase, mixer, "2026-11-22")
    assert (other.code, other.details["problem"]) == ("equipment_unfit", "class")


@pytest.mark.urs("EQP-01")
def test_nobody_is_asked_to_identify_what_no_register_has_or_a_reading_names() -> None:
    register = [("PR-1", "press"), ("BAL-07", "balance")]
    press = step("20", "instruction", equipment="press")
    assert pieces.asked(press, register)
    assert pieces.asked(press | {"equipment": "PR-1"}, register)
    weighing = press | {"type": "weighing", "equipment": "balance"}
    old = {name: value for name, value in press.items() if name != "after"}
    for other in (weighing, old, press | {"equipment": "coater"}, press | {"equipment": None}, None):
        assert not pieces.asked(other, register)


LEFT_OR_WORK = st.tuples(st.sampled_from((model.STARTED, model.PARAMETER, *model.LEFT)), st.integers(0, 30))


@given(st.lists(LEFT_OR_WORK, unique=True), st.randoms(use_true_random=False))
def test_work_after_a_phase_was_left_comes_to_light_in_whatever_order_entries_arrive(
    marks: list[tuple[str, int]], chance: Random
) -> None:
    known: list[Mark] = []
    told: set[str] = set()
    for kind, minute in chance.sample(marks, len(marks)):
        told |= set(rules.newly_left(known, mark(kind, "10", minute)))
        known.append(mark(kind, "10", minute))
    left = min((minute for kind, minute in marks if kind in model.LEFT), default=100)
    assert told == {at(minute) for kind, minute in marks if kind in model.WORK and minute > left + 5}


@pytest.mark.parametrize("left", model.LEFT)
def test_all_that_was_done_at_one_time_after_a_phase_was_left_is_told_whatever_else_is_known(left: str) -> None:
    """What is typed in from one sheet is of one time; the door knows less of it than a witness: both say the same."""
    gone, work = mark(left, "10", 0), mark(model.PARAMETER, "10", 9)
    for known in ([gone], [gone, work], [work, gone, work]):
        assert rules.newly_left(known, work) == [at(9)]


def test_a_correction_of_what_was_done_before_is_no_work_after_a_phase_was_left() -> None:
    left, correction = mark(model.ABORTED, "10", 0), Mark(model.PARAMETER, "10", at(60), corrects=True)
    assert rules.newly_left([left], correction) == []
