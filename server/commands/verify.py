"""`pestle verify`: check a dossier, an exported log or a server's log; needs no database and no room of the server."""

import argparse
import base64
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.core.errors import PestleError
from sync.trust import Policy
from sync.verify import Result, verify_log, verify_pdf
from sync.verify.archive import LISTED, verify_archive
from sync.verify.blocks import cores

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

BAR = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="PATH|URL", help="dossier.pdf, folder of a log or archive, or address")
    parser.add_argument("--full", action="store_true", help="check every signature of a log, not only the chains")
    parser.add_argument("--withheld", action="store_true", help="payloads of a log may be withheld, not only erased")
    parser.add_argument("--processes", type=int, default=cores(), metavar="N", help="how many check a log at a time")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="the keys you trust, got another way")
    parser.add_argument(
        "--tsa-roots", type=Path, metavar="PEM", help="roots of the authorities whose time stamps you believe"
    )
    parser.add_argument("--login", metavar="NAME", help="sign in to a server as this person; asks for the password")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0 or 1; SyncError `log_unreadable` or `pdf_unreadable` when there is nothing to judge."""
    trusted = None if options.policy is None else Policy.parse(_read(options.policy))
    if Path(options.source).is_file():
        result = verify_pdf(Path(options.source), trusted=trusted, tsa=_roots(options.tsa_roots))
    elif (Path(options.source) / LISTED).is_file():
        result = verify_archive(Path(options.source), trusted=trusted, full=options.full)
    else:
        headers = _authorization(options.login) if options.login else None
        result = verify_log(
            _source(options.source),
            trusted=trusted,
            full=options.full,
            withheld=options.withheld,
            headers=headers,
            processes=options.processes,
            progress=_draw if sys.stderr.isatty() else _silent,
        )
    if not options.json:
        _print(options.source, result)
    return (0 if result.ok else 1), result.as_dict()


def _roots(file: Path | None) -> "list[Certificate]":
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return [] if file is None else load_pem_x509_certificates(_read(file))
    except ValueError as error:
        raise PestleError("file_unreadable", {"file": str(file), "found": str(error)}) from error


def _source(text: str) -> str | Path:
    return text if text.startswith(("http://", "https://")) else Path(text)


def _draw(done: int, size: int) -> None:
    """A bar that grows in place, and goes when all is done."""
    part = done * BAR // size
    line = f"\r[{'#' * part}{' ' * (BAR - part)}] {done:,} / {size:,} "
    print(line if done < size else f"\r{' ' * len(line)}\r", end="", file=sys.stderr, flush=True)


def _silent(done: int, size: int) -> None:
    """Where nobody looks."""


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(file), "found": error.strerror or str(error)}) from error


def _authorization(login: str) -> dict[str, str]:
    """HTTP Basic; the password is asked for, since a command line can be read by others on the machine."""
    pair = f"{login}:{getpass.getpass()}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _print(source: str, result: Result) -> None:
    if not result.ok:
        where = "" if result.first_wrong is None else f" 第一条有误的记录 / first wrong entry: {result.first_wrong}"
        print(f"WRONG 有误 {source}:{where}\n  {result.reason}")
        return
    print(f"ok 无误 {source}: {result.size} entries 条记录, root {result.root}")
    if result.withheld:
        print(f"  {result.withheld} payloads are withheld, so what they say was not checked 有内容未提供，未予核对")
    if result.erased:
        print(f"  {result.erased} payloads were erased past their retention 有内容保存期满后已清除")
    if result.stamped_at:
        authority = (
            "" if result.stamp_checked else ", by an authority that was not checked 未核对时间戳机构; --tsa-roots"
        )
        print(f"  stamped 时间戳: {result.stamped_at}{authority}")
    for name, at in result.witnessed.items():
        print(f"  witnessed by 见证方 {name}: {datetime.fromtimestamp(at, UTC).isoformat()}")
    if not result.policy_given:
        print("  checked with the keys found beside it 所用密钥取自其旁; --policy FILE takes keys you got another way")
