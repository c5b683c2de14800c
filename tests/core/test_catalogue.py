"""Every code that is raised anywhere stands in the catalogue, in both languages; no code there is without use."""

import ast
import re
from collections.abc import Iterator

import pytest
from support import ROOT

from server.core.errors import CATALOGUE, PestleError

CODE = re.compile(r"[a-z]+(_[a-z]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROOTS = {"PestleError", "SyncError"}


def trees() -> dict[str, ast.Module]:
    files = [path for room in ("server", "sync") for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}


def errors_of(modules: dict[str, ast.Module]) -> set[str]:
    """The names of the two roots and of every class that descends from them and takes a code."""
    classes = [node for tree in modules.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names = set(ROOTS)
    while more := {one.name for one in classes if names & {ast.unparse(base) for base in one.bases}} - names:
        names |= more
    return names


def raised(modules: dict[str, ast.Module]) -> Iterator[tuple[str, str]]:
    """(code, where): the first argument of such an error, the second of a stray, and `refusal=` of rulings."""
    errors = errors_of(modules)
    for file, tree in modules.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func).rpartition(".")[2]
            places = [call.args[0]] if name in errors and call.args else []
            places += [call.args[2]] if name == "Stray" and len(call.args) > 2 else []
            places += [word.value for word in call.keywords if word.arg == "refusal"]
            for place in places:
                for constant in ast.walk(place):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        yield constant.value, f"{file}:{call.lineno}"


@pytest.mark.urs("OPS-06")
def test_the_search_finds_what_is_known_to_be_raised() -> None:
    found = {code for code, _ in raised(trees())}
    assert {"session_missing", "signature_wrong", "lot_unknown", "root_wrong"} <= found


@pytest.mark.urs("OPS-06")
def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    missing = [(code, where) for code, where in raised(trees()) if CODE.fullmatch(code) and code not in CATALOGUE]
    assert missing == []


@pytest.mark.urs("OPS-06")
def test_every_problem_is_told_in_both_languages() -> None:
    for code, problem in CATALOGUE.items():
        assert CODE.fullmatch(code), code
        assert 400 <= problem.status < 600, code
        for texts in (problem.what, problem.kept, problem.next):
            english, chinese = texts
            assert english.strip(), code
            assert not CHINESE.search(english), code
            assert CHINESE.search(chinese), code


@pytest.mark.urs("OPS-06")
def test_no_problem_is_without_use() -> None:
    used = {
        node.value
        for file, tree in trees().items()
        if file != "server/core/errors.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(CATALOGUE) - used == set()


@pytest.mark.urs("OPS-06")
def test_the_body_for_clients_has_every_part() -> None:
    body = PestleError("lot_unknown", {"lot": "api-1/L1"}).body()
    assert body["code"] == "lot_unknown"
    assert body["details"] == {"lot": "api-1/L1"}
    assert all(set(body[part]) == {"en", "zh"} for part in ("what", "kept", "next"))
