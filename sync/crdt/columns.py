"""The columns in which a change keeps its operations: run lengths, differences, alternating booleans.

Decoders are lenient about how runs are cut, since `change.py` encodes the result again and compares: only the one
form that the libraries write passes. A change in another form would keep its hash here and lose it in every client
that saves and reloads the document.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from sync.crdt import leb128
from sync.crdt.leb128 import Reader
from sync.crdt.limits import malformed, too_large

T = TypeVar("T", int, str)


def decode_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed("a text is not UTF-8") from error


def read_text(reader: Reader) -> str:
    return decode_text(reader.prefixed())


def write_text(value: str) -> bytes:
    return leb128.prefixed(value.encode("utf-8"))


def decode_runs(data: bytes, read: Callable[[Reader], T], limit: int) -> list[T | None]:
    """The values of a run-length column, None where it holds nothing; `change_too_large` past `limit` values."""
    reader = Reader(data)
    out: list[T | None] = []
    while reader.left:
        length = reader.signed()
        count = abs(length) if length else reader.unsigned()
        if len(out) + count > limit:
            raise too_large(f"a column has more than {limit} values")
        if length > 0:
            out.extend([read(reader)] * count)
        elif length < 0:
            out.extend([read(reader) for _ in range(count)])
        else:
            out.extend([None] * count)
    return out


def encode_runs(values: Sequence[T | None], write: Callable[[T], bytes]) -> bytes:
    """Equal neighbours as a run, single values gathered in a literal run; empty if there is no value at all."""
    if all(value is None for value in values):
        return b""
    out, singles = bytearray(), list[T]()
    for value, count in _runs(values):
        if value is not None and count == 1:
            singles.append(value)
            continue
        out += _literal(singles, write)
        singles.clear()
        if value is None:
            out += leb128.signed(0) + leb128.unsigned(count)
        else:
            out += leb128.signed(count) + write(value)
    return bytes(out + _literal(singles, write))


def _runs(values: Sequence[T | None]) -> Iterator[tuple[T | None, int]]:
    for value, group in groupby(values):
        yield value, sum(1 for _ in group)


def _literal(values: Sequence[T], write: Callable[[T], bytes]) -> bytes:
    return leb128.signed(-len(values)) + b"".join(map(write, values)) if values else b""


def decode_deltas(data: bytes, limit: int) -> list[int | None]:
    """A column of differences to the value before, as absolute values."""
    total = 0
    out: list[int | None] = []
    for step in decode_runs(data, Reader.signed, limit):
        total += step or 0
        out.append(None if step is None else total)
    return out


def encode_deltas(values: Sequence[int | None]) -> bytes:
    before = 0
    steps: list[int | None] = []
    for value in values:
        steps.append(None if value is None else value - before)
        before = before if value is None else value
    return encode_runs(steps, leb128.signed)


def decode_booleans(data: bytes, limit: int) -> list[bool]:
    """Lengths of alternating runs, the first of False."""
    reader = Reader(data)
    out: list[bool] = []
    value = False
    while reader.left:
        count = reader.unsigned()
        if len(out) + count > limit:
            raise too_large(f"a column has more than {limit} values")
        out.extend([value] * count)
        value = not value
    return out


def encode_booleans(values: Sequence[bool]) -> bytes:
    out = b"\0" if values and values[0] else b""
    return out + b"".join(leb128.unsigned(sum(1 for _ in group)) for _, group in groupby(values))
