"""What other rooms add to the review of a batch: rooms above this one are wired in by the app, not imported."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from server.release.model import Gate, Holding

# Each answers for one batch: {code, met, count, details, waived}; `waived` may be missing.
SOURCES: list[Callable[[Connection, str], Mapping[str, Any]]] = []
# Each lists the devices that held a batch, with what they owe it.
HOLDINGS: list[Callable[[Connection, str], list[Holding]]] = []
# Each lists the leases of a batch: {lease, device {id, name}, issued_at, expires_at, returned_at, last_seq}.
LEASES: list[Callable[[Connection, str], list[dict[str, Any]]]] = []
# Each lists devices that owe records: {id, name, last_seen, known, delivered}.
OWING: list[Callable[[Connection], list[dict[str, Any]]]] = []


def from_sources(connection: Connection, batch: str) -> list[Gate]:
    answers = [source(connection, batch) for source in SOURCES]
    return [
        Gate(one["code"], one["met"], one["count"], tuple(one["details"]), tuple(one.get("waived", ())))
        for one in answers
    ]


def holdings(connection: Connection, batch: str) -> list[Holding]:
    return [holding for source in HOLDINGS for holding in source(connection, batch)]


def leases(connection: Connection, batch: str) -> list[dict[str, Any]]:
    return [lease for source in LEASES for lease in source(connection, batch)]


def devices_owing(connection: Connection) -> list[dict[str, Any]]:
    return [device for source in OWING for device in source(connection)]
