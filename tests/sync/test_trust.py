"""Who must have signed: policies with quorums, cosignatures of both kinds, certificates of a root, proof files."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import cosignature, merkle, note, witness
from sync.certificate import Certificate
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.proof import LogProof
from sync.signing import Ed25519Signer, MLDSA44Signer, Signer
from sync.trust import Policy, Witness

pytestmark = pytest.mark.urs("PLT-03", "PLT-18")

ORIGIN = "pestle.example/plant-1"
NOW = 1_795_340_000
LOG, LOG_PQ, ROOT, SERVER = Ed25519Signer.generate(), MLDSA44Signer.generate(), Ed25519Signer.generate(), b"s" * 32
LEAVES = [b"leaf %d" % number for number in range(70)]
EDGE = merkle.Edge()
for leaf in LEAVES:
    list(EDGE.append(merkle.leaf_hash(leaf)))
TEXT = Checkpoint(ORIGIN, len(LEAVES), EDGE.root()).encode()
WITNESSES: dict[str, Signer] = {
    "qa": MLDSA44Signer.generate(),
    "w2": Ed25519Signer.generate(),
    "w3": MLDSA44Signer.generate(),
}
LOGS = (note.Key(ORIGIN, LOG.public_key), note.Key(ORIGIN, LOG_PQ.public_key, cosignature.MLDSA44_TYPE))


def type_of(signer: Signer) -> int:
    return cosignature.MLDSA44_TYPE if isinstance(signer, MLDSA44Signer) else cosignature.ED25519_TYPE


def seen_by(name: str) -> Witness:
    signer = WITNESSES[name]
    return Witness(name, note.Key(f"{name}.example", signer.public_key, type_of(signer)), f"http://{name}.example/w")


POLICY = Policy(LOGS, (SERVER,), witnesses=tuple(map(seen_by, WITNESSES)), quorum="qa")


def signed(*names: str, text: bytes = TEXT) -> bytes:
    lines = [note.cosign(text, ORIGIN, LOG_PQ, NOW)]
    lines += [note.cosign(text, f"{name}.example", WITNESSES[name], NOW + 1) for name in names]
    return note.add(note.sign(text, ORIGIN, LOG), lines)


def hashes(level: int, index: int) -> bytes:
    if level == 0:
        return merkle.leaf_hash(LEAVES[index])
    return merkle.node_hash(hashes(level - 1, 2 * index), hashes(level - 1, 2 * index + 1))


def test_the_log_signs_with_both_keys_and_the_witness_with_its_time() -> None:
    opened = POLICY.open(signed("qa", "w2"))
    assert opened.checkpoint == Checkpoint(ORIGIN, 70, EDGE.root())
    assert opened.witnessed == {"qa": NOW + 1, "w2": NOW + 1}
    with pytest.raises(SyncError, match="note_signer_unknown"):
        POLICY.open(note.add(note.sign(TEXT, ORIGIN, LOG), [note.cosign(TEXT, "qa.example", WITNESSES["qa"], NOW)]))


@pytest.mark.parametrize(
    ("groups", "quorum", "enough", "too_few"),
    [
        ((), "none", (), None),
        ((), "qa", ("qa",), ("w2", "w3")),
        ((("all", 3, ("qa", "w2", "w3")),), "all", ("qa", "w2", "w3"), ("qa", "w3")),
        ((("two", 2, ("qa", "w2", "w3")),), "two", ("w3", "w2"), ("w2",)),
        ((("one", 1, ("w2", "w3")), ("both", 2, ("qa", "one"))), "both", ("qa", "w3"), ("w2", "w3")),
    ],
)
def test_a_quorum_is_met_or_the_checkpoint_is_refused(
    groups: tuple[tuple[str, int, tuple[str, ...]], ...], quorum: str, enough: tuple[str, ...], too_few: tuple[str, ...]
) -> None:
    policy = replace(POLICY, groups=groups, quorum=quorum)
    assert Policy.parse(policy.encode()) == policy
    assert set(policy.open(signed(*enough)).witnessed) == set(enough)
    if too_few is not None:
        with pytest.raises(SyncError, match="quorum_missing"):
            policy.open(signed(*too_few))


@pytest.mark.parametrize(
    "lines",
    [
        "log L\nlog L\nquorum none",
        "log L\nwitness a W\nwitness a V\nquorum a",
        "log L\nwitness a W\nwitness b W\nquorum a",
        "log L\nwitness none W\nquorum none",
        "log L\nquorum a\nwitness a W",
        "log L\nwitness a W\ngroup g 2 a\nquorum g",
        "log L\nwitness a W\ngroup g 0 a\nquorum g",
        "log L\nwitness a W\ngroup g any\nquorum g",
        "log L\nwitness a W\ngroup g any a a\nquorum g",
        "log L\nwitness a W\nwitness b V\ngroup g any a\ngroup h any a b\nquorum h",
        "log L\nwitness a W\ngroup g any h\ngroup h any a\nquorum g",
        "log W\nquorum none",
        "log L\nwitness a L\nquorum none",
        "log L",
        "quorum none",
        "log L\nquorum none\nquorum none",
        "log L\nmirror x\nquorum none",
    ],
)
def test_what_is_no_policy(lines: str) -> None:
    key = base64.b64encode(LOG.public_key).decode()
    other = seen_by("w2").key
    words = {"L": LOGS[0].encode(), "W": other.encode(), "V": seen_by("qa").key.encode()}
    text = "\n".join(" ".join(words.get(word, word) for word in line.split(" ")) for line in lines.split("\n"))
    with pytest.raises(SyncError, match=r"policy_malformed|key_"):
        Policy.parse(f"# server-key ed25519:{key}\n{text}\n".encode())


def test_white_space_and_remarks_are_as_the_specification_has_them() -> None:
    loose = POLICY.encode().replace(b"log ", b" \tlog \t ").replace(b"\nquorum", b"\n\n  # why\n\t quorum") + b" \n"
    assert Policy.parse(loose) == POLICY
    with pytest.raises(SyncError, match="policy_malformed"):
        Policy.parse(POLICY.encode().replace(b"\n", b"\r\n"))


@given(st.data())
def test_no_byte_of_a_cosignature_can_be_changed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["qa", "w2"]))
    line = note.cosign(TEXT, f"{name}.example", WITNESSES[name], NOW)
    raw = bytearray(base64.b64decode(line.split()[-1]))
    place = data.draw(st.integers(4, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    changed = line.rsplit(b" ", 1)[0] + b" " + base64.b64encode(bytes(raw)) + b"\n"
    with pytest.raises(SyncError):
        POLICY.open(note.add(signed("w3"), [changed]))


def test_the_older_cosignature_binds_extension_lines_and_the_newer_says_nothing_of_them() -> None:
    more = TEXT + b"extension\n"
    newer, older = (note.cosign(TEXT, "w.example", signer, NOW) for signer in (WITNESSES["qa"], WITNESSES["w2"]))
    keys = [note.Key("w.example", WITNESSES[name].public_key, type_of(WITNESSES[name])) for name in ("qa", "w2")]
    assert note.verified(more + b"\n" + newer, keys)[1] == {keys[0]: NOW}
    with pytest.raises(SyncError, match="signature_wrong"):
        note.open(more + b"\n" + older, keys)


def test_the_examples_of_the_specification() -> None:
    """C2SP signed-note, "Example"; tlog-cosignature gives the note of example.com/behind-the-sofa without a key."""
    key = note.parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    example = (
        "This is an example message.\n\n"
        "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
        "\n"
    )
    assert note.open(example.encode(), [key]) == b"This is an example message.\n"


CERTIFICATE = Certificate(ORIGIN, 2, b"n" * 32, LOGS)
ROOT_KEY = note.Key(f"{ORIGIN}/root", ROOT.public_key)


def test_a_kept_policy_outlives_a_change_of_keys() -> None:
    old = Policy((note.Key(ORIGIN, Ed25519Signer.generate().public_key),), (SERVER,), root=ROOT_KEY)
    assert Policy.parse(old.encode()) == old
    certificate = CERTIFICATE.sign(ROOT_KEY.name, ROOT)
    assert Certificate.open(certificate, ROOT_KEY) == CERTIFICATE
    new = old.renewed(certificate)
    assert (new.logs, new.server_keys) == (LOGS, (SERVER, b"n" * 32))
    assert new.open(signed()).checkpoint.size == 70
    assert new.renewed(replace(CERTIFICATE, server_key=SERVER, serial=1).sign(ROOT_KEY.name, ROOT)) == new, (
        "an older one"
    )
    assert old.renewed(None) == old
    for wrong in (
        CERTIFICATE.sign(ROOT_KEY.name, LOG),
        CERTIFICATE.sign("another", ROOT),
        replace(CERTIFICATE, origin="x", logs=(note.Key("x", LOG.public_key),)).sign(ROOT_KEY.name, ROOT),
    ):
        with pytest.raises(SyncError, match="certificate_wrong"):
            old.renewed(wrong)


@pytest.mark.parametrize(
    "change",
    [
        (b"pestle/keys/v1", b"pestle/keys/v2"),
        (b"\n2\n", b"\n02\n"),
        (b"\n2\n", b"\n0\n"),
        (b"server ed25519:", b"server  ed25519:"),
        (b"log ", b"lag "),
        (b"log " + LOGS[1].encode().encode(), b"log " + seen_by("w2").key.encode().encode()),
        (ORIGIN.encode() + b"\n2", b"else\n2"),
    ],
)
def test_what_is_no_certificate(change: tuple[bytes, bytes]) -> None:
    text = CERTIFICATE.encode().replace(*change, 1)
    assert text != CERTIFICATE.encode()
    with pytest.raises(SyncError, match="certificate_wrong"):
        Certificate.open(note.sign(text, ROOT_KEY.name, ROOT), ROOT_KEY)


def test_a_proof_file_shows_that_a_leaf_stands_under_a_witnessed_checkpoint() -> None:
    nodes = tuple(merkle.inclusion_proof(33, 70, hashes))
    proof = LogProof(33, nodes, signed("qa"), extra=b"more")
    assert LogProof.parse(proof.encode()) == proof
    assert LogProof.parse(replace(proof, extra=None, nodes=()).encode()) == replace(proof, extra=None, nodes=())
    assert proof.verify(LEAVES[33], POLICY).witnessed == {"qa": NOW + 1}
    with pytest.raises(SyncError, match="proof_wrong"):
        proof.verify(LEAVES[34], POLICY)
    with pytest.raises(SyncError, match="quorum_missing"):
        replace(proof, checkpoint=signed()).verify(LEAVES[33], POLICY)
    for wrong in (b"", b"c2sp.org/tlog-proof@v1\n\n", proof.encode().replace(b"index 33", b"index 033")):
        with pytest.raises(SyncError, match="proof_malformed"):
            LogProof.parse(wrong)


def at(size: int) -> Checkpoint:
    edge = merkle.Edge()
    for leaf in LEAVES[:size]:
        list(edge.append(merkle.leaf_hash(leaf)))
    return Checkpoint(ORIGIN, size, edge.root())


def asked(old: int, new: int, signer: Ed25519Signer = LOG) -> witness.Request:
    proof = merkle.consistency_proof(old, new, hashes) if 0 < old < new else []
    return witness.Request(old, tuple(proof), by_log(at(new), signer))


def by_log(checkpoint: Checkpoint, signer: Ed25519Signer = LOG) -> bytes:
    """Signed with both keys of the log."""
    text = checkpoint.encode()
    return note.add(note.sign(text, ORIGIN, signer), [note.cosign(text, ORIGIN, LOG_PQ, NOW)])


def test_a_witness_goes_forward_only() -> None:
    request = asked(40, 70)
    assert witness.Request.parse(request.encode()) == request
    assert witness.judge(request, [POLICY], at(40)) == at(70)
    assert witness.judge(asked(0, 70), [POLICY], None) == at(70)
    assert witness.judge(asked(70, 70), [POLICY], at(70)) == at(70)


@pytest.mark.parametrize(
    ("status", "request_", "latest", "body"),
    [
        (404, replace(asked(0, 70), note=note.sign(replace(at(70), origin="other").encode(), "other", LOG)), None, b""),
        (403, asked(0, 70, Ed25519Signer.generate()), None, b""),
        (403, replace(asked(0, 70), note=note.sign(at(70).encode(), ORIGIN, LOG)), None, b""),
        (403, replace(asked(0, 70), note=asked(0, 70).note.replace(b"\n70\n", b"\n71\n")), None, b""),
        (400, replace(asked(0, 40), old=41), at(41), b""),
        (400, replace(asked(0, 70), note=b"rubbish"), None, b""),
        (409, asked(0, 70), at(40), b"40\n"),
        (409, asked(0, 40), at(70), b"70\n"),
        (409, asked(40, 70), None, b"0\n"),
        (422, replace(asked(40, 70), proof=()), at(40), b""),
        (422, asked(40, 70), replace(at(40), root=b"x" * 32), b""),
        (422, asked(70, 70), replace(at(70), root=b"x" * 32), b""),
        (422, replace(asked(0, 70), proof=(b"x" * 32,)), None, b""),
        (422, replace(asked(0, 0), note=by_log(Checkpoint(ORIGIN, 0, b"x" * 32))), None, b""),
    ],
)
def test_what_a_witness_refuses(status: int, request_: witness.Request, latest: Checkpoint | None, body: bytes) -> None:
    with pytest.raises(witness.Refusal) as refused:
        witness.judge(request_, [POLICY], latest)
    assert (refused.value.status, refused.value.body) == (status, body)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 1",
        b"old 01\n\nnote",
        b"old 1\nAAA\n\nnote",
        b"old 1\n" + b"AAAA\n" * 64 + b"\nnote",
        b"new 1\n\nnote",
    ],
)
def test_what_is_no_request(data: bytes) -> None:
    with pytest.raises(witness.Refusal) as refused:
        witness.Request.parse(data)
    assert refused.value.status == 400


def test_only_the_witnesss_own_right_lines_are_taken_from_its_answer() -> None:
    own, other = (note.cosign(TEXT, "qa.example", WITNESSES[name], NOW) for name in ("qa", "w3"))
    key = seen_by("qa").key
    assert witness.cosignatures(own + other, signed(), [key]) == {key: own}
    assert witness.cosignatures(other, signed(), [key]) == {}
    wrong = note.cosign(at(40).encode(), "qa.example", WITNESSES["qa"], NOW)
    with pytest.raises(SyncError, match="signature_wrong"):
        witness.cosignatures(wrong, signed(), [key])
    for junk in (b"", b"<html>", own + b"\n"):
        with pytest.raises(SyncError, match="note_malformed"):
            witness.cosignatures(junk, signed(), [key])
