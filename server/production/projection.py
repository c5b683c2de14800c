"""The tables of batches, their entries, items, lots and yields, and how entries fill them."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from server.core.db import records
from server.core.kinds import Entry
from server.production import model, rules
from server.production.paper import queries as typed_in
from server.production.paper.rules import happened
from server.production.surroundings import projection as surroundings
from sync.log import transaction
from sync.log.prepared import Prepared

_HAS_COME = "所缺的记录已随另一设备到达 / What was missing has come from another device"
_AFTER = frozenset({model.POST_SEAL, model.AFTER_DISPOSITION})

batch = Table(
    "production_batch",
    records,
    Column("number", Text, primary_key=True),
    Column("product_code", Text, nullable=False),
    Column("product_zh", Text, nullable=False),
    Column("product_en", Text, nullable=False),
    Column("strength", Text, nullable=False),
    Column("size_value", Text),
    Column("size_unit", Text),
    Column("status", Text, nullable=False),
    Column("recipe", Text),
    Column("version", Integer),
    Column("recipe_hash", Text),
    Column("phases", Text, nullable=False),
    Column("phases_total", Integer, nullable=False),
    Column("phases_done", Integer, nullable=False),
    Column("phase", Text),
    Column("open_items", Integer, nullable=False),
    Column("started_at", Text),
    Column("updated_at", Text, nullable=False),
    Index("production_batch_status", "status", "updated_at"),
    Index("production_batch_product", "product_code", "number"),
)
entry_ = Table(
    "production_entry",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("phase", Text),
    Column("actor", Text, nullable=False),
    Column("verifier", Text),
    Column("device", Text, nullable=False),
    Column("source", Text),
    Column("reading", Text, index=True),
    # Of what was typed in from paper when the paper says that it was done.
    Column("captured_at", Text, nullable=False),
    Column("corrects", Text, index=True),
    Column("superseded_by", Text),
    Column("late", Integer, nullable=False),
    Column("paper", Text),
    Index("production_entry_slot", "batch", "slot"),
)
item = Table(
    "production_item",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("batch", Text, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("phase", Text),
    Column("slot", Text),
    Column("entries", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("comment", Text),
    Column("state", Text, nullable=False),
    Column("joined_to", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decision_text", Text),
    Column("chosen", Text),
)
lot = Table(
    "production_lot",
    records,
    Column("batch", Text, primary_key=True),
    Column("material", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("allocated", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Index("production_lot_lot", "material", "lot"),
)
yield_ = Table(
    "production_yield",
    records,
    Column("batch", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("stage", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("low", Text),
    Column("high", Text),
    Column("verdict", Text, nullable=False),
)

# Of every entry of a batch.
_add_entry = Prepared(insert(entry_).inline())
_progress_of = Prepared(
    select(
        batch.c.status, batch.c.phases, batch.c.phases_done, batch.c.phases_total, batch.c.phase, batch.c.started_at
    ).where(batch.c.number == bindparam("batch"))
)
_first_of = select(entry_.c.phase, func.min(entry_.c.captured_at)).where(entry_.c.batch == bindparam("batch"))
_completed = Prepared(_first_of.where(entry_.c.kind == model.COMPLETED).group_by(entry_.c.phase))
_ended = Prepared(_first_of.where(or_(*(entry_.c.kind == kind for kind in model.ENDS))).group_by(entry_.c.phase))
_changed = Prepared(update(batch).where(batch.c.number == bindparam("batch")).values(updated_at=bindparam("at")))
_lot_of = Prepared(
    select(lot.c.allocated, lot.c.used).where(
        lot.c.batch == bindparam("batch"), lot.c.material == bindparam("material"), lot.c.lot == bindparam("name")
    )
)


def order(connection: Connection, entry: Entry) -> None:
    """The batch exists from its order on; the recipe is frozen in it."""
    given = entry.payload
    phases = given["phases"]
    connection.execute(
        insert(batch),
        {
            **_head(given),
            "status": model.ORDERED,
            "recipe": given["recipe"],
            "version": given["version"],
            "recipe_hash": given["recipe_hash"],
            "phases": orjson.dumps(phases).decode(),
            "phases_total": len(phases),
            "phases_done": 0,
            "phase": phases[0]["id"] if phases else None,
            "open_items": 0,
            "updated_at": entry.recorded_at,
        },
    )
    for line in given["lots"]:
        _add_lot(connection, given["batch"], line["material"], line["lot"], allocated=1, used=0)
    # Entries of a batch that nobody had ordered yet are kept as well, and counted from now on.
    _recount(connection, given["batch"])


def import_history(connection: Connection, entry: Entry) -> None:
    """A batch of another system's records; one that stands here already is left as it is (the rule flags it)."""
    given = entry.payload
    if "batch_known" in entry.flags:
        return
    connection.execute(
        insert(batch),
        {
            **_head(given),
            "status": model.HISTORICAL,
            "phases": "[]",
            "phases_total": 0,
            "phases_done": 0,
            "open_items": 0,
            "started_at": given["started"],
            "updated_at": entry.recorded_at,
        },
    )
    for line in given["lots"]:
        _add_lot(connection, given["batch"], line["material"], line["lot"], allocated=0, used=1)
    rows = [
        {
            "batch": given["batch"],
            "line": number,
            "stage": line["stage"],
            "value": line["value"]["value"],
            "unit": line["value"]["unit"],
            "low": line["low"],
            "high": line["high"],
            "verdict": line["verdict"],
        }
        for number, line in enumerate(given["yields"])
    ]
    if rows:
        connection.execute(insert(yield_), rows)


