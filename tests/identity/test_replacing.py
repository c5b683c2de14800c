"""A device has a place, tells how it keeps its key, and takes the name and place of one that is gone (PLT-15)."""

from typing import Any

import pytest
from plant import PlantUnderTest, b64

from server.core import clock
from server.core.errors import PestleError
from server.handheld.hub.tables import device_state
from server.identity import enrolment, queries
from server.identity.enrolment import DOMAIN, Application
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("PLT-15")
STORAGE = {"reopened": True, "extractable": False, "persisted": True}
REMARK = "production.remark_added.v1"


def enrol(site: PlantUnderTest, code: str, **changes: Any) -> enrolment.Device:
    signer = Ed25519Signer.generate()
    key = b64(signer.public_key)
    proof = b64(signer.sign(DOMAIN + f"{code}\n{key}".encode()))
    given = {"code": code, "name": "T-07", "role": "tablet", "alg": "ed25519", "public_key": key, "proof": proof}
    return enrolment.enrol(site.plant, Application(**given | changes)).device


def test_what_a_device_found_of_its_key_stands_in_the_log_and_on_its_page(site: PlantUnderTest) -> None:
    code, _ = enrolment.make_code(site.plant, "tablet", place="2-114", actor="P-0003")
    device = enrol(site, code, storage=STORAGE)
    told = {"device": device.id, "alg": "ed25519", **STORAGE}
    assert site.payloads("identity.device_attested.v1") == [told]
    shown = site.client("chen").get(f"/api/fleet/{device.id}").json
    assert (shown["place"], shown["storage"], shown["alg"]) == ("2-114", STORAGE, "ed25519")


def test_a_device_is_moved_with_a_reason(site: PlantUnderTest) -> None:
    device = enrol(site, enrolment.make_code(site.plant, "tablet", actor="P-0003")[0])
    client = site.client("chen")
    where = {"place": "2-115", "reason": "the room was rebuilt"}
    assert client.post(f"/api/devices/{device.id}/place", json=where).status_code == 204
    assert client.post("/api/devices/tablet-none/place", json=where).json["code"] == "not_found"
    assert site.client("zhang").post(f"/api/devices/{device.id}/place", json=where).status_code == 403
    with site.reading() as connection:
        found = queries.find_device(connection, device.id)
    assert found is not None
    assert found.place == "2-115"


def test_a_new_device_takes_name_and_place_and_the_old_one_ends_with_what_the_log_has(site: PlantUnderTest) -> None:
    old = site.tablet("T-OLD")
    enrolment.place_device(site.plant, "T-OLD", "2-114", "first place", actor="P-0003")
    old.record(REMARK, "batch/B-1", {"batch": "B-1", "phase": None, "text": "noted"}, actor="zhang")
    client = site.client("admin")
    code = client.post("/api/devices/codes", json={"role": "tablet", "replaces": "T-OLD"}).json["code"]
    device = enrol(site, code, name="anything", storage=STORAGE)
    assert (device.name, device.place, device.replaces) == ("T-OLD", "2-114", "T-OLD")
    [ended] = site.payloads("identity.device_revoked.v1")
    assert (ended["device"], ended["last_seq"]) == ("T-OLD", 1)
    late = old.record(REMARK, "batch/B-1", {"batch": "B-1", "phase": None, "text": "late"}, actor="zhang")
    assert "device_revoked" in late.flags


def test_what_a_replaced_device_never_delivered_is_listed_as_missing(site: PlantUnderTest) -> None:
    old = site.tablet("T-OLD")
    old.record(REMARK, "batch/B-1", {"batch": "B-1", "phase": None, "text": "noted"}, actor="zhang")
    client = site.client("admin")
    with site.plant.engine.begin() as connection:
        _told(connection, "T-OLD", known=4)
    code = client.post("/api/devices/codes", json={"role": "tablet", "replaces": "T-OLD"}).json["code"]
    enrol(site, code)
    shown = client.get("/api/fleet/T-OLD").json
    assert (shown["state"], shown["owes"], shown["missing"]) == ("revoked", 0, 3)


def _told(connection: Any, device: str, known: int) -> None:
    """What the device said of itself when it last came."""
    about = {"hash": "0" * 64, "actor": "00" * 16, "boot": "b", "mono": 0, "skew_ms": 0, "app": None}
    values = {"device": device, "seq": known, "seen_at": clock.now_text(), **about}
    connection.execute(device_state.insert().values(values))


def test_replacing_takes_the_right_to_revoke_and_a_device_in_use(site: PlantUnderTest) -> None:
    site.tablet("T-OLD")
    with pytest.raises(PestleError, match="not_permitted"):
        enrolment.make_code(site.plant, "tablet", replaces="T-OLD", actor="P-0003")
    with pytest.raises(PestleError, match="not_found"):
        enrolment.make_code(site.plant, "tablet", replaces="T-NONE")
    with pytest.raises(PestleError, match="not_found"):
        enrolment.make_code(site.plant, "bridge", replaces="T-OLD")
    enrolment.revoke(site.plant, "T-OLD", 0, "lost")
    with pytest.raises(PestleError, match="device_revoked"):
        enrolment.make_code(site.plant, "tablet", replaces="T-OLD")
