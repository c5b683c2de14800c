"""Reads of the register, of readings, and of what balances may be used for."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from server.core import clock
from server.equipment.model import CLOCK_TOLERANCE, UNRATED, Check, Equipment, Limits, Reading, doubts
from server.equipment.projection import check, equipment, limits, reading, signal
from sync.log import transaction
from sync.log.prepared import Prepared

# Asked of every weight that is read.
_by_code = Prepared(select(equipment).where(equipment.c.id == bindparam("code")))


def all_equipment(connection: Connection) -> list[Equipment]:
    return [_equipment(row) for row in connection.execute(select(equipment).order_by(equipment.c.id))]


def register(connection: Connection) -> list[tuple[str, str]]:
    """(code, class) of every piece."""
    return [(code, class_) for code, class_ in connection.execute(select(equipment.c.id, equipment.c.class_))]


def signals(connection: Connection) -> dict[str, dict[str, str | None]]:
    """Of each machine the figures that it has given by itself, with their units."""
    found: dict[str, dict[str, str | None]] = {}
    for code, name, unit in connection.execute(select(signal.c.equipment, signal.c.name, signal.c.unit)):
        found.setdefault(code, {})[name] = unit
    return found


def balances(connection: Connection) -> list[Equipment]:
    query = select(equipment).where(equipment.c.class_ == "balance").order_by(equipment.c.id)
    return [_equipment(row) for row in connection.execute(query)]


def find_equipment(connection: Connection, code: str) -> Equipment | None:
    row = transaction.first(connection, _by_code, {"code": code})
    return None if row is None else _equipment(row)


def find_reading(connection: Connection, entry_id: str) -> Reading | None:
    row = connection.execute(select(reading).where(reading.c.id == entry_id)).first()
    return None if row is None else _reading(row)


def latest_reading(connection: Connection, balance: str) -> Reading | None:
    """The newest weight of a balance in the log that may be taken."""
    rated = reading.c.quality != UNRATED
    query = select(reading).where(reading.c.balance == balance, rated).order_by(reading.c.idx.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _reading(row)


def limits_of(connection: Connection, balance: str) -> Limits | None:
    """What a balance may be used for; None where nobody has said."""
    row = connection.execute(select(limits.c.payload).where(limits.c.balance == balance)).first()
    return None if row is None else Limits.of(json.loads(row[0]))


def last_checks(connection: Connection, balance: str, found: Limits, at: str) -> dict[str, Check | None]:
    """The latest check by each of its test weights until a time, clocks apart as far as they may be."""
    until = clock.text(datetime.fromisoformat(at) + CLOCK_TOLERANCE)
    last: dict[str, Check | None] = {}
    for one in found.weights:
        where = (check.c.balance == balance, check.c.weight == one["weight"], check.c.at <= until)
        row = connection.execute(select(check).where(*where).order_by(check.c.at.desc()).limit(1)).first()
        last[one["weight"]] = None if row is None else _check(row)
    return last


def checks_of(connection: Connection, balance: str, most: int) -> list[Check]:
    """The newest first."""
    query = select(check).where(check.c.balance == balance).order_by(check.c.at.desc()).limit(most)
    return [_check(row) for row in connection.execute(query)]


def check_of_reading(connection: Connection, entry_id: str) -> str | None:
    """The check that has taken this reading."""
    return connection.execute(select(check.c.id).where(check.c.reading == entry_id)).scalar()


def doubts_of(
    connection: Connection, balance: str, net: Mapping[str, str], at: str, gross: Mapping[str, str] | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """What is doubtful about a net weight on this balance at that time: (code, details). `gross`: all that lay on it,
    where that was more."""
    found = limits_of(connection, balance)
    if found is None:
        return []
    return doubts(found, last_checks(connection, balance, found, at), net, at, gross)


def gates(connection: Connection, balance: str, at: str) -> dict[str, Any] | None:
    """What a screen that weighs on this balance goes by: its limits and the latest check by each test weight."""
    found = limits_of(connection, balance)
    if found is None:
        return None
    last = last_checks(connection, balance, found, at)
    return found.payload() | {"checks": [one.payload() for one in last.values() if one is not None]}


def _check(row: Row[Any]) -> Check:
    shown = {"value": row.shown_value, "unit": row.shown_unit}
    return Check(row.id, row.weight, shown, row.verdict, row.at, row.by)


def _equipment(row: Sequence[Any]) -> Equipment:
    code, class_, name_zh, name_en, serial, model, location, due = row
    return Equipment(code, class_, {"zh": name_zh, "en": name_en}, serial, model, location, due)


def _reading(row: Row[Any]) -> Reading:
    return Reading(
        id=row.id,
        index=row.idx,
        device=row.device,
        balance=row.balance,
        model=row.model,
        serial=row.serial,
        quality=row.quality,
        value=row.value,
        unit=row.unit,
        raw=row.raw,
        captured_at=row.captured_at,
    )
