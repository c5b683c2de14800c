"""The walk over one block of a log: its entries by the rules, its part of the tree, and the tiles beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sync import merkle, tiles
from sync.errors import SyncError
from sync.verify import forms
from sync.verify.forms import Head
from sync.verify.keys import LEARNT, SERVER, Keyring
from sync.verify.readers import Reader
from sync.verify.result import Wrong
from sync.verify.rules import Ends, EntryRules, Payload

_MARKS = tuple(f'"kind":"{kind}"'.encode() for kind in LEARNT)


@dataclass(frozen=True, slots=True)
class Teaching:
    """An entry from which a key is learnt, as it stands somewhere in the log."""

    index: int
    head: Head
    payload: bytes | None


@dataclass
class Found:
    """`wrong` is the first entry here that breaks a rule. `changed` is the first leaf whose hash differs from that of
    the tiles: entry or tile is wrong, the root says which. `nodes` are the hashes over each full bundle of 256 leaves,
    `tail` the leaf hashes of a last one that is not full. `keys` are those that hold after the block."""

    ends: Ends
    keys: Keyring
    wrong: Wrong | None = None
    changed: int | None = None
    nodes: list[bytes] = field(default_factory=list)
    tail: list[bytes] = field(default_factory=list)

    def note_changed(self, index: int) -> None:
        self.changed = index if self.changed is None else min(self.changed, index)


def teachings(read: Reader, names: list[tiles.Name]) -> list[Teaching]:
    """The entries of these bundles that teach a key, without any check: that is for whoever walks over them."""
    found: list[Teaching] = []
    for name in names:
        data = read(name.path) or b""
        if any(mark in data for mark in _MARKS):
            for offset, leaf in enumerate(tiles.decode_entries(data)):
                if any(mark in leaf for mark in _MARKS):
                    found += _teaching(read, name, offset, leaf)
    return found


def _teaching(read: Reader, name: tiles.Name, offset: int, leaf: bytes) -> Iterator[Teaching]:
    index = name.n * tiles.WIDTH + offset
    try:
        head = forms.head(leaf.partition(b"\n")[0])
        lines = (read(tiles.Name("payloads", name.n, name.width).path) or b"").split(b"\n")
        payload = tiles.decode_payload(lines[offset], index) if offset < len(lines) else None
    except SyncError:
        return
    if head.device == SERVER and head.kind in LEARNT:
        yield Teaching(index, head, payload[1] if payload else None)


def walk(read: Reader, names: list[tiles.Name], rules: EntryRules) -> Found:
    """Feed the entries of these bundles, which follow each other, to the rules."""
    found = Found(rules.ends, rules.keys)
    try:
        for name in names:
            _bundle(read, name, rules, found)
    except Wrong as wrong:
        found.wrong = wrong
    return found


def _bundle(read: Reader, name: tiles.Name, rules: EntryRules, found: Found) -> None:
    first, width = name.n * tiles.WIDTH, name.width
    leaves = _leaves(read, name, found)
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    _compare_leaves(read, name, hashes, found)
    payloads = _payloads(read, name, found)
    for index, leaf in enumerate(leaves, first):
        line = payloads[index - first]
        try:
            payload: Payload = None if line is None else forms.payload(line, index)
            rules.check(index, leaf, payload)
        except Wrong:
            raise
        except SyncError as error:
            raise Wrong(error.code, error.detail, index) from error
    if len(leaves) < width:
        raise Wrong("entry_missing", "the log ends before its checkpoint", first + len(leaves))
    if width == tiles.WIDTH:
        found.nodes.append(merkle.full_root(hashes))
    else:
        found.tail = hashes


def _leaves(read: Reader, name: tiles.Name, found: Found) -> list[bytes]:
    """As many leaves of a bundle as are whole; more than there may be are found when all others are right."""
    data = read(name.path) or b""
    leaves = tiles.decode_entries(data)
    if len(leaves) >= name.width and data != tiles.encode_entries(leaves[: name.width]):
        found.note_changed(name.n * tiles.WIDTH + name.width)
    return leaves[: name.width]


def _compare_leaves(read: Reader, name: tiles.Name, hashes: list[bytes], found: Found) -> None:
    tile = read(tiles.Name(0, name.n, name.width).path) or b""
    if tile == b"".join(hashes):
        return
    first = name.n * tiles.WIDTH
    for offset, value in enumerate(hashes):
        if tile[32 * offset : 32 * offset + 32] != value:
            found.note_changed(first + offset)
            return
    if len(tile) > 32 * name.width:
        found.note_changed(first + name.width)


def _payloads(read: Reader, name: tiles.Name, found: Found) -> list[bytes | None]:
    """The lines of a payload file; None, which is withheld, for all where the whole file is."""
    data = read(tiles.Name("payloads", name.n, name.width).path)
    if data is None:
        return [None] * name.width
    lines: list[bytes | None] = [*data.split(b"\n")]
    # A line that is cut off or missing is there as nothing, which is no line of any entry.
    end = lines.pop()
    if len(lines) > name.width or end:
        found.note_changed(name.n * tiles.WIDTH + min(len(lines), name.width))
    return lines[: name.width] + [b""] * (name.width - len(lines))
