"""The API of a lot's containers."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, days, qualifications
from server.core import plant as site
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import action
from server.identity.access import current_session, require
from server.materials import queries as materials
from server.release.stock import pages, shapes

blueprint = Blueprint("stock", __name__, url_prefix="/api", description="The containers of a lot")

Answer = dict[str, Any]
RECEIVED = "materials.containers_received.v2"
# In one entry: its payload has a limit.
_TOGETHER = 100


# Lot numbers may hold slashes.
@blueprint.get("/lots/<material>/<path:lot>/containers")
@require("lot.read")
@blueprint.response(200, shapes.StockAnswer)
def show_containers(material: str, lot: str) -> Answer:
    """The containers of a lot: which batch each is given to, who took how much out of it, and what was wrong."""
    return _page(material, lot)


@blueprint.post("/lots/<material>/<path:lot>/containers")
@require("lot.receive")
@blueprint.arguments(shapes.ReceiveBody)
@blueprint.response(201, shapes.StockAnswer)
def receive(body: Mapping[str, Any], material: str, lot: str) -> Answer:
    """Receive containers of a lot, all or none, by their labels, each with what is in it.

    PestleError `container_known` for a label that was given before, `container_unit_wrong`, `not_found` for no lot.
    """
    lines = body["containers"]
    person, plant = current_session().person, site.current()
    with plant.engine.connect() as connection:
        qualifications.demand(connection, person.id, [action("lot.receive")], clock.now())
    _check(material, lot, lines)
    facts = [
        Fact(RECEIVED, f"lot/{material}/{lot}", _payload(material, lot, part), actor=person.id)
        for part in (lines[first : first + _TOGETHER] for first in range(0, len(lines), _TOGETHER))
    ]
    plant.recorder.state(*facts)
    return _page(material, lot)


def _payload(material: str, lot: str, lines: Sequence[Mapping[str, Any]]) -> Answer:
    nowhere = {"location": None, "damage": None}
    return {"material": material, "lot": lot, "containers": [{**line, **nowhere} for line in lines]}


def _check(material: str, lot: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Before anything is written; of two people who receive the same label at once, the later one's is flagged."""
    containers = [(line["container"], line["quantity"]["unit"]) for line in lines]
    with site.current().engine.connect() as connection:
        if materials.find_lot(connection, material, lot) is None:
            raise PestleError("not_found", {"name": f"{material}/{lot}"})
        refused = materials.receipt_refused(connection, material, containers)
    if refused is not None:
        raise PestleError(*refused)


def _page(material: str, lot: str) -> Answer:
    with site.current().engine.connect() as connection:
        found = pages.containers(connection, material, lot, days.today(connection))
    if found is None:
        raise PestleError("not_found", {"name": f"{material}/{lot}"})
    return found
