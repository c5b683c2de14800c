"""What became of a value: every entry that was ever made of it, and the conflicts it was in (PLT-07, PLT-10)."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from server.identity import queries as identity
from server.production import model
from server.production.entry_view import entry_views
from server.production.projection import batch, entry_, item
from server.recipes.model import find_phase
from sync.entry import Header
from sync.log import reading
from sync.log.tables import log_entry

_RESOLVED = "release.conflict_resolved.v1"
_STATES = {"open": ("open",), "resolved": ("resolved",), "all": ("open", "resolved")}
_conflict = (item.c.type == "conflict") & item.c.joined_to.is_(None)


def value_history(connection: Connection, entry_id: str) -> dict[str, Any] | None:
    """{entry, batch, slot, phase, versions, conflicts} of the value that an entry has recorded; None for no entry.

    `versions` are entry views with `standing` and `superseded_by`, in the order of the log. A value of a batch has the
    history of its slot; any other entry the one of its corrections. `phase` is as the batch's order froze it.
    """
    stored = reading.by_id(connection, entry_id)
    if stored is None:
        return None
    row = connection.execute(select(entry_).where(entry_.c.id == entry_id)).first()
    found: dict[str, Any] = {"entry": entry_id, "batch": None, "slot": None, "phase": None, "conflicts": []}
    if row is None:
        return found | {"versions": _corrected(connection, stored.head)}
    here = (item.c.batch == row.batch) & (item.c.slot == row.slot)
    conflicts = list(connection.execute(select(item).where(_conflict, here).order_by(item.c.idx)))
    place = {"batch": row.batch, "slot": row.slot, "phase": _phases(connection, [row]).get((row.batch, row.phase))}
    return found | place | {"versions": _of_slot(connection, row), "conflicts": show_conflicts(connection, conflicts)}


def list_conflicts(
    connection: Connection, state: str, offset: int, limit: int
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The conflicts of the site, the newest first, and how many are open and resolved. `state` may be "all"."""
    page = select(item).where(_conflict, item.c.state.in_(_STATES[state])).order_by(item.c.idx.desc())
    rows = list(connection.execute(page.offset(offset).limit(limit)))
    counted = select(item.c.state, func.count().label("number")).where(_conflict).group_by(item.c.state)
    numbers = {row.state: row.number for row in connection.execute(counted)}
    return show_conflicts(connection, rows), {name: numbers.get(name, 0) for name in ("open", "resolved")}


def find_conflict(connection: Connection, item_id: str) -> dict[str, Any] | None:
    """A conflict, or the one that has taken it over since, because a further entry claimed the same place."""
    row = _item(connection, item_id)
    while row is not None and row.joined_to is not None:
        row = _item(connection, row.joined_to)
    return None if row is None else show_conflicts(connection, [row])[0]


