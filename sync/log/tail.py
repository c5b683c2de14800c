"""What stands last in the log, in a stream, in a device's chain: read once, then remembered by whoever appends."""

from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from sync import merkle
from sync.entry import FIRST_PREV, Envelope, Receipt
from sync.log.prepared import Prepared
from sync.log.tables import log_entry

# Streams come and go with the batches; beyond so many it is cheaper to read again than to keep them all.
_MOST = 10_000

_last = Prepared(select(log_entry.c.receipt).order_by(log_entry.c.idx.desc()).limit(1))
_last_of_stream = Prepared(
    select(log_entry.c.receipt)
    .where(log_entry.c.stream == bindparam("stream"))
    .order_by(log_entry.c.stream_seq.desc())
    .limit(1)
)
_last_of_device = Prepared(
    select(log_entry.c.seq, log_entry.c.header)
    .where(log_entry.c.device == bindparam("device"))
    .order_by(log_entry.c.seq.desc())
    .limit(1)
)


class Tail:
    """The ends of the log, of its streams and of its devices' chains, and the right edge of its tree.

    Right only in the hands of one who holds the log's lock, tells it of every entry appended, and has it `forget`
    when something was rolled back. It may outlive a transaction: `resume` finds out whether anybody else appended.
    """

    def __init__(self) -> None:
        self.edge: merkle.Edge | None = None
        # How often everything was forgotten: what others remember beside it ends at the same moments.
        self.forgotten = 0
        self.forget()

    def forget(self) -> None:
        """Read every end again when it is next asked for."""
        self._last: tuple[int, str] | None = None
        self._streams: dict[str, tuple[int, str]] = {}
        self._devices: dict[str, tuple[int, str]] = {}
        self._leaves: list[bytes] = []
        self.forgotten += 1

    def resume(self, edge: merkle.Edge) -> None:
        """The lock was taken and the tree ends here. Where it was left, nobody else has appended meanwhile."""
        if edge != self.edge or len(self._streams) > _MOST:
            self.forget()
        self.edge = edge

    def last(self, connection: Connection) -> tuple[int, str]:
        """The last index and its time of receipt; (-1, "") for none."""
        if self._last is None:
            row = _last.first(connection)
            receipt = None if row is None else Receipt.parse(row[0])
            self._last = (-1, "") if receipt is None else (receipt.index, receipt.recorded_at)
        return self._last

    def stream(self, connection: Connection, stream: str) -> tuple[int, str]:
        """The stream's last sequence and its running hash; (0, zeros) for none."""
        if stream not in self._streams:
            row = _last_of_stream.first(connection, {"stream": stream})
            receipt = None if row is None else Receipt.parse(row[0])
            self._streams[stream] = (0, FIRST_PREV) if receipt is None else (receipt.stream_seq, receipt.stream_hash)
        return self._streams[stream]

    def device(self, connection: Connection, device: str) -> tuple[int, str]:
        """The device's last sequence, and the hash its next entry must name as `prev`; (0, zeros) for none."""
        if device not in self._devices:
            row = _last_of_device.first(connection, {"device": device})
            self._devices[device] = (0, FIRST_PREV) if row is None else (row[0], sha256(row[1]).hexdigest())
        return self._devices[device]

    def leaves(self) -> list[bytes] | None:
        """The leaf hashes from the edge of the tree to the end of the log; None where they must be read."""
        if self.edge is None or self._last is None or self.edge.size + len(self._leaves) != self._last[0] + 1:
            return None
        taken, self._leaves = self._leaves, []
        return taken

    def add(self, envelope: Envelope, receipt: Receipt, leaf_hash: bytes) -> None:
        """The entry has been appended with this receipt."""
        head = envelope.head
        self._last = receipt.index, receipt.recorded_at
        self._streams[head.stream] = receipt.stream_seq, receipt.stream_hash
        self._devices[head.device] = head.seq, envelope.digest.hex()
        self._leaves.append(leaf_hash)
