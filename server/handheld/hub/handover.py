"""From document to log and back: new entries go to the log in device order, receipts return into the document."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from sqlalchemy import Engine

from server.core.record import SERVER, Duplicate, Held, Recorded, Recorder, Refused
from server.handheld.hub import receipts
from server.handheld.hub.backlog import STATED
from server.handheld.hub.documents import Documents
from server.handheld.hub.news import News
from sync.entry import Envelope
from sync.log import reading

log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0
# Not more often than this: what many write at the same time is receipted, and told of, together. The first at once.
_ROUND_SECONDS = 0.1

_Receipt = tuple[str, str, bytes]
"""Document, entry id, and what stands in the document's `receipts`."""


class Handover:
    """One per process, with one thread that writes receipts and spreads news of the log."""

    def __init__(self, engine: Engine, recorder: Recorder, documents: Documents, news: News) -> None:
        self._engine, self._recorder, self._documents, self._news = engine, recorder, documents, news
        self._queue: SimpleQueue[Sequence[_Receipt] | None] = SimpleQueue()
        # Documents of which the server has stated something since that tablets must see.
        self._behind: SimpleQueue[str] = SimpleQueue()
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="sync-receipts", daemon=True)

    def start(self) -> None:
        """Begin to listen, and hand over what a crash has left between a document and the log."""
        self._recorder.subscribe(self._recorded)
        self._recorder.subscribe_refused(self._refused)
        self._thread.start()
        self.resume()

    def stop(self) -> None:
        self._stopped.set()
        self._queue.put(None)
        self._thread.join(timeout=10)

    def hand_over(self, doc: str, envelopes: Iterable[Envelope]) -> list[str]:
        """Give entries to the log; the ids of those that are held until their predecessors come."""
        ordered = sorted(envelopes, key=lambda item: (item.head.device, item.head.seq))
        outcomes = self._recorder.submit_many(ordered, source=doc)
        held: list[str] = []
        known: list[_Receipt] = []
        for item, outcome in zip(ordered, outcomes, strict=True):
            match outcome:
                case Recorded():
                    pass  # comes through the subscription, as those do that were held and are released by it
                case Held():
                    held.append(item.head.id)
                case Duplicate():
                    known.append((doc, item.head.id, self._stored_receipt(outcome.index)))
                case Refused():
                    known.append((doc, item.head.id, receipts.quarantined(outcome.code)))
        if known:
            self._queue.put(known)
        return held

    def resume(self, docs: Iterable[str] | None = None) -> None:
        """Hand over everything (of these documents) that waits for a receipt; the log answers what it has already."""
        waiting = self._documents.pending_documents()
        for doc in sorted(waiting if docs is None else waiting & set(docs)):
            self.hand_over(doc, self._documents.pending_entries(doc))

    def wake(self) -> None:
        """Another process has appended to the log."""
        self._queue.put(())

    def _stored_receipt(self, index: int) -> bytes:
        with self._engine.connect() as connection:
            stored = reading.one(connection, index)
        assert stored is not None
        return receipts.accepted(index, stored.stamp.flags, stored.stamp.recorded_at)

    def _recorded(self, entries: Sequence[Recorded]) -> None:
        """In the log's committer thread: quick."""
        heads = [item.envelope.head for item in entries]
        for doc in {head.stream for head in heads if head.device == SERVER and head.kind in STATED}:
            self._behind.put(doc)
        self._queue.put(
            [
                (item.envelope.head.stream, item.id, receipts.accepted(item.index, item.flags, item.recorded_at))
                for item in entries
            ]
        )

    def _refused(self, entries: Sequence[tuple[Envelope, Refused]]) -> None:
        """Held ones, for which nobody waits any more."""
        self._queue.put([(one.head.stream, one.head.id, receipts.quarantined(said.code)) for one, said in entries])

    def _run(self) -> None:
        while not self._stopped.is_set():
            waiting, begun = self._gather(), monotonic()
            failed = self._write(waiting) + self._bring_up()
            try:
                self._news.spread()
            except Exception:
                log.exception("sync: news were not spread")
                failed.append(())
            if failed:
                # The database is away, say. A crash meanwhile: the entries still wait for their receipts.
                self._stopped.wait(_RETRY_SECONDS)
                for again in failed:
                    self._queue.put(again)
            self._stopped.wait(max(0.0, begun + _ROUND_SECONDS - monotonic()))

    def _bring_up(self) -> list[Sequence[_Receipt]]:
        """Write into their documents what was decided; as many empty answers as there is to be tried again."""
        failed: list[Sequence[_Receipt]] = []
        for _ in range(self._behind.qsize()):
            doc = self._behind.get()
            try:
                if self._documents.last(doc) and self._documents.bring_up(doc):
                    self._news.grew(doc)
            except Exception:
                log.exception("sync: a decision was not written")
                self._behind.put(doc)
                failed.append(())
        return failed

    def _gather(self) -> dict[str, dict[str, bytes]]:
        """Everything that waits, by document; one change of a document takes many receipts."""
        found: dict[str, dict[str, bytes]] = defaultdict(dict)
        waiting = self._queue.get()
        while True:
            for doc, entry, receipt in waiting or ():
                found[doc][entry] = receipt
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return found

    def _write(self, waiting: dict[str, dict[str, bytes]]) -> list[Sequence[_Receipt]]:
        """Write receipts into their documents; what could not be written. All together, or where that fails apart."""
        try:
            self._write_now(waiting)
            return []
        except Exception:
            if len(waiting) > 1:
                return [failed for doc, one in waiting.items() for failed in self._write({doc: one})]
            log.exception("sync: receipts were not written")
            return [[(doc, entry, receipt) for doc, one in waiting.items() for entry, receipt in one.items()]]

    def _write_now(self, waiting: dict[str, dict[str, bytes]]) -> None:
        for doc in self._documents.write_receipts(waiting):
            self._news.grew(doc)
