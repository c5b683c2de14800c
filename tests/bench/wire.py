"""A lean tablet for measurements: real keys, entries and frames, but no library below its documents.

It keeps of a document only what its next change must name, so that thousands of changes among many tablets cost the
machine little beside what is measured.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from threading import Event
from typing import NamedTuple

from server.handheld.model import HELLO_DOMAIN, document_of
from server.production.model import REMARK
from server.simulate.line import Line
from server.simulate.site import Enrolled, Site
from sync.crdt import codec, genesis
from sync.crdt.ops import Op, OpId
from sync.crdt.scalar import Scalar
from sync.crdt.state import ENTRIES, MAPS, RECEIPTS
from sync.entry import Envelope
from sync.writer import DeviceWriter, now_text

SECONDS = 60.0
PING_SECONDS = 4.0


class Told(NamedTuple):
    """A change as far as it matters here: its entries and receipts by entry id."""

    hash: str
    deps: frozenset[str]
    max_op: int
    entries: tuple[str, ...]
    receipts: tuple[str, ...]


@lru_cache(4096)
def _told(raw: bytes) -> Told:
    """Once for all tablets of this process."""
    one = codec.parse(raw)
    keys = {area: tuple(str(op.key) for op in one.ops if op.obj and op.obj.counter == n) for n, area in _MAPS}
    return Told(one.hash, frozenset(one.deps), one.max_op, keys[ENTRIES], keys[RECEIPTS])


_MAPS = tuple(enumerate(MAPS, start=1))


class Tablet:
    """One tablet with one batch; `connect`, then `run` in a thread of its own. `arrived` is told, at once, the id of
    each entry that somebody else wrote, `acknowledged` that of its own."""

    def __init__(self, site: Site, of: Enrolled, batch: str) -> None:
        self._site, self._of, self.batch = site, of, batch
        self._doc = document_of(batch)
        self._lease = site.lease(of, batch)
        self._writer = DeviceWriter(of.device, of.signer)
        self._actor, self._seq = secrets.token_hex(16), 0
        self._entries_map = OpId(MAPS.index(ENTRIES) + 1, genesis.server_actor(self._doc))
        self._heads: frozenset[str] = frozenset()
        self._own: frozenset[str] = frozenset()
        self._max_op = self._pushes = 0
        self._flying: dict[int, str] = {}
        self.entries: set[str] = set()
        self.receipts: set[str] = set()
        self.pushed: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.arrived: dict[str, float] = {}

    def connect(self, url: str) -> None:
        """Greet, and be told the document as it is."""
        self._line = Line(url, self._site.cookie)
        nonce = json.loads(self._line.receive(SECONDS) or "")["nonce"]
        proof = self._of.signer.sign(HELLO_DOMAIN + f"{nonce}\n{self._actor}\n{self._of.device}".encode())
        hello = {"t": "hello", "v": 1, "device": self._of.device, "actor": self._actor}
        hello |= {"proof": base64.b64encode(proof).decode(), "offset": 480, "mono": 1, "boot": "bench"}
        hello |= {"wall": now_text(time.time_ns() // 1_000_000), "head": {"seq": 0, "hash": "0" * 64}}
        self._line.send(json.dumps(hello | {"docs": {self._doc: 0}}))
        while not self._heads:
            self._hear(SECONDS)

    def run(self, count: int, first: float, every: float, stop: Event) -> None:
        """Write `count` entries, one each `every` seconds from `first` (monotonic), and hear, until `stop`."""
        due, pinged = first, time.monotonic()
        while not stop.is_set():
            now = time.monotonic()
            if self._pushes < count and now >= due:
                self._write()
                due += every
            if now > pinged + PING_SECONDS:
                pinged = now
                self.ping()
            self._hear(min(0.1, max(due - time.monotonic(), 0.001)) if self._pushes < count else 0.1)

    def ping(self) -> None:
        """The server takes silence for a lost network."""
        self._line.send(json.dumps({"t": "ping", "n": 1}))

    def drop(self) -> None:
        self._line.drop()

    def _write(self) -> None:
        envelope = self._entry()
        name = envelope.head.id
        self._seq += 1
        made = OpId(self._max_op + 1, self._actor)
        op = Op(made, self._entries_map, name, "set", False, Scalar("bytes", envelope.encode()))
        # As the library does: what is newest, and in any case its own last one.
        raw = codec.encode_change(self._actor, self._seq, made.counter, [op], self._heads | self._own)
        self._own = self._heads = frozenset((codec.parse(raw).hash,))
        self._max_op = made.counter
        self.entries.add(name)
        self._pushes += 1
        self._flying[self._pushes] = name
        self.pushed[name] = time.perf_counter()
        changes = [base64.b64encode(raw).decode()]
        self._line.send(json.dumps({"t": "push", "id": self._pushes, "doc": self._doc, "changes": changes}))

    def _entry(self) -> Envelope:
        return remark(self._writer, self.batch, self._site.person, self._lease)

    def _hear(self, seconds: float) -> None:
        text = self._line.receive(seconds)
        if text is None:
            return
        frame = json.loads(text)
        match frame["t"]:
            case "changes":
                self._take(frame["changes"])
            case "ack":
                self.acknowledged[self._flying.pop(frame["id"])] = time.perf_counter()
            case "refused" | "error" | "held" | "anew":
                raise AssertionError(frame)

    def _take(self, changes: list[str]) -> None:
        now = time.perf_counter()
        for one in (_told(base64.b64decode(text)) for text in changes):
            self._heads = self._heads - one.deps | {one.hash}
            self._max_op = max(self._max_op, one.max_op)
            self.entries.update(one.entries)
            self.receipts.update(one.receipts)
            self.arrived.update(dict.fromkeys(one.entries, now))


def remark(writer: DeviceWriter, batch: str, person: str, lease: str) -> Envelope:
    """An entry such as people write: about a kilobyte with its signature."""
    payload = {"batch": batch, "phase": None, "text": f"measured entry {writer.seq + 1} of {writer.device}"}
    return writer.write(REMARK, document_of(batch), payload, actor=person, subject="batch/remark", lease=lease)


def until(what: Callable[[], bool], seconds: float) -> None:
    """TimeoutError after so long."""
    stop = time.monotonic() + seconds
    while not what():
        if time.monotonic() > stop:
            raise TimeoutError(f"waited {seconds:.0f} s in vain")
        time.sleep(0.02)
