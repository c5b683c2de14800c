"""Reads of when phases ran, and of what their rooms were like meanwhile."""

from typing import Any

from sqlalchemy import Connection, select

from server.environment import queries as environment
from server.production import queries
from server.production.paper import queries as papers
from server.production.paper.rules import happened
from server.production.projection import entry_
from server.production.surroundings.projection import span
from server.production.surroundings.rules import HEARD, Span


def spans_over(connection: Connection, at: str) -> list[tuple[str, str]]:
    """(batch, phase) of every phase that ran at a time and has ended."""
    here = (span.c.ended >= at) & (span.c.began <= at)
    query = select(span.c.batch, span.c.phase).where(here).order_by(span.c.batch, span.c.phase)
    return [(batch, phase) for batch, phase in connection.execute(query)]


def of_batch(connection: Connection, number: str, now: str) -> list[dict[str, Any]]:
    """What the room of each phase was like from its begin to its end, or until `now`, in the order of the recipe:
    {phase, name, room, from, to, ended, sensors, longest_gap, quantities}. Each quantity that was read there, or has
    limits, with its unit, limits, count, minimum, mean, maximum, the longest gap and its excursions. Of work on paper
    the times count that stand now, whatever was mistyped first."""
    batch = queries.find_batch(connection, number)
    rows = connection.execute(select(span).where(span.c.batch == number, span.c.began.is_not(None)))
    ran = {row.phase: (row.began, row.ended) for row in rows}
    ran |= {one.phase: (one.began, one.ended) for one in _corrected(connection, number) if one.began is not None}
    found = []
    for phase in () if batch is None else batch.phases:
        if phase["id"] in ran and phase.get("room"):
            began, ended = ran[phase["id"]]
            same = {"phase": phase["id"], "name": phase["name"], "room": phase["room"], "from": began}
            told = environment.told(connection, phase["room"], began, ended or max(now, began))
            found.append({**same, "to": ended or max(now, began), "ended": ended is not None, **told})
    return found


def _corrected(connection: Connection, number: str) -> list[Span]:
    """Of phases with work on paper of which the times were corrected: when they ran by the times that stand."""
    c = entry_.c
    copies = {one.entry: one for one in papers.of_batch(connection, number)}
    named = select(c.id, c.superseded_by).where(c.id.in_([*copies]), c.superseded_by.is_not(None))
    after = {id_: by for id_, by in connection.execute(named) if by in copies}
    phases = {copies[one].phase for one in after}
    query = select(c.kind, c.phase, c.captured_at, c.paper).where(c.batch == number, c.phase.in_(phases))
    spans = {phase: Span(number, phase) for phase in phases}
    for kind, phase, at, paper in connection.execute(query.where(c.kind.in_(HEARD))) if phases else ():
        while paper in after:
            paper = after[paper]
        spans[phase] = spans[phase].after(kind, happened(kind, at, copies.get(paper)))
    return list(spans.values())
