"""Lot numbers by pattern: no two lots of a site have one number, whatever the materials are called; dates by months."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.materials import rules as lots
from server.materials.receiving import numbering, rules

pytestmark = pytest.mark.urs("MAT-04", "MAT-10")
PATTERNS = st.lists(
    st.sampled_from(["{material}", "{yy}", "{yyyy}", "{seq:1}", "{seq:4}", "-", ".", "7", "LOT", "A-1"]),
    min_size=1,
    max_size=6,
).map("".join)
CODES = st.text("ab019-._", min_size=1, max_size=6)
PLACES = st.tuples(CODES, st.sampled_from(["2026", "2027", "2126"]), st.integers(1, 12_000))


@given(PATTERNS, PLACES, PLACES)
def test_two_places_of_a_pattern_that_is_let_through_never_have_one_number(
    pattern: str, one: tuple[str, str, int], other: tuple[str, str, int]
) -> None:
    if numbering.pattern_refused(pattern) is not None:
        return
    period = numbering.period(pattern, f"{one[1]}-01-31")
    assert period in ("", one[1])
    # Of the same counter: two years with the same two digits are a century apart.
    same_counter = (one[0], period, one[2]), (other[0], period, other[2])
    first, second = (numbering.number(pattern, *place) for place in same_counter)
    if one[2] != other[2]:
        assert first != second
        assert numbering.label(first, 1) != numbering.label(second, 1)


@given(PATTERNS, CODES, st.sampled_from(["2026", "2027"]), st.integers(1, 99_999))
def test_a_number_leads_back_to_its_place(pattern: str, material: str, year: str, seq: int) -> None:
    if numbering.pattern_refused(pattern) is not None:
        return
    period = numbering.period(pattern, f"{year}-06-01")
    assert numbering.seq_of(pattern, material, numbering.number(pattern, material, period, seq)) == (period, seq)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{material}-{yy}{seq:4}", None),
        ("L{seq:6}", None),
        ("{yyyy}.{seq:3}_{material}", None),
        ("{material}{seq:4}", "pattern_material_apart"),
        ("{material}L{seq:4}", "pattern_material_apart"),
        ("{material}-{material}-{seq:4}", "pattern_counts_once"),
        ("{material}-{yy}", "pattern_counts_once"),
        ("{yy}{yy}{seq:4}", "pattern_counts_once"),
        ("{yyyy}-{yy}{seq:4}", "pattern_counts_once"),
        ("批{seq:4}", "pattern_malformed"),
        ("{seq}", "pattern_malformed"),
    ],
)
def test_patterns_that_are_let_through(pattern: str, why: str | None) -> None:
    assert numbering.pattern_refused(pattern) == why


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-26", 12, "2027-11-26"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: str, months: int, then: str) -> None:
    assert lots.months_after(day, months) == then


@pytest.mark.urs("MAT-05")
def test_retest_comes_by_the_months_of_the_material_and_never_after_expiry() -> None:
    assert rules.retest_of("2026-11-26", None, "2027-01-01") is None
    assert rules.retest_of("2026-11-26", 12, None) == "2027-11-26"
    assert rules.retest_of("2026-11-26", 12, "2027-01-01") == "2027-01-01"


def test_short_is_less_than_the_asked_share_of_a_shelf_life_from_today() -> None:
    # 24 months from that day are 731 days; half of them are 365.5.
    assert rules.is_short("2026-11-26", "2027-11-26", 24, 50)
    assert not rules.is_short("2026-11-26", "2027-11-27", 24, 50)
    assert not rules.is_short("2026-11-26", "2026-11-26", 24, 0)
