"""What the screen of the usage decision shows of a lot: everything that its decision depends on, on one page."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.receiving import queries as receiving
from server.materials.suppliers import queries as suppliers
from server.quality import queries as quality
from server.quality.specifications import model as specified
from server.quality.specifications import queries as specifications
from server.quality.usage import certificates, model, outcomes, queries, rules
from server.quality.usage.certificates import Claim
from server.quality.usage.model import Facts, Line
from sync.log import reading

Answer = dict[str, Any]
People = Mapping[str, Any]
# As many of its entries as the page lists, the newest first; the log has them all.
_HISTORY = 200


def one(connection: Connection, material: str, lot: str, day: str, person: str | None) -> Answer | None:
    """A lot with receipt, supplier, specification, results, gates, decisions and history, on a day (YYYY-MM-DD).

    `gates` are those for this person, should they sign; None for somebody who decides nothing.
    """
    facts = queries.facts(connection, material, lot, day)
    found = materials.find_lot(connection, material, lot, day)
    if facts is None or found is None:
        return None
    history = _history(connection, material, lot, facts.size)
    decided = queries.decisions(connection, material, lot)
    kept = queries.certificates_of(connection, material, lot)
    people = identity.people(
        connection, {*(row.by for row in kept), *rules.hands(facts), *(one.by for one in decided), *_actors(history)}
    )
    shown = ("material", "name", "lot", "status", "expiry", "retest", "received_at", "quantity", "containers")
    return {
        "lot": {name: getattr(found, name) for name in (*shown, "supplier", "supplier_lot", "manufacturer")},
        "supplier": _supplier(connection, material, lot, found.supplier, day),
        "specification": facts.specification,
        "version": facts.version,
        "inspection": facts.inspection,
        "digest": facts.digest,
        "switching": _switching(connection, facts, found.supplier),
        "tests": [_test(test) for test in _specified(connection, facts)],
        "results": _results(connection, facts, people),
        "certificates": [_certificate(row, people) for row in kept],
        "claims": _claims(connection, facts, kept),
        "gates": [gate.payload() for gate in rules.gates(facts, person)],
        "decisions": [_decision(each, people) for each in decided],
        "history": [_entry(each, people) for each in reversed(history)],
    }


def _switching(connection: Connection, facts: Facts, supplier: str | None) -> Answer | None:
    """How lots of this supplier are inspected now; None where the specification asks no switching rules."""
    if facts.discontinued is None:
        return None
    return outcomes.standing(connection, facts.material, supplier).payload()


def _history(connection: Connection, material: str, lot: str, size: int) -> list[reading.StoredEntry]:
    """The entries of the lot's stream, and what handhelds said of it in theirs; in the order of the log."""
    own = reading.of_stream(connection, queries.stream(material, lot), max(size - _HISTORY, 0))
    others = reading.at(connection, receiving.told_elsewhere(connection, material, lot)[-_HISTORY:])
    return sorted((*own, *others), key=lambda one: one.index)[-_HISTORY:]


def _actors(history: Iterable[reading.StoredEntry]) -> set[str]:
    return {each.head.actor for each in history}


def _supplier(connection: Connection, material: str, lot: str, named: str | None, day: str) -> Answer:
    known = suppliers.all_suppliers(connection).values()
    found = next((each for each in known if named is not None and each.is_named(named)), None)
    return {
        "named": named,
        "waits": suppliers.is_undecided(connection, material, lot, day),
        "code": None if found is None else found.supplier,
        "name": None if found is None else dict(found.name),
        "standing": None if found is None else found.standing(day),
    }


def _specified(connection: Connection, facts: Facts) -> Sequence[specified.Test]:
    """The tests of the specification in force, in its order."""
    if facts.specification is None or facts.version is None:
        return ()
    found = specifications.find_version(connection, facts.specification, facts.version)
    return () if found is None else found.tests


def _test(test: specified.Test) -> Answer:
    return {name: getattr(test, name) for name in test.__slots__ if name != "options"} | {"options": [*test.options]}


