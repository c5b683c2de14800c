"""The HTTP interface of the devices page: every device with what it owes, one with its leases and last entries, and a
stream that says when to look again."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from server.core import clock, db, plant
from server.core.bell import listen
from server.core.errors import PestleError
from server.core.plant import Plant
from server.handheld.fleet import standing, wall
from server.handheld.fleet.standing import Moment
from server.handheld.hub.hub import current_hub
from server.identity import sessions
from server.identity.access import current_session, require

blueprint = Blueprint("fleet", __name__, url_prefix="/api", description="Where devices stand with the server")

# Which version of the app the server hands out: only the shell, in a room above, knows.
SERVED: list[Callable[[], str | None]] = []
WATCHERS = ("device.enrol", "device.revoke", "batch.read")
# What changes together is told once: a tablet that comes back changes its line many times a second.
GATHER_SECONDS = 0.4


@blueprint.get("/fleet")
@require(*WATCHERS)
def show_fleet() -> dict[str, Any]:
    """Every device but the server: connected, away, what it owes, which batches it holds; those that owe first.
    `served`: the version of the app that the server hands out."""
    here, moment = plant.current(), _moment()
    with db.snapshot(here.engine) as connection:
        return {"items": standing.devices(connection, here.log, moment), "served": moment.served}


@blueprint.get("/fleet/news")
@require(*WATCHERS)
def watch() -> Response:
    """A stream of server-sent events, each of which says that something has changed here. It ends with the session.

    PestleError `watchers_many` where so many pages listen that the next one has to look by itself.
    """
    here, token = plant.current(), current_session().token
    return listen(current_hub().bell, lambda: _may(here, token), GATHER_SECONDS)


@blueprint.get("/wall/<place>")
@require("batch.read")
def show_wall(place: str) -> dict[str, Any]:
    """The wall of an area, a room, or `all`: the batches at work there against their plan, time limits that run, open
    items and questions, and devices that are away with one of them."""
    here, moment = plant.current(), _moment()
    with db.snapshot(here.engine) as connection:
        return wall.page(connection, place, standing.devices(connection, here.log, moment), clock.now())


def _may(here: Plant, token: str) -> bool:
    """Whether the session still stands, without using it: a page that is left open must not keep it alive."""
    try:
        return not set(WATCHERS).isdisjoint(sessions.check_session(here, token).person.permissions)
    except PestleError:
        return False


@blueprint.get("/fleet/<device>")
@require(*WATCHERS)
def show_device(device: str) -> dict[str, Any]:
    """One device with all its leases, its last 50 entries, and what it found wrong with the log."""
    here = plant.current()
    with db.snapshot(here.engine) as connection:
        found = standing.device(connection, here.log, device, _moment())
    if found is None:
        raise PestleError("not_found")
    return found


def _moment() -> Moment:
    return Moment(current_hub().connected(), clock.now_text(), next((served() for served in SERVED), None))
