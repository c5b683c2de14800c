"""The table of versions of materials, and how entries fill it; an approved one is what the register says."""

import orjson
from sqlalchemy import Column, Connection, Integer, Table, Text, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.materials import projection as register
from server.materials.masters import model
from sync import canonical

master = Table(
    "materials_master",
    records,
    Column("material", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("conversions", Text, nullable=False),
    Column("shelf_life", Integer),
    Column("retest", Integer),
    Column("storage", Text, nullable=False),
    Column("storage_note", Text),
    Column("hazard", Text),
    Column("pharmacopoeia", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
    Column("instance", Text),
)


def submit(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("material", "version", "sha256", "reason", *(name for name in model.SAID if name not in _OTHERWISE))
    row = {name: given[name] for name in same} | {
        "entry": entry.id,
        "name_zh": given["name"]["zh"],
        "name_en": given["name"]["en"],
        "conversions": canonical.encode(given["conversions"]).decode(),
        "state": model.SUBMITTED,
        "submitted_by": entry.actor,
        "submitted_at": entry.header.captured_at,
    }
    connection.execute(insert(master), row)


_OTHERWISE = ("name", "conversions")


def decide(connection: Connection, entry: Entry) -> None:
    """What is approved is from now on the material that receipts, recipes and specifications know."""
    given = entry.payload
    here = (master.c.material == given["material"]) & (master.c.version == given["version"])
    row = {"state": model.STATES[entry.kind], "decided_by": entry.actor, "decided_at": entry.header.captured_at}
    row |= {"decided_reason": given["reason"], "instance": given["instance"]}
    connection.execute(update(master).where(here).values(row))
    if entry.kind == model.APPROVED_KIND:
        now = connection.execute(select(master).where(here)).one()
        said = {name: getattr(now, name) for name in ("name_zh", "name_en", "type", "unit")}
        register.put_material(connection, given["material"], said)


def conversions(text: str) -> list[dict[str, dict[str, str]]]:
    """As they stand in a row."""
    found: list[dict[str, dict[str, str]]] = orjson.loads(text)
    return found
