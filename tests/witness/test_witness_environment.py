"""A witness finds what a server keeps quiet about, or makes up, about rooms beyond their limits (ENV-01, ENV-03)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from batch_support import Site
from environment_support import TEMPERATURE, Rooms
from witness_support import Rig, Story

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
