"""Asks a time stamping authority (RFC 3161) outside of the site: that a checkpoint was there no later than now."""

import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException

from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response

from server.core.complaints import complain
from sync.verify.timestamp import check_timestamp

TIMEOUT_SECONDS = 10
MOST = 64 * 1024


def stamper(url: str | None) -> Callable[[bytes], bytes | None]:
    """What has bytes stamped at this address; without one, nothing is stamped.

    An authority that does not answer, or refuses, does not keep a batch record from being made: the record says that
    it has no stamp, and the server's own log says why.
    """

    def stamp(data: bytes) -> bytes | None:
        if url is None:
            return None
        try:
            return _ask(url, data)
        except (OSError, ValueError, HTTPException) as error:
            complain("timestamp_failed", error)
            return None

    return stamp


def _ask(url: str, data: bytes) -> bytes:
    wanted = TimestampRequestBuilder().data(data).build()
    headers = {"Content-Type": "application/timestamp-query"}
    asked = urllib.request.Request(url, wanted.as_bytes(), headers, method="POST")
    with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
        token: bytes = answer.read(MOST)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"the authority answers {answer.status}")
    response = decode_timestamp_response(token)
    if response.tst_info.nonce != wanted.nonce:
        raise ValueError("the authority answers another request")
    # With a stamp of other bytes the dossier itself would be wrong.
    check_timestamp(token, data, ())
    return token