def observe(connection: Connection, entry: Entry) -> None:
    """An entry of the batch record: keep where it stands, let a correction supersede, move the batch on."""
    given, header = entry.payload, entry.header
    phase, paper = given.get("phase"), typed_in.recorded(connection, entry)
    at = happened(entry.kind, header.captured_at, paper)
    if header.corrects is not None and "correction_unknown" not in entry.flags:
        _supersede(connection, [header.corrects], entry.id)
    transaction.insert(
        connection,
        _add_entry,
        {
            "idx": entry.index,
            "id": entry.id,
            "kind": entry.kind,
            "batch": given["batch"],
            "slot": rules.slot_of(entry.kind, given),
            "phase": phase,
            "actor": header.actor,
            "verifier": given.get("verified_by"),
            "device": header.device,
            "source": given.get("source"),
            "reading": (given.get("reading") or {}).get("id"),
            "captured_at": at,
            "corrects": header.corrects,
            "superseded_by": None,
            "late": int(not _AFTER.isdisjoint(entry.flags)),
            "paper": None if paper is None else paper.entry,
        },
    )
    if entry.kind in model.WEIGHINGS:
        _add_lot(connection, given["batch"], given["material"], given["lot"], allocated=0, used=1)
    if phase is not None:
        surroundings.keep(connection, entry.kind, given["batch"], phase, at)
    _move_on(connection, entry, at)


def verify(connection: Connection, entry: Entry) -> None:
    """Who confirmed afterwards stands beside what was confirmed, if nothing is wrong with that."""
    observe(connection, entry)
    if not entry.flags:
        here = (entry_.c.id == entry.payload["entry"]) & entry_.c.verifier.is_(None)
        connection.execute(update(entry_).where(here).values(verifier=entry.payload["verified_by"]))


def raise_item(connection: Connection, entry: Entry) -> None:
    """An exception or a conflict: open until QA decides. A conflict takes over the open one of its slot."""
    given = entry.payload
    conflict = entry.kind == model.CONFLICT
    if conflict:
        same = and_(item.c.batch == given["batch"], item.c.slot == given["slot"], item.c.type == "conflict")
        still = and_(item.c.state == "open", item.c.joined_to.is_(None))
        connection.execute(update(item).where(same, still).values(joined_to=entry.id))
    _add_item(
        connection,
        entry,
        {
            "type": "conflict" if conflict else "exception",
            "code": "conflict" if conflict else given["code"],
            "slot": given["slot"],
            "entries": orjson.dumps(given["entries"]).decode(),
            "details": "{}" if conflict else orjson.dumps(given["details"], option=orjson.OPT_SORT_KEYS).decode(),
            "comment": None if conflict else given["comment"],
        },
    )


def _add_item(connection: Connection, entry: Entry, said: Mapping[str, Any]) -> None:
    """One more that QA is to decide on, by the id of what raised it."""
    given = entry.payload
    same = {"id": entry.id, "idx": entry.index, "batch": given["batch"], "phase": given["phase"], "state": "open"}
    connection.execute(insert(item), same | dict(said))
    _touch(connection, given["batch"], entry.recorded_at)
    _recount(connection, given["batch"])


def report(connection: Connection, entry: Entry) -> None:
    """An exception that people raise on a tablet is an entry of the batch record as well as an item for QA."""
    if entry.header.device != "server":
        observe(connection, entry)
    raise_item(connection, entry)


def report_graded(connection: Connection, entry: Entry) -> None:
    """The same with how grave it seems; the report itself and its photo are what the item is about."""
    observe(connection, entry)
    given = entry.payload
    about = [entry.id, *([] if given["photo"] is None else [given["photo"]])]
    said = {"type": "exception", "code": "reported", "slot": None, "comment": given["comment"]}
    texts = {"entries": about, "details": {"severity": given["severity"]}}
    _add_item(connection, entry, said | {name: orjson.dumps(one).decode() for name, one in texts.items()})


def open_deviation(connection: Connection, entry: Entry) -> None:
    """A deviation of the batch is an item for QA as well, by its number; its own life is in the room of quality."""
    given = entry.payload
    connection.execute(
        insert(item),
        {
            "id": given["deviation"],
            "idx": entry.index,
            "batch": given["batch"],
            "type": "deviation",
            "code": given["code"],
            "entries": orjson.dumps([] if given["entry"] is None else [given["entry"]]).decode(),
            "details": orjson.dumps({"device": given["device"]}).decode(),
            "comment": given["summary"],
            "state": "open",
        },
    )
    _touch(connection, given["batch"], entry.recorded_at)
    _recount(connection, given["batch"])


