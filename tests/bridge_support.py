"""What the bridge's tests share: a small real server that answers as the plant does, and an emulated world."""

import asyncio
import base64
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from device_bridge.config import Balance
from device_bridge.dialogue import Dialogue, Instrument
from device_bridge.drivers import mt_sics
from device_bridge.emulator.bluez.service import BlueZ, serve
from device_bridge.emulator.private_bus import private_bus
from device_bridge.emulator.radio import Air
from device_bridge.enrolment import ENROL_DOMAIN
from device_bridge.group_commit import GroupCommit
from device_bridge.live import LIVE_DOMAIN, Live
from device_bridge.outbox import Outbox
from device_bridge.plant import Plant
from device_bridge.session import Session
from device_bridge.transports.stream import ByteStream
from sync import canonical, signing
from sync.entry import FIRST_PREV, Envelope
from sync.errors import SyncError
from sync.signing import Ed25519Signer

DEVICE = "bridge-1"
LOSE_ANSWER, CUT_ANSWER, NO_HTTP = -1, -2, -3


def until(what: str, probe: Callable[[], Any], seconds: float = 15.0) -> Any:
    """The first true answer of `probe`; AssertionError naming what was waited for."""
    stop = time.monotonic() + seconds
    while not (answer := probe()):
        if time.monotonic() > stop:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.03)
    return answer


async def soon(what: str, probe: Callable[[], Any], seconds: float = 15.0) -> Any:
    """As `until`, for tests that share the event loop with what they wait for."""
    stop = time.monotonic() + seconds
    while not (answer := probe()):
        if time.monotonic() > stop:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        await asyncio.sleep(0.02)
    return answer


