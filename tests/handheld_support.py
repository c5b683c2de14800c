"""A tablet for tests: real keys, real Automerge documents, a real WebSocket; and what it is told by the server."""

import base64
import contextlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import websocket
from automerge import core

from sync.entry import Envelope
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
        self.heard: list[dict[str, Any]] = []
        self.ws: websocket.WebSocket | None = None
        self.welcome: dict[str, Any] = {}
        self._pushes = 0
        self.nonce = ""

    # The socket

    def open(self, origin: str | None = None) -> None:
        ws_url = self.url.replace("http", "ws", 1).rstrip("/") + "/sync"
        self.ws = websocket.create_connection(
            ws_url, timeout=SECONDS, origin=origin or self.url.rstrip("/"), cookie=self.cookie
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
            "docs": {name: doc.last for name, doc in self.docs.items()},
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
                self.ws.sock.close()
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
        stream = header.pop("stream", f"batch/{batch}")
        return self.writer.write(kind, stream, {"batch": batch, **payload}, actor=actor, **header)

    def put(self, batch: str, *envelopes: Envelope) -> bytes:
        return self.docs[f"batch/{batch}"].put({item.head.id: item.encode() for item in envelopes})

    def push(self, batch: str, *changes: bytes) -> int:
        self._pushes += 1
        doc = batch if "/" in batch else f"batch/{batch}"
        self.send({"t": "push", "id": self._pushes, "doc": doc, "changes": [b64(change) for change in changes]})
        return self._pushes

    def deliver(self, batch: str, *envelopes: Envelope) -> dict[str, Any]:
        """Put, push, and wait for the acknowledgement; each envelope is a change of its own."""
        number = self.push(batch, *(self.put(batch, item) for item in envelopes))
        return self.expect("ack", id=number)

    def receipt(self, batch: str, envelope: Envelope) -> dict[str, Any]:
        """The receipt of an entry, as soon as it has come."""
        doc = self.docs[f"batch/{batch}"]
        while envelope.head.id not in doc.receipts:
            self.next()
        return doc.receipts[envelope.head.id]

    def rebuild(self, batch: str) -> None:
        """Throw the document away, write on under a new actor; the server's changes must be asked for again."""
        self.actor = secrets.token_bytes(16)
        del self.docs[f"batch/{batch}"]
        self.send({"t": "actor", "actor": self.actor.hex(), "proof": self.proof()})
        self.send({"t": "open", "docs": {f"batch/{batch}": 0}})
        while f"batch/{batch}" not in self.docs:
            self.next()
