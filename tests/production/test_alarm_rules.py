"""Machines that were put to use in an alarm, as a rule: whatever order entries arrive in (EQP-01, EQP-05, PRD-08)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import clock
from server.equipment.alarms import model
from server.equipment.alarms.model import Alarm, clearing_refused
from server.production.course.alarms import Known, Use, Work, in_alarm, newly

pytestmark = pytest.mark.urs("EQP-01", "EQP-05", "PRD-08")
DAY = datetime(2026, 11, 22, 8, tzinfo=UTC)
One = Alarm | Use | Work


def at(minutes: float) -> str:
    return clock.text(DAY + timedelta(minutes=minutes))


def alarm(begin: int, end: int | None = None, device: str = "a", piece: str = "PR-1", severity: str = "major") -> Alarm:
    ended = None if end is None else at(end)
    return Alarm(f"alarm-{piece}-{device}-{begin}", piece, "E42", severity, "manual", at(begin), device, ended)


def use(minute: int, device: str = "a", piece: str = "PR-1", phase: str = "20") -> Use:
    return Use(f"use-{piece}-{phase}-{device}-{minute}", "B1", phase, piece, at(minute), device)


def work(minute: int, device: str = "a", phase: str = "20") -> Work:
    return Work(f"work-{phase}-{device}-{minute}", "B1", phase, at(minute), device)


def told(entries: Iterable[One]) -> set[str]:
    """The moments that come to light as entries arrive one after the other."""
    known, found = Known(), set()
    for one in entries:
        found |= {moment.at for moment in newly(known, one)}
        known = known.plus(one)
    return found


def test_a_piece_that_is_identified_or_begun_with_in_its_alarm_is_found() -> None:
    assert told([alarm(10), use(11)]) == {at(11)}
    assert told([use(5), alarm(10), work(20)]) == {at(20)}
    assert told([use(5), work(6), alarm(10), work(20)]) == {at(20)}
    assert told([use(5), work(6), alarm(10, 15), work(20)]) == set()
    assert told([use(5), work(6), alarm(10), use(12, piece="PR-2"), work(20)]) == set()
    assert told([use(5), use(6, piece="PR-2"), work(7), alarm(10), work(20)]) == {at(20)}
    assert told([use(5, piece="PR-2"), alarm(10), work(20), use(30, phase="30")]) == {at(30)}


def test_an_alarm_that_arrives_last_brings_to_light_what_was_done_in_it() -> None:
    [found] = newly(Known((), [use(5)], [work(20)]), alarm(10))
    assert (found.id, found.batch, found.phase) == ("work-20-a-20", "B1", "20")
    assert found.judgement().details == {
        "equipment": "PR-1",
        "alarm": "E42",
        "since": at(10),
        "at": at(20),
        "severity": "major",
    }


def test_a_minor_alarm_is_a_minor_exception() -> None:
    [found] = newly(Known([alarm(10, severity="minor")]), use(11))
    assert found.judgement().details["severity"] == "minor"


def test_one_clock_is_exact_and_two_may_differ() -> None:
    assert [told([alarm(10), use(minute, "b")]) for minute in (11, 15)] == [set(), set()]
    assert told([alarm(10), use(16, "b")]) == {at(16)}
    # It was cleared at the desk, whose clock is another.
    assert told([alarm(10, 30), use(24)]) == {at(24)}
    assert told([alarm(10, 30), use(25)]) == set()


MINUTES = st.integers(0, 60)
DEVICES = st.sampled_from("ab")
PIECES = st.sampled_from(["PR-1", "PR-2"])
ALARMS = st.builds(
    lambda begin, length, device, piece: alarm(begin, None if length is None else begin + length, device, piece),
    *(MINUTES, st.none() | MINUTES, DEVICES, PIECES),
)
ENTRIES = ALARMS | st.builds(use, MINUTES, DEVICES, PIECES) | st.builds(work, MINUTES, DEVICES)


@given(st.lists(ENTRIES, max_size=12, unique_by=lambda one: one.id), st.randoms(use_true_random=False))
def test_whatever_order_entries_arrive_in_nothing_that_was_used_in_an_alarm_stays_unsaid(
    entries: list[One], chance: Random
) -> None:
    known = Known()
    for one in entries:
        known = known.plus(one)
    owed = {one.at for one in in_alarm(known).values()}
    arriving = told(chance.sample(entries, len(entries)))
    # Work that was taken for the first until earlier work came may have been told of as well.
    assert owed <= arriving
    assert arriving - owed <= {one.at for one in entries if isinstance(one, Work)}


@given(st.lists(ENTRIES, max_size=12, unique_by=lambda one: one.id), MINUTES, DEVICES)
def test_a_piece_without_an_alarm_that_stood_is_never_accused(entries: list[One], minute: int, device: str) -> None:
    one = use(minute, device)
    alarms = [known for known in entries if isinstance(known, Alarm) and known.equipment == "PR-1"]

    def stood(known: Alarm) -> bool:
        slack = timedelta(minutes=0 if known.device == device else 5)
        begun = datetime.fromisoformat(known.at) + slack < datetime.fromisoformat(one.at)
        end = None if known.cleared_at is None else datetime.fromisoformat(known.cleared_at)
        return begun and (end is None or datetime.fromisoformat(one.at) + timedelta(minutes=5) < end)

    found = newly(Known(alarms), one)
    assert bool(found) is any(stood(known) for known in alarms)


def test_an_alarm_is_cleared_once_and_by_its_own_piece() -> None:
    assert clearing_refused("PR-1", alarm(1)) is None
    assert clearing_refused("PR-2", alarm(1)) == model.NO_ALARM
    assert clearing_refused("PR-1", None) == model.NO_ALARM
    assert clearing_refused("PR-1", alarm(1, 2)) == model.GONE
