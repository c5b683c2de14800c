"""A witness finds a server that is silent of what nobody compared with its sheet, and accuses none of before."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from batch_support import Site, parameter
from paper_support import begun, ended, issue, opened
from witness_support import Rig, Story, spared, upgrade

from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
FLAG = "paper_unchecked"


def again(site: Site) -> None:
    """The same tablet begins again, which ends what it typed in."""
    site.put("paper_begun", begun("30"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    site.put("paper_begun", begun("30", copy=2))


def left(site: Site) -> None:
    """Another tablet ends the same of the same copy."""
    site.put("paper_begun", begun("30"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    site.put("paper_begun", begun("30"), device="tablet-b")
    site.put("paper_ended", ended("30"), cosigner="P-2", device="tablet-b")


def own(site: Site) -> None:
    """Who typed it compares it, while somebody else ends it."""
    site.put("paper_begun", begun("30"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    site.put("paper_ended", ended("30", "P-1"), actor="P-2", cosigner="P-1")


@pytest.fixture(scope="module", params=[again, left, own])
def way(request: pytest.FixtureRequest) -> Callable[[Site], None]:
    found: Callable[[Site], None] = request.param
    return found


def told(folder: Path, way: Callable[[Site], None], stated: bool) -> Iterator[Story]:
    for site in opened(f"sqlite:///{folder}/pestle.db", folder):
        if stated:
            site.state(UPGRADED, "site", upgrade(UPGRADED))
        issue(site, 1, 2)
        way(site)
        yield Story.of(site.plant)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, way: Callable[[Site], None]) -> Iterator[Story]:
    yield from told(tmp_path_factory.mktemp("unchecked"), way, True)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, way: Callable[[Site], None]) -> Iterator[Story]:
    yield from told(tmp_path_factory.mktemp("unchecked-old"), way, False)


def test_an_honest_log_is_right(rig: Rig, story: Story) -> None:
    assert FLAG in story.entries[story.flagged(FLAG)].stamp.flags
    assert rig.show(story) == 200, rig.why


def test_silence_is_found_and_servers_of_before_are_not_accused(tmp_path: Path, old: Story) -> None:
    spared(Rig(tmp_path / "rig", old), old, FLAG)


def test_once_what_was_typed_is_erased_nobody_is_accused(rig: Rig, story: Story) -> None:
    erased = story.without_payload(story.indices("production.parameter_recorded.v1")[0])
    rig.show(erased.without_flag(FLAG))
    assert rig.found is None or "flag" not in rig.found[0]
