"""Reads of alarms: those that stand, those that a use may have fallen into, and the history of a piece."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_, select

from server.equipment.alarms.model import Alarm
from server.equipment.alarms.projection import alarm
from server.equipment.status.projection import use
from sync.log import transaction
from sync.log.prepared import Prepared

_Use = tuple[str, str, str, str, str]
_END = ("cleared_at", "cleared_by", "reason")
# Asked of every piece of work: pieces of the phase that were in an alarm then, nearly always none.
_of_phase = Prepared(
    select(alarm.c.equipment)
    .join(use, use.c.equipment == alarm.c.equipment)
    .where(use.c.batch == bindparam("batch"), use.c.phase == bindparam("phase"), alarm.c.at < bindparam("at"))
    .where(or_(alarm.c.cleared_at.is_(None), alarm.c.cleared_at > bindparam("at")))
)
_of_piece = Prepared(select(alarm.c.id).where(alarm.c.equipment == bindparam("code")).limit(1))


def had_any(connection: Connection, code: str) -> bool:
    """Whether a piece ever gave an alarm."""
    return transaction.first(connection, _of_piece, {"code": code}) is not None


def in_phase(connection: Connection, batch: str, phase: str, at: str) -> set[str]:
    """The pieces that a phase is done with and that were in an alarm at a time, whichever clock says so."""
    found = transaction.rows(connection, _of_phase, {"batch": batch, "phase": phase, "at": at})
    return {code for (code,) in found}


def uses(connection: Connection, codes: Collection[str]) -> list[_Use]:
    """(entry, batch, phase, equipment, time) of every identification of these pieces, in the order of the log."""
    return _uses(connection, use.c.equipment.in_(sorted(codes)))


def uses_in(connection: Connection, batch: str, phase: str) -> list[_Use]:
    """Of all pieces in one phase of a batch."""
    return _uses(connection, and_(use.c.batch == batch, use.c.phase == phase))


def _uses(connection: Connection, here: ColumnElement[bool]) -> list[_Use]:
    query = select(use.c.id, use.c.batch, use.c.phase, use.c.equipment, use.c.at).where(here).order_by(use.c.idx)
    return [(id_, batch, phase, code, at) for id_, batch, phase, code, at in connection.execute(query)]


def alarms_of(connection: Connection, codes: Collection[str]) -> list[Alarm]:
    """Every alarm of these pieces, in the order of the log."""
    query = select(alarm).where(alarm.c.equipment.in_(sorted(codes))).order_by(alarm.c.idx)
    return [_alarm(row) for row in connection.execute(query)]


def find(connection: Connection, id_: str) -> Alarm | None:
    row = connection.execute(select(alarm).where(alarm.c.id == id_)).first()
    return None if row is None else _alarm(row)


def standing(connection: Connection) -> dict[str, list[Alarm]]:
    """The alarms that stand, by their piece, the newest first."""
    query = select(alarm).where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.at.desc(), alarm.c.idx.desc())
    found: dict[str, list[Alarm]] = {}
    for row in connection.execute(query):
        found.setdefault(row.equipment, []).append(_alarm(row))
    return found


def standing_of(connection: Connection, code: str) -> list[Alarm]:
    here = (alarm.c.equipment == code) & alarm.c.cleared_at.is_(None)
    query = select(alarm).where(here).order_by(alarm.c.at.desc(), alarm.c.idx.desc())
    return [_alarm(row) for row in connection.execute(query)]


def history(connection: Connection, code: str, most: int) -> list[dict[str, Any]]:
    """Every alarm of a piece with who cleared it and why, the newest first."""
    query = select(alarm).where(alarm.c.equipment == code).order_by(alarm.c.at.desc(), alarm.c.idx.desc()).limit(most)
    names = ("id", "what", "severity", "source", "at", "by", "batch", "phase", *_END)
    return [{name: getattr(row, name) for name in names} for row in connection.execute(query)]


def in_batch(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """What was raised in the record of a batch, as `of_batch` has it."""
    query = select(alarm, alarm.c.phase.label("used_in")).where(alarm.c.batch == batch)
    return [_told(row) for row in connection.execute(query.order_by(alarm.c.at, alarm.c.idx))]


def of_batch(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """What was raised elsewhere of the pieces of a batch while it used them: at the desk, by the machine itself, or in
    another batch; in the order of time. What was raised in the batch stands in its own record."""
    query = (
        select(alarm, use.c.phase.label("used_in"))
        .join(use, use.c.equipment == alarm.c.equipment)
        .where(use.c.batch == batch, (alarm.c.batch.is_(None)) | (alarm.c.batch != batch))
        .where(alarm.c.cleared_at.is_(None) | (alarm.c.cleared_at >= use.c.at))
        .where(use.c.left_at.is_(None) | (alarm.c.at <= use.c.left_at))
        .order_by(alarm.c.at, alarm.c.idx, use.c.idx)
    )
    return [_told(row) for row in connection.execute(query)]


def _told(row: Row[Any]) -> dict[str, Any]:
    where = ("id", "idx", "equipment", "used_in")
    names = (*where, "what", "severity", "source", "at", "by", *_END)
    return {name: getattr(row, name) for name in names}


def _alarm(row: Row[Any]) -> Alarm:
    names = ("id", "equipment", "what", "severity", "source", "at", "device", "cleared_at")
    return Alarm(**{name: getattr(row, name) for name in names})
