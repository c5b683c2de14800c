"""The tables of alerts. Who acknowledged is a record and made from the log; all else is what is to be done about it."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, UniqueConstraint, insert

from server.core.db import records, workspace
from server.core.kinds import Entry

acknowledgement = Table(
    "alerts_acknowledgement",
    records,
    Column("alert", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("entry", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("comment", Text),
)
# How far the log has been read for alerts: written in the transaction that raises them.
cursor = Table(
    "alerts_cursor",
    workspace,
    Column("name", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
)
# `level` counts the escalations; `escalates_at` is null where there is none to come, `over_at` is when its cause went.
alert = Table(
    "alerts_alert",
    workspace,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("escalates_at", Text),
    Column("over_at", Text),
    Index("alerts_alert_escalates", "escalates_at"),
)
recipient = Table(
    "alerts_recipient",
    workspace,
    Column("alert", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("told_at", Text, nullable=False),
    Index("alerts_recipient_person", "person", "told_at"),
)
# One message to one target (a subscription, an address). Its id is random and all that a push service ever learns.
note = Table(
    "alerts_note",
    workspace,
    Column("id", Text, primary_key=True),
    Column("alert", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_at", Text),
    Column("problem", Text),
    UniqueConstraint("alert", "person", "channel", "target"),
    Index("alerts_note_due", "state", "due_at"),
)
# The browsers of people; `auth` is sealed, and the endpoint is a secret address too that no page shows. `browser` is
# what sign-ins know it by, `session` the one that it is pushed to for: null once its person has signed out there.
subscription = Table(
    "alerts_subscription",
    workspace,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("told_at", Text),
    Column("browser", Text),
    Column("session", Text),
    Index("alerts_subscription_person", "person"),
)
choice = Table(
    "alerts_choice",
    workspace,
    Column("person", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("push", Integer, nullable=False),
    Column("mail", Integer, nullable=False),
)
channel = Table(
    "alerts_channel",
    workspace,
    Column("person", Text, primary_key=True),
    Column("mail", Text),
    Column("quiet_from", Text),
    Column("quiet_to", Text),
    Column("zone", Text, nullable=False),
)


def acknowledge(connection: Connection, entry: Entry) -> None:
    values = {"alert": entry.payload["alert"], "idx": entry.index, "entry": entry.id, "person": entry.actor}
    given = {"at": entry.recorded_at, "comment": entry.payload["comment"]}
    connection.execute(insert(acknowledgement).values(**values, **given))
