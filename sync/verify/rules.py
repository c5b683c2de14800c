"""The rules that each entry of a log must fulfil against the entries before it, block by block."""

import hashlib
from dataclasses import dataclass, field

from sync import canonical
from sync.entry import FIRST_PREV, SALT_BYTES, extend_stream, split_leaf
from sync.errors import SyncError
from sync.verify import forms
from sync.verify.forms import Head, Stamp
from sync.verify.keys import REVOKED_FLAG, SERVER, DeviceKey, Keyring
from sync.verify.result import Wrong

ERASED = "site.payloads_erased.v1"
# The calendar that a site keeps: by it the days are told that its entries were judged by.
ZONE_SET = "site.zone_set.v1"
# Which version of the program goes on with the log.
UPGRADES = ("site.upgraded.v1", "site.upgraded.v2")
Payload = tuple[bytes, bytes] | None
"""Salt and payload, None where they are withheld or erased."""


@dataclass(frozen=True, slots=True)
class Last:
    """The head of a device's chain: its index, sequence, SHA-256 of its header in hex, and what was signed."""

    index: int
    seq: int
    digest: str
    header: bytes
    signatures: bytes


@dataclass
class Ends:
    """Where a block leaves the chains. `opened` have, of each chain whose beginning lies before the block, what its
    first entry in the block says: of devices index, seq and prev; of streams index, seq, hash and the header's digest.
    `recorded` is the first index, the first and the last time of receipt; `unsettled` are keys that were replaced and
    signed last before the block; `missing` entries without payload (None
    instead of the id where no erasure may name it), `erased` index of the erasure, index and id.
    """

    recorded: tuple[int, str, str] | None = None
    devices: dict[str, Last] = field(default_factory=dict)
    streams: dict[str, tuple[int, str]] = field(default_factory=dict)
    opened_devices: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    opened_streams: dict[str, tuple[int, int, str, bytes]] = field(default_factory=dict)
    unsettled: list[tuple[str, DeviceKey]] = field(default_factory=list)
    missing: dict[int, str | None] = field(default_factory=dict)
    erased: list[tuple[int, int, str]] = field(default_factory=list)


class EntryRules:
    """Feed it every entry from index `first` on, in order. With `full` each signature is checked at its entry;
    without, only that of each device's last entry before a change of key or the end, since each header hashes its
    predecessor. `keys` are those that hold at `first`; where that is not 0, `Whole` joins what is found to the entries
    before."""

    def __init__(self, keys: Keyring, full: bool, first: int = 0) -> None:
        self.keys, self._full, self._first = keys, full, first
        self.ends = Ends()

    def check(self, index: int, leaf: bytes, payload: Payload) -> Head:
        """SyncError of the first rule that this entry breaks; Wrong when it is an earlier entry that is wrong."""
        header, signatures, receipt = split_leaf(leaf)
        head, stamp = forms.head(header), forms.stamp(receipt)
        people = forms.people(signatures)
        if payload is not None:
            check_payload(head.payload_hash, payload)
        else:
            # Without it nobody could tell why other payloads are missing.
            self.ends.missing[index] = None if (head.device, head.kind) == (SERVER, ERASED) else head.id
        digest = hashlib.sha256(header)
        self._check_receipt(index, head, stamp, digest.digest())
        self._check_chain(index, head)
        body = payload[1] if payload else None
        key = self.keys.key_for(head, body)
        if self.keys.revoked(head) and REVOKED_FLAG not in stamp.flags:
            raise SyncError("revocation_ignored", f"{head.device} was revoked before, and the receipt does not say so")
        if self._full:
            key.check(header, forms.signature(signatures))
        elif head.device == SERVER:
            self._settle(head, body)
        # Nothing later vouches for these: each header hashes the one before, but not what people signed beside it.
        if len(people) > 1:
            self.keys.check_people(header, people, stamp.flags)
        self.ends.devices[head.device] = Last(index, head.seq, digest.hexdigest(), header, signatures)
        if head.device == SERVER:
            self.keys.learn(head, body)
            self._erase(index, head, body)
        return head

    def _check_receipt(self, index: int, head: Head, stamp: Stamp, digest: bytes) -> None:
        if stamp.place != index:
            raise SyncError("index_wrong", f"the entry at {index} has a receipt for {stamp.place}")
        ends, at = self.ends, stamp.recorded_at
        if ends.recorded is not None and at < ends.recorded[2]:
            raise SyncError("recorded_at_wrong", f"{at} is before the entry before it")
        ends.recorded = (index, at, at) if ends.recorded is None else (*ends.recorded[:2], at)
        last = ends.streams.get(head.stream)
        if last is None and self._first:
            ends.opened_streams[head.stream] = index, stamp.stream_seq, stamp.stream_hash, digest
        else:
            check_stream(head.stream, last, stamp.stream_seq, stamp.stream_hash, digest)
        ends.streams[head.stream] = stamp.stream_seq, stamp.stream_hash

    def _check_chain(self, index: int, head: Head) -> None:
        last = self.ends.devices.get(head.device)
        if last is None and self._first:
            self.ends.opened_devices[head.device] = index, head.seq, head.prev
        else:
            check_chain(head.device, last, head.seq, head.prev)

    def _settle(self, head: Head, body: bytes | None) -> None:
        """Before a key is replaced: in fast mode nothing later vouches for the last entry that was signed with it."""
        replaced = self.keys.replaced(head, body)
        if replaced is None:
            return
        key, last = self.keys.key(replaced), self.ends.devices.get(replaced)
        if last is not None:
            check_last(last, key)
        elif self._first:
            self.ends.unsettled.append((replaced, key))

    def _erase(self, index: int, head: Head, body: bytes | None) -> None:
        if head.kind == ERASED and body is not None:
            self.ends.erased += [(index, *named) for named in erased(body)]


def check_chain(device: str, last: Last | None, seq: int, prev: str) -> None:
    """SyncError unless an entry of this sequence and `prev` follows the last of its device."""
    expected = (last.seq + 1, last.digest) if last else (1, FIRST_PREV)
    if (seq, prev) != expected:
        raise SyncError("device_chain_wrong", f"not the {expected[0]}. entry of {device} after the one before")


def check_stream(stream: str, last: tuple[int, str] | None, seq: int, running: str, digest: bytes) -> None:
    """SyncError unless an entry with this place in its stream follows the last one there."""
    count, before = last or (0, FIRST_PREV)
    if seq != count + 1 or running != extend_stream(before, digest):
        raise SyncError("stream_chain_wrong", f"not the {count + 1}. entry of {stream} after the one before")


def check_last(last: Last, key: DeviceKey) -> None:
    """Wrong unless this key signed the last entry of its device."""
    try:
        key.check(last.header, forms.signature(last.signatures))
    except SyncError as error:
        raise Wrong(error.code, error.detail, last.index) from error


def check_payload(payload_hash: str, payload: tuple[bytes, bytes]) -> None:
    """SyncError unless salt and payload are the ones whose hash the header holds, and canonical."""
    salt, data = payload
    if len(salt) != SALT_BYTES:
        raise SyncError("payload_malformed", f"a salt has {SALT_BYTES} bytes")
    if hashlib.sha256(salt + data).hexdigest() != payload_hash:
        raise SyncError("payload_hash_wrong", "the payload is not the one that was signed")
    forms.check_object(data)


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
