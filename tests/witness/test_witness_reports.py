"""A witness finds a deviation that somebody asked for and nobody opened, and a photo of a report that is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from release_support import review_production, sign
from witness_support import Rig, Story, witnessed

from server.production.model import REPORTED
from server.quality import entries
from server.quality.model import DEVIATION_OPENED
from server.release.model import ASSESSED_KIND

pytestmark = pytest.mark.urs("QUA-05", "PLT-18")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Reports with a photo, with one that is none, and with a deviation; a remark after that."""
    folder = tmp_path_factory.mktemp("reports")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    site.order("B1")
    photo = {"batch": "B1", "phase": None, "blob": "ab" * 32, "type": "image/jpeg", "bytes": 9, "caption": "x"}
    given: dict[str, Any] = {"batch": "B1", "phase": "10", "severity": "major", "comment": "oil", "deviation": False}
    site.put("exception_reported", given | {"photo": site.put("photo_attached", photo).id})
    site.put("exception_reported", given | {"photo": "019ab3c4-5d6e-7f80-9a0b-1c2d3e4f5061"})
    site.put("exception_reported", given | {"photo": None, "deviation": True})
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "wiped"})
    yield Story.of(site.plant)
    site.plant.close()


def test_what_the_door_took_is_right(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200


def test_a_photo_that_is_none_is_found(rig: Rig, story: Story) -> None:
    assert rig.show(story.without_flag("photo_unknown")) != 200
    assert rig.found == ("flag_missing", story.flagged("photo_unknown"))


def test_a_photo_that_is_one_is_not_talked_away(rig: Rig, story: Story) -> None:
    first = story.indices("production.exception_reported.v1")[0]
    assert rig.show(story.with_flag(first, "photo_unknown")) != 200
    assert rig.found == ("flag_wrong", first)


def test_a_deviation_that_nobody_opened_is_found(rig: Rig, story: Story) -> None:
    opening = story.indices(DEVIATION_OPENED)[0]
    remark = story.entries[story.indices("production.remark_added.v1")[0]]
    told = story.first(opening).then(remark.envelope)
    assert rig.show(told) != 200
    assert rig.found == ("deviation_missing", opening)


def test_a_deviation_that_a_server_swallows_is_found_before_the_batch_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes of a tablet any more: the batch is assessed, reviewed and released."""
    monkeypatch.setitem(entries.JUDGES, REPORTED, entries.judge_after_seal)
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.order("B1")
    site.work("B1")
    given = {"batch": "B1", "phase": "10", "severity": "critical", "comment": "glass", "photo": None}
    reported = site.put("exception_reported", given | {"deviation": True})
    site.hand_back("B1")
    said = {"batch": "B1", "exception": reported.id, "assessment": "none in the hopper"}
    site.state(ASSESSED_KIND, "batch/B1", said, "P-5")
    review_production(site)
    sign(site, "released")
    story = Story.of(site.plant)
    site.plant.close()
    assert witnessed(tmp_path / "witness", story) == (422, ("deviation_missing", story.indices(ASSESSED_KIND)[0]))


def test_a_deviation_of_another_device_is_not_what_was_asked_for(rig: Rig, story: Story) -> None:
    opening = story.indices(DEVIATION_OPENED)[0]
    given = story.payloads(DEVIATION_OPENED)[0] | {"device": "tablet-b"}
    remark = story.entries[story.indices("production.remark_added.v1")[0]]
    told = story.first(opening).server_says(DEVIATION_OPENED, "batch/B1", given).then(remark.envelope)
    assert rig.show(told) != 200
    assert rig.found == ("deviation_missing", opening + 1)
