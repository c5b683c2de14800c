"""Tablets at the hub over real sockets: they converge, resume, are refused, held, and lose nothing in a crash."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any

import pytest
from handheld_support import Site, Tablet, b64

from server.core.kinds import Fact
from sync.entry import Envelope
from sync.log import reading

BATCH = "B-1"
DOC = f"batch/{BATCH}"
STARTED = "production.phase_started.v1"
REMARK = "production.remark_added.v1"


def remark(tablet: Tablet, text: str, **header: Any) -> Envelope:
    payload = {"batch": BATCH, "phase": None, "text": text}
    given = {"actor": "P-1", "lease": tablet.leases.get(BATCH), "subject": "batch/remark", **header}
    return tablet.write(BATCH, REMARK, payload, **given)


def texts(site: Site) -> list[str]:
    """The remarks in the log, in its order."""
    with site.plant.engine.connect() as connection:
        found = reading.of_kind(connection, REMARK)
        return [entry.envelope.body["text"] for entry in found if "payload_malformed" not in entry.stamp.flags]


@pytest.mark.urs("PLT-08", "PLT-09", "HMI-05")
def test_two_tablets_on_one_batch_converge(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    first.wait_for_document(BATCH)
    second.wait_for_document(BATCH)
    one = remark(first, "one")
    two = remark(second, "two")
    changes = [first.put(BATCH, one), second.put(BATCH, two)]
    for tablet, change in zip((first, second), changes, strict=True):
        tablet.expect("ack", id=tablet.push(BATCH, change))
    for tablet in (first, second):
        for entry in (one, two):
            receipt = tablet.receipt(BATCH, entry)
            assert receipt["verdict"] == "accepted"
            assert tablet.docs[DOC].entries[entry.head.id] == entry.encode()
    assert first.docs[DOC].entries == second.docs[DOC].entries
    assert sorted(texts(site)) == ["one", "two"]


@pytest.mark.urs("PLT-09")
def test_an_author_gets_its_own_change_back_only_as_a_number(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    first.wait_for_document(BATCH)
    second.wait_for_document(BATCH)
    change = first.put(BATCH, remark(first, "mine"))
    ack = first.expect("ack", id=first.push(BATCH, change))
    assert ack["numbers"] == [2]
    assert ack["last"] == 2
    assert base64.b64decode(second.expect("changes")["changes"][0]) == change
    first.receipt(BATCH, first.written[-1])
    assert b64(change) not in [text for frame in first.heard if frame["t"] == "changes" for text in frame["changes"]]


@pytest.mark.urs("PLT-09")
def test_a_tablet_that_lost_its_connection_resumes_by_number(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    first.wait_for_document(BATCH)
    second.wait_for_document(BATCH)
    unseen = first.put(BATCH, remark(first, "sent, but the answer is lost"))
    first.push(BATCH, unseen)
    first.drop()
    site.wait(lambda: site.hub.documents.last(f"batch/{BATCH}") > 1)
    for text in ("meanwhile", "and again"):
        second.receipt(BATCH, second.delivered(BATCH, remark(second, text)))
    first.connect()
    # It does not know whether the change has arrived, and sends it once more.
    ack = first.expect("ack", id=first.push(BATCH, unseen))
    assert ack["numbers"] == [2]
    for entry in (*first.written, *second.written):
        first.receipt(BATCH, entry)
    assert first.docs[DOC].last >= ack["last"]
    assert sorted(texts(site)) == ["and again", "meanwhile", "sent, but the answer is lost"]


@pytest.mark.urs("PLT-09")
def test_two_hundred_entries_from_offline_work_arrive_in_device_order(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.drop()
    changes = [tablet.put(BATCH, remark(tablet, f"{n:03}")) for n in range(200)]
    tablet.connect()
    for start in range(0, 200, 50):
        tablet.expect("ack", id=tablet.push(BATCH, *changes[start : start + 50]))
    tablet.receipt(BATCH, tablet.written[-1])
    assert texts(site) == [f"{n:03}" for n in range(200)]


@pytest.mark.urs("PLT-09")
def test_a_refused_change_costs_nothing_once_the_document_is_built_anew(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    kept = tablet.delivered(BATCH, remark(tablet, "kept"))
    tablet.receipt(BATCH, kept)
    doc = tablet.docs[DOC]
    number = tablet.push(BATCH, doc.remove(kept.head.id))
    refused = tablet.expect("refused", id=number)
    assert (refused["code"], refused["at"]) == ("change_refused", 0)
    entry = remark(tablet, "replayed")
    after = tablet.push(BATCH, doc.put({entry.head.id: entry.encode()}))
    assert tablet.expect("refused", id=after)["detail"] == "missing_deps"
    tablet.rebuild(BATCH)
    assert tablet.deliver(BATCH, entry)["numbers"]
    assert tablet.receipt(BATCH, entry)["verdict"] == "accepted"
    assert texts(site) == ["kept", "replayed"]
    assert [row["code"] for row in site.quarantined()] == ["change_refused", "change_refused"]


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"stream": "batch/B-2"}, "stream_mismatch"),
        ({"id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "entry_malformed"),
        ({"bytes": b"no entry"}, "entry_malformed"),
    ],
)
def test_an_entry_that_does_not_belong_into_the_document_refuses_the_push(
    site: Site, changed: dict[str, Any], code: str
) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    entry = remark(tablet, "odd", **({"stream": changed["stream"]} if "stream" in changed else {}))
    key, value = changed.get("id", entry.head.id), changed.get("bytes", entry.encode())
    change = tablet.docs[DOC].put({key: value})
    assert tablet.expect("refused", id=tablet.push(BATCH, change))["code"] == code
    [row] = site.quarantined()
    assert row["code"] == code
    assert row["sha256"] == hashlib.sha256(change).hexdigest()
    assert site.raw(row["id"]) == change
    assert texts(site) == []


@pytest.mark.urs("PLT-08", "PLT-09")
def test_a_tablet_delivers_what_another_has_signed(site: Site) -> None:
    lost, found = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH).connect()
    found.wait_for_document(BATCH)
    entry = remark(lost, "signed by a key that is gone")
    found.deliver(BATCH, entry)
    assert found.receipt(BATCH, entry)["verdict"] == "accepted"
    assert texts(site) == ["signed by a key that is gone"]


@pytest.mark.urs("PLT-09")
def test_an_actor_belongs_to_its_first_device(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH)
    second.actor = first.actor
    second.open()
    second.hello()
    assert second.next() == {"t": "error", "code": "actor_taken"}
    assert second.closed()


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("garbage", ["{", "[]", '{"t":"nonsense"}', '{"t":"push","id":1}', "\u0000" * 50, '{"t":[]}'])
def test_garbage_is_kept_whole_and_ends_the_conversation(site: Site, garbage: str) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.send(garbage)
    assert tablet.error() == "frame_malformed"
    assert tablet.closed()
    [row] = site.quarantined()
    assert (row["code"], row["device"], row["size"]) == ("frame_malformed", tablet.device, len(garbage))
    assert site.raw(row["id"]) == garbage.encode()
    assert site.kinds_of("site").count("handheld.input_quarantined.v1") == 1


@pytest.mark.urs("PLT-14")
def test_a_cut_off_change_is_refused_and_kept(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    change = tablet.put(BATCH, remark(tablet, "whole"))
    refused = tablet.expect("refused", id=tablet.push(BATCH, change[:-3]))
    assert refused["code"] == "change_malformed"
    assert [row["size"] for row in site.quarantined()] == [len(change) - 3]


@pytest.mark.urs("PLT-14")
def test_a_frame_that_is_too_large_ends_the_conversation(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.send(json.dumps({"t": "ping", "n": 1, "x": "x" * 1_100_000}))
    assert tablet.error() == "frame_too_large"
    assert tablet.closed()
    assert [row["code"] for row in site.quarantined()] == ["frame_too_large"]
    again = site.again(tablet).connect()
    again.send(json.dumps({"t": "ping", "n": 1, "x": "x" * 5_000_000}))
    assert again.closed()


@pytest.mark.urs("PLT-14")
def test_a_foreign_page_is_turned_away(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.open(origin="https://evil.example")
    assert tablet.next() == {"t": "error", "code": "origin_foreign"}
    assert tablet.closed()


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("cookie", ["", "pestle_session=" + "x" * 43])
def test_without_a_session_nothing_is_said(site: Site, cookie: str) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.cookie = cookie
    tablet.open()
    assert tablet.next()["code"] in ("session_missing", "session_expired")
    assert tablet.closed()


@pytest.mark.urs("PLT-14")
def test_a_session_that_expires_ends_the_conversation(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    monkeypatch.setattr("server.handheld.hub.conversation.SESSION_SECONDS", 0.0)
    tablet.send({"t": "ping", "n": 1})
    tablet.expect("pong", n=1)
    site.advance(hours=13)
    tablet.send({"t": "ping", "n": 2})
    assert tablet.error() == "session_expired"


@pytest.mark.urs("IDN-02")
def test_an_open_socket_does_not_keep_an_idle_session_alive(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    monkeypatch.setattr("server.handheld.hub.conversation.SESSION_SECONDS", 0.0)
    site.advance(hours=0.9)
    tablet.send({"t": "ping", "n": 1})
    tablet.expect("pong", n=1)
    # Also not by losing its network and coming back.
    tablet.connect()
    site.advance(hours=1.1)
    tablet.send({"t": "ping", "n": 2})
    assert tablet.error() == "session_expired"


@pytest.mark.urs("PLT-15")
def test_an_unknown_device_is_turned_away(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.device = "tablet-ffffff"
    tablet.open()
    tablet.hello()
    assert tablet.next() == {"t": "error", "code": "device_unknown"}


@pytest.mark.urs("PLT-15")
def test_a_revoked_device_is_dismissed_and_not_let_in_again(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    site.revoke(tablet)
    assert tablet.error() == "device_revoked"
    assert tablet.closed()
    tablet.open()
    tablet.hello()
    assert tablet.next() == {"t": "error", "code": "device_revoked"}


@pytest.mark.urs("PLT-15")
@pytest.mark.parametrize("wrong", ["other nonce", "other key", "other actor"])
def test_a_proof_that_does_not_fit_is_turned_away(site: Site, wrong: str) -> None:
    tablet, other = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH)
    tablet.open()
    tablet.nonce = tablet.expect("hello")["nonce"]
    frame = tablet.hello_frame()
    if wrong == "other nonce":
        frame["proof"] = tablet.proof("x" * 32)
    elif wrong == "other key":
        frame["proof"] = b64(other.signer.sign(b"pestle/hello/v1\n"))
    else:
        frame["actor"] = secrets.token_hex(16)
    tablet.send(frame)
    assert tablet.next() == {"t": "error", "code": "signature_wrong"}


@pytest.mark.urs("PLT-14")
def test_an_entry_with_a_wrong_signature_is_quarantined_and_the_tablet_told(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    entry = remark(tablet, "signed by another")
    other = site.tablet("T-2", BATCH)
    forged = Envelope(entry.header, _signatures_of(other, entry), entry.salt, entry.payload)
    tablet.deliver(BATCH, forged)
    receipt = tablet.receipt(BATCH, forged)
    assert (receipt["verdict"], receipt["index"], receipt["flags"]) == ("quarantined", None, ["signature_wrong"])
    assert "signature_wrong" in [row["code"] for row in site.quarantined()]
    assert texts(site) == []


def _signatures_of(other: Tablet, entry: Envelope) -> bytes:
    signature = b64(other.signer.sign(b"pestle/entry/v1\n" + entry.header))
    return json.dumps([{"alg": "ed25519", "by": "device", "sig": signature}], separators=(",", ":")).encode()


@pytest.mark.urs("PLT-09")
def test_a_replay_under_a_new_actor_doubles_nothing(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    entry = tablet.delivered(BATCH, remark(tablet, "once"))
    tablet.receipt(BATCH, entry)
    tablet.rebuild(BATCH)
    twice = (
        tablet.docs[DOC].put({entry.head.id: entry.encode()}) if entry.head.id not in tablet.docs[DOC].entries else b""
    )
    assert not twice, "the entry has come back with the document"
    assert texts(site) == ["once"]


@pytest.mark.urs("PLT-09", "PLT-14")
def test_a_second_entry_with_the_same_number_is_a_fork_and_quarantined(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.receipt(BATCH, tablet.delivered(BATCH, remark(tablet, "first")))
    # A device restored from a copy: it does not know that it has written this number.
    tablet.writer.seq, tablet.writer.prev = 0, "0" * 64
    fork = tablet.delivered(BATCH, remark(tablet, "restored"))
    receipt = tablet.receipt(BATCH, fork)
    assert (receipt["verdict"], receipt["flags"]) == ("quarantined", ["sequence_fork"])
    assert texts(site) == ["first"]


@pytest.mark.urs("PLT-09", "PLT-14")
def test_what_follows_a_fork_has_a_verdict_too(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.receipt(BATCH, tablet.delivered(BATCH, remark(tablet, "first")))
    tablet.writer.seq, tablet.writer.prev = 0, "0" * 64
    forks = [remark(tablet, f"restored {n}") for n in range(4)]
    tablet.deliver(BATCH, *reversed(forks))
    assert [tablet.receipt(BATCH, fork)["flags"] for fork in forks] == [["sequence_fork"]] * 4
    assert texts(site) == ["first"]


@pytest.mark.urs("PLT-09")
def test_what_misses_its_predecessor_is_held_visibly_and_recorded_when_it_comes(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    early, late = remark(tablet, "early"), remark(tablet, "late")
    changes = [tablet.put(BATCH, early), tablet.put(BATCH, late)]
    tablet.rebuild(BATCH)
    tablet.deliver(BATCH, late)
    assert tablet.expect("held")["entries"] == [late.head.id]
    assert texts(site) == []
    assert site.gate("held", BATCH)["count"] == 1
    tablet.deliver(BATCH, early)
    assert tablet.receipt(BATCH, early)["verdict"] == "accepted"
    assert tablet.receipt(BATCH, late)["verdict"] == "accepted"
    assert texts(site) == ["early", "late"]
    assert site.gate("held", BATCH)["met"]
    assert len(changes) == 2


@pytest.mark.urs("PLT-14")
def test_an_entry_of_an_unknown_kind_is_kept_in_the_chain_and_flagged(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    strange = tablet.write(BATCH, "production.magic_happened.v1", {}, actor="P-1", lease=tablet.leases[BATCH])
    tablet.deliver(BATCH, strange)
    assert tablet.receipt(BATCH, strange)["flags"] == ["kind_unknown"]
    after = tablet.delivered(BATCH, remark(tablet, "after"))
    assert tablet.receipt(BATCH, after)["verdict"] == "accepted"


@pytest.mark.urs("PLT-09")
def test_a_crash_between_document_and_log_loses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    monkeypatch.setattr(site.hub.handover, "hand_over", lambda doc, envelopes: [])
    entry = tablet.delivered(BATCH, remark(tablet, "stored, acknowledged, and then the power went"))
    tablet.drop()
    assert texts(site) == []
    assert site.gate("held", BATCH)["count"] == 1
    site.restart()
    site.wait(lambda: texts(site) != [])
    again = site.again(tablet).connect()
    assert again.receipt(BATCH, entry)["verdict"] == "accepted"
    assert site.gate("held", BATCH)["met"]


@pytest.mark.urs("PLT-09")
def test_a_crash_between_log_and_receipt_writes_the_receipt_when_the_tablet_comes_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    monkeypatch.setattr(site.hub.documents, "write_receipts", lambda receipts: [])
    entry = tablet.delivered(BATCH, remark(tablet, "in the log"))
    site.wait(lambda: texts(site) == ["in the log"])
    tablet.drop()
    monkeypatch.undo()
    again = site.again(tablet).connect()
    assert again.receipt(BATCH, entry)["verdict"] == "accepted"
    assert texts(site) == ["in the log"]


@pytest.mark.urs("PLT-09", "HMI-05")
def test_a_receipt_that_could_not_be_written_is_written_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    write = site.hub.documents.write_receipts
    troubles = [OSError("the database is away"), OSError("and still")]

    def fail_twice(receipts: Any) -> list[str]:
        if DOC in receipts and troubles:
            raise troubles.pop()
        return write(receipts)

    monkeypatch.setattr(site.hub.documents, "write_receipts", fail_twice)
    monkeypatch.setattr("server.handheld.hub.handover._RETRY_SECONDS", 0.05)
    entry = tablet.delivered(BATCH, remark(tablet, "patient"))
    assert tablet.receipt(BATCH, entry)["verdict"] == "accepted"
    assert troubles == []


@pytest.mark.urs("PLT-13")
def test_the_clock_of_a_tablet_is_measured_and_a_wrong_one_raises_an_exception(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.connect(wall="2020-01-01T00:00:00.000Z")
    assert tablet.welcome["skew_ms"] < -86_400_000
    tablet.wait_for_document(BATCH)
    entry = tablet.delivered(BATCH, remark(tablet, "yesterday, it says"))
    assert "clock_skew" in tablet.receipt(BATCH, entry)["flags"]
    again = tablet.delivered(BATCH, remark(tablet, "and again"))
    assert "clock_skew" in tablet.receipt(BATCH, again)["flags"]
    assert site.exceptions(BATCH).count("clock_skew") == 1


@pytest.mark.urs("PLT-12")
def test_work_without_a_lease_is_kept_and_flagged(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    entry = tablet.delivered(BATCH, remark(tablet, "no lease", lease=None))
    assert tablet.receipt(BATCH, entry)["flags"] == ["lease_unknown"]
    assert site.exceptions(BATCH) == ["lease_unknown"]


@pytest.mark.urs("PLT-12")
def test_work_after_the_lease_is_kept_and_flagged(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.writer.clock = lambda: time.time_ns() // 1_000_000 + 73 * 3_600_000
    entry = tablet.delivered(BATCH, remark(tablet, "too late"))
    assert "lease_expired" in tablet.receipt(BATCH, entry)["flags"]
    assert "lease_expired" in site.exceptions(BATCH)


@pytest.mark.urs("EQP-05", "HMI-05")
def test_a_tablet_hears_that_an_alarm_was_raised_or_cleared_at_the_desk(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    said = {"equipment": "GR-1", "what": "E42", "severity": "major", "source": "manual"}
    [raised] = site.plant.recorder.state(Fact("equipment.alarm_raised.v1", "equipment/GR-1", said, actor="P-1"))
    tablet.expect("batch", batch="equipment/alarms")
    cleared = {"equipment": "GR-1", "alarm": raised.id, "reason": "filter changed"}
    site.plant.recorder.state(Fact("equipment.alarm_cleared.v1", "equipment/GR-1", cleared))
    tablet.expect("batch", batch="equipment/alarms")


@pytest.mark.urs("HMI-05")
def test_a_tablet_hears_of_batches_and_checkpoints(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    assert tablet.welcome["head"] == {"seq": 0, "hash": "0" * 64}
    tablet.delivered(BATCH, remark(tablet, "news"))
    assert tablet.expect("batch")["batch"] == BATCH
    # What was appended just before may still be told first; a wait in vain ends the test.
    checkpoint = tablet.expect("checkpoint")
    while checkpoint["size"] <= tablet.welcome["checkpoint"]["size"]:
        checkpoint = tablet.expect("checkpoint")
    assert len(bytes.fromhex(checkpoint["root"])) == 32
    tablet.send({"t": "ping", "n": 7})
    assert tablet.expect("pong")["n"] == 7


@pytest.mark.urs("PLT-09")
def test_typing_is_shared_and_is_no_record(site: Site) -> None:
    first, second = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    first.wait_for_document(BATCH)
    second.wait_for_document(BATCH)
    size = site.size()
    first.expect("ack", id=first.push(BATCH, first.docs[DOC].draft("20/net", "P-1", "12.6")))
    second.expect("changes")
    assert second.docs[DOC].drafts() == {"20/net": {"person": "P-1", "text": "12.6"}}
    assert site.size() == size


@pytest.mark.urs("PLT-14")
def test_a_document_that_nobody_leased_is_unknown(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    change = tablet.put(BATCH, remark(tablet, "x"))
    refused = tablet.expect("refused", id=tablet.push("batch/NOWHERE", change))
    assert refused["code"] == "document_unknown"


@pytest.mark.urs("PLT-12")
def test_a_tablet_hears_nothing_of_a_batch_it_never_leased(site: Site) -> None:
    first, other = site.tablet("T-1", BATCH).connect(), site.tablet("T-9").connect()
    first.wait_for_document(BATCH)
    other.send({"t": "open", "docs": {DOC: 0}})
    first.delivered(BATCH, remark(first, "private"))
    first.receipt(BATCH, first.written[-1])
    other.send({"t": "ping", "n": 1})
    other.expect("pong")
    assert not [frame for frame in other.heard if frame["t"] == "changes"]


@pytest.mark.urs("PLT-09")
def test_a_tablet_that_reads_too_slowly_is_cut_off_and_catches_up(site: Site) -> None:
    slow, other = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    slow.wait_for_document(BATCH)
    other.wait_for_document(BATCH)
    before = len(site.hub.exchange)
    other.drop()
    site.wait(lambda: len(site.hub.exchange) == before - 1)
    for _ in range(1_000):
        site.hub.exchange.tell([{"t": "batch", "batch": "x" * 20_000}])
    site.wait(lambda: len(site.hub.exchange) == 0)
    other.connect()
    entry = other.delivered(BATCH, remark(other, "meanwhile"))
    assert slow.closed()
    slow.connect()
    assert slow.receipt(BATCH, entry)["verdict"] == "accepted"


@pytest.mark.urs("PLT-14")
def test_a_frame_that_breaks_off_harms_nobody(site: Site) -> None:
    tablet, other = site.tablet("T-1", BATCH).connect(), site.tablet("T-2", BATCH).connect()
    other.wait_for_document(BATCH)
    assert tablet.ws is not None
    tablet.ws.sock.sendall(b"\x81\xfe\x10\x00\x01\x02\x03\x04abc")
    tablet.drop()
    site.wait(lambda: len(site.hub.exchange) == 1)
    assert other.receipt(BATCH, other.delivered(BATCH, remark(other, "still here")))["verdict"] == "accepted"


@pytest.mark.urs("PLT-14")
def test_a_binary_frame_is_garbage(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    assert tablet.ws is not None
    tablet.ws.send_binary(b"\x00\xff")
    assert tablet.error() == "frame_malformed"
    assert site.raw(site.quarantined()[0]["id"]) == b"\x00\xff"


@pytest.mark.urs("PLT-09")
def test_a_socket_that_is_silent_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.handheld.hub.conversation.SILENCE_SECONDS", 0.2)
    tablet = site.tablet("T-1", BATCH).connect()
    assert tablet.closed()
    site.wait(lambda: len(site.hub.exchange) == 0)
