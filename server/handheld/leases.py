"""Gives a unit of work to a device: a signed snapshot of everything that the device may need while it is alone."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from server.core import clock, days, db
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.engines.forms.records import queries as filled
from server.equipment import queries as equipment
from server.equipment.alarms import queries as equipment_alarms
from server.equipment.model import Equipment
from server.equipment.status import queries as equipment_status
from server.handheld import lending, numbers, queries, registered, warehouses
from server.handheld.hub import queries as hub_queries
from server.handheld.hub.hub import Hub
from server.handheld.model import (
    LEASE_DOMAIN,
    LEASE_ISSUED,
    LEASE_ISSUED_V2,
    LEASE_ISSUED_V3,
    LEASE_RETURNED,
    LEASE_RETURNED_V2,
    LEASE_REVOKED,
    LEASE_REVOKED_V2,
    LEASE_TERM,
    Lease,
    batch_of,
    document_of,
    record_of,
    warehouse_of,
)
from server.identity import grants
from server.identity import queries as identity
from server.identity.model import TABLET, Person
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.production import queries as batches
from server.production.model import EXPLAINS, RELEASES, WITNESSES
from server.training import queries as training
from sync import canonical
from sync.entry import new_id
from sync.log import reading
from sync.log.tables import log_entry

# Who works on batches, and who may stand by and verify.
_NEEDED = ("batch.work", "batch.review")
_FILL = ("forms.fill",)


@dataclass(frozen=True, slots=True)
class Signed:
    """A lease as the device gets it: canonical JSON, and the server's signature over its domain and this text."""

    text: str
    signature: str


def issue(plant: Plant, hub: Hub, person: str, device: str, unit: str, agreement: str | None = None) -> Signed:
    """Lease a unit of work, by its stream, to a device in a person's hands for 72 hours; the device's proof has been
    checked.

    `agreement` is the device's P-256 point (base64) for which the keys of people are sealed.

    PestleError when the person may not work on it, or it is unknown or closed. Its document is made first, and holds
    what the log holds: a crash before the lease leaves a document that the next lease finds.
    """
    now, batch = clock.now(), batch_of(unit)
    lots = numbers.lent(plant, person, device, unit)
    with db.snapshot(plant.engine) as connection:
        terms = {
            "lease": new_id(int(now.timestamp() * 1000)),
            **({"unit": unit} if batch is None else {"batch": batch}),
            "device": device,
            "person": person,
            "issued_at": clock.text(now),
            "expires_at": clock.text(now + LEASE_TERM),
        }
        kind, needed, content = _content(plant, connection, unit, device)
        shared = _of_site(plant, connection, needed) | {"document": unit}
        lent = lending.lend(connection, content | lots | shared, terms, agreement)
        text = canonical.encode({"v": 1, **terms, **lent})
    if hub.documents.bring_up(unit):
        hub.news.grew(unit)
    payload = {**terms, "lease_hash": hashlib.sha256(text).hexdigest()}
    plant.recorder.state(Fact(kind, unit, payload, actor=person))
    if batch is not None:
        _check_containers(plant, terms, content["containers"])
    signature = base64.b64encode(plant.signer.sign(LEASE_DOMAIN + text)).decode()
    return Signed(text.decode(), signature)


def _content(
    plant: Plant, connection: Connection, unit: str, device: str
) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """What a unit of work holds besides what every lease does: the kind of its lease, the permissions of whom it names,
    and the snapshot."""
    batch = batch_of(unit)
    if batch is not None:
        return LEASE_ISSUED, _NEEDED, _of_batch(connection, batch)
    if warehouse_of(unit) is None:
        return LEASE_ISSUED_V2, _FILL, _of_record(connection, unit)
    size = plant.log.head(connection).size
    return LEASE_ISSUED_V3, warehouses.WORKS, warehouses.content(connection, unit, size)


