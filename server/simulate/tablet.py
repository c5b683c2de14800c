"""A virtual tablet: its keys, its chain, its documents, its journal, and its side of the wire at `/sync`."""

import base64
import hashlib
import json
import math
import random
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any

from server.core.errors import PestleError
from server.handheld.model import HELLO_DOMAIN, SKEW_LIMIT_MS, document_of
from server.production.model import REMARK
from server.simulate import script
from server.simulate.document import Document
from server.simulate.journal import Journal
from server.simulate.line import Gone, Line
from server.simulate.script import Action
from server.simulate.site import Enrolled, Site
from sync.entry import Envelope
from sync.entry import Seen as SeenCheckpoint
from sync.writer import DeviceWriter, now_text

# As the app sends them.
PUSH_CHANGES = 50
PING_SECONDS = 4.0
RETRY_SECONDS = (0.1, 1.0)
# When a batch was taken back is known to the server a little later than to us.
CERTAIN_SECONDS = 1.0
# How many entries a tablet sends once more when it is told to repeat itself.
REPEATED = 20


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
class _Change:
    """A change of ours: the entry in it, its place in the device's chain, and its raw bytes."""

    entry: str
    seq: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of ours as the judge must know it. `digest`: SHA-256 of its wire form; `doubts`: codes of which the log
    must flag it with one at least, by what was wrong when it was written; empty where nothing was."""

    doc: str
    digest: str
    doubts: tuple[frozenset[str], ...]


class Tablet:
    """`run` in a thread of its own; `seen` and `written` are for the judge, when it has ended."""

    def __init__(
        self, url: str, cookie: str, person: str, of: Enrolled, journal: Path, site: Site | None = None
    ) -> None:
        """`site`: whom to ask for its batches anew, where the script has them taken back."""
        self.of, self._url, self._cookie, self._person, self._site = of, url, cookie, person, site
        self.leases: dict[str, str] = {}
        # By lease: when it ends, in seconds since 1970.
        self.ends: dict[str, float] = {}
        self.written: dict[str, Written] = {}
        self.documents: dict[str, Document] = {}
        self.seen = Seen()
        self._skew_ms = 0
        # Its entries without a receipt, and the document of each.
        self._open: dict[str, str] = {}
        self._journal = Journal(journal)
        self._writer = DeviceWriter(of.device, of.signer, clock=self._clock)
        self._chance = random.Random(of.device)
        self._cut = self._dead = False
        self._copy = 0
        self._seen: SeenCheckpoint | None = None
        # Hashes of headers that its chain builds on.
        self._chain: set[str] = set()
        self._acting = True
        self._owed = 0
        self._renewing = False
        # How far the machine that we run on is off, in ms by the server's word; ours by the script is beside it.
        self.machine_skew_ms = 0
        self._wake = Event()
        self._begin_page()

    @property
    def device(self) -> str:
        return self.of.device

    @property
    def seq(self) -> int:
        return self._writer.seq

    def _clock(self) -> int:
        return time.time_ns() // 1_000_000 + self._skew_ms

    def _begin_page(self) -> None:
        """What a page of the app holds in memory; the rest is in the journal and on the server."""
        self._actor = secrets.token_bytes(16)
        self.documents = {}
        self._waiting: dict[str, deque[_Change]] = defaultdict(deque)
        self._done: list[tuple[str, _Change]] = []
        self._flying: tuple[int, str, list[_Change]] | None = None
        self._line: Line | None = None
        self._pushes, self._ponged = 0, -1
        self._restoring: set[str] = set()
        self._since: float | None = None

    # The life of a tablet

    def run(self, actions: list[Action], start: float, stop: Event) -> None:
        """Do each at its time after `start` (monotonic), and in between what a tablet does; until `stop`."""
        due = deque(actions)
        try:
            while not stop.is_set():
                while due and time.monotonic() >= start + due[0].at:
                    self.do(due.popleft())
                if not due and self._acting:
                    self._come_back()
                    self._acting = False
                idle = 0.2 if not due else min(0.2, start + due[0].at - time.monotonic())
                self.live(max(idle, 0.001))
        finally:
            self._drop()
            self._journal.close()

    def live(self, seconds: float) -> None:
        """Connect, send, hear; for about so long."""
        if self._cut or self._dead:
            self._wake.wait(seconds)
            return
        try:
            if self._line is None:
                self._connect()
            if self._renewing:
                self._renew()
            self._push()
            self._hear(seconds)
        except Gone:
            self._drop()
            # Not all at once, and not in a loop that burns a core while the server is away.
            self._wake.wait(self._chance.uniform(*RETRY_SECONDS))

    def do(self, action: Action) -> None:
        match action.do:
            case script.WRITE:
                self._write(action.count)
            case script.CUT:
                self._cut = True
                self._drop()
            case script.MEND:
                self._mend()
            case script.BREAK:
                self._drop()
            case script.DIE if not self._dead:
                self._die()
            case script.RETURN if self._dead:
                self._return(action.replay)
            case script.JUMP:
                self._skew_ms += int(action.seconds * 1000)
                self.seen.troubled = True
            case script.REPEAT:
                self._repeat()
            case script.COPY:
                self._copy = self._journal.size
            case script.RESTORE:
                self._set_back()
            case script.REVOKE:
                self._lose_batches()
            case script.RENEW:
                self._renewing = True

    def _come_back(self) -> None:
        """However a script ends: everybody is back, or nothing could be compared."""
        if self._dead:
            self._return(replay=False)
        if self._cut:
            self._mend()
        self._renewing = self._renewing or not self.seen.revoked.keys().isdisjoint(self.leases.values())

    def _mend(self) -> None:
        if self._cut:
            self._cut, self._since = False, time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether its script goes on, or something of its own is not delivered and recorded yet."""
        away = self._acting or self._cut or self._dead
        return away or self._renewing or bool(self._open) or self._flying is not None or any(self._waiting.values())

    def settle(self, seconds: float) -> bool:
        """Be connected until all documents are here; False when that took longer. Before the start only."""
        stop = time.monotonic() + seconds
        while time.monotonic() < stop:
            self.live(0.05)
            if set(self.documents) == {document_of(batch) for batch in self.leases}:
                return True
        return False

    # Writing

    def _write(self, count: int) -> None:
        if self._dead:
            self._owed += count
            return
        for _ in range(count):
            batch = self._chance.choice(sorted(self.leases))
            text = f"simulated entry {self._writer.seq + 1} of {self.device}"
            self.record(batch, REMARK, {"batch": batch, "phase": None, "text": text}, "batch/remark")

    def record(self, batch: str, kind: str, payload: Mapping[str, Any], subject: str, **header: Any) -> Envelope:
        """Sign an entry under the batch's lease, keep it in the journal, put it into the document."""
        doc = document_of(batch)
        about = {"actor": self._person, "subject": subject, "lease": self.leases[batch], **header}
        envelope = self._writer.write(kind, doc, payload, **about)
        self._journal.keep(doc, envelope)
        self._chain.add(self._writer.prev)
        self._open[envelope.head.id] = doc
        digest = hashlib.sha256(envelope.encode()).hexdigest()
        self.written[envelope.head.id] = Written(doc, digest, tuple(self._doubts(envelope)))
        self._put(doc, envelope)
        return envelope

    def _doubts(self, envelope: Envelope) -> Iterator[frozenset[str]]:
        """What is wrong with an entry that is made now, each as the codes that can tell it."""
        lease = envelope.head.lease or ""
        ahead = self._skew_ms > SKEW_LIMIT_MS
        # A time that is too early shows where the entry names a checkpoint that is later.
        if ahead or (self._skew_ms < -SKEW_LIMIT_MS and envelope.head.seen is not None):
            yield frozenset(("clock_skew", "captured_outside"))
        if self._clock() > self.ends.get(lease, math.inf) * 1000 + SKEW_LIMIT_MS:
            yield frozenset(("lease_expired", "clock_skew"))
        revoked = self.seen.revoked.get(lease)
        if revoked is not None and not self._skew_ms and time.monotonic() > revoked + CERTAIN_SECONDS:
            yield frozenset(("lease_revoked", "clock_skew", "captured_outside"))

    def _lose_batches(self) -> None:
        """Somebody takes them back; we do not hear of it, and work on."""
        assert self._site is not None
        self.seen.troubled = True
        for lease in self.leases.values():
            try:
                self._site.take_back(lease)
                self.seen.revoked[lease] = time.monotonic()
            except PestleError:
                # The server is away, or the person may not: no promise is put to the test then.
                self.seen.errors.append("not_taken_back")

    def _renew(self) -> None:
        """Take the batches along again; the server may be away, and is asked again then."""
        assert self._site is not None
        try:
            for batch in self.leases:
                lease = self._site.take(self.of, batch)
                self.leases[batch], self.ends[lease.id] = lease.id, lease.expires
        except PestleError as error:
            raise Gone("no lease") from error
        self._renewing = False

    def _put(self, doc: str, envelope: Envelope) -> None:
        document = self.documents.get(doc)
        # Without the document it waits in the journal, and is put when the document has come.
        if document is not None and doc not in self._restoring:
            raw = document.put(envelope.head.id, envelope.encode())
            self._waiting[doc].append(_Change(envelope.head.id, envelope.head.seq, raw))

    def _die(self) -> None:
        self._drop()
        self._dead = True
        self.seen.deaths += 1
        self._begin_page()

    def _return(self, replay: bool) -> None:
        """Only the key and the journal are left."""
        from sync.crdt import genesis

        self._dead, self._since = False, time.monotonic()
        entries = self._read_disk()
        if replay:
            for batch in self.leases:
                doc = document_of(batch)
                self.documents[doc] = Document(self._actor, genesis.genesis(doc))
            for doc, envelope in entries:
                self._put(doc, envelope)
            self.seen.repeated += len(entries)
        owed, self._owed = self._owed, 0
        self._write(owed)

    def _read_disk(self) -> list[tuple[str, Envelope]]:
        """Its entries with their documents; the chain goes on where they end."""
        entries = list(self._journal.read())
        self._writer = DeviceWriter(self.device, self.of.signer, clock=self._clock, seen=self._seen)
        self._chain = {digest for _, one in entries for digest in (one.head.prev, one.digest.hex())}
        if entries:
            last = entries[-1][1]
            self._writer.seq, self._writer.prev = last.head.seq, last.digest.hex()
        return entries

    def _set_back(self) -> None:
        """The disk is that of an earlier day, and the tablet does not know: it numbers on from there."""
        self._drop()
        self._seen = None
        lost = self._journal.cut(self._copy)
        self.seen.forgotten |= lost
        self._open = {entry: doc for entry, doc in self._open.items() if entry not in lost}
        self.seen.restores += 1
        self.seen.troubled = True
        self._begin_page()
        self._read_disk()

    def _go_on_from(self, head: Mapping[str, Any]) -> None:
        """The log has entries of this device that its disk has not: the disk was set back. It goes on after them;
        what it has numbered meanwhile collides, and is for people to look at."""
        if head["seq"] and head["hash"] not in self._chain:
            self._writer.seq, self._writer.prev = int(head["seq"]), str(head["hash"])
            self._chain.add(self._writer.prev)

    def _repeat(self) -> None:
        """Send changes once more that were acknowledged, as one does who never got the answer."""
        for doc, change in self._done[-REPEATED:]:
            self._waiting[doc].append(change)
            self.seen.repeated += 1

    def _bring_missing(self) -> None:
        """What the journal holds and the document, which has just come whole, does not."""
        restoring, self._restoring = self._restoring, set()
        for doc, envelope in self._journal.read():
            if doc in restoring and doc in self.documents and not self.documents[doc].holds(envelope.head.id):
                self._put(doc, envelope)

    def _start_anew(self, doc: str) -> None:
        """A refusal, or a server that was set back: under another actor, from the first change."""
        self._actor = secrets.token_bytes(16)
        self.documents, self._waiting, self._done = {}, defaultdict(deque), []
        raise Gone("anew")

    # The wire

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


_HEARD: Mapping[str, Callable[[Tablet, Mapping[str, Any]], None]] = {
    "changes": Tablet._changes,
    "ack": Tablet._ack,
    "refused": Tablet._refused,
    "anew": Tablet._anew,
    "pong": Tablet._pong,
    "error": Tablet._error,
}
