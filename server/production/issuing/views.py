"""The HTTP interface of issuing: what a batch needs, give it containers, bring them to it, take them back."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import days, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity.access import current_person, require
from server.materials.stock import queries as stock
from server.production import model, queries
from server.production.issuing import queries as issuing
from server.production.issuing import shapes
from server.production.issuing.model import ALLOCATED, ISSUED, ISSUES, RETURNED

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("issuing", __name__, url_prefix="/api/batches", description="Material for batches")


@blueprint.get("/<batch>/materials")
@require("batch.read")
def show(batch: str) -> Answer:
    """What the batch needs of each material, what it was given and brought, what comes next, and what is left over.
    PestleError `batch_unknown`."""
    return _shown(batch)


@blueprint.post("/<batch>/materials/allocate")
@require(model.ORDERS, ISSUES)
@blueprint.arguments(shapes.GiveContainersBody)
def allocate(body: Body, batch: str) -> Answer:
    """Give containers to the batch, all or none. PestleError `allocation_departs` where another ends first and no
    reason is given, `allocation_beyond` where the batch has enough."""
    return _state(ALLOCATED, batch, {"containers": [dict(one) for one in body["containers"]]})


@blueprint.post("/<batch>/materials/issue")
@require(model.ORDERS, ISSUES)
@blueprint.arguments(shapes.IssueContainerBody)
def issue(body: Body, batch: str) -> Answer:
    """Bring one container to the batch. PestleError `container_not_allocated`, `container_not_fit`,
    `container_issued`."""
    with plant.current().engine.connect() as connection:
        one = stock.find_standing(connection, body["container"], days.today(connection))
    if one is None:
        raise PestleError("container_unknown", {"container": body["container"]})
    said = {"material": one.material, "lot": one.lot, "held": dict(one.held)}
    return _state(ISSUED, batch, {**body, **said})


@blueprint.post("/<batch>/materials/return")
@require(model.ORDERS, ISSUES)
@blueprint.arguments(shapes.ReturnContainerBody)
def take_back(body: Body, batch: str) -> Answer:
    """Take a container back with what is in it now. PestleError `container_not_issued`, `return_too_much`,
    `container_out` while a tablet works on the batch."""
    return _state(RETURNED, batch, dict(body))


def _state(kind: str, batch: str, said: Answer) -> Answer:
    payload, subject = {"batch": batch, **said}, said.get("container")
    fact = Fact(kind, model.batch_stream(batch), payload, subject=subject, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _shown(batch)


def _shown(batch: str) -> Answer:
    with plant.current().engine.connect() as connection:
        line = queries.batch_line(connection, batch)
        if line is None:
            raise PestleError("batch_unknown", {"batch": batch})
        items = issuing.materials_of(connection, batch, days.today(connection))
    return {"batch": batch, "product": line.product, "status": line.status, "items": items}
