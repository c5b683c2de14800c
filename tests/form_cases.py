"""Forms that chance makes, right and wrong ones, with what somebody fills in; and the vectors that are kept of them.

`python tests/form_cases.py` writes tests/vectors/forms.json anew; tests hold both languages to it.
"""

import json
import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import form_support as made  # noqa: E402 - found by the line before

from server.engines.forms import shape  # noqa: E402
from server.engines.forms.rules import check, evaluate, signed_digest  # noqa: E402

FILE = ROOT / "tests" / "vectors" / "forms.json"
SEED, HOW_MANY = 20261126, 110
SHA = "ab" * 32
ROUNDINGS = ("gbt8170", "half_up")
NUMBERS = [
    "0",
    "-0.00",
    "1",
    "2.5",
    "0.0005",
    "12.640",
    "0.125",
    "0.135",
    "-3.75",
    "99.995",
    "100.005",
    "1e3",
    "01",
    "",
]
NUMBERS += ["999999999999999", "0.000000000001", "123456789012345.123456789012"]
TEXTS = ["", "a", "甲乙丙", "𝒳𝒴", "line\nline", "tab\t", "x" * 300, "R-101", "é", "nul\x00"]
# What may follow the digest of a file, and what may not.
FILES = [
    "",
    "/12/a.pdf",
    "/0/报告 𝒳.csv",
    "/1/" + "x" * 120,
    "/1/" + "x" * 121,
    "/1/a/b.csv",
    "//a",
    "/1/",
    "/1/a\n",
    "x",
]


