"""Prints every requirement identifier with the number of tests that name it, one a line (`make urs`).

A Python test names it by `@pytest.mark.urs("PLT-09")`, on itself, its class or its file's `pytestmark`; a
TypeScript test by the identifier in its title. Only the standard library: it runs before anything is set up.
"""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IDENTIFIER = re.compile(r"\b[A-Z]{3}-\d{2}\b")
TITLE = re.compile(r"\b(?:test|it)(?:\.\w+)*\(\s*([\"'`])(.*?)\1", re.S)


def marks(decorators: list[ast.expr]) -> set[str]:
    found: set[str] = set()
    for node in (inner for decorator in decorators for inner in ast.walk(decorator)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "urs":
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return found


def in_python(body: list[ast.stmt], inherited: set[str], counts: Counter[str]) -> None:
    for node in body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            inherited = inherited | marks([node.value])
    for node in body:
        if isinstance(node, ast.ClassDef):
            in_python(node.body, inherited | marks(node.decorator_list), counts)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            counts.update(inherited | marks(node.decorator_list))


def count(root: Path = ROOT) -> dict[str, int]:
    """Tests per identifier, in the order of the requirements; KeyError for an identifier that does not exist."""
    counts: Counter[str] = Counter()
    for path in sorted((root / "tests").rglob("test_*.py")):
        in_python(ast.parse(path.read_text("utf-8")).body, set(), counts)
    for path in sorted((root / "pwa" / "tests").rglob("*.test.ts")):
        for title in TITLE.finditer(path.read_text("utf-8")):
            counts.update(set(IDENTIFIER.findall(title.group(2))))
    known = (root / "tests" / "urs" / "identifiers.txt").read_text("utf-8").split()
    strangers = set(counts) - set(known)
    if strangers:
        raise KeyError(f"tests name requirements that do not exist: {sorted(strangers)}")
    return {identifier: counts[identifier] for identifier in known}


if __name__ == "__main__":
    for identifier, number in count().items():
        print(f"{identifier} {number}")
