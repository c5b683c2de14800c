"""A tablet for tests: real keys, real Automerge documents, a real WebSocket; and what it is told by the server."""

import base64
import contextlib
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import batch_support
import websocket
from automerge import core
from sqlalchemy import insert
from support import free_port, with_tables
from werkzeug.serving import make_server

from server.app import create_app
from server.core import clock, db
from server.core.config import Config
from server.core.kinds import Fact
from server.handheld.gates import GATES
from server.handheld.hub.hub import EXTENSION, Hub, start, stop
from server.handheld.model import unit_named
from server.identity import queries as identity
from server.identity.projection import session
from server.plant import open_plant
from sync.entry import Envelope
from sync.log import reading
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter, now_text

HELLO = b"pestle/hello/v1\n"
SECONDS = 10.0


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _uleb(number: int) -> bytes:
    out = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def message_of(change: bytes) -> core.Message:
    """A sync message that carries one raw change: the package has no other way to apply one."""
    return core.Message.decode(b"\x43\x00\x00\x01\x00\x00\x01" + _uleb(len(change)) + change)


class TabletDocument:
    """A batch's document on a tablet: the server's changes by number, our own unsent ones beside them."""

    def __init__(self, actor: bytes, first: bytes) -> None:
        self.core = core.Document.load(first)
        self.core.set_actor(actor)
        self.last = 0

    def _map(self, name: str) -> bytes:
        found = self.core.get(core.ROOT, name)
        assert found is not None
        return found[1]

    def apply(self, change: bytes) -> None:
        self.core.receive_sync_message(core.SyncState(), message_of(change))

    def put(self, values: Mapping[str, bytes], map_name: str = "entries") -> bytes:
        """Write values into a map; the raw change."""
        heads = self.core.get_heads()
        with self.core.transaction() as transaction:
            for key, value in values.items():
                transaction.put(self._map(map_name), key, core.ScalarType.Bytes, value)
        return self._since(heads)

    def remove(self, entry: str) -> bytes:
        heads = self.core.get_heads()
        with self.core.transaction() as transaction:
            transaction.delete(self._map("entries"), entry)
        return self._since(heads)

    def draft(self, slot: str, person: str, text: str) -> bytes:
        heads = self.core.get_heads()
        with self.core.transaction() as transaction:
            place = transaction.put_object(self._map("drafts"), slot, core.ObjType.Map)
            transaction.put(place, "person", core.ScalarType.Str, person)
            transaction.put(place, "text", core.ScalarType.Str, text)
        return self._since(heads)

    def _since(self, heads: Sequence[bytes]) -> bytes:
        [change] = self.core.get_changes(heads)
        return bytes(change.bytes)

    def _values(self, name: str) -> dict[str, bytes]:
        place = self._map(name)
        return {key: bytes(self.core.get(place, key)[0][1]) for key in self.core.keys(place)}

    def drafts(self) -> dict[str, dict[str, str]]:
        place = self._map("drafts")
        found = {}
        for slot in self.core.keys(place):
            inner = self.core.get(place, slot)[1]
            found[slot] = {key: self.core.get(inner, key)[0][1] for key in self.core.keys(inner)}
        return found

    @property
    def entries(self) -> dict[str, bytes]:
        return self._values("entries")

    @property
    def receipts(self) -> dict[str, dict[str, Any]]:
        return {key: json.loads(value) for key, value in self._values("receipts").items()}


