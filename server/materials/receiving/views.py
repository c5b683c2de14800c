"""The HTTP interface of receiving: what a delivery is judged by, taking one in, what came, and the plant's rule."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, plant, qualifications
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import action
from server.identity.access import current_person, require
from server.materials import queries as materials
from server.materials.receiving import giving, model, numbering, pages, queries, rules, shapes
from server.materials.stock import queries as stock

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("receiving", __name__, url_prefix="/api", description="What comes in")
_NEWEST = 50


@blueprint.get("/receiving")
@require(model.RECEIVES)
def register() -> Answer:
    """What a delivery is judged by today: materials, suppliers with what they may deliver, open orders, the rule."""
    with plant.current().engine.connect() as connection:
        return pages.register(connection, _today())


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
    row. PestleError `place_unknown`, `receipt_stopped` with what is wrong and was not told, `receipt_barred` for what
    nobody can go on with."""
    here, person = plant.current(), current_person().id
    day, given = _today(), _given(body)
    with here.engine.connect() as connection:
        qualifications.demand(connection, person, [action(model.RECEIVES)], clock.now())
        given["quantity"] = queries.together(
            connection, body["material"], [one["quantity"] for one in body["containers"]]
        )
        _check_places(connection, body["containers"])
        _check(given, rules.findings(given, queries.known(connection, given, day)), body["despite"])
        given["retest"] = queries.retest_of(connection, body["material"], day, body["expiry"])
    lot = giving.next_lot(here, body["material"], lambda lot: _facts({**given, "lot": lot}, body["containers"], person))
    labels = [numbering.label(lot, n) for n in range(1, len(body["containers"]) + 1)]
    return {"material": body["material"], "lot": lot, "containers": labels, "retest": given["retest"]}


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


def _given(body: Body) -> Answer:
    """As the entry says it, but for the number, the sum and the day of retest."""
    said = {name: value for name, value in body.items() if name not in ("containers", "despite")}
    return said | {"containers": len(body["containers"]), "lot": "", "retest": None}


def _check(given: Body, found: Sequence[str], despite: Sequence[str]) -> None:
    barred = [one for one in found if one in model.BARS]
    if barred:
        raise PestleError("receipt_barred", {"material": given["material"], "found": barred})
    untold = [one for one in found if one not in despite]
    if untold:
        raise PestleError("receipt_stopped", {"material": given["material"], "found": untold})
    if found and given["comment"] is None:
        raise PestleError("receipt_unexplained", {"found": [*found]})


def _check_places(connection: Connection, lines: Sequence[Body]) -> None:
    """Where nobody has registered a place, nobody finds what is put there."""
    known = {one["location"] for one in stock.locations(connection) if one["active"]}
    for one in lines:
        if one["location"] not in (None, *known):
            raise PestleError("place_unknown", {"location": one["location"]})


def _facts(given: Body, lines: Sequence[Body], person: str) -> list[Fact]:
    stream = f"lot/{given['material']}/{given['lot']}"
    labelled = [{"container": numbering.label(given["lot"], n), **one} for n, one in enumerate(lines, 1)]
    parts = [labelled[at : at + model.TOGETHER] for at in range(0, len(labelled), model.TOGETHER)]
    key = {"material": given["material"], "lot": given["lot"]}
    return [
        Fact(model.LOT_RECEIVED, stream, given, subject=stream, actor=person),
        *(
            Fact(model.CONTAINERS_RECEIVED, stream, {**key, "containers": part}, subject=stream, actor=person)
            for part in parts
        ),
    ]


def _today() -> str:
    return clock.now_text()[:10]
