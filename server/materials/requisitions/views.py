"""The HTTP interface of requisitions: list, look, raise; and the register of materials that they are raised from."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.flows import queries as flows
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.materials import queries as materials
from server.materials.purchasing import queries as ordering
from server.materials.requisitions import model, queries, shapes
from server.materials.requisitions.model import Requisition

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("requisitions", __name__, url_prefix="/api", description="What is asked to be bought")
_SEES = ("lot.read", "log.read")
_ATTEMPTS = 5


@blueprint.get("/materials")
@require(*_SEES)
def register() -> Answer:
    """All materials of the register, by code, each with its unit."""
    with plant.current().engine.connect() as connection:
        names, units = materials.all_names(connection), materials.units(connection)
    return {"items": [{"code": code, "name": name, "unit": units[code]} for code, name in names.items()]}


@blueprint.get("/requisitions")
@require(*_SEES)
@blueprint.arguments(shapes.RequisitionsQuery, location="query")
def listing(query: Body) -> Answer:
    """Requisitions, the open ones first, then the newest."""
    with plant.current().engine.connect() as connection:
        found, total = queries.listed(connection, query["state"], query["q"].strip(), query["offset"], query["limit"])
        return {"items": _shown(connection, found), "total": total}


@blueprint.get("/requisitions/<number>")
@require(*_SEES)
def show(number: str) -> Answer:
    """One requisition with its lines, the flow that decides on it and its orders. PestleError `requisition_unknown`."""
    return _page(number)


@blueprint.post("/requisitions")
@require(model.RAISES)
@blueprint.arguments(shapes.RequisitionBody)
@blueprint.response(201)
def raise_(body: Body) -> Answer:
    """Ask for materials to be bought; its flow begins. PestleError `requisition_material_unknown`,
    `requisition_quantity_wrong`."""
    return _page(_raise(body, current_person().id))


def _raise(body: Body, person: str) -> str:
    """The number under which it stands: another may take the same one at the same moment, then the next is free."""
    here = plant.current()
    for attempt in range(_ATTEMPTS):
        with here.engine.connect() as connection:
            number = queries.next_number(connection, clock.now_text())
        payload = {"requisition": number, "lines": body["lines"], "reason": body["reason"]}
        try:
            here.recorder.state(Fact(model.RAISED, model.stream(number), payload, subject=number, actor=person))
            break
        except PestleError as error:
            if error.code != "requisition_number_wrong" or attempt == _ATTEMPTS - 1:
                raise
    return number


def _page(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = queries.find(connection, number)
        if found is None:
            raise PestleError("requisition_unknown", {"requisition": number})
        running = flows.last_about(connection, model.FLOW, model.subject(number))
        shown = _shown(connection, [found])[0] | {"instance": None if running is None else running.instance}
        open_ = any(asked == number for asked, _ in ordering.wanted_of(connection, [number]))
        return shown | {"orders": ordering.orders_for(connection, number), "wanted": open_}


def _shown(connection: Connection, found: Sequence[Requisition]) -> list[Answer]:
    people = identity.people(connection, {who for one in found for who in (one.raised_by, one.decided_by) if who})
    names = materials.material_names(connection, {line.material for one in found for line in one.lines})
    return [
        {
            "requisition": one.number,
            "state": one.state,
            "reason": one.reason,
            "raised_by": people.get(one.raised_by),
            "raised_at": one.raised_at,
            "decided_by": people.get(one.decided_by or ""),
            "decided_at": one.decided_at,
            "decided_reason": one.decided_reason,
            "lines": [
                {
                    "material": line.material,
                    "name": names.get(line.material),
                    "quantity": dict(line.quantity),
                    "needed_by": line.needed_by,
                    "note": line.note,
                }
                for line in one.lines
            ],
        }
        for one in found
    ]
