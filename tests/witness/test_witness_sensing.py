"""A witness finds what a server leaves out or makes up about values that were taken from machines (PRD-06)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from batch_support import Site
from sensing_support import Press
from witness_support import Rig, Story, spared, witnessed

from server.core import clock
from server.production.sensing.rules import FLAGS, TYPED, UNVERIFIED
from server.witness import sensing

pytestmark = pytest.mark.urs("PLT-18", "PRD-06")
BOUND = "production.parameter_recorded.v2"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    press = Press(site)
    first = press.take(press.sample())
    corrects = {"corrects": first.id}
    assert press.type("no link", **corrects).flags == (TYPED,)
    others = [
        press.take(None, **corrects),
        press.take(press.sample(), "12.50", **corrects),
        press.take(press.sample(code="PRESS-02"), **corrects),
        press.take(press.sample(device="tablet-b"), **corrects),
        press.take(press.sample(serial="K9999"), **corrects),
        press.take(press.sample() | {"signal": "fom"}, "30", **corrects),
    ]
    assert all(UNVERIFIED in one.flags for one in others)
    sample = press.sample()
    site.now_ms += 20 * 60_000
    assert UNVERIFIED in press.take(sample, **corrects).flags
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_problems_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    (index, *_) = story.indices(BOUND)
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


def test_of_a_sample_that_was_erased_nobody_says_what_it_was(rig: Rig, story: Story) -> None:
    (index, *_) = story.indices("equipment.process_read.v1")
    bound, *_ = story.indices(BOUND)
    rig.show(story.without_payload(index).with_flag(bound, UNVERIFIED))
    assert rig.found is None or "flag" not in rig.found[0]


def test_a_sample_that_was_let_go_accuses_nobody(rig: Rig, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensing, "MOST_SAMPLES", 1)
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("wrong", ["press", "words", "nothing"])
def test_which_press_it_is_and_what_that_says_is_asked_from_the_edition_on_that_says_so(
    tmp_path: Path, wrong: str
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    press = Press(site)
    mine = press.identify("PRESS-01")
    press.identify("PRESS-03", corrects=mine.id, reason="scanned the wrong one")
    sample = press.sample(code="PRESS-03") | {"serial": "FAKE-1"} if wrong == "words" else press.sample()
    told = press.take(sample)
    if wrong == "nothing":
        said = {"batch": "B1", "phase": "20", "parameter": "speed", "value": {"value": "30", "unit": "rpm"}}
        limits = {"low": None, "high": None, "target": None, "unit": "rpm"}
        said |= {"source": "device", "limits": limits, "comment": None, "sensed": None, "reason": None}
        told = site.put("parameter_recorded.v2", said)
    assert told.flags == (UNVERIFIED,)
    story = Story.of(site.plant)
    site.plant.close()
    assert witnessed(tmp_path / "honest", story) == (200, None)
    spared(Rig(tmp_path / "witness", story), story, UNVERIFIED)


def test_where_of_what_class_a_machine_is_was_erased_nobody_is_accused(tmp_path: Path, story: Story) -> None:
    """Whether the recipe asks for such a one nobody can say."""
    for index in story.indices("equipment.equipment_registered.v1"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
