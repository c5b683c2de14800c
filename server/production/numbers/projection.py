"""The tables of rules and numbers of batches, and how entries fill them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from server.production.numbers import model

rule = Table(
    "production_batch_rule",
    records,
    # A product, or empty for the site.
    Column("scope", Text, primary_key=True),
    Column("pattern", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
number = Table(
    "production_batch_number",
    records,
    Column("batch", Text, primary_key=True),
    Column("product", Text, nullable=False),
    # By whose rule; None where somebody typed it.
    Column("scope", Text),
    Column("pattern", Text),
    Column("period", Text),
    Column("seq", Integer),
    Column("reason", Text),
    Index("production_batch_number_counted", "scope", "period", "seq"),
)


def set_rule(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    scope = given["product"] or model.SITE
    if given["pattern"] is None:
        connection.execute(delete(rule).where(rule.c.scope == scope))
        return
    said = {"pattern": given["pattern"], "reason": given["reason"], "set_by": entry.actor}
    db.put(connection, rule, {"scope": scope, **said, "set_at": entry.header.captured_at})


def keep(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {name: given[name] for name in ("batch", "product", "pattern", "period", "seq", "reason")}
    scope = None if given["pattern"] is None else given["scope"]
    connection.execute(insert(number), row | {"scope": scope})
