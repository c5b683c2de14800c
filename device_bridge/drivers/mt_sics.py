"""MT-SICS, the line protocol of Mettler-Toledo balances (reference manual 11780711): bytes in, readings out.

A reply is `ID status [value, 10 characters, right-aligned] unit`, ended by CR LF. The value of `S` is net. The
field width is held strictly: a line that lost a byte on its way has another width and is thrown away, instead of
becoming another weight.
"""

import re
from dataclasses import dataclass

from device_bridge.reading import Quality, Reading

END = b"\r\n"
MAX_LINE = 256

SEND_NOW = "SI"
SERIAL, MODEL, FIRMWARE = "I4", "I2", "I3"

_WEIGHT = re.compile(r"S ([SD]) ( *-?[0-9]+(?:\.[0-9]+)?) ([A-Za-z%]{1,6})")
_ERROR = re.compile(r"S [SD] +(Error [0-9]+[A-Za-z]?)")
_REPLY = re.compile(r"(@|[A-Z][A-Z0-9]{0,4}) ([A-Z+-])((?: +(?:\"[^\"]*\"|[^\" ]+))*)")
_WORD = re.compile(r"\"([^\"]*)\"|([^\" ]+)")
_FIELD_WIDTH = 10
_STATUS: dict[str, Quality] = {"+": "overload", "-": "underload", "I": "error", "L": "error"}


class MalformedLine(ValueError):
    """A line that is no MT-SICS reply: noise, or bytes lost on the way."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Any reply but a weight. `status` B means that more lines of the same reply follow; A and the rest end it."""

    command: str
    status: str
    words: tuple[str, ...]
    raw: str


class Lines:
    """Puts lines together again from pieces of any size. Noise without an end of line is dropped up to the next."""

    def __init__(self) -> None:
        self._buffer = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The whole lines that these bytes complete, without their CR LF."""
        *lines, self._buffer = (self._buffer + data).split(END)
        if lines and self._skipping:
            del lines[0]
            self._skipping = False
        if len(self._buffer) > MAX_LINE:
            # Keep the last byte: it may be the CR of the end we are looking for.
            self._buffer, self._skipping = self._buffer[-1:], True
        return [line for line in lines if len(line) <= MAX_LINE]


def command(name: str) -> bytes:
    return name.encode("ascii") + END


def decode(line: bytes) -> Reading | Reply:
    """One line without its CR LF; MalformedLine for anything the manual does not have."""
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedLine(repr(line)) from error
    if text in ("ES", "ET", "EL"):
        return Reading("error", text, code=text)
    reading = _weight(text) if text.startswith("S ") else _reply(text)
    if reading is None:
        raise MalformedLine(text)
    return reading


def _weight(text: str) -> Reading | None:
    if (status := _STATUS.get(text[2:])) is not None:
        return Reading(status, text, code=text[2:])
    if (error := _ERROR.fullmatch(text)) is not None:
        return Reading("error", text, code=error[1])
    match = _WEIGHT.fullmatch(text)
    if match is None or len(match[2]) != _FIELD_WIDTH:
        return None
    return Reading("stable" if match[1] == "S" else "dynamic", text, match[2].strip(), match[3])


def _reply(text: str) -> Reply | None:
    match = _REPLY.fullmatch(text)
    if match is None:
        return None
    words = tuple(quoted or bare for quoted, bare in _WORD.findall(match[3]))
    return Reply(match[1], match[2], words, text)
