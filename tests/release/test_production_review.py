"""Production reviews its record before quality does, by two people and two signatures (CN GMP 2010, 230; PRD-13)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from batch_support import Site, marked
from descent_support import made as finished
from descent_support import split
from flow_work_support import FlowSite
from release_support import assess, finish, production, refused, review, sign
from support import ROOT
from witness_support import Rig, Story

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.identity import queries as identity
from server.identity.model import PERMISSIONS
from server.release import queries
from server.release.model import PRODUCTION_KIND, PRODUCTION_MEANING, RELEASED_KIND
from server.web import tasks

pytestmark = pytest.mark.urs("PRD-13", "WHS-02")
KINDS = json.loads((ROOT / "tests/vectors/kinds.json").read_text("utf-8"))
REMARK = {"batch": "B1", "phase": None, "text": "filter changed"}


class Supervised(Site):
    """With a second supervisor."""

    PEOPLE: ClassVar = Site.PEOPLE | {"P-4": ("ma", ["supervisor"])}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Supervised(database_url, tmp_path)
    made.order("B1")
    yield made
    made.plant.close()


def against(site: Site) -> dict[str, list[str]]:
    return {gate["code"]: gate["details"] for gate in review(site)["gates"] if not gate["met"]}


def code(site: Site, **options: Any) -> str:
    with pytest.raises(PestleError) as error:
        production(site, **options)
    return error.value.code


def made(site: Site) -> None:
    site.work("B1")
    site.hand_back("B1")


def test_quality_releases_what_production_has_reviewed_and_nothing_else(site: Site) -> None:
    made(site)
    assert against(site) == {"production_reviewed": ["not_reviewed"]}
    assert [gate["code"] for gate in refused(site, "released", alone=True).details["open"]] == ["production_reviewed"]
    production(site)
    shown = review(site)["production"]
    assert (shown["signer"]["id"], shown["meaning"], shown["stale"]) == ("P-3", dict(PRODUCTION_MEANING), False)
    assert against(site) == {}
    sign(site, "released")
    assert site.line("B1").status == "released"
    assert review(site)["disposition"]["stale"] is False


def test_it_is_signed_once_every_phase_has_ended(site: Site) -> None:
    site.put("phase_started", marked("B1", "10"))
    assert code(site) == "production_unfinished"


@pytest.mark.urs("IDN-08")
def test_who_worked_on_the_batch_does_not_review_it_and_nobody_reviews_it_twice_over(site: Site) -> None:
    site.put("remark_added", REMARK, actor="P-3")
    made(site)
    assert code(site) == "production_own"
    assert code(site, person="P-1") == "not_permitted"
    assert code(site, person="P-5") == "not_permitted"


def test_another_signature_than_under_what_is_shown_is_refused(site: Site) -> None:
    made(site)
    assert code(site, digest="0" * 64) == "digest_stale"
    production(site)
    assert code(site) == "production_covered"


@pytest.mark.urs("IDN-04")
def test_what_the_floor_still_says_makes_it_stale_and_what_quality_says_does_not(site: Site) -> None:
    wrong = {"batch": "B1", "phase": "10", "items": [{"id": "labels", "ok": False}, {"id": "clean", "ok": True}]}
    site.put("line_cleared", wrong | {"comment": "one label"})
    finish(site)
    item = site.item("B1", "conflict")
    chosen = {"batch": "B1", "conflict": item.id, "chosen": item.entries[1], "reason": "cleared again"}
    site.state("release.conflict_resolved.v1", "batch/B1", chosen, "P-5")
    assess(site, "out_of_limits")
    assert against(site) == {}
    site.put("remark_added", REMARK)
    assert {"production_reviewed": ["came_after"]}.items() <= against(site).items()
    production(site)
    assert "production_reviewed" not in against(site)


@pytest.mark.urs("IDN-04", "PRD-14")
def test_what_becomes_of_a_copy_of_the_empty_record_is_quality_s(site: Site) -> None:
    finish(site)
    site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    back = {"batch": "B1", "copy": 1, "outcome": "unused", "reason": "never written on"}
    site.state("release.blank_accounted.v1", "batch/B1", back, "P-5")
    assert against(site) == {}
    assert code(site) == "production_covered"


@pytest.mark.urs("IDN-04")
def test_what_comes_after_the_release_is_reviewed_by_both_again(site: Site) -> None:
    finish(site)
    sign(site, "released")
    assert code(site) == "batch_disposed"
    site.put("remark_added", REMARK)
    assert against(site)["production_reviewed"] == ["came_after"]
    production(site)
    assert "production_reviewed" not in against(site)


def test_a_release_of_before_is_not_said_to_lack_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made(site)
    monkeypatch.setattr(queries, "_production", lambda *_: [])
    sign(site, "released")
    monkeypatch.undo()
    assert against(site) == {}
    assert "production_reviewed" not in {gate["code"] for gate in review(site)["gates"]}


@pytest.mark.urs("HMI-04")
def test_it_waits_on_the_screen_of_supervisors_who_took_no_part(site: Site) -> None:
    def waiting(person: str) -> list[str]:
        with site.plant.engine.connect() as connection:
            found = identity.find_person(connection, person)
            assert found is not None
            return [one.code for one in tasks.of_person(connection, found, clock.now())]

    made(site)
    assert "production_review" in waiting("P-3")
    assert "production_review" not in waiting("P-5")
    production(site)
    assert "production_review" not in waiting("P-3")


def test_only_supervisors_hold_the_permission() -> None:
    assert [role for role, held in PERMISSIONS.items() if "production.review" in held] == ["supervisor"]


def test_a_rebuild_tells_the_same_signatures(site: Site) -> None:
    finish(site)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("PLT-18")
def test_where_a_flow_reviews_batches_it_has_the_step(database_url: str, tmp_path: Path) -> None:
    class Reviewed(FlowSite):
        FLOW = "batch-review"

        def instance(self) -> str:
            return self.about("batch/B1")

    site = Reviewed(database_url, tmp_path)
    made(site)
    site.switch(True)
    assert set(against(site)) == {"batch_reviewed"}
    assert code(site) == "production_by_flow"
    site.plant.close()


def witness(folder: Path, story: Story) -> Rig:
    rig = Rig(folder, story)
    rig.show(story)
    rig.folder.close()
    return rig


@pytest.mark.urs("PLT-18", "CMP-05")
def test_a_witness_finds_a_release_that_production_has_not_reviewed(site: Site, tmp_path: Path) -> None:
    site.put("remark_added", REMARK, actor="P-4")
    made(site)
    before = Story.of(site.plant)
    production(site)
    signed = Story.of(site.plant)
    sign(site, "released")
    told = Story.of(site.plant)
    rig = witness(tmp_path / "good", told)
    assert rig.found is None, rig.why
    released, reviewed = told.payloads(RELEASED_KIND)[-1], told.payloads(PRODUCTION_KIND)[-1]
    # A version of before asked nobody for it; from the edition on that asks, it is found.
    release = released | {name: reviewed[name] for name in ("stream_seq", "stream_hash", "devices")}
    old = before.stated(RELEASED_KIND, "batch/B1", release, "P-5")
    assert witness(tmp_path / "old", old).found is None
    now = before.upgraded()
    late = now.stated(RELEASED_KIND, "batch/B1", release, "P-5")
    assert witness(tmp_path / "late", late).found == ("release_blocked", len(now.entries))
    # Reviewed by who took part in making it, and signed twice.
    own = {"signer": {"id": "P-4", "name": "ma", "name_en": None}}
    forged = before.stated(PRODUCTION_KIND, "batch/B1", reviewed | own, "P-4")
    assert witness(tmp_path / "own", forged).found == ("production_own", len(before.entries))
    twice = signed.stated(PRODUCTION_KIND, "batch/B1", reviewed, "P-3")
    assert witness(tmp_path / "twice", twice).found == ("production_covered", len(signed.entries))


@pytest.mark.urs("PLT-18")
def test_a_witness_finds_a_review_of_a_batch_that_is_not_made(site: Site, tmp_path: Path) -> None:
    site.put("phase_started", marked("B1", "10"))
    early = Story.of(site.plant)
    site.plant.close()
    given = KINDS[PRODUCTION_KIND] | {"batch": "B1", "signer": {"id": "P-3", "name": "chen", "name_en": None}}
    forged = early.stated(PRODUCTION_KIND, "batch/B1", given, "P-3")
    assert witness(tmp_path / "early", forged).found == ("production_unfinished", len(early.entries))


@pytest.mark.urs("PLT-18", "PLT-09")
def test_an_end_of_a_phase_in_the_stream_of_another_batch_accuses_nobody(site: Site, tmp_path: Path) -> None:
    """A device has mixed up two batches: the entry is kept, flagged, and ends the phase that it names."""
    plan = list(site._plan("B1", site.read_weight()).items())
    for phase, entries in plan:
        site.put("phase_started", marked("B1", phase))
        for kind, payload in entries:
            site.put(kind, payload)
        elsewhere = {"stream": "batch/B9"} if phase == plan[-1][0] else {}
        flags = site.put("phase_completed", marked("B1", phase), **elsewhere).flags
        assert ("subject_mismatch" in flags) is bool(elsewhere)
    site.hand_back("B1")
    production(site)
    told = Story.of(site.plant)
    rig = witness(tmp_path / "good", told)
    assert rig.found is None, rig.why
    end = told.indices("production.phase_completed.v1")[-1]
    assert witness(tmp_path / "erased", told.without_payload(end)).found == ("payload_missing", end)


@pytest.mark.urs("PLT-18")
def test_once_it_is_erased_what_a_batch_came_of_nobody_is_said_to_have_signed_twice(site: Site, tmp_path: Path) -> None:
    finished(site, "C1")
    split(site, "C1", ("C2", "40.000"), ("C3", "60.000"))
    production(site, "C2", "P-4")
    site.put("remark_added", REMARK | {"batch": "C1"})
    production(site, "C2", "P-4")
    told = Story.of(site.plant)
    assert witness(tmp_path / "good", told).found is None
    for formed in told.indices("production.batch_formed.v1"):
        # Nothing but that its payload is not there: no erasure says so here.
        rig = witness(tmp_path / f"erased-{formed}", told.without_payload(formed))
        assert rig.found == ("payload_missing", formed)
