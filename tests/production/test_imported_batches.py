"""Batches of another system's records: history that is shown and traced, and never worked on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import PRODUCT, SIZE, Site

from server.core import rebuild
from server.production import queries


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def history(batch: str, **changes: Any) -> dict[str, Any]:
    value = {"value": "98.71", "unit": "%"}
    given: dict[str, Any] = {
        "batch": batch,
        "product": PRODUCT,
        "size": SIZE,
        "started": "2018-11",
        "lots": [{"material": "api-1", "lot": "2"}, {"material": "smcc", "lot": "1"}],
        "yields": [{"stage": "batch", "value": value, "low": "95.0", "high": None, "verdict": "pass"}],
        "source": {"file": "Laboratory.csv", "sha256": "0" * 64, "line": 2, "mapping": "tablets"},
    }
    return given | changes


@pytest.mark.urs("INT-06", "WHS-04")
def test_an_imported_batch_is_historical_with_its_yield_and_traces_to_its_lots(site: Site) -> None:
    assert site.state("production.batch_imported.v1", "batch/17", history("17")).flags == ()
    line = site.line("17")
    assert (line.status, line.started_at, line.phases_total) == ("historical", "2018-11", 0)
    with site.plant.engine.connect() as connection:
        assert queries.trace_lot(connection, "api-1", "2", "forward")["batches"] == ["17"]
        assert queries.yields_of(connection, "17")[0]["value"] == {"value": "98.71", "unit": "%"}
        assert queries.recipe_of(connection, "17") is None


@pytest.mark.urs("INT-06", "PLT-16", "PLT-05")
def test_a_batch_imported_twice_stands_in_the_log_twice_and_in_the_tables_once(site: Site) -> None:
    site.state("production.batch_imported.v1", "batch/17", history("17"))
    again = site.state("production.batch_imported.v1", "batch/17", history("17", yields=[]))
    assert again.flags == ("batch_known",)
    with site.plant.engine.connect() as connection:
        assert len(queries.yields_of(connection, "17")) == 1
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"] is True
