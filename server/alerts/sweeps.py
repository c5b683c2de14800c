"""What only time brings: looked for once in a while, raised while it lasts, over when it is found no more."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Connection

from server.alerts.model import Raised
from server.core import clock, days
from server.core.plant import Plant
from server.engines.flows import queries as flows
from server.engines.forms.records import queries as records
from server.environment import queries as environment
from server.equipment.alarms import queries as alarmed
from server.handheld.fleet import standing
from server.handheld.fleet.standing import Moment
from server.materials.stock import queries as stock
from server.materials.suppliers import queries as suppliers
from server.materials.suppliers.model import ENDS
from server.production import queries as production
from server.production.controls import queries as controls
from server.production.course import queries as course
from server.production.model import AWAITING_REVIEW
from server.quality import queries as quality
from server.quality.requests import queries as requests
from server.release import queries as release
from server.release import questions
from server.release.dossier.words import word
from server.training import queries as training

# A tablet that owes entries may be behind a door for so long.
UNSEEN = timedelta(hours=4)
# A witness is another's machine: one that is restarted is no alarm.
SILENT = timedelta(minutes=10)
# Long enough to do something about a time limit.
ENDING = timedelta(minutes=15)
_ALL = 100_000
# Of a plant that is far behind, these are told; the others follow as they are done.
_MOST_TASKS = 500
_MOST_LOTS = 1000


def find(connection: Connection, plant: Plant, now: datetime) -> dict[str, list[Raised]]:
    """Per code, all that there is of it at this moment."""
    return {code: list(sweep(connection, plant, now)) for code, sweep in SWEEPS.items()}


def _devices(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Whoever is connected was seen a moment ago, whatever process holds the socket."""
    limit = clock.text(now - UNSEEN)
    for one in standing.devices(connection, plant.log, Moment((), clock.text(now), None)):
        seen = one["last_seen"]
        if one["owes"] and one["revoked_at"] is None and seen is not None and seen < limit:
            details = {"device": one["name"], "owes": one["owes"], "seen": seen}
            yield Raised("device_unseen", f"{one['id']} {seen}", f"/devices/{one['id']}", details)


