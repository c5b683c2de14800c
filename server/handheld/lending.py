"""What a lease lets a tablet try a PIN on: sealed for the tablet's own key, so that a lease is of no use to others.

Three layers: the key of the lease, which only the tablet's own key opens (ECDH P-256, HKDF-SHA256, AES-256-GCM); the
person's badge, where they have one; the person's PIN (argon2id). sync/README.md tells what each of them withstands.
"""

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from server.core.errors import PestleError
from server.identity import queries
from sync import canonical

DOMAIN = "pestle/lease-people/v1\n"


def lend(
    connection: Connection, snapshot: dict[str, Any], terms: Mapping[str, str], agreement: str | None
) -> dict[str, Any]:
    """The snapshot of a lease with its people's keys sealed for the tablet's point `agreement` (base64, uncompressed);
    a tablet that names none gets none of them. PestleError `key_malformed`."""
    people = [{**one, "badge": queries.badge_in_use(connection, one["id"])} for one in snapshot["people"]]
    about = {
        "badges_withdrawn": queries.badges_withdrawn(connection),
        "idle_minutes": queries.policy_of(connection).tablet_minutes,
    }
    lent = {**snapshot, "people": people, **about, "opener": None}
    if agreement is None:
        return {**lent, "people": [{**one, "key": None} for one in people]}
    key = os.urandom(32)
    sealed = [{**one, "key": _seal(connection, one, terms["lease"], key)} for one in people]
    return {**lent, "people": sealed, "opener": _opener(key, terms, agreement)}


def _seal(connection: Connection, person: Mapping[str, Any], lease: str, key: bytes) -> dict[str, str] | None:
    """{alg, public_key, iv, data} of a person with a PIN."""
    wrapped = person["key"]
    if wrapped is None:
        return None
    inner = json.dumps(queries.wrapped_by_badge(connection, person["id"], wrapped)).encode()
    iv = os.urandom(12)
    data = AESGCM(key).encrypt(iv, inner, f"{DOMAIN}{lease}\n{person['id']}".encode())
    return {**{name: wrapped[name] for name in ("alg", "public_key")}, "iv": _text(iv), "data": _text(data)}


def _opener(key: bytes, terms: Mapping[str, str], agreement: str) -> dict[str, str]:
    """{ephemeral, iv, data}: the lease's key, which the tablet opens and nobody else."""
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), canonical.decode_base64(agreement))
    except ValueError as error:
        raise PestleError("key_malformed", {"detail": "not a point of P-256"}) from error
    ours = ec.generate_private_key(ec.SECP256R1())
    ephemeral, point = _point(ours.public_key()), _point(theirs)
    bound = f"{DOMAIN}{terms['lease']}\n{terms['device']}".encode()
    kek = HKDF(hashes.SHA256(), 32, ephemeral + point, bound).derive(ours.exchange(ec.ECDH(), theirs))
    iv = os.urandom(12)
    return {"ephemeral": _text(ephemeral), "iv": _text(iv), "data": _text(AESGCM(kek).encrypt(iv, key, bound))}


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
