"""How results are judged against their limits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.quality import rules
from server.quality.model import subject_of

PERCENT = st.decimals(min_value=0, max_value=120, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.urs("QUA-03")
@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        ("95.0", "95.0", "105.0", "pass"),
        ("105.0", "95.0", "105.0", "pass"),
        ("94.9", "95.0", "105.0", "fail"),
        ("105.1", "95.0", "105.0", "fail"),
        ("80", "75", None, "pass"),
        ("74.99", "75", None, "fail"),
        ("1", None, None, "none"),
    ],
)
def test_a_result_is_judged_by_its_limits(value: str, low: str | None, high: str | None, verdict: str) -> None:
    assert rules.verdict(value, low, high) == verdict


@pytest.mark.urs("QUA-03")
@given(value=PERCENT, low=PERCENT, high=PERCENT)
def test_it_fails_exactly_when_it_lies_outside(value: Decimal, low: Decimal, high: Decimal) -> None:
    assert (rules.verdict(str(value), str(low), str(high)) == "pass") is (low <= value <= high)


@pytest.mark.urs("QUA-03")
def test_what_a_stream_says_the_results_are_of() -> None:
    assert subject_of("batch/B1") == ("B1", None, None)
    assert subject_of("lot/api-1/L1") == (None, "api-1", "L1")
    assert subject_of("lot/api-1/A-5/2") == (None, "api-1", "A-5/2")
    assert subject_of("site") == (None, None, None)
