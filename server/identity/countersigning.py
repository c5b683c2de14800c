"""People's own signatures under what a device signed: by the key that their PIN unlocks, or by passkey (IDN-05)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.identity import at_capture, queries
from sync import canonical, passkeys, signing
from sync.entry import COSIGN_DOMAIN, Header


def flags(connection: Connection, header: bytes, signatures: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """`passkey_wrong` and `passkey_withdrawn`, as every verifier of the log finds them as well (`sync.passkeys`)."""
    if len(signatures) < 2:
        return ()
    return passkeys.flags(header, signatures, lambda person: queries.passkeys_of(connection, person))


def signed(connection: Connection, header: Header, signatures: Sequence[Mapping[str, str]], person: str) -> bool:
    """Whether one of these signatures of an entry is this person's own, by a key that was theirs when it was captured:
    one that they have changed since still counts, one that was lost does not (`at_capture`)."""
    mine = [one for one in signatures if one["by"] == f"person:{person}"]
    return any(_fits(connection, header, one, person) for one in mine)


def _fits(connection: Connection, header: Header, signature: Mapping[str, str], person: str) -> bool:
    data = header.encode()
    if signature["alg"] == passkeys.WEBAUTHN:
        return passkeys.verdict(data, signature, queries.passkeys_of(connection, person)) is None
    theirs = at_capture.keys(queries.user_keys(connection, person), at_capture.capture_of(header))
    return signature["alg"] == signing.ED25519 and any(fits(key, data, signature["sig"]) for key in theirs)


def fits(key: bytes, header: bytes, signature: str) -> bool:
    """Whether the user key (raw Ed25519) signed this header; the signature in base64."""
    try:
        signing.verify(signing.ED25519, key, COSIGN_DOMAIN + header, canonical.decode_base64(signature))
    except ValueError:
        return False
    return True
