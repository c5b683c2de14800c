"""Python and TypeScript give the same for whatever chance writes into an expression and its variables."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from expression_cases import ATTACKED, ATTACKS, TYPES, Chance, given, outcome
from expression_node import Ask
from expression_node import node as started
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as some

pytestmark = pytest.mark.urs("ENG-01", "PRD-07")
seen: Counter[str] = Counter()


@pytest.fixture(scope="module")
def node() -> Iterator[Ask]:
    with started() as ask:
        yield ask


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(seed=some.integers(0, 2**32))
def test_whatever_chance_writes_gives_the_same(node: Ask, seed: int) -> None:
    """Values, problems with their places, errors, and the variables that are used; a quarter is spoilt on purpose."""
    chance = Chance(seed)
    sources = [chance.source() for _ in range(15)] + [chance.spoilt() for _ in range(5)]
    said = chance.values()
    types, values = given(TYPES, said)
    here = [outcome(source, types, values) for source in sources]
    there = node({"types": TYPES, "values": said, "sources": sources})
    assert list(zip(sources, there, strict=True)) == list(zip(sources, here, strict=True))
    seen.update(str(one.get("problem") or one.get("error") or "result") for one in here)


def test_chance_met_what_there_is_to_meet() -> None:
    """A generator that makes nothing of some kind proves nothing about it."""
    assert {"result", "missing", "syntax", "division_by_zero", "out_of_range", "type_wrong", "name_unknown"} <= set(
        seen
    )
    assert seen["result"] > 200


def test_what_is_meant_to_take_long_ends_alike_and_at_once(node: Ask) -> None:
    types, values = given(TYPES, ATTACKED)
    for source in ATTACKS:
        began = time.monotonic()
        there = node({"types": TYPES, "values": ATTACKED, "sources": [source]})
        assert time.monotonic() - began < 10, source
        assert there == [outcome(source, types, values)], source
