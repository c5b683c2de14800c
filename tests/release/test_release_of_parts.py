"""What a batch came of is asked where QA decides on it, and what still comes of that reaches it (PRD-14)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from descent_support import ordered, split
from release_support import refused, waive

from server.core.errors import PestleError

pytestmark = pytest.mark.urs("PRD-14", "IDN-04")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    yield made
    made.plant.close()


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
