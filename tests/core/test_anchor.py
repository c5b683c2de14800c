"""A database that is older than what the site has signed, or another one, is found by the anchor beside it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_support import ToySite, count, unguarded
from sqlalchemy import text
from support import ROOT

from server.core.config import Config
from server.core.continuity import Continuity
from server.core.plant import Plant
from server.core.record import Recorder
from server.plant import check_end, open_plant
from sync import merkle, note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log.anchor import SLOT, Anchor
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("PLT-18")

ORIGIN = "toy.example/log"
SIGNER = Ed25519Signer.generate()


def signed(size: int, salt: bytes = b"", origin: str = ORIGIN) -> bytes:
    root = merkle.leaf_hash(salt + b"%d" % size)
    return note.sign(Checkpoint(origin, size, root).encode(), origin, SIGNER)


@pytest.fixture
def anchor(tmp_path: Path) -> Iterator[Anchor]:
    made = Anchor(tmp_path / "anchor", ORIGIN)
    yield made
    made.close()


def size_in(anchor: Anchor) -> int | None:
    held = anchor.read()
    return None if held is None else held.size


def test_it_goes_forward_and_never_back(anchor: Anchor) -> None:
    assert anchor.read() is None
    for size in (3, 7, 5, 8, 1):
        anchor.advance(signed(size))
    assert size_in(anchor) == 8
    again = Anchor(anchor.path, ORIGIN)
    assert size_in(again) == 8
    again.close()


def test_another_root_at_the_same_size_is_a_fork(anchor: Anchor) -> None:
    anchor.advance(signed(7))
    anchor.advance(signed(7))
    with pytest.raises(SyncError, match="log_forked"):
        anchor.advance(signed(7, b"other"))
    assert size_in(anchor) == 7


@pytest.mark.parametrize("slot", [0, 1])
def test_a_torn_slot_leaves_the_other_and_is_written_over(anchor: Anchor, slot: int) -> None:
    for size in (1, 2):
        anchor.advance(signed(size))
        anchor.flush()
    data = bytearray(anchor.path.read_bytes())
    data[slot * SLOT + 80] ^= 1
    anchor.path.write_bytes(data)
    assert size_in(anchor) in (1, 2)
    assert not anchor.spoilt
    anchor.advance(signed(3))
    assert size_in(anchor) == 3


def test_what_is_being_written_is_never_the_only_whole_slot(anchor: Anchor) -> None:
    """Between two waits for the disk only one slot is written, so that a power cut spoils no more than that."""
    anchor.advance(signed(1))
    anchor.flush()
    before = anchor.path.read_bytes()
    for size in range(2, 6):
        anchor.advance(signed(size))
    after = anchor.path.read_bytes().ljust(2 * SLOT, b"\0")
    before = before.ljust(2 * SLOT, b"\0")
    changed = [slot for slot in (0, 1) if before[slot * SLOT :][:SLOT] != after[slot * SLOT :][:SLOT]]
    assert len(changed) == 1


def test_two_spoilt_slots_are_told_apart_from_none(anchor: Anchor) -> None:
    assert not anchor.spoilt
    anchor.path.write_bytes(b"x" * 2 * SLOT)
    assert anchor.spoilt
    assert anchor.read() is None


def test_the_anchor_of_another_log_is_refused(anchor: Anchor) -> None:
    anchor.advance(signed(3))
    other = Anchor(anchor.path, "other.example/log")
    for use in (other.read, lambda: other.advance(signed(4))):
        with pytest.raises(SyncError, match="anchor_foreign"):
            use()
    other.close()


def test_a_restore_replaces_it_and_keeps_what_it_held(anchor: Anchor) -> None:
    anchor.advance(signed(9))
    anchor.replace(signed(4))
    assert size_in(anchor) == 4
    kept = Anchor(anchor.path.with_name("anchor.9"), ORIGIN)
    assert size_in(kept) == 9
    kept.close()


def test_processes_that_write_it_at_once_leave_the_latest(anchor: Anchor) -> None:
    code = (
        "import sys; from pathlib import Path; from sync.log.anchor import Anchor\n"
        "notes = eval(sys.stdin.read()); anchor = Anchor(Path(sys.argv[1]), sys.argv[2])\n"
        "[anchor.advance(note) for note in notes]\n"
        "import os; os.kill(os.getpid(), 9)"
    )
    notes = [signed(size) for size in range(1, 301)]
    writers = [
        subprocess.Popen([sys.executable, "-c", code, anchor.path, ORIGIN], stdin=subprocess.PIPE, cwd=ROOT)
        for _ in range(3)
    ]
    for number, writer in enumerate(writers):
        assert writer.stdin is not None
        writer.stdin.write(repr(notes[number::3]).encode())
        writer.stdin.close()
    for writer in writers:
        assert writer.wait(60) == -9
    assert size_in(anchor) == 300


class Anchored(ToySite):
    """A toy site whose door has an anchor."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.anchor = Anchor(folder / "anchor", ORIGIN)
        super().__init__(database_url)

    def door(self) -> Recorder:
        """A new process of the same site."""
        self.recorder.close()
        continuity = Continuity(self.anchor)
        self.recorder = Recorder(
            self.engine, self.log, self.signer, self.recorder._registry, lambda _, name: self.keys.get(name), continuity
        )
        return self.recorder

    def close(self) -> None:
        super().close()
        self.anchor.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Anchored]:
    made = Anchored(database_url, tmp_path)
    made.door()
    yield made
    made.close()


