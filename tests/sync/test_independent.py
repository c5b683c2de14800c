"""A verifier written from `sync/README.md` alone, without a line of `sync`, agrees with ours on an exported log."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from log_support import Plant, entered, forge

pytestmark = pytest.mark.urs("PLT-03", "PLT-04")


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def number(n: int) -> str:
    text = f"{n:03d}"
    text = text.zfill(-(-len(text) // 3) * 3)
    groups = [text[i : i + 3] for i in range(0, len(text), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def tile(folder: Path, kind: str, n: int, size: int) -> bytes:
    width = min(256, size - 256 * n)
    return (folder / f"{kind}/{number(n)}{'' if width == 256 else f'.p/{width}'}").read_bytes()


def root_of(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01", root_of(hashes[:split]), root_of(hashes[split:]))


def trusted_root(folder: Path) -> tuple[int, bytes, bytes]:
    """Size and root of the checkpoint, and the server's key."""
    lines = (folder / "policy").read_text().splitlines()
    server_key = base64.b64decode(lines[0].removeprefix("# server-key ed25519:"))
    name, key_id, encoded = lines[1].removeprefix("log ").split("+", 2)
    key = base64.b64decode(encoded)
    assert sha256(name.encode(), b"\n", key)[:4].hex() == key_id
    body, signature = (folder / "checkpoint").read_text("utf-8").split("\n\n")
    dash, signer, raw = signature.rstrip("\n").split(" ")
    assert (dash, signer, base64.b64decode(raw)[:4].hex()) == ("—", name, key_id)
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(base64.b64decode(raw)[4:], f"{body}\n".encode())
    origin, size, root = body.split("\n")
    assert origin == name
    return int(size), base64.b64decode(root), server_key


def verify(folder: Path) -> int:
    """The number of entries; AssertionError or InvalidSignature when anything is wrong."""
    size, root, server_key = trusted_root(folder)
    keys, devices, streams, hashes, time = {"server": server_key}, {}, {}, [], ""
    for block in range(-(-size // 256)):
        bundle, level0 = tile(folder, "tile/entries", block, size), tile(folder, "tile/0", block, size)
        payloads = tile(folder, "payloads", block, size).splitlines()
        for index in range(256 * block, min(256 * block + 256, size)):
            length = int.from_bytes(bundle[:2], "big")
            leaf, bundle = bundle[2 : 2 + length], bundle[2 + length :]
            header, signatures, receipt, end = leaf.split(b"\n")
            head, stamp, line = json.loads(header), json.loads(receipt), json.loads(payloads[index % 256])
            salt, payload = base64.b64decode(line["salt"]), base64.b64decode(line["payload"])
            assert (end, stamp["index"], line["index"]) == (b"", index, index)
            assert hashlib.sha256(salt + payload).hexdigest() == head["payload_hash"]
            assert (head["seq"], head["prev"]) == devices.get(head["device"], (1, "0" * 64))
            devices[head["device"]] = head["seq"] + 1, sha256(header).hex()
            place, running = streams.get(head["stream"], (1, bytes(32)))
            running = sha256(b"pestle/stream/v1\n", running, sha256(header))
            assert (stamp["stream_seq"], stamp["stream_hash"]) == (place, running.hex())
            streams[head["stream"]] = place + 1, running
            assert stamp["recorded_at"] >= time
            time = stamp["recorded_at"]
            signature = base64.b64decode(json.loads(signatures)[0]["sig"])
            key = Ed25519PublicKey.from_public_bytes(keys[head["device"]])
            key.verify(signature, b"pestle/entry/v1\n" + header)
            if head["kind"] == "identity.device_enrolled.v1" and head["device"] == "server":
                body = json.loads(payload)
                keys[body["device"]] = base64.b64decode(body["public_key"])
            hashes.append(sha256(b"\x00", leaf))
            assert level0[32 * (index % 256) :][:32] == hashes[-1]
    assert root_of(hashes) == root
    return size


@pytest.mark.parametrize("size", [0, 1, 256, 300])
def test_an_independent_verifier_agrees(size: int, tmp_path: Path) -> None:
    plant = Plant.fresh()
    files = forge(plant.signer, entered(plant.history(size)))
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert verify(tmp_path) == size
    if size:
        bundle = tmp_path / ("tile/entries/000" if size >= 256 else f"tile/entries/000.p/{size}")
        bundle.write_bytes(bundle.read_bytes().replace(b'"seq":1,', b'"seq":2,', 1))
        with pytest.raises((AssertionError, InvalidSignature)):
            verify(tmp_path)
