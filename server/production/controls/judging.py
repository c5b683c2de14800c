"""Gathers what is known of a phase's checks, and words what the rules find as exceptions of its batch."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, or_, select

from server.core.kinds import Entry, Fact
from server.production import model, queries, values
from server.production.controls import rules, schedule
from server.production.controls.rules import Finding, Taken, Told
from server.production.controls.schedule import Course
from server.production.model import Batch
from server.production.projection import entry_
from server.recipes.model import find_phase
from sync.log import transaction
from sync.log.prepared import Prepared

# What moves a phase, by what it is to its course. Its first work is its beginning, whether or not somebody said so.
MARKS: Mapping[str, str] = {
    model.STARTED: "started",
    **dict.fromkeys(model.SINGLE_VALUED, "started"),
    model.COMPLETED: "ended",
    "production.phase_aborted.v1": "ended",
    "production.phase_skipped.v1": "ended",
    "production.phase_held.v1": "held",
    "production.phase_resumed.v1": "resumed",
}
HEARD = frozenset(MARKS)
_here = (entry_.c.batch == bindparam("batch"), entry_.c.phase == bindparam("phase"))
_works = [kind for kind, means in MARKS.items() if means == "started"]
_first_work = Prepared(
    select(entry_.c.kind, func.min(entry_.c.captured_at))
    .where(*_here, or_(*(entry_.c.kind == kind for kind in _works)))
    .group_by(entry_.c.kind)
)
_moves = Prepared(
    select(entry_.c.kind, entry_.c.captured_at)
    .where(*_here, or_(*(entry_.c.kind == kind for kind in MARKS if kind not in _works)))
    .order_by(entry_.c.idx)
)


def judge(connection: Connection, entry: Entry, batch: Batch | None, at: str) -> tuple[list[str], list[Fact]]:
    """The flags that an entry, done `at`, brings to light: late or missed rounds, patterns; an exception for each."""
    number = entry.payload.get("phase")
    phase = None if batch is None or entry.kind not in HEARD else find_phase(batch.phases, str(number))
    if phase is None or phase["type"] != rules.IN_PROCESS or not watched(phase):
        return [], []
    told = told_of(connection, entry.payload["batch"], phase["id"])
    found = rules.news(_find(connection, entry, phase, at), told)
    return [one.code for one in found], [_fact(entry, phase, one) for one in found]


def watched(phase: Mapping[str, Any]) -> bool:
    """Whether there is anything to find: recipes from before there were schedules and charts ask for neither."""
    return bool(phase.get("schedule")) or any(one.get("chart") for one in phase["checks"])


def _find(connection: Connection, entry: Entry, phase: Mapping[str, Any], at: str) -> list[Finding]:
    """With the entry as if it stood in the tables already."""
    batch, given = entry.payload["batch"], entry.payload
    about = taken_from(entry.id, at, entry.kind, given)
    taken = taken_of(connection, batch, phase["id"], entry.header.corrects)
    marks = [*marks_of(connection, batch, phase["id"]), (entry.kind, at)]
    return rules.find(phase, course_of(marks), [*taken, *([] if about is None else [about])], about)


def taken_from(id_: str, captured_at: str, kind: str, given: Mapping[str, Any]) -> Taken | None:
    """A check as the rules see it; None of any other kind."""
    if kind != model.CHECKED:
        return None
    return Taken(id_, given["check"], given["round"], captured_at, True, given["mean"], tuple(given["values"]))


def taken_of(connection: Connection, batch: str, phase: str, corrected: str | None = None) -> list[Taken]:
    """Every check of a phase, superseded ones too; `corrected` is one that an entry is about to supersede."""
    found = []
    for row in values.of_phase(connection, batch, phase):
        if row.samples is not None:
            _, check, turn = row.slot.split("/")
            standing = row.superseded_by is None and row.entry != corrected
            samples = tuple(orjson.loads(row.samples))
            found.append(Taken(row.entry, check, int(turn), row.captured_at, standing, row.value, samples))
    return found


def marks_of(connection: Connection, batch: str, phase: str) -> list[tuple[str, str]]:
    """(kind, captured_at) of what moved a phase; of work, which may be much, the first of each kind."""
    named = {"batch": batch, "phase": phase}
    return [*transaction.rows(connection, _first_work, named), *transaction.rows(connection, _moves, named)]


def course_of(marks: Iterable[tuple[str, str]]) -> Course:
    times: dict[str, list[datetime]] = {name: [] for name in MARKS.values()}
    for kind, at in marks:
        if kind in MARKS:
            times[MARKS[kind]].append(datetime.fromisoformat(at))
    return schedule.course(times["started"], times["ended"], times["held"], times["resumed"])


def told_of(connection: Connection, batch: str, phase: str) -> list[Told]:
    """What exceptions of this phase have told already."""
    here = [one for one in queries.told_by_server(connection, batch, rules.FLAGS) if one.phase == phase]
    return [one for row in here for one in rules.told_by(row.code, orjson.loads(row.details))]


def _fact(entry: Entry, phase: Mapping[str, Any], found: Finding) -> Fact:
    given = entry.payload
    slot = f"{phase['id']}/held" if found.code == rules.HOLD else f"{phase['id']}/{found.check}/{found.rounds[0]}"
    own = entry.id in found.entries
    payload = {
        "batch": given["batch"],
        "code": found.code,
        "phase": phase["id"],
        "slot": slot,
        "entries": list(found.entries) or [entry.id],
        "details": dict(found.details),
        "comment": given.get("comment") if own else None,
    }
    return Fact(model.EXCEPTION, model.batch_stream(given["batch"]), payload, subject=slot)
