"""A table as a plant hands it over: CSV or the first sheet of an Excel workbook, every cell a text."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from flask import request
from marshmallow import Schema
from marshmallow import fields as plain
from openpyxl import load_workbook

from server.core.errors import PestleError

MOST_ROWS, MOST_BYTES = 1_000, 2 * 1024 * 1024
# What a workbook of that many rows unpacks to at most: a file that claims more is none.
_UNPACKED = 50 * 1024 * 1024
# As many lines as a sheet of Excel has.
_MOST_LINES = 1_048_576
# What stands in no column.
BEYOND = ""
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
    out. What stands beyond the columns, or in one without a name, is kept as that of the column `BEYOND`.
    PestleError `table_unreadable`, `table_too_long`."""
    lines = [*_bounded(_workbook(data) if data.startswith(b"PK") else _csv(data))]
    if not lines:
        raise PestleError("table_unreadable")
    columns = [cell.lower().replace(" ", "_") for cell in lines[0][1]]
    rows = [(at, _row(columns, cells)) for at, cells in lines[1:]]
    return [one for one in columns if one], rows


def _bounded(lines: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """Those that say something, of which there are not too many."""
    for count, line in enumerate(one for one in lines if any(one[1])):
        if count > MOST_ROWS:
            raise PestleError("table_too_long", {"most": MOST_ROWS})
        yield line


def _row(columns: Sequence[str], cells: Sequence[str]) -> Row:
    named = dict(zip(columns, cells, strict=False))
    named.pop(BEYOND, None)
    beyond = [cell for at, cell in enumerate(cells) if cell and (at >= len(columns) or not columns[at])]
    return named | ({BEYOND: beyond[0]} if beyond else {})


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    """UTF-8, or what Excel writes in China; the separator is what the first line has most of."""
    # No text has a NUL, and most other files have one.
    if b"\0" in data:
        raise PestleError("table_unreadable")
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
    return [(at, [cell.strip() for cell in row]) for at, row in enumerate(rows, 1)]


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Row after row of the first sheet: a cell far below or far to the right makes no rectangle."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _UNPACKED:
                raise PestleError("table_unreadable")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # What the file says of its own size may be anything.
        sheet.reset_dimensions()
        for at, row in enumerate(sheet.iter_rows(values_only=True), 1):
            # A row that says a higher number than Excel has would be waited for, one empty row after the other.
            if at > _MOST_LINES:
                raise PestleError("table_unreadable")
            yield at, [_text(cell) for cell in row]
    except PestleError:
        raise
    except Exception:
        # A file that is none is told in as many ways as there are to break one.
        raise PestleError("table_unreadable") from None


def _text(cell: object) -> str:
    """As Excel shows it: a number has 15 digits, and none behind the point where it is whole."""
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.15g}'):f}"
    return "" if cell is None else str(cell).strip()
