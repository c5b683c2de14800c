"""A restore goes on without a fork where a mirror has the rest, says what is lost where none has, and can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest
from site_support import MINE, back_up, bring_back, brought_back, exported, fill, material, verified
from support import ROOT

from server.core import clock
from server.core.config import Config
from server.core.errors import PestleError
from server.core.kinds import Registry
from server.core.record import Recorded
from server.materials.receiving import taking as delivered
from server.materials.receiving.model import LOT_RECEIVED
from server.plant import ROOMS, check_end, open_log, open_plant
from server.site import restore
from sync import note
from sync.checkpoint import Checkpoint
from sync.entry import new_id
from sync.errors import SyncError
from sync.log import publication, reading
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy
from sync.verify.readers import directory

pytestmark = pytest.mark.urs("OPS-03")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    fill(made)
    yield made
    made.close()


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest, site: PlantUnderTest) -> Config:
    """An empty place on the same database system as the site's."""
    if site.plant.engine.dialect.name == "sqlite":
        return Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")
    return Config(tmp_path / "again", request.getfixturevalue("postgres").create())


def mirror_of(site: PlantUnderTest, folder: Path) -> restore.Mirror:
    return restore.Mirror(str(folder), directory(exported(site.plant, folder)))


def all_entries(plant: object, stop: int) -> list[tuple[bytes, bytes | None]]:
    with plant.engine.connect() as connection:
        found = plant.log.entries(connection, 0, stop)
        return [(entry.leaf, entry.payload) for entry in found]


@pytest.mark.urs("PLT-02", "PLT-05")
def test_with_a_mirror_nothing_is_lost_and_the_log_goes_on_without_a_fork(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path
) -> None:
    file = back_up(site, tmp_path)
    tablet = site.tablet()
    for number in range(300):
        material(site, f"after-{number}")
    mirror = mirror_of(site, tmp_path / "mirror")
    with site.reading() as connection:
        size = site.plant.log.head(connection).size
    plant, said = bring_back(file, elsewhere, mirror)
    try:
        assert said["checkpoint"]["size"] == size
        assert said["lost"] is None
        assert said["mirror"] == str(tmp_path / "mirror")
        assert all_entries(plant, size) == all_entries(site.plant, size)
        assert verified(plant).ok
        # The server's own chain goes on; so does that of a device that was enrolled after the backup.
        remark = {"batch": "B-9", "phase": "1", "text": "x"}
        made = tablet.writer.write(
            "production.remark_added.v1", "batch/B-9", remark, actor="P-0001", subject="1/remark"
        )
        outcome = plant.recorder.submit(made, source="test")
        assert isinstance(outcome, Recorded)
        assert outcome.index == size + 1
        assert verified(plant).ok
    finally:
        plant.close()


@pytest.mark.urs("MAT-04")
def test_a_delivery_that_was_answered_after_the_backup_is_taken_in_once(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path
) -> None:
    """Who lost the answer asks again after the restore: its receipt came back with the log."""
    file = back_up(site, tmp_path)
    names = ("order", "line", "supplier", "manufacturer", "supplier_name", "made", "delivery_note", "damage")
    said: dict[str, Any] = {"material": "m-1", "supplier_lot": "X-7", "expiry": "2099-01-01", **dict.fromkeys(names)}
    one = {"quantity": {"value": "25.0", "unit": "kg"}, "location": None, "damage": None}
    said |= {"comment": "no order", "containers": [one] * 2, "despite": [], "request": new_id(1_900_000_000_000)}
    answer = delivered.take(site.plant, said, "P-0020")
    with brought_back(file, elsewhere, mirror_of(site, tmp_path / "mirror")) as plant:
        assert delivered.take(plant, said, "P-0020") == answer
        with pytest.raises(PestleError, match="receipt_request_other"):
            delivered.take(plant, said, "P-0021")
        with plant.engine.connect() as connection:
            assert len(reading.of_kind(connection, LOT_RECEIVED)) == 1
        assert verified(plant).ok


