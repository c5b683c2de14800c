"""Gathers what the rules of packaging ask for: which specimens of a phase stand, what the store has issued."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry
from server.production import model, queries
from server.production.issuing import queries as issuing
from server.production.model import Judgement
from server.production.packaging import rules
from server.recipes import printed


def judge(connection: Connection, entry: Entry, phase: Mapping[str, Any] | None) -> list[Judgement]:
    """What is wrong with a specimen, with what a balance says was issued, or with the end of a packaging phase."""
    if entry.kind == model.BALANCED:
        one = printed.find(phase, entry.payload["item"])
        return [*rules.judge_counts(entry.payload, one), *_judge_issued(connection, entry, one)]
    if entry.kind == model.SPECIMEN:
        return rules.judge_specimen(entry.payload, phase)
    if entry.kind != model.COMPLETED or phase is None:
        return []
    asked = {rules.slot(phase["id"], one) for one in rules.missing(phase, ())}
    kept = {one for one in asked if _kept(connection, entry.payload["batch"], one)}
    return rules.judge_completed(phase, kept)


def _judge_issued(connection: Connection, entry: Entry, one: Mapping[str, Any] | None) -> list[Judgement]:
    given = entry.payload
    unit = rules.issued_unit(given)
    if one is None or unit is None:
        return []
    return rules.judge_issued(given, issuing.came(connection, given["batch"], one["material"], unit))


def _kept(connection: Connection, batch: str, slot: str) -> bool:
    return any(one.kind == model.SPECIMEN for one in queries.current_in(connection, batch, slot))
