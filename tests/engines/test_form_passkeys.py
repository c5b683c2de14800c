"""Records and versions of forms are signed by passkey: at a desk over what was shown, on a tablet over the entry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from form_support import submission, weighing_record
from passkey_support import PRESENT, Authenticator, text
from plant import PASSWORD, PlantUnderTest
from record_support import RECORD, RecordSite, in_force, value
from witness_support import Rig, Story

from server.engines.forms import model
from server.engines.forms.records import model as records
from server.engines.forms.rules import signed_digest
from sync.passkeys import ADDED, shown

pytestmark = pytest.mark.urs("IDN-03", "IDN-04", "ENG-01")
FORM = "weighing-record"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def held(client: FlaskClient) -> Authenticator:
    """A passkey that this person has just added."""
    key = Authenticator()
    options = client.post("/api/passkeys/registration", json={"password": PASSWORD}).json
    assert client.post("/api/passkeys", json=key.make(options)).status_code == 201
    return key


def proof(client: FlaskClient, key: Authenticator, digest: str) -> dict[str, Any]:
    return key.use(client.post("/api/passkeys/options", json={"digest": digest}).json)


def test_a_field_is_signed_at_a_desk_over_what_was_shown(site: PlantUnderTest, tmp_path: Path) -> None:
    definition = weighing_record()
    in_force(site.plant, definition, "P-0006", "P-0003", "P-0004")
    operator = site.client("zhang")
    key = held(operator)
    record = operator.post("/api/records", json={"form": FORM, "subject": None}).json["record"]["record"]
    values = {"values": [value("batch", "B-1")], "corrects": None, "reason": None}
    assert operator.post(f"/api/records/{record}/values", json=values).status_code == 200
    planned = next(one for one in definition["sections"][1]["fields"] if one["id"] == "done")
    said = {"record": record, "path": "done", "meaning": planned["meaning"]}
    said |= {"digest": signed_digest(definition, {"batch": "B-1"}, "done")}
    given = {"path": "done", "digest": said["digest"], "offset": 480}
    # One that was asked for another content is worth nothing here.
    other = proof(operator, key, shown(records.SIGNED, records.said(said | {"record": "R-2"})))
    refused = operator.post(f"/api/records/{record}/sign", json=given | {"passkey": other})
    assert (refused.status_code, refused.json["code"]) == (409, "passkey_replayed")
    right = proof(operator, key, shown(records.SIGNED, records.said(said)))
    answer = operator.post(f"/api/records/{record}/sign", json=given | {"passkey": right})
    assert (answer.status_code, answer.json["items"]) == (200, [])
    again = operator.post(f"/api/records/{record}/sign", json=given | {"passkey": right, "reason": "again"})
    assert again.json["code"] == "passkey_replayed"
    [payload] = site.payloads(records.SIGNED)
    assert (payload["signature"]["method"], payload["signature"]["components"]) == ("passkey", 2)
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()


def test_a_version_is_submitted_by_passkey(site: PlantUnderTest) -> None:
    engineer, form = site.client("zhou"), weighing_record()
    key = held(engineer)
    draft = {"revision": None, "definition": form}
    revision = engineer.post(f"/api/forms/{FORM}/draft", json=draft).json["revision"]
    body = submission(form, revision)
    said = {"form": FORM, "meaning": model.PREPARED, **{name: body[name] for name in ("version", "sha256", "comment")}}
    signed = proof(engineer, key, shown(model.VERSION_SUBMITTED, model.said_of_submission(said)))
    changed = engineer.post(f"/api/forms/{FORM}/versions", json=body | {"comment": "other", "passkey": signed})
    assert changed.json["code"] == "passkey_replayed"
    signed = proof(engineer, key, shown(model.VERSION_SUBMITTED, model.said_of_submission(said)))
    assert engineer.post(f"/api/forms/{FORM}/versions", json=body | {"passkey": signed}).status_code == 201
    [payload] = site.payloads(model.VERSION_SUBMITTED)
    assert (payload["method"], payload["signer"]["id"]) == ("passkey", "P-0006")


@pytest.fixture
def tablets(database_url: str, tmp_path: Path) -> Iterator[RecordSite]:
    made = RecordSite(database_url, tmp_path)
    made.open()
    made.fill(value("batch", "B-1"))
    yield made
    made.plant.close()


def countersigned(site: RecordSite, key: Authenticator) -> tuple[str, ...]:
    """The flags of a signature of P-2 on a tablet where P-1 works."""
    made = {"person": "P-2", "credential": key.credential, "public_key": text(key.cose)}
    site.state(ADDED, "person/P-2", {**made, "rp_id": "localhost", "label": "test"}, actor="P-2")
    planned = next(one for one in site.definition["sections"][1]["fields"] if one["id"] == "done")
    payload = {"record": RECORD, "path": "done", "meaning": planned["meaning"], "signed_by": "P-2", "signature": None}
    payload |= {"digest": signed_digest(site.definition, site.stands(), "done")}
    site.now_ms += 60_000
    lease = site.leases[RECORD, "tablet-a"]
    envelope = site.writers["tablet-a"].write(records.SIGNED, f"record/{RECORD}", payload, actor="P-1", lease=lease)
    return site.submit(key.countersign(envelope, "P-2")).flags


def test_a_field_is_signed_on_a_tablet_over_the_entry(tablets: RecordSite) -> None:
    assert countersigned(tablets, Authenticator()) == ()
    assert tablets.stands()["done"]["signed_by"] == "P-2"


def test_a_passkey_that_has_verified_nobody_signs_nothing(tablets: RecordSite) -> None:
    assert set(countersigned(tablets, Authenticator(flags=PRESENT))) == {"passkey_wrong", "signature_missing"}
