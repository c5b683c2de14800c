"""A witness finds what a server keeps quiet about, or makes up, about rooms beyond their limits (ENV-01, ENV-03)."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from environment_support import TEMPERATURE, Rooms
from paper_support import begun
from release_support import assess, sign
from witness_support import Rig, Story, witnessed

from server.core import clock
from server.environment import model
from server.release.model import RELEASED_KIND
from server.witness.environment import EnvironmentRules
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-18", "ENV-01", "ENV-03")
KINDS = (model.POINT_READ, "production.phase_completed.v1")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    rooms = Rooms(site)
    for batch in ("B1", "B2"):
        rooms.order(batch)
    rooms.start()
    rooms.read("26.50")
    told = [rooms.end()]
    rooms.start(batch="B2")
    late = rooms.write("17.00")
    assert rooms.end(batch="B2").flags == ()
    told.append(site.submit(late))
    rooms.start("20")
    assert rooms.end("20").flags == ()
    for how in ({"sensor": "S-9"}, {"serial": "other"}, {"device": "tablet-a"}):
        rooms.read(**how)
    assert {one.flags for one in told} == {(model.BEYOND,)}
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, kind: str) -> None:
    index = next(at for at in story.indices(kind) if model.BEYOND in story.entries[at].stamp.flags)
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=()))) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, kind: str) -> None:
    index = next(at for at in story.indices(kind) if model.BEYOND not in story.entries[at].stamp.flags)
    assert rig.show(story.with_flag(index, model.BEYOND)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("flag", model.OF_SOURCE)
def test_a_reading_that_is_kept_out_without_a_reason_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.indices(model.POINT_READ)[0]
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("flag", [model.UNKNOWN, model.DIFFERS, model.NOT_A_BRIDGE])
def test_a_reading_that_is_counted_and_must_not_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = next(at for at in story.indices(model.POINT_READ) if flag in story.entries[at].stamp.flags)
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=()))) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize(
    ("room", "change", "code"),
    [("R-9", {}, model.ROOM_UNKNOWN), ("R-1", {"action_high": "20"}, model.LIMITS_WRONG)],
)
def test_limits_that_the_door_refuses_are_found(
    rig: Rig, story: Story, room: str, change: dict[str, Any], code: str
) -> None:
    said = {"room": room, "longest_gap": 15, "limits": [TEMPERATURE | change], "reason": "why not"}
    assert rig.show(story.server_says(model.LIMITS_SET, f"room/{room}", said)) == 422
    assert rig.found == (code, len(story.entries))


def test_a_release_over_a_phase_of_which_no_exception_was_made_is_found(story: Story) -> None:
    said = story.server_says(RELEASED_KIND, "batch/B1", {"batch": "B1"})
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in said.entries]
    rules = EnvironmentRules(PaperRules(lambda *_: True, Lineage(), SinceRules()))
    for one in told[:-1]:
        rules.learn(one)
    rules.judge(told[-1])
    rules = EnvironmentRules(PaperRules(lambda *_: True, Lineage(), SinceRules()))
    for one in told[:-1]:
        if one.head.kind != "production.exception_raised.v1":
            rules.learn(one)
    with pytest.raises(SyncError, match="release_blocked"):
        rules.judge(told[-1])


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    with closing(site.plant):
        yield Rooms(site)
    clock.use_system()


def without(story: Story, index: int) -> Story:
    """An honest log of which one payload was erased past its retention."""
    named = [{"id": story.entries[index].head.id, "index": index}]
    said = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    return story.without_payload(index).server_says("site.payloads_erased.v1", "site", said)


def test_an_erased_exception_accuses_nobody_of_a_release(rooms: Rooms, tmp_path: Path) -> None:
    rooms.order()
    rooms.start()
    rooms.read("26.50")
    rooms.end()
    for phase in ("20", "30"):
        rooms.start(phase)
        rooms.end(phase)
    assess(rooms.site, model.BEYOND)
    rooms.site.hand_back("B1")
    sign(rooms.site, "released")
    story = Story.of(rooms.site.plant)
    assert witnessed(tmp_path / "whole", story) == (200, None)
    [index] = story.indices("production.exception_raised.v1")
    assert witnessed(tmp_path / "erased", without(story, index)) == (200, None)


def moment(rooms: Rooms) -> str:
    rooms.site.now_ms += 60_000
    return clock.now_text()


@pytest.mark.parametrize("kind", ["production.paper_begun.v1", "production.paper_ended.v1"])
def test_where_it_was_erased_when_work_was_done_on_paper_nobody_is_accused(
    rooms: Rooms, tmp_path: Path, kind: str
) -> None:
    site = rooms.site
    rooms.order()
    site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    since = moment(rooms)
    rooms.read("26.50")
    until = moment(rooms)
    site.now_ms += 3_600_000
    rooms.read("22.00")
    site.put("paper_begun", begun(batch="B1", done_from=since, done_to=until))
    rooms.start()
    assert model.BEYOND in rooms.end().flags
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": None})
    # The phase went on without paper, and it was too hot again.
    rooms.read("29.00")
    assert model.BEYOND in rooms.end().flags
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "whole", story) == (200, None)
    [index] = story.indices(kind)
    assert witnessed(tmp_path / "erased", without(story, index)) == (200, None)
