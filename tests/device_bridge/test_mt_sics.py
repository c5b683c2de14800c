"""The MT-SICS driver on lines that others captured and on lines that were damaged on their way."""

from decimal import Decimal

import pytest

from device_bridge.drivers import mt_sics
from device_bridge.drivers.driver import Reply
from device_bridge.drivers.lines import Lines, MalformedLine
from device_bridge.reading import Reading


def decoded(line: str) -> Reading | Reply:
    return mt_sics.decode(line.encode("ascii"))


@pytest.mark.urs("BRG-01", "BRG-02")
@pytest.mark.parametrize(
    ("line", "quality", "net", "unit"),
    [
        ("S S     100.00 g", "stable", "100.00", "g"),
        ("S D     129.07 g", "dynamic", "129.07", "g"),
        ("S S    -100.00 g", "stable", "-100.00", "g"),
        ("S S     12.640 kg", "stable", "12.640", "kg"),
        ("S S   0012.345 kg", "stable", "12.345", "kg"),
        ("S S  -0000.000 kg", "stable", "-0.000", "kg"),
    ],
)
def test_weights_keep_every_digit_their_unit_and_the_raw_line(line: str, quality: str, net: str, unit: str) -> None:
    reading = decoded(line)
    assert isinstance(reading, Reading)
    assert (reading.quality, reading.net, reading.unit, reading.raw) == (quality, net, unit, line)
    assert reading.value == Decimal(net)


@pytest.mark.urs("BRG-01")
def test_the_display_step_is_told_by_the_digits() -> None:
    assert Reading("stable", "", "12.640", "kg").division == Decimal("0.001")
    assert Reading("stable", "", "100", "g").division == Decimal(1)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    ("line", "quality"),
    [
        ("S I", "error"),
        ("S L", "error"),
        ("S +", "overload"),
        ("S -", "underload"),
        ("ES", "error"),
        ("ET", "error"),
        ("EL", "error"),
        ("S S Error 10b", "error"),
    ],
)
def test_what_is_no_weight_carries_no_number(line: str, quality: str) -> None:
    reading = decoded(line)
    assert isinstance(reading, Reading)
    assert (reading.quality, reading.net, reading.value) == (quality, None, None)


@pytest.mark.urs("BRG-01")
@pytest.mark.parametrize(
    ("line", "command", "status", "words"),
    [
        ("Z A", "Z", "A", ()),
        ("ZI D", "ZI", "D", ()),
        ('I4 A "1234567"', "I4", "A", ("1234567",)),
        ('I0 B 0 "I0"', "I0", "B", ("0", "I0")),
        ('I2 A "ICS685 PBD655-30 30.000 kg"', "I2", "A", ("ICS685 PBD655-30 30.000 kg",)),
        ("T S      1.250 kg", "T", "S", ("1.250", "kg")),
        ("T +", "T", "+", ()),
    ],
)
def test_other_replies(line: str, command: str, status: str, words: tuple[str, ...]) -> None:
    assert decoded(line) == Reply(command, status, words, line)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    "line",
    [
        "S S     10.00 g",  # a digit was lost: the field has nine characters
        "S S    1100.00 g5",
        "S S     1O0.00 g",
        "S S     100.00",
        "S X     100.00 g",
        "S S     100.0.0 g",
        "S S       1e2 g",
        "S S       NaN g",
        "",
        " S S     100.00 g",
    ],
)
def test_a_damaged_line_is_no_reading(line: str) -> None:
    with pytest.raises(MalformedLine):
        decoded(line)


@pytest.mark.urs("BRG-02")
def test_a_line_that_lost_any_one_byte_is_never_another_weight() -> None:
    whole = "S S     129.07 g"
    for place in range(len(whole)):
        try:
            reading = decoded(whole[:place] + whole[place + 1 :])
        except MalformedLine:
            continue
        assert not isinstance(reading, Reading) or reading.net is None


@pytest.mark.urs("BRG-02")
def test_bytes_outside_ascii_are_noise() -> None:
    with pytest.raises(MalformedLine):
        mt_sics.decode(b"S S     100.00 \xb5g")


@pytest.mark.urs("BRG-01")
@pytest.mark.parametrize("step", [1, 2, 7, 20, 1000])
def test_lines_are_put_together_from_pieces_of_any_size(step: int) -> None:
    data = b'I0 B 0 "I0"\r\nI0 B 1 "D"\r\nS S     100.00 g\r\n'
    lines = Lines()
    whole = [line for start in range(0, len(data), step) for line in lines.feed(data[start : start + step])]
    assert whole == [b'I0 B 0 "I0"', b'I0 B 1 "D"', b"S S     100.00 g"]


@pytest.mark.urs("BRG-02")
def test_noise_without_an_end_costs_one_line_and_no_memory() -> None:
    lines = Lines()
    for _ in range(100):
        assert lines.feed(b"\x00" * 100) == []
    assert lines.feed(b"S S     666.00 g\r\nS S     100.00 g\r\n") == [b"S S     100.00 g"]
