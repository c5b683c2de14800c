"""Lines of a tablet press: what its controller writes to whoever listens, one for each sample. Bytes in, samples out.

`ID;<serial>;<model>;<names>` begins a connection and names the columns, each with its unit in brackets where it has
one (`main_comp[kN]`); every line after it is `<time>;<values>`, the time by the press's own clock, decimals with a
point. Presses of several makers write their batch log so; what one writes more or less is told by the names.
`ALARM;<severity>;<text>` in between is an alarm, once as it comes: minor, major or critical, and what its screen shows,
in UTF-8 or GB18030. Whatever else such a line says, it is an alarm: a machine that is not well may not be believed in
order because it says so in a way that nobody expected.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from device_bridge.drivers.lines import MalformedLine, ascii_text, plain

_COLUMN = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,39})(?:\[([!-Z^-~]{1,20})\])?")
SEVERITIES = ("minor", "major", "critical")
# As many characters as an alarm has at the plant.
_LONGEST = 500
# A line has so many bytes; what is cut off has more, and is no sample.
MOST = 4000
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class Machine:
    """Who a press says it is, and the (name, unit) of its columns; None is a figure without a unit."""

    serial: str
    model: str
    columns: Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a press measured at a moment of its own clock: decimals as received, by their columns."""

    time: str
    values: Mapping[str, str]
    raw: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a press says that is wrong with it, as its screen shows it."""

    severity: str
    what: str


def machine(line: bytes) -> Machine:
    """The line that begins a connection; MalformedLine for any other."""
    text = ascii_text(line)
    parts = text.split(";")
    columns = [_COLUMN.fullmatch(part) for part in parts[3:]]
    if len(parts) < 4 or parts[0] != "ID" or not parts[1] or not parts[2] or not all(columns):
        raise MalformedLine(text[:100])
    return Machine(parts[1], parts[2], [(one[1], one[2]) for one in columns if one is not None])


def alarm(line: bytes) -> Alarm | None:
    """The alarm that a line tells; None of a line that is of something else. What says no known severity is taken for
    critical, with all that it says."""
    if not line.startswith(b"ALARM"):
        return None
    said = _shown(line)
    _, severity, what = (*said.split(";", 2), "", "")[:3]
    grade = severity.strip().lower()
    if grade not in SEVERITIES or not what.strip():
        return Alarm(grade if grade in SEVERITIES else "critical", said[:_LONGEST])
    return Alarm(grade, what.strip()[:_LONGEST])


def _shown(line: bytes) -> str:
    """What a screen shows, whatever its maker writes it in; a blank for what cannot be printed."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = line.decode(encoding)
            break
        except UnicodeDecodeError:
            text = line.decode("ascii", "backslashreplace")
    return "".join(one if one.isprintable() else " " for one in text).strip()


def sample(line: bytes, columns: Sequence[tuple[str, str | None]]) -> Sample:
    """A line of values, of each column one; MalformedLine for what is none, so that half a line is no sample."""
    text = ascii_text(line)
    if len(line) > MOST:
        raise MalformedLine(text[:100])
    time, *values = text.split(";")
    if len(values) != len(columns) or not time or not all(_NUMBER.fullmatch(value) for value in values):
        raise MalformedLine(text[:100])
    return Sample(time, {name: plain(value) for (name, _), value in zip(columns, values, strict=True)}, text)
