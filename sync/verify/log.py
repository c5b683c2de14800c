"""The walk over a whole log: every entry, the tree rebuilt from them, and the tiles that others proved things with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sync import merkle, tiles
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.trust import Opened, Policy
from sync.verify import blocks
from sync.verify.block import Found
from sync.verify.readers import Reader, open_reader
from sync.verify.result import Result, Wrong
from sync.verify.whole import Whole

CERTIFICATE = "certificate"
Progress = Callable[[int, int], None]


def verify_log(
    source: str | Path | Reader,
    *,
    trusted: Policy | None = None,
    full: bool = False,
    withheld: bool = False,
    headers: Mapping[str, str] | None = None,
    processes: int = 1,
    progress: Progress = lambda done, size: None,
) -> Result:
    """Check a log as files: a folder, an http(s) URL (`headers`: cookie or authorization), or a reader.

    `trusted` is the policy the caller has from elsewhere; without it the one beside the log is used, which only
    shows that the log agrees with itself. `withheld`: payloads may be missing that nothing has erased, as in an export
    without payloads. A folder may be checked by several `processes`; `progress` is told how many entries are done, of
    how many. SyncError `log_unreadable` when there is no log to judge.
    """
    read = source if callable(source) else open_reader(source, headers)
    signed = read("checkpoint")
    if signed is None:
        raise SyncError("log_unreadable", "there is no checkpoint")
    start = Result(ok=False, policy_given=trusted is not None)
    try:
        policy, opened = open_checkpoint(signed, trusted or _policy(read), read(CERTIFICATE))
    except SyncError as error:
        return replace(start, code=error.code, reason=str(error))
    checkpoint = opened.checkpoint
    start = replace(start, size=checkpoint.size, root=checkpoint.root.hex(), witnessed=opened.witnessed)
    shared = isinstance(source, Path) and processes > 1 and checkpoint.size > blocks.BLOCK

    def walked(full: bool) -> Result:
        found = (
            blocks.in_processes(Path(str(source)), checkpoint.size, policy, full, processes)
            if shared
            else blocks.one_by_one(read, checkpoint.size, policy, full)
        )
        # Closed here, not whenever the garbage is collected: it may have processes of its own.
        with closing(found):
            walk = _Walk(read, checkpoint, full)
            return _result(walk, _counted(found, checkpoint.size, progress), withheld, start)

    result = walked(full)
    # Only checking every signature tells which entry of a device's chain is the first that nobody signed.
    return result if result.ok or full else walked(True)


def _result(walk: "_Walk", found: Iterable[Found], withheld: bool, start: Result) -> Result:
    try:
        walk.run(found, withheld)
    except Wrong as wrong:
        reason = str(wrong) if wrong.index is None else f"entry {wrong.index}: {wrong}"
        start = replace(start, first_wrong=wrong.index, code=wrong.code, reason=reason)
    return replace(start, ok=start.code is None, withheld=walk.whole.withheld, erased=walk.whole.erased)


def _counted(found: Iterable[Found], size: int, progress: Progress) -> Iterator[Found]:
    done = 0
    for one in found:
        yield one
        done = min(done + blocks.BLOCK, size)
        progress(done, size)


def open_checkpoint(signed: bytes, policy: Policy, certificate: bytes | None) -> tuple[Policy, Opened]:
    """The checkpoint as the policy's log and witnesses have signed it; and the policy, with the keys of the certificate
    where its own are not those that signed. SyncError of note, signature, checkpoint or certificate otherwise."""
    try:
        return policy, policy.open(signed)
    except SyncError as error:
        renewed = policy.renewed(certificate)
        if error.code != "note_signer_unknown" or renewed == policy:
            raise
    return renewed, renewed.open(signed)


def _policy(read: Reader) -> Policy:
    data = read("policy")
    if data is None:
        raise SyncError("policy_malformed", "there is no policy beside the log, and none was given")
    return Policy.parse(data)


class _Walk:
    """Over the blocks in their order: joins them, and holds the tree against root and tiles."""

    def __init__(self, read: Reader, checkpoint: Checkpoint, full: bool) -> None:
        self._read, self._checkpoint = read, checkpoint
        self.whole = Whole(full)
        self._changed: int | None = None
        self._levels: list[list[bytes]] = [[]]
        self._tail: list[bytes] = []

    def run(self, found: Iterable[Found], may_withhold: bool) -> None:
        """Wrong with the lowest index that can be named."""
        keys = None
        for one in found:
            self._changed = min((index for index in (self._changed, one.changed) if index is not None), default=None)
            self._raise([*self.whole.join(one.ends), *([one.wrong] if one.wrong else [])])
            self._levels[0] += one.nodes
            self._tail, keys = one.tail, one.keys
        self._grow()
        if self._root() != self._checkpoint.root:
            self._explain_root()
        if keys is not None:
            self._raise(self.whole.finish(keys.key, may_withhold))
        self._compare_tiles()

    def _raise(self, wrong: list[Wrong]) -> None:
        """The earliest, unless a leaf before it is not the one that the tiles have."""
        if not wrong:
            return
        first = min(wrong, key=lambda one: -1 if one.index is None else one.index)
        if self._changed is not None and first.index is not None and self._changed < first.index:
            raise _changed(self._changed)
        raise first

    def _grow(self) -> None:
        """The rows of the tiles above: each hash is over 256 of the row below."""
        while len(self._levels[-1]) >= tiles.WIDTH:
            row = self._levels[-1]
            starts = range(0, len(row) - tiles.WIDTH + 1, tiles.WIDTH)
            self._levels.append([merkle.full_root(row[start : start + tiles.WIDTH]) for start in starts])

    def _root(self) -> bytes:
        edge = merkle.Edge()
        for node in self._levels[0]:
            edge.append(node)
        tail = merkle.Edge()
        for leaf in self._tail:
            tail.append(leaf)
        return merkle.Edge(0, [*edge.hashes, *tail.hashes]).root()

    def _explain_root(self) -> None:
        if self._changed is not None:
            raise _changed(self._changed)
        for name, expected in self._upper_tiles():
            found = self._read(name.path) or b""
            for start in range(0, len(expected), 32):
                if found[start : start + 32] != expected[start : start + 32]:
                    shift = 8 * int(name.kind)
                    low = name.n * tiles.WIDTH + start // 32 << shift
                    text = f"the entries lead to another root; a changed one is among {low} to {low + (1 << shift) - 1}"
                    raise Wrong("root_wrong", text, None)
        raise Wrong("root_wrong", "entries and tiles agree, but lead to another root than was signed", None)

    def _compare_tiles(self) -> None:
        """All entries are right, so what differs now is a tile."""
        if self._changed is not None:
            raise Wrong("tile_wrong", "the entries are right, but a file beside them is not", self._changed)
        for name, expected in self._upper_tiles():
            if self._read(name.path) != expected:
                first = name.n * tiles.WIDTH << 8 * int(name.kind)
                raise Wrong("tile_wrong", f"the entries are right, but {name.path} is not", first)

    def _upper_tiles(self) -> Iterator[tuple[tiles.Name, bytes]]:
        for name in tiles.names(self._checkpoint.size):
            if isinstance(name.kind, int) and name.kind > 0:
                start = name.n * tiles.WIDTH
                yield name, b"".join(self._levels[name.kind - 1][start : start + name.width])


def _changed(index: int) -> Wrong:
    return Wrong("leaf_changed", "the entry is not the one whose hash the log holds", index)
