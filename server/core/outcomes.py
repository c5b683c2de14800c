"""What the door answers: an entry is recorded, known, held, or quarantined; and by which key it was admitted."""

from dataclasses import dataclass

from sync.entry import Envelope

SERVER = "server"


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """What admits a device's entries: its key, its role, and after a revocation the last sequence still accepted."""

    alg: str
    public_key: bytes
    role: str
    last_seq: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry that stands in the log."""

    index: int
    id: str
    flags: tuple[str, ...]
    recorded_at: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The very same entry stands in the log already, at this index."""

    index: int


@dataclass(frozen=True, slots=True)
class Held:
    """Kept until the device's entry `expected` arrives."""

    expected: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Kept whole in quarantine under this id, and no record; `code` is one of the error catalogue."""

    code: str
    detail: str
    quarantine: str


Outcome = Recorded | Duplicate | Held | Refused
