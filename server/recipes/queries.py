"""Reads of recipes: what is approved, what waits, and what the registers say of a version."""

from collections.abc import Callable, Collection
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, func, or_, select

from server.engines.flows import queries as flows
from server.equipment import queries as equipment
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.recipes import model
from server.recipes.findings import Registers
from server.recipes.model import Draft, Recipe, Version
from server.recipes.projection import draft, recipe, version
from sync.log import transaction
from sync.log.prepared import Prepared

# The tests that give a number for a material at receipt, None where nothing says what it must be: specifications stand
# above, so they are handed in.
TESTS: list[Callable[[Connection, str], Collection[str] | None]] = []


# Asked of every step of an order.
_one = Prepared(select(recipe).where(recipe.c.recipe == bindparam("recipe"), recipe.c.version == bindparam("version")))
_come = or_(recipe.c.first_day.is_(None), recipe.c.first_day <= bindparam("day"))
_effective = Prepared(select(func.max(recipe.c.version)).where(recipe.c.recipe == bindparam("recipe"), _come))


def find_recipe(connection: Connection, code: str, number: int) -> Recipe | None:
    row = transaction.first_named(connection, _one, {"recipe": code, "version": number})
    return None if row is None else _recipe(row)


def effective(connection: Connection, code: str, day: str) -> int | None:
    """The version that orders go by on a day (YYYY-MM-DD): the newest that is approved and whose day has come; as
    `rules.effective`."""
    found: int | None = transaction.rows(connection, _effective, {"recipe": code, "day": day})[0][0]
    return found


def all_versions(connection: Connection, code: str | None = None) -> dict[str, list[Version]]:
    """The versions of each recipe, the newest first; of one alone where a code is given."""
    approved, submitted = select(recipe), select(version)
    if code is not None:
        approved, submitted = approved.where(recipe.c.recipe == code), submitted.where(version.c.recipe == code)
    found = {(row.recipe, row.version): _as_approved(row) for row in connection.execute(approved)}
    found |= {(row.recipe, row.version): _version(row) for row in connection.execute(submitted)}
    by_code: dict[str, list[Version]] = {}
    for (name, _), one in sorted(found.items(), key=lambda item: (item[0][0], -item[0][1])):
        by_code.setdefault(name, []).append(one)
    return by_code


def find_version(connection: Connection, code: str, number: int) -> Version | None:
    return next((one for one in all_versions(connection, code).get(code, []) if one.version == number), None)


def next_version(connection: Connection, code: str) -> int:
    """The number of whatever is submitted next."""
    versions = all_versions(connection, code).get(code)
    return versions[0].version + 1 if versions else 1


def registers(connection: Connection, content: Any) -> Registers:
    """What a version is held against, of whatever shape it is."""
    pieces = equipment.all_equipment(connection)
    rooms = {room for area in identity.all_areas(connection) for room in area.places}
    return Registers(
        units=materials.units(connection),
        links={code: masters.links(connection, code) for code in _weighed(content)},
        tests={code: found for code in _weighed(content) if (found := _tests(connection, code)) is not None},
        equipment={one.equipment: one.location for one in pieces},
        class_of={one.equipment: one.class_ for one in pieces},
        classes=frozenset(one.class_ for one in pieces),
        signals=equipment.signals(connection),
        rooms=frozenset(rooms | {one.location for one in pieces if one.location}),
    )


def _weighed(content: Any) -> set[str]:
    phases = _among(content, "phases")
    lines = [line for phase in phases for line in _among(phase, "lines")]
    listed = _among(content, "materials")
    return {code for one in (*phases, *lines, *listed) if isinstance(code := one.get("material"), str)}


def _among(one: Any, name: str) -> list[dict[str, Any]]:
    inner = one.get(name) if isinstance(one, dict) else None
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else []


def _tests(connection: Connection, material: str) -> frozenset[str] | None:
    known = [found for one in TESTS if (found := one(connection, material)) is not None]
    return frozenset(test for tests in known for test in tests) if known else None


