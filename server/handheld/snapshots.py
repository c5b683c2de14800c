"""Documents whole and compact, for tablets that have nothing of them yet: kept ready, never required, no record."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from server.handheld.hub.documents import Documents
from sync.crdt import projector
from sync.errors import SyncError

log = logging.getLogger(__name__)

# Fewer changes come as fast by themselves.
LEAST = 200
# A new one is made when so many changes, or a tenth of all, have come since: a tablet fetches those one by one.
STEP = 200
_KEPT = 16
_DEADLINE_SECONDS = 10.0
# Others who ask meanwhile get an older one, or the changes.
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The document of the changes 1 to `last`, the last of which has this hash (hex); no bytes where it could not be
    made."""

    last: int
    hash: str
    data: bytes | None


class Snapshots:
    """What one process keeps ready. The core that makes them runs in a child, one at a time: it may take 512 MiB."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._making = Lock()

    def of(self, doc: str) -> Snapshot | None:
        """The document, perhaps without its latest changes; None if it is short or there is none ready."""
        found = self._valid(doc)
        if self._is_due(found, self._documents.last(doc)) and self._making.acquire(timeout=_PATIENCE_SECONDS):
            try:
                # Somebody else may have made it meanwhile.
                found = self._valid(doc)
                if self._is_due(found, self._documents.last(doc)):
                    found = self._make(doc)
            finally:
                self._making.release()
        return found if found is not None and found.data is not None else None

    def _valid(self, doc: str) -> Snapshot | None:
        """What is kept, unless the document was lost since and made anew."""
        found = self._kept.get(doc)
        if found is None:
            return None
        same = next(iter(self._documents.after(doc, found.last - 1)), None)
        return found if same is not None and same.hash == found.hash else None

    def _is_due(self, found: Snapshot | None, last: int) -> bool:
        return last >= LEAST if found is None else last - found.last >= max(STEP, found.last // 10)

    def _make(self, doc: str) -> Snapshot:
        changes = list(self._documents.after(doc, 0))
        try:
            data: bytes | None = projector.project([one.raw for one in changes], _DEADLINE_SECONDS)
        except SyncError as error:
            log.warning("no snapshot of %s: %s", doc, error)
            data = None
        made = self._kept[doc] = Snapshot(changes[-1].n, changes[-1].hash, data)
        self._kept.move_to_end(doc)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made
