"""Lines out of pieces: what every line protocol of balances shares, whichever wire the pieces came over."""

import re

END = b"\r\n"
MAX_LINE = 256


class MalformedLine(ValueError):
    """A line that the protocol does not have: noise, or bytes lost on the way."""


class Lines:
    """Puts lines together again from pieces of any size. Noise without an end of line is dropped up to the next: a line
    of more than `most` bytes, of which `cut` hands out the beginning, for who has to tell of it."""

    def __init__(self, most: int = MAX_LINE, *, cut: bool = False) -> None:
        self._most, self._cut = most, cut
        self._buffer = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The whole lines that these bytes complete, without their CR LF."""
        *lines, self._buffer = (self._buffer + data).split(END)
        if lines and self._skipping:
            del lines[0]
            self._skipping = False
        if len(self._buffer) > self._most:
            if not self._skipping:
                lines.append(self._buffer)
            # Keep the last byte: it may be the CR of the end we are looking for.
            self._buffer, self._skipping = self._buffer[-1:], True
        return [line[: self._most + 1] for line in lines if self._cut or len(line) <= self._most]


def plain(number: str) -> str:
    """A decimal without the zeros that some devices fill its front up with: 0012.345 is 12.345."""
    return re.sub(r"^(-?)0+(?=[0-9])", r"\1", number)


def ascii_text(line: bytes) -> str:
    """The line as text; MalformedLine for bytes that no balance sends."""
    try:
        return line.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedLine(repr(line)) from error
