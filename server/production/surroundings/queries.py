"""Reads of when phases ran, and of what their rooms were like meanwhile."""

from typing import Any

from sqlalchemy import Connection, select

from server.environment import queries as environment
from server.production import queries
from server.production.surroundings.projection import span


def spans_over(connection: Connection, at: str) -> list[tuple[str, str]]:
    """(batch, phase) of every phase that ran at a time and has ended."""
    here = (span.c.ended >= at) & (span.c.began <= at)
    query = select(span.c.batch, span.c.phase).where(here).order_by(span.c.batch, span.c.phase)
    return [(batch, phase) for batch, phase in connection.execute(query)]


def of_batch(connection: Connection, number: str, now: str) -> list[dict[str, Any]]:
    """What the room of each phase was like from its begin to its end, or until `now`, in the order of the recipe:
    {phase, name, room, from, to, ended, sensors, longest_gap, quantities}. Each quantity that was read there, or has
    limits, with its unit, limits, count, minimum, mean, maximum, the longest gap and its excursions."""
    batch = queries.find_batch(connection, number)
    rows = connection.execute(select(span).where(span.c.batch == number, span.c.began.is_not(None)))
    ran = {row.phase: (row.began, row.ended) for row in rows}
    found = []
    for phase in () if batch is None else batch.phases:
        if phase["id"] in ran and phase.get("room"):
            began, ended = ran[phase["id"]]
            same = {"phase": phase["id"], "name": phase["name"], "room": phase["room"], "from": began}
            told = environment.told(connection, phase["room"], began, ended or max(now, began))
            found.append({**same, "to": ended or max(now, began), "ended": ended is not None, **told})
    return found
