"""A tablet that lost its keys gets its sealed journal opened: for that tablet only, and the log says so (PLT-09)."""

import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from plant import PlantUnderTest, b64

from server.core.errors import PestleError
from server.identity import enrolment, recovery
from server.identity.enrolment import DOMAIN, Application
from sync import canonical, signing
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("PLT-09", "PLT-15")
OPENED = "identity.journal_opened.v1"


def refused(code: str) -> pytest.RaisesExc[PestleError]:
    return pytest.RaisesExc(PestleError, check=lambda error: error.code == code)


def wrap(site: PlantUnderTest, device: str, key: bytes, journal: str = "j1") -> dict[str, Any]:
    """As sync/README.md says that a tablet does it."""
    given = recovery.handed_out(site.plant)
    point = canonical.decode_base64(given["key"])
    ours = ec.generate_private_key(ec.SECP256R1())
    ephemeral = ours.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    bound = f"pestle/journal-key/v1\n{device}\n{journal}\n{given['id']}".encode()
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    secret = HKDF(hashes.SHA256(), 32, ephemeral + point, bound).derive(shared)
    iv = secrets.token_bytes(12)
    about = {"device": device, "journal": journal, "recovery": given["id"]}
    sealed = {"ephemeral": b64(ephemeral), "iv": b64(iv), "data": b64(AESGCM(secret).encrypt(iv, key, bound))}
    return {**about, **sealed}


def application(code: str, journals: list[dict[str, Any]]) -> Application:
    signer = Ed25519Signer.generate()
    key = b64(signer.public_key)
    proof = b64(signer.sign(DOMAIN + f"{code}\n{key}".encode()))
    return Application(code, "T-07", "tablet", signer.alg, key, proof, journals)


def code_for(site: PlantUnderTest, recovers: str | None) -> str:
    return enrolment.make_code(site.plant, "tablet", recovers, actor="P-0003")[0]


@pytest.fixture
def lost(site: PlantUnderTest) -> str:
    return enrolment.enrol(site.plant, application(code_for(site, None), [])).device.id


def test_the_key_is_given_to_the_tablet_that_is_enrolled_in_its_place(site: PlantUnderTest, lost: str) -> None:
    key = secrets.token_bytes(32)
    enrolled = enrolment.enrol(site.plant, application(code_for(site, lost), [wrap(site, lost, key)]))
    assert enrolled.journal_keys == {"j1": key}
    [entry] = site.entries(OPENED)
    handed_out = recovery.handed_out(site.plant)["id"]
    assert entry.body == {"device": enrolled.device.id, "journal": "j1", "of": lost, "recovery": handed_out}
    assert (entry.head.actor, entry.head.device) == ("P-0003", "server")


def test_a_code_for_no_tablet_or_another_opens_nothing_and_stays_good(site: PlantUnderTest, lost: str) -> None:
    other = enrolment.enrol(site.plant, application(code_for(site, None), [])).device.id
    sealed = wrap(site, lost, secrets.token_bytes(32))
    for recovers in (None, other):
        code = code_for(site, recovers)
        with refused("recovery_not_permitted"):
            enrolment.enrol(site.plant, application(code, [sealed]))
        assert enrolment.enrol(site.plant, application(code, [])).journal_keys == {}
    assert site.entries(OPENED) == []


def test_a_wrap_that_names_another_tablet_than_it_was_made_for_is_not_opened(site: PlantUnderTest, lost: str) -> None:
    other = enrolment.enrol(site.plant, application(code_for(site, None), [])).device.id
    sealed = wrap(site, lost, secrets.token_bytes(32))
    code = code_for(site, other)
    for changed in ({"device": other}, {"device": other, "recovery": "0" * 32}, {"device": other, "data": "!"}):
        with refused("recovery_failed"):
            enrolment.enrol(site.plant, application(code, [{**sealed, **changed}]))
    with refused("recovery_failed"):
        enrolment.enrol(site.plant, application(code_for(site, lost), [{**sealed, "journal": "j2"}]))
    assert site.entries(OPENED) == []


def test_older_keys_still_open_what_was_wrapped_for_them(site: PlantUnderTest, lost: str) -> None:
    key = secrets.token_bytes(32)
    sealed = wrap(site, lost, key)
    new = recovery.renew(site.config)
    assert recovery.handed_out(site.plant)["id"] == new != sealed["recovery"]
    assert recovery.known(site.config) == [sealed["recovery"], new]
    journals = [sealed, wrap(site, lost, key[::-1], "j2")]
    enrolled = enrolment.enrol(site.plant, application(code_for(site, lost), journals))
    assert enrolled.journal_keys == {"j1": key, "j2": key[::-1]}


def test_the_key_that_is_handed_out_is_signed_by_the_server(site: PlantUnderTest) -> None:
    given = recovery.handed_out(site.plant)
    message = b"pestle/recovery-key/v1\n" + canonical.decode_base64(given["key"])
    signing.verify("ed25519", site.plant.signer.public_key, message, canonical.decode_base64(given["signature"]))


def test_keys_are_kept_from_the_first_opening_on_and_for_their_owner_only(site: PlantUnderTest) -> None:
    first: Path = site.config.data / "recovery-1.key"
    kept = first.read_bytes()
    assert first.stat().st_mode & 0o077 == 0
    site.reopen()
    assert first.read_bytes() == kept


def test_only_a_tablet_is_recovered_and_only_by_who_may_enrol(site: PlantUnderTest, lost: str) -> None:
    with refused("not_found"):
        code_for(site, "tablet-000000")
    with refused("not_found"):
        enrolment.make_code(site.plant, "bridge", lost, actor="P-0003")
    with refused("not_permitted"):
        enrolment.make_code(site.plant, "tablet", lost, actor="P-0001")
