"""Containers of material and batches: which batch is given which (one at a time), and what is wrong with a use."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, insert, select

from server.core.db import records
from server.core.kinds import Entry, Fact, Ruling
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.model import Container
from server.production import model, queries
from server.production.model import Judgement, Use
from server.production.projection import entry_

allocation = Table(
    "production_allocation",
    records,
    Column("container", Text, primary_key=True),
    Column("batch", Text, nullable=False, index=True),
)
use = Table(
    "production_container_use",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False),
    Column("container", Text, nullable=False),
    Index("production_container_use_container", "container"),
)


def decide_allocation(connection: Connection, entry: Entry) -> Ruling:
    """All of the containers or none: each of a lot of the order, fit for use, and given to no other batch (PLT-16)."""
    given = entry.payload
    if not _permitted(connection, entry):
        return Ruling(refusal="not_permitted", details={"permission": "order.release"})
    batch = queries.find_batch(connection, given["batch"])
    if batch is None:
        return Ruling(refusal="batch_unknown", details={"batch": given["batch"]})
    if batch.disposed or batch.status == model.HISTORICAL:
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
        status = _status(connection, known[name], entry.header.captured_at[:10])
        if status != "released":
            return Ruling(refusal="container_not_fit", details={"container": name, "status": status})
    return Ruling()


def decide_release(connection: Connection, entry: Entry) -> Ruling:
    """Give containers back to the stock; whoever holds a lease that names them may refuse in another room."""
    given = entry.payload
    if not _permitted(connection, entry):
        return Ruling(refusal="not_permitted", details={"permission": "order.release"})
    taken = allocated(connection, given["containers"])
    for name in given["containers"]:
        if taken.get(name) != given["batch"]:
            return Ruling(refusal="container_not_allocated", details={"container": name, "batch": taken.get(name)})
    return Ruling()


def _permitted(connection: Connection, entry: Entry) -> bool:
    return entry.actor == "server" or identity.permitted(connection, entry.actor, "order.release")


def _status(connection: Connection, container: Container, day: str) -> str | None:
    lot = materials.find_lot(connection, container.material, container.lot, day)
    return None if lot is None else lot.status


def allocate(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    connection.execute(delete(allocation).where(allocation.c.container.in_(given["containers"])))
    rows = [{"container": name, "batch": given["batch"]} for name in dict.fromkeys(given["containers"])]
    connection.execute(insert(allocation), rows)


def release(connection: Connection, entry: Entry) -> None:
    connection.execute(delete(allocation).where(allocation.c.container.in_(entry.payload["containers"])))


def consume(connection: Connection, entry: Entry) -> None:
    """A weighing that names its container has taken something out of it."""
    name = entry.payload["container"]
    if name is not None:
        connection.execute(insert(use), {"idx": entry.index, "entry": entry.id, "container": name})


def allocated(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """The batch of each of the containers that are given to one."""
    query = select(allocation).where(allocation.c.container.in_(set(names)))
    return {row.container: row.batch for row in connection.execute(query)}


def allocated_to(connection: Connection, batch: str) -> list[Container]:
    """The containers that a batch was given."""
    query = select(allocation.c.container).where(allocation.c.batch == batch)
    return materials.containers(connection, connection.execute(query).scalars())


def choices(connection: Connection, batch: str, day: str) -> list[dict[str, Any]]:
    """Every container of the batch's lots: {container, material, lot, quantity, status, allocated: batch or null,
    used: the batches that took something out of it}."""
    found = queries.find_batch(connection, batch)
    lots = sorted(found.lots) if found is not None else []
    known = [one for material, lot in lots for one in materials.containers_of(connection, material, lot)]
    given = allocated(connection, [one.container for one in known])
    return [
        {
            **one.payload(),
            "status": _status(connection, one, day),
            "allocated": given.get(one.container),
            "used": sorted({used.batch for used in uses_of(connection, one.container)}),
        }
        for one in known
    ]


def uses_of(connection: Connection, container: str) -> list[Use]:
    """The entries that took something out of a container and still stand, in the order of the log."""
    joined = select(entry_.c.id, entry_.c.batch, entry_.c.phase, entry_.c.slot).join(use, use.c.idx == entry_.c.idx)
    here = joined.where(use.c.container == container, entry_.c.superseded_by.is_(None)).order_by(entry_.c.idx)
    return [Use(row.id, row.batch, row.phase, row.slot) for row in connection.execute(here)]


def judge_use(connection: Connection, entry: Entry) -> tuple[list[str], list[Fact]]:
    """The flags of a weighing for the container that it names, and an exception in every batch that this touches.

    A lot of which no container was ever registered is used without asking which: sites begin like that.
    """
    given = entry.payload
    name = given["container"]
    if name is None or not materials.containers_of(connection, given["material"], given["lot"]):
        return [], []
    known = next(iter(materials.containers(connection, [name])), None)
    owner = allocated(connection, [name]).get(name)
    others = [one for one in uses_of(connection, name) if one.batch != given["batch"]]
    found = judge(name, given, known, owner, others)
    return [one.code for one in found], [fact for one in found for fact in _facts(entry, one, owner, others)]


def judge(
    name: str, given: dict[str, Any] | Any, known: Container | None, owner: str | None, others: Sequence[Use]
) -> list[Judgement]:
    """What is wrong with taking something out of this container: pure. `owner` is the batch that it is allocated to,
    `others` what other batches took out of it."""
    details = {"container": name, "allocated": owner}
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


def _facts(entry: Entry, found: Judgement, owner: str | None, others: Sequence[Use]) -> list[Fact]:
    """The same exception, with the facts of all of them, in each batch: whoever reviews one sees what the other did."""
    given = entry.payload
    ids = [*(one.entry for one in others), entry.id]
    places = {one.batch: (one.phase, one.slot) for one in others}
    places |= {given["batch"]: (given["phase"], f"{given['phase']}/net")}
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
