"""Reads GS1 element strings with `biip` (GS1 General Specifications, section 3); what it says binds tablets.

Stricter than `biip` in what a wrong scan looks like: a check digit that does not fit, a variable element that runs into
the next one, an empty one, and one that is said twice differently are no code. `pwa/src/core/gs1.ts` gives the same
results; vectors hold the two together.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_element_strings import GS1ElementString

GS = "\x1d"
# AIM identifiers of symbols whose data are element strings, and of those that hold a GTIN alone (ISO/IEC 15424).
_MESSAGES = {"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"}
_GTINS = {"]E0", "]E4", "]I1"}
# Dates are looked at below: of two days, "harvested from … to …" (7007), biip makes a day and a time.
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)
_DATED = {"11", "12", "13", "15", "16", "17", "4324", "4325", "4326", "7003", "7006", "7007", "7011", "8008"}
# How many characters at the beginning of these end in a check digit (section 7.9).
_CHECKED = {
    **{"00": 18, "01": 14, "02": 14, "03": 14, "253": 13, "255": 13, "402": 17},
    **{f"41{last}": 13 for last in range(8)},
    **{"8003": 14, "8006": 14, "8017": 18, "8018": 18, "8026": 14},
}
# Measures, amounts and percentages: the last digit of the identifier says how many decimals they have (section 3.6).
_SCALED = re.compile(r"(?:3[1-6][0-9]|39[0-4])([0-9])")
_BRACKETS = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
_SURE = re.compile(r"01([0-9]{14})|00([0-9]{18})")


@dataclass(frozen=True, slots=True)
class Element:
    """`date`: ISO 8601, a day, a time of it, or two days joined by "/"; `decimal`: a decimal string."""

    ai: str
    value: str
    date: str | None
    decimal: str | None

    def payload(self) -> dict[str, str | None]:
        return {"ai": self.ai, "value": self.value, "date": self.date, "decimal": self.decimal}


class WrongCode(Exception):
    """Not what GS1 lets a code be; `why` is unknown, format, separator, check_digit, date or twice."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_code(text: str, symbology: str) -> list[Element] | None:
    """A code's elements, None where its symbology says that it holds none; `WrongCode`.

    Without a symbology ("") only what cannot be anything else is read: "(01)…" as people type it, a text with GS, a
    GTIN or SSCC with its check digit.
    """
    if symbology in _MESSAGES:
        return read_elements(text)
    if symbology in _GTINS:
        return read_elements(f"01{text.rjust(14, '0')}" if re.fullmatch("[0-9]{8,14}", text) else "")
    if symbology != "":
        return None
    if re.match(r"\([0-9]{2,4}\)", text):
        return read_elements(_from_brackets(text))
    return read_elements(text) if GS in text or _starts_sure(text) else None


def read_elements(text: str) -> list[Element]:
    """A message as scanners send it: without the first FNC1, GS for the others. `WrongCode`."""
    elements: dict[str, Element] = {}
    rest = text.lstrip(GS)
    # `\d` of biip's patterns is any script's digit; a code has none but ours.
    if not rest or not rest.isascii():
        raise WrongCode("format")
    while rest:
        found = _first(rest)
        element = _element(found)
        rest = rest[len(found) :]
        if found.ai.separator_required and rest and not rest.startswith(GS):
            raise WrongCode("separator")
        # The same twice says nothing new; two that differ contradict each other (section 4.13).
        if elements.setdefault(element.ai, element) != element:
            raise WrongCode("twice")
        rest = rest.lstrip(GS)
    return list(elements.values())


def _first(text: str) -> GS1ElementString:
    try:
        GS1ApplicationIdentifier.extract(text)
    except ParseError as error:
        raise WrongCode("unknown") from error
    try:
        found = GS1ElementString.extract(text, config=_CONFIG)
    except ParseError as error:
        raise WrongCode("format") from error
    if not found.value:
        raise WrongCode("format")
    return found


def _element(found: GS1ElementString) -> Element:
    ai, value = found.ai.ai, found.value
    checked = _CHECKED.get(ai)
    if checked is not None and not is_checked(value[:checked]):
        raise WrongCode("check_digit")
    return Element(ai, value, _date(found) if ai in _DATED else None, _decimal(ai, found.pattern_groups[-1]))


def is_checked(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (section 7.9.1)."""
    return gs1_standard_check_digit(digits[:-1]) == int(digits[-1])


def _decimal(ai: str, digits: str) -> str | None:
    scaled = _SCALED.fullmatch(ai)
    return None if scaled is None else f"{Decimal(digits).scaleb(-int(scaled[1])):f}"


def _date(found: GS1ElementString) -> str:
    value = found.value
    if found.ai.ai == "7007" and len(value) == 12:
        days = [_date(GS1ElementString.extract(f"11{half}", config=_CONFIG)) for half in _halves(value)]
        if days[1] < days[0]:
            raise WrongCode("date")
        return "/".join(days)
    if found.datetime is not None:
        return found.datetime.isoformat(timespec="seconds" if len(value) == 12 else "minutes")
    if found.date is None:
        raise WrongCode("date")
    return found.date.isoformat()


def _halves(value: str) -> tuple[str, str]:
    if not re.fullmatch(r"(?:[0-9]{2}(?:0[0-9]|1[0-2])(?:[0-2][0-9]|3[01])){2}", value):
        raise WrongCode("date")
    return value[:6], value[6:]


def _from_brackets(text: str) -> str:
    """ "(01)…(10)…", as it is printed below a code, in the form that scanners send."""
    plain = "".join(text.split())
    parts = _BRACKETS.findall(plain)
    if "".join(f"({ai}){value}" for ai, value in parts) != plain:
        raise WrongCode("format")
    return GS.join(f"{ai}{value}" for ai, value in parts)


def _starts_sure(text: str) -> bool:
    digits = _SURE.match(text)
    return digits is not None and is_checked(digits[1] or digits[2])
