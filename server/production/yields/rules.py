"""What a yield is calculated from, whether it still is, and whether the batch may go on after it. Pure.

A yield names the entries of its inputs, so that nobody has to guess which values it was calculated from: it is current
while exactly these stand in their slots, and while each yield among them is current itself (21 CFR 211.103; CN 2010,
187). pwa/src/production/yields/yields.ts is the same; `tests/vectors/yields.json` holds both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from server.core import units
from server.engines import expressions, statistics
from server.engines.expressions import ExpressionError, ExpressionProblem, Program
from server.production.model import MAJOR, Judgement
from server.production.rules import within
from server.recipes import printed

STALE, UNEXPLAINED, UNKNOWN = "yield_stale", "yield_unexplained", "explanation_unknown"
UNSIGNED, DIFFERS, OUT, UNIT = "explanation_unsigned", "calculation_differs", "out_of_limits", "unit_mismatch"
# The flags of a yield itself.
OF_YIELD = (STALE, DIFFERS, OUT, UNIT)

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A value of a slot, as an entry says it; `standing` unless something has superseded it. `inputs` are the entries
    that a yield was calculated from, of each input; None of any other value."""

    entry: str
    slot: str
    value: str
    unit: str
    standing: bool
    inputs: Mapping[str, tuple[str, ...]] | None = None


def covers(place: str, slot: str) -> bool:
    """Whether a slot is the place that an input names, or a portion of the line that it names."""
    return slot == place or slot.startswith(f"{place}/")


def named_by(payload: Payload) -> dict[str, tuple[str, ...]]:
    return {one["id"]: tuple(one["entries"]) for one in payload["inputs"]}


class Stand:
    """What stands in a batch, asked of any number of yields: each answer is found once, however many name it."""

    def __init__(self, phases: Sequence[Payload], claims: Sequence[Claim]) -> None:
        self.by_entry = {one.entry: one for one in claims}
        self._phases = {one["id"]: one for one in phases}
        self._standing = [one for one in claims if one.standing]
        self._current: dict[str, bool] = {}
        self._here: dict[tuple[str, ...], list[Claim]] = {}

    def current(self, entry: str) -> bool:
        """Whether a yield stands, and all that it was calculated from, and was calculated from in turn."""
        if entry not in self._current:
            # Whoever comes back here names itself, and is not current.
            self._current[entry] = False
            self._current[entry] = self._is_current(entry)
        return self._current[entry]

    def _is_current(self, entry: str) -> bool:
        one = self.by_entry.get(entry)
        if one is None or not one.standing:
            return False
        plan = printed.plan_at(self._phases.get(one.slot.partition("/")[0]), one.slot)
        if one.inputs is None or plan is None:
            return True
        return self.fresh(plan, one.inputs)

    def fresh(self, phase: Payload, inputs: Mapping[str, Sequence[str]]) -> bool:
        """Whether the entries of each input are what stands in its slots, of each slot one, every place filled, and are
        current themselves. What is typed, or no input of the recipe, names none."""
        asked = {one["id"]: tuple(one["from"]) for one in phase["inputs"] if one["from"] is not None}
        if any(entries and name not in asked for name, entries in inputs.items()):
            return False
        whole = all(self._complete(places, inputs.get(name, ())) for name, places in asked.items())
        return whole and all(self.current(each) for entries in inputs.values() for each in entries)

    def _complete(self, places: tuple[str, ...], entries: Sequence[str]) -> bool:
        if places not in self._here:
            covered = [one for one in self._standing if any(covers(place, one.slot) for place in places)]
            self._here[places] = covered
        here, only = self._here[places], set(entries)
        named = [one.slot for one in here if one.entry in only]
        filled = all(any(covers(place, slot) for slot in named) for place in places)
        once = len(named) == len(only) == len(entries)
        return once and sorted(named) == sorted({one.slot for one in here}) and filled


def current(entry: str, phases: Sequence[Payload], claims: Sequence[Claim]) -> bool:
    return Stand(phases, claims).current(entry)


def stale(phases: Sequence[Payload], claims: Sequence[Claim]) -> list[Claim]:
    """The yields that stand in their slots and are current no more."""
    stand = Stand(phases, claims)
    return [one for one in claims if one.standing and one.inputs is not None and not stand.current(one.entry)]


