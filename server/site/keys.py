"""The keys that the site signs with: its root, kept off line, names them; and how a change of them is carried through.

New keys wait in DATA/next-keys until a certificate of the root names them. The entry that says so is signed with the
new key; once it stands in the log, the files take the place of the old ones, which are kept.
"""

from dataclasses import dataclass
from pathlib import Path

from marshmallow import Schema
from sqlalchemy import Connection, select

from server.core import fields
from server.core.config import Config
from server.core.errors import PestleError, from_sync
from server.core.kinds import Entry, Kind, Ruling
from sync import cosignature, note
from sync.certificate import Certificate
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import publication, reading
from sync.log.tables import log_checkpoint
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.verify.keys import KEYS_CHANGED, ROOT_ADOPTED, SERVER

_any_note = select(log_checkpoint.c.note).limit(1)


class RootAdopted(Schema):
    vkey = fields.text(500)


class KeysChanged(Schema):
    """`certificate` is the whole note, by which the root names the keys."""

    certificate = fields.text(16_000)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a site signs with: its own entries and every checkpoint, and with the second key what it publishes."""

    signer: Ed25519Signer
    cosigner: MLDSA44Signer

    @classmethod
    def of(cls, key_file: Path, cosigner_file: Path, secret: bytes | None) -> "Keys":
        """The keys of two files, made where they are missing; PestleError `key_sealed` where the secret is another."""
        try:
            signer = Ed25519Signer.load_or_create(key_file, secret)
            return cls(signer, MLDSA44Signer.load_or_create(cosigner_file, secret))
        except SyncError as error:
            raise from_sync(error) from error

    def named(self, origin: str, serial: int) -> Certificate:
        """The certificate that would name these keys."""
        second = note.Key(origin, self.cosigner.public_key, cosignature.MLDSA44_TYPE)
        logs = (note.Key(origin, self.signer.public_key), second)
        return Certificate(origin, serial, self.signer.public_key, logs)


def root(connection: Connection) -> note.Key | None:
    """The root that the site has adopted."""
    for entry in reading.of_kind(connection, ROOT_ADOPTED):
        if entry.head.device == SERVER:
            return note.parse_vkey(entry.envelope.body["vkey"])
    return None


def next_serial(connection: Connection) -> int:
    """Of the certificate that is to come: they are counted from 1."""
    signed = publication.certificate(connection)
    return 1 if signed is None else Certificate.parse(note.split(signed)[0]).serial + 1


def next_keys(config: Config) -> Keys:
    """The keys that wait for a certificate, made when they are missing."""
    folder = config.next_keys
    return Keys.of(folder / config.key_file.name, folder / config.cosigner_file.name, config.secret)


def request(connection: Connection, config: Config) -> bytes:
    """What the root is asked to sign: the text of the next certificate. PestleError `root_missing`."""
    if root(connection) is None:
        raise PestleError("root_missing")
    return next_keys(config).named(config.origin, next_serial(connection)).encode()


def check(connection: Connection, config: Config, certificate: bytes) -> None:
    """PestleError unless the root signed this certificate, and for the keys that wait: `root_missing`,
    `certificate_wrong`, `certificate_of_others`."""
    adopted = root(connection)
    if adopted is None:
        raise PestleError("root_missing")
    try:
        named = Certificate.open(certificate, adopted)
    except SyncError as error:
        raise from_sync(error) from error
    if named != next_keys(config).named(config.origin, named.serial):
        raise PestleError("certificate_of_others", {"folder": config.next_keys.name})


def finish_change(config: Config, known: bytes | None) -> None:
    """Put the new key files in their place where the log says that `known` (the server's raw public key) is theirs.

    Called at every opening: a crash may have come between the entry and this.
    """
    fresh = config.next_keys / config.key_file.name
    if known is None or not fresh.exists() or next_keys(config).signer.public_key != known:
        return
    config.old_keys.mkdir(exist_ok=True)
    # The server's key last: as long as it waits, all of this is done again. Each move is whole or not at all.
    for place in (config.cosigner_file, config.key_file):
        waiting = config.next_keys / place.name
        if waiting.exists():
            if place.exists():
                place.replace(config.old_keys / f"{place.name}.{_free(config.old_keys, place.name)}")
            waiting.replace(place)
    config.next_keys.rmdir()


def _free(folder: Path, name: str) -> int:
    return 1 + max((int(file.suffix[1:]) for file in folder.glob(f"{name}.*") if file.suffix[1:].isdigit()), default=0)


def decide_root(connection: Connection, entry: Entry) -> Ruling:
    """One root for a log: a second would be as good as none."""
    if root(connection) is not None:
        return Ruling(refusal="root_known")
    try:
        key = note.parse_vkey(entry.payload["vkey"])
    except SyncError as error:
        return Ruling(refusal="root_wrong_key", details={"found": str(error)})
    if key.type != note.ED25519_TYPE or key.name == _origin(connection):
        return Ruling(refusal="root_wrong_key", details={"found": "another type of key, or the log's own name"})
    return Ruling()


def decide_keys(connection: Connection, entry: Entry) -> Ruling:
    adopted = root(connection)
    if adopted is None:
        return Ruling(refusal="root_missing")
    try:
        named = Certificate.open(entry.payload["certificate"].encode(), adopted)
    except SyncError as error:
        return Ruling(refusal="certificate_wrong", details={"found": str(error)})
    if named.serial < next_serial(connection) or named.origin != _origin(connection):
        return Ruling(refusal="certificate_wrong", details={"found": "used before, or of another log"})
    return Ruling()


def _origin(connection: Connection) -> str:
    return Checkpoint.parse(note.split(bytes(connection.execute(_any_note).scalar_one()))[0]).origin


KINDS = (
    Kind(ROOT_ADOPTED, RootAdopted, "decision", decide_root, by=(SERVER,)),
    Kind(KEYS_CHANGED, KeysChanged, "decision", decide_keys, by=(SERVER,)),
)