def close_deviation(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    _decide(connection, entry, given["deviation"], "closed", given["conclusion"], None)


def resolve(connection: Connection, entry: Entry) -> None:
    """QA's choice: its value is the slot's value, the others stay, shown as superseded by the decision."""
    given = entry.payload
    row = connection.execute(select(item).where(item.c.id == given["conflict"])).one()
    losers = [other for other in orjson.loads(row.entries) if other != given["chosen"]]
    _supersede(connection, losers, entry.id)
    _decide(connection, entry, given["conflict"], "resolved", given["reason"], given["chosen"])


def assess(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    _decide(connection, entry, given["exception"], "assessed", given["assessment"], None)


def withdraw(connection: Connection, entry: Entry) -> None:
    """The server's own word that an exception of its own no longer holds."""
    _decide(connection, entry, entry.payload["exception"], "withdrawn", _HAS_COME, None)


def release(connection: Connection, entry: Entry) -> None:
    _dispose(connection, entry, model.RELEASED)


def reject(connection: Connection, entry: Entry) -> None:
    _dispose(connection, entry, model.REJECTED)


def _head(given: Mapping[str, Any]) -> dict[str, Any]:
    product, size = given["product"], given["size"]
    return {
        "number": given["batch"],
        "product_code": product["code"],
        "product_zh": product["name"]["zh"],
        "product_en": product["name"]["en"],
        "strength": product["strength"],
        "size_value": size and size["value"],
        "size_unit": size and size["unit"],
    }


def _add_lot(connection: Connection, number: str, material: str, name: str, allocated: int, used: int) -> None:
    here = and_(lot.c.batch == number, lot.c.material == material, lot.c.lot == name)
    row = transaction.first(connection, _lot_of, {"batch": number, "material": material, "name": name})
    if row is None:
        key = {"batch": number, "material": material, "lot": name}
        connection.execute(insert(lot), {**key, "allocated": allocated, "used": used})
    elif (row[0] | allocated, row[1] | used) != row:
        connection.execute(update(lot).where(here).values(allocated=row[0] | allocated, used=row[1] | used))


def use_lot(connection: Connection, number: str, material: str, name: str) -> None:
    """Something of this lot is in the batch."""
    _add_lot(connection, number, material, name, allocated=0, used=1)


def _supersede(connection: Connection, ids: list[str], by: str) -> None:
    here = and_(entry_.c.id.in_(ids), entry_.c.superseded_by.is_(None))
    connection.execute(update(entry_).where(here).values(superseded_by=by))


def _move_on(connection: Connection, entry: Entry, at: str) -> None:
    """Status and progress after an entry; a batch that nobody ordered has none. Mostly only its time has changed."""
    number = entry.payload["batch"]
    row = transaction.first(connection, _progress_of, {"batch": number})
    if row is None:
        return
    _touch(connection, number, entry.recorded_at)
    if entry.kind not in (*model.WORK, *model.LEFT):
        return
    status, text, phases_done, total, phase, started_at = row
    done = set(ended(connection, number))
    phases = [planned["id"] for planned in orjson.loads(text)]
    now_done = sum(planned in done for planned in phases)
    values = {
        "phases_done": now_done,
        "phase": next((planned for planned in phases if planned not in done), None),
        "status": rules.status_after(status, now_done, total),
        "started_at": started_at or at,
    }
    before = {"phases_done": phases_done, "phase": phase, "status": status, "started_at": started_at}
    if values != before:
        connection.execute(update(batch).where(batch.c.number == number).values(values))


def completed(connection: Connection, number: str) -> dict[str, str]:
    """The phases that were completed, and when for the first time."""
    return dict(transaction.rows(connection, _completed, {"batch": number}))


def ended(connection: Connection, number: str) -> dict[str, str]:
    """The phases that were completed, aborted or skipped, and when for the first time."""
    return dict(transaction.rows(connection, _ended, {"batch": number}))


def _decide(connection: Connection, entry: Entry, id_: str, state: str, text: str, chosen: str | None) -> None:
    values = {
        "state": state,
        "decided_by": entry.actor,
        "decided_at": entry.recorded_at,
        "decision_text": text,
        "chosen": chosen,
    }
    connection.execute(update(item).where(item.c.id == id_).values(values))
    number = entry.payload["batch"]
    _touch(connection, number, entry.recorded_at)
    _recount(connection, number)


def _dispose(connection: Connection, entry: Entry, status: str) -> None:
    here = batch.c.number == entry.payload["batch"]
    connection.execute(update(batch).where(here).values(status=status, updated_at=entry.recorded_at))


def _touch(connection: Connection, number: str, at: str) -> None:
    transaction.amend(connection, _changed, number, {"batch": number, "at": at})


def _recount(connection: Connection, number: str) -> None:
    here = and_(item.c.batch == number, item.c.state == "open", item.c.joined_to.is_(None))
    count = connection.execute(select(func.count()).select_from(item).where(here)).scalar_one()
    connection.execute(update(batch).where(batch.c.number == number).values(open_items=count))