def _results(connection: Connection, facts: Facts, people: People) -> list[Answer]:
    """The results that stand, those that were set aside among them, in the order of the log."""
    found = quality.results_of_lot(connection, facts.material, facts.lot)
    incoming = [each for each in found if each.stage == model.STAGE]
    entries = [each.entry for each in incoming]
    checks, gone = queries.checks_of(connection, entries), queries.asides_of(connection, entries)
    made = queries.analyses_of(connection, entries)
    stamps = {each.index: each for each in reading.at(connection, [*dict.fromkeys(one.index for one in facts.lines)])}
    return [
        each.payload()
        | _line(line, stamps[line.index], people)
        | _after(line, checks, gone, people)
        | _analysis(made.get((line.entry, line.test)))
        for each, line in zip(incoming, facts.lines, strict=True)
    ]


def _line(line: Line, entry: reading.StoredEntry, people: People) -> Answer:
    """By whom, when, and what was wrong with it; `digest` is what whoever checks it signs."""
    said = {"by": people.get(line.by), "at": entry.head.captured_at, "flags": [*entry.stamp.flags]}
    return said | {"counts": line.counts, "digest": hashlib.sha256(entry.header).hexdigest()}


def _analysis(made: Any) -> Answer:
    """With what it was found, of what sample, and which entry it tests again."""
    names = ("instrument", "inspection", "sample", "retest_of")
    said = {name: getattr(made, name, None) for name in names}
    return said | {"reagents": [] if made is None else orjson.loads(made.reagents)}


def _after(line: Line, checks: Mapping[str, Any], gone: Mapping[Any, Any], people: People) -> Answer:
    """What others said of it since."""
    check, aside = checks.get(line.entry), gone.get((line.entry, line.test))
    return {
        "checked": check and {"by": people.get(check.by), "at": check.at, "comment": check.comment},
        "aside": aside and {"by": people.get(aside.by), "at": aside.at, "reason": aside.reason},
    }


def _certificate(row: Row[Any], people: People) -> Answer:
    said = {name: getattr(row, name) for name in ("entry", "number", "issued", "at")}
    file = None if row.file is None else orjson.loads(row.file)
    return said | {"by": people.get(row.by), "file": file, "lines": orjson.loads(row.lines)}


def _claims(connection: Connection, facts: Facts, kept: Sequence[Row[Any]]) -> list[Answer]:
    """By test, what certificates and imported results say of it, and what contradicts what."""
    tests = {test.code: test for test in _specified(connection, facts)}
    said = [certificates.claim(row.entry, line, tests) for row in kept for line in orjson.loads(row.lines)]
    found = quality.results_of_lot(connection, facts.material, facts.lot)
    stands = [one for one in facts.lines if not one.set_aside]
    told = {one.entry for one in facts.lines if one.checked_by == SERVER}
    for each in (one for one in found if one.stage == model.STAGE and one.entry in told):
        number = {"test": each.test, "value": each.value, "unit": each.unit, "text": None}
        words = {"test": each.test, "value": None, "unit": None, "text": each.value}
        said.append(certificates.claim(each.entry, number if each.unit else words, tests))
    codes = [*dict.fromkeys((*tests, *(one.test for one in said)))]
    return [_claim(code, [one for one in said if one.test == code], stands) for code in codes]


def _claim(code: str, said: list[Claim], stands: Sequence[Line]) -> Answer:
    ours = [one.verdict for one in stands if one.test == code and one.checked_by != SERVER]
    claims = [
        {"of": one.of, "value": one.value, "unit": one.unit, "text": one.text, "verdict": one.verdict} for one in said
    ]
    return {"test": code, "claims": claims, "contradictions": certificates.contradictions(said, ours)}


def _decision(each: model.Decision, people: People) -> Answer:
    names = ("entry", "status", "reason", "at", "conditions", "retest")
    return {name: getattr(each, name) for name in names} | {
        "by": people.get(each.by),
        "signed": each.digest is not None,
    }


def _entry(each: reading.StoredEntry, people: People) -> Answer:
    head: Sequence[str] = ("id", "kind", "captured_at")
    return {name: getattr(each.head, name) for name in head} | {
        "by": people.get(each.head.actor),
        "flags": [*each.stamp.flags],
    }
