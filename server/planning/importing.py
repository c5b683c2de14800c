"""Demands from a table: every line is shown with what it would do and what is wrong with it, and all are set or none.

A demand is known by its number, which is where the line comes from (a sales order's line, a forecast's month): the same
table taken twice changes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.tables import BEYOND, read
from server.core.tables import Row as Cells
from server.materials import queries as materials
from server.planning import deciding, model, queries
from server.recipes import queries as recipes

# By the name of a column here: as it may stand in the first row of a table.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "demand": ("demand", "需求编号"),
    "item": ("item", "项目"),
    "quantity": ("quantity", "数量"),
    "unit": ("unit", "单位"),
    "due": ("due", "需求日期"),
    "source": ("source", "来源"),
}
NEEDED = ("demand", "item", "quantity", "due", "source")
NEW, CHANGED, SAME, REPEATED, WRONG = "new", "changed", "same", "repeated", "wrong"
Payload = dict[str, Any]
Finding = dict[str, Any]
_REFUSED = {
    "planning_item_changed": ("item", "item_changed"),
    "planning_item_unknown": ("item", "item_unknown"),
    "planning_unit_wrong": ("unit", "unit_wrong"),
}
# As spreadsheets write a day, with a time of nothing behind it where it was one of theirs.
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: 00:00:00)?")


@dataclass(slots=True)
class Report:
    """`lines` {line, demand, item, quantity, unit, due, source, what, findings}; a finding {column, value, code}.
    `findings` of the table itself {column, code}: with one of these no line was looked at."""

    lines: list[Payload] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def is_sound(self) -> bool:
        return not self.findings and all(one["what"] != WRONG for one in self.lines)

    def payload(self) -> Payload:
        counts = {
            what: sum(one["what"] == what for one in self.lines) for what in (NEW, CHANGED, SAME, REPEATED, WRONG)
        }
        return {"lines": self.lines, "findings": self.findings, **counts}


def take(plant: Plant, data: bytes, person: str, dry_run: bool) -> Report:
    """Look at every line and, unless `dry_run` or something is wrong, set what is new or other than before, all in one
    transaction. PestleError `table_unreadable`, `table_too_long`, and what the door refuses."""
    columns, rows = read(data)
    known = {title: name for name, titles in COLUMNS.items() for title in titles}
    named = [known.get(one) for one in columns]
    found = [{"column": one, "code": "column_unknown"} for one in columns if one not in known]
    found += [{"column": one, "code": "column_missing"} for one in NEEDED if one not in named]
    found += [{"column": one, "code": "column_twice"} for one in COLUMNS if named.count(one) > 1]
    report = Report(findings=found)
    if found:
        return report
    facts = []
    with plant.engine.connect() as connection:
        looking = _Looking.at(connection)
        for line, cells in rows:
            named_cells = {known[title] if title else BEYOND: text for title, text in cells.items()}
            said, given = looking.look(plant, line, dict.fromkeys(COLUMNS, "") | named_cells)
            report.lines.append(said)
            if said["what"] in (NEW, CHANGED):
                stream = model.demand_stream(given["demand"])
                facts.append(Fact(model.DEMAND, stream, given, subject=stream, actor=person))
    if facts and not dry_run and report.is_sound():
        plant.recorder.state(*facts)
    return report


@dataclass(slots=True)
class _Looking:
    """What lines are held against: the units of each item, demands as they are, and the lines before."""

    units: Mapping[str, str]
    sizes: Mapping[str, set[str]]
    demands: Mapping[str, Row[Any]]
    before: dict[str, Payload] = field(default_factory=dict)

    @classmethod
    def at(cls, connection: Connection) -> "_Looking":
        return cls(materials.units(connection), recipes.sizes(connection), queries.every_demand(connection))

    def look(self, plant: Plant, line: int, cells: Cells) -> tuple[Payload, Payload]:
        """What is shown of a line, and the demand that it sets."""
        units = {self.units[cells["item"]]} if cells["item"] in self.units else self.sizes.get(cells["item"], set())
        # An item that is counted in one unit needs none said.
        unit = cells["unit"] or (next(iter(units)) if len(units) == 1 else "")
        given: Payload = {
            "demand": cells["demand"],
            "item": cells["item"],
            "quantity": {"value": cells["quantity"], "unit": unit},
            "due": _day(cells["due"]),
            "source": cells["source"],
            "reason": None,
        }
        wrong = self._wrong(plant, given, cells, units)
        said: Payload = {"line": line, **{name: given[name] for name in ("demand", "item", "due", "source")}}
        said |= {"quantity": cells["quantity"], "unit": unit, "findings": wrong}
        what = WRONG if wrong else self._what(given)
        # What is wrong itself says nothing against another line.
        if not wrong:
            self.before.setdefault(given["demand"], given)
        return said | {"what": what}, given

    def _wrong(self, plant: Plant, given: Payload, cells: Cells, units: set[str]) -> list[Finding]:
        if BEYOND in cells:
            return [_finding(BEYOND, cells, "cell_beyond")]
        empty = [name for name in NEEDED if not cells[name]]
        if empty:
            return [_finding(name, cells, "cell_missing") for name in empty]
        shape = plant.registry.problems(model.DEMAND, given)
        # Without a unit a quantity has no shape, whatever its number.
        unsaid = not given["quantity"]["unit"]
        found = [_finding(name, cells, "cell_wrong") for name in shape if not (unsaid and name == "quantity")]
        if not units:
            found.append(_finding("item", cells, "item_unknown"))
        elif unsaid:
            found.append(_finding("unit", cells, "unit_missing"))
        if found:
            return found
        row, first = self.demands.get(given["demand"]), self.before.get(given["demand"])
        code = deciding.demand_refused(given, units, None if row is None else row.item)
        if code is not None:
            return [_finding(_REFUSED[code][0], cells, _REFUSED[code][1])]
        if first is not None and not _same(first, given):
            return [_finding("demand", cells, "twice")]
        nothing = row is None and Decimal(given["quantity"]["value"]) == 0
        return [_finding("quantity", cells, "nothing_wanted")] if nothing else []

    def _what(self, given: Payload) -> str:
        if given["demand"] in self.before:
            return REPEATED
        row = self.demands.get(given["demand"])
        if row is None:
            return NEW
        quantity = {"value": row.quantity_value, "unit": row.quantity_unit}
        now = {"item": row.item, "quantity": quantity, "due": row.due, "source": row.source}
        return SAME if _same(now, given) else CHANGED


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two say the same demand, whatever zeros their amounts are written with."""
    plain = all(one[name] == other[name] for name in ("item", "due", "source"))
    first, second = one["quantity"], other["quantity"]
    return plain and first["unit"] == second["unit"] and Decimal(first["value"]) == Decimal(second["value"])


def _finding(column: str, cells: Cells, code: str) -> Finding:
    return {"column": column, "value": cells[column][:80], "code": code}


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    return text if found is None else f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
