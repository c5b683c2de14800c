"""Reads of the state of equipment: how each piece stands, whether it may be used, and its history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from server.core import clock
from server.equipment import queries as register
from server.equipment.alarms import queries as alarmed
from server.equipment.model import CLOCK_TOLERANCE, Equipment
from server.equipment.status import model
from server.equipment.status.model import Condition, Event, Holds, ProductOf, Use
from server.equipment.status.projection import fact, holds, use
from sync.log import transaction
from sync.log.prepared import Prepared

_said = (fact.c.equipment == bindparam("code")) & (fact.c.at <= bindparam("until"))
_thorough = (fact.c.what == model.CLEAN) | (
    (fact.c.cleaning == model.MAJOR) & (fact.c.checked_at <= bindparam("until"))
)
_last_thorough = Prepared(select(func.max(fact.c.at)).where(_said, _thorough))
_last_set = Prepared(select(func.max(fact.c.at)).where(_said, fact.c.what != "cleaned"))


def holds_of(connection: Connection, piece: Equipment) -> Holds | None:
    """What was said of the piece itself, else of its class; None where nobody has said."""
    own, of_class = ("equipment", piece.equipment), ("class", piece.class_)
    here = or_(*((holds.c.scope == what) & (holds.c.name == name) for what, name in (own, of_class)))
    found = {
        row.scope: Holds(row.dirty_hours, row.clean_hours) for row in connection.execute(select(holds).where(here))
    }
    return found.get("equipment", found.get("class"))


def events_of(connection: Connection, code: str, until: str) -> list[Event]:
    """What happened to a piece, as far as its condition at that time depends on it: whatever came before its last
    thorough cleaning changes nothing any more, but for the status that was set last."""
    about = {"code": code, "until": until}
    [(said,)], [(last_set,)] = (transaction.rows(connection, one, about) for one in (_last_thorough, _last_set))
    since = said or ""
    facts = select(fact).where(fact.c.equipment == code, or_(fact.c.at >= since, fact.c.at == (last_set or "")))
    uses = select(use).where(use.c.equipment == code, or_(use.c.at >= since, use.c.left_at >= since))
    found = [_event(row) for row in connection.execute(facts)]
    return [*found, *(event for row in connection.execute(uses) for event in _use(row).events())]


def judge(
    connection: Connection, piece: Equipment, at: str, batch: str, product_of: ProductOf
) -> list[tuple[str, dict[str, Any]]]:
    """(code, details) of what keeps a piece from being used by a batch at that time."""
    return model.judge(*_known(connection, piece, at), at, batch, product_of)


def used_since_major(connection: Connection, piece: Equipment, at: str) -> tuple[str, ...]:
    """The batches that used a piece since its last major cleaning."""
    known, _ = _known(connection, piece, at)
    return model.condition(known, clock.text(datetime.fromisoformat(at) + CLOCK_TOLERANCE)).before


def dirty_too_long(connection: Connection, piece: Equipment, at: str) -> bool:
    return model.dirty_too_long(events_of(connection, piece.equipment, at), holds_of(connection, piece), at)


def _known(connection: Connection, piece: Equipment, at: str) -> tuple[list[Event], Holds | None]:
    until = clock.text(datetime.fromisoformat(at) + CLOCK_TOLERANCE)
    return events_of(connection, piece.equipment, until), holds_of(connection, piece)


def state(connection: Connection, piece: Equipment, at: str) -> dict[str, Any]:
    """How a piece stands at a time: `alarms` are those that stand now; `kept` is whether anybody keeps account of its
    cleanliness; `until` when it must be cleaned, or is clean no more; `over` whether that time has passed; `checked`
    unless nobody else has looked at its cleaning."""
    known, limits = _known(connection, piece, at)
    latest = clock.text(datetime.fromisoformat(at) + CLOCK_TOLERANCE)
    now = model.condition(known, latest)
    until = _until(now, limits)
    over = until is not None and clock.text(until) < at
    kept = model.is_kept(known, limits)
    return {
        "alarms": [one.payload() for one in alarmed.standing_of(connection, piece.equipment)],
        "kept": kept,
        **now.payload(),
        "checked": not now.unchecked(latest),
        "until": None if until is None else clock.text(until),
        "over": over,
        "holds": None if limits is None else limits.payload(),
    }


def find_cleaning(connection: Connection, id_: str) -> tuple[str, str] | None:
    """(equipment, who cleaned) of an entry that says so."""
    here = (fact.c.id == id_) & (fact.c.what == "cleaned")
    row = connection.execute(select(fact.c.equipment, fact.c.by).where(here)).first()
    return None if row is None else (row.equipment, row.by)


def _until(now: Condition, limits: Holds | None) -> datetime | None:
    if limits is None:
        return None
    hours = {model.CLEAN: limits.clean_hours, model.TO_BE_CLEANED: limits.dirty_hours}
    return model.ends(now, hours.get(now.status or ""))


def kept(connection: Connection) -> list[Equipment]:
    """The pieces of whose cleanliness account is kept, or that were said to be barred."""
    said = set(connection.execute(select(fact.c.equipment).distinct()).scalars())
    limits = {(row.scope, row.name) for row in connection.execute(select(holds))}
    return [
        one
        for one in register.all_equipment(connection)
        if one.equipment in said or not limits.isdisjoint({("equipment", one.equipment), ("class", one.class_)})
    ]


def overdue(connection: Connection, at: str) -> list[tuple[Equipment, dict[str, Any]]]:
    """Pieces that wait for their cleaning for longer than they may."""
    found = ((one, state(connection, one, at)) for one in kept(connection))
    return [(one, told) for one, told in found if told["status"] == model.TO_BE_CLEANED and told["over"]]


def history(connection: Connection, code: str, most: int) -> list[dict[str, Any]]:
    """What was said of a piece and what it was used for, the newest first."""
    facts = select(fact).where(fact.c.equipment == code).order_by(fact.c.at.desc()).limit(most)
    uses = select(use).where(use.c.equipment == code).order_by(use.c.at.desc()).limit(most)
    lines = [_fact_line(row) for row in connection.execute(facts)]
    lines += [_use_line(row) for row in connection.execute(uses)]
    return sorted(lines, key=lambda one: (one["at"], one["index"]), reverse=True)[:most]


def _event(row: Row[Any]) -> Event:
    if row.what == "cleaned":
        return model.cleaned_event(row.at, row.idx, row.checked_at, row.cleaning)
    return Event(row.at, row.idx, row.what, None, row.text)


def _use(row: Row[Any]) -> Use:
    return Use(row.idx, row.at, row.batch, row.phase, row.left_at)


def _fact_line(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "what", "at", "by", "procedure", "cleaning", "batch", "text", "checked_at", "checked_by")
    more: Mapping[str, Any] = {"index": row.idx, "flags": row.flags.split(), "phase": None, "left": None}
    return {**{name: getattr(row, name) for name in names}, **more}


def _use_line(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "at", "by", "batch", "phase")
    nothing = dict.fromkeys(("procedure", "cleaning", "text", "checked_at", "checked_by"))
    about = {"index": row.idx, "what": "used", "flags": [], "left": row.left_at}
    return {**{name: getattr(row, name) for name in names}, **nothing, **about}
