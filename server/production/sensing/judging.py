"""Looks up the sample that a parameter names, in the log itself: machines say too much to keep it twice."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry
from server.equipment import queries as equipment
from server.equipment.alarms import queries as alarmed
from server.equipment.model import PROCESS_READ
from server.identity import queries as identity
from server.production.model import Judgement
from server.production.sensing import rules
from server.production.sensing.rules import Sample
from sync.log import reading


def judge(connection: Connection, entry: Entry, phase: Mapping[str, Any] | None) -> list[Judgement]:
    given = entry.payload
    signal, named = rules.signal_of(phase, given), given.get("sensed")
    sample = None if named is None else _sample(connection, named["id"], entry, phase)
    return rules.judge(entry.kind, given, entry.header.captured_at, signal, sample)


def _sample(connection: Connection, id_: str, entry: Entry, phase: Mapping[str, Any] | None) -> Sample | None:
    found = reading.by_id(connection, id_)
    if found is None or found.head.kind != PROCESS_READ or found.payload is None:
        return None
    if not rules.NOT_TAKEN.isdisjoint(found.stamp.flags):
        return None
    body = found.envelope.body
    told = alarmed.uses_in(connection, entry.payload["batch"], entry.payload["phase"])
    identified = [(code, at) for *_, code, at in told]
    piece = equipment.find_equipment(connection, body["equipment"])
    return Sample(
        found.head.device,
        body["equipment"],
        found.head.captured_at,
        rules.values_of(body),
        identity.device_role(connection, found.head.device) == "bridge",
        rules.fits(phase, body["equipment"], None if piece is None else piece.class_),
        rules.is_elsewhere(body["equipment"], entry.header.captured_at, identified),
        rules.mark_of(body),
    )
