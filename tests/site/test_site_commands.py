"""The commands as an administrator gives them, beside a server that runs: backup by plan, restore, erase, archive."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from plant import PASSWORD, PlantUnderTest
from pyrage.x25519 import Identity
from site_support import fill
from support import free_port

from server.core import clock

PESTLE = Path(sys.executable).parent / "pestle"


class Console:
    """A site's settings, and its command line."""

    def __init__(self, database_url: str, data: Path, **settings: str) -> None:
        self.env = {**os.environ, "DATA": str(data), "DATABASE_URL": database_url, **settings}

    def __call__(self, *words: str, expect: int = 0, typed: str = "") -> Any:
        command = [PESTLE, *words, "--json"]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, input=typed)
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout)


def until(true: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)
    return found


@pytest.fixture
def keys(tmp_path: Path, database_url: str) -> tuple[Path, str]:
    made = Console(database_url, tmp_path / "data")("backup", "--new-identity", str(tmp_path / "identity"))
    assert (tmp_path / "identity").stat().st_mode & 0o077 == 0
    return tmp_path / "identity", made["recipient"]


@pytest.fixture
def served(database_url: str, tmp_path: Path, keys: tuple[Path, str]) -> Iterator[str]:
    """A server with a backup every few seconds, of which it keeps two."""
    site = PlantUnderTest(database_url, tmp_path)
    fill(site)
    site.close()
    port = free_port()
    plan = {"BACKUP_TO": str(tmp_path / "kept"), "BACKUP_RECIPIENTS": keys[1], "BACKUP_EVERY": "3s", "BACKUP_KEEP": "2"}
    console = Console(database_url, tmp_path / "data", PORT=str(port), **plan)
    with (tmp_path / "stderr.txt").open("wb") as errors:
        server = subprocess.Popen([PESTLE, "serve", "--bind", "127.0.0.1"], env=console.env, stderr=errors)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
        print((tmp_path / "stderr.txt").read_text("utf-8"))


def answers(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


@pytest.mark.slow
@pytest.mark.urs("OPS-03", "CMP-05")
def test_a_server_backs_itself_up_and_the_backup_comes_back(
    served: str, keys: tuple[Path, str], tmp_path: Path
) -> None:
    url = served
    until(lambda: answers(f"{url}/healthz"))
    # The first is due at once; then one after the other, and the oldest goes.
    until(lambda: len(list((tmp_path / "kept").glob("*.tar.age"))) == 2)
    first = sorted((tmp_path / "kept").glob("*.tar.age"))[0]
    until(lambda: not first.exists())
    assert "pestle_backup_timestamp_seconds" in answers(f"{url}/metrics")
    file = sorted((tmp_path / "kept").glob("*.tar.age"))[-1]
    kept = tmp_path / file.name
    kept.write_bytes(file.read_bytes())

    again = Console(f"sqlite:///{tmp_path}/again.db", tmp_path / "again")
    answer = again("restore", str(kept), "--identity", str(keys[0]), "--mirror", url)
    assert answer["ok"]
    assert answer["checkpoint"]["size"] >= answer["backup"]["size"]
    assert again("rebuild", "--check")["ok"]
    assert again("verify", str(again("log", "export", str(tmp_path / "log"))["folder"]), "--full")["ok"]
    assert again("restore", str(kept), "--identity", str(keys[0]), expect=2)["code"] == "restore_target_taken"
    plain = pyrage.decrypt(kept.read_bytes(), [Identity.from_str(keys[0].read_text().strip())])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        tar.extractall(tmp_path / "plain", filter="data")
    assert again("verify", str(tmp_path / "plain"))["ok"]


@pytest.mark.slow
@pytest.mark.urs("OPS-03", "CMP-04")
def test_the_commands_say_what_they_did_and_refuse_in_words(
    database_url: str, tmp_path: Path, keys: tuple[Path, str]
) -> None:
    moment = clock.now().replace(year=clock.now().year - 12)
    clock.use(lambda: moment)
    site = PlantUnderTest(database_url, tmp_path)
    fill(site)
    site.close()
    console = Console(database_url, tmp_path / "data")
    assert console("backup", expect=2)["code"] == "setting_wrong"
    assert console("backup", "--to", str(tmp_path), expect=2)["code"] == "setting_wrong"
    wrong = console("backup", "--to", str(tmp_path), "--recipient", "age1x", expect=2)
    assert wrong["code"] == "backup_recipient_wrong"
    made = console("backup", "--to", str(tmp_path / "kept"), "--recipient", keys[1])
    assert (tmp_path / "kept" / made["file"]).stat().st_size == made["bytes"]
    (tmp_path / "secret").write_text("correct horse battery\n")
    made = console("backup", "--to", str(tmp_path / "kept"), "--passphrase-file", str(tmp_path / "secret"))
    assert (tmp_path / "kept" / f"{made['file']}.key").exists()

    words = ("erase", "--stream", "material/m-1", "--reason", "too old", "--basis", "SOP 12")
    assert console(*words, "--by", "li", expect=2, typed="wrong")["code"] == "login_wrong"
    answer = console(*words, "--by", "li", typed=PASSWORD + "\n")
    assert answer["erased"] == 1
    assert console(*words, "--by", "li", expect=2, typed=PASSWORD + "\n")["code"] == "erasure_unknown"
    assert console("rebuild", "--check")["ok"]

    answer = console("archive", "--to", str(tmp_path / "archive"))
    assert answer["batches"] == 0
    result = console("verify", str(tmp_path / "archive"))
    assert (result["ok"], result["erased"]) == (True, 1)
    (tmp_path / "archive" / "README.md").write_text("another")
    assert console("verify", str(tmp_path / "archive"), expect=1)["code"] == "archive_wrong"


@pytest.mark.slow
@pytest.mark.urs("OPS-03", "PLT-15")
def test_a_site_whose_keys_have_changed_comes_back(database_url: str, tmp_path: Path, keys: tuple[Path, str]) -> None:
    console = Console(database_url, tmp_path / "data")
    console("user", "add", "li", "--name", "李琳", "--role", "qa")
    (tmp_path / "words").write_text("kept in two envelopes")
    words, root = ("--passphrase-file", str(tmp_path / "words")), str(tmp_path / "root")
    console("keys", "root", root, "--origin", "pestle.local/log", *words)
    console("keys", "adopt", f"{root}/root.vkey")
    asked, certificate = str(tmp_path / "asked"), str(tmp_path / "certificate")
    console("keys", "request", asked)
    console("keys", "certify", asked, "--root", root, "--out", certificate, *words)
    console("keys", "change", certificate)
    made = console("backup", "--to", str(tmp_path), "--recipient", keys[1])
    console("user", "add", "wang", "--name", "王芳", "--role", "operator")
    console("log", "export", str(tmp_path / "mirror"))

    again = Console(f"sqlite:///{tmp_path}/again.db", tmp_path / "again")
    arguments = ("restore", str(tmp_path / made["file"]), "--identity", str(keys[0]))
    answer = again(*arguments, "--mirror", str(tmp_path / "mirror"))
    assert (answer["ok"], answer["lost"]) == (True, None)
    assert answer["checkpoint"]["size"] > answer["backup"]["size"]
    policy = str(tmp_path / "mirror" / "policy")
    again("log", "export", str(tmp_path / "after"))
    assert again("verify", str(tmp_path / "after"), "--full", "--policy", policy)["ok"]