class Tablet:
    """One tablet. `url` is the server's, `cookie` that of a signed-in person; every wait fails after ten seconds."""

    def __init__(self, url: str, cookie: str, device: str, signer: Ed25519Signer) -> None:
        self.url, self.cookie, self.device, self.signer = url, cookie, device, signer
        self.writer = DeviceWriter(device, signer)
        self.actor = secrets.token_bytes(16)
        self.docs: dict[str, TabletDocument] = {}
        self.leases: dict[str, str] = {}
        self.written: list[Envelope] = []
        self.heard: list[dict[str, Any]] = []
        self.ws: websocket.WebSocket | None = None
        self.welcome: dict[str, Any] = {}
        self._pushes = 0
        self.nonce = ""
        # As a proxy would say it.
        self.forwarded = ""

    # The socket

    def open(self, origin: str | None = None) -> None:
        self.drop()
        ws_url = self.url.replace("http", "ws", 1).rstrip("/") + "/sync"
        header = {"X-Forwarded-For": self.forwarded} if self.forwarded else {}
        self.ws = websocket.create_connection(
            ws_url, timeout=SECONDS, origin=origin or self.url.rstrip("/"), cookie=self.cookie, header=header
        )

    def connect(self, **changed: Any) -> "Tablet":
        self.open()
        self.hello(**changed)
        self.welcome = self.expect("welcome")
        return self

    def hello(self, **changed: Any) -> None:
        self.nonce = self.expect("hello")["nonce"]
        self.send({**self.hello_frame(), **changed})

    def hello_frame(self) -> dict[str, Any]:
        return {
            "t": "hello",
            "v": 1,
            "device": self.device,
            "actor": self.actor.hex(),
            "proof": self.proof(),
            "wall": now_text(time.time_ns() // 1_000_000),
            "offset": 480,
            "mono": 1,
            "boot": self.writer.boot,
            "head": {"seq": self.writer.seq, "hash": self.writer.prev},
            "docs": {unit_named(batch): 0 for batch in self.leases}
            | {name: doc.last for name, doc in self.docs.items()},
        }

    def proof(self, nonce: str | None = None) -> str:
        text = f"{nonce or self.nonce}\n{self.actor.hex()}\n{self.device}"
        return b64(self.signer.sign(HELLO + text.encode()))

    def send(self, frame: Mapping[str, Any] | str) -> None:
        assert self.ws is not None
        self.ws.send(frame if isinstance(frame, str) else json.dumps(frame))

    def drop(self) -> None:
        """The network goes away: no closing handshake."""
        if self.ws is not None:
            with contextlib.suppress(OSError):
                self.ws.shutdown()
        self.ws = None

    def close(self) -> None:
        if self.ws is not None:
            self.ws.close()
        self.ws = None

    def next(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next frame; what the documents must know of it is taken up."""
        assert self.ws is not None
        self.ws.settimeout(seconds)
        text = self.ws.recv()
        if not text:
            raise EOFError("the server closed the socket")
        frame: dict[str, Any] = json.loads(text)
        self.heard.append(frame)
        if frame["t"] == "changes":
            self._take_up(frame)
        elif frame["t"] == "ack" and frame["doc"] in self.docs:
            self.docs[frame["doc"]].last = max(self.docs[frame["doc"]].last, frame["last"])
        return frame

    def expect(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of a kind (with these fields); others that come before are taken up and kept in `heard`."""
        stop = time.monotonic() + SECONDS
        while time.monotonic() < stop:
            frame = self.next()
            if frame["t"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                return frame
            if frame["t"] == "error":
                raise AssertionError(f"waited for {kind}, was told {frame}")
        raise AssertionError(f"waited in vain for {kind} {fields}; heard {self.heard[-5:]}")

    def closed(self) -> bool:
        """Whether the server closes; frames on the way are read."""
        try:
            while True:
                self.next()
        except (EOFError, OSError, websocket.WebSocketConnectionClosedException):
            return True

    def _take_up(self, frame: Mapping[str, Any]) -> None:
        changes = [base64.b64decode(text) for text in frame["changes"]]
        for n, change in enumerate(changes, frame["last"] - len(changes) + 1):
            if frame["doc"] not in self.docs:
                assert n == 1, "the first change of a document comes first"
                self.docs[frame["doc"]] = TabletDocument(self.actor, change)
            doc = self.docs[frame["doc"]]
            doc.apply(change)
            doc.last = max(doc.last, n)

    # Work

    def write(self, batch: str, kind: str, payload: Mapping[str, Any], *, actor: str, **header: Any) -> Envelope:
        stream = header.pop("stream", unit_named(batch))
        of = {} if "/" in batch else {"batch": batch}
        envelope = self.writer.write(kind, stream, {**of, **payload}, actor=actor, **header)
        self.written.append(envelope)
        return envelope

    def put(self, batch: str, *envelopes: Envelope) -> bytes:
        return self.docs[unit_named(batch)].put({item.head.id: item.encode() for item in envelopes})

    def push(self, batch: str, *changes: bytes) -> int:
        self._pushes += 1
        doc = unit_named(batch)
        self.send({"t": "push", "id": self._pushes, "doc": doc, "changes": [b64(change) for change in changes]})
        return self._pushes

    def deliver(self, batch: str, *envelopes: Envelope) -> dict[str, Any]:
        """Put, push, and wait for the acknowledgement; each envelope is a change of its own."""
        number = self.push(batch, *(self.put(batch, item) for item in envelopes))
        return self.expect("ack", id=number)

    def delivered(self, batch: str, envelope: Envelope) -> Envelope:
        self.deliver(batch, envelope)
        return envelope

    def wait_for_document(self, batch: str) -> None:
        while unit_named(batch) not in self.docs:
            self.next()

    def error(self) -> str:
        """The code with which the server ends the conversation; what comes before is taken up."""
        while True:
            frame = self.next()
            if frame["t"] == "error":
                return str(frame["code"])

    def receipt(self, batch: str, envelope: Envelope) -> dict[str, Any]:
        """The receipt of an entry, as soon as it has come."""
        self.wait_for_document(batch)
        doc = self.docs[unit_named(batch)]
        while envelope.head.id not in doc.receipts:
            self.next()
        return doc.receipts[envelope.head.id]

    def rebuild(self, batch: str) -> None:
        """Throw the document away, write on under a new actor; the server's changes must be asked for again."""
        self.actor = secrets.token_bytes(16)
        del self.docs[unit_named(batch)]
        self.send({"t": "actor", "actor": self.actor.hex(), "proof": self.proof()})
        self.send({"t": "open", "docs": {unit_named(batch): 0}})
        self.wait_for_document(batch)


class Site:
    """A whole server on a free port with one batch ordered, and tablets for it. Closed by `close`."""

    def __init__(self, data: Path, database_url: str, *, twin: bool = False) -> None:
        """`twin`: another process of a site that stands already."""
        self.config = Config(data, with_tables(database_url))
        self.nonces: dict[str, str] = {}
        self.tablets: list[Tablet] = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()
        if not twin:
            self._seed()
        self.cookie = self.sign_in("operator")

    def _seed(self) -> None:
        self._people()
        self.plant.recorder.state(Fact("recipes.recipe_approved.v1", "recipe/MR-TAB", batch_support.RECIPE))
        self.order("B-1")

    def start(self) -> None:
        self.up = True
        self.plant = open_plant(self.config)
        self.app = create_app(self.plant)
        start(self.app)
        self.plant.publisher.SECONDS = 0.05
        self.plant.publisher.start()
        self._http = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """As a server stops that is told to; twice is once."""
        if not self.up:
            return
        self.up = False
        stop(self.app)
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self.plant.close()

    def close(self) -> None:
        clock.use_system()
        for tablet in self.tablets:
            tablet.drop()
        self.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def hub(self) -> Hub:
        found: Hub = self.app.extensions[EXTENSION]
        return found

    # People and devices

    def _people(self) -> None:
        for number, role in enumerate(("operator", "supervisor", "qa", "admin"), start=1):
            person = f"P-{number}"
            payload = {"person": person, "login": role, "name": role, "name_en": role, "roles": [role]}
            self.plant.recorder.state(Fact("identity.person_added.v1", f"person/{person}", payload))

    def sign_in(self, login: str) -> str:
        """The cookie of a session, made as signing in makes it, without the cost of a password."""
        with self.plant.engine.connect() as connection:
            person = identity.find_login(connection, login)
        assert person is not None
        token, now = secrets.token_urlsafe(32), clock.now_text()
        with db.write(self.plant.engine) as connection:
            hashed = hashlib.sha256(token.encode()).hexdigest()
            values = {"token": hashed, "person": person.id, "nonce": f"nonce-{token[:8]}", "created_at": now}
            about = {"id": token[:12], "address": "127.0.0.1", "browser": ""}
            connection.execute(insert(session).values(**values, **about, used_at=now))
        self.nonces[f"pestle_session={token}"] = f"nonce-{token[:8]}"
        return f"pestle_session={token}"

    def enrol(self, device: str, role: str = "tablet") -> Ed25519Signer:
        signer = Ed25519Signer.generate()
        key = b64(signer.public_key)
        payload = {"device": device, "name": device, "role": role, "alg": signer.alg, "public_key": key}
        self.plant.recorder.state(Fact("identity.device_enrolled.v1", f"device/{device}", payload))
        return signer

    def tablet(self, name: str, *batches: str) -> Tablet:
        """An enrolled tablet with leases for these units of work: batches by their numbers, others by their streams."""
        tablet = Tablet(self.url, self.cookie, name, self.enrol(name))
        self.tablets.append(tablet)
        for batch in batches:
            tablet.leases[batch] = json.loads(self.lease(tablet, batch)["lease"])["lease"]
        return tablet

    def lease(self, tablet: Tablet, batch: str) -> dict[str, Any]:
        proof = tablet.signer.sign(b"pestle/lease/v1\n" + f"{self.nonces[tablet.cookie]}\n{batch}".encode())
        body = {"device": tablet.device, "unit" if "/" in batch else "batch": batch, "proof": b64(proof)}
        return self.post("/api/leases", body)

    def again(self, tablet: Tablet) -> Tablet:
        """The same tablet's next page: its documents and chain, a new actor."""
        next_page = Tablet(self.url, self.cookie, tablet.device, tablet.signer)
        next_page.writer, next_page.leases = tablet.writer, tablet.leases
        self.tablets.append(next_page)
        return next_page

    def revoke(self, tablet: Tablet, last_seq: int = 0) -> None:
        payload = {"device": tablet.device, "last_seq": last_seq, "reason": "lost"}
        self.plant.recorder.state(Fact("identity.device_revoked.v1", f"device/{tablet.device}", payload))

    def assess(self, batch: str, exception: str) -> None:
        payload = {"batch": batch, "exception": exception, "assessment": "looked at it"}
        self.plant.recorder.state(Fact("release.exception_assessed.v1", f"batch/{batch}", payload, actor="P-3"))

    def order(self, batch: str) -> None:
        fact = Fact("production.order_released.v1", f"batch/{batch}", batch_support.order(batch))
        self.plant.recorder.state(fact)

    # HTTP

    def request(
        self, method: str, path: str, body: Any = None, *, cookie: str | None = None, **headers: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, body (JSON where it is) and headers; the operator's session unless another cookie is given."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Cookie": self.cookie if cookie is None else cookie, "Origin": self.url}
        if not isinstance(body, bytes) and body is not None:
            given["Content-Type"] = "application/json"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, _body(answer), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _body(error), dict(error.headers)

    def post(self, path: str, body: Any) -> dict[str, Any]:
        status, answer, _ = self.request("POST", path, body)
        assert status in (200, 201), answer
        assert isinstance(answer, dict)
        return answer

    # What stands where

    def quarantined(self) -> list[dict[str, Any]]:
        status, answer, _ = self.request("GET", "/api/quarantine", cookie=self.sign_in("admin"))
        assert status == 200
        return list(reversed(answer["items"]))

    def raw(self, quarantine: str) -> bytes:
        status, answer, headers = self.request("GET", f"/api/quarantine/{quarantine}/raw", cookie=self.sign_in("admin"))
        assert status == 200
        assert headers["Content-Disposition"].startswith("attachment")
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert isinstance(answer, bytes)
        return answer

    def kinds_of(self, stream: str) -> list[str]:
        with self.plant.engine.connect() as connection:
            return [entry.head.kind for entry in reading.of_stream(connection, stream, 0)]

    def exceptions(self, batch: str) -> list[str]:
        with self.plant.engine.connect() as connection:
            stored = reading.of_stream(connection, f"batch/{batch}", 0)
            raised = [entry for entry in stored if entry.head.kind == "production.exception_raised.v1"]
            return [entry.envelope.body["code"] for entry in raised]

    def gate(self, code: str, batch: str) -> dict[str, Any]:
        with self.plant.engine.connect() as connection:
            return GATES[code](connection, batch)

    def size(self) -> int:
        with self.plant.engine.connect() as connection:
            return self.plant.log.head(connection).size

    def wait(self, probe: Callable[[], Any]) -> None:
        stop_at = time.monotonic() + SECONDS
        while not probe():
            assert time.monotonic() < stop_at, "waited in vain"
            time.sleep(0.02)

    def advance(self, hours: float) -> None:
        """The plant's clock goes on by so much."""
        clock.use(lambda: datetime.now(UTC) + timedelta(hours=hours))


def _body(answer: Any) -> Any:
    data = answer.read()
    return json.loads(data) if answer.headers.get_content_type() == "application/json" else data
