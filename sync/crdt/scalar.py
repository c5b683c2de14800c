"""The plain values an operation can carry, with the type each has on the wire."""

import struct
from dataclasses import dataclass
from typing import Literal

from sync.crdt import leb128
from sync.crdt.columns import decode_text
from sync.crdt.leb128 import Reader
from sync.crdt.limits import MAX_NUMBER, malformed, refused

Kind = Literal["null", "bool", "uint", "int", "f64", "str", "bytes", "counter", "timestamp"]
_NUMBERS: dict[int, Kind] = {3: "uint", 4: "int", 8: "counter", 9: "timestamp"}
_CODES: dict[Kind, int] = {"null": 0, "uint": 3, "int": 4, "f64": 5, "str": 6, "bytes": 7, "counter": 8, "timestamp": 9}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value and its type. `data`: None, bool, int (`timestamp`: Unix milliseconds), float, str or bytes."""

    kind: Kind
    data: bool | int | float | str | bytes | None

    @property
    def size(self) -> int:
        """Bytes of a text or of bytes; 0 for all else."""
        if isinstance(self.data, str):
            return len(self.data.encode())
        return len(self.data) if isinstance(self.data, bytes) else 0


NULL = Scalar("null", None)


def decode(code: int, data: bytes) -> Scalar:
    """The value for a type code of the wire and its bytes, all of which it must use up."""
    if code in (0, 1, 2):
        if data:
            raise malformed("a value without content has bytes")
        return NULL if code == 0 else Scalar("bool", code == 2)
    if code in _NUMBERS:
        return _number(code, data)
    if code == 5 and len(data) == 8:
        return Scalar("f64", struct.unpack("<d", data)[0])
    if code == 6:
        return Scalar("str", decode_text(data))
    if code == 7:
        return Scalar("bytes", data)
    raise malformed(f"a value of unknown type {code}")


def _number(code: int, data: bytes) -> Scalar:
    reader = Reader(data)
    value = reader.unsigned() if code == 3 else reader.signed()
    if reader.left:
        raise malformed("a number has bytes left over")
    if abs(value) > MAX_NUMBER:
        raise refused("a number that JavaScript cannot hold")
    return Scalar(_NUMBERS[code], value)


def encode(value: Scalar) -> tuple[int, bytes]:
    """The type code and the bytes of a value."""
    data = value.data
    if isinstance(data, bool):
        return 1 + data, b""
    if isinstance(data, int):
        return _CODES[value.kind], leb128.unsigned(data) if value.kind == "uint" else leb128.signed(data)
    if isinstance(data, float):
        return _CODES["f64"], struct.pack("<d", data)
    if isinstance(data, str):
        return _CODES["str"], data.encode()
    return _CODES[value.kind], data or b""
