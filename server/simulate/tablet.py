"""A virtual tablet: its keys, its chain, its journal, and what a script does to it."""

import hashlib
import math
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from server.core.errors import PestleError
from server.handheld.model import SKEW_LIMIT_MS, document_of
from server.production.model import REMARK
from server.simulate import script
from server.simulate.document import Document
from server.simulate.journal import Journal
from server.simulate.line import Gone
from server.simulate.script import Action
from server.simulate.site import Enrolled, Site
from server.simulate.wire import Change, Wire
from sync.entry import Envelope
from sync.writer import DeviceWriter

RETRY_SECONDS = (0.1, 1.0)
# When a batch was taken back is known to the server a little later than to us.
CERTAIN_SECONDS = 1.0
# How many entries a tablet sends once more when it is told to repeat itself.
REPEATED = 20


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of ours as the judge must know it. `digest`: SHA-256 of its wire form; `doubts`: codes of which the log
    must flag it with one at least, by what was wrong when it was written; empty where nothing was."""

    doc: str
    digest: str
    doubts: tuple[frozenset[str], ...]


class Tablet(Wire):
    """`run` in a thread of its own; `seen` and `written` are for the judge, when it has ended."""

    def __init__(
        self, url: str, cookie: str, person: str, of: Enrolled, journal: Path, site: Site | None = None
    ) -> None:
        """`site`: whom to ask for its batches anew, where the script has them taken back."""
        super().__init__(url, cookie, of)
        self._person, self._site = person, site
        # By lease: when it ends, in seconds since 1970.
        self.ends: dict[str, float] = {}
        self.written: dict[str, Written] = {}
        self._journal = Journal(journal)
        self._chance = random.Random(of.device)
        self._cut = self._dead = False
        self._copy = 0
        self._acting = True
        self._owed = 0
        self._renewing = False
        self._wake = Event()

    @property
    def seq(self) -> int:
        return self._writer.seq

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
            self._waiting[doc].append(Change(envelope.head.id, envelope.head.seq, raw))

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
