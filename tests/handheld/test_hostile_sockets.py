"""Sockets that misbehave at `/sync`: each ends or goes on, delays nobody, and leaves nothing behind."""

import contextlib
import http.client
import json
import socket
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import websocket
from handheld_support import SECONDS, Site, Tablet
from hostile_support import BINARY, CLOSE, PING, PONG, TEXT, Hostile, frame, header, leaving_nothing

BATCH = "B-1"
CONVERSATION = "server.handheld.hub.conversation"
WIRE = "server.handheld.hub.wire"
MIB = 1024 * 1024


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """What a socket does has nothing to do with the database."""
    made = Site(tmp_path / "data", f"sqlite:///{tmp_path}/pestle.db")
    yield made
    made.close()


def hostile(site: Site, name: str = "T-1") -> Hostile:
    tablet = site.tablet(name, BATCH).connect()
    tablet.wait_for_document(BATCH)
    return Hostile(tablet)


def works(site: Site, other: Tablet) -> None:
    """Another tablet is served as if nothing had happened."""
    begun = time.monotonic()
    entry = other.write(BATCH, "production.remark_added.v1", {"phase": None, "text": "still here"}, actor="P-1")
    other.deliver(BATCH, entry)
    assert time.monotonic() - begun < 5


def shout(site: Site, times: int, size: int) -> None:
    for number in range(times):
        site.hub.exchange.tell([{"t": "batch", "batch": f"{number:05}" + "x" * size}])


@pytest.mark.urs("PLT-09", "PLT-14")
def test_who_never_reads_is_cut_after_a_while_and_delays_nobody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WIRE}.SEND_SECONDS", 0.5)
    other = site.tablet("T-2", BATCH)
    with leaving_nothing(site):
        hostile(site)
        # Few enough that they may wait, too much for the network's own buffers.
        shout(site, 30, 500_000)
        other.connect()
        other.wait_for_document(BATCH)
        works(site, other)
        site.wait(lambda: len(site.hub.exchange) == 1)
        works(site, other)


@pytest.mark.urs("PLT-09")
def test_who_reads_slowly_but_reads_hears_everything_in_order(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WIRE}.SEND_SECONDS", 2.0)
    slow = hostile(site)
    Thread(target=shout, args=(site, 60, 200_000)).start()
    heard = []
    for opcode, payload in slow.frames():
        assert opcode == TEXT
        value = json.loads(payload)
        if value["t"] == "batch" and len(value["batch"]) > 1000:
            heard.append(value["batch"][:5])
            time.sleep(0.05)
        if len(heard) == 60:
            break
    assert heard == [f"{number:05}" for number in range(60)]


@pytest.mark.urs("PLT-09")
def test_who_sends_much_before_it_reads_does_not_block_both_sides(site: Site) -> None:
    """Both have more on the way than the network holds: one that writes until all is taken would never read."""
    both = hostile(site)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        both.raw.setsockopt(socket.SOL_SOCKET, option, 65_536)
    shout(site, 60, 200_000)
    for number in range(60):
        both.text({"t": "ping", "n": number, "x": "x" * 60_000})
    seen = {"batch": 0, "pong": 0}
    for _, payload in both.frames():
        kind = json.loads(payload)["t"]
        seen[kind] = seen.get(kind, 0) + 1
        if seen["pong"] == 60:
            break
    assert seen["batch"] >= 60


@pytest.mark.urs("PLT-14")
def test_what_is_read_of_one_that_takes_nothing_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WIRE}.SEND_SECONDS", 2.0)
    with leaving_nothing(site):
        both = hostile(site)
        both.raw.settimeout(0.5)
        tracemalloc.start()
        try:
            shout(site, 30, 500_000)
            large = frame(TEXT, json.dumps({"t": "ping", "n": 1, "x": "x" * 900_000}).encode())
            any(both.until_refused(large) for _ in range(60))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        # 15 MB are our own.
        assert peak < 32 * MIB
        site.wait(lambda: len(site.hub.exchange) == 0)


