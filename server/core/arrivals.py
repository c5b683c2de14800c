"""Entries on their way to the committer: what can be checked of them alone is checked before it has to wait for them.

Ed25519 takes longer than all that the committer does, needs no database, and lets other threads run meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core.outcomes import SERVER, DeviceKey
from sync.entry import Envelope
from sync.log import Tail

LookUp = Callable[[Connection, str], DeviceKey | None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry and where it came from; `proven` is a key under which its signature was found right, if any was."""

    envelope: Envelope
    source: str
    proven: DeviceKey | None = None

    def check_signature(self, device: DeviceKey) -> None:
        """SyncError `signature_wrong` unless the device of this key signed; not again under a key that proved it."""
        proven = self.proven
        if proven is None or (proven.alg, proven.public_key) != (device.alg, device.public_key):
            self.envelope.check_signature(device.alg, device.public_key)


def examined(envelope: Envelope, source: str, key: Callable[[str], DeviceKey | None]) -> Arrival:
    """Shape and signature, under what the caller takes for the device's key: the committer asks for the real one.

    Nothing is decided here: what is wrong with an entry is found again, and told, by the committer.
    """
    try:
        envelope.check_shape()
        device = key(envelope.head.device)
        if device is not None:
            envelope.check_signature(device.alg, device.public_key)
        return Arrival(envelope, source, device)
    except Exception:
        # Whatever it is: of several entries that arrive, one must not keep the others from the committer.
        return Arrival(envelope, source)


class DeviceKeys:
    """The keys of devices, each read once until something is appended that may have changed it.

    Only entries of the server enrol and revoke; those of another process are noticed by the tail, which then forgets.
    """

    def __init__(self, look_up: LookUp) -> None:
        self.look_up = look_up
        self._known: dict[str, DeviceKey | None] = {}
        self._last: dict[str, DeviceKey] = {}
        self._as_of = -1

    def resume(self, tail: Tail) -> None:
        """The log's lock was taken: whatever the tail had to forget, we forget as well."""
        if tail.forgotten != self._as_of:
            self._known, self._as_of = {}, tail.forgotten

    def forget(self) -> None:
        self._known = {}

    def find(self, connection: Connection, name: str) -> DeviceKey | None:
        """Under the log's lock. None for the server itself as well: its entries are made here and never arrive."""
        if name == SERVER:
            return None
        if name not in self._known:
            found = self._known[name] = self.look_up(connection, name)
            if found is not None:
                self._last[name] = found
        return self._known[name]

    def last_known(self, name: str) -> DeviceKey | None:
        """Without the lock, from any thread: perhaps no longer true."""
        return self._last.get(name)
