"""Asks a witness for its cosignature (C2SP tlog-witness), and remembers how it went."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

from sync.errors import SyncError
from sync.trust import Witness
from sync.witness import Request, cosignatures

TIMEOUT_SECONDS = 20
WHOLE_SECONDS = 30
_MOST = 64 * 1024

Prove = Callable[[int, int], list[bytes]]
"""The consistency proof between two sizes of the log."""


@dataclass
class State:
    """How a witness stands, as this process knows. Times are Unix seconds; `code` is None while all is well.

    `longest` is the size that the witness has cosigned by its own word: above the log's own, the log was rolled back.
    """

    name: str
    url: str
    size: int = 0
    at: int | None = None
    code: str | None = None
    detail: str = ""
    since: int | None = None
    longest: int = 0
    _asked: float = field(default=0.0, repr=False)


class Asked:
    """A witness of the site's policy, and how far it has come."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.state = State(witness.name, witness.url)
        self._asking: Thread | None = None

    def cosign(self, signed: bytes, size: int, prove: Prove) -> list[bytes]:
        """Its signature lines under this checkpoint, [] where it gave none; `state` then says why."""
        try:
            lines = self._ask(signed, size, prove)
        except SyncError as error:
            self._failed(error)
            return []
        self.state.size = self.state.longest = size
        self.state.at, self.state.code, self.state.detail, self.state.since = int(time.time()), None, "", None
        return lines

    def _ask(self, signed: bytes, size: int, prove: Prove) -> list[bytes]:
        for _ in range(3):
            old = self.state.longest
            if old > size:
                raise SyncError("witness_ahead", f"it has cosigned {old} entries, and the log has {size}")
            proof = tuple(prove(old, size)) if old else ()
            status, body = self._post(Request(old, proof, signed).encode())
            if status == 200:
                found = cosignatures(body, signed, [self.witness.key])
                if not found:
                    raise SyncError("witness_foreign", "its answer holds no signature by the key that was named")
                return list(found.values())
            if status == 503:
                raise SyncError("witness_unreachable", _words(body))
            if status in (403, 404):
                raise SyncError("witness_foreign", f"{status} {_words(body)}")
            if status != 409:
                raise SyncError("witness_refused", f"{status} {_words(body)}")
            self.state.longest = _size(body)
        raise SyncError("witness_refused", "it answers with another size each time")

    def _post(self, data: bytes) -> tuple[int, bytes]:
        """Status and body. In a thread of its own, since a witness can answer byte by byte for ever, and whoever
        publishes must not wait for that."""
        if self._asking is not None and self._asking.is_alive():
            raise SyncError("witness_unreachable", "it is still answering what it was asked before")
        found: SimpleQueue[tuple[int, bytes] | SyncError] = SimpleQueue()
        self._asking = Thread(target=lambda: found.put(self._answer(data)), name="witness-answer", daemon=True)
        self._asking.start()
        try:
            answer = found.get(timeout=WHOLE_SECONDS)
        except Empty:
            answer = SyncError("witness_unreachable", f"no whole answer within {WHOLE_SECONDS} seconds")
        if isinstance(answer, SyncError):
            raise answer
        return answer

    def _answer(self, data: bytes) -> tuple[int, bytes] | SyncError:
        address = self.witness.url.rstrip("/") + "/add-checkpoint"
        try:
            request = urllib.request.Request(address, data, {"Content-Type": "text/plain"}, method="POST")
            try:
                with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                    return response.status, response.read(_MOST)
            except urllib.error.HTTPError as error:
                # Its body, too, may end before it should.
                with error:
                    return error.code, error.read(_MOST)
        except (OSError, ValueError, HTTPException) as error:
            return SyncError("witness_unreachable", str(error))

    def _failed(self, error: SyncError) -> None:
        state = self.state
        state.code, state.detail = error.code, error.detail
        state.since = state.since or int(time.time())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


# No proxies either: a witness is a machine in the house.
_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _words(body: bytes) -> str:
    return body[:500].decode("utf-8", "replace").strip()


def _size(body: bytes) -> int:
    text = body.strip()
    if not text.isdigit() or len(text) > 18:
        raise SyncError("witness_refused", "409 without a size")
    return int(text)
