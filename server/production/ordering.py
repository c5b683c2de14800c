"""How a batch comes to be ordered: planned by an approved recipe, and released at once or by a flow."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import queries as flows
from server.engines.flows import starting
from server.materials import queries as materials
from server.production import control_recipe, model, orders, queries
from server.production.numbers import queries as numbers
from server.production.numbers import rules as numbering
from server.recipes import queries as recipes
from server.recipes import scaling
from server.recipes.model import Recipe, is_master


def decide_plan(connection: Connection, entry: Entry) -> Ruling:
    """A number that is free, the version in force that day or at the planned start, lots of its materials; with it its
    flow begins where the plant has put that to use."""
    given, batch = entry.payload, {"batch": entry.payload["batch"]}
    planned = orders.find_order(connection, given["batch"])
    if queries.batch_line(connection, given["batch"]) is not None or (planned and planned.state == model.PLANNED):
        return Ruling(refusal="batch_known", details=batch)
    # Its release asks again; what is planned ahead may go by a version that will be effective then.
    today = days.captured(connection, entry)
    recipe = _in_force(connection, given, today) or _in_force(connection, given, given["planned_start"])
    if recipe is None:
        return _not_in_force(given)
    number = numbers.find_number(connection, given["batch"])
    # An order of before there were numbers keeps the one that it had.
    begun = planned is None and numbers.begun(connection)
    code = numbering.plan_refused(begun, number.product if number else None, recipe.payload["product"]["code"])
    if code is not None:
        return Ruling(refusal=code, details=batch)
    unfit = _size_wrong(recipe.payload, given["size"])
    if unfit is not None:
        return unfit
    wrong = lots_wrong(connection, given)
    if wrong:
        return Ruling(refusal="order_lots_wrong", details={"lots": wrong})
    if not flows.is_enabled(connection, model.ORDER_FLOW):
        return Ruling()
    values = {
        "sha256": [model.order_hash(given)],
        "recipe": [f"{given['recipe']} {given['version']}"],
        "size": [f"{given['size']['value']} {given['size']['unit']}"],
        "lots": [f"{one['material']} {one['lot']}" for one in given["lots"]],
        "planned_start": [given["planned_start"]],
    }
    subject = model.order_stream(given["batch"])
    return starting.begin(connection, model.ORDER_FLOW, subject, values, entry.actor)


def decide_withdrawal(connection: Connection, entry: Entry) -> Ruling:
    """What waits; while a flow checks it, only that flow gives it up."""
    given = entry.payload
    row = orders.find_order(connection, given["batch"])
    if row is None or row.state != model.PLANNED:
        return Ruling(refusal="order_not_planned", details={"batch": given["batch"]})
    last = flows.last_about(connection, model.ORDER_FLOW, model.order_stream(given["batch"]))
    if last is not None and last.ended_at is None:
        return Ruling(refusal="order_in_flow", details={"batch": given["batch"], "instance": last.instance})
    return Ruling()


def decide_release(connection: Connection, entry: Entry) -> Ruling:
    """A batch number is given once, and only for the version of a recipe in force that day, unchanged; as it was
    planned, and by who signed that in its flow where the plant has put that to use."""
    given = entry.payload
    if queries.batch_line(connection, given["batch"]) is not None:
        return Ruling(refusal="batch_known", details={"batch": given["batch"]})
    recipe = recipes.find_recipe(connection, given["recipe"], given["version"])
    if recipe is None or recipe.hash != given["recipe_hash"]:
        return Ruling(refusal="recipe_unknown", details={"recipe": given["recipe"], "version": given["version"]})
    unfit = _size_wrong(recipe.payload, given["size"])
    if unfit is not None:
        return unfit
    planned = orders.find_order(connection, given["batch"])
    differs = control_recipe.differs(entry.kind, given, recipe.payload)
    if planned is not None and planned.state == model.PLANNED:
        differs = order_of(planned, recipe) != dict(given)
    if differs:
        return Ruling(refusal="order_differs", details={"batch": given["batch"]})
    if _in_force(connection, given, days.captured(connection, entry)) is None:
        return _not_in_force(given)
    return _without_flow(connection, entry)


def _without_flow(connection: Connection, entry: Entry) -> Ruling:
    batch = entry.payload["batch"]
    last = flows.last_about(connection, model.ORDER_FLOW, model.order_stream(batch))
    planned = orders.find_order(connection, batch)
    waits = planned is not None and planned.state == model.PLANNED
    if waits and last is not None and last.result == "released" and last.ended_at is not None:
        if planned is not None and planned.planned_by == entry.actor:
            return Ruling(refusal="flow_not_by_same", details={"batch": batch})
        if flows.signer(connection, last.instance) == entry.actor:
            return Ruling()
    elif not flows.is_enabled(connection, model.ORDER_FLOW) and (last is None or last.ended_at is not None):
        return Ruling()
    return Ruling(refusal="order_in_flow", details={"batch": batch, "instance": last and last.instance})


def ended(connection: Connection, entry: Entry) -> Ruling:
    """The end of its flow releases an order that waits for it, or gives it up."""
    given, batch = entry.payload, entry.payload["subject"].removeprefix(model.order_stream(""))
    if given["flow"] != model.ORDER_FLOW or given["subject"] != model.order_stream(batch):
        return Ruling()
    row = orders.find_order(connection, batch)
    last = flows.last_about(connection, model.ORDER_FLOW, given["subject"])
    if row is None or row.state != model.PLANNED or last is None or last.instance != given["instance"]:
        return Ruling()
    signer = flows.signer(connection, last.instance) if given["result"] == "released" else None
    recipe = recipes.find_recipe(connection, row.recipe, row.version)
    if signer is None or recipe is None:
        said = {"batch": batch, "reason": flows.last_word(connection, last.instance), "instance": last.instance}
        return Ruling(consequences=[Fact(model.ORDER_WITHDREW, model.order_stream(batch), said, subject=batch)])
    return Ruling(consequences=[released(row, recipe, signer)])


def released(planned: Row[Any], recipe: Recipe, person: str) -> Fact:
    """The order by which a batch exists, the recipe frozen in it."""
    kind = control_recipe.kind_of(recipe.payload)
    return Fact(kind, model.batch_stream(planned.batch), order_of(planned, recipe), actor=person)


def order_of(planned: Row[Any], recipe: Recipe) -> dict[str, Any]:
    """What the order says: of a recipe of the third form for the size that was planned."""
    size = {"value": planned.size_value, "unit": planned.size_unit}
    return {
        "batch": planned.batch,
        "recipe": planned.recipe,
        "version": planned.version,
        "recipe_hash": planned.recipe_hash,
        "size": size,
        "lots": orders.lots_of(planned),
        **control_recipe.frozen(recipe.payload, size),
    }


def rooms_planned(connection: Connection, entry: Entry) -> list[str]:
    recipe = recipes.find_recipe(connection, entry.payload["recipe"], entry.payload["version"])
    return [] if recipe is None else queries.rooms_of(recipe.payload["phases"])


def lots_wrong(connection: Connection, given: Mapping[str, Any]) -> list[str]:
    """The lots of a plan that there are not, of which the recipe knows no material, or that stand there twice."""
    recipe = recipes.find_recipe(connection, given["recipe"], given["version"])
    lines = [] if recipe is None else [*recipe.payload["phases"], *recipe.payload["materials"]]
    used = {one.get("material") for one in lines}
    keys = [(one["material"], one["lot"]) for one in given["lots"]]
    known = {(one.material, one.lot) for one in materials.lots_of(connection, keys)}
    wrong = [key for key in keys if key not in known or key[0] not in used or keys.count(key) > 1]
    return [f"{material} {lot}" for material, lot in dict.fromkeys(wrong)]


def _size_wrong(content: Mapping[str, Any], size: Mapping[str, str]) -> Ruling | None:
    """Nothing, less than nothing, another kind than the recipe's, or one to which its lines cannot be scaled."""
    said = {"size": f"{size['value']} {size['unit']}"}
    if Fraction(size["value"]) <= 0 or (is_master(content) and scaling.factor(content, size) is None):
        return Ruling(refusal="order_size_wrong", details=said)
    material = scaling.unfit(content, size) if is_master(content) else None
    return None if material is None else Ruling(refusal="order_size_unfit", details={**said, "material": material})


def _in_force(connection: Connection, given: Mapping[str, Any], day: str) -> Recipe | None:
    recipe = recipes.find_recipe(connection, given["recipe"], given["version"])
    if recipe is None or recipe.hash != given["recipe_hash"]:
        return None
    return recipe if recipes.effective(connection, given["recipe"], day) == given["version"] else None


def _not_in_force(given: Mapping[str, Any]) -> Ruling:
    return Ruling(refusal="recipe_not_effective", details={"recipe": given["recipe"], "version": given["version"]})
