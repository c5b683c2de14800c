"""Numbers by a plant's pattern: which patterns never spell two alike, and how one is spelled. Pure.

A pattern is text with places in braces: `{yy}` or `{yyyy}` and `{mm}` for the period in which is counted, `{seq:4}` for
what is counted, and one for the code of what is numbered, whose name the caller says.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

# What a printed label, a scanned code and a file name all take.
_LITERAL = re.compile(r"[A-Za-z0-9._-]*")
_YEARS = ("yy", "yyyy")
_LONGEST = 60
_WIDTHS = {"seq": r"(?P<seq>[0-9]+)", "yy": "(?P<yy>[0-9]{2})", "yyyy": "(?P<yyyy>[0-9]{4})"}
_WIDTHS |= {"mm": "(?P<mm>0[1-9]|1[0-2])"}


def refused(pattern: str, code: str, *, months: bool = False) -> str | None:
    """Why this is no pattern; None for one by which no two numbers are alike. `code`: the name of the place for the
    code of what is numbered; `months`: whether `{mm}` is a place.

    It counts once, in a month only beside its year; the code, which may end in digits, stands apart from what is
    counted.
    """
    parts = list(_parts(pattern, code, months))
    if any(not _LITERAL.fullmatch(text) for kind, text in parts if kind == "text"):
        return "pattern_malformed"
    kinds = [kind for kind, _ in parts]
    years = sum(kinds.count(one) for one in _YEARS)
    once = kinds.count("seq") == 1 and kinds.count(code) <= 1 and kinds.count("mm") <= years <= 1
    if not once or len(pattern) > _LONGEST:
        return "pattern_counts_once"
    for (kind, text), (other, other_text) in pairwise(parts):
        if code in (kind, other):
            beside, here = (other, other_text) if kind == code else (kind, text)
            if beside != "text" or not re.search(r"[._-]", here):
                return f"pattern_{code}_apart"
    return None


def period(pattern: str, code: str, day: str, *, months: bool = False) -> str:
    """What the counter begins anew with: the year, or year and month (YYYYMM), of a day YYYY-MM-DD, or nothing."""
    kinds = {kind for kind, _ in _parts(pattern, code, months)}
    if kinds.isdisjoint(_YEARS):
        return ""
    return day[:4] + (day[5:7] if "mm" in kinds else "")


def spelled(pattern: str, code: str, value: str, period_: str, seq: int, *, months: bool = False) -> str:
    """The number; more than the digits of the pattern are written out."""
    made = []
    for kind, text in _parts(pattern, code, months):
        given = {"text": text, code: value, "yy": period_[2:4], "yyyy": period_[:4], "mm": period_[4:]}
        made.append(str(seq).zfill(int(text)) if kind == "seq" else given[kind])
    return "".join(made)


def read(pattern: str, code: str, value: str, text: str, *, months: bool = False) -> tuple[str, int] | None:
    """(period, seq) of a number that the pattern gives; None for any other text. Of a year with two digits it is one of
    this century."""
    matching = (_matching(kind, part, code, value) for kind, part in _parts(pattern, code, months))
    found = re.fullmatch("".join(matching), text)
    if found is None:
        return None
    named = found.groupdict()
    year = named.get("yyyy") or (f"20{named['yy']}" if named.get("yy") else "")
    in_, seq = year + (named.get("mm") or ""), int(named["seq"])
    return (in_, seq) if spelled(pattern, code, value, in_, seq, months=months) == text else None


def _matching(kind: str, text: str, code: str, value: str) -> str:
    if kind == "text":
        return re.escape(text)
    return re.escape(value) if kind == code else _WIDTHS[kind]


@lru_cache
def _places(code: str, months: bool) -> re.Pattern[str]:
    return re.compile(r"\{(" + code + r"|yy|yyyy|" + ("mm|" if months else "") + r"seq:([1-9]))\}")


def _parts(pattern: str, code: str, months: bool) -> Iterator[tuple[str, str]]:
    """(kind, text): text as it stands, the code, yy, yyyy, mm, and seq with its digits."""
    at = 0
    for found in _places(code, months).finditer(pattern):
        if found.start() > at:
            yield "text", pattern[at : found.start()]
        yield ("seq", found[2]) if found[2] else (found[1], found[0])
        at = found.end()
    if at < len(pattern):
        yield "text", pattern[at:]
