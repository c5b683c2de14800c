"""How many containers of a lot are opened, and which: sampling plans, pure.

Every number has its source beside it. The screens compute none of this: the server says it, and they show it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Any

# `sqrt_cn` is the rule of Chinese plants (药品 GMP 指南：质量控制实验室与物料系统; GMP 2010, annex 取样, leaves
# the number to the plant); `who_*` stand in WHO TRS 929 (2005), annex 4, section 5.1; `iso2859` is ISO 2859-1:1999,
# which is GB/T 2828.1-2012: single sampling, by attributes.
FIXED, ALL, SQRT_CN, WHO_N, WHO_P, WHO_R, ISO2859 = (
    "fixed",
    "all",
    "sqrt_cn",
    "who_n",
    "who_p",
    "who_r",
    "iso2859",
)
RULES = (SQRT_CN, WHO_N, WHO_P, WHO_R, FIXED, ALL, ISO2859)
# Of each container that is opened, or of every one that came (GMP 2010, article 110).
DRAWN, EVERY = "drawn", "every"
IDENTITIES = (DRAWN, EVERY)
LEVELS = ("I", "II", "III", "S-1", "S-2", "S-3", "S-4")
NORMAL, TIGHTENED = "normal", "tightened"
# Reduced inspection is left out: its acceptance numbers differ between editions, copies of table 2-C of 1999 differ in
# one of them (4 or 5 between 3 and 6), and a wrong one passes bad lots.
SEVERITIES = (NORMAL, TIGHTENED)
# What a specification says where the rules of the standard say how severe inspection is (`switching`).
SWITCHING = "switching"
AQLS = ("0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5", "4.0", "6.5", "10")
# What is drawn by where a specification says nothing of sampling.
DEFAULT: Mapping[str, Any] = {
    "rule": SQRT_CN,
    "number": None,
    "level": None,
    "aql": None,
    "severity": None,
    "identity": DRAWN,
    "quantity": None,
    "retained": None,
    "instruction": None,
}

# ISO 2859-1:1999, table 1: the last size of each row, and its code letters by level.
_SIZES = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_CODES = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
_LETTERS = "ABCDEFGHJKLMNPQR"
_SAMPLE = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
# Tables 2-A and 2-B have the same numbers along each diagonal of letters and AQLs. From the diagonal of 0 on, None
# being an arrow: 2-A points up beside the 0 and then down, 2-B down twice; what lies beyond the last points up.
_ACCEPT: Mapping[str, tuple[int | None, ...]] = {
    NORMAL: (0, None, None, 1, 2, 3, 5, 7, 10, 14, 21),
    TIGHTENED: (0, None, None, 1, 2, 3, 5, 8, 12, 18),
}
_UP: Mapping[str, frozenset[int]] = {NORMAL: frozenset({1}), TIGHTENED: frozenset()}
# Where the diagonal of 0 crosses the first AQL here, 0.065: at L (2-A), and at M (2-B).
_ZERO = {NORMAL: _LETTERS.index("L"), TIGHTENED: _LETTERS.index("M")}
# The first letter at which a plan that accepts none stands: 2-B has none at A.
_FIRST = {NORMAL: 0, TIGHTENED: 1}


@dataclass(frozen=True, slots=True)
class Plan:
    """`number` of containers to sample; of ISO 2859-1 also the letter whose plan is used, and the acceptance number:
    a lot with more nonconforming ones than `accept` is not accepted."""

    number: int
    letter: str | None = None
    accept: int | None = None

    @property
    def reject(self) -> int | None:
        return None if self.accept is None else self.accept + 1

    def payload(self) -> dict[str, Any]:
        return {"number": self.number, "letter": self.letter, "accept": self.accept, "reject": self.reject}


def plan(sampling: Mapping[str, Any], containers: int) -> Plan:
    """Of `containers` that came; {rule, number, level, aql, severity} as the specification has them, normal where it
    leaves the severity to switching rules. Where a plan asks for more than there are, all are sampled (ISO 2859-1,
    10.1)."""
    if containers <= 0:
        return Plan(0)
    if sampling["rule"] == ISO2859:
        severity = NORMAL if sampling["severity"] == SWITCHING else sampling["severity"]
        found = single(containers, sampling["level"], sampling["aql"], severity)
        return Plan(min(found.number, containers), found.letter, found.accept)
    return Plan(min(_count(sampling, containers), containers))


def _count(sampling: Mapping[str, Any], n: int) -> int:
    rule = sampling["rule"]
    if rule == FIXED:
        return int(sampling["number"])
    if rule == SQRT_CN:
        return _sqrt_cn(n)
    if rule == WHO_N:
        # Up to 4 containers each is sampled; else 1 + √N by simple rounding: ⌊√N + ½⌋ = ⌊(√4N + 1) / 2⌋.
        return n if n <= 4 else 1 + (isqrt(4 * n) + 1) // 2
    if rule == WHO_P:
        # 0.4·√N, rounded up: the least p with p² ≥ 0.16·N.
        return _least(4 * n, 25)
    if rule == WHO_R:
        # 1.5·√N, rounded up: the least r with r² ≥ 2.25·N.
        return _least(9 * n, 4)
    return n


def _sqrt_cn(n: int) -> int:
    """Up to 3 each, up to 300 √n + 1, above √n / 2 + 1; a part of a container is a whole one."""
    if n <= 3:
        return n
    return 1 + (_least(n, 1) if n <= 300 else _least(n, 4))


def _least(above: int, below: int) -> int:
    """The least whole k with k² ≥ above / below."""
    k = isqrt(above // below)
    while k * k * below < above:
        k += 1
    return k


def code_letter(size: int, level: str) -> str:
    """ISO 2859-1:1999, table 1."""
    row = next((at for at, last in enumerate(_SIZES) if size <= last), len(_SIZES))
    return _CODES[level][row]


def single(size: int, level: str, aql: str, severity: str) -> Plan:
    """ISO 2859-1:1999, tables 2-A and 2-B, arrows followed: the first plan that the arrow points to has its own sample
    size (10.3). A sample larger than the lot means that all are inspected."""
    at, numbers = _LETTERS.index(code_letter(size, level)), _ACCEPT[severity]
    zero = _ZERO[severity] - AQLS.index(aql)
    there = zero >= _FIRST[severity]
    while True:
        diagonal = at - zero
        accept = numbers[diagonal] if 0 <= diagonal < len(numbers) else None
        if accept is not None and (accept or there):
            return Plan(_SAMPLE[at], _LETTERS[at], accept)
        # An arrow up leads to the 0 of its column; where there is none, it points down.
        at += -1 if diagonal >= len(numbers) or (there and diagonal in _UP[severity]) else 1


def drawn(inspection: str, material: str, lot: str, labels: Iterable[str], number: int) -> list[str]:
    """Which containers are sampled: those whose SHA-256 over inspection, material, lot and label is least, sorted by
    label. Anybody can draw again and get the same; nobody can choose, since the inspection's number comes with it."""

    def place(label: str) -> bytes:
        return hashlib.sha256("\n".join((inspection, material, lot, label)).encode()).digest()

    return sorted(sorted(labels, key=place)[:number])
