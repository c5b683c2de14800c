"""The walk over a whole log: every entry, the tree rebuilt from them, and the tiles that others proved things with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync import merkle, tiles
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.trust import Opened, Policy
from sync.verify.readers import Reader, open_reader
from sync.verify.result import Result, Wrong
from sync.verify.rules import EntryRules, Payload

CERTIFICATE = "certificate"


def verify_log(
    source: str | Path | Reader,
    *,
    trusted: Policy | None = None,
    full: bool = False,
    withheld: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Result:
    """Check a log as files: a folder, an http(s) URL (`headers`: cookie or authorization), or a reader.

    `trusted` is the policy the caller has from elsewhere; without it the one beside the log is used, which only
    shows that the log agrees with itself. `withheld`: payloads may be missing that nothing has erased, as in an export
    without payloads. SyncError `log_unreadable` when there is no log to judge.
    """
    read = source if callable(source) else open_reader(source, headers)
    signed = read("checkpoint")
    if signed is None:
        raise SyncError("log_unreadable", "there is no checkpoint")
    start = Result(ok=False, policy_given=trusted is not None)
    try:
        policy, opened = open_checkpoint(signed, trusted or _policy(read), read(CERTIFICATE))
        checkpoint = opened.checkpoint
    except SyncError as error:
        return replace(start, code=error.code, reason=str(error))
    start = replace(start, size=checkpoint.size, root=checkpoint.root.hex(), witnessed=opened.witnessed)
    result = _walk(read, checkpoint, EntryRules(policy, full), withheld, start)
    # Only checking every signature tells which entry of a device's chain is the first that nobody signed.
    return result if result.ok or full else _walk(read, checkpoint, EntryRules(policy, True), withheld, start)


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


def _walk(read: Reader, checkpoint: Checkpoint, rules: EntryRules, withheld: bool, start: Result) -> Result:
    walk = _Walk(read, checkpoint, rules, withheld)
    try:
        walk.run()
    except Wrong as wrong:
        start = replace(start, first_wrong=wrong.index, code=wrong.code, reason=_reason(wrong))
    return replace(start, ok=start.code is None, withheld=rules.withheld, erased=rules.erased)


def _reason(wrong: Wrong) -> str:
    return str(wrong) if wrong.index is None else f"entry {wrong.index}: {wrong}"


@dataclass
class _Walk:
    """`changed` is the first leaf whose hash differs from that of the tiles: entry or tile is wrong, the root says
    which."""

    read: Reader
    checkpoint: Checkpoint
    rules: EntryRules
    may_withhold: bool
    edge: merkle.Edge = field(default_factory=merkle.Edge)
    levels: list[list[bytes]] = field(default_factory=list)
    changed: int | None = None

    def run(self) -> None:
        """Wrong with the lowest index that can be named."""
        for name in tiles.names(self.checkpoint.size):
            if name.kind == "entries":
                self._bundle(name.n * tiles.WIDTH, name.width)
        if self.edge.root() != self.checkpoint.root:
            self._explain_root()
        self.rules.finish(self.may_withhold)
        self._compare_tiles()

    def _bundle(self, first: int, width: int) -> None:
        leaves = list(self._leaves(first, width))
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        self._compare_leaves(first, width, hashes)
        payloads = self._payloads(first, width)
        for index, leaf in enumerate(leaves, first):
            self._entry(index, leaf, payloads[index - first])
        if len(leaves) < width:
            raise self._earliest(Wrong("entry_missing", "the log ends before its checkpoint", first + len(leaves)))
        for value in hashes:
            for level, _, node in self.edge.append(value):
                if level % 8 == 0:
                    while len(self.levels) < level // 8:
                        self.levels.append([])
                    self.levels[level // 8 - 1].append(node)

    def _leaves(self, first: int, width: int) -> list[bytes]:
        """As many leaves of a bundle as are whole; more than there may be are found when all others are right."""
        data = self.read(tiles.Name("entries", first // tiles.WIDTH, width).path) or b""
        leaves = tiles.decode_entries(data)
        if len(leaves) >= width and data != tiles.encode_entries(leaves[:width]):
            self._note_changed(first + width)
        return leaves[:width]

    def _compare_leaves(self, first: int, width: int, hashes: list[bytes]) -> None:
        tile = self.read(tiles.Name(0, first // tiles.WIDTH, width).path) or b""
        for offset, value in enumerate(hashes):
            if tile[32 * offset : 32 * offset + 32] != value:
                self._note_changed(first + offset)
                return
        if len(tile) > 32 * width:
            self._note_changed(first + width)

    def _note_changed(self, index: int) -> None:
        self.changed = index if self.changed is None else min(self.changed, index)

    def _entry(self, index: int, leaf: bytes, line: bytes | None) -> None:
        try:
            payload: Payload = None
            if line is not None:
                payload = tiles.decode_payload(line, index)
            self.rules.check(index, leaf, payload)
        except Wrong as wrong:
            raise self._earliest(wrong) from wrong
        except SyncError as error:
            raise self._earliest(Wrong(error.code, error.detail, index)) from error

    def _payloads(self, first: int, width: int) -> list[bytes | None]:
        """The lines of a payload file; None, which is withheld, for all where the whole file is."""
        data = self.read(tiles.Name("payloads", first // tiles.WIDTH, width).path)
        if data is None:
            return [None] * width
        lines: list[bytes | None] = [*data.split(b"\n")]
        # A line that is cut off or missing is there as nothing, which is no line of any entry.
        end = lines.pop()
        if len(lines) > width or end:
            self._note_changed(first + min(len(lines), width))
        return lines[:width] + [b""] * (width - len(lines))

    def _earliest(self, wrong: Wrong) -> Wrong:
        if self.changed is not None and wrong.index is not None and self.changed < wrong.index:
            return _changed(self.changed)
        return wrong

    def _explain_root(self) -> None:
        if self.changed is not None:
            raise _changed(self.changed)
        for name, expected in self._upper_tiles():
            found = self.read(name.path) or b""
            for start in range(0, len(expected), 32):
                if found[start : start + 32] != expected[start : start + 32]:
                    shift = 8 * int(name.kind)
                    low = name.n * tiles.WIDTH + start // 32 << shift
                    text = f"the entries lead to another root; a changed one is among {low} to {low + (1 << shift) - 1}"
                    raise Wrong("root_wrong", text, None)
        raise Wrong("root_wrong", "entries and tiles agree, but lead to another root than was signed", None)

    def _compare_tiles(self) -> None:
        """All entries are right, so what differs now is a tile."""
        if self.changed is not None:
            raise Wrong("tile_wrong", "the entries are right, but a file beside them is not", self.changed)
        for name, expected in self._upper_tiles():
            if self.read(name.path) != expected:
                first = name.n * tiles.WIDTH << 8 * int(name.kind)
                raise Wrong("tile_wrong", f"the entries are right, but {name.path} is not", first)

    def _upper_tiles(self) -> Iterator[tuple[tiles.Name, bytes]]:
        for name in tiles.names(self.checkpoint.size):
            if isinstance(name.kind, int) and name.kind > 0:
                start = name.n * tiles.WIDTH
                yield name, b"".join(self.levels[name.kind - 1][start : start + name.width])


def _changed(index: int) -> Wrong:
    return Wrong("leaf_changed", "the entry is not the one whose hash the log holds", index)
