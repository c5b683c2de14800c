"""A witness finds a server that takes work in another area as if its maker's roles held there."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from batch_support import PHASES, Site, cleared, marked
from witness_support import Rig, Story

from server.core import clock

pytestmark = pytest.mark.urs("PLT-18", "IDN-01")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("areas")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    for area, rooms in (("dispensing", ["2-114"]), ("old", ["2-118"])):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "plan of the plant"}
        site.state("identity.area_set.v1", "site", given)
    grants = {"person": "P-1", "grants": [{"role": "operator", "areas": ["old"]}], "reason": "moved"}
    site.state("identity.roles_changed.v2", "person/P-1", grants)
    site.order("B1", phases=[{**phase, "room": "2-114" if phase["id"] == "10" else "2-118"} for phase in PHASES])
    site.now_ms = int(clock.now().timestamp() * 1000)
    site.put("line_cleared", cleared("B1"))
    site.put("line_cleared", cleared("B1"), actor="P-2", device="tablet-b")
    site.put("phase_started", marked("B1", "30"))
    yield Story.of(site.plant)
    site.plant.close()


def test_what_the_server_judged_rightly_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    assert sum("area_not_permitted" in entry.stamp.flags for entry in story.entries) == 1


def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story) -> None:
    assert rig.show(story.without_flag("area_not_permitted")) == 422
    assert rig.found == ("flag_missing", story.flagged("area_not_permitted"))


def test_a_flag_for_work_in_ones_own_area_is_found(rig: Rig, story: Story) -> None:
    [index] = story.indices("production.phase_started.v1")
    flags = (*story.entries[index].stamp.flags, "area_not_permitted")
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=flags))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)
