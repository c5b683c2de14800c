"""A witness compares what a balance says was issued with the movements of stock (PRD-11, MAT-08)."""

from collections.abc import Iterator

import pytest
from packaging_stock_support import FIRST, SECOND, foil, issue, order
from stock_support import Store
from witness_support import Rig, Story

from server.production.packaging.rules import ISSUED
from server.production.yields.rules import OUT

pytestmark = pytest.mark.urs("PLT-18", "PRD-11", "MAT-08")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A balance that says what the store has issued, and one that says less."""
    folder = tmp_path_factory.mktemp("store")
    site = Store(f"sqlite:///{folder}/pestle.db", folder)
    for batch, label, said, flags in (("B1", FIRST, "25", ()), ("B2", SECOND, "24", (ISSUED,))):
        order(site, batch)
        site.allocate(batch, label)
        issue(site, batch, label)
        value = "100.0" if said == "25" else "104.2"
        assert set(site.put("material_balanced", foil(batch, said, value)).flags) - {OUT} == set(flags)
    yield Story.of(site.plant)
    site.plant.close()


def test_a_witness_compares_what_was_issued_with_the_movements_of_stock(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


def test_a_difference_to_what_was_issued_that_was_left_out_is_found(rig: Rig, story: Story) -> None:
    index = story.flagged(ISSUED)
    assert rig.show(story.without_flag(ISSUED)) == 422
    assert rig.found == ("flag_missing", index)


def test_a_difference_to_what_was_issued_that_was_made_up_is_found(rig: Rig, story: Story) -> None:
    (index, *_) = story.indices("production.material_balanced.v1")
    assert rig.show(story.with_flag(index, ISSUED)) == 422
    assert rig.found == ("flag_wrong", index)
