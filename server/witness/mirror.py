"""The witness's copy of the log: the same files as an export, and what must be known to check the next entries."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from server.core.kinds import Registry
from server.witness.judging import SiteRules
from server.witness.seen import Seen
from sync import canonical, merkle, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Header, Receipt, split_leaf
from sync.errors import SyncError
from sync.log.erasure import NEVER
from sync.log.reading import fold
from sync.tiles import WIDTH, Name
from sync.trust import Policy
from sync.verify.keys import Keyring
from sync.verify.readers import Reader, directory
from sync.verify.result import Wrong
from sync.verify.rules import EntryRules

Row = tuple[int, bytes | None, bytes | None]
"""Index, salt, payload."""
Judge = Callable[[int, Seen], None]
"""Asked about each new entry after the log's own rules; SyncError when it is wrong."""


class Mirror:
    """The log up to `size`. After anything was raised by `extend` it must be made anew from its folder."""

    def __init__(self, folder: Path, policy: Policy, registry: Registry) -> None:
        self.folder = folder
        self.site = SiteRules(registry, self._all_leaves)
        self._rules = EntryRules(Keyring(policy), full=True)
        self._edge = merkle.Edge()
        # What stands in the last, unfinished bundle, and in the unfinished tile of each level.
        self._leaves: list[bytes] = []
        self._rows: list[Row] = []
        self._levels: list[list[bytes]] = [[]]
        self._erased: dict[int, str] = {}
        self._written: list[Path] = []
        # The files of the block that is being looked at: evidence, should something be wrong with it.
        self.fetched: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        return self._edge.size

    @property
    def root(self) -> bytes:
        return self._edge.root()

    def replay(self, checkpoint: Checkpoint) -> None:
        """Take in what the folder holds up to a checkpoint that was cosigned, at first; SyncError `mirror_damaged`, or
        of an entry, where it is no longer that."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # Signatures were all checked before they were cosigned; the root says that nothing has changed since.
        self._rules = EntryRules(self._rules.keys, full=False)
        for first, leaves, rows in self._blocks(directory(self.folder), checkpoint.size):
            for index, (leaf, row) in enumerate(zip(leaves, rows, strict=True), first):
                self._take(index, leaf, row, None)
            self._next_block(keep=False)
        if self.root != checkpoint.root:
            raise SyncError("mirror_damaged", f"the mirror of {checkpoint.size} entries is not what was cosigned")
        self._rules, before = EntryRules(self._rules.keys, full=True), self._rules
        self._rules.ends = before.ends
        self.apply_erasures()

    def extend(self, read: Reader, checkpoint: Checkpoint, judge: Judge) -> None:
        """Fetch what is new up to a checkpoint that the log has signed, check it, and keep it durably.

        Wrong, with the index, for the first rule that an entry breaks. SyncError `log_unreadable` when files cannot
        be had; `root_wrong` when all is right but leads to another root. Then nothing of it is kept.
        """
        self._written = []
        try:
            for first, leaves, rows in self._blocks(read, checkpoint.size, self.size // WIDTH):
                self._compare(first, leaves)
                for index in range(self.size, first + len(leaves)):
                    self._check(index, leaves[index - first], rows[index - first], judge)
                self._next_block(keep=True)
            if self.root != checkpoint.root:
                raise SyncError("root_wrong", "the entries lead to another root than the log has signed")
            self._check_missing()
            self._keep_partial()
            self._flush()
        except BaseException:
            for path in self._written:
                path.unlink(missing_ok=True)
            raise

    def root_at(self, size: int) -> bytes:
        """The root over the first entries, from the tiles in the folder."""
        return merkle.subtree_hash(0, size, self._hash)

    def _hash(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        n, offset = divmod(index << height, WIDTH)
        width = min(WIDTH, (self.size >> 8 * tile_level) - n * WIDTH)
        data = self._file(directory(self.folder), Name(tile_level, n, width))
        return fold(tiles.split_hashes(data)[offset : offset + (1 << height)])

    def drop_partials(self) -> None:
        """Forget the unfinished files of smaller sizes, which the present checkpoint no longer needs."""
        needed = {name.path for name in tiles.names(self.size)}
        for path in self.folder.rglob("*.p/*"):
            if str(path.relative_to(self.folder)) not in needed:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()

    def apply_erasures(self) -> None:
        """Take away the payloads that the log says were erased; done again after a crash, it changes nothing."""
        for index in self._erased:
            self._erase(index)
        self._erased = {}

    def _blocks(self, read: Reader, size: int, start: int = 0) -> Iterator[tuple[int, list[bytes], list[Row]]]:
        for n in range(start, -(-size // WIDTH)):
            width = min(WIDTH, size - n * WIDTH)
            self.fetched = {}
            entries, payloads = (self._file(read, Name(kind, n, width)) for kind in ("entries", "payloads"))
            leaves = tiles.decode_entries(entries)
            lines = payloads.split(b"\n")
            if len(leaves) != width or tiles.encode_entries(leaves) != entries or len(lines) != width + 1 or lines[-1]:
                raise SyncError("log_unreadable", f"a file of block {n} does not hold {width} entries")
            first = n * WIDTH
            yield first, leaves, [_row(index, line) for index, line in enumerate(lines[:-1], first)]

    def _file(self, read: Reader, name: Name) -> bytes:
        data = read(name.path)
        if data is None:
            raise SyncError("log_unreadable", f"{name.path} is withheld")
        self.fetched[name.path] = data
        return data

    def _compare(self, first: int, leaves: list[bytes]) -> None:
        """What was mirrored before must still be there: leaves of the unfinished bundle."""
        for index, leaf in enumerate(self._leaves, first):
            if index - first >= len(leaves) or leaves[index - first] != leaf:
                raise Wrong("leaf_changed", "the entry is another one than was mirrored and cosigned", index)

    def _check(self, index: int, leaf: bytes, row: Row, judge: Judge) -> None:
        try:
            self._take(index, leaf, row, judge)
        except Wrong:
            raise
        except SyncError as error:
            raise Wrong(error.code, error.detail, index) from error

    def _take(self, index: int, leaf: bytes, row: Row, judge: Judge | None) -> None:
        salt, payload = row[1:]
        known = None if salt is None or payload is None else (salt, payload)
        known_erasures = len(self._rules.ends.erased)
        self._rules.check(index, leaf, known)
        header, signatures, receipt = split_leaf(leaf)
        body = None if payload is None else canonical.parse(payload)
        digest = hashlib.sha256(header).digest()
        seen = Seen(Header.parse(header), Receipt.parse(receipt), body, digest, signatures, self.site.zones)
        if judge is not None:
            judge(index, seen)
        self.site.learn(seen)
        for _, erased, name in self._rules.ends.erased[known_erasures:]:
            self._check_erasable(erased, name)
            self._erased[erased] = name
        self._append(leaf, row)

    def _append(self, leaf: bytes, row: Row) -> None:
        self._leaves.append(leaf)
        self._rows.append(row)
        value = merkle.leaf_hash(leaf)
        self._levels[0].append(value)
        for level, _, node in self._edge.append(value):
            if level % 8 == 0:
                while len(self._levels) <= level // 8:
                    self._levels.append([])
                self._levels[level // 8].append(node)
        self.site.grew(self._edge.root())

    def _next_block(self, keep: bool) -> None:
        """A finished bundle goes to the folder, with every tile that it finished."""
        if len(self._leaves) < WIDTH:
            return
        n = self.size // WIDTH - 1
        if keep:
            self._write(Name("entries", n), tiles.encode_entries(self._leaves))
            self._write(Name("payloads", n), tiles.encode_payloads(self._rows))
        self._leaves, self._rows = [], []
        for level, hashes in enumerate(self._levels):
            if len(hashes) == WIDTH:
                if keep:
                    self._write(Name(level, (self.size >> 8 * level) // WIDTH - 1), b"".join(hashes))
                self._levels[level] = []

    def _keep_partial(self) -> None:
        n, width = divmod(self.size, WIDTH)
        if width:
            self._write(Name("entries", n, width), tiles.encode_entries(self._leaves))
            self._write(Name("payloads", n, width), tiles.encode_payloads(self._rows))
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._write(Name(level, (self.size >> 8 * level) // WIDTH, len(hashes)), b"".join(hashes))

    def _check_missing(self) -> None:
        ends = self._rules.ends
        erased = {index: name for by, index, name in ends.erased if index < by}
        missing = [index for index, name in ends.missing.items() if name is None or erased.get(index) != name]
        if missing:
            raise Wrong(
                "payload_missing", "its payload is not there, and nothing says that it was erased", min(missing)
            )

    def _all_leaves(self) -> Iterator[bytes]:
        """Those before the entry that is being taken, the first first: finished bundles stand in the folder."""
        for n in range(self.size // WIDTH):
            held = directory(self.folder)(Name("entries", n).path)
            if held is None:
                raise SyncError("mirror_damaged", f"bundle {n} of the mirror is missing")
            yield from tiles.decode_entries(held)
        yield from self._leaves

    def _check_erasable(self, index: int, name: str) -> None:
        """SyncError unless the entry stands before the one that is being taken, under this id, and may be erased."""
        if 0 <= index < self.size:
            n, offset = divmod(index, WIDTH)
            finished = n < self.size // WIDTH
            held = (
                tiles.decode_entries(self._file(directory(self.folder), Name("entries", n)))
                if finished
                else self._leaves
            )
            head = Header.parse(split_leaf(held[offset])[0])
            if head.id == name and head.kind not in NEVER:
                return
        raise SyncError("erasure_wrong", f"it names entry {index}, which is not there, or one that must stay")

    def _erase(self, index: int) -> None:
        n, width = index // WIDTH, min(WIDTH, self.size - index // WIDTH * WIDTH)
        read = directory(self.folder)
        path = Name("payloads", n, width)
        lines = self._file(read, path).split(b"\n")[:-1]
        empty = tiles.encode_payloads([(index, None, None)]).removesuffix(b"\n")
        if lines[index % WIDTH] != empty:
            lines[index % WIDTH] = empty
            self._write(path, b"\n".join(lines) + b"\n")
            self._flush()
            if n == self.size // WIDTH:
                self._rows[index % WIDTH] = (index, None, None)

    def _write(self, name: Name, data: bytes) -> None:
        path = self.folder / name.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            self._written.append(path)
        write_durably(path, data)

    def _flush(self) -> None:
        """The names of the files, too, must survive a power cut."""
        parents = {parent for path in self._written for parent in path.parents}
        for folder in (one for one in parents if one.is_relative_to(self.folder)):
            _sync_folder(folder)
        self._written = []


def write_durably(path: Path, data: bytes) -> None:
    """Put a file in its place whole or not at all; its folder must still be synced."""
    partial = path.with_name(f"{path.name}.new")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _row(index: int, line: bytes) -> Row:
    found = tiles.decode_payload(line, index)
    return (index, None, None) if found is None else (index, *found)
