"""Whether the server kept its promises: told from the log's own files and from what the tablets hold, from outside."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.simulate.site import Site
from server.simulate.tablet import Tablet
from sync.checkpoint import Checkpoint
from sync.entry import Header, Receipt, split_leaf
from sync.errors import SyncError
from sync.tiles import WIDTH, Name, decode_entries
from sync.verify import verify_log
from sync.verify.readers import Reader, url

PUBLISH_SECONDS = 30.0


@dataclass(slots=True)
class Logged:
    """What the log holds of the simulated devices: (index, id, sequence) by device, in the log's order."""

    size: int
    by_device: dict[str, list[tuple[int, str, int]]] = field(default_factory=lambda: defaultdict(list))
    last_at: float | None = None


def verify(site: Site, needed: int) -> tuple[dict[str, Any], Logged, list[str]]:
    """Check the whole log, every signature, once a checkpoint of at least `needed` entries is published: what was
    found, what the log holds, and broken promises."""
    read = url(site.url, {"Cookie": site.cookie})
    size = _published(read, needed)
    begin = time.monotonic()
    result = verify_log(read, full=True)
    found = {"size": result.size, "root": result.root, "ok": result.ok, "seconds": round(time.monotonic() - begin, 2)}
    broken = [] if result.ok else [f"log_wrong: {result.code} {result.reason}"]
    if size < needed:
        broken.append(f"not_published: {size} of {needed} entries")
    return found, _logged(read, result.size or 0), broken


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
        data = read(Name("entries", start // WIDTH, min(WIDTH, size - start)).path) or b""
        for index, leaf in enumerate(decode_entries(data), start):
            header, _, receipt = split_leaf(leaf)
            head = Header.parse(header)
            found.by_device[head.device].append((index, head.id, head.seq))
            found.last_at = datetime.fromisoformat(Receipt.parse(receipt).recorded_at).timestamp()
    return found


def judge(tablets: Sequence[Tablet], logged: Logged) -> list[str]:
    """Promises that were broken, in plain words; empty when all were kept."""
    broken: list[str] = []
    for tablet in tablets:
        rows = logged.by_device.get(tablet.device, [])
        ids = [entry for _, entry, _ in rows]
        broken += [f"lost: {entry} of {tablet.device}" for entry in sorted(tablet.seen.acknowledged - set(ids))]
        broken += [f"not_recorded: {entry} of {tablet.device}" for entry in sorted(set(tablet.written) - set(ids))]
        if len(ids) != len(set(ids)):
            broken.append(f"doubled: entries of {tablet.device}")
        if [seq for _, _, seq in rows] != list(range(1, len(rows) + 1)):
            broken.append(f"out_of_order: entries of {tablet.device}")
        broken += _receipts(tablet, {entry: index for index, entry, _ in rows})
    return broken + _documents(tablets)


def _receipts(tablet: Tablet, indexes: Mapping[str, int]) -> list[str]:
    return [
        f"receipt_wrong: {entry} of {tablet.device} says {receipt['index']}, {receipt['verdict']}"
        for entry, receipt in tablet.seen.receipts.items()
        if receipt["index"] is None or receipt["index"] != indexes.get(entry)
    ]


def _documents(tablets: Sequence[Tablet]) -> list[str]:
    digests: dict[str, set[str]] = defaultdict(set)
    for tablet in tablets:
        for doc, document in tablet.documents.items():
            digests[doc].add(document.digest())
    return [f"diverged: {doc} is {len(found)} different documents" for doc, found in digests.items() if len(found) > 1]
