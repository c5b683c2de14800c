"""Reads of the register and of readings."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from server.equipment.model import Equipment, Reading
from server.equipment.projection import equipment, reading

# Asked of every weight that is read.
_by_code = select(equipment).where(equipment.c.id == bindparam("code"))


def all_equipment(connection: Connection) -> list[Equipment]:
    return [_equipment(row) for row in connection.execute(select(equipment).order_by(equipment.c.id))]


def balances(connection: Connection) -> list[Equipment]:
    query = select(equipment).where(equipment.c.class_ == "balance").order_by(equipment.c.id)
    return [_equipment(row) for row in connection.execute(query)]


def find_equipment(connection: Connection, code: str) -> Equipment | None:
    row = connection.execute(_by_code, {"code": code}).first()
    return None if row is None else _equipment(row)


def find_reading(connection: Connection, entry_id: str) -> Reading | None:
    row = connection.execute(select(reading).where(reading.c.id == entry_id)).first()
    return None if row is None else _reading(row)


def latest_reading(connection: Connection, balance: str) -> Reading | None:
    """The newest weight of a balance in the log."""
    query = select(reading).where(reading.c.balance == balance).order_by(reading.c.idx.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _reading(row)


def _equipment(row: Row[Any]) -> Equipment:
    name = {"zh": row.name_zh, "en": row.name_en}
    return Equipment(row.id, row.class_, name, row.serial, row.model, row.location, row.calibration_due)


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
