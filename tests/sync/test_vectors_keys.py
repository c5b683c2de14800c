"""Signatures of all three sorts against published vectors: made alike, and refused where they must be."""

import json
from collections.abc import Iterator
from importlib import resources

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from support import ROOT

from sync import signing
from sync.errors import SyncError
from sync.signing import Ed25519Signer, MLDSA44Signer

pytestmark = pytest.mark.urs("PLT-02", "PLT-03")

STANDARDS = ROOT / "tests" / "vectors" / "standards"


def published(*path: str) -> str:
    """A file of the package `cryptography-vectors`."""
    return resources.files("cryptography_vectors").joinpath("asymmetric", *path).read_text()


def accepted(alg: str, public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        if alg == signing.MLDSA44:
            signing.verify_mldsa44(public_key, message, signature)
        else:
            signing.verify(alg, public_key, message, signature)
    except SyncError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "alg", "count"),
    [
        ("wycheproof-ed25519", signing.ED25519, 151),
        ("wycheproof-p256-p1363", signing.ES256, 262),
        ("wycheproof-mldsa44", signing.MLDSA44, 17),
    ],
)
def test_wycheproof(name: str, alg: str, count: int) -> None:
    cases = json.loads((STANDARDS / f"{name}.json").read_text())["cases"]
    wrong = [
        number
        for number, key, message, signature, result in cases
        if accepted(alg, *map(bytes.fromhex, (key, message, signature))) != (result == "valid")
    ]
    assert (len(cases), wrong) == (count, [])
    assert {case[-1] for case in cases} == {"valid", "invalid"}


def test_ed25519_signs_as_its_authors_do() -> None:
    """The 1,024 lines of sign.input: secret and public key, public key, message, signature and message."""
    lines = published("Ed25519", "sign.input").splitlines()
    for line in lines:
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        signer = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(secret[:32]))
        assert signer.public_key == public
        assert signer.sign(message) == signed[:64]
        signing.verify(signing.ED25519, public, message, signed[:64])
        assert not accepted(signing.ED25519, public, message + b"x", signed[:64])
    assert len(lines) == 1024


def groups(text: str, first: str) -> Iterator[dict[str, str]]:
    """The cases of a response file of NIST: "name = value" lines, of which `first` begins each case."""
    for part in text.replace("\r", "").split(f"\n{first} = ")[1:]:
        lines = f"{first} = {part}".splitlines()
        yield dict(line.split(" = ", 1) for line in lines if " = " in line)


def test_p256_as_nist_publishes_it() -> None:
    text = published("ECDSA", "FIPS_186-3", "SigVer.rsp").partition("[P-256,SHA-256]")[2].partition("[P-")[0]
    results = set[str]()
    for case in groups(text, "Msg"):
        x, y, r, s = (case[name].zfill(64) for name in ("Qx", "Qy", "R", "S"))
        key, signature = bytes.fromhex(f"04{x}{y}"), bytes.fromhex(r + s)
        assert accepted(signing.ES256, key, bytes.fromhex(case["Msg"]), signature) == case["Result"].startswith("P")
        results.add(case["Result"][0])
    assert results == {"P", "F"}


def test_mldsa44_as_its_known_answers() -> None:
    """Their signatures are over a context, which a cosignature never has: such a one is refused."""
    cases = list(groups("\n" + published("MLDSA", "kat_MLDSA_44_det_pure.rsp"), "count"))
    for case in cases:
        signer = MLDSA44Signer(MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(case["xi"])))
        public, message = bytes.fromhex(case["pk"]), bytes.fromhex(case["msg"])
        assert signer.public_key == public
        assert len(signer.sign(message)) == signing.MLDSA44_SIGNATURE
        assert accepted(signing.MLDSA44, public, message, signer.sign(message))
        assert not accepted(signing.MLDSA44, public, message + b"x", signer.sign(message))
        given = bytes.fromhex(case["sm"])[: signing.MLDSA44_SIGNATURE]
        assert not accepted(signing.MLDSA44, public, message, given)
        MLDSA44PublicKey.from_public_bytes(public).verify(given, message, bytes.fromhex(case["ctx"]))
    assert len(cases) == 100
