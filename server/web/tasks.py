"""What waits for a person, from all rooms: only what their permissions let them see and act on (HMI-04)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, func, select

from server.core import clock, days, inbox
from server.engines.flows import queries as flows
from server.engines.forms import queries as forms
from server.engines.forms.records import model as filling
from server.engines.forms.records import queries as filled
from server.equipment import queries as equipment
from server.equipment.alarms import queries as alarmed
from server.equipment.status import queries as equipment_status
from server.handheld import queries as handheld
from server.identity import granting_entries as granting
from server.identity import queries as identity
from server.identity import waiting
from server.identity.model import SIGNS, VOUCH, Person
from server.identity.rules import WARNED
from server.materials import queries as materials
from server.materials.counts import queries as counts
from server.materials.labels import queries as labels
from server.materials.model import Lot
from server.materials.purchasing import queries as purchasing
from server.materials.stock import queries as stock
from server.materials.suppliers import queries as suppliers
from server.materials.suppliers.model import ENDS
from server.production import model as production
from server.production import queries as batches
from server.quality import queries as quality
from server.quality.inspection import model as inspecting
from server.quality.inspection import queries as inspections
from server.quality.requests import queries as requests
from server.quality.usage import batches as checks
from server.quality.usage import queries as usage
from server.quality.usage import retests
from server.release import gates, queries
from server.release.audit import queries as audits
from server.training import queries as training

# Now: it waits for this person and nothing else. Due: it has a date, or somebody should look. Blocked: it cannot go on.
NOW, DUE, BLOCKED = "now", "due", "blocked"
STATES = (NOW, DUE, BLOCKED)
# A home is no list: each source ends here, and the room's own screen has the rest.
_MOST = 20
_EXPIRES, _CALIBRATION, _LEASE_ENDS = timedelta(days=30), timedelta(days=30), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Task:
    """`about` is what it concerns, as people call it, and `to` the app's address of it; `name` in both languages.

    `at` is UTC text or a day: when it ends, ended or began. `why` are codes: what keeps it, or what is missing.
    """

    code: str
    state: str
    about: str
    to: str
    name: dict[str, str] | None = None
    at: str | None = None
    count: int | None = None
    why: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


Source = Callable[[Connection, Person, datetime], Iterator[Task]]


def of_person(connection: Connection, person: Person, at: datetime) -> list[Task]:
    """What is blocked first, then what waits for this person, then what is due."""
    held = set(person.permissions)
    found = [
        task
        for sees, acts, source in SOURCES
        if held.issuperset(sees) and (not acts or held.intersection(acts))
        for task, _ in zip(source(connection, person, at), range(_MOST), strict=False)
    ]
    order = (BLOCKED, NOW, DUE)
    return sorted(found, key=lambda task: order.index(task.state))


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _reviews(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Batches that are made: ready for the signature, or kept from it by gates and open items."""
    for line in batches.batch_lines(connection, (production.AWAITING_REVIEW,), limit=_MOST)[0]:
        why = tuple(gate.code for gate in queries.gates(connection, line.number) if not gate.met)
        state = BLOCKED if why else NOW
        to = _path("batch", line.number, "review")
        name, since = line.product.get("name"), line.updated_at
        yield Task("review", state, line.number, to, name, since, line.open_items or None, why)


def _production_reviews(connection: Connection, person: Person, __: datetime) -> Iterator[Task]:
    """Batches that are made and that production has not reviewed: for who took no part in making them."""
    for line in batches.batch_lines(connection, (production.AWAITING_REVIEW,), limit=_MOST)[0]:
        number = line.number
        if queries.awaits_production(connection, number) and not queries.produced(connection, number, person.id):
            to, name = _path("batch", number, "review"), line.product.get("name")
            yield Task("production_review", NOW, number, to, name, line.updated_at)


