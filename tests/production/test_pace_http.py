"""A plant says after what silence a batch stands still: who may, between what bounds, and what is shown before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plant import PlantUnderTest

pytestmark = pytest.mark.urs("PRD-05")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def test_who_releases_orders_says_it_and_everybody_who_sees_batches_reads_it(site: PlantUnderTest) -> None:
    said = {"hours": 8, "reason": "drying takes seven hours"}
    worker, supervisor = site.client("wang"), site.client("chen")
    assert worker.get("/api/batch-pace").json == {"hours": 4, "reason": None, "set_at": None}
    assert worker.post("/api/batch-pace", json=said).status_code == 403
    for wrong in (said | {"hours": 0}, said | {"hours": 169}, said | {"reason": ""}):
        assert supervisor.post("/api/batch-pace", json=wrong).status_code == 422
    assert supervisor.post("/api/batch-pace", json=said).json["hours"] == 8
    assert worker.get("/api/batch-pace").json["reason"] == said["reason"]
