"""The kinds of badges: issued and withdrawn by who manages people; the table that they fill."""

from marshmallow import Schema
from sqlalchemy import Column, Connection, Table, Text, insert, select, update

from server.core import fields
from server.core.db import records
from server.core.kinds import Entry, Kind, Ruling
from server.identity.model import SERVER
from server.identity.projection import person

BADGE_ISSUED = "identity.badge_issued.v1"
BADGE_WITHDRAWN = "identity.badge_withdrawn.v1"

badge = Table(
    "identity_badge",
    records,
    Column("badge", Text, primary_key=True),
    Column("person", Text, nullable=False, index=True),
    Column("issued_at", Text, nullable=False),
    Column("withdrawn_at", Text),
    Column("reason", Text),
)


class BadgeIssued(Schema):
    """Never the secret, nor anything that is made of it."""

    person = fields.code()
    badge = fields.code()


class BadgeWithdrawn(Schema):
    """`lost`: nobody has it back."""

    person = fields.code()
    badge = fields.code()
    reason = fields.text(2000)
    lost = fields.truth()


def decide_issue(connection: Connection, entry: Entry) -> Ruling:
    """One person, one badge in use; a number is given once."""
    given = entry.payload
    if connection.execute(select(person.c.id).where(person.c.id == given["person"])).first() is None:
        return Ruling(refusal="person_unknown", details={"person": given["person"]})
    held = (badge.c.person == given["person"]) & badge.c.withdrawn_at.is_(None)
    row = connection.execute(select(badge.c.badge).where(held | (badge.c.badge == given["badge"]))).first()
    return Ruling() if row is None else Ruling(refusal="badge_held", details={"badge": row.badge})


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    here = (badge.c.badge == given["badge"]) & (badge.c.person == given["person"]) & badge.c.withdrawn_at.is_(None)
    if connection.execute(select(badge.c.badge).where(here)).first() is None:
        return Ruling(refusal="badge_unknown", details={"badge": given["badge"]})
    return Ruling()


def issue(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"badge": given["badge"], "person": given["person"], "issued_at": entry.recorded_at}
    connection.execute(insert(badge).values(values))


def withdraw(connection: Connection, entry: Entry) -> None:
    values = {"withdrawn_at": entry.recorded_at, "reason": entry.payload["reason"]}
    connection.execute(update(badge).where(badge.c.badge == entry.payload["badge"]).values(values))


_ADMINISTERS = (SERVER, "people.manage")
KINDS = (
    Kind(BADGE_ISSUED, BadgeIssued, "decision", decide_issue, issue, by=_ADMINISTERS),
    Kind(BADGE_WITHDRAWN, BadgeWithdrawn, "decision", decide_withdrawal, withdraw, by=_ADMINISTERS),
)
