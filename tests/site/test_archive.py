"""An archive is read and verified without the system that made it, and a file that was changed in it is found."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from site_support import PHOTO, PNG

from server.core import blobs
from server.core.errors import PestleError
from server.site import archive
from sync.log import reading
from sync.verify import verify_log, verify_pdf
from sync.verify.archive import verify_archive

pytestmark = pytest.mark.urs("CMP-04")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    made.order("B-1")
    made.work("B-1")
    blobs.keep(made.plant.config.blobs, PHOTO, "image/png", PNG)
    yield made
    made.plant.close()


def test_it_holds_all_that_is_needed_and_the_log_speaks_of_it(site: Site, tmp_path: Path) -> None:
    made = archive.make(site.plant, tmp_path / "kept")
    folder = tmp_path / "kept"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"README.md", "README.zh-CN.md", "FORMAT.md", "SHA256SUMS", "log/checkpoint", "log/policy"} <= names
    assert {"dossiers/B-1.zh.pdf", "dossiers/B-1.en.pdf", "verifier/check.py", "verifier/sync/verify/log.py"} <= names
    assert (folder / "blobs" / PHOTO).read_bytes() == PNG
    assert not any("__pycache__" in name or name.endswith(".key") for name in names)
    assert "{" not in (folder / "README.md").read_text("utf-8")
    assert verify_log(folder / "log", full=True).size == made["checkpoint"]["size"]
    assert verify_pdf(folder / "dossiers" / "B-1.zh.pdf").ok
    with site.plant.engine.connect() as connection:
        [said] = reading.of_kind(connection, "site.archived.v1")
    assert said.envelope.body == {"folder": "kept", **made}
    assert (made["files"], made["batches"]) == (len(names) - 1, 1)


def test_it_is_checked_by_what_lies_in_it_alone(site: Site, tmp_path: Path) -> None:
    archive.make(site.plant, tmp_path / "kept")
    moved = tmp_path / "years later"
    shutil.move(tmp_path / "kept", moved)
    listed = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=moved, capture_output=True)
    assert listed.returncode == 0, listed.stderr
    # -I: neither this checkout nor what is installed from it is found, only the packages that check.py names.
    command = [sys.executable, "-I", "-B", str(moved / "verifier" / "check.py"), str(moved / "log" / "policy")]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["ok"], result["policy"], result["withheld"]) == (True, "given", 0)


def test_what_was_changed_added_or_taken_away_is_named(site: Site, tmp_path: Path) -> None:
    archive.make(site.plant, tmp_path / "kept")
    folder = tmp_path / "kept"
    changes = {
        "README.md was changed": lambda: (folder / "README.md").write_text("another"),
        "letter.txt is not on the list": lambda: (folder / "letter.txt").write_text("new"),
        f"blobs/{PHOTO} is missing": lambda: (folder / "blobs" / PHOTO).unlink(),
    }
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole)
    for reason, change in changes.items():
        change()
        result = verify_archive(folder)
        assert (result.ok, result.code) == (False, "archive_wrong")
        assert reason in str(result.reason)
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
    assert verify_archive(folder).ok


def test_a_dossier_of_another_plant_is_found_though_the_list_was_made_anew(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    archive.make(site.plant, folder)
    other = Site(f"sqlite:///{tmp_path}/other.db", tmp_path / "other")
    other.order("B-1")
    other.work("B-1")
    archive.make(other.plant, tmp_path / "others")
    other.plant.close()
    shutil.copy(tmp_path / "others" / "dossiers" / "B-1.en.pdf", folder / "dossiers" / "B-1.en.pdf")
    (folder / "SHA256SUMS").unlink()
    archive._list(folder)
    result = verify_archive(folder)
    assert not result.ok
    assert "B-1.en.pdf" in str(result.reason)


def test_nothing_half_is_left_and_nothing_is_written_over(site: Site, tmp_path: Path) -> None:
    with pytest.raises(PestleError) as caught:
        archive.make(site.plant, tmp_path / "kept", ["B-unknown"])
    assert caught.value.code == "not_found"
    assert not any("kept" in path.name for path in tmp_path.iterdir())
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter.txt").write_text("ours")
    with pytest.raises(PestleError) as caught:
        archive.make(site.plant, tmp_path / "kept", [])
    assert caught.value.code == "archive_target_taken"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["letter.txt"]