def show_conflicts(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """{id, index, batch, slot, phase, state, found_at, entries, decision}; `entries` are entry views, and `decision`
    is {by, at, text, chosen, index} or null."""
    claims = {row.id: orjson.loads(row.entries) for row in rows}
    views = _views(connection, {one for ids in claims.values() for one in ids})
    decisions = _decisions(connection, {row.batch for row in rows if row.decided_by is not None})
    found = {stored.index: stored.stamp.recorded_at for stored in reading.at(connection, sorted(r.idx for r in rows))}
    people, phases = identity.people(connection, {row.decided_by for row in rows}), _phases(connection, rows)
    return [
        {
            "id": row.id,
            "index": row.idx,
            "batch": row.batch,
            "slot": row.slot,
            "phase": phases.get((row.batch, row.phase)),
            "state": row.state,
            "found_at": found.get(row.idx),
            "entries": [views[one] for one in claims[row.id] if one in views],
            "decision": row.decided_by
            and {
                "by": people[row.decided_by],
                "at": row.decided_at,
                "text": row.decision_text,
                "chosen": row.chosen,
                "index": decisions.get(row.id),
            },
        }
        for row in rows
    ]


def _item(connection: Connection, item_id: str) -> Row[Any] | None:
    return connection.execute(select(item).where(item.c.id == item_id, item.c.type == "conflict")).first()


def _views(connection: Connection, ids: set[str]) -> dict[str, dict[str, Any]]:
    places = connection.execute(select(entry_.c.idx).where(entry_.c.id.in_(ids))).scalars()
    return {view["id"]: view for view in entry_views(connection, places)}


def _decisions(connection: Connection, numbers: Iterable[str]) -> dict[str, int]:
    """Where in the log the decisions on conflicts of these batches stand; its subject is the conflict."""
    streams = [model.batch_stream(number) for number in numbers]
    query = select(log_entry.c.idx, log_entry.c.header)
    rows = connection.execute(query.where(log_entry.c.kind == _RESOLVED, log_entry.c.stream.in_(streams)))
    return {Header.parse(row.header).subject: row.idx for row in rows}


def _phases(connection: Connection, rows: Iterable[Row[Any]]) -> dict[tuple[str, str], Any]:
    """The phases of these rows as the orders of their batches froze them."""
    wanted = {(row.batch, row.phase) for row in rows}
    query = select(batch.c.number, batch.c.phases).where(batch.c.number.in_({number for number, _ in wanted}))
    frozen = {row.number: orjson.loads(row.phases) for row in connection.execute(query)}
    return {(number, id_): find_phase(frozen[number], id_) for number, id_ in wanted if number in frozen and id_}


def _of_slot(connection: Connection, row: Row[Any]) -> list[dict[str, Any]]:
    """All entries of a single-valued slot; of a kind that may stand there many times, those that correct each other."""
    query = select(entry_).where(entry_.c.batch == row.batch, entry_.c.slot == row.slot).order_by(entry_.c.idx)
    rows = {one.id: one for one in connection.execute(query)}
    if row.kind not in model.SINGLE_VALUED:
        kept = _connected(row.id, {one.id: one.corrects for one in rows.values()})
        rows = {id_: one for id_, one in rows.items() if id_ in kept}
    views = entry_views(connection, [one.idx for one in rows.values()])
    return [view | _standing(rows[view["id"]].superseded_by, rows) for view in views]


def _standing(superseded_by: str | None, versions: Iterable[str]) -> dict[str, Any]:
    """Whether a version still stands, was corrected by another, or was not chosen when a conflict was decided."""
    if superseded_by is None:
        return {"standing": "stands", "superseded_by": None}
    return {"standing": "corrected" if superseded_by in versions else "not_chosen", "superseded_by": superseded_by}


def _corrected(connection: Connection, head: Header) -> list[dict[str, Any]]:
    """An entry outside of batch records, with those of its stream that correct it or that it corrects."""
    related = (log_entry.c.stream == head.stream) & (log_entry.c.kind == head.kind)
    rows = connection.execute(select(log_entry.c.idx, log_entry.c.header).where(related).order_by(log_entry.c.idx))
    heads = {Header.parse(row.header).id: (row.idx, Header.parse(row.header).corrects) for row in rows}
    kept = _connected(head.id, {id_: corrects for id_, (_, corrects) in heads.items()})
    views = entry_views(connection, [heads[id_][0] for id_ in kept])
    later = {view["corrects"]: view["id"] for view in views if view["corrects"] and not set(view["flags"]) & _IN_VAIN}
    return [view | _standing(later.get(view["id"]), later.values()) for view in views]


# Flags of a correction that takes nobody's place.
_IN_VAIN = {"correction_unknown", "person_not_permitted", "device_revoked"}


def _connected(start: str, corrects: dict[str, str | None]) -> set[str]:
    """The entries that corrections join to this one; `corrects` names what each entry corrects."""
    found, last = {start}, 0
    while len(found) > last:
        last = len(found)
        found |= {id_ for id_, other in corrects.items() if other in found}
        found |= {other for id_, other in corrects.items() if id_ in found and other in corrects}
    return found
