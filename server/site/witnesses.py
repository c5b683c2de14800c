"""Which witnesses the site's checkpoints must be seen by: who may say so, and that it is said sensibly."""

import re
from urllib.parse import urlsplit

from marshmallow import Schema
from sqlalchemy import Connection, select

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.core.outcomes import SERVER
from sync import canonical, cosignature, note
from sync.errors import SyncError
from sync.log.publication import ALL, WITNESS_ADDED, WITNESS_REMOVED
from sync.log.tables import log_entry, log_payload
from sync.trust import NONE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_TYPES = (cosignature.ED25519_TYPE, cosignature.MLDSA44_TYPE)


class WitnessAdded(Schema):
    """`name` is what the policy calls it, `vkey` its key (C2SP tlog-cosignature), `url` where it answers."""

    name = fields.text(40)
    vkey = fields.text(4000)
    url = fields.text(500)


class WitnessRemoved(Schema):
    name = fields.text(40)
    reason = fields.text(2000)


def in_use(connection: Connection) -> dict[str, str]:
    """The names of the witnesses that must cosign, each with its vkey, in the order of their coming."""
    query = (
        select(log_entry.c.kind, log_payload.c.payload)
        .join(log_payload, log_payload.c.idx == log_entry.c.idx)
        .where(log_entry.c.kind.in_((WITNESS_ADDED, WITNESS_REMOVED)), log_entry.c.device == "server")
        .order_by(log_entry.c.idx)
    )
    found: dict[str, str] = {}
    for kind, data in connection.execute(query):
        payload = canonical.parse(bytes(data))
        if kind == WITNESS_ADDED:
            found[payload["name"]] = payload["vkey"]
        else:
            found.pop(payload["name"], None)
    return found


def decide_added(connection: Connection, entry: Entry) -> Ruling:
    """A name and a key that no other witness has, of a type that cosigns, and an address that can be asked."""
    name, vkey, url = (entry.payload[field] for field in ("name", "vkey", "url"))
    known = in_use(connection)
    if not _NAME.fullmatch(name) or name in (ALL, NONE):
        return Ruling(refusal="witness_wrong", details={"field": "name", "value": name})
    try:
        key = note.parse_vkey(vkey)
    except SyncError as error:
        return Ruling(refusal="witness_wrong", details={"field": "vkey", "found": str(error)})
    if key.type not in _TYPES:
        return Ruling(refusal="witness_wrong", details={"field": "vkey", "found": "a key of another type"})
    if not _is_address(url):
        return Ruling(refusal="witness_wrong", details={"field": "url", "value": url})
    if name in known or key.public_key in (note.parse_vkey(one).public_key for one in known.values()):
        return Ruling(refusal="witness_known", details={"name": name})
    return Ruling()


def decide_removed(connection: Connection, entry: Entry) -> Ruling:
    if entry.payload["name"] not in in_use(connection):
        return Ruling(refusal="witness_unknown", details={"name": entry.payload["name"]})
    return Ruling()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False


KINDS = (
    Kind(WITNESS_ADDED, WitnessAdded, "decision", decide_added, by=(SERVER,)),
    Kind(WITNESS_REMOVED, WitnessRemoved, "decision", decide_removed, by=(SERVER,)),
)
