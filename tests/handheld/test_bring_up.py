"""A document holds what the log holds: entries that came another way than through it, and documents that were lost."""

import json
from typing import Any

import pytest
from batch_support import cleared
from handheld_support import Site, Tablet, TabletDocument
from sqlalchemy import delete, func, select

from server.core import db
from server.core.kinds import Fact
from server.handheld.hub.backlog import DECIDED
from server.handheld.hub.tables import actor, change, pending
from sync.crdt.genesis import genesis
from sync.entry import Envelope
from sync.log import reading
from sync.writer import DeviceWriter

BATCH, DOC = "B-1", "batch/B-1"
STARTED, REMARK = "production.phase_started.v1", "production.remark_added.v1"
CLEARED = "production.line_cleared.v1"


def work_elsewhere(site: Site, count: int, size: int = 10) -> list[Envelope]:
    """Remarks of a tablet that stand in the log and came there without the document."""
    writer = DeviceWriter("T-0", site.enrol("T-0"))
    written = [writer.write(STARTED, DOC, {"batch": BATCH, "phase": "10"}, actor="P-1", subject="10/started")]
    for _ in range(count):
        payload = {"batch": BATCH, "phase": "10", "text": "x" * size}
        written.append(writer.write(REMARK, DOC, payload, actor="P-1", subject="10/remark"))
    site.plant.recorder.submit_many(written, source="elsewhere")
    return written


def joined(site: Site, name: str = "T-1") -> Tablet:
    tablet = site.tablet(name, BATCH).connect()
    tablet.wait_for_document(BATCH)
    while tablet.docs[DOC].last < site.hub.documents.last(DOC):
        tablet.next()
    return tablet


def receipts_of(site: Site, entries: list[Envelope]) -> dict[str, Any]:
    found = {}
    with site.plant.engine.connect() as connection:
        for item in entries:
            stored = reading.by_id(connection, item.head.id)
            assert stored is not None
            stamp = json.loads(stored.receipt)
            found[item.head.id] = {name: stamp[name] for name in ("index", "flags", "recorded_at", "verdict")}
    return found


@pytest.mark.urs("PLT-08", "PLT-09")
def test_a_tablet_that_takes_a_batch_along_sees_what_the_log_holds_of_it(site: Site) -> None:
    entries = work_elsewhere(site, 3)
    assert site.exceptions(BATCH), "the server has stated things of the batch, which tablets derive themselves"
    tablet = joined(site)
    doc = tablet.docs[DOC]
    assert doc.entries == {item.head.id: item.encode() for item in entries}
    assert doc.receipts == receipts_of(site, entries)
    assert doc.last == 2
    # It works on from there, and another comes to see all of it.
    lease = tablet.leases[BATCH]
    own = tablet.write(BATCH, REMARK, {"phase": "10", "text": "on"}, actor="P-1", lease=lease, subject="10/remark")
    assert tablet.receipt(BATCH, tablet.delivered(BATCH, own))["verdict"] == "accepted"
    assert set(joined(site, "T-2").docs[DOC].entries) == {item.head.id for item in (*entries, own)}


@pytest.mark.urs("PLT-08")
def test_nothing_is_written_twice(site: Site) -> None:
    entries = work_elsewhere(site, 2)
    tablet = joined(site)
    before = site.hub.documents.last(DOC)
    assert site.hub.documents.bring_up(DOC) is False
    site.lease(tablet, BATCH)
    assert site.hub.documents.last(DOC) == before
    # A tablet that finds these entries in its journal brings them again, before it has heard of ours.
    size, early = site.size(), TabletDocument(tablet.actor, genesis(DOC))
    tablet.expect("ack", id=tablet.push(BATCH, *(early.put({item.head.id: item.encode()}) for item in entries)))
    assert site.hub.documents.bring_up(DOC) is False
    assert (site.size(), tablet.docs[DOC].entries) == (size, {item.head.id: item.encode() for item in entries})
    assert site.quarantined() == []


