"""What supervisors see of the devices in the plant: where each stands with the server, and what it still owes."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from server.handheld import gates, pins, queries
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


@dataclass(frozen=True, slots=True)
class Moment:
    """What no table says: who is connected, the time, and which version of the app the server hands out (None where
    it has none)."""

    connected: Collection[str]
    now: str
    served: str | None


def devices(connection: Connection, log: Log, moment: Moment) -> list[dict[str, Any]]:
    """Every device but the server, as `_show` tells; those that owe first, then those that are out with a batch, each
    by its name.

    `unproven` are the entries that it owes and those that do not stand under the published checkpoint, so that it
    cannot have let them go; `alarms_open` counts what it found wrong with the log and nobody has settled.
    """
    states = {state["device"]: state for state in hub.states(connection)}
    unpublished, alarms = _unpublished(connection, log), _open_alarms(connection)
    shown = []
    for device in identity.all_devices(connection):
        if device.role != SERVER:
            line = _show(connection, device, states.get(device.id), moment)
            unproven = line["owes"] + unpublished.get(device.id, 0)
            shown.append(line | {"unproven": unproven, "alarms_open": alarms.get(device.id, 0)})
    return sorted(shown, key=lambda one: (one["owes"] == 0, not one["batches"], one["name"], one["id"]))


def device(connection: Connection, log: Log, name: str, moment: Moment) -> dict[str, Any] | None:
    """One of them with `leases`, `entries` (the last 50, the newest first) and `alarms`; None for no device.

    A lease of it that was taken back tells whether it has `heard` of that; null for any other.
    """
    found = next((one for one in devices(connection, log, moment) if one["id"] == name), None)
    if found is None:
        return None
    leases = gates.show_leases(connection, queries.leases_of_device(connection, name)[::-1])
    return found | {
        "leases": [one | {"heard": _heard(one["revoked_at"], found)} for one in leases],
        "entries": _entries(connection, name),
        "alarms": _alarms(connection, name),
    }


def _show(connection: Connection, device: Device, state: Mapping[str, Any] | None, moment: Moment) -> dict[str, Any]:
    """{id, name, role, state, last_seen, skew_ms, app, app_old, known, seq, owes, batches, …}.

    `known` is its last sequence by its own word, by a lease that it gave back, or by its revocation, which has the
    last word; `seq` what the log has of it, `owes` the difference. `skew_ms` is how far its clock was ahead when it
    last came; `app_old` whether it came with another version of the app than the server hands out now.
    """
    leases = queries.leases_of_device(connection, device.id)
    delivered = gates.delivered_by(connection, device.id)
    promised = max([0, *(lease.last_seq or 0 for lease in leases), state["known"] if state else 0])
    known = device.last_seq if device.last_seq is not None else promised
    out = {} if device.revoked_at else {one.unit: one for one in leases if one.returned_at is None}
    app = state["app"] if state else None
    shown = {
        **device.payload(),
        # Of a device that has ended: what it had written by its own word and nobody waits for any more.
        "missing": max(0, promised - device.last_seq) if device.last_seq is not None else 0,
        "locked": pins.locked(connection, device.id),
        "state": _state(device, state, moment.connected),
        "last_seen": state["seen_at"] if state else None,
        "skew_ms": state["skew_ms"] if state else None,
        "app": app,
        "app_old": None not in (app, moment.served) and app != moment.served,
        "revoked_at": device.revoked_at,
        "last_seq": device.last_seq,
        "known": max(known, delivered),
        "seq": delivered,
        "owes": max(0, known - delivered),
    }
    return shown | {"batches": [_held(lease, shown, moment.now) for lease in out.values()]}


def _state(device: Device, state: Mapping[str, Any] | None, connected: Collection[str]) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if device.id in connected:
        return "connected"
    return "never" if state is None else "away"


def _held(lease: Lease, device: Mapping[str, Any], now: str) -> dict[str, Any]:
    """A unit of work that the device has not handed back: by its own term, or by the word of who took it back."""
    return {
        "batch": lease.batch,
        "record": lease.record,
        "warehouse": lease.warehouse,
        "expires_at": lease.expires_at,
        "expired": lease.expires_at < now,
        "revoked_at": lease.revoked_at,
        "heard": _heard(lease.revoked_at, device),
    }


def _heard(revoked_at: str | None, device: Mapping[str, Any]) -> bool | None:
    """Whether the device has been here since its batch was taken back: a tablet asks what became of its leases whenever
    it comes, and while it is here it is told at once. None where nothing was taken back."""
    if revoked_at is None:
        return None
    return device["state"] == "connected" or (device["last_seen"] or "") > revoked_at


def _unpublished(connection: Connection, log: Log) -> dict[str, int]:
    """Of each device, the entries in the log that do not stand under the published checkpoint."""
    published = publication.published(connection, log)
    size = 0 if published is None else Checkpoint.parse(note.split(published)[0]).size
    query = select(log_entry.c.device, func.count()).where(log_entry.c.idx >= size).group_by(log_entry.c.device)
    return {row[0]: row[1] for row in connection.execute(query)}


def _entries(connection: Connection, device: str) -> list[dict[str, Any]]:
    last = select(log_entry.c.idx).where(log_entry.c.device == device).order_by(log_entry.c.seq.desc())
    places = list(connection.execute(last.limit(_LAST_ENTRIES)).scalars())
    return entry_views(connection, places)[::-1]


def _open_alarms(connection: Connection) -> dict[str, int]:
    """Of each device, the alarms of the log that nobody has settled."""
    told = [one for one in reading.of_kind(connection, DISPUTED) if one.head.device == SERVER and one.payload]
    ended = [one for one in reading.of_kind(connection, SETTLED) if one.head.device == SERVER and one.payload]
    settled = {(one.envelope.body["device"], one.envelope.body["alarm"]) for one in ended}
    still = [one.envelope.body for one in told]
    return Counter(one["device"] for one in still if (one["device"], one["alarm"]) not in settled)


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
