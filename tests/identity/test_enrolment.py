"""Devices come and go: codes, proofs, keys that are none, revocation, and what the log then admits (PLT-15)."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from plant import PlantUnderTest, b64

from server.core.errors import PestleError
from server.core.record import Recorded, Refused
from server.identity import enrolment, queries
from server.identity.enrolment import DOMAIN, Application
from server.plant import open_plant
from sync.signing import Ed25519Signer, Signer

ENROLLED = "identity.device_enrolled.v1"
REMARK = "production.remark_added.v1"
LOW_ORDER = base64.b64encode(bytes([1, *[0] * 31])).decode()


class Es256Signer:
    """What a browser without Ed25519 signs with."""

    alg = "es256"

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        form = serialization.PublicFormat.UncompressedPoint
        return self._key.public_key().public_bytes(serialization.Encoding.X962, form)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def refused(code: str) -> pytest.RaisesExc[PestleError]:
    return pytest.RaisesExc(PestleError, check=lambda error: error.code == code)


def application(code: str, signer: Signer, **changes: str) -> Application:
    key = b64(signer.public_key)
    proof = b64(signer.sign(DOMAIN + f"{code}\n{key}".encode()))
    given = {"code": code, "name": "T-07", "role": "tablet", "alg": signer.alg, "public_key": key, "proof": proof}
    return Application(**{**given, **changes})


def code_of(site: PlantUnderTest, role: str = "tablet") -> str:
    return enrolment.make_code(site.plant, role, actor="P-0003")[0]


@pytest.mark.urs("PLT-15")
@pytest.mark.parametrize("make", [Ed25519Signer.generate, Es256Signer])
def test_a_device_enrols_with_code_and_proof(site: PlantUnderTest, make: Callable[[], Signer]) -> None:
    signer = make()
    device = enrolment.enrol(site.plant, application(code_of(site), signer)).device
    assert device.id.startswith("tablet-")
    assert (device.name, device.role, device.alg, device.last_seq) == ("T-07", "tablet", signer.alg, None)
    entry = site.entries(ENROLLED)[-1]
    assert entry.head.actor == "P-0003"
    assert entry.body["public_key"] == b64(signer.public_key)
    with site.reading() as connection:
        key = queries.device_key(connection, device.id)
    assert key is not None
    assert (key.alg, key.public_key, key.role, key.last_seq) == (signer.alg, signer.public_key, "tablet", None)


@pytest.mark.urs("PLT-15")
def test_a_code_is_good_for_one_device(site: PlantUnderTest) -> None:
    code = code_of(site)
    enrolment.enrol(site.plant, application(code, Ed25519Signer.generate()))
    with refused("code_wrong"):
        enrolment.enrol(site.plant, application(code, Ed25519Signer.generate()))


@pytest.mark.urs("PLT-15")
def test_a_code_is_good_for_a_quarter_of_an_hour(site: PlantUnderTest) -> None:
    code = code_of(site)
    site.advance(minutes=15.1)
    with refused("code_wrong"):
        enrolment.enrol(site.plant, application(code, Ed25519Signer.generate()))


@pytest.mark.urs("PLT-15")
def test_a_code_is_good_for_its_role(site: PlantUnderTest) -> None:
    with refused("code_wrong"):
        enrolment.enrol(site.plant, application(code_of(site), Ed25519Signer.generate(), role="bridge"))


@pytest.mark.urs("PLT-15")
def test_a_code_may_be_typed_small_and_without_its_dash(site: PlantUnderTest) -> None:
    typed = code_of(site).replace("-", "").lower()
    enrolment.enrol(site.plant, application(typed, Ed25519Signer.generate()))


@pytest.mark.urs("PLT-15")
def test_a_wrong_proof_enrols_nothing_and_leaves_the_code_good(site: PlantUnderTest) -> None:
    code, signer, other = code_of(site), Ed25519Signer.generate(), Ed25519Signer.generate()
    for proof in (b64(other.sign(DOMAIN + f"{code}\n{b64(signer.public_key)}".encode())), "!", b64(b"short")):
        with refused("enrolment_wrong"):
            enrolment.enrol(site.plant, application(code, signer, proof=proof))
    assert [entry.body["device"] for entry in site.entries(ENROLLED)] == ["server"]
    enrolment.enrol(site.plant, application(code, signer))


@pytest.mark.urs("PLT-15")
def test_a_proof_for_another_code_is_none(site: PlantUnderTest) -> None:
    signer = Ed25519Signer.generate()
    stolen = application(code_of(site), signer).proof
    with refused("enrolment_wrong"):
        enrolment.enrol(site.plant, application(code_of(site), signer, proof=stolen))


@pytest.mark.urs("PLT-15")
@pytest.mark.parametrize(
    ("alg", "key"), [("ed25519", LOW_ORDER), ("ed25519", b64(bytes(31))), ("es256", b64(bytes(65))), ("rsa", LOW_ORDER)]
)
def test_a_key_that_is_none_is_refused(site: PlantUnderTest, alg: str, key: str) -> None:
    asked = application(code_of(site), Ed25519Signer.generate(), alg=alg, public_key=key)
    with pytest.raises(PestleError, match=r"key_malformed|key_algorithm_unknown"):
        enrolment.enrol(site.plant, asked)
    if alg != "rsa":
        with refused("key_malformed"):
            enrolment.enrol_key(site.plant, "T-07", "tablet", alg, key)


@pytest.mark.urs("PLT-15")
def test_only_who_may_enrols_and_revokes(site: PlantUnderTest) -> None:
    with refused("not_permitted"):
        enrolment.make_code(site.plant, "tablet", actor="P-0001")
    tablet = site.tablet()
    with refused("not_permitted"):
        enrolment.revoke(site.plant, tablet.device, 0, "lost", actor="P-0003")


@pytest.mark.urs("PLT-15")
def test_a_device_is_enrolled_once_and_the_server_by_itself(site: PlantUnderTest) -> None:
    site.tablet("T-1")
    for name, role in (("T-1", "tablet"), ("server", "server"), ("server", "tablet"), ("T-2", "server")):
        with refused("enrolment_wrong"):
            site.tablet(name, role)


@pytest.mark.urs("PLT-15")
def test_what_a_revoked_device_writes_later_is_kept_and_flagged(site: PlantUnderTest) -> None:
    tablet = site.tablet()
    remark = {"batch": "B-1", "phase": None, "text": "late"}
    first = tablet.record(REMARK, "batch/B-1", remark, actor="zhang")
    second = tablet.write(REMARK, "batch/B-1", remark, actor="zhang")
    third = tablet.write(REMARK, "batch/B-1", remark, actor="zhang")
    enrolment.revoke(site.plant, tablet.device, 2, "lost in room 2-114", actor="P-0007")
    outcomes = tablet.submit(second, third)
    assert all(isinstance(outcome, Recorded) for outcome in outcomes)
    flags = [outcome.flags for outcome in (first, *outcomes) if isinstance(outcome, Recorded)]
    assert ["device_revoked" in each for each in flags] == [False, False, True]
    with refused("device_revoked"):
        enrolment.revoke(site.plant, tablet.device, 3, "again")
    with refused("not_found"):
        enrolment.revoke(site.plant, "T-99", 3, "never seen")
    with refused("not_found"):
        enrolment.revoke(site.plant, "server", 3, "no")


@pytest.mark.urs("PLT-15")
def test_a_device_that_nobody_enrolled_writes_no_record(site: PlantUnderTest) -> None:
    tablet = site.tablet()
    tablet.writer.device = "T-2"
    remark = {"batch": "B-1", "phase": None, "text": "who am I"}
    [outcome] = tablet.submit(tablet.write(REMARK, "batch/B-1", remark, actor="zhang"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "device_unknown"


@pytest.mark.urs("PLT-15")
def test_the_server_enrols_itself_first_and_once(site: PlantUnderTest) -> None:
    site.reopen()
    [own] = [entry for entry in site.entries(ENROLLED) if entry.body["device"] == "server"]
    assert (own.head.seq, own.head.device) == (1, "server")
    assert own.body["public_key"] == b64(site.plant.signer.public_key)


@pytest.mark.urs("PLT-15")
def test_a_site_does_not_open_with_the_key_of_another(site: PlantUnderTest) -> None:
    kept = site.config.key_file.read_bytes()
    site.config.key_file.unlink()
    with refused("server_key_wrong"):
        open_plant(site.config)
    site.config.key_file.write_bytes(kept)
    site.reopen()