class Maker:
    """One form with some filled-in states of it, from dice."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.used = 0
        self.names: dict[str, str] = {}

    def form(self) -> dict[str, Any]:
        sections = [self.section() for _ in range(self.dice.randint(1, 4))]
        form = made.form(*sections, code="case")
        if self.dice.random() < 0.3:
            self.spoil(form)
        return form

    def id(self) -> str:
        self.used += 1
        return f"f{self.used}"

    def section(self) -> dict[str, Any]:
        repeat = {"min": self.dice.randint(0, 2), "max": self.dice.randint(2, 4)} if self.dice.random() < 0.35 else None
        outside = dict(self.names)
        name = self.id()
        when = self.condition() if self.dice.random() < 0.3 else None
        fields = [self.field(True) for _ in range(self.dice.randint(1, 7))]
        if repeat is not None:
            inside = {one: kind for one, kind in self.names.items() if one not in outside}
            columns = [one for one, kind in inside.items() if kind == "decimal"]
            self.names = outside
            if columns:
                self.names[name] = "rows:" + ",".join(columns)
        section = made.section(name, *fields, when=when, repeat=repeat)
        return section

    def field(self, tables: bool) -> dict[str, Any]:
        dice, name = self.dice, self.id()
        more: dict[str, Any] = {"required": dice.random() < 0.4}
        if dice.random() < 0.25:
            more["when"] = self.condition()
        kinds = ["number"] * 4 + ["calculation"] * 4 + ["yes_no", "choice", "several", "text", "date", "time", "person"]
        kinds += ["reading", "photo", "lot", "signature", "second", "scan"]
        kinds += ["table"] * 3 + ["instruction"] if tables else []
        kind = dice.choice(kinds)
        if not tables and kind == "photo":
            kind = "number"
        one = self.of_kind(kind, name, more)
        if kind not in ("table", "instruction"):
            self.names[name] = _TYPES.get(kind, "text")
        if dice.random() < 0.2 and kind not in ("instruction",):
            one["checks"] = [{"expression": self.condition(), "message": made.words("no")}]
        return one

    def of_kind(self, kind: str, name: str, more: dict[str, Any]) -> dict[str, Any]:
        dice = self.dice
        if kind in ("number", "reading", "calculation"):
            measured = {"decimals": dice.randint(0, 4), "rounding": dice.choice(ROUNDINGS), "limits": self.limits()}
            if kind == "calculation":
                unit = dice.choice([None, "kg", "%"])
                return made.calculation(name, self.calculation(), unit, **{**measured, **more})
            if kind == "reading":
                return made.field(name, "reading", device_class="balance", unit="kg", **measured, **more)
            return made.number(name, dice.choice(["kg", ""]), **{**measured, **more})
        if kind == "table":
            outside = dict(self.names)
            columns = [self.field(False) for _ in range(dice.randint(1, 4))]
            decimals = [one["id"] for one in columns if one["type"] in ("number", "reading", "calculation")]
            self.names = outside
            if decimals:
                self.names[name] = "rows:" + ",".join(decimals)
            return made.table(name, *columns, least=dice.randint(0, 2), most=dice.randint(2, 4), **more)
        if kind in ("choice", "several"):
            return made.choice(name, "a", "b", "c", several=kind == "several", **more)
        if kind == "text":
            return made.text(name, max_length=dice.choice([2, 20]), multiline=dice.random() < 0.5, **more)
        if kind == "second":
            signatures = [one for one, type_ in self.names.items() if type_ == "signature"]
            of = dice.choice(signatures) if signatures else "nothing"
            return made.field(name, "second_signature", meaning=made.words("checked"), of=of, **more)
        if kind == "photo" and dice.random() < 0.4:
            kind = "file"
        extra: dict[str, Any] = {
            "person": {"permission": None},
            "photo": {"most": 2},
            "file": {"most": 2},
            "lot": {"material": None},
            "signature": {"meaning": made.words("done")},
            "scan": {"of": "any"},
            "instruction": {"text": made.words("read"), "picture": None},
        }.get(kind, {})
        return made.field(name, kind, **extra, **more)

    def limits(self) -> dict[str, Any]:
        dice = self.dice
        if dice.random() < 0.4:
            return made.NO_LIMITS
        ranges = {"specification": ("0", "100"), "action": ("1", "50"), "alert": ("2", "12.6")}
        return made.limits(**{name: ranges[name] for name in ranges if dice.random() < 0.6})

    def of_type(self, kind: str) -> list[str]:
        return [name for name, one in self.names.items() if one == kind]

    def calculation(self, depth: int = 2) -> str:
        dice = self.dice
        lists = [(name, kind[5:].split(",")) for name, kind in self.names.items() if kind.startswith("rows:")]
        if lists and dice.random() < 0.4:
            name, columns = dice.choice(lists)
            function = dice.choice(["sum", "mean", "min", "max"])
            return f"{function}({name}.map(w, w.{dice.choice(columns)}))"
        decimals = self.of_type("decimal")
        if depth == 0 or not decimals or dice.random() < 0.2:
            return dice.choice(decimals) if decimals else dice.choice(["1", "2.5", "0.1 + 0.2", "1 / 0", "10 / 3"])
        left, right = self.calculation(depth - 1), self.calculation(depth - 1)
        return dice.choice([f"{left} + {right}", f"({left}) * ({right})", f"({left}) / ({right})", f"round({left}, 2)"])

    def condition(self) -> str:
        dice, found = self.dice, []
        for name, kind in self.names.items():
            if kind == "decimal":
                found += [f"{name} > 1", f"{name} >= 2.5 && {name} < 100"]
            elif kind == "yes_no":
                found += [name, f"!{name}", f"has({name}) && {name}"]
            elif kind == "choice":
                found += [f'{name} == "a"', f'{name} in ["a", "b"]', f'{name} == "zzz"']
            elif kind in ("date", "time"):
                found += [f"{name} == {name}"]
            elif kind.startswith("rows:"):
                found += [f"size({name}) > 1", f"{name}.all(w, w.{kind[5:].split(',')[0]} > 0)"]
            else:
                found += [f"has({name})"]
        return dice.choice([*found, *found, "true", "false", "1 / 0 > 1", "nobody > 1"])

    def spoil(self, form: dict[str, Any]) -> None:
        """One thing that is wrong with it."""
        dice = self.dice
        section = dice.choice(form["sections"])
        one = dice.choice(section["fields"])
        what = dice.choice([*range(11), 6, 6, 1])
        if what == 0:
            one["label"] = {"zh": "", "en": "x"}
        elif what == 1:
            one["id"] = dice.choice([section["id"], form["sections"][0]["id"], "in", "Bad"])
        elif what == 2:
            one["surplus"] = 1
        elif what == 3:
            del one[dice.choice(sorted(one))]
        elif what == 4:
            one["type"] = dice.choice(["text", "nonsense", "table"])
        elif what == 5:
            section["repeat"] = {"min": 3, "max": 2}
        elif what == 6:
            name = self.id()
            section["fields"].append(made.calculation(name, f"{name}_b + 1"))
            section["fields"].append(made.calculation(f"{name}_b", f"{name} + 1"))
        elif what == 7:
            section["fields"] = []
        elif what == 8:
            one["when"] = "false"
        elif what == 9 and "limits" in one:
            one["limits"] = made.limits(alert=("0", "100.12345"), action=("5", "50"))
        else:
            one["required"] = dice.choice([1, None, "yes"])

    def steps(self, form: dict[str, Any]) -> list[dict[str, Any]]:
        """What stands after each of some changes; the last is what has been filled in."""
        values: dict[str, Any] = {}
        steps = [{}]
        paths = list(self.paths(form))
        for _ in range(self.dice.randint(1, 4)):
            for path, one in self.dice.sample(paths, min(len(paths), self.dice.randint(1, 8))):
                values = {**values, path: self.value(one)}
            if self.dice.random() < 0.1:
                values = {**values, self.dice.choice(["nowhere", "f1/1/f2", "f1/0/f2", "", "𝒳/1", "f3/9/f4"]): "x"}
            if self.dice.random() < 0.5:
                rows = [f"{name}/{self.dice.randint(1, 6)}" for name in self.lists(form)]
                struck = self.dice.sample(rows, min(len(rows), self.dice.randint(0, 3)))
                values = values | {row: self.dice.choice([True, True, True, False, None, "x"]) for row in struck}
            steps.append(values)
        return steps

    def lists(self, form: dict[str, Any]) -> Iterator[str]:
        """What has rows, and a few that have none."""
        for section in form["sections"]:
            prefix = "" if section["repeat"] is None else f"{section['id']}/{self.dice.randint(1, 5)}/"
            yield section["id"]
            for one in section["fields"]:
                if "id" in one and (one.get("type") == "table" or self.dice.random() < 0.05):
                    yield prefix + one["id"]

    def paths(self, form: dict[str, Any]) -> Any:
        for section in form["sections"]:
            times = [""] if section["repeat"] is None else [f"{section['id']}/{n}/" for n in (1, 2, 3)]
            for prefix in times:
                for one in section["fields"]:
                    if one.get("type") == "table" and "id" in one:
                        for number in (1, 2, 3):
                            for column in one.get("columns", []):
                                yield f"{prefix}{one['id']}/{number}/{column['id']}", column
                    elif "id" in one:
                        yield prefix + one["id"], one

    def value(self, one: dict[str, Any]) -> Any:
        dice, kind = self.dice, one.get("type")
        if dice.random() < 0.06:
            return dice.choice([None, "", [], 12, 1.5, True, ["a", 1], {"value": 1, "unit": "kg"}, {}, "\ud800"])
        if kind in ("number", "reading", "calculation"):
            number = (
                dice.choice(NUMBERS) if dice.random() < 0.4 else f"{dice.randint(0, 130)}.{dice.randint(0, 9999):04d}"
            )
            return {"value": number, "unit": one.get("unit") if dice.random() < 0.95 else "t"}
        if kind == "choice":
            codes = ["a", "b", "c", "zzz"]
            return [dice.choice(codes) for _ in range(dice.randint(1, 3))] if one.get("several") else dice.choice(codes)
        if kind == "yes_no":
            return dice.random() < 0.5
        if kind == "date":
            return dice.choice(["2026-11-26", "2026-02-30", "0000-01-01", "2024-02-29", "26-1-1"])
        if kind == "time":
            return dice.choice(["2026-11-26T08:00:00.000Z", "2026-11-26T24:00:00.000Z", "2026-11-26T08:00:00Z"])
        if kind == "photo":
            return (
                [SHA] * dice.randint(1, 2) if dice.random() < 0.3 else [SHA, "cd" * 32, "ef" * 32][: dice.randint(1, 3)]
            )
        if kind == "file":
            return [SHA + dice.choice(FILES) for _ in range(dice.randint(1, 2))] + ["cd" * 32] * dice.randint(0, 2)
        if kind in ("signature", "second_signature"):
            return {"signed_by": dice.choice(["P-1", "P-2"]), "digest": SHA if dice.random() < 0.8 else "no"}
        return dice.choice(TEXTS) if dice.random() < 0.5 else "".join(dice.choices(string.ascii_letters, k=3))


_TYPES = {
    **{"number": "decimal", "reading": "decimal", "calculation": "decimal", "yes_no": "yes_no", "choice": "choice"},
    **{"date": "date", "time": "time", "signature": "signature", "several": "several", "photo": "several"},
}


def case(seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A form and its steps; the same for the same seed."""
    maker = Maker(random.Random(seed))
    form = maker.form()
    steps = maker.steps(form)
    return form, steps if shape.look(form) else [*steps, *_signed(form, steps[-1], maker.dice)]


