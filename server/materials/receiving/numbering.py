"""Site lot numbers by the plant's pattern: which patterns never give two lots one number, and how one is spelled. Pure.

`pwa/src/receiving/numbering.ts` is the same; `tests/vectors/receiving.json` holds both together.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from server.materials.receiving.model import MOST_CONTAINERS

_TOKEN = re.compile(r"\{(material|yy|yyyy|seq:([1-9]))\}")
# What a printed label, a scanned code and a file name all take.
# As `core.fields.number` takes one.
_LONGEST = 80
_LITERAL = re.compile(r"[A-Za-z0-9._-]*")


def pattern_refused(pattern: str) -> str | None:
    """Why this is no pattern: a code that screens have words for; None for one by which no two numbers are alike.

    It counts once; the material, whose code may end in digits, stands apart from what is counted.
    """
    parts = list(_parts(pattern))
    if any(not _LITERAL.fullmatch(text) for kind, text in parts if kind == "text"):
        return "pattern_malformed"
    kinds = [kind for kind, _ in parts]
    years = kinds.count("yy") + kinds.count("yyyy")
    if kinds.count("seq") != 1 or kinds.count("material") > 1 or years > 1 or len(pattern) > 60:
        return "pattern_counts_once"
    for (kind, text), (other, other_text) in pairwise(parts):
        if "material" in (kind, other):
            beside, here = (other, other_text) if kind == "material" else (kind, text)
            if beside != "text" or not re.search(r"[._-]", here):
                return "pattern_material_apart"
    return None


def period(pattern: str, day: str) -> str:
    """What the counter begins anew with: the year (of a day YYYY-MM-DD) where the pattern has one, else nothing."""
    return day[:4] if any(kind in ("yy", "yyyy") for kind, _ in _parts(pattern)) else ""


def number(pattern: str, material: str, period_: str, seq: int) -> str:
    """The lot number; more than the digits of the pattern are written out."""
    made = []
    for kind, text in _parts(pattern):
        given = {"text": text, "material": material, "yy": period_[2:], "yyyy": period_}
        made.append(str(seq).zfill(int(text)) if kind == "seq" else given[kind])
    return "".join(made)


def seq_of(pattern: str, material: str, text: str) -> tuple[str, int] | None:
    """(period, seq) of a number that the pattern gives this material; None for any other text. Of a year with two
    digits it is one of this century."""
    found = re.fullmatch("".join(_matching(kind, part, material) for kind, part in _parts(pattern)), text)
    if found is None:
        return None
    named = found.groupdict()
    year = named.get("yyyy") or (f"20{named['yy']}" if named.get("yy") else "")
    seq = int(named["seq"])
    return (year, seq) if number(pattern, material, year, seq) == text else None


def label(lot: str, nth: int) -> str:
    """The label of the nth container of a lot, from 1: LAC-260001-001."""
    return f"{lot}-{nth:03d}"


def fits(lot: str) -> bool:
    """Whether a lot's containers can be labelled by its number: a label is at most as long as any number is."""
    return len(label(lot, MOST_CONTAINERS)) <= _LONGEST


def _matching(kind: str, text: str, material: str) -> str:
    if kind == "text":
        return re.escape(text)
    if kind == "material":
        return re.escape(material)
    return {"seq": r"(?P<seq>[0-9]+)", "yy": "(?P<yy>[0-9]{2})", "yyyy": "(?P<yyyy>[0-9]{4})"}[kind]


def _parts(pattern: str) -> Iterator[tuple[str, str]]:
    """(kind, text): text as it stands, material, yy, yyyy, and seq with its digits."""
    at = 0
    for found in _TOKEN.finditer(pattern):
        if found.start() > at:
            yield "text", pattern[at : found.start()]
        yield ("seq", found[2]) if found[2] else (found[1], found[0])
        at = found.end()
    if at < len(pattern):
        yield "text", pattern[at:]
