"""Reads of batches: for rules, lists, the review, and the genealogy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, and_, bindparam, func, or_, select

from server.production import projection
from server.production.containers import (
    allocated_containers,
    amount_taken,
    container_choices,
    exceptions,
    lent_containers,
    show,
    uses_of_all,
)
from server.production.dispensing.queries import dispensed_of, lent_results, line_sums
from server.production.entry_view import entry_views
from server.production.genealogy import batches_using, trace_lot, use_counts
from server.production.model import Batch, BatchEntry, BatchLine, Item, made_of
from server.production.orders import all_orders
from server.production.paper.projection import copying
from server.production.projection import batch, entry_, item, lot, yield_
from server.recipes.model import find_phase
from sync.log import transaction
from sync.log.prepared import Prepared

__all__ = [
    "all_orders",
    "allocated_containers",
    "amount_taken",
    "batches_using",
    "container_choices",
    "dispensed_of",
    "entry_views",
    "exceptions",
    "lent_containers",
    "lent_results",
    "line_sums",
    "show",
    "trace_lot",
    "use_counts",
    "uses_of_all",
]

_shown = item.c.joined_to.is_(None)
# Asked of every entry of a batch.
_status_of = Prepared(select(batch.c.status, batch.c.phases).where(batch.c.number == bindparam("batch")))
_made_in = Prepared(select(batch.c.product_code, batch.c.strength).where(batch.c.number == bindparam("batch")))
_lots_of = Prepared(select(lot.c.material, lot.c.lot).where(lot.c.batch == bindparam("batch"), lot.c.allocated == 1))
# In the order of the fields of a BatchEntry.
_entries = select(entry_.c.idx, *(entry_.c[one.name] for one in fields(BatchEntry)[1:]))
_current_in = Prepared(
    _entries.where(
        entry_.c.batch == bindparam("batch"), entry_.c.slot == bindparam("slot"), entry_.c.superseded_by.is_(None)
    ).order_by(entry_.c.idx)
)


def find_batch(connection: Connection, number: str) -> Batch | None:
    row = transaction.first(connection, _status_of, {"batch": number})
    if row is None:
        return None
    return Batch(number, row[0], _phases(row[1]), frozenset(transaction.rows(connection, _lots_of, {"batch": number})))


def made_in(connection: Connection, number: str) -> str | None:
    """What a batch is made of, as far as machines must be cleaned thoroughly in between: product and strength."""
    row = transaction.first(connection, _made_in, {"batch": number})
    return None if row is None else made_of({"code": row[0], "strength": row[1]})


@lru_cache(maxsize=256)
def _phases(text: str) -> tuple[Mapping[str, Any], ...]:
    """Frozen in the order, so that it is read again and again; nobody changes what it gives."""
    return tuple(orjson.loads(text))


def rooms_of(phases: Iterable[Mapping[str, Any]]) -> list[str]:
    """Where the work of these phases is done, each room once."""
    return list(dict.fromkeys(phase["room"] for phase in phases if phase.get("room")))


def numbers(connection: Connection) -> list[str]:
    """Every batch that there is."""
    return list(connection.execute(select(batch.c.number).order_by(batch.c.number)).scalars())


def product_of(connection: Connection, number: str) -> str | None:
    """The code of what a batch makes; None for no batch."""
    code: str | None = connection.execute(select(batch.c.product_code).where(batch.c.number == number)).scalar()
    return code


def planned_sample(connection: Connection, number: str, phase: str, sample: str) -> dict[str, str] | None:
    """{zh, en} of a sample that the batch's recipe plans in a phase; None where it plans none of that name."""
    known = find_batch(connection, number)
    planned = [
        one for each in (known.phases if known else ()) if each["id"] == phase for one in each.get("sampling", ())
    ]
    return next((dict(one["name"]) for one in planned if one["id"] == sample), None)


def batch_line(connection: Connection, number: str) -> BatchLine | None:
    row = connection.execute(select(batch).where(batch.c.number == number)).first()
    return None if row is None else _line(row)


def recipe_of(connection: Connection, number: str) -> dict[str, Any] | None:
    """{code, version, hash} of the recipe that was frozen into the order; None for history."""
    query = select(batch.c.recipe, batch.c.version, batch.c.recipe_hash).where(batch.c.number == number)
    row = connection.execute(query).first()
    if row is None or row.recipe is None:
        return None
    return {"code": row.recipe, "version": row.version, "hash": row.recipe_hash}