def _signed(form: dict[str, Any], values: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    """Signatures as the app makes them, one after the other, and then a change of something else."""
    steps = []
    signs = _signatures(form)
    for path in [path for path in evaluate(form, values).paths if path.split("/")[-1] in signs]:
        digest = signed_digest(form, values, path)
        values = {**values, path: {"signed_by": dice.choice(["P-1", "P-2"]), "digest": digest}}
        steps.append(values)
    if steps:
        others = sorted(set(evaluate(form, values).paths))
        steps.append({**values, dice.choice(others): None})
    return steps


def answer(definition: Any, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """What this language says of a form, and of each step."""
    findings = [one.payload() for one in check(definition)]
    states, digests = [], []
    if not shape.look(definition):
        signs = _signatures(definition)
        for values in steps:
            state = evaluate(definition, values)
            states.append(state.payload())
            paths = [path for path in state.paths if path.split("/")[-1] in signs]
            digests.append({path: signed_digest(definition, values, path) for path in paths})
    return {"findings": findings, "states": states, "digests": digests}


def _signatures(definition: dict[str, Any]) -> set[str]:
    fields = [one for section in definition["sections"] for one in section["fields"]]
    every = [each for one in fields for each in (one, *one.get("columns", ()))]
    return {one["id"] for one in every if one["type"].endswith("signature")}


def main() -> None:
    cases = []
    for number in range(HOW_MANY):
        definition, steps = case(SEED + number)
        # Those before tell no more of a fresh evaluation.
        steps = steps[-2:]
        cases.append({"definition": definition, "steps": steps, **answer(definition, steps)})
    lines = [json.dumps(one, ensure_ascii=True, sort_keys=True) for one in cases]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