def _qualifications(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    for person, holding in training.expiring(connection, now):
        until = holding.payload(now)["until"]
        name = {"zh": person.name, "en": person.name_en or person.name}
        details = {"name": name, "document": {**holding.title}, "until": until}
        key = f"{person.id} {holding.document} {until}"
        yield Raised("qualification_expiring", key, "/training", details, person=person.id)


def _suppliers(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Qualifications that end soon, or have: what such a supplier delivers is stopped."""
    for one in suppliers.expiring(connection, days.at(connection, now + ENDS)):
        details = {"name": dict(one.name), "until": one.valid_until}
        link = f"/suppliers/{quote(one.supplier, safe='')}"
        yield Raised("supplier_expiring", f"{one.supplier} {one.valid_until}", link, details)


def _expiring(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    return _ending(connection, "stock_expiring", "expiry", now + timedelta(days=stock.rule(connection).expiry_days))


def _retested(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    return _ending(connection, "stock_retest", "retest", now + timedelta(days=stock.rule(connection).retest_days))


def _ending(connection: Connection, code: str, what: str, until: datetime) -> Iterable[Raised]:
    """Lots that end, or have ended while something of them is left: it blocks itself, and somebody clears it away."""
    for one in stock.ending(connection, what, days.at(connection, until), _MOST_LOTS):
        name = {language: text or one.material for language, text in one.name.items()}
        link = f"/lot/{quote(one.material, safe='')}/{quote(one.lot, safe='')}"
        details = {"name": name, "lot": one.lot, "until": one.day}
        yield Raised(code, f"{one.material}/{one.lot} {one.day}", link, details)


def _witnesses(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    for state in plant.publisher.states():
        if state.code is None or state.since is None or clock.from_unix(state.since) > now - SILENT:
            continue
        since = clock.text(clock.from_unix(state.since))
        details = {"witness": state.name, "since": since, "problem": state.code}
        # By the day: another process has asked it since another moment.
        yield Raised("witness_silent", f"{state.name} {since[:10]}", "/audit", details)


def _backups(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    for overdue in OVERDUE:
        since = overdue(connection, plant)
        if since is not None:
            yield Raised("backup_missing", since, "/audit", {"since": since})


def _overdue_tasks(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Tasks of flows that are late, for whom they wait and whom the flow names for that; the latest ones first."""
    rows = flows.overdue(connection, clock.text(now), _MOST_TASKS)
    for row, people in zip(rows, flows.told_when_late(connection, rows), strict=True):
        details = {"task": {"zh": row.name_zh, "en": row.name_en}, "subject": row.subject, "due": row.due_at}
        yield Raised("flow_task_overdue", flows.key_of(row), f"/instances/{row.instance}", details, people=people)


def _overdue_checks(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """In-process checks that nobody has recorded as far as the log knows; a tablet without network may have."""
    for one in controls.overdue(connection, now):
        details = {"batch": one.batch, "phase": dict(one.phase["name"]), "round": one.round}
        places = production.rooms_of([one.phase])
        key = f"{one.batch} {one.phase['id']} {one.round}"
        yield Raised("check_overdue", key, f"/batch/{one.batch}", details, places=tuple(places))


def _rooms(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Rooms that were beyond their action limits when a sensor read them last, and have been since its first such
    reading; over with its first that is back (ENV-03)."""
    for one in environment.beyond_now(connection):
        name = {"zh": word(one.quantity, "zh"), "en": word(one.quantity, "en")}
        details = {"room": one.room, "quantity": name, "value": f"{one.value} {one.unit}", "since": one.since}
        key, link = f"{one.room} {one.quantity} {one.sensor} {one.since}", f"/rooms/{quote(one.room, safe='')}"
        yield Raised("room_out_of_limits", key, link, details, places=(one.room,))


def _stuck(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Flows that do not go on by themselves: somebody has to look."""
    for row in flows.stuck(connection):
        details = {"flow": {"zh": row.title_zh, "en": row.title_en}, "subject": row.subject}
        yield Raised("flow_stuck", f"{row.instance} {row.stuck}", f"/instances/{row.instance}", details)


def _limits(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    """Hold times and other limits between phases that run out, or have, as long as nobody has gone on."""
    for batch, phase, until in course.limits_running(connection, now + ENDING):
        text = clock.text(until)
        details = {"batch": batch, "phase": dict(phase["name"]), "until": text}
        places = (phase["room"],) if phase.get("room") else ()
        yield Raised("time_limit_ending", f"{batch}/{phase['id']} {text}", f"/batch/{batch}", details, places=places)


def _still(connection: Connection, plant: Plant, now: datetime) -> Iterable[Raised]:
    for batch, since in course.standing_still(connection, now):
        known = production.find_batch(connection, batch)
        places = () if known is None else tuple(production.rooms_of(known.phases))
        details = {"batch": batch, "since": since}
        yield Raised("batch_stands_still", f"{batch} {since}", f"/batch/{batch}", details, places=places)


def _awaiting(connection: Connection) -> Iterable[str]:
    return [one.number for one in production.batch_lines(connection, (AWAITING_REVIEW,), limit=_ALL)[0]]


def _alarms(connection: Connection) -> Iterable[str]:
    return [one.id for alarms in alarmed.standing(connection).values() for one in alarms]


def _deviations(connection: Connection) -> Iterable[str]:
    return [one.number for one in quality.deviations(connection, "open", limit=_ALL)[0]]


def _unreviewed(connection: Connection) -> Iterable[str]:
    return [one for one in _awaiting(connection) if release.awaits_production(connection, one)]


Sweep = Callable[[Connection, Plant, datetime], Iterable[Raised]]
SWEEPS: Mapping[str, Sweep] = {
    "device_unseen": _devices,
    "qualification_expiring": _qualifications,
    "supplier_expiring": _suppliers,
    "stock_expiring": _expiring,
    "stock_retest": _retested,
    "time_limit_ending": _limits,
    "batch_stands_still": _still,
    "witness_silent": _witnesses,
    "backup_missing": _backups,
    "check_overdue": _overdue_checks,
    "room_out_of_limits": _rooms,
    "flow_task_overdue": _overdue_tasks,
    "flow_stuck": _stuck,
}
# Since when a backup is missing (UTC text), None when none is: only the room of the site knows, which stands beside.
OVERDUE: list[Callable[[Connection, Plant], str | None]] = []
# What the log has raised lasts while its key is among these: nobody is told of a batch that has been released since.
LASTING: Mapping[str, Callable[[Connection], Iterable[str]]] = {
    "batch_awaiting_review": _awaiting,
    "production_review_due": _unreviewed,
    "deviation_opened": _deviations,
    "equipment_alarm": _alarms,
    "question_asked": questions.open_ones,
    "sample_requested": requests.open_entries,
    "record_item": records.open_items,
    "flow_task_waiting": flows.open_tasks,
}
