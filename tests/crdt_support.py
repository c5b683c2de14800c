"""What the tests of the change codec share: the library that the app itself uses, run in Node, and comparison forms."""

import hashlib
import json
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import ROOT

from sync.crdt import codec, leb128, policy
from sync.crdt.change import Change
from sync.crdt.codec import MAGIC
from sync.crdt.ops import MAKES, Op, OpId
from sync.crdt.scalar import Scalar
from sync.crdt.state import DocumentState

SCRIPTS = ROOT / "tests" / "sync" / "crdt" / "js"
PWA = ROOT / "pwa"


def run_node(script: str, *arguments: str | Path) -> list[Any]:
    """The JSON lines that a script writes. It goes in on standard input: imports then resolve in the app's folder."""
    if not (PWA / "node_modules" / "@automerge" / "automerge").is_dir():
        raise RuntimeError("pwa/node_modules holds no @automerge/automerge: run make setup")
    command = ["node", "--input-type=module", "-", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=PWA, input=(SCRIPTS / script).read_bytes(), capture_output=True, timeout=240, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr.decode()[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def chunk(body: bytes, kind: int = 1, *, sent: bytes | None = None) -> bytes:
    """A chunk with a right checksum around any body; `sent` is what stands on the wire in its place."""
    digest = hashlib.sha256(b"\x01" + leb128.prefixed(body)).digest()
    return MAGIC + digest[:4] + bytes([kind]) + leb128.prefixed(body if sent is None else sent)


def mutated(dice: random.Random, body: bytes, others: list[bytes]) -> bytes:
    """A body with a few bytes changed, removed, or spliced in from another body."""
    data = bytearray(body)
    for _ in range(dice.randint(1, 4)):
        at, size = dice.randrange(len(data) + 1), dice.randint(1, 8)
        if dice.random() < 0.6 and at < len(data):
            data[at] = dice.choice((dice.randrange(256), data[at] ^ 1 << dice.randrange(8), 0, 0x7F, 0x80, 0xFF))
        elif dice.random() < 0.4:
            del data[at : at + size]
        else:
            other = dice.choice(others)
            start = dice.randrange(len(other))
            data[at:at] = other[start : start + size]
    return bytes(data)


def as_javascript(change: Change) -> dict[str, Any]:
    """A change in the form of the library's `decodeChange`, bytes as {"bytes": base64}."""
    return {
        "actor": change.actor,
        "seq": change.seq,
        "startOp": change.start_op,
        "time": change.time,
        "message": change.message,
        "deps": list(change.deps),
        "hash": change.hash,
        "ops": [_op(op) for op in change.ops],
    }


def _op(op: Op) -> dict[str, Any]:
    out: dict[str, Any] = {"action": op.action, "obj": str(op.obj) if op.obj else "_root"}
    if isinstance(op.key, OpId):
        out["elemId"] = str(op.key) if op.key.counter else "_head"
    else:
        out["key"] = op.key
    if op.insert:
        out["insert"] = True
    if op.action == "mark":
        out |= {"expand": op.expand, "action": "markEnd" if op.name is None else "markBegin"}
        if op.name is not None:
            out |= {"name": op.name, **_value(op.value, with_type=False)}
    elif op.action not in MAKES | {"del"}:
        out |= _value(op.value, with_type=op.action == "set")
    return out | {"pred": [str(pred) for pred in op.pred]}


def _value(value: Scalar, *, with_type: bool) -> dict[str, Any]:
    names = {"int": "int", "uint": "uint", "f64": "float64", "counter": "counter", "timestamp": "timestamp"}
    data = value.data
    if isinstance(data, bytes):
        return {"value": list(data)}
    return {"value": data} | ({"datatype": names[value.kind]} if with_type and value.kind in names else {})


def entry_id(n: int) -> str:
    return f"0197a3b0-0000-7000-8000-{n:012x}"


@dataclass
class Client:
    """A client of our own make, which can also write what the library never would."""

    state: DocumentState
    actor: str = "c1" * 16
    seq: int = 0
    last: set[str] = field(default_factory=set)

    @property
    def next(self) -> int:
        """The counter of its next operation when it knows the whole document."""
        return self.state.max_op + 1

    def op(self, area: str, key: str | OpId, action: str = "set", value: Any = None, **more: Any) -> Op:
        """An operation on a root map, or on the object `obj` if that is given; `at` is its place in the change."""
        target = more.pop("obj", None) or self.state.maps[area]
        return Op(OpId(self.next + more.pop("at", 0), self.actor), target, key, action, value=scalar(value), **more)

    def change(
        self, *ops: Op, deps: set[str] | None = None, start: int | None = None, seq: int | None = None
    ) -> Change:
        """The change of these operations, on all heads unless `deps` are given; it is not accepted yet."""
        known = self.state.heads if deps is None else deps
        raw = codec.encode_change(self.actor, seq or self.seq + 1, start or self.next, ops, known | self.last)
        return codec.parse(raw)

    def push(self, *ops: Op, **more: Any) -> policy.Accepted:
        change = self.change(*ops, **more)
        accepted = policy.accept(self.state, change, self.actor)
        self.seq, self.last = change.seq, {change.hash}
        return accepted


def scalar(value: Any) -> Scalar:
    if isinstance(value, Scalar):
        return value
    kinds = {type(None): "null", bool: "bool", int: "int", float: "f64", str: "str", bytes: "bytes"}
    return Scalar(kinds[type(value)], value)
