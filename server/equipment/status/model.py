"""The state of a piece of equipment, from what was said of it and from its use, and whether it may be used.

Everything goes by when it happened (`captured_at`): what is known with a later entry may change what was true before.
Cleanliness is asked of pieces for which somebody said how long it holds, or that anybody ever said to be clean or not;
of others nothing is known, and nothing is asked (China GMP 2010, 84 to 87; 21 CFR 211.67).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from server.core import clock
from server.equipment.model import CLOCK_TOLERANCE

CLEAN, TO_BE_CLEANED, IN_USE = "clean", "to_be_cleaned", "in_use"
MAINTENANCE, OUT_OF_SERVICE = "maintenance", "out_of_service"
STATUSES = (CLEAN, TO_BE_CLEANED, IN_USE, MAINTENANCE, OUT_OF_SERVICE)
# A piece in one of these is used for nothing until somebody says otherwise; neither cleaning nor use changes that.
BARRING = (MAINTENANCE, OUT_OF_SERVICE)
# What a person must say why: it replaces a record of cleaning, or takes the piece away.
REASONED = (CLEAN, *BARRING)
# Within a campaign of one product a minor cleaning does; before another product comes a major one.
MINOR, MAJOR = "minor", "major"
CLEANINGS = (MINOR, MAJOR)
# Of a batch what it is made of, product and strength; None where nobody knows.
ProductOf = Callable[[str], str | None]

STATUS_SET = "equipment.status_set.v1"
# Since the second, somebody else checks a cleaning before the piece counts as clean for another batch.
CLEANED_V1, CLEANED = "equipment.cleaned.v1", "equipment.cleaned.v2"
CLEANINGS_OF = (CLEANED_V1, CLEANED)
CLEANING_CHECKED = "equipment.cleaning_checked.v1"
# The same on a tablet, in the record of a batch: the room of production has the kinds, this one hears of them.
BATCH_CLEANED, BATCH_CHECKED = "production.equipment_cleaned.v1", "production.cleaning_checked.v1"
CLEANING_SET = "equipment.cleaning_set.v1"
KEEPS = "equipment.manage"
# Who cleans: whoever works on batches, and whoever keeps equipment.
CLEANS = ("batch.work", KEEPS)
# Who checks a cleaning: QA as well.
CHECKS = (*CLEANS, "batch.review")
# Who sees how equipment stands.
SEES = ("batch.read", "batch.work", "recipe.design", "lot.read", "device.enrol", "log.read", KEEPS)

# Of an identification, and exceptions.
NOT_CLEAN, BARRED = "equipment_not_clean", "equipment_barred"
GATES = (NOT_CLEAN, BARRED)
# Of a cleaning.
UNKNOWN, DIRTY_TOO_LONG = "equipment_unknown", "dirty_hold_exceeded"
OF_CLEANING = (UNKNOWN, DIRTY_TOO_LONG)
# Of the check of a cleaning: there is none such of the piece; who checks has cleaned.
NO_CLEANING, OWN = "cleaning_unknown", "verifier_is_performer"
OF_CHECK = (NO_CLEANING, OWN)
# Who checks may not.
NOT_PERMITTED = "person_not_permitted"
# With one of these a check is none.
WORTHLESS = frozenset({*OF_CHECK, NOT_PERMITTED})
# What in a decision cannot be.
UNREGISTERED, UNREASONED, UNCLEAR = "equipment_unregistered", "equipment_reason_missing", "cleaning_scope_wrong"

# What happened to a piece, besides that its status was set.
_CLEANED, _USED, _LEFT = "cleaned", "used", "left"


@dataclass(frozen=True, slots=True)
class Event:
    """`what` is the status that was set, or that the piece was cleaned, taken into use by a batch, or left by it;
    of a cleaning whether it was `major`, and when somebody else looked at it (`checked`), None where nobody has."""

    at: str
    index: int
    what: str
    batch: str | None = None
    reason: str | None = None
    checked: str | None = None
    major: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A piece in a phase of a batch; `left` is when the phase ended, None while it goes on."""

    index: int
    at: str
    batch: str
    phase: str
    left: str | None

    def events(self) -> list[Event]:
        used = Event(self.at, self.index, _USED, self.batch)
        return [used] if self.left is None else [used, Event(max(self.at, self.left), self.index, _LEFT, self.batch)]


@dataclass(frozen=True, slots=True)
class Holds:
    """How long a piece may stay dirty after its use, and how long it stays clean; whole hours, None for no limit."""

    dirty_hours: int | None
    clean_hours: int | None

    def payload(self) -> dict[str, int | None]:
        return {"dirty_hours": self.dirty_hours, "clean_hours": self.clean_hours}


@dataclass(frozen=True, slots=True)
class Condition:
    """A status since a time: by the batch that uses or last used the piece, or for a reason that somebody gave;
    `checked` when a cleaning was, which nobody asks of what was said to be clean for a reason; `before`: the batches
    that used it since it was last cleaned thoroughly, the last one last."""

    status: str | None = None
    since: str | None = None
    batch: str | None = None
    reason: str | None = None
    checked: str | None = None
    before: tuple[str, ...] = ()

    def unchecked(self, until: str) -> bool:
        """Whether the piece was cleaned, and nobody else had looked at it by this time."""
        return self.status == CLEAN and self.reason is None and (self.checked is None or self.checked > until)

    def payload(self) -> dict[str, str | None]:
        return {"status": self.status, "since": self.since, "batch": self.batch, "reason": self.reason}


