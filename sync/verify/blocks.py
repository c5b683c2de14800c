"""Cuts a log into blocks that several processes can check at a time; each needs only the keys learnt before it."""

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from sync import tiles
from sync.errors import SyncError
from sync.trust import Policy
from sync.verify import block
from sync.verify.block import Found, Teaching
from sync.verify.keys import Keyring
from sync.verify.readers import Reader, directory
from sync.verify.rules import EntryRules

BLOCK = 128 * tiles.WIDTH


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def one_by_one(read: Reader, size: int, policy: Policy, full: bool) -> Generator[Found]:
    """Block after block in this process; the keys grow with them."""
    keys = Keyring(policy)
    for names in _blocks(size):
        yield block.walk(read, names, EntryRules(keys, full, names[0].n * tiles.WIDTH))


def in_processes(folder: Path, size: int, policy: Policy, full: bool, processes: int) -> Generator[Found]:
    """The same from a folder, by several processes: first the keys of all blocks, then the blocks."""
    blocks = _blocks(size)
    # Not forked: the caller may have threads, and a lock that one of them holds would never be let go.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            taught = [one for found in pool.map(partial(_teachings, folder), blocks) for one in found]
            yield from pool.map(partial(_walk, folder, policy, full, taught), blocks)
        finally:
            pool.shutdown(cancel_futures=True)


def _blocks(size: int) -> list[list[tiles.Name]]:
    names = [name for name in tiles.names(size) if name.kind == "entries"]
    step = BLOCK // tiles.WIDTH
    return [names[start : start + step] for start in range(0, len(names), step)]


def _teachings(folder: Path, names: list[tiles.Name]) -> list[Teaching]:
    return block.teachings(directory(folder), names)


def _walk(folder: Path, policy: Policy, full: bool, taught: Sequence[Teaching], names: list[tiles.Name]) -> Found:
    first = names[0].n * tiles.WIDTH
    keys = Keyring(policy)
    for one in taught:
        if one.index < first:
            # Whoever walks over the block of an entry that teaches nothing right says so, and that comes first.
            with suppress(SyncError):
                keys.learn(one.head, one.payload)
    return block.walk(directory(folder), names, EntryRules(keys, full, first))