def _check_containers(plant: Plant, terms: Mapping[str, str], told: list[dict[str, Any]]) -> None:
    """From the lease's entry on no container of the batch is released to another. One that was, between the snapshot
    and the entry, stands in the text: nobody gets that. PestleError `allocation_changed`."""
    with plant.engine.connect() as connection:
        given = [one.container for one in batches.allocated_containers(connection, terms["batch"])]
        if given == [one["container"] for one in told]:
            return
        told_seq = _told_by(connection, terms["device"])
    payload = {name: terms[name] for name in ("lease", "batch", "device")} | {"last_seq": told_seq}
    plant.recorder.state(Fact(LEASE_RETURNED, document_of(terms["batch"]), payload))
    raise PestleError("allocation_changed", {"batch": terms["batch"]})


def revoke(plant: Plant, person: str, lease_id: str, reason: str) -> Lease:
    """Take a batch or record back without its device; PestleError `lease_unknown`, `lease_ended`, `not_permitted`."""
    with plant.engine.connect() as connection:
        lease = queries.find_lease(connection, lease_id)
    if lease is None:
        raise PestleError("lease_unknown", {"lease": lease_id})
    payload = {"lease": lease_id, **lease.named(), "device": lease.device, "reason": reason}
    kind = LEASE_REVOKED_V2 if lease.batch is None else LEASE_REVOKED
    plant.recorder.state(Fact(kind, lease.unit, payload, actor=person))
    with plant.engine.connect() as connection:
        found = queries.find_lease(connection, lease_id)
    assert found is not None
    return found


def order_of(connection: Connection, batch: str) -> Mapping[str, Any]:
    """The order of a batch as it was released, with the control recipe frozen in it; PestleError `batch_unknown`."""
    place = select(log_entry.c.idx).where(log_entry.c.stream == document_of(batch), log_entry.c.kind.in_(RELEASES))
    index = connection.execute(place.order_by(log_entry.c.idx).limit(1)).scalar()
    stored = None if index is None else reading.one(connection, index)
    if stored is None:
        raise PestleError("batch_unknown", {"batch": batch})
    return stored.envelope.body


def _of_batch(connection: Connection, batch: str) -> dict[str, Any]:
    order = order_of(connection, batch)
    day = days.today(connection)
    lots = materials.lots_of(connection, [(line["material"], line["lot"]) for line in order["lots"]], day)
    names = ("material", "name", "lot", "supplier_lot", "status", "expiry", "retest", "containers")
    return {
        "order": order,
        "recipe_hash": order["recipe_hash"],
        "containers": _containers(connection, batch),
        # What a litre of each weighs: its lines are reckoned without network as the server reckons them.
        "conversions": masters.conversions_of(connection, sorted({line["material"] for line in order["lots"]})),
        "lots": [
            {
                **{name: getattr(lot, name) for name in names},
                "registered": bool(materials.containers_of(connection, lot.material, lot.lot)),
                **batches.lent_results(connection, order["phases"], lot.material, lot.lot),
            }
            for lot in lots
        ],
    }


def _containers(connection: Connection, batch: str) -> list[dict[str, Any]]:
    return batches.lent_containers(connection, batch)


def _of_record(connection: Connection, unit: str) -> dict[str, Any]:
    """The form as it is pinned by its bytes; what has been filled in stands in the document."""
    name = record_of(unit)
    record = None if name is None else filled.find_record(connection, name)
    definition = None if record is None else filled.definition(connection, record.sha256)
    if record is None or definition is None:
        raise PestleError("record_unknown", {"record": name or unit})
    names = ("record", "form", "version", "sha256", "subject", "opened_by", "opened_at")
    known = registered.lent(connection, definition, days.today(connection))
    registers = {name: known[name] for name in ("permitted", "people", "lots")}
    return {
        "record": {name: getattr(record, name) for name in names},
        "definition": definition,
        "registers": registers,
    }


