"""The HTTP interface of stock: what there is and where, what was done with a container, and doing it at a desk."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, days, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import access, sessions
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.materials.stock import judging, model, pages, queries, shapes

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("stock_keeping", __name__, url_prefix="/api", description="Stock by lot, container and location")


@blueprint.get("/stock")
@require("lot.read")
@blueprint.arguments(shapes.StockQuery, location="query")
def listing(query: Body) -> Answer:
    """Materials of which there is something, with how much may be used, waits, is a batch's, or may not be used."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection, query["words"], query["offset"], days.today(connection))


@blueprint.get("/stock/rule")
@require("lot.read")
def show_rule() -> Answer:
    """How many days ahead people are told that stock expires or must be tested again."""
    return _rule()


@blueprint.post("/stock/rule")
@require(model.MANAGES)
@blueprint.arguments(shapes.StockRuleSet)
@blueprint.response(201)
def set_rule(body: Body) -> Answer:
    """Set the days."""
    _state(model.RULE_SET, "stock", body)
    return _rule()


@blueprint.get("/stock/<material>")
@require("lot.read")
@blueprint.arguments(shapes.StockPageQuery, location="query")
def show_material(query: Body, material: str) -> Answer:
    """A material by lot and container, in the order in which it must be used. PestleError `not_found`."""
    with plant.current().engine.connect() as connection:
        found = pages.material(connection, material, query["words"], query["offset"], days.today(connection))
    if found is None:
        raise PestleError("not_found", {"name": material})
    return found


@blueprint.get("/locations")
@require("lot.read")
def list_locations() -> Answer:
    """All locations."""
    return _locations()


@blueprint.post("/locations")
@require(model.MANAGES)
@blueprint.arguments(shapes.LocationDefined)
@blueprint.response(201)
def define_location(body: Body) -> Answer:
    """Define a location, or say what it is from now on. PestleError `location_occupied` for one that is given up."""
    _state(model.LOCATION, f"location/{body['location']}", body)
    return _locations()


# Labels may hold slashes.
@blueprint.get("/containers/<path:label>")
@require("lot.read")
def show_container(label: str) -> Answer:
    """A container as it stands today, with its history. PestleError `container_unknown`."""
    return _page(label)


@blueprint.post("/containers/<path:label>/move")
@require(model.MOVES)
@blueprint.arguments(shapes.StockMoveBody)
@blueprint.response(201)
def move(body: Body, label: str) -> Answer:
    """Say where a container was put. PestleError `stock_stopped` with what is wrong, `stock_unexplained` for what only
    needs a reason."""
    return _do(model.MOVED, label, {"container": label, **body})


@blueprint.post("/containers/<path:label>/split")
@require(model.MOVES)
@blueprint.arguments(shapes.StockSplitBody)
@blueprint.response(201)
def split(body: Body, label: str) -> Answer:
    """Fill parts of a container into new ones, with labels that nothing else has. PestleError `stock_stopped`."""
    return _do(model.SPLIT, label, {"container": label, **body})


@blueprint.post("/containers/<path:label>/merge")
@require(model.MOVES)
@blueprint.arguments(shapes.StockMergeBody)
@blueprint.response(201)
def merge(body: Body, label: str) -> Answer:
    """Fill all that is in other containers of the same lot into this one. PestleError `stock_stopped`."""
    return _do(model.MERGED, label, {"into": label, **body})


@blueprint.post("/containers/<path:label>/scrap")
@require(model.MANAGES)
@blueprint.arguments(shapes.StockScrapBody)
@blueprint.response(201)
def scrap(body: Body, label: str) -> Answer:
    """Scrap what is in a container, or part of it; what was rejected, before a second person, who proves it here.
    PestleError `stock_gone`, `stock_too_much`, `stock_unit_wrong`, `stock_second_missing`, `login_wrong`."""
    witness = None if body["second"] is None else _second(body["second"])
    said = {"container": label, "quantity": body["quantity"], "reason": body["reason"], "witness": witness}
    _state(model.SCRAPPED, f"container/{label}", said)
    return _page(label)


@blueprint.post("/containers/<path:label>/restrict")
@require(model.DECIDES)
@blueprint.arguments(shapes.StockReason)
@blueprint.response(201)
def restrict(body: Body, label: str) -> Answer:
    """Have nobody use this one container. PestleError `stock_barred_already`."""
    _state(model.BARRED, f"container/{label}", {"container": label, **body})
    return _page(label)


@blueprint.post("/containers/<path:label>/free")
@require(model.DECIDES)
@blueprint.arguments(shapes.StockReason)
@blueprint.response(201)
def free(body: Body, label: str) -> Answer:
    """Let it be used again, as far as its lot may. PestleError `stock_not_barred`."""
    _state(model.FREED, f"container/{label}", {"container": label, **body})
    return _page(label)


def _do(kind: str, label: str, said: Answer) -> Answer:
    """What is wrong is told before it is done: nothing of it is written unless it can be explained, and is."""
    with plant.current().engine.connect() as connection:
        found, places = _wrong(connection, kind, said)
    if model.OTHER_AREA in found:
        raise PestleError(model.OTHER_AREA, {"places": places})
    if set(found) - set(model.EXPLAINED):
        raise PestleError("stock_stopped", {"container": label, "found": found})
    if found and said["reason"] is None:
        raise PestleError("stock_unexplained", {"container": label, "found": found})
    _state(kind, f"container/{label}", said)
    return _page(label)


def _wrong(connection: Connection, kind: str, said: Answer) -> tuple[list[str], list[str]]:
    """What would be flagged of this, and the places that it is about."""
    now = clock.now_text()
    places = judging.places_of(connection, kind, said, now)
    found = judging.flags(connection, kind, said, now)
    found += judging.of_area(connection, current_person().id, model.MOVES, places)
    return found, [one for one in places if one is not None]


def _second(given: Body) -> str:
    """Who stands by, by login and password; wrong ones are counted as at the door."""
    here, login = plant.current(), given["login"].strip().lower()
    with here.engine.connect() as connection:
        person = identity.find_login(connection, login)

    def fits() -> bool:
        with here.engine.connect() as connection:
            return person is not None and identity.check_password(connection, person.id, given["password"])

    sessions.admit(here, login, person, access.address(), fits)
    assert person is not None, "nobody is admitted whom nobody knows"
    return person.id


def _page(label: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.container(connection, label, days.today(connection))
    if found is None:
        raise PestleError("container_unknown", {"container": label})
    return found


def _locations() -> Answer:
    with plant.current().engine.connect() as connection:
        areas = [{"area": one.area, "name": one.name} for one in identity.all_areas(connection)]
        return {"items": queries.locations(connection), "areas": areas}


def _rule() -> Answer:
    with plant.current().engine.connect() as connection:
        return dict(queries.rule(connection).payload())


def _state(kind: str, stream: str, said: Body) -> None:
    plant.current().recorder.state(Fact(kind, stream, dict(said), subject=stream, actor=current_person().id))
