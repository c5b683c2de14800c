"""PINs as tablets count them in their own chains: five wrong ones in a row lock a person there (IDN-05).

A tablet counts before it tries, and says so in its chain. The server counts once more from what the chain says: a
count that does not follow is flagged, a lock is stated as an entry, and work in the name of somebody who is locked on
that tablet is an exception.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema
from sqlalchemy import Column, Connection, Integer, Table, Text, bindparam, select

from server.core import db, fields
from server.core.db import records
from server.core.kinds import Entry, Fact, Kind, Ruling
from server.handheld.model import document_of
from server.handheld.rules import Doubt
from server.identity import queries as identity
from server.identity.model import person_stream
from sync.entry import Header
from sync.log import transaction
from sync.log.prepared import Prepared

# Under the lease of a batch; of every other unit of work v2.
TRIED, TRIED_V2 = "handheld.pin_tried.v1", "handheld.pin_tried.v2"
LOCKED, LOCKED_V2 = "handheld.pin_locked.v1", "handheld.pin_locked.v2"
# So many wrong ones in a row; the tablet holds the same number.
MOST = 5
# Beyond what anybody tries; a table of records holds it and what is counted on top of it (PostgreSQL's INTEGER).
_TRIES = 1_000_000

pin = Table(
    "handheld_pin",
    records,
    Column("device", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    # In a row.
    Column("wrong", Integer, nullable=False),
    Column("locked_at", Text),
)
_pin_of = Prepared(select(pin).where(pin.c.device == bindparam("device"), pin.c.person == bindparam("person")))


class PinTried(Schema):
    """`person` is whose PIN was tried, by whomever; `wrong` counts those in a row with this one, 0 after a right one.

    A right one is told only where wrong ones stood before it; `by` is "password" where the person confirmed on line.
    """

    batch = fields.code()
    person = fields.code()
    right = fields.truth()
    wrong = fields.whole(0, _TRIES)
    by = fields.choice("pin", "password")


class PinTriedV2(PinTried):
    """The unit of work by its stream, for those that are no batches."""

    class Meta:
        exclude = ("batch",)

    unit = fields.text()


class PinLocked(Schema):
    person = fields.code()
    device = fields.code()
    batch = fields.code()
    wrong = fields.whole(1)


class PinLockedV2(PinLocked):
    class Meta:
        exclude = ("batch",)

    unit = fields.text()


def judge_pin(connection: Connection, entry: Entry) -> Ruling:
    """A tablet that was set back, or is not as we made it, says fewer than were counted; one that was switched off
    during a trial may say more."""
    given, device = entry.payload, entry.header.device
    known = _row(connection, device, given["person"])
    before = 0 if known is None else known.wrong
    flags = []
    named = {name: given[name] for name in ("batch", "unit") if name in given}
    if entry.header.stream != _stream(named) or entry.actor != given["person"]:
        flags.append("batch_mismatch")
    if identity.find_person(connection, given["person"]) is None:
        flags.append("person_unknown")
    if (given["wrong"] != 0) if given["right"] else (given["wrong"] <= before):
        flags.append("pin_count_wrong")
    wrong = _count(given, before)
    # Once for each lock, also where only our own count closes it: a tablet that says it again alarms nobody again.
    if "person_unknown" in flags or wrong < MOST or before >= MOST:
        return Ruling(flags=tuple(flags))
    about = {"person": given["person"], "device": device, "wrong": wrong, **named}
    kind = LOCKED if "batch" in named else LOCKED_V2
    return Ruling(flags=tuple(flags), consequences=[Fact(kind, person_stream(given["person"]), about)])


def _stream(named: Mapping[str, str]) -> str:
    return document_of(named["batch"]) if "batch" in named else named["unit"]


def _count(given: Mapping[str, Any], before: int) -> int:
    """The higher of the two counts stands: who says less than was counted here does not unlock anybody."""
    return 0 if given["right"] else max(given["wrong"], before + 1)


def count(connection: Connection, entry: Entry) -> None:
    """Nothing of a person whom the tablet has made up."""
    given, device = entry.payload, entry.header.device
    if "person_unknown" in entry.flags:
        return
    known = _row(connection, device, given["person"])
    wrong = _count(given, 0 if known is None else known.wrong)
    locked = None if wrong < MOST else (known.locked_at if known and known.locked_at else entry.recorded_at)
    row = {"device": device, "person": given["person"], "wrong": wrong, "locked_at": locked}
    db.put(connection, pin, row)


def doubt(connection: Connection, header: Header) -> Doubt | None:
    """Whether somebody worked on a tablet on which they are locked: a tablet as we made it does not let them."""
    known = _row(connection, header.device, header.actor)
    if known is None or known.wrong < MOST:
        return None
    return Doubt("person_locked", {"device": header.device, "person": header.actor, "wrong": known.wrong})


def locked(connection: Connection, device: str) -> list[dict[str, Any]]:
    """{person, wrong, locked_at} of everybody who is locked on a device."""
    rows = connection.execute(select(pin).where((pin.c.device == device) & (pin.c.wrong >= MOST)))
    return [{"person": row.person, "wrong": row.wrong, "locked_at": row.locked_at} for row in rows]


def _row(connection: Connection, device: str, person: str) -> Any:
    return transaction.first_named(connection, _pin_of, {"device": device, "person": person})


KINDS = (
    Kind(TRIED, PinTried, "observation", judge_pin, count),
    Kind(TRIED_V2, PinTriedV2, "observation", judge_pin, count),
    Kind(LOCKED, PinLocked, "observation", by_server=True),
    Kind(LOCKED_V2, PinLockedV2, "observation", by_server=True),
)
