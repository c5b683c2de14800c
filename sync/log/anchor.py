"""The last checkpoint in a file outside the database, so that an older state of the database cannot go on unnoticed.

After Sunlight (FiloSottile/sunlight), which keeps it in a compare-and-swap file of its own: a backup that was put
back would otherwise let the log grow a second time, and so show two versions of itself.

The file has two slots of one page: a line with the SHA-256 of the checkpoint's note, then the note. A slot that was
being written in a power cut is the only one that is spoilt, and is passed over.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sync.checkpoint import Checkpoint
from sync.errors import SyncError

SLOT = 4096
SYNC_SECONDS = 1.0
_DIGEST = 65


class Anchor:
    """The file of one process; other processes of the site may have it open as well. Safe to use from threads."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path, self._origin = path, origin
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()
        self._known: tuple[bytes, list[Checkpoint | None]] = b"", [None, None]
        # The slot written since the last fdatasync; until then the other one is what a power cut leaves whole.
        self._dirty: int | None = None
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def read(self) -> Checkpoint | None:
        """The checkpoint it holds, None for an empty file or one without a whole slot.

        SyncError `anchor_foreign` when it is of a log of another name.
        """
        with self._locked(fcntl.LOCK_SH):
            return self._newest(self._slots())

    @property
    def spoilt(self) -> bool:
        """Whether something was written there and none of it can be read."""
        with self._locked(fcntl.LOCK_SH):
            return os.fstat(self._file).st_size > 0 and self._slots() == [None, None]

    def advance(self, note: bytes) -> None:
        """Hold this checkpoint from now on, unless another process has brought a later one already.

        Does not wait for the disk: a power cut may leave it behind the database, which is no harm, since at the next
        start it only has to lead to where the database is. SyncError `log_forked` when it holds another checkpoint of
        the same size.
        """
        with self._locked(fcntl.LOCK_EX):
            slots = self._slots()
            held, new = self._newest(slots), _checkpoint(note)
            if new.origin != self._origin:
                raise SyncError("anchor_foreign", f"{new.origin} is not {self._origin}")
            if held is not None and held.size >= new.size:
                if held.size == new.size and held.root != new.root:
                    raise forked(held, new.root)
                return
            self._write(0 if held is not None and slots[1] == held else 1, note, new)

    def replace(self, note: bytes) -> None:
        """Hold this checkpoint whatever it held before: for a restore, which a person has asked for and an entry tells.

        Durable when it returns. The file that was there is kept beside it under the size that it held.
        """
        held = self.read()
        if held is not None:
            kept = self.path.with_name(f"{self.path.name}.{held.size}")
            kept.write_bytes(self.path.read_bytes())
        with self._locked(fcntl.LOCK_EX):
            os.ftruncate(self._file, 0)
            self._slots()
            self._write(0, note, _checkpoint(note))
            self._flush()

    def flush(self) -> None:
        """Wait until the disk has what was written."""
        with self._lock:
            if not self._closing.is_set():
                self._flush()

    def close(self) -> None:
        with self._lock:
            if self._closing.is_set():
                return
            self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            self._flush()
            os.close(self._file)

    def _write(self, slot: int, note: bytes, checkpoint: Checkpoint) -> None:
        slot = slot if self._dirty is None else self._dirty
        data = sha256(note).hexdigest().encode() + b"\n" + note
        if len(data) > SLOT:
            raise SyncError("checkpoint_malformed", f"a checkpoint of {len(note)} bytes is too long for the anchor")
        page = data.ljust(SLOT, b"\0")
        os.pwrite(self._file, page, slot * SLOT)
        self._dirty = slot
        before, slots = self._known
        both = (before[:SLOT].ljust(SLOT, b"\0"), before[SLOT:])
        pages = (page, both[1]) if slot == 0 else (both[0], page)
        self._known = b"".join(pages), [checkpoint, slots[1]] if slot == 0 else [slots[0], checkpoint]
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._keep_flushing, name="anchor", daemon=True)
            self._thread.start()
        self._wake.set()

    def _flush(self) -> None:
        if self._dirty is not None:
            os.fdatasync(self._file)
            self._dirty = None

    def _keep_flushing(self) -> None:
        """At most once a second: the committer must not wait for a second disk write per group."""
        while not self._closing.wait(SYNC_SECONDS):
            self._wake.wait()
            self._wake.clear()
            self.flush()

    def _slots(self) -> list[Checkpoint | None]:
        data = os.pread(self._file, 2 * SLOT, 0)
        # Mostly nobody else has written meanwhile, and reading it once is enough.
        if data != self._known[0]:
            self._known = data, [_slot(data[:SLOT]), _slot(data[SLOT:])]
        return self._known[1]

    def _newest(self, slots: list[Checkpoint | None]) -> Checkpoint | None:
        whole = [slot for slot in slots if slot is not None]
        if any(slot.origin != self._origin for slot in whole):
            raise SyncError("anchor_foreign", f"{self.path.name} belongs to the log {whole[0].origin}")
        return max(whole, key=lambda slot: slot.size, default=None)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Alone among the threads of this process and among the processes of this machine."""
        with self._lock:
            fcntl.flock(self._file, how)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def compare(held: Checkpoint, size: int, root_at: Callable[[int], bytes]) -> None:
    """Return if a log of this size, whose root at an earlier size `root_at` tells, leads on from the one held.

    SyncError `log_rolled_back` or `log_forked`.
    """
    if size < held.size:
        raise SyncError("log_rolled_back", f"the database ends at entry {size}, and had {held.size} already")
    if held.size and (root := root_at(held.size)) != held.root:
        raise forked(held, root)


def forked(held: Checkpoint, root: bytes) -> SyncError:
    found = f"{root.hex()[:16]}… in the database, {held.root.hex()[:16]}… signed before"
    return SyncError("log_forked", f"two logs of {held.size} entries: {found}")


def _slot(data: bytes) -> Checkpoint | None:
    note = data[_DIGEST:].rstrip(b"\0")
    if sha256(note).hexdigest().encode() + b"\n" != data[:_DIGEST]:
        return None
    try:
        return _checkpoint(note)
    except SyncError:
        return None


def _checkpoint(note: bytes) -> Checkpoint:
    return Checkpoint.parse(note.rpartition(b"\n\n")[0] + b"\n")
