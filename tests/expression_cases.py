"""Expressions with what they give, for both languages: cases that somebody thought of, and as many that chance did.

`python -m tests.expression_cases` writes tests/vectors/expressions.json anew; tests hold both languages to it.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from server.engines import expressions
from server.engines.expressions import ListOf, Row, Type

ROOT = Path(__file__).resolve().parents[1]
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

_NINES = "9" * 34
ATTACKS = [
    "(" * 1_999 + "a",
    "[" * 1_999,
    "!" * 2_000,
    "-" * 1_999 + "a",
    "a?" * 900 + "b",
    "a.b" * 600,
    "xs" + "[0]" * 600,
    "y&&" * 600 + "y",
    '"' + "\\" * 1_999,
    '"' * 1_999,
    "1" * 1_999,
    _NINES + "*" + "*".join([_NINES] * 50),
    "s+" * 900 + "s",
    "xs.map(p, xs.map(q, xs.map(r, p*q*r)))" + ".size()" * 50,
    "[" + ",".join("1" * 990) + "].map(p, [" + ",".join("1" * 400) + "].all(q, q > 0))",
    "xs.all(x, " * 100 + "true" + ")" * 100,
    # What costs more than the nodes that are counted: sums, texts and lists that are gone through again and again.
    "xs.map(p, xs.map(q, sum(xs)))",
    "xs.all(p, xs.all(q, xs == xs))",
    "xs.map(p, xs.map(q, s + w))",
    "xs.all(p, xs.all(q, !s.contains(w)))",
    "xs.exists(p, xs.exists(q, (q + 0.5) in xs))",
    "xs.map(p, xs)",
    "[xs]" + ".map(p, [p, p, p])" * 90,
    "[xs]" + ".map(p, [p, p, p])" * 60 + " == [xs]" + ".map(p, [p, p, p])" * 30,
    "1e999999",
    "1" + "0" * 1_998,
    "1000000000" + " * 1000000000" * 120,
    "10.0" + " % 0.0000000000000000000000000000001" * 40,
]
# Values that go with them: as long as there may be.
ATTACKED: dict[str, Any] = {
    **{"a": "1", "xs": [str(n) for n in range(1_000)], "s": "x" * 9_000, "w": "x" * 900 + "y", "y": True},
}


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
        return {"problem": problem.code, "at": problem.at}
    try:
        return {"result": expressions.plain(program.run(values)), "names": sorted(program.variables)}
    except expressions.ExpressionError as error:
        return {"error": error.code}


class Chance:
    """Random expressions that mostly fit their types."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def source(self) -> str:
        return self.of(self._random.choice(list(_FORMS)), 4)

    def of(self, kind: str, depth: int) -> str:
        if depth <= 0 or self._random.random() < 0.15:
            return self._random.choice(_LEAVES[self._slip(kind)])
        form = self._random.choice(_FORMS[kind])
        while "{" in form:
            head, _, rest = form.partition("{")
            wanted, _, tail = rest.partition("}")
            form = f"{head}{self.of(wanted, depth - 1)}{tail}"
        return form

    def spoilt(self) -> str:
        """One with a word or two left out, doubled, or in place of another."""
        words = re.findall(r"\w+|\s+|.", self.source(), re.DOTALL)
        for _ in range(self._random.randint(1, 2)):
            at = self._random.randrange(len(words))
            other = self._random.choice([*_ODD, self._random.choice(words), ""])
            words[at : at + self._random.randint(0, 1)] = [other]
        return "".join(words)

    def values(self) -> dict[str, Any]:
        """Values of the variables, now and then none, as tests/vectors/expressions.json writes them."""
        made = {name: self._value(kind) for name, kind in TYPES.items()}
        return made | {"none": [], "rows": [self._row() for _ in range(self._random.randint(0, 3))]}

    def _row(self) -> dict[str, Any]:
        return {"mass": self._value("decimal"), "lot": self._value("text"), "ok": self._value("yes_no")}

    def _value(self, kind: Any) -> Any:
        if self._random.random() < 0.08:
            return None
        if isinstance(kind, dict):
            item = kind["list"]
            return [self._value(item) for _ in range(self._random.randint(0, 5))] if isinstance(item, str) else []
        return _decimal(self._random) if kind == "decimal" else self._random.choice(_VALUES[kind])

    def _slip(self, kind: str) -> str:
        return self._random.choice(list(_LEAVES)) if self._random.random() < 0.01 else kind


