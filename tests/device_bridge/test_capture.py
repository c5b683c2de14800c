"""Which readings become records: each stable plateau once, whatever happens around it."""

from decimal import Decimal

import pytest

from device_bridge.capture import Plateau
from device_bridge.reading import Quality, Reading


def reading(quality: Quality, net: str | None = None, unit: str = "kg") -> Reading:
    return Reading(quality, "", net, unit if net else None)


def captured(plateau: Plateau, *readings: Reading) -> list[str | None]:
    taken = []
    for one in readings:
        if plateau.wants(one):
            plateau.took(one)
            taken.append(one.net)
    return taken


def stable(net: str) -> Reading:
    return reading("stable", net)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize("quality", ["dynamic", "overload", "underload", "error"])
def test_nothing_but_a_stable_weight_is_ever_captured(quality: Quality) -> None:
    net = "12.652" if quality == "dynamic" else None
    assert captured(Plateau(), *[reading(quality, net)] * 100) == []


@pytest.mark.urs("BRG-03")
def test_a_plateau_is_captured_once_however_long_it_lasts() -> None:
    assert captured(Plateau(), *[stable("12.652")] * 100) == ["12.652"]


@pytest.mark.urs("BRG-03")
def test_the_same_weight_again_is_a_second_record_when_the_pan_was_empty_between() -> None:
    readings = stable("5.000"), stable("0.000"), reading("dynamic", "3.100"), stable("5.000")
    assert captured(Plateau(), *readings) == ["5.000", "5.000"]


@pytest.mark.urs("BRG-02")
def test_an_empty_pan_is_no_record() -> None:
    assert captured(Plateau(), stable("0.000"), stable("0.020"), stable("-0.004")) == []


@pytest.mark.urs("BRG-02")
def test_a_little_more_is_captured_after_it_came_to_rest_but_drift_is_not() -> None:
    assert captured(Plateau(), stable("5.000"), stable("5.001"), stable("5.002")) == ["5.000"]
    assert captured(Plateau(), stable("5.000"), reading("dynamic", "5.001"), stable("5.002")) == ["5.000", "5.002"]


@pytest.mark.urs("BRG-03")
def test_a_touch_that_ends_at_the_same_weight_is_no_second_record() -> None:
    assert captured(Plateau(), stable("5.000"), reading("dynamic", "5.003"), stable("5.000")) == ["5.000"]


@pytest.mark.urs("BRG-03")
def test_the_weight_that_lay_there_before_a_restart_is_not_captured_again() -> None:
    remembered = Plateau(Decimal("5.000"), "kg", changed=False)
    assert captured(remembered, stable("5.000"), stable("5.000")) == []
    assert captured(remembered, stable("7.000")) == ["7.000"]


@pytest.mark.urs("BRG-02")
def test_overload_between_two_equal_weights_makes_two_records() -> None:
    assert captured(Plateau(), stable("5.000"), reading("overload"), stable("5.000")) == ["5.000", "5.000"]


@pytest.mark.urs("BRG-02")
def test_another_unit_is_another_plateau() -> None:
    assert captured(Plateau(), stable("5.000"), reading("stable", "5.000", "lb")) == ["5.000", "5.000"]


@pytest.mark.urs("BRG-02")
def test_a_moving_value_without_unit_is_no_other_unit() -> None:
    moving = Reading("dynamic", "", "5.002", None)
    assert captured(Plateau(), stable("5.000"), moving, stable("5.000")) == ["5.000"]
