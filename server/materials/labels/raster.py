"""Pixels: the PNG that the typesetter draws as rows of grey, and black dots as a printer's graphic field."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
# From here on a dot is paper.
_HALF = 128
# How often the next character stands there: G to Y are 1 to 19, g to z 20 to 400 by twenties.
_ONES, _TWENTIES = "GHIJKLMNOPQRSTUVWXY", "ghijklmnopqrstuvwxyz"


def grey(png: bytes) -> list[bytes]:
    """The rows of an opaque PNG in shades of grey, of eight bits and without interlace: a byte a dot. ValueError for a
    PNG of another make; one in colours gives its reds."""
    width, _, depth, colour, *rest = _header(png)
    if depth != 8 or rest[-1] != 0 or colour not in _CHANNELS:
        raise ValueError("not a plain PNG")
    return list(_rows(zlib.decompress(b"".join(_data(png))), width, _CHANNELS[colour]))


def _header(png: bytes) -> tuple[int, ...]:
    if not png.startswith(_SIGNATURE):
        raise ValueError("not a PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24]), *png[24:29]


def _data(png: bytes) -> Iterator[bytes]:
    at = len(_SIGNATURE)
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            yield png[at + 8 : at + 8 + size]
        at += 12 + size


def _rows(data: bytes, width: int, channels: int) -> Iterator[bytes]:
    """Unfiltered (PNG, section 9), the first channel alone: each is filtered for itself."""
    before, length = bytes(width), width * channels + 1
    for at in range(0, len(data), length):
        before = _UNFILTERED[data[at]](data[at + 1 : at + length : channels], before)
        yield before


def _sub(row: bytes, _: bytes) -> bytes:
    return bytes(total & 255 for total in accumulate(row))


def _up(row: bytes, before: bytes) -> bytes:
    return bytes((one + up) & 255 for one, up in zip(row, before, strict=True))


def _average(row: bytes, before: bytes) -> bytes:
    made, left = bytearray(), 0
    for one, up in zip(row, before, strict=True):
        left = (one + (left + up) // 2) & 255
        made.append(left)
    return bytes(made)


def _paeth(row: bytes, before: bytes) -> bytes:
    made, left, corner = bytearray(), 0, 0
    for one, up in zip(row, before, strict=True):
        guess = left + up - corner
        far_left, far_up, far_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
        nearest = left if far_left <= far_up and far_left <= far_corner else up if far_up <= far_corner else corner
        left, corner = (one + nearest) & 255, up
        made.append(left)
    return bytes(made)


_UNFILTERED = (lambda row, _: row, _sub, _up, _average, _paeth)


def graphic(rows: Sequence[bytes]) -> str:
    """A graphic field of dots that are black below half, in ZPL II's own compression; "" where all is paper."""
    width = (len(rows[0]) + 7) // 8 if rows else 0
    lines = [_packed(row, width) for row in rows]
    if not any(any(line) for line in lines):
        return ""
    total = width * len(lines)
    return f"^GFA,{total},{total},{width}," + "".join(_line(line.hex().upper()) for line in lines)


def _packed(row: bytes, width: int) -> bytes:
    bits = "".join("1" if dot < _HALF else "0" for dot in row).ljust(width * 8, "0")
    return int(bits, 2).to_bytes(width)


def _line(digits: str) -> str:
    short = digits.rstrip("0")
    body = "".join(_repeated(one, len(list(same))) for one, same in groupby(short))
    return body if len(short) == len(digits) else f"{body},"


def _repeated(digit: str, times: int) -> str:
    told = ""
    while times > 2:
        part = min(times, 419)
        told += (_TWENTIES[part // 20 - 1] if part >= 20 else "") + (_ONES[part % 20 - 1] if part % 20 else "") + digit
        times -= part
    return told + digit * times
