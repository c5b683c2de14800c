"""What is wrong with a line of dispensing: that its role, its expression and what that is over fit each other."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from server.core import units
from server.engines import expressions
from server.recipes import model

Found = tuple[str, str]


def check(path: str, line: Mapping[str, Any], phase: Mapping[str, Any]) -> Iterator[Found]:
    """(code, path) of what `findings` has words for."""
    if Decimal(line["low"]) <= 0:
        yield "not_positive", f"{path}/low"
    yield from _quantity(path, line)
    yield from _compensates(path, line, phase)


def _quantity(path: str, line: Mapping[str, Any]) -> Iterator[Found]:
    source, role = line["quantity"], line["role"]
    if role == model.PLAIN:
        for name in ("quantity", "potency"):
            if line[name] is not None:
                yield "role_with_quantity", f"{path}/{name}"
        return
    if role == model.COMPENSATOR and line["potency"] is not None:
        yield "role_with_quantity", f"{path}/potency"
    if source is None:
        yield "role_without_quantity", f"{path}/quantity"
        return
    try:
        program = expressions.compile(source, model.variables(role), "decimal")
    except expressions.ExpressionProblem:
        yield "expression_wrong", f"{path}/quantity"
        return
    for name in model.RESULTS:
        if name in program.variables and (line["potency"] or {}).get(name) is None:
            yield "potency_missing", f"{path}/potency/{name}"


def _compensates(path: str, line: Mapping[str, Any], phase: Mapping[str, Any]) -> Iterator[Found]:
    active = {one["id"]: one for one in phase["lines"] if one["role"] == model.ACTIVE}
    if line["role"] != model.COMPENSATOR:
        if line["compensates"]:
            yield "role_with_quantity", f"{path}/compensates"
    elif not line["compensates"] or not set(line["compensates"]) <= set(active):
        yield "compensates_nothing", f"{path}/compensates"
    elif any(units.ratio(active[one]["unit"], line["unit"]) is None for one in line["compensates"]):
        # What was dispensed of them could not be summed, and so nothing of this line be weighed.
        yield "compensates_unit", f"{path}/compensates"