@pytest.mark.urs("PLT-15")
def test_a_policy_that_was_kept_tells_a_backup_of_the_site_from_one_that_somebody_made(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path
) -> None:
    file = back_up(site, tmp_path)
    with site.reading() as connection:
        ours = publication.policy(connection, site.plant.log)
    theirs = replace(ours, logs=(note.Key(ours.origin, Ed25519Signer.generate().public_key),), server_keys=(b"k" * 32,))

    def load(trusted: Policy) -> dict[str, Any]:
        return restore.load(elsewhere, file, [MINE], open_log, Registry(ROOMS), trusted=trusted)

    with pytest.raises(PestleError, match="restore_log_wrong"):
        load(theirs)
    with pytest.raises(PestleError, match="restore_log_wrong"):
        load(replace(ours, logs=tuple(replace(key, name="another.example") for key in ours.logs)))
    assert load(ours)["checkpoint"]["size"] > 0


def test_without_one_the_log_says_what_was_lost(site: PlantUnderTest, elsewhere: Config, tmp_path: Path) -> None:
    file = back_up(site, tmp_path)
    material(site, "never-to-be-seen-again")
    site.plant.anchor.flush()
    known = site.plant.anchor.read()
    assert known is not None
    elsewhere.data.mkdir()
    elsewhere.anchor_file.write_bytes(site.config.anchor_file.read_bytes())
    with brought_back(file, elsewhere) as plant:
        with plant.engine.connect() as connection:
            [said] = reading.of_kind(connection, "site.restored.v1")
        assert said.envelope.body["lost"] == {"size": known.size, "root": known.root.hex()}
        assert verified(plant).ok
        check_end(plant)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_older_database_that_was_merely_put_back_is_refused(site: PlantUnderTest, tmp_path: Path) -> None:
    """The lawful way is a restore: it says so in the log, and moves the anchor."""
    database = Path(str(site.plant.engine.url.database))
    file = back_up(site, tmp_path)
    with site.plant.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    older = database.read_bytes()
    material(site, "later")
    site.plant.close()
    database.write_bytes(older)
    for left in database.parent.glob(f"{database.name}-*"):
        left.unlink()
    site.plant = open_plant(site.config)
    with pytest.raises(SyncError, match="log_rolled_back"):
        check_end(site.plant)
    site.plant.close()
    for left in database.parent.glob(f"{database.name}*"):
        left.unlink()
    site.plant, said = bring_back(file, site.config)
    assert said["lost"]["size"] > said["checkpoint"]["size"]
    assert verified(site.plant).ok


def test_a_mirror_that_has_less_adds_nothing_and_does_no_harm(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path
) -> None:
    mirror = mirror_of(site, tmp_path / "mirror")
    material(site, "after-the-mirror")
    file = back_up(site, tmp_path)
    with brought_back(file, elsewhere, mirror) as plant:
        assert verified(plant).ok


def test_a_mirror_of_another_log_or_with_changed_entries_is_refused(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path
) -> None:
    file = back_up(site, tmp_path)
    for number in range(3):
        material(site, f"after-{number}")
    good = exported(site.plant, tmp_path / "mirror")

    def refused(read: object) -> None:
        with pytest.raises(PestleError) as caught:
            bring_back(file, elsewhere, restore.Mirror("mirror", read))
        assert caught.value.code == "restore_mirror_wrong"
        assert not elsewhere.restoring.exists()
        assert not elsewhere.key_file.exists()

    other = PlantUnderTest(f"sqlite:///{tmp_path}/other.db", tmp_path / "other")
    refused(directory(exported(other.plant, tmp_path / "others")))
    other.close()

    def changed(kind: str, old: bytes, new: bytes) -> object:
        def read(path: str) -> bytes | None:
            data = directory(good)(path)
            return data if data is None or kind not in path else data.replace(old, new)

        return read

    refused(changed("entries", b"material/after-1", b"material/after-7"))
    refused(changed("payloads", b'"salt":"', b'"salt":"AAAA'))
    refused(lambda path: None if path.startswith("payloads") else directory(good)(path))
    refused(lambda path: None if path == "checkpoint" else directory(good)(path))
    with brought_back(file, elsewhere, restore.Mirror("mirror", directory(good))) as plant:
        assert verified(plant).ok


