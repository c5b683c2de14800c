"""The table of versions of specifications, and how entries fill it."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, update

from server.core import days
from server.core.db import records
from server.core.kinds import Entry
from server.quality.specifications import model
from sync import canonical

specification = Table(
    "quality_specification",
    records,
    Column("specification", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, nullable=False),
    Column("entry", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("tests", Text, nullable=False),
    Column("effective_from", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("first_day", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decided_reason", Text),
    Column("instance", Text),
    Column("sampling", Text),
    Index("quality_specification_material", "material", "stage"),
)


def submit(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("specification", "version", "material", "stage", "sha256", "effective_from", "reason")
    row = {name: given[name] for name in same} | {
        "idx": entry.index,
        "entry": entry.id,
        "name_zh": given["name"]["zh"],
        "name_en": given["name"]["en"],
        "tests": canonical.encode(given["tests"]).decode(),
        "sampling": canonical.encode(given["sampling"]).decode() if given.get("sampling") else None,
        "state": model.SUBMITTED,
        "submitted_by": entry.actor,
        "submitted_at": entry.header.captured_at,
    }
    connection.execute(insert(specification), row)


def decide(connection: Connection, entry: Entry) -> None:
    """Approved after the day that it names, it is used from the day of its approval."""
    given, at = entry.payload, entry.header.captured_at
    here = (specification.c.specification == given["specification"]) & (specification.c.version == given["version"])
    row = {"state": model.STATES[entry.kind], "decided_by": entry.actor, "decided_at": at}
    row |= {"decided_reason": given["reason"], "instance": given["instance"]}
    if entry.kind == model.APPROVED_KIND:
        named = connection.execute(select(specification.c.effective_from).where(here)).scalar_one()
        row["first_day"] = max(named, days.of(connection, at))
    connection.execute(update(specification).where(here).values(row))
