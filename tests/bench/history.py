"""Rows per second of an import of batch history: rows made here in the shape of the real file, 400 of them."""

import time
from datetime import date
from pathlib import Path

from bench import appends

from server.integration.batches.importer import File, import_batches
from server.integration.batches.mapping import load

ROWS = 400


def rate(url: str, folder: Path) -> float:
    mapping = load("tablets")
    plant, _ = appends.opened(url, folder)
    try:
        begin = time.perf_counter()
        report = import_batches(plant, mapping, File("bench.csv", _rows()), None, date(2026, 11, 22), False)
        took = time.perf_counter() - begin
    finally:
        plant.close()
    assert report.imported == ROWS, report.payload()
    return ROWS / took


def _rows() -> bytes:
    mapping = load("tablets")
    columns = mapping.columns
    lines = [";".join(columns)]
    for number in range(1, ROWS + 1):
        cells = dict.fromkeys(columns, "1.5")
        cells |= {"batch": str(number), "code": "25", "strength": "5MG", "size": "240000", "start": "nov.18"}
        cells |= {"api_code": "5", "api_batch": str(number // 5), "smcc_batch": str(number // 40)}
        cells |= {"lactose_batch": str(number // 30), "starch_batch": str(number // 30)}
        lines.append(";".join(cells[column] for column in columns))
    return "\n".join(lines).encode()
