"""Every way we could think of to change a log is found, in both modes, and the first wrong entry is named."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from log_support import (
    ORIGIN,
    START,
    Entered,
    Files,
    Plant,
    database,
    entered,
    forge,
    open_engine,
    resign,
    tree_files,
)
from sqlalchemy import Connection
from support import PostgresCluster

from sync import canonical, merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Envelope, leaf_data, split_leaf
from sync.errors import SyncError
from sync.log.export import export
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.verify import blocks, verify_log
from sync.writer import DeviceWriter, now_text

pytestmark = pytest.mark.urs("PLT-03", "PLT-04")

SIZE = 600
PLANT = Plant.fresh()
HISTORY = entered(PLANT.history(SIZE))
GOOD = forge(PLANT.signer, HISTORY)
BOTH = pytest.mark.parametrize("full", [False, True], ids=["fast", "full"])


@pytest.fixture(autouse=True, params=[256, blocks.BLOCK], ids=["small blocks", "one block"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """However a log is cut into blocks, the same is found."""
    monkeypatch.setattr(blocks, "BLOCK", request.param)
    size: int = request.param
    return size


def check(
    files: Files, full: bool = False, trusted: Policy | None = PLANT.policy
) -> tuple[bool, int | None, str | None]:
    result = verify_log(files.get, trusted=trusted, full=full)
    assert (result.reason is None) == result.ok
    return result.ok, result.first_wrong, result.code


def bundle_of(index: int) -> str:
    block = index // 256
    return tiles.Name("entries", block, min(256, SIZE - 256 * block)).path


def edit_leaf(files: Files, index: int, edit: Callable[[bytes], bytes]) -> Files:
    path = bundle_of(index)
    leaves = tiles.decode_entries(files[path])
    leaves[index % 256] = edit(leaves[index % 256])
    return {**files, path: tiles.encode_entries(leaves)}


def all_leaves(files: Files) -> list[bytes]:
    return [leaf for block in range(3) for leaf in tiles.decode_entries(files[bundle_of(256 * block)])]


def put_leaves(files: Files, leaves: list[bytes]) -> Files:
    return files | {bundle_of(256 * b): tiles.encode_entries(leaves[256 * b : 256 * b + 256]) for b in range(3)}


@BOTH
def test_a_good_log(full: bool) -> None:
    result = verify_log(GOOD.get, trusted=PLANT.policy, full=full)
    assert result.as_dict() == {
        "ok": True,
        "size": SIZE,
        "root": Checkpoint.parse(note.open(GOOD["checkpoint"], PLANT.policy.logs)).root.hex(),
        "first_wrong": None,
        "reason": None,
        "code": None,
        "policy": "given",
        "withheld": 0,
        "erased": 0,
        "witnessed": {},
    }
    assert verify_log(GOOD.get, full=full).as_dict()["policy"] == "beside"


@BOTH
def test_an_empty_log(full: bool) -> None:
    result = verify_log(forge(PLANT.signer, []).get, trusted=PLANT.policy, full=full)
    assert (result.ok, result.size, result.root) == (True, 0, merkle.EMPTY_ROOT.hex())


@BOTH
@pytest.mark.parametrize("index", [0, 1, 255, 256, 300, 599])
@pytest.mark.parametrize("line", [0, 1, 2], ids=["header", "signatures", "receipt"])
def test_a_changed_byte_of_any_line_of_an_entry(index: int, line: int, full: bool) -> None:
    chance = random.Random(index * 3 + line)
    parts = split_leaf(tiles.decode_entries(GOOD[bundle_of(index)])[index % 256])
    start = sum(len(part) + 1 for part in parts[:line])
    for place in chance.sample(range(start, start + len(parts[line]) + 1), 4):

        def flip(leaf: bytes, place: int = place) -> bytes:
            return leaf[:place] + bytes([leaf[place] ^ 1 << chance.randrange(8)]) + leaf[place + 1 :]

        ok, first_wrong, _ = check(edit_leaf(GOOD, index, flip), full)
        assert (ok, first_wrong) == (False, index)


@BOTH
def test_any_changed_byte_of_any_file(full: bool) -> None:
    chance = random.Random(7)
    for path in sorted(set(GOOD) - {"policy"}):
        for _ in range(5):
            changed = bytearray(GOOD[path])
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            ok, first_wrong, code = check({**GOOD, path: bytes(changed)}, full)
            assert not ok, path
            assert (first_wrong is None) == (path == "checkpoint"), (path, code)


@BOTH
@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_changed_payload(index: int, full: bool) -> None:
    block, offset = divmod(index, 256)
    path = tiles.Name("payloads", block, min(256, SIZE - 256 * block)).path
    lines = GOOD[path].split(b"\n")
    row = tiles.decode_payload(lines[offset], index)
    assert row is not None
    others = [(row[0], row[1].replace(b":", b": ")), (b"x" * 16, row[1]), (row[0] + row[1][:1], row[1][1:])]
    for salt, payload in others:
        changed = tiles.encode_payloads([(index, salt, payload)])[:-1]
        files = {**GOOD, path: b"\n".join([*lines[:offset], changed, *lines[offset + 1 :]])}
        assert check(files, full)[:2] == (False, index)
    assert check({**GOOD, path: b"\n".join(lines[:offset] + lines[offset + 1 :])}, full)[:2] == (False, index)
    assert check({**GOOD, path: GOOD[path][:-1]}, full)[0] is False


@BOTH
@pytest.mark.parametrize("index", [1, 255, 256, 598])
def test_dropped_swapped_and_repeated_entries(index: int, full: bool) -> None:
    leaves = all_leaves(GOOD)
    assert check(put_leaves(GOOD, leaves[:index] + leaves[index + 1 :]), full)[:2] == (False, index)
    assert check(put_leaves(GOOD, [*leaves[:index], leaves[index - 1], *leaves[index:]]), full)[:2] == (False, index)
    swapped = [*leaves[:index], leaves[index + 1], leaves[index], *leaves[index + 2 :]]
    assert check(put_leaves(GOOD, swapped), full)[:2] == (False, index)


@BOTH
def test_a_cut_tail(full: bool) -> None:
    leaves = all_leaves(GOOD)
    assert check(put_leaves(GOOD, leaves[:590]), full) == (False, 590, "entry_missing")
    path = bundle_of(599)
    assert check({**GOOD, path: GOOD[path][:-1]}, full) == (False, 599, "entry_missing")
    assert check({name: data for name, data in GOOD.items() if name != path}, full) == (False, 512, "entry_missing")
    assert check({**GOOD, path: GOOD[path] + GOOD[path][:900]}, full) == (False, 600, "tile_wrong")


@BOTH
def test_a_forged_entry_needs_the_devices_key(full: bool) -> None:
    plant = PLANT
    original = HISTORY[400].envelope
    thief = DeviceWriter(original.head.device, Ed25519Signer.generate())
    forged = list(HISTORY)
    forged[400] = Entered(resign(thief, original, subject="20/other"), HISTORY[400].recorded_at)
    assert check(forge(plant.signer, forged), full) == (False, 400, "signature_wrong")
    by_another_server = forge(Ed25519Signer.generate(), HISTORY)
    assert check(by_another_server, full) == (False, None, "note_signer_unknown")


@BOTH
def test_a_rewritten_chain_is_found_at_its_first_entry(full: bool) -> None:
    """A forger with the server's key rewrites one entry of a tablet and mends every later `prev`."""
    forged, prev, thief = list(HISTORY), None, DeviceWriter("x", Ed25519Signer.generate())
    device = HISTORY[402].envelope.head.device
    for index in range(402, SIZE):
        envelope = HISTORY[index].envelope
        if envelope.head.device == device:
            again = resign(thief, envelope, **({"prev": prev} if prev else {"subject": "20/other"}))
            forged[index] = Entered(again, HISTORY[index].recorded_at)
            prev = again.digest.hex()
    assert check(forge(PLANT.signer, forged), full) == (False, 402, "signature_wrong")


