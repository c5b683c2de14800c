"""A second person confirms afterwards, from another tablet: another one, permitted, by their own signature."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, cleared, marked, weighed

from server.core.record import Recorded
from server.production import queries

pytestmark = pytest.mark.urs("IDN-06", "IDN-09")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))
    yield site
    site.plant.close()


def verified(site: Site, entry: str, by: str, cosigner: str | None) -> Recorded:
    payload = {"batch": "B1", "phase": "20", "entry": entry, "verified_by": by}
    return site.put("entry_verified", payload, actor=by, subject=entry, cosigner=cosigner)


def verifier_of(site: Site, entry: str) -> Any:
    with site.plant.engine.connect() as connection:
        found = queries.find_entry(connection, entry)
    assert found is not None
    return found.verifier


def test_who_confirms_afterwards_stands_beside_the_weight_and_qa_still_sees_that_it_came_late(site: Site) -> None:
    weight = site.put("material_weighed", weighed("B1", verified_by=None))
    assert verified(site, weight.id, "P-2", "P-2").flags == ()
    assert verifier_of(site, weight.id) == "P-2"
    assert [code for code, _, _ in site.items("B1")] == ["manual_weight_unverified"]


@pytest.mark.parametrize(
    ("by", "cosigner", "flag"),
    [
        ("P-1", "P-1", "verifier_is_performer"),
        ("P-2", None, "manual_weight_unverified"),
        ("P-2", "P-3", "manual_weight_unverified"),
        ("P-7", "P-7", "person_not_permitted"),
    ],
)
def test_nobody_else_confirms(site: Site, by: str, cosigner: str | None, flag: str) -> None:
    weight = site.put("material_weighed", weighed("B1", verified_by=None))
    assert flag in verified(site, weight.id, by, cosigner).flags
    assert verifier_of(site, weight.id) is None
    assert flag in [code for code, _, _ in site.items("B1")]


def test_what_is_not_known_here_is_not_confirmed(site: Site) -> None:
    site.order("B2")
    other = site.put("material_weighed", weighed("B2", verified_by=None))
    assert "verification_unknown" in verified(site, other.id, "P-2", "P-2").flags
    assert verifier_of(site, other.id) is None
