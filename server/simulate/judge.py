"""Whether the server kept its promises: told from the log's own files and from what the tablets hold, from outside."""

import base64
import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.core.group import QUARANTINED
from server.handheld.model import SKEW_LIMIT_MS
from server.simulate.site import Site
from server.simulate.tablet import Tablet
from sync.checkpoint import Checkpoint
from sync.entry import Header, Receipt, split_leaf
from sync.errors import SyncError
from sync.tiles import WIDTH, Name, decode_entries
from sync.verify import verify_log
from sync.verify.readers import Reader, url

PUBLISH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a simulated device in the log."""

    index: int
    id: str
    seq: int
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Logged:
    """What the log holds of the devices, in its order; `kept`: the digests of what it says is in quarantine."""

    size: int
    by_device: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    kept: set[str] = field(default_factory=set)
    last_at: float | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What the server promises, how many things were looked at for it, and those for which it was broken."""

    name: str
    checked: int
    broken: tuple[str, ...] = ()

    def answer(self) -> dict[str, Any]:
        zh, en = PROMISES[self.name]
        texts = {"en": en, "zh": zh}
        return {
            "promise": self.name,
            "kept": not self.broken,
            "checked": self.checked,
            **texts,
            "broken": self.broken[:20],
        }


PROMISES: Mapping[str, tuple[str, str]] = {
    "verified": ("日志完整：每个签名、每条链、根均正确。", "The log is right: every signature, every chain, its root."),
    "acknowledged": ("凡确认过的记录均未丢失。", "Nothing that was acknowledged is lost."),
    "recorded": ("所写的每条记录都在日志中；磁盘回退造成的编号冲突已保留在隔离区。",
                 "Every entry is in the log, or kept in quarantine where a disk that was set back made it collide."),
    "once": ("每条记录在日志中只出现一次。", "Every entry is in the log once."),
    "order": ("每台设备的记录按其链的顺序入账，无缺号。", "Each device's entries are in its order, without a gap."),
    "receipts": ("每张回执与日志一致。", "Every receipt agrees with the log."),
    "flagged": ("时钟错误、租约过期或被收回期间的记录均已标记。",
                "What was made by a wrong clock, or under a lease that had ended, is flagged."),
    "unblamed": ("无异常的设备的记录没有任何标记。", "What was made by a device with nothing wrong has no flag."),
    "converged": ("所有平板上的文档完全一致。", "All tablets hold the same documents."),
}  # fmt: skip


def verify(site: Site, needed: int) -> tuple[dict[str, Any], Logged, Promise]:
    """Check the whole log, every signature, once a checkpoint of at least `needed` entries is published: what was
    found, what the log holds, and whether it is right."""
    read = url(site.url, {"Cookie": site.cookie})
    size = _published(read, needed)
    begin = time.monotonic()
    result = verify_log(read, full=True)
    found = {"size": result.size, "root": result.root, "ok": result.ok, "seconds": round(time.monotonic() - begin, 2)}
    broken = [] if result.ok else [f"log_wrong: {result.code} {result.reason}"]
    if size < needed:
        broken.append(f"not_published: {size} of {needed} entries")
    signed = (read("checkpoint") or b"").decode()
    return {**found, "checkpoint": signed}, _logged(read, result.size or 0), Promise("verified", size, tuple(broken))


def _published(read: Reader, needed: int) -> int:
    stop = time.monotonic() + PUBLISH_SECONDS
    while True:
        signed = read("checkpoint")
        if signed is None:
            raise SyncError("log_unreadable", "there is no checkpoint")
        size = Checkpoint.parse(signed.rpartition(b"\n\n")[0] + b"\n").size
        if size >= needed or time.monotonic() > stop:
            return size
        time.sleep(0.1)


