"""The `pestle` command: its exits, its JSON, its table of commands, and a verifier that needs nothing of the server."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from support import ROOT

from server.cli import COMMANDS, main

OTHERS = ("flask", "sqlalchemy", "marshmallow", "alembic", "argon2", "gunicorn", "automerge")


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)


def pestle(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the one object that stands on standard output."""
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def python(*words: str, expect: int, **settings: str) -> str:
    """What a Python of its own prints on standard error."""
    done = subprocess.run(
        [sys.executable, *words], env={**os.environ, **settings}, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == expect, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_table_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: pestle {name} ")


def test_every_file_of_commands_stands_in_the_table() -> None:
    files = {file.stem for file in (ROOT / "server" / "commands").glob("*.py")} - {"__init__", "opened"}
    assert {module.rpartition(".")[2] for module, _ in COMMANDS.values()} == files


@pytest.mark.parametrize("words", [[], ["invent"], ["user"], ["rebuild", "--fast"]])
def test_what_is_no_command_could_not_be_done(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.urs("IDN-01", "PLT-15")
@pytest.mark.usefixtures("environment")
def test_people_and_devices_from_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    code, person = pestle(capsys, "user", "add", "admin", "--name", "管理员", "--role", "admin")
    assert (code, person["id"], len(person["password"]) >= 16) == (0, "P-0001", True)
    code, people = pestle(capsys, "user", "list")
    assert [(one["login"], one["roles"]) for one in people["items"]] == [("admin", ["admin"])]
    code, given = pestle(capsys, "device", "code", "tablet")
    assert (code, given["role"]) == (0, "tablet")
    code, devices = pestle(capsys, "device", "list")
    assert [one["id"] for one in devices["items"]] == ["server"]


@pytest.mark.urs("IDN-08")
@pytest.mark.usefixtures("environment")
def test_a_refusal_is_told_in_both_languages_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["user", "add", "li", "--name", "李琳", "--role", "qa", "--role", "operator", "--json"]
    assert main(words) == 2
    told = capsys.readouterr()
    problem = json.loads(told.out)
    assert problem["code"] == "roles_conflict"
    assert problem["what"]["zh"] in told.err
    assert problem["next"]["en"] in told.err


@pytest.mark.urs("PLT-05")
@pytest.mark.usefixtures("environment")
def test_rebuild_check_finds_a_touched_row_and_rebuild_puts_it_right(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pestle(capsys, "user", "add", "admin", "--name", "管理员", "--role", "admin")
    assert pestle(capsys, "rebuild", "--check")[0] == 0
    past_the_guard = create_engine(database_url)
    with past_the_guard.begin() as connection:
        connection.execute(text("UPDATE identity_person SET name = '别人'"))
    past_the_guard.dispose()
    code, answer = pestle(capsys, "rebuild", "--check")
    assert (code, answer["ok"]) == (1, False)
    assert answer["differences"] == [
        {"table": "identity_person", "key": ["P-0001"], "column": "name", "live": "别人", "rebuilt": "管理员"}
    ]
    assert pestle(capsys, "rebuild")[0] == 0
    assert pestle(capsys, "rebuild", "--check")[0] == 0


@pytest.mark.urs("PLT-04")
@pytest.mark.usefixtures("environment")
def test_the_verifier_needs_neither_database_nor_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pestle(capsys, "user", "add", "admin", "--name", "管理员", "--role", "admin")
    folder = tmp_path / "log"
    assert pestle(capsys, "log", "export", str(folder))[0] == 0
    alone = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({OTHERS!r}))\n"
        "from server.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    python("-c", alone, "verify", str(folder), "--full", expect=0, DATABASE_URL="nonsense://", DATA="/nowhere")
    entries = next(path for path in (folder / "tile" / "entries").rglob("*") if path.is_file())
    entries.write_bytes(entries.read_bytes().replace(b"P-0001", b"P-0002", 1))
    python("-c", alone, "verify", str(folder), expect=1, DATABASE_URL="nonsense://", DATA="/nowhere")
    python("-c", alone, "verify", str(tmp_path / "nothing"), expect=2, DATABASE_URL="nonsense://", DATA="/nowhere")


def test_a_wrong_setting_is_explained() -> None:
    told = python("-m", "server.cli", "rebuild", expect=2, PORT="eight thousand")
    assert "[setting_wrong]" in told
    assert "Traceback" not in told
