"""The Merkle tree of RFC 6962 section 2, so that any tool that knows certificate transparency can check our log.

A `HashReader` gives the hash of a full subtree: (level, index) is the hash over the 2^level leaves that start at
index * 2^level. Proofs are built from such hashes alone, and checked without any.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sync.errors import SyncError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

HashReader = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """The hash over so many hashes of one row, a power of two of them."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(slots=True)
class Edge:
    """The right edge of a growing tree: the hashes of its full subtrees, largest first; all that appending needs."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; the inner nodes (level, index, hash) that it completed, lowest first."""
        completed = []
        node, position, level = leaf, self.size, 0
        while position & 1:
            node = node_hash(self.hashes.pop(), node)
            position >>= 1
            level += 1
            completed.append((level, position, node))
        self.hashes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return _fold(self.hashes)


def subtree_hash(start: int, stop: int, read: HashReader) -> bytes:
    """The hash over leaves start..stop-1, where start is a multiple of the enclosing power of two."""
    parts = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        parts.append(read(level, start >> level))
        start += 1 << level
    return _fold(parts)


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """The audit path of a leaf (RFC 6962 section 2.1.1), from the leaf upwards."""
    if not 0 <= index < size:
        raise SyncError("proof_wrong", f"there is no leaf {index} in a tree of {size}")
    path = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(subtree_hash(middle, stop, read))
            stop = middle
        else:
            path.append(subtree_hash(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(size1: int, size2: int, read: HashReader) -> list[bytes]:
    """The proof that the tree of size2 extends the tree of size1 (RFC 6962 section 2.1.2)."""
    if not 0 < size1 <= size2:
        raise SyncError("proof_wrong", f"no proof leads from a tree of {size1} to one of {size2}")
    path = []
    start, stop, whole = 0, size2, True
    while size1 != stop:
        middle = start + _split(stop - start)
        if size1 <= middle:
            path.append(subtree_hash(middle, stop, read))
            stop = middle
        else:
            path.append(subtree_hash(start, middle, read))
            start, whole = middle, False
    if not whole:
        path.append(subtree_hash(start, stop, read))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Return if the leaf hash stands at this index under this root; SyncError `proof_wrong` otherwise."""
    if not 0 <= index < size:
        raise SyncError("proof_wrong", "the index lies outside the tree")
    _check_hashes([leaf, root, *proof])
    inner, border = _shape(index, size)
    if len(proof) != inner + border:
        raise SyncError("proof_wrong", "the proof has another length than the tree asks for")
    node = leaf
    for level, sibling in enumerate(proof):
        from_left = level >= inner or index >> level & 1
        node = node_hash(sibling, node) if from_left else node_hash(node, sibling)
    if node != root:
        raise SyncError("proof_wrong", "the proof leads to another root")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Return if the tree (size2, root2) extends (size1, root1); SyncError `proof_wrong` otherwise.

    A proof from an empty tree proves nothing and is refused.
    """
    if not 0 < size1 <= size2:
        raise SyncError("proof_wrong", f"no proof leads from a tree of {size1} to one of {size2}")
    if size1 == size2:
        if proof or root1 != root2:
            raise SyncError("proof_wrong", "two trees of one size have one root and no proof")
        return
    _check_hashes([root1, root2, *proof])
    if not proof:
        raise SyncError("proof_wrong", "the proof is empty")
    shift = (size1 & -size1).bit_length() - 1
    inner, border = _shape(size1 - 1, size2)
    # A tree of a power of two is itself the first node, so the proof does not repeat it.
    nodes = [root1, *proof] if size1 == 1 << shift else list(proof)
    if len(nodes) != 1 + inner - shift + border:
        raise SyncError("proof_wrong", "the proof has another length than the trees ask for")
    old = new = nodes[0]
    for level, sibling in enumerate(nodes[1:]):
        if level >= inner - shift or (size1 - 1) >> (shift + level) & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != root1 or new != root2:
        raise SyncError("proof_wrong", "the proof leads to other roots")


def multiproof(indices: Iterable[int], size: int, read: HashReader) -> list[bytes]:
    """The fewest hashes that, with the leaves at these indices, give the root: left to right as the tree is walked.

    Walking from the root: a subtree without any of the leaves gives its hash, any other is split (RFC 6962
    section 2.1 says where), left before right.
    """
    chosen = sorted(set(indices))
    if not chosen or chosen[0] < 0 or chosen[-1] >= size:
        raise SyncError("proof_wrong", f"the leaves lie outside a tree of {size}")
    nodes: list[bytes] = []

    def walk(start: int, stop: int, low: int, high: int) -> None:
        if low == high:
            nodes.append(subtree_hash(start, stop, read))
        elif stop - start > 1:
            middle = start + _split(stop - start)
            between = bisect_left(chosen, middle, low, high)
            walk(start, middle, low, between)
            walk(middle, stop, between, high)

    walk(0, size, 0, len(chosen))
    return nodes


def root_from_multiproof(leaves: Mapping[int, bytes], size: int, nodes: Sequence[bytes]) -> bytes:
    """The root that these leaf hashes and the nodes of `multiproof` give; SyncError `proof_wrong` if they misfit."""
    chosen = sorted(leaves)
    if not chosen or chosen[0] < 0 or chosen[-1] >= size:
        raise SyncError("proof_wrong", f"the leaves lie outside a tree of {size}")
    _check_hashes([*leaves.values(), *nodes])
    rest = iter(nodes)

    def walk(start: int, stop: int, low: int, high: int) -> bytes:
        if low == high:
            return _next(rest)
        if stop - start == 1:
            return leaves[start]
        middle = start + _split(stop - start)
        between = bisect_left(chosen, middle, low, high)
        left = walk(start, middle, low, between)
        return node_hash(left, walk(middle, stop, between, high))

    root = walk(0, size, 0, len(chosen))
    if next(rest, None) is not None:
        raise SyncError("proof_wrong", "the proof has nodes to spare")
    return root


def _next(nodes: Iterator[bytes]) -> bytes:
    node = next(nodes, None)
    if node is None:
        raise SyncError("proof_wrong", "the proof lacks nodes")
    return node


def _split(count: int) -> int:
    """The largest power of two below count: how many leaves stand in the left subtree."""
    return 1 << (count - 1).bit_length() - 1


def _shape(index: int, size: int) -> tuple[int, int]:
    """How many siblings a path has up to where it joins the right edge, and how many from there on."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _fold(parts: Sequence[bytes]) -> bytes:
    if not parts:
        return EMPTY_ROOT
    node = parts[-1]
    for part in reversed(parts[:-1]):
        node = node_hash(part, node)
    return node


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise SyncError("proof_wrong", "a hash has 32 bytes")
