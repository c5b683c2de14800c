"""Who did something on paper is who did it, whoever types it in: they are not their own second person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, weighed
from paper_support import begun, ended, issue, opened

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    yield from opened(database_url, tmp_path)


def test_who_weighed_on_paper_has_not_verified_that_and_who_types_it_in_may_have(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun("20", done_by="P-2"))
    own = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    assert "verifier_is_performer" in own.flags
    typist = site.put("material_weighed", weighed("B1", verified_by="P-1"), cosigner="P-1")
    assert "verifier_is_performer" not in typist.flags
    # Of what is done today who signs it has done it.
    site.put("paper_ended", ended("20", "P-3"), cosigner="P-3")
    assert "verifier_is_performer" in site.put("material_weighed", weighed("B1", verified_by="P-1")).flags


def test_nor_do_they_verify_it_afterwards(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun("20", done_by="P-2"))
    weight = site.put("material_weighed", weighed("B1"))
    for person, wrong in (("P-2", True), ("P-1", False)):
        given = {"batch": "B1", "phase": "20", "entry": weight.id, "verified_by": person}
        said = site.put("entry_verified", given, actor=person, cosigner=person)
        assert ("verifier_is_performer" in said.flags) is wrong


@pytest.mark.urs("IDN-01")
def test_whoever_did_it_might_work_on_batches_then(site: Site) -> None:
    issue(site)
    for phase, person in (("10", "P-9"), ("20", "P-7"), ("30", "P-5")):
        assert site.put("paper_begun", begun(phase, done_by=person)).flags == ("person_not_permitted",)
        assert site.items("B1")[-1][:1] == ("person_not_permitted",)
    # Roles that were taken away since have held then.
    site.now_ms += 3_600_000
    given = {"person": "P-2", "grants": [], "reason": "left"}
    site.state("identity.roles_changed.v2", "person/P-2", given)
    assert site.put("paper_begun", begun("40", done_by="P-2")).flags == ()