def _cut(site: ToySite, size: int) -> None:
    """Bring the database back to where it was, as a backup that was put back would."""
    with unguarded(site.engine) as connection:
        edge = merkle.Edge()
        hashes = connection.execute(
            text("SELECT leaf_hash FROM log_entry WHERE idx < :n ORDER BY idx"), {"n": size}
        ).scalars()
        for value in hashes:
            edge.append(bytes(value))
        for table in ("log_entry", "log_payload"):
            connection.execute(text(f"DELETE FROM {table} WHERE idx >= :n"), {"n": size})
        connection.execute(text("DELETE FROM log_checkpoint WHERE size > :n"), {"n": size})
        move = text("UPDATE log_head SET size = :size, edge = :edge")
        connection.execute(move, {"size": size, "edge": b"".join(edge.hashes)})


def test_a_log_that_goes_on_is_let_on(site: Anchored) -> None:
    site.recorder.state(count(1))
    site.door().state(count(2))
    assert size_in(site.anchor) == 3


def test_the_first_start_after_the_upgrade_makes_it_and_says_so(
    site: Anchored, capsys: pytest.CaptureFixture[str]
) -> None:
    site.recorder.state(count(1))
    os.truncate(site.anchor.path, 0)
    site.door().state(count(2))
    assert size_in(site.anchor) == 3
    assert "anchor_made" in capsys.readouterr().err


def test_a_database_behind_the_anchor_takes_nothing(site: Anchored) -> None:
    for n in range(4):
        site.recorder.state(count(n))
    site.recorder.close()
    _cut(site, 3)
    with pytest.raises(SyncError, match="log_rolled_back"):
        site.door().state(count(9))
    assert site.numbers() == [0, 1]
    assert size_in(site.anchor) == 5


def test_a_database_that_grew_again_from_an_older_state_takes_nothing(site: Anchored) -> None:
    """Longer than the anchor by now, written by a door without one: the root at the anchor's size tells."""
    for n in range(4):
        site.recorder.state(count(n))
    site.recorder.close()
    _cut(site, 3)
    other = Recorder(site.engine, site.log, site.signer, site.recorder._registry, lambda _, name: site.keys.get(name))
    for n in range(6):
        other.state(count(100 + n))
    other.close()
    with pytest.raises(SyncError, match="log_forked"):
        site.door().state(count(9))


def test_a_database_put_back_under_a_running_server_takes_nothing(site: Anchored) -> None:
    for n in range(4):
        site.recorder.state(count(n))
    _cut(site, 3)
    for _ in range(2):
        with pytest.raises(SyncError, match="log_rolled_back"):
            site.recorder.state(count(9))
    assert site.numbers() == [0, 1]


def test_two_doors_of_one_site_let_each_other_on(site: Anchored) -> None:
    registry = site.recorder._registry
    second = Anchor(site.anchor.path, ORIGIN)
    other = Recorder(
        site.engine, site.log, site.signer, registry, lambda _, name: site.keys.get(name), Continuity(second)
    )
    for n in range(5):
        (site.recorder, other)[n % 2].state(count(n))
    other.close()
    second.close()
    assert site.numbers() == [0, 1, 2, 3, 4]
    assert size_in(site.anchor) == 6


def test_a_fork_that_the_anchor_finds_stops_the_committer(site: Anchored) -> None:
    """Another machine with the same DATA has signed other entries: what was committed stands, nothing follows."""
    site.recorder.state(count(1))
    site.anchor.advance(signed(3))
    site.recorder.state(count(2))
    for _ in range(2):
        with pytest.raises(SyncError, match="log_forked"):
            site.recorder.state(count(3))
    assert site.numbers() == [1, 2]


def _plant(url: str, folder: Path) -> Plant:
    return open_plant(Config(folder, url))


def test_the_command_that_serves_refuses_and_says_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/pestle.db"
    plant = _plant(url, tmp_path)
    plant.close()
    for name in ("pestle.db", "pestle.db-wal", "pestle.db-shm"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, tmp_path / f"{name}.old")
    plant = _plant(url, tmp_path)
    from server.core.kinds import Fact

    payload = {"login": "?", "address": "127.0.0.1"}
    plant.recorder.state(Fact("identity.signin_failed.v1", "site", payload))
    check_end(plant)
    plant.close()
    for name in ("pestle.db", "pestle.db-wal", "pestle.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
        if (tmp_path / f"{name}.old").exists():
            shutil.copy(tmp_path / f"{name}.old", tmp_path / name)
    environment = {"PATH": os.environ["PATH"], "DATA": str(tmp_path), "PORT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "--json", "serve"], env=environment, cwd=ROOT, capture_output=True
    )
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert answer["code"] == "log_rolled_back"
    assert "pestle restore" in answer["next"]["en"]
