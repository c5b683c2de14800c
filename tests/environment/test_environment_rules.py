"""The rules of rooms: limits, what held when, and what a room was like from one time to another."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import clock
from server.environment import rules
from server.environment.model import ACTION, ALERT, Limit, Limits, Place, Reading, figures
from server.production.surroundings.rules import HEARD, Span, newly

pytestmark = pytest.mark.urs("ENV-01", "ENV-02", "ENV-03")
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LIMIT = {"quantity": "temperature", "unit": "°C", "alert_low": "19", "alert_high": "25"}
LIMIT |= {"action_low": "18", "action_high": "26"}
HELD = [Limits("2000-01-01T00:00:00.000Z", 15, {"temperature": LIMIT})]


def at(minute: float) -> str:
    return clock.text(START + timedelta(minutes=minute))


def read(*values: tuple[float, str]) -> list[Reading]:
    return [Reading(at(minute), value, "S-1") for minute, value in values]


def summary(*values: tuple[float, str], begin: float = 0, end: float = 60) -> rules.Summary:
    return rules.summary(read(*values), HELD, "temperature", at(begin), at(end), [(at(-9999), "9999")])


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("18.00", (ALERT, -1)),
        ("17.99", (ACTION, -1)),
        ("19.00", (None, 0)),
        ("25.00", (None, 0)),
        ("25.01", (ALERT, 1)),
        ("26.00", (ALERT, 1)),
        ("26.01", (ACTION, 1)),
    ],
)
def test_on_a_limit_is_within_it(value: str, level: tuple[str | None, int]) -> None:
    assert rules.level(Decimal(value), Limit.of(LIMIT)) == level


def test_what_has_no_limit_is_never_out() -> None:
    assert rules.level(Decimal(1000), None) == (None, 0)
    assert not rules.beyond_action(HELD, at(0), "humidity", "99")
    assert not rules.beyond_action([], at(0), "temperature", "99")


def test_what_was_stated_holds_from_its_time_on_and_the_later_of_two_at_once() -> None:
    first, same, later = Place(at(1), "A", None), Place(at(1), "B", None), Place(at(5), None, None)
    stated = [first, same, later]
    assert rules.held_at(stated, at(0)) is None
    assert rules.held_at(stated, at(1)) is same
    assert rules.held_at(stated, at(5)) is later


def test_a_figure_in_another_unit_counts_for_nothing_and_of_two_the_first_counts() -> None:
    values = [("temperature", "70.1", "°F"), ("temperature", "21.00", "°C"), ("temperature", "22.00", "°C")]
    said = [{"quantity": name, "value": value, "unit": unit} for name, value, unit in (*values, ("x", "1", "y"))]
    assert figures(said) == {"temperature": "21.00"}


def test_the_longest_gap_counts_from_the_reading_before_and_to_the_one_after() -> None:
    found = summary((-10, "20"), (20, "20"), (40, "20"), (75, "20"))
    assert (found.count, found.gap) == (2, rules.Gap(at(40), at(75)))
    assert summary((5, "20"), (58, "20")).gap == rules.Gap(at(5), at(58))


def test_without_a_reading_it_is_the_whole_time_and_without_a_value_nothing_is_said() -> None:
    found = summary()
    assert (found.count, found.minimum, found.mean, found.gap) == (0, None, None, rules.Gap(at(0), at(60)))
    assert summary((-90, "20"), (80, "20")).gap == rules.Gap(at(-90), at(80))


def test_what_only_touches_the_begin_or_the_end_is_no_gap_of_what_is_asked_about() -> None:
    """The room was read as the phase ended; that nobody read it for hours afterwards is none of this phase's."""
    found = summary((-500, "20"), (0, "20"), (29, "20"), (60, "20"), (900, "20"))
    assert (found.count, found.gap) == (3, rules.Gap(at(29), at(60)))


def test_where_a_sensor_stood_elsewhere_it_has_no_gap_and_nobody_reads_there() -> None:
    places = [Place(at(-90), "A", None), Place(at(-60), "B", None), Place(at(10), "A", None), Place(at(20), "A", "E-1")]
    places.append(Place(at(40), None, None))
    stays = rules.stays(places, "A", at(0), at(60))
    assert stays == [(at(10), at(40))]
    found = rules.summary(read((-70, "20"), (12, "20"), (30, "20")), HELD, "temperature", at(0), at(60), stays)
    assert (found.count, found.gap) == (2, rules.Gap(at(12), at(30)))
    assert rules.uncovered(stays, at(0), at(60), HELD) == rules.Gap(at(40), at(60))
    assert rules.uncovered([], at(0), at(60), HELD) == rules.Gap(at(0), at(60))


