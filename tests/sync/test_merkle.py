"""The tree and its proofs against published vectors, and against a tree written down as RFC 6962 defines it."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import shared

from sync import merkle
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-03")

# Certificate transparency's own test tree, sizes 1 to 8 (google/certificate-transparency, merkle_test).
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes.fromhex("606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def reader(leaves: list[bytes]) -> merkle.HashReader:
    return lambda level, index: by_definition(leaves[index << level : (index + 1) << level])


def vectors(sort: str) -> list[Path]:
    return sorted(shared("vectors", "merkle", sort).rglob("*.json"))


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_inclusion_vectors() -> None:
    seen = set()
    for path in vectors("inclusion"):
        case = json.loads(path.read_text())
        proof = [raw(node) for node in case["proof"] or []]
        seen.add(case["wantErr"])
        try:
            merkle.verify_inclusion(case["leafIdx"], case["treeSize"], raw(case["leafHash"]), proof, raw(case["root"]))
            assert not case["wantErr"], path
        except SyncError:
            assert case["wantErr"], path
    assert seen == {True, False}


def test_consistency_vectors() -> None:
    seen = set()
    for path in vectors("consistency"):
        case = json.loads(path.read_text())
        proof = [raw(node) for node in case["proof"] or []]
        seen.add(case["wantErr"])
        try:
            merkle.verify_consistency(case["size1"], case["size2"], proof, raw(case["root1"]), raw(case["root2"]))
            assert not case["wantErr"], path
        except SyncError:
            assert case["wantErr"], path
    assert seen == {True, False}


def test_known_roots() -> None:
    edge = merkle.Edge()
    assert edge.root() == merkle.EMPTY_ROOT
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        edge.append(merkle.leaf_hash(leaf))
        assert edge.root().hex() == root


@given(st.integers(1, 80), st.data())
def test_every_proof_that_is_built_verifies_and_no_other(size: int, data: st.DataObject) -> None:
    leaves = hashes(size)
    read, root = reader(leaves), by_definition(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, read)
    merkle.verify_inclusion(index, size, leaves[index], proof, root)
    for other in {index + 1, index - 1, size} - {index}:
        with pytest.raises(SyncError):
            merkle.verify_inclusion(other, size, leaves[index], proof, root)
    older = data.draw(st.integers(1, size))
    steps = merkle.consistency_proof(older, size, read)
    merkle.verify_consistency(older, size, steps, by_definition(leaves[:older]), root)
    with pytest.raises(SyncError):
        merkle.verify_consistency(older, size, steps, by_definition([b"x" * 32, *leaves[1:older]]), root)


@given(st.integers(1, 80), st.data())
def test_one_proof_for_many_leaves(size: int, data: st.DataObject) -> None:
    leaves = hashes(size)
    root = by_definition(leaves)
    chosen = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    nodes = merkle.multiproof(chosen, size, reader(leaves))
    assert merkle.root_from_multiproof({i: leaves[i] for i in chosen}, size, nodes) == root
    wrong = {i: leaves[i] for i in chosen} | {min(chosen): b"x" * 32}
    assert merkle.root_from_multiproof(wrong, size, nodes) != root
    for misfit in (nodes[1:] if nodes else [b"y" * 32], [*nodes, b"y" * 32], [*nodes[:-1], b"short"]):
        with pytest.raises(SyncError, match="proof_wrong"):
            merkle.root_from_multiproof({i: leaves[i] for i in chosen}, size, misfit)


def test_proofs_of_nothing_are_refused() -> None:
    read = reader(hashes(4))
    for call in (
        lambda: merkle.inclusion_proof(4, 4, read),
        lambda: merkle.consistency_proof(0, 4, read),
        lambda: merkle.multiproof([], 4, read),
        lambda: merkle.multiproof([4], 4, read),
        lambda: merkle.root_from_multiproof({}, 4, []),
        lambda: merkle.root_from_multiproof({-1: b"x" * 32}, 4, []),
    ):
        with pytest.raises(SyncError, match="proof_wrong"):
            call()