def _logged(read: Reader, size: int) -> Logged:
    found = Logged(size)
    for start in range(0, size, WIDTH):
        name = (start // WIDTH, min(WIDTH, size - start))
        strays = []
        for index, leaf in enumerate(decode_entries(read(Name("entries", *name).path) or b""), start):
            header, _, receipt = split_leaf(leaf)
            head, stamp = Header.parse(header), Receipt.parse(receipt)
            found.by_device[head.device].append(Row(index, head.id, head.seq, tuple(stamp.flags)))
            found.last_at = datetime.fromisoformat(stamp.recorded_at).timestamp()
            strays += [index - start] if head.kind == QUARANTINED else []
        if strays:
            lines = (read(Name("payloads", *name).path) or b"").splitlines()
            payloads = [json.loads(base64.b64decode(json.loads(lines[at])["payload"])) for at in strays]
            found.kept |= {payload["sha256"] for payload in payloads}
    return found


def judge(tablets: Sequence[Tablet], logged: Logged) -> list[Promise]:
    """Each promise, kept or broken with what broke it."""
    found: dict[str, Promise] = {}
    for tablet in tablets:
        for promise in _of_tablet(tablet, logged.by_device.get(tablet.device, []), logged.kept):
            before = found.get(promise.name, Promise(promise.name, 0))
            found[promise.name] = Promise(
                promise.name, before.checked + promise.checked, before.broken + promise.broken
            )
    diverged = tuple(_documents(tablets))
    return [*found.values(), Promise("converged", len({doc for one in tablets for doc in one.documents}), diverged)]


def _of_tablet(tablet: Tablet, rows: Sequence[Row], kept: Collection[str]) -> Iterator[Promise]:
    device, seen = tablet.device, tablet.seen
    by_id = {row.id: row for row in rows}
    lost = sorted(entry for entry in seen.acknowledged if entry not in by_id and not _kept(tablet, entry, kept))
    yield Promise("acknowledged", len(seen.acknowledged), tuple(f"lost: {entry} of {device}" for entry in lost))
    expected = [entry for entry in tablet.written if entry not in seen.forgotten]
    missing = [entry for entry in expected if entry not in by_id and not _kept(tablet, entry, kept)]
    yield Promise("recorded", len(expected), tuple(f"not_recorded: {entry} of {device}" for entry in missing))
    doubled = (f"doubled: entries of {device}",) if len(rows) != len(by_id) else ()
    yield Promise("once", len(rows), doubled)
    ordered = [row.seq for row in rows] == list(range(1, len(rows) + 1))
    yield Promise("order", len(rows), () if ordered else (f"out_of_order: entries of {device}",))
    yield Promise("receipts", len(seen.receipts), tuple(_receipts(tablet, by_id, kept)))
    doubts = [(by_id[entry], doubt) for entry, one in tablet.written.items() for doubt in one.doubts if entry in by_id]
    bare = [
        f"not_flagged: {row.id} of {device} lacks {sorted(doubt)}" for row, doubt in doubts if not doubt & {*row.flags}
    ]
    yield Promise("flagged", len(doubts), tuple(bare))
    if not seen.troubled and abs(tablet.machine_skew_ms) < SKEW_LIMIT_MS:
        blamed = tuple(f"flagged: {row.id} of {device} with {list(row.flags)}" for row in rows if row.flags)
        yield Promise("unblamed", len(rows), blamed)


def _kept(tablet: Tablet, entry: str, kept: Collection[str]) -> bool:
    """Whether it collided with what the device's own disk had forgotten, and is in quarantine."""
    written = tablet.written.get(entry)
    return tablet.seen.restores > 0 and written is not None and written.digest in kept


def _receipts(tablet: Tablet, rows: Mapping[str, Row], kept: Collection[str]) -> Iterator[str]:
    for entry, receipt in tablet.seen.receipts.items():
        row = rows.get(entry)
        if row is not None:
            right = receipt["index"] == row.index and tuple(receipt["flags"]) == row.flags
        else:
            right = receipt["verdict"] == "quarantined" and _kept(tablet, entry, kept)
        if not right:
            yield f"receipt_wrong: {entry} of {tablet.device} says {receipt['index']}, {receipt['verdict']}"


def _documents(tablets: Sequence[Tablet]) -> list[str]:
    digests: dict[str, set[str]] = defaultdict(set)
    for tablet in tablets:
        for doc, document in tablet.documents.items():
            digests[doc].add(document.digest())
    return [f"diverged: {doc} is {len(found)} different documents" for doc, found in digests.items() if len(found) > 1]
