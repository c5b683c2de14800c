"""Numbers of variable length (LEB128), and a cursor over bytes from outside that never reads past their end."""

from sync.crdt.limits import malformed

_LONGEST = 10  # bytes of a 64-bit number


class Reader:
    """A cursor over bytes; every method raises SyncError `change_malformed` where the bytes end too early."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at(self) -> int:
        return self._at

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise malformed("the bytes end too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        return self.take(self.left)

    def unsigned(self) -> int:
        """An unsigned LEB128 number below 2**64."""
        value, _ = self._number()
        if value >= 1 << 64:
            raise malformed("a number is longer than 64 bits")
        return value

    def signed(self) -> int:
        """A signed LEB128 number within 64 bits."""
        value, shift = self._number()
        if value >> (shift - 1):
            value -= 1 << shift
        if not -(1 << 63) <= value < 1 << 63:
            raise malformed("a number is longer than 64 bits")
        return value

    def prefixed(self) -> bytes:
        """Bytes that follow their own length."""
        return self.take(self.unsigned())

    def _number(self) -> tuple[int, int]:
        value = shift = 0
        data, at = self._data, self._at
        for byte in data[at : at + _LONGEST]:
            value |= (byte & 0x7F) << shift
            shift += 7
            at += 1
            if byte < 0x80:
                self._at = at
                return value, shift
        raise malformed("a number has no end")


def unsigned(value: int) -> bytes:
    """The shortest unsigned LEB128 form; `value` is not negative."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value: int) -> bytes:
    """The shortest signed LEB128 form."""
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def prefixed(data: bytes) -> bytes:
    return unsigned(len(data)) + data
