"""Gathers what was asked for in a phase and when it ended, and words what the rule of planned samples finds."""

from collections.abc import Mapping

from sqlalchemy import Connection

from server.core.kinds import Entry, Fact
from server.production import asking, model, queries
from server.production.course.judging import marks_of, placed, withdrawn
from server.production.course.rules import Mark
from server.production.model import Batch, Judgement
from server.production.rules import slot_of
from server.recipes.model import find_phase
from sync.log import reading


def judge(connection: Connection, entry: Entry, batch: Batch, at: str) -> tuple[list[Judgement], list[Fact]]:
    """Of the end of a phase, and of a request that comes when it has ended already: the planned samples that nobody had
    asked for before; and the server's own exceptions that no longer hold, since a request came with another tablet."""
    given = entry.payload
    phase = None if given.get("phase") is None else find_phase(batch.phases, given["phase"])
    if entry.kind not in (model.COMPLETED, model.REQUESTED) or phase is None or not asking.planned(phase):
        return [], []
    corrects = entry.header.corrects
    about = placed(connection, entry, Mark(entry.kind, given["phase"], at, corrects is not None))
    known = marks_of(connection, batch.number, about.phase, (model.COMPLETED, model.REQUESTED))
    ends = [mark for _, mark in known if mark.kind == model.COMPLETED and not mark.corrects]
    asked = _asked(connection, batch.number, about.phase, dict(known))
    if entry.kind == model.COMPLETED:
        ends = ends if about.corrects else [*ends, about]
        return asking.missing(asking.unasked(phase, ends, asked.values())), []
    if not ends:
        return [], []
    before = asking.unasked(phase, ends, asked.values())
    _, first = asked.pop(corrects or "", (None, about))
    after = asking.unasked(phase, ends, [*asked.values(), (given["sample"], first)])
    items = queries.open_told(connection, batch.number, asking.MISSING, about.phase) if before and not after else []
    found = [] if set(after) <= set(before) else asking.missing(after)
    return found, [withdrawn(entry, about.phase, *one) for one in items]


def _asked(
    connection: Connection, batch: str, phase: str, marks: Mapping[int, Mark]
) -> dict[str, tuple[str | None, Mark]]:
    """By its entry each request that stands: which sample, which is in the log alone, and when that was first asked
    for, whatever was corrected since."""
    standing = {one.id for one in queries.current_in(connection, batch, slot_of(model.REQUESTED, {"phase": phase}))}
    first: dict[str, Mark] = {}
    found: dict[str, tuple[str | None, Mark]] = {}
    requests = [index for index, mark in marks.items() if mark.kind == model.REQUESTED]
    for one in reading.at(connection, requests):
        mark = first[one.head.id] = first.get(one.head.corrects or "", marks[one.index])
        if one.head.id in standing and one.payload is not None:
            found[one.head.id] = one.envelope.body["sample"], mark
    return found
