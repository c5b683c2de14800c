"""The simulator's tablet moved step by step, and what it knew when: by that the model tells what must come of it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import batch_support

from server.handheld.model import document_of
from server.production import model
from server.production.rules import slot_of
from server.simulate.document import Document
from server.simulate.line import Gone
from server.simulate.site import Enrolled
from server.simulate.tablet import Tablet
from sync.crdt import genesis
from sync.entry import Envelope

SECONDS = 60.0
# Parameters of one phase: slots that hold one value each (PLT-10).
SLOTS = (("speed", "12", "rpm"), ("time", "15", "min"))


@dataclass(slots=True)
class Written:
    """An entry with what its tablet did not write into it. `jump`: how far its clock was off, in seconds; `view`: the
    entries it knew of; `skews`: how far off the device's clock was by each of its greetings that may have counted."""

    envelope: Envelope
    jump: float
    view: frozenset[str]
    slot: str | None
    skews: set[float] = field(default_factory=set)
    settled: bool = False

    @property
    def id(self) -> str:
        return self.envelope.head.id


class ModelTablet(Tablet):
    """Every method is one step, and returns when the server has done what it does about it."""

    def __init__(self, url: str, cookie: str, of: Enrolled, journal: Path) -> None:
        super().__init__(url, cookie, "P-1", of, journal)
        self.entries: dict[str, Written] = {}
        self.pings = 100
        # By how many seconds its clock was off when it last greeted the server; several, where a greeting may have
        # counted or not.
        self.greetings = {0.0}
        # Told of each entry that is pushed: from then on it may be recorded. The model sets it.
        self.pushed: Callable[[str], None] = lambda entry: None

    @property
    def jump(self) -> float:
        return self._skew_ms / 1000

    @property
    def here(self) -> bool:
        return self._line is not None

    @property
    def waiting(self) -> list[str]:
        """Documents for which something waits to be pushed."""
        return [doc for doc, changes in self._waiting.items() if changes]

    def step(self, work: Callable[[], Any]) -> None:
        """A server that ends the conversation, or is away, is no fault of the step's."""
        try:
            work()
        except Gone:
            self._drop()

    def come(self) -> None:
        """Connect, and hear all that is due; what the journal holds and the document does not is put in again."""
        if self._cut or self._dead:
            return
        if self._line is None:
            # The greeting may count before its answer is here, or without that it ever comes.
            self.greetings.add(self.jump)
            self._note_skew()
            self._connect()
            self.greetings = {self.jump}
        self.listen()

    def listen(self) -> None:
        """Hear what the server has said until now."""
        if self._line is None:
            return
        self.pings += 1
        self._line.send(json.dumps({"t": "ping", "n": self.pings}))
        self._until(lambda: self._ponged == self.pings)

    def push(self, doc: str, most: int, wait: bool) -> None:
        """Push at most so many changes; without waiting the line breaks before the answer is heard."""
        if self._line is None or not self._waiting.get(doc):
            return
        if self.seen.restores:
            # After a collision it keeps to the order of its chain, as the app always does.
            self._push()
        else:
            self._send(doc, most)
        if wait:
            self._until(lambda: self._flying is None)
            # Its answer comes when the log has taken what it could.
            self.listen()
        else:
            raise Gone("the network is lost")

    def _send(self, doc: str, most: int) -> None:
        for change in list(self._waiting[doc])[:most]:
            self.pushed(change.entry)
        super()._send(doc, most)

    def deliver(self) -> None:
        while self.here and (self.waiting or self._flying is not None):
            self._push()
            self._until(lambda: self._flying is None)

    def set_slot(self, batch: str, which: int) -> None:
        """As the app: an empty slot is filled, a value that stands alone is corrected, a conflict is left to QA."""
        name, value, unit = SLOTS[which]
        payload = batch_support.parameter(batch, name, value, unit)
        slot = slot_of(model.PARAMETER, payload)
        claims = self._claims(document_of(batch), slot)
        if len(claims) > 1:
            return
        why = {"corrects": claims[0], "reason": "typed wrongly"} if claims else {}
        self.record(batch, model.PARAMETER, payload, slot, **why)

    def remark(self, batch: str) -> None:
        payload = {"batch": batch, "phase": None, "text": f"{self.device} {self.seq + 1}"}
        self.record(batch, model.REMARK, payload, "batch/remark")

    def record(self, batch: str, kind: str, payload: Any, subject: str, **header: Any) -> Envelope:
        doc = document_of(batch)
        view = frozenset(self._view(doc))
        envelope = super().record(batch, kind, payload, subject, **header)
        slot = slot_of(kind, payload) if kind in model.SINGLE_VALUED else None
        self.entries[envelope.head.id] = Written(envelope, self.jump, view, slot)
        return envelope

    def replay(self, order: Callable[[list[tuple[str, Envelope]]], None]) -> None:
        """A page that has only the journal brings all of it once more under a new actor, in whatever order."""
        self._drop()
        self._begin_page()
        entries = self._read_disk()
        order(entries)
        for batch in self.leases:
            self.documents[document_of(batch)] = Document(self._actor, genesis.genesis(document_of(batch)))
        for doc, envelope in entries:
            self._put(doc, envelope)

    def carry(self, other: "ModelTablet") -> None:
        """Bring what another tablet has signed."""
        for doc, envelope in other._journal.read():
            if doc in self.documents and not self.documents[doc].holds(envelope.head.id):
                self._put(doc, envelope)

    # What its own machine does

    @property
    def dead(self) -> bool:
        return self._dead

    def lose(self) -> None:
        self._drop()

    def cut_or_mend(self) -> None:
        self._cut = not self._cut
        self._drop()

    def die_or_return(self) -> None:
        if self._dead:
            self._return(replay=False)
        else:
            self._die()

    def send_again(self) -> None:
        self._repeat()

    def set_clock(self, seconds: int) -> None:
        """Off by so much."""
        self._skew_ms = seconds * 1000

    def set_back(self, entries: int) -> None:
        """The disk is that of a copy from before its last so many entries."""
        lines = self._journal.lines()
        self._copy = sum(map(len, lines[:-entries]))
        self._set_back()

    def be_well(self) -> None:
        self._cut = False
        if self._dead:
            self._return(replay=False)

    @property
    def quiet(self) -> bool:
        """Nothing of its own waits for anything."""
        return self.here and not self._open and self._flying is None and not self.waiting

    def close(self) -> None:
        self._drop()
        self._journal.close()

    def _view(self, doc: str) -> set[str]:
        """Own entries that were not refused, and those of others that the log has."""
        refused = {entry for entry, receipt in self.seen.receipts.items() if receipt["index"] is None}
        own = {envelope.head.id for place, envelope in self._journal.read() if place == doc} - refused
        document = self.documents.get(doc)
        if document is None:
            return own
        receipts = {entry: document.receipt(entry) for entry in document.entries()}
        return own | {entry for entry, found in receipts.items() if found and found["index"] is not None}

    def _claims(self, doc: str, slot: str) -> list[str]:
        """Which of the entries that it knows of claim the slot, the corrected ones left out."""
        found: dict[str, Envelope] = {one.head.id: one for place, one in self._journal.read() if place == doc}
        document = self.documents.get(doc)
        if document is not None:
            found |= {entry: Envelope.decode(value) for entry, value in document.entries().items()}
        known = self._view(doc)
        there = [one for entry, one in found.items() if entry in known and one.head.subject == slot]
        gone = {one.head.corrects for one in there}
        return [one.head.id for one in there if one.head.id not in gone]

    def _take_receipts(self, doc: str) -> None:
        super()._take_receipts(doc)
        for entry in self.seen.receipts:
            if entry in self.entries:
                self.entries[entry].settled = True

    def _note_skew(self) -> None:
        for one in self.entries.values():
            if one.skews and not one.settled:
                one.skews.add(self.jump)

    def _until(self, done: Callable[[], bool]) -> None:
        stop = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < stop, f"{self.device} waits for an answer in vain"
            self._hear(1.0)
