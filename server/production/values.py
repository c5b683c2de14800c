"""The values of a batch by their slots, for charts and for what is calculated over them; their entries say the rest."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, insert, select

from server.core.db import records
from server.core.kinds import Entry
from server.production import model, rules
from server.production.projection import entry_
from server.production.yields import rules as yields
from server.production.yields.rules import Claim
from sync.log import transaction
from sync.log.prepared import Prepared

# `samples`: the single values of a check as JSON, of which `value` is the mean; `inputs`: of a yield by their names the
# entries that it was calculated from, as JSON.
value = Table(
    "production_value",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("samples", Text),
    Column("inputs", Text),
    Index("production_value_batch", "batch", "phase"),
)
_of_phase = Prepared(
    select(
        *(value.c[name] for name in ("entry", "slot", "value", "unit", "samples")),
        *(entry_.c.captured_at, entry_.c.superseded_by),
    )
    .join(entry_, entry_.c.idx == value.c.idx)
    .where(value.c.batch == bindparam("batch"), value.c.phase == bindparam("phase"))
    .order_by(value.c.idx)
)
_keep = Prepared(insert(value))


def keep(connection: Connection, entry: Entry) -> None:
    given, found = entry.payload, said(entry.kind, entry.payload)
    row = {"idx": entry.index, "entry": entry.id, "batch": given["batch"], "phase": given["phase"]}
    samples = orjson.dumps(given["values"]).decode() if entry.kind == model.CHECKED else None
    inputs = orjson.dumps(yields.named_by(given)).decode() if entry.kind in model.CALCULATED else None
    slot = rules.slot_of(entry.kind, given)
    transaction.insert(connection, _keep, {**row, "slot": slot, **found, "samples": samples, "inputs": inputs})


def said(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """{value, unit} that an entry states for its slot: of a check the mean."""
    if kind in (model.CHECKED, *model.CALCULATED):
        return {"value": given["mean" if kind == model.CHECKED else "value"], "unit": given["unit"]}
    named = given["value"] if kind in model.PARAMETERS else given["net"]
    return {"value": named["value"], "unit": named["unit"]}


def of_batch(connection: Connection, batch: str, corrected: str | None = None) -> list[Claim]:
    """Every value of a batch in the log's order; `corrected` is one that an entry is about to supersede."""
    c = value.c
    columns = (c.entry, c.slot, c.value, c.unit, c.inputs, entry_.c.superseded_by)
    query = select(*columns).join(entry_, entry_.c.idx == c.idx).where(c.batch == batch).order_by(c.idx)
    return [
        Claim(
            row.entry,
            row.slot,
            row.value,
            row.unit,
            row.superseded_by is None and row.entry != corrected,
            None if row.inputs is None else {name: tuple(one) for name, one in orjson.loads(row.inputs).items()},
        )
        for row in connection.execute(query)
    ]


def of_phase(connection: Connection, batch: str, phase: str) -> list[Any]:
    """(entry, slot, value, unit, samples, captured_at, superseded_by) of every value of a phase, in the log's order."""
    return transaction.named(connection, _of_phase, {"batch": batch, "phase": phase})
