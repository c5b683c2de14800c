"""`pestle log export`: the log as the static files that are served under /log/, to keep and check elsewhere."""

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from server.core.errors import PestleError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    export = what.add_parser("export", help="checkpoint, policy, tiles, entries and payloads as files")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.add_argument("--no-payloads", action="store_true", help="withhold what the entries say")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """{"folder", "size", "root" (hex)}; PestleError `file_unreadable` when the folder cannot be written.

    Without the witnesses it is the log as it was last published.
    """
    from server.commands.opened import opened
    from server.core import db
    from sync.errors import SyncError
    from sync.log.export import export

    try:
        with opened() as plant:
            with suppress(SyncError):
                plant.publisher.now()
            with db.snapshot(plant.engine) as connection:
                checkpoint = export(connection, plant.log, options.folder, payloads=not options.no_payloads)
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(options.folder), "found": str(error)}) from error
    answer = {"folder": str(options.folder), "size": checkpoint.size, "root": checkpoint.root.hex()}
    if not options.json:
        print(f"{checkpoint.size} entries 条记录 → {options.folder}, root {answer['root']}")
    return 0, answer
