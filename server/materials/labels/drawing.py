"""Draws labels: as PDF to print on any printer, as a picture to look at, piece by piece for a label printer."""

import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst
import zxingcpp

from server.core.typesetting import FONTS
from server.materials.labels import codes, model
from server.materials.labels.model import Fields, Payload

_TEMPLATE = resources.files("server.materials.labels") / "label.typ"
_FORMATS = {model.DATAMATRIX: zxingcpp.BarcodeFormat.DataMatrix, model.QR: zxingcpp.BarcodeFormat.QRCode}


def pdf(design: Payload, labels: Sequence[Fields]) -> bytes:
    """Labels of one design, a page each, with their fonts in it."""
    made: bytes = _compiled([_page(design, fields) for fields in labels], format="pdf")
    return made


def png(design: Payload, fields: Fields, dots: int = 8) -> bytes:
    """One label as a printer of so many dots a millimetre prints it."""
    [made] = pictures([(design, fields)], dots)
    return made


def pictures(drawn: Sequence[tuple[Payload, Fields]], dots: int) -> list[bytes]:
    """Each as PNG; one run of the typesetter for all, since its start takes longer than a label."""
    made = _compiled([_page(*one) for one in drawn], format="png", ppi=dots * 25.4) if drawn else []
    return made if isinstance(made, list) else [made]


def modules(kind: str, code: str) -> list[bytes]:
    """The rows of a symbol without its quiet zone, a byte a module, black is 0."""
    symbol = zxingcpp.create_barcode(code, _FORMATS[kind], gs1=codes.is_gs1(code), forceSquare=True)
    image: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    height, width = image.shape
    data = bytes(memoryview(image))
    return [data[row * width : (row + 1) * width] for row in range(height)]


def shown(element: Payload, fields: Fields) -> str:
    """What stands in an element: its own words, or those of its field; nothing where none are known."""
    if element["kind"] in model.CODES:
        return fields.get(model.CODE, "")
    return str(element["value"]) if element["kind"] == model.TEXT else fields.get(element["value"], "")


def _compiled(pages: Sequence[Mapping[str, Any]], **how: Any) -> Any:
    with tempfile.TemporaryDirectory(prefix="pestle-label-") as name:
        folder = Path(name)
        (folder / "content.json").write_bytes(orjson.dumps({"pages": pages}))
        (folder / "main.typ").write_text(_TEMPLATE.read_text("utf-8"), "utf-8")
        main = str(folder / "main.typ")
        return typst.compile(main, root=str(folder), font_paths=[FONTS], ignore_system_fonts=True, **how)


def _page(design: Payload, fields: Fields) -> dict[str, Any]:
    elements = (_element(element, fields) for element in design["elements"])
    size = {name: design[name] for name in ("width", "height")}
    return size | {"elements": [one for one in elements if one is not None]}


def _element(element: Payload, fields: Fields) -> dict[str, Any] | None:
    text = shown(element, fields)
    if not text and element["kind"] != model.BOX:
        return None
    drawn = {name: element[name] for name in ("kind", "x", "y", "w", "h", "size", "bold")}
    return drawn | {"value": _svg(modules(element["kind"], text)) if element["kind"] in model.CODES else text}


def _svg(rows: Sequence[bytes]) -> str:
    """A symbol with its quiet zone of one module, drawn row by row in runs, so that no printer leaves gaps."""
    width, height = len(rows[0]) + 2, len(rows) + 2
    runs = "".join(f"M{x + 1} {y + 1}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} shape-rendering="crispEdges"><path d="{runs}"/></svg>'


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where black begins in a row, and how long it is."""
    found, at = [], 0
    while at < len(row):
        length = len(row) - at - len(row[at:].lstrip(b"\0"))
        if length:
            found.append((at, length))
        at += max(length, 1)
    return found