@pytest.mark.urs("PLT-09")
def test_a_tablet_whose_push_waits_for_the_database_is_not_cut_for_being_slow(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    push = site.hub.documents.push

    def late(*given: Any) -> Any:
        shout(site, 1_500, 10)
        time.sleep(0.3)
        return push(*given)

    monkeypatch.setattr(site.hub.documents, "push", late)
    works(site, tablet)
    told = [one for one in tablet.heard if one["t"] == "batch" and len(one["batch"]) == 15]
    assert [one["batch"][:5] for one in told] == [f"{number:05}" for number in range(1_500)]


@pytest.mark.urs("PLT-09")
def test_a_tablet_that_we_kept_waiting_is_not_taken_for_silent(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    monkeypatch.setattr(f"{CONVERSATION}.SILENCE_SECONDS", 0.5)
    tablet.send({"t": "ping", "n": 1})
    tablet.expect("pong", n=1)
    [visitor] = site.hub.exchange._here
    visitor.socket.call(lambda: time.sleep(1.5))
    tablet.send({"t": "ping", "n": 2})
    tablet.expect("pong", n=2)


@pytest.mark.urs("PLT-14")
def test_one_byte_at_a_time_is_a_frame_in_the_end(site: Site) -> None:
    with leaving_nothing(site):
        slow = hostile(site)
        for byte in frame(TEXT, b'{"t":"ping","n":7}'):
            slow.put(bytes((byte,)))
            time.sleep(0.005)
        assert slow.told("pong")["n"] == 7


@pytest.mark.urs("PLT-14")
def test_half_a_frame_and_then_silence_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{CONVERSATION}.SILENCE_SECONDS", 0.3)
    with leaving_nothing(site):
        silent = hostile(site)
        silent.put(header(0x81, 1000) + bytes(4) + b'{"t":')
        assert silent.closing_code() == 1000


@pytest.mark.urs("PLT-14")
def test_a_frame_that_trickles_without_end_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{CONVERSATION}.FRAME_SECONDS", 0.6)
    with leaving_nothing(site):
        slow = hostile(site)
        begun = time.monotonic()
        slow.put(header(0x81, 100_000) + bytes(4))
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 5:
                slow.put(b"x")
                time.sleep(0.02)
        assert time.monotonic() - begun < 4


@pytest.mark.urs("PLT-14")
def test_a_frame_in_pieces_with_a_ping_between_them_is_one_frame(site: Site) -> None:
    pieces = hostile(site)
    whole = '{"t":"ping","n":9,"x":"中文"}'.encode()
    # Cut in the middle of a letter.
    pieces.put(frame(TEXT, whole[:-4], fin=False))
    pieces.put(frame(PING, b"are you there"))
    pieces.put(frame(0, b"", fin=False) + frame(0, whole[-4:]))
    seen: dict[int, bytes] = {}
    for opcode, payload in pieces.frames():
        seen[opcode] = payload
        if opcode == TEXT and json.loads(payload)["t"] == "pong":
            break
    assert json.loads(seen[TEXT])["n"] == 9
    assert seen[PONG] == b"are you there"


@pytest.mark.urs("PLT-14")
def test_a_flood_of_pings_ends_with_when_to_come_back_and_nothing_is_lost(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.handheld.hub import limits

    monkeypatch.setattr(limits, "FRAMES", limits.Rate(500, 1_000))
    with leaving_nothing(site):
        flood = hostile(site)
        flood.until_refused(frame(PING, b"x" * 100) * 20_000)
        error = flood.told("error")
        assert error["code"] == "too_fast"
        assert error["retry"] >= 1
        again = site.again(flood.tablet)
        site.wait(lambda: site.hub.door.meter("T-1").retry() == 0)
        again.connect()
        again.wait_for_document(BATCH)
        works(site, again)


@pytest.mark.urs("PLT-14")
def test_who_sent_too_much_is_told_so_when_it_comes_back_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.handheld.hub import limits

    monkeypatch.setattr(limits, "BYTES", limits.Rate(300_000, 1_000))
    flood = hostile(site)
    for number in range(10):
        flood.until_refused(frame(TEXT, json.dumps({"t": "ping", "n": number, "x": "x" * 50_000}).encode()))
    assert flood.told("error")["code"] == "too_fast"
    again = site.again(flood.tablet)
    again.open()
    again.hello()
    error = again.next()
    assert error["code"] == "too_fast"
    assert error["retry"] > 1
    assert again.closed()


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_frame_of_64_megabytes_is_given_up_before_it_is_held(site: Site, opcode: int) -> None:
    with leaving_nothing(site):
        large = hostile(site)
        tracemalloc.start()
        try:
            large.until_refused(header(0x80 | opcode, 64 * MIB) + bytes(4))
            piece = b"x" * MIB
            any(large.until_refused(piece) for _ in range(64))
            site.wait(lambda: len(site.hub.exchange) == 0)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 24 * MIB
        assert site.quarantined() == []


@pytest.mark.urs("PLT-14")
def test_who_is_told_that_a_frame_is_too_big_can_read_it(site: Site) -> None:
    large = hostile(site)
    large.put(header(0x81, 5 * MIB) + bytes(4) + b"x" * (4 * MIB + 1))
    assert large.closing_code() == 1009


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(3, b"x"), 1002),
        (frame(11, b"x"), 1002),
        (frame(TEXT, b"{}", rsv=4), 1002),
        (frame(TEXT, b"{}", masked=False), 1002),
        (frame(PING, b"x", fin=False), 1002),
        (header(0x89, 126) + bytes(4) + b"x" * 126, 1002),
        (frame(0, b"a continuation of nothing"), 1002),
        (frame(TEXT, b"x", fin=False) + frame(BINARY, b"x"), 1002),
        (b"\x81\xfe\x00\x01" + bytes(4) + b"x", 1002),
        (b"\x81\xff\xff" + bytes(7) + bytes(4), 1002),
        (frame(CLOSE, b"x"), 1002),
        (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
        (frame(CLOSE, (2999).to_bytes(2, "big")), 1002),
        (frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"), 1007),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(CLOSE, (1001).to_bytes(2, "big") + b"bye"), 1001),
        (frame(CLOSE), 1000),
    ],
)
def test_what_is_no_frame_of_the_protocol_ends_the_socket_with_its_code(site: Site, data: bytes, code: int) -> None:
    other = site.tablet("T-2", BATCH).connect()
    other.wait_for_document(BATCH)
    rubbish = hostile(site)
    rubbish.put(data + frame(TEXT, b'{"t":"ping","n":1}'))
    assert rubbish.closing_code() == code
    site.wait(lambda: len(site.hub.exchange) == 1)
    works(site, other)


@pytest.mark.urs("PLT-14")
def test_who_does_not_answer_the_closing_handshake_is_cut(site: Site) -> None:
    with leaving_nothing(site):
        mute = hostile(site)
        site.hub.exchange.dismiss("T-1", {"t": "error", "code": "device_revoked"})
        site.wait(lambda: len(site.hub.exchange) == 0)
        assert mute.told("error")["code"] == "device_revoked"
        # It keeps its side open, and says more and more.
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 8:
                mute.put(frame(TEXT, b'{"t":"ping","n":1}'))
                time.sleep(0.05)
        assert time.monotonic() - begun < 6


@pytest.mark.urs("PLT-14")
def test_frames_after_a_good_bye_are_not_heard(site: Site) -> None:
    gone = hostile(site)
    gone.put(frame(CLOSE, (1000).to_bytes(2, "big")) + frame(TEXT, b"garbage"))
    assert gone.closing_code() == 1000
    site.wait(lambda: len(site.hub.exchange) == 0)
    assert site.quarantined() == []


@pytest.mark.urs("PLT-14")
def test_a_session_that_ends_while_connected_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{CONVERSATION}.SESSION_SECONDS", 0.0)
    with leaving_nothing(site):
        tablet = hostile(site)
        site.advance(hours=13)
        tablet.text({"t": "ping", "n": 1})
        assert tablet.told("error")["code"] == "session_expired"


@pytest.mark.urs("PLT-14")
def test_many_that_come_and_go_leave_nothing(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.drop()
    with leaving_nothing(site):
        for number in range(40):
            again = site.again(tablet)
            if number % 4 == 0:
                again.open()
            else:
                again.connect()
            if number % 4 == 1:
                again.close()
            elif number % 4 == 2:
                Hostile(again).put(b"\xff")


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-WebSocket-Version": "13"},
        {"Sec-WebSocket-Version": "8", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="},
    ],
)
def test_what_is_no_opening_handshake_is_a_malformed_request(site: Site, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
    connection.request("GET", "/sync", headers={"Upgrade": "websocket", "Connection": "Upgrade", **headers})
    with contextlib.closing(connection), connection.getresponse() as answer:
        assert (answer.status, json.load(answer)["code"]) == (422, "request_malformed")


@pytest.mark.urs("PLT-14")
def test_compression_is_never_agreed_on(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    ws = websocket.create_connection(
        site.url.replace("http", "ws") + "/sync",
        timeout=SECONDS,
        origin=site.url,
        cookie=tablet.cookie,
        header={"Sec-WebSocket-Extensions": "permessage-deflate"},
    )
    assert "sec-websocket-extensions" not in ws.getheaders()
    ws.close()
