"""Reads of descent: what a batch came of and what came of it, and what may be made of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from server.production import model, queries
from server.production.descent import rules
from server.production.descent.model import DECISIONS, MERGED_KIND, PARTS, Origin
from server.production.descent.projection import parent
from server.production.paper import queries as typed_in
from server.production.paper import rules as sheets
from server.production.paper.model import Copying
from server.production.projection import batch, entry_
from server.production.yields import judging as yields
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry

# By batch and copy, as `typed_from`.
Typed = dict[str, dict[int, dict[tuple[str, str], None]]]
_Copies = frozenset[tuple[str, int]]


def order_of(connection: Connection, number: str) -> Mapping[str, Any] | None:
    """The order by which a batch exists, as it stands in the log; None of history, or where it was erased."""
    here = (log_entry.c.stream == model.batch_stream(number)) & log_entry.c.kind.in_(model.RELEASES)
    index = connection.execute(select(log_entry.c.idx).where(here).order_by(log_entry.c.idx).limit(1)).scalar()
    stored = None if index is None else reading.one(connection, index)
    return None if stored is None or stored.payload is None else stored.envelope.body


def find_origin(connection: Connection, number: str, typed: Typed | None = None) -> Origin | None:
    """A batch as the rules see it. `typed`: what has been read by now of others with the same parents."""
    status = connection.execute(select(batch.c.status).where(batch.c.number == number)).scalar()
    order = order_of(connection, number)
    if status is None or order is None:
        return None
    begun = select(entry_.c.phase).where(entry_.c.batch == number, entry_.c.kind.in_(model.WORK)).distinct()
    phases = {one["id"] for one in order["phases"]}
    worked = frozenset(connection.execute(begun).scalars()) & phases
    ended = frozenset(queries.ended_phases(connection, number)) & phases
    known = queries.find_batch(connection, number)
    out = frozenset[str]() if known is None else yields.unexplained(connection, known)
    above = phases_above(connection, number)
    first = _first(connection, number, order)
    typing = frozenset(one.phase for one in still_typed(connection, number))
    traced = all(order_of(connection, one) is not None for one in ancestors(connection, number))
    content = rules.third_form(order)
    copies, copies_out = _copies(connection, number, {} if typed is None else typed)
    return Origin(number, status, content, worked | ended, ended, out, above, first, typing, traced, copies, copies_out)


def _copies(connection: Connection, number: str, typed: Typed) -> tuple[_Copies, _Copies]:
    """The copies of the empty record of a batch and of what it is a part of; and those of which nobody knows what came
    of them."""
    found, out = set[tuple[str, int]](), set[tuple[str, int]]()
    for one in alike(connection, number):
        blanks = typed_in.blanks(connection, one)
        if blanks and one not in typed:
            typed[one] = typed_from(connection, one)
        used = typed.get(one, {})
        found |= {(one, blank.copy) for blank in blanks}
        out |= {(one, blank.copy) for blank in blanks if not blank.accounted and blank.copy not in used}
    return frozenset(found), frozenset(out)


def _first(connection: Connection, number: str, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The order that was frozen before anything of the batch was split or merged; None where that is its own."""
    found: Mapping[str, Any] | None = order
    while found is not None and found.get("how") in PARTS:
        found = order_of(connection, found["parents"][0])
    return None if found is None or found is order else rules.third_form(found)


def phases_above(connection: Connection, number: str) -> list[Mapping[str, Any]]:
    """The phases of what a batch came of, the nearest first."""
    found = (queries.find_batch(connection, one) for one in ancestors(connection, number))
    return [phase for one in found if one is not None for phase in one.phases]


