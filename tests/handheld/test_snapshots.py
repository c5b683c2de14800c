"""Documents whole for fresh tablets: who may have them, that they hold what they say, and that nothing needs them."""

import base64
import urllib.parse
from collections.abc import Mapping
from typing import Any

import pytest
from automerge.core import Document
from handheld_support import Site, Tablet

from server.handheld import snapshots
from sync.crdt.codec import parse
from sync.entry import Envelope
from sync.errors import SyncError

BATCH = "B-1"


@pytest.fixture(autouse=True)
def _short_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "LEAST", 10)
    monkeypatch.setattr(snapshots, "STEP", 10)


@pytest.fixture
def tablet(site: Site) -> Tablet:
    made = site.tablet("T-1", BATCH).connect()
    made.wait_for_document(BATCH)
    return made


def work(tablet: Tablet, count: int) -> list[Envelope]:
    entries = [
        tablet.write(
            BATCH,
            "production.remark_added.v1",
            {"phase": None, "text": f"{n}"},
            actor="P-1",
            lease=tablet.leases[BATCH],
            subject="remark",
        )
        for n in range(count)
    ]
    tablet.deliver(BATCH, *entries)
    for entry in entries:
        tablet.receipt(BATCH, entry)
    return entries


def proof(site: Site, tablet: Tablet, batch: str = BATCH) -> str:
    message = f"pestle/snapshot/v1\n{site.nonces[site.cookie]}\nbatch/{batch}\n{tablet.device}"
    return base64.b64encode(tablet.signer.sign(message.encode())).decode()


def ask(site: Site, tablet: Tablet, **changed: str) -> tuple[int, Any, Mapping[str, str]]:
    cookie, batch = changed.pop("cookie", None), changed.pop("batch", BATCH)
    query = {"device": tablet.device, "proof": proof(site, tablet, batch), **changed}
    return site.request("GET", f"/api/documents/{batch}/snapshot?{urllib.parse.urlencode(query)}", cookie=cookie)


@pytest.mark.urs("PLT-08", "PLT-09")
def test_a_fresh_tablet_gets_the_document_whole_and_then_what_came_since(
    site: Site, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = work(tablet, 12)
    status, data, headers = ask(site, tablet)
    assert status == 200
    last = int(headers["Pestle-Last"])
    stored = [one.hash for one in site.hub.documents.after(f"batch/{BATCH}", 0) if one.n <= last]
    changes = Document.load(data).get_changes([])
    assert sorted(parse(bytes(change.bytes)).hash for change in changes) == sorted(stored)
    assert len(stored) == last
    more = work(tablet, 2)
    fresh = site.tablet("T-2", BATCH)
    # It has the document already: nothing begins with the first change.
    monkeypatch.setattr(fresh, "_take_up", lambda frame: None)
    fresh.open()
    fresh.hello(docs={f"batch/{BATCH}": last})
    told = fresh.expect("changes")
    assert told["last"] - len(told["changes"]) == last
    assert len(entries) + len(more) == 14


@pytest.mark.urs("PLT-08")
def test_a_short_document_comes_in_changes(site: Site, tablet: Tablet) -> None:
    work(tablet, 2)
    assert ask(site, tablet)[0] == 204


@pytest.mark.urs("PLT-08")
def test_it_is_made_again_only_when_enough_has_come(
    site: Site, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    project = snapshots.projector.project

    def counted(changes: list[bytes], deadline: float) -> bytes:
        made.append(len(changes))
        return project(changes, deadline)

    monkeypatch.setattr(snapshots.projector, "project", counted)
    work(tablet, 12)
    first = ask(site, tablet)[2]["Pestle-Last"]
    work(tablet, 1)
    assert ask(site, tablet)[2]["Pestle-Last"] == first
    work(tablet, 12)
    assert int(ask(site, tablet)[2]["Pestle-Last"]) == made[-1]
    assert made == [int(first), made[-1]]
    assert made[-1] > int(first)


@pytest.mark.urs("PLT-09")
def test_a_core_that_fails_means_no_snapshot_and_is_not_asked_again_at_once(
    site: Site, tablet: Tablet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []

    def broken(changes: list[bytes], deadline: float) -> bytes:
        calls.append("asked")
        raise SyncError("projection_failed", "no result within 10 s")

    monkeypatch.setattr(snapshots.projector, "project", broken)
    work(tablet, 12)
    assert [ask(site, tablet)[0] for _ in range(3)] == [204, 204, 204]
    assert calls == ["asked"]
    assert "no snapshot of batch/B-1" in caplog.text


@pytest.mark.urs("PLT-12", "PLT-15", "IDN-02")
def test_who_may_not_sync_the_document_does_not_get_it(site: Site, tablet: Tablet) -> None:
    work(tablet, 12)
    assert ask(site, tablet, cookie="")[1]["code"] == "session_missing"
    stranger = site.tablet("T-9")
    assert ask(site, stranger)[0] == 204
    assert ask(site, tablet, proof=proof(site, stranger))[1]["code"] == "signature_wrong"
    assert ask(site, tablet, device="tablet-nobody")[1]["code"] == "device_unknown"
    assert ask(site, tablet, batch="B-2")[0] == 204
    site.revoke(tablet)
    assert ask(site, tablet)[1]["code"] == "device_revoked"


@pytest.mark.urs("PLT-09")
def test_a_document_that_was_lost_and_made_anew_is_not_given_out_as_it_was(site: Site, tablet: Tablet) -> None:
    work(tablet, 12)
    assert ask(site, tablet)[0] == 200
    with site.plant.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sync_change")
    site.hub.documents.forget()
    site.hub.documents.bring_up(f"batch/{BATCH}")
    # It holds the same entries in two changes, which come as such.
    assert ask(site, tablet)[0] == 204
