"""The HTTP interface of the devices page: every device with what it owes, and one with its leases and last entries."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from typing import Any

from flask_smorest import Blueprint

from server.core import clock, db, plant
from server.core.errors import PestleError
from server.handheld.fleet import standing
from server.handheld.hub.hub import current_hub
from server.identity.access import require

blueprint = Blueprint("fleet", __name__, url_prefix="/api", description="Where devices stand with the server")


@blueprint.get("/fleet")
@require("device.enrol", "device.revoke", "batch.read")
def show_fleet() -> dict[str, Any]:
    """Every device but the server: connected, away, what it owes, which batches it holds; those that owe first."""
    here, connected = plant.current(), current_hub().connected()
    with db.snapshot(here.engine) as connection:
        return {"items": standing.devices(connection, here.log, connected, clock.now_text())}


@blueprint.get("/fleet/<device>")
@require("device.enrol", "device.revoke", "batch.read")
def show_device(device: str) -> dict[str, Any]:
    """One device with all its leases, its last 50 entries, and what it found wrong with the log."""
    here, connected = plant.current(), current_hub().connected()
    with db.snapshot(here.engine) as connection:
        found = standing.device(connection, here.log, device, connected, clock.now_text())
    if found is None:
        raise PestleError("not_found")
    return found
