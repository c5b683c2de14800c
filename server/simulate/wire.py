"""A virtual tablet's side of the wire at `/sync`: what its page holds in memory, what it says, what it hears."""

import base64
import json
import secrets
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from server.handheld.model import HELLO_DOMAIN, document_of
from server.simulate.document import Document
from server.simulate.line import Gone, Line
from server.simulate.site import Enrolled
from sync.entry import Seen as SeenCheckpoint
from sync.writer import DeviceWriter, now_text

# As the app sends them.
PUSH_CHANGES = 50
PING_SECONDS = 4.0


@dataclass(slots=True)
class Seen:
    """What one tablet lived through. `acknowledged`: ids of its entries that the server called durable; `forgotten`:
    those that its disk did not hold any more when it was set back; `revoked`: leases that were taken back, and when
    (monotonic); `troubled`: clock, disk or leases were not right at some time; `waits`: from the network's return to
    the first acknowledgement, in seconds; `errors`: codes by which it was turned away."""

    acknowledged: set[str] = field(default_factory=set)
    revoked: dict[str, float] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    connections: int = 0
    deaths: int = 0
    restores: int = 0
    refused: int = 0
    repeated: int = 0
    troubled: bool = False


@dataclass(slots=True)
class Change:
    """A change of ours: the entry in it, its place in the device's chain, and its raw bytes."""

    entry: str
    seq: int
    raw: bytes


