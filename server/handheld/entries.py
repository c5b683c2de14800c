"""The kinds of handhelds, and what this room has to say about work that tablets did on their own."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Decide, Entry, Fact, Kind, Room, Ruling
from server.core.outcomes import SERVER
from server.engines.forms.records import model as records
from server.engines.forms.records import queries as filled
from server.equipment import queries as equipment
from server.handheld import pins, projection, queries, rules, warehouses
from server.handheld.hub import queries as hub
from server.handheld.model import (
    ALARMS,
    DISPUTED,
    LEASE_ISSUED,
    LEASE_ISSUED_V2,
    LEASE_ISSUED_V3,
    LEASE_RETURNED,
    LEASE_RETURNED_V2,
    LEASE_REVOKED,
    LEASE_REVOKED_V2,
    LOG_DISPUTED,
    MAX_EVIDENCE,
    QUARANTINED,
    SETTLED,
    WAREHOUSE_WORK,
    batch_of,
    is_leased,
    record_of,
)
from server.handheld.registered import judge_registered
from server.handheld.rules import Doubt
from server.identity import queries as identity
from server.production import model as production
from server.production import queries as batches
from server.production.descent import model as descent

# Of batches that are not closed.
_WORKED_ON = (production.ORDERED, production.IN_PROGRESS, production.AWAITING_REVIEW)


class LeaseIssued(Schema):
    """`lease_hash`: SHA-256 of the signed text, so that it can be shown later what the device was given."""

    lease = fields.code()
    batch = fields.code()
    device = fields.code()
    person = fields.code()
    issued_at = fields.time()
    expires_at = fields.time()
    lease_hash = fields.sha256()


class LeaseReturned(Schema):
    """`last_seq`: the last entry in the device's chain when it gave the batch back."""

    lease = fields.code()
    batch = fields.code()
    device = fields.code()
    last_seq = fields.sequence()


class LeaseRevoked(Schema):
    """Somebody takes a batch back whose device cannot be reached: what is made of it from now on is flagged."""

    lease = fields.code()
    batch = fields.code()
    device = fields.code()
    reason = fields.text(2000)


class UnitLeased(LeaseIssued):
    """Of another unit of work than a batch: `unit` is its stream."""

    class Meta:
        exclude = ("batch",)

    unit = fields.text()


class UnitReturned(LeaseReturned):
    class Meta:
        exclude = ("batch",)

    unit = fields.text()


class UnitRevoked(LeaseRevoked):
    class Meta:
        exclude = ("batch",)

    unit = fields.text()


class InputQuarantined(Schema):
    """Bytes that could not be read or did not belong: where they came from, what they are, never themselves."""

    quarantine = fields.text()
    code = fields.code()
    device = fields.code(none=True)
    source = fields.text()
    sha256 = fields.sha256()
    size = fields.whole()


class LogDisputed(Schema):
    """What a device found wrong with the log: the note that it had held, what it was told instead (a note, or the text
    of a policy), and its entries that could not be proven to it. `alarm` is the device's own id of it."""

    alarm = fields.code()
    device = fields.code()
    code = fields.choice(*ALARMS)
    at = fields.time()
    held = fields.text(MAX_EVIDENCE, none=True)
    told = fields.text(MAX_EVIDENCE, none=True)
    entries = fields.words(most=256)


class DisputeSettled(Schema):
    """Somebody of QA has found out what had happened, and the device takes the log as it is told now for the log."""

    alarm = fields.code()
    device = fields.code()
    reason = fields.text(2000)


def decide_lease(connection: Connection, entry: Entry) -> Ruling:
    """Who may work on batches may take one along that is still being worked on, on a device that may still come."""
    given = entry.payload
    batch = batches.find_batch(connection, given["batch"])
    if batch is None:
        return Ruling(refusal="batch_unknown", details={"batch": given["batch"]})
    if batch.status not in _WORKED_ON:
        return Ruling(refusal="batch_closed", details={"batch": given["batch"], "status": batch.status})
    return Ruling()


def decide_unit(connection: Connection, entry: Entry) -> Ruling:
    """Who fills forms may take a record along that is not complete."""
    unit = entry.payload["unit"]
    record = filled.find_record(connection, record_of(unit) or "")
    if record is None or entry.header.stream != unit:
        return Ruling(refusal="record_unknown", details={"record": unit})
    if record.status != records.OPEN:
        return Ruling(refusal="record_complete", details={"record": record.record})
    return Ruling()


def decide_warehouse(connection: Connection, entry: Entry) -> Ruling:
    """Who receives or moves stock in an area may take a day's work there along, together with others."""
    unit = entry.payload["unit"]
    if entry.header.stream != unit:
        return Ruling(refusal="area_unknown", details={"area": unit})
    why = warehouses.refused(connection, unit, None if entry.actor == SERVER else entry.actor)
    return Ruling() if why is None else Ruling(refusal=why[0], details=why[1])


