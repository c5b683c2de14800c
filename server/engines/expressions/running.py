"""Runs checked nodes: what each gives, counted in steps, and the same in Python and TypeScript to the last digit."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from server.engines.expressions import numbers, times
from server.engines.expressions.model import (
    MAX_ITEMS,
    MAX_STEPS,
    MAX_TEXT,
    STEP_OF_TEXT,
    ExpressionError,
    ListOf,
    Node,
    Value,
)

_UNITS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


class Run:
    """One run over the values of the variables; `values` without one, or with None, is a value that is missing."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)
        self._steps = 0

    def whole(self, node: Node) -> Any:
        """The value of an expression, of which a list costs its items: it is written down. ExpressionError."""
        result = self.value(node)
        if isinstance(node.type, ListOf):
            self._weigh(result)
        return result

    def value(self, node: Node) -> Any:
        """The value of a node. ExpressionError."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise ExpressionError("too_many_steps")
        if node.op == "value":
            return node.value
        return _OF.get(node.op, Run._binary)(self, node)

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise ExpressionError("too_many_steps")

    def _weigh(self, value: Any) -> None:
        """Pay for looking through all of a list or a text, before that is done."""
        if isinstance(value, str):
            self._spend(len(value) // STEP_OF_TEXT)
        elif isinstance(value, list | tuple):
            self._spend(len(value))
            for one in value:
                self._weigh(one)

    def _name(self, node: Node) -> Any:
        return self._there(self._values.get(node.name))

    def _there(self, value: Any) -> Any:
        if value is None:
            raise ExpressionError("missing")
        if isinstance(value, Decimal):
            return numbers.kept(value)
        if (isinstance(value, list | tuple) and len(value) > MAX_ITEMS) or (
            isinstance(value, str) and len(value) > MAX_TEXT
        ):
            raise ExpressionError("too_long")
        return value

    def _field(self, node: Node) -> Any:
        return self._there(self.value(node.args[0]).get(node.name))

    def _index(self, node: Node) -> Any:
        items, at = self.value(node.args[0]), self.value(node.args[1])
        if at != at.to_integral_value() or not 0 <= at < len(items):
            raise ExpressionError("out_of_range")
        return self._there(items[int(at)])

    def _list(self, node: Node) -> list[Any]:
        return [self.value(one) for one in node.args]

    def _not(self, node: Node) -> bool:
        return self.value(node.args[0]) is False

    def _neg(self, node: Node) -> Any:
        value = self.value(node.args[0])
        if isinstance(value, Decimal):
            return value.copy_negate() if value else value.copy_abs()
        return -value

    def _and(self, node: Node) -> bool:
        return self._settled(node, False)

    def _or(self, node: Node) -> bool:
        return self._settled(node, True)

    def _settled(self, node: Node, by: bool) -> bool:
        """One side that settles it is enough, whatever the other would be (cel-spec, Logical Operators)."""
        first = self._tried(node.args[0])
        if first is by:
            return by
        second = self._tried(node.args[1])
        for one in (second, first):
            if one is by:
                return by
        for one in (first, second):
            if isinstance(one, ExpressionError):
                raise one
        return not by

    def _tried(self, node: Node) -> bool | ExpressionError:
        """A truth or why there is none; what ends the whole run is raised."""
        try:
            return self.value(node) is True
        except ExpressionError as error:
            if error.code == "too_many_steps":
                raise
            return error

    def _if(self, node: Node) -> Any:
        return self.value(node.args[1] if self.value(node.args[0]) else node.args[2])

    def _binary(self, node: Node) -> Any:
        left, right = self.value(node.args[0]), self.value(node.args[1])
        self._weigh(left)
        self._weigh(right)
        if node.op == "in":
            return any(left == one for one in right)
        if node.op in _COMPARED:
            return _COMPARED[node.op](left, right)
        if isinstance(left, Decimal):
            return numbers.calculated(node.op, left, right)
        if isinstance(left, str | list | tuple):
            return self._joined(left, right)
        if isinstance(left, timedelta) and not isinstance(right, timedelta):
            return times.moved(right, left)
        if isinstance(left, timedelta):
            return times.bounded(left + right if node.op == "+" else left - right)
        if isinstance(right, timedelta):
            return times.moved(left, right if node.op == "+" else -right)
        return times.bounded(left - right)

    def _joined(self, left: Any, right: Any) -> Any:
        if len(left) + len(right) > (MAX_TEXT if isinstance(left, str) else MAX_ITEMS):
            raise ExpressionError("too_long")
        return left + right if isinstance(left, str) else [*left, *right]

    # Macros.

    def _each(self, node: Node, do: Callable[[Any], bool]) -> None:
        """Once with each item under its name, until `do` says that it is enough."""
        for item in self.value(node.args[0]):
            with_item = self._there(item)
            before = self._values.get(node.name)
            self._values[node.name] = with_item
            try:
                if do(with_item):
                    return
            finally:
                self._values[node.name] = before

    def _all(self, node: Node) -> bool:
        return self._any(node, False)

    def _exists(self, node: Node) -> bool:
        return self._any(node, True)

    def _any(self, node: Node, by: bool) -> bool:
        """`exists` ends at the first true, `all` at the first false; an error counts only if none of these comes."""
        seen: list[bool | ExpressionError] = []

        def look(_: Any) -> bool:
            seen.append(self._tried(node.args[1]))
            return seen[-1] is by

        self._each(node, look)
        if by in [one for one in seen if isinstance(one, bool)]:
            return by
        for one in seen:
            if isinstance(one, ExpressionError):
                raise one
        return not by

    def _exists_one(self, node: Node) -> bool:
        count = 0

        def look(_: Any) -> bool:
            nonlocal count
            count += bool(self.value(node.args[1]))
            return False

        self._each(node, look)
        return count == 1

    def _filter(self, node: Node) -> list[Any]:
        kept: list[Any] = []

        def look(item: Any) -> bool:
            if self.value(node.args[1]):
                kept.append(item)
            return False

        self._each(node, look)
        return kept

    def _map(self, node: Node) -> list[Any]:
        made: list[Any] = []

        def look(_: Any) -> bool:
            if len(node.args) == 2 or self.value(node.args[1]):
                made.append(self.value(node.args[-1]))
            return False

        self._each(node, look)
        return made

    # Functions.

    def _method(self, node: Node) -> bool:
        text, part = self.value(node.args[0]), self.value(node.args[1])
        self._weigh(text)
        self._weigh(part)
        if node.name == "contains":
            return str(part) in str(text)
        return bool(text.startswith(part) if node.name == "startsWith" else text.endswith(part))

    def _call(self, node: Node) -> Any:
        if node.name == "has":
            return self._has(node.args[0])
        given = [self.value(one) for one in node.args]
        if node.name in ("min", "max", "sum", "mean"):
            items = given[0] if isinstance(node.args[0].type, ListOf) else given
            self._weigh(items)
            return _over(node.name, [self._there(one) for one in items])
        if node.name == "size":
            return Decimal(len(given[0]))
        if node.name in ("round", "round_half_up"):
            return _rounded(given[0], given[1], "gbt8170" if node.name == "round" else "half_up")
        if node.name.startswith("in_"):
            whole = Decimal(given[0] // timedelta(milliseconds=1))
            return numbers.calculated("/", whole, Decimal(_UNITS[node.name[3:]]))
        return _BY_NAME[node.name](given[0])

    def _has(self, node: Node) -> bool:
        try:
            self.value(node)
        except ExpressionError as error:
            if error.code == "missing":
                return False
            raise
        return True


_OF: Mapping[str, Callable[[Run, Node], Any]] = {
    **{"name": Run._name, "field": Run._field, "index": Run._index, "list": Run._list, "not": Run._not},
    **{"neg": Run._neg, "and": Run._and, "or": Run._or, "if": Run._if, "call": Run._call, "method": Run._method},
    **{"all": Run._all, "exists": Run._exists, "exists_one": Run._exists_one, "filter": Run._filter, "map": Run._map},
}


def _integral(mode: str) -> Callable[[Decimal], Decimal]:
    def whole(value: Decimal) -> Decimal:
        result = value.to_integral_value(rounding=mode)
        return result or result.copy_abs()

    return whole


_BY_NAME: Mapping[str, Callable[[Any], Any]] = {
    "abs": Decimal.copy_abs,
    "ceil": _integral(ROUND_CEILING),
    "floor": _integral(ROUND_FLOOR),
    "date": times.day,
    "time": times.instant,
    "duration": times.duration,
}


def _rounded(value: Decimal, decimals: Decimal, rule: numbers.Rounding) -> Decimal:
    if decimals != decimals.to_integral_value() or abs(decimals) > 20:
        raise ExpressionError("out_of_range")
    return numbers.rounded(value, int(decimals), rule)


def _over(name: str, items: list[Decimal]) -> Decimal:
    """Of an empty list the sum is 0, and all else is missing."""
    if not items and name != "sum":
        raise ExpressionError("missing")
    if name in ("min", "max"):
        return min(items) if name == "min" else max(items)
    total = Decimal(0)
    for one in items:
        total = numbers.calculated("+", total, one)
    return total if name == "sum" else numbers.calculated("/", total, Decimal(len(items)))


def plain(value: Any) -> Any:
    """A value as JSON has it: decimals and times as text, in the one way that both languages write them."""
    if isinstance(value, Decimal):
        return numbers.written(value)
    if isinstance(value, datetime | timedelta | date):
        return times.text_of(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return value