@BOTH
@pytest.mark.parametrize(
    ("receipt", "code"),
    [
        ({"index": 451}, "index_wrong"),
        ({"stream_seq": 1}, "stream_chain_wrong"),
        ({"stream_hash": "0" * 64}, "stream_chain_wrong"),
        ({"recorded_at": "2020-01-01T00:00:00.000Z"}, "recorded_at_wrong"),
    ],
)
def test_receipts_that_break_a_rule_though_the_server_signed(receipt: dict[str, Any], code: str, full: bool) -> None:
    forged = list(HISTORY)
    forged[450] = Entered(HISTORY[450].envelope, HISTORY[450].recorded_at, receipt=receipt)
    assert check(forge(PLANT.signer, forged), full) == (False, 450, code)


@BOTH
def test_a_changed_receipt_is_found_by_the_tree_alone(full: bool) -> None:
    def later(leaf: bytes) -> bytes:
        header, signatures, receipt = split_leaf(leaf)
        return leaf_data(
            header,
            signatures,
            receipt.replace(b'"flags":[]', b'"flags":["late_entry"]').replace(b"accepted", b"flagged"),
        )

    assert check(edit_leaf(GOOD, 333, later), full) == (False, 333, "leaf_changed")
    # The forger mends the hashes too, and lacks the server's key: the entry cannot be named, but its block can.
    leaves = all_leaves(edit_leaf(GOOD, 333, later))
    mended = edit_leaf(GOOD, 333, later) | {"tile/0/001": b"".join(merkle.leaf_hash(leaf) for leaf in leaves[256:512])}
    result = verify_log(mended.get, trusted=PLANT.policy, full=full)
    assert (result.ok, result.first_wrong, result.code) == (False, None, "root_wrong")
    assert "256 to 511" in str(result.reason)
    everywhere = tree_files(Ed25519Signer.generate(), leaves, []) | {"checkpoint": GOOD["checkpoint"]}
    everywhere |= {path: data for path, data in GOOD.items() if path.startswith("payloads")}
    assert check(everywhere, full) == (False, None, "root_wrong")


