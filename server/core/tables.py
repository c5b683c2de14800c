"""A table as a plant hands it over: CSV or the first sheet of an Excel workbook, every cell a text."""

import csv
import io
import zipfile

from flask import request
from marshmallow import Schema
from marshmallow import fields as plain
from python_calamine import CalamineError, CalamineWorkbook

from server.core.errors import PestleError

MOST_ROWS, MOST_BYTES = 1_000, 2 * 1024 * 1024
# What a workbook of that many rows unpacks to at most: a file that claims more is none.
_UNPACKED = 50 * 1024 * 1024
Row = dict[str, str]


class TableQuery(Schema):
    """`dry_run`: look, and write nothing."""

    dry_run = plain.Boolean(load_default=True)


def received() -> bytes:
    """The table that is the body of a request. PestleError `blob_too_large`."""
    data: bytes = request.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise PestleError("blob_too_large", {"bytes": len(data), "most": MOST_BYTES})
    return data


def read(data: bytes) -> tuple[list[str], list[tuple[int, Row]]]:
    """The columns, in lower case, and each row with its line, counted from 1 as spreadsheets do; empty ones are left
    out. PestleError `table_unreadable`, `table_too_long`."""
    lines = _workbook(data) if data.startswith(b"PK") else _csv(data)
    head = next(((at, cells) for at, cells in enumerate(lines) if any(cells)), None)
    if head is None:
        raise PestleError("table_unreadable")
    columns = [cell.lower().replace(" ", "_") for cell in head[1]]
    rows = [
        (at + 1, dict(zip(columns, cells, strict=False)))
        for at, cells in enumerate(lines)
        if at > head[0] and any(cells)
    ]
    if len(rows) > MOST_ROWS:
        raise PestleError("table_too_long", {"rows": len(rows), "most": MOST_ROWS})
    return [one for one in columns if one], rows


def _csv(data: bytes) -> list[list[str]]:
    """UTF-8, or what Excel writes in China; the separator is what the first line has most of."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise PestleError("table_unreadable") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise PestleError("table_unreadable") from None
    return [[cell.strip() for cell in row] for row in rows]


def _workbook(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _UNPACKED:
                raise PestleError("table_unreadable")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError, IndexError):
        raise PestleError("table_unreadable") from None
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    """A number that Excel shows without a point is written without one: a code 107 is no 107.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
