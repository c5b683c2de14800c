"""A lot is tested again after as many months as its material says; past that day it blocks itself."""

from collections.abc import Iterator
from pathlib import Path

import master_support
import pytest
from plant import PlantUnderTest

from server.alerts import sweeps
from server.core import clock, rebuild
from server.materials import queries as materials
from server.materials import rules as lots
from server.materials.stock import queries

pytestmark = pytest.mark.urs("MAT-07")
CODE = master_support.CODE
TODAY = clock.now_text()[:10]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    master_support.approve(made)
    yield made
    made.close()


def receive(site: PlantUnderTest, lot: str, status: str = "quarantine") -> None:
    given = {"material": CODE, "lot": lot, "status": status, "containers": None}
    given |= dict.fromkeys(("quantity", "supplier", "supplier_lot", "expiry"))
    site.state("materials.lot_received.v1", f"lot/{CODE}/{lot}", given)
    quantity = {"value": "10.0", "unit": "kg"}
    labelled = {"material": CODE, "lot": lot, "containers": [{"container": f"{lot}-1", "quantity": quantity}]}
    site.state("materials.containers_received.v1", f"lot/{CODE}/{lot}", labelled)


def release(site: PlantUnderTest, lot: str) -> None:
    said = {"material": CODE, "lot": lot, "status": "released", "reason": "tested"}
    site.state("materials.lot_status_changed.v1", f"lot/{CODE}/{lot}", said)


def test_the_material_says_when_a_lot_is_tested_again_and_past_that_it_is_not_offered(site: PlantUnderTest) -> None:
    receive(site, "L-1")
    receive(site, "OLD", "historical")
    release(site, "L-1")
    due = lots.months_after(TODAY, 24)
    with site.reading() as connection:
        found = materials.find_lot(connection, CODE, "L-1", due)
        old = materials.find_lot(connection, CODE, "OLD")
        assert found is not None
        assert old is not None
        assert (found.retest, found.status, old.retest) == (due, "released", None)
        assert [one.container for one in queries.propose(connection, CODE, None, due)] == ["L-1-1"]
        after = lots.months_after(TODAY, 25)
        assert queries.propose(connection, CODE, None, after) == []
        standing = queries.find_standing(connection, "L-1-1", after)
    assert standing is not None
    assert (standing.status, standing.use_until) == ("retest_due", due)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_people_are_told_before_it_comes(site: PlantUnderTest) -> None:
    receive(site, "L-1")
    release(site, "L-1")
    ahead = clock.now().replace(year=clock.now().year + 2)
    with site.reading() as connection:
        assert [*sweeps.SWEEPS["stock_retest"](connection, site.plant, clock.now())] == []
        [raised] = sweeps.SWEEPS["stock_retest"](connection, site.plant, ahead)
    assert (raised.link, raised.details["lot"], raised.details["name"]["zh"]) == (f"/lot/{CODE}/L-1", "L-1", "乙醇")
