"""The HTTP interface of the plant's calendar: by which time zone its days are told."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import days, plant
from server.core.kinds import Fact
from server.identity.access import current_person, require
from server.site import entries, model

Answer = dict[str, Any]
blueprint = Blueprint("zone", __name__, url_prefix="/api", description="The plant's time zone")


@blueprint.get("/zone")
@require("people.manage", "log.read")
def show() -> Answer:
    """{zone, since (null: none was stated, UTC), today}."""
    return _shown()


@blueprint.post("/zone")
@require("people.manage")
@blueprint.arguments(entries.ZoneSet)
def state(body: Mapping[str, Any]) -> Answer:
    """From now on days are those of this zone. PestleError `zone_unknown`, `zone_unchanged`."""
    plant.current().recorder.state(Fact(model.ZONE_SET, model.STREAM, dict(body), actor=current_person().id))
    return _shown()


def _shown() -> Answer:
    with plant.current().engine.connect() as connection:
        known = days.zones(connection)
        since = known.stated[-1][0] if known.stated else None
        return {"zone": known.latest, "since": since, "today": days.today(connection)}
