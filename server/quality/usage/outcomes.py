"""Reads of what became of lots that were sampled by ISO 2859-1: what its switching rules count."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, exists, func, select

from server.materials import queries as materials
from server.materials.model import DECIDED
from server.quality.inspection import plans, switching
from server.quality.inspection.projection import inspection
from server.quality.inspection.switching import Event, Standing
from server.quality.usage.projection import decision, resumed


def standing(connection: Connection, material: str, supplier: str | None, before: int | None = None) -> Standing:
    """How lots of a material from a supplier are inspected, now or `before` a place in the log; of lots of which nobody
    knows who delivered them, normally."""
    if supplier is None:
        return Standing()
    events = [*_decided(connection, material, supplier), *_resumed(connection, material, supplier)]
    return switching.standing(
        sorted((one for one in events if before is None or one.index < before), key=lambda one: one.index)
    )


def plan_for(connection: Connection, asked: Mapping[str, Any], material: str, supplier: str | None) -> dict[str, Any]:
    """{specification, version, plan} as it is asked of a lot of this supplier now."""
    if not switching.switches(asked["plan"]):
        return dict(asked)
    return {**asked, "plan": switching.resolved(asked["plan"], standing(connection, material, supplier))}


def _decided(connection: Connection, material: str, supplier: str) -> list[Event]:
    """The first decision of each lot that was to be sampled by the standard: what comes later is no original
    inspection. A lot with restrictions was not accepted."""
    first = select(decision.c.lot, func.min(decision.c.idx).label("idx")).where(decision.c.material == material)
    firsts = first.where(decision.c.status.in_(DECIDED)).group_by(decision.c.lot).subquery()
    iso = exists().where(
        inspection.c.material == decision.c.material,
        inspection.c.lot == decision.c.lot,
        inspection.c.idx < decision.c.idx,
        inspection.c.sampling.contains(f'"rule":"{plans.ISO2859}"', autoescape=True),
    )
    query = select(decision.c.idx, decision.c.lot, decision.c.status).join(firsts, firsts.c.idx == decision.c.idx)
    rows = connection.execute(query.where(iso).order_by(decision.c.idx)).all()
    ours = materials.lots_from(connection, material, supplier)
    return [Event(row.idx, row.lot, row.status == "released") for row in rows if row.lot in ours]


def _resumed(connection: Connection, material: str, supplier: str) -> list[Event]:
    query = select(resumed.c.idx).where(resumed.c.material == material, resumed.c.supplier == supplier)
    return [Event(index, "", None) for index in connection.execute(query).scalars()]
