"""The rules that each entry of a whole log must fulfil against the entries before it."""

import hashlib
from dataclasses import dataclass, field

from sync import canonical
from sync.entry import (
    FIRST_PREV,
    SALT_BYTES,
    Header,
    Receipt,
    check_device_signature,
    next_stream_hash,
    parse_signatures,
    payload_hash,
    split_leaf,
)
from sync.errors import SyncError
from sync.trust import Policy
from sync.verify.keys import REVOKED_FLAG, SERVER, Keyring
from sync.verify.result import Wrong

ERASED = "site.payloads_erased.v1"
Payload = tuple[bytes, bytes] | None
"""Salt and payload, None where they are withheld or erased."""


@dataclass(slots=True)
class _Last:
    """The head of a device's chain; `unchecked` while nothing after it has vouched for its signature."""

    index: int
    seq: int
    digest: str
    header: bytes
    signatures: bytes


@dataclass
class EntryRules:
    """Feed it every entry from index 0 in order. With `full` each signature is checked at its entry; without, only
    that of each device's last entry before a change of key or the end, since each header hashes its predecessor."""

    policy: Policy
    full: bool
    withheld: int = 0
    erased: int = 0
    _missing: dict[int, str] = field(default_factory=dict)
    _recorded_at: str = ""
    _streams: dict[str, tuple[int, str]] = field(default_factory=dict)
    _devices: dict[str, _Last] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys = Keyring(self.policy)

    def check(self, index: int, leaf: bytes, payload: Payload) -> None:
        """SyncError of the first rule that this entry breaks; Wrong when it is an earlier entry that is wrong."""
        header, signatures, receipt = split_leaf(leaf)
        head, stamp = Header.parse(header), Receipt.parse(receipt)
        parse_signatures(signatures)
        if payload is not None:
            check_payload(head, payload)
        else:
            self._missing[index] = head.id
        self._check_receipt(index, head, stamp, header)
        self._check_chain(head)
        body = payload[1] if payload else None
        key = self._keys.key_for(head, body)
        if self._keys.revoked(head) and REVOKED_FLAG not in stamp.flags:
            raise SyncError("revocation_ignored", f"{head.device} was revoked before, and the receipt does not say so")
        if self.full:
            check_device_signature(header, signatures, key.alg, key.public_key)
        self._settle(head, body)
        digest = hashlib.sha256(header).hexdigest()
        self._devices[head.device] = _Last(index, head.seq, digest, header, signatures)
        self._keys.learn(head, body)
        self._erase(head, body)

    def finish(self, may_withhold: bool = False) -> None:
        """Check what fast mode has put off, and that every payload is there, or erased, or `may_withhold`; Wrong with
        the lowest index of those that are wrong."""
        if not self.full:
            for last in sorted(self._devices.values(), key=lambda last: last.index):
                self._check_last(last)
        self.withheld = len(self._missing)
        if self._missing and not may_withhold:
            raise Wrong(
                "payload_missing", "its payload is not there, and nothing says that it was erased", min(self._missing)
            )

    def _check_receipt(self, index: int, head: Header, stamp: Receipt, header: bytes) -> None:
        if stamp.index != index:
            raise SyncError("index_wrong", f"the entry at {index} has a receipt for {stamp.index}")
        if stamp.recorded_at < self._recorded_at:
            raise SyncError("recorded_at_wrong", f"{stamp.recorded_at} is before the entry before it")
        self._recorded_at = stamp.recorded_at
        count, running = self._streams.get(head.stream, (0, FIRST_PREV))
        expected = count + 1, next_stream_hash(running, header)
        if (stamp.stream_seq, stamp.stream_hash) != expected:
            raise SyncError("stream_chain_wrong", f"not the {expected[0]}. entry of {head.stream} after the one before")
        self._streams[head.stream] = expected

    def _check_chain(self, head: Header) -> None:
        last = self._devices.get(head.device)
        expected = (last.seq + 1, last.digest) if last else (1, FIRST_PREV)
        if (head.seq, head.prev) != expected:
            raise SyncError("device_chain_wrong", f"not the {expected[0]}. entry of {head.device} after the one before")

    def _settle(self, head: Header, body: bytes | None) -> None:
        """Before a key is replaced: in fast mode nothing later vouches for the last entry that was signed with it."""
        replaced = None if self.full else self._keys.replaced(head, body)
        if replaced in self._devices:
            self._check_last(self._devices[replaced])

    def _erase(self, head: Header, body: bytes | None) -> None:
        if head.device != SERVER or head.kind != ERASED or body is None:
            return
        for index, entry_id in erased(body):
            if self._missing.get(index) == entry_id:
                del self._missing[index]
                self.erased += 1

    def _check_last(self, last: _Last) -> None:
        key = self._keys.key(Header.parse(last.header).device)
        try:
            check_device_signature(last.header, last.signatures, key.alg, key.public_key)
        except SyncError as error:
            raise Wrong(error.code, error.detail, last.index) from error


def erased(body: bytes) -> list[tuple[int, str]]:
    """Index and id of each entry whose payload this erasure names; SyncError `erasure_wrong`."""
    value = canonical.parse(body)
    named = value.get("entries") if isinstance(value, dict) else None
    if not isinstance(named, list) or not all(isinstance(one, dict) for one in named):
        raise SyncError("erasure_wrong", "an erasure names entries")
    found = [(one.get("index"), one.get("id")) for one in named]
    if not all(type(index) is int and isinstance(entry_id, str) for index, entry_id in found):
        raise SyncError("erasure_wrong", "an erasure names entries by index and id")
    return found


def check_payload(head: Header, payload: tuple[bytes, bytes]) -> None:
    """SyncError unless salt and payload are the ones whose hash the header holds, and canonical."""
    if len(payload[0]) != SALT_BYTES:
        raise SyncError("payload_malformed", f"a salt has {SALT_BYTES} bytes")
    if payload_hash(*payload) != head.payload_hash:
        raise SyncError("payload_hash_wrong", "the payload is not the one that was signed")
    if not isinstance(canonical.parse(payload[1]), dict):
        raise SyncError("payload_malformed", "a payload is an object")