def batch_lines(
    connection: Connection, statuses: Sequence[str] = (), words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[BatchLine], int]:
    """Batches, the last changed first, whose number or product holds the words; and how many there are."""
    where: list[ColumnElement[bool]] = []
    if statuses:
        where.append(batch.c.status.in_(statuses))
    if words:
        columns = (batch.c.number, batch.c.product_code, batch.c.product_zh, batch.c.product_en)
        where.append(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    page = select(batch).where(*where).order_by(batch.c.updated_at.desc(), batch.c.number.desc())
    rows = connection.execute(page.offset(offset).limit(limit))
    total = connection.execute(select(func.count()).select_from(batch).where(*where)).scalar_one()
    return [_line(row) for row in rows], total


def batches_with_open_items(connection: Connection, limit: int) -> list[BatchLine]:
    query = select(batch).where(batch.c.open_items > 0).order_by(batch.c.updated_at.desc()).limit(limit)
    return [_line(row) for row in connection.execute(query)]


def status_counts(connection: Connection) -> dict[str, int]:
    query = select(batch.c.status, func.count().label("batches")).group_by(batch.c.status)
    return {row.status: row.batches for row in connection.execute(query)}


def completed_phases(connection: Connection, number: str) -> dict[str, str]:
    """The phases that were completed, and when first (UTC)."""
    return projection.completed(connection, number)


def ended_phases(connection: Connection, number: str) -> dict[str, str]:
    """The phases that were completed, aborted or skipped, and when first (UTC)."""
    return projection.ended(connection, number)


def find_entry(connection: Connection, entry_id: str) -> BatchEntry | None:
    row = connection.execute(_entries.where(entry_.c.id == entry_id)).first()
    return None if row is None else _entry(row)


def entries_of(connection: Connection, number: str) -> list[BatchEntry]:
    """The observations of a batch in the order of the log, superseded ones among them."""
    query = _entries.where(entry_.c.batch == number).order_by(entry_.c.idx)
    return [_entry(row) for row in connection.execute(query)]


def typists(connection: Connection, number: str) -> dict[str, set[str]]:
    """Who recorded something that was typed in from paper, by the entries with which that began."""
    here = (entry_.c.batch == number) & entry_.c.paper.is_not(None)
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(entry_.c.paper, entry_.c.actor).where(here).distinct()):
        found.setdefault(row.paper, set()).add(row.actor)
    return found


def places_of(connection: Connection, number: str, ids: set[str]) -> list[int]:
    """Where in the log entries of a batch stand; ids that are none of its observations are missing."""
    return [entry.index for entry in entries_of(connection, number) if entry.id in ids]


def current_in(connection: Connection, number: str, slot: str) -> list[BatchEntry]:
    """The entries of a slot that nothing has superseded."""
    found = transaction.rows(connection, _current_in, {"batch": number, "slot": slot})
    return [_entry(row) for row in found]


def reading_used_by(connection: Connection, reading: str, number: str, slot: str, correcting: bool) -> str | None:
    """The entry that has taken a reading already; a correction may name the one that its slot has."""
    query = select(entry_.c.id).where(entry_.c.reading == reading).order_by(entry_.c.idx).limit(1)
    if correcting:
        query = query.where(or_(entry_.c.batch != number, entry_.c.slot != slot))
    used: str | None = connection.execute(query).scalar()
    return used


def find_item(connection: Connection, item_id: str) -> tuple[str, Item] | None:
    """(batch, item) of a conflict or exception; a conflict that a later one has taken over is gone."""
    row = connection.execute(select(item).where(item.c.id == item_id, _shown)).first()
    return None if row is None else (row.batch, _item(row))


def open_items(connection: Connection, number: str, code: str, phase: str | None) -> bool:
    """Whether an exception of this code and phase waits for QA already."""
    here = and_(item.c.batch == number, item.c.code == code, item.c.phase == phase, item.c.state == "open")
    return connection.execute(select(item.c.id).where(here).limit(1)).first() is not None


def open_told(connection: Connection, number: str, code: str, phase: str) -> list[tuple[str, str]]:
    """The exceptions of this code and phase, with the code, that the server has raised and that wait for QA."""
    reported = select(entry_.c.id).where(entry_.c.id == item.c.id).exists()
    here = and_(item.c.batch == number, item.c.code == code, item.c.phase == phase, item.c.state == "open")
    query = select(item.c.id, item.c.code).where(here, ~reported).order_by(item.c.idx)
    return [(row.id, row.code) for row in connection.execute(query)]


