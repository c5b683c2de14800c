"""A device's pen: gives each entry its place in the device's chain. Server, bridge and virtual tablets use it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic_ns, time_ns
from typing import Any

from sync import canonical, entry
from sync.signing import Signer

UTC_OFFSET = 0


def now_text(unix_ms: int) -> str:
    """Unix milliseconds as the log writes times: 2026-11-22T09:30:00.000Z."""
    moment = datetime.fromtimestamp(unix_ms / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{unix_ms % 1000:03d}Z"


@dataclass
class DeviceWriter:
    """Makes the next signed entry of one device. Not thread-safe: one writer, one thread.

    `seq` and `prev` are the head of the chain so far. They advance when `write` returns, so a caller that could
    not store the entry must put the head back, or the chain has a hole.
    """

    device: str
    signer: Signer
    seq: int = 0
    prev: str = entry.FIRST_PREV
    offset: int = UTC_OFFSET
    boot: str = field(default_factory=lambda: str(uuid.uuid4()))
    seen: entry.Seen | None = None
    clock: Callable[[], int] = lambda: time_ns() // 1_000_000

    def write(
        self,
        kind: str,
        stream: str,
        payload: Mapping[str, Any],
        *,
        actor: str,
        subject: str | None = None,
        lease: str | None = None,
        corrects: str | None = None,
        reason: str | None = None,
        id: str | None = None,
    ) -> entry.Envelope:
        """The next entry; `subject` is the stream itself, and `id` a new one, unless given."""
        moment = self.clock()
        salt, body = entry.new_salt(), canonical.encode(payload)
        header = entry.Header(
            v=entry.FORMAT,
            id=id or entry.new_id(moment),
            kind=kind,
            stream=stream,
            subject=subject or stream,
            actor=actor,
            device=self.device,
            seq=self.seq + 1,
            prev=self.prev,
            captured_at=now_text(moment),
            offset=self.offset,
            mono=monotonic_ns() // 1_000_000,
            boot=self.boot,
            seen=self.seen,
            lease=lease,
            corrects=corrects,
            reason=reason,
            payload_hash=entry.payload_hash(salt, body),
        )
        envelope = entry.sign(self.signer, header, salt, body)
        self.seq, self.prev = header.seq, envelope.digest.hex()
        return envelope
