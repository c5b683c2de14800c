"""What a run of the plan counts of batches that were split or merged (PRD-01, PRD-14)."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from batch_support import weighed
from control_support import release
from descent_support import merge, rework, split
from hypothesis import given
from hypothesis import strategies as st
from recipe_support import step
from stock_support import DAY, Store

from server.planning import gathering, model
from server.planning.parts import Part, due

pytestmark = pytest.mark.urs("PRD-01", "PRD-14")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """75 kg of a lot; B1 was given 50 kg of it, and is split before any of its work was done."""
    made = Store(database_url, tmp_path)
    release(made, "B1", [step("10", "instruction"), step("20", "instruction", "10")])
    made.allocate("B1", "A-5/2-1", "A-5/2-2")
    made.hand_back("B1")
    yield made
    made.plant.close()


def free(site: Store) -> list[str]:
    """Kilograms that a run of the plan may still give away."""
    with site.plant.engine.connect() as connection:
        found = gathering.gather(connection, DAY).supplies
    return [str(one.quantity) for one in found if (one.kind, one.item) == (model.STOCK, "api-1")]


def begin(site: Store, batch: str) -> None:
    site.put("phase_started", {"batch": batch, "phase": "10"})


def take(site: Store, batch: str, value: str, container: str) -> None:
    site.put("material_weighed", weighed(batch, value, container=container, lot="A-5/2"))


def test_of_what_a_batch_was_given_each_part_that_has_begun_has_its_own(site: Store) -> None:
    """Nobody asks twice for what the parts that have not begun need: their bills are asked of the rest."""
    assert free(site) == ["75"]
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert free(site) == ["75"]
    # 40 of 100 kg of the 50 kg are those of B2.
    begin(site, "B2")
    assert free(site) == ["55"]
    # What it has taken of that it needs no more: 62 kg are left, and 12 kg of them are to come out for B2.
    take(site, "B2", "8.000", "A-5/2-1")
    assert free(site) == ["55"]
    # Of one container more than that one's share: what counts is the whole, also when it is empty.
    take(site, "B2", "12.000", "A-5/2-1")
    assert free(site) == ["55"]
    begin(site, "B3")
    assert free(site) == ["25"]
    take(site, "B3", "5.000", "A-5/2-1")
    assert free(site) == ["25"]


def test_of_a_part_of_a_part_it_is_the_same(site: Store) -> None:
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    site.hand_back("B3")
    split(site, "B3", ("B4", "15.000"), ("B5", "45.000"))
    begin(site, "B4")
    # 15 of 100 kg of the 50 kg.
    assert free(site) == ["135/2"]
    begin(site, "B2")
    assert free(site) == ["95/2"]


SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@given(SHARES, st.data())
def test_what_is_due_is_all_that_is_left_once_every_part_has_begun(shares: list[int], data: st.DataObject) -> None:
    """And nothing while none has; each that begins takes as much more as its part is."""
    whole = Fraction(sum(shares))
    children = tuple((f"P{at}", Fraction(share) / whole) for at, share in enumerate(shares))
    started = data.draw(st.lists(st.booleans(), min_size=len(shares), max_size=len(shares)))
    parts = {name: Part(begun, Fraction(0)) for (name, _), begun in zip(children, started, strict=True)}
    parts["B1"] = Part(False, Fraction(0), children)
    theirs = sum((share for (_, share), begun in zip(children, started, strict=True) if begun), Fraction(0))
    assert due("B1", Fraction(50), parts) == 50 * theirs


def test_what_is_merged_again_still_has_it_and_a_rework_asks_for_itself(site: Store) -> None:
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    begin(site, "B4")
    assert free(site) == ["25"]
    site.put("phase_completed", {"batch": "B4", "phase": "10"})
    rework(site, "B4", "B5")
    site.put("phase_started", {"batch": "B5", "phase": "R1"})
    assert free(site) == ["75"]
