"""Site lot numbers by the plant's pattern: which patterns never give two lots one number, and how one is spelled. Pure.

`pwa/src/receiving/numbering.ts` is the same; `tests/vectors/receiving.json` holds both together.
"""

from server.core import patterns
from server.materials.receiving.model import MOST_CONTAINERS

# As `core.fields.number` takes one.
_LONGEST = 80
_CODE = "material"


def pattern_refused(pattern: str) -> str | None:
    """Why this is no pattern: a code that screens have words for; None for one by which no two numbers are alike."""
    return patterns.refused(pattern, _CODE)


def period(pattern: str, day: str) -> str:
    """What the counter begins anew with: the year (of a day YYYY-MM-DD) where the pattern has one, else nothing."""
    return patterns.period(pattern, _CODE, day)


def number(pattern: str, material: str, period_: str, seq: int) -> str:
    """The lot number; more than the digits of the pattern are written out."""
    return patterns.spelled(pattern, _CODE, material, period_, seq)


def seq_of(pattern: str, material: str, text: str) -> tuple[str, int] | None:
    """(period, seq) of a number that the pattern gives this material; None for any other text."""
    return patterns.read(pattern, _CODE, material, text)


def label(lot: str, nth: int) -> str:
    """The label of the nth container of a lot, from 1: LAC-260001-001."""
    return f"{lot}-{nth:03d}"


def fits(lot: str) -> bool:
    """Whether a lot's containers can be labelled by its number: a label is at most as long as any number is."""
    return len(label(lot, MOST_CONTAINERS)) <= _LONGEST
