"""A site where forms are filled in: one form in force, a record of it in the hands of two tablets."""

from pathlib import Path
from typing import Any, ClassVar

import batch_support
from approval_support import approve, signature
from form_support import weighing_record

from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.engines.forms import definitions
from server.engines.forms.model import PREPARED, VERSION_SUBMITTED
from server.engines.forms.records import queries, rules
from server.engines.forms.records.model import Item, Record
from server.engines.forms.rules import signed_digest

Payload = dict[str, Any]
RECORD = "R-1"
PLAIN = {"type": "typed", "device": None, "entry": None}
CALCULATED = PLAIN | {"type": "calculated"}


def value(path: str, given: Any, comment: str | None = None, **source: Any) -> Payload:
    return {"path": path, "value": given, "source": PLAIN | source, "comment": comment}


def kg(path: str, number: str, comment: str | None = None) -> Payload:
    return value(path, {"value": number, "unit": "kg"}, comment)


def calculated(path: str, number: str, unit: str = "kg", comment: str | None = None) -> Payload:
    return value(path, {"value": number, "unit": unit}, comment, type="calculated")


def in_force(plant: Plant, definition: Payload, designer: str, reviewer: str, approver: str) -> str:
    """The first version of a form, submitted by one, reviewed and approved by others, to be filled in from today on;
    the digest of its bytes."""
    sha256, code = definitions.keep(plant.config.blobs, definition), definition["code"]
    submitted = {"form": code, "version": 1, "sha256": sha256, "title": definition["title"], "comment": None}
    submitted |= {"meaning": dict(PREPARED), **signature(designer)}
    plant.recorder.state(Fact(VERSION_SUBMITTED, f"form/{code}", submitted, actor=designer))
    approve(plant, f"form/{code}/1", {"review_supervisor": reviewer}, approver)
    return sha256


class RecordSite(batch_support.Site):
    """As for batches, with an engineer, and `weighing_record` in force."""

    PEOPLE: ClassVar = batch_support.Site.PEOPLE | {"P-8": ("zhou", ["engineer"])}

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.definition = self.form()
        # The lots of the forms in these tests.
        self.receive("A-5")
        self.receive("A-6")
        self.sha256 = in_force(self.plant, self.definition, "P-8", "P-3", "P-5")

    def form(self) -> dict[str, Any]:
        return weighing_record()

    def open(self, record: str = RECORD, lend: bool = True, person: str = "P-1") -> Recorded:
        given = {"record": record, "form": "weighing-record", "version": 1, "sha256": self.sha256, "subject": "B-1"}
        done = self.state("forms.record_opened.v1", f"record/{record}", given, person)
        for device in ("tablet-a", "tablet-b") if lend else ():
            lease = self.leases[record, device] = f"lease-{record}-{device}"
            term = {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
            given = {"lease": lease, "unit": f"record/{record}", "device": device, "person": "P-1"}
            self.state("handheld.lease_issued.v2", f"record/{record}", given | term | {"lease_hash": "0" * 64}, "P-1")
        return done

    def fill(self, *values: Payload, record: str = RECORD, **about: Any) -> Recorded:
        return self.say("values_recorded", {"record": record, "values": list(values)}, **about)

    def say(
        self,
        kind: str,
        payload: Payload,
        *,
        actor: str = "P-1",
        device: str = "tablet-a",
        cosigner: str | None = None,
        stream: str | None = None,
        leased: bool = True,
        corrects: str | None = None,
        reason: str | None = None,
    ) -> Recorded:
        """An entry about a record from a tablet, a minute after the last."""
        self.now_ms += 60_000
        envelope = self.writers[device].write(
            f"forms.{kind}.v1",
            stream or f"record/{payload['record']}",
            payload,
            actor=actor,
            lease=self.leases.get((payload["record"], device)) if leased else None,
            corrects=corrects,
            reason=reason,
        )
        return self.submit(envelope if cosigner is None else self.cosign(envelope, cosigner))

    def sign(self, path: str, person: str, *, actor: str | None = None, **changes: Any) -> Recorded:
        """A signature at a tablet by the person's own key; `actor` is who works there."""
        with self.plant.engine.connect() as connection:
            stands = rules.filled(queries.values_of(connection, RECORD))
        planned = rules.field_at(self.definition, path)
        assert planned is not None
        given = {
            "record": RECORD,
            "path": path,
            "meaning": planned["meaning"],
            "digest": signed_digest(self.definition, stands, path),
            "signed_by": person,
            "signature": None,
        }
        cosigner = changes.pop("cosigner", person)
        return self.say("record_signed", given | changes, actor=actor or person, cosigner=cosigner)

    def strike(self, row: str, struck: bool = True, **about: Any) -> Recorded:
        return self.say("row_struck", {"record": RECORD, "row": row, "struck": struck, "reason": "wrong drum"}, **about)

    def record(self, name: str = RECORD) -> Record:
        with self.plant.engine.connect() as connection:
            found = queries.find_record(connection, name)
        assert found is not None
        return found

    def found(self, name: str = RECORD) -> list[Item]:
        """What is to be looked at in the record."""
        with self.plant.engine.connect() as connection:
            return queries.items_of(connection, name)

    def codes(self) -> list[tuple[str, str | None]]:
        return [(one.code, one.path) for one in self.found()]

    def stands(self) -> dict[str, Any]:
        with self.plant.engine.connect() as connection:
            return rules.filled(queries.values_of(connection, RECORD))

    def settle(self, item: Item, chosen: str | None, actor: str = "P-5") -> Recorded:
        given = {"record": RECORD, "item": item.id, "chosen": chosen, "reason": "looked into"}
        return self.plant.recorder.state(Fact("forms.item_settled.v1", f"record/{RECORD}", given, actor=actor))[0]
