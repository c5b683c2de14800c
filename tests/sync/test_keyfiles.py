"""Private keys in files: sealed with the machine's secret, on the bridge and on the witness too."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from device_bridge.enrolment import load_key
from device_bridge.errors import BridgeStopped
from server.witness.folder import Folder, Settings
from sync import cosignature, keyfiles, note
from sync.errors import SyncError
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy

pytestmark = pytest.mark.urs("OPS-05")
SEALED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "secret"
    file.write_text("q" * 44)
    monkeypatch.setenv(keyfiles.SETTING, str(file))
    return file


def test_every_kind_of_key_is_sealed_and_opens(tmp_path: Path) -> None:
    made = {
        "ed25519": Ed25519Signer.load_or_create(tmp_path / "a.key", b"s" * 32).public_key,
        "mldsa44": MLDSA44Signer.load_or_create(tmp_path / "b.key", b"s" * 32).public_key,
    }
    p256 = keyfiles.load_or_create(tmp_path / "c.key", lambda: ec.generate_private_key(ec.SECP256R1()), b"s" * 32)
    assert isinstance(p256, ec.EllipticCurvePrivateKey)
    assert all((tmp_path / f"{name}.key").read_bytes().startswith(SEALED) for name in "abc")
    assert Ed25519Signer.load_or_create(tmp_path / "a.key", b"s" * 32).public_key == made["ed25519"]
    assert MLDSA44Signer.load_or_create(tmp_path / "b.key", b"s" * 32).public_key == made["mldsa44"]
    for wrong in (None, b"t" * 32):
        with pytest.raises(SyncError, match="key_sealed"):
            Ed25519Signer.load_or_create(tmp_path / "a.key", wrong)


def test_a_plain_key_is_sealed_when_it_is_next_read(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    key = Ed25519Signer.load_or_create(file).public_key
    assert SEALED not in file.read_bytes()
    assert Ed25519Signer.load_or_create(file, b"s" * 32).public_key == key
    assert file.read_bytes().startswith(SEALED)
    assert file.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["a.key"]


def test_the_bridge_seals_its_key_and_says_why_it_cannot_open_it(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "bridge"
    data.mkdir()
    key = load_key(data).public_key
    assert (data / "bridge.key").read_bytes().startswith(SEALED)
    assert load_key(data).public_key == key
    secret.write_text("r" * 44)
    with pytest.raises(BridgeStopped) as caught:
        load_key(data)
    assert caught.value.code == "key_sealed"
    secret.write_text("short")
    with pytest.raises(BridgeStopped) as caught:
        load_key(data)
    assert caught.value.code == "secret_unusable"
    monkeypatch.delenv(keyfiles.SETTING)
    with pytest.raises(BridgeStopped, match="key_sealed"):
        load_key(data)


def test_the_witness_seals_its_keys(tmp_path: Path, secret: Path) -> None:
    first, second = Ed25519Signer.generate(), MLDSA44Signer.generate()
    logs = (note.Key("site/log", first.public_key), note.Key("site/log", second.public_key, cosignature.MLDSA44_TYPE))
    policy = Policy(logs, (first.public_key,))
    settings = Settings(name="qa", url="https://site.example", login="chenjie")
    folder = Folder.make(tmp_path / "witness", policy.encode(), settings)
    keys = [signer.public_key for signer in folder.signers]
    assert all(file.read_bytes().startswith(SEALED) for file in (tmp_path / "witness").glob("*.key"))
    assert [signer.public_key for signer in Folder(tmp_path / "witness").signers] == keys
    secret.write_text("r" * 44)
    with pytest.raises(SyncError, match="key_sealed"):
        Folder(tmp_path / "witness")


def test_a_secret_that_may_not_be_read_says_whose_it_is_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "site.secret"
    file.write_text("x" * 44)
    file.chmod(0o600)
    said = keyfiles.unreadable(file, PermissionError())
    assert f"belongs to user {os.getuid()} with mode 600" in said
    assert f"chown {os.geteuid()} and chmod 400" in said
    assert "is a folder" in keyfiles.unreadable(tmp_path, IsADirectoryError())
    with pytest.raises(SyncError, match="is no file of text that is there"):
        keyfiles.secret({keyfiles.SETTING: str(tmp_path / "none")})
