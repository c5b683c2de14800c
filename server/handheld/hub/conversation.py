"""One tablet's conversation with the hub, from the handshake to the end; what is unreadable is kept and ends it."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic
from typing import Any

from server.core import clock
from server.core.errors import PestleError
from server.handheld.hub import frames
from server.handheld.hub.documents import Refusal, parse_changes
from server.handheld.hub.frames import Actor, Alarm, Consistent, Frame, Hello, Malformed, Open, Ping, Prove, Push
from server.handheld.hub.hub import Hub
from server.handheld.hub.limits import Meter
from server.handheld.hub.socket import Excess, TabletSocket
from server.handheld.hub.visitor import Visitor
from server.handheld.model import HELLO_DOMAIN
from sync.errors import SyncError

log = logging.getLogger(__name__)

# A tablet says something every 5 seconds; a socket that is silent for longer than this is dead.
SILENCE_SECONDS = 12.0
# A frame may take longer, at 18 kB a second for the largest; the greeting may not.
FRAME_SECONDS = 60.0
SESSION_SECONDS = 30.0


class Ended(Exception):
    """The conversation ends with an error frame; `code` is a key of the error catalogue. `retry`: seconds after which
    it goes on."""

    def __init__(self, code: str, retry: int = 0) -> None:
        super().__init__(code)
        self.code, self.retry = code, retry


class Silent(Exception):
    """Nothing came for too long, or the socket has closed."""


class Conversation:
    """Reads frames in the request's thread. `origin` raises PestleError for a page of another site, `session` when
    the person's session is over."""

    def __init__(self, hub: Hub, socket: TabletSocket, origin: Callable[[], None], session: Callable[[], None]) -> None:
        self._hub, self._desk, self._socket = hub, hub.desk, socket
        self._origin, self._session = origin, session
        self._meter = Meter()
        self._nonce = secrets.token_urlsafe(24)
        self._device = ""
        self._visitor: Visitor | None = None
        self._checked = monotonic()

    def run(self) -> None:
        """Until the tablet goes, falls silent, or must go."""
        try:
            self._origin()
            self._session()
            self._talk(self._greet())
        except Silent:
            self._socket.finish()
        except Ended as error:
            self._socket.finish(last_words(error.code, error.retry))
        except PestleError as error:
            self._socket.finish(last_words(error.code))
        except Exception:
            log.exception("sync: a conversation broke")
            self._socket.finish(last_words("internal"))
        finally:
            if self._visitor is not None:
                # In this order: who stops the server waits until nobody is here, and then closes the database.
                self._leave()
                self._hub.exchange.leave(self._visitor)

    def _leave(self) -> None:
        """When it was last here is for people to see; a database that is away must not keep the socket.

        Where the server stops, all come back to another one at once, and the database may be closed already.
        """
        if self._hub.exchange.closed:
            return
        try:
            self._hub.presence.left(self._device)
            self._desk.gone(self._device)
        except Exception:
            log.warning("sync: could not note that %s has gone", self._device, exc_info=True)

    def _greet(self) -> Visitor:
        self._socket.send({"t": "hello", "v": 1, "nonce": self._nonce, "server_time": clock.now_text()})
        hello = self._next()
        now = clock.now()
        if not isinstance(hello, Hello):
            raise Ended("frame_malformed")
        self._device = hello.device
        self._prove(hello.actor, hello.proof)
        self._meter = self._hub.door.meter(hello.device)
        if seconds := self._meter.retry():
            raise Ended("too_fast", seconds)
        self._socket.know(frames.HARD_LIMIT, self._meter.spend)
        skew = (hello.wall - now) // timedelta(milliseconds=1)
        self._desk.remember(hello, skew)
        visitor = self._visitor = Visitor(self._socket, hello.device, self._hub.documents.after)
        # From here on `_leave` says that it has gone.
        self._hub.presence.came(hello.device)
        self._socket.send({"t": "welcome", "skew_ms": skew, **self._desk.standing(hello.device)})
        self._hub.exchange.join(visitor)
        for frame in self._hub.weights():
            self._socket.send(frame)
        self._open(visitor, hello.docs)
        self._socket.flush()
        # What a crash left between a document and the log is handed over before anything new.
        self._hub.handover.resume(hello.docs)
        return visitor

    def _talk(self, visitor: Visitor) -> None:
        while True:
            match self._next():
                case Push() as push:
                    self._push(visitor, push)
                case Ping(n):
                    self._socket.send({"t": "pong", "n": n, "server_time": clock.now_text()})
                case Open(docs):
                    self._open(visitor, docs)
                case Actor(actor, proof):
                    self._prove(actor, proof)
                case Prove(number, entries):
                    self._socket.send({"t": "proven", "id": number, **self._hub.proofs.prove(entries)})
                case Consistent(number, size1, size2):
                    self._socket.send({"t": "consistent", "id": number, **self._hub.proofs.consistent(size1, size2)})
                case Alarm() as alarm:
                    self._alarm(alarm)
                case Hello():
                    raise Ended("frame_malformed")

    def _next(self) -> Frame:
        try:
            text = self._socket.receive(SILENCE_SECONDS, FRAME_SECONDS if self._visitor else SILENCE_SECONDS)
        except Excess:
            raise Ended("too_fast", max(1, self._meter.retry())) from None
        if text is None:
            raise Silent
        if monotonic() - self._checked > SESSION_SECONDS:
            self._session()
            self._checked = monotonic()
            if self._visitor is not None:
                self._hub.presence.stays(self._device)
        data = text.encode() if isinstance(text, str) else text
        if len(data) > frames.MAX_FRAME:
            raise self._quarantined("frame_too_large", data)
        try:
            return frames.parse(text)
        except Malformed as error:
            raise self._quarantined("frame_malformed", data) from error

    def _prove(self, actor: str, proof: bytes) -> None:
        """The device's key signs our nonce: this is the device, now, and the page writes under this actor."""
        try:
            self._desk.check(self._device, HELLO_DOMAIN + f"{self._nonce}\n{actor}\n{self._device}".encode(), proof)
            self._hub.documents.bind(actor, self._device)
        except SyncError as error:
            raise Ended(error.code) from error

    def _open(self, visitor: Visitor, docs: Mapping[str, int]) -> None:
        """Follow the asked documents that this device has ever had a lease for.

        Who has later changes than we do has those of a document that was lost here, or set back: it is told so, and
        the new one whole.
        """
        for doc in sorted(self._desk.leased(self._device) & set(docs)):
            if self._hub.documents.last(doc) == 0:
                self._hub.documents.bring_up(doc)
            known = docs[doc] <= self._hub.documents.last(doc)
            if not known:
                self._socket.send({"t": "anew", "doc": doc})
            visitor.follow(doc, docs[doc] if known else 0)

    def _push(self, visitor: Visitor, push: Push) -> None:
        try:
            changes = parse_changes(push.changes)
            visitor.pushes(one.hash for one in changes)
            stored = self._hub.documents.push(push.doc, self._device, changes)
        except Refusal as refusal:
            self._refuse(push, refusal)
            return
        visitor.acknowledge(push.id, push.doc, stored.numbers)
        self._hub.news.grew(push.doc)
        # Before the log's commit is waited for: it is durable, and the tablet goes on.
        self._socket.flush()
        held = self._hub.handover.hand_over(push.doc, stored.entries)
        if held:
            self._socket.send({"t": "held", "doc": push.doc, "entries": held})

    def _refuse(self, push: Push, refusal: Refusal) -> None:
        """Kept whole, and said why: the tablet starts the document anew and replays its signed entries."""
        self._desk.quarantine(refusal.code, b"".join(push.changes), self._device, push.doc)
        said: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail, "at": refusal.at}
        self._socket.send({"t": "refused", "id": push.id, "doc": push.doc, **said})
        if not self._meter.refused():
            raise Ended("too_fast", max(1, self._meter.retry()))

    def _alarm(self, alarm: Alarm) -> None:
        """A device that cannot stop would fill the log: it tells the next one later."""
        if seconds := self._meter.alarm(alarm.code):
            raise Ended("too_fast", seconds)
        self._desk.dispute(self._device, alarm)
        self._socket.send({"t": "noted", "id": alarm.id})

    def _quarantined(self, code: str, data: bytes) -> Ended:
        self._desk.quarantine(code, data, self._device or None, None)
        return Ended(code)


def last_words(code: str, retry: int = 0) -> dict[str, Any]:
    """The frame with which a conversation ends; `retry`, in seconds, where it goes on by itself after a while."""
    return {"t": "error", "code": code, **({"retry": retry} if retry else {})}
