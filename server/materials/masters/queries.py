"""Reads of the material master: versions and their states, and what a material's quantities convert by."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.core import units
from server.materials.masters import model
from server.materials.masters.model import Master
from server.materials.masters.projection import conversions, master
from sync.log import transaction
from sync.log.prepared import Prepared

# Asked of every quantity of a material.
_versions = Prepared(select(master).where(master.c.material == bindparam("material")).order_by(master.c.version))
_conversions = Prepared(
    select(master.c.conversions)
    .where(master.c.material == bindparam("material"), master.c.state == model.APPROVED)
    .order_by(master.c.version.desc())
    .limit(1)
)


def versions_of(connection: Connection, code: str) -> list[Master]:
    """The first version first; none of a material that has no master."""
    return [_master(row) for row in transaction.named(connection, _versions, {"material": code})]


def all_versions(connection: Connection) -> dict[str, list[Master]]:
    """By material, each with its versions."""
    found: dict[str, list[Master]] = {}
    for row in connection.execute(select(master).order_by(master.c.material, master.c.version)):
        found.setdefault(row.material, []).append(_master(row))
    return found


def find_version(connection: Connection, code: str, number: int) -> Master | None:
    here = (master.c.material == code) & (master.c.version == number)
    row = connection.execute(select(master).where(here)).first()
    return None if row is None else _master(row)


def in_force(versions: list[Master]) -> Master | None:
    """The version that was approved last."""
    return next((one for one in reversed(versions) if one.state == model.APPROVED), None)


def links(connection: Connection, code: str) -> list[units.Link]:
    """What the material in force says of its own units; nothing of one without a master."""
    row = transaction.first(connection, _conversions, {"material": code})
    return [] if row is None else units.links(conversions(row[0]))


def conversions_of(connection: Connection, codes: Iterable[str]) -> dict[str, list[dict[str, dict[str, str]]]]:
    """By material, what its master in force says of its own units, {given, equals}; without those that say nothing."""
    found = {}
    for code in codes:
        row = transaction.first(connection, _conversions, {"material": code})
        said = [] if row is None else conversions(row[0])
        if said:
            found[code] = said
    return found


def storage_of(connection: Connection, code: str) -> str | None:
    """How the material in force is kept; None of one without a master."""
    c = master.c
    query = select(c.storage).where(c.material == code, c.state == model.APPROVED)
    found: str | None = connection.execute(query.order_by(c.version.desc()).limit(1)).scalar()
    return found


def _master(row: Any) -> Master:
    own = ("name", "conversions")
    same = {name: getattr(row, name) for name in Master.__slots__ if name not in own}
    return Master(name={"zh": row.name_zh, "en": row.name_en}, conversions=tuple(conversions(row.conversions)), **same)
