"""Gathers what is known of how the phases of a batch went, and words what the rules find."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from server.core import days
from server.core.kinds import Entry, Fact
from server.equipment import queries as equipment
from server.equipment.alarms.model import IN_ALARM
from server.equipment.status import queries as status
from server.production import model, queries
from server.production.course import alarming, pieces, rules
from server.production.course.rules import Mark
from server.production.model import Batch, Judgement
from server.production.paper import queries as typed_in
from server.production.projection import entry_
from server.recipes.model import find_phase
from sync.entry import Header
from sync.log import reading, transaction
from sync.log.prepared import Prepared

# What is heard of a batch: work, and what moves its phases.
HEARD = frozenset({*model.WORK, *model.COURSE})
_MOVES = (model.HELD, model.RESUMED, *model.LEFT)
# What says that a phase began, what it is done with, and that it is complete.
_SAYS = (*model.WORK, model.IDENTIFIED)
_has_ended = Prepared(
    select(entry_.c.idx).where(entry_.c.batch == bindparam("batch"), entry_.c.slot == bindparam("slot")).limit(1)
)
# What almost every entry asks.
_moves_of = Prepared(
    select(entry_.c.kind, entry_.c.phase, entry_.c.captured_at, entry_.c.corrects)
    .where(entry_.c.batch == bindparam("batch"), entry_.c.phase == bindparam("phase"))
    .where(or_(*(entry_.c.kind == kind for kind in _MOVES)))
    .order_by(entry_.c.idx)
)


def judge(connection: Connection, entry: Entry, batch: Batch | None, at: str) -> tuple[list[str], list[Fact]]:
    """The flags of an entry, done `at`, and an exception for each thing that it brings to light. Work of one phase
    while that is held is one exception as long as QA has not assessed it."""
    if batch is None or entry.kind not in HEARD:
        return [], []
    given, corrects = entry.payload, entry.header.corrects is not None
    about = Mark(entry.kind, given["phase"], at, corrects)
    flags, facts = [], []
    unsaid, withdrawn = _unsaid(connection, entry, about, batch)
    own = (*rules.judge_left(entry.kind, given), *unsaid)
    for one in (*own, *_piece(connection, entry, batch, at), *_cleaning(connection, entry)):
        flags.append(one.code)
        facts.append(_fact(entry, given["phase"], one))
    here = _moved(connection, batch.number, about)
    held = rules.newly_held(here, about, [one.captured_at for one in here if one.kind in model.WORK])
    if held:
        flags.append(rules.HELD)
        if not queries.open_items(connection, batch.number, rules.HELD, about.phase):
            details = {"times": held[:20], "severity": model.MAJOR}
            facts.append(_fact(entry, about.phase, Judgement(rules.HELD, details)))
    after = rules.newly_left(here, about)
    if after:
        flags.append(rules.LEFT)
        if not queries.open_items(connection, batch.number, rules.LEFT, about.phase):
            details = {"times": after[:20], "severity": model.MAJOR}
            facts.append(_fact(entry, about.phase, Judgement(rules.LEFT, details)))
    for phase, one in _times(connection, entry, batch, about):
        flags.append(one.code)
        facts.append(_fact(entry, phase, one))
    alarmed = alarming.judge(connection, entry, at)
    flags += [IN_ALARM] if alarmed else []
    return flags, facts + withdrawn + alarming.facts(connection, alarmed)


def _unsaid(connection: Connection, entry: Entry, about: Mark, batch: Batch) -> tuple[list[Judgement], list[Fact]]:
    """What a phase that has ended should have said before, now that this entry is known; and the exceptions that were
    raised for what has come with it, from another tablet."""
    phase = find_phase(batch.phases, about.phase)
    if about.corrects or phase is None or about.kind not in _SAYS:
        return [], []
    done = {"batch": batch.number, "slot": f"{about.phase}/completed"}
    if about.kind != model.COMPLETED and transaction.first(connection, _has_ended, done) is None:
        return [], []
    register, now = equipment.register(connection) if phase.get("equipment") else (), placed(connection, entry, about)
    if about.kind in model.WORK[:-1] and not _may_change(connection, batch.number, now, pieces.asked(phase, register)):
        return [], []
    known = [mark for _, mark in marks_of(connection, batch.number, about.phase, _SAYS)]
    before, after = pieces.unsaid(phase, known, register), pieces.unsaid(phase, [*known, now], register)
    gone = [code for code in before if code not in after]
    items = [one for code in gone for one in queries.open_told(connection, batch.number, code, about.phase)]
    return [one for code, one in after.items() if code not in before], [
        withdrawn(entry, about.phase, *one) for one in items
    ]


def _may_change(connection: Connection, batch: str, work: Mark, asked: bool) -> bool:
    """Whether work of a phase that has ended may bring anything to light, or take something back. Of hundreds of
    entries that another tablet brings nearly none does, and then all that was said of the phase need not be read."""
    if queries.open_told(connection, batch, rules.NOT_STARTED, work.phase):
        return True
    named = marks_of(connection, batch, work.phase, (model.IDENTIFIED,)) if asked else ()
    return any(not one.corrects and not rules.is_before(one, work) for _, one in named)


def placed(connection: Connection, entry: Entry, about: Mark) -> Mark:
    """What is typed in from paper was done elsewhere, and before."""
    if typed_in.typed(connection, entry) is not None:
        return about
    return replace(about, device=entry.header.device, seen=_seen(entry.header))


def marks_of(connection: Connection, batch: str, phase: str, kinds: Iterable[str]) -> list[tuple[int, Mark]]:
    """What was said of a phase by entries of these kinds, by its place in the log, with what whoever wrote it
    had seen by then."""
    c = entry_.c
    here = (c.batch == batch) & (c.phase == phase) & c.kind.in_(list(kinds))
    columns = (c.kind, c.phase, c.captured_at, c.corrects, c.idx, c.device, c.paper)
    query = select(*columns).where(here).order_by(c.idx)
    rows = connection.execute(query).all()
    heads = {one.index: one.head for one in reading.at(connection, [row.idx for row in rows])}
    return [
        (row.idx, _mark(*row[:4]))
        if row.paper is not None
        else (row.idx, replace(_mark(*row[:4]), index=row.idx, device=row.device, seen=_seen(heads[row.idx])))
        for row in rows
    ]


def _seen(head: Header) -> int:
    return 0 if head.seen is None else head.seen.size


def withdrawn(entry: Entry, phase: str, exception: str, code: str) -> Fact:
    batch = entry.payload["batch"]
    said = {"batch": batch, "exception": exception, "code": code, "phase": phase, "entry": entry.id}
    return Fact(model.WITHDRAWN, model.batch_stream(batch), said, subject=f"{phase}/exception")


def _piece(connection: Connection, entry: Entry, batch: Batch, at: str) -> list[Judgement]:
    """How the piece was when it was put to use."""
    if entry.kind != model.IDENTIFIED:
        return []
    code, phase = entry.payload["equipment"], find_phase(batch.phases, entry.payload["phase"])
    found = equipment.find_equipment(connection, code)
    piece = None if found is None else pieces.Piece(found.class_, found.calibration_due)
    doubts = (
        [] if found is None else status.judge(connection, found, at, batch.number, partial(queries.made_in, connection))
    )
    return [*pieces.judge(code, phase, piece, days.of(connection, at)), *pieces.judge_state(code, doubts)]


def _cleaning(connection: Connection, entry: Entry) -> list[Judgement]:
    """Of a cleaning, or of somebody else's check of one: asked as where it stands with the piece alone."""
    given, code = entry.payload, entry.payload.get("equipment", "")
    if entry.kind == model.EQUIPMENT_CLEANED:
        piece = equipment.find_equipment(connection, code)
        late = piece is not None and status.dirty_too_long(connection, piece, entry.header.captured_at)
        return pieces.judge_cleaned(code, piece is not None, late)
    if entry.kind == model.CLEANING_CHECKED:
        return pieces.judge_checked(code, entry.actor, status.find_cleaning(connection, given["cleaning"]))
    return []


