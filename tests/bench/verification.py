"""How long a whole log takes to verify, beside the bare signature checks that it cannot do without, on the same cores.

The log is written as files by devices and a server made here, so that its size is free to choose.
"""

import base64
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import appends

from sync import merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import FIRST_PREV, SIGN_DOMAIN, Envelope, Receipt, leaf_data, next_stream_hash
from sync.signing import ED25519, Ed25519Signer, verify
from sync.trust import Policy
from sync.verify import verify_log
from sync.writer import DeviceWriter, now_text

ORIGIN = "pestle.example/bench"
DEVICES = 20
START = 1_795_340_000_000


def seconds(folder: Path, size: int) -> dict[str, Any]:
    begin = time.perf_counter()
    write_log(folder, size)
    made = round(time.perf_counter() - begin, 1)
    cores = os.cpu_count() or 1
    found: dict[str, Any] = {"entries": size, "cores": cores, "seconds_to_make_the_log": made}
    found["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    for name, full, processes in (("fast", False, cores), ("full", True, cores), ("full_one_process", True, 1)):
        print(f"bench: verification, {name}", file=sys.stderr, flush=True)
        found[name] = _verified(folder, full, processes)
    print("bench: bare signatures", file=sys.stderr, flush=True)
    found["bare_ed25519_seconds"] = round(bare(size, cores), 2)
    found["full_to_bare"] = round(found["full"]["seconds"] / found["bare_ed25519_seconds"], 2)
    return found


def write_log(folder: Path, size: int) -> None:
    """Bundle after bundle, so that a big log does not have to fit into memory."""
    signer, edge, levels = Ed25519Signer.generate(), merkle.Edge(), [bytearray()]
    streams: dict[str, tuple[int, str]] = {}
    leaves: list[bytes] = []
    payloads: list[tuple[int, bytes, bytes]] = []
    for index, envelope in enumerate(_entries(signer, size)):
        count, running = streams.get(envelope.head.stream, (0, FIRST_PREV))
        receipt = Receipt(index, count + 1, next_stream_hash(running, envelope.header), now_text(START + index))
        streams[envelope.head.stream] = receipt.stream_seq, receipt.stream_hash
        leaves.append(leaf_data(envelope.header, envelope.signatures, receipt.encode()))
        payloads.append((index, envelope.salt, envelope.payload))
        levels[0] += merkle.leaf_hash(leaves[-1])
        for level, _, node in edge.append(merkle.leaf_hash(leaves[-1])):
            if level % 8 == 0:
                levels += [bytearray() for _ in range(level // 8 + 1 - len(levels))]
                levels[level // 8] += node
        if len(leaves) == tiles.WIDTH or index == size - 1:
            number = index // tiles.WIDTH
            _write(folder / tiles.Name("entries", number, len(leaves)).path, tiles.encode_entries(leaves))
            _write(folder / tiles.Name("payloads", number, len(leaves)).path, tiles.encode_payloads(payloads))
            leaves, payloads = [], []
    for name in tiles.names(size):
        if isinstance(name.kind, int):
            start = name.n * tiles.WIDTH * 32
            _write(folder / name.path, bytes(levels[name.kind][start : start + name.width * 32]))
    key = note.Key(ORIGIN, signer.public_key)
    _write(folder / "policy", Policy((key,), (signer.public_key,)).encode())
    _write(folder / "checkpoint", note.sign(Checkpoint(ORIGIN, size, edge.root()).encode(), ORIGIN, signer))


def _entries(signer: Ed25519Signer, size: int) -> Iterator[Envelope]:
    """The server's enrolment, the devices', and then what they weigh, in turn."""
    server = DeviceWriter("server", signer)
    pens = [DeviceWriter(f"bridge-{number}", Ed25519Signer.generate()) for number in range(DEVICES)]
    for pen in (server, *pens)[:size]:
        key = base64.b64encode(pen.signer.public_key).decode()
        role = "server" if pen is server else "bridge"
        payload = {"device": pen.device, "name": pen.device, "role": role, "alg": ED25519, "public_key": key}
        yield server.write("identity.device_enrolled.v1", f"device/{pen.device}", payload, actor="server")
    for number in range(size - DEVICES - 1):
        pen = pens[number % DEVICES]
        stream = f"equipment/BAL-{number % 50:02d}"
        yield pen.write(appends.KIND, stream, appends.reading(number), actor=pen.device)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _verified(folder: Path, full: bool, processes: int) -> dict[str, Any]:
    """In a process of its own, so that its memory can be told."""
    command = [sys.executable, "-m", "tests.bench.verification", str(folder), str(int(full)), str(processes)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _child(folder: str, full: str, processes: str) -> None:
    begin = time.perf_counter()
    result = verify_log(Path(folder), full=full == "1", processes=int(processes))
    took = time.perf_counter() - begin
    assert result.ok, result
    peak = max(_own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps({"seconds": round(took, 2), "processes": int(processes), "peak_rss_mib_of_largest": peak // 1024}))


def _own_peak() -> int:
    """KiB. Not `ru_maxrss`, which a program inherits from whoever started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def bare(count: int, cores: int) -> float:
    """Seconds for so many signature checks alone, shared among the cores, by the function that the verifier uses."""
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        return max(pool.map(_checks, [count // cores] * cores, chunksize=1))


def _checks(count: int) -> float:
    signer, message = Ed25519Signer.generate(), SIGN_DOMAIN + b"x" * 600
    signature, key = signer.sign(message), signer.public_key
    begin = time.perf_counter()
    for _ in range(count):
        verify(ED25519, key, message, signature)
    return time.perf_counter() - begin


if __name__ == "__main__":
    _child(*sys.argv[1:4])
