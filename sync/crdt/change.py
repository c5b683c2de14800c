"""The body of one Automerge change: who made it, after which others, and which operations it holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from sync.crdt import leb128
from sync.crdt import ops as operations
from sync.crdt.columns import decode_text
from sync.crdt.leb128 import Reader
from sync.crdt.limits import MAX_COUNTER, MAX_NUMBER, Limits, malformed, too_large
from sync.crdt.ops import Op

HASH_BYTES = 32


@dataclass(frozen=True)
class Change:
    """A parsed change. `hash`, `actor` and `deps` are lower-case hex; `time` is in Unix seconds as the author's clock
    had it; `raw` is the chunk as it was sent. Nothing is known about its operations until `ops` is read."""

    hash: str
    actor: str
    seq: int
    start_op: int
    time: int
    message: str | None
    deps: tuple[str, ...]
    extra: bytes
    raw: bytes = field(repr=False)
    _body: bytes = field(repr=False)
    _actors: tuple[str, ...] = field(repr=False)
    _columns: dict[int, bytes] = field(repr=False)
    _limits: Limits = field(repr=False)

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """The operations; SyncError `change_malformed`, `change_too_large` or `change_refused`.

        The whole body is written anew and compared. Bytes that say the same in another way would be accepted by the
        core and then lost: it keeps a document by operation and hashes what it would itself have written.
        """
        ops = operations.decode(self._columns, self._actors, self.start_op, self._limits)
        if self.last_op(len(ops)) > MAX_COUNTER:
            raise malformed("an operation counter is out of range")
        again = encode_body(
            self.actor, self.seq, self.start_op, ops, self.deps, time=self.time, message=self.message, extra=self.extra
        )
        if again != self._body:
            raise malformed("not the form that the library writes")
        return ops

    def made_of(self, ops: Iterable[Op]) -> "Change":
        """Itself, as made here a moment ago of these operations, which need not be read out of its bytes again."""
        self.__dict__["ops"] = tuple(ops)
        return self

    @cached_property
    def max_op(self) -> int:
        """The counter of the last operation, or of the one before `start_op` in a change without operations."""
        return self.last_op(len(self.ops))

    def last_op(self, count: int) -> int:
        return self.start_op + count - 1


def parse(body: bytes, digest: str, raw: bytes, limits: Limits) -> Change:
    reader = Reader(body)
    deps = _deps(reader, limits)
    actor = _actor(reader, limits)
    seq, start_op, time = reader.unsigned(), reader.unsigned(), reader.signed()
    if not 0 < seq <= MAX_COUNTER or not 0 < start_op <= MAX_COUNTER or abs(time) > MAX_NUMBER:
        raise malformed("a number of the header is out of range")
    message = _message(reader, limits)
    actors = (actor, *_actors(reader, limits))
    table = _columns(reader)
    return Change(digest, actor, seq, start_op, time, message, deps, reader.rest(), raw, body, actors, table, limits)


def _deps(reader: Reader, limits: Limits) -> tuple[str, ...]:
    count = reader.unsigned()
    if count > limits.deps:
        raise too_large(f"more than {limits.deps} dependencies")
    deps = tuple(reader.take(HASH_BYTES).hex() for _ in range(count))
    if list(deps) != sorted(set(deps)):
        raise malformed("dependencies are not in order")
    return deps


def _actor(reader: Reader, limits: Limits) -> str:
    size = reader.unsigned()
    if not 0 < size <= limits.actor_bytes:
        raise malformed("an actor of a wrong size")
    return reader.take(size).hex()


def _message(reader: Reader, limits: Limits) -> str | None:
    size = reader.unsigned()
    if size > limits.message:
        raise too_large(f"a message of more than {limits.message} bytes")
    return decode_text(reader.take(size)) or None


def _actors(reader: Reader, limits: Limits) -> list[str]:
    count = reader.unsigned()
    if count > limits.actors:
        raise too_large(f"more than {limits.actors} actors")
    return [_actor(reader, limits) for _ in range(count)]


def _columns(reader: Reader) -> dict[int, bytes]:
    """Column number to its bytes. A number twice loses one, and then the body cannot be written anew."""
    count = reader.unsigned()
    if count > reader.left:
        raise malformed("more columns than bytes")
    sizes = [(reader.unsigned(), reader.unsigned()) for _ in range(count)]
    return {number: reader.take(size) for number, size in sizes}


def encode_body(
    actor: str,
    seq: int,
    start_op: int,
    ops: Iterable[Op],
    deps: Iterable[str],
    *,
    time: int = 0,
    message: str | None = None,
    extra: bytes = b"",
) -> bytes:
    """The body in the one form that the libraries write: dependencies and other actors sorted, columns shortest."""
    ops = tuple(ops)
    others = sorted(_named(ops) - {actor})
    columns = operations.encode(ops, (actor, *others))
    names = sorted(deps)
    head = [leb128.unsigned(len(names)), *map(bytes.fromhex, names), leb128.prefixed(bytes.fromhex(actor))]
    head += [leb128.unsigned(seq), leb128.unsigned(start_op), leb128.signed(time)]
    head += [leb128.prefixed((message or "").encode()), leb128.unsigned(len(others))]
    head += [leb128.prefixed(bytes.fromhex(other)) for other in others]
    head += [leb128.unsigned(len(columns))]
    head += [leb128.unsigned(number) + leb128.unsigned(len(data)) for number, data in columns.items()]
    return b"".join(head) + b"".join(columns.values()) + extra


def _named(ops: Iterable[Op]) -> set[str]:
    """Every actor that an operation refers to."""
    found = {one.actor for op in ops for one in (op.obj, op.key, *op.pred) if isinstance(one, operations.OpId)}
    return found - {operations.HEAD.actor}
