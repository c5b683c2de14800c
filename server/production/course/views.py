"""The HTTP interface of the pace of batches: after what silence one stands still."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.core.kinds import Fact
from server.identity.access import current_person, require
from server.production.course import pace, queries
from server.production.course.shapes import QuietSet
from server.production.model import ORDERS, QUIET_SET

Answer = dict[str, Any]
STREAM = "batch-pace"
blueprint = Blueprint("batch-pace", __name__, url_prefix="/api/batch-pace", description="When a batch stands still")


@blueprint.get("")
@require("batch.read")
def show() -> Answer:
    """{hours, reason, set_at}; the last two null where nobody has said anything."""
    return _shown()


@blueprint.post("")
@require(ORDERS)
@blueprint.arguments(QuietSet)
@blueprint.response(201)
def set_quiet(body: Mapping[str, Any]) -> Answer:
    """From now on a batch stands still after so many hours in which nothing is recorded of it."""
    plant.current().recorder.state(Fact(QUIET_SET, STREAM, dict(body), actor=current_person().id))
    return _shown()


def _shown() -> Answer:
    with plant.current().engine.connect() as connection:
        said = queries.quiet_set(connection)
    if said is None:
        return {"hours": pace.QUIET_HOURS, "reason": None, "set_at": None}
    return {"hours": said.hours, "reason": said.reason, "set_at": said.set_at}
