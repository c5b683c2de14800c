"""What handhelds have to say before a batch may be released: everything handed back, delivered, recorded, readable."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from server.core import inbox
from server.handheld import queries
from server.handheld.hub import queries as hub
from server.handheld.model import LEASE_REVOKED, LEASE_REVOKED_V2, QUARANTINED, Lease, document_of
from server.identity import queries as identity
from server.identity.model import SERVER
from server.production import queries as batches
from server.release import queries as release
from server.release.model import Holding
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry

Gate = dict[str, Any]


def _gate(code: str, against: list[str], waived: list[str] | None = None) -> Gate:
    return {"code": code, "met": not against, "count": len(against), "details": against, "waived": waived or []}


def holdings(connection: Connection, batch: str) -> list[Holding]:
    """Each device that ever held the batch, by its last lease: a newer one takes the place of an older."""
    last = {lease.device: lease for lease in queries.leases_of_batch(connection, batch)}
    # A device that takes the batch along again after it was waived is waited for again.
    waivers = {one.device: one.recorded_at for one in release.waivers(connection, batch)}
    waiting = set(_waiting(connection, batch).values())
    return [
        _holding(connection, lease, waivers.get(device, "") >= lease.issued_at, device in waiting)
        for device, lease in sorted(last.items())
    ]


def _holding(connection: Connection, lease: Lease, waived: bool, waiting: bool) -> Holding:
    promised, delivered = _promised(connection, lease), delivered_by(connection, lease.device)
    out = lease.returned_at is None and not _revoked(connection, lease.device)
    stands = tuple(code for code, against in (("leases", out), ("devices", delivered < promised)) if against)
    return Holding(
        device=lease.device,
        returned_at=lease.returned_at,
        known=max(promised, delivered, _told(connection, lease.device) if out else 0),
        delivered=delivered,
        blocks=() if waived else stands,
        waived=(*stands, *(("held",) if waiting and stands else ())) if waived else (),
    )


def _told(connection: Connection, device: str) -> int:
    """How far the device said that it had written, when it last came; 0 for one that never came."""
    return next((int(one["known"]) for one in hub.states(connection) if one["device"] == device), 0)


def leases_gate(connection: Connection, batch: str) -> Gate:
    """Every device has handed the batch back, was revoked with the last sequence that counts, or was waived."""
    held = holdings(connection, batch)
    against = [one.device for one in held if "leases" in one.blocks]
    return _gate("leases", against, [one.device for one in held if "leases" in one.waived])


def devices_gate(connection: Connection, batch: str) -> Gate:
    """Every device that held the batch has delivered what it said it had written, or was waived (PLT-11)."""
    held = holdings(connection, batch)
    against = [f"{one.device}: {one.delivered} / {one.known}" for one in held if "devices" in one.blocks]
    return _gate("devices", against, [one.device for one in held if "devices" in one.waived])


def _promised(connection: Connection, lease: Lease) -> int:
    """A revocation has the last word: what a lost device promised and never brings must not hold a batch for ever."""
    device = identity.find_device(connection, lease.device)
    if device is not None and device.last_seq is not None:
        return device.last_seq
    return lease.last_seq or 0


def _revoked(connection: Connection, device: str) -> bool:
    found = identity.find_device(connection, device)
    return found is not None and found.revoked_at is not None


def delivered_by(connection: Connection, device: str) -> int:
    """The last sequence of a device that stands in the log."""
    query = select(func.max(log_entry.c.seq)).where(log_entry.c.device == device)
    return connection.execute(query).scalar() or 0


def held_gate(connection: Connection, batch: str) -> Gate:
    """Nothing that tablets delivered of this batch waits outside of the log, but for what waits for entries that QA no
    longer waits for: of a waived device."""
    waived = {one.device for one in holdings(connection, batch) if one.waived}
    waiting = _waiting(connection, batch)
    against = sorted(entry for entry, device in waiting.items() if device not in waived)
    return _gate("held", against, sorted(waived & set(waiting.values())))


def _waiting(connection: Connection, batch: str) -> dict[str, str]:
    """Entries of the batch that are here and not in the log, each to its device."""
    doc = document_of(batch)
    held = select(inbox.held.c.id, inbox.held.c.device).where(inbox.held.c.stream == doc)
    return hub.unrecorded(connection, doc) | {row.id: row.device for row in connection.execute(held)}


def quarantine_gate(connection: Connection, batch: str) -> Gate:
    """QA has assessed what arrived for this batch and could not be read or did not belong."""
    items = batches.items_of(connection, batch)
    return _gate("quarantine", [item.id for item in items if item.code == QUARANTINED and item.state == "open"])


GATES: Mapping[str, Callable[[Connection, str], Gate]] = {
    "leases": leases_gate,
    "devices": devices_gate,
    "held": held_gate,
    "quarantine": quarantine_gate,
}


def leases_of(connection: Connection, batch: str) -> list[dict[str, Any]]:
    """The leases of a batch as its page shows them."""
    return show_leases(connection, queries.leases_of_batch(connection, batch))


def show_leases(connection: Connection, leases: Sequence[Lease]) -> list[dict[str, Any]]:
    """{lease, batch, record or warehouse (the others null), person, device {id, name}, issued_at, expires_at,
    returned_at, last_seq, revoked_at, revoked: {by, reason, index} or null}; `revoked` is read from the log, which
    alone knows who took it back, and why."""
    devices = identity.devices(connection, {lease.device for lease in leases})
    told = _revocations(connection, {lease.unit for lease in leases if lease.revoked_at is not None})
    people = identity.people(connection, [entry.head.actor for entry in told.values()])
    names = (
        "lease",
        "batch",
        "record",
        "warehouse",
        "person",
        "issued_at",
        "expires_at",
        "returned_at",
        "last_seq",
        "revoked_at",
    )
    shown = []
    for lease in leases:
        entry = told.get(lease.lease)
        revoked = entry and {
            "by": people[entry.head.actor],
            "reason": entry.envelope.body["reason"],
            "index": entry.index,
        }
        line = {name: getattr(lease, name) for name in names}
        shown.append({"device": devices[lease.device], **line, "revoked": revoked})
    return shown


def _revocations(connection: Connection, units: Collection[str]) -> dict[str, StoredEntry]:
    """The entries that took leases of these units of work back, by lease."""
    kinds = (LEASE_REVOKED, LEASE_REVOKED_V2)
    here = log_entry.c.kind.in_(kinds) & log_entry.c.stream.in_(units) & (log_entry.c.device == SERVER)
    places = connection.execute(select(log_entry.c.idx).where(here).order_by(log_entry.c.idx)).scalars()
    return {entry.envelope.body["lease"]: entry for entry in reading.at(connection, list(places)) if entry.payload}


def owing(connection: Connection) -> list[dict[str, Any]]:
    """Devices that have written more than they have delivered: by their own word, or by what a lease promised."""
    known = {state["device"]: state for state in hub.states(connection)}
    names = identity.devices(connection, known)
    return [
        {**names[device], "last_seen": state["seen_at"], "known": state["known"], "delivered": delivered}
        for device, state in known.items()
        if (delivered := delivered_by(connection, device)) < state["known"]
    ]