@pytest.mark.parametrize(("seconds", "minutes", "over"), [(900, 15, False), (900.001, 16, True), (30, 1, False)])
def test_a_gap_is_told_in_minutes_begun_and_is_over_to_the_millisecond(
    seconds: float, minutes: int, over: bool
) -> None:
    told = rules.Gap(at(0), at(seconds / 60)).payload(HELD)
    assert (told["minutes"], told["over"]) == (minutes, over)
    assert rules.Gap(at(0), at(seconds / 60)).payload([])["over"] is False


def test_a_gap_is_judged_by_the_strictest_limits_that_held_during_it() -> None:
    wide = Limits(at(50), 1440, {})
    stated = [*HELD, wide]
    assert rules.Gap(at(0), at(55)).is_over(stated)
    assert not rules.Gap(at(50), at(110)).is_over(stated)
    found = rules.summary(
        read((0, "20"), (20, "20"), (50, "20")), stated, "temperature", at(0), at(120), [(at(-1), "9999")]
    )
    # The longest of all was allowed by then; that of 30 minutes was not.
    assert found.gap == rules.Gap(at(20), at(50))


def test_an_excursion_runs_to_the_first_reading_that_is_back_and_says_the_worst() -> None:
    found = summary((1, "20"), (5, "25.5"), (10, "26.5"), (15, "25.2"), (20, "24"), (30, "17"), (35, "27"), (40, "28"))
    assert [one.payload() for one in found.excursions] == [
        {"level": ACTION, "from": at(5), "to": at(20), "value": "26.5"},
        {"level": ACTION, "from": at(30), "to": at(35), "value": "17"},
        {"level": ACTION, "from": at(35), "to": at(60), "value": "28"},
    ]


_values = st.lists(st.decimals(-40, 60, places=2), max_size=40)


@given(_values)
def test_minimum_mean_and_maximum_are_in_order_and_every_reading_out_is_in_an_excursion(values: list[Decimal]) -> None:
    points = [(float(minute), str(value)) for minute, value in enumerate(values)]
    found = summary(*points, end=max(len(points), 1))
    assert found.count == len(values)
    if values:
        low, mean, high = (Decimal(one or "nan") for one in (found.minimum, found.mean, found.maximum))
        assert min(values) == low <= mean <= high == max(values)
    out = {
        minute: level
        for minute, value in points
        if (level := rules.level(Decimal(value), Limit.of(LIMIT))[0]) is not None
    }
    covered = {minute for minute, _ in points for one in found.excursions if one.begin <= at(minute) < one.end}
    assert covered == set(out)
    assert any(one.level == ACTION for one in found.excursions) == (ACTION in out.values())
    assert all(one.end <= other.begin for one, other in pairwise(found.excursions))


@given(st.lists(st.floats(-30, 90), unique=True, max_size=20).map(sorted))
def test_no_gap_is_longer_than_the_longest_and_every_gap_touches_what_is_asked_about(minutes: list[float]) -> None:
    gap = summary(*((minute, "20") for minute in minutes)).gap
    assert gap.begin < at(60)
    assert gap.end > at(0)
    inside = [at(minute) for minute in minutes if 0 <= minute <= 60]
    assert all(rules.Gap(one, other).length <= gap.length for one, other in pairwise(inside))


_heard = st.lists(st.tuples(st.sampled_from(sorted(HEARD)), st.integers(0, 60)), min_size=1, max_size=6)


@given(_heard, st.lists(st.integers(0, 60), max_size=6), st.randoms())
def test_in_whatever_order_work_comes_the_same_is_told_in_the_end(
    heard: list[tuple[str, int]], out: list[int], chance: Any
) -> None:
    beyond = [(at(minute), "temperature", "30") for minute in out]

    def told() -> set[str]:
        span, found = Span("B1", "10"), set()
        for kind, minute in heard:
            after = span.after(kind, at(minute))
            found |= {one[0] for one in newly(span, after, beyond)}
            span = after
        return found

    first = told()
    chance.shuffle(heard)
    assert told() == first
