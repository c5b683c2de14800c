"""The nouns of equipment: a registered piece, a weight that a balance has read, and what the balance is fit for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from server.core import units

# Which of a balance's answers may become a result: only a stable one (BRG-02).
QUALITIES = ("stable", "dynamic", "overload", "underload", "error")
# Of a device that does not tell whether its weight was stable: such a reading is kept, and taken for nothing.
UNRATED = "unknown"


@dataclass(frozen=True, slots=True)
class Equipment:
    equipment: str
    class_: str
    name: dict[str, str]
    serial: str | None
    model: str | None
    location: str | None
    calibration_due: str | None

    def payload(self) -> dict[str, object]:
        """As leases and the API show it."""
        return {
            "equipment": self.equipment,
            "class": self.class_,
            "name": self.name,
            "serial": self.serial,
            "model": self.model,
            "location": self.location,
            "calibration_due": self.calibration_due,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A weight in the log: `id` and `index` of its entry, `value` a decimal string in `unit`."""

    id: str
    index: int
    device: str
    balance: str
    model: str
    serial: str
    quality: str
    value: str
    unit: str
    raw: str
    captured_at: str

    def payload(self) -> dict[str, object]:
        """As screens get it (`Reading` of the app)."""
        return {
            "id": self.id,
            "device": self.device,
            "balance": self.balance,
            "serial": self.serial,
            "model": self.model,
            "net": {"value": self.value, "unit": self.unit},
            "raw": self.raw,
            "captured_at": self.captured_at,
            "index": self.index,
        }


# What of a weight on this balance an inspector would ask about: flags of a weighing, and exceptions.
OUT_OF_RANGE, TOO_LITTLE, UNCHECKED = "balance_out_of_range", "below_minimum_weight", "balance_not_checked"
DOUBTS = (OUT_OF_RANGE, TOO_LITTLE, UNCHECKED)
MISSING, EXPIRED, FAILED = "missing", "expired", "failed"
PASSED = "passed"
REGISTERED = "equipment.equipment_registered.v1"
PROCESS_READ = "equipment.process_read.v1"
LIMITS_SET, CHECKED = "equipment.balance_limits_set.v1", "equipment.balance_checked.v1"
# Who weighs checks the balance: in production, in the warehouse and in the laboratory.
CHECKS = ("batch.work", "lot.receive", "results.record", "equipment.manage")
# The clock of a tablet may differ by as much from the one that dated the check.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a balance may be used for: up to its capacity, from its minimum weight on (USP <41>), and for `check_hours`
    after a check with each of its test `weights` {weight, nominal, tolerance}. None: nothing was set."""

    capacity: Mapping[str, str] | None
    minimum: Mapping[str, str] | None
    check_hours: int | None
    weights: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Limits":
        return cls(payload["capacity"], payload["minimum"], payload["check_hours"], tuple(payload["weights"]))

    def payload(self) -> dict[str, object]:
        return {
            "capacity": self.capacity,
            "minimum": self.minimum,
            "check_hours": self.check_hours,
            "weights": list(self.weights),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One weighing of a test weight: entry, when, by whom, and what came of it."""

    id: str
    weight: str
    shown: Mapping[str, str]
    verdict: str
    at: str
    by: str

    def payload(self) -> dict[str, object]:
        return {
            "id": self.id,
            "weight": self.weight,
            "shown": self.shown,
            "verdict": self.verdict,
            "at": self.at,
            "by": self.by,
        }


def verdict(nominal: Mapping[str, str], tolerance: str, shown: Mapping[str, str]) -> str:
    """Whether a test weight was shown within its tolerance, which is in the unit of its nominal mass."""
    value = units.convert(shown["value"], shown["unit"], nominal["unit"])
    if value is None or abs(value - Fraction(nominal["value"])) > Fraction(tolerance):
        return FAILED
    return PASSED


def problem(limits: Limits, weight: str, last: Check | None, at: str) -> str | None:
    """What is the matter with the check by this weight at that time; `last` is the latest until then."""
    if last is None:
        return MISSING
    if last.verdict != PASSED:
        return FAILED
    over = datetime.fromisoformat(last.at) + timedelta(hours=limits.check_hours or 0)
    return EXPIRED if datetime.fromisoformat(at) > over else None


def doubts(
    limits: Limits,
    checks: Mapping[str, Check | None],
    net: Mapping[str, str],
    at: str,
    gross: Mapping[str, str] | None = None,
) -> list[tuple[str, dict[str, Any]]]:
    """(code, details) of a net weight that was taken at that time; `checks`: the latest of each test weight then.
    `gross` is all that lay on the balance, where that was more."""
    found: list[tuple[str, dict[str, Any]]] = []
    most = net if gross is None else gross
    if _beyond(most, limits.capacity, 1):
        found.append((OUT_OF_RANGE, {"net": dict(most), "capacity": limits.capacity}))
    if _beyond(net, limits.minimum, -1):
        found.append((TOO_LITTLE, {"net": dict(net), "minimum": limits.minimum}))
    if limits.check_hours is not None:
        names = [one["weight"] for one in limits.weights]
        wrong = {name: why for name in names if (why := problem(limits, name, checks.get(name), at)) is not None}
        if wrong:
            worst = next(why for why in (FAILED, MISSING, EXPIRED) if why in wrong.values())
            found.append((UNCHECKED, {"problem": worst, "weights": sorted(wrong)}))
    return found


def _beyond(net: Mapping[str, str], bound: Mapping[str, str] | None, side: int) -> bool:
    """Above (1) or below (-1) a bound; what cannot be compared is beyond it."""
    if bound is None:
        return False
    value = units.convert(net["value"], net["unit"], bound["unit"])
    return value is None or (value - Fraction(bound["value"])) * side > 0
