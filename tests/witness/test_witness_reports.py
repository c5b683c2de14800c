"""A witness finds a deviation that somebody asked for and nobody opened, and a photo of a report that is none."""

from collections.abc import Iterator
from typing import Any

import pytest
from batch_support import Site
from witness_support import Rig, Story

from server.quality.model import DEVIATION_OPENED

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
