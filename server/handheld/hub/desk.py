"""What the hub asks the other rooms, and tells them: devices and their keys, leases, clocks, the quarantine."""

from typing import Any

from sqlalchemy import Engine, delete, insert, update

from server.core import clock, db
from server.core.inbox import Stray
from server.core.kinds import Fact
from server.core.record import Recorder
from server.handheld import queries
from server.handheld.hub import proofs
from server.handheld.hub.frames import Alarm, Hello
from server.handheld.hub.tables import device_state
from server.handheld.model import DISPUTED
from server.identity import queries as identity
from server.identity.model import TABLET, Device, device_stream
from sync import signing
from sync.errors import SyncError
from sync.log import Log, reading

# Where input came from that names no document.
SOURCE = "sync"


class Desk:
    """Each call is a transaction of its own."""

    def __init__(self, engine: Engine, log: Log, recorder: Recorder) -> None:
        self._engine, self._log, self._recorder = engine, log, recorder

    def check(self, device: str, message: bytes, proof: bytes) -> None:
        """A tablet's signature; SyncError `device_unknown`, `device_revoked` or `signature_wrong`."""
        with self._engine.connect() as connection:
            check_device(identity.find_device(connection, device), TABLET, message, proof)

    def standing(self, device: str) -> dict[str, Any]:
        """How far the log has the device's chain; the last checkpoint, the published one, and by which keys to check
        it; the keys of the devices whose entries stand in documents."""
        with db.snapshot(self._engine) as connection:
            seq, digest = self._log.device_head(connection, device)
            trusted = proofs.Trusted.read(connection, self._log)
            return {
                "head": {"seq": seq, "hash": digest},
                "checkpoint": proofs.checkpoint(connection, self._log, trusted.policy),
                **trusted.payload(),
                "devices": [one.key_payload() for one in identity.all_devices(connection) if one.role == TABLET],
            }

    def leased(self, device: str) -> set[str]:
        """The documents that the device has ever had a lease for: what it brings late must find its place."""
        with self._engine.connect() as connection:
            return {lease.unit for lease in queries.leases_of_device(connection, device)}

    def remember(self, hello: Hello, skew_ms: int) -> None:
        """What the device said of its clock, its chain and its app (PLT-13)."""
        values = {name: getattr(hello, name) for name in ("device", "seq", "hash", "actor", "boot", "mono", "app")}
        with db.write(self._engine) as connection:
            connection.execute(delete(device_state).where(device_state.c.device == hello.device))
            connection.execute(insert(device_state).values(**values, skew_ms=skew_ms, seen_at=clock.now_text()))

    def gone(self, device: str) -> None:
        """The device was here until now."""
        with db.write(self._engine) as connection:
            seen = update(device_state).where(device_state.c.device == device)
            connection.execute(seen.values(seen_at=clock.now_text()))

    def dispute(self, device: str, alarm: Alarm) -> None:
        """Record once what a device found wrong with the log (PLT-18)."""
        stream = device_stream(device)
        with self._engine.connect() as connection:
            told = [one for one in reading.of_stream(connection, stream, 0) if one.head.kind == DISPUTED]
            if any(one.envelope.body["alarm"] == alarm.alarm for one in told):
                return
        payload = {name: getattr(alarm, name) for name in ("alarm", "code", "at", "held", "told")}
        self._recorder.state(Fact(DISPUTED, stream, {**payload, "device": device, "entries": list(alarm.entries)}))

    def quarantine(self, code: str, data: bytes, device: str | None, doc: str | None, detail: str = "") -> None:
        """Keep what cannot be taken, whole; the log tells that it came (PLT-14)."""
        self._recorder.quarantine(Stray(data, doc or SOURCE, code, detail, device))


def check_device(device: Device | None, role: str, message: bytes, proof: bytes) -> None:
    """A device that is enrolled for this role, not revoked, and whose key signed the message; SyncError."""
    if device is None or device.role != role:
        raise SyncError("device_unknown", "not enrolled for this")
    if device.revoked_at is not None:
        raise SyncError("device_revoked", device.id)
    signing.verify(device.alg, device.public_key, message, proof)
