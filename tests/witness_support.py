"""A witness in the test's process before a log that somebody with the server's key may rewrite as he likes."""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from log_support import Files, tree_files

from server.core.kinds import Registry
from server.core.plant import Plant
from server.plant import ROOMS
from server.site.model import RULES, UPGRADED, UPGRADED_V1
from server.witness.folder import Folder, Settings
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.watch import Watch
from sync import merkle, note
from sync.checkpoint import Checkpoint
from sync.entry import FIRST_PREV, Envelope, Receipt, leaf_data, next_stream_hash
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.signing import Ed25519Signer
from sync.witness import Refusal, Request
from sync.writer import DeviceWriter, now_text


@dataclass
class Story:
    """The entries of a log, and the key of its server: whatever is changed, tree and checkpoint are made to fit."""

    origin: str
    signer: Ed25519Signer
    entries: list[StoredEntry]

    @classmethod
    def of(cls, plant: Plant) -> "Story":
        with plant.engine.connect() as connection:
            entries = list(reading.between(connection, 0, 1 << 30))
        return cls(plant.config.origin, plant.signer, entries)

    def indices(self, kind: str) -> list[int]:
        return [entry.index for entry in self.entries if entry.head.kind == kind]

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        return [dict(self.entries[index].envelope.body) for index in self.indices(kind)]

    def stated(self, kind: str, stream: str, payload: Mapping[str, Any], actor: str) -> "Story":
        """With one more entry, as somebody with the server's key would write it."""
        return self.then(self.pen("server", self.signer).write(kind, stream, dict(payload), actor=actor))

    def flagged(self, flag: str) -> int:
        """The index of the last entry whose receipt has this flag."""
        return [entry.index for entry in self.entries if flag in entry.stamp.flags][-1]

    def restamp(self, index: int, change: Callable[[Receipt], Receipt]) -> "Story":
        """With another receipt for one entry."""
        entries = list(self.entries)
        old = entries[index]
        entries[index] = replace(old, receipt=change(old.stamp).encode())
        return replace(self, entries=entries)

    def without_flag(self, flag: str) -> "Story":
        def keep(stamp: Receipt) -> Receipt:
            return replace(stamp, flags=tuple(one for one in stamp.flags if one != flag))

        return self.restamp(self.flagged(flag), keep)

    def with_flag(self, index: int, flag: str) -> "Story":
        return self.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))

    def without_payload(self, index: int) -> "Story":
        entries = list(self.entries)
        entries[index] = replace(entries[index], salt=None, payload=None)
        return replace(self, entries=entries)

    def erased(self, *indices: int) -> "Story":
        """Without these payloads, as an erasure past their retention leaves a log."""
        said = [{"id": self.entries[one].head.id, "index": one} for one in indices]
        given = {"entries": said, "reason": "past retention", "basis": "CN 2010, 162"}
        story = self.server_says("site.payloads_erased.v1", "site", given)
        for one in indices:
            story = story.without_payload(one)
        return story

    def first(self, size: int) -> "Story":
        return replace(self, entries=self.entries[:size])

    def pen(self, device: str, signer: Any) -> DeviceWriter:
        """The pen of a device at the end of its chain."""
        own = [entry for entry in self.entries if entry.head.device == device]
        seq, prev = (own[-1].head.seq, own[-1].envelope.digest.hex()) if own else (0, FIRST_PREV)
        return DeviceWriter(device, signer, seq, prev)

    def then(self, envelope: Envelope, recorded_at: str | None = None, flags: tuple[str, ...] = ()) -> "Story":
        """With one more entry, which the server takes as it is told."""
        stream = [entry for entry in self.entries if entry.head.stream == envelope.head.stream]
        count, running = (stream[-1].stamp.stream_seq, stream[-1].stamp.stream_hash) if stream else (0, FIRST_PREV)
        at = recorded_at or self.entries[-1].stamp.recorded_at
        running = next_stream_hash(running, envelope.header)
        receipt = Receipt(len(self.entries), count + 1, running, at, flags).encode()
        added = StoredEntry(
            len(self.entries), envelope.header, envelope.signatures, receipt, envelope.salt, envelope.payload
        )
        return replace(self, entries=[*self.entries, added])

    def server_says(self, kind: str, stream: str, payload: dict[str, Any], **more: Any) -> "Story":
        return self.then(self.pen("server", self.signer).write(kind, stream, payload, actor="server"), **more)

    def upgraded(self, kind: str = UPGRADED) -> "Story":
        """And a version goes on with it: today's, or with `UPGRADED_V1` one of before."""
        return self.server_says(kind, "site", upgrade(kind))

    def files(self) -> Files:
        leaves = [leaf_data(entry.header, entry.signatures, entry.receipt) for entry in self.entries]
        files = tree_files(self.signer, leaves, [(e.index, e.salt, e.payload) for e in self.entries])
        files["checkpoint"] = note.sign(self.checkpoint.encode(), self.origin, self.signer)
        return files

    @property
    def checkpoint(self) -> Checkpoint:
        edge = self._edge(len(self.entries))
        return Checkpoint(self.origin, edge.size, edge.root())

    def _edge(self, size: int) -> merkle.Edge:
        edge = merkle.Edge()
        for entry in self.entries[:size]:
            edge.append(merkle.leaf_hash(entry.leaf))
        return edge

    def proof(self, old: int) -> tuple[bytes, ...]:
        """That this log extends its own first `old` entries."""
        hashes = [merkle.leaf_hash(entry.leaf) for entry in self.entries]

        def read(level: int, index: int) -> bytes:
            return reading.fold(hashes[index << level : (index + 1) << level])

        return tuple(merkle.consistency_proof(old, len(hashes), read)) if 0 < old <= len(hashes) else ()


