"""The outbox: what it promised survives kills, damage is found at the start, a full disk breaks nothing."""

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from device_bridge import outbox as outbox_module
from device_bridge.errors import BridgeStopped
from device_bridge.outbox import Draft, Outbox
from sync.entry import FIRST_PREV, Envelope
from sync.signing import Ed25519Signer

DEVICE = "bridge-1"
STREAM = "equipment/BAL-07"


def draft(number: int) -> Draft:
    return Draft("equipment.weight_read.v1", STREAM, {"n": number})


class Box:
    """One outbox file that can be opened again and again with the same key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "outbox.db"
        self.signer = Ed25519Signer.load_or_create(folder / "bridge.key")

    def open(self) -> Outbox:
        return Outbox(self.path, DEVICE, self.signer)

    def filled(self, number: int) -> Outbox:
        outbox = self.open()
        outbox.append([draft(n) for n in range(1, number + 1)])
        return outbox

    def damage(self, statement: str, *values: object) -> None:
        db = sqlite3.connect(self.path)
        db.execute(statement, values)
        db.commit()
        db.close()

    def refused(self) -> str:
        with pytest.raises(BridgeStopped) as stopped:
            self.open()
        return stopped.value.code


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many acknowledged entries are kept: fewer than in use, to be quicker."""
    monkeypatch.setattr(outbox_module, "KEEP_ACKNOWLEDGED", 50)
    return 50


@pytest.mark.urs("BRG-03")
def test_entries_are_one_signed_chain(box: Box) -> None:
    outbox = box.filled(3)
    envelopes = [Envelope.decode(data) for data in outbox.pending(10)]
    previous = FIRST_PREV
    for number, envelope in enumerate(envelopes, 1):
        envelope.check_signature(box.signer.alg, box.signer.public_key)
        assert (envelope.head.seq, envelope.head.prev, envelope.body) == (number, previous, {"n": number})
        assert (envelope.head.device, envelope.head.actor, envelope.head.stream) == (DEVICE, DEVICE, STREAM)
        previous = envelope.digest.hex()
    assert outbox.head == (3, previous)
    outbox.close()


@pytest.mark.urs("BRG-03")
def test_kill_9_in_the_middle_of_writing_loses_nothing_that_was_promised(box: Box) -> None:
    chance, promised = random.Random(5), 0
    for _ in range(4):
        writer = [sys.executable, str(Path(__file__).with_name("outbox_writer.py")), str(box.folder)]
        with subprocess.Popen(writer, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            first = int(child.stdout.readline())
            assert first >= promised + 3
            time.sleep(chance.uniform(0.0, 0.15))
            child.send_signal(signal.SIGKILL)
            whole = [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
            promised = int(whole[-1]) if whole else first
        outbox = box.open()  # checks the chain
        bodies = [Envelope.decode(data).body["n"] for data in outbox.pending(1_000_000)]
        assert bodies == list(range(1, len(bodies) + 1))
        assert len(bodies) >= promised
        # All or nothing of each group of three.
        assert len(bodies) % 3 == 0
        outbox.close()


@pytest.mark.urs("BRG-03")
def test_a_start_goes_on_where_the_last_run_ended(box: Box) -> None:
    box.filled(2).close()
    outbox = box.open()
    (third,) = outbox.append([draft(3)])
    before = Envelope.decode(outbox.pending(10)[1])
    assert (third.head.seq, third.head.prev) == (3, before.digest.hex())
    assert outbox.latest(STREAM) == {"n": 3}
    assert outbox.latest("equipment/BAL-08") is None
    outbox.close()


@pytest.mark.urs("BRG-03")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry",
        "UPDATE entry SET envelope = (SELECT envelope FROM entry WHERE seq = 1) WHERE seq = 2",
        "UPDATE entry SET envelope = x'00' WHERE seq = 3",
        "UPDATE entry SET envelope = CAST(replace(envelope, '\"n\":2', '\"n\":7') AS BLOB) WHERE seq = 2",
        "UPDATE chain SET seq = 4",
        "UPDATE chain SET seq = 2",
        "UPDATE chain SET device = 'bridge-2'",
    ],
)
def test_a_damaged_outbox_refuses_to_start(box: Box, statement: str) -> None:
    box.filled(3).close()
    box.damage(statement)
    assert box.refused() == "outbox_corrupt"


