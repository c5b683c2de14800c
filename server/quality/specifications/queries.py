"""Reads of specifications: versions and their states, and which one judges a result."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from server.materials import queries as materials
from server.quality.model import subject_of
from server.quality.specifications import model
from server.quality.specifications.model import Specification, Test
from server.quality.specifications.projection import specification
from server.recipes import queries as recipes
from sync.log import transaction
from sync.log.prepared import Prepared

# What a batch is of: its room stands beside this one, so it is handed in.
# Asked of every result, inspection and decision.
_effective = Prepared(
    select(specification)
    .where(specification.c.material == bindparam("material"), specification.c.stage == bindparam("stage"))
    .where(specification.c.first_day <= bindparam("day"))
    .order_by(specification.c.version.desc())
    .limit(1)
)
PRODUCTS: list[Callable[[Connection, str], str | None]] = []


def versions_of(connection: Connection, code: str) -> list[Specification]:
    """The first version first; none of a specification that is not known."""
    query = select(specification).where(specification.c.specification == code).order_by(specification.c.version)
    return [_specification(row) for row in connection.execute(query)]


def all_versions(connection: Connection) -> dict[str, list[Specification]]:
    """By specification, each with its versions."""
    found: dict[str, list[Specification]] = {}
    for row in connection.execute(
        select(specification).order_by(specification.c.specification, specification.c.version)
    ):
        found.setdefault(row.specification, []).append(_specification(row))
    return found


def find_version(connection: Connection, code: str, number: int) -> Specification | None:
    here = (specification.c.specification == code) & (specification.c.version == number)
    row = connection.execute(select(specification).where(here)).first()
    return None if row is None else _specification(row)


def in_force(versions: list[Specification], day: str) -> Specification | None:
    """Of one specification's versions the one that judges on a day (YYYY-MM-DD)."""
    return next((one for one in reversed(versions) if one.effective(day)), None)


def effective(connection: Connection, material: str, stage: str, day: str) -> Specification | None:
    """The version that judges results of a material or product at a stage on a day (YYYY-MM-DD)."""
    row = transaction.first_named(connection, _effective, {"material": material, "stage": stage, "day": day})
    return None if row is None else _specification(row)


def effective_for(connection: Connection, stream: str, stage: str, day: str) -> Specification | None:
    """The version that judges results in the stream of a batch or of a lot."""
    batch, material, _ = subject_of(stream)
    if batch is not None:
        material = next((code for code in (one(connection, batch) for one in PRODUCTS) if code is not None), None)
    return None if material is None else effective(connection, material, stage, day)


def taken_by(connection: Connection, material: str, stage: str) -> str | None:
    """The code of the specification that there is of a material at a stage, and is or was in force or waits."""
    here = (specification.c.material == material) & (specification.c.stage == stage)
    query = select(specification.c.specification).where(here, specification.c.state != model.RETURNED)
    code: str | None = connection.execute(query.limit(1)).scalar()
    return code


def names(connection: Connection) -> dict[str, dict[str, str]]:
    """All that a specification may be of, by code: materials of the register, and products of recipes."""
    return recipes.products(connection) | materials.all_names(connection)


def _specification(row: Any) -> Specification:
    tests = tuple(Test.of(one) for one in orjson.loads(row.tests))
    made: dict[str, Any] = {"name": {"zh": row.name_zh, "en": row.name_en}, "tests": tests}
    made["sampling"] = None if row.sampling is None else orjson.loads(row.sampling)
    return Specification(**made, **{name: getattr(row, name) for name in Specification.__slots__ if name not in made})


def numbers_at_receipt(connection: Connection, material: str) -> set[str] | None:
    """The tests that give a number in any version of the material's specification at receipt, be it that it waits; None
    where there is none."""
    here = (specification.c.material == material) & (specification.c.stage == "incoming")
    query = select(specification.c.tests).where(here, specification.c.state != model.RETURNED)
    rows = [orjson.loads(text) for text in connection.execute(query).scalars()]
    return {test["code"] for tests in rows for test in tests if test["kind"] == "numeric"} if rows else None
