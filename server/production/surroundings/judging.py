"""Gathers what was read in the rooms of phases, and words what the rule finds."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.core.kinds import Entry, Fact, Ruling
from server.environment import queries as environment
from server.environment.model import BEYOND, COUNTS_NOT
from server.production import model, queries
from server.production.model import Batch
from server.production.surroundings import projection, rules
from server.production.surroundings.queries import spans_over
from server.production.surroundings.rules import HEARD, Out
from server.recipes.model import find_phase


def judge(connection: Connection, entry: Entry, batch: Batch | None, at: str) -> tuple[list[str], list[Fact]]:
    """The flag of an entry that ends a phase, or says that it ran longer, done `at`: a room was beyond its limits."""
    if batch is None or entry.kind not in HEARD:
        return [], []
    phase = find_phase(batch.phases, entry.payload["phase"])
    before = projection.of(connection, batch.number, entry.payload["phase"])
    after = before.after(entry.kind, at)
    room = None if phase is None else phase.get("room")
    if room is None or after == before or after.began is None or after.ended is None:
        return [], []
    out = rules.newly(before, after, environment.beyond(connection, room, after.began, after.ended))
    return ([BEYOND], _facts(connection, entry, batch.number, after.phase, room, out)) if out else ([], [])


def judge_reading(connection: Connection, entry: Entry) -> Ruling:
    """Of a reading that comes when a phase of its time has ended already: in every batch that had one in the room."""
    given, at = entry.payload, entry.header.captured_at
    stood = environment.place_at(connection, given["sensor"], at)
    if stood is None or stood.room is None or not COUNTS_NOT.isdisjoint(entry.flags):
        return Ruling()
    out = environment.beyond_action(connection, stood.room, at, given["values"])
    facts: list[Fact] = []
    found = [one for one in spans_over(connection, at) if _room(connection, *one) == stood.room] if out else []
    for batch, phase in found:
        facts += _facts(connection, entry, batch, phase, stood.room, out)
    return Ruling(flags=(BEYOND,) if found else (), consequences=facts)


def _room(connection: Connection, number: str, phase: str) -> str | None:
    batch = queries.find_batch(connection, number)
    planned = None if batch is None else find_phase(batch.phases, phase)
    return None if planned is None else planned.get("room")


def _facts(connection: Connection, entry: Entry, batch: str, phase: str, room: str, out: Sequence[Out]) -> list[Fact]:
    """One exception for each phase, as long as QA has not assessed it."""
    if queries.open_items(connection, batch, BEYOND, phase):
        return []
    payload = {
        "batch": batch,
        "code": BEYOND,
        "phase": phase,
        "slot": None,
        "entries": [entry.id],
        "details": dict(rules.judgement(room, out).details),
        "comment": None,
    }
    return [Fact(model.EXCEPTION, model.batch_stream(batch), payload, subject=f"{phase}/exception")]
