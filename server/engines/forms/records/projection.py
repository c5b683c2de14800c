"""The tables of filled forms, and how entries fill them."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, and_, func, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.engines.forms.records import model

record = Table(
    "forms_record",
    records,
    Column("record", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("subject", Text, index=True),
    Column("status", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("completed_by", Text),
    Column("completed_at", Text),
    Column("updated_at", Text, nullable=False),
    Column("open_items", Integer, nullable=False),
    Index("forms_record_status", "status", "updated_at"),
)
# Every value that was ever said to stand at a path: the history of a field.
value = Table(
    "forms_value",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    Column("entry", Text, nullable=False, index=True),
    Column("record", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("comment", Text),
    Column("actor", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("captured_at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("corrects", Text),
    Column("reason", Text),
    Column("superseded_by", Text),
    Index("forms_value_path", "record", "path"),
)
item = Table(
    "forms_item",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("record", Text, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("path", Text),
    Column("entries", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("comment", Text),
    Column("state", Text, nullable=False),
    Column("chosen", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("reason", Text),
)


def open_record(connection: Connection, entry: Entry) -> None:
    """The record exists from here on; values that came before, from a tablet that knew of it, stand in it already."""
    given = entry.payload
    row = {name: given[name] for name in ("record", "form", "version", "sha256", "subject")}
    row |= {"status": model.OPEN, "opened_by": entry.actor, "opened_at": entry.recorded_at}
    connection.execute(insert(record).values(row | {"updated_at": entry.recorded_at, "open_items": 0}))
    _recount(connection, given["record"], entry.recorded_at)


def record_values(connection: Connection, entry: Entry) -> None:
    """What was said before at a path is superseded by its correction, and a calculation by a later one."""
    given, header = entry.payload, entry.header
    said = {one["path"]: one for one in given["values"]}
    if header.corrects is not None and "correction_unknown" not in entry.flags:
        _supersede(connection, given["record"], said, entry.id, header.corrects)
    calculated = [path for path, one in said.items() if one["source"]["type"] == model.CALCULATED]
    if calculated:
        _supersede(connection, given["record"], calculated, entry.id, None)
    for path, one in said.items():
        source = CALCULATED if path in calculated else one["source"]
        _add(connection, entry, path, one["value"], source, one["comment"])
    _recount(connection, given["record"], entry.recorded_at)


def sign(connection: Connection, entry: Entry) -> None:
    """A signature is the value of its field; what was shown with it stands in the entry."""
    given, header = entry.payload, entry.header
    if header.corrects is not None and "correction_unknown" not in entry.flags:
        _supersede(connection, given["record"], [given["path"]], entry.id, header.corrects)
    signed = {"signed_by": given["signed_by"], "digest": given["digest"]}
    _add(connection, entry, given["path"], signed, {"type": "signed", "device": None, "entry": None}, None)
    _recount(connection, given["record"], entry.recorded_at)


def strike(connection: Connection, entry: Entry) -> None:
    """What stands at the path of a row itself; of several who strike it out or take that back the last holds."""
    given = entry.payload
    row, said = given["row"], {"type": "typed", "device": None, "entry": None}
    here = and_(value.c.record == given["record"], value.c.path == row, value.c.superseded_by.is_(None))
    connection.execute(update(value).where(here).values(superseded_by=entry.id))
    _add(connection, entry, row, given["struck"], said, given["reason"])
    _recount(connection, given["record"], entry.recorded_at)


def complete(connection: Connection, entry: Entry) -> None:
    """Once; who says it again changes nothing."""
    here = and_(record.c.record == entry.payload["record"], record.c.status == model.OPEN)
    done = {"status": model.COMPLETE, "completed_by": entry.actor, "completed_at": entry.recorded_at}
    connection.execute(update(record).where(here).values(done | {"updated_at": entry.recorded_at}))


def raise_item(connection: Connection, entry: Entry) -> None:
    """Open until somebody settles it; a conflict takes over the open one of its path."""
    given = entry.payload
    conflict = entry.kind == model.CONFLICT
    if conflict:
        before = and_(
            item.c.record == given["record"],
            item.c.path == given["path"],
            item.c.type == "conflict",
            item.c.state == "open",
        )
        connection.execute(update(item).where(before).values(state="joined"))
    connection.execute(
        insert(item).values(
            id=entry.id,
            idx=entry.index,
            record=given["record"],
            type="conflict" if conflict else "exception",
            code="conflict" if conflict else given["code"],
            path=given["path"],
            entries=orjson.dumps(given["entries"]).decode(),
            details=orjson.dumps(given.get("details", {}), option=orjson.OPT_SORT_KEYS).decode(),
            comment=given.get("comment"),
            state="open",
        )
    )
    _recount(connection, given["record"], entry.recorded_at)


def settle(connection: Connection, entry: Entry) -> None:
    """Of a conflict one entry holds; the others are superseded by the decision."""
    given = entry.payload
    found = connection.execute(select(item.c.path, item.c.entries).where(item.c.id == given["item"])).one()
    decided = {"decided_by": entry.actor, "decided_at": entry.recorded_at, "reason": given["reason"]}
    here = item.c.id == given["item"]
    connection.execute(update(item).where(here).values(state="settled", chosen=given["chosen"], **decided))
    if given["chosen"] is not None:
        others = [one for one in orjson.loads(found.entries) if one != given["chosen"]]
        lost = and_(value.c.path == found.path, value.c.entry.in_(others), value.c.superseded_by.is_(None))
        connection.execute(update(value).where(lost).values(superseded_by=entry.id))
    _recount(connection, given["record"], entry.recorded_at)


def _add(connection: Connection, entry: Entry, path: str, said: object, source: object, comment: str | None) -> None:
    header = entry.header
    connection.execute(
        insert(value).values(
            idx=entry.index,
            path=path,
            entry=entry.id,
            record=entry.payload["record"],
            value=orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode(),
            source=orjson.dumps(source, option=orjson.OPT_SORT_KEYS).decode(),
            comment=comment,
            actor=header.actor,
            device=header.device,
            captured_at=header.captured_at,
            recorded_at=entry.recorded_at,
            corrects=header.corrects,
            reason=header.reason,
        )
    )


def _supersede(connection: Connection, name: str, paths: Iterable[str], by: str, entry: str | None) -> None:
    """What this entry said at the paths; without one, what was calculated there."""
    said = (
        value.c.entry == entry
        if entry is not None
        else value.c.source == orjson.dumps(CALCULATED, option=orjson.OPT_SORT_KEYS).decode()
    )
    here = and_(value.c.record == name, value.c.path.in_(list(paths)), value.c.superseded_by.is_(None), said)
    connection.execute(update(value).where(here).values(superseded_by=by))


# As it is written of every calculation: it comes from no device and no other entry.
CALCULATED = {"type": model.CALCULATED, "device": None, "entry": None}


def _recount(connection: Connection, name: str, at: str) -> None:
    open_ = select(func.count()).where(item.c.record == name, item.c.state == "open").scalar_subquery()
    connection.execute(update(record).where(record.c.record == name).values(open_items=open_, updated_at=at))
