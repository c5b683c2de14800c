"""Expressions that a plant writes: conditions, checks and calculations over exact decimals, as texts in CEL.

`compile` says everything that is wrong with a text before it is published; what it gives runs on a tablet
(pwa/src/engines/expressions) and here with the same result, digit for digit, or the same error (PRD-07).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.engines.expressions.checking import check
from server.engines.expressions.model import (
    ERRORS,
    PROBLEMS,
    ExpressionError,
    ExpressionProblem,
    ListOf,
    Node,
    Row,
    Type,
    Types,
    Value,
    parse_type,
)
from server.engines.expressions.numbers import Rounding, rounded, written
from server.engines.expressions.reading import read
from server.engines.expressions.running import Run, plain

__all__ = [
    "ERRORS",
    "PROBLEMS",
    "ExpressionError",
    "ExpressionProblem",
    "ListOf",
    "Program",
    "Rounding",
    "Row",
    "Type",
    "Types",
    "Value",
    "compile",
    "parse_type",
    "plain",
    "rounded",
    "written",
]


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that fits its variables. `variables` are the names it uses, `type` is what it gives."""

    node: Node
    variables: frozenset[str]

    @property
    def type(self) -> Type:
        return self.node.type

    def run(self, values: Mapping[str, Value]) -> Value:
        """Its value: Decimal, str, bool, date, aware datetime, timedelta, or a list of these. ExpressionError."""
        result: Value = Run(values).whole(self.node)
        return result


def compile(source: str, types: Types, wants: Type | None = None) -> Program:
    """A text as an expression over variables of these types, giving `wants`. ExpressionProblem, with its place."""
    node = check(read(source), types, wants)
    return Program(node, frozenset(_names(node, frozenset())))


def _names(node: Node, own: frozenset[str]) -> list[str]:
    """The variables that a node uses, without those that a macro around it gives."""
    if node.op == "name":
        return [] if node.name in own else [node.name]
    inside = own | {node.name} if node.op in ("all", "exists", "exists_one", "filter", "map") else own
    over = [name for one in node.args[:1] for name in _names(one, own)]
    return over + [name for one in node.args[1:] for name in _names(one, inside)]
