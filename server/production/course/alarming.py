"""Gathers what is known of the alarms of machines and of their use in batches, and words what the rule finds."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, and_, exists, or_, select

from server.core.kinds import Entry, Fact, Ruling
from server.equipment.alarms import model as alarm
from server.equipment.alarms import queries as alarmed
from server.equipment.alarms.model import Alarm
from server.equipment.status.projection import use
from server.production import model, queries
from server.production.course import alarms
from server.production.course.alarms import Found, Known, Use, Work
from server.production.projection import entry_


def judge_alarm(connection: Connection, entry: Entry) -> Ruling:
    """Of an alarm that was raised elsewhere than in a batch: it may come when work was done in it already."""
    found = judge(connection, entry)
    return Ruling(flags=(alarm.IN_ALARM,) if found else (), consequences=facts(connection, found))


def judge(connection: Connection, entry: Entry) -> list[Found]:
    """What an entry brings to light of machines that were put to use in an alarm."""
    about = alarms.taken_from(entry.header, entry.payload)
    if about is None:
        return []
    codes = alarmed.in_phase(connection, about.batch, about.phase) if isinstance(about, Work) else {about.equipment}
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


def _place(about: Alarm | Use | Work) -> Iterable[Use | Work]:
    return () if isinstance(about, Alarm) else (about,)


def _uses(connection: Connection, codes: Collection[str], about: Alarm | Use | Work) -> list[Use]:
    """Those of the phase at hand; of an alarm, those in which anything happened after it."""
    here = (entry_.c.batch == use.c.batch) & (entry_.c.phase == use.c.phase)
    if isinstance(about, Alarm):
        later = exists().where(here, entry_.c.kind.in_(model.WORK), entry_.c.captured_at > about.at)
        among = or_(use.c.at > about.at, later)
    else:
        among = and_(use.c.batch == about.batch, use.c.phase == about.phase)
    told = entry_.alias("told")
    query = select(use.c.id, use.c.batch, use.c.phase, use.c.equipment, use.c.at, told.c.device)
    query = query.join(told, told.c.id == use.c.id).where(use.c.equipment.in_(sorted(codes)), among)
    return [Use(*row) for row in connection.execute(query.order_by(use.c.idx))]


def _work(connection: Connection, places: Iterable[tuple[str, str]]) -> list[Work]:
    c, found = entry_.c, []
    for batch, phase in sorted(places):
        here = (c.batch == batch) & (c.phase == phase) & c.kind.in_(model.WORK)
        rows = connection.execute(select(c.id, c.batch, c.phase, c.captured_at, c.device).where(here))
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
