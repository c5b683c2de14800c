"""What handhelds have to say before a batch may be released: everything handed back, delivered, recorded, readable."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from server.core import inbox
from server.handheld import queries
from server.handheld.hub import queries as hub
from server.handheld.model import QUARANTINED, Lease, document_of
from server.identity import queries as identity
from server.production import queries as batches
from sync.log.tables import log_entry

Gate = dict[str, Any]


def _gate(code: str, against: list[str]) -> Gate:
    return {"code": code, "met": not against, "count": len(against), "details": against}


def _holders(connection: Connection, batch: str) -> dict[str, Lease]:
    """The last lease of each device that ever held the batch: a newer one takes the place of an older."""
    return {lease.device: lease for lease in queries.leases_of_batch(connection, batch)}


def leases_gate(connection: Connection, batch: str) -> Gate:
    """Every device has handed the batch back, or was revoked with the last sequence that counts."""
    out = [
        lease.device
        for lease in _holders(connection, batch).values()
        if lease.returned_at is None and not _revoked(connection, lease.device)
    ]
    return _gate("leases", out)


def devices_gate(connection: Connection, batch: str) -> Gate:
    """Every device that held the batch has delivered what it said it had written (PLT-11)."""
    behind = []
    for lease in _holders(connection, batch).values():
        promised = _promised(connection, lease)
        delivered = delivered_by(connection, lease.device)
        if delivered < promised:
            behind.append(f"{lease.device}: {delivered} / {promised}")
    return _gate("devices", behind)


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
    """Nothing that tablets delivered of this batch waits outside of the log."""
    doc = document_of(batch)
    waiting = connection.execute(select(inbox.held.c.id).where(inbox.held.c.stream == doc)).scalars()
    return _gate("held", sorted({*waiting, *hub.unrecorded(connection, doc)}))


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
    found = queries.leases_of_batch(connection, batch)
    devices = identity.devices(connection, {lease.device for lease in found})
    return [show_lease(lease, devices[lease.device]) for lease in found]


def show_lease(lease: Lease, device: Mapping[str, Any]) -> dict[str, Any]:
    names = ("lease", "batch", "person", "issued_at", "expires_at", "returned_at", "last_seq")
    return {"device": dict(device), **{name: getattr(lease, name) for name in names}}


def owing(connection: Connection) -> list[dict[str, Any]]:
    """Devices that have written more than they have delivered: by their own word, or by what a lease promised."""
    known = {state["device"]: state for state in hub.states(connection)}
    names = identity.devices(connection, known)
    return [
        {**names[device], "last_seen": state["seen_at"], "known": state["known"], "delivered": delivered}
        for device, state in known.items()
        if (delivered := delivered_by(connection, device)) < state["known"]
    ]
