"""Expressions with what they give, for both languages: cases that somebody thought of, and as many that chance did.

`python tests/expression_cases.py` writes tests/vectors/expressions.json anew; tests hold both languages to it.
"""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from server.engines import expressions  # noqa: E402 - found by the line before
from server.engines.expressions import ListOf, Row, Type  # noqa: E402

BY_HAND = ROOT / "tests" / "expressions.txt"
FILE = ROOT / "tests" / "vectors" / "expressions.json"
SEED, HOW_MANY = 20261126, 300

TYPES: dict[str, Any] = {
    **{"a": "decimal", "b": "decimal", "c": "decimal", "n": "decimal", "big": "decimal", "tiny": "decimal"},
    **{"s": "text", "w": "text", "m": "text", "y": "yes_no", "no": "yes_no", "q": "yes_no"},
    **{"d": "date", "d2": "date", "at": "time", "at2": "time", "p": "duration"},
    **{"xs": {"list": "decimal"}, "names": {"list": "text"}, "none": {"list": "decimal"}},
    "rows": {"list": {"row": {"mass": "decimal", "lot": "text", "ok": "yes_no"}}},
}
VALUES: dict[str, Any] = {
    **{"a": "3.20", "b": "7", "c": "-0.125", "n": None, "big": "9999999999999999999999999999999999", "tiny": "1e-900"},
    **{"s": "中文 text", "w": "text", "m": None, "y": True, "no": False, "q": None},
    **{"d": "2026-02-28", "d2": "2024-02-29", "at": "2026-11-26T08:00:00.000Z", "at2": "2026-11-25T20:30:00.500Z"},
    **{"p": "P1DT12H", "xs": ["1.5", "2.50", "-3", "100"], "names": ["阿", "b", "𝒳"], "none": []},
    "rows": [
        {"mass": "12.640", "lot": "A-1", "ok": True},
        {"mass": "12.6405", "lot": None, "ok": False},
        {"mass": "0.0005", "lot": "B", "ok": True},
    ],
}
LONG = [
    "+".join(["a"] * 150),
    "+".join(["a"] * 250),
    "(" * 40 + "a" + ")" * 40,
    "(" * 41 + "a" + ")" * 41,
    "!" * 150 + "y",
    "!" * 300 + "y",
    "-" * 301 + "a",
    "a" * 2_001,
    "[" + ",".join(["1"] * 900) + "].all(x, [" + ",".join(["x"] * 20) + "].all(z, z > 0))",
    "xs.all(x, xs.all(z, xs.all(u, [1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9].exists(v, false))))",
    "big*" * 20 + "big",
    "s+" * 30 + "s",
]


def decoded(kind: Type, value: Any) -> Any:
    """A value of the file as expressions take it."""
    if value is None:
        return None
    if isinstance(kind, ListOf):
        return [decoded(kind.item, one) for one in value]
    if isinstance(kind, Row):
        return {name: decoded(one, value.get(name)) for name, one in kind.fields}
    if kind == "decimal":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return datetime.fromisoformat(value)
    if kind == "duration":
        return expressions.compile(f'duration("{value}")', {}).run({})
    return value


def given(types: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[dict[str, Type], dict[str, Any]]:
    known = {name: expressions.parse_type(one) for name, one in types.items()}
    return known, {name: decoded(kind, values.get(name)) for name, kind in known.items()}


def outcome(source: str, types: Mapping[str, Type], values: Mapping[str, Any]) -> dict[str, Any]:
    """What an expression gives here: {"result", "type"}, {"problem", "at"} or {"error"}."""
    try:
        program = expressions.compile(source, types)
    except expressions.ExpressionProblem as problem:
        # Where a grammar stopped is its own; which word of ours was wrong is ours.
        return {"problem": problem.code} if problem.code == "syntax" else {"problem": problem.code, "at": problem.at}
    try:
        return {"result": expressions.plain(program.run(values)), "names": sorted(program.variables)}
    except expressions.ExpressionError as error:
        return {"error": error.code}


class Chance:
    """Random expressions that mostly fit their types."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def source(self) -> str:
        return self.of(self._random.choice(["decimal", "yes_no", "text", "list"]), 4)

    def of(self, kind: str, depth: int) -> str:
        if depth <= 0 or self._random.random() < 0.15:
            return self._random.choice(_LEAVES[self._slip(kind)])
        form = self._random.choice(_FORMS[kind])
        while "{" in form:
            head, _, rest = form.partition("{")
            wanted, _, tail = rest.partition("}")
            form = f"{head}{self.of(wanted, depth - 1)}{tail}"
        return form

    def _slip(self, kind: str) -> str:
        return self._random.choice(list(_LEAVES)) if self._random.random() < 0.01 else kind


_LEAVES = {
    "decimal": [
        "a",
        "b",
        "c",
        "n",
        "0",
        "1",
        "2.50",
        "0.125",
        "1000000",
        "xs[1]",
        "rows[0].mass",
        "big",
        "7.005",
        "0.5",
    ],
    "yes_no": ["y", "no", "q", "true", "false", "has(n)", "rows[1].ok"],
    "text": ["s", "w", "m", '""', '"中"', "'x'", "rows[0].lot", "rows[1].lot", "names[2]"],
    "list": ["xs", "none", "[1, 2.5]", "rows.map(r0, r0.mass)"],
}
_FORMS = {
    "decimal": [
        *("({decimal} + {decimal})", "({decimal} - {decimal})", "{decimal} * {decimal}", "({decimal}) / ({decimal})"),
        *("({decimal}) % ({decimal})", "round({decimal}, 2)", "round_half_up({decimal}, 1)", "abs({decimal})"),
        *("-({decimal})", "min({decimal}, {decimal})", "max({list})", "sum({list})", "mean({list})", "size({text})"),
        *("({yes_no} ? {decimal} : {decimal})", "floor({decimal})", "ceil({decimal})", "size({list})", "{list}[1]"),
    ],
    "yes_no": [
        *("{decimal} < {decimal}", "{decimal} == {decimal}", "({yes_no}) && ({yes_no})", "({yes_no}) || ({yes_no})"),
        *("!({yes_no})", "{text} == {text}", "{text} < {text}", "{text}.contains({text})", "{decimal} in {list}"),
        *(
            "{list}.all(x, x > 1)",
            "{list}.exists(x, 1 / x > {decimal})",
            "{list}.exists_one(x, x == 1)",
            "{list} == {list}",
        ),
    ],
    "text": ["{text} + {text}", "({yes_no} ? {text} : {text})"],
    "list": [
        *("{list} + {list}", "[{decimal}, {decimal}]", "{list}.map(x, x * 2)", "{list}.filter(x, x > {decimal})"),
        "{list}.map(x, x != 0, 10 / x)",
    ],
}


def cases() -> Iterator[dict[str, Any]]:
    types, values = given(TYPES, VALUES)
    by_hand = BY_HAND.read_text("utf-8").splitlines()
    chance = Chance(SEED)
    for source in [*by_hand, "", "   ", "a\tb", *LONG]:
        yield {"source": source, **outcome(source, types, values)}
    made: dict[str, None] = {}
    while len(made) < HOW_MANY:
        made[chance.source()] = None
    for source in made:
        yield {"source": source, **outcome(source, types, values)}


def written() -> str:
    head = {"types": TYPES, "values": VALUES}
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in cases())
    return f'{{"head": {json.dumps(head, ensure_ascii=False)},\n "cases": [\n  {lines}\n]}}\n'


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