def decide_revocation(connection: Connection, entry: Entry) -> Ruling:
    """Who releases orders may take a batch back, and who reviews records any other unit of work; the device still owes
    what it has written until then."""
    given = entry.payload
    lease = queries.find_lease(connection, given["lease"])
    named = {name: given[name] for name in ("batch", "unit") if name in given}
    if lease is None or (lease.named(), lease.device) != (named, given["device"]):
        return Ruling(refusal="lease_unknown", details={"lease": given["lease"]})
    if lease.returned_at is not None or lease.revoked_at is not None:
        return Ruling(refusal="lease_ended", details={"lease": given["lease"]})
    return Ruling()


def judge_deallocation(connection: Connection, entry: Entry) -> Ruling:
    """A container stays with its batch while a device may work offline under a lease that names it (PLT-12).

    So no two devices are ever entitled to one container for two batches.
    """
    out = _out(connection, entry.payload["batch"], entry.recorded_at)
    return Ruling(refusal="container_out", details={"devices": out}) if out else Ruling()


def judge_descent(connection: Connection, entry: Entry) -> Ruling:
    """Nothing comes of a batch while a device may work on it offline: what it did there would be in no child."""
    for batch in descent.parents(entry.kind, entry.payload):
        out = _out(connection, batch, entry.recorded_at)
        if out:
            return Ruling(refusal="batch_on_devices", details={"batch": batch, "devices": out})
    return Ruling()


def _out(connection: Connection, batch: str, at: str) -> list[str]:
    """The devices that may work under a lease of the batch."""
    held = {lease.device: lease for lease in queries.leases_of_batch(connection, batch)}
    return [
        device
        for device, lease in held.items()
        if lease.returned_at is None
        and lease.revoked_at is None
        and lease.expires_at > at
        and not _revoked(connection, device)
    ]


def _revoked(connection: Connection, device: str) -> bool:
    found = identity.find_device(connection, device)
    return found is not None and found.revoked_at is not None


def judge_work(connection: Connection, entry: Entry) -> Ruling:
    """An observation that a tablet made of its unit of work: by a device in use, under a lease, by a clock that is
    right?

    A doubt flags each entry, and is one exception for each phase, or of the record, as long as nobody has assessed it;
    of work in a warehouse, which nobody reviews as one, the flags are all.
    """
    header = entry.header
    if header.device == "server" or not is_leased(entry.kind, header.stream):
        return Ruling()
    skew = hub.skew_of(connection, header.device)
    lease = queries.find_lease(connection, header.lease) if header.lease else None
    seen = header.seen
    made = (header.captured_at, skew, entry.seen_at)
    found = (
        rules.doubt_lease(lease, header.lease, header.stream, header.device, header.seq, *made),
        pins.doubt(connection, header),
        rules.doubt_clock(header.device, skew),
        rules.doubt_device(header.device, entry.flags),
        rules.doubt_seen(header.device, seen.size if seen else 0, entry.flags),
        rules.doubt_capture(header.device, header.captured_at, entry.seen_at, entry.recorded_at, skew),
    )
    doubts = [doubt for doubt in found if doubt is not None]
    facts = [fact for doubt in doubts for fact in _raised(connection, entry, doubt)]
    return Ruling(flags=tuple(doubt.code for doubt in doubts), consequences=facts)


def _raised(connection: Connection, entry: Entry, doubt: Doubt) -> list[Fact]:
    batch, record = batch_of(entry.header.stream), record_of(entry.header.stream)
    if batch is not None:
        phase = entry.payload.get("phase")
        waits = batches.open_items(connection, batch, doubt.code, phase)
        return [] if waits else [_exception(batch, doubt, phase, [entry.id])]
    if record is None or filled.open_about(connection, record, doubt.code):
        return []
    return [_of_record(entry, records.Judgement(doubt.code, details=doubt.details))]


def _of_record(entry: Entry, one: records.Judgement) -> Fact:
    record = entry.payload["record"]
    return Fact(records.EXCEPTION, records.record_stream(record), records.exception(record, one, [entry.id]), one.path)


def judge_values(connection: Connection, entry: Entry) -> Ruling:
    """Work under a lease like any other, what devices have shown, and what the registers say of what is named."""
    found = [judge(connection, entry) for judge in (judge_work, judge_reading, judge_registered)]
    flags = tuple(flag for one in found for flag in one.flags)
    return Ruling(flags, [fact for one in found for fact in one.consequences])


def judge_reading(connection: Connection, entry: Entry) -> Ruling:
    """A value that a device is said to have shown is a stable reading in the log, by a bridge, taken once."""
    found = [
        records.Judgement("reading_unverified", one["path"], {"problem": problem, "reading": one["source"]["entry"]})
        for one in entry.payload["values"]
        if one["source"]["type"] == records.DEVICE and (problem := _doubted(connection, entry, one)) is not None
    ]
    facts = [_of_record(entry, one) for one in found]
    return Ruling(flags=("reading_unverified",) if found else (), consequences=facts)