def _times(connection: Connection, entry: Entry, batch: Batch, about: Mark) -> list[tuple[str, Judgement]]:
    concerned = rules.timed(batch.phases)
    if about.phase not in concerned:
        return []
    return rules.newly_out(batch.phases, _marks(connection, batch.number, concerned, HEARD), about)


def _moved(connection: Connection, batch: str, about: Mark) -> list[Mark]:
    """What moved the phase; its work as well, where what one hears of now may forbid that."""
    if about.kind in _MOVES:
        return _marks(connection, batch, (about.phase,), (*_MOVES, *model.WORK))
    found = transaction.rows(connection, _moves_of, {"batch": batch, "phase": about.phase})
    return [_mark(*row) for row in found]


def _marks(connection: Connection, batch: str, phases: Iterable[str], kinds: Iterable[str]) -> list[Mark]:
    c = entry_.c
    here = (c.batch == batch) & c.phase.in_(list(phases)) & c.kind.in_(list(kinds))
    query = select(c.kind, c.phase, c.captured_at, c.corrects).where(here).order_by(c.idx)
    return [_mark(*row) for row in connection.execute(query)]


def _mark(kind: str, phase: str, at: str, corrects: str | None) -> Mark:
    return Mark(kind, phase, at, corrects is not None)


def _fact(entry: Entry, phase: str, one: Judgement) -> Fact:
    given: Mapping[str, Any] = entry.payload
    payload = {
        "batch": given["batch"],
        "code": one.code,
        "phase": phase,
        "slot": None,
        "entries": [entry.id],
        "details": dict(one.details),
        "comment": given.get("reason") or given.get("comment"),
    }
    return Fact(model.EXCEPTION, model.batch_stream(given["batch"]), payload, subject=f"{phase}/exception")
