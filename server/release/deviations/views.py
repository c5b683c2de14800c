"""The API of deviations."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection, select

from server.core import clock
from server.core import plant as site
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity.access import demand, require
from server.production import queries as batches
from server.production.model import batch_stream
from server.quality import queries as quality
from server.quality.model import DEVIATION_CLOSED_V1, DEVIATION_OPENED, REPORTED
from server.release.deviations import pages, shapes
from sync.log.tables import log_entry

blueprint = Blueprint("deviations", __name__, url_prefix="/api", description="Deviations of batches")

Answer = dict[str, Any]
_ATTEMPTS = 5


@blueprint.get("/deviations")
@require("batch.read")
@blueprint.arguments(shapes.DeviationsQuery, location="query")
@blueprint.response(200, shapes.DeviationsAnswer)
def list_deviations(query: Mapping[str, Any]) -> Answer:
    """Deviations, the open ones first, then the newest."""
    with site.current().engine.connect() as connection:
        return pages.listing(connection, query["state"], query["q"].strip(), query["offset"], query["limit"])


@blueprint.get("/deviations/<number>")
@require("batch.read")
@blueprint.response(200, shapes.DeviationAnswer)
def show_deviation(number: str) -> Answer:
    """A deviation with its batch and every entry that it is about."""
    return _page(number)


@blueprint.post("/batches/<number>/deviations")
@require("batch.review", "batch.work")
@blueprint.arguments(shapes.OpenBody)
@blueprint.response(201, shapes.DeviationAnswer)
def open_deviation(body: Mapping[str, Any], number: str) -> Answer:
    """Open a deviation of a batch, about one of its entries or about none."""
    with site.current().engine.connect() as connection:
        if batches.batch_line(connection, number) is None:
            raise PestleError("not_found", {"name": number})
        if body["entry"] is not None and not _is_of(connection, body["entry"], number):
            raise PestleError("not_found", {"name": body["entry"]})
    return _page(_open(number, body, demand("batch.review", "batch.work").id))


@blueprint.post("/deviations/<number>/close")
@require("batch.review")
@blueprint.arguments(shapes.CloseBody)
@blueprint.response(200, shapes.DeviationAnswer)
def close_deviation(body: Mapping[str, Any], number: str) -> Answer:
    """Conclude a deviation by hand, having seen all its entries. PestleError `deviation_in_flow`."""
    plant, person = site.current(), demand("batch.review")
    with plant.engine.connect() as connection:
        found = quality.find_deviation(connection, number)
    if found is None:
        raise PestleError("not_found", {"name": number})
    payload = {"deviation": number, "batch": found.batch, **body}
    fact = Fact(DEVIATION_CLOSED_V1, batch_stream(found.batch), payload, subject=number, actor=person.id)
    plant.recorder.state(fact)
    return _page(number)


def _open(batch: str, body: Mapping[str, Any], person: str) -> str:
    """The number under which it stands: another may take the same one at the same moment, then the next is free."""
    plant = site.current()
    for attempt in range(_ATTEMPTS):
        with plant.engine.connect() as connection:
            number = quality.next_number(connection, clock.now_text())
        payload = {"deviation": number, "batch": batch, "code": REPORTED, "device": None, **body}
        fact = Fact(DEVIATION_OPENED, batch_stream(batch), payload, subject=number, actor=person)
        try:
            plant.recorder.state(fact)
            break
        except PestleError as error:
            if error.code != "deviation_number_wrong" or attempt == _ATTEMPTS - 1:
                raise
    return number


def _is_of(connection: Connection, entry: str, batch: str) -> bool:
    query = select(log_entry.c.stream).where(log_entry.c.id == entry)
    return connection.execute(query).scalar() == batch_stream(batch)


def _page(number: str) -> Answer:
    with site.current().engine.connect() as connection:
        found = pages.page(connection, number)
    if found is None:
        raise PestleError("not_found", {"name": number})
    return found
