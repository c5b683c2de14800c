"""What a batch came of is asked where QA decides on it, and what still comes of that reaches it (PRD-14)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from descent_support import made, ordered, split
from release_support import refused, review, sign, waive

from server.core import rebuild
from server.core.errors import PestleError
from server.core.record import Recorded
from server.quality import queries as quality
from server.quality.model import RESULTS_RECORDED
from server.release import queries

pytestmark = pytest.mark.urs("PRD-14", "IDN-04")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def lease(site: Site, batch: str) -> None:
    said = {"lease": f"lease-{batch}", "batch": batch, "device": "tablet-a", "person": "P-1", "lease_hash": "0" * 64}
    said |= {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
    site.state("handheld.lease_issued.v1", f"batch/{batch}", said)


def test_who_made_a_batch_neither_releases_its_parts_nor_waives_a_device_for_them(site: Site) -> None:
    ordered(site)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "swept"}, actor="P-6")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    lease(site, "B2")
    assert refused(site, "released", person="P-6", batch="B2").code == "releaser_produced"
    assert refused(site, "released", person="P-5", batch="B2").code == "release_blocked"
    with pytest.raises(PestleError) as error:
        waive(site, "tablet-a", "P-6", "B2")
    assert error.value.code == "waiver_produced"
    waive(site, "tablet-a", "P-5", "B2")


def test_what_still_comes_of_a_batch_reaches_its_parts_that_are_released(site: Site) -> None:
    made(site, "B1")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    sign(site, "released", batch="B2")
    assert standing(site, "B2") == (False, [])
    late = site.put("remark_added", {"batch": "B1", "phase": None, "text": "the sieve was torn"})
    assert "post_seal" in late.flags
    with site.plant.engine.connect() as connection:
        [found] = quality.deviations_of_batch(connection, "B1")
    assert found.entries == (late.id,)
    assert standing(site, "B2") == (True, ["parents"])
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_result_of_a_batch_whose_part_is_rejected_opens_a_deviation(site: Site) -> None:
    made(site, "B1")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert "post_seal" not in results(site, "B1").flags
    sign(site, "rejected", batch="B2")
    assert "post_seal" in results(site, "B1").flags
    assert standing(site, "B2")[0]


def results(site: Site, batch: str) -> Recorded:
    line = {"test": "assay", "name": None, "value": {"value": "80.0", "unit": "%"}, "verdict": "fail"}
    line |= {"low": "95.0", "high": "105.0"}
    return site.state(
        RESULTS_RECORDED, f"batch/{batch}", {"stage": "release", "results": [line], "source": None}, "P-7"
    )


def standing(site: Site, batch: str) -> tuple[bool, list[str]]:
    """Whether the signature is stale, alone and in a list, and which gates are not met."""
    shown = review(site, batch)
    with site.plant.engine.connect() as connection:
        assert (batch in queries.stale_of(connection, [batch, "B9"])) == shown["disposition"]["stale"]
    return shown["disposition"]["stale"], [one["code"] for one in shown["gates"] if not one["met"]]
