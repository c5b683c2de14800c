"""The HTTP interface of descent: what a batch came of and what came of it; split, merge, rework."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import days, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials import queries as materials
from server.production import model, queries
from server.production.descent import model as descent
from server.production.descent import queries as births
from server.production.descent import rules, shapes
from server.production.descent.model import Origin
from server.production.numbers import giving
from server.production.numbers import queries as numbers
from server.recipes import queries as recipes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("descent", __name__, url_prefix="/api/batches", description="Batches that come of batches")


@blueprint.get("/<number>/descent")
@require("batch.read")
def show(number: str) -> Answer:
    """What a batch came of and what came of it, nearest first; its phases, those of what it came of first and as
    ended, the number that the rule gives next, and how its product may be reworked. PestleError `batch_unknown`."""
    return _shown(number)


def _shown(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        day = days.today(connection)
        line = queries.batch_line(connection, number)
        if line is None:
            raise PestleError("batch_unknown", {"batch": number})
        origin = births.find_origin(connection, number)
        upward, downward = births.ancestors(connection, number), births.descendants(connection, number)
        return {
            "batch": line.payload(),
            "parents": _lines(connection, upward),
            "children": _lines(connection, downward),
            "edges": [
                {"batch": row.batch, "parent": row.parent, "how": row.how}
                for one in (number, *upward, *downward)
                for row in births.parents_of(connection, one)
            ],
            "next": _next(connection, line.product["code"], day),
            "ways": [*descent.ways(materials.material_type(connection, line.product["code"]))],
            "phases": [] if origin is None else _phases(connection, origin),
        }


def _next(connection: Connection, product: str, day: str) -> str | None:
    """None where the rule gives this product no number: what is shown besides stays in sight."""
    try:
        [following] = numbers.next_free(connection, product, day, 1)
    except PestleError:
        return None
    return str(following["batch"])


def _lines(connection: Connection, found: Sequence[str]) -> list[Answer]:
    by = {one.number: one.payload() for one in queries.lines_of(connection, found)}
    return [by[one] for one in found if one in by]


def _phases(connection: Connection, origin: Origin) -> list[Answer]:
    """Those of the batch, and what was done of it before, in what it came of."""
    own = origin.order["phases"]
    known = {one["id"] for one in own}
    before = {one["id"]: one for one in births.phases_above(connection, origin.batch) if one["id"] not in known}
    return [
        {"id": one["id"], "name": one["name"], "ended": one["id"] not in known or one["id"] in origin.ended}
        for one in (*before.values(), *own)
    ]


@blueprint.post("/<number>/split")
@require(model.ORDERS)
@blueprint.arguments(shapes.SplitBody)
@blueprint.response(201)
def split(body: Body, number: str) -> Answer:
    """Split the whole of a batch into others, numbered by the rule. PestleError `batch_quantities_differ`,
    `batch_under_way`, `batch_on_devices`, `batch_split_draws`, `batch_closed`."""

    def said(found: Sequence[str]) -> list[Fact]:
        parts = [{"batch": one, "quantity": part} for one, part in zip(found, body["parts"], strict=True)]
        payload = {"batch": number, "parts": parts, "reason": body["reason"]}
        return [_fact(descent.SPLIT_KIND, number, payload)]

    _numbered(number, len(body["parts"]), said)
    return _shown(number)


@blueprint.post("/<number>/merge")
@require(model.ORDERS)
@blueprint.arguments(shapes.MergeBody)
@blueprint.response(201)
def merge(body: Body, number: str) -> Answer:
    """Merge a batch with others into one, numbered by the rule. PestleError `batches_differ`,
    `blanks_outstanding`, and as of a split."""
    parents = [number, *body["others"]]
    with plant.current().engine.connect() as connection:
        sizes = {one.number: one.size for one in queries.lines_of(connection, parents)}
    missing = next((one for one in parents if sizes.get(one) is None), None)
    if missing is not None:
        raise PestleError("batch_unknown", {"batch": missing})
    whole = rules.total([size for size in (sizes[one] for one in parents) if size is not None])

    def said(found: Sequence[str]) -> list[Fact]:
        payload = {"batch": found[0], "parents": parents, "quantity": whole, "reason": body["reason"]}
        return [_fact(descent.MERGED_KIND, found[0], payload)]

    _numbered(number, 1, said)
    return _shown(number)


@blueprint.post("/<number>/rework")
@require(descent.REWORKS)
@blueprint.arguments(shapes.ReworkBody)
@blueprint.response(201)
def rework(body: Body, number: str) -> Answer:
    """Sign that the whole of a batch is reworked by an approved recipe. PestleError `rework_recipe_unfit`,
    `rework_way_forbidden`, `rework_stage_unknown`, `order_lots_wrong`, `recipe_not_effective`, `batch_number_wrong`
    where the number that was shown is no longer the next; those of a signature."""
    here, names = plant.current(), ("into", "way", "stage", "reason", "risk", "recipe", "version", "lots")
    with here.engine.connect() as connection:
        recipe = recipes.find_recipe(connection, body["recipe"], body["version"])
        product = queries.product_of(connection, number)
    if recipe is None or product is None:
        raise PestleError("recipe_unknown", {"recipe": body["recipe"], "version": body["version"]})
    given = {name: body[name] for name in names} | {"batch": number, "recipe_hash": recipe.hash}
    given |= {"meaning": dict(descent.MEANING)}
    digest = shown(descent.REWORK_KIND, descent.said(given))
    signed = signing.sign(here, current_session(), body, digest)

    def said(found: Sequence[str]) -> list[Fact]:
        # What was signed names its number: another one was not signed.
        if list(found) != [body["into"]]:
            raise PestleError("batch_number_wrong", {"batch": body["into"]})
        return [_fact(descent.REWORK_KIND, number, given | signed)]

    _numbered(number, 1, said)
    return _shown(number)


def _numbered(number: str, count: int, said: Callable[[Sequence[str]], Sequence[Fact]]) -> None:
    """Give so many numbers to batches of the product of this one, with what is `said` of them."""
    here = plant.current()
    with here.engine.connect() as connection:
        day = days.today(connection)
        product = queries.product_of(connection, number)
    if product is None:
        raise PestleError("batch_unknown", {"batch": number})
    giving.next_numbers(here, product, day, count, current_person().id, said)


def _fact(kind: str, batch: str, payload: Body) -> Fact:
    return Fact(kind, model.batch_stream(batch), payload, subject=batch, actor=current_person().id)
