"""Checks a time stamp (RFC 3161) that an authority outside of the site has set on a checkpoint."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.errors import SyncError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

# NIST's identifiers of the hashes that authorities use.
_HASHES = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}


def check_timestamp(token: bytes, data: bytes, roots: Sequence["Certificate"]) -> datetime:
    """The time (UTC) at which these bytes were stamped; SyncError `timestamp_wrong`.

    With `roots` the authority's signature is checked and must lead to one of them. Without, only that the stamp is
    for these bytes: the time is then no more than a claim.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(token)
        stamped = response.tst_info
        imprint = stamped.message_imprint
        hashed = _HASHES[imprint.hash_algorithm.dotted_string](data).digest()
        if imprint.message != hashed:
            raise SyncError("timestamp_wrong", "the time stamp is for other bytes than the checkpoint's")
        if roots:
            VerifierBuilder(roots=list(roots)).build().verify(response, hashed)
    except VerificationError as error:
        raise SyncError("timestamp_wrong", str(error)) from error
    except (ValueError, KeyError) as error:
        if isinstance(error, SyncError):
            raise
        raise SyncError("timestamp_wrong", f"not a time stamp: {error}") from error
    return stamped.gen_time.astimezone(UTC)
