"""Leases over HTTP: who may take a batch along, what the device gets, how it gives it back, and what blocks release."""

import base64
import hashlib
import json

import batch_support
import pytest
from handheld_support import Site, Tablet, b64

from sync import canonical, signing
from sync.log import reading

BATCH = "B-1"


@pytest.mark.urs("PLT-08", "PLT-12")
def test_a_lease_is_a_signed_snapshot_of_what_the_device_needs(site: Site) -> None:
    tablet = site.tablet("T-1")
    site.tablet("T-2")
    site.enrol("BRIDGE-1", "bridge")
    answer = site.lease(tablet, BATCH)
    text = answer["lease"].encode()
    key = base64.b64decode(site.plant.site()["server_key"])
    signing.verify("ed25519", key, b"pestle/lease/v1\n" + text, base64.b64decode(answer["signature"]))
    lease = json.loads(text)
    assert canonical.encode(lease) == text
    assert (lease["v"], lease["batch"], lease["device"], lease["person"]) == (1, BATCH, "T-1", "P-1")
    assert lease["order"] == batch_support.order(BATCH)
    assert lease["recipe_hash"] == lease["order"]["recipe_hash"]
    assert lease["document"] == f"batch/{BATCH}"
    assert lease["site"] == site.plant.site()
    assert [person["id"] for person in lease["people"]] == ["P-1", "P-2", "P-3"]
    assert [(one["id"], one["name"], one["alg"]) for one in lease["devices"]] == [
        ("T-1", "T-1", "ed25519"),
        ("T-2", "T-2", "ed25519"),
    ]
    assert base64.b64decode(lease["devices"][0]["public_key"]) == tablet.signer.public_key
    assert set(lease["people"][0]) >= {"id", "name", "name_en", "roles", "key", "badge"}
    [line] = site.request("GET", "/api/leases?device=T-1")[1]["items"]
    assert (line["lease"], line["returned_at"]) == (lease["lease"], None)
    with site.plant.engine.connect() as connection:
        [stored] = reading.of_kind(connection, "handheld.lease_issued.v1")
    assert stored.envelope.body["lease_hash"] == hashlib.sha256(text).hexdigest()


@pytest.mark.urs("PLT-12", "PLT-15")
def test_only_a_device_that_proves_itself_gets_a_lease(site: Site) -> None:
    tablet, other = site.tablet("T-1"), site.tablet("T-2")
    body = {"device": "T-1", "batch": BATCH, "proof": b64(other.signer.sign(b"pestle/lease/v1\nx"))}
    assert _refusal(site, body) == (401, "signature_wrong")
    assert _refusal(site, body | {"proof": "no base64"}) == (401, "signature_wrong")
    assert _refusal(site, body | {"device": "T-9"}) == (401, "device_unknown")
    site.revoke(tablet)
    assert _refusal(site, body) == (403, "device_revoked")
    assert _refusal(site, {"device": "T-1"}) == (422, "request_malformed")


@pytest.mark.urs("PLT-12")
def test_a_lease_needs_permission_and_an_open_batch(site: Site) -> None:
    tablet = site.tablet("T-1")
    for login, status in (("qa", 403), ("admin", 403)):
        tablet.cookie = site.sign_in(login)
        proof = b64(tablet.signer.sign(f"pestle/lease/v1\n{site.nonces[tablet.cookie]}\n{BATCH}".encode()))
        body = {"device": "T-1", "batch": BATCH, "proof": proof}
        assert site.request("POST", "/api/leases", body, cookie=tablet.cookie)[0] == status
    assert site.request("POST", "/api/leases", body, cookie="")[1]["code"] == "session_missing"
    proof = b64(tablet.signer.sign(f"pestle/lease/v1\n{site.nonces[site.cookie]}\nB-NOWHERE".encode()))
    assert _refusal(site, {"device": "T-1", "batch": "B-NOWHERE", "proof": proof}) == (404, "batch_unknown")


def _refusal(site: Site, body: dict[str, str]) -> tuple[int, str]:
    status, answer, _ = site.request("POST", "/api/leases", body)
    return status, answer["code"]


@pytest.mark.urs("PLT-11", "PLT-12")
def test_a_batch_waits_until_each_device_has_given_it_back_and_delivered(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH)
    assert site.gate("leases", BATCH)["details"] == ["T-1", "T-2"]
    first.connect().wait_for_document(BATCH)
    entries = [
        first.write(
            BATCH,
            "production.remark_added.v1",
            {"phase": None, "text": text},
            actor="P-1",
            lease=first.leases[BATCH],
            subject="batch/remark",
        )
        for text in ("one", "two")
    ]
    _return(site, second, second.leases[BATCH], 0)
    _return(site, first, first.leases[BATCH], 2)
    assert site.gate("leases", BATCH)["met"]
    gate = site.gate("devices", BATCH)
    assert (gate["met"], gate["count"], gate["details"]) == (False, 1, ["T-1: 0 / 2"])
    for entry in entries:
        first.receipt(BATCH, first.delivered(BATCH, entry))
    assert site.gate("devices", BATCH)["met"]