def _of_site(plant: Plant, connection: Connection, permissions: tuple[str, ...]) -> dict[str, Any]:
    """What a tablet needs whatever it works on: people, rooms, equipment, other tablets, the site."""
    now = clock.now()
    people = identity.people_with(connection, *permissions)
    held, needs = training.lent(connection, people, now), training.requirements(connection)
    return {
        "people": [{**_person(connection, person), "qualifications": held[person.id]} for person in people],
        # What a step of work needs, by its name; the tablet stops who lacks it without asking us.
        "requirements": needs,
        # Whose room is whose, and below where each person works: a tablet stops who does not work there.
        "areas": [one.payload() for one in identity.all_areas(connection)],
        "documents": training.titles(connection, [code for codes in needs.values() for code in codes]),
        "equipment": _pieces(connection, now),
        # With their keys: who works alone can tell whose records he sees.
        "devices": [one.key_payload() for one in identity.all_devices(connection) if one.role == TABLET],
        "site": plant.site(),
        # By which calendar a tablet tells days: the same as the server, also alone.
        "zones": days.zones(connection).lent(),
    }


def _pieces(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """The register; of a piece of whose cleanliness account is kept, or that is in alarm, also how it stands."""
    kept = {one.equipment for one in equipment_status.kept(connection)} | set(equipment_alarms.standing(connection))
    found = []
    for piece in equipment.all_equipment(connection):
        told = _piece(connection, piece, now)
        if piece.equipment in kept:
            told["state"] = equipment_status.state(connection, piece, clock.text(now))
            told["state"]["products"] = _products(connection, piece, clock.text(now))
        found.append(told)
    return found


def _products(connection: Connection, piece: Equipment, at: str) -> list[str]:
    """What was in a piece since its last major cleaning: of another product it is not clean."""
    found = {batches.made_in(connection, one) for one in equipment_status.used_since_major(connection, piece, at)}
    return sorted(one for one in found if one is not None)


def _piece(connection: Connection, piece: Equipment, now: datetime) -> dict[str, Any]:
    """Of a balance for which that was set, also what it may be used for, and its last checks."""
    gates = equipment.gates(connection, piece.equipment, clock.text(now)) if piece.class_ == "balance" else None
    return piece.payload() | ({} if gates is None else {"gates": gates})


def _person(connection: Connection, person: Person) -> dict[str, Any]:
    """With what people sign with offline, each in their own name (IDN-03, IDN-05): the key that their PIN unlocks, and
    their passkeys, which only an authenticator of theirs can use."""
    held = [one.key_payload() for one in identity.passkeys_in_use(connection, person.id)]
    # None is everywhere.
    areas = {
        "works_in": grants.limits(person.grants, "batch.work"),
        "stands_by_in": grants.limits_of_any(person.grants, WITNESSES),
        "explains_in": grants.limits(person.grants, EXPLAINS),
    }
    return {**person.payload(), **areas, "key": identity.wrapped_key(connection, person.id), "passkeys": held}


def hand_back(plant: Plant, person: str, lease_id: str, device: str, last_seq: int) -> Lease:
    """The device has given the batch or record back with this last sequence; PestleError `lease_unknown`.

    A device that was set back may name less than it has told of before: then that counts (PLT-11).
    Saying it again changes nothing, also with a later sequence: the answer to the first time may have been lost,
    and the device has gone on with other batches meanwhile.
    """
    with plant.engine.connect() as connection:
        lease, told = queries.find_lease(connection, lease_id), _told_by(connection, device)
    if lease is None or lease.device != device:
        raise PestleError("lease_unknown", {"lease": lease_id})
    if lease.returned_at is None:
        payload = {"lease": lease_id, **lease.named(), "device": device, "last_seq": max(last_seq, told)}
        kind = LEASE_RETURNED_V2 if lease.batch is None else LEASE_RETURNED
        plant.recorder.state(Fact(kind, lease.unit, payload, actor=person))
    # A crash here: its lot numbers come back with the next lease of this device.
    numbers.settle(plant, device)
    with plant.engine.connect() as connection:
        found = queries.find_lease(connection, lease_id)
    assert found is not None
    return found


def _told_by(connection: Connection, device: str) -> int:
    """The last sequence of a device by its own word; 0 of one that has never come."""
    return next((state["known"] for state in hub_queries.states(connection) if state["device"] == device), 0)
