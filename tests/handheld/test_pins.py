"""Who is lent what to try a PIN on, and what the server makes of the tries that a tablet tells of."""

import base64
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from handheld_support import Site, Tablet, b64

from server.handheld import pins
from server.identity import accounts, badges, credentials
from sync.log import reading

BATCH, PIN = "B-1", "246810"
TRIED = "handheld.pin_tried.v1"


def lent(site: Site, tablet: Tablet, key: ec.EllipticCurvePrivateKey | None) -> tuple[dict[str, Any], str]:
    """A lease, asked for with this key of the tablet; and its text."""
    point = None if key is None else b64(point_of(key))
    lines = [site.nonces[tablet.cookie], BATCH, *([] if point is None else [point])]
    body = {"device": tablet.device, "batch": BATCH, "proof": b64(tablet.signer.sign(domain("\n".join(lines))))}
    answer = site.post("/api/leases", body if point is None else body | {"agreement": point})
    return json.loads(answer["lease"]), answer["lease"]


def domain(text: str) -> bytes:
    return b"pestle/lease/v1\n" + text.encode()


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def opened(lease: dict[str, Any], person: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """What a tablet makes of it; InvalidTag for any other key."""
    ephemeral, iv, data = (base64.b64decode(lease["opener"][name]) for name in ("ephemeral", "iv", "data"))
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral)
    bound = f"pestle/lease-people/v1\n{lease['lease']}\n{lease['device']}".encode()
    kek = HKDF(hashes.SHA256(), 32, ephemeral + point_of(key), bound).derive(key.exchange(ec.ECDH(), theirs))
    lease_key = AESGCM(kek).decrypt(iv, data, bound)
    [held] = [one["key"] for one in lease["people"] if one["id"] == person]
    iv, data = (base64.b64decode(held[name]) for name in ("iv", "data"))
    inner = AESGCM(lease_key).decrypt(iv, data, f"pestle/lease-people/v1\n{lease['lease']}\n{person}".encode())
    found: dict[str, Any] = json.loads(inner)
    return found


