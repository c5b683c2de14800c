"""Payloads go when their retention has ended and the log says so; never before, never others, and never half."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from site_support import MINE, PHOTO, PNG, brought_back, exported, verified
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError
from support import ROOT
from witness_support import upgrade

from server.core import blobs, clock, db, rebuild
from server.core.config import Config
from server.core.errors import PestleError
from server.core.inbox import quarantine
from server.core.kinds import Fact
from server.handheld.hub.tables import change
from server.plant import check_end, open_plant
from server.production.projection import batch, entry_
from server.site import backup, erase, restore, retention, whole
from server.site.model import UPGRADED
from sync import canonical, cosignature, note
from sync.log import StoredEntry, erasure, publication, reading
from sync.log.tables import log_entry, log_payload
from sync.signing import MLDSA44Signer
from sync.verify.readers import directory

pytestmark = pytest.mark.urs("CMP-04")
WHY, BASIS = "Retention has ended.", "GMP 2010, article 162"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Two batches, one with a photo, both recorded twelve years ago."""
    made = Site(database_url, tmp_path)
    for number in ("B-1", "B-2"):
        made.order(number)
        made.work(number)
    made.put("photo_attached", {**PICTURE, "batch": "B-1"})
    blobs.keep(made.plant.config.blobs, PHOTO, "image/png", PNG)
    later()
    yield made
    clock.use_system()
    made.plant.close()


PICTURE = {"phase": "20", "blob": PHOTO, "type": "image/png", "bytes": len(PNG), "caption": "Etikett Nummer 4711"}


def later(years: int = 12) -> None:
    moment = clock.now().replace(year=clock.now().year + years)
    clock.use(lambda: moment)


def chosen(site: Site, stream: str) -> list[StoredEntry]:
    with site.plant.engine.connect() as connection:
        return erase.of_stream(connection, stream)


def erase_stream(site: Site, stream: str = "batch/B-1", person: str = "P-5") -> dict[str, object]:
    return erase.erase(site.plant, person, chosen(site, stream), WHY, BASIS)


def refusal(site: Site, entries: list[StoredEntry], person: str = "P-5") -> str:
    with pytest.raises(PestleError) as caught:
        erase.erase(site.plant, person, entries, WHY, BASIS)
    return caught.value.code


def test_a_batch_goes_with_all_its_copies_and_the_log_still_verifies(site: Site) -> None:
    count = len(chosen(site, "batch/B-1"))
    answer = erase_stream(site)
    assert (answer["erased"], answer["blobs"]) == (count, 1)
    result = verified(site.plant)
    assert (result.ok, result.erased, result.withheld) == (True, count, 0)
    assert not (site.plant.config.blobs / PHOTO[:2] / PHOTO).exists()
    with site.plant.engine.connect() as connection:
        held = erasure.held(connection, range(10_000))
        entries = reading.of_stream(connection, "batch/B-1", 0)
        numbers = connection.execute(select(batch.c.number)).scalars().all()
        rows = connection.execute(select(func.count()).where(entry_.c.batch == "B-1")).scalar_one()
        [said] = reading.of_kind(connection, "site.payloads_erased.v1")
    assert len(entries) == count
    assert not held & {entry.index for entry in entries}
    assert (numbers, rows) == (["B-2"], 0)
    assert [one["index"] for one in said.envelope.body["entries"]] == [entry.index for entry in entries]
    assert said.head.actor == "P-5"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_bytes_themselves_are_gone_from_the_file_of_the_database(site: Site) -> None:
    """PostgreSQL is told to vacuum; where it keeps its bytes is its own affair."""
    file = Path(str(site.plant.engine.url.database))
    with site.plant.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Etikett Nummer 4711" in file.read_bytes()
    erase_stream(site)
    for path in file.parent.glob(f"{file.name}*"):
        assert b"Etikett Nummer 4711" not in path.read_bytes(), path


def test_nothing_goes_before_its_retention_has_ended(site: Site) -> None:
    retention.use(13)
    assert refusal(site, chosen(site, "batch/B-1")) == "retention_running"
    retention.use(11)
    young = chosen(site, "batch/B-2")
    site.put("remark_added", {"batch": "B-2", "phase": "20", "text": "late"})
    assert refusal(site, chosen(site, "batch/B-2")) == "retention_running"
    assert erase.erase(site.plant, "P-5", young, WHY, BASIS)["erased"] == len(young)


