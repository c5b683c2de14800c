"""Gathers what the rules of yields ask for, and words their answers: of a yield, of what it was calculated from, of its
explanation, and of the phases that begin after it."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from server.core.kinds import Entry, Fact, Ruling
from server.identity import countersigning, grants
from server.identity import queries as identity
from server.production import model, queries, values
from server.production.model import Batch, Judgement
from server.production.projection import entry_
from server.production.rules import slot_of
from server.production.yields import rules
from server.production.yields.projection import explained
from server.production.yields.rules import Claim, Yield
from server.recipes import printed, structure
from server.recipes.model import PACKAGING, YIELD, find_phase

# What yields may be calculated from.
VALUES = (*model.WEIGHINGS, *model.PARAMETERS, model.CHECKED, *model.CALCULATED)


def judge(connection: Connection, entry: Entry, batch: Batch, at: str) -> list[Judgement]:
    """What is wrong with the entry itself, done `at`: of a yield, its explanation, or work of a phase after a yield."""
    given = entry.payload
    phase = find_phase(batch.phases, given.get("phase") or "")
    if entry.kind == model.EXPLAINED:
        return _judge_explanation(connection, entry)
    if phase is None:
        return []
    found = _judge_work(connection, entry, batch, at)
    plan = printed.plan_at(phase, slot_of(entry.kind, given)) if entry.kind in model.CALCULATED else None
    if plan is not None:
        claims = values.of_batch(connection, batch.number, entry.header.corrects)
        found += rules.judge(given, batch.phases, plan, claims)
    return found


def _judge_work(connection: Connection, entry: Entry, batch: Batch, at: str) -> list[Judgement]:
    """Any work of a phase, whether or not somebody has said that it began; a correction is none."""
    if entry.kind not in model.WORK or entry.header.corrects is not None or not has_yields(batch.phases):
        return []
    above = structure.above(batch.phases, entry.payload["phase"])
    open_ = rules.open_before(_yields(connection, batch), above, at)
    details = {"yields": [one.entry for one in open_], "severity": model.MAJOR}
    return [Judgement(rules.UNEXPLAINED, details)] if open_ else []


def has_yields(phases: Iterable[Any]) -> bool:
    """Whether anything is calculated in it: a yield, or what became of a printed material."""
    return any(one["type"] in (YIELD, PACKAGING) for one in phases)


def unexplained(connection: Connection, batch: Batch) -> frozenset[str]:
    """The phases of a batch after which it stands still until somebody has explained their yield."""
    return rules.unexplained(_yields(connection, batch)) if has_yields(batch.phases) else frozenset()


def judge_stale(connection: Connection, entry: Entry, batch: Batch | None) -> tuple[list[str], list[Fact]]:
    """The yields of the batch that a value makes stale, each told once: a correction, a rival, one more portion."""
    if batch is None or entry.kind not in VALUES or not has_yields(batch.phases):
        return [], []
    given = entry.payload
    inputs = rules.named_by(given) if entry.kind in model.CALCULATED else None
    own = Claim(entry.id, slot_of(entry.kind, given), **values.said(entry.kind, given), standing=True, inputs=inputs)
    claims = [*values.of_batch(connection, batch.number, entry.header.corrects), own]
    facts = _stale_facts(connection, batch, claims, entry.id)
    return [rules.STALE] if facts else [], facts


def judge_resolution(connection: Connection, entry: Entry) -> Ruling:
    """QA's choice between claims takes away the others, and what was calculated from them."""
    given = entry.payload
    batch = queries.find_batch(connection, given["batch"])
    found = queries.find_item(connection, given["conflict"])
    if batch is None or found is None or not has_yields(batch.phases):
        return Ruling()
    gone = {one for one in found[1].entries if one != given["chosen"]}
    claims = values.of_batch(connection, batch.number)
    left = [one if one.entry not in gone else _superseded(one) for one in claims]
    facts = _stale_facts(connection, batch, left, given["chosen"])
    return Ruling(flags=(rules.STALE,) if facts else (), consequences=facts)


def _superseded(one: Claim) -> Claim:
    return Claim(one.entry, one.slot, one.value, one.unit, False, one.inputs)


def _stale_facts(connection: Connection, batch: Batch, claims: Sequence[Claim], cause: str) -> list[Fact]:
    told = _told(connection, batch.number)
    found = [one for one in rules.stale(batch.phases, claims) if one.entry not in told and one.entry != cause]
    return [_stale(batch.number, one, cause) for one in found]


def _stale(batch: str, one: Claim, cause: str) -> Fact:
    payload = {
        "batch": batch,
        "code": rules.STALE,
        "phase": one.slot.partition("/")[0],
        "slot": one.slot,
        "entries": [one.entry, cause],
        "details": {"severity": model.MAJOR},
        "comment": None,
    }
    return Fact(model.EXCEPTION, model.batch_stream(batch), payload, subject=one.slot)


def _told(connection: Connection, batch: str) -> set[str]:
    """The yields of which an exception says already that they are stale: it names them first."""
    return {orjson.loads(one.entries)[0] for one in queries.told_by_server(connection, batch, (rules.STALE,))}


def _yields(connection: Connection, batch: Batch) -> list[Yield]:
    """Those that stand, with whether somebody who may has explained them, and when first."""
    known = explained(connection, batch.number)
    found = []
    c = values.value.c
    query = select(c.entry, c.phase, c.slot, c.value, entry_.c.captured_at)
    query = query.join(entry_, entry_.c.idx == c.idx).where(
        c.batch == batch.number, c.inputs.is_not(None), entry_.c.superseded_by.is_(None)
    )
    for row in connection.execute(query.order_by(entry_.c.idx)):
        plan = printed.plan_at(find_phase(batch.phases, row.phase), row.slot)
        if plan is not None:
            out = bool(rules.judge_limits({"value": row.value, "comment": None}, plan))
            found.append(Yield(row.entry, row.phase, row.captured_at, out, known.get(row.entry)))
    return found


def _judge_explanation(connection: Connection, entry: Entry) -> list[Judgement]:
    """Of a yield of this phase, by somebody who may, signed with their own key."""
    given, person = entry.payload, entry.payload["explained_by"]
    about = queries.find_entry(connection, given["entry"])
    place = (given["batch"], given["phase"])
    found = []
    if about is None or about.kind not in model.CALCULATED or (about.batch, about.phase) != place:
        found.append(Judgement(rules.UNKNOWN, {"entry": given["entry"]}))
    if not countersigning.signed(connection, entry.header, entry.signatures, person):
        found.append(Judgement(rules.UNSIGNED, {"person": person}))
    held = identity.grants_within(connection, person, entry.header)
    if not any(grants.permits(one, model.EXPLAINS, None) for one in held):
        found.append(Judgement("person_not_permitted", {"person": person}))
    return found
