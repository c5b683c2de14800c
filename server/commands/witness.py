"""`pestle witness`: on QA's machine, watch the log and cosign it; on the site's, say which witnesses there are."""

import argparse
import base64
import getpass
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.witness.folder import Folder
    from server.witness.watch import Watch

PORT = 8100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    init = _in_folder(what, "init", "on the witness's machine: make its keys and folder, and print its vkey")
    init.add_argument("--policy", type=Path, required=True, metavar="FILE", help="the site's policy, brought by hand")
    init.add_argument("--url", required=True, help="the site's address")
    init.add_argument("--login", metavar="NAME", help="somebody there with log.read")
    init.add_argument("--password-file", type=Path, metavar="FILE", help="readable only by its owner; else it is asked")
    init.add_argument("--name", default=f"{socket.gethostname()}/pestle-witness", help="stands in its signatures")
    serve = _in_folder(what, "serve", "mirror, check and cosign, until it is ended")
    serve.add_argument("--bind", default="0.0.0.0", metavar="ADDRESS", help="where to listen (0.0.0.0)")
    serve.add_argument("--port", type=int, default=PORT, help=f"({PORT}; 0 takes any)")
    _in_folder(what, "status", "how far it has cosigned, and what it has found")
    heads = _in_folder(what, "check-heads", "compare what devices say of their last entry with the mirror")
    heads.add_argument("file", type=Path, metavar="FILE", help="JSON: [{device, seq, hash}]")
    accept = _in_folder(what, "accept", "let a finding pass that a person has looked into")
    accept.add_argument("index", type=int)
    accept.add_argument("code")
    add = what.add_parser("add", help="on the site: this witness must cosign from now on")
    add.add_argument("name")
    add.add_argument("--vkey", required=True)
    add.add_argument("--url", required=True, help="where the witness answers")
    remove = what.add_parser("remove", help="on the site: this witness need not cosign any more")
    remove.add_argument("name")
    remove.add_argument("--reason", required=True)
    what.add_parser("list", help="on the site: the witnesses in use")


def _in_folder(what: Any, name: str, purpose: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = what.add_parser(name, help=purpose)
    command.add_argument("--folder", type=Path, required=True, metavar="DIR", help="the witness's own folder")
    return command


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; `serve`, `status` and `check-heads` exit 1 when something was found against the log."""
    work = {
        "init": _init,
        "serve": _serve,
        "status": _status,
        "check-heads": _check_heads,
        "accept": _accept,
        "add": _add,
        "remove": _remove,
        "list": _list,
    }
    code, answer = work[options.what](options)
    if not options.json:
        for name, value in answer.items():
            print(f"{name}: {value}")
    return code, answer


def _init(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.witness.folder import Folder, Settings, read_password

    try:
        policy = options.policy.read_bytes()
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(options.policy), "found": str(error)}) from error
    if options.password_file is not None:
        read_password(options.password_file)
    password = None if options.password_file is None else str(options.password_file.resolve())
    folder = Folder.make(options.folder, policy, Settings(options.name, options.url, options.login, password))
    vkeys = [key.encode() for key in folder.keys]
    folder.close()
    return 0, {"folder": str(options.folder), "name": options.name, "vkey": vkeys[0], "vkey_ed25519": vkeys[1]}


def _serve(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.witness.folder import Folder
    from server.witness.http import Server

    folder = Folder(options.folder)
    try:
        folder.take()
        watch = _watch(folder, _headers(folder))
        server = Server(watch, options.bind, options.port)
        print(
            f"witness 见证方 {folder.settings.name}: http://127.0.0.1:{server.server_port}", file=sys.stderr, flush=True
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        with server:
            server.serve_forever()
        return _answer(folder)
    finally:
        folder.close()


def _status(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.witness.folder import Folder

    folder = Folder(options.folder)
    try:
        return _answer(folder)
    finally:
        folder.close()


def _answer(folder: "Folder") -> tuple[int, dict[str, Any]]:
    status, held = folder.status, folder.anchor.read()
    return (0 if status.broken is None else 1), {
        "name": folder.settings.name,
        "origin": folder.policy.origin,
        "size": 0 if held is None else held.size,
        "root": None if held is None else held.root.hex(),
        "at": status.at,
        "broken": status.broken,
    }


def _check_heads(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.witness.folder import Folder
    from server.witness.heads import compare, read_heads

    heads = read_heads(options.file)
    folder = Folder(options.folder)
    try:
        found = compare(heads, _watch(folder, {}).head_of)
    finally:
        folder.close()
    return (1 if found else 0), {"ok": not found, "devices": len(heads), "found": found}


def _accept(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from dataclasses import replace

    from server.witness.folder import Folder

    folder = Folder(options.folder)
    try:
        status = folder.status
        broken = status.broken
        if broken is None or (broken["index"], broken["code"]) != (options.index, options.code):
            raise PestleError("finding_unknown", {"index": options.index, "code": options.code})
        accepted = [*status.accepted, [options.index, options.code]]
        folder.write_status(replace(status, broken=None, accepted=accepted))
    finally:
        folder.close()
    return 0, {"index": options.index, "code": options.code, "accepted": len(accepted)}


def _watch(folder: "Folder", headers: dict[str, str]) -> "Watch":
    from server.core.kinds import Registry
    from server.plant import ROOMS
    from server.witness.watch import Watch
    from sync.verify.readers import Reader, url

    readers: list[Reader] = []

    def read(path: str) -> bytes | None:
        # Only with the first file: the site may be away when the witness starts.
        if not readers:
            readers.append(url(folder.settings.url, headers))
        return readers[0](path)

    return Watch(folder, Registry(ROOMS), read, say=lambda text: print(text, flush=True))


def _headers(folder: "Folder") -> dict[str, str]:
    """HTTP Basic; the password is in a file of its owner, or asked for: a command line can be read by others."""
    from server.witness.folder import read_password

    settings = folder.settings
    if settings.login is None:
        return {}
    if settings.password_file is None:
        password = getpass.getpass(f"{settings.login} @ {settings.url}: ")
    else:
        password = read_password(Path(settings.password_file))
    pair = base64.b64encode(f"{settings.login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _add(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from sync.log.publication import WITNESS_ADDED

    payload = {"name": options.name, "vkey": options.vkey, "url": options.url}
    return 0, {"name": options.name, "index": _state(WITNESS_ADDED, payload)}


def _remove(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from sync.log.publication import WITNESS_REMOVED

    return 0, {"name": options.name, "index": _state(WITNESS_REMOVED, {"name": options.name, "reason": options.reason})}


def _state(kind: str, payload: dict[str, Any]) -> int:
    from server.commands.opened import opened
    from server.core.kinds import Fact

    with opened() as plant:
        return plant.recorder.state(Fact(kind, "site", payload))[0].index


def _list(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from server.commands.opened import opened
    from sync.log import publication

    with opened() as plant, plant.engine.connect() as connection:
        policy = publication.policy(connection, plant.log)
    items = [{"name": one.name, "vkey": one.key.encode(), "url": one.url} for one in policy.witnesses]
    return 0, {"quorum": policy.quorum, "items": items}
