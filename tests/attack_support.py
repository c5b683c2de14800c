"""Somebody who holds the database and the server's key: whatever he changes, he makes receipts, chain and tree fit."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch_support import Site, weighed
from release_support import finish, sign
from witness_support import Story

from server.core.record import Recorded
from server.handheld.model import SKEW_LIMIT_MS
from sync import canonical
from sync.entry import FIRST_PREV, Envelope, Receipt, next_stream_hash, payload_hash
from sync.entry import sign as sign_entry
from sync.log.reading import StoredEntry
from sync.verify.keys import SERVER

WEIGHED = "production.material_weighed.v1"
REMARK = "production.remark_added.v1"
Entries = list[StoredEntry]


@dataclass(frozen=True)
class Shown:
    """What is shown to the world: a log; and how many entries of the true one a witness had cosigned before."""

    story: Story
    witnessed: int


class World:
    """An honest plant whose log holds a sealed batch with a second person, late work, a lost tablet, a batch that was
    taken back, and material out of another batch's container."""

    def __init__(self, folder: Path) -> None:
        self.site = site = Site(f"sqlite:///{folder}/pestle.db", folder)
        for batch in ("B1", "B2"):
            site.order(batch)
        site.put("phase_started", {"batch": "B2", "phase": "10"}, device="tablet-b")
        self.verified = [
            site.put("material_weighed", weighed("B2", net, verified_by="P-2"), cosigner="P-2").index
            for net in ("12.640", "12.650")
        ]
        finish(site)
        self.before_seal = self.size
        sign(site, "released")
        self.seal = self.size - 1
        self.late = self._remark("B1", "found in a pocket", "tablet-b").index
        self._containers()
        self._take_back()
        reading = site.read_weight(net="12.641")
        self.reading = next(entry.index for entry in self.story.entries if entry.head.id == reading["id"])
        self.last_of_tablet = [self._remark("B2", text).index for text in ("one", "two", "three")]
        revoked = {"device": "tablet-b", "last_seq": site.writers["tablet-b"].seq, "reason": "left in a taxi"}
        self.revoked = site.state("identity.device_revoked.v1", "device/tablet-b", revoked).index
        self.of_revoked = self._remark("B2", "by whoever found it", "tablet-b").index
        site.receive("A-9", None)

    def _containers(self) -> None:
        rows = [{"container": label, "quantity": {"value": "60.000", "unit": "kg"}} for label in ("C-1", "C-2")]
        received = {"material": "api-1", "lot": "A-5/2", "containers": rows}
        self.site.state("materials.containers_received.v1", "lot/api-1/A-5/2", received)
        for batch, label in (("B3", "C-1"), ("B4", "C-2")):
            self.site.order(batch)
            given = {"batch": batch, "containers": [{"container": label, "reason": None}]}
            self.site.state("production.containers_allocated.v2", f"batch/{batch}", given, "P-3")
        self.site.put("phase_started", {"batch": "B3", "phase": "10"})
        self.own_container = self.site.put("material_weighed", weighed("B3", container="C-1")).index
        self.others_container = self.site.put("material_weighed", weighed("B3", container="C-2", phase="21")).index

    def _take_back(self) -> None:
        """The tablet goes on all the same, later by any clock that is accepted: its own is ahead."""
        self.before_revocation = self._remark("B3", "still ours").index
        revoked = {"lease": "lease-B3-tablet-a", "batch": "B3", "device": "tablet-a", "reason": "not found"}
        self.site.state("handheld.lease_revoked.v1", "batch/B3", revoked, "P-3")
        before, self.site.now_ms = self.site.now_ms, time.time_ns() // 1_000_000 + SKEW_LIMIT_MS
        self.after_revocation = self._remark("B3", "and yet I go on").index
        self.site.now_ms = before

    def _remark(self, batch: str, text: str, device: str = "tablet-a") -> Recorded:
        return self.site.put("remark_added", {"batch": batch, "phase": None, "text": text}, device=device)

    @property
    def story(self) -> Story:
        return Story.of(self.site.plant)

    @property
    def size(self) -> int:
        return len(self.story.entries)

    def heads(self, *without: str) -> list[dict[str, Any]]:
        """What the devices say of themselves, as QA reads it off them."""
        pens = {name: pen for name, pen in self.site.writers.items() if name not in without}
        return [{"device": name, "seq": pen.seq, "hash": pen.prev} for name, pen in pens.items()]


