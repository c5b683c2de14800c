"""The HTTP interface of purchase orders: what is to be ordered, list, look, check, place by signature, close a line."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import clock, days, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials.purchasing import entries, model, pages, queries, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("purchasing", __name__, url_prefix="/api", description="What is ordered from suppliers")
_SEES = ("lot.read", "log.read")


@blueprint.get("/purchasing")
@require(*_SEES)
@blueprint.arguments(shapes.OrdersQuery, location="query")
def listing(query: Body) -> Answer:
    """Purchase orders, those that wait for approval first, then the newest."""
    with plant.current().engine.connect() as connection:
        found, total = queries.listed(connection, query["q"].strip(), query["offset"], query["limit"])
        return {"items": pages.shown(connection, found), "total": total}


@blueprint.get("/purchasing/wanted")
@require(model.PLACES)
def wanted() -> Answer:
    """What approved requisitions still ask for, and from whom each material may be ordered today."""
    with plant.current().engine.connect() as connection:
        return pages.wanted(connection, days.today(connection))


@blueprint.get("/purchasing/<number>")
@require(*_SEES)
def show(number: str) -> Answer:
    """One order with its lines and what has come of them. PestleError `purchase_unknown`."""
    return _page(number)


@blueprint.post("/purchasing/check")
@require(model.PLACES)
@blueprint.arguments(shapes.OrderDraft)
def look(body: Body) -> Answer:
    """The number that an order would get and its digest; stores nothing. PestleError `supplier_unknown`,
    `material_not_known`, `purchase_quantity_wrong`, `purchase_supplier_not_approved`, `purchase_not_wanted`."""
    now = clock.now_text()
    with plant.current().engine.connect() as connection:
        given: Answer = {**body, "order": queries.next_number(connection, now)}
        given["sha256"] = model.digest(given)
        refused = entries.refusal(connection, given, now)
    if refused is not None:
        raise PestleError(*refused)
    return {"order": given["order"], "sha256": given["sha256"]}


@blueprint.post("/purchasing")
@require(model.PLACES)
@blueprint.arguments(shapes.OrderPlacing)
@blueprint.response(201)
def place(body: Body) -> Answer:
    """Place an order by signature; its approval begins. PestleError `purchase_stale`, those of a check, and those of a
    signature."""
    said = {name: body[name] for name in (*model.SAID, "sha256")}
    seen: Answer = {**said, "meaning": dict(model.MEANING)}
    here, number = plant.current(), body["order"]
    signature = signing.sign(here, current_session(), body, shown(model.PLACED, model.said(seen)))
    fact = Fact(model.PLACED, model.stream(number), seen | signature, subject=number, actor=current_person().id)
    here.recorder.state(fact)
    return _page(number)


@blueprint.post("/purchasing/<number>/lines/<int:line>/close")
@require(model.PLACES)
@blueprint.arguments(shapes.LineClosing)
@blueprint.response(201)
def close(body: Body, number: str, line: int) -> Answer:
    """Expect nothing more of a line. PestleError `purchase_unknown`, `purchase_line_not_open`."""
    _page(number)
    payload = {"order": number, "line": line, "reason": body["reason"]}
    fact = Fact(model.LINE_CLOSED, model.stream(number), payload, subject=number, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(number)


def _page(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = queries.find(connection, number)
        if found is None:
            raise PestleError("purchase_unknown", {"order": number})
        return pages.shown(connection, [found])[0]
