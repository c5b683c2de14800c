"""A witness asks of what is typed in from paper how machines and roles were when it was done, as the door does; of
servers of before, which went by the time of typing, it asks nothing of that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_times_support import Typed
from witness_support import Rig, Story

pytestmark = pytest.mark.urs("PRD-14", "PLT-18", "EQP-03", "EQP-05", "IDN-01")
IDENTIFIED, CLEARED = "production.equipment_identified.v1", "production.line_cleared.v1"
BEGUN = "production.paper_begun.v1"


def told(tmp_path_factory: pytest.TempPathFactory, stated: bool) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("paper-times")
    typed = Typed(f"sqlite:///{folder}/pestle.db", folder, stated=stated)
    typed.everything()
    yield Story.of(typed.site.plant)
    typed.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    yield from told(tmp_path_factory, True)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """As a version of before would be: it has named no edition that goes by the time on paper."""
    yield from told(tmp_path_factory, False)


def test_what_goes_by_the_time_on_paper_is_right(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    first, second = story.indices(IDENTIFIED)
    assert story.entries[first].stamp.flags == ("from_paper",)
    assert "equipment_in_alarm" in story.entries[second].stamp.flags
    assert story.entries[story.indices(CLEARED)[0]].stamp.flags == ("from_paper",)


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        (IDENTIFIED, "equipment_barred"),
        (IDENTIFIED, "equipment_in_alarm"),
        (IDENTIFIED, "calibration_overdue"),
        (CLEARED, "area_not_permitted"),
        (BEGUN, "area_not_permitted"),
    ],
)
def test_a_server_that_goes_by_the_time_of_typing_is_found(rig: Rig, story: Story, kind: str, flag: str) -> None:
    index = story.indices(kind)[0]
    assert rig.show(story.with_flag(index, flag)) != 200
    assert rig.found == ("flag_wrong", index)


def test_once_it_is_erased_who_somebody_was_nothing_is_said_of_what_they_might_do_then(
    tmp_path: Path, story: Story
) -> None:
    """What is granted later holds from then on: work on paper may be older."""
    people = [one.index for one in story.entries if one.head.kind.startswith("identity.person_added")]
    assert people
    for index in people:
        rig = Rig(tmp_path / str(index), story)
        rig.show(story.without_payload(index))
        assert rig.found == ("payload_missing", index), rig.why
        rig.folder.close()


def test_a_server_that_keeps_an_alarm_on_paper_quiet_is_found(rig: Rig, story: Story) -> None:
    assert rig.show(story.without_flag("equipment_in_alarm")) != 200
    assert rig.found == ("flag_missing", story.flagged("equipment_in_alarm"))


def test_one_of_before_that_went_by_the_time_of_typing_is_not_accused(tmp_path: Path, old: Story) -> None:
    first = old.indices(IDENTIFIED)[0]
    flags = ("from_paper", "equipment_barred", "equipment_in_alarm", "calibration_overdue")
    rig = Rig(tmp_path / "machine", old)
    assert rig.show(old.first(first).then(old.entries[first].envelope, flags=flags)) == 200, rig.why
    index = old.indices(CLEARED)[0]
    told = (
        old.with_flag(first, "calibration_overdue")
        .first(index)
        .then(old.entries[index].envelope, flags=("from_paper", "area_not_permitted"))
    )
    other = Rig(tmp_path / "area", old)
    assert other.show(told) == 200, other.why
