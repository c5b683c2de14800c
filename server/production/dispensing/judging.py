"""Gathers what the rules of dispensing ask for: the lines of the order, what stands of them, results of the lot."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry
from server.equipment import queries as equipment
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.stock import queries as stock
from server.production import queries as batches
from server.production.containers import allocated
from server.production.dispensing import queries, rests, rules
from server.production.model import DISPENSED, MAJOR, Judgement
from server.production.rules import slot_of
from server.recipes.model import find_line, find_phase


def judge_portion(connection: Connection, entry: Entry, phase: Mapping[str, Any] | None) -> list[Judgement]:
    """Beside what is asked of every weight. A line that the order has not is another's exception."""
    given, slot = entry.payload, slot_of(entry.kind, entry.payload)
    found = _judge_label(connection, given, slot) + _judge_calibration(connection, entry)
    line = find_line(phase, given["line"])
    if phase is None or line is None:
        return found + rules.judge_weights(given)
    others = [one for one in queries.portions_of(connection, given["batch"], given["phase"]) if one.slot != slot]
    results = queries.results_of(connection, given["material"], given["lot"])
    ended = given["phase"] in batches.completed_phases(connection, given["batch"])
    links = masters.links(connection, given["material"])
    return found + rules.judge(given, slot, phase, line, others, results, ended, links)


def asked(connection: Connection, entry: Entry) -> str:
    """How much the recipe asks for of the lot of a portion; of a line that the order has not, what the entry says."""
    given, slot = entry.payload, slot_of(entry.kind, entry.payload)
    batch = batches.find_batch(connection, given["batch"])
    phase = None if batch is None else find_phase(batch.phases, given["phase"])
    line = find_line(phase, given["line"])
    if phase is None or line is None:
        return str(given["limits"]["target"])
    others = [one for one in queries.portions_of(connection, given["batch"], given["phase"]) if one.slot != slot]
    return rules.asked(given, phase, line, others)


def judge_completed(connection: Connection, entry: Entry, phase: Mapping[str, Any]) -> list[Judgement]:
    given = entry.payload
    return rules.judge_complete(phase, queries.portions_of(connection, given["batch"], given["phase"]))


def judge_rest(connection: Connection, entry: Entry) -> list[Judgement]:
    """Beside what is asked of every weight of a balance."""
    given, label = entry.payload, entry.payload["container"]
    book = stock.books(connection, [label]).get(label)
    made = stock.made(entry)
    found = _judge_calibration(connection, entry)
    if book is None:
        return found + rests.judge(given, None, None, made)
    known = rests.Known(allocated(connection, [label]).get(label), book.unit, book.movements)
    return found + rests.judge(given, known, book.amount(given["net"]), made)


def _judge_label(connection: Connection, given: Mapping[str, Any], slot: str) -> list[Judgement]:
    """Two containers with one label cannot be told apart; nor one of stock and one that was dispensed."""
    label = given["into"]
    other = queries.labelled(connection, label, given["batch"], slot)
    if other is None and materials.find_container(connection, label) is None:
        return []
    return [Judgement(rules.LABEL_REUSED, {"label": label, "entry": other, "severity": MAJOR})]


def judge_source(connection: Connection, kind: str, given: Mapping[str, Any]) -> list[Judgement]:
    """What was dispensed for another batch is no container to take from; nor, for a portion, what is a portion of this
    batch already: it would be counted twice."""
    label, batch = given["container"], given["batch"]
    if label is None:
        return []
    if kind == DISPENSED:
        other = queries.labelled(connection, label, batch, slot_of(kind, given))
    else:
        other = queries.labelled_elsewhere(connection, label, batch)
    if other is None:
        return []
    return [Judgement(rules.LABEL_REUSED, {"label": label, "entry": other, "severity": MAJOR})]


def _judge_calibration(connection: Connection, entry: Entry) -> list[Judgement]:
    named = entry.payload["reading"]
    piece = None if named is None else equipment.find_equipment(connection, named["balance"])
    due = None if piece is None else piece.calibration_due
    if due is None or days.captured(connection, entry) <= due:
        return []
    return [Judgement(rules.OVERDUE, {"balance": entry.payload["reading"]["balance"], "due": due, "severity": MAJOR})]