def status_event(given: Mapping[str, Any], at: str, index: int) -> Event:
    return Event(at, index, given["status"], None, given["reason"])


def cleaned_event(at: str, index: int, checked: str | None, kind: str) -> Event:
    return Event(at, index, _CLEANED, checked=checked, major=kind == MAJOR)


def condition(events: Iterable[Event], until: str) -> Condition:
    """How a piece stands after all that happened until a time."""
    found = Condition()
    for one in sorted((one for one in events if one.at <= until), key=lambda one: (one.at, one.index)):
        found = replace(_after(found, one), before=_before(found, one, until))
    return found


def _before(now: Condition, one: Event, until: str) -> tuple[str, ...]:
    """A major cleaning counts once somebody else has looked at it, and so does who says why the piece is clean."""
    checked = one.checked is not None and one.checked <= until
    if one.what == CLEAN or (one.what == _CLEANED and one.major and checked):
        return ()
    if one.what == _USED and one.batch is not None:
        return (*(batch for batch in now.before if batch != one.batch), one.batch)
    return now.before


def _after(now: Condition, one: Event) -> Condition:
    if one.what in STATUSES:
        return Condition(one.what, one.at, None, one.reason)
    if now.status in BARRING:
        return now
    if one.what == _CLEANED:
        return Condition(CLEAN, one.at, checked=one.checked)
    if one.what == _USED:
        return Condition(IN_USE, one.at, one.batch)
    # Another batch has it by now.
    taken = now.status == IN_USE and now.batch not in (None, one.batch)
    return now if taken else Condition(TO_BE_CLEANED, one.at, one.batch)


def is_kept(events: Iterable[Event], holds: Holds | None) -> bool:
    """Whether anybody keeps account of the piece's cleanliness at all."""
    return holds is not None or any(one.what not in (_USED, _LEFT) for one in events)


def judge(
    events: Sequence[Event], holds: Holds | None, at: str, batch: str, product_of: ProductOf
) -> list[tuple[str, dict[str, Any]]]:
    """(code, details) of what keeps a piece from being used by a batch at that time; clocks apart as far as they may
    be. What the same batch used before it may use again; what another product was in, only after a major cleaning."""
    if not is_kept(events, holds):
        return []
    until = clock.text(datetime.fromisoformat(at) + CLOCK_TOLERANCE)
    now = condition(events, until)
    if now.status in BARRING:
        return [(BARRED, now.payload())]
    if now.status is None:
        return [(NOT_CLEAN, {"problem": "no_record"})]
    if now.status == CLEAN:
        over = ends(now, None if holds is None else holds.clean_hours)
        if over is not None and datetime.fromisoformat(at) > over:
            return [(NOT_CLEAN, {"problem": "expired", "since": now.since, "until": clock.text(over)})]
        if now.unchecked(until):
            return [(NOT_CLEAN, {"problem": "unchecked", "since": now.since})]
        other = _other_product(now, batch, product_of)
        return [(NOT_CLEAN, {"problem": "minor_only", "since": now.since, "batch": other})] if other else []
    if now.batch == batch:
        return []
    return [(NOT_CLEAN, {"problem": now.status, "since": now.since, "batch": now.batch})]


def _other_product(now: Condition, batch: str, product_of: ProductOf) -> str | None:
    """The last batch of another product, or another strength, in the piece since its last major cleaning (China GMP
    2010, 84 and 188; 21 CFR 211.67)."""
    mine = product_of(batch)
    theirs = (one for one in reversed(now.before) if product_of(one) not in (None, mine))
    return None if mine is None else next(theirs, None)


def ends(now: Condition, hours: int | None) -> datetime | None:
    """When this many hours in its condition are over."""
    return None if hours is None or now.since is None else datetime.fromisoformat(now.since) + timedelta(hours=hours)


def dirty_too_long(events: Iterable[Event], holds: Holds | None, at: str) -> bool:
    """Whether a piece waits for its cleaning, and has for longer than it may."""
    now = condition(events, at)
    over = ends(now, None if holds is None else holds.dirty_hours)
    return now.status == TO_BE_CLEANED and over is not None and datetime.fromisoformat(at) > over


def status_refused(given: Mapping[str, Any], known: bool) -> str | None:
    """Why a status cannot be set: of a piece that is in the register, and with a reason where that is asked for."""
    if not known:
        return UNREGISTERED
    return UNREASONED if given["status"] in REASONED and not given["reason"] else None


def cleaning_refused(given: Mapping[str, Any], known: bool) -> str | None:
    """Why hold times cannot be set: of one piece that is in the register, or of one class."""
    if (given["equipment"] is None) == (given["class"] is None):
        return UNCLEAR
    return None if known or given["equipment"] is None else UNREGISTERED


def judge_check(equipment: str, person: str, cleaning: tuple[str, str] | None) -> list[str]:
    """What is wrong with somebody's check of a cleaning, of which (equipment, who cleaned) is known: another person
    looks at what was cleaned (21 CFR 211.182; CN 2010, 86)."""
    if cleaning is None or cleaning[0] != equipment:
        return [NO_CLEANING]
    return [OWN] if cleaning[1] == person else []


def scope(given: Mapping[str, Any]) -> tuple[str, str]:
    """Of what hold times are: ("equipment", code) or ("class", class)."""
    return ("class", given["class"]) if given["equipment"] is None else ("equipment", given["equipment"])


def stream(scope_: tuple[str, str]) -> str:
    """Where it stands what was said of a piece, or of a class."""
    what, name = scope_
    return f"equipment/{name}" if what == "equipment" else f"equipment_class/{name}"