def total(claims: Iterable[Claim], unit: str) -> str | None:
    """The sum in a unit, to 34 digits; None where a value is in a unit that does not lead there."""
    sums: dict[str, Fraction] = {}
    for one in claims:
        sums[one.unit] = sums.get(one.unit, Fraction(0)) + Fraction(one.value)
    whole = Fraction(0)
    for each, value in sums.items():
        times = units.ratio(each, unit)
        if times is None:
            return None
        whole += value * times
    return statistics.text(whole)


def calculated(phase: Payload, inputs: Mapping[str, str]) -> str:
    """The yield with the decimals of its phase. ExpressionError, also for a recipe that nobody has checked."""
    try:
        found = _program(phase["expression"], tuple(one["id"] for one in phase["inputs"])).run(
            {name: Decimal(value) for name, value in inputs.items()}
        )
    except ExpressionProblem as problem:
        raise ExpressionError("format_wrong") from problem
    assert isinstance(found, Decimal)
    rounded = expressions.rounded(found, phase["decimals"], phase["rounding"])
    return expressions.written(rounded, phase["decimals"])


@lru_cache(maxsize=256)
def _program(source: str, names: tuple[str, ...]) -> Program:
    return expressions.compile(source, dict.fromkeys(names, "decimal"), "decimal")


def judge(given: Payload, phases: Sequence[Payload], phase: Payload, claims: Sequence[Claim]) -> list[Judgement]:
    """Of a yield as it arrives, or of a balance, whose `phase` is its plan: `claims` are all values of the batch that
    the log knows, this one not among them."""
    found = _judge_inputs(given, phase, claims)
    if not Stand(phases, claims).fresh(phase, named_by(given)):
        found.append(Judgement(STALE, {"severity": MAJOR}))
    if given["unit"] != phase["unit"]:
        return [*found, Judgement(UNIT, {"unit": given["unit"], "expected": phase["unit"]})]
    right = _right(phase, {one["id"]: one["value"] for one in given["inputs"]})
    if right is None or Decimal(right) != Decimal(given["value"]):
        details = {"value": given["value"], "calculated": right, "severity": MAJOR}
        found.append(Judgement(DIFFERS, details))
    return found + judge_limits(given, phase)


def judge_limits(given: Payload, phase: Payload) -> list[Judgement]:
    if within(given["value"], phase["low"], phase["high"]):
        return []
    bounds = {"low": phase["low"], "high": phase["high"], "unit": phase["unit"], "severity": MAJOR}
    return [Judgement(OUT, {"values": [given["value"]], **bounds, "comment_missing": not given["comment"]})]


def _right(phase: Payload, values: Mapping[str, str]) -> str | None:
    if set(values) != {one["id"] for one in phase["inputs"]}:
        return None
    try:
        return calculated(phase, values)
    except ExpressionError:
        return None


def _judge_inputs(given: Payload, phase: Payload, claims: Sequence[Claim]) -> list[Judgement]:
    """Whether each input is in the unit of the recipe, and the sum of the entries that it names, as far as the log has
    them."""
    found, by_entry = [], {one.entry: one for one in claims}
    planned = {one["id"]: one for one in phase["inputs"]}
    for one in given["inputs"]:
        asked = planned.get(one["id"])
        if asked is not None and one["unit"] != asked["unit"]:
            found.append(Judgement(UNIT, {"input": one["id"], "unit": one["unit"], "expected": asked["unit"]}))
        elif asked is not None and asked["from"] is not None and all(name in by_entry for name in one["entries"]):
            right = total((by_entry[name] for name in one["entries"]), one["unit"])
            if right is None or Decimal(right) != Decimal(one["value"]):
                details = {"input": one["id"], "value": one["value"], "calculated": right, "severity": MAJOR}
                found.append(Judgement(DIFFERS, details))
    return found


@dataclass(frozen=True, slots=True)
class Yield:
    """A yield with when it was captured; `out` of its limits, and `explained` when by somebody who may (None: not)."""

    entry: str
    phase: str
    captured_at: str
    out: bool
    explained: str | None


def unexplained(yields: Iterable[Yield]) -> frozenset[str]:
    """The phases whose yield is out of its limits, and that nobody who may has explained."""
    return frozenset(one.phase for one in yields if one.out and one.explained is None)


def open_before(yields: Iterable[Yield], above: Iterable[str], captured_at: str) -> list[Yield]:
    """The yields of phases before one that was begun at this moment that were out of limits and not explained then."""
    before = set(above)
    return [
        one
        for one in yields
        if one.phase in before
        and one.out
        and one.captured_at <= captured_at
        and not (one.explained is not None and one.explained <= captured_at)
    ]
