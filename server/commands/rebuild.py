"""`pestle rebuild`: make all tables of records again from the log; with --check only compare."""

import argparse
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="compare with the tables there are, and change nothing")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0, or 1 when the tables differ from what the log says."""
    from server.commands.opened import opened
    from server.core import rebuild

    work = rebuild.check if options.check else rebuild.replace
    with opened() as plant:
        answer = work(plant.engine, plant.log, plant.registry)
    if not options.json:
        _print(answer)
    return (0 if answer["ok"] else 1), answer


def _print(answer: dict[str, Any]) -> None:
    verdict = "ok 一致" if answer["ok"] else "DIFFERENT 不一致"
    print(f"{verdict}: {answer['tables']} tables 张表, {answer['entries']} entries 条记录")
    for item in answer["differences"]:
        where = f"{item['table']} {'/'.join(item['key'])}" + (f" {item['column']}" if item["column"] else "")
        print(f"  {where}: {item['live']!r} in the table 表中, {item['rebuilt']!r} from the log 由日志得出")
