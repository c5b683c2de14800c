"""Orders that were planned, and what became of them: the table, how entries fill it, and its reads."""

from typing import Any

import orjson
from sqlalchemy import Column, Connection, Integer, Row, Table, Text, select, update

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from server.production import model
from sync import canonical

order = Table(
    "production_order",
    records,
    Column("batch", Text, primary_key=True),
    Column("recipe", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recipe_hash", Text, nullable=False),
    Column("size_value", Text, nullable=False),
    Column("size_unit", Text, nullable=False),
    Column("lots", Text, nullable=False),
    Column("planned_start", Text, nullable=False),
    # Of what was planned: what its flow is about.
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("reason", Text),
    Column("instance", Text),
)


def plan(connection: Connection, entry: Entry) -> None:
    """A number whose order was withdrawn may be planned again."""
    given = entry.payload
    values = {name: given[name] for name in ("batch", "recipe", "version", "recipe_hash", "planned_start")}
    values |= {"size_value": given["size"]["value"], "size_unit": given["size"]["unit"]}
    values |= {"lots": canonical.encode(given["lots"]).decode(), "sha256": model.order_hash(given)}
    values |= {"state": model.PLANNED, "planned_by": entry.actor, "planned_at": entry.header.captured_at}
    undecided = dict.fromkeys(("decided_by", "decided_at", "reason", "instance"))
    db.put(connection, order, values | undecided)


def release(connection: Connection, entry: Entry) -> None:
    """By a flow or without; an order that nobody has planned has no row."""
    _decide(connection, entry, model.ORDER_RELEASED, None, None)


def withdraw(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    _decide(connection, entry, model.ORDER_WITHDRAWN, given["reason"], given["instance"])


def _decide(connection: Connection, entry: Entry, state: str, reason: str | None, instance: str | None) -> None:
    decided = {"decided_by": entry.actor, "decided_at": entry.header.captured_at, "reason": reason}
    here = order.c.batch == entry.payload["batch"]
    connection.execute(update(order).where(here).values(state=state, instance=instance, **decided))


def find_order(connection: Connection, batch: str) -> Row[Any] | None:
    return connection.execute(select(order).where(order.c.batch == batch)).first()


def all_orders(connection: Connection) -> list[Row[Any]]:
    """Those that wait first, then the last decided."""
    query = select(order).order_by(order.c.decided_at.is_not(None), order.c.planned_at.desc(), order.c.batch)
    return [*connection.execute(query)]


def lots_of(row: Row[Any]) -> list[dict[str, str]]:
    """[{material, lot}] as they were planned."""
    found: list[dict[str, str]] = orjson.loads(row.lots)
    return found
