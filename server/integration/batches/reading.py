"""Bytes of a CSV file to rows, or one clear error: an import must know what it reads before it judges a cell."""

import csv
import io
from collections.abc import Sequence

from server.core.errors import PestleError
from server.integration.batches.model import Finding, Row

MAX_BYTES = 64 * 1024 * 1024
_SEPARATORS = ";,\t|"


def read(data: bytes, file: str, separator: str, columns: Sequence[str]) -> tuple[list[Row], list[Finding]]:
    """The rows of a CSV file in UTF-8 (a byte order mark is passed over), and findings on lines that are no rows.

    PestleError `csv_encoding`, `csv_separator` or `csv_columns` when the file as a whole cannot be read so.
    """
    reader = csv.reader(io.StringIO(_text(data, file), newline=""), delimiter=separator)
    rows, findings = [], []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, file, separator, columns)
        for cells in reader:
            if len(cells) == len(header):
                rows.append(Row(reader.line_num, dict(zip(header, cells, strict=True))))
            else:
                findings.append(_no_row(reader.line_num, file, cells, separator, len(header)))
    except csv.Error as error:
        raise PestleError("csv_columns", {"file": file, "line": reader.line_num, "found": str(error)}) from error
    return rows, findings


def _no_row(line: int, file: str, cells: list[str], separator: str, expected: int) -> Finding:
    if not any(cell.strip() for cell in cells):
        return Finding(line, "", "", "row_empty", "The line is empty and was passed over.", file)
    message = f"The line has {len(cells)} cells, the header {expected}: which value belongs where is unknown."
    return Finding(line, "", separator.join(cells)[:200], "row_length", message, file, refuses=True)


def _text(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise PestleError("csv_too_large", {"file": file, "bytes": len(data), "limit": MAX_BYTES})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PestleError("csv_encoding", {"file": file, "line": line, "byte": error.start}) from error
    if "\x00" in text:
        raise PestleError("csv_encoding", {"file": file, "line": text[: text.index("\x00")].count("\n") + 1})
    return text


def _check_header(header: list[str], file: str, separator: str, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    if not missing:
        doubled = sorted({column for column in columns if header.count(column) > 1})
        if doubled:
            raise PestleError("csv_columns", {"file": file, "doubled": doubled})
        return
    if len(header) <= 1:
        line = header[0] if header else ""
        other = [mark for mark in _SEPARATORS if mark != separator and line.count(mark) >= 2]
        raise PestleError("csv_separator", {"file": file, "expected": separator, "found": other[:1] or [line[:80]]})
    raise PestleError("csv_columns", {"file": file, "missing": missing[:20]})
