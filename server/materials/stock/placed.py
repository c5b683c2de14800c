"""The tables of where containers were put, one line for each time, and of moves that contradict each other.

`materials_container.location` is what follows from them: the place of the latest by capture.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Index, Integer, Table, Text, exists, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.core.outcomes import SERVER
from server.materials.projection import container
from server.materials.stock import placing
from server.materials.stock.placing import Placing

table = Table(
    "materials_placing",
    records,
    Column("container", Text, primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("origin", Text),
    Column("device", Text, nullable=False),
    Column("seen", Integer, nullable=False),
)
conflict = Table(
    "materials_place_conflict",
    records,
    Column("entry", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("container", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("settled_by", Text),
    Index("materials_place_conflict_container", "container"),
)
_FIELDS = ("entry", "at", "what", "to", "origin", "device", "seen")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two moves of a container that contradict each other: ids of entries, `idx` the place in the log of the later."""

    container: str
    entry: str
    other: str
    idx: int


def of(connection: Connection, labels: Iterable[str]) -> dict[str, list[Placing]]:
    """By container, in the order of the log; those that were never put anywhere are left out."""
    query = select(table).where(table.c.container.in_(set(labels))).order_by(table.c.container, table.c.idx)
    found: dict[str, list[Placing]] = {}
    for row in connection.execute(query):
        same = {name: getattr(row, name) for name in _FIELDS}
        found.setdefault(row.container, []).append(Placing(index=row.idx, **same))
    return found


def stood(connection: Connection, label: str, moment: str) -> str | None:
    """Where a container stood at a time (UTC text), by all that is known now."""
    return placing.stood(of(connection, [label]).get(label, ()), moment)


def new(entry: Entry, what: str, to: str, origin: str | None = None, at: str | None = None) -> Placing:
    """What an entry says of a place. The server knows every entry before its own."""
    made = placing.made(entry.header, entry.recorded_at, entry.flags, entry.index)
    return Placing(entry.id, entry.index, at or made.at, what, to, origin, made.device, made.seen)


def clash(connection: Connection, entry: Entry) -> Placing | None:
    """The move that this one, which is not in the log yet, contradicts."""
    given = entry.payload
    one = new(entry, placing.CARRIED, given["to"], given["from"])
    if entry.header.device == SERVER:
        # It knows all that there is.
        return None
    return placing.clash(one, of(connection, [given["container"]]).get(given["container"], ()))


def put(connection: Connection, told: Sequence[tuple[str, Placing]]) -> None:
    """Containers with where they were put: each stands where it was put last."""
    if not told:
        return
    rows = [
        {"container": label, "idx": one.index, **{name: getattr(one, name) for name in _FIELDS}} for label, one in told
    ]
    connection.execute(insert(table), rows)
    labels = [label for label, _ in told]
    placings = of(connection, labels)
    for label in dict.fromkeys(labels):
        found = placing.last(placings[label])
        assert found is not None
        connection.execute(update(container).where(container.c.container == label).values(location=found.to))
    new = dict(told)
    for open_ in _read(connection, conflict.c.container.in_(labels) & conflict.c.settled_by.is_(None), None):
        if placing.settles(new[open_.container], open_.idx, placings[open_.container]):
            here = conflict.c.entry == open_.entry
            connection.execute(update(conflict).where(here).values(settled_by=new[open_.container].entry))


def find_again(connection: Connection, labels: Iterable[str]) -> None:
    """Containers that are registered only now may have been put somewhere before."""
    for label, placings in of(connection, labels).items():
        found = placing.last(placings)
        where = container.c.container == label
        connection.execute(update(container).where(where).values(location=found and found.to))


def contradict(connection: Connection, entry: Entry) -> None:
    """Keep that a move contradicts another, as it was flagged, until somebody has looked."""
    label, header = entry.payload["container"], entry.header
    said = placing.made_at(header.captured_at, entry.recorded_at)
    one = new(entry, placing.CARRIED, entry.payload["to"], entry.payload["from"], said)
    known = of(connection, [label]).get(label, ())
    other = placing.clash(one, [each for each in known if each.index < one.index])
    if other is not None:
        row = {"entry": one.entry, "idx": one.index, "container": label, "other": other.entry, "settled_by": None}
        connection.execute(insert(conflict), row)


def of_container(connection: Connection, label: str) -> list[Conflict]:
    """Those of a container that nobody has settled, in the order of the log; none of one that is gone."""
    here = (conflict.c.container == label) & _open()
    return _read(connection, here, None)


def open_conflicts(connection: Connection, limit: int) -> list[Conflict]:
    """Those that nobody has settled, the first first; without containers that are gone, which nobody can find."""
    return _read(connection, _open(), limit)


def _open() -> ColumnElement[bool]:
    here = container.c.container == conflict.c.container
    return conflict.c.settled_by.is_(None) & ~exists().where(here, container.c.gone.is_not(None))


def _read(connection: Connection, where: ColumnElement[bool], limit: int | None) -> list[Conflict]:
    columns = (conflict.c.container, conflict.c.entry, conflict.c.other, conflict.c.idx)
    query = select(*columns).where(where).order_by(conflict.c.idx).limit(limit)
    return [Conflict(*row) for row in connection.execute(query)]
