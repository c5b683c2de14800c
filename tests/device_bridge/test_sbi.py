"""The SBI driver on lines as the manuals lay them out, and on lines that were damaged on their way."""

from decimal import Decimal

import pytest

from device_bridge.drivers import sbi
from device_bridge.drivers.driver import Heard, Reply
from device_bridge.drivers.lines import MalformedLine
from device_bridge.emulator.sbi_device import weight_line
from device_bridge.emulator.scale import SETTLE_SECONDS, Scale
from device_bridge.reading import Reading


def decoded(line: str) -> Heard:
    return sbi.decode(line.encode("ascii"))


@pytest.mark.urs("BRG-01", "BRG-02")
@pytest.mark.parametrize(
    ("line", "quality", "net", "unit"),
    [
        ("+   123.56 g  ", "stable", "123.56", "g"),
        ("   111.255 g  ", "stable", "111.255", "g"),
        ("+000123.56 g  ", "stable", "123.56", "g"),
        ("-   123.56 kg ", "stable", "-123.56", "kg"),
        ("+ 123.5[6] g  ", "stable", "123.56", "g"),
        ("+123456.78 mg ", "stable", "123456.78", "mg"),
        ("+   123.56    ", "dynamic", "123.56", None),
        ("N     + 123.5[6] g  ", "stable", "123.56", "g"),
        ("N     +   12.652 kg ", "stable", "12.652", "kg"),
        ("N     +   12.652    ", "dynamic", "12.652", None),
        ("      +   12.652 kg ", "stable", "12.652", "kg"),
    ],
)
def test_weights_keep_every_digit_their_unit_and_the_raw_line(
    line: str, quality: str, net: str, unit: str | None
) -> None:
    reading = decoded(line)
    assert isinstance(reading, Reading)
    assert (reading.quality, reading.net, reading.unit, reading.raw) == (quality, net, unit, line)
    assert reading.value == Decimal(net)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    ("line", "quality", "code"),
    [
        ("    High      ", "overload", "High"),
        ("    Low       ", "underload", "Low"),
        ("Stat      High      ", "overload", "High"),
        ("Stat       Low      ", "underload", "Low"),
        ("Stat        H       ", "overload", "H"),
        ("   Cal.Ext.   ", "error", "Cal.Ext."),
        ("Stat     Err 054    ", "error", "Err 054"),
        ("   Err 054    ", "error", "Err 054"),
        ("   APP.ERR    ", "error", "APP.ERR"),
        ("   DIS.ERR    ", "error", "DIS.ERR"),
        ("Stat       OFF      ", "error", "OFF"),
        ("     --       ", "error", "--"),
        ("G#    +   1255.7 g  ", "error", "G#"),  # gross: not the net weight that was asked for
        ("T1    +    125.7 g  ", "error", "T1"),
    ],
)
def test_what_is_no_net_weight_carries_no_number(line: str, quality: str, code: str) -> None:
    reading = decoded(line)
    assert isinstance(reading, Reading)
    assert (reading.quality, reading.code, reading.net) == (quality, code, None)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    "line",
    ["+  123.56  g  ", "+   123.56  g ", "*   123.56 g  ", "+   12,356 g  ", "+ 12 3.56 g  ", "123456+   123.56 g  "],
)
def test_a_value_out_of_its_places_is_no_reading(line: str) -> None:
    assert isinstance(decoded(line), Reply)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize("whole", ["+   123.56 g  ", "N     +   12.652 kg "])
def test_a_line_that_lost_any_one_byte_is_never_another_weight(whole: str) -> None:
    for place in range(len(whole)):
        reading = decoded(whole[:place] + whole[place + 1 :])
        assert not isinstance(reading, Reading) or reading.net is None


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize("line", [b"", b"      ", b"+   123.56 \xb5g ", b"+   12\x003.56 g "])
def test_noise_is_no_line(line: bytes) -> None:
    with pytest.raises(MalformedLine):
        sbi.decode(line)


@pytest.mark.urs("BRG-02")
def test_identity_is_a_text_or_digits_alone_and_never_a_weight_that_came_in_between() -> None:
    def answer(line: str) -> str | None:
        return sbi.DRIVER.serial.answer(decoded(line))

    assert answer("       1234567") == "1234567"
    assert answer("  12345678    ") == "12345678"
    assert answer("MSE36201S-000-D0") == "MSE36201S-000-D0"
    for line in ("+   123.56 g  ", "+   123.56    ", "Stat      High      ", "Stat     Err 054    "):
        assert answer(line) is None


@pytest.mark.urs("BRG-05")
@pytest.mark.parametrize("named", [True, False])
def test_the_emulated_balance_prints_what_the_driver_reads(named: bool) -> None:
    now = [0.0]
    scale = Scale(lambda: now[0])

    def read(load: str) -> tuple[str, str | None, str | None]:
        scale.put(Decimal(load))
        moving = decoded(weight_line(scale, named))
        assert isinstance(moving, Reading)
        assert moving.quality in ("dynamic", "overload", "underload")
        now[0] += 2 * SETTLE_SECONDS
        reading = decoded(weight_line(scale, named))
        assert isinstance(reading, Reading)
        return reading.quality, reading.net, reading.unit

    assert read("12.652") == ("stable", "12.652", "kg")
    assert read("30.010") == ("overload", None, None)
    assert read("0.001") == ("stable", "0.001", "kg")
    assert read("-2") == ("underload", None, None)
    scale.set_tare(Decimal("1.250"))
    assert read("0") == ("stable", "-1.250", "kg")
