"""What the server must remember of a document to judge its next change. Rebuilt from the stored changes at any time."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.crdt.change import Change
from sync.crdt.ops import OpId

ENTRIES, RECEIPTS, DRAFTS = "entries", "receipts", "drafts"
MAPS = (ENTRIES, RECEIPTS, DRAFTS)

Slot = tuple[OpId, str | OpId]
"""An object, and in it a map key or a list element."""


@dataclass(frozen=True, slots=True)
class Known:
    """A change that was accepted, as the `number`-th of its document (from 0). `max_op`: the last operation counter
    of the change and of all before it that it knows."""

    number: int
    max_op: int
    deps: tuple[str, ...]


@dataclass(slots=True)
class Author:
    """An actor and its changes so far: the last sequence number, hash and, ascending, the `max_op` of each with it."""

    seq: int = 0
    last: str = ""
    max_ops: list[int] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    def holder(self, counter: int) -> str | None:
        """The hash of the change that holds this operation counter of the actor."""
        at = bisect_left(self.max_ops, counter)
        return self.hashes[at] if at < len(self.hashes) else None


@dataclass(frozen=True, slots=True)
class Container:
    """A map, list or text in `area`, `depth` levels below its map at the root."""

    area: str
    action: str
    depth: int

    @property
    def is_map(self) -> bool:
        return self.action == "makeMap"


@dataclass(slots=True)
class Effects:
    """What a change adds to a document; applied as a whole or not at all."""

    containers: dict[OpId, Container] = field(default_factory=dict)
    values: dict[OpId, Slot] = field(default_factory=dict)
    entries: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[str, OpId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """A document as it would be after the operations of a change that were judged so far."""

    state: "DocumentState"
    effects: Effects = field(default_factory=Effects)

    def container(self, made: OpId) -> Container | None:
        return self.effects.containers.get(made) or self.state.containers.get(made)

    def slot(self, wrote: OpId) -> Slot | None:
        return self.effects.values.get(wrote) or self.state.values.get(wrote)

    @property
    def size(self) -> int:
        """Values ever written below `drafts`."""
        return len(self.effects.values) + len(self.state.values)


@dataclass(slots=True)
class DocumentState:
    """`maps`: the root maps; `containers`: they and all below `drafts`; `values`: each operation below `drafts` that
    set a value, and where; `entries`: for each key the SHA-256 of what each actor wrote; `receipts`: for each key the
    operation that set it last. Not thread-safe, and to be thrown away when a stored transaction fails."""

    server_actor: str
    maps: Mapping[str, OpId]
    changes: dict[str, Known] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)
    heads: set[str] = field(default_factory=set)
    max_op: int = 0
    containers: dict[OpId, Container] = field(default_factory=dict)
    values: dict[OpId, Slot] = field(default_factory=dict)
    entries: dict[str, dict[str, bytes]] = field(default_factory=dict)
    receipts: dict[str, OpId] = field(default_factory=dict)

    @classmethod
    def begin(cls, genesis: Change) -> "DocumentState":
        maps = {str(op.key): op.id for op in genesis.ops}
        state = cls(genesis.actor, maps)
        roots = {made: Container(area, "makeMap", 0) for area, made in maps.items()}
        state.apply(genesis, Effects(containers=roots))
        return state

    @property
    def newest(self) -> str:
        """The hash of the change that came last."""
        return next(reversed(self.changes))

    def author(self, actor: str) -> Author:
        return self.authors.get(actor) or Author()

    def receipt(self, key: str) -> tuple[OpId, ...]:
        """The operation that a new receipt for this entry replaces, if there is one."""
        before = self.receipts.get(key)
        return (before,) if before else ()

    def apply(self, change: Change, effects: Effects) -> None:
        self.changes[change.hash] = Known(len(self.changes), change.max_op, change.deps)
        author = self.authors.setdefault(change.actor, Author())
        author.seq, author.last = change.seq, change.hash
        author.max_ops.append(change.max_op)
        author.hashes.append(change.hash)
        self.heads = self.heads - set(change.deps) | {change.hash}
        self.max_op = max(self.max_op, change.max_op)
        self.containers |= effects.containers
        self.values |= effects.values
        self.receipts |= effects.receipts
        for key, digest in effects.entries.items():
            self.entries.setdefault(key, {})[change.actor] = digest

    def descends(self, deps: Iterable[str], targets: Iterable[str]) -> bool:
        """Whether each target is among the changes `deps` or somewhere before them."""
        wanted = set(targets)
        oldest = min((self.changes[one].number for one in wanted), default=0)
        seen, stack = set[str](), list(deps)
        while stack and wanted:
            one = stack.pop()
            if one not in seen and self.changes[one].number >= oldest:
                seen.add(one)
                wanted.discard(one)
                stack.extend(self.changes[one].deps)
        return not wanted
