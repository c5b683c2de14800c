"""`pestle erase`: what entries say goes when their retention has ended; that they were there, and when, stays."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.core.plant import Plant
    from sync.log import StoredEntry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--stream", metavar="STREAM", help="every entry of a stream, such as batch/B-2601")
    what.add_argument("--entry", action="append", dest="entries", metavar="ID", help="may be given several times")
    parser.add_argument("--reason", required=True, help="why, in words")
    parser.add_argument("--basis", required=True, help="the law, rule or request that asks for it or allows it")
    parser.add_argument("--by", required=True, metavar="LOGIN", help="the person who decides it; asks for the password")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError of signing in, or of `server.site.erase.erase`."""
    from server.commands.opened import opened
    from server.identity import sessions
    from server.plant import check_end
    from server.site import erase

    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with opened() as plant:
        check_end(plant)
        person = sessions.authenticate(plant, options.by, password, "console")
        answer = erase.erase(plant, person.id, _chosen(plant, options), options.reason, options.basis)
    if not options.json:
        print(f"{answer['erased']} payloads 条内容, {answer['blobs']} photos 张照片 erased 已清除: {answer['entry']}")
    return 0, answer


def _chosen(plant: "Plant", options: argparse.Namespace) -> "list[StoredEntry]":
    from server.site import erase

    with plant.engine.connect() as connection:
        if options.stream is not None:
            return erase.of_stream(connection, options.stream)
        found = [(name, plant.log.by_id(connection, name)) for name in options.entries]
    missing = [name for name, entry in found if entry is None]
    if missing:
        raise PestleError("erasure_unknown", {"entry": missing[0]})
    return [entry for _, entry in found if entry is not None]
