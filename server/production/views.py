"""The HTTP interface of orders: list, plan, withdraw, release."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection, Row

from server.core import plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.flows import queries as flows
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.production import control_recipe, model, ordering, orders, shapes
from server.production.numbers import giving
from server.production.numbers import queries as numbers
from server.recipes import queries as recipes
from server.recipes.model import Recipe, is_master

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("orders", __name__, url_prefix="/api/orders", description="Batch orders")


@blueprint.get("")
@require("batch.read")
def listing() -> Answer:
    """All orders that were planned, those that wait first. `by_flow`: whether the plant releases them by a flow."""
    with plant.current().engine.connect() as connection:
        rows = orders.all_orders(connection)
        people = identity.people(connection, {one for row in rows for one in (row.planned_by, row.decided_by)})
        items = [_order(connection, row, people) for row in rows]
        by_flow = flows.is_enabled(connection, model.ORDER_FLOW)
    return {"items": items, "total": len(items), "by_flow": by_flow}


@blueprint.get("/<batch>")
@require("batch.read")
def show(batch: str) -> Answer:
    """One order. PestleError `order_not_planned`."""
    return _shown(batch)


def _shown(batch: str) -> Answer:
    with plant.current().engine.connect() as connection:
        row = _known(connection, batch)
        people = identity.people(connection, {row.planned_by, row.decided_by})
        by_flow = flows.is_enabled(connection, model.ORDER_FLOW)
        return _order(connection, row, people) | {"by_flow": by_flow}


@blueprint.post("")
@require(model.ORDERS)
@blueprint.arguments(shapes.OrderPlan)
@blueprint.response(201)
def plan(body: Body) -> Answer:
    """Plan a batch by the version of a recipe that is in force, numbered by the rule or as it is typed. PestleError
    `batch_known`, `batch_number_unexplained`, `recipe_not_effective`, `order_lots_wrong`."""
    here, person = plant.current(), current_person().id
    with here.engine.connect() as connection:
        recipe = recipes.find_recipe(connection, body["recipe"], body["version"])
        before = None if body["batch"] is None else orders.find_order(connection, body["batch"])
    if recipe is None:
        raise PestleError("recipe_unknown", {"recipe": body["recipe"], "version": body["version"]})
    product, day = recipe.payload["product"]["code"], body["planned_start"]

    def planned(batch: str) -> Fact:
        said = {**body, "batch": batch, "recipe_hash": recipe.hash}
        del said["number_reason"]
        return Fact(model.ORDER_PLANNED, model.order_stream(batch), said, subject=batch, actor=person)

    if body["batch"] is None:
        [batch] = giving.next_numbers(here, product, day, 1, person, lambda found: [planned(found[0])])
        return _shown(batch)
    # A number whose order was given up is still that order's.
    given = [] if before is not None else [_typed(body, product, person)]
    here.recorder.state(*given, planned(body["batch"]))
    return _shown(body["batch"])


def _typed(body: Body, product: str, person: str) -> Fact:
    if body["number_reason"] is None:
        raise PestleError("batch_number_unexplained", {"batch": body["batch"]})
    return giving.typed(body["batch"], product, body["planned_start"], body["number_reason"], person)


@blueprint.post("/<batch>/release")
@require(model.ORDERS)
def release(batch: str) -> Answer:
    """Release an order where the plant does so without a flow. PestleError `order_not_planned`, `order_in_flow`,
    `recipe_not_effective`."""
    here = plant.current()
    with here.engine.connect() as connection:
        row = _known(connection, batch)
        recipe = recipes.find_recipe(connection, row.recipe, row.version)
    if row.state != model.PLANNED or recipe is None:
        raise PestleError("order_not_planned", {"batch": batch})
    here.recorder.state(ordering.released(row, recipe, current_person().id))
    return _shown(batch)


@blueprint.post("/<batch>/withdraw")
@require(model.ORDERS)
@blueprint.arguments(shapes.OrderReason)
def withdraw(body: Body, batch: str) -> Answer:
    """Give up an order that waits for no flow. PestleError `order_not_planned`, `order_in_flow`."""
    return _state(model.ORDER_WITHDREW, batch, {"batch": batch, "reason": body["reason"], "instance": None})


def _state(kind: str, batch: str, payload: Body) -> Answer:
    fact = Fact(kind, model.order_stream(batch), payload, subject=batch, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _shown(batch)


def _known(connection: Connection, batch: str) -> Row[Any]:
    row = orders.find_order(connection, batch)
    if row is None:
        raise PestleError("order_not_planned", {"batch": batch})
    return row


def _order(connection: Connection, row: Row[Any], people: Mapping[str, Any]) -> Answer:
    recipe = recipes.find_recipe(connection, row.recipe, row.version)
    last = flows.last_about(connection, model.ORDER_FLOW, model.order_stream(row.batch))
    number, size = numbers.find_number(connection, row.batch), {"value": row.size_value, "unit": row.size_unit}
    return {
        "batch": row.batch,
        "recipe": row.recipe,
        "version": row.version,
        "product": None if recipe is None else recipe.payload["product"],
        "size": size,
        "lots": orders.lots_of(row),
        "planned_start": row.planned_start,
        "state": row.state,
        "by": people[row.planned_by],
        "at": row.planned_at,
        "decided_by": people[row.decided_by] if row.decided_by else None,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "instance": last and last.instance,
        "number": number and number.payload(),
        "materials": _bill(recipe, size),
    }


def _bill(recipe: Recipe | None, size: Mapping[str, str]) -> list[Body]:
    """The bill of materials for the size of an order, as its release freezes it; of a recipe of before the third form,
    whose amounts stand in its phases for any size, what these weigh."""
    if recipe is None:
        return []
    if not is_master(recipe.payload):
        weighed = _weighed(recipe.payload)
        return [{**one, "quantity": weighed.get(one["material"])} for one in recipe.payload["materials"]]
    lines: list[Body] = control_recipe.frozen(recipe.payload, size)["materials"]
    return lines


def _weighed(content: Body) -> dict[str, dict[str, str]]:
    """By material what one phase or line weighs of it; none of what several do."""
    phases = [one for one in content["phases"] if one["type"] == "weighing"]
    lines = [line for one in content["phases"] if one["type"] == "dispensing" for line in one["lines"]]
    every = [one for one in (*phases, *lines) if one["target"] is not None]
    codes = [one["material"] for one in every]
    return {
        one["material"]: {"value": one["target"], "unit": one["unit"]}
        for one in every
        if codes.count(one["material"]) == 1
    }
