"""Gathers what is known of the alarms of machines and of their use in batches, and words what the rule finds."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, bindparam, case, func, or_, select

from server.core.kinds import Entry, Fact, Ruling
from server.equipment.alarms import model as alarm
from server.equipment.alarms import queries as alarmed
from server.equipment.alarms.model import Alarm
from server.production import model, queries
from server.production.course import alarms
from server.production.course.alarms import Found, Known, Use, Work
from server.production.projection import entry_
from sync.log import transaction
from sync.log.prepared import Prepared

# As many as any database takes in one question.
_AT_ONCE = 500
# By whose clock the time of an entry is; of what was typed in from paper by no device's.
_clock = case((entry_.c.paper.is_(None), entry_.c.device), else_=alarms.PAPER)
_first_of = Prepared(
    select(func.min(entry_.c.captured_at))
    .where(entry_.c.batch == bindparam("batch"), entry_.c.phase == bindparam("phase"))
    .where(or_(*(entry_.c.kind == kind for kind in model.WORK)))
)


def judge_alarm(connection: Connection, entry: Entry) -> Ruling:
    """Of an alarm that was raised elsewhere than in a batch: it may come when work was done in it already."""
    found = judge(connection, entry, entry.header.captured_at)
    return Ruling(flags=(alarm.IN_ALARM,) if found else (), consequences=facts(connection, found))


def judge(connection: Connection, entry: Entry, at: str) -> list[Found]:
    """What an entry, of what was done `at`, brings to light of machines that were put to use in an alarm."""
    about = alarms.taken_from(entry.header, entry.payload, at)
    if about is None:
        return []
    codes = _begun_with(connection, about) if isinstance(about, Work) else {about.equipment}
    weighed = alarms.weighed_on(entry.header, entry.payload)
    if weighed is not None and alarmed.had_any(connection, weighed.equipment):
        codes = codes | {weighed.equipment}
    told = alarmed.alarms_of(connection, codes) if codes else []
    if not told and not isinstance(about, Alarm):
        return []
    uses = _uses(connection, codes, about)
    work = _work(connection, {(one.batch, one.phase) for one in (*uses, *_place(about))})
    found = alarms.newly(Known(told, uses, work), about)
    found += [] if weighed is None else alarms.weighed_in(told, weighed)
    return [one for one in found if _is_known(connection, one.batch)]


def _begun_with(connection: Connection, about: Work) -> set[str]:
    """The pieces that ever gave an alarm and with which this work begins its phase; none where it had begun before."""
    codes = alarmed.in_phase(connection, about.batch, about.phase)
    if not codes:
        return codes
    [(first,)] = transaction.rows(connection, _first_of, {"batch": about.batch, "phase": about.phase})
    return set() if first is not None and first < about.at else codes


def _place(about: Alarm | Use | Work) -> Iterable[Use | Work]:
    return () if isinstance(about, Alarm) else (about,)


def _uses(connection: Connection, codes: Collection[str], about: Alarm | Use | Work) -> list[Use]:
    """Those of the phase at hand; of an alarm, those in which anything happened after it."""
    if isinstance(about, Alarm):
        later = _worked_after(connection, about.at)
        told = [one for one in alarmed.uses(connection, codes) if one[4] > about.at or one[1:3] in later]
    else:
        told = alarmed.uses_in(connection, codes, about.batch, about.phase)
    devices = _devices(connection, [one[0] for one in told])
    return [Use(*one, devices[one[0]]) for one in told if one[0] in devices]


def _worked_after(connection: Connection, at: str) -> set[tuple[str, str]]:
    """(batch, phase) of all in which something was done after a time."""
    c = entry_.c
    here = c.kind.in_(model.WORK) & (c.captured_at > at) & c.phase.is_not(None)
    return {(batch, phase) for batch, phase in connection.execute(select(c.batch, c.phase).where(here).distinct())}


def _devices(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Whose clocks these entries go by."""
    found: dict[str, str] = {}
    for first in range(0, len(ids), _AT_ONCE):
        query = select(entry_.c.id, _clock).where(entry_.c.id.in_(ids[first : first + _AT_ONCE]))
        found |= {row.id: str(row[1]) for row in connection.execute(query)}
    return found


def _work(connection: Connection, places: Iterable[tuple[str, str]]) -> list[Work]:
    c, found = entry_.c, []
    for batch, phase in sorted(places):
        here = (c.batch == batch) & (c.phase == phase) & c.kind.in_(model.WORK)
        rows = connection.execute(select(c.id, c.batch, c.phase, c.captured_at, _clock).where(here))
        found += [Work(*row) for row in rows]
    return found


def _is_known(connection: Connection, number: str) -> bool:
    batch = queries.find_batch(connection, number)
    return batch is not None and bool(batch.phases)


def facts(connection: Connection, found: Iterable[Found]) -> list[Fact]:
    """One exception for each phase, as long as QA has not assessed it."""
    told: dict[tuple[str, str], Fact] = {}
    for one in found:
        place = (one.batch, one.phase)
        if place in told or queries.open_items(connection, one.batch, alarm.IN_ALARM, one.phase):
            continue
        payload = {
            "batch": one.batch,
            "code": alarm.IN_ALARM,
            "phase": one.phase,
            "slot": None,
            "entries": [one.id],
            "details": dict(one.judgement().details),
            "comment": None,
        }
        stream = model.batch_stream(one.batch)
        told[place] = Fact(model.EXCEPTION, stream, payload, subject=f"{one.phase}/exception")
    return list(told.values())
