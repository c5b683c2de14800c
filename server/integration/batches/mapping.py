"""Reads a mapping: the TOML file that says which columns are lots, tests with units and limits, yields, dates."""

import tomllib
from collections.abc import Mapping as Table
from decimal import Decimal, InvalidOperation
from importlib import resources
from pathlib import Path
from typing import Any

from server.core.errors import PestleError
from server.integration.batches.model import LotColumn, Mapping, ResultColumn, YieldColumn

_BUILT_IN = resources.files("server.integration") / "mappings"


def load(name: str) -> Mapping:
    """A mapping that is delivered, by its name, or one in a file, by its path; PestleError `mapping_wrong`."""
    built_in = _BUILT_IN / f"{name}.toml"
    source = built_in if name.isidentifier() and built_in.is_file() else Path(name)
    try:
        return _mapping(tomllib.loads(source.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PestleError("mapping_wrong", {"mapping": name, "found": str(error)}) from error
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as error:
        raise PestleError("mapping_wrong", {"mapping": name, "found": f"{type(error).__name__}: {error}"}) from error


def _mapping(table: Table[str, Any]) -> Mapping:
    checks = table.get("checks", {})
    mapping = Mapping(
        name=table["name"],
        separator=table["separator"],
        blanks=frozenset(table["blanks"]),
        batch=table["batch"]["number"],
        product=table["product"]["code"],
        strength=table["product"]["strength"],
        strength_form=table["product"]["strength_form"],
        product_title=table["product"]["name"],
        size=table["size"]["column"],
        size_unit=table["size"]["unit"],
        master_sizes={code: Decimal(size) for code, size in table["size"].get("master", {}).items()},
        started=table["started"]["column"],
        months=tuple(table["started"]["months"]),
        lots=tuple(LotColumn(lot["name"], lot["material"], lot["number"], lot["title"]) for lot in table["lots"]),
        tests=tuple(_test(test) for test in table["tests"]),
        yields=tuple(_yield(item) for item in table.get("yields", [])),
        ordered=tuple(tuple(columns) for columns in checks.get("ordered", [])),
        repeated=tuple((one, other) for one, other in checks.get("repeated", [])),
    )
    lots = {lot.name for lot in mapping.lots}
    for test in mapping.tests:
        if test.lot is not None and test.lot not in lots:
            raise ValueError(f"test {test.column} names the unknown lot {test.lot}")
        if test.file not in ("laboratory", "process"):
            raise ValueError(f"test {test.column} names the unknown file {test.file}")
    if len(mapping.separator) != 1 or len(mapping.months) != 12:
        raise ValueError("one separator, twelve months")
    return mapping


def _test(table: Table[str, Any]) -> ResultColumn:
    plausible = table.get("plausible", {})
    return ResultColumn(
        column=table["column"],
        test=table["test"],
        stage=table["stage"],
        unit=table["unit"],
        zh=table.get("zh"),
        lot=table.get("lot"),
        file=table.get("file", "laboratory"),
        low=_decimal(table, "low"),
        high=_decimal(table, "high"),
        plausible_low=_decimal(plausible, "low"),
        plausible_high=_decimal(plausible, "high"),
        compare=table.get("compare", False),
    )


def _yield(table: Table[str, Any]) -> YieldColumn:
    return YieldColumn(table["column"], table["stage"], table["unit"], _decimal(table, "low"), _decimal(table, "high"))


def _decimal(table: Table[str, Any], name: str) -> Decimal | None:
    return Decimal(table[name]) if name in table else None
