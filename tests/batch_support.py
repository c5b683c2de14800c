"""A small recipe, its order, and the payloads of work on it, for tests of production and release."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from support import with_tables

from server.core.config import Config
from server.core.db import records
from server.core.kinds import Fact
from server.core.record import Recorded
from server.plant import open_plant
from server.production import queries
from server.production.model import BatchLine, Item
from server.production.rules import slot_of
from server.recipes.model import recipe_hash
from sync import canonical
from sync.entry import Envelope, parse_signatures
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

Payload = dict[str, Any]


def t(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


PHASE: Payload = {"room": None, "equipment": None}
PHASES: list[Payload] = [
    PHASE
    | {
        "id": "10",
        "type": "line_clearance",
        "name": t("clearance"),
        "instruction": t("clear"),
        "items": [{"id": "labels", "text": t("no labels")}, {"id": "clean", "text": t("clean")}],
    },
    PHASE
    | {
        "id": "20",
        "type": "weighing",
        "name": t("weigh the API"),
        "instruction": t("weigh"),
        "equipment": "balance",
        "material": "api-1",
        "material_name": t("API"),
        "target": "12.640",
        "low": "12.600",
        "high": "12.680",
        "unit": "kg",
        "decimals": 3,
    },
    PHASE
    | {
        "id": "30",
        "type": "parameters",
        "name": t("blend"),
        "instruction": t("blend"),
        "parameters": [
            {
                "id": "speed",
                "name": t("speed"),
                "unit": "rpm",
                "low": "10",
                "high": "14",
                "target": "12",
                "decimals": 0,
            },
            {"id": "time", "name": t("time"), "unit": "min", "low": "15", "high": None, "target": None, "decimals": 0},
        ],
    },
    PHASE
    | {
        "id": "40",
        "type": "in_process",
        "name": t("compress"),
        "instruction": t("check"),
        "rounds": 2,
        "checks": [
            {
                "id": "hardness",
                "name": t("hardness"),
                "unit": "N",
                "low": "60.0",
                "high": "100.0",
                "target": "80.0",
                "decimals": 1,
                "samples": 3,
            }
        ],
    },
]
PRODUCT: Payload = {"code": "TAB-5", "name": t("Tablets"), "strength": "5 mg"}
SIZE = {"value": "100.000", "unit": "kg"}
RECIPE: Payload = {
    "recipe": "MR-TAB",
    "version": 1,
    "product": PRODUCT,
    "size": SIZE,
    "phases": PHASES,
    "materials": [{"material": "api-1", "name": t("API")}],
    "signatures": [{"person": "P-1", "meaning": "approved", "at": "2026-11-01T08:00:00.000Z"}],
}
LOT = {"material": "api-1", "lot": "A-5/2"}


def order(batch: str, **changes: Any) -> Payload:
    given: Payload = {
        "batch": batch,
        "product": PRODUCT,
        "recipe": "MR-TAB",
        "version": 1,
        "recipe_hash": recipe_hash(RECIPE),
        "size": SIZE,
        "lots": [LOT],
        "phases": PHASES,
    }
    return given | changes


def marked(batch: str, phase: str) -> Payload:
    return {"batch": batch, "phase": phase}


def cleared(batch: str, **changes: Any) -> Payload:
    items = [{"id": "labels", "ok": True}, {"id": "clean", "ok": True}]
    return {"batch": batch, "phase": "10", "items": items, "comment": None, **changes}


def weighed(batch: str, net: str = "12.640", **changes: Any) -> Payload:
    """By hand and alone, unless the changes say otherwise."""
    given: Payload = {
        "batch": batch,
        "phase": "20",
        **LOT,
        "container": "1/9",
        "net": {"value": net, "unit": "kg"},
        "source": "manual",
        "reading": None,
        "verified_by": None,
        "limits": {"low": "12.600", "high": "12.680", "target": "12.640", "unit": "kg"},
        "comment": None,
    }
    return given | changes


def parameter(batch: str, name: str, value: str, unit: str, **changes: Any) -> Payload:
    planned = next(one for one in PHASES[2]["parameters"] if one["id"] == name)
    return {
        "batch": batch,
        "phase": "30",
        "parameter": name,
        "value": {"value": value, "unit": unit},
        "source": "manual",
        "limits": {key: planned[key] for key in ("low", "high", "target", "unit")},
        "comment": None,
        **changes,
    }


def checked(batch: str, turn: int, values: list[str], mean: str, **changes: Any) -> Payload:
    return {
        "batch": batch,
        "phase": "40",
        "check": "hardness",
        "round": turn,
        "values": values,
        "unit": "N",
        "mean": mean,
        "limits": {"low": "60.0", "high": "100.0", "target": "80.0", "unit": "N"},
        "comment": None,
        **changes,
    }


def weight_read(balance: str = "BAL-07", net: str = "12.640", **changes: Any) -> Payload:
    given: Payload = {
        "balance": balance,
        "model": "ICS685",
        "serial": "1234567",
        "transport": "tcp",
        "quality": "stable",
        "net": {"value": net, "unit": "kg"},
        "raw": f"S S {net} kg",
        "connection": 1,
    }
    return given | changes


def scale_read(balance: str = "BAL-07", weight: str = "12.640") -> Payload:
    """What a scale indicated that says nothing of stability."""
    return {
        "balance": balance,
        "model": "WSS-150",
        "serial": "1234567",
        "transport": "ble-wss",
        "weight": {"value": weight, "unit": "kg"},
        "resolution": "0.005",
        "raw": "00e009",
        "device_time": None,
        "user": None,
        "connection": 1,
    }


class Site:
    """A plant with a few people, two tablets, a bridge, one released lot, one recipe; everything through the door."""

    PEOPLE: ClassVar = {
        "P-1": ("wang", ["operator"]),
        "P-2": ("li", ["operator"]),
        "P-3": ("chen", ["supervisor"]),
        "P-5": ("zhao", ["qa"]),
        "P-6": ("both", ["qa"]),
        "P-7": ("sun", ["qc"]),
        "P-9": ("admin", ["admin"]),
    }
    DEVICES: ClassVar = {"tablet-a": "tablet", "tablet-b": "tablet", "bridge-1": "bridge"}

    def __init__(self, database_url: str, folder: Path) -> None:
        self.plant = open_plant(Config(folder / "data", with_tables(database_url)))
        self.now_ms = 1_795_339_800_000  # 2026-11-22T09:30:00Z
        self.keys = {person: Ed25519Signer.generate() for person in self.PEOPLE}
        self.writers: dict[str, DeviceWriter] = {}
        self.leases: dict[tuple[str, str], str] = {}
        # People who have a password: nobody takes one that they had before.
        self.with_password: set[str] = set()
        facts = [fact for person, about in self.PEOPLE.items() for fact in self._person(person, *about)]
        facts += [self._device(device, role) for device, role in self.DEVICES.items()]
        # One commit: a disk flush for each would be most of the time that these tests take.
        self.plant.recorder.state(*facts, *self._stock())

    def state(self, kind: str, stream: str, payload: Payload, actor: str = "server") -> Recorded:
        return self.plant.recorder.state(Fact(kind, stream, payload, actor=actor))[0]

    def order(self, batch: str, **changes: Any) -> Recorded:
        """An ordered batch, in the hands of both tablets."""
        facts = [Fact("production.order_released.v1", f"batch/{batch}", order(batch, **changes), actor="P-3")]
        for device in ("tablet-a", "tablet-b"):
            lease = self.leases[batch, device] = f"lease-{batch}-{device}"
            given = {"lease": lease, "batch": batch, "device": device, "person": "P-1", "lease_hash": "0" * 64}
            term = {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
            facts.append(Fact("handheld.lease_issued.v1", f"batch/{batch}", given | term))
        return self.plant.recorder.state(*facts)[0]

    def hand_back(self, batch: str) -> None:
        for (held, device), lease in self.leases.items():
            if held == batch:
                given = {"lease": lease, "batch": batch, "device": device, "last_seq": self.writers[device].seq}
                self.state("handheld.lease_returned.v1", f"batch/{batch}", given)

    def put(
        self,
        kind: str,
        payload: Payload,
        *,
        actor: str = "P-1",
        device: str = "tablet-a",
        cosigner: str | None = None,
        subject: str | None = None,
        stream: str | None = None,
        corrects: str | None = None,
        reason: str | None = None,
    ) -> Recorded:
        """An entry from a tablet, a minute after the last; `kind` without room, and without version where it is the
        first."""
        name = f"production.{kind}" if "." in kind else f"production.{kind}.v1"
        self.now_ms += 60_000
        envelope = self.writers[device].write(
            name,
            stream or f"batch/{payload['batch']}",
            payload,
            actor=actor,
            subject=subject or slot_of(name, payload),
            lease=self.leases.get((payload["batch"], device)),
            corrects=corrects,
            reason=reason,
        )
        if cosigner is not None:
            envelope = self.cosign(envelope, cosigner)
        return self.submit(envelope)

    def read_weight(self, device: str = "bridge-1", **changes: Any) -> Payload:
        """A reading in the log, as a weighing names it."""
        return self.put_reading(device, "equipment.weight_read.v1", weight_read(**changes))

    def put_reading(self, device: str, kind: str, payload: Payload) -> Payload:
        self.now_ms += 1_000
        stream = f"equipment/{payload['balance']}"
        recorded = self.submit(self.writers[device].write(kind, stream, payload, actor=device))
        kept = {name: payload[name] for name in ("balance", "serial", "model", "raw")}
        return {"id": recorded.id, "device": device, **kept}

    def cosign(self, envelope: Envelope, person: str, key: Ed25519Signer | None = None) -> Envelope:
        """The same entry with the second person's own signature over its header."""
        signature = (key or self.keys[person]).sign(b"pestle/cosign/v1\n" + envelope.header)
        second = {"alg": "ed25519", "by": f"person:{person}", "sig": base64.b64encode(signature).decode()}
        return replace(envelope, signatures=canonical.encode([*parse_signatures(envelope.signatures), second]))

    def submit(self, envelope: Envelope) -> Recorded:
        outcome = self.plant.recorder.submit(envelope, source="test")
        assert isinstance(outcome, Recorded), outcome
        return outcome

    def work(self, batch: str) -> dict[str, str]:
        """A whole batch without anything to remark: the id of the entry in each slot."""
        reading = self.read_weight()
        done = {}
        for phase, entries in self._plan(batch, reading).items():
            self.put("phase_started", marked(batch, phase))
            for kind, payload in entries:
                recorded = self.put(kind, payload)
                done[slot_of(f"production.{kind}.v1", payload)] = recorded.id
            self.put("phase_completed", marked(batch, phase))
        return done

    @staticmethod
    def _plan(batch: str, reading: Payload) -> dict[str, list[tuple[str, Payload]]]:
        return {
            "10": [("line_cleared", cleared(batch))],
            "20": [("material_weighed", weighed(batch, source="device", reading=reading))],
            "30": [
                ("parameter_recorded", parameter(batch, "speed", "12", "rpm")),
                ("parameter_recorded", parameter(batch, "time", "20", "min")),
            ],
            "40": [
                ("check_recorded", checked(batch, 1, ["79.0", "80.0", "82.0"], "80.33")),
                ("check_recorded", checked(batch, 2, ["78.0", "80.0", "82.0"], "80.00")),
            ],
        }

    def items(self, batch: str) -> list[tuple[str, str | None, str]]:
        """(code, slot, state) of the batch's exceptions and conflicts."""
        with self.plant.engine.connect() as connection:
            return [(item.code, item.slot, item.state) for item in queries.items_of(connection, batch)]

    def item(self, batch: str, code: str) -> Item:
        with self.plant.engine.connect() as connection:
            (found,) = [item for item in queries.items_of(connection, batch) if item.code == code]
        return found

    def line(self, batch: str) -> BatchLine:
        with self.plant.engine.connect() as connection:
            found = queries.batch_line(connection, batch)
        assert found is not None
        return found

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of records, for comparing before and after a rebuild."""
        with self.plant.engine.connect() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in records.sorted_tables
            }

    def _person(self, person: str, login: str, roles: list[str]) -> list[Fact]:
        given = {"person": person, "login": login, "name": f"姓名{person}", "name_en": login.title(), "roles": roles}
        key = base64.b64encode(self.keys[person].public_key).decode()
        secret = {"person": person, "what": "pin", "alg": "ed25519", "public_key": key}
        stream = f"person/{person}"
        return [
            Fact("identity.person_added.v1", stream, given),
            Fact("identity.credential_set.v1", stream, secret, actor=person),
        ]

    def _device(self, device: str, role: str) -> Fact:
        signer = Ed25519Signer.generate()
        key = base64.b64encode(signer.public_key).decode()
        self.writers[device] = DeviceWriter(device, signer, clock=lambda: self.now_ms)
        given = {"device": device, "name": device, "role": role, "alg": "ed25519", "public_key": key}
        return Fact("identity.device_enrolled.v1", f"device/{device}", given)

    @staticmethod
    def _stock() -> list[Fact]:
        material = {"material": "api-1", "name": t("API"), "type": "raw", "unit": "kg"}
        balance = {"equipment": "BAL-07", "class": "balance", "name": t("scale"), "serial": "1234567"}
        rest = {"model": "ICS685", "location": "2-114", "calibration_due": "2099-03-14"}
        return [
            Fact("materials.material_defined.v1", "material/api-1", material),
            *lot_facts("A-5/2", "released", "2098-09-30"),
            Fact("equipment.equipment_registered.v1", "equipment/BAL-07", balance | rest),
            Fact("recipes.recipe_approved.v1", "recipe/MR-TAB", RECIPE),
        ]

    def receive(self, lot: str, status: str | None = "released", expiry: str = "2098-09-30") -> None:
        self.plant.recorder.state(*lot_facts(lot, status, expiry))


def lot_facts(lot: str, status: str | None, expiry: str) -> list[Fact]:
    """A delivery, and the decision about it unless `status` is None."""
    quantity = {"value": "240.000", "unit": "kg"}
    given = {"material": "api-1", "lot": lot, "quantity": quantity, "supplier": "华原药业", "supplier_lot": "HY1"}
    rest = {"expiry": expiry, "containers": 12, "status": "quarantine"}
    received = Fact("materials.lot_received.v1", f"lot/api-1/{lot}", given | rest)
    if status is None:
        return [received]
    changed = {"material": "api-1", "lot": lot, "status": status, "reason": "inspected"}
    return [received, Fact("materials.lot_status_changed.v1", f"lot/api-1/{lot}", changed)]
