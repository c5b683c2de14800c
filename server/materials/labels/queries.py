"""Reads of label designs, those that come with the program among them, and of what was printed."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from server.core import days
from server.core.zones import Zones
from server.materials.labels import model
from server.materials.labels.model import Print, Version
from server.materials.labels.projection import printed, template
from server.materials.model import Lot
from server.materials.suppliers import queries as suppliers

# The status of a lot on its label, in Chinese and English.
STATUSES = {
    "quarantine": ("待验", "QUARANTINE"),
    "released": ("合格", "RELEASED"),
    "rejected": ("不合格", "REJECTED"),
    "restricted": ("限制使用", "RESTRICTED"),
    "expired": ("已过期", "EXPIRED"),
    "retest_due": ("待复验", "RETEST DUE"),
    "historical": ("历史批", "HISTORICAL"),
}


@cache
def delivered() -> Mapping[str, Version]:
    """What comes with the program, by code: in force until a plant has a version of its own approved."""
    found = {}
    for path in sorted((resources.files("server.materials.labels") / "delivered").iterdir(), key=lambda one: one.name):
        if path.name.endswith(".json"):
            code, given = path.name.removesuffix(".json"), orjson.loads(path.read_bytes())
            sha256 = model.digest({"template": code, "version": 0, **given})
            given["elements"] = tuple(given["elements"])
            found[code] = Version(template=code, version=0, sha256=sha256, state=model.APPROVED, **given)
    return found


def all_versions(connection: Connection) -> dict[str, list[Version]]:
    """By template, each with its versions, the first first."""
    found = {code: [one] for code, one in delivered().items()}
    for row in connection.execute(select(template).order_by(template.c.template, template.c.version)):
        found.setdefault(row.template, []).append(_version(row))
    return found


def versions_of(connection: Connection, code: str) -> list[Version]:
    return all_versions(connection).get(code, [])


def in_force(versions: Iterable[Version]) -> Version | None:
    """The version that was approved last."""
    return next((one for one in reversed(list(versions)) if one.state == model.APPROVED), None)


def waiting(connection: Connection) -> list[Version]:
    """Versions that wait for a decision, the oldest first."""
    query = select(template).where(template.c.state == model.SUBMITTED).order_by(template.c.submitted_at)
    return [_version(row) for row in connection.execute(query)]


def designs_for(connection: Connection, what: str) -> list[Version]:
    """The designs in force for a thing, a plant's own before those that came with the program."""
    found = (in_force(versions) for versions in all_versions(connection).values())
    fit = [one for one in found if one is not None and one.what == what]
    return sorted(fit, key=lambda one: (one.version == 0, one.template))


def find_version(connection: Connection, code: str, number: int) -> Version | None:
    return next((one for one in versions_of(connection, code) if one.version == number), None)


def copies(connection: Connection, what: str, names: Iterable[str]) -> dict[str, int]:
    """How many labels each of these things has had; nothing of one that has none."""
    c = printed.c
    query = select(c.about, func.max(c.copy).label("copies")).where(c.what == what, c.about.in_(set(names)))
    return {row.about: row.copies for row in connection.execute(query.group_by(c.about))}


def of_request(connection: Connection, request: str) -> list[Print]:
    """What one request has printed, in the order of the log."""
    query = select(printed).where(printed.c.request == request).order_by(printed.c.idx)
    return [_print(row) for row in connection.execute(query)]


def prints_of(connection: Connection, what: str, about: str) -> list[Print]:
    """All labels that a thing has had, the first first."""
    query = select(printed).where(printed.c.what == what, printed.c.about == about).order_by(printed.c.copy)
    return [_print(row) for row in connection.execute(query)]


def _version(row: Row[Any]) -> Version:
    own = ("name", "elements")
    same = {name: getattr(row, name) for name in Version.__slots__ if name not in own}
    name = {"zh": row.name_zh, "en": row.name_en}
    return Version(name=name, elements=tuple(orjson.loads(row.elements)), **same)


def _print(row: Row[Any]) -> Print:
    same = {name: getattr(row, name) for name in Print.__slots__ if name != "fields"}
    return Print(fields=model.of_pairs(orjson.loads(row.fields)), **same)


def companies(connection: Connection) -> dict[str, str]:
    """What labels call suppliers, by code."""
    return {code: one.name["zh"] for code, one in suppliers.all_suppliers(connection).items()}


def named_lot(connection: Connection, lot: Lot) -> dict[str, str]:
    """What labels of all that is of a lot say of it, but for its status."""
    said = of_lot(lot, companies(connection), days.zones(connection))
    return {name: text for name, text in said.items() if not name.startswith("status_")}


def of_lot(lot: Lot, known: Mapping[str, str], zones: Zones) -> dict[str, str]:
    """What labels of all that is of a lot say of it; `zones`: by which calendar it came on a day."""
    name = lot.name or {"zh": lot.material, "en": lot.material}
    said = {"material": lot.material, "name_zh": name["zh"], "name_en": name["en"], "lot": lot.lot}
    said |= {"supplier": known.get(lot.supplier or "", lot.supplier or ""), "supplier_lot": lot.supplier_lot or ""}
    said |= {"expiry": lot.expiry or "", "retest": lot.retest or "", "received": zones.day(lot.received_at)}
    return {key: text for key, text in said.items() if text} | status(lot.status)


def status(code: str) -> dict[str, str]:
    zh, en = STATUSES.get(code, (code, code))
    return {"status_zh": zh, "status_en": en}