def decisions(connection: Connection, number: str) -> list[StoredEntry]:
    """The decisions by which a batch came to be or ended, and those of what it came of, in the order of the log. A
    merge stands with what came of it, the others with what they ended."""
    own = [model.batch_stream(one) for one in (number, *ancestors(connection, number))]
    into = [model.batch_stream(row.batch) for row in children_of(connection, number)]
    here = (log_entry.c.stream.in_(own) & log_entry.c.kind.in_(DECISIONS)) | (
        log_entry.c.stream.in_(into) & (log_entry.c.kind == MERGED_KIND)
    )
    query = select(log_entry.c.idx).where(here).order_by(log_entry.c.idx)
    return [*reading.at(connection, connection.execute(query).scalars().all())]


def parents_of(connection: Connection, number: str) -> Sequence[Row[Any]]:
    """(batch, parent, how), by the parent's number."""
    return connection.execute(select(parent).where(parent.c.batch == number).order_by(parent.c.parent)).all()


def children_of(connection: Connection, number: str) -> Sequence[Row[Any]]:
    return connection.execute(select(parent).where(parent.c.parent == number).order_by(parent.c.batch)).all()


def ancestors(connection: Connection, number: str) -> list[str]:
    """Everything that a batch came of, however far back, the nearest first."""
    return _walk(number, lambda one: sorted(row.parent for row in parents_of(connection, one)))


def family(connection: Connection, number: str) -> list[str]:
    """A batch and what it came of, the nearest first: no copy of it bears a number that one of these has."""
    return [number, *ancestors(connection, number)]


def alike(connection: Connection, number: str) -> list[str]:
    """A batch and what it was before it was split or merged, the nearest first: what was done on a copy of that is
    typed in for its parts. A rework has a record of its own."""
    return [number, *same_made(connection, number)]


def typed_from(connection: Connection, number: str) -> dict[int, dict[tuple[str, str], None]]:
    """By the copies of a batch from which something was typed in: for which batch, this or what came of it, and for
    which phases, in the order in which that began."""
    found: dict[int, dict[tuple[str, str], None]] = {}
    for one in (number, *descendants(connection, number)):
        known, begun = queries.find_batch(connection, one), typed_in.of_batch(connection, one)
        if known is None or not begun:
            continue
        above = alike(connection, one)
        issued = {(each, blank.copy) for each in above for blank in typed_in.blanks(connection, each)}
        for each in sheets.used(begun, queries.typists(connection, one), known.phases):
            if sheets.owner(each.copy, above, issued) == number:
                found.setdefault(each.copy, {})[one, each.phase] = None
    return found


def still_typed(connection: Connection, number: str) -> list[Copying]:
    """What is typed in of a batch still. Of one that is whole in others no tablet gets a lease any more: what comes of
    it late, and without its end, nobody could end."""
    if children_of(connection, number):
        return []
    accounted = {one.copy for one in typed_in.blanks(connection, number) if one.accounted}
    return sheets.still_typed(typed_in.of_batch(connection, number), accounted, queries.typists(connection, number))


def same_made(connection: Connection, number: str) -> list[str]:
    """Those of its ancestors whose material is this batch's as it was: a rework has made something else of the rest."""
    return _walk(number, lambda one: sorted(row.parent for row in parents_of(connection, one) if row.how != "rework"))


def descendants(connection: Connection, number: str) -> list[str]:
    return _walk(number, lambda one: [row.batch for row in children_of(connection, one)])


def is_disposed_below(connection: Connection, number: str) -> bool:
    """Whether QA has disposed of anything that came of a batch: what is said of it now was not before them."""
    below = descendants(connection, number)
    return any(one.status in (model.RELEASED, model.REJECTED) for one in queries.lines_of(connection, below))


def born(connection: Connection, numbers: Collection[str]) -> list[str]:
    """Those of the batches that came of others."""
    query = select(parent.c.batch).where(parent.c.batch.in_(set(numbers))).distinct()
    return [*connection.execute(query).scalars()]


def _walk(number: str, step: Callable[[str], list[str]]) -> list[str]:
    found: dict[str, None] = {}
    open_ = step(number)
    while open_:
        one = open_.pop(0)
        if one not in found and one != number:
            found[one] = None
            open_ += step(one)
    return list(found)
