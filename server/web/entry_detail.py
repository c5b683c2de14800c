"""One entry to the last byte: the exact lines, whose keys signed them, what corrects it, and what is quarantined."""

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from server.core import inbox
from server.core.log_filter import holds
from server.identity import queries as identity
from server.identity.model import CREDENTIAL_SET, DEVICE_ENROLLED, SERVER, device_stream, person_stream
from server.production.entry_view import show
from sync import canonical, note, passkeys, signing
from sync.certificate import Certificate
from sync.entry import COSIGN_DOMAIN, SIGN_DOMAIN, parse_signatures
from sync.errors import SyncError
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry

KEYS_CHANGED = "site.keys_changed.v1"
Key = tuple[str, bytes]


def detail(connection: Connection, stored: StoredEntry) -> dict[str, Any]:
    """An entry view with `exact` {header, signatures, receipt, salt, payload}, `leaf_hash`, `signers`,
    `corrects_index`, `corrected_by_index`, and `quarantine`: the id of what was kept because of it, or it tells of."""
    view = show(connection, [stored])[0]
    corrected = None if stored.head.corrects is None else _place(connection, stored.head.corrects)
    return view | {
        "exact": {
            "header": _text(stored.header),
            "signatures": _text(stored.signatures),
            "receipt": _text(stored.receipt),
            "salt": None if stored.salt is None else base64.b64encode(stored.salt).decode(),
            "payload": None if stored.payload is None else _text(stored.payload),
        },
        "leaf_hash": _leaf_hash(connection, stored.index),
        "signers": _signers(connection, stored),
        "corrects_index": corrected,
        "corrected_by_index": _correction(connection, stored),
        "quarantine": _quarantine(connection, stored.index, stored.head.subject),
    }


def _text(line: bytes) -> str:
    """Canonical JSON is UTF-8; what a hand made of it in the database is shown as far as it can be."""
    return line.decode("utf-8", "backslashreplace")


def _leaf_hash(connection: Connection, index: int) -> str:
    found: bytes = connection.execute(select(log_entry.c.leaf_hash).where(log_entry.c.idx == index)).scalar_one()
    return found.hex()


def _place(connection: Connection, entry_id: str) -> int | None:
    found: int | None = connection.execute(select(log_entry.c.idx).where(log_entry.c.id == entry_id)).scalar()
    return found


def _correction(connection: Connection, stored: StoredEntry) -> int | None:
    """Where the last entry of the stream stands that names this one as what it corrects."""
    named = holds(connection, log_entry.c.header, b'"corrects":' + canonical.encode(stored.head.id))
    query = select(func.max(log_entry.c.idx)).where(log_entry.c.stream == stored.head.stream, named)
    found: int | None = connection.execute(query).scalar()
    return found


def _quarantine(connection: Connection, index: int, subject: str) -> str | None:
    kept = inbox.quarantine.c
    found: str | None = connection.execute(select(kept.id).where((kept.idx == index) | (kept.id == subject))).scalar()
    return found


def _signers(connection: Connection, stored: StoredEntry) -> list[dict[str, Any]]:
    """{by, id, name, name_en, alg, signature, key, fits} of each signature. `key` (base64) is the one that the log knew
    as theirs when the entry came, null for none, a passkey's as COSE_Key; `fits` whether it has signed these bytes."""
    return [_signer(connection, stored, signature) for signature in parse_signatures(stored.signatures)]


def _signer(connection: Connection, stored: StoredEntry, signature: Mapping[str, str]) -> dict[str, Any]:
    person = signature["by"].removeprefix("person:") if signature["by"] != "device" else None
    if person is None:
        named = identity.devices(connection, [stored.head.device])[stored.head.device] | {"name_en": None}
        key, domain = _device_key(connection, stored.head.device, stored.index), SIGN_DOMAIN
    else:
        named = identity.people(connection, [person])[person]
        key, domain = _person_key(connection, person, stored.index), COSIGN_DOMAIN
    if signature["alg"] == passkeys.WEBAUTHN and person is not None:
        found = _passkey(connection, stored, signature, person)
        key, fits = None if found is None else (passkeys.WEBAUTHN, found.public_key), found is not None
    else:
        fits = key is not None and _fits(key, signature, domain + stored.header)
    return {
        "by": "device" if person is None else "person",
        **named,
        "alg": signature["alg"],
        "signature": signature["sig"],
        "key": None if key is None else base64.b64encode(key[1]).decode(),
        "fits": fits,
    }


def _passkey(
    connection: Connection, stored: StoredEntry, signature: Mapping[str, str], person: str
) -> passkeys.Passkey | None:
    """The one of those that had been added when the entry came that made this signature, withdrawn or not."""
    known = passkeys.Passkeys()
    for kind in passkeys.KINDS:
        places = _places(connection, person_stream(person), kind, stored.index)
        for entry in reading.at(connection, places):
            known.learn(kind, entry.envelope.body)
    fitting = (one for one in known.of(person) if passkeys.verdict(stored.header, signature, [one]) != passkeys.WRONG)
    return next(fitting, None)


def _fits(key: Key, signature: Mapping[str, str], message: bytes) -> bool:
    if key[0] != signature["alg"]:
        return False
    try:
        signing.verify(*key, message, canonical.decode_base64(signature["sig"]))
    except (SyncError, ValueError):
        return False
    return True


def _device_key(connection: Connection, device: str, index: int) -> Key | None:
    """The key that the last enrolment before the entry names; the server's is also changed by certificates."""
    found = _named_key(connection, device_stream(device), DEVICE_ENROLLED, index)
    if device != SERVER:
        return found
    changes = [
        one for one in reading.of_kind(connection, KEYS_CHANGED) if one.index <= index and one.payload is not None
    ]
    if not changes:
        return found
    text = str(changes[-1].envelope.body["certificate"]).encode()
    return signing.ED25519, Certificate.parse(note.split(text)[0]).server_key


def _person_key(connection: Connection, person: str, index: int) -> Key | None:
    return _named_key(connection, person_stream(person), CREDENTIAL_SET, index)


def _named_key(connection: Connection, stream: str, kind: str, index: int) -> Key | None:
    """The last key that entries of this kind have named up to a place in the log."""
    key = None
    for entry in reading.at(connection, _places(connection, stream, kind, index)):
        given = {} if entry.payload is None else entry.envelope.body
        if given.get("alg") and given.get("public_key"):
            key = given["alg"], canonical.decode_base64(given["public_key"])
    return key


def _places(connection: Connection, stream: str, kind: str, index: int) -> list[int]:
    """Where entries of a kind stand in a stream, up to a place in the log."""
    query = select(log_entry.c.idx).where(log_entry.c.stream == stream, log_entry.c.kind == kind)
    return list(connection.execute(query.where(log_entry.c.idx <= index).order_by(log_entry.c.idx)).scalars())
