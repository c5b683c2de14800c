"""The nouns of expressions: types, problems of a text, errors of a run, and the limits that keep both short.

Expressions are CEL (cel-spec, language definition) without floats: every number is an exact decimal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

# A text longer than this, nested deeper, or with macros inside of macros beyond this is refused; a run that takes more
# steps, or makes longer texts or lists, ends. Counted alike in TypeScript. A step is a node, an item of a list that is
# looked through, or so many characters of a text. The depth leaves room on Python's stack, four calls for each.
MAX_SOURCE, MAX_BRACKETS, MAX_DEPTH, MAX_MACROS = 2_000, 40, 150, 3
STEP_OF_TEXT = 100
MAX_STEPS, MAX_TEXT, MAX_ITEMS, MAX_DIGITS = 20_000, 10_000, 1_000, 34
# The most that a decimal's first digit may stand before or behind the point.
MAX_EXPONENT = 999


@dataclass(frozen=True, slots=True)
class ListOf:
    item: "Type"


@dataclass(frozen=True, slots=True)
class Row:
    """A record of declared fields, such as a line of a table."""

    fields: tuple[tuple[str, "Type"], ...]

    def get(self, name: str) -> "Type | None":
        return dict(self.fields).get(name)


SIMPLE = ("decimal", "text", "yes_no", "date", "time", "duration")
# A simple type by its name, a list or a row.
Type = str | ListOf | Row
Types = Mapping[str, Type]
# None is a value that is missing.
Value = Decimal | str | bool | date | datetime | timedelta | Sequence[Any] | Mapping[str, Any] | None

PROBLEMS = (
    *("syntax", "too_long", "too_deep", "literal_too_long", "name_unknown", "field_unknown", "function_unknown"),
    *("arguments_wrong", "type_wrong", "result_wrong", "macro_wrong", "name_taken"),
)
ERRORS = ("missing", "division_by_zero", "out_of_range", "format_wrong", "too_long", "too_many_steps")


class ExpressionProblem(Exception):
    """Why a text is no expression here: a code of `PROBLEMS`, and where it begins (0 is the first character)."""

    def __init__(self, code: str, at: int, **details: str) -> None:
        super().__init__(f"{code} at {at}")
        self.code, self.at, self.details = code, at, details


class ExpressionError(Exception):
    """Why an expression has no value: a code of `ERRORS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression: what it is, where it begins, what of, and its type once it is checked.

    `op`: value, name, field, index, list, call, not, neg, and, or, if, one of the binary operators, or a macro with
    the name of its variable in `name`.
    """

    op: str
    at: int
    args: tuple["Node", ...] = ()
    name: str = ""
    value: Any = None
    type: Type = field(default="", compare=False)


def parse_type(said: Any) -> Type:
    """A type from what JSON says: a simple name, `list(…)` of one, {"list": …} or {"row": {name: …}}."""
    if isinstance(said, str) and said.startswith("list(") and said.endswith(")"):
        return ListOf(parse_type(said[5:-1]))
    if isinstance(said, Mapping):
        if "list" in said:
            return ListOf(parse_type(said["list"]))
        return Row(tuple((str(name), parse_type(one)) for name, one in said["row"].items()))
    if said not in SIMPLE:
        raise ValueError(f"no type: {said}")
    return str(said)
