"""In-process checks on a schedule, and their charts: pure, whatever the order in which entries arrive (PRD-09)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from server.production import model
from server.production.controls import rules, schedule
from server.production.controls.judging import course_of, taken_from
from server.production.controls.rules import Taken, Told

pytestmark = pytest.mark.urs("PRD-09")
START = datetime(2026, 11, 26, 8, tzinfo=UTC)
CHECKS: list[dict[str, Any]] = [
    {"id": "mass", "target": "250", "chart": True},
    {"id": "hardness", "target": None, "chart": False},
]
PHASE = {"id": "40", "rounds": 12, "checks": CHECKS, "schedule": {"every": 15, "grace": 5}}
HELD, RESUMED = "production.phase_held.v1", "production.phase_resumed.v1"


@dataclass(frozen=True)
class Event:
    """What a tablet says: `minute` after the start, and of a check which."""

    kind: str
    minute: int
    check: str = ""
    round: int = 0
    value: int = 250

    @property
    def at(self) -> str:
        return (START + timedelta(minutes=self.minute)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def taken(self) -> Taken | None:
        given = {"check": self.check, "round": self.round, "mean": str(self.value), "values": [str(self.value)]}
        return taken_from(f"{self.check}-{self.round}-{self.minute}", self.at, self.kind, given)


def door(events: Sequence[Event]) -> list[Told]:
    """What a server tells of events that arrive in this order."""
    told: list[Told] = []
    for at, event in enumerate(events):
        before = events[: at + 1]
        taken = [one for each in before if (one := each.taken()) is not None]
        known = course_of([(one.kind, one.at) for one in before])
        for one in rules.news(rules.find(PHASE, known, taken, event.taken()), told):
            told += one.told()
    return told


def kinds(told: Sequence[Told]) -> set[tuple[str, str, int]]:
    return {one[:3] for one in told}


def whole(value: int = 250) -> list[Event]:
    """A phase of an hour with all of its checks in time."""
    rounds = [Event(model.CHECKED, 15 * turn + 2, check["id"], turn) for turn in (1, 2, 3, 4) for check in CHECKS]
    return [Event(model.STARTED, 0), *rounds, Event(model.COMPLETED, 63)]


def test_rounds_in_time_have_nothing_to_tell() -> None:
    assert door(whole()) == []


def test_a_round_beyond_its_grace_is_late_and_at_its_grace_is_not() -> None:
    at = [Event(model.STARTED, 0), Event(model.CHECKED, 20, "mass", 1), Event(model.CHECKED, 36, "mass", 2)]
    assert kinds(door(at)) == {("check_late", "mass", 2)}
    assert door([Event(model.STARTED, 0), Event(model.CHECKED, 35, "mass", 2)]) == []


def test_a_round_before_it_is_due_is_no_exception() -> None:
    assert door([Event(model.STARTED, 0), Event(model.CHECKED, 1, "mass", 3)]) == []


def test_a_round_that_was_due_when_the_phase_ended_is_missed() -> None:
    at = [one for one in whole() if not (one.check == "hardness" and one.round in (3, 4))]
    assert kinds(door(at)) == {("check_missed", "hardness", 3), ("check_missed", "hardness", 4)}
    # That of the last minute is one of them, that of a minute later is not.
    assert ("check_missed", "mass", 1) in kinds(door([Event(model.STARTED, 0), Event(model.COMPLETED, 15)]))
    assert door([Event(model.STARTED, 0), Event(model.COMPLETED, 14)]) == []


def test_time_in_which_the_phase_is_held_does_not_count() -> None:
    held = [Event(HELD, 10), Event(RESUMED, 40)]
    at = [Event(model.STARTED, 0), *held, Event(model.CHECKED, 50, "mass", 1), Event(model.CHECKED, 65, "mass", 2)]
    assert {one[0] for one in door(at)} == {"hold_long"}
    found = kinds(door([*at[:3], Event(model.CHECKED, 66, "mass", 2)]))
    assert {one for one in found if one[0] != "hold_long"} == {("check_late", "mass", 2)}
    known = course_of([(one.kind, one.at) for one in at])
    assert schedule.due_at(known, PHASE["schedule"], 1) == START + timedelta(minutes=45)
    assert schedule.due_at(course_of([(one.kind, one.at) for one in at[:2]]), PHASE["schedule"], 1) is None


@pytest.mark.parametrize(
    ("held", "resumed", "rounds"),
    [(10, 19, []), (10, 20, []), (10, 21, [1]), (10, 36, [1, 2]), (25, 33, []), (0, 200, 12)],
)
def test_a_hold_puts_off_the_rounds_that_would_have_been_overdue_before_it_ended(
    held: int, resumed: int, rounds: list[int] | int
) -> None:
    marks = [(model.STARTED, 0), (HELD, held), (RESUMED, resumed)]
    known = course_of([(kind, Event(kind, minute).at) for kind, minute in marks])
    [one] = schedule.holds_until(known)
    found = schedule.put_off(known, PHASE["schedule"], PHASE["rounds"], one)
    assert found == (list(range(1, 13)) if rounds == 12 else rounds)


def test_what_was_checked_before_a_hold_is_not_put_off_by_it_and_a_hold_is_told_once() -> None:
    early = [Event(model.CHECKED, 9, check["id"], 1) for check in CHECKS]
    at = [Event(model.STARTED, 0), *early, Event(HELD, 10), Event(RESUMED, 30)]
    assert door(at) == []
    late = [
        Event(model.STARTED, 0),
        Event(HELD, 10),
        Event(RESUMED, 30),
        Event(RESUMED, 25),
        Event(model.COMPLETED, 32),
    ]
    assert [one[0] for one in door(late)].count("hold_long") == 1


def test_a_phase_that_ends_while_it_is_held_puts_off_what_would_have_been_overdue_by_then() -> None:
    at = [Event(model.STARTED, 0), Event(HELD, 10), Event(model.COMPLETED, 50)]
    assert [one[0] for one in door(at)] == ["hold_long"]


def test_what_only_the_start_of_the_phase_brings_to_light_is_told_when_it_arrives() -> None:
    late = [Event(model.CHECKED, 40, "mass", 1), Event(model.STARTED, 0)]
    assert kinds(door(late)) == {("check_late", "mass", 1)}


def test_a_correction_is_not_late_for_a_check_that_was_in_time() -> None:
    at = [Event(model.STARTED, 0), Event(model.CHECKED, 16, "mass", 1), Event(model.CHECKED, 90, "mass", 1)]
    assert door(at) == []


def test_a_check_that_arrives_after_the_end_although_it_was_before_it_is_not_missed_again() -> None:
    """What was told stays: QA sees the entry beside it."""
    at = [one for one in whole() if one.round != 4]
    arrived = [*at, *(one for one in whole() if one.round == 4)]
    assert kinds(door(arrived)) == {("check_missed", "mass", 4), ("check_missed", "hardness", 4)}


def test_a_point_beyond_three_sigma_is_told_with_its_round() -> None:
    values = [249, 251, 250, 251, 249, 250, 251, 262]
    at = [Event(model.CHECKED, 15 * turn, "mass", turn, value) for turn, value in enumerate(values, 1)]
    assert ("nelson_rule", "mass", 8, 1) in door([Event(model.STARTED, 0), *at])


def test_a_check_without_a_chart_is_only_due() -> None:
    values = [249, 251, 250, 251, 249, 250, 251, 262]
    at = [Event(model.CHECKED, 15 * turn, "hardness", turn, value) for turn, value in enumerate(values, 1)]
    assert door([Event(model.STARTED, 0), *at]) == []


events = st.one_of(
    st.builds(
        Event,
        st.just(model.CHECKED),
        st.integers(0, 200),
        st.sampled_from(["mass", "hardness"]),
        st.integers(1, 12),
        st.integers(246, 254),
    ),
    st.builds(Event, st.sampled_from([model.STARTED, model.COMPLETED, HELD, RESUMED]), st.integers(0, 200)),
)
stories = st.lists(events, max_size=30, unique_by=lambda one: (one.kind, one.check, one.round, one.minute))


@settings(deadline=None)
@given(stories, st.randoms())
def test_whatever_the_order_of_arrival_all_that_is_wrong_is_told(story: list[Event], chance: Any) -> None:
    arrived = [*story]
    chance.shuffle(arrived)
    taken = [one for each in story if (one := each.taken()) is not None]
    known = course_of([(one.kind, one.at) for one in story])
    first = min(taken, key=lambda one: one.round, default=None)
    every = [one for check in CHECKS for one in rules.find(PHASE, known, taken, _at_first(taken, check["id"], first))]
    assert {one for each in every for one in each.told()} <= set(door(arrived))


def _at_first(taken: list[Taken], check: str, otherwise: Taken | None) -> Taken | None:
    own = [one for one in taken if one.check == check]
    return min(own, key=lambda one: one.round, default=otherwise)


@settings(deadline=None)
@given(stories, st.randoms())
def test_nothing_is_told_twice(story: list[Event], chance: Any) -> None:
    arrived = [*story]
    chance.shuffle(arrived)
    told = door(arrived)
    single = [one for one in told if one[0] != "check_missed"]
    assert len(single) == len(set(single))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=5), st.integers(0, 600))
def test_a_round_is_due_when_the_phase_has_run_for_as_long(holds: list[tuple[int, int]], end: int) -> None:
    marks = [(model.STARTED, Event("", 0).at)]
    for begin, length in holds:
        marks += [(HELD, Event("", begin).at), (RESUMED, Event("", begin + length).at)]
    known = course_of(marks)
    for turn in (1, 2, 7):
        due = schedule.due_at(known, PHASE["schedule"], turn)
        assert due is not None
        assert schedule.running(known, due) == timedelta(minutes=15 * turn)
    times = [schedule.running(known, START + timedelta(minutes=one)) for one in range(0, end, 7)]
    assert all(one <= later for one, later in pairwise(times))


def vectors() -> list[dict[str, Any]]:
    """Courses with what is due when, for the tablet."""
    made = []
    for marks in (
        [("started", 0)],
        [("started", 0), ("held", 10), ("resumed", 40)],
        [("started", 0), ("held", 10)],
        [("held", 5), ("started", 10), ("resumed", 20), ("held", 30), ("resumed", 31), ("ended", 100)],
        [("started", 0), ("held", 20), ("held", 25), ("resumed", 30), ("resumed", 35), ("held", 35), ("resumed", 50)],
        [],
    ):
        known = schedule.course(*([_minute(at) for name, at in marks if name == mark] for mark in _MARKS))
        due = [schedule.due_at(known, PHASE["schedule"], turn) for turn in range(1, 6)]
        ran = [schedule.running(known, _minute(at)) // timedelta(minutes=1) for at in (0, 12, 33, 60, 200)]
        late = [schedule.overdue(known, PHASE["schedule"], 2, _minute(at)) for at in (30, 35, 36, 70, 90)]
        minutes = [None if one is None else (one - START) // timedelta(minutes=1) for one in due]
        owed = schedule.owed(known, PHASE["schedule"], 12)
        made.append({"marks": marks, "due": minutes, "running": ran, "late": late, "owed": owed})
    return json.loads(json.dumps(made))


_MARKS = ("started", "ended", "held", "resumed")


def _minute(at: int) -> datetime:
    return START + timedelta(minutes=at)


def test_the_vectors_that_hold_the_tablet_are_what_the_rules_say() -> None:
    file = ROOT / "tests/vectors/controls.json"
    assert json.loads(file.read_text("utf-8")) == vectors()