def _audit_trails(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Batches that are made, with entries that no review of their audit trail has seen (IDN-10)."""
    for line in batches.batch_lines(connection, (production.AWAITING_REVIEW,), limit=_MOST)[0]:
        last, since = audits.of_batch(connection, line.number)
        if since:
            to, at = f"/audit-review?batch={quote(line.number, safe='')}", None if last is None else last.signed_at
            yield Task("audit_trail", NOW, line.number, to, line.product.get("name"), at, since)


def _exceptions(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Batches under way with something that QA will have to decide: better asked today than at the end."""
    for line in batches.batches_with_open_items(connection, _MOST * 2):
        if line.status == production.IN_PROGRESS:
            to, name = _path("batch", line.number, "review"), line.product.get("name")
            yield Task("exceptions", DUE, line.number, to, name, line.updated_at, line.open_items)


def _deviations(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    for one in quality.deviations(connection, "open", limit=_MOST)[0]:
        yield Task("deviation", DUE, one.number, _path("deviation", one.number), at=one.opened_at, why=(one.code,))


def _undecided_lots(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Lots in quarantine: with results they wait for a decision, without they are blocked."""
    for lot, tested in _quarantined(connection, at):
        state, why = (NOW, ()) if tested else (BLOCKED, ("untested",))
        yield _of_lot("lot_decision", state, lot, lot.received_at, why)


def _untested_lots(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    for lot, tested in _quarantined(connection, at):
        if not tested:
            yield _of_lot("lot_test", NOW, lot, lot.received_at)


def _retests(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Released lots to be tested again: after their day nothing may be used of them (MAT-07)."""
    for one in retests.due(connection, days.at(connection, at), days.at(connection, at + _EXPIRES), _MOST):
        if one.owed:
            to = _path("inspections") if one.inspection is None else _path("inspections", one.inspection)
            state = BLOCKED if one.past else DUE
            yield Task("lot_retest", state, one.lot.lot, to, one.lot.name, one.lot.retest, one.lot.containers)


def _unchecked_lots(connection: Connection, person: Person, _: datetime) -> Iterator[Task]:
    """Lots with results that a second person has to check: not whose own they are (QUA-03)."""
    for lot, at in usage.unchecked(connection, person.id, _MOST):
        yield Task("lot_check", NOW, lot.lot, _path("lot", lot.material, lot.lot), lot.name, at)


def _unchecked_batches(connection: Connection, person: Person, _: datetime) -> Iterator[Task]:
    """Batches that are not decided on, with results that a second person has to check (QUA-03)."""
    open_ones = batches.batch_lines(connection, (production.IN_PROGRESS, production.AWAITING_REVIEW), limit=_MOST)[0]
    waits = checks.waiting(connection, [one.number for one in open_ones], person.id)
    for number, at in waits.items():
        yield Task("batch_check", NOW, number, _path("batch", number), at=at)


def _asked_samples(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Samples of batches that the floor waits for."""
    for one in requests.waiting(connection)[:_MOST]:
        yield Task("sample_request", NOW, one.batch, _path("batch", one.batch, "samples"), at=one.at)


def _to_count(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Stock that somebody has had counted, and is not counted to its end (MAT-09)."""
    for one in counts.open_counts(connection)[:_MOST]:
        yield Task(
            "count_take", DUE, one["count"], _path("warehouse"), at=one["ordered_at"], count=len(one["locations"])
        )


def _to_close(connection: Connection, person: Person, _: datetime) -> Iterator[Task]:
    """Counts of which something was found, for who did not count (MAT-09)."""
    for one in counts.open_counts(connection)[:_MOST]:
        told = counts.countings(connection, one["count"])
        if told and all(each.person != person.id for each in told):
            yield Task("count_close", NOW, one["count"], _path("counts", one["count"]), at=told[-1].at, count=len(told))


def _upset_counts(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Counts that were closed by a book which late entries have changed since: to be counted again (MAT-09)."""
    upset: dict[str, int] = {}
    for one in counts.upsets(connection):
        upset[one.count] = upset.get(one.count, 0) + 1
    for number, many in upset.items():
        yield Task("count_upset", NOW, number, _path("counts", number), count=many)


def _place_conflicts(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Containers that two handhelds carried to two places: somebody looks where they stand (MAT-06)."""
    for label, at, place in stock.conflicts(connection, _MOST):
        yield Task("place_conflict", NOW, f"{label} · {place}", _path("containers", label), at=at)


def _quarantined(connection: Connection, at: datetime) -> Iterator[tuple[Lot, bool]]:
    lots = materials.lots_in(connection, "quarantine", days.at(connection, at), _MOST)
    counts = quality.result_counts(connection, [(lot.material, lot.lot) for lot in lots])
    return ((lot, counts.get((lot.material, lot.lot), 0) > 0) for lot in lots)


def _to_sample(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Inspections of which containers are still to be opened (MAT-04)."""
    found, _total = inspections.listed(connection, [inspecting.SAMPLING], "", 0, _MOST)
    names = materials.material_names(connection, {one.material for one in found})
    for one in found:
        to, name = _path("inspections", one.inspection), names.get(one.material)
        yield Task("sample_take", NOW, f"{one.inspection} · {one.lot}", to, name, one.opened_at, one.number or None)


def _to_receive(connection: Connection, person: Person, __: datetime) -> Iterator[Task]:
    """Samples that were handed to this person (QUA-02)."""
    for one, step in inspections.waiting(connection, _MOST):
        if step.to == person.id:
            yield Task("sample_receive", NOW, one.sample, _path("inspections", "samples", one.sample), at=step.at)


def _expiring_lots(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Usable today, and within 30 days no more; the first to end first (FEFO)."""
    for lot in materials.lots_expiring(connection, days.at(connection, at), days.at(connection, at + _EXPIRES), _MOST):
        yield _of_lot("lot_expires", DUE, lot, lot.expiry)


def _stopped_lots(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Lots of suppliers who are not approved for them: no result releases them before QA has said so (MAT-01)."""
    for one in suppliers.undecided(connection, days.at(connection, at), _MOST):
        lot = materials.find_lot(connection, one.material, one.lot)
        if lot is not None:
            yield _of_lot("lot_supplier", BLOCKED, lot, one.received_at)


def _ending_suppliers(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Qualifications that end soon, or have."""
    for one in suppliers.expiring(connection, days.at(connection, at + ENDS)):
        state = DUE if one.qualified(days.at(connection, at)) else BLOCKED
        yield Task(
            "supplier_ends", state, one.supplier, _path("suppliers", one.supplier), dict(one.name), one.valid_until
        )


def _to_order(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Approved requisitions of which something has not been ordered, the first needed first (MAT-03)."""
    found = sorted(
        (min(line.needed_by for line in one.lines), one.number) for one, _rest in purchasing.wanted(connection)
    )
    for needed, number in found:
        yield Task("purchase_wanted", NOW, number, _path("requisitions", number), at=needed)


def _late_deliveries(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Orders of which something was wanted before today and has not come."""
    today = days.at(connection, at)
    for one in purchasing.open_orders(connection):
        late = sorted(line["wanted_by"] for line in one["lines"] if line["wanted_by"] and line["wanted_by"] < today)
        if late:
            yield Task(
                "delivery_late", DUE, one["order"], _path("purchasing", one["order"]), at=late[0], count=len(late)
            )


def _label_designs(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Designs of labels that wait for a decision (MAT-11)."""
    for one in labels.waiting(connection):
        yield Task("label_design", NOW, one.template, _path("labels", one.template), dict(one.name), one.submitted_at)


def _of_lot(code: str, state: str, lot: Lot, at: str | None, why: tuple[str, ...] = ()) -> Task:
    return Task(code, state, lot.lot, _path("lot", lot.material, lot.lot), lot.name, at, lot.containers, why)


def _orders(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Orders that nobody has begun."""
    for line in batches.batch_lines(connection, (production.ORDERED,), limit=_MOST)[0]:
        yield Task("order", DUE, line.number, _path("batch", line.number), line.product.get("name"), line.updated_at)


def _leases(connection: Connection, person: Person, at: datetime) -> Iterator[Task]:
    """Units of work that devices hold: of an operator those they took along, of who answers for devices all."""
    mine = "device.enrol" not in person.permissions
    open_ = [lease for lease in handheld.open_leases(connection) if not mine or lease.person == person.id]
    names = identity.devices(connection, {lease.device for lease in open_})
    for lease in open_:
        if lease.expires_at < clock.text(at + _LEASE_ENDS):
            ended = lease.expires_at < clock.text(at)
            code, state = ("lease_ended", BLOCKED) if ended else ("lease_ends", DUE)
            name = names[lease.device]["name"]
            of = str(lease.batch or lease.record or lease.warehouse)
            to = _path("batch", of) if lease.batch else _path("records", of) if lease.record else "/warehouse"
            yield Task(code, state, of, to, {"zh": name, "en": name}, lease.expires_at)


def _about(record: filling.Record) -> str:
    """What a record is of, as people name it: a batch by its number, without the name of its stream."""
    return (record.subject or record.form).removeprefix("batch/")


def _own_records(connection: Connection, person: Person, _: datetime) -> Iterator[Task]:
    """Records of forms in which this person has had a hand, and that are not complete."""
    for one in filled.records(connection, filling.OPEN, person.id)[0]:
        name, to = forms.title(connection, one.sha256), _path("records", one.record)
        yield Task("record_open", DUE, _about(one), to, name, one.opened_at)


def _record_items(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Exceptions and conflicts in records of forms."""
    for one in filled.with_open_items(connection, _MOST):
        name, to = forms.title(connection, one.sha256), _path("records", one.record)
        yield Task("record_items", NOW, _about(one), to, name, one.updated_at, one.open_items)


def _owing(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Devices with work that has not come (PLT-15)."""
    for one in gates.devices_owing(connection):
        owes = one["known"] - one["delivered"]
        yield Task("device_owes", BLOCKED, one["name"], _path("devices", one["id"]), at=one["last_seen"], count=owes)


def _strays(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    query = select(func.count(), func.max(inbox.quarantine.c.received_at))
    count, last = connection.execute(query.select_from(inbox.quarantine)).one()
    if count:
        yield Task("quarantine", DUE, "", "/quarantine", at=last, count=count)


def _to_clean(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    """Equipment that waits for its cleaning for longer than it may (EQP-03)."""
    for one, told in equipment_status.overdue(connection, clock.text(at)):
        yield Task("cleaning_past", NOW, one.equipment, _path("equipment", one.equipment), one.name, told["until"])


def _alarms(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Equipment that is used for nothing until somebody has cleared its alarm (EQP-05)."""
    for code, alarms in sorted(alarmed.standing(connection).items()):
        piece = equipment.find_equipment(connection, code)
        name = None if piece is None else piece.name
        yield Task("equipment_alarm", BLOCKED, code, _path("equipment", code), name, alarms[-1].at)


def _calibrations(connection: Connection, _: Person, at: datetime) -> Iterator[Task]:
    today, soon = days.at(connection, at), days.at(connection, at + _CALIBRATION)
    for one in sorted(equipment.all_equipment(connection), key=lambda one: one.calibration_due or ""):
        if one.calibration_due and one.calibration_due <= soon:
            past = one.calibration_due < today
            code, state = ("calibration_past", BLOCKED) if past else ("calibration_due", DUE)
            yield Task(
                code,
                state,
                one.equipment,
                f"/audit?stream=equipment/{quote(one.equipment)}",
                one.name,
                one.calibration_due,
            )


def _own_password(connection: Connection, person: Person, at: datetime) -> Iterator[Task]:
    """One's own, which ends within two weeks."""
    ends = waiting.password_ends(connection, person)
    if ends is not None and ends < clock.text(at + WARNED):
        yield Task("password_ends", DUE, person.login, _path("settings"), at=ends)


def _one_time_passwords(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """Given, and not used to choose another yet: each is a way in that lies about."""
    for person, at in waiting.one_time_passwords(connection):
        name = {"zh": person.name, "en": person.name_en or person.name}
        yield Task("password_unused", DUE, person.login, _path("people", person.id), name, at)


def _waiting_grants(connection: Connection, person: Person, __: datetime) -> Iterator[Task]:
    """Roles that sign and wait for this person's word, since another wants to grant them (IDN-08)."""
    for line in granting.all_waiting(connection):
        if granting.is_for(connection, line["person"], person):
            about = identity.people(connection, [line["person"]])[line["person"]]
            name = {"zh": about["name"], "en": about["name_en"] or about["name"]}
            yield Task("grant_waiting", NOW, about["id"], _path("people", "waiting"), name, line["at"])


def _given_passwords(connection: Connection, person: Person, __: datetime) -> Iterator[Task]:
    """People who sign nothing before this person, or another like them, has vouched for them (IDN-08)."""
    for one, given in identity.given_passwords(connection):
        if identity.may_confirm(connection, person.id, one.id, given):
            name = {"zh": one.name, "en": one.name_en or one.name}
            yield Task("password_given", DUE, one.id, _path("people", "waiting"), name, given.at)


def _locked_logins(connection: Connection, _: Person, __: datetime) -> Iterator[Task]:
    """People whom wrong passwords keep out: theirs, or somebody else's guesses."""
    for person, until in waiting.locked(connection):
        name = {"zh": person.name, "en": person.name_en or person.name}
        yield Task("login_locked", BLOCKED, person.login, _path("people", person.id), name, until)


def _own_training(connection: Connection, person: Person, at: datetime) -> Iterator[Task]:
    """What this person's work needs and they do not hold, or soon will not (IDN-07)."""
    for one in training.holdings_of(connection, person, at):
        shown = one.payload(at)
        to, name = _path("training"), dict(one.title)
        if one.needed and not shown["held"]:
            why = (shown["wants"],) if shown["wants"] else ()
            yield Task("training_missing", BLOCKED, one.document, to, name, why=why)
        elif one.needed and training.ends_soon(one.standing, at):
            yield Task("training_ends", DUE, one.document, to, name, shown["until"])


# What one must be allowed to see for it, all of these; what one could do about it, any of these; where it comes from.
def _flow_work(connection: Connection, person: Person, at: datetime) -> Iterator[Task]:
    """Tasks of flows that are for this person or one of their roles; late ones say since when."""
    now = clock.text(at)
    for row in flows.work(connection, person.id, person.roles, None, _MOST)[0]:
        late = row.due_at is not None and row.due_at < now
        code = "flow_task_late" if late else "flow_task_due" if row.due_at else "flow_task"
        name = {"zh": row.name_zh, "en": row.name_en}
        yield Task(
            code, NOW, flows.short(row.subject), _path("instances", row.instance), name, row.due_at or row.opened_at
        )


SOURCES: tuple[tuple[tuple[str, ...], tuple[str, ...], Source], ...] = (
    ((), (), _own_training),
    (("batch.read",), ("batch.review",), _reviews),
    (("batch.read",), ("production.review",), _production_reviews),
    (("batch.read", "log.read"), ("batch.review",), _audit_trails),
    (("lot.read",), ("lot.decide",), _undecided_lots),
    (("lot.read",), ("lot.decide",), _stopped_lots),
    (("lot.read",), ("supplier.approve",), _ending_suppliers),
    (("lot.read",), ("purchase.place",), _to_order),
    (("lot.read",), ("purchase.place",), _late_deliveries),
    ((), ("material.approve",), _label_designs),
    (("lot.read",), ("results.record",), _untested_lots),
    (("lot.read",), ("results.record",), _unchecked_lots),
    (("batch.read",), ("results.record",), _unchecked_batches),
    (("batch.read",), ("sample.take",), _asked_samples),
    (("lot.read",), ("results.record",), _retests),
    (("lot.read",), ("sample.take",), _to_sample),
    (("lot.read",), ("stock.move",), _to_count),
    (("lot.read",), ("stock.approve",), _to_close),
    (("lot.read",), ("stock.approve",), _upset_counts),
    (("lot.read",), ("stock.move",), _place_conflicts),
    (("lot.read",), ("results.record",), _to_receive),
    (("batch.read",), ("order.release",), _orders),
    (("batch.read",), ("batch.work", "stock.move", "device.enrol"), _leases),
    ((), ("flows.work",), _flow_work),
    ((), ("forms.fill",), _own_records),
    ((), ("forms.review",), _record_items),
    ((), ("device.enrol", "device.revoke", "batch.review"), _owing),
    ((), ("people.manage",), _one_time_passwords),
    ((), ("people.manage",), _locked_logins),
    ((), SIGNS, _waiting_grants),
    ((), VOUCH, _given_passwords),
    ((), (), _own_password),
    ((), ("quarantine.read",), _strays),
    ((), ("equipment.manage",), _alarms),
    ((), ("equipment.manage",), _calibrations),
    ((), ("equipment.manage", "batch.work"), _to_clean),
    (("batch.read",), ("batch.review",), _exceptions),
    (("batch.read",), ("batch.review", "log.read"), _deviations),
    (("lot.read",), ("lot.receive", "lot.decide"), _expiring_lots),
)
