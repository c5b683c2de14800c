"""What a printer and a scanner make of labels: PDF as dots, ZPL II field by field, symbols as scanners send them."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typst
import zxingcpp

from server.materials.labels import raster

GS = "\x1d"
FNC1 = "\x00"


def scanned(rows: list[bytes]) -> tuple[str, str]:
    """(text, symbology) of the one symbol among the dots, as a scanner sends them."""
    image: Any = memoryview(b"".join(rows)).cast("B", (len(rows), len(rows[0])))
    found = zxingcpp.read_barcode(image)
    assert found is not None, "no scanner reads this"
    return found.bytes.decode(), found.symbology_identifier


def pages(pdf: bytes, count: int) -> list[list[bytes]]:
    """The pages of a PDF as dots of 203 dpi; it has no more and no fewer."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "label.pdf").write_bytes(pdf)
        shown = "".join(f'#page(image("label.pdf", page: {number}))\n' for number in range(1, count + 1))
        Path(name, "main.typ").write_text(f"#set page(width: auto, height: auto, margin: 0mm)\n{shown}")
        how: Any = {"root": name, "ignore_system_fonts": True, "format": "png", "ppi": 203.2}
        made: Any = typst.compile(str(Path(name, "main.typ")), **how)
        Path(name, "main.typ").write_text(f'#image("label.pdf", page: {count + 1})')
        with pytest.raises(typst.TypstError):
            typst.compile(str(Path(name, "main.typ")), **how)
    return [raster.grey(one) for one in (made if count > 1 else [made])]


@dataclass(frozen=True)
class Printed:
    """A field at its place: `what` text, matrix, box or graphic; `data` its words, message, or rows of 0 and 1."""

    what: str
    x: int
    y: int
    data: Any


def labels(zpl: str) -> list[list[Printed]]:
    """The fields of each label of a stream, as ZPL II has them (Zebra P1099958)."""
    assert "^CI28" in zpl
    assert zpl.count("^XA") == zpl.count("^XZ")
    return [[_field(one) for one in re.findall(r"\^FO(.*?)\^FS", body, re.S)] for body in _bodies(zpl)]


def _bodies(zpl: str) -> list[str]:
    return re.findall(r"\^XA(.*?)\^XZ", zpl, re.S)


def _field(given: str) -> Printed:
    place, _, rest = given.partition("^")
    x, y = (int(one) for one in place.split(","))
    if rest.startswith("GB"):
        return Printed("box", x, y, rest)
    if rest.startswith("GFA"):
        return Printed("graphic", x, y, _dots(rest))
    opened = re.search(r"\^FH(.)\^FD(.*)\Z", rest, re.S)
    assert opened is not None, rest
    assert not re.search(r"[\^~]", opened[2]), "a command in the middle of a field"
    hexed = re.escape(opened[1])
    data = re.sub(
        rf"(?:{hexed}[0-9A-F]{{2}})+", lambda run: bytes.fromhex(run[0].replace(opened[1], "")).decode(), opened[2]
    )
    if rest.startswith("BX"):
        assert rest[2:].split("^")[0].split(",")[6] == "_"
        return Printed("matrix", x, y, re.sub("_(.)", lambda one: FNC1 if one[1] == "1" else one[1], data))
    assert rest.startswith("A0N")
    return Printed("text", x, y, data)


def sent(message: str) -> tuple[str, str]:
    """(text, symbology) of a Data Matrix with this message, as scanners send it."""
    if not message.startswith(FNC1):
        return message, "]d1"
    return message[1:].replace(FNC1, GS), "]d2"


def _dots(field: str) -> list[str]:
    _, total, _, width, data = field.removeprefix("GFA").split(",", 4)[0:1] + field.split(",", 4)[1:]
    digits, lines, line = int(width) * 2, [], ""
    times = 0
    for one in data:
        if one in "GHIJKLMNOPQRSTUVWXY":
            times += ord(one) - ord("F")
        elif one in "ghijklmnopqrstuvwxyz":
            times += 20 * (ord(one) - ord("f"))
        elif one == ",":
            line = line.ljust(digits, "0")
        else:
            line += one * max(times, 1)
            times = 0
        if len(line) >= digits:
            assert len(line) == digits, "a line runs over"
            lines.append(line)
            line = ""
    assert line == ""
    assert len(lines) * int(width) == int(total)
    return ["".join(f"{int(one, 16):04b}" for one in line) for line in lines]
