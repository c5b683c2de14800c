"""A backup holds the whole site of one moment, counts only when it is whole, and comes back on either database."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from plant import PASSWORD, PlantUnderTest
from pyrage.x25519 import Identity
from site_support import MINE, PHOTO, PNG, back_up, bring_back, brought_back, contents, fill, material, sealed, verified

from server.core import clock
from server.core.config import Backups, Config, from_environment
from server.core.errors import PestleError
from server.identity import recovery, sessions
from server.site import age, backup
from sync.verify import verify_log


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    fill(made)
    yield made
    made.close()


@pytest.mark.urs("OPS-03")
def test_a_backup_is_one_encrypted_file_that_the_log_speaks_of(site: PlantUnderTest, tmp_path: Path) -> None:
    file = back_up(site, tmp_path / "kept")
    [said] = site.payloads("site.backup_made.v1")
    data = file.read_bytes()
    assert said["file"] == file.name
    assert said["bytes"] == len(data)
    assert said["sha256"] == hashlib.sha256(data).hexdigest()
    assert said["recipients"] == [hashlib.sha256(str(MINE.to_public()).encode()).hexdigest()]
    assert file.with_name(file.name + ".sha256").read_text() == f"{said['sha256']}  {file.name}\n"
    assert data.startswith(b"age-encryption.org/v1\n")
    assert PNG not in data
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, file.name + ".sha256"]


@pytest.mark.urs("OPS-03")
def test_it_can_be_read_and_verified_without_this_program(site: PlantUnderTest, tmp_path: Path) -> None:
    files = contents(back_up(site, tmp_path))
    for name, data in files.items():
        (path := tmp_path / "plain" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert verify_log(tmp_path / "plain" / "log", full=True).ok
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "plain", capture_output=True)
    assert done.returncode == 0, done.stderr
    [said] = site.payloads("site.backup_made.v1")
    assert json.loads(files["about.json"])["checkpoint"] == said["checkpoint"]
    assert files[f"blobs/{PHOTO}"] == PNG
    assert files["keys/server.key"] == site.config.key_file.read_bytes()


@pytest.mark.urs("OPS-03")
@pytest.mark.parametrize("other", ["sqlite", "postgresql"])
def test_it_comes_back_whole_on_either_database(
    site: PlantUnderTest, tmp_path: Path, other: str, request: pytest.FixtureRequest
) -> None:
    recovery.renew(site.config)
    file = back_up(site, tmp_path)
    target = f"sqlite:///{tmp_path}/other.db" if other == "sqlite" else request.getfixturevalue("postgres").create()
    [said] = site.payloads("site.backup_made.v1")
    opening = recovery.known(site.config)
    with brought_back(file, Config(tmp_path / "elsewhere", target)) as plant:
        # Journals that tablets have sealed for this site can still be opened.
        assert recovery.known(plant.config) == opening
        with plant.engine.connect() as connection:
            stands = plant.log.head(connection)
            entries = [entry.head.kind for entry in plant.log.entries(connection, said["checkpoint"]["size"], 1 << 30)]
            strays = connection.exec_driver_sql("SELECT bytes FROM quarantine").scalars().all()
        assert verified(plant).ok
        assert entries == ["site.restored.v1"]
        assert stands.size == said["checkpoint"]["size"] + 1
        assert [bytes(stray) for stray in strays] == [b"\x00\xff not an entry"]
        assert (plant.config.blobs / PHOTO[:2] / PHOTO).read_bytes() == PNG
        assert sessions.authenticate(plant, "li", PASSWORD, "console").login == "li"


@pytest.mark.urs("OPS-03")
def test_the_site_goes_on_writing_while_a_backup_is_made(site: PlantUnderTest, tmp_path: Path) -> None:
    stop, written = threading.Event(), list[str]()

    def write() -> None:
        while not stop.is_set():
            written.append(f"w-{len(written)}")
            material(site, written[-1])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        files = [back_up(site, tmp_path) for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    made = site.payloads("site.backup_made.v1")
    assert made[0]["checkpoint"]["size"] < made[-1]["checkpoint"]["size"]
    assert len(written) > 3
    with brought_back(files[1], Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")) as plant:
        assert verified(plant).ok


@pytest.mark.urs("OPS-03")
def test_a_backup_that_cannot_be_written_is_told_in_the_log(site: PlantUnderTest, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("a file, no folder")
    with pytest.raises(PestleError) as caught:
        back_up(site, tmp_path / "full")
    assert caught.value.code == "backup_failed"
    [said] = site.payloads("site.backup_failed.v1")
    assert said["to"] == str(tmp_path / "full")
    assert site.payloads("site.backup_made.v1") == []


@pytest.mark.urs("OPS-03")
def test_damage_on_the_way_to_the_disk_is_found_by_reading_back(
    site: PlantUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(descriptor: int, out: object) -> None:
        import os

        out.flush()
        os.pwrite(descriptor, b"\0\0", os.fstat(descriptor).st_size - 20)

    monkeypatch.setattr(backup, "_to_disk", spoil)
    with pytest.raises(PestleError) as caught:
        back_up(site, tmp_path / "kept")
    assert caught.value.details["code"] == "backup_damaged"
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.urs("OPS-03")
def test_only_the_last_ones_are_kept_and_what_a_crash_left_goes(site: PlantUnderTest, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / ".partial-pestle-pestle.local-log+abc").write_bytes(b"half")
    (kept / "letter.txt").write_text("not ours")
    files = [back_up(site, kept, keep=2) for _ in range(4)]
    there = sorted(path.name for path in kept.iterdir())
    assert there == sorted([file.name + end for file in files[2:] for end in ("", ".sha256")] + ["letter.txt"])
    assert [said["removed"] for said in site.payloads("site.backup_made.v1")] == [
        [],
        [],
        [files[0].name],
        [files[1].name],
    ]


@pytest.mark.urs("OPS-03")
def test_when_one_is_due_and_when_it_is_overdue(site: PlantUnderTest, tmp_path: Path) -> None:
    plan = Backups(tmp_path, (str(MINE.to_public()),), timedelta(hours=24))
    with site.reading() as connection:
        assert backup.due(connection, plan) is None
        assert backup.overdue_since(connection, plan) is None
    site.advance(hours=31)
    with site.reading() as connection:
        assert backup.overdue_since(connection, plan) is not None
    back_up(site, tmp_path)
    with site.reading() as connection:
        due = backup.due(connection, plan)
        assert due is not None
        assert timedelta(hours=23) < due - clock.now() <= timedelta(hours=24)
        assert backup.overdue_since(connection, plan) is None


@pytest.mark.urs("OPS-03", "OPS-04")
def test_one_that_is_overdue_is_shown_to_supervisors_and_on_every_screen(site: PlantUnderTest, tmp_path: Path) -> None:
    plan = Backups(tmp_path / "kept", (str(MINE.to_public()),), timedelta(hours=24))
    site.config = replace(site.config, backup=plan)
    site.reopen()
    client = site.client("li")
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/api/log/state").json["warning"] is None
    site.advance(hours=11)
    back_up(site, plan.to)
    site.advance(hours=31)
    client = site.client("li")
    assert "warning backup_overdue" in client.get("/healthz").text
    warning = client.get("/api/log/state").json["warning"]
    assert warning["code"] == "backup_overdue"
    assert warning["what"]["zh"] == "最近一次成功备份已逾期。"
    back_up(site, plan.to)
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.urs("OPS-03")
def test_a_passphrase_opens_it_with_the_key_beside_it(site: PlantUnderTest, tmp_path: Path) -> None:
    made = backup.make_with_passphrase(site.plant, tmp_path, "correct horse battery")
    file = tmp_path / made["file"]
    beside = file.with_name(file.name + ".key").read_bytes()
    with pytest.raises(PestleError) as caught:
        age.identities(beside, "wrong horse")
    assert caught.value.code == "restore_key_wrong"
    keys = age.identities(beside, "correct horse battery")
    plant, _ = bring_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db"), keys=keys)
    plant.close()


@pytest.mark.urs("OPS-03")
def test_who_has_not_the_key_reads_nothing_and_changes_nothing(site: PlantUnderTest, tmp_path: Path) -> None:
    file = back_up(site, tmp_path)
    config = Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")
    with pytest.raises(PestleError) as caught:
        bring_back(file, config, keys=[Identity.generate()])
    assert caught.value.code == "restore_key_wrong"
    assert not config.key_file.exists()
    assert not config.restoring.exists()


@pytest.mark.urs("OPS-03")
def test_a_damaged_file_is_refused_wherever_the_damage_is(site: PlantUnderTest, tmp_path: Path) -> None:
    data = back_up(site, tmp_path).read_bytes()
    step = max(1, len(data) // 6)
    spoilt = [data[:at] for at in range(step, len(data), step)] + [data[:-1]]
    spoilt += [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(300, len(data), step)]
    config = Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")
    for number, bytes_ in enumerate(spoilt):
        file = tmp_path / f"spoilt-{number}"
        file.write_bytes(bytes_)
        with pytest.raises(PestleError) as caught:
            bring_back(file, config)
        assert caught.value.code in ("backup_damaged", "restore_key_wrong")
        assert not config.restoring.exists()
        assert not config.key_file.exists()


@pytest.mark.urs("OPS-03", "PLT-06")
def test_a_backup_that_somebody_has_changed_and_sealed_again_is_refused(site: PlantUnderTest, tmp_path: Path) -> None:
    files = contents(back_up(site, tmp_path))
    entries = next(name for name in files if name.startswith("log/tile/entries/"))
    for other in (b"material/m-4", b"material/m-9"):
        changed = files[entries].replace(b"material/m-3", other)
        assert changed != files[entries]
        file = sealed({**files, entries: changed}, tmp_path / "changed")
        with pytest.raises(PestleError) as caught:
            bring_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db"))
        assert caught.value.code == "restore_log_wrong"
    payloads = next(name for name in files if name.startswith("log/payloads/"))
    lines = files[payloads].split(b"\n")
    withheld = b'{"index":3,"payload":null,"salt":null}'
    file = sealed({**files, payloads: b"\n".join([*lines[:3], withheld, *lines[4:]])}, tmp_path / "withheld")
    with pytest.raises(PestleError) as caught:
        bring_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db"))
    assert caught.value.code == "restore_log_wrong"
    assert "payload_missing" in str(caught.value)


@pytest.mark.urs("OPS-03")
def test_a_backup_of_a_later_version_is_refused(site: PlantUnderTest, tmp_path: Path) -> None:
    files = contents(back_up(site, tmp_path))
    about = files["about.json"].replace(b'"migration":"', b'"migration":"9')
    file = sealed({**files, "about.json": about}, tmp_path / "later")
    with pytest.raises(PestleError) as caught:
        bring_back(file, Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db"))
    assert caught.value.code == "backup_newer"


@pytest.mark.urs("OPS-03")
def test_a_site_that_is_there_is_left_alone(site: PlantUnderTest, tmp_path: Path) -> None:
    file = back_up(site, tmp_path)
    with pytest.raises(PestleError) as caught:
        bring_back(file, site.config)
    assert caught.value.code == "restore_target_taken"
    other = Config(tmp_path / "other", f"sqlite:///{tmp_path}/other.db")
    other.data.mkdir()
    other.key_file.write_bytes(b"another key")
    with pytest.raises(PestleError) as caught:
        bring_back(file, other)
    assert caught.value.code == "restore_target_taken"
    assert other.key_file.read_bytes() == b"another key"
    assert verified(site.plant).ok


@pytest.mark.urs("OPS-03")
def test_settings_that_would_leave_a_site_without_backups_are_refused() -> None:
    with pytest.raises(PestleError) as caught:
        from_environment({"BACKUP_TO": "/mnt/backup"})
    assert caught.value.code == "setting_wrong"
    with pytest.raises(PestleError):
        from_environment({"BACKUP_TO": "/mnt/backup", "BACKUP_RECIPIENTS": "age1x", "BACKUP_EVERY": "daily"})
    with pytest.raises(PestleError):
        age.recipient("age1x")
    config = from_environment(
        {"BACKUP_TO": "/mnt/backup", "BACKUP_RECIPIENTS": "age1x, age1y", "BACKUP_EVERY": "12h", "BACKUP_KEEP": "7"}
    )
    assert config.backup == Backups(Path("/mnt/backup"), ("age1x", "age1y"), timedelta(hours=12), 7)


@pytest.mark.urs("OPS-03")
def test_backups_of_a_site_whose_name_begins_as_ours_stay(site: PlantUnderTest, tmp_path: Path) -> None:
    mine = back_up(site, tmp_path)
    others = mine.with_name(mine.name.replace("-2", "-2nd-2", 1))
    begun = tmp_path / ".partial-pestle-pestle.local-log-2nd+x"
    for path in (others, begun):
        path.write_bytes(b"of another site")
    kept = back_up(site, tmp_path, keep=1)
    assert not mine.exists()
    assert kept.exists()
    assert others.exists()
    assert begun.exists()
