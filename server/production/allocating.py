"""Containers of batches: the decision which batch is given which, and what is wrong with a use of one."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.core.units import Link
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.model import Container
from server.materials.stock import queries as stock
from server.materials.stock import rules as quantities
from server.production import model, queries
from server.production.containers import allocated, amount_taken, status, uses_of
from server.production.issuing import queries as issuing
from server.production.model import Judgement, Use
from server.production.rules import slot_of


def decide_allocation(connection: Connection, entry: Entry) -> Ruling:
    """All of the containers or none: each of a lot of the order, fit for use, and given to no other batch (PLT-16)."""
    given = entry.payload
    batch = queries.find_batch(connection, given["batch"])
    if batch is None:
        return Ruling(refusal="batch_unknown", details={"batch": given["batch"]})
    if batch.closed:
        return Ruling(refusal="batch_closed", details={"batch": given["batch"], "status": batch.status})
    known = {one.container: one for one in materials.containers(connection, given["containers"])}
    taken = allocated(connection, given["containers"])
    for name in given["containers"]:
        if name not in known:
            return Ruling(refusal="container_unknown", details={"container": name})
        if taken.get(name, batch.number) != batch.number:
            return Ruling(refusal="container_taken", details={"container": name, "batch": taken[name]})
        if (known[name].material, known[name].lot) not in batch.lots:
            return Ruling(refusal="container_wrong_lot", details={"container": name, "lot": known[name].lot})
        current = status(connection, known[name], days.captured(connection, entry))
        if current != "released":
            return Ruling(refusal="container_not_fit", details={"container": name, "status": current})
    return Ruling()


def decide_release(connection: Connection, entry: Entry) -> Ruling:
    """Give containers back to the stock; whoever holds a lease that names them may refuse in another room. One that was
    brought to the batch comes back with what is in it (MAT-08)."""
    given = entry.payload
    taken = allocated(connection, given["containers"])
    for name in given["containers"]:
        if taken.get(name) != given["batch"]:
            return Ruling(refusal="container_not_allocated", details={"container": name, "batch": taken.get(name)})
        if issuing.out(connection, given["batch"], name) is not None:
            return Ruling(refusal="container_with_batch", details={"container": name})
    return Ruling()


def judge_use(connection: Connection, entry: Entry) -> tuple[list[str], list[Fact]]:
    """The flags of a weighing for the container that it names, and an exception in every batch that this touches.

    A lot of which no container was ever registered is used without asking which: sites begin like that.
    """
    given = entry.payload
    name, registered = given["container"], materials.containers_of(connection, given["material"], given["lot"])
    known = materials.find_container(connection, name) if name is not None else None
    if not registered and known is None:
        return [], []
    if name is None:
        labels = {one.container for one in registered}
        theirs = [one for one, batch in allocated(connection, labels).items() if batch == given["batch"]]
        missing = judge_missing(given, sorted(theirs))
        return [missing.code], _facts(entry, missing, ())
    owner = allocated(connection, [name]).get(name)
    uses = uses_of(connection, name)
    others = [one for one in uses if one.batch != given["batch"]]
    found = judge(name, given, known, owner, others)
    facts = [fact for one in found for fact in _facts(entry, one, others)]
    # What the place of this entry held before is corrected by it, or in conflict with it: not taken besides.
    place = slot_of(entry.kind, given)
    besides = [one for one in uses if (one.batch, one.slot) != (given["batch"], place)]
    for one in () if known is None else _judge_amount(connection, known, given, besides):
        found.append(one)
        facts += _facts(entry, one, besides)
    return [one.code for one in found], facts


def judge_missing(given: Mapping[str, Any], theirs: Sequence[str]) -> Judgement:
    """No container is named of a lot that has labelled ones: pure. `theirs` are those of the lot that the batch was
    given; where that is one, there is little doubt which it was."""
    severity = model.MINOR if len(theirs) == 1 else model.MAJOR
    details = {"material": given["material"], "lot": given["lot"], "allocated": list(theirs), "severity": severity}
    return Judgement(model.MISSING, details)


def judge(
    name: str, given: Mapping[str, Any], known: Container | None, owner: str | None, others: Sequence[Use]
) -> list[Judgement]:
    """What is wrong with taking something out of this container: pure. `owner` is the batch that it is allocated to,
    `others` what other batches took out of it. All of it is about which material is in the product: major."""
    details = {"container": name, "allocated": owner, "severity": model.MAJOR}
    if known is None:
        return [Judgement(model.CONTAINER_UNKNOWN, details | {"batches": [given["batch"]]})]
    found = []
    if (known.material, known.lot) != (given["material"], given["lot"]):
        found.append(Judgement("wrong_lot", details | {"material": known.material, "lot": known.lot}))
    if owner != given["batch"]:
        touched = {given["batch"], owner} - {None}
        found.append(Judgement(model.NOT_ALLOCATED, details | {"batches": sorted(touched, key=str)}))
    if others:
        touched = {given["batch"], *(one.batch for one in others)}
        found.append(Judgement(model.SHARED, details | {"batches": sorted(touched, key=str)}))
    return found


def _judge_amount(
    connection: Connection, known: Container, given: Mapping[str, Any], besides: Sequence[Use]
) -> list[Judgement]:
    unit, own = known.quantity["unit"], masters.links(connection, known.material)
    had = quantities.base(stock.movements(connection, known.container))
    return judge_amount(known.container, unit, had, given, amount_taken(unit, besides, own), own)


def judge_amount(
    name: str, unit: str, had: str, given: Mapping[str, Any], before: str, own: Sequence[Link] = ()
) -> list[Judgement]:
    """Whether more is taken out of a container than it had for batches, as far as weights convert to its unit, by what
    its material says of its units as well: pure, and exact. `before` is what they took already. Where it was used up
    before, the material must have come from elsewhere: major; a last portion that is a little more than what was left
    may be the tolerance of the filling: minor."""
    net, held = quantities.amount(given["net"], unit, own), Fraction(had)
    if net is None or Fraction(before) + Fraction(net) <= held:
        return []
    severity = model.MAJOR if Fraction(before) >= held else model.MINOR
    amounts = {"held": had, "taken": before}
    said = {one: {"value": quantities.shown(amount), "unit": unit} for one, amount in amounts.items()}
    return [Judgement(model.USED_UP, {"container": name, **said, "severity": severity})]


def _facts(entry: Entry, found: Judgement, others: Sequence[Use]) -> list[Fact]:
    """The same exception, with the facts of all of them, in each batch: whoever reviews one sees what the other did."""
    given = entry.payload
    ids = [*(one.entry for one in others), entry.id]
    places = {one.batch: (one.phase, one.slot) for one in others}
    places |= {given["batch"]: (given["phase"], slot_of(entry.kind, given))}
    facts = []
    for batch in found.details.get("batches", [given["batch"]]):
        phase, slot = places.get(batch, (None, None))
        payload = {
            "batch": batch,
            "code": found.code,
            "phase": phase,
            "slot": slot,
            "entries": ids,
            "details": dict(found.details),
            "comment": given["comment"] if batch == given["batch"] else None,
        }
        facts.append(Fact(model.EXCEPTION, model.batch_stream(batch), payload, subject=slot))
    return facts