class Wire(ABC):
    """One connection after the other. `leases` and `documents` by batch and name; `seen` is for the judge."""

    def __init__(self, url: str, cookie: str, of: Enrolled) -> None:
        self.of, self._url, self._cookie = of, url, cookie
        self.leases: dict[str, str] = {}
        self.documents: dict[str, Document] = {}
        self.seen = Seen()
        self._skew_ms = 0
        # How far the machine that we run on is off, in ms by the server's word; ours by the script is beside it.
        self.machine_skew_ms = 0
        # Its entries without a receipt, and the document of each.
        self._open: dict[str, str] = {}
        self._writer = DeviceWriter(of.device, of.signer, clock=self._clock)
        self._seen: SeenCheckpoint | None = None
        # Hashes of headers that its chain builds on.
        self._chain: set[str] = set()
        self._begin_page()

    @property
    def device(self) -> str:
        return self.of.device

    def _clock(self) -> int:
        return time.time_ns() // 1_000_000 + self._skew_ms

    @abstractmethod
    def _bring_missing(self) -> None:
        """All changes that were due to us are here: put into the documents what is missing there."""

    def _begin_page(self) -> None:
        """What a page of the app holds in memory; the rest is in the journal and on the server."""
        self._actor = secrets.token_bytes(16)
        self.documents = {}
        self._waiting: dict[str, deque[Change]] = defaultdict(deque)
        self._done: list[tuple[str, Change]] = []
        self._flying: tuple[int, str, list[Change]] | None = None
        self._line: Line | None = None
        self._pushes, self._ponged = 0, -1
        self._restoring: set[str] = set()
        self._since: float | None = None

    def _connect(self) -> None:
        if self._since is None:
            self._since = time.monotonic()
        line = self._line = Line(self._url, self._cookie)
        self.seen.connections += 1
        greeting = self._await(line, "hello")
        line.send(json.dumps(self._hello(greeting["nonce"])))
        self._restoring |= {document_of(batch) for batch in self.leases} - set(self.documents)
        welcome = self._await(line, "welcome")
        self._go_on_from(welcome["head"])
        self.machine_skew_ms = int(welcome["skew_ms"]) - self._skew_ms
        told = welcome["checkpoint"]
        self._seen = SeenCheckpoint(told["size"], told["root"]) if told["size"] else None
        self._writer.seen = self._seen
        # Its answer comes after every change that was due to us.
        line.send(json.dumps({"t": "ping", "n": 0}))
        self._pinged = time.monotonic()

    def _await(self, line: Line, kind: str) -> dict[str, Any]:
        text = line.receive(30)
        frame: dict[str, Any] = json.loads(text) if text else {"t": "error", "code": "silent"}
        if frame["t"] != kind:
            self.seen.errors.append(str(frame.get("code", frame["t"])))
            raise Gone("turned away")
        return frame

    def _hello(self, nonce: str) -> dict[str, Any]:
        proof = self.of.signer.sign(HELLO_DOMAIN + f"{nonce}\n{self._actor.hex()}\n{self.device}".encode())
        docs = {document_of(batch): 0 for batch in self.leases}
        return {
            "t": "hello",
            "v": 1,
            "device": self.device,
            "actor": self._actor.hex(),
            "proof": base64.b64encode(proof).decode(),
            "wall": now_text(self._clock()),
            "offset": 480,
            "mono": time.monotonic_ns() // 1_000_000,
            "boot": self._writer.boot,
            "head": {"seq": self._writer.seq, "hash": self._writer.prev},
            "docs": docs | {name: document.last for name, document in self.documents.items()},
        }

    def _push(self) -> None:
        """In the order of the chain even across documents, as the app does: then the server holds nothing."""
        first = {doc: waiting[0].seq for doc, waiting in self._waiting.items() if waiting}
        if self._flying is None and first:
            doc = min(first, key=lambda name: first[name])
            after = min((seq for name, seq in first.items() if name != doc), default=None)
            run = list(takewhile(lambda change: after is None or change.seq <= after, self._waiting[doc]))
            self._send(doc, min(len(run), PUSH_CHANGES))

    def _send(self, doc: str, most: int) -> None:
        """Push the next changes of a document; one push is under way at a time."""
        waiting, line = self._waiting[doc], self._line
        assert line is not None
        changes = [waiting.popleft() for _ in range(min(len(waiting), most))]
        self._pushes += 1
        self._flying = (self._pushes, doc, changes)
        raws = [base64.b64encode(change.raw).decode() for change in changes]
        line.send(json.dumps({"t": "push", "id": self._pushes, "doc": doc, "changes": raws}))

    def _hear(self, seconds: float) -> None:
        line = self._line
        assert line is not None
        if time.monotonic() > self._pinged + PING_SECONDS:
            self._pinged = time.monotonic()
            line.send(json.dumps({"t": "ping", "n": 1}))
        text = line.receive(seconds)
        if text is not None:
            frame = json.loads(text)
            heard = _HEARD.get(frame["t"])
            if heard is not None:
                heard(self, frame)

    def _drop(self) -> None:
        if self._line is not None:
            self._line.drop()
        self._line = None
        if self._flying is not None:
            _, doc, changes = self._flying
            self._waiting[doc].extendleft(reversed(changes))
            self._flying = None

    def _start_anew(self, doc: str) -> None:
        """A refusal, or a server that was set back: under another actor, from the first change."""
        self._actor = secrets.token_bytes(16)
        self.documents, self._waiting, self._done = {}, defaultdict(deque), []
        raise Gone("anew")

    def _go_on_from(self, head: Mapping[str, Any]) -> None:
        """The log has entries of this device that its disk has not: the disk was set back. It goes on after them;
        what it has numbered meanwhile collides, and is for people to look at."""
        if head["seq"] and head["hash"] not in self._chain:
            self._writer.seq, self._writer.prev = int(head["seq"]), str(head["hash"])
            self._chain.add(self._writer.prev)

    # What the server says

    def _changes(self, frame: Mapping[str, Any]) -> None:
        doc = frame["doc"]
        raws = [base64.b64decode(text) for text in frame["changes"]]
        for n, raw in enumerate(raws, frame["last"] - len(raws) + 1):
            if doc not in self.documents:
                if n != 1:
                    raise Gone("the first change of a document comes first")
                self.documents[doc] = Document(self._actor, raw)
            document = self.documents[doc]
            document.apply(raw)
            document.last = max(document.last, n)
        self._take_receipts(doc)

    def _take_receipts(self, doc: str) -> None:
        document = self.documents[doc]
        for entry in [entry for entry, place in self._open.items() if place == doc]:
            receipt = document.receipt(entry)
            if receipt is not None:
                self.seen.receipts[entry] = receipt
                del self._open[entry]

    def _ack(self, frame: Mapping[str, Any]) -> None:
        if self._flying is None or frame["id"] != self._flying[0]:
            return
        _, doc, changes = self._flying
        self._flying = None
        if self._since is not None:
            self.seen.waits.append(time.monotonic() - self._since)
            self._since = None
        self.seen.acknowledged |= {change.entry for change in changes}
        self._done += [(doc, change) for change in changes]
        self.documents[doc].last = max(self.documents[doc].last, frame["last"])

    def _refused(self, frame: Mapping[str, Any]) -> None:
        self.seen.refused += 1
        self.seen.errors.append(str(frame["code"]))
        self._start_anew(frame["doc"])

    def _anew(self, frame: Mapping[str, Any]) -> None:
        self._start_anew(frame["doc"])

    def _pong(self, frame: Mapping[str, Any]) -> None:
        self._ponged = frame["n"]
        if frame["n"] == 0:
            if self._restoring:
                self._bring_missing()
            if not any(self._waiting.values()) and self._flying is None:
                # It had nothing to bring, so nothing will be acknowledged.
                self._since = None

    def _error(self, frame: Mapping[str, Any]) -> None:
        self.seen.errors.append(str(frame["code"]))
        raise Gone("turned away")


_HEARD: Mapping[str, Callable[[Wire, Mapping[str, Any]], None]] = {
    "changes": Wire._changes,
    "ack": Wire._ack,
    "refused": Wire._refused,
    "anew": Wire._anew,
    "pong": Wire._pong,
    "error": Wire._error,
}
