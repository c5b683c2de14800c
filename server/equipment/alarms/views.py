"""The HTTP interface of alarms: raised by whoever works, cleared by who keeps equipment."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.equipment import queries as register
from server.equipment.alarms import model, queries, shapes
from server.equipment.status.model import SEES, UNREGISTERED
from server.identity.access import current_person, require

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("alarms", __name__, url_prefix="/api/equipment", description="Alarms of equipment")


@blueprint.get("/alarms/standing")
@require(*SEES)
def show_standing() -> Answer:
    """The alarms that stand, by their piece, as of `at`: what a tablet knows from then on instead of what its leases
    say. All that was received by then and is not among them was cleared."""
    at = clock.now_text()
    with plant.current().engine.connect() as connection:
        found = queries.standing(connection)
    return {"at": at, "standing": {code: [one.payload() for one in told] for code, told in found.items()}}


@blueprint.post("/<code>/alarms")
@require(*model.RAISES)
@blueprint.arguments(shapes.NewAlarm)
@blueprint.response(201)
def raise_alarm(body: Body, code: str) -> Answer:
    """Record that a piece gives an alarm, now: {alarm}, its entry. PestleError `equipment_unregistered`."""
    with plant.current().engine.connect() as connection:
        if register.find_equipment(connection, code) is None:
            raise PestleError(UNREGISTERED, {"equipment": code})
    return {"alarm": _state(model.RAISED, code, {"equipment": code, "source": model.MANUAL, **body})}


@blueprint.post("/<code>/alarms/<alarm>/clear")
@require(model.CLEARS)
@blueprint.arguments(shapes.NewClearing)
@blueprint.response(201)
def clear_alarm(body: Body, code: str, alarm: str) -> Answer:
    """Let a piece be used again: {alarm}. PestleError `equipment_alarm_unknown`, `equipment_alarm_cleared`."""
    with plant.current().engine.connect() as connection:
        known = queries.find(connection, alarm)
    # An address may name what no entry could: the door would take that for a fault of its own.
    if known is None or known.equipment != code:
        raise PestleError(model.NO_ALARM, {"equipment": code, "alarm": alarm})
    _state(model.CLEARED, code, {"equipment": code, "alarm": alarm, **body})
    return {"alarm": alarm}


def _state(kind: str, code: str, payload: Body) -> str:
    fact = Fact(kind, f"equipment/{code}", payload, actor=current_person().id)
    return plant.current().recorder.state(fact)[0].id