@BOTH
def test_chains_of_devices(full: bool) -> None:
    plant = Plant.fresh()
    first, second, third = plant.enrol(plant.tablet), plant.weigh(plant.tablet), plant.weigh(plant.tablet)
    last = plant.weigh(plant.tablet)
    policy = plant.policy
    gap = forge(plant.signer, entered([first, second, last]))
    assert check(gap, full, policy) == (False, 2, "device_chain_wrong")
    fork = resign(plant.tablet, third, seq=1)
    assert check(forge(plant.signer, entered([first, second, fork])), full, policy) == (False, 2, "device_chain_wrong")
    other = resign(plant.tablet, third, prev="0" * 64)
    assert check(forge(plant.signer, entered([first, second, other])), full, policy) == (False, 2, "device_chain_wrong")
    unknown = forge(plant.signer, entered([first, second, plant.weigh(plant.bridge)]))
    assert check(unknown, full, policy) == (False, 2, "device_unknown")


@BOTH
def test_only_the_server_enrols(full: bool) -> None:
    plant = Plant.fresh()
    enrolment = plant.enrol(plant.bridge)
    by_tablet = plant.tablet.write(
        enrolment.head.kind, enrolment.head.stream, canonical.parse(enrolment.payload), actor="P-1"
    )
    plant.server.seq, plant.server.prev = 0, "0" * 64
    files = forge(plant.signer, entered([plant.enrol(plant.tablet), by_tablet, plant.weigh(plant.bridge)]))
    assert check(files, full, plant.policy) == (False, 2, "device_unknown")


@BOTH
def test_a_device_with_a_new_key(full: bool) -> None:
    plant = Plant.fresh()
    entries = [plant.enrol(plant.tablet), plant.weigh(plant.tablet), plant.weigh(plant.tablet)]
    old = plant.tablet.signer
    plant.tablet.signer = Ed25519Signer.generate()
    entries += [plant.enrol(plant.tablet), plant.weigh(plant.tablet)]
    assert check(forge(plant.signer, entered(entries)), full, plant.policy) == (True, None, None)
    thief = DeviceWriter(plant.tablet.device, Ed25519Signer.generate())
    forged = [*entries[:2], resign(thief, entries[2], subject="x"), *entries[3:]]
    assert check(forge(plant.signer, entered(forged[:4])), full, plant.policy) == (False, 2, "signature_wrong")
    stale = DeviceWriter(plant.tablet.device, old)
    assert check(forge(plant.signer, entered([*entries[:4], resign(stale, entries[4])])), full, plant.policy) == (
        False,
        4,
        "signature_wrong",
    )


