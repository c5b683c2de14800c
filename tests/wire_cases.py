"""Frames that no device would send: real ones, changed a little, with every checksum, length and base64 right again."""

import base64
import json
import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crdt_support import chunk, mutated

from server.handheld.model import document_of
from server.production.model import REMARK
from server.simulate.document import Document
from sync import canonical
from sync.crdt import codec, genesis
from sync.entry import SIGN_DOMAIN, Envelope
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

# What a value may be replaced by.
ODD: tuple[Any, ...] = (
    None, True, "", "x" * 300, "\x00", "\ud800", 0, -1, 2**53 - 1, 2**53, 10**30, 1.5, [], {}, [[[[]]]], "9" * 20,
    "batch/B-1", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "+14:00", "\u202e", {"t": "push"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, and what was changed of it: `change`, `entry` or `frame`."""

    kind: str
    text: str


class Cases:
    """Of one device and batch. `foreign`: bodies of changes that the JavaScript library wrote on this document."""

    def __init__(self, seed: int, batch: str, device: str, signer: Ed25519Signer, lease: str, foreign: list[bytes]):
        self._dice = random.Random(seed)
        self._doc, self._batch, self._device, self._signer, self._lease = (
            document_of(batch), batch, device, signer, lease,
        )  # fmt: skip
        self._foreign = foreign
        self._makers: tuple[tuple[int, Callable[[], Case]], ...] = (
            (50, self._changed_change),
            (25, self._changed_entry),
            (25, self._changed_frame),
        )
        self._number = 0

    def next(self) -> Case:
        [made] = self._dice.choices([make for _, make in self._makers], [weight for weight, _ in self._makers])
        return made()

    def good(self) -> tuple[Envelope, bytes]:
        """An entry of a chain of its own, and the change under a new actor that brings it."""
        envelope = DeviceWriter(self._device, self._signer).write(
            REMARK,
            self._doc,
            {"batch": self._batch, "phase": None, "text": "净重 12.640"},
            actor="P-1",
            subject="batch/remark",
            lease=self._lease,
        )
        return envelope, self._change(envelope.head.id, envelope.encode())

    def _change(self, key: str, value: bytes) -> bytes:
        """On the document's first change only, so that it fits whatever became of the others."""
        document = Document(self._dice.randbytes(16), genesis.genesis(self._doc))
        return document.put(key, value)

    def _changed_change(self) -> Case:
        """A change as its author wrote it but for a few bytes; some deflated, some among good ones."""
        own = codec.split_chunks(self.good()[1])[0].body
        bodies = [own, *self._foreign]
        body = mutated(self._dice, own if self._dice.random() < 0.6 else self._dice.choice(bodies), bodies)
        raw = chunk(body)
        if self._dice.random() < 0.1:
            machine = zlib.compressobj(9, wbits=-15)
            raw = chunk(body, 2, sent=machine.compress(body) + machine.flush())
        elif self._dice.random() < 0.05:
            raw = chunk(body, self._dice.choice((0, 3, 255)))
        beside = [self.good()[1]] if self._dice.random() < 0.1 else []
        return self._push("change", [*beside, raw])

    def _changed_entry(self) -> Case:
        """A right change that brings a wrong entry: bytes changed, or a header that says odd things and is signed."""
        envelope, _ = self.good()
        if self._dice.random() < 0.4:
            value = mutated(self._dice, envelope.encode(), [envelope.encode()])
        else:
            value = self._signed_oddly(envelope)
        key = envelope.head.id if self._dice.random() < 0.95 else f"{self._odd()!r:.200}"
        return self._push("entry", [self._change(key, value)])

    def _signed_oddly(self, envelope: Envelope) -> bytes:
        header, payload = json.loads(envelope.header), json.loads(envelope.payload)
        target = header if self._dice.random() < 0.8 else payload
        name = self._dice.choice(sorted(target))
        target[name] = self._odd()
        try:
            said = canonical.encode(header)
            body = canonical.encode(payload)
        except (ValueError, TypeError):
            return self._signed_oddly(envelope)
        signature = base64.b64encode(self._signer.sign(SIGN_DOMAIN + said)).decode()
        line = canonical.encode([{"alg": "ed25519", "by": "device", "sig": signature}])
        return Envelope(said, line, envelope.salt, body).encode()

    def _changed_frame(self) -> Case:
        frame = self._dice.choice(self._frames())
        if self._dice.random() < 0.4:
            text = mutated(self._dice, json.dumps(frame).encode(), [b'{"t":"push","docs":{}}', b"[[[[1e999,"]).decode(
                "latin-1"
            )
        else:
            text = json.dumps(self._replaced(frame))
        return Case("frame", text)

    def _replaced(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(frame)
        for _ in range(self._dice.randint(1, 2)):
            name = self._dice.choice(sorted(found)) if self._dice.random() < 0.9 else "more"
            if self._dice.random() < 0.15:
                found.pop(name, None)
            else:
                found[name] = self._odd()
        return found

    def _frames(self) -> list[dict[str, Any]]:
        """One of each sort that a device may send after its greeting, right as they stand."""
        self._number += 1
        change = base64.b64encode(self._dice.choice(self._foreign)).decode()
        moment = "2026-11-22T09:30:00.000Z"
        return [
            {"t": "push", "id": self._number, "doc": self._doc, "changes": [change]},
            {"t": "open", "docs": {self._doc: 0}},
            {"t": "ping", "n": self._number},
            {"t": "actor", "actor": self._dice.randbytes(16).hex(), "proof": base64.b64encode(bytes(64)).decode()},
            {"t": "prove", "id": 1, "entries": ["01890a5d-ac96-774b-bcce-b302099a8057"]},
            {"t": "consistent", "id": 1, "from": self._dice.randrange(50), "to": self._dice.randrange(50)},
            {"t": "alarm", "id": 1, "alarm": f"a-{self._dice.randrange(20)}", "code": "proof_wrong", "at": moment,
             "held": None, "told": "a note", "entries": []},
            {"t": "hello", "v": 1, "device": self._device, "actor": "00" * 16, "proof": "", "docs": {}},
        ]  # fmt: skip

    def _push(self, kind: str, changes: list[bytes]) -> Case:
        self._number += 1
        texts = [base64.b64encode(one).decode() for one in changes]
        frame = {"t": "push", "id": self._number, "doc": self._doc, "changes": texts}
        return Case(kind, json.dumps(frame))

    def _odd(self) -> Any:
        return self._dice.choice(ODD)
