"""What the log holds of a batch or record and its document does not: it came another way, or the document was lost."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, or_, select

from server.engines.forms.records import model as records
from server.handheld.hub import receipts
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry

# What devices record. What the server states besides (exceptions, conflicts of batches) tablets derive themselves, but
# for what was decided, with the conflicts of records that it is about, and what people at desks filled in.
_ROOM = "production."
DECIDED = "release.conflict_resolved.v1"
# What the laboratory says to a sample that was asked for on a tablet.
ANSWERED = "quality.request_answered.v1"
STATED = frozenset({DECIDED, ANSWERED, *records.WORK, records.CONFLICT, records.SETTLED})
# Raw bytes and entries of one change: it passes on in one frame, and far below the limits of a change.
_BYTES = 256 * 1024
_ENTRIES = 1_000


@dataclass(slots=True)
class Portion:
    """Entries in wire form and their receipts, by entry id: what one change of the server brings."""

    entries: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def add(self, stored: StoredEntry) -> None:
        entry, stamp = stored.envelope.encode(), stored.stamp
        self.entries[stored.head.id] = entry
        self.receipts[stored.head.id] = receipts.accepted(stored.index, stamp.flags, stamp.recorded_at)
        self.size += len(entry)

    @property
    def full(self) -> bool:
        return self.size >= _BYTES or len(self.entries) >= _ENTRIES


def portions(connection: Connection, doc: str, known: Collection[str]) -> Iterator[Portion]:
    """What devices and desks recorded and what was decided in the document's stream and is not `known` there, in the
    order of the log.

    An entry whose payload is no longer held cannot be shown in its wire form, and is left out.
    """
    found = Portion()
    for stored in reading.at(connection, _missing(connection, doc, known)):
        if stored.payload is not None:
            found.add(stored)
        if found.full:
            yield found
            found = Portion()
    if found.entries:
        yield found


def _missing(connection: Connection, doc: str, known: Collection[str]) -> list[int]:
    by_server = log_entry.c.device == "server"
    work = or_(log_entry.c.kind.startswith(_ROOM, autoescape=True), log_entry.c.kind.in_(records.WORK))
    stated = and_(by_server, log_entry.c.kind.in_(STATED))
    query = select(log_entry.c.idx, log_entry.c.id)
    query = query.where(log_entry.c.stream == doc, or_(and_(~by_server, work), stated))
    return [row.idx for row in connection.execute(query.order_by(log_entry.c.idx)) if row.id not in known]
