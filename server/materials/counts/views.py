"""The HTTP interface of stock counts: list, order, look, close by signature."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import clock, days, fields, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials.counts import model, pages, queries, rules, shapes
from server.materials.stock import queries as stock
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("counts", __name__, url_prefix="/api/counts", description="Stock counts")
_SEES = ("lot.read", "log.read")


class _Page(Schema):
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


@blueprint.get("")
@require(*_SEES)
@blueprint.arguments(_Page, location="query")
def listing(query: Body) -> Answer:
    """Counts, those that are open first, then the newest."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection, query["offset"], query["limit"])


@blueprint.post("")
@require(model.MANAGES)
@blueprint.arguments(shapes.Ordering)
@blueprint.response(201)
def order(body: Body) -> Answer:
    """Have places counted; handhelds take it along with their next lease. PestleError `count_places_wrong`."""
    here = plant.current()
    with here.engine.connect() as connection:
        number = queries.next_number(connection, clock.now_text())
    payload = {"count": number, "locations": body["locations"], "reason": body["reason"]}
    here.recorder.state(Fact(model.ORDERED, model.stream(number), payload, actor=current_person().id))
    return _page(number)


@blueprint.get("/places")
@require(*_SEES)
def places() -> Answer:
    """The places in use, from which those to count are chosen: {location, name, warehouse, kind, storage, active}."""
    with plant.current().engine.connect() as connection:
        return {"items": [one for one in stock.locations(connection) if one["active"]]}


@blueprint.get("/<number>")
@require(*_SEES)
def show(number: str) -> Answer:
    """One count with every container that should be there or was found. PestleError `count_unknown`."""
    return _page(number)


@blueprint.post("/<number>/close")
@require(model.APPROVES)
@blueprint.arguments(shapes.Closing)
@blueprint.response(201)
def close(body: Body, number: str) -> Answer:
    """Approve the variances by signature; the stock is corrected with it. PestleError `count_unknown`, `count_closed`,
    `count_own`, `count_stale`, `count_lines_wrong`, and those of a signature."""
    here, now = plant.current(), clock.now_text()
    with here.engine.connect() as connection:
        found = queries.find(connection, number)
        known = [] if found is None else queries.lines(connection, found, days.of(connection, now))
    given = {"count": number, "lines": _changes(known, body["lines"]), "digest": body["digest"]}
    # Before anybody signs what cannot be.
    code = rules.close_refused(found, given, known, current_person().id)
    if code is not None:
        raise PestleError(code, {"count": number})
    seen = {**given, "meaning": dict(model.MEANING)}
    signature = signing.sign(here, current_session(), body, shown(model.CLOSED, model.said(seen)))
    here.recorder.state(Fact(model.CLOSED, model.stream(number), seen | signature, actor=current_person().id))
    return _page(number)


def _changes(known: list[model.Line], chosen: list[Body]) -> list[Answer]:
    """The lines of the closing; PestleError `count_lines_wrong` for what is not in the count."""
    by_label, changes = {one.container: one for one in known if one.book is not None}, []
    for one in chosen:
        line = by_label.get(one["container"])
        if line is None:
            raise PestleError("count_lines_wrong", {"container": one["container"]})
        entry = next((each for each in line.standing if each.entry == one["entry"]), None)
        changes.append(rules.change(line, entry, one["reason"]))
    return changes


def _page(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.one(connection, number, days.today(connection))
    if found is None:
        raise PestleError("count_unknown", {"count": number})
    return found