@pytest.mark.urs("IDN-05", "IDN-06", "PLT-15")
def test_a_lease_opens_with_the_tablets_key_the_badge_and_the_pin_and_with_no_two_of_them(site: Site) -> None:
    accounts.set_pin(site.plant, "P-1", PIN)
    badge, text = badges.issue(site.plant, "P-1")
    tablet, key = site.tablet("T-1"), ec.generate_private_key(ec.SECP256R1())
    lease, signed = lent(site, tablet, key)
    [person] = [one for one in lease["people"] if one["id"] == "P-1"]
    assert person["badge"] == badge.badge
    wrapped = opened(lease, "P-1", key)
    assert set(wrapped) == {"badge", "iv", "data"}
    assert credentials.unlock(badges.unwrap(text, "P-1", wrapped), PIN)
    with pytest.raises(InvalidTag):
        opened(lease, "P-1", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(InvalidTag):
        credentials.unlock(badges.unwrap(text, "P-1", wrapped), "246811")
    assert text.rpartition(":")[2] not in signed


@pytest.mark.urs("IDN-05", "PLT-15")
def test_who_names_no_key_of_its_own_is_lent_nobodys(site: Site) -> None:
    accounts.set_pin(site.plant, "P-1", PIN)
    lease, _ = lent(site, site.tablet("T-1"), None)
    assert {one["key"] for one in lease["people"]} == {None}
    assert lease["opener"] is None


@pytest.mark.urs("IDN-05", "PLT-15")
def test_nobody_between_tablet_and_server_has_the_keys_sealed_for_himself(site: Site) -> None:
    """The tablet signs the point with the request: another one in its place is refused."""
    tablet, key = site.tablet("T-1"), ec.generate_private_key(ec.SECP256R1())
    proof = b64(tablet.signer.sign(domain(f"{site.nonces[tablet.cookie]}\n{BATCH}")))
    body = {"device": "T-1", "batch": BATCH, "proof": proof, "agreement": b64(point_of(key))}
    assert site.request("POST", "/api/leases", body)[1]["code"] == "signature_wrong"
    bad = b64(b"\x04" + bytes(64))
    signed = b64(tablet.signer.sign(domain(f"{site.nonces[tablet.cookie]}\n{BATCH}\n{bad}")))
    assert site.request("POST", "/api/leases", body | {"proof": signed, "agreement": bad})[1]["code"] == "key_malformed"


@pytest.mark.urs("IDN-06")
def test_a_lease_names_badges_that_were_withdrawn(site: Site) -> None:
    badge, _ = badges.issue(site.plant, "P-1")
    badges.withdraw(site.plant, "P-1", badge.badge, "lost", True)
    lease, _ = lent(site, site.tablet("T-1"), None)
    assert lease["badges_withdrawn"] == [badge.badge]
    assert {one["badge"] for one in lease["people"]} == {None}


def tell(tablet: Tablet, wrong: int, by: str = "pin", person: str = "P-1") -> dict[str, Any]:
    """One try of somebody's PIN, in the tablet's chain; its receipt."""
    payload = {"person": person, "right": wrong == 0, "wrong": wrong, "by": by}
    envelope = tablet.write(BATCH, TRIED, payload, actor="P-1", subject=f"pin/{person}")
    tablet.deliver(BATCH, envelope)
    return tablet.receipt(BATCH, envelope)


@pytest.mark.urs("IDN-05")
def test_five_wrong_pins_lock_and_the_server_says_so(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.connect()
    tablet.wait_for_document(BATCH)
    for wrong in range(1, 5):
        assert tell(tablet, wrong)["flags"] == []
    assert _locked(site) == []
    assert tell(tablet, 5)["flags"] == []
    assert _locked(site) == [{"person": "P-1", "device": "T-1", "batch": BATCH, "wrong": 5}]
    with site.plant.engine.connect() as connection:
        assert [one["person"] for one in pins.locked(connection, "T-1")] == ["P-1"]
    remark = tablet.write(BATCH, "production.remark_added.v1", {"phase": None, "text": "all the same"}, actor="P-1")
    tablet.deliver(BATCH, remark)
    assert "person_locked" in tablet.receipt(BATCH, remark)["flags"]
    assert tell(tablet, 0, "password")["flags"] == []
    with site.plant.engine.connect() as connection:
        assert pins.locked(connection, "T-1") == []


@pytest.mark.urs("IDN-05")
def test_a_tablet_that_forgets_what_it_counted_is_found_out(site: Site) -> None:
    """Set back, or not as we made it: it begins anew, and the server goes on counting."""
    tablet = site.tablet("T-1", BATCH)
    tablet.connect()
    tablet.wait_for_document(BATCH)
    flags = [tell(tablet, wrong)["flags"] for wrong in (1, 2, 1, 1)]
    assert flags == [[], [], ["pin_count_wrong"], ["pin_count_wrong"]]
    with site.plant.engine.connect() as connection:
        assert connection.execute(pins.pin.select()).one().wrong == 4
    # One more by its own word, three by the server's count of the row: cut short, a try may be told of never.
    assert tell(tablet, 7)["flags"] == []
    assert [one["wrong"] for one in _locked(site)] == [7]


@pytest.mark.urs("IDN-05")
def test_a_tablet_states_one_lock_and_cannot_hide_it_by_counting_less(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.connect()
    tablet.wait_for_document(BATCH)
    for _ in range(5):
        tell(tablet, 1)
    assert [one["wrong"] for one in _locked(site)] == [5]
    for wrong in (6, 7, 8):
        tell(tablet, wrong)
    assert [one["wrong"] for one in _locked(site)] == [5]


@pytest.mark.urs("IDN-05", "PLT-15")
def test_a_hostile_tablet_neither_stops_the_log_with_a_count_nor_locks_people_it_makes_up(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.connect()
    tablet.wait_for_document(BATCH)
    # More than a column of PostgreSQL holds, and as much as one does: neither is counted on.
    assert "payload_malformed" in tell(tablet, 2**40)["flags"]
    assert "payload_malformed" in tell(tablet, 2**31 - 1)["flags"]
    assert {"batch_mismatch", "person_unknown"} <= {*tell(tablet, 9, person="P-made-up")["flags"]}
    assert _locked(site) == []
    with site.plant.engine.connect() as connection:
        assert connection.execute(pins.pin.select()).all() == []


def _locked(site: Site) -> list[dict[str, Any]]:
    with site.plant.engine.connect() as connection:
        return [one.envelope.body for one in reading.of_kind(connection, pins.LOCKED)]
