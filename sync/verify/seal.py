"""Checks a disposition against the stream that it seals: how far it goes, and which devices stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync import canonical
from sync.dossier import LEASED, SEALS, SEALS_OF_DEVICES
from sync.entry import FIRST_PREV
from sync.errors import SyncError
from sync.verify.forms import Head
from sync.verify.keys import SERVER


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the stream: who wrote it, and to which device it lent the batch (None for other entries)."""

    device: str
    seq: int
    lent: str | None


@dataclass
class Seals:
    """Feed it the records in the order of the log; `hashes` is the stream's running hash after each of its entries.

    `sealed_at` is the count of entries that the last disposition covers, `at` the index where it stands.
    """

    hashes: list[str] = field(default_factory=lambda: [FIRST_PREV])
    sealed_at: int | None = None
    at: int | None = None
    _stream: list[_Entry] = field(default_factory=list)
    _known: dict[tuple[str, int], str] = field(default_factory=dict)
    _lent_unknown: bool = False

    def take(self, index: int, head: Head, digest: str, running: str | None, payload: bytes | None) -> None:
        """`digest` is SHA-256 of the header in hex; `running` the stream's hash after it, None for another stream.

        SyncError `seal_wrong`.
        """
        if running is not None:
            if head.device == SERVER and head.kind in SEALS + SEALS_OF_DEVICES:
                self.at = index
                if payload is not None:
                    self._check(head.kind, canonical.parse(payload))
            self._stream.append(_Entry(head.device, head.seq, self._lent(head, payload)))
            self.hashes.append(running)
        self._known[head.device, head.seq] = digest

    def _lent(self, head: Head, payload: bytes | None) -> str | None:
        if head.device != SERVER or head.kind != LEASED:
            return None
        if payload is None:
            self._lent_unknown = True
            return None
        device = canonical.parse(payload).get("device")
        return device if isinstance(device, str) else None

    def _check(self, kind: str, value: Mapping[str, Any]) -> None:
        count, running = value.get("stream_seq"), value.get("stream_hash")
        if type(count) is not int or not 0 <= count < len(self.hashes) or self.hashes[count] != running:
            raise SyncError("seal_wrong", "the disposition was signed over another stream than this one")
        if kind in SEALS_OF_DEVICES:
            self._check_devices(count, value.get("devices"))
        self.sealed_at = count

    def _check_devices(self, count: int, claimed: Any) -> None:
        heads = _heads(claimed)
        sealed = self._stream[:count]
        wrote = {one.device: one.seq for one in sealed if one.device != SERVER}
        stand = set(wrote) | {one.lent for one in sealed if one.lent is not None}
        if list(heads) != sorted(heads) or (set(heads) != stand and not (self._lent_unknown and stand < set(heads))):
            raise SyncError("seal_wrong", "the disposition names other devices than those that held or wrote the batch")
        for device, (seq, digest) in heads.items():
            known = self._known.get((device, seq), digest) if seq else FIRST_PREV
            if seq < wrote.get(device, 0) or digest != known:
                raise SyncError("seal_wrong", f"the disposition names another head of {device}")


def _heads(claimed: Any) -> dict[str, tuple[int, str]]:
    if not isinstance(claimed, list):
        raise SyncError("seal_wrong", "the disposition names no devices")
    heads: dict[str, tuple[int, str]] = {}
    for one in claimed:
        named = isinstance(one, dict) and [one.get(name) for name in ("device", "seq", "hash")]
        if not named or not isinstance(named[0], str) or type(named[1]) is not int or not isinstance(named[2], str):
            raise SyncError("seal_wrong", "the disposition names a device without its head")
        heads[named[0]] = named[1], named[2]
    if len(heads) != len(claimed):
        raise SyncError("seal_wrong", "the disposition names a device twice")
    return heads
