"""A witness knows who did what is typed in from paper, and finds a server that lets them be their own second person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import weighed
from paper_support import begun, issue, opened
from witness_support import Rig, Story, spared, upgrade

from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
WEIGHED, VERIFIED = "production.material_weighed.v1", "production.entry_verified.v1"
OWN = "verifier_is_performer"


def told(folder: Path, stated: bool) -> Iterator[Story]:
    """Somebody verifies what they weighed on paper, at once and afterwards; who typed it in verifies the rest."""
    for site in opened(f"sqlite:///{folder}/pestle.db", folder):
        if stated:
            site.state(UPGRADED, "site", upgrade(UPGRADED))
        issue(site)
        site.put("paper_begun", begun("20", done_by="P-2"))
        if stated:
            # Older rules took who types for who weighed.
            site.put("material_weighed", weighed("B1", verified_by="P-1"), cosigner="P-1")
        weight = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
        for person in ("P-1", "P-2"):
            given = {"batch": "B1", "phase": "20", "entry": weight.id, "verified_by": person}
            site.put("entry_verified", given, actor=person, cosigner=person)
        site.put("paper_begun", begun("30", done_by="P-7"))
        yield Story.of(site.plant)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    yield from told(tmp_path_factory.mktemp("paper-people"), True)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One that has named no edition of its rules."""
    yield from told(tmp_path_factory.mktemp("paper-people-old"), False)


def test_an_honest_log_is_right(rig: Rig, story: Story) -> None:
    assert [OWN in story.entries[n].stamp.flags for n in story.indices(WEIGHED)] == [False, True]
    assert [OWN in story.entries[n].stamp.flags for n in story.indices(VERIFIED)] == [False, True]
    assert rig.show(story) == 200, rig.why


def test_who_verified_what_they_did_on_paper_is_found(tmp_path: Path, old: Story) -> None:
    spared(Rig(tmp_path / "rig", old), old, OWN)


def test_that_somebody_did_it_who_might_not_work_is_told(tmp_path: Path, old: Story) -> None:
    spared(Rig(tmp_path / "rig", old), old, "person_not_permitted")


def test_at_once_too(tmp_path: Path, story: Story) -> None:
    index = story.indices(WEIGHED)[-1]
    rig = Rig(tmp_path / "at-once", story)
    assert rig.show(story.first(index + 1).without_flag(OWN)) == 422
    assert rig.found == ("flag_missing", index)


def test_once_it_is_erased_who_did_it_nobody_is_accused(rig: Rig, story: Story) -> None:
    erased = story.without_payload(story.indices("production.paper_begun.v1")[0])
    rig.show(erased.without_flag(OWN))
    assert rig.found is None or "flag" not in rig.found[0]
