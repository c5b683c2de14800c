"""What supervisors see of the devices in the plant: where each stands with the server, and what it still owes."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from server.handheld import gates, queries
from server.handheld.hub import queries as hub
from server.handheld.model import DISPUTED, SETTLED, Lease
from server.identity import queries as identity
from server.identity.model import SERVER, Device, device_stream
from server.production.entry_view import entry_views
from sync import note
from sync.checkpoint import Checkpoint
from sync.log import Log, publication, reading
from sync.log.tables import log_entry

_LAST_ENTRIES = 50


def devices(connection: Connection, log: Log, connected: Collection[str], now: str) -> list[dict[str, Any]]:
    """Every device but the server, as `_show` tells; those that owe first, then those that are out with a batch, each
    by its name."""
    states = {state["device"]: state for state in hub.states(connection)}
    unproven = _unproven(connection, log)
    shown = [
        _show(connection, device, states.get(device.id), unproven.get(device.id, 0), connected, now)
        for device in identity.all_devices(connection)
        if device.role != SERVER
    ]
    return sorted(shown, key=lambda one: (one["owes"] == 0, not one["batches"], one["name"], one["id"]))


def device(connection: Connection, log: Log, name: str, connected: Collection[str], now: str) -> dict[str, Any] | None:
    """One of them with `leases`, `entries` (the last 50, the newest first) and `alarms`; None for no device."""
    found = next((one for one in devices(connection, log, connected, now) if one["id"] == name), None)
    if found is None:
        return None
    leases = queries.leases_of_device(connection, name)
    named = identity.devices(connection, [name])[name]
    return found | {
        "leases": [gates.show_lease(lease, named) for lease in reversed(leases)],
        "entries": _entries(connection, name),
        "alarms": _alarms(connection, name),
    }


def _show(
    connection: Connection,
    device: Device,
    state: Mapping[str, Any] | None,
    unpublished: int,
    connected: Collection[str],
    now: str,
) -> dict[str, Any]:
    """{id, name, role, state, last_seen, skew_ms, known, seq, owes, unproven, batches, …}.

    `known` is its last sequence by its own word, by a lease that it gave back, or by its revocation, which has the
    last word; `seq` what the log has of it, `owes` the difference. `unproven` are those and the entries that do not
    stand under the published checkpoint, so that no device can have let them go. `skew_ms` is how far its clock was
    ahead when it last came.
    """
    leases = queries.leases_of_device(connection, device.id)
    delivered = gates.delivered_by(connection, device.id)
    promised = max([0, *(lease.last_seq or 0 for lease in leases), state["known"] if state else 0])
    known = device.last_seq if device.last_seq is not None else promised
    owes = max(0, known - delivered)
    out = {} if device.revoked_at else {one.batch: one for one in leases if one.returned_at is None}
    return {
        **device.payload(),
        "state": _state(device, state, connected),
        "last_seen": state["seen_at"] if state else None,
        "skew_ms": state["skew_ms"] if state else None,
        "revoked_at": device.revoked_at,
        "last_seq": device.last_seq,
        "known": max(known, delivered),
        "seq": delivered,
        "owes": owes,
        "unproven": owes + unpublished,
        "batches": [_held(lease, now) for lease in out.values()],
    }


def _state(device: Device, state: Mapping[str, Any] | None, connected: Collection[str]) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if device.id in connected:
        return "connected"
    return "never" if state is None else "away"


def _held(lease: Lease, now: str) -> dict[str, Any]:
    return {"batch": lease.batch, "expires_at": lease.expires_at, "expired": lease.expires_at < now}


def _unproven(connection: Connection, log: Log) -> dict[str, int]:
    """Of each device, the entries in the log that do not stand under the published checkpoint."""
    published = publication.published(connection, log)
    size = 0 if published is None else Checkpoint.parse(note.split(published)[0]).size
    query = select(log_entry.c.device, func.count()).where(log_entry.c.idx >= size).group_by(log_entry.c.device)
    return {row[0]: row[1] for row in connection.execute(query)}


def _entries(connection: Connection, device: str) -> list[dict[str, Any]]:
    last = select(log_entry.c.idx).where(log_entry.c.device == device).order_by(log_entry.c.seq.desc())
    places = list(connection.execute(last.limit(_LAST_ENTRIES)).scalars())
    return entry_views(connection, places)[::-1]


def _alarms(connection: Connection, device: str) -> list[dict[str, Any]]:
    """{alarm, code, at, index, entries, settled} of what the device found wrong with the log, the newest first;
    `settled` is {by, at, reason, index} or null."""
    told = [one for one in reading.of_stream(connection, device_stream(device), 0) if one.payload is not None]
    ends = {one.envelope.body["alarm"]: one for one in told if one.head.kind == SETTLED and one.head.device == SERVER}
    people = identity.people(connection, [one.head.actor for one in ends.values()])
    found = []
    for one in reversed([one for one in told if one.head.kind == DISPUTED and one.head.device == SERVER]):
        given, end = one.envelope.body, ends.get(one.envelope.body["alarm"])
        settled = end and {
            "by": people[end.head.actor],
            "at": end.stamp.recorded_at,
            "reason": end.envelope.body["reason"],
            "index": end.index,
        }
        shown = {name: given[name] for name in ("alarm", "code", "at", "entries")}
        found.append({**shown, "index": one.index, "settled": settled})
    return found
