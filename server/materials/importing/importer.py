"""Takes a table of materials or suppliers into the log: every row is looked at, and all are taken or none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from server.core import units
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.tables import BEYOND, Row, read
from server.materials import queries
from server.materials.masters import model as masters
from server.materials.masters import queries as versions
from server.materials.suppliers import model as suppliers
from server.materials.suppliers import queries as known_suppliers

MATERIALS, SUPPLIERS = "materials", "suppliers"
Payload = dict[str, Any]
Wrong = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is of: its columns, those that must be there first, and what one row says."""

    kind: str
    needed: tuple[str, ...]
    others: tuple[str, ...]
    payload: Callable[[Row], Payload]
    judge: Callable[[Connection, Payload], "list[Wrong] | None"]
    stream: Callable[[str], str]
    key: str


@dataclass(slots=True)
class Report:
    """What was done, or would be. `findings` {line, column, value, code}; with one of them nothing is taken."""

    rows: int = 0
    imported: int = 0
    unchanged: int = 0
    findings: list[Payload] = field(default_factory=list)

    def payload(self) -> Payload:
        return {name: getattr(self, name) for name in ("rows", "imported", "unchanged", "findings")}


def take(plant: Plant, what: str, data: bytes, person: str, dry_run: bool) -> Report:
    """Look at every row and, unless `dry_run` or something is wrong with one of them, record those that say something
    new, all in one transaction. PestleError `table_unreadable`, `table_too_long`, and what the door refuses."""
    table = TABLES[what]
    columns, rows = read(data)
    report = Report(rows=len(rows))
    report.findings += [_finding(1, name, "", "column_missing") for name in table.needed if name not in columns]
    report.findings += [
        _finding(1, name, "", "column_unknown") for name in columns if name not in (*table.needed, *table.others)
    ]
    if report.findings:
        return report
    facts = _facts(plant, table, rows, person, report)
    report.imported = 0 if report.findings else len(facts)
    if facts and not report.findings and not dry_run:
        plant.recorder.state(*facts)
    return report


def _facts(plant: Plant, table: Table, rows: list[tuple[int, Row]], person: str, report: Report) -> list[Fact]:
    facts, seen = [], set[str]()
    with plant.engine.connect() as connection:
        for line, row in rows:
            empty = [name for name in table.needed if not row.get(name)]
            report.findings += [_finding(line, name, "", "cell_missing") for name in empty]
            if BEYOND in row:
                report.findings.append(_finding(line, BEYOND, row[BEYOND], "cell_beyond"))
            if empty or BEYOND in row:
                continue
            if row["code"] in seen:
                report.findings.append(_finding(line, "code", row["code"], "twice"))
            seen.add(row["code"])
            payload = table.payload(row)
            wrong = _misshapen(plant, table, payload) or table.judge(connection, payload)
            if wrong is None:
                report.unchanged += 1
            elif wrong:
                report.findings += [_finding(line, name, row.get(name, ""), code) for name, code in wrong]
            else:
                key = payload[table.key]
                facts.append(Fact(table.kind, table.stream(key), payload, subject=key, actor=person))
    return facts


def _finding(line: int, column: str, value: str, code: str) -> Payload:
    return {"line": line, "column": column, "value": value[:80], "code": code}


def _misshapen(plant: Plant, table: Table, payload: Payload) -> list[Wrong]:
    """What the kind itself does not take: by the names of its fields, which are those of the columns or near them."""
    names = {table.key: "code", "name": "name_zh", "contacts": "contact"}
    return [(names.get(name, name), "cell_wrong") for name in plant.registry.problems(table.kind, payload)]


def _name(row: Row) -> Payload:
    return {"zh": row["name_zh"], "en": row["name_en"]}


def _material(row: Row) -> Payload:
    return {"material": row["code"], "name": _name(row), "type": row["type"].lower(), "unit": row["unit"]}


def _supplier(row: Row) -> Payload:
    contact = {"name": row.get("contact"), "phone": row.get("phone") or None, "email": row.get("email") or None}
    contacts = [contact] if any(contact.values()) else []
    return {"supplier": row["code"], "name": _name(row), "address": row["address"], "contacts": contacts}


def _judge_material(connection: Connection, payload: Payload) -> list[Wrong] | None:
    """None where the register says the same already."""
    code, unit = payload["material"], payload["unit"]
    if not units.known(unit):
        return [("unit", "unit_unknown")]
    known = queries.register(connection).get(code)
    if known == {name: payload[name] for name in ("name", "type", "unit")}:
        return None
    if versions.in_force(versions.versions_of(connection, code)) is not None:
        return [("code", "has_versions")]
    if known is not None and units.known(known["unit"]) and units.ratio(known["unit"], unit) is None:
        return [("unit", "unit_other")]
    return []


def _judge_supplier(connection: Connection, payload: Payload) -> list[Wrong] | None:
    known = known_suppliers.find(connection, payload["supplier"])
    if known is None:
        return []
    said = (dict(known.name), known.address, [*known.contacts])
    return None if said == (payload["name"], payload["address"], payload["contacts"]) else []


TABLES: Mapping[str, Table] = {
    MATERIALS: Table(
        masters.DEFINED_KIND,
        ("code", "name_zh", "name_en", "type", "unit"),
        (),
        _material,
        _judge_material,
        masters.stream,
        "material",
    ),
    SUPPLIERS: Table(
        suppliers.REGISTERED,
        ("code", "name_zh", "name_en", "address"),
        ("contact", "phone", "email"),
        _supplier,
        _judge_supplier,
        suppliers.stream,
        "supplier",
    ),
}
