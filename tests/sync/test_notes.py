"""Signed notes, checkpoints and the policy file: one spelling each, and nothing signed by nobody."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import merkle, note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.signing import Ed25519Signer
from sync.trust import Policy

pytestmark = pytest.mark.urs("PLT-03")

NAME = "pestle.example/plant-1"
SIGNER = Ed25519Signer.generate()
KEY = note.Key(NAME, SIGNER.public_key)
TEXT = Checkpoint(NAME, 3, b"r" * 32).encode()
SIGNED = note.sign(TEXT, NAME, SIGNER)

# golang.org/x/mod sumdb/note: the key and the note of its own documentation.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_made_by_go_is_read() -> None:
    key = note.parse_vkey(GO_VKEY)
    assert key.name == "PeterNeumann"
    assert note.open(GO_NOTE.encode(), [key]).startswith(b"If you think")


def test_round_trip() -> None:
    assert note.open(SIGNED, [KEY]) == TEXT
    assert note.parse_vkey(note.vkey(NAME, SIGNER.public_key)) == KEY
    assert Checkpoint.parse(TEXT) == Checkpoint(NAME, 3, b"r" * 32)


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_can_be_changed(place: int, flip: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= flip
    with pytest.raises(SyncError):
        note.open(bytes(changed), [KEY])


def test_others_signatures_are_passed_over_and_a_known_wrong_one_refuses() -> None:
    other = Ed25519Signer.generate()
    line = note.sign(TEXT, "witness", other).removeprefix(TEXT + b"\n")
    both = SIGNED + line
    assert note.open(both, [KEY]) == TEXT
    assert note.open(both, [note.Key("witness", other.public_key)]) == TEXT
    with pytest.raises(SyncError, match="note_signer_unknown"):
        note.open(SIGNED, [note.Key("witness", other.public_key)])
    with pytest.raises(SyncError, match="note_signer_unknown"):
        note.open(SIGNED, [])
    forged = SIGNED + note.sign(TEXT + b"x\n", "witness", other).removeprefix(TEXT + b"x\n\n")
    with pytest.raises(SyncError, match="signature_wrong"):
        note.open(forged, [KEY, note.Key("witness", other.public_key)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT,
        b"\xff" + SIGNED,
        SIGNED[:-1],
        TEXT + b"\n",
        SIGNED.replace(b"3\n", b"3\r\n"),
        SIGNED + b"x" * 70_000,
        TEXT + b"\n" + SIGNED.rpartition(b"\n\n")[2] * 101,
    ],
)
def test_what_is_no_note(data: bytes) -> None:
    with pytest.raises(SyncError, match="note_malformed"):
        note.open(data, [KEY])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_names_that_notes_cannot_hold(name: str) -> None:
    with pytest.raises(SyncError, match="note_malformed"):
        note.sign(TEXT, name, SIGNER)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a+00000000+AQ==", "key_malformed"),
        (GO_VKEY.replace("c74f20a3", "c74f20a4"), "note_malformed"),
        ("PeterNeumann", "note_malformed"),
        ("a+00000000+Ag==", "key_algorithm_unknown"),
        ("a+00000000+" + base64.b64encode(b"\x01" + b"\0" * 32).decode(), "key_malformed"),
    ],
)
def test_vkeys_that_are_none(text: str, code: str) -> None:
    with pytest.raises(SyncError, match=code):
        note.parse_vkey(text)


def test_extension_lines_of_a_checkpoint_are_passed_over() -> None:
    assert Checkpoint.parse(TEXT + b"more\n").size == 3
    root = base64.b64encode(merkle.EMPTY_ROOT)
    for wrong in (b"", b"o\n3\n", b"o\n03\n" + root + b"\n", b"\n3\n" + root + b"\n", b"o\n-1\n" + root + b"\n"):
        with pytest.raises(SyncError, match="checkpoint_malformed"):
            Checkpoint.parse(wrong)
    for wrong in (b"o\n3\n" + root, b"o\n3\nAAAA\n", b"o\n" + "３".encode() + b"\n" + root + b"\n"):
        with pytest.raises(SyncError, match="checkpoint_malformed"):
            Checkpoint.parse(wrong)


POLICY = Policy((KEY,), (Ed25519Signer.generate().public_key,))


def test_a_policy_names_the_logs_key_and_the_servers() -> None:
    assert Policy.parse(POLICY.encode()) == POLICY
    assert Policy.parse(b"# a remark\n\n" + POLICY.encode()) == POLICY


LOG_LINE = f"log {KEY.encode()}\n".encode()


@given(st.integers(0, len(LOG_LINE) - 1), st.integers(1, 255))
def test_a_changed_log_key_is_refused(place: int, flip: int) -> None:
    changed = bytearray(LOG_LINE)
    changed[place] ^= flip
    try:
        parsed = Policy.parse(POLICY.encode().replace(LOG_LINE, bytes(changed)))
    except SyncError:
        return
    assert parsed == POLICY, "white space may be another"


@pytest.mark.parametrize(
    "change",
    [(b"quorum none", b"quorum 1"), (b"log ", b"witness "), (b"# server-key", b"# other-key"), (b"log", b"\xff")],
)
def test_policies_that_ask_for_more_are_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(SyncError, match="policy_malformed"):
        Policy.parse(POLICY.encode().replace(*change))
