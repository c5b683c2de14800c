"""A record of a form in the hands of tablets: lease, document, what desks fill in meanwhile, and its end (ENG-01)."""

import base64
import hashlib
import json
from typing import Any

import pytest
from form_support import weighing_record
from handheld_support import Site, Tablet, b64
from record_support import in_force, kg, value

from server.core.kinds import Fact
from sync import signing
from sync.log import reading

pytestmark = pytest.mark.urs("ENG-01", "PLT-08")
VALUES = "forms.values_recorded.v1"


@pytest.fixture
def unit(site: Site) -> str:
    """A record that the operator has opened, by its stream."""
    engineer = {"person": "P-8", "login": "zhou", "name": "zhou", "name_en": None, "roles": ["engineer"]}
    site.plant.recorder.state(Fact("identity.person_added.v1", "person/P-8", engineer))
    in_force(site.plant, weighing_record(), "P-8", "P-2", "P-3")
    [form] = site.request("GET", "/api/records/forms")[1]["items"]
    opened = site.post("/api/records", {"form": form["form"], "subject": "B-1"})
    return f"record/{opened['record']['record']}"


def fill(tablet: Tablet, unit: str, *values: Any) -> Any:
    payload = {"record": unit.removeprefix("record/"), "values": list(values)}
    return tablet.write(unit, VALUES, payload, actor="P-1", lease=tablet.leases[unit], subject=values[0]["path"])


def test_a_lease_brings_the_form_as_it_is_pinned_and_who_fills_it_in(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1")
    answer = site.lease(tablet, unit)
    text = answer["lease"].encode()
    key = base64.b64decode(site.plant.site()["server_key"])
    signing.verify("ed25519", key, b"pestle/lease/v1\n" + text, base64.b64decode(answer["signature"]))
    lease = json.loads(text)
    assert (lease["unit"], lease["document"], "batch" in lease, "order" in lease) == (unit, unit, False, False)
    assert lease["definition"] == weighing_record()
    assert f"record/{lease['record']['record']}" == unit
    assert {one["id"] for one in lease["people"]} == {"P-1", "P-2", "P-3", "P-8"}
    with site.plant.engine.connect() as connection:
        [stored] = reading.of_kind(connection, "handheld.lease_issued.v2")
    assert stored.envelope.body["lease_hash"] == hashlib.sha256(text).hexdigest()
    [line] = site.request("GET", "/api/leases?device=T-1")[1]["items"]
    assert (line["batch"], line["record"]) == (None, lease["record"]["record"])


def test_two_tablets_and_a_desk_fill_in_one_document(site: Site, unit: str) -> None:
    one, other = (site.tablet(name, unit).connect() for name in ("T-1", "T-2"))
    one.wait_for_document(unit)
    other.wait_for_document(unit)
    first = fill(one, unit, value("batch", "B-1"))
    assert one.receipt(unit, one.delivered(unit, first))["verdict"] == "accepted"
    while first.head.id not in other.docs[unit].entries:
        other.next()
    # Somebody at a desk: the server states it in their name, and the tablets see it.
    path = f"/api/records/{unit.removeprefix('record/')}/values"
    page = site.post(path, {"values": [kg("batch_size", "10.000")], "corrects": None, "reason": None})
    [desk] = [line for line in page["values"] if line["path"] == "batch_size"]
    assert (desk["actor"], desk["device"]) == ("P-1", "server")
    for tablet in (one, other):
        while desk["entry"] not in tablet.docs[unit].entries:
            tablet.next()
    late = fill(other, unit, kg("batch_size", "11.000"))
    assert other.receipt(unit, other.delivered(unit, late))["flags"] == ["conflict"]
    # Who takes it along later finds all of it.
    third = site.tablet("T-3", unit).connect()
    third.wait_for_document(unit)
    assert {first.head.id, desk["entry"], late.head.id} <= set(third.docs[unit].entries)


def test_a_record_that_was_taken_back_or_is_complete_ends_the_lease(site: Site, unit: str) -> None:
    tablet, name = site.tablet("T-1", unit), unit.removeprefix("record/")
    lease = tablet.leases[unit]
    path, body = f"/api/leases/{lease}/revoke", {"reason": "the tablet is lost"}
    assert site.request("POST", path, body)[0] == 403
    status, line, _ = site.request("POST", path, body, cookie=site.sign_in("qa"))
    assert (status, line["revoked"]["reason"]) == (200, "the tablet is lost")
    tablet.connect().wait_for_document(unit)
    late = fill(tablet, unit, value("batch", "B-1"))
    assert tablet.receipt(unit, tablet.delivered(unit, late))["flags"] == ["lease_revoked"]
    other = site.tablet("T-2", unit)
    proof = b64(other.signer.sign(b"pestle/lease-return/v1\n" + f"{other.leases[unit]}\n0".encode()))
    back = site.post(f"/api/leases/{other.leases[unit]}/return", {"device": "T-2", "last_seq": 0, "proof": proof})
    assert back["returned_at"] is not None
    assert site.request("POST", f"/api/records/{name}/complete")[0] == 200
    proof = b64(tablet.signer.sign(b"pestle/lease/v1\n" + f"{site.nonces[tablet.cookie]}\n{unit}".encode()))
    body = {"device": "T-1", "unit": unit, "proof": proof}
    assert site.request("POST", "/api/leases", body)[1]["code"] == "record_complete"
    assert site.request("POST", "/api/leases", body | {"batch": "B-1"})[1]["code"] == "request_malformed"


def test_the_document_of_a_record_can_be_fetched_whole(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1", unit)
    proof = b64(tablet.signer.sign(b"pestle/snapshot/v1\n" + f"{site.nonces[tablet.cookie]}\n{unit}\nT-1".encode()))
    query = f"device=T-1&proof={proof}".replace("+", "%2B")
    assert site.request("GET", f"/api/documents/{unit}/snapshot?{query}")[0] == 204
    wrong = query.replace("T-1", "T-9")
    assert site.request("GET", f"/api/documents/{unit}/snapshot?{wrong}")[0] in (401, 404)


def test_a_pin_that_was_tried_under_the_lease_of_a_record_is_counted(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    tried = {"unit": unit, "person": "P-1", "right": False, "wrong": 1, "by": "pin"}
    told = tablet.write(unit, "handheld.pin_tried.v2", tried, actor="P-1", lease=tablet.leases[unit], subject="pin/P-1")
    assert tablet.receipt(unit, tablet.delivered(unit, told))["flags"] == []
    other = tablet.write(
        unit, "handheld.pin_tried.v2", tried | {"unit": "record/R-9", "wrong": 5}, actor="P-1", subject="pin/P-1"
    )
    assert "batch_mismatch" in tablet.receipt(unit, tablet.delivered(unit, other))["flags"]
    assert site.kinds_of("person/P-1")[-1] == "handheld.pin_locked.v2"
