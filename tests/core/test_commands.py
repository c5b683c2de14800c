"""The table of commands is complete, and `pestle rebuild` finds and mends what was changed past the door."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from support import ROOT

from server.cli import COMMANDS, main


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)


def pestle(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the one object that stands on standard output."""
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", sorted(COMMANDS))
@pytest.mark.urs("OPS-04")
def test_every_command_of_the_table_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: pestle {name} ")


@pytest.mark.urs("OPS-04")
def test_every_file_of_commands_stands_in_the_table() -> None:
    files = {file.stem for file in (ROOT / "server" / "commands").glob("*.py")} - {"__init__", "opened", "gunicorn"}
    assert {module.rpartition(".")[2] for module, _ in COMMANDS.values()} == files


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
