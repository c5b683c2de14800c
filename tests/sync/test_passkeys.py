"""People's signatures by passkey against the golden vectors, which the second implementation reads as well (IDN-03)."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from passkey_support import Authenticator, text
from support import ROOT

from sync import passkeys, signing
from sync.errors import SyncError
from sync.passkeys import ADDED, WITHDRAWN, Passkeys

pytestmark = pytest.mark.urs("IDN-03", "PLT-02")
VECTOR: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "passkey-v1.json").read_text("utf-8"))
HEADER = VECTOR["header"].encode()


def known() -> Passkeys:
    found = Passkeys()
    for kind, bodies in ((ADDED, VECTOR["added"]), (WITHDRAWN, VECTOR["withdrawn"])):
        for body in bodies:
            found.learn(kind, body)
    return found


@pytest.mark.parametrize("case", VECTOR["cases"], ids=lambda case: case["name"])
def test_each_golden_line_deserves_its_flags(case: dict[str, Any]) -> None:
    assert list(passkeys.flags(HEADER, case["signatures"], known().of)) == case["flags"]


def test_the_challenges_are_the_golden_ones() -> None:
    online = VECTOR["online"]
    assert text(passkeys.offline_challenge(HEADER)) == VECTOR["challenge"]
    assert text(passkeys.online_challenge(online["nonce"], online["digest"])) == online["challenge"]


def test_every_other_bit_of_an_assertion_is_refused() -> None:
    authenticator = Authenticator(count=5)
    passkey = passkeys.Passkey("P-1", authenticator.cose, "localhost")
    made = authenticator.sign(text(bytes(32)))
    passkeys.check(passkey, bytes(32), made)
    for name in ("authenticator_data", "client_data", "signature"):
        whole = getattr(made, name)
        for at in range(len(whole)):
            parts = {one: getattr(made, one) for one in ("authenticator_data", "client_data", "signature")}
            parts[name] = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            with pytest.raises(SyncError):
                passkeys.check(passkey, bytes(32), passkeys.Assertion(**parts))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ADDED, {"person": "P-1"}),
        (ADDED, {**VECTOR["added"][0]}),
        (ADDED, {**VECTOR["added"][0], "credential": "new", "public_key": "!"}),
        (ADDED, {**VECTOR["added"][0], "credential": "new", "public_key": "AAAA"}),
        (WITHDRAWN, {"person": "P-0004", "credential": VECTOR["added"][0]["credential"]}),
        (WITHDRAWN, {"person": "P-1", "credential": "unknown"}),
    ],
)
def test_a_log_that_teaches_nonsense_is_refused(kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(SyncError):
        known().learn(kind, body)


def test_a_key_has_one_spelling_and_must_be_one() -> None:
    ed25519 = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for key in (Authenticator(), Authenticator(key=ed25519)):
        alg, raw = passkeys.raw_key(key.cose)
        assert passkeys.cose_key(alg, raw) == key.cose
        for wrong in (key.cose[:-1], key.cose + b"\x00", b"\xa6" + key.cose[1:]):
            with pytest.raises(SyncError):
                passkeys.raw_key(wrong)
    with pytest.raises(SyncError):
        passkeys.cose_key(signing.ED25519, bytes(32))
    with pytest.raises(SyncError, match="P-256"):
        passkeys.raw_key(Authenticator().cose[:-2] + b"\x00\x00")
