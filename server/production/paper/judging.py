"""Gathers what is known of issued copies, of people and of what is typed in, and puts the question to the rules."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry
from server.core.qualifications import missing_by_clock
from server.identity import countersigning
from server.identity import queries as identity
from server.production import model
from server.production import queries as production
from server.production.descent import queries as births
from server.production.model import Batch, Judgement
from server.production.paper import queries, rules
from server.production.rules import judge_qualified, needs_of
from server.recipes.model import find_phase


def judge(connection: Connection, entry: Entry, batch: Batch) -> list[Judgement]:
    """Of the beginning and of the end of typing in, and of what is passed off as typed in; nothing of anything else."""
    given = entry.payload
    if entry.kind in rules.TYPED:
        # What names no machine costs no further look.
        read_at = queries.read_at(connection, entry)
        return rules.judge_live(read_at, queries.running(connection, entry)) if read_at else []
    if entry.kind not in (model.PAPER_BEGUN, model.PAPER_ENDED):
        return []
    running, before = queries.running(connection, entry), queries.of_batch(connection, batch.number)
    typists = production.typists(connection, batch.number)
    left = rules.judge_left(entry.kind, running, before, typists)
    if entry.kind == model.PAPER_ENDED:
        checker = given["verified_by"]
        signed = checker is not None and countersigning.signed(connection, entry.header, entry.signatures, checker)
        theirs = () if running is None else typists.get(running.entry, ())
        return [*rules.judge_ended(given, entry.actor, running, signed, theirs), *left]
    person, phase = given["done_by"], find_phase(batch.phases, given["phase"])
    known = identity.find_person(connection, person) is not None
    blank = queries.find_blank(connection, births.alike(connection, batch.number), given["copy"])
    # What this corrects is none that was typed in before.
    others = [one for one in before if one.entry != entry.header.corrects]
    needs = needs_of(model.STARTED, given, phase)
    return [
        *rules.judge_begun(given, entry.header.captured_at, blank, others, known),
        # Who did it needed what the phase asks for, when they did it.
        *(_judge_roles(connection, given, phase) if known else []),
        *left,
        *judge_qualified(person, missing_by_clock(connection, person, needs, given["done_from"])),
    ]


def _judge_roles(connection: Connection, given: Mapping[str, Any], phase: Mapping[str, Any] | None) -> list[Judgement]:
    """Whether they might work, and where they did it, by the roles that they had then."""
    held = identity.grants_then(connection, given["done_by"], given["done_from"])
    found = rules.judge_person(given["done_by"], held)
    rooms = production.rooms_of([phase]) if phase is not None else []
    if not rooms:
        return found
    area = identity.areas_of(connection, rooms).get(rooms[0])
    return found + rules.judge_area(given["done_by"], rooms[0], area, held)
