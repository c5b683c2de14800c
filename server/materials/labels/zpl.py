"""Labels in ZPL II, so that they print on any Zebra as it came from the shop.

No font for Chinese is sure to be in a printer, so that words with anything but plain letters are drawn here and sent as
graphics; plain ones are set by the printer in its own font 0, codes by its own encoder.
"""

import string
from collections.abc import Mapping, Sequence
from decimal import Decimal

from server.materials.labels import codes, drawing, model, raster
from server.materials.labels.model import Fields, Payload

# Dots a millimetre of printers with 203, 300 and 600 dpi.
DOTS = (8, 12, 24)
# What the printer's own font can say in a field; the backslash is another command of some of its fields.
_PLAIN = frozenset(string.ascii_letters + string.digits + string.punctuation + " ") - {"\\"}
# Of what opens a command, and of the sign for hexadecimal digits itself.
_ESCAPED = str.maketrans({one: f"_{ord(one):02X}" for one in "^~_"})
# How wide a letter of font 0 is at most in the middle, as a part of its height.
_WIDE = Decimal("0.62")
_POINT = Decimal("25.4") / 72
# What makes a drawn element what it is: its kind, size and words.
_Piece = tuple[str, ...]


def labels(design: Payload, given: Sequence[Fields], dots: int) -> str:
    """The labels one after the other, as they are sent to a printer of so many dots a millimetre."""
    graphics = _graphics(design, given, dots)
    return "".join(_label(design, fields, dots, graphics) for fields in given)


def _graphics(design: Payload, given: Sequence[Fields], dots: int) -> dict[_Piece, str]:
    """What is drawn here of all labels, each piece once."""
    pieces = {
        _piece(element, fields): (_alone(element), fields)
        for fields in given
        for element in design["elements"]
        if _is_drawn(element, drawing.shown(element, fields))
    }
    pictures = drawing.pictures(list(pieces.values()), dots)
    return {piece: raster.graphic(raster.grey(png)) for piece, png in zip(pieces, pictures, strict=True)}


def _piece(element: Payload, fields: Fields) -> _Piece:
    return (*(str(element[name]) for name in ("kind", "w", "h", "size", "bold")), drawing.shown(element, fields))


def _is_drawn(element: Payload, text: str) -> bool:
    return bool(text) and element["kind"] != model.BOX and (element["kind"] == model.QR or not _PLAIN.issuperset(text))


def _label(design: Payload, fields: Fields, dots: int, graphics: Mapping[_Piece, str]) -> str:
    size = f"^PW{_dots(design['width'], dots)}^LL{_dots(design['height'], dots)}"
    body = "".join(_element(element, fields, dots, graphics) for element in design["elements"])
    return f"^XA^CI28^LH0,0{size}\n{body}^PQ1^XZ\n"


def _element(element: Payload, fields: Fields, dots: int, graphics: Mapping[_Piece, str]) -> str:
    kind, text = element["kind"], drawing.shown(element, fields)
    if kind == model.BOX:
        line = max(1, round(Decimal(element["size"]) * _POINT * dots))
        return _at(element, dots, f"^GB{_dots(element['w'], dots)},{_dots(element['h'], dots)},{line}")
    if not text:
        return ""
    if _is_drawn(element, text):
        return _at(element, dots, graphics[_piece(element, fields)])
    if kind == model.DATAMATRIX:
        return _at(element, dots, _datamatrix(element, text, dots), quiet=_module(element, text, dots))
    return _plain(element, text, dots)


def _at(element: Payload, dots: int, body: str, quiet: int = 0) -> str:
    x, y = _dots(element["x"], dots) + quiet, _dots(element["y"], dots) + quiet
    return f"^FO{x},{y}{body}^FS\n" if body else ""


def _plain(element: Payload, text: str, dots: int) -> str:
    """In the size that was asked for, smaller where it would run out of its place."""
    wide, high = _dots(element["w"], dots), _dots(element["h"], dots)
    size = max(1, min(round(Decimal(element["size"]) * _POINT * dots), high))
    while size > 8 and len(lines := _wrapped(text, int(wide / (size * _WIDE)))) * size > high:
        size -= 1
    lines = _wrapped(text, max(1, int(wide / (size * _WIDE))))
    x, y = _dots(element["x"], dots), _dots(element["y"], dots)
    return "".join(
        f"^FO{x},{y + at * size}^A0N,{size},{size}^FH_^FD{line.translate(_ESCAPED)}^FS\n"
        for at, line in enumerate(lines)
    )


def _wrapped(text: str, most: int) -> list[str]:
    """Lines of at most so many letters, between words where that can be."""
    most, found, rest = max(1, most), [], text
    while len(rest) > most:
        cut = rest.rfind(" ", 0, most + 1)
        found.append(rest[: cut if cut > 0 else most])
        rest = rest[cut + 1 if cut > 0 else most :]
    return [*found, rest]


def _module(element: Payload, text: str, dots: int) -> int:
    rows = drawing.modules(element["kind"], text)
    wide, high = _dots(element["w"], dots), _dots(element["h"], dots)
    return max(1, min(wide // (len(rows[0]) + 2), high // (len(rows) + 2)))


def _datamatrix(element: Payload, text: str, dots: int) -> str:
    """ECC 200 by the printer; "_" is both the sign for FNC1 and, doubled, itself, before the field's own escapes."""
    data = text.replace("_", "__") if not codes.is_gs1(text) else _message(text)
    escaped = data.replace("\\", "\\5C").replace("^", "\\5E").replace("~", "\\7E")
    return f"^BXN,{_module(element, text, dots)},200,0,0,6,_,1^FH\\^FD{escaped}"


def _message(code: str) -> str:
    """Element strings with FNC1 at the beginning, and after each element of variable length but the last."""
    parts = codes.elements_of(code)
    body = [f"{ai}{value}".replace("_", "__") for ai, value in parts]
    ends = ["_1" if ai != "17" else "" for ai, _ in parts[:-1]]
    return "_1" + "".join(part + end for part, end in zip(body, [*ends, ""], strict=True))


def _alone(element: Payload) -> dict[str, object]:
    """A label with nothing else on it, as large as the element."""
    here = {**element, "x": "0", "y": "0"}
    return {"width": element["w"], "height": element["h"], "elements": [here]}


def _dots(length: str, dots: int) -> int:
    return round(Decimal(length) * dots)
