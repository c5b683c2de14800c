"""MT-SICS, the line protocol of Mettler-Toledo balances (reference manual 11780711): bytes in, readings out.

A reply is `ID status [value, 10 characters, right-aligned] unit`, ended by CR LF. The value of `S` is net. The
field width is held strictly: a line that lost a byte on its way has another width and is thrown away, instead of
becoming another weight.
"""

import re

from device_bridge.drivers.driver import Driver, Heard, Question, Refusal, Reply
from device_bridge.drivers.lines import END, MalformedLine, ascii_text, plain
from device_bridge.reading import Quality, Reading

SEND_NOW = "SI"

_WEIGHT = re.compile(r"S ([SD]) ( *-?[0-9]+(?:\.[0-9]+)?) ([A-Za-z%]{1,6})")
_ERROR = re.compile(r"S [SD] +(Error [0-9]+[A-Za-z]?)")
_REPLY = re.compile(r"(@|[A-Z][A-Z0-9]{0,4}) ([A-Z+-])((?: +(?:\"[^\"]*\"|[^\" ]+))*)")
_WORD = re.compile(r"\"([^\"]*)\"|([^\" ]+)")
_FIELD_WIDTH = 10
# Syntax, transmission and logical error.
_TROUBLE = ("ES", "ET", "EL")
_STATUS: dict[str, Quality] = {"+": "overload", "-": "underload", "I": "error", "L": "error"}


def command(name: str) -> bytes:
    return name.encode("ascii") + END


def decode(line: bytes) -> Heard:
    """One line without its CR LF; MalformedLine for anything the manual does not have."""
    text = ascii_text(line)
    if text in _TROUBLE:
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
    return Reading("stable" if match[1] == "S" else "dynamic", text, plain(match[2].strip()), match[3])


def _reply(text: str) -> Reply | None:
    match = _REPLY.fullmatch(text)
    if match is None:
        return None
    words = tuple(quoted or bare for quoted, bare in _WORD.findall(match[3]))
    return Reply(match[1], match[2], words, text)


def _question(name: str) -> Question:
    def answer(heard: Heard) -> str | None:
        if isinstance(heard, Reading):
            if heard.raw in _TROUBLE:
                raise Refusal(heard.raw)
            return None
        if heard.command != name:
            return None
        if heard.status != "A" or not heard.words:
            raise Refusal(heard.raw)
        return heard.words[0]

    return Question(name, command(name), answer)


DRIVER = Driver(decode, command(SEND_NOW), _question("I4"), _question("I2"), _question("I3"))