@pytest.mark.urs("BRG-03")
def test_an_outbox_signed_by_another_key_refuses_to_start(box: Box) -> None:
    box.filled(3).close()
    box.signer = Ed25519Signer.generate()
    assert box.refused() == "outbox_corrupt"


@pytest.mark.urs("BRG-03")
def test_a_file_that_is_no_database_refuses_to_start(box: Box) -> None:
    box.path.write_bytes(b"not a database at all, but long enough to be read" * 100)
    assert box.refused() == "outbox_corrupt"


@pytest.mark.urs("BRG-03")
def test_a_full_disk_refuses_whole_groups_and_goes_on_when_there_is_room(box: Box) -> None:
    outbox = box.filled(3)
    before = outbox.head
    outbox._db.execute("PRAGMA max_page_count = 10")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        outbox.append([draft(n) for n in range(4, 204)])
    assert outbox.head == before
    assert len(outbox.pending(1000)) == 3
    outbox._db.execute("PRAGMA max_page_count = 10000")
    assert outbox.append([draft(4)])[0].head.prev == before[1]
    outbox.close()
    box.open().close()


@pytest.mark.urs("BRG-03")
def test_only_what_the_server_has_is_forgotten_and_much_of_it_is_kept(box: Box, keep: int) -> None:
    outbox = box.filled(keep + 5)
    outbox.reconcile(keep + 2, hash_of(outbox, keep + 2))
    assert [Envelope.decode(data).head.seq for data in outbox.pending(10)] == [keep + 3, keep + 4, keep + 5]
    assert outbox._db.execute("SELECT min(seq) FROM entry").fetchone() == (3,)
    outbox.close()
    again = box.open()
    assert len(again.pending(10)) == 3
    again.close()


def hash_of(outbox: Outbox, seq: int) -> str:
    (data,) = outbox._db.execute("SELECT envelope FROM entry WHERE seq = ?", (seq,)).fetchone()
    return hashlib.sha256(Envelope.decode(data).header).hexdigest()


@pytest.mark.urs("BRG-03")
def test_a_server_restored_from_a_backup_gets_the_acknowledged_entries_again(box: Box) -> None:
    outbox = box.filled(5)
    outbox.reconcile(5, outbox.head[1])
    assert outbox.pending(10) == []
    outbox.reconcile(2, hash_of(outbox, 2))
    assert [Envelope.decode(data).head.seq for data in outbox.pending(10)] == [3, 4, 5]
    outbox.close()


@pytest.mark.urs("BRG-03")
@pytest.mark.parametrize(("seq", "code"), [(2, "outbox_forked"), (5, "outbox_forked"), (6, "outbox_rolled_back")])
def test_a_server_with_another_past_stops_the_bridge(box: Box, seq: int, code: str) -> None:
    outbox = box.filled(5)
    with pytest.raises(BridgeStopped) as stopped:
        outbox.reconcile(seq, "ab" * 32)
    assert stopped.value.code == code
    assert outbox.acknowledged == 0
    outbox.close()


@pytest.mark.urs("BRG-03")
def test_a_server_behind_what_is_still_kept_stops_the_bridge(box: Box, keep: int) -> None:
    outbox = box.filled(keep + 5)
    outbox.reconcile(keep + 5, outbox.head[1])
    with pytest.raises(BridgeStopped) as stopped:
        outbox.reconcile(2, "ab" * 32)
    assert stopped.value.code == "server_behind"
    outbox.close()


@pytest.mark.urs("BRG-02")
def test_connections_are_counted_over_restarts(box: Box) -> None:
    outbox = box.open()
    assert [outbox.next_connection(name) for name in ("BAL-07", "BAL-07", "BAL-08")] == [1, 2, 1]
    outbox.close()
    outbox = box.open()
    assert outbox.next_connection("BAL-07") == 3
    outbox.close()
