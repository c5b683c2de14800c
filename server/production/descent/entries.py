"""The kinds of descent: splits, merges and rework, and the batches that come of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Kind, Ruling
from server.identity import signing
from server.materials import queries as materials
from server.production import model, queries
from server.production.descent import model as descent
from server.production.descent import projection, rules, shapes
from server.production.descent import queries as births
from server.production.descent.model import Origin, Refusal
from server.production.numbers import queries as numbers
from server.production.ordering import lots_wrong
from server.recipes import queries as recipes


def decide_split(connection: Connection, entry: Entry) -> Ruling:
    parent = births.find_origin(connection, entry.payload["batch"])
    if parent is None:
        return Ruling(refusal="batch_unknown", details={"batch": entry.payload["batch"]})
    recipe = _recipe_of(connection, parent)
    return _ruled(connection, entry, rules.split_refused(entry.payload, parent, recipe), [parent], recipe)


def decide_merge(connection: Connection, entry: Entry) -> Ruling:
    typed: births.Typed = {}
    found = {one: births.find_origin(connection, one, typed) for one in entry.payload["parents"]}
    unknown = next((one for one, origin in found.items() if origin is None), None)
    if unknown is not None:
        return Ruling(refusal="batch_unknown", details={"batch": unknown})
    parents = [origin for origin in found.values() if origin is not None]
    if len(parents) != len(entry.payload["parents"]):
        return Ruling(refusal="batch_known", details={"batch": entry.payload["batch"]})
    recipe = _recipe_of(connection, parents[0])
    return _ruled(connection, entry, rules.merge_refused(entry.payload, parents, recipe), parents, recipe)


def _recipe_of(connection: Connection, batch: Origin) -> Mapping[str, Any] | None:
    """By which it was ordered."""
    order = batch.order
    known = recipes.find_recipe(connection, order["recipe"], order["version"])
    return known.payload if known is not None and known.hash == order["recipe_hash"] else None


def decide_rework(connection: Connection, entry: Entry) -> Ruling:
    """Signed by quality, over exactly this."""
    given = entry.payload
    unsigned = signing.refusal(connection, entry, descent.said(given))
    if unsigned is not None:
        return unsigned
    parent = births.find_origin(connection, given["batch"])
    if parent is None:
        return Ruling(refusal="batch_unknown", details={"batch": given["batch"]})
    wrong = lots_wrong(connection, given)
    if wrong:
        return Ruling(refusal="order_lots_wrong", details={"lots": wrong})
    recipe = recipes.find_recipe(connection, given["recipe"], given["version"])
    day = days.captured(connection, entry)
    in_force = recipes.effective(connection, given["recipe"], day) == given["version"]
    content = recipe.payload if recipe is not None and in_force and recipe.hash == given["recipe_hash"] else None
    ways = descent.ways(materials.material_type(connection, parent.order["product"]["code"]))
    found = rules.rework_refused(given, parent, content, ways)
    if found is None and content is not None:
        found = rules.process_refused(given, parent, content)
    return _ruled(connection, entry, found, [parent], content)


def _ruled(
    connection: Connection,
    entry: Entry,
    refusal: Refusal | None,
    parents: Sequence[Origin],
    recipe: Mapping[str, Any] | None = None,
) -> Ruling:
    """What comes of it is stated with it, under numbers that were given for it."""
    if refusal is not None:
        return Ruling(refusal=refusal.code, details=refusal.details)
    made = rules.formed(entry.kind, entry.payload, parents, recipe)
    for one in made:
        number = numbers.find_number(connection, one["batch"])
        if queries.batch_line(connection, one["batch"]) is not None:
            return Ruling(refusal="batch_known", details={"batch": one["batch"]})
        if number is None or number.product != one["product"]["code"]:
            return Ruling(refusal="batch_number_missing", details={"batch": one["batch"]})
    facts = [Fact(model.FORMED, model.batch_stream(one["batch"]), one, subject=one["batch"]) for one in made]
    return Ruling(consequences=facts)


def rooms(connection: Connection, entry: Entry) -> list[str]:
    """Where the parents are made."""
    found = (queries.find_batch(connection, one) for one in descent.parents(entry.kind, entry.payload))
    return [room for one in found if one is not None for room in queries.rooms_of(one.phases)]


KINDS = (
    Kind(
        descent.SPLIT_KIND,
        shapes.BatchSplit,
        "decision",
        decide_split,
        projection.leave,
        by=(model.ORDERS,),
        places=rooms,
    ),
    Kind(
        descent.MERGED_KIND,
        shapes.BatchesMerged,
        "decision",
        decide_merge,
        projection.leave,
        by=(model.ORDERS,),
        places=rooms,
    ),
    Kind(
        descent.REWORK_KIND,
        shapes.ReworkOrdered,
        "decision",
        decide_rework,
        projection.leave,
        by=(descent.REWORKS,),
        places=rooms,
    ),
    Kind(model.FORMED, shapes.BatchFormed, "observation", project=projection.form, by_server=True),
)
