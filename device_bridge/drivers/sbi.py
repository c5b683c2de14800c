"""SBI, the line protocol of Sartorius balances (operating instructions Cubis MSE, "Data interfaces"): bytes in,
readings out.

A value has 16 characters with its CR LF: sign, value in places 2 to 10, space, unit in 12 to 14. In the form of 22,
six characters in front name the value. A blank unit means that the value is not stable. The places are held strictly:
a line that lost a byte has another width and is thrown away, instead of becoming another weight.
"""

import re

from device_bridge.drivers.driver import Driver, Heard, Question, Reply
from device_bridge.drivers.lines import END, MalformedLine, ascii_text, plain
from device_bridge.reading import Quality, Reading

SHORT, LONG = 14, 20
NET = "N"

# Places 2 to 11. Digits that are not verified (e = d) stand in brackets, the last of which may take the space's place.
_FIELD = re.compile(r" *(?:([0-9]+(?:\.[0-9]+)?) |([0-9]+\.?[0-9]*)\[([0-9]+)\] ?)")
_UNIT = re.compile(r"([A-Za-z%][A-Za-z%/]{0,2}) *")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9#]{0,5} *")
_STATUS: dict[str, Quality] = {"high": "overload", "h": "overload", "low": "underload", "l": "underload"}
# Adjusting, switched off, no value to show, and the errors, each as the manuals print it.
_TROUBLE = re.compile(r"c|cal\S*( \S+)?|off|-+|(app\.|dis\.|prt\.)?err\.?( *\d+)?", re.IGNORECASE)


def command(name: str) -> bytes:
    return b"\x1b" + name.encode("ascii") + END


def decode(line: bytes) -> Heard:
    """One line without its CR LF. What is no value is a status or a text: the answer to a question about identity."""
    text = ascii_text(line)
    if not text.strip() or not text.isprintable():
        raise MalformedLine(text)
    return _status(text) or _weight(text) or Reply("", "", (text.strip(),), text)


def _status(text: str) -> Reading | None:
    said = text.removeprefix("Stat").strip()
    if (quality := _STATUS.get(said.lower())) is not None:
        return Reading(quality, text, code=said)
    return Reading("error", text, code=said) if _TROUBLE.fullmatch(said) else None


def _weight(text: str) -> Reading | None:
    if len(text) not in (SHORT, LONG):
        return None
    name, value = text[:-SHORT], text[-SHORT:]
    field, unit = _FIELD.fullmatch(value[1:11]), _UNIT.fullmatch(value[11:])
    if value[0] not in "+- " or field is None or (unit is None and value[11:].strip()):
        return None
    if name.strip() not in ("", NET):
        # Gross, tare, a count: values too, but not the net weight that is asked for.
        return Reading("error", text, code=name.strip()) if _NAME.fullmatch(name) else None
    net = ("-" if value[0] == "-" else "") + plain(field[1] or field[2] + field[3])
    return Reading("stable", text, net, unit[1]) if unit else Reading("dynamic", text, net)


def _text(heard: Heard) -> str | None:
    """Answers bear no name. A weight that the balance prints by itself in between answers nothing; but digits alone,
    without sign, point and unit, are no weight that came to rest, and may be a serial number."""
    if isinstance(heard, Reply):
        return heard.words[0]
    said = heard.raw.strip()
    return said if heard.quality == "dynamic" and said.isdecimal() else None


DRIVER = Driver(
    decode,
    command("P"),
    serial=Question("x2_", command("x2_"), _text),
    model=Question("x1_", command("x1_"), _text),
    firmware=Question("x3_", command("x3_"), _text),
)