def _doubted(connection: Connection, entry: Entry, one: Mapping[str, Any]) -> str | None:
    name, value = one["source"]["entry"], one["value"]
    reading = None if name is None else equipment.find_reading(connection, name)
    if reading is None:
        return "missing" if name is None else "not_in_log"
    if identity.device_role(connection, reading.device) != "bridge":
        return "not_a_bridge"
    if reading.balance != one["source"]["device"]:
        return "other_balance"
    if {"value": reading.value, "unit": reading.unit} != value:
        return "other_value"
    if reading.quality != "stable":
        return "unstable"
    used = filled.reading_used_by(connection, reading.id, entry.payload["record"], one["path"])
    return None if used is None else "reused"


def judge_quarantined(connection: Connection, entry: Entry) -> Ruling:
    """Input that came for a batch is an exception of it until QA has assessed what it was."""
    given = entry.payload
    batch = batch_of(given["source"])
    if batch is None or batches.find_batch(connection, batch) is None:
        return Ruling()
    if batches.open_items(connection, batch, QUARANTINED, None):
        return Ruling()
    details = {name: given[name] for name in ("quarantine", "code", "device")}
    return Ruling(consequences=[_exception(batch, Doubt(QUARANTINED, details), None, [])])


def judge_disputed(connection: Connection, entry: Entry) -> Ruling:
    """A device that cannot trust the log is an exception of each batch that it has held and that is not closed."""
    given = entry.payload
    held = {lease.batch for lease in queries.leases_of_device(connection, given["device"]) if lease.batch is not None}
    details = {name: given[name] for name in ("device", "alarm", "code")}
    facts = [
        _exception(batch, Doubt(LOG_DISPUTED, details), None, [])
        for batch in sorted(held)
        if _is_open(connection, batch) and not batches.open_items(connection, batch, LOG_DISPUTED, None)
    ]
    return Ruling(consequences=facts)


def _is_open(connection: Connection, batch: str) -> bool:
    found = batches.find_batch(connection, batch)
    return found is not None and found.status in _WORKED_ON


def _exception(batch: str, doubt: Doubt, phase: str | None, entries: list[str]) -> Fact:
    payload: dict[str, Any] = {
        "batch": batch,
        "code": doubt.code,
        "phase": phase,
        "slot": None,
        "entries": entries,
        "details": dict(doubt.details),
        "comment": None,
    }
    return Fact(production.EXCEPTION, production.batch_stream(batch), payload)


_TAKES, _TAKES_BACK = ("server", "batch.work"), ("server", "order.release")
_STORES = ("server", *warehouses.WORKS)
_FILLS, _REVIEWS = ("server", "forms.fill"), ("server", "forms.review")
KINDS = (
    Kind(LEASE_ISSUED, LeaseIssued, "decision", decide_lease, projection.issue, by=_TAKES),
    Kind(LEASE_RETURNED, LeaseReturned, "observation", project=projection.hand_back, by_server=True),
    Kind(LEASE_REVOKED, LeaseRevoked, "decision", decide_revocation, projection.revoke, by=_TAKES_BACK),
    Kind(LEASE_ISSUED_V2, UnitLeased, "decision", decide_unit, projection.issue, by=_FILLS),
    Kind(LEASE_ISSUED_V3, UnitLeased, "decision", decide_warehouse, projection.issue, by=_STORES),
    Kind(LEASE_RETURNED_V2, UnitReturned, "observation", project=projection.hand_back, by_server=True),
    Kind(LEASE_REVOKED_V2, UnitRevoked, "decision", decide_revocation, projection.revoke, by=_REVIEWS),
    Kind("handheld.input_quarantined.v1", InputQuarantined, "observation", judge_quarantined, by_server=True),
    Kind(DISPUTED, LogDisputed, "observation", judge_disputed, by_server=True),
    Kind(SETTLED, DisputeSettled, "observation", by_server=True),
    *pins.KINDS,
)
# Of batches: their record alone knows corrections of it.
OF_BATCHES = (
    *production.WORK,
    *production.COURSE,
    production.RESTED,
    production.REQUESTED,
    *(production.REMARK, production.PHOTO, production.VERIFIED, production.EXPLAINED),
    *(production.EXCEPTION, production.REPORTED),
)
JUDGES: Mapping[str, Decide] = dict.fromkeys((*OF_BATCHES, *WAREHOUSE_WORK), judge_work)
# Of records, in the order in which they are asked.
RECORD_JUDGES: Mapping[str, Decide] = dict.fromkeys(records.WORK, judge_work) | {records.VALUES: judge_values}
VETOES: Mapping[str, Decide] = {
    production.DEALLOCATED: judge_deallocation,
    **dict.fromkeys(descent.DECISIONS, judge_descent),
}
ROOM = Room("handheld", KINDS, judges={**JUDGES, **RECORD_JUDGES, **VETOES})