@BOTH
def test_revocation(full: bool) -> None:
    plant = Plant.fresh()
    entries = [plant.enrol(plant.tablet), *(plant.weigh(plant.tablet) for _ in range(3)), plant.revoke(plant.tablet, 4)]
    within, beyond = plant.weigh(plant.tablet), plant.weigh(plant.tablet)
    kept = entered([*entries, within, beyond])
    assert check(forge(plant.signer, kept), full, plant.policy) == (False, 6, "revocation_ignored")
    kept[6] = Entered(beyond, kept[6].recorded_at, ("device_revoked",))
    assert check(forge(plant.signer, kept), full, plant.policy) == (True, None, None)


@BOTH
def test_the_servers_key_is_the_policys(full: bool) -> None:
    plant = Plant.fresh()
    other = Ed25519Signer.generate()
    enrolment = plant.enrol(DeviceWriter("server", other))
    assert check(forge(plant.signer, entered([enrolment])), full, plant.policy) == (False, 0, "server_key_wrong")
    policy = Policy((note.Key(ORIGIN, plant.signer.public_key),), (other.public_key,))
    plant = Plant(DeviceWriter("server", plant.signer), plant.tablet, plant.bridge, plant.clock)
    files = forge(plant.signer, entered([plant.enrol(plant.tablet)]))
    assert check(files, full, plant.policy) == (True, None, None)
    assert check(files, full, policy) == (False, 0, "signature_wrong")


@BOTH
def test_withheld_payloads_leave_the_log_verifiable(full: bool) -> None:
    some = [Entered(e.envelope, e.recorded_at, withheld=i >= 3 and i % 2 == 0) for i, e in enumerate(HISTORY)]
    files = forge(PLANT.signer, some)
    result = verify_log(files.get, trusted=PLANT.policy, full=full, withheld=True)
    assert (result.ok, result.withheld) == (True, 298)
    assert check(files, full) == (False, 4, "payload_missing")
    keyless = [Entered(e.envelope, e.recorded_at, withheld=True) for e in HISTORY]
    assert check(forge(PLANT.signer, keyless), full) == (False, 0, "payload_withheld")
    without = {path: data for path, data in GOOD.items() if not path.startswith("payloads")}
    assert check(without, full) == (False, 0, "payload_withheld")


@BOTH
def test_a_wrong_tile_beside_right_entries(full: bool) -> None:
    tile = GOOD["tile/0/001"]
    assert check({**GOOD, "tile/0/001": tile[:320] + b"x" * 32 + tile[352:]}, full) == (False, 266, "tile_wrong")
    assert check({**GOOD, "tile/0/001": tile + b"x"}, full)[2] == "tile_wrong"
    assert check({**GOOD, "tile/1/000.p/2": b"x" * 64}, full) == (False, 0, "tile_wrong")
    assert check({path: d for path, d in GOOD.items() if path != "tile/1/000.p/2"}, full) == (False, 0, "tile_wrong")


def test_what_cannot_be_judged(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SyncError, match="log_unreadable"):
            verify_log(source)
    without = {path: data for path, data in GOOD.items() if path != "policy"}
    assert check(without, trusted=None) == (False, None, "policy_malformed")
    assert check(without) == (True, None, None)
    other_name = note.sign(Checkpoint("elsewhere", 0, merkle.EMPTY_ROOT).encode(), ORIGIN, PLANT.signer)
    assert check({**GOOD, "checkpoint": other_name}) == (False, None, "checkpoint_malformed")


# --- exported from a database ---


def exported(connection: Connection, folder: Path, plant: Plant, count: int, payloads: bool = True) -> None:
    log = plant.log()
    log.create(connection)
    for number, envelope in enumerate(plant.history(count)):
        log.append(connection, envelope, now_text(START + 1000 * number))
    log.sign_checkpoint(connection)
    export(connection, log, folder, payloads)


def test_an_exported_log_verifies(database_url: str, tmp_path: Path) -> None:
    plant = Plant.fresh()
    folder = tmp_path / "log"
    with database(database_url) as engine, engine.begin() as connection:
        exported(connection, folder, plant, 300)
        leaner = tmp_path / "lean"
        export(connection, plant.log(), leaner, payloads=False)
    for full in (False, True):
        assert verify_log(folder, trusted=plant.policy, full=full).ok
        result = verify_log(str(leaner), trusted=plant.policy, full=full, withheld=True)
        assert (result.ok, result.withheld) == (True, 297)
    paths = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert paths == {name.path for name in tiles.names(300)} | {"checkpoint", "policy"}


