"""Whether a room was within its limits, and what it was like from one time to another. Pure; door, witness, dossier and
review ask the same.

The limits that held at the time of a reading judge it: alert limits are watched, beyond action limits QA assesses what
was done in the room meanwhile (ENV-01, ENV-03). Times are those of the bridge that read, as the log has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from server.environment import model
from server.environment.model import ACTION, ALERT, Limit, Limits, Place, Reading


class _Since(Protocol):
    @property
    def since(self) -> str: ...


T = TypeVar("T", bound=_Since)
# From when to when a sensor stood in a room.
Stay = tuple[str, str]
# Of one that stands there still.
_EVER = "9999"


def held_at(stated: Sequence[T], at: str) -> T | None:
    """What held at a time of what was stated in this order; None before the first. Of two of one time the later."""
    found: T | None = None
    for one in stated:
        if one.since <= at and (found is None or found.since <= one.since):
            found = one
    return found


def held_in(stated: Sequence[T], begin: str, end: str) -> list[T]:
    """What held from one time to another, in the order of time."""
    first = held_at(stated, begin)
    later = sorted((one for one in stated if begin < one.since < end), key=lambda one: one.since)
    return [*([] if first is None else [first]), *later]


def judge_source(place: Place | None, serial: str, by_bridge: bool) -> list[str]:
    """The flags of a reading that counts for nothing: of whom nobody knows, of another metal, or of no room."""
    found = [] if by_bridge else [model.NOT_A_BRIDGE]
    if place is None:
        return [*found, model.UNKNOWN]
    if place.serial not in (None, serial):
        return [*found, model.DIFFERS]
    return found if place.room is not None else [*found, model.UNPLACED]


def judge_limits(given: Mapping[str, Any], known: bool) -> str | None:
    """Why limits cannot be set: for no room, or with bounds that are none. `known`: something stands in the room."""
    if not known:
        return model.ROOM_UNKNOWN
    names = [one["quantity"] for one in given["limits"]]
    right = all(_is_limit(one) for one in given["limits"])
    return None if right and len(set(names)) == len(names) else model.LIMITS_WRONG


def _is_limit(given: Mapping[str, Any]) -> bool:
    """Of a quantity in its unit; from the lowest to the highest the bounds rise: action, alert, alert, action."""
    one = Limit.of(given)
    bounds = [bound for bound in (one.action_low, one.alert_low, one.alert_high, one.action_high) if bound is not None]
    rising = all(low <= high for low, high in pairwise(bounds))
    apart = all(
        low is None or high is None or low < high
        for low, high in ((one.action_low, one.action_high), (one.alert_low, one.alert_high))
    )
    return model.QUANTITIES.get(given["quantity"]) == given["unit"] and bool(bounds) and rising and apart


def level(value: Decimal, limit: Limit | None) -> tuple[str | None, int]:
    """How far a value is out, `ACTION`, `ALERT` or None, and on which side: 1 above, -1 below, 0 within. On a limit is
    within it."""
    if limit is None:
        return None, 0
    for name, low, high in ((ACTION, limit.action_low, limit.action_high), (ALERT, limit.alert_low, limit.alert_high)):
        if high is not None and value > high:
            return name, 1
        if low is not None and value < low:
            return name, -1
    return None, 0


def beyond_action(stated: Sequence[Limits], at: str, quantity: str, value: str) -> bool:
    """Whether a reading is beyond the action limits that held at its time."""
    limits = held_at(stated, at)
    return limits is not None and level(Decimal(value), limits.limit(quantity))[0] == ACTION


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest time without a reading: between two, or from or to the end of what is asked about."""

    begin: str
    end: str

    @property
    def length(self) -> timedelta:
        return datetime.fromisoformat(self.end) - datetime.fromisoformat(self.begin)

    def is_over(self, stated: Sequence[Limits]) -> bool:
        """Longer than the strictest of the limits allows that held meanwhile: none are set for a time that passed."""
        allowed = [one.longest_gap for one in held_in(stated, self.begin, self.end)]
        return bool(allowed) and self.length > timedelta(minutes=min(allowed))

    def payload(self, stated: Sequence[Limits]) -> dict[str, Any]:
        """`minutes` begun count as whole; `over`: longer than the room allowed then."""
        minutes = -(-self.length // timedelta(minutes=1))
        return {"from": self.begin, "to": self.end, "minutes": minutes, "over": self.is_over(stated)}


@dataclass(frozen=True, slots=True)
class Excursion:
    """Readings one after another beyond a limit, on one side: until the first that is back, else until the end of what
    is asked about. `value` is the one farthest out."""

    level: str
    begin: str
    end: str
    value: str

    def payload(self) -> dict[str, str]:
        return {"level": self.level, "from": self.begin, "to": self.end, "value": self.value}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a quantity of a room was from one time to another; without a reading only how long there was none."""

    count: int
    minimum: str | None
    mean: str | None
    maximum: str | None
    gap: Gap
    excursions: Sequence[Excursion]

    def payload(self, stated: Sequence[Limits]) -> dict[str, Any]:
        return {
            "count": self.count,
            "minimum": self.minimum,
            "mean": self.mean,
            "maximum": self.maximum,
            "gap": self.gap.payload(stated),
            "excursions": [one.payload() for one in self.excursions],
        }


def summary(
    found: Sequence[Reading], stated: Sequence[Limits], quantity: str, begin: str, end: str, stays: Sequence[Stay]
) -> Summary:
    """Of the readings of one quantity of one room by one sensor, in the order of time. Those from `begin` to `end`
    count; one before and one after, where there are any, only say how long there was none while the sensor stood
    there."""
    inside = [one for one in found if begin <= one.at <= end]
    gap = longest(
        [
            _gap([one.at for one in found if since <= one.at <= until], max(begin, since), min(end, until), stated)
            for since, until in stays
        ],
        begin,
        stated,
    )
    if not inside:
        return Summary(0, None, None, None, gap, ())
    values = [Decimal(one.value) for one in inside]
    lowest, highest = min(inside, key=_value), max(inside, key=_value)
    step = Decimal(1).scaleb(min(_exponent(value) for value in values))
    mean = (sum(values, Decimal(0)) / len(values)).quantize(step, ROUND_HALF_EVEN)
    out = excursions(inside, stated, quantity, end)
    return Summary(len(inside), lowest.value, str(mean), highest.value, gap, out)


def _value(one: Reading) -> Decimal:
    return Decimal(one.value)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _gap(times: Sequence[str], begin: str, end: str, stated: Sequence[Limits]) -> Gap:
    """The longest of those that reach into what is asked about."""
    edges = [
        *([] if any(at <= begin for at in times) else [begin]),
        *times,
        *([] if any(at >= end for at in times) else [end]),
    ]
    return longest([Gap(one, other) for one, other in pairwise(edges) if other > begin and one < end], begin, stated)


def longest(gaps: Iterable[Gap], begin: str, stated: Sequence[Limits]) -> Gap:
    """One that is too long before any that was allowed."""
    return max(gaps, key=lambda one: (one.is_over(stated), one.length), default=Gap(begin, begin))


def stays(places: Iterable[Place], room: str, begin: str, end: str) -> list[Stay]:
    """When a sensor stood in a room, as far as that reaches into what is asked about, in the order of time."""
    found: list[Stay] = []
    known = sorted(places, key=lambda one: one.since)
    for one, until in zip(known, [*(after.since for after in known[1:]), _EVER], strict=True):
        if one.room != room or one.since > end or until < begin:
            continue
        # Registered anew, and left where it stands.
        on = bool(found) and found[-1][1] == one.since
        found = [*found[:-1], (found[-1][0], until)] if on else [*found, (one.since, until)]
    return found


def uncovered(stays: Iterable[Stay], begin: str, end: str, stated: Sequence[Limits]) -> Gap:
    """The longest time in which none of the sensors stood there."""
    gaps, at = [], begin
    for since, until in sorted(stays):
        gaps += [Gap(at, since)] if since > at else []
        at = max(at, until)
    return longest([*gaps, *([Gap(at, end)] if at < end else [])], begin, stated)


def excursions(found: Iterable[Reading], stated: Sequence[Limits], quantity: str, end: str) -> list[Excursion]:
    """Each run of readings that are out on one side, in the order of time."""
    made: list[Excursion] = []
    side = 0
    for one in found:
        limits = held_at(stated, one.at)
        name, now = level(Decimal(one.value), None if limits is None else limits.limit(quantity))
        if side and now != side:
            made[-1] = _ended(made[-1], one.at)
        if name is not None:
            made = [*made[:-1], _farther(made[-1], name, one, now)] if now == side else [*made, _begun(name, one, end)]
        side = now
    return made


def _begun(name: str, one: Reading, end: str) -> Excursion:
    return Excursion(name, one.at, end, one.value)


def _farther(known: Excursion, name: str, one: Reading, side: int) -> Excursion:
    worst = ACTION if ACTION in (known.level, name) else ALERT
    value = one.value if (Decimal(one.value) - Decimal(known.value)) * side > 0 else known.value
    return Excursion(worst, known.begin, known.end, value)


def _ended(known: Excursion, at: str) -> Excursion:
    return Excursion(known.level, known.begin, at, known.value)


def stands(value: str, limit: Limit | None) -> str | None:
    """How far a value is out, as `level` says."""
    return level(Decimal(value), limit)[0]
