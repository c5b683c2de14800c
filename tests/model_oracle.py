"""What must be true of a site when all tablets are back: asked of log, documents, quarantine and held entries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core_support import reader
from model_tablet import ModelTablet, Written
from sqlalchemy import func, select

from server.core import inbox
from server.core.plant import Plant
from server.handheld.hub.tables import change, pending
from server.handheld.model import LEASE_TERM, SKEW_LIMIT_MS, document_of
from server.production import model
from server.simulate.document import Document
from sync.crdt import policy
from sync.log import reading
from sync.log.reading import StoredEntry
from sync.log.tables import log_entry
from sync.verify import verify_log

LIMIT = SKEW_LIMIT_MS / 1000
DOUBTS = {"clock_skew", "captured_outside", "lease_expired", "lease_unknown", "seen_wrong", "device_revoked"}
FORK = "sequence_fork"


@dataclass(slots=True)
class Findings:
    """The whole of a site, read once."""

    log: list[StoredEntry]
    documents: dict[str, Document]
    quarantined: dict[bytes, set[str]]
    held: set[str]
    pending: set[str]

    @classmethod
    def read(cls, plant: Plant, batches: Iterable[str]) -> "Findings":
        with plant.engine.connect() as connection:
            log = list(reading.between(connection, 0, plant.log.head(connection).size))
            stored = {}
            for doc in map(document_of, batches):
                rows = connection.execute(
                    select(change.c.n, change.c.raw).where(change.c.doc == doc).order_by(change.c.n)
                )
                numbers, raws = zip(*rows.all(), strict=True)
                assert list(numbers) == list(range(1, len(numbers) + 1)), f"a gap in the numbers of {doc}"
                stored[doc] = _whole(doc, raws)
            quarantined: dict[bytes, set[str]] = defaultdict(set)
            for row in connection.execute(select(inbox.quarantine)):
                quarantined[row.bytes].add(row.code)
            held = set(connection.execute(select(inbox.held.c.id)).scalars())
            waiting = set(connection.execute(select(pending.c.entry)).scalars())
        result = verify_log(reader(plant.engine, plant.log), full=True)
        assert result.ok, result.reason
        return cls(log, stored, quarantined, held, waiting)

    def counted(self) -> Counter[str]:
        """How many entries have met what."""
        flags = Counter(flag for one in self.log for flag in one.stamp.flags)
        return flags + Counter(code for codes in self.quarantined.values() for code in codes)

    def of_device(self, device: str) -> list[StoredEntry]:
        return [one for one in self.log if one.head.device == device]


def _whole(doc: str, raws: Sequence[bytes]) -> Document:
    """All changes in the library itself, which must read of them what our own codec reads."""
    document = Document(bytes(16), raws[0])
    for raw in raws[1:]:
        document.apply(raw)
    state = policy.rebuild(doc, raws)
    assert (set(state.entries), set(state.receipts)) == (set(document.entries()), document.receipted())
    return document


def check_held(plant: Plant) -> None:
    """At any time: what is held waits for something that is not here; the rest was released with what came."""
    last = select(log_entry.c.device, func.max(log_entry.c.seq).label("seq")).group_by(log_entry.c.device).subquery()
    here = inbox.held.join(last, last.c.device == inbox.held.c.device, isouter=True)
    query = select(inbox.held.c.device, inbox.held.c.seq, last.c.seq.label("last")).select_from(here)
    with plant.engine.connect() as connection:
        for row in connection.execute(query):
            assert row.seq > (row.last or 0) + 1, f"{row.device}: entry {row.seq} is held, and the log has {row.last}"


def check(found: Findings, tablets: Sequence[ModelTablet]) -> None:
    """AssertionError with the promise that was broken."""
    assert not found.held, f"held for ever: {found.held}"
    assert not found.pending, f"without a receipt: {found.pending}"
    for tablet in tablets:
        _check_chain(found, tablet)
        for one in tablet.entries.values():
            _check_verdict(found, tablet, one, tablets)
    _check_documents(found, tablets)
    written = {one.id: one for tablet in tablets for one in tablet.entries.values()}
    recorded = [(one, written[one.head.id]) for one in found.log if one.head.id in written]
    for stored, one in recorded:
        _check_doubts(stored, one)
    _check_conflicts(found, recorded, {tablet.device for tablet in tablets if tablet.seen.restores})


def _check_chain(found: Findings, tablet: ModelTablet) -> None:
    rows = found.of_device(tablet.device)
    assert [one.head.seq for one in rows] == list(range(1, len(rows) + 1)), f"{tablet.device} is not in order"
    ids = [one.head.id for one in rows]
    assert len(ids) == len(set(ids)), f"{tablet.device} is doubled"
    if not tablet.seen.restores:
        assert ids == list(tablet.entries), f"{tablet.device} has written something else"
    for stored in rows:
        mine = tablet.entries[stored.head.id].envelope
        assert (stored.envelope.header, stored.envelope.payload) == (mine.header, mine.payload)


def _check_verdict(found: Findings, tablet: ModelTablet, one: Written, tablets: Sequence[ModelTablet]) -> None:
    """Exactly one: in the log, or in quarantine as a collision; or it was lost with a disk and never came."""
    stored = [entry for entry in found.log if entry.head.id == one.id]
    kept = found.quarantined.get(one.envelope.encode(), set())
    document = found.documents[one.envelope.head.stream]
    acknowledged = any(one.id in other.seen.acknowledged for other in tablets)
    if stored:
        assert not kept, f"{one.id} is in the log and in quarantine: {kept}"
    elif kept:
        assert kept == {FORK}, kept
        assert tablet.seen.restores, f"{one.id} collides, and no disk was set back"
    else:
        assert one.id in tablet.seen.forgotten, f"{one.id} is lost"
        assert not acknowledged, f"{one.id} was acknowledged, and is lost"
        assert one.id not in document.entries(), f"{one.id} stands in its document without a verdict"
        return
    receipt = document.receipt(one.id)
    assert receipt is not None, f"{one.id} has no receipt"
    if stored:
        assert (receipt["index"], receipt["flags"]) == (stored[0].index, list(stored[0].stamp.flags))
        assert receipt["recorded_at"] == stored[0].stamp.recorded_at
        assert receipt["verdict"] == ("flagged" if receipt["flags"] else "accepted")
    else:
        assert (receipt["verdict"], receipt["index"], receipt["flags"]) == ("quarantined", None, [FORK])
        told = [entry.envelope.body for entry in found.log if entry.head.kind == "handheld.input_quarantined.v1"]
        assert (tablet.device, FORK) in {(body["device"], body["code"]) for body in told}


def _check_documents(found: Findings, tablets: Sequence[ModelTablet]) -> None:
    for doc, document in found.documents.items():
        digests = {one.documents[doc].digest() for one in tablets} | {document.digest()}
        assert len(digests) == 1, f"{doc} has not converged"
        assert set(document.entries()) == document.receipted(), f"{doc}: entries without a receipt"


def _check_doubts(stored: StoredEntry, one: Written) -> None:
    flags = DOUBTS.intersection(stored.stamp.flags)
    allowed = [_doubts(one, skew) for skew in one.skews]
    assert flags in allowed, f"flagged {flags}, with a clock off by {one.jump} and greetings by {one.skews}: {allowed}"


def _doubts(one: Written, skew: float) -> set[str]:
    """The flags of an entry whose device greeted with this skew: a jump is either told by it or does not fit."""
    found = set()
    early, late = sorted((one.jump, one.jump - skew))
    if abs(skew) > LIMIT:
        found.add("clock_skew")
    if early > LIMIT or (late < -LIMIT and one.envelope.head.seen is not None):
        found.add("captured_outside")
    if one.jump - skew > LEASE_TERM.total_seconds():
        found.add("lease_expired")
    return found


def _check_conflicts(
    found: Findings, recorded: Sequence[tuple[StoredEntry, Written]], restored: Collection[str]
) -> None:
    """A conflict for every value that was set without knowing of another in its place, and for no other. A restored
    device may have corrected what then collided."""
    current: dict[tuple[str, str], list[Written]] = defaultdict(list)
    expected: dict[str, set[str]] = {}
    for stored, one in recorded:
        if one.slot is None:
            continue
        place = current[one.envelope.head.stream, one.slot]
        unknown = {other.id for other in place if other.id not in one.view}
        rivals = {other.id for other in place if other.id != one.envelope.head.corrects}
        if stored.head.device not in restored:
            assert unknown == rivals, "the tablet has set what it knew to be taken"
        assert ("conflict" in stored.stamp.flags) == bool(rivals), f"{one.id}: {stored.stamp.flags}, rivals {rivals}"
        if rivals:
            expected[one.id] = rivals | {one.id}
        current[one.envelope.head.stream, one.slot] = [
            other for other in place if other.id != one.envelope.head.corrects
        ] + [one]
    told = [set(entry.envelope.body["entries"]) for entry in found.log if entry.head.kind == model.CONFLICT]
    assert sorted(map(sorted, told)) == sorted(map(sorted, expected.values()))
