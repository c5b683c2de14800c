"""Proofs over a big tree: one entry's from tiles on disk that nobody has read before, and those of a whole dossier.

The tree is made from made-up leaf hashes; a proof does not ask what was hashed.
"""

import os
import random
import time
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from sync import dossier, merkle, tiles
from sync.log.reading import fold

IN_BATCH = 1300
SPREAD = 5
"""So many entries of others stand between two of a batch, in a plant where several batches run."""


def figures(folder: Path, size: int) -> dict[str, Any]:
    root = _tree(folder, size)
    chance = random.Random(1)
    return {
        "tree": size,
        "inclusion_from_cold_tiles": _inclusion(folder, size, root, chance),
        "dossier": _dossier(folder, size, root, chance),
    }


def _leaf(index: int) -> bytes:
    return sha256(index.to_bytes(8, "big")).digest()


def _tree(folder: Path, size: int) -> bytes:
    """Tile files as `sync.log.export` writes them; the root."""
    edge, levels = merkle.Edge(), [bytearray()]
    for index in range(size):
        levels[0] += _leaf(index)
        for level, _, node in edge.append(_leaf(index)):
            if level % 8 == 0:
                levels += [bytearray() for _ in range(level // 8 + 1 - len(levels))]
                levels[level // 8] += node
    for name in tiles.names(size):
        if isinstance(name.kind, int):
            start = name.n * tiles.WIDTH * merkle.HASH_BYTES
            path = folder / name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(levels[name.kind][start : start + name.width * merkle.HASH_BYTES])
    return edge.root()


class _Tiles:
    """A `merkle.HashReader` over tile files; `paths` are those it has read."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size
        self._read: dict[tuple[int, int], list[bytes]] = {}
        self.paths: list[Path] = []

    def __call__(self, level: int, index: int) -> bytes:
        row, height = divmod(level, 8)
        number, offset = divmod(index << height, tiles.WIDTH)
        return fold(self._tile(row, number)[offset : offset + (1 << height)])

    def _tile(self, row: int, number: int) -> list[bytes]:
        if (row, number) not in self._read:
            count = (self._size >> 8 * row) - number * tiles.WIDTH
            path = self._folder / tiles.Name(row, number, min(tiles.WIDTH, count)).path
            self.paths.append(path)
            self._read[row, number] = tiles.split_hashes(path.read_bytes())
        return self._read[row, number]


def _forget(path: Path) -> None:
    """Out of the page cache, as far as the system heeds it."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def _inclusion(folder: Path, size: int, root: bytes, chance: random.Random) -> dict[str, Any]:
    times = []
    for _ in range(50):
        index = chance.randrange(size)
        reader = _Tiles(folder, size)
        merkle.inclusion_proof(index, size, reader)
        for path in reader.paths:
            _forget(path)
        begin = time.perf_counter()
        proof = merkle.inclusion_proof(index, size, _Tiles(folder, size))
        times.append((time.perf_counter() - begin) * 1000)
        merkle.verify_inclusion(index, size, _leaf(index), proof, root)
    return {"median_ms": round(median(times), 2), "slowest_ms": round(max(times), 2), "proofs": len(times)}


def _dossier(folder: Path, size: int, root: bytes, chance: random.Random) -> dict[str, Any]:
    count = min(IN_BATCH, size // (SPREAD + 1))
    first = chance.randrange(size - count * (SPREAD + 1) + 1)
    indices = sorted(chance.sample(range(first, first + count * (SPREAD + 1)), count))
    begin = time.perf_counter()
    nodes = merkle.multiproof(indices, size, _Tiles(folder, size))
    built = time.perf_counter() - begin
    leaves = [(index, _leaf(index)) for index in indices]
    encoded = dossier.Proof("batch/B-1", size, nodes, leaves).encode()
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        assert merkle.root_from_multiproof(dict(leaves), size, nodes) == root
        times.append((time.perf_counter() - begin) * 1000)
    alone = sum(len(merkle.inclusion_proof(index, size, _Tiles(folder, size))) for index in indices[:20])
    return {
        "entries": count,
        "nodes": len(nodes),
        "nodes_base64_bytes": len(nodes) * 45,
        "file_bytes_with_leaf_hashes": len(encoded),
        "one_proof_each_bytes": alone * count // min(20, count) * 45,
        "build_ms": round(built * 1000, 1),
        "verify_ms_without_signatures": round(median(times), 2),
    }
