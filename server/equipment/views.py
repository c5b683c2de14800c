"""The HTTP interface of balances: what one may be used for, and its checks with test weights (EQP-04)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.equipment import model, queries, shapes
from server.identity import queries as identity
from server.identity.access import current_person, require

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("balances", __name__, url_prefix="/api/balances", description="Balances and their checks")
_SEES = ("batch.read", "lot.read", "device.enrol", "log.read")
# A year of daily checks with two weights is more; the log has them all.
_SHOWN = 200


@blueprint.get("/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One balance: what it may be used for, its last checks, its last weight. PestleError `balance_unknown`."""
    return _page(code)


@blueprint.post("/<code>/limits")
@require("equipment.manage")
@blueprint.arguments(shapes.NewLimits)
@blueprint.response(201)
def set_limits(body: Body, code: str) -> Answer:
    """Say what a balance may be used for from now on. PestleError `balance_unknown`, `balance_limits_wrong`."""
    return _state(model.LIMITS_SET, code, {"balance": code, **body})


@blueprint.post("/<code>/checks")
@require(*model.CHECKS)
@blueprint.arguments(shapes.NewCheck)
@blueprint.response(201)
def check(body: Body, code: str) -> Answer:
    """Record that a test weight lies on it; the verdict follows from the reading. PestleError `check_weight_unknown`,
    `check_reading_unusable`."""
    with plant.current().engine.connect() as connection:
        limits, reading = queries.limits_of(connection, code), queries.find_reading(connection, body["reading"])
    asked = None if limits is None else next((one for one in limits.weights if one["weight"] == body["weight"]), None)
    if asked is None:
        raise PestleError("check_weight_unknown", {"balance": code, "weight": body["weight"]})
    if reading is None:
        raise PestleError("check_reading_unusable", {"problem": "not_in_log"})
    shown = {"value": reading.value, "unit": reading.unit}
    payload = {
        "balance": code,
        "serial": reading.serial,
        "weight": body["weight"],
        "nominal": asked["nominal"],
        "tolerance": asked["tolerance"],
        "reading": reading.id,
        "shown": shown,
        "verdict": model.verdict(asked["nominal"], asked["tolerance"], shown),
    }
    return _state(model.CHECKED, code, payload)


def _state(kind: str, code: str, payload: Body) -> Answer:
    fact = Fact(kind, f"equipment/{code}", payload, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(code)


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        piece = queries.find_equipment(connection, code)
        if piece is None or piece.class_ != "balance":
            raise PestleError("balance_unknown", {"balance": code})
        done = queries.checks_of(connection, code, _SHOWN)
        people = identity.people(connection, {one.by for one in done})
        reading = queries.latest_reading(connection, code)
        return {
            "id": code,
            **{name: getattr(piece, name) for name in ("name", "serial", "model", "location", "calibration_due")},
            "gates": queries.gates(connection, code, clock.now_text()),
            "checks": [one.payload() | {"by": people.get(one.by)} for one in done],
            "reading": None if reading is None else reading.payload(),
        }