def test_what_the_log_is_checked_with_never_goes(site: Site) -> None:
    assert chosen(site, "device/tablet-a") == []
    with site.plant.engine.connect() as connection:
        keys = reading.of_stream(connection, "device/tablet-a", 0)
    assert refusal(site, keys) == "erasure_forbidden"
    erase_stream(site)
    with site.plant.engine.connect() as connection:
        said = reading.of_kind(connection, "site.payloads_erased.v1")
    later()
    assert refusal(site, said) == "erasure_forbidden"
    # By which edition of the rules a server judged: without it a witness would ask by another.
    site.plant.recorder.state(Fact(UPGRADED, "site", upgrade(UPGRADED)))
    later()
    with site.plant.engine.connect() as connection:
        assert refusal(site, reading.of_kind(connection, UPGRADED)) == "erasure_forbidden"


def test_who_may_not_decide_it_leaves_only_a_refusal(site: Site) -> None:
    before = chosen(site, "batch/B-1")
    assert refusal(site, before, "P-9") == "not_permitted"
    assert refusal(site, before, "P-1") == "not_permitted"
    assert chosen(site, "batch/B-1") == before
    assert (site.plant.config.blobs / PHOTO[:2] / PHOTO).exists()
    with site.plant.engine.connect() as connection:
        refused = [entry.envelope.body["kind"] for entry in reading.of_kind(connection, "core.decision_refused.v1")]
    assert refused == ["site.payloads_erased.v1"] * 2


def test_what_is_gone_already_or_was_never_there_is_unknown(site: Site) -> None:
    gone = chosen(site, "batch/B-1")
    erase_stream(site)
    assert refusal(site, gone) == "erasure_unknown"
    assert refusal(site, []) == "erasure_unknown"


