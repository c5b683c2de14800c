"""Whatever happens to a frame on its way: no invalid, unstable or overloaded one becomes a weight, in any protocol."""

import asyncio
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from bridge_support import balance, bench
from hypothesis import example, given
from hypothesis import strategies as st

from device_bridge.capture import Plateau
from device_bridge.drivers import mt_sics, sbi, weight_scale
from device_bridge.drivers.driver import Driver, Heard
from device_bridge.drivers.lines import END, Lines, MalformedLine
from device_bridge.reading import Identity, Reading

MT_STABLE = [b"S S     100.00 g", b"S S     129.07 g", b"S S    -100.00 g", b"S S     12.640 kg", b"S S      0.000 kg"]
MT_OTHER = [
    b"S D     129.07 g",
    b"S D     12.640 kg",
    b"S I",
    b"S L",
    b"S +",
    b"S -",
    b"S S Error 10b",
    b"ES",
    b"ET",
    b"EL",
    b"Z A",
    b"ZI D",
    b'I4 A "1234567"',
    b'I2 A "ICS685 PBD655-30 30.000 kg"',
    b"T S      1.250 kg",
    b'I0 B 1 "D"',
]
SBI_STABLE = [b"+   123.56 g  ", b"+ 123.5[6] g  ", b"N     + 123.5[6] g  ", b"N     -   12.652 kg "]
SBI_OTHER = [
    b"+   123.56    ",
    b"N     +   12.652    ",
    b"G#    +   1255.7 g  ",
    b"    High      ",
    b"Stat      High      ",
    b"    Low       ",
    b"Stat     Err 054    ",
    b"   Cal.Ext.   ",
    b"   APP.ERR    ",
    b"       MSE36201S    ",
]
SCALE = [bytes.fromhex(one) for one in ("00b036", "01543d", "02b036e7070c190e1e2d", "0ec832e9070c1f173b3a02d400db06")]


@st.composite
def mutated(draw: st.DrawFn, frames: list[bytes]) -> bytes:
    """A frame after a few accidents: bytes lost, doubled, changed or put in, or the next frame run into it."""
    frame = draw(st.sampled_from(frames))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(frame)))
        end = draw(st.integers(start, min(len(frame), start + 8)))
        what = draw(st.sampled_from(["lose", "double", "change", "put", "join"]))
        piece = {
            "lose": b"",
            "double": frame[start:end] * 2,
            "change": draw(st.binary(min_size=end - start, max_size=end - start)),
            "put": draw(st.sampled_from([b" ", b"0", b"9", b".", b"-", b"+", b"S", b"g", b"k", b"\xff", b"\x00"])),
            "join": draw(st.sampled_from(frames)),
        }[what]
        frame = frame[:start] + piece + frame[start if what == "put" else end :]
    return frame


def heard(driver: Driver, line: bytes) -> Heard | None:
    try:
        return driver.decode(line)
    except MalformedLine:
        return None


def stable(driver: Driver, line: bytes) -> Reading | None:
    found = heard(driver, line)
    return found if isinstance(found, Reading) and found.quality == "stable" else None


# Each manual's own words, place by place, without the drivers' expressions.
def mt_sics_says_stable(line: bytes) -> tuple[str, str]:
    text = line.decode("ascii")
    assert text[:4] == "S S "
    assert text[14] == " "
    field, unit = text[4:14], text[15:]
    assert len(field) == 10
    assert not field.endswith(" ")
    assert Decimal(field.strip()).is_finite()
    assert 1 <= len(unit) <= 6
    assert unit.replace("%", "x").isalpha()
    return field.strip(), unit


def sbi_says_stable(line: bytes) -> tuple[str, str]:
    text = line.decode("ascii")
    assert len(text) in (14, 20)
    assert text[:-14].strip() in ("", "N")
    value = text[-14:]
    assert value[0] in "+- "
    assert value[10] in " ]"
    unit = value[11:].rstrip()
    assert unit
    number = value[0].replace("+", "").strip() + re.sub(r"[\[\] ]", "", value[1:11])
    assert Decimal(number).is_finite()
    return number, unit


@pytest.mark.urs("BRG-01", "BRG-02")
@given(mutated(MT_STABLE + MT_OTHER))
@example(b"S S     12.640 g")
def test_mt_sics_calls_only_what_the_manual_calls_stable(line: bytes) -> None:
    if (reading := stable(mt_sics.DRIVER, line)) is not None:
        assert (reading.net, reading.unit) == mt_sics_says_stable(line)


@pytest.mark.urs("BRG-01", "BRG-02")
@given(mutated(SBI_STABLE + SBI_OTHER))
def test_sbi_calls_only_what_the_manual_calls_stable(line: bytes) -> None:
    if (reading := stable(sbi.DRIVER, line)) is not None:
        assert (reading.net, reading.unit) == sbi_says_stable(line)


