"""What a run of the plan counts of batches that were split or merged (PRD-01, PRD-14)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from control_support import release
from descent_support import merge, rework, split
from recipe_support import step
from stock_support import DAY, Store

from server.planning import gathering, model

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


def test_what_a_batch_was_given_is_its_parts_once_one_of_them_has_begun(site: Store) -> None:
    assert free(site) == ["75"]
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    # Nobody has begun: the bills of both parts are still asked of it.
    assert free(site) == ["75"]
    begin(site, "B2")
    assert free(site) == ["25"]


def test_what_is_merged_again_still_has_it_and_a_rework_asks_for_itself(site: Store) -> None:
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    begin(site, "B4")
    assert free(site) == ["25"]
    site.put("phase_completed", {"batch": "B4", "phase": "10"})
    rework(site, "B4", "B5")
    site.put("phase_started", {"batch": "B5", "phase": "R1"})
    assert free(site) == ["75"]
