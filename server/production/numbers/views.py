"""The HTTP interface of batch numbers: the rules, and the number that would be given next."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from server.core import fields, plant
from server.core.kinds import Fact
from server.identity.access import current_person, require
from server.production.model import ORDERS
from server.production.numbers import model, queries
from server.production.numbers.entries import BatchRuleSet

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("batch-rules", __name__, url_prefix="/api/batch-rules", description="How batches are numbered")


class Wanted(Schema):
    product = fields.code()
    day = fields.planned_day()


@blueprint.get("")
@require("batch.read")
def listing() -> Answer:
    """{items: [{product, pattern, reason, set_at}]}: the site's first (product null), also where nobody set it."""
    return _rules()


@blueprint.get("/next")
@require("batch.read")
@blueprint.arguments(Wanted, location="query")
def preview(asked: Body) -> Answer:
    """{batch}: what a batch of a product would be numbered that is planned for a day; nobody's yet."""
    with plant.current().engine.connect() as connection:
        [found] = queries.next_free(connection, asked["product"], asked["day"], 1)
    return {"batch": found["batch"]}


@blueprint.post("")
@require(ORDERS)
@blueprint.arguments(BatchRuleSet)
@blueprint.response(201)
def set_rule(body: Body) -> Answer:
    """Set the rule of the site or of a product. PestleError `batch_pattern_wrong`."""
    plant.current().recorder.state(Fact(model.RULE_SET, model.STREAM, dict(body), actor=current_person().id))
    return _rules()


def _rules() -> Answer:
    with plant.current().engine.connect() as connection:
        rows = queries.all_rules(connection)
    items = [_rule(row.scope or None, row.pattern, row.reason, row.set_at) for row in rows]
    if not items or items[0]["product"] is not None:
        items.insert(0, _rule(None, model.DEFAULT, None, None))
    return {"items": items}


def _rule(product: str | None, pattern: str, reason: str | None, set_at: str | None) -> Answer:
    return {"product": product, "pattern": pattern, "reason": reason, "set_at": set_at}
