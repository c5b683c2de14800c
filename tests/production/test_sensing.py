"""Parameters that are taken from a machine through the bridge, through the door on both databases (PRD-06)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from sensing_support import LIMITS, Press

from server.core import rebuild
from server.equipment import queries as equipment
from server.production.sensing.rules import RECENT, TYPED, UNVERIFIED

pytestmark = pytest.mark.urs("PRD-06", "EQP-05")


@pytest.fixture
def press(database_url: str, tmp_path: Path) -> Iterator[Press]:
    site = Site(database_url, tmp_path)
    yield Press(site)
    site.plant.close()


def problem(press: Press) -> Any:
    return press.site.item("B1", UNVERIFIED).details["problem"]


def test_a_value_that_the_bridge_read_of_the_press_has_nothing_wrong(press: Press) -> None:
    assert press.take(press.sample()).flags == ()


def test_typing_it_is_kept_and_told_with_its_reason(press: Press) -> None:
    first = press.type("the link is down")
    assert first.flags == (TYPED,)
    assert press.site.item("B1", TYPED).details == {
        "signal": "main_comp",
        "reason": "the link is down",
        "severity": "minor",
    }
    taken = press.take(press.sample(), corrects=first.id)
    assert taken.flags == ()


def test_typing_it_without_a_reason_weighs_more(press: Press) -> None:
    assert press.type(None).flags == (TYPED,)
    assert press.site.item("B1", TYPED).details["severity"] == "major"


def test_a_tablet_that_knows_no_bindings_types_it_as_well(press: Press) -> None:
    said = {"batch": "B1", "phase": "20", "parameter": "force", "value": {"value": "13.66", "unit": "kN"}}
    said |= {"source": "manual", "limits": LIMITS, "comment": None}
    assert press.site.put("parameter_recorded", said).flags == (TYPED,)
    corrected = press.site.put("parameter_recorded", said | {"source": "device"}, device="tablet-b")
    assert set(corrected.flags) == {UNVERIFIED, "conflict"}


def test_a_value_out_of_limits_is_one_however_it_came(press: Press) -> None:
    assert press.take(press.sample("15.01"), "15.01").flags == ("out_of_limits",)


def test_nothing_named_is_nothing_read(press: Press) -> None:
    assert press.take(None).flags == (UNVERIFIED,)
    assert problem(press) == "missing"


def test_a_sample_that_nobody_has_seen_is_told(press: Press) -> None:
    press.take(press.sample() | {"id": "019af5c2-7d3e-7a41-9c55-0d6f2b8e4a10"})
    assert problem(press) == "not_in_log"


def test_another_value_than_the_press_gave_is_told_with_what_it_gave(press: Press) -> None:
    press.take(press.sample("13.66"), "12.50")
    details = press.site.item("B1", UNVERIFIED).details
    assert (details["problem"], details["read"]) == ("other_value", {"value": "13.66", "unit": "kN"})


def test_another_signal_than_the_bound_one_is_told(press: Press) -> None:
    press.take(press.sample() | {"signal": "fom"}, "30")
    assert problem(press) == "other_signal"


def test_a_press_that_the_phase_may_not_be_done_with_is_told(press: Press) -> None:
    press.take(press.sample(code="PRESS-02"))
    assert problem(press) == "other_equipment"


@pytest.mark.urs("PRD-08")
def test_a_press_of_its_class_that_the_phase_is_not_done_with_is_told(press: Press) -> None:
    """Two presses that the recipe allows: the other one makes another batch."""
    mine = press.identify("PRESS-01")
    first = press.take(press.sample(code="PRESS-03"))
    assert first.flags == (UNVERIFIED,)
    assert problem(press) == "other_equipment"
    # It was the other one after all, and what is taken of it now is right.
    press.identify("PRESS-03", corrects=mine.id, reason="scanned the wrong one")
    assert press.take(press.sample(code="PRESS-03"), corrects=first.id).flags == ()
    assert UNVERIFIED in press.take(press.sample(), corrects=first.id).flags


@pytest.mark.parametrize("word", ["serial", "model", "device_time", "raw"])
def test_other_words_than_those_of_the_press_are_told(press: Press, word: str) -> None:
    """The printed record says them beside the value."""
    assert press.take(press.sample() | {word: "99.99;forged"}).flags == (UNVERIFIED,)
    assert problem(press) == "other_sample"


def test_what_is_bound_to_nothing_is_of_no_machine_without_a_sample(press: Press) -> None:
    said = {"batch": "B1", "phase": "20", "parameter": "speed", "value": {"value": "30", "unit": "rpm"}}
    said |= {"source": "device", "limits": LIMITS | {"unit": "rpm"}, "comment": None, "sensed": None, "reason": None}
    assert UNVERIFIED in press.site.put("parameter_recorded.v2", said).flags
    assert problem(press) == "missing"


def test_a_blank_reason_is_none(press: Press) -> None:
    press.type(" ")
    assert press.site.item("B1", TYPED).details["severity"] == "major"


def test_what_a_tablet_says_of_a_press_is_not_what_a_bridge_says(press: Press) -> None:
    press.take(press.sample(device="tablet-b"))
    assert problem(press) == "not_a_bridge"


def test_a_sample_of_another_metal_than_the_registered_one_is_not_taken(press: Press) -> None:
    press.take(press.sample(serial="K9999"))
    assert problem(press) == "not_in_log"


@pytest.mark.parametrize(("minutes", "flags"), [(8, ()), (9, ()), (10, (UNVERIFIED,))])
def test_a_value_is_taken_while_it_is_of_now(press: Press, minutes: int, flags: tuple[str, ...]) -> None:
    assert RECENT.total_seconds() == 600
    sample = press.sample()
    # Every entry is a minute after the one before.
    press.site.now_ms += minutes * 60_000
    assert press.take(sample).flags == flags


def test_the_signals_of_a_machine_are_known_and_made_again_from_the_log(press: Press) -> None:
    press.sample()
    press.sample()
    with press.site.plant.engine.connect() as connection:
        assert equipment.signals(connection) == {"PRESS-01": {"main_comp": "kN", "fom": None}}
    plant = press.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
