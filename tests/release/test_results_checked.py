"""A batch's own results wait for a second person: before that they count for no release (QUA-03)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from release_support import finish, refused, review, sign
from usage_support import check, signature
from witness_support import Rig, Story

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.identity import queries as identity
from server.identity.model import PERSON_ADDED
from server.quality.model import RESULTS_RECORDED
from server.quality.usage import batches
from server.quality.usage.model import CHECK_MEANING, CHECKED
from server.release.model import RELEASED_KIND
from server.web import tasks
from sync.log import reading

pytestmark = pytest.mark.urs("QUA-03", "WHS-02")
ANALYST, SECOND, QA = "P-7", "P-71", "P-5"
BATCH = "batch/B1"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    person = {"person": SECOND, "login": "qian", "name": "钱", "name_en": None, "roles": ["qc"]}
    made.state(PERSON_ADDED, f"person/{SECOND}", person)
    made.order("B1")
    yield made
    made.plant.close()


def record(site: Site, value: str = "99.3", stage: str = "release", by: str = ANALYST, test: str = "assay") -> str:
    line: dict[str, Any] = {"test": test, "name": None, "value": {"value": value, "unit": "%"}}
    line |= {"low": "95.0", "high": "105.0", "verdict": "pass"}
    return site.state(RESULTS_RECORDED, BATCH, {"stage": stage, "results": [line], "source": None}, by).id


def gate(site: Site) -> tuple[bool, list[str]] | None:
    found = [one for one in review(site)["gates"] if one["code"] == "results_checked"]
    return (found[0]["met"], found[0]["details"]) if found else None


def denied(site: Site, entry: str, person: str) -> str:
    with pytest.raises(PestleError) as error:
        check(site.plant, BATCH, entry, person)
    return error.value.code


def test_results_of_a_batch_hold_its_release_until_a_second_person_has_checked_them(site: Site) -> None:
    finish(site)
    assert gate(site) is None
    first, second = record(site), record(site, stage="in_process", test="hardness")
    assert gate(site) == (False, ["release/assay", "in_process/hardness"])
    assert [one["code"] for one in refused(site, "released").details["open"]] == ["results_checked"]
    check(site.plant, BATCH, first, SECOND)
    assert gate(site) == (False, ["in_process/hardness"])
    check(site.plant, BATCH, second, SECOND)
    assert gate(site) == (True, [])
    sign(site, "released")
    assert site.line("B1").status == "released"
    with site.plant.engine.connect() as connection:
        shown = batches.page(connection, "B1")
    assert [(one["by"]["id"], one["checked"]["by"]["id"], one["waits"]) for one in shown] == [
        (ANALYST, SECOND, False),
        (ANALYST, SECOND, False),
    ]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_nobody_checks_their_own_nor_twice_nor_what_is_corrected_and_not_by_who_may_not(site: Site) -> None:
    entry = record(site)
    assert denied(site, entry, ANALYST) == "usage_own_work"
    assert denied(site, entry, "P-1") == "not_permitted"
    with site.plant.engine.connect() as connection:
        order = next(iter(reading.of_stream(connection, BATCH, 0))).head.id
    assert denied(site, order, SECOND) == "results_not_unchecked"
    check(site.plant, BATCH, entry, SECOND)
    assert denied(site, entry, SECOND) == "results_not_unchecked"
    said = {"entry": record(site), "digest": "0" * 64, "comment": None, "meaning": dict(CHECK_MEANING)}
    with pytest.raises(PestleError, match="digest_stale"):
        site.state(CHECKED, BATCH, said | signature(site.plant, SECOND), SECOND)


def test_a_batch_that_was_released_before_is_not_said_to_lack_a_check_and_nobody_checks_it_now(site: Site) -> None:
    """Its signature covers everything: a check would make it stale. What comes later needs one."""
    finish(site)
    first = record(site)
    check(site.plant, BATCH, first, SECOND)
    sign(site, "released")
    assert gate(site) == (True, [])
    late = record(site, "98.9")
    assert gate(site) == (False, ["release/assay"])
    check(site.plant, BATCH, late, SECOND)
    assert gate(site) == (True, [])


def test_a_check_under_a_signature_that_stands_is_refused(site: Site) -> None:
    finish(site)
    entry = record(site)
    sign(site, "rejected")
    assert gate(site) is None
    assert denied(site, entry, SECOND) == "batch_disposed"


@pytest.mark.urs("HMI-04")
def test_who_may_check_them_is_told_so_at_home(site: Site) -> None:
    finish(site)
    record(site)

    def told(person: str) -> list[str]:
        with site.plant.engine.connect() as connection:
            found = identity.find_person(connection, person)
            assert found is not None
            return [one.code for one in tasks.of_person(connection, found, clock.now())]

    assert "batch_check" in told(SECOND)
    assert "batch_check" not in told(ANALYST)


def witness(folder: Path, story: Story) -> Rig:
    rig = Rig(folder, story)
    rig.show(story)
    rig.folder.close()
    return rig


def test_a_witness_finds_a_release_over_results_that_nobody_checked_and_who_checked_their_own(
    site: Site, tmp_path: Path
) -> None:
    finish(site)
    first, late = record(site), record(site, "98.9")
    check(site.plant, BATCH, first, SECOND)
    own = Story.of(site.plant)
    with site.plant.engine.connect() as connection:
        digest = next(one["digest"] for one in batches.page(connection, "B1") if one["entry"] == late)
    said = {"entry": late, "digest": digest, "comment": None, "meaning": dict(CHECK_MEANING)}
    forged = own.stated(CHECKED, BATCH, said | signature(site.plant, ANALYST), ANALYST)
    assert witness(tmp_path / "own", forged).found == ("usage_own_work", len(own.entries))
    check(site.plant, BATCH, late, SECOND)
    sign(site, "released")
    story = Story.of(site.plant)
    rig = witness(tmp_path / "good", story)
    assert rig.found is None, rig.why
    # The same release without the check of what came last.
    index = story.indices(CHECKED)[-1]
    released = story.payloads(RELEASED_KIND)[-1]
    cut = Story(story.origin, story.signer, story.entries[:index])
    forged = cut.stated(RELEASED_KIND, BATCH, released, QA)
    assert witness(tmp_path / "over", forged).found == ("release_blocked", index)
