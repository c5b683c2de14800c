"""The tables of inspections, samples and their custody, and how entries fill them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.quality.inspection import model
from sync import canonical
from sync.log import transaction
from sync.log.prepared import Prepared

inspection = Table(
    "quality_inspection",
    records,
    Column("inspection", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("idx", Integer, nullable=False),
    Column("material", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("specification", Text),
    Column("version", Integer),
    Column("sampling", Text, nullable=False),
    Column("containers", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("drawn", Text),
    Column("reason", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    # Where in the log it was drawn last.
    Column("drawn_at", Integer),
    Index("quality_inspection_lot", "material", "lot", "idx"),
    Index("quality_inspection_year", "year", "n"),
)
sample = Table(
    "quality_sample",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("sample", Text, nullable=False, index=True),
    Column("inspection", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("containers", Text, nullable=False),
    Column("comment", Text),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("counts", Integer, nullable=False),
    Index("quality_sample_inspection", "inspection", "idx"),
)
step = Table(
    "quality_sample_step",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("sample", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("place", Text),
    Column("to", Text),
    Column("until", Text),
    Column("reason", Text),
    Index("quality_sample_step_sample", "sample", "idx"),
)

_open, _take, _hand = (Prepared(insert(one).inline()) for one in (inspection, sample, step))
_put_state = Prepared(
    update(inspection).where(inspection.c.inspection == bindparam("number")).values(state=bindparam("to"))
)


def open_inspection(connection: Connection, entry: Entry) -> None:
    given, parsed = entry.payload, model.parse_number(entry.payload["inspection"])
    assert parsed is not None, "the rule lets no other number through"
    same = ("inspection", "material", "lot", "specification", "version", "containers", "number", "reason")
    row = {name: given[name] for name in same} | {"year": parsed[0], "n": parsed[1], "idx": entry.index}
    row |= {"sampling": _text(given["plan"]), "drawn": _text(given["drawn"]), "state": model.SAMPLING}
    row |= {"drawn_at": entry.index, "opened_by": entry.actor, "opened_at": entry.header.captured_at}
    transaction.insert(connection, _open, row)


def draw_again(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"containers": given["containers"], "number": given["number"], "drawn": _text(given["drawn"])}
    here = inspection.c.inspection == given["inspection"]
    connection.execute(update(inspection).where(here).values({**values, "drawn_at": entry.index}))


def take(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    same = ("sample", "inspection", "purpose", "comment")
    row = {name: given[name] for name in same} | {"entry": entry.id, "idx": entry.index}
    row |= {"containers": _text(given["containers"]), "flags": _text([*entry.flags])}
    row |= {"taken_by": entry.actor, "taken_at": entry.header.captured_at, "device": entry.header.device}
    row["counts"] = int(model.COUNTS_NOT.isdisjoint(entry.flags))
    transaction.insert(connection, _take, row)


def void(connection: Connection, entry: Entry) -> None:
    here = sample.c.sample == entry.payload["sample"]
    connection.execute(update(sample).where(here).values(counts=0))


def hand(connection: Connection, entry: Entry) -> None:
    """What somebody says who may not is in the log, and no link of the chain."""
    if not model.COUNTS_NOT.isdisjoint(entry.flags):
        return
    given = entry.payload
    row = {name: given[name] for name in ("sample", "step", "place", "to", "until", "reason")}
    row |= {"entry": entry.id, "idx": entry.index, "by": entry.actor, "at": entry.header.captured_at}
    transaction.insert(connection, _hand, row)


def put_state(connection: Connection, number: str, state: str) -> None:
    transaction.amend(connection, _put_state, number, {"number": number, "to": state})


def _text(value: object) -> str | None:
    return None if value is None else canonical.encode(value).decode()
