"""Sampling plans: how many containers are opened by each rule, and which, held against tables of the sources."""

import json
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from server.quality.inspection import plans

pytestmark = pytest.mark.urs("QUA-02")
ISO = json.loads((ROOT / "tests" / "vectors" / "sampling-iso2859.json").read_text("utf-8"))
# ISO 2859-1:1999, table 1, as printed: the last size of a row, then S-1, S-2, S-3, S-4, I, II, III.
LETTERS = """
2-8 A A A A A A B
9-15 A A A A A B C
16-25 A A B B B C D
26-50 A B B C C D E
51-90 B B C C C E F
91-150 B B C D D F G
151-280 B C D E E G H
281-500 B C D E F H J
501-1200 C C E F G J K
1201-3200 C D E G H K L
3201-10000 C D F G J L M
10001-35000 C D F H K M N
35001-150000 D E G J L N P
150001-500000 D E G J M P Q
500001-9999999 D E H K N Q R
"""
# How many containers came, and how many of them are opened.
COUNTS = {
    plans.SQRT_CN: {1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 9: 4, 10: 5, 50: 9, 100: 11, 300: 19, 301: 10, 400: 11, 1000: 17},
    plans.WHO_N: {1: 1, 3: 3, 4: 4, 5: 3, 6: 3, 7: 4, 12: 4, 20: 5, 21: 6, 30: 6, 31: 7, 42: 7, 43: 8, 72: 9, 90: 10},
    plans.WHO_P: {1: 1, 2: 1, 6: 1, 7: 2, 25: 2, 26: 3, 56: 3, 57: 4, 100: 4, 101: 5},
    plans.WHO_R: {1: 1, 2: 2, 4: 3, 5: 4, 7: 4, 8: 5, 11: 5, 12: 6, 16: 6, 17: 7, 23: 8, 28: 8, 29: 9, 36: 9, 37: 10},
}

KEPT = ["C-1", "C-10", "C-2", "C-4", "C-6"]


def sampling(rule: str, **more: Any) -> dict[str, Any]:
    return {**plans.DEFAULT, "rule": rule, **more}


def test_each_rule_opens_as_many_containers_as_its_source_says() -> None:
    for rule, counts in COUNTS.items():
        assert {n: plans.plan(sampling(rule), n).number for n in counts} == counts, rule
    assert [plans.plan(sampling(plans.FIXED, number=5), n).number for n in (3, 5, 80)] == [3, 5, 5]
    assert [plans.plan(sampling(plans.ALL), n).number for n in (0, 1, 480)] == [0, 1, 480]


@given(st.integers(5, 10**9))
def test_roots_are_exact_however_large_a_delivery_is(n: int) -> None:
    with localcontext() as context:
        context.prec = 60
        root, one = Decimal(n).sqrt(), Decimal(1)
        expected = {
            plans.WHO_N: (1 + root).quantize(one, ROUND_HALF_UP),
            plans.WHO_P: (Decimal("0.4") * root).quantize(one, ROUND_CEILING),
            plans.WHO_R: (Decimal("1.5") * root).quantize(one, ROUND_CEILING),
            plans.SQRT_CN: 1 + (root if n <= 300 else root / 2).quantize(one, ROUND_CEILING),
        }
    for rule, number in expected.items():
        assert plans.plan(sampling(rule), n).number == min(n, int(number)), rule


def test_code_letters_are_those_of_the_standard() -> None:
    for line in LETTERS.split("\n"):
        if line:
            sizes, *letters = line.split()
            first, last = map(int, sizes.split("-"))
            for size in (first, last):
                found = [plans.code_letter(size, level) for level in ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")]
                assert found == letters, size


def test_single_sampling_by_attributes_follows_the_arrows_of_the_standard() -> None:
    seen = set()
    for line in LETTERS.split():
        if "-" not in line or line.startswith("S"):
            continue
        size = int(line.split("-")[0])
        for level in plans.LEVELS:
            letter = plans.code_letter(size, level)
            seen.add(letter)
            for severity in plans.SEVERITIES:
                found = [plans.single(size, level, aql, severity) for aql in ISO["aql"]]
                assert [[one.number, one.accept] for one in found] == ISO[severity][letter], (letter, severity)
    assert len(seen) == 16
    assert tuple(ISO["aql"]) == plans.AQLS


def test_a_sample_larger_than_the_lot_is_the_whole_lot() -> None:
    given = sampling(plans.ISO2859, level="II", aql="0.065", severity=plans.NORMAL)
    assert plans.plan(given, 40).payload() == {"number": 40, "letter": "L", "accept": 0, "reject": 1}
    assert plans.plan(given | {"aql": "2.5"}, 1000).payload() == {"number": 80, "letter": "J", "accept": 5, "reject": 6}


@given(st.sets(st.text("ABC0123456789-", min_size=1, max_size=8), max_size=40), st.integers(0, 50))
def test_a_draw_can_be_made_again_by_anybody_and_chosen_by_nobody(labels: set[str], number: int) -> None:
    first = plans.drawn("INS-2026-0001", "api-1", "A-5/2", sorted(labels), number)
    assert first == plans.drawn("INS-2026-0001", "api-1", "A-5/2", sorted(labels, reverse=True), number)
    assert len(first) == min(number, len(labels))
    assert set(first) <= labels
    assert first == sorted(first)


def test_another_inspection_draws_others() -> None:
    labels = [f"C-{n:03}" for n in range(100)]
    draws = [plans.drawn(f"INS-2026-{n:04}", "api-1", "A", labels, 11) for n in range(1, 41)]
    assert len({tuple(one) for one in draws}) == 40
    # Of forty draws of eleven none of the hundred is left out by the way labels are written.
    assert len({label for one in draws for label in one}) > 95
    # The same for ever: what a log says was drawn must come out in any later program.
    assert plans.drawn("INS-2026-0001", "api-1", "A-5/2", [f"C-{n}" for n in range(1, 11)], 5) == KEPT
