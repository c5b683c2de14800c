"""`pestle keys`: the site's root, which is kept off line, and the keys that it names for the site to sign with."""

import argparse
import getpass
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from server.core.errors import PestleError, from_sync
from sync import cosignature, note
from sync.certificate import Certificate
from sync.errors import SyncError
from sync.signing import Ed25519Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.core.config import Config

KEY, VKEY = "root.key", "root.vkey"
SHORTEST = 12
ALGORITHMS = {note.ED25519_TYPE: "Ed25519", cosignature.MLDSA44_TYPE: "ML-DSA-44"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    root = what.add_parser("root", help="on a machine without network: make the site's root")
    root.add_argument("folder", type=Path, metavar="DIR", help="gets root.key (encrypted) and root.vkey")
    root.add_argument("--origin", required=True, help="the log's name, as its checkpoints begin")
    certify = what.add_parser("certify", help="there: sign what `pestle keys request` has asked for")
    certify.add_argument("request", type=Path, metavar="REQUEST")
    certify.add_argument("--root", type=Path, required=True, metavar="DIR", help="the folder of `pestle keys root`")
    certify.add_argument("--out", type=Path, required=True, metavar="FILE")
    for one in (root, certify):
        one.add_argument("--passphrase-file", type=Path, metavar="FILE", help="else it is asked")
    adopt = what.add_parser("adopt", help="on the site: this root alone changes its keys from now on")
    adopt.add_argument("vkey", type=Path, metavar="root.vkey")
    request = what.add_parser("request", help="on the site: make new keys, and the request to certify them")
    request.add_argument("out", type=Path, metavar="FILE")
    change = what.add_parser("change", help="on the site, while it is not served: take up the keys of a certificate")
    change.add_argument("certificate", type=Path, metavar="FILE")
    what.add_parser("show", help="on the site: fingerprints of its keys, as tablets show them")
    recovery = what.add_parser("recovery", help="on the site: the keys that open the sealed journals of tablets")
    recovery.add_argument("--new", action="store_true", help="hand out another one; the older ones still open theirs")
    policy = what.add_parser("policy", help="on the site: whom to trust, for everybody who checks its log")
    policy.add_argument("--out", type=Path, metavar="FILE", help="else it is printed")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError of `server.site.keys`, `passphrase_wrong`, `passphrase_weak`, `file_exists`."""
    work = {
        "root": _root,
        "certify": _certify,
        "adopt": _adopt,
        "request": _request,
        "change": _change,
        "show": _show,
        "recovery": _recovery,
        "policy": _policy,
    }
    try:
        answer = work[options.what](options)
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(error.filename), "found": error.strerror}) from error
    if not options.json:
        for name, value in answer.items():
            print(value if name == "policy" else f"{name}: {value}")
    return 0, answer


def _root(options: argparse.Namespace) -> dict[str, Any]:
    passphrase = _passphrase(options, new=True)
    key = Ed25519PrivateKey.generate()
    vkey = note.vkey(f"{options.origin}/root", key.public_key().public_bytes_raw())
    options.folder.mkdir(parents=True, exist_ok=True)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    _write_new(options.folder / KEY, pem, 0o600)
    _write_new(options.folder / VKEY, f"{vkey}\n".encode(), 0o644)
    return {"key": str(options.folder / KEY), "vkey": vkey}


def _certify(options: argparse.Namespace) -> dict[str, Any]:
    """Shows what it signs, since whoever keeps the root must see it."""
    vkey = _vkey(options.root / VKEY)
    try:
        named = Certificate.parse(options.request.read_bytes())
        if vkey.name != f"{named.origin}/root":
            raise PestleError("certificate_wrong", {"origin": named.origin, "root": vkey.name})
        certificate = named.sign(vkey.name, _load(options.root / KEY, _passphrase(options)))
        Certificate.open(certificate, vkey)
    except UnicodeDecodeError as error:
        raise PestleError("certificate_wrong", {"file": str(options.request)}) from error
    except SyncError as error:
        raise from_sync(error) from error
    _write_new(options.out, certificate, 0o644)
    logs = [log.encode()[:80] for log in named.logs]
    return {"origin": named.origin, "serial": named.serial, "logs": logs, "certificate": str(options.out)}


def _adopt(options: argparse.Namespace) -> dict[str, Any]:
    from server.commands.opened import opened
    from server.core.kinds import Fact
    from sync.verify.keys import ROOT_ADOPTED

    vkey = _vkey(options.vkey).encode()
    with opened() as plant:
        recorded = plant.recorder.state(Fact(ROOT_ADOPTED, "site", {"vkey": vkey}))
    return {"root": vkey, "index": recorded[0].index}


def _request(options: argparse.Namespace) -> dict[str, Any]:
    """Opens no site: the keys may be lost that it would sign with."""
    from server.site import keys

    with _reading() as (connection, config):
        asked = keys.request(connection, config)
    _write_new(options.out, asked, 0o644)
    return {"request": str(options.out), "keys": str(config.next_keys)}


def _change(options: argparse.Namespace) -> dict[str, Any]:
    from server.core.config import from_environment
    from server.plant import open_plant

    plant = open_plant(from_environment(), certificate=options.certificate.read_bytes())
    try:
        # A witness reads what it signs from the site, which is not served now: then the first start publishes.
        with suppress(SyncError):
            plant.publisher.now()
        return {"vkey": plant.log.vkey, "old": str(plant.config.old_keys)}
    finally:
        plant.close()


def _show(options: argparse.Namespace) -> dict[str, Any]:
    from server.commands.opened import opened
    from sync.log import publication

    with opened() as plant, plant.engine.connect() as connection:
        policy = publication.policy(connection, plant.log)
    server = {"server": _fingerprint(policy.server_keys[-1])}
    logs = {f"log {ALGORITHMS[key.type]}": _fingerprint(key.public_key) for key in policy.logs}
    witnesses = {f"witness {one.name}": _fingerprint(one.key.public_key) for one in policy.witnesses}
    root = {} if policy.root is None else {"root": _fingerprint(policy.root.public_key)}
    return {**root, **server, **logs, **witnesses}


def _recovery(options: argparse.Namespace) -> dict[str, Any]:
    """The ids, the one that is handed out last; the site may be served meanwhile."""
    from server.core.config import from_environment
    from server.identity import recovery

    config = from_environment()
    recovery.prepare(config)
    if options.new:
        recovery.renew(config)
    return {"recovery": recovery.known(config)}


def _fingerprint(public_key: bytes) -> str:
    """To be read aloud and compared: the first half of SHA-256 over the raw key, in groups of four digits."""
    text = hashlib.sha256(public_key).hexdigest()[:32]
    return " ".join(text[start : start + 4] for start in range(0, 32, 4))


def _policy(options: argparse.Namespace) -> dict[str, Any]:
    from server.commands.opened import opened
    from sync.log import publication

    with opened() as plant, plant.engine.connect() as connection:
        text = publication.policy(connection, plant.log).encode()
    if options.out is None:
        return {"policy": text.decode()}
    options.out.write_bytes(text)
    return {"file": str(options.out)}


@contextmanager
def _reading() -> Iterator[tuple["Connection", "Config"]]:
    from sqlalchemy.exc import DBAPIError

    from server.core import db
    from server.core.config import from_environment

    config = from_environment()
    engine = db.open_engine(config.database_url)
    try:
        with engine.connect() as connection:
            yield connection, config
    except DBAPIError as error:
        raise PestleError("root_missing", {"found": str(error.orig)[:200]}) from error
    finally:
        engine.dispose()


def _passphrase(options: argparse.Namespace, new: bool = False) -> bytes:
    if options.passphrase_file is not None:
        text = str(options.passphrase_file.read_text("utf-8")).rstrip("\n")
    elif sys.stdin.isatty():
        text = getpass.getpass("passphrase 口令: ")
        if new and getpass.getpass("again 再次输入: ") != text:
            raise PestleError("passphrase_wrong")
    else:
        text = sys.stdin.readline().rstrip("\n")
    if new and len(text) < SHORTEST:
        raise PestleError("passphrase_weak", {"shortest": SHORTEST})
    return text.encode()


def _load(file: Path, passphrase: bytes) -> Ed25519Signer:
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase)
    except (ValueError, TypeError) as error:
        raise PestleError("passphrase_wrong") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise PestleError("key_malformed", {"file": str(file)})
    return Ed25519Signer(key)


def _vkey(file: Path) -> note.Key:
    try:
        return note.parse_vkey(file.read_text("utf-8").strip())
    except UnicodeDecodeError as error:
        raise PestleError("root_wrong_key", {"file": str(file)}) from error
    except SyncError as error:
        raise PestleError("root_wrong_key", {"file": str(file), "found": str(error)}) from error


def _write_new(file: Path, data: bytes, mode: int) -> None:
    """Never over what is there: a root that is gone is gone."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise PestleError("file_exists", {"file": str(file)}) from error
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(data)
