"""The HTTP interface of what rooms were like: of one batch."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from typing import Any

from flask_smorest import Blueprint

from server.core import clock, plant
from server.core.errors import PestleError
from server.identity.access import require
from server.production import queries as batches
from server.production.surroundings import queries

blueprint = Blueprint("surroundings", __name__, url_prefix="/api/batches", description="Rooms of batches")


@blueprint.get("/<number>/environment")
@require("batch.read")
def show(number: str) -> dict[str, Any]:
    """What the room of each phase was like: {phases}, as `queries.of_batch` says. PestleError `not_found`."""
    with plant.current().engine.connect() as connection:
        if batches.batch_line(connection, number) is None:
            raise PestleError("not_found", {"batch": number})
        return {"phases": queries.of_batch(connection, number, clock.now_text())}
