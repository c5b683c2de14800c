"""What a batch came of is asked where QA decides on it, and what still comes of that reaches it (PRD-14)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audit_support as audits
import pytest
from batch_support import Site
from descent_support import kilograms, made, ordered, split
from release_support import refused, review, review_production, sign, waive
from stock_support import LABELS, Store

from server.core import rebuild
from server.core.errors import PestleError
from server.core.record import Recorded
from server.production.model import batch_stream
from server.quality import queries as quality
from server.quality.model import RESULTS_RECORDED
from server.release import queries
from server.release.audit import pages
from server.release.audit.model import Scope
from server.release.model import DIFFERENCE_MEANING, EXPLAINED_KIND

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


def test_who_worked_on_a_batch_does_not_review_the_trail_of_its_parts(site: Site) -> None:
    ordered(site)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "swept"}, actor="P-6")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    scope = Scope(batch="B2")
    assert audits.refused(site, audits.reviewed(site, scope, person="P-6"), "P-6") == "reviewer_produced"
    with site.plant.engine.connect() as connection:
        shown = [pages.selection(connection, scope, person)["refused"] for person in ("P-5", "P-6")]
    assert shown == [None, "reviewer_produced"]
    audits.sign(site, audits.reviewed(site, scope))


class Keeping(Store):
    """P-4 keeps the store, and is of quality as well."""

    PEOPLE = Store.PEOPLE | {"P-4": ("kong", ["qa", "keeper"])}

    def brought(self, batch: str, label: str, person: str, back: str) -> None:
        stands = self.stands(label)
        said: dict[str, Any] = {"batch": batch, "container": label, "material": "api-1", "lot": stands.lot, "to": None}
        self.state("production.container_issued.v1", batch_stream(batch), said | {"held": stands.held}, person)
        said = {"batch": batch, "container": label, "quantity": kilograms(back), "to": None, "reason": None}
        self.state("production.container_returned.v1", batch_stream(batch), said, person)


@pytest.mark.urs("WHS-02")
def test_who_handed_out_material_of_a_batch_does_not_explain_a_difference_of_its_parts(
    database_url: str, tmp_path: Path
) -> None:
    site = Keeping(database_url, tmp_path)
    made(site, "B1")
    site.allocate("B1", LABELS[0])
    site.brought("B1", LABELS[0], "P-4", "25.00")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    site.allocate("B2", LABELS[1])
    site.brought("B2", LABELS[1], "P-8", "24.00")
    given: dict[str, Any] = {"batch": "B2", "material": "api-1", "difference": kilograms("1.00"), "reason": "spilt"}
    given |= {"meaning": dict(DIFFERENCE_MEANING), "signed_at": "2026-11-22T09:30:00.000Z", "offset": 480}
    given |= {"method": "password", "components": 2, "passkey": None}
    for person, code in (("P-4", "difference_own"), ("P-5", None)):
        said = given | {"signer": {"id": person, "name": "孔", "name_en": "Kong"}}
        if code is None:
            site.state(EXPLAINED_KIND, "batch/B2", said, person)
        else:
            with pytest.raises(PestleError) as error:
                site.state(EXPLAINED_KIND, "batch/B2", said, person)
            assert error.value.code == code
    site.plant.close()


def test_what_still_comes_of_a_batch_reaches_its_parts_that_are_released(site: Site) -> None:
    made(site, "B1")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    review_production(site, "B2")
    sign(site, "released", batch="B2")
    assert standing(site, "B2") == (False, [])
    late = site.put("remark_added", {"batch": "B1", "phase": None, "text": "the sieve was torn"})
    assert "post_seal" in late.flags
    with site.plant.engine.connect() as connection:
        [found] = quality.deviations_of_batch(connection, "B1")
    assert found.entries == (late.id,)
    assert standing(site, "B2") == (True, ["production_reviewed", "parents"])
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
