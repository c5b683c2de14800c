"""What other rooms add to the review of a batch: rooms above this one are wired in by the app, not imported."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from server.release.model import Gate

# Each answers for one batch: {code, met, count, details}.
SOURCES: list[Callable[[Connection, str], Mapping[str, Any]]] = []
# Each lists the leases of a batch: {lease, device {id, name}, issued_at, expires_at, returned_at, last_seq}.
LEASES: list[Callable[[Connection, str], list[dict[str, Any]]]] = []
# Each lists devices that owe records: {id, name, last_seen, known, delivered}.
OWING: list[Callable[[Connection], list[dict[str, Any]]]] = []


def from_sources(connection: Connection, batch: str) -> list[Gate]:
    answers = [source(connection, batch) for source in SOURCES]
    return [Gate(one["code"], one["met"], one["count"], tuple(one["details"])) for one in answers]


def leases(connection: Connection, batch: str) -> list[dict[str, Any]]:
    return [lease for source in LEASES for lease in source(connection, batch)]


def devices_owing(connection: Connection) -> list[dict[str, Any]]:
    return [device for source in OWING for device in source(connection)]
