"""The kinds of issuing: containers given to a batch, one brought to it by scan, one taken back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core import days, units
from server.core.kinds import Decide, Entry, Fact, Kind, Project, Room, Ruling
from server.materials.masters import queries as masters
from server.materials.stock import queries as stock
from server.materials.stock.model import MERGED, MIXED, SPLIT, Standing, is_unfit
from server.production import containers, model, queries
from server.production.issuing import projection, rules, shapes
from server.production.issuing import queries as issuing
from server.production.issuing.model import ALLOCATED, ISSUED, ISSUES, RETURNED


def decide_allocation(connection: Connection, entry: Entry) -> Ruling:
    """All of the containers or none: each of a lot of the order, fit for use, given to no other batch (PLT-16); and
    the next to end, and needed, or with a reason (MAT-07, MAT-08)."""
    given, day = entry.payload, days.captured(connection, entry)
    labels = [one["container"] for one in given["containers"]]
    refused = _closed(connection, given["batch"]) or _unfit(connection, given["batch"], labels, day)
    if refused is not None:
        return refused
    standings = {one.container: one for one in stock.standing(connection, labels, day)}
    reasons = {one["container"]: one["reason"] for one in given["containers"]}
    held = [one for one in _given(connection, given["batch"], day) if one.container not in reasons]
    for label, reason in reasons.items():
        wrong = None if reason else _unexplained(connection, given["batch"], standings[label], reasons, held, day)
        if wrong is not None:
            return wrong
        held.append(standings[label])
    return Ruling()


def _unfit(connection: Connection, batch: str, labels: list[str], day: str) -> Ruling | None:
    """Of the first container that the batch cannot be given."""
    found = queries.find_batch(connection, batch)
    lots = frozenset[tuple[str, str]]() if found is None else found.lots
    standings = {one.container: one for one in stock.standing(connection, labels, day)}
    for label in labels:
        one = standings.get(label)
        if one is None:
            return Ruling(refusal="container_unknown", details={"container": label})
        if one.batch not in (None, batch):
            return Ruling(refusal="container_taken", details={"container": label, "batch": one.batch})
        if (one.material, one.lot) not in lots:
            return Ruling(refusal="container_wrong_lot", details={"container": label, "lot": one.lot})
        if one.status != "released" or one.gone is not None:
            return Ruling(refusal="container_not_fit", details={"container": label, "status": one.gone or one.status})
    return None


def _unexplained(
    connection: Connection, batch: str, one: Standing, together: Any, held: list[Standing], day: str
) -> Ruling | None:
    """What asks for a reason that is not there."""
    first = issuing.sooner(connection, batch, one, together, day)
    if first is not None:
        return Ruling(refusal="allocation_departs", details={"container": one.container, "first": first})
    need = next((each for each in issuing.needs_of(connection, batch) if each.material == one.material), None)
    mine = [each.held for each in held if each.material == one.material]
    taken = [] if need is None else issuing.weighed(connection, batch, one.material, need.unit)
    if need is not None and rules.covered(need, [*mine, *taken], masters.links(connection, one.material)):
        details = {"container": one.container, "need": f"{need.most:f} {need.unit}"}
        return Ruling(refusal="allocation_beyond", details=details)
    return None


def _given(connection: Connection, batch: str, day: str) -> list[Standing]:
    labels = [one.container for one in containers.allocated_containers(connection, batch)]
    return stock.standing(connection, labels, day)


def _closed(connection: Connection, number: str) -> Ruling | None:
    batch = queries.find_batch(connection, number)
    if batch is None:
        return Ruling(refusal="batch_unknown", details={"batch": number})
    if batch.closed:
        return Ruling(refusal="batch_closed", details={"batch": number, "status": batch.status})
    return None


def decide_issue(connection: Connection, entry: Entry) -> Ruling:
    """One container, by its label: given to this batch, fit for use today, and not with it already (MAT-08)."""
    given, day = entry.payload, days.captured(connection, entry)
    label, batch = given["container"], given["batch"]
    refused = _closed(connection, batch)
    if refused is not None:
        return refused
    one = stock.find_standing(connection, label, day)
    if one is None:
        return Ruling(refusal="container_unknown", details={"container": label})
    if one.batch != batch:
        return Ruling(refusal="container_not_allocated", details={"container": label, "batch": one.batch})
    if one.status != "released" or one.gone is not None:
        return Ruling(refusal="container_not_fit", details={"container": label, "status": one.gone or one.status})
    if issuing.out(connection, batch, label) is not None:
        return Ruling(refusal="container_issued", details={"container": label})
    if (given["material"], given["lot"], dict(given["held"])) != (one.material, one.lot, dict(one.held)):
        return Ruling(refusal="container_changed", details={"container": label})
    return _nowhere(connection, given["to"], one) or Ruling()


def decide_return(connection: Connection, entry: Entry) -> Ruling:
    """With what is in it now, no more than came and was not filled into others since; with that it is free for other
    batches."""
    given = entry.payload
    brought = issuing.out(connection, given["batch"], given["container"])
    if brought is None:
        return Ruling(refusal="container_not_issued", details={"container": given["container"]})
    now = units.converted(given["quantity"], brought.held["unit"], masters.links(connection, brought.material))
    if now is None:
        return Ruling(refusal="return_unit_wrong", details={"unit": brought.held["unit"]})
    had = stock.base(connection, given["container"])
    most = min((brought.held, *([] if had is None else [had])), key=lambda one: rules.amount([one], one["unit"]))
    if rules.amount([now], brought.held["unit"]) > rules.amount([most], brought.held["unit"]):
        details = {"container": given["container"], "held": f"{most['value']} {most['unit']}"}
        return Ruling(refusal="return_too_much", details=details)
    one = stock.find_standing(connection, given["container"], days.captured(connection, entry))
    return _nowhere(connection, given["to"], one) or Ruling(consequences=_freed(connection, entry))


def _nowhere(connection: Connection, to: str | None, one: Standing | None) -> Ruling | None:
    """Where a container must not be put: nowhere, or in a place that is not for stock of its status."""
    place = None if to is None else stock.find_location(connection, to)
    if to is None:
        return None
    if place is None or not place.active:
        return Ruling(refusal="place_unknown", details={"location": to})
    if one is not None and is_unfit(place.kind, one.status):
        return Ruling(refusal="place_unfit", details={"location": to, "status": one.status})
    return None


def areas_of_issue(connection: Connection, entry: Entry) -> list[str]:
    """Where the container stands that is taken from there."""
    one = stock.find_standing(connection, entry.payload["container"], days.captured(connection, entry))
    return [] if one is None else stock.areas_of(connection, [one.location])


def areas_of_return(connection: Connection, entry: Entry) -> list[str]:
    """Where it is put again."""
    return stock.areas_of(connection, [entry.payload["to"]])


def _freed(connection: Connection, entry: Entry) -> list[Fact]:
    given = entry.payload
    if containers.allocated(connection, [given["container"]]).get(given["container"]) != given["batch"]:
        return []
    payload = {"batch": given["batch"], "containers": [given["container"]], "reason": given["reason"] or "returned"}
    return [Fact(model.DEALLOCATED, model.batch_stream(given["batch"]), payload)]


def allocate(connection: Connection, entry: Entry) -> None:
    labels = [one["container"] for one in entry.payload["containers"]]
    containers.give(connection, entry.payload["batch"], labels)


_ISSUES = ("server", model.ORDERS, ISSUES)
KINDS = (
    Kind(ALLOCATED, shapes.ContainersAllocated, "decision", decide_allocation, allocate, by=_ISSUES),
    Kind(
        ISSUED,
        shapes.ContainerIssued,
        "decision",
        decide_issue,
        projection.issued,
        by=_ISSUES,
        areas=areas_of_issue,
    ),
    Kind(
        RETURNED,
        shapes.ContainerReturned,
        "decision",
        decide_return,
        projection.returned,
        by=_ISSUES,
        areas=areas_of_return,
    ),
)


def judge_merger(connection: Connection, entry: Entry) -> Ruling:
    """What is in a container of a batch, and was filled together with something else, each of the batches is told."""
    if MIXED not in entry.flags:
        return Ruling()
    labels = [entry.payload["into"], *entry.payload["from"]]
    owners = containers.allocated(connection, labels)
    details = {"containers": labels, "batches": sorted(set(owners.values())), "severity": model.MAJOR}
    said = {"code": MIXED, "phase": None, "slot": None, "entries": [entry.id], "details": details}
    said |= {"comment": entry.payload["reason"]}
    facts = [
        Fact(model.EXCEPTION, model.batch_stream(batch), {"batch": batch, **said})
        for batch in details["batches"]
        if queries.find_batch(connection, batch) is not None
    ]
    return Ruling(consequences=facts)


LISTENERS: Mapping[str, Project] = {SPLIT: projection.follow}
JUDGES: Mapping[str, Decide] = {MERGED: judge_merger}
ROOM = Room("production", KINDS, LISTENERS, JUDGES)
