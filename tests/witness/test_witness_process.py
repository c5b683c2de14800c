"""A witness finds what a server leaves out or makes up about checks, patterns and yields (PRD-09, PRD-10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from batch_support import Site, marked
from control_support import checked, counted, drawn_up, explained, release, reported, weighed_in
from witness_support import Rig, Story, spared

from server.core import clock
from server.production.controls.rules import FLAGS
from server.production.yields.rules import DIFFERS, STALE, UNEXPLAINED, UNKNOWN, UNSIGNED

pytestmark = pytest.mark.urs("PLT-18", "PRD-09", "PRD-10")
EVERY = (*FLAGS, STALE, UNEXPLAINED, UNKNOWN, UNSIGNED, DIFFERS)


def checks(site: Site) -> None:
    release(site, "B1")
    net = site.put("material_weighed", weighed_in("B1")).id
    site.put("phase_completed", marked("B1", "20"))
    site.put("phase_started", marked("B1", "30"))
    begun = site.now_ms
    for turn, value in enumerate(("113.8", "114.2", "114.0", "114.1", "113.9", "117.0"), 1):
        site.now_ms = begun + turn * 600_000
        other = f"{float(value) + 0.2:.1f}"
        mean = f"{float(value) + 0.1:.2f}"
        flags = site.put("check_recorded", checked("B1", turn, values=[value, other], mean=mean)).flags
    assert "nelson_rule" in flags
    site.now_ms = begun + 74 * 60_000
    assert site.put("check_recorded", checked("B1", 7)).flags == ("check_late",)
    details = {"check": "mass", "rounds": [8, 9, 10, 11, 12]}
    for told in (details, {"check": "hardness", "rounds": [*range(1, 13)]}, {"check": "mass", "rounds": [{}]}):
        site.put("exception_raised", reported("B1", "check_missed", phase="30", details=told))
    site.now_ms = begun + 130 * 60_000
    assert site.put("phase_completed", marked("B1", "30")).flags == ("check_missed",)
    yields(site, net)


def yields(site: Site, net: str) -> None:
    made = site.put("parameter_recorded", counted("B1", "12.500")).id
    site.put("phase_completed", marked("B1", "40"))
    assert site.put("yield_recorded", drawn_up("B1", [net], [made], value="99.6")).flags == (DIFFERS,)
    release(site, "B2")
    other = site.put("material_weighed", weighed_in("B2")).id
    counted_there = site.put("parameter_recorded", counted("B2", "12.500")).id
    low = drawn_up("B2", [other], [counted_there], value="94.9")
    low["inputs"][2]["value"] = "-0.500"
    recorded = site.put("yield_recorded", low)
    site.put("yield_explained", explained("B2", other), cosigner="P-3")
    site.put("yield_explained", explained("B2", recorded.id))
    assert UNEXPLAINED in site.put("phase_started", marked("B2", "60")).flags
    assert UNEXPLAINED in site.put("phase_completed", marked("B2", "60")).flags
    assert site.put("yield_explained", explained("B2", recorded.id), cosigner="P-3").flags == ()
    assert UNEXPLAINED not in site.put("phase_started", marked("B2", "60")).flags
    unstarted(site)
    held(site)
    for named in ([recorded.id], []):
        site.put("exception_raised", reported("B2", STALE, entries=named))
    corrected = site.put("material_weighed", weighed_in("B2", "12.645"), corrects=other, reason="misread")
    assert STALE in corrected.flags


def held(site: Site) -> None:
    """A hold that puts off two rounds."""
    release(site, "B4")
    site.put("phase_started", marked("B4", "30"))
    site.put("phase_held", marked("B4", "30") | {"reason": "hopper empty"})
    site.now_ms += 25 * 60_000
    assert site.put("phase_resumed", marked("B4", "30") | {"comment": None}).flags == ("hold_long",)


def unstarted(site: Site) -> None:
    """Checks of a phase whose start nobody recorded: the first is its beginning."""
    release(site, "B3")
    begun = site.now_ms
    site.put("check_recorded", checked("B3", 1))
    site.now_ms = begun + 34 * 60_000
    assert "check_late" in site.put("check_recorded", checked("B3", 3)).flags
    site.now_ms = begun + 360 * 60_000
    assert "check_missed" in site.put("phase_completed", marked("B3", "30")).flags


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    checks(site)
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", [*FLAGS, STALE])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    (index, *_) = story.indices("production.check_recorded.v1")
    made_up = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(made_up) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.urs("CMP-05")
@pytest.mark.parametrize("flag", ["hold_long", "check_late", "check_missed", UNEXPLAINED])
def test_a_version_that_asked_less_of_phases_is_not_accused(rig: Rig, story: Story, flag: str) -> None:
    """Of a phase of which nobody recorded the start, of holds, and of more than the start after a yield."""
    spared(rig, story, flag)


def test_without_a_payload_that_was_erased_nothing_is_judged_of_its_batch(rig: Rig, story: Story) -> None:
    (index, *_) = story.indices("production.check_recorded.v1")
    rig.show(story.without_payload(index).without_flag("nelson_rule"))
    assert rig.found is None or "flag" not in rig.found[0]
