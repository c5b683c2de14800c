"""What comes after what in a recipe: the vectors that the app's mirror reads too, and what holds for any phases."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.recipes import structure

pytestmark = pytest.mark.urs("PRD-02", "PRD-05")
ROWS = json.loads((Path(__file__).parents[1] / "vectors/structure.json").read_text("utf-8"))


def told(phases: list[dict[str, Any]]) -> dict[str, Any]:
    minutes, path = structure.critical(phases)
    return {
        "predecessors": structure.predecessors(phases),
        "ancestors": {one: sorted(above) for one, above in structure.ancestors(phases).items()},
        "ends": structure.ends(phases),
        "ordered": structure.ordered(phases),
        "cycle": structure.cycle(phases),
        "levels": structure.levels(phases),
        "planned": {one: list(times) for one, times in structure.planned(phases).items()},
        "critical": {"minutes": minutes, "path": path},
    }


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_the_structure_of_each_vector(row: dict[str, Any]) -> None:
    assert told(row["phases"]) == row["told"]


def test_a_phase_stands_in_an_operation_of_a_unit_procedure() -> None:
    procedure = [{"id": "A", "operations": [{"id": "A1", "phases": ["10", "20"]}, {"id": "A2", "phases": ["30"]}]}]
    assert [structure.place(procedure, one) for one in ("20", "30", "40")] == [("A", "A1"), ("A", "A2"), None]


@st.composite
def _phases(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any phases, some in a circle or after one that there is not, some linear as old ones are."""
    names = [str(number) for number in range(draw(st.integers(0, 8)))]
    made: list[dict[str, Any]] = []
    for one in names:
        after = draw(st.none() | st.lists(st.sampled_from([*names, "x"]), max_size=3))
        phase: dict[str, Any] = {"id": one, "minutes": draw(st.none() | st.integers(0, 90))}
        made.append(phase if after is None else phase | {"after": after})
    return made


@settings(deadline=None)
@given(_phases())
def test_what_is_before_one_phase_is_what_is_before_it_among_all(phases: list[dict[str, Any]]) -> None:
    every = structure.ancestors(phases)
    assert {one: structure.above(phases, one) for one in every} == every
    assert structure.above(phases, "none") == set()


@settings(deadline=None)
@given(_phases())
def test_every_phase_has_its_place_and_none_comes_before_its_predecessors(phases: list[dict[str, Any]]) -> None:
    order, direct = structure.ordered(phases), structure.predecessors(phases)
    assert sorted(order) == sorted(one["id"] for one in phases)
    assert sorted(one for step in structure.levels(phases) for one in step) == sorted(order)
    circle = structure.cycle(phases)
    if circle:
        # Each waits for the one before it, the first for the last.
        assert all(before in direct[one] for before, one in zip([circle[-1], *circle[:-1]], circle, strict=True))
        return
    assert all(order.index(before) < order.index(one) for one in order for before in direct[one])
    times = structure.planned(phases)
    assert all(times[before][1] <= times[one][0] for one in order for before in direct[one])
    minutes, path = structure.critical(phases)
    assert minutes == sum(one["minutes"] or 0 for one in phases if one["id"] in path)
    assert minutes == max((end for _, end in times.values()), default=0)


@settings(deadline=None)
@given(_phases())
def test_who_is_its_own_ancestor_is_in_a_circle(phases: list[dict[str, Any]]) -> None:
    above = structure.ancestors(phases)
    assert bool(structure.cycle(phases)) == any(one in above[one] for one in above)