def class_of(connection: Connection, code: str) -> str | None:
    """The class of a piece of equipment; None where the register has it not."""
    return next((one.class_ for one in equipment.all_equipment(connection) if one.equipment == code), None)


def instance_of(connection: Connection, one: Version) -> str | None:
    """The flow in which a version is, or was, approved."""
    if one.instance is not None or one.state != model.SUBMITTED:
        return one.instance
    row = flows.running_about(connection, model.APPROVAL, model.subject_of(one.recipe, one.version))
    return None if row is None else str(row.instance)


def draft_of(connection: Connection, code: str) -> Draft | None:
    row = connection.execute(select(draft).where(draft.c.recipe == code)).first()
    return None if row is None else _draft(row)


def drafts(connection: Connection) -> list[Draft]:
    return [_draft(row) for row in connection.execute(select(draft).order_by(draft.c.recipe))]


def _draft(row: Row[Any]) -> Draft:
    return Draft(row.recipe, row.revision, orjson.loads(row.content), row.saved_by, row.saved_at)


def choices(connection: Connection) -> dict[str, Any]:
    """What a recipe may name: {materials: [{code, name, unit}], equipment: [{code, name, class, room}], rooms}."""
    known = registers(connection, None)
    listed = materials.register(connection).items()
    pieces = equipment.all_equipment(connection)
    return {
        "materials": [{"code": code, "name": one["name"], "unit": one["unit"]} for code, one in listed],
        "equipment": [
            {"code": one.equipment, "name": dict(one.name), "class": one.class_, "room": one.location} for one in pieces
        ],
        "rooms": sorted(known.rooms),
    }


def _recipe(row: Any) -> Recipe:
    return Recipe(row.recipe, row.version, row.hash, orjson.loads(row.payload), row.first_day)


def _version(row: Row[Any]) -> Version:
    return Version(**(dict(row._mapping) | {"payload": orjson.loads(row.payload)}))


def _as_approved(row: Row[Any]) -> Version:
    """A version of before there were submissions, whose approval says who signed it."""
    given = orjson.loads(row.payload)
    signed = {one["meaning"]: one for one in given["signatures"]} if "signatures" in given else {}
    prepared, approved = signed.get("prepared", {}), signed.get("approved", {})
    return Version(
        row.recipe,
        row.version,
        row.hash,
        model.content_of(given),
        model.IN_FORCE,
        prepared.get("person"),
        prepared.get("at"),
        decided_by=approved.get("person"),
        decided_at=approved.get("at"),
    )


def products(connection: Connection) -> dict[str, dict[str, str]]:
    """The names of what the approved recipes make, by code."""
    rows = connection.execute(select(recipe.c.payload).order_by(recipe.c.recipe, recipe.c.version)).scalars()
    made = [orjson.loads(text)["product"] for text in rows]
    return {one["code"]: one["name"] for one in made}


def in_force(connection: Connection, day: str) -> list[Recipe]:
    """Of each recipe the version that is effective on a day (YYYY-MM-DD), in the order of their codes."""
    query = select(recipe).where(_come).order_by(recipe.c.recipe, recipe.c.version)
    rows = connection.execute(query, {"day": day})
    return list({row.recipe: _recipe(row) for row in rows}.values())


def coming_days(connection: Connection, day: str) -> list[str]:
    """The days after this one (YYYY-MM-DD) on which a version becomes effective."""
    query = select(recipe.c.first_day).where(recipe.c.first_day > day).distinct()
    return sorted(connection.execute(query).scalars())


def sizes(connection: Connection) -> dict[str, set[str]]:
    """The units in which approved recipes, whatever their version, say how much of a product they make."""
    found: dict[str, set[str]] = {}
    for text in connection.execute(select(recipe.c.payload)).scalars():
        given = orjson.loads(text)
        found.setdefault(given["product"]["code"], set()).add(given["size"]["unit"])
    return found
