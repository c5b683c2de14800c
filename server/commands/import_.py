"""`pestle import`: batch history, materials and suppliers from tables, each with a report of its rows."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.core import clock
from server.core.config import Config, from_environment
from server.core.errors import PestleError

_SHOWN = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    batches = what.add_parser("batches", help="batches with their lots, results and yields")
    batches.add_argument("laboratory", type=Path, metavar="LAB.csv")
    batches.add_argument(
        "--mapping", required=True, metavar="NAME|FILE", help="which columns mean what: tablets, or a file"
    )
    batches.add_argument("--process", type=Path, metavar="FILE", help="figures of the press, a line per batch")
    batches.add_argument("--dry-run", action="store_true", help="report, and write nothing")
    for name, columns in (
        ("materials", "code, name_zh, name_en, type, unit"),
        ("suppliers", "code, name_zh, name_en, address and contact, phone, email"),
    ):
        table = what.add_parser(name, help=f"{name} from a table with the columns {columns}: all rows or none")
        table.add_argument("table", type=Path, metavar="FILE", help="CSV or XLSX")
        table.add_argument("--dry-run", action="store_true", help="report, and write nothing")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0, or 1 when rows were refused; PestleError when the files cannot be read at all."""
    return _batches(options) if options.what == "batches" else _table(options)


def _table(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.core.outcomes import SERVER
    from server.materials.importing import importer
    from server.plant import open_plant

    _, data = _file(options.table)
    plant = open_plant(from_environment())
    try:
        answer = importer.take(plant, options.what, data, SERVER, options.dry_run).payload()
    finally:
        plant.close()
    if not options.json:
        done = "would be imported" if options.dry_run else "imported"
        print(f"{answer['rows']} rows: {answer['imported']} {done}, {answer['unchanged']} unchanged")
        for one in answer["findings"]:
            print(f"  line {one['line']}, {one['column']} = {one['value']!r}: {one['code']}; nothing is imported")
    return (1 if answer["findings"] else 0), answer


def _batches(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.integration.batches.importer import File, import_batches
    from server.integration.batches.mapping import load
    from server.plant import open_plant

    mapping = load(options.mapping)
    laboratory = _file(options.laboratory)
    process = None if options.process is None else _file(options.process)
    config = from_environment()
    # A dry run writes nothing, so it makes no plant either where there is none.
    plant = None if options.dry_run and not _is_made(config) else open_plant(config)
    try:
        today = clock.now().date()
        files = File(*laboratory), None if process is None else File(*process)
        report = import_batches(plant, mapping, *files, today, options.dry_run)
    finally:
        if plant is not None:
            plant.close()
    answer = report.payload()
    if not options.json:
        _print(answer, options.dry_run)
    return (1 if report.refused else 0), answer


def _is_made(config: Config) -> bool:
    return not config.database_url.startswith("sqlite") or (config.data / "pestle.db").exists()


def _file(path: Path) -> tuple[str, bytes]:
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(path), "found": error.strerror or str(error)}) from error


def _print(answer: dict[str, Any], dry_run: bool) -> None:
    done = "would be imported" if dry_run else "imported"
    counts = f"{answer['imported']} {done}, {answer['unchanged']} unchanged, {answer['refused']} refused"
    print(f"{answer['rows']} rows: {counts}")
    for item in answer["findings"][:_SHOWN]:
        cell = f", {item['column']} = {item['value']!r}" if item["column"] else ""
        verdict = "REFUSED " if item["refuses"] else ""
        print(f"  {verdict}{item['file']} line {item['line']}{cell}: {item['message']} ({item['code']})")
    if len(answer["findings"]) > _SHOWN:
        print(f"  … and {len(answer['findings']) - _SHOWN} more; --json has all", file=sys.stderr)