def test_records_that_could_not_be_made_again_stay_as_they_are(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No projection of today fails so; one of tomorrow may."""

    def depends(connection: object, entry: object) -> None:
        raise KeyError("a record that needs the one that was erased")

    before = site.tables()
    monkeypatch.setitem(site.plant.registry._listeners, "equipment.weight_read.v1", [depends])
    assert refusal(site, chosen(site, "batch/B-1")) == "erasure_breaks_records"
    monkeypatch.undo()
    assert site.tables() == before
    assert verified(site.plant).erased == 0
    assert (site.plant.config.blobs / PHOTO[:2] / PHOTO).exists()
    assert not site.plant.config.erasing.exists()


def test_copies_in_quarantine_and_in_documents_go_too(site: Site) -> None:
    stray = chosen(site, "batch/B-1")[-1]
    with db.write(site.plant.engine) as connection:
        row = {"received_at": "x", "source": "x", "code": "x", "detail": "", "size": 1, "sha256": "x", "bytes": b"x"}
        connection.execute(quarantine.insert().values(id="1", idx=stray.index, **row))
        made = {"n": 1, "hash": "x", "actor": "x", "seq": 1, "raw": b"x", "at": "x"}
        connection.execute(change.insert().values(doc="batch/B-1", **made))
        connection.execute(change.insert().values(doc="batch/B-2", **made))
    erase_stream(site)
    with site.plant.engine.connect() as connection:
        assert connection.execute(select(quarantine.c.id)).all() == []
        assert connection.execute(select(change.c.doc)).scalars().all() == ["batch/B-2"]


def test_a_photo_that_another_entry_shows_stays(site: Site) -> None:
    clock.use_system()
    site.put("photo_attached", {**PICTURE, "batch": "B-2"})
    later()
    assert erase_stream(site)["blobs"] == 0
    assert (site.plant.config.blobs / PHOTO[:2] / PHOTO).exists()


OLD_SQLITE = "CREATE TRIGGER log_payload_no_update BEFORE UPDATE ON log_payload BEGIN SELECT RAISE(ABORT, 'no'); END"
OLD_POSTGRESQL = (
    "CREATE OR REPLACE TRIGGER log_payload_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON log_payload "
    "FOR EACH STATEMENT EXECUTE FUNCTION pestle_log_refuse()"
)


@pytest.mark.urs("CMP-05")
def test_the_guards_of_an_older_version_give_way_to_those_of_this_one(site: Site) -> None:
    bare = create_engine(site.plant.config.database_url)
    with bare.begin() as connection:
        if bare.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER log_payload_no_update")
            connection.exec_driver_sql(OLD_SQLITE)
        else:
            connection.exec_driver_sql("DROP TRIGGER log_payload_kept ON log_payload")
            connection.exec_driver_sql(OLD_POSTGRESQL)
            connection.exec_driver_sql("REVOKE UPDATE, DELETE, TRUNCATE ON log_payload FROM PUBLIC, CURRENT_USER")
    bare.dispose()
    with pytest.raises(DBAPIError):
        erase_stream(site)
    site.plant.close()
    site.plant = open_plant(site.plant.config)
    assert erase_stream(site)["erased"]
    test_the_database_lets_nothing_else_go_before_or_after(site)


ATTACKS = (
    "UPDATE log_payload SET salt = NULL, payload = NULL WHERE idx = {index}",
    "UPDATE log_payload SET payload = NULL WHERE idx = {index}",
    "UPDATE log_payload SET salt = NULL WHERE idx = {index}",
    "UPDATE log_payload SET salt = NULL, payload = NULL, idx = 99999 WHERE idx = {index}",
    "UPDATE log_payload SET payload = salt",
    "UPDATE log_payload SET salt = NULL, payload = NULL",
    "DELETE FROM log_payload WHERE idx = {index}",
)


@pytest.mark.urs("PLT-06")
def test_the_database_lets_nothing_else_go_before_or_after(site: Site) -> None:
    other = chosen(site, "batch/B-2")[0].index
    for _ in range(2):
        bare = create_engine(site.plant.config.database_url)
        for attack in ATTACKS:
            for index in (other, 0):
                with pytest.raises(DBAPIError, match=r"append-only|permission denied"), bare.begin() as connection:
                    connection.exec_driver_sql(attack.format(index=index))
        bare.dispose()
        if not erasure_said(site):
            erase_stream(site)
    # And what is null stays null.
    bare = create_engine(site.plant.config.database_url)
    gone = next(entry.index for entry in said_entries(site))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), bare.begin() as connection:
        connection.execute(
            log_payload.update().where(log_payload.c.idx == gone).values(salt=bytes(16), payload=b'{"n":1}')
        )
    bare.dispose()
    assert verified(site.plant).ok


@pytest.mark.urs("PLT-06")
def test_in_the_transaction_of_an_erasure_only_what_it_names_may_go(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = chosen(site, "batch/B-2")[0].index
    lawful = erasure.null

    def greedy(connection: object, indices: list[int]) -> None:
        lawful(connection, [*indices, other])

    monkeypatch.setattr(erasure, "null", greedy)
    with pytest.raises(DBAPIError, match="append-only"):
        erase_stream(site)
    monkeypatch.undo()
    assert verified(site.plant).erased == 0


@pytest.mark.urs("PLT-06")
def test_an_erasure_that_somebody_wrote_into_the_tables_alone_is_found(site: Site) -> None:
    """Whoever can write rows can write the one that the guards ask for; the verifier is not fooled."""
    victim = chosen(site, "batch/B-2")[0]
    with site.plant.engine.connect() as connection:
        size = site.plant.log.head(connection).size
    body = canonical.encode({"basis": "x", "entries": [{"id": victim.head.id, "index": victim.index}], "reason": "x"})
    forged = {"leaf_hash": bytes(32), "header": b"{}", "signatures": b"[]", "receipt": b"{}"}
    names = {"id": "forged", "kind": "site.payloads_erased.v1", "stream": "x", "stream_seq": 1, "seq": 99_999}
    bare = create_engine(site.plant.config.database_url)
    with bare.begin() as connection:
        connection.execute(log_entry.insert().values(idx=size, device="server", **names, **forged))
        connection.execute(log_payload.insert().values(idx=size, salt=bytes(16), payload=body))
        gone = log_payload.update().where(log_payload.c.idx == victim.index)
        assert connection.execute(gone.values(salt=None, payload=None)).rowcount == 1
    bare.dispose()
    with site.plant.engine.connect() as connection:
        result = whole.verify(connection, site.plant.log, full=True)
    assert (result.ok, result.first_wrong, result.code) == (False, victim.index, "payload_missing")
    with pytest.raises(PestleError, match="entry_missing"):
        check_end(site.plant)


def erasure_said(site: Site) -> bool:
    with site.plant.engine.connect() as connection:
        return bool(reading.of_kind(connection, "site.payloads_erased.v1"))


def said_entries(site: Site) -> list[StoredEntry]:
    with site.plant.engine.connect() as connection:
        return reading.of_stream(connection, "batch/B-1", 0)


def test_a_backup_after_it_comes_back_without_the_payloads(site: Site, tmp_path: Path) -> None:
    count = erase_stream(site)["erased"]
    file = tmp_path / backup.make(site.plant, tmp_path, [MINE.to_public()])["file"]
    with brought_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")) as plant:
        assert verified(plant).erased == count


def test_what_was_erased_after_a_backup_does_not_come_back_with_it(site: Site, tmp_path: Path) -> None:
    file = tmp_path / backup.make(site.plant, tmp_path, [MINE.to_public()])["file"]
    count = erase_stream(site)["erased"]
    mirror = restore.Mirror("mirror", directory(exported(site.plant, tmp_path / "mirror")))
    with brought_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db"), mirror) as plant:
        assert verified(plant).erased == count
        assert not (plant.config.blobs / PHOTO[:2] / PHOTO).exists()
        assert not plant.config.erasing.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from server.core import clock, rebuild
from server.core.config import Config
from server.plant import check_end, open_plant
from server.site import erase
url, folder, point = sys.argv[1:]
plant = open_plant(Config(Path(folder), url))
moment = clock.now().replace(year=clock.now().year + 12)
clock.use(lambda: moment)
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if point == "before the commit":
    lawful = rebuild.refill
    rebuild.refill = lambda *given: (lawful(*given), die())
else:
    erase._sweep = die
with plant.engine.connect() as connection:
    entries = erase.of_stream(connection, "batch/B-1")
erase.erase(plant, "P-5", entries, "why", "basis")
"""


@pytest.mark.slow
@pytest.mark.urs("PLT-01")
@pytest.mark.parametrize("point", ["before the commit", "after the commit"])
def test_killed_in_the_middle_it_has_happened_wholly_or_not_at_all(site: Site, point: str) -> None:
    clock.use_system()
    config, count = site.plant.config, len(chosen(site, "batch/B-1"))
    site.plant.close()
    command = [sys.executable, "-c", KILLED, config.database_url, str(config.data), point]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert config.erasing.exists()
    photo = config.blobs / PHOTO[:2] / PHOTO
    assert photo.exists()
    site.plant = open_plant(config)
    assert not config.erasing.exists()
    assert photo.exists() == (point == "before the commit")
    assert verified(site.plant).erased == (0 if point == "before the commit" else count)


def test_rebuilding_agrees(site: Site) -> None:
    erase_stream(site)
    before = site.tables()
    assert rebuild.replace(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
    assert site.tables() == before


@pytest.mark.urs("PLT-18")
def test_what_makes_the_policy_stays(site: Site) -> None:
    """Else nobody could tell which witnesses a checkpoint needs."""
    key = note.vkey("qa.example/w", MLDSA44Signer.generate().public_key, cosignature.MLDSA44_TYPE)
    added = {"name": "qa", "vkey": key, "url": "http://127.0.0.1:9"}
    site.plant.recorder.state(Fact(publication.WITNESS_ADDED, "site", added))
    removed = {"name": "qa", "reason": "another machine"}
    site.plant.recorder.state(Fact(publication.WITNESS_REMOVED, "site", removed))
    later()
    with site.plant.engine.connect() as connection:
        named = [*reading.of_kind(connection, publication.WITNESS_ADDED)]
        named += reading.of_kind(connection, publication.WITNESS_REMOVED)
        assert not {entry.index for entry in named} & {entry.index for entry in erase.of_stream(connection, "site")}
    assert len(named) == 2
    for entry in named:
        assert refusal(site, [entry]) == "erasure_forbidden"
    with site.plant.engine.connect() as connection:
        assert publication.policy(connection, site.plant.log).witnesses == ()
