"""Expressions in a second: of five operators with rounding, on the server and in the app's engine under Node."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from expression_cases import given
from expression_node import node

from server.engines import expressions

SOURCE = "round((a + b) * 2.5 / 3 - 0.1, 2) >= 1"
TYPES, VALUES = {"a": "decimal", "b": "decimal"}, {"a": "12.640", "b": "7"}


def calculated(_: Path) -> dict[str, Any]:
    """`run` and `compile`, each in a second, on one processor."""
    types, values = given(TYPES, VALUES)
    program = expressions.compile(SOURCE, types)
    here = {
        "run": _per_second(lambda: program.run(values)),
        "compile": _per_second(lambda: expressions.compile(SOURCE, types)),
    }
    with node() as ask:
        there = ask({"rate": SOURCE, "types": TYPES, "values": VALUES})
    return {"expression": SOURCE, "server": here, "app": there}


def _per_second(act: Callable[[], object]) -> int:
    times, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < 1:
        for _ in range(100):
            act()
        times += 100
    return round(times / took)
