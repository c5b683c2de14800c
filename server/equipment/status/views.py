"""The HTTP interface of the state of equipment: the list, one piece with its history, and what is said of it."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.equipment import queries as register
from server.equipment.alarms import queries as alarmed
from server.equipment.status import model, queries, shapes
from server.identity import queries as identity
from server.identity.access import current_person, require

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("equipment", __name__, url_prefix="/api/equipment", description="The state of equipment")
# The log has them all.
_SHOWN = 200


@blueprint.get("")
@require(*model.SEES)
def overview() -> Answer:
    """Every piece of the register with how it stands now."""
    now = clock.now_text()
    with plant.current().engine.connect() as connection:
        pieces = register.all_equipment(connection)
        return {"items": [one.payload() | {"state": queries.state(connection, one, now)} for one in pieces]}


@blueprint.get("/<code>")
@require(*model.SEES)
def show(code: str) -> Answer:
    """One piece: how it stands, for how long that holds, its use log with cleanings, its alarms. PestleError
    `equipment_unregistered`."""
    return _page(code)


@blueprint.post("/<code>/status")
@require(model.KEEPS)
@blueprint.arguments(shapes.NewStatus)
@blueprint.response(201)
def set_status(body: Body, code: str) -> Answer:
    """Say in what state a piece is from now on. PestleError `equipment_unregistered`, `equipment_reason_missing`."""
    return _state(model.STATUS_SET, code, {"equipment": code, **body})


@blueprint.post("/<code>/cleanings")
@require(*model.CLEANS)
@blueprint.arguments(shapes.NewCleaning)
@blueprint.response(201)
def record_cleaning(body: Body, code: str) -> Answer:
    """Record that a piece was cleaned just now. PestleError `equipment_unregistered`."""
    _page(code)
    return _state(model.CLEANED, code, {"equipment": code, **body})


@blueprint.post("/<code>/cleanings/<cleaning>/check")
@require(*model.CHECKS)
@blueprint.arguments(shapes.NewCleaningCheck)
@blueprint.response(201)
def check_cleaning(body: Body, code: str, cleaning: str) -> Answer:
    """Record that somebody else has looked at what was cleaned. PestleError `equipment_unregistered`,
    `cleaning_unknown`, `cleaning_own`."""
    _page(code)
    with plant.current().engine.connect() as connection:
        wrong = model.judge_check(code, current_person().id, queries.find_cleaning(connection, cleaning))
    if wrong:
        raise PestleError("cleaning_own" if wrong == [model.OWN] else model.NO_CLEANING, {"cleaning": cleaning})
    return _state(model.CLEANING_CHECKED, code, {"equipment": code, "cleaning": cleaning, **body})


@blueprint.post("/holds")
@require(model.KEEPS)
@blueprint.arguments(shapes.CleaningSet)
@blueprint.response(201)
def set_holds(body: Body) -> Answer:
    """Say for how long a piece, or every piece of a class, may stay dirty and stays clean. PestleError
    `equipment_unregistered`, `cleaning_scope_wrong`."""
    said = dict(body)
    if (said["equipment"] is None) == (said["class"] is None):
        raise PestleError(model.UNCLEAR)
    fact = Fact(model.CLEANING_SET, model.stream(model.scope(said)), said, actor=current_person().id)
    plant.current().recorder.state(fact)
    return said


def _state(kind: str, code: str, payload: Body) -> Answer:
    plant.current().recorder.state(Fact(kind, f"equipment/{code}", payload, actor=current_person().id))
    return _page(code)


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        piece = register.find_equipment(connection, code)
        if piece is None:
            raise PestleError(model.UNREGISTERED, {"equipment": code})
        lines = queries.history(connection, code, _SHOWN)
        alarms = alarmed.history(connection, code, _SHOWN)
        about = [(one, ("by", "checked_by")) for one in lines] + [(one, ("by", "cleared_by")) for one in alarms]
        named = {one[who] for one, names in about for who in names if one[who] is not None}
        people = identity.people(connection, named)
        state = queries.state(connection, piece, clock.now_text())
        history = [one | {who: people.get(one[who] or "") for who in ("by", "checked_by")} for one in lines]
        told = [one | {who: people.get(one[who] or "") for who in ("by", "cleared_by")} for one in alarms]
        return piece.payload() | {"state": state, "history": history, "alarms": told}