class Rig:
    """A witness whose site shows one story after another."""

    def __init__(self, folder: Path, story: Story) -> None:
        self.path, self.said, self.why = folder, list[str](), ""
        policy = note.vkey(story.origin, story.signer.public_key)
        text = _policy_text(policy, story.signer.public_key)
        self.folder = Folder.make(folder, text, Settings("witness.example/qa", "http://127.0.0.1:9"))
        self.clock: Callable[[], float] = time.time
        self._files: Files = {}
        self._open()

    def _open(self) -> None:
        self.watch = Watch(
            self.folder, Registry(ROOMS), lambda path: self._files.get(path), lambda: self.clock(), self.said.append
        )

    def restart(self) -> None:
        self.folder.close()
        self.folder = Folder(self.path)
        self._open()

    @property
    def size(self) -> int:
        return 0 if self.watch.latest is None else self.watch.latest.size

    def show(self, story: Story, old: int | None = None, files: Files | None = None) -> int:
        """The status with which it answers when the site presents this log."""
        self._files = files or story.files()
        old = self.size if old is None else old
        try:
            self.answer = self.watch.add_checkpoint(Request(old, story.proof(old), self._files["checkpoint"]).encode())
        except Refusal as refusal:
            self.answer, self.why = refusal.body, refusal.why
            return refusal.status
        return 200

    @property
    def found(self) -> tuple[str, int | None] | None:
        broken = self.folder.status.broken
        return None if broken is None else (broken["code"], broken["index"])


def witnessed(folder: Path, story: Story) -> tuple[int, tuple[str, int | None] | None]:
    """What a new witness answers to this log, and what it finds broken in it."""
    rig = Rig(folder, story)
    status = rig.show(story)
    rig.folder.close()
    return status, rig.found


def upgrade(kind: str) -> dict[str, Any]:
    now: dict[str, Any] = {"software": "0.1.0", "migration": "0001"} | ({"rules": RULES} if kind == UPGRADED else {})
    checked = {"how": "all", "entries": 1, "checkpoint": {"size": 1, "root": "00" * 32}}
    return {"before": None, "now": now, "checked": checked}


def spared(rig: Rig, story: Story, flag: str) -> None:
    """The last entry with this flag owes it to today's version, and not to one that named no edition of its rules."""
    index = story.flagged(flag)
    entry, before = story.entries[index], story.first(index).upgraded(UPGRADED_V1)
    bare = tuple(one for one in entry.stamp.flags if one != flag)
    assert rig.show(before.then(entry.envelope, flags=bare)) == 200, rig.why
    today = Rig(rig.path.parent / "today", story)
    assert today.show(before.upgraded().then(entry.envelope, flags=bare)) == 422
    assert today.found == ("flag_missing", index + 2)
    today.folder.close()


def since(story: list[Seen], *kinds: str) -> SinceRules:
    """What a witness has learnt of the versions of a log that said so, each by one kind of entry."""
    rules = SinceRules()
    for kind in kinds:
        rules.learn(replace(story[0], head=replace(story[0].head, kind=kind, device="server"), body=upgrade(kind)))
    return rules


def density(seen: Seen, material: str, given: dict[str, str], equals: dict[str, str]) -> list[Seen]:
    """What a site says of a material's own units and approves, in the time of another entry."""
    kinds = ("materials.master_submitted.v1", "materials.master_approved.v1")
    said = {"material": material, "version": 1, "conversions": [{"given": given, "equals": equals}]}
    head = replace(seen.head, device="server", stream=f"material/{material}")
    return [replace(seen, head=replace(head, kind=kind), body=said) for kind in kinds]


def _policy_text(vkey: str, server_key: bytes) -> bytes:
    return f"# server-key ed25519:{base64.b64encode(server_key).decode()}\nlog {vkey}\nquorum none\n".encode()


def later(text: str, seconds: float) -> str:
    return now_text(int((datetime.fromisoformat(text).timestamp() + seconds) * 1000))