def open_details(connection: Connection, number: str, code: str, phase: str | None) -> list[dict[str, Any]]:
    """What the exceptions of this code and phase say that wait for QA."""
    here = and_(item.c.batch == number, item.c.code == code, item.c.phase == phase, item.c.state == "open")
    return [orjson.loads(details) for details in connection.execute(select(item.c.details).where(here)).scalars()]


def open_about(connection: Connection, number: str, code: str, phase: str | None, person: str) -> bool:
    """Whether an exception of this code and phase that names this person waits for QA already."""
    return any(each.get("person") == person for each in open_details(connection, number, code, phase))


def items_of(connection: Connection, number: str) -> list[Item]:
    query = select(item).where(item.c.batch == number, _shown).order_by(item.c.idx)
    return [_item(row) for row in connection.execute(query)]


def told_by_server(connection: Connection, number: str, codes: tuple[str, ...]) -> list[Any]:
    """(code, phase, entries, details) of what the server itself told of a batch, whatever became of it. What people
    report on tablets under the same codes may name anything, and tells nothing."""
    return transaction.named(connection, _told(codes), {"batch": number})


@cache
def _told(codes: tuple[str, ...]) -> Prepared:
    c, reported = item.c, select(entry_.c.id).where(entry_.c.id == item.c.id).exists()
    query = select(c.code, c.phase, c.entries, c.details)
    return Prepared(query.where(c.batch == bindparam("batch"), or_(*(c.code == code for code in codes)), ~reported))


def lots_of(connection: Connection, number: str) -> list[tuple[str, str]]:
    """(material, lot) of everything that was allocated to the batch, or that an entry says went into it."""
    query = select(lot.c.material, lot.c.lot).where(lot.c.batch == number).order_by(lot.c.material, lot.c.lot)
    return [(row.material, row.lot) for row in connection.execute(query)]


def yields_of(connection: Connection, number: str) -> list[dict[str, Any]]:
    query = select(yield_).where(yield_.c.batch == number).order_by(yield_.c.line)
    return [
        {
            "stage": row.stage,
            "value": {"value": row.value, "unit": row.unit},
            "low": row.low,
            "high": row.high,
            "verdict": row.verdict,
        }
        for row in connection.execute(query)
    ]


def lines_of(connection: Connection, numbers: Iterable[str]) -> list[BatchLine]:
    query = select(batch).where(batch.c.number.in_(set(numbers))).order_by(batch.c.number)
    return [_line(row) for row in connection.execute(query)]


def _line(row: Row[Any]) -> BatchLine:
    phase = find_phase(orjson.loads(row.phases), row.phase) if row.phase is not None else None
    return BatchLine(
        number=row.number,
        product={
            "code": row.product_code,
            "name": {"zh": row.product_zh, "en": row.product_en},
            "strength": row.strength,
        },
        size=None if row.size_value is None else {"value": row.size_value, "unit": row.size_unit},
        status=row.status,
        phases_done=row.phases_done,
        phases_total=row.phases_total,
        phase=None if phase is None else {"id": phase["id"], "name": phase["name"]},
        open_items=row.open_items,
        started_at=row.started_at,
        updated_at=row.updated_at,
    )


def _entry(row: Sequence[Any]) -> BatchEntry:
    said: list[Any] = [*row]
    said[-2] = bool(said[-2])
    return BatchEntry(*said)


def _item(row: Row[Any]) -> Item:
    decision: Mapping[str, Any] | None = None
    if row.decided_by is not None:
        decision = {"by": row.decided_by, "at": row.decided_at, "text": row.decision_text, "chosen": row.chosen}
    return Item(
        id=row.id,
        index=row.idx,
        type=row.type,
        code=row.code,
        phase=row.phase,
        slot=row.slot,
        state=row.state,
        entries=tuple(orjson.loads(row.entries)),
        details=orjson.loads(row.details),
        comment=row.comment,
        decision=decision,
    )


def done_on_paper(person: str) -> CompoundSelect[tuple[int]]:
    """The places in the log of what is typed in of somebody's work on paper, and of what says that it was theirs."""
    theirs = copying.c.done_by == person
    typed_in = select(entry_.c.idx).join(copying, copying.c.entry == entry_.c.paper).where(theirs)
    return select(copying.c.idx).where(theirs).union_all(typed_in)
