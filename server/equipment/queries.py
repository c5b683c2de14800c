"""Reads of the register and of readings."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from server.equipment.model import UNRATED, Equipment, Reading
from server.equipment.projection import equipment, reading
from sync.log import transaction
from sync.log.prepared import Prepared

# Asked of every weight that is read.
_by_code = Prepared(select(equipment).where(equipment.c.id == bindparam("code")))


def all_equipment(connection: Connection) -> list[Equipment]:
    return [_equipment(row) for row in connection.execute(select(equipment).order_by(equipment.c.id))]


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