@pytest.mark.urs("BRG-02")
@given(st.one_of(mutated(SCALE), st.binary(max_size=20)))
def test_a_weight_scale_is_never_stable_and_shows_what_its_bytes_say(data: bytes) -> None:
    try:
        reading = weight_scale.decode(data)
    except MalformedLine:
        return
    assert reading.quality in ("unknown", "error")
    if reading.value is not None:
        step = Decimal("0.01") if data[0] & 1 else Decimal("0.005")
        assert reading.value == (data[1] + 256 * data[2]) * step
        assert data[1:3] != b"\xff\xff"


def pieces(frame: bytes) -> Iterable[bytes]:
    """The frame with any one run of bytes lost."""
    for start in range(len(frame)):
        for end in range(start + 1, len(frame) + 1):
            yield frame[:start] + frame[end:]


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    ("driver", "frames"),
    [
        pytest.param(mt_sics.DRIVER, MT_OTHER, id="mt-sics"),
        pytest.param(sbi.DRIVER, SBI_OTHER, id="sbi"),
    ],
)
def test_no_loss_makes_a_weight_of_what_was_none(driver: Driver, frames: list[bytes]) -> None:
    for frame in frames:
        assert stable(driver, frame) is None
        for rest in pieces(frame):
            if not (frame.startswith(b"G#") and rest == frame[6:]):
                # A gross value that lost exactly its name looks like one of the short form; asking again tells.
                assert stable(driver, rest) is None, (frame, rest)


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    ("driver", "frames"),
    [
        pytest.param(mt_sics.DRIVER, MT_STABLE, id="mt-sics"),
        pytest.param(sbi.DRIVER, SBI_STABLE, id="sbi"),
    ],
)
def test_no_loss_makes_another_number_of_a_weight(driver: Driver, frames: list[bytes]) -> None:
    for frame in frames:
        whole = stable(driver, frame)
        assert whole is not None
        for rest in pieces(frame):
            found = stable(driver, rest)
            # The unit's letters may be lost in MT-SICS; that is what the bridge asks again for.
            assert found is None or found.net == whole.net, (frame, rest)


@pytest.mark.urs("BRG-01")
@given(st.lists(st.sampled_from(MT_STABLE + MT_OTHER + SBI_STABLE + SBI_OTHER)), st.lists(st.integers(1, 40)))
def test_frames_come_whole_whatever_the_pieces(frames: list[bytes], cuts: list[int]) -> None:
    data, lines, whole = b"".join(frame + END for frame in frames), Lines(), []
    for cut in cuts:
        whole += lines.feed(data[:cut])
        data = data[cut:]
    assert whole + lines.feed(data) == frames


readings = st.one_of(
    st.builds(
        Reading,
        st.sampled_from(["stable", "dynamic", "unknown"]),
        st.just(""),
        st.sampled_from(["0.000", "0.021", "5.000", "5.001", "7.000"]),
        st.sampled_from(["kg", "g", None]),
    ),
    st.builds(Reading, st.sampled_from(["overload", "underload", "error", "stable"]), st.just("")),
)


@pytest.mark.urs("BRG-02")
@given(st.lists(readings))
def test_only_stable_numbers_are_ever_wanted(seen: list[Reading]) -> None:
    plateau = Plateau()
    for reading in seen:
        if plateau.wants(reading):
            assert reading.quality == "stable"
            assert reading.net is not None
            plateau.took(reading)


class Told:
    """An instrument that says these lines, and then the last for ever."""

    transport = "tcp"

    def __init__(self, *lines: bytes) -> None:
        self._lines = list(lines)

    async def open(self) -> Identity:
        return Identity("1", "model", "firmware")

    async def weigh(self) -> Reading:
        await asyncio.sleep(0)
        found = mt_sics.decode(self._lines.pop(0) if len(self._lines) > 1 else self._lines[0])
        assert isinstance(found, Reading)
        return found

    async def battery(self) -> int | None:
        return None

    async def close(self) -> None:
        pass

    def resolution(self, unit: str) -> str | None:
        return None


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    "first",
    [
        b"S S     12.640 g",  # the k was lost
        b"S S     19.640 kg",  # a bit was flipped
        b"S S      0.640 kg",
    ],
)
def test_a_damage_that_no_format_shows_is_found_by_asking_again(tmp_path: Path, first: bytes) -> None:
    async def scenario() -> None:
        told = Told(first, b"S S     12.640 kg")
        async with asyncio.timeout(10), bench(tmp_path, balance("BAL-07", "1"), lambda: told) as it:
            (body,) = await it.captures(1)
            assert body["net"] == {"value": "12.640", "unit": "kg"}

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02")
def test_a_crystal_more_between_the_two_answers_is_the_weight_that_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        lines = [
            b"S S      5.000 kg",
            b"S S      5.000 kg",
            b"S D      5.001 kg",
            b"S S      5.001 kg",
            b"S S      5.002 kg",
        ]
        told = Told(*lines)
        async with asyncio.timeout(10), bench(tmp_path, balance("BAL-07", "1"), lambda: told) as it:
            bodies = await it.captures(2)
            assert [body["net"]["value"] for body in bodies] == ["5.000", "5.002"]

    asyncio.run(scenario())
