"""Whether a parameter that a recipe binds to a signal was taken from the machine that gives it, as the bridge read it
(PRD-06; EU GMP Annex 11, 5: data taken over electronically are checked). Pure; door and witness ask the same."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.production.model import BOUND, MAJOR, MINOR, PARAMETER, Judgement
from server.recipes.model import find_parameter
from sync import canonical

# Of a bound parameter: typed by hand; said to be a machine's, and not what the bridge read of it.
TYPED, UNVERIFIED = "bound_value_typed", "sensed_unverified"
FLAGS = (TYPED, UNVERIFIED)
KINDS = (PARAMETER, BOUND)
# A sample is of the moment at which it was taken over; the clocks of tablet and bridge may differ.
RECENT = timedelta(minutes=10)
# A sample with one of these flags is in the log, and may not be taken: another metal, or beyond the bridge's time.
NOT_TAKEN = frozenset({"payload_malformed", "kind_unknown", "not_permitted", "device_revoked", "serial_differs"})

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a machine measured at one moment, as it stands in the log; `values` maps its names to (value, unit).
    `fits`: of a piece that the phase may be done with; `elsewhere`: it is done with another; `mark`: of the machine's
    own words (see `mark_of`), None where they cannot be told any more."""

    device: str
    equipment: str
    captured_at: str
    values: Mapping[str, tuple[str, str | None]]
    by_bridge: bool
    fits: bool
    elsewhere: bool = False
    mark: bytes | None = None


def signal_of(phase: Payload | None, given: Payload) -> str | None:
    """The signal that the recipe binds this parameter to; None where it is typed."""
    parameter = None if phase is None else find_parameter(phase, given["parameter"])
    binding = None if parameter is None else parameter.get("binding")
    return None if not binding else str(binding["signal"])


def fits(phase: Payload | None, code: str, kind: str | None) -> bool:
    """Whether a piece of this class is one that the phase may be done with."""
    if phase is None or kind is None:
        return False
    candidates = phase.get("candidates") or [code]
    return phase.get("equipment") in (kind, code) and code in candidates


def is_elsewhere(code: str, at: str, identified: Iterable[tuple[str, str]]) -> bool:
    """Whether a phase is done with other pieces than this one: those that were identified for it, each with when."""
    told = list(identified)
    return any(then <= at for _, then in told) and code not in {one for one, _ in told}


def mark_of(said: Payload) -> bytes:
    """Stands for what a machine says of itself and of the moment, in its sample and as a parameter repeats it."""
    words = [said[name] for name in ("serial", "model", "device_time", "raw")]
    return hashlib.sha256(canonical.encode(words)).digest()[:16]


def judge(kind: str, given: Payload, at: str, signal: str | None, sample: Sample | None) -> list[Judgement]:
    """`at` is when it was taken over; `sample` the one in the log that it names, None where there is none."""
    named = given.get("sensed")
    if given["source"] == "manual":
        if signal is None:
            return []
        reason = (given.get("reason") or "").strip() or None
        return [Judgement(TYPED, {"signal": signal, "reason": reason, "severity": MINOR if reason else MAJOR})]
    if kind == PARAMETER and signal is None and named is None:
        # From before there were bindings: a source is claimed, and nothing is named that could be looked up.
        return []
    problem = _problem(given, at, signal, sample)
    return [] if problem is None else [Judgement(UNVERIFIED, _details(problem, given, sample) | {"severity": MAJOR})]


def _problem(given: Payload, at: str, signal: str | None, sample: Sample | None) -> str | None:
    named = given.get("sensed")
    if named is None:
        return "missing"
    if sample is None:
        return "not_in_log"
    if not sample.by_bridge or sample.device != named["device"]:
        return "not_a_bridge"
    if sample.equipment != named["equipment"] or not sample.fits or sample.elsewhere:
        return "other_equipment"
    if named["signal"] != signal or named["signal"] not in sample.values:
        return "other_signal"
    value, unit = sample.values[named["signal"]]
    if value != given["value"]["value"] or unit not in (None, given["value"]["unit"]):
        return "other_value"
    if sample.mark is not None and sample.mark != mark_of(named):
        return "other_sample"
    apart = datetime.fromisoformat(at) - datetime.fromisoformat(sample.captured_at)
    return "old" if abs(apart) > RECENT else None


def _details(problem: str, given: Payload, sample: Sample | None) -> dict[str, Any]:
    named = given.get("sensed")
    details: dict[str, Any] = {"problem": problem, "reading": None if named is None else named["id"]}
    if problem == "other_value" and sample is not None:
        value, unit = sample.values[str(given["sensed"]["signal"])]
        details["read"] = {"value": value, "unit": unit}
    return details


def values_of(body: Payload) -> dict[str, tuple[str, str | None]]:
    """The figures of a machine's sample, as its entry has them."""
    return {one["name"]: (one["value"], one["unit"]) for one in body["values"]}