@pytest.mark.urs("PLT-12")
def test_giving_back_twice_is_one_return(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    lease = tablet.leases[BATCH]
    assert _return(site, tablet, lease, 0)["last_seq"] == 0
    assert _return(site, tablet, lease, 0)["last_seq"] == 0
    # The answer was lost, and the tablet has gone on with another batch before it asked again.
    assert _return(site, tablet, lease, 5)["last_seq"] == 0
    path = f"/api/leases/{lease}/return"
    assert site.request("POST", path, _body(tablet, lease, 2**40))[1]["code"] == "request_malformed"
    assert site.request("POST", path, _body(site.tablet("T-2"), lease, 0))[1]["code"] == "lease_unknown"
    assert site.kinds_of(f"batch/{BATCH}").count("handheld.lease_returned.v1") == 1


def _body(tablet: Tablet, lease: str, last_seq: int) -> dict[str, object]:
    proof = tablet.signer.sign(f"pestle/lease-return/v1\n{lease}\n{last_seq}".encode())
    return {"device": tablet.device, "last_seq": last_seq, "proof": b64(proof)}


def _return(site: Site, tablet: Tablet, lease: str, last_seq: int) -> dict[str, object]:
    return site.post(f"/api/leases/{lease}/return", _body(tablet, lease, last_seq))


@pytest.mark.urs("PLT-11", "PLT-12")
def test_only_the_device_itself_gives_back(site: Site) -> None:
    tablet, other = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH)
    lease = tablet.leases[BATCH]
    body = _body(tablet, lease, 0)
    path = f"/api/leases/{lease}/return"
    for wrong in (_body(other, lease, 0)["proof"], _body(tablet, lease, 9)["proof"], "AAAA"):
        assert site.request("POST", path, {**body, "proof": wrong})[1]["code"] == "signature_wrong"
    assert site.request("POST", path, {"device": "T-1", "last_seq": 0})[1]["code"] == "request_malformed"
    assert site.gate("leases", BATCH)["details"] == ["T-1", "T-2"]


@pytest.mark.urs("PLT-11", "PLT-16")
def test_a_tablet_cannot_say_in_the_log_that_another_has_given_back(site: Site) -> None:
    holder, other = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH).connect()
    other.wait_for_document(BATCH)
    said = {"lease": holder.leases[BATCH], "batch": BATCH, "device": "T-1", "last_seq": 0}
    entry = other.write(BATCH, "handheld.lease_returned.v1", said, actor="P-1", lease=other.leases[BATCH])
    assert other.receipt(BATCH, other.delivered(BATCH, entry))["flags"] == ["not_permitted_from_device"]
    assert site.gate("leases", BATCH)["details"] == ["T-1", "T-2"]


@pytest.mark.urs("PLT-11", "PLT-15")
def test_a_revoked_device_counts_up_to_its_last_accepted_sequence(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    site.revoke(tablet, last_seq=3)
    assert site.gate("leases", BATCH)["met"]
    assert site.gate("devices", BATCH)["details"] == ["T-1: 0 / 3"]


@pytest.mark.urs("PLT-11", "PLT-15")
def test_a_promise_of_a_device_that_is_lost_after_it_gave_back_does_not_hold_the_batch(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    _return(site, tablet, tablet.leases[BATCH], 7)
    assert site.gate("devices", BATCH)["details"] == ["T-1: 0 / 7"]
    site.revoke(tablet, last_seq=0)
    assert site.gate("devices", BATCH)["met"]


@pytest.mark.urs("PLT-11")
def test_nobody_gives_back_less_than_the_device_itself_has_told_of(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.drop()
    lease, payload = tablet.leases[BATCH], {"phase": None, "text": "only on the tablet"}
    tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")
    # It has met the server again, told of its entry, and went before it could deliver.
    tablet.connect().drop()
    assert _return(site, tablet, lease, 0)["last_seq"] == 1
    assert site.gate("devices", BATCH)["details"] == ["T-1: 0 / 1"]


@pytest.mark.urs("PLT-12")
def test_a_newer_lease_takes_the_place_of_the_older(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    newer = json.loads(site.lease(tablet, BATCH)["lease"])["lease"]
    assert site.gate("leases", BATCH)["count"] == 1
    _return(site, tablet, newer, 0)
    assert site.gate("leases", BATCH)["met"]


@pytest.mark.urs("PLT-12")
def test_work_after_the_batch_was_given_back_is_kept_and_flagged(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    _return(site, tablet, tablet.leases[BATCH], 0)
    payload = {"phase": None, "text": "late"}
    lease = tablet.leases[BATCH]
    entry = tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")
    assert "lease_expired" in tablet.receipt(BATCH, tablet.delivered(BATCH, entry))["flags"]


@pytest.mark.urs("PLT-12", "PLT-15")
def test_work_of_a_device_after_its_revocation_is_kept_and_waits_for_qa(site: Site) -> None:
    lost, other = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH).connect()
    other.wait_for_document(BATCH)
    site.revoke(lost, last_seq=0)
    lease, payload = lost.leases[BATCH], {"phase": None, "text": "by whoever found it"}
    entry = lost.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")
    assert "device_revoked" in other.receipt(BATCH, other.delivered(BATCH, entry))["flags"]
    assert "device_revoked" in site.exceptions(BATCH)


@pytest.mark.urs("PLT-14")
def test_refused_input_of_a_batch_blocks_its_release_until_qa_has_assessed_it(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.expect("refused", id=tablet.push(BATCH, b"garbage"))
    gate = site.gate("quarantine", BATCH)
    assert (gate["met"], gate["count"]) == (False, 1)
    site.assess(BATCH, gate["details"][0])
    assert site.gate("quarantine", BATCH)["met"]