# What an administrator of the database does once the guards are out of the way.
ATTACKS = {
    "payload": ["UPDATE log_payload SET payload = '{}' WHERE idx = 77"],
    "header": ["UPDATE log_entry SET header = (SELECT header FROM log_entry WHERE idx = 79) WHERE idx = 77"],
    "receipt": ["UPDATE log_entry SET receipt = replace(CAST(receipt AS TEXT), 'accepted', 'flagged') WHERE idx = 77"],
    "delete": ["DELETE FROM log_entry WHERE idx = 77"],
    "tail": ["DELETE FROM log_entry WHERE idx >= 77"],
    "swap": [f"UPDATE log_entry SET idx = {to} WHERE idx = {of}" for of, to in ((77, 9999), (78, 77), (9999, 78))],
}


@pytest.mark.urs("PLT-06")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_change_made_past_the_guards_is_found(attack: str, tmp_path: Path) -> None:
    plant = Plant.fresh()
    engine = open_engine(f"sqlite:///{tmp_path}/pestle.db")
    with engine.begin() as connection:
        exported(connection, tmp_path / "before", plant, 300)
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in ATTACKS[attack]:
            connection.exec_driver_sql(statement)
        export(connection, plant.log(), tmp_path / "after")
    engine.dispose()
    assert verify_log(tmp_path / "before", trusted=plant.policy).ok
    for full in (False, True):
        result = verify_log(tmp_path / "after", trusted=plant.policy, full=full)
        assert (result.ok, result.first_wrong) == (False, 77), result


@pytest.mark.urs("PLT-06")
@pytest.mark.parametrize("attack", ["header", "delete", "tail", "swap"])
def test_a_superuser_of_postgresql_is_found(attack: str, postgres: PostgresCluster, tmp_path: Path) -> None:
    plant = Plant.fresh()
    with database(postgres.create()) as engine, engine.begin() as connection:
        exported(connection, tmp_path / "before", plant, 300)
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("GRANT ALL ON log_entry TO CURRENT_USER")
        for statement in ATTACKS[attack]:
            connection.exec_driver_sql(statement)
        export(connection, plant.log(), tmp_path / "after")
    for full in (False, True):
        result = verify_log(tmp_path / "after", trusted=plant.policy, full=full)
        assert (result.ok, result.first_wrong) == (False, 77), result


# --- over http ---


class _Served(SimpleHTTPRequestHandler):
    asked: list[str | None]

    def do_GET(self) -> None:
        type(self).asked.append(self.headers.get("Cookie"))
        if self.path == "/checkpoint":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")
        elif self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/log/checkpoint")
            self.end_headers()
        elif self.path.startswith("/secret"):
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


def test_a_log_over_http(tmp_path: Path) -> None:
    for path, data in GOOD.items():
        (tmp_path / "log" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / path).write_bytes(data)
    _Served.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Served, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}"
        cookie = {"Cookie": "pestle_session=x"}
        for address in (site, f"{site}/log", f"{site}/log/"):
            assert verify_log(address, trusted=PLANT.policy, headers=cookie).ok
        assert set(_Served.asked) == {"pestle_session=x"}
        for address in (f"{site}/away", f"{site}/secret", f"{site}/nothing"):
            with pytest.raises(SyncError, match="log_unreadable"):
                verify_log(address)
        (tmp_path / "log" / bundle_of(300)).write_bytes(GOOD[bundle_of(300)][:-100])
        assert verify_log(site, trusted=PLANT.policy).first_wrong == 511
        server.shutdown()
    with pytest.raises(SyncError, match="log_unreadable"):
        verify_log(site)


@pytest.mark.slow
def test_a_hundred_thousand_entries_take_seconds() -> None:
    plant = Plant.fresh()
    plant.server.clock = plant.tablet.clock = plant.bridge.clock = plant.clock
    entries: list[Envelope] = plant.history(100_000)
    files = forge(plant.signer, [Entered(e, "2026-11-22T09:30:00.000Z") for e in entries])
    began = time.monotonic()
    assert verify_log(files.get, trusted=plant.policy).ok
    took = time.monotonic() - began
    print(f"100,000 entries verified in {took:.1f} s")
    assert took < 20, "a few seconds on an idle machine"
