"""The HTTP interface of areas, of the plant's rules for passwords and sessions, and of one's own sessions."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.identity import access, accounts, entries, queries, sessions, shapes
from server.identity.access import current_person, current_session, require
from server.identity.rules import Policy

Body = Mapping[str, Any]
blueprint = Blueprint("areas", __name__, url_prefix="/api", description="Areas, policy, own sessions")


@blueprint.get("/areas")
@require("people.manage", "device.enrol", "log.read", "batch.read")
def areas() -> dict[str, object]:
    """The register: every area with its rooms."""
    return _areas()


@blueprint.post("/areas/<area>")
@require("people.manage")
@blueprint.arguments(shapes.NewArea)
def set_area(body: Body, area: str) -> dict[str, object]:
    """An area, new or changed; all that it is from now on. A room of another is refused, unless it is to `move`."""
    here, actor = plant.current(), current_session().person.id
    accounts.set_area(here, area, body["name"], body["places"], body["reason"], move=body["move"], actor=actor)
    return _areas()


@blueprint.post("/areas/<area>/withdraw")
@require("people.manage")
@blueprint.arguments(shapes.Reason)
def withdraw_area(body: Body, area: str) -> dict[str, object]:
    """No longer an area; its rooms are of none."""
    accounts.withdraw_area(plant.current(), area, body["reason"], actor=current_session().person.id)
    return _areas()


@blueprint.get("/policy")
@require("people.manage", "log.read")
def policy() -> dict[str, object]:
    """How long passwords and sessions last."""
    return _policy()


@blueprint.post("/policy")
@require("people.manage")
@blueprint.arguments(entries.PolicySet)
def set_policy(body: Body) -> dict[str, object]:
    """How long they last from now on, those that there are included."""
    given = {name: value for name, value in body.items() if name != "reason"}
    accounts.set_policy(plant.current(), Policy(**given), body["reason"], actor=current_session().person.id)
    return _policy()


@blueprint.get("/sessions")
def own_sessions() -> dict[str, object]:
    """Where the person who asks is signed in."""
    return _own_sessions()


@blueprint.post("/sessions/<session>/end")
@blueprint.arguments(shapes.Reason)
def end_own(body: Body, session: str) -> dict[str, object]:
    """End one of them: a tablet that was left open, a browser that somebody else may have."""
    person = current_person().id
    sessions.end(plant.current(), person, session, body["reason"], actor=person)
    return _own_sessions()


def _areas() -> dict[str, object]:
    with plant.current().engine.connect() as connection:
        return {"items": [one.payload() for one in queries.all_areas(connection)]}


def _policy() -> dict[str, object]:
    with plant.current().engine.connect() as connection:
        return asdict(queries.policy_of(connection))


def _own_sessions() -> dict[str, object]:
    found = sessions.open_sessions(plant.current(), current_person().id, access.token())
    return {"items": [asdict(one) for one in found]}
