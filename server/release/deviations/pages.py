"""What the screens of deviations show."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from server.engines.flows import standing
from server.identity import queries as identity
from server.production import queries as batches
from server.quality import queries as quality
from server.quality.model import FLOW, Deviation, subject_of_number
from server.release.pages import lines
from sync.log.tables import log_entry


def listing(connection: Connection, state: str, words: str, offset: int, limit: int) -> dict[str, Any]:
    found, total = quality.deviations(connection, state, words, offset, limit)
    return {"items": _lines(connection, found), "total": total}


def page(connection: Connection, number: str) -> dict[str, Any] | None:
    """A deviation with its batch and every entry that it is about."""
    found = quality.find_deviation(connection, number)
    if found is None:
        return None
    line = batches.batch_line(connection, found.batch)
    places = connection.execute(select(log_entry.c.idx).where(log_entry.c.id.in_(found.entries))).scalars()
    return {
        "deviation": _lines(connection, [found])[0],
        "batch": None if line is None else lines(connection, [line])[0],
        "entries": batches.entry_views(connection, places),
    }


def _lines(connection: Connection, found: Iterable[Deviation]) -> list[dict[str, Any]]:
    shown = list(found)
    acting = {one.opened_by for one in shown} | {one.closing["by"] for one in shown if one.closing is not None}
    people = identity.people(connection, acting)
    devices = identity.devices(connection, {one.device for one in shown if one.device is not None})
    carried = standing.last_about(connection, FLOW, [subject_of_number(one.number) for one in shown])
    flows = standing.shown(connection, [*carried.values()])
    same = ("number", "batch", "code", "state", "summary", "opened_at")
    return [
        {
            **{name: getattr(one, name) for name in same},
            "device": None if one.device is None else devices[one.device],
            "opened_by": people[one.opened_by],
            "entries": len(one.entries),
            "flow": flows[row.instance] if (row := carried.get(subject_of_number(one.number))) is not None else None,
            "closing": None if one.closing is None else {**one.closing, "by": people[one.closing["by"]]},
        }
        for one in shown
    ]
