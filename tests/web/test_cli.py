"""The `pestle` command: exit codes, one object with --json, both languages, and how little `verify` needs."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest
from support import ROOT

from server import cli
from sync.log.export import export

VERIFY_ALONE = """
import sys
from server import cli
code = cli.main(["verify", sys.argv[1], "--json"])
heavy = {"flask", "sqlalchemy", "marshmallow", "automerge", "alembic"} & set(sys.modules)
rooms = {name for name in sys.modules if name.startswith("server.")}
print(heavy, sorted(rooms), file=sys.stderr)
allowed = {"server.cli", "server.commands", "server.commands.verify", "server.core", "server.core.errors"}
sys.exit(code if not heavy and rooms <= allowed else 9)
"""


def pestle(folder: Path, *words: str, **env: str) -> tuple[int, Any, str]:
    """Exit code, the object on standard output, and standard error."""
    environment = {**os.environ, "DATA": str(folder), "DATABASE_URL": "", **env}
    command = [sys.executable, "-m", "server.cli", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.mark.urs("PLT-04")
def test_verify_needs_neither_rooms_nor_database(site: PlantUnderTest, tmp_path: Path) -> None:
    site.plant.publisher.now()
    with site.reading() as connection:
        export(connection, site.plant.log, tmp_path / "log")
    command = [sys.executable, "-c", VERIFY_ALONE, str(tmp_path / "log")]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"]
    assert not (tmp_path / "var").exists()


@pytest.mark.urs("PLT-04")
def test_verify_exits_0_1_and_2(site: PlantUnderTest, tmp_path: Path) -> None:
    log = tmp_path / "log"
    site.plant.publisher.now()
    with site.reading() as connection:
        export(connection, site.plant.log, log)
    code, answer, errors = pestle(tmp_path, "verify", str(log), "--policy", str(log / "policy"))
    assert (code, answer["ok"], answer["policy"], errors) == (0, True, "given", "")
    other = (log / "policy").read_text().replace("server-key ed25519:", "server-key ed25519:", 1)
    (tmp_path / "policy").write_text(other.replace("pestle.local/log+", "another.example/log+"))
    assert pestle(tmp_path, "verify", str(log), "--policy", str(tmp_path / "policy"))[0] in (1, 2)
    checkpoint = (log / "checkpoint").read_bytes()
    (log / "checkpoint").write_bytes(checkpoint.replace(b"\n1", b"\n2", 1).replace(b"\n8", b"\n7", 1))
    code, answer, _ = pestle(tmp_path, "verify", str(log))
    assert (code, answer["ok"], answer["code"]) == (1, False, "signature_wrong")
    code, answer, errors = pestle(tmp_path, "verify", str(tmp_path / "nothing"))
    assert (code, answer["code"]) == (2, "log_unreadable")
    assert "cannot be read" in errors
    assert "无法读取" in errors


@pytest.mark.urs("OPS-04")
def test_a_problem_is_told_in_both_languages_and_exits_2(tmp_path: Path) -> None:
    code, answer, errors = pestle(tmp_path, "user", "pin", "nobody")
    assert (code, answer["code"]) == (2, "person_unknown")
    assert answer["what"]["zh"] in errors
    assert answer["what"]["en"] in errors
    code, answer, _ = pestle(tmp_path, "rebuild", "--check", PORT="eighty")
    assert (code, answer["code"], answer["details"]["setting"]) == (2, "setting_wrong", "PORT")


@pytest.mark.urs("OPS-04")
def test_wrong_words_exit_2(tmp_path: Path) -> None:
    for words in (["frobnicate"], ["log"], ["verify"], ["device", "code", "toaster"]):
        assert pestle(tmp_path, *words)[0] == 2, words


@pytest.mark.urs("OPS-04")
def test_people_and_devices_from_the_console(tmp_path: Path) -> None:
    code, added, _ = pestle(tmp_path, "user", "add", "li", "--name", "李琳", "--name-en", "Li Lin", "--role", "qa")
    assert (code, added["id"]) == (0, "P-0001")
    code, answer, _ = pestle(tmp_path, "user", "password", "li")
    assert code == 0
    assert answer["password"] != added["password"]
    code, answer, _ = pestle(tmp_path, "user", "list")
    assert [(one["login"], one["name"], one["roles"]) for one in answer["items"]] == [("li", "李琳", ["qa"])]
    code, answer, _ = pestle(tmp_path, "device", "code", "tablet")
    assert (code, answer["role"]) == (0, "tablet")
    assert pestle(tmp_path, "device", "revoke", "tablet-9", "--last-seq", "1", "--reason", "lost")[0] == 2
    assert [one["id"] for one in pestle(tmp_path, "device", "list")[1]["items"]] == ["server"]


@pytest.mark.urs("PLT-05")
def test_rebuild_and_export(tmp_path: Path) -> None:
    pestle(tmp_path, "user", "add", "li", "--name", "李琳", "--role", "qa")
    code, answer, _ = pestle(tmp_path, "rebuild", "--check")
    assert (code, answer["ok"], answer["differences"]) == (0, True, [])
    assert pestle(tmp_path, "rebuild")[0] == 0
    code, answer, _ = pestle(tmp_path, "log", "export", str(tmp_path / "x"), "--no-payloads")
    assert code == 0
    assert answer["size"] == 3
    payloads = b"".join(file.read_bytes() for file in (tmp_path / "x" / "payloads").rglob("*") if file.is_file())
    assert "李琳".encode() not in payloads
    assert pestle(tmp_path, "verify", str(tmp_path / "x"), "--full", "--withheld")[1]["withheld"] == 2


@pytest.mark.urs("OPS-04")
def test_every_command_of_the_table_is_there_and_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, (module, _) in cli.COMMANDS.items():
        assert find_spec(module) is not None, module
        assert f"`{name}" in readme or f"`make {name}`" in readme or f"make {name}" in readme, name