@pytest.mark.urs("PLT-09")
def test_many_entries_come_in_changes_that_pass_in_a_frame(site: Site) -> None:
    entries = work_elsewhere(site, 100, size=4_000)
    tablet = joined(site)
    assert tablet.docs[DOC].entries == {item.head.id: item.encode() for item in entries}
    with site.plant.engine.connect() as connection:
        sizes = list(connection.execute(select(func.length(change.c.raw)).where(change.c.doc == DOC)).scalars())
    assert len(sizes) == 3
    assert max(sizes) < 350_000


@pytest.mark.urs("PLT-07", "PLT-08")
@pytest.mark.parametrize("running", [True, False])
def test_a_lost_document_is_made_again_and_told_whole(site: Site, running: bool) -> None:
    tablet = joined(site)
    lease = tablet.leases[BATCH]
    kept = [
        tablet.write(BATCH, REMARK, {"phase": None, "text": word}, actor="P-1", lease=lease, subject="batch/remark")
        for word in ("one", "two", "three")
    ]
    for item in kept:
        tablet.receipt(BATCH, tablet.delivered(BATCH, item))
    old = tablet.docs[DOC].last
    tablet.drop()
    if not running:
        site.stop()
        site.start()
    with db.write(site.plant.engine) as connection:
        for table in (change, pending):
            connection.execute(delete(table).where(table.c.doc == DOC))
        connection.execute(delete(actor))
    # The tablet names a number that the new document has not reached.
    page = site.again(tablet)
    page.open()
    page.hello(docs={DOC: old})
    page.wait_for_document(BATCH)
    while page.docs[DOC].last < site.hub.documents.last(DOC):
        page.next()
    assert page.docs[DOC].last < old
    assert page.docs[DOC].entries == {item.head.id: item.encode() for item in kept}
    assert page.docs[DOC].receipts == receipts_of(site, kept)
    more = page.write(BATCH, REMARK, {"phase": None, "text": "four"}, actor="P-1", lease=lease, subject="batch/remark")
    assert page.receipt(BATCH, page.delivered(BATCH, more))["verdict"] == "accepted"
    assert site.quarantined() == []


@pytest.mark.urs("PLT-08", "PLT-14")
def test_what_stood_in_a_lost_document_and_not_in_the_log_no_longer_waits(site: Site) -> None:
    """An entry on its way when the document was lost stands in the log by now: its receipt comes with it."""
    [started] = work_elsewhere(site, 0)
    values = {"doc": DOC, "entry": started.head.id, "device": "T-0", "seq": 1}
    with db.write(site.plant.engine) as connection:
        connection.execute(pending.insert().values(values))
    joined(site)
    assert site.hub.documents.pending_documents() == set()


@pytest.mark.urs("PLT-10", "PLT-16")
def test_a_tablet_that_was_away_learns_what_qa_has_decided(site: Site) -> None:
    here, away = joined(site, "T-1"), joined(site, "T-2")
    away.drop()
    claims = [
        tablet.write(BATCH, CLEARED, cleared(BATCH), actor="P-1", lease=tablet.leases[BATCH], subject="10/clearance")
        for tablet in (here, away)
    ]
    here.receipt(BATCH, here.delivered(BATCH, claims[0]))
    away.connect()
    away.receipt(BATCH, away.delivered(BATCH, claims[1]))
    away.drop()
    with site.plant.engine.connect() as connection:
        [conflict] = reading.of_kind(connection, "production.conflict_found.v1")
    chosen = {"batch": BATCH, "conflict": conflict.head.id, "chosen": claims[0].head.id, "reason": "read by two"}
    fact = Fact(DECIDED, DOC, chosen, subject=conflict.head.id, actor="P-3")
    [decided] = site.plant.recorder.state(fact)
    for tablet in (here, away.connect()):
        while decided.id not in tablet.docs[DOC].receipts:
            tablet.next()
        found = Envelope.decode(tablet.docs[DOC].entries[decided.id])
        assert (found.head.device, found.head.actor, found.body) == ("server", "P-3", chosen)
        assert tablet.docs[DOC].receipts[decided.id]["index"] == decided.index
    assert site.hub.documents.bring_up(DOC) is False
