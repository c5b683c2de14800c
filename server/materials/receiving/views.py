"""The HTTP interface of receiving: what a delivery is judged by, taking one in, what came, and the plant's rule."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, days, plant, qualifications
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import action
from server.identity.access import current_person, require
from server.materials import queries as materials
from server.materials.receiving import giving, model, pages, queries, shapes, taking

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("receiving", __name__, url_prefix="/api", description="What comes in")
_NEWEST = 50


@blueprint.get("/receiving")
@require(model.RECEIVES)
def register() -> Answer:
    """What a delivery is judged by today: materials, suppliers with what they may deliver, open orders, the rule."""
    with plant.current().engine.connect() as connection:
        return pages.register(connection, days.today(connection))


@blueprint.get("/receiving/receipts")
@require("lot.read")
def latest() -> Answer:
    """The newest deliveries, with what was wrong with each."""
    with plant.current().engine.connect() as connection:
        return pages.latest(connection, _NEWEST)


@blueprint.post("/receiving")
@require(model.RECEIVES)
@blueprint.arguments(shapes.ReceiptBody)
@blueprint.response(201)
def receive(body: Body) -> Answer:
    """Take in a delivery, all or nothing, into quarantine, under the next lot number; its containers are labelled in a
    row. Asked again under the same `request` it takes in nothing more. PestleError `place_unknown`,
    `area_not_permitted`, `receipt_stopped` with what is wrong and was not told, `receipt_barred` for what nobody can go
    on with, `lot_number_long`, `receipt_request_other`."""
    here, person = plant.current(), current_person().id
    with here.engine.connect() as connection:
        qualifications.demand(connection, person, [action(model.RECEIVES)], clock.now())
    return taking.take(here, body, person)


@blueprint.get("/receiving/rule")
@require("lot.read")
def show_rule() -> Answer:
    """How lots are numbered, and what stops a delivery."""
    with plant.current().engine.connect() as connection:
        return queries.rule_in_force(connection).payload()


@blueprint.post("/receiving/rule")
@require(model.MANAGES)
@blueprint.arguments(shapes.RuleBody)
@blueprint.response(201)
def set_rule(body: Body) -> Answer:
    """Set how lots are numbered, how much of its shelf life a material has left when it comes, and how much more than
    ordered is taken in. PestleError `lot_pattern_wrong`."""
    plant.current().recorder.state(Fact(model.RULE_SET, giving.STREAM, dict(body), actor=current_person().id))
    with plant.current().engine.connect() as connection:
        return queries.rule_in_force(connection).payload()


# Lot numbers may hold slashes.
@blueprint.get("/lots/<material>/<path:lot>/receipts")
@require("lot.read")
def of_lot(material: str, lot: str) -> Answer:
    """The deliveries of a lot, with what was wrong, and its containers that came damaged. PestleError `not_found`."""
    with plant.current().engine.connect() as connection:
        if materials.find_lot(connection, material, lot) is None:
            raise PestleError("not_found", {"name": f"{material}/{lot}"})
        return pages.of_lot(connection, material, lot)
