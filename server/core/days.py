"""The plant's calendar in the database: which zones the log has stated, and by them the day of an instant."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, insert, select

from server.core import clock, db
from server.core.kinds import Entry
from server.core.zones import Zones
from sync.log import transaction
from sync.log.prepared import Prepared

site_zone = Table(
    "site_zone",
    db.records,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Text, nullable=False),
    Column("zone", Text, nullable=False),
)
# Almost every entry asks for its day, some of them in several rooms.
_stated = Prepared(select(site_zone.c.since, site_zone.c.zone).order_by(site_zone.c.idx))


def zones(connection: Connection) -> Zones:
    return Zones.of(transaction.rows(connection, _stated, {}))


def of(connection: Connection, instant: str) -> str:
    """YYYY-MM-DD of an instant in the form of the log, in the zone that held then."""
    return zones(connection).day(instant)


def at(connection: Connection, moment: datetime) -> str:
    return of(connection, clock.text(moment))


def today(connection: Connection) -> str:
    return of(connection, clock.now_text())


def captured(connection: Connection, entry: Entry) -> str:
    """The day on which an entry was captured."""
    return of(connection, entry.header.captured_at)


def state_zone(connection: Connection, entry: Entry) -> None:
    """The projection of the entry that states one: it holds from when the server took the decision."""
    values = {"idx": entry.index, "since": entry.header.captured_at, "zone": entry.payload["zone"]}
    connection.execute(insert(site_zone).values(values))
