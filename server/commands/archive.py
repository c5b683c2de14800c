"""`pestle archive`: a folder in which all records can be read and verified when this system is gone."""

import argparse
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new folder")
    parser.add_argument(
        "--batch", action="append", dest="batches", metavar="N", help="dossiers of these batches only, not of all"
    )


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError of `server.site.archive.make`."""
    from server.commands.opened import opened
    from server.site import archive

    with opened() as plant:
        answer = archive.make(plant, options.to, options.batches)
    if not options.json:
        end = answer["checkpoint"]
        print(f"{answer['files']} files 个文件, {answer['batches']} batches 批 → {options.to}")
        print(f"  {end['size']} entries 条记录, root {end['root']}; check it with 核验: pestle verify {options.to}")
    return 0, {"folder": str(options.to), **answer}