def _decimal(chance: random.Random) -> str:
    """Often few digits, or a half of something; now and then as many and as far from the point as there may be."""
    if chance.random() < 0.6:
        return str(Decimal(chance.randint(-9_999, 9_999)).scaleb(-chance.randint(0, 4)))
    if chance.random() < 0.5:
        return f"{chance.choice(['', '-'])}{chance.randint(0, 99)}{chance.choice(['.5', '.50', '.25', '.005', ''])}"
    digits = "".join(chance.choice("0123456789") for _ in range(chance.choice([1, 17, 33, 34, 35, 60])))
    return f"{chance.choice(['', '-'])}{digits}e{chance.choice([-1_010, -990, -34, -20, 0, 3, 20, 900, 990])}"


# Words that are none of ours, or none at that place.
_ODD = [
    *(
        "§",
        "'",
        '"',
        "\\",
        "//",
        "/*",
        "0x1F",
        "1e5",
        "1u",
        "b'x'",
        "r'x'",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "?",
        ":",
        ".",
    ),
    *(
        "in",
        "null",
        "as",
        "=",
        "&",
        "|",
        "&&",
        "||",
        "!",
        "-",
        "\n",
        "\u3000",
        "𝒳",
        "9" * 35,
        "01",
        ",",
        "true",
        "false",
    ),
    *("has", "has(a)", "xs", "rows[0]", "all", ".all(x, x)", ".size()", "__proto__", "constructor", "toString", "if"),
]
_VALUES: dict[str, list[Any]] = {
    "text": ["", "text", "中文", "𝒳a", "\uffff", "a" * 120, "\u0000", "2026-02-28", "É", "E\u0301"],
    "yes_no": [True, False],
    "date": ["0001-01-01", "1969-12-31", "2024-02-29", "2026-11-26", "9999-12-31"],
    "time": [
        "0001-01-01T00:00:00.000Z",
        "1969-12-31T23:59:59.999Z",
        "2026-11-26T08:00:00.001Z",
        "9999-12-31T00:00:00.000Z",
    ],
    "duration": ["PT0S", "P1D", "-PT0.001S", "PT1H0.5S", "P14285W", "PT99999999.999S"],
}
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
    "list": ["xs", "none", "[1, 2.5]", "rows.map(r0, r0.mass)", "[]"],
    "date": ["d", "d2", 'date("2026-01-31")', 'date("2026-02-30")', "date(s)"],
    "time": ["at", "at2", 'time("2026-11-26T08:00:00+08:00")', 'time("9999-12-31T23:59:59.999Z")'],
    "duration": ["p", 'duration("PT36H")', 'duration("-P1D")', 'duration("P2W")', 'duration("P900000D")', "at - at2"],
}
_FORMS = {
    "decimal": [
        *("({decimal} + {decimal})", "({decimal} - {decimal})", "{decimal} * {decimal}", "({decimal}) / ({decimal})"),
        *("({decimal}) % ({decimal})", "round({decimal}, 2)", "round_half_up({decimal}, 1)", "abs({decimal})"),
        *("-({decimal})", "min({decimal}, {decimal})", "max({list})", "sum({list})", "mean({list})", "size({text})"),
        *("({yes_no} ? {decimal} : {decimal})", "floor({decimal})", "ceil({decimal})", "size({list})", "{list}[1]"),
        *("in_days({duration})", "in_hours({duration})", "in_minutes({duration})", "in_seconds({duration})"),
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
        *("{time} < {time}", "{time} == {time}", "{date} >= {date}", "{date} != {date}", "{duration} <= {duration}"),
        *("{duration} == {duration}", "{text}.startsWith({text})", "{text} in names", "rows.exists(r1, has(r1.lot))"),
    ],
    "text": ["{text} + {text}", "({yes_no} ? {text} : {text})"],
    "list": [
        *("{list} + {list}", "[{decimal}, {decimal}]", "{list}.map(x, x * 2)", "{list}.filter(x, x > {decimal})"),
        "{list}.map(x, x != 0, 10 / x)",
    ],
    "date": ["({date} + {duration})", "({date} - {duration})", "({yes_no} ? {date} : {date})"],
    "time": ["({time} + {duration})", "({time} - {duration})", "({duration} + {time})"],
    "duration": [
        *("({time} - {time})", "({date} - {date})", "({duration} + {duration})", "({duration} - {duration})"),
        "-({duration})",
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
