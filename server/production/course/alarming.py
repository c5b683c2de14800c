"""Gathers what is known of the alarms of machines and of their use in batches, and words what the rule finds."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, case, or_, select

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
# What an exception says of the alarm that it is about.
_ALARM = ("equipment", "alarm", "since")
# By whose clock the time of an entry is; of what was typed in from paper by no device's.
_clock = case((entry_.c.paper.is_(None), entry_.c.device), else_=alarms.PAPER)
_first_of = Prepared(
    select(entry_.c.id, entry_.c.batch, entry_.c.phase, entry_.c.captured_at, _clock)
    .where(entry_.c.batch == bindparam("batch"), entry_.c.phase == bindparam("phase"))
    .where(or_(*(entry_.c.kind == kind for kind in model.WORK)))
    .order_by(entry_.c.captured_at, entry_.c.id)
    .limit(1)
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
    codes = alarmed.in_phase(connection, about.batch, about.phase, at) if isinstance(about, Work) else {about.equipment}
    weighed = alarms.weighed_on(entry.header, entry.payload)
    if weighed is not None and alarmed.had_any(connection, weighed.equipment):
        codes = codes | {weighed.equipment}
    told = alarmed.alarms_of(connection, codes) if codes else []
    if not told and not isinstance(about, Alarm):
        return []
    found = alarms.newly(_known(connection, told, about), about)
    found += [] if weighed is None else alarms.weighed_in(told, weighed)
    return [one for one in found if _is_known(connection, one.batch)]


def _known(connection: Connection, told: Sequence[Alarm], about: Alarm | Use | Work) -> Known:
    """What the rule needs: of the phase at hand; of an alarm, of each in which its piece was used later."""
    if isinstance(about, Work):
        first = _first(connection, about)
        return Known(told, _uses(connection, [(about.batch, about.phase)]), first)
    places = {(about.batch, about.phase)} if isinstance(about, Use) else _places(connection, about)
    return Known(told, _uses(connection, places), _work(connection, places))


def _first(connection: Connection, about: Work) -> list[Work]:
    """With what a phase began: whether what is done now is earlier, and so begins it."""
    found = transaction.rows(connection, _first_of, {"batch": about.batch, "phase": about.phase})
    return [Work(id_, batch, phase, at, device, uses=False) for id_, batch, phase, at, device in found]


def _places(connection: Connection, about: Alarm) -> set[tuple[str, str]]:
    """(batch, phase) of all that its piece was identified for, or worked with, after it was raised."""
    c = entry_.c
    here = c.kind.in_(alarms.WORK) & (c.captured_at > about.at) & c.phase.is_not(None)
    later = {(batch, phase) for batch, phase in connection.execute(select(c.batch, c.phase).where(here).distinct())}
    uses = alarmed.uses(connection, {about.equipment})
    return {(batch, phase) for _, batch, phase, _, at in uses if at > about.at or (batch, phase) in later}


def _uses(connection: Connection, places: Iterable[tuple[str, str]]) -> list[Use]:
    told = [one for batch, phase in sorted(places) for one in alarmed.uses_in(connection, batch, phase)]
    devices = _devices(connection, [one[0] for one in told])
    return [Use(*one, devices[one[0]]) for one in told if one[0] in devices]


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
        here = (c.batch == batch) & (c.phase == phase) & c.kind.in_(alarms.WORK)
        rows = connection.execute(select(c.id, c.batch, c.phase, c.captured_at, _clock, c.kind, c.corrects).where(here))
        found += [Work(*row[:5], begins=row.kind in model.WORK, uses=row.corrects is None) for row in rows]
    return found


def _is_known(connection: Connection, number: str) -> bool:
    batch = queries.find_batch(connection, number)
    return batch is not None and bool(batch.phases)


def facts(connection: Connection, found: Iterable[Found]) -> list[Fact]:
    """One exception for each phase and each alarm of a piece, as long as QA has not assessed it."""
    told: dict[tuple[str, ...], Fact] = {}
    for one in found:
        details = dict(one.judgement().details)
        alarm_ = tuple(details[name] for name in _ALARM)
        key = (one.batch, one.phase, *alarm_)
        known = queries.open_details(connection, one.batch, alarm.IN_ALARM, one.phase)
        if key in told or any(tuple(each.get(name) for name in _ALARM) == alarm_ for each in known):
            continue
        payload = {
            "batch": one.batch,
            "code": alarm.IN_ALARM,
            "phase": one.phase,
            "slot": None,
            "entries": [one.id],
            "details": details,
            "comment": None,
        }
        stream = model.batch_stream(one.batch)
        told[key] = Fact(model.EXCEPTION, stream, payload, subject=f"{one.phase}/exception")
    return list(told.values())
