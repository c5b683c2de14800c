"""Reads of recipes: what is approved, what waits, and what the registers say of a version."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from server.engines.flows import queries as flows
from server.equipment import queries as equipment
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.recipes import model
from server.recipes.checking import Registers
from server.recipes.model import Recipe, Version
from server.recipes.projection import recipe, version


def find_recipe(connection: Connection, code: str, number: int) -> Recipe | None:
    row = connection.execute(select(recipe).where(recipe.c.recipe == code, recipe.c.version == number)).first()
    return None if row is None else _recipe(row)


def effective(connection: Connection, code: str) -> int | None:
    """The approved version that orders are planned by: the newest."""
    newest: int | None = connection.execute(select(func.max(recipe.c.version)).where(recipe.c.recipe == code)).scalar()
    return newest


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
        equipment={one.equipment: one.location for one in pieces},
        classes=frozenset(one.class_ for one in pieces),
        rooms=frozenset(rooms | {one.location for one in pieces if one.location}),
    )


def _weighed(content: Any) -> set[str]:
    phases = content.get("phases") if isinstance(content, dict) else None
    named = [one.get("material") for one in phases if isinstance(one, dict)] if isinstance(phases, list) else []
    return {code for code in named if isinstance(code, str)}


def instance_of(connection: Connection, one: Version) -> str | None:
    """The flow in which a version is, or was, approved."""
    if one.instance is not None or one.state != model.SUBMITTED:
        return one.instance
    row = flows.running_about(connection, model.APPROVAL, model.subject_of(one.recipe, one.version))
    return None if row is None else str(row.instance)


def _recipe(row: Row[Any]) -> Recipe:
    return Recipe(row.recipe, row.version, row.hash, orjson.loads(row.payload))


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