class PlantServer:
    """The bridge's four requests, answered over real HTTP from memory, with signatures and chain really checked.

    `faults` are given to the next POSTs of records, one each: a status, which stores nothing; or LOSE_ANSWER (hang
    up), CUT_ANSWER (half an answer) or NO_HTTP (noise), which store.
    `old_heads` are answered to the next questions for the head, as by a replica that lags behind.
    """

    def __init__(self) -> None:
        self.codes = {"WELCOME"}
        self.keys: dict[str, tuple[str, bytes]] = {}
        self.records: list[Envelope] = []
        self.live: list[dict[str, Any]] = []
        self.faults: list[int] = []
        self.old_heads: list[dict[str, Any]] = []
        self.heads_asked = 0
        self.posts = 0
        self._lock = Lock()
        self._http: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def knows(self, signer: Ed25519Signer) -> None:
        self.keys[DEVICE] = signer.alg, signer.public_key

    def up(self) -> None:
        plant = self

        class Handler(_Handler):
            server_state = plant

        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._port = self._http.server_port
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def down(self) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    @property
    def nets(self) -> list[str]:
        return [envelope.body["net"]["value"] for envelope in self.records]

    @property
    def head(self) -> dict[str, Any]:
        last = self.records[-1] if self.records else None
        return {"seq": len(self.records), "hash": last.digest.hex() if last else FIRST_PREV}

    def ask_head(self) -> dict[str, Any]:
        self.heads_asked += 1
        return self.old_heads.pop(0) if self.old_heads else self.head

    def enrol(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key, proof = base64.b64decode(body["public_key"]), base64.b64decode(body["proof"])
        if body["code"] not in self.codes or body["role"] != "bridge":
            return 403, {"code": "enrolment_code_wrong", "details": {}}
        signing.verify(body["alg"], key, ENROL_DOMAIN + f"{body['code']}\n{body['public_key']}".encode(), proof)
        self.codes.discard(body["code"])
        self.keys[DEVICE] = body["alg"], key
        return 201, {"device": {"id": DEVICE, "name": body["name"]}}

    def receive(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.posts += 1
            fault = self.faults.pop(0) if self.faults else 0
            if fault > 0:
                return fault, {}
            status, answer = self._receive([Envelope.decode(base64.b64decode(text)) for text in body["envelopes"]])
            return fault or status, answer

    def _receive(self, envelopes: list[Envelope]) -> tuple[int, dict[str, Any]]:
        new = duplicates = 0
        for envelope in envelopes:
            number = envelope.head.seq
            try:
                envelope.check_signature(*self.keys[DEVICE])
            except SyncError:
                return 401, {"code": "signature_wrong", "details": {"seq": number}}
            if number <= len(self.records):
                if self.records[number - 1].encode() != envelope.encode():
                    return 409, {"code": "sequence_fork", "details": {"seq": number}}
                duplicates += 1
            elif number > len(self.records) + 1:
                return 409, {"code": "sequence_gap", "details": {"expected": len(self.records) + 1}}
            else:
                assert envelope.head.prev == self.head["hash"]
                self.records.append(envelope)
                new += 1
        return 200, {"new": new, "duplicates": duplicates, "head": self.head}

    def show(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        rest = {name: value for name, value in body.items() if name != "proof"}
        proof = base64.b64decode(body["proof"])
        signing.verify(*self.keys[DEVICE], LIVE_DOMAIN + canonical.encode(rest), proof)
        self.live.append(rest)
        return 200, {}


class _Handler(BaseHTTPRequestHandler):
    server_state: PlantServer

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        assert (asked.path, parse_qs(asked.query)) == ("/api/bridge/head", {"device": [DEVICE]})
        self._answer(200, {"head": self.server_state.ask_head()})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        routes = {
            "/api/devices/enrol": self.server_state.enrol,
            "/api/bridge/records": self.server_state.receive,
            "/api/bridge/live": self.server_state.show,
        }
        self._answer(*routes[self.path](body))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        if status == LOSE_ANSWER:
            return
        if status == NO_HTTP:
            self.wfile.write(b"\x00 this is a coffee machine\r\n\r\n")
            return
        data = json.dumps(body).encode()
        self.send_response(200 if status == CUT_ANSWER else status)
        self.send_header("Content-Length", str(len(data) + (9 if status == CUT_ANSWER else 0)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def plant_server() -> Iterator[PlantServer]:
    server = PlantServer()
    server.up()
    try:
        yield server
    finally:
        server.down()


@asynccontextmanager
async def emulated_world() -> AsyncIterator[tuple[Air, BlueZ]]:
    """A bus, a BlueZ and the air behind it, in this event loop; bleak in this process finds them."""
    air = Air()
    before = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    async with private_bus() as bus, serve(air, bus) as bluez:
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus
        try:
            yield air, bluez
        finally:
            if before is None:
                del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
            else:
                os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before


@asynccontextmanager
async def running(*things: Any) -> AsyncIterator[None]:
    """Things with `run` (and `start`, if they have one), run while the block does; a failure of one fails it."""
    for thing in things:
        if hasattr(thing, "start"):
            await thing.start()
    tasks = [asyncio.create_task(thing.run()) for thing in things]
    try:
        yield
        for task in tasks:
            assert not task.done(), task
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


class Bench:
    """An outbox with its session at one balance: what was captured, without daemon and server."""

    def __init__(self, folder: Path, balance: Balance, instrument: Callable[[], Instrument]) -> None:
        signer = Ed25519Signer.load_or_create(folder / "bridge.key")
        self.store = GroupCommit(Outbox(folder / "outbox.db", DEVICE, signer))
        # Never run: nothing listens at port 9, and live values stay where they are.
        self.live = Live(Plant("http://127.0.0.1:9"), DEVICE, signer)
        self.session = Session(balance, instrument, self.store, self.live)

    async def captured(self) -> list[dict[str, Any]]:
        pending = await self.store.call(lambda outbox: outbox.pending(1000))
        return [Envelope.decode(data).body for data in pending]

    async def captures(self, number: int, seconds: float = 15.0) -> list[dict[str, Any]]:
        """What was captured, once it is so many; more is a failure."""
        stop = time.monotonic() + seconds
        while len(bodies := await self.captured()) < number:
            assert time.monotonic() < stop, f"{len(bodies)} captured of {number}: {bodies}"
            await asyncio.sleep(0.03)
        assert len(bodies) == number, bodies
        return bodies


@asynccontextmanager
async def bench(folder: Path, balance: Balance, instrument: Callable[[], Instrument]) -> AsyncIterator[Bench]:
    made = Bench(folder, balance, instrument)
    try:
        async with running(made.store, made.session):
            yield made
    finally:
        made.store.close()


def speaking(stream: ByteStream) -> Dialogue:
    """MT-SICS over this stream."""
    return Dialogue(stream, mt_sics.DRIVER)


def balance(identifier: str, serial: str, port: int | None = None) -> Balance:
    host = None if port is None else "127.0.0.1"
    return Balance(identifier, serial, identifier, None, host, port or 4305, None, "9600 8N1", "none", "mt-sics")
