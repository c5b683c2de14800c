"""`pestle backup`: the whole site in one encrypted file, now or again and again, and the keys that can read it."""

import argparse
import getpass
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.core.config import span
from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.core.plant import Plant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to put it (BACKUP_TO)")
    parser.add_argument("--recipient", action="append", dest="recipients", metavar="AGE1…", help="who can read it")
    parser.add_argument("--passphrase", action="store_true", help="ask for a passphrase instead, which can read it")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="read the passphrase from there")
    parser.add_argument("--every", metavar="24h", help="do not end, and make one so often")
    parser.add_argument("--keep", type=int, metavar="N", help="remove all but the last N of this log (BACKUP_KEEP)")
    parser.add_argument("--due", action="store_true", help="do nothing unless the settings say that one is due")
    parser.add_argument("--new-identity", type=Path, metavar="FILE", help="only make a key pair: private key to FILE")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError `setting_wrong`, `backup_recipient_wrong`, `backup_running`, `backup_failed`."""
    from server.commands.opened import opened

    passphrase = read_passphrase(options)
    if options.new_identity is not None:
        return _new_identity(options, passphrase)
    every = None if options.every is None else span(options.every, "--every")
    while True:
        try:
            with opened() as plant:
                answer = _once(plant, options, passphrase)
            if not options.json:
                print(answer.get("file", "no backup is due 尚未到备份时间"), flush=True)
        except PestleError as error:
            # Between two of many there is time to mend what is wrong; the log has it.
            if every is None or error.code != "backup_failed":
                raise
            print(error, file=sys.stderr, flush=True)
        if every is None:
            return 0, answer
        time.sleep(every.total_seconds())


def read_passphrase(options: argparse.Namespace) -> str | None:
    """From a file, or asked for; None where neither is wanted."""
    if options.passphrase_file is not None:
        try:
            return str(options.passphrase_file.read_text("utf-8")).rstrip("\n")
        except OSError as error:
            found = {"file": str(options.passphrase_file), "found": error.strerror or str(error)}
            raise PestleError("file_unreadable", found) from error
    if options.passphrase:
        return getpass.getpass("passphrase 口令: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return None


def _once(plant: "Plant", options: argparse.Namespace, passphrase: str | None) -> dict[str, Any]:
    from server.core import clock
    from server.site import age, backup

    plan = plant.config.backup
    if options.due:
        if plan is None:
            raise PestleError("setting_wrong", {"setting": "BACKUP_TO", "value": ""})
        with plant.engine.connect() as connection:
            at = backup.due(connection, plan)
        if at is not None and clock.now() < at - timedelta(seconds=1):
            return {"due": clock.text(at)}
    to = options.to or (plan.to if plan else None)
    if to is None:
        raise PestleError("setting_wrong", {"setting": "BACKUP_TO", "value": ""})
    keep = options.keep if options.keep is not None else (plan.keep if plan else 0)
    if passphrase is not None:
        return backup.make_with_passphrase(plant, to, passphrase, keep)
    named = options.recipients or (plan.recipients if plan else ())
    if not named:
        raise PestleError("setting_wrong", {"setting": "BACKUP_RECIPIENTS", "value": ""})
    return backup.make(plant, to, [age.recipient(one) for one in named], keep)


def _new_identity(options: argparse.Namespace, passphrase: str | None) -> tuple[int, dict[str, Any]]:
    """Keep the private key away from this machine; only its public half is needed for making backups."""
    from pyrage.x25519 import Identity

    from server.site import age

    fresh = Identity.generate()
    data = f"{fresh}\n".encode() if passphrase is None else age.locked(fresh, passphrase)
    try:
        descriptor = os.open(options.new_identity, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(options.new_identity), "found": str(error)}) from error
    if not options.json:
        print(fresh.to_public())
    return 0, {"recipient": str(fresh.to_public()), "identity": str(options.new_identity)}