def refit(story: Story, entries: Sequence[StoredEntry]) -> Story:
    """A log of these entries in this order: the server's own signed anew, every receipt with its place and hash."""
    fitted: Entries = []
    streams, server = dict[str, tuple[int, str]](), (0, FIRST_PREV)
    for entry in entries:
        header, signatures = entry.header, entry.signatures
        if entry.head.device == SERVER:
            own = replace(entry.head, seq=server[0] + 1, prev=server[1])
            assert entry.salt is not None
            assert entry.payload is not None
            signed = sign_entry(story.signer, own, entry.salt, entry.payload)
            header, signatures = signed.header, signed.signatures
            server = own.seq, hashlib.sha256(header).hexdigest()
        stream = entry.head.stream
        count, running = streams.get(stream, (0, FIRST_PREV))
        streams[stream] = count + 1, next_stream_hash(running, header)
        latest = max(entry.stamp.recorded_at, fitted[-1].stamp.recorded_at if fitted else "")
        receipt = Receipt(len(fitted), *streams[stream], latest, entry.stamp.flags).encode()
        fitted.append(StoredEntry(len(fitted), header, signatures, receipt, entry.salt, entry.payload))
    return replace(story, entries=fitted)


def changed(story: Story, index: int, **fields: Any) -> Story:
    """With other parts for one entry, and a receipt as if they had always been so."""
    entries = list(story.entries)
    entries[index] = StoredEntry(index, *({**vars_of(entries[index]), **fields}.values()))
    return refit(story, entries)


def vars_of(entry: StoredEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ("header", "signatures", "receipt", "salt", "payload")}


def with_payload(story: Story, index: int, change: Callable[[dict[str, Any]], None], hashed: bool = True) -> Story:
    """With another payload; its hash is put into the header, which only its device could have signed again."""
    entry = story.entries[index]
    body = dict(entry.envelope.body)
    change(body)
    payload = canonical.encode(body)
    if not hashed:
        return changed(story, index, payload=payload)
    assert entry.salt is not None
    header = replace(entry.head, payload_hash=payload_hash(entry.salt, payload)).encode()
    return changed(story, index, payload=payload, header=header)


def unflagged(story: Story, index: int, flag: str) -> Story:
    """As if the server had not remarked this about the entry."""
    assert flag in story.entries[index].stamp.flags
    return story.restamp(index, lambda stamp: replace(stamp, flags=without(stamp, flag)))


def flagged(story: Story, index: int, flag: str) -> Story:
    """As if the server had remarked this about the entry."""
    return story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))


def without(stamp: Receipt, flag: str) -> tuple[str, ...]:
    return tuple(one for one in stamp.flags if one != flag)


def inserted(story: Story, at: int, envelope: Envelope, flags: tuple[str, ...] = ()) -> Story:
    """With an entry more at this place."""
    before = story.entries[max(at - 1, 0)].stamp.recorded_at
    receipt = Receipt(0, 1, FIRST_PREV, before, flags).encode()
    added = StoredEntry(0, envelope.header, envelope.signatures, receipt, envelope.salt, envelope.payload)
    return refit(story, [*story.entries[:at], added, *story.entries[at:]])


def grown(story: Story) -> Story:
    """With an entry more by the server, so that there is a new checkpoint to show."""
    named = {"material": "m-new", "name": {"zh": "新", "en": "new"}, "type": "raw", "unit": "kg"}
    return story.server_says("materials.material_defined.v1", "material/m-new", named)
