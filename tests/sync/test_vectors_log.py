"""Notes, proofs, canonical numbers and a whole tiled log, as others have published them."""

import base64
import hashlib
import json
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support import ROOT

from sync import canonical, merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.proof import LogProof
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("PLT-03")

# golang.org/x/mod sumdb/note/note_test.go (BSD-3-Clause): keys, text and signatures.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
BOTH = f"{TEXT}\n{BY_PETER}{BY_ENOCH}".encode()


def names(signed: bytes, *vkeys: str) -> set[str]:
    text, by = note.verified(signed, [note.parse_vkey(vkey) for vkey in vkeys])
    assert text == TEXT.encode()
    return {key.name for key in by}


def test_go_signs_the_same_note() -> None:
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PETER_PRIVATE)[1:])
    assert note.sign(TEXT.encode(), "PeterNeumann", Ed25519Signer(key)) == f"{TEXT}\n{BY_PETER}".encode()
    assert note.vkey("PeterNeumann", Ed25519Signer(key).public_key) == PETER
    with pytest.raises(SyncError, match="note_malformed"):
        note.sign(b"abc", "PeterNeumann", Ed25519Signer(key))


def test_go_opens_the_same_notes() -> None:
    assert names(BOTH, PETER) == {"PeterNeumann"}
    assert names(BOTH, ENOCH) == {"EnochRoot"}
    assert names(BOTH, PETER, ENOCH) == {"PeterNeumann", "EnochRoot"}
    twice = f"{TEXT}\n{BY_PETER}{BY_PETER}{BY_ENOCH}{BY_ENOCH}{BY_ENOCH[:60]}ABCD{BY_ENOCH[60:]}"
    assert names(twice.encode(), PETER) == {"PeterNeumann"}


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (f"{TEXT}\n{BY_PETER[:60]}ABCD{BY_PETER[60:]}", "signature_wrong"),
        (f"{TEXT}\n{BY_ENOCH}", "note_signer_unknown"),
        (f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'CarmenSandiego')}", "note_signer_unknown"),
        (f"{TEXT}\n{BY_PETER * 101}", "note_malformed"),
        (TEXT, "note_malformed"),
        (f"{TEXT}\n", "note_malformed"),
        (f"{TEXT}\n{BY_PETER[:-1]}", "note_malformed"),
        (f"\x01{TEXT}\n{BY_PETER}", "note_malformed"),
        (f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'Bad Name')}", "note_malformed"),
        (f"{TEXT}\n{BY_PETER}Unexpected line.\n", "note_malformed"),
    ],
)
def test_go_refuses_the_same_notes(signed: str, code: str) -> None:
    with pytest.raises(SyncError, match=code):
        note.open(signed.encode(), [note.parse_vkey(PETER)])


def test_go_refuses_every_part_and_every_mangling_of_a_vkey() -> None:
    ends = range(len(PETER) + 1)
    wrong = [PETER[i:j] for i in ends for j in ends[i + 1 :] if (i, j) != (0, len(PETER))]
    wrong += [f"{PETER[:i]}{chr(ord(PETER[i]) + 1)}{PETER[i + 1 :]}" for i in range(len(PETER))]
    wrong += [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ]
    for text in wrong:
        with pytest.raises(SyncError):
            note.parse_vkey(text)


# transparency-dev/formats proof/tlog_proof_test.go (Apache-2.0).
HASHES = tuple(hashlib.sha256(text).digest() for text in (b"hash1", b"hash2"))
ONE, TWO = (base64.b64encode(value).decode() for value in HASHES)


@pytest.mark.parametrize(
    ("proof", "text"),
    [
        (LogProof(5, HASHES, b"test checkpoint\n"), f"index 5\n{ONE}\n{TWO}\n\ntest checkpoint\n"),
        (
            LogProof(10, HASHES[:1], b"checkpoint data\n", b"extra information"),
            f"extra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{ONE}\n\ncheckpoint data\n",
        ),
        (LogProof(0, (), b"checkpoint\n"), "index 0\n\ncheckpoint\n"),
    ],
)
def test_proof_files_are_spelled_as_elsewhere(proof: LogProof, text: str) -> None:
    data = f"c2sp.org/tlog-proof@v1\n{text}".encode()
    assert proof.encode() == data
    assert LogProof.parse(data) == proof


@pytest.mark.parametrize(
    "text",
    [
        "wrong-header\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "a" * 65 * 1024 + "\n",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(bytes(64)).decode()}\n\ncheckpoint\n",
    ],
)
def test_proof_files_that_are_none(text: str) -> None:
    with pytest.raises(SyncError, match="proof_malformed"):
        LogProof.parse(text.encode())


# RFC 8785, appendix B: numbers as IEEE 754 in hex, and their only spelling.
NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""


@pytest.mark.urs("PLT-02")
def test_the_numbers_of_rfc_8785() -> None:
    for line in NUMBERS.split("\n")[1:-1]:
        bits, text = line.split()
        (number,) = struct.unpack(">d", bytes.fromhex(bits))
        assert canonical.encode(number) == text.encode()


class Tessera:
    """The log of transparency-dev/tessera, file by file."""

    def __init__(self) -> None:
        found = json.loads((ROOT / "tests" / "vectors" / "standards" / "tessera-log.json").read_text())
        self.key = note.parse_vkey(found["vkey"])
        self.files = {name: base64.b64decode(data) for name, data in found["files"].items()}

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint.parse(note.open(self.files[f"checkpoint.{size}"], [self.key]))


def test_a_log_of_tessera_comes_out_the_same_byte_for_byte() -> None:
    log, edge = Tessera(), merkle.Edge()
    leaves = tiles.decode_entries(log.files["tile/entries/000.p/15"])
    assert leaves[0] == b"one"
    for size in range(16):
        found = log.checkpoint(size)
        assert (found.size, found.root) == (edge.size, edge.root())
        assert found.encode() == note.split(log.files[f"checkpoint.{size}"])[0]
        for name in tiles.names(size):
            if name.kind == 0:
                assert log.files[name.path] == b"".join(map(merkle.leaf_hash, leaves[:size]))
            elif name.kind == "entries":
                assert log.files[name.path] == tiles.encode_entries(leaves[:size])
        if size < len(leaves):
            edge.append(merkle.leaf_hash(leaves[size]))
    assert len(leaves) == 15


def test_each_checkpoint_of_tessera_leads_to_each_later_one() -> None:
    log = Tessera()
    hashes = [merkle.leaf_hash(leaf) for leaf in tiles.decode_entries(log.files["tile/entries/000.p/15"])]

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return hashes[index]
        return merkle.node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    for size in range(1, 16):
        root = log.checkpoint(size).root
        for older in range(1, size + 1):
            proof = merkle.consistency_proof(older, size, read)
            merkle.verify_consistency(older, size, proof, log.checkpoint(older).root, root)
        for index in range(size):
            merkle.verify_inclusion(index, size, hashes[index], merkle.inclusion_proof(index, size, read), root)
