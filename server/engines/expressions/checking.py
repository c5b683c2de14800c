"""Gives every node of an expression its type before it runs, or says what does not fit and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from server.engines.expressions.model import MAX_MACROS, ExpressionProblem, ListOf, Node, Row, Type, Types

_ORDERED = ("decimal", "text", "yes_no", "date", "time", "duration")
# What `left sign right` gives, beside decimals.
_SUMS: Mapping[tuple[str, Type, Type], Type] = {
    ("+", "text", "text"): "text",
    ("+", "duration", "duration"): "duration",
    ("-", "duration", "duration"): "duration",
    ("+", "time", "duration"): "time",
    ("-", "time", "duration"): "time",
    ("-", "time", "time"): "duration",
    ("+", "date", "duration"): "date",
    ("+", "duration", "time"): "time",
    ("+", "duration", "date"): "date",
    ("-", "date", "duration"): "date",
    ("-", "date", "date"): "duration",
}
_NUMBERS: Type = ListOf("decimal")
# The arguments of each function, as often as it has ways to be called, and what it gives.
FUNCTIONS: Mapping[str, tuple[tuple[tuple[Type, ...], Type], ...]] = {
    "abs": ((("decimal",), "decimal"),),
    "ceil": ((("decimal",), "decimal"),),
    "floor": ((("decimal",), "decimal"),),
    "round": ((("decimal", "decimal"), "decimal"),),
    "round_half_up": ((("decimal", "decimal"), "decimal"),),
    "sum": (((_NUMBERS,), "decimal"),),
    "mean": (((_NUMBERS,), "decimal"),),
    "date": ((("text",), "date"),),
    "time": ((("text",), "time"),),
    "duration": ((("text",), "duration"),),
    **{f"in_{unit}": ((("duration",), "decimal"),) for unit in ("days", "hours", "minutes", "seconds")},
}
METHODS = ("startsWith", "endsWith", "contains")


def check(node: Node, types: Types, wants: Type | None) -> Node:
    """The same nodes with their types. ExpressionProblem `name_unknown`, `type_wrong`, `result_wrong`, …"""
    checked = _Checking(types, 0).node(node)
    if wants is not None and checked.type != wants and not _empty(checked, wants):
        raise ExpressionProblem("result_wrong", checked.at)
    return checked


def _empty(node: Node, wants: Type) -> bool:
    """Whether it is `[]`, which is a list of whatever is wanted."""
    return node.op == "list" and not node.args and isinstance(wants, ListOf)


def _beside(left: Node, right: Node) -> tuple[Type, Type]:
    """Types of two that should be alike; `[]` is a list of what the other one is a list of."""
    return (right.type if _empty(left, right.type) else left.type), (
        left.type if _empty(right, left.type) else right.type
    )


@dataclass(frozen=True, slots=True)
class _Checking:
    """What is known at a place: the variables there, and how many macros are around it."""

    types: Types
    macros: int

    def node(self, node: Node) -> Node:
        if node.op == "value":
            return node
        if node.op == "name":
            return replace(node, type=self.known(node))
        if node.op in ("all", "exists", "exists_one", "filter", "map"):
            return self.macro(node)
        if node.op == "call" and node.name == "has":
            return self.has(node)
        args = tuple(self.node(one) for one in node.args)
        return replace(node, args=args, type=_OF.get(node.op, _binary)(node, args))

    def known(self, node: Node) -> Type:
        if node.name not in self.types:
            raise ExpressionProblem("name_unknown", node.at, name=node.name)
        return self.types[node.name]

    def has(self, node: Node) -> Node:
        """Whether a variable or a field has a value: the one way to ask for what may be missing."""
        if len(node.args) != 1 or node.args[0].op not in ("name", "field"):
            raise ExpressionProblem("arguments_wrong", node.at, function="has")
        return replace(node, args=(self.node(node.args[0]),), type="yes_no")

    def macro(self, node: Node) -> Node:
        """`list.op(name, …)`: the name stands for each item, and must not hide another."""
        if self.macros >= MAX_MACROS:
            raise ExpressionProblem("too_deep", node.at)
        over = self.node(node.args[0])
        if not isinstance(over.type, ListOf):
            raise ExpressionProblem("type_wrong", over.at)
        if node.name in self.types:
            raise ExpressionProblem("name_taken", node.at, name=node.name)
        inside = _Checking({**self.types, node.name: over.type.item}, self.macros + 1)
        parts = tuple(inside.node(one) for one in node.args[1:])
        conditions = parts[:-1] if node.op == "map" else parts
        for one in conditions:
            _must(one, "yes_no")
        if node.op == "map":
            return replace(node, args=(over, *parts), type=ListOf(parts[-1].type))
        return replace(node, args=(over, *parts), type=over.type if node.op == "filter" else "yes_no")


def _must(node: Node, wanted: Type) -> None:
    if node.type != wanted:
        raise ExpressionProblem("type_wrong", node.at)


def _field(node: Node, args: tuple[Node, ...]) -> Type:
    of = args[0].type
    if not isinstance(of, Row):
        raise ExpressionProblem("type_wrong", args[0].at)
    found = of.get(node.name)
    if found is None:
        raise ExpressionProblem("field_unknown", node.at, name=node.name)
    return found


def _index(node: Node, args: tuple[Node, ...]) -> Type:
    if not isinstance(args[0].type, ListOf):
        raise ExpressionProblem("type_wrong", args[0].at)
    _must(args[1], "decimal")
    return args[0].type.item


def _list(node: Node, args: tuple[Node, ...]) -> Type:
    """All items of one type; an empty list is one of numbers until something else is wanted."""
    for one in args:
        _must(one, args[0].type)
    return ListOf(args[0].type if args else "decimal")


def _not(node: Node, args: tuple[Node, ...]) -> Type:
    _must(args[0], "yes_no")
    return "yes_no"


def _neg(node: Node, args: tuple[Node, ...]) -> Type:
    if args[0].type not in ("decimal", "duration"):
        raise ExpressionProblem("type_wrong", args[0].at)
    return args[0].type


def _both(node: Node, args: tuple[Node, ...]) -> Type:
    for one in args:
        _must(one, "yes_no")
    return "yes_no"


def _choice(node: Node, args: tuple[Node, ...]) -> Type:
    _must(args[0], "yes_no")
    yes, no = _beside(args[1], args[2])
    if yes != no:
        raise ExpressionProblem("type_wrong", args[2].at)
    return yes


def _call(node: Node, args: tuple[Node, ...]) -> Type:
    given = tuple(one.type for one in args)
    if node.name == "size":
        if len(given) == 1 and (given[0] == "text" or isinstance(given[0], ListOf)):
            return "decimal"
        raise ExpressionProblem("arguments_wrong", node.at, function=node.name)
    if node.name in ("min", "max"):
        if given == (_NUMBERS,) or (len(given) > 1 and set(given) == {"decimal"}):
            return "decimal"
        raise ExpressionProblem("arguments_wrong", node.at, function=node.name)
    if node.name not in FUNCTIONS:
        raise ExpressionProblem("function_unknown", node.at, function=node.name)
    for wanted, gives in FUNCTIONS[node.name]:
        if given == wanted:
            return gives
    raise ExpressionProblem("arguments_wrong", node.at, function=node.name)


def _method(node: Node, args: tuple[Node, ...]) -> Type:
    if node.name not in METHODS:
        raise ExpressionProblem("function_unknown", node.at, function=node.name)
    if tuple(one.type for one in args) != ("text", "text"):
        raise ExpressionProblem("arguments_wrong", node.at, function=node.name)
    return "yes_no"


def _binary(node: Node, args: tuple[Node, ...]) -> Type:
    left, right = args[0].type, args[1].type
    if node.op == "in":
        if not isinstance(right, ListOf) or isinstance(left, Row):
            raise ExpressionProblem("type_wrong", args[1].at)
        if not _empty(args[1], right):
            _must(args[0], right.item)
        return "yes_no"
    left, right = _beside(args[0], args[1])
    if node.op in ("==", "!="):
        if left != right or not _comparable(left):
            raise ExpressionProblem("type_wrong", args[1].at)
        return "yes_no"
    if node.op in ("<", "<=", ">", ">="):
        if left != right or left not in _ORDERED:
            raise ExpressionProblem("type_wrong", args[1].at)
        return "yes_no"
    if left == right == "decimal":
        return "decimal"
    if node.op == "+" and left == right and isinstance(left, ListOf):
        return left
    simple = isinstance(left, str) and isinstance(right, str)
    found = _SUMS.get((node.op, left, right)) if simple else None
    if found is None:
        raise ExpressionProblem("type_wrong", args[1].at)
    return found


def _comparable(one: Type) -> bool:
    """Rows are not compared: what a row holds may be missing."""
    return _comparable(one.item) if isinstance(one, ListOf) else not isinstance(one, Row)


_OF: Mapping[str, Callable[[Node, tuple[Node, ...]], Type]] = {
    **{"field": _field, "index": _index, "list": _list, "not": _not, "neg": _neg},
    **{"and": _both, "or": _both, "if": _choice, "call": _call, "method": _method},
}
