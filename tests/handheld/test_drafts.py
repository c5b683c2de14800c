"""What is typed together, over the real wire: places that every tablet may bring, also after a document was lost."""

import pytest
from handheld_support import Site, Tablet
from sqlalchemy import delete

from server.core import db
from server.handheld.hub.tables import change
from sync.crdt import places
from sync.crdt.genesis import open_document

BATCH, DOC = "B-1", "batch/B-1"
KEY = "text:20%2Fremark"


def made() -> bytes:
    return places.place(open_document(DOC), KEY)


def joined(site: Site, name: str) -> Tablet:
    tablet = site.tablet(name, BATCH).connect()
    tablet.wait_for_document(BATCH)
    return tablet


def keys(tablet: Tablet) -> list[str]:
    doc = tablet.docs[DOC]
    return list(doc.core.keys(doc._map("drafts")))


@pytest.mark.urs("PLT-09", "PLT-15")
def test_a_place_belongs_to_no_device_and_has_one_number(site: Site) -> None:
    first, second = joined(site, "T-1"), joined(site, "T-2")
    acks = [tablet.expect("ack", id=tablet.push(BATCH, made())) for tablet in (first, second)]
    assert acks[0]["numbers"] == acks[1]["numbers"]
    with db.write(site.plant.engine) as connection:
        connection.execute(delete(change))
    site.hub.documents.forget()
    # The document is made anew, and the other tablet is the first to bring the place.
    for tablet in (second, first):
        tablet.rebuild(BATCH)
        tablet.expect("ack", id=tablet.push(BATCH, made()))
        tablet.docs[DOC].apply(made())
        assert keys(tablet) == [KEY]
    assert site.quarantined() == []


@pytest.mark.urs("PLT-09", "PLT-14")
def test_a_device_cannot_take_a_place_for_itself(site: Site) -> None:
    thief = site.tablet("T-9", BATCH)
    thief.open()
    thief.hello(actor=places.place_actor(open_document(DOC), KEY))
    assert thief.error() == "frame_malformed"
    thief = joined(site, "T-8")
    doc = thief.docs[DOC]
    doc.core.set_actor(bytes.fromhex(places.place_actor(open_document(DOC), KEY)))
    refused = thief.expect("refused", id=thief.push(BATCH, doc.draft("note", "P-1", "mine")))
    assert (refused["code"], "place" in refused["detail"]) == ("change_refused", True)
    honest = joined(site, "T-1")
    honest.expect("ack", id=honest.push(BATCH, made()))


@pytest.mark.urs("PLT-08", "PLT-16")
def test_full_drafts_keep_no_entry_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.crdt.drafts.MAX_DRAFT_VALUES", 1)
    tablet = joined(site, "T-1")
    tablet.expect("ack", id=tablet.push(BATCH, made()))
    refused = tablet.expect("refused", id=tablet.push(BATCH, tablet.docs[DOC].draft("20/net", "P-1", "12.6")))
    assert refused["detail"] == "the drafts of this document are full"
    tablet.rebuild(BATCH)
    given = {"phase": None, "text": "recorded"}
    remark = tablet.write(BATCH, "production.remark_added.v1", given, actor="P-1", lease=tablet.leases[BATCH])
    tablet.deliver(BATCH, remark)
    assert tablet.receipt(BATCH, remark)["verdict"] == "accepted"