@pytest.mark.urs("PLT-03")
def test_what_witnesses_have_signed_comes_back_with_it(site: PlantUnderTest, elsewhere: Config, tmp_path: Path) -> None:
    witness = MLDSA44Signer.generate()
    vkey = note.vkey("qa.example/w", witness.public_key, 6)
    site.state(publication.WITNESS_ADDED, "site", {"name": "qa", "vkey": vkey, "url": "http://127.0.0.1:9/"})
    now = int(clock.now().timestamp())
    with site.reading() as connection:
        signed = publication.signed_again(site.plant.log, site.plant.log.latest_checkpoint(connection), now)
    line = note.cosign(note.split(signed)[0], "qa.example/w", witness, now)
    site.plant.publisher._keep(note.add(signed, [line]))
    file = back_up(site, tmp_path)
    with brought_back(file, elsewhere) as plant:
        with plant.engine.connect() as connection:
            opened = publication.opened(connection, plant.log)
        assert opened is not None
        assert dict(opened[1].witnessed) == {"qa": now}
        assert opened[1].checkpoint == Checkpoint.parse(note.split(signed)[0])
        assert verified(plant).ok


POINTS = ("while loading", "before the commit", "after the commit", "before the entry", "after the entry")
KILLED = """
import os, signal, sys
from pathlib import Path
from pyrage.x25519 import Identity
from site_support import bring_back
from server.core import rebuild
from server.core import clock
from server.core.config import Config
from server.site import restore
file, data, url, key, point = sys.argv[1:]
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if point == "while loading":
    restore.Place.blob = die
elif point == "before the commit":
    lawful = restore.Place.mark
    restore.Place.mark = lambda self, said: (lawful(self, said), "payload" in said and die())
elif point == "after the commit":
    restore.state = die
elif point == "before the entry":
    from sync.log.anchor import Anchor
    replace = Anchor.replace
    Anchor.replace = lambda self, note: (replace(self, note), die())
else:
    restore.finish = die
bring_back(Path(file), Config(Path(data), url), keys=[Identity.from_str(key)])
"""


@pytest.mark.slow
@pytest.mark.urs("PLT-01")
@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_it_is_not_opened_and_the_same_command_finishes(
    site: PlantUnderTest, elsewhere: Config, tmp_path: Path, point: str
) -> None:
    file = back_up(site, tmp_path)
    arguments = [str(file), str(elsewhere.data), elsewhere.database_url, str(MINE), point]
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    command = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert elsewhere.restoring.exists()
    with pytest.raises(PestleError) as caught:
        open_plant(elsewhere)
    assert caught.value.code == "restore_unfinished"
    plant, _ = bring_back(file, elsewhere)
    try:
        assert verified(plant).ok
        with plant.engine.connect() as connection:
            assert len(reading.of_kind(connection, "site.restored.v1")) == 1
    finally:
        plant.close()
    open_plant(elsewhere).close()


def test_another_backup_does_not_finish_it(site: PlantUnderTest, elsewhere: Config, tmp_path: Path) -> None:
    file, other = back_up(site, tmp_path), back_up(site, tmp_path)
    plant, _ = bring_back(file, elsewhere)
    plant.close()
    elsewhere.restoring.write_text('{"backup": "of another file"}')
    with pytest.raises(PestleError) as caught:
        bring_back(other, elsewhere)
    assert caught.value.code == "restore_unfinished"


BACKING_UP = """
import os, signal, sys
from pathlib import Path
from pyrage.x25519 import Identity
from server.core import clock
from server.core.config import Config
from server.plant import open_plant
from server.site import backup
to, data, url, point = sys.argv[1:]
plant = open_plant(Config(Path(data), url))
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(backup, point, die)
backup.make(plant, Path(to), [Identity.generate().to_public()])
"""


@pytest.mark.slow
@pytest.mark.urs("PLT-01")
@pytest.mark.parametrize("point", ["_to_disk", "_read_back", "_outdated"])
def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(
    site: PlantUnderTest, tmp_path: Path, point: str
) -> None:
    arguments = [str(tmp_path / "kept"), str(site.config.data), site.config.database_url, point]
    command = [sys.executable, "-c", BACKING_UP, *arguments]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole = [path.name for path in (tmp_path / "kept").glob("*.tar.age")]
    # After it was read back it is whole and has its name; only the entry is missing.
    assert len(whole) == (1 if point == "_outdated" else 0)
    assert site.payloads("site.backup_made.v1") == []
    file = back_up(site, tmp_path / "kept")
    assert not list(file.parent.glob(".partial*"))
