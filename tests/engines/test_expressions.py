"""Expressions: the stored cases are what they give, and nothing that somebody writes into one takes long."""

import re
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from expression_cases import ATTACKED, ATTACKS, FILE, TYPES, given, outcome, written
from hypothesis import given as over
from hypothesis import strategies as some
from support import ROOT

from server.engines import expressions
from server.engines.expressions import checking, model, reading

pytestmark = pytest.mark.urs("PRD-07")


def test_the_stored_cases_are_what_expressions_give_here() -> None:
    assert FILE.read_text("utf-8") == written()


def test_the_page_for_those_who_write_expressions_names_all_there_is() -> None:
    page = (ROOT / "docs" / "expressions.md").read_text("utf-8")
    known = {*checking.FUNCTIONS, *checking.METHODS, *reading.MACROS, *model.SIMPLE, "has", "size", "min", "max"}
    words = {word for said in re.findall(r"`([^`\n]+)`", page) for word in re.findall(r"[a-zA-Z_]+", said)}
    assert {*known, *model.PROBLEMS, *model.ERRORS} <= words
    limits = (model.MAX_SOURCE, model.MAX_TEXT, model.MAX_ITEMS, model.MAX_STEPS)
    assert all(f"{limit:,}" in page for limit in limits)


@over(some.integers(-(10**12), 10**12), some.integers(0, 8), some.integers(0, 6))
def test_rounding_is_gb_t_8170_or_half_up_by_exact_fractions(digits: int, places: int, to: int) -> None:
    value = Decimal(digits).scaleb(-places)
    exact = Fraction(digits, 10**places) * 10**to
    below = exact.numerator // exact.denominator
    half = exact - below
    even = below + (half > Fraction(1, 2) or (half == Fraction(1, 2) and below % 2 == 1))
    away = below + (half > Fraction(1, 2) or (half == Fraction(1, 2) and exact > 0))
    assert expressions.rounded(value, to, "gbt8170") == Decimal(even).scaleb(-to)
    assert expressions.rounded(value, to, "half_up") == Decimal(away).scaleb(-to)


@pytest.mark.parametrize("source", ATTACKS, ids=range(len(ATTACKS)))
def test_what_is_meant_to_take_long_ends_at_once_with_a_code(source: str) -> None:
    types, values = given(TYPES, ATTACKED)
    began = time.thread_time()
    said = outcome(source, types, values)
    assert time.thread_time() - began < 2
    assert said.keys() & {"problem", "error", "result"}


def test_a_value_of_too_many_digits_or_items_is_an_error_and_no_crash() -> None:
    types, _ = given(TYPES, {})
    for values in (
        {"a": Decimal("1e999999")},
        {"a": Decimal("NaN")},
        {"a": Decimal("Infinity")},
        {"a": Decimal("1e-5000")},
    ):
        assert outcome("a + 1", types, values) == {"error": "out_of_range"}
    assert outcome("size(xs)", types, {"xs": [Decimal(1)] * 1_001}) == {"error": "too_long"}
    assert outcome("s + w", types, {"s": "x" * 10_001, "w": ""}) == {"error": "too_long"}
