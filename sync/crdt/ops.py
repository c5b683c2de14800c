"""The operations of a change: from columns to one object each, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

from sync.crdt import columns, leb128, scalar
from sync.crdt.leb128 import Reader
from sync.crdt.limits import MAX_COUNTER, Limits, malformed, too_large
from sync.crdt.scalar import NULL, Scalar

T = TypeVar("T")

ACTIONS = ("makeMap", "set", "makeList", "del", "makeText", "inc", "makeTable", "mark")
MAKES = frozenset(("makeMap", "makeList", "makeText", "makeTable"))

# Column numbers of the format; the low three bits are the column's type.
OBJ_ACTOR, OBJ_COUNTER = 0x01, 0x02
KEY_ACTOR, KEY_COUNTER, KEY_TEXT = 0x11, 0x13, 0x15
INSERT, ACTION = 0x34, 0x42
VALUE_META, VALUE_RAW = 0x56, 0x57
PRED_COUNT, PRED_ACTOR, PRED_COUNTER = 0x70, 0x71, 0x73
# Of marks in texts only: nobody may write one, but a change that does is read to its end and refused by name.
EXPAND, MARK_NAME = 0x94, 0xA5
_OBJ = (OBJ_ACTOR, OBJ_COUNTER)
_KEY = (KEY_ACTOR, KEY_COUNTER, KEY_TEXT)
_PRED = (PRED_COUNT, PRED_ACTOR, PRED_COUNTER)
_KNOWN = frozenset((*_OBJ, *_KEY, INSERT, ACTION, VALUE_META, VALUE_RAW, *_PRED, EXPAND, MARK_NAME))


class OpId(NamedTuple):
    """The name of an operation, and of the object or list element that it made: Lamport counter and actor in hex."""

    counter: int
    actor: str

    def __str__(self) -> str:
        return f"{self.counter}@{self.actor}"


HEAD = OpId(0, "")
"""The place before the first element of a list or text."""


@dataclass(frozen=True, slots=True)
class Op:
    """One operation. `obj` is None for the root map; `key` a map key, or the list element (or `HEAD`) it refers to;
    `pred` the operations it replaces, ascending. A mark begins with a `name`, ends without one; `expand`: what is
    typed at that end is marked too."""

    id: OpId
    obj: OpId | None
    key: str | OpId
    action: str
    insert: bool = False
    value: Scalar = NULL
    pred: tuple[OpId, ...] = ()
    expand: bool = False
    name: str | None = None


class _Columns:
    """The columns of one change. A column that is left out holds nothing for every operation."""

    def __init__(self, data: Mapping[int, bytes], actors: Sequence[str], limits: Limits) -> None:
        unknown = sorted(set(data) - _KNOWN)
        if unknown:
            raise malformed(f"unknown column {unknown[0]}")
        self._data, self._actors, self._limits = data, actors, limits
        self.actions = columns.decode_runs(data.get(ACTION, b""), Reader.unsigned, limits.ops)
        self.count = len(self.actions)

    def numbers(self, column: int, count: int) -> list[int | None]:
        return _filled(columns.decode_runs(self._data.get(column, b""), Reader.unsigned, count), count)

    def ids(self, actor: int, counter: int, count: int, *, deltas: bool = True) -> list[OpId | None]:
        data = self._data.get(counter, b"")
        values = columns.decode_deltas(data, count) if deltas else columns.decode_runs(data, Reader.unsigned, count)
        pairs = zip(_filled(values, count), self.numbers(actor, count), strict=True)
        return [self._id(number, index) for number, index in pairs]

    def _id(self, counter: int | None, actor: int | None) -> OpId | None:
        if actor is None:
            if counter:
                raise malformed("a counter without an actor")
            return None if counter is None else HEAD
        if actor >= len(self._actors) or counter is None or not 0 < counter <= MAX_COUNTER:
            raise malformed("an operation's name is out of range")
        return OpId(counter, self._actors[actor])

    def texts(self, column: int) -> list[str | None]:
        data = self._data.get(column, b"")
        return _filled(columns.decode_runs(data, columns.read_text, self.count), self.count)

    def inserts(self) -> list[bool]:
        values = columns.decode_booleans(self._data.get(INSERT, b""), self.count)
        if len(values) != self.count:
            raise malformed("columns differ in length")
        return values

    def expands(self) -> list[bool]:
        """The library leaves the column out where no mark expands."""
        data = self._data.get(EXPAND, b"")
        values = columns.decode_booleans(data, self.count) if data else [False] * self.count
        if len(values) != self.count:
            raise malformed("columns differ in length")
        return values

    def values(self) -> list[Scalar]:
        raw = Reader(self._data.get(VALUE_RAW, b""))
        metas = self.numbers(VALUE_META, self.count)
        values = [scalar.decode((meta or 0) & 15, raw.take((meta or 0) >> 4)) for meta in metas]
        if raw.left:
            raise malformed("values have bytes left over")
        return values

    def preds(self) -> list[tuple[OpId, ...]]:
        counts = [count or 0 for count in self.numbers(PRED_COUNT, self.count)]
        total = sum(counts)
        if total > self._limits.preds:
            raise too_large(f"more than {self._limits.preds} predecessors")
        ids = iter(self.ids(PRED_ACTOR, PRED_COUNTER, total))
        return [_ascending([next(ids) for _ in range(count)]) for count in counts]


def _filled(values: list[T | None], count: int) -> list[T | None]:
    if values and len(values) != count:
        raise malformed("columns differ in length")
    return values or [None] * count


def _ascending(ids: Sequence[OpId | None]) -> tuple[OpId, ...]:
    """The order is part of the bytes that are hashed, and a core that saves the document writes this one."""
    found = tuple(one for one in ids if one is not None and one != HEAD)
    if len(found) != len(ids) or any(a >= b for a, b in pairwise(found)):
        raise malformed("predecessors are not in order")
    return found


def decode(data: Mapping[int, bytes], actors: Sequence[str], start: int, limits: Limits) -> tuple[Op, ...]:
    """The operations of a change. `actors`: first the author, then the table of the change; `start`: first counter."""
    table = _Columns(data, actors, limits)
    count = table.count
    rows = zip(
        table.actions,
        table.ids(OBJ_ACTOR, OBJ_COUNTER, count, deltas=False),
        table.texts(KEY_TEXT),
        table.ids(KEY_ACTOR, KEY_COUNTER, count),
        table.inserts(),
        table.values(),
        table.preds(),
        table.expands(),
        table.texts(MARK_NAME),
        strict=True,
    )
    return tuple(_op(OpId(start + i, actors[0]), *row) for i, row in enumerate(rows))


def _op(
    made: OpId,
    action: int | None,
    obj: OpId | None,
    text: str | None,
    element: OpId | None,
    insert: bool,
    value: Scalar,
    pred: tuple[OpId, ...],
    expand: bool,
    name: str | None,
) -> Op:
    named = _action(action, value)
    if named != "mark" and (expand or name is not None):
        raise malformed(f"{named} has what only a mark has")
    return Op(made, _object(obj), _key(text, element), named, insert, value, pred, expand, name)


def _object(obj: OpId | None) -> OpId | None:
    if obj == HEAD:
        raise malformed("an object without an actor")
    return obj


def _key(text: str | None, element: OpId | None) -> str | OpId:
    if text is not None and element is None:
        return text
    if text is None and element is not None:
        return element
    raise malformed("an operation needs a key or an element, not both")


def _action(code: int | None, value: Scalar) -> str:
    if code is None or code >= len(ACTIONS):
        raise malformed("unknown action")
    action = ACTIONS[code]
    if action == "inc" and value.kind != "int":
        raise malformed("an increment that is no whole number")
    if action not in ("set", "inc", "mark") and value != NULL:
        raise malformed(f"{action} carries a value")
    return action


def encode(ops: Sequence[Op], actors: Sequence[str]) -> dict[int, bytes]:
    """The columns that hold something, in the order of their numbers; the inverse of `decode`."""
    index: dict[str | None, int | None] = {None: None, HEAD.actor: None}
    index.update({actor: i for i, actor in enumerate(actors)})
    elements = [op.key if isinstance(op.key, OpId) else None for op in ops]
    preds = [pred for op in ops for pred in op.pred]
    values = [scalar.encode(op.value) for op in ops]
    uints = leb128.unsigned
    data = {
        OBJ_ACTOR: columns.encode_runs([index[op.obj.actor] if op.obj else None for op in ops], uints),
        OBJ_COUNTER: columns.encode_runs([op.obj.counter if op.obj else None for op in ops], uints),
        KEY_ACTOR: columns.encode_runs([index[key.actor] if key else None for key in elements], uints),
        KEY_COUNTER: columns.encode_deltas([key.counter if key else None for key in elements]),
        KEY_TEXT: columns.encode_runs([op.key if isinstance(op.key, str) else None for op in ops], columns.write_text),
        INSERT: columns.encode_booleans([op.insert for op in ops]),
        ACTION: columns.encode_runs([ACTIONS.index(op.action) for op in ops], uints),
        VALUE_META: columns.encode_runs([len(raw) << 4 | code for code, raw in values], uints),
        VALUE_RAW: b"".join(raw for _, raw in values),
        PRED_COUNT: columns.encode_runs([len(op.pred) for op in ops], uints),
        PRED_ACTOR: columns.encode_runs([index[pred.actor] for pred in preds], uints),
        PRED_COUNTER: columns.encode_deltas([pred.counter for pred in preds]),
        EXPAND: columns.encode_booleans([op.expand for op in ops]) if any(op.expand for op in ops) else b"",
        MARK_NAME: columns.encode_runs([op.name for op in ops], columns.write_text),
    }
    return {number: data[number] for number in sorted(data) if data[number]}
