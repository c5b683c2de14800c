"""Where flows meet expressions and values: what may be named, what a value of each type looks like, what comes out."""

import functools
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from server.engines import expressions
from server.engines.expressions.model import Type
from server.engines.flows.model import GIVEN, Definition, FlowError, Flows, Node, Scope, Variable

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,20})?\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")
MAX_TEXT, MAX_LIST = 4_000, 100


def declared(definition: Definition, scope: Scope) -> dict[str, str]:
    """Every name that an expression in this scope may use, with its type."""
    return {**GIVEN, **{name: one.type for name, one in definition.variables.items()}, **scope.locals}


def _type(name: str) -> Type:
    """A person is the text of their identifier."""
    return expressions.parse_type(name.replace("person", "text"))


@functools.lru_cache(4_096)
def _program(source: str, types: tuple[tuple[str, str], ...], wants: str | None) -> expressions.Program:
    return expressions.compile(source, {name: _type(kind) for name, kind in types}, wants and _type(wants))


def problem(source: str, types: Mapping[str, str], wants: str) -> dict[str, Any] | None:
    """Why an expression does not compile; None when it does."""
    try:
        _program(source, tuple(sorted(types.items())), wants)
    except expressions.ExpressionProblem as found:
        return {"problem": found.code, "at": found.at, **found.details}
    return None


def names(source: str, types: Mapping[str, str]) -> frozenset[str]:
    """The variables that an expression uses; none of one that does not compile, which is refused for that."""
    try:
        return _program(source, tuple(sorted(types.items())), None).variables
    except expressions.ExpressionProblem:
        return frozenset()


def run(
    flows: Flows,
    scope: Scope,
    source: str,
    wants: str,
    values: Mapping[str, Any],
    more: Mapping[str, str] | None = None,
) -> Any:
    """The value of an expression, as a state keeps it; None when it has none: a missing value, a division by zero."""
    types = {**declared(flows.definition(scope.path), scope), **(more or {})}
    try:
        program = _program(source, tuple(sorted(types.items())), wants)
    except expressions.ExpressionProblem as problem:
        raise FlowError("flow_expression_wrong", expression=source[:200], problem=problem.code) from None
    given = {name: typed(types[name], values.get(name)) for name in program.variables}
    try:
        return plain(program.run(given))
    except expressions.ExpressionError:
        return None


def typed(kind: str, value: Any) -> Any:
    """A value of a state as expressions calculate with it."""
    if value is None:
        return None
    if kind == "decimal":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return datetime.fromisoformat(value)
    return value


def plain(value: Any) -> Any:
    """What expressions calculated, as a state keeps it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, date):
        return value.isoformat()
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def passed(flows: Flows, path: str, node: Node, name: str, source: str, values: Mapping[str, Any]) -> Any:
    """The value that a call gives to a variable of the flow that it calls."""
    wants = flows.definitions[str(node.calls)].variables[name].type
    more = {}
    if node.repeat is not None:
        more[node.repeat.element] = flows.definition(path).variables[node.repeat.collection].type[5:-1]
    return run(flows, flows.scope(path), source, wants, values, more)


def checked(variables: Mapping[str, Variable], values: Mapping[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """The values given for variables that may be given here. FlowError for any other, and for a wrong shape."""
    for name, value in values.items():
        if name not in allowed or name not in variables:
            raise FlowError("flow_variable_unknown", variable=name)
        if value is not None and not fits(variables[name].type, value):
            raise FlowError("flow_value_wrong", variable=name, type=variables[name].type)
    return dict(values)


def fits(kind: str, value: Any) -> bool:
    """Whether a value has the shape of its type: decimals, dates and times are text, as everywhere."""
    if kind.startswith("list("):
        return isinstance(value, list) and len(value) <= MAX_LIST and all(fits(kind[5:-1], one) for one in value)
    if kind == "yes_no":
        return isinstance(value, bool)
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value:
        return False
    try:
        value.encode()
        if kind == "date":
            return date.fromisoformat(value).isoformat() == value
        if kind == "time":
            return bool(_TIME.match(value) and datetime.fromisoformat(value))
    except ValueError:
        return False
    return kind != "decimal" or bool(_DECIMAL.match(value))
