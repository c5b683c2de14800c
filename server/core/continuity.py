"""That the log goes on from where this site has left it: asked before every group that is appended."""

from sqlalchemy import Connection, select

from server.core.complaints import complain
from sync import merkle
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import Head, Log
from sync.log.anchor import Anchor, compare, forked
from sync.log.reading import TreeReader
from sync.log.tables import log_checkpoint


class Continuity:
    """What one process knows of the log's past: from the anchor at first, from its own commits later."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._last: Checkpoint | None = None
        self._fault: Exception | None = None

    def check(self, connection: Connection, log: Log, head: Head) -> None:
        """Return if the head, which the caller has locked, leads on from all that was signed before.

        SyncError `log_rolled_back`, `log_forked` or `anchor_foreign`: then nothing may be appended.
        """
        if self._fault is not None:
            raise self._fault
        if self._last is None:
            self._begin(connection, log, head)
        elif (head.size, head.root) != (self._last.size, self._last.root):
            self._compare(connection, self._last, head)
        self._last = Checkpoint(log.origin, head.size, head.root)

    def moved(self, note: bytes) -> None:
        """The checkpoint of a group that has been committed. What is wrong now stops the next group."""
        try:
            self._last = Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n")
            self._anchor.advance(note)
        except OSError as error:
            # A full disk: this process remembers where the log stands, and the next group tries again.
            complain("anchor_failed", error)
        except Exception as error:
            # The entries are committed, and will be acknowledged; it is the next ones that must not be.
            self._fault = error
            complain("anchor_failed", error)

    def _begin(self, connection: Connection, log: Log, head: Head) -> None:
        held = self._anchor.read()
        if held is not None:
            compare(held, head.size, lambda size: merkle.subtree_hash(0, size, TreeReader(connection)))
        elif head.size:
            # The first start after an upgrade, or a file that was lost: from here on it is kept again.
            complain("anchor_made", FileNotFoundError(f"made from the database at entry {head.size}"))
        if head.size:
            self._anchor.advance(log.latest_checkpoint(connection))

    def _compare(self, connection: Connection, last: Checkpoint, head: Head) -> None:
        """Another process has appended meanwhile, or the database is another than it was."""
        if head.size <= last.size:
            compare(last, head.size, lambda _: head.root)
        query = select(log_checkpoint.c.note).where(log_checkpoint.c.size == last.size)
        note = connection.execute(query).scalar()
        if note is None:
            raise SyncError("log_forked", f"the checkpoint at entry {last.size}, signed here, is not in the database")
        found = Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n")
        if found.root != last.root:
            raise forked(last, found.root)
