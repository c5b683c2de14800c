"""The HTTP interface of inspections: list, look, open, sample, and hand samples on."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, days, plant, qualifications
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.outcomes import Recorded
from server.core.steps import action
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.materials import queries as materials
from server.quality.inspection import entries, model, pages, queries, rules, shapes
from server.quality.inspection.model import Inspection
from server.quality.usage import retests

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("inspections", __name__, url_prefix="/api", description="Inspections of lots, and their samples")
_SEES = ("lot.read", "log.read")
_ATTEMPTS = 5


@blueprint.get("/inspections")
@require(*_SEES)
@blueprint.arguments(shapes.InspectionsQuery, location="query")
def listing(query: Body) -> Answer:
    """Inspections of which something is missing, or all; the newest first."""
    states = (model.SAMPLING, model.SAMPLED) if query["open"] else model.STATES
    with plant.current().engine.connect() as connection:
        found, total = queries.listed(connection, states, query["q"].strip(), query["offset"], query["limit"])
        return {"items": pages.listing(connection, found, days.today(connection)), "total": total}


@blueprint.post("/inspections")
@require(model.RECORDS, model.DECIDES)
@blueprint.arguments(shapes.Opening)
@blueprint.response(201)
def begin(body: Body) -> Answer:
    """Open an inspection that no receipt is the cause of. PestleError `lot_unknown`, `inspection_open` while one of
    the lot that was not released since is not complete."""
    here, now = plant.current(), clock.now_text()
    with here.engine.connect() as connection:
        if materials.find_lot(connection, body["material"], body["lot"]) is None:
            raise PestleError("lot_unknown", {"lot": f"{body['material']}/{body['lot']}"})
        there = queries.of_lot(connection, body["material"], body["lot"])
        if there is not None and not there.complete and not retests.is_over(connection, there):
            raise PestleError("inspection_open", {"inspection": there.inspection})
        about = body["material"], body["lot"]
        lot = materials.find_lot(connection, *about)
        came = 0 if lot is None else lot.containers or 0
        supplier = None if lot is None else lot.supplier
        fact = entries.opening(connection, *about, now, came, body["reason"], current_person().id, supplier=supplier)
    here.recorder.state(fact)
    return _page(str(fact.payload["inspection"]))


@blueprint.get("/inspections/<number>")
@require(*_SEES)
def show(number: str) -> Answer:
    """One inspection with its plan, containers and samples. PestleError `inspection_unknown`."""
    return _page(number)


@blueprint.get("/inspections/<number>/container")
@require(*_SEES)
@blueprint.arguments(shapes.ContainerQuery, location="query")
def look(query: Body, number: str) -> Answer:
    """What a container is to an inspection, by its label. PestleError `inspection_unknown`."""
    with plant.current().engine.connect() as connection:
        return pages.container(connection, _find(connection, number), query["label"], days.today(connection))


@blueprint.post("/inspections/<number>/samples")
@require(model.TAKES)
@blueprint.arguments(shapes.Taking)
@blueprint.response(201)
def take(body: Body, number: str) -> Answer:
    """Record a sample that was taken. PestleError `sample_container_foreign` for a container of another lot,
    `sample_reason_missing` for another than was drawn without a reason."""
    for attempt in range(_ATTEMPTS):
        try:
            return _taken(body, number)
        except PestleError as error:
            # Somebody else took a sample at the same moment: then this is the next one.
            if error.code != "sample_known" or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt answers or raises")


def _taken(body: Body, number: str) -> Answer:
    here, person = plant.current(), current_person()
    with here.engine.connect() as connection:
        qualifications.demand(connection, person.id, [action(model.TAKES)], clock.now())
        found = _find(connection, number)
        labels = queries.labels_of(connection, found.material, found.lot)
        said = {**body, "inspection": number, "sample": queries.next_sample(connection, number)}
        parents = queries.parents_of(connection, found)
        rooted = {**said, "containers": [rules.rooted(one, parents) for one in said["containers"]]}
        wrong = rules.flags(found, rooted, labels, False, True)
    if wrong:
        code = "sample_container_foreign" if "container_foreign" in wrong else "sample_reason_missing"
        raise PestleError(code, {"inspection": number})
    about = model.stream(found.material, found.lot)
    here.recorder.state(Fact(model.TAKEN, about, said, subject=number, actor=person.id), also=_alone)
    return _page(number) | {"sample": said["sample"]}


def _alone(connection: Connection, recorded: list[Recorded]) -> None:
    """No two samples get one number here; PestleError `sample_known` leaves nothing in the log."""
    if "sample_known" in recorded[0].flags:
        raise PestleError("sample_known")


@blueprint.get("/samples/<sample>")
@require(*_SEES)
def show_sample(sample: str) -> Answer:
    """One sample with its chain of custody, and who may receive it. PestleError `sample_unknown`."""
    return _sample_page(sample)


@blueprint.post("/samples/<sample>/steps")
@require(model.TAKES, model.RECORDS)
@blueprint.arguments(shapes.Handing)
@blueprint.response(201)
def hand(body: Body, sample: str) -> Answer:
    """Record what was done with a sample; where the chain breaks, it is kept and says so. PestleError
    `sample_unknown`, `sample_destroyed`, `sample_step_incomplete`."""
    here, person = plant.current(), current_person()
    with here.engine.connect() as connection:
        found = queries.find_sample(connection, sample)
        inspection = None if found is None else queries.find(connection, found.inspection)
        steps = [step.step for _, step in queries.steps_of(connection, [sample])]
    if inspection is None:
        raise PestleError("sample_unknown", {"sample": sample})
    if model.DESTROYED in steps:
        raise PestleError("sample_destroyed", {"sample": sample})
    needs = {model.HANDED: "to", model.STORED: "place", model.DESTROYED: "reason"}.get(body["step"])
    if needs is not None and not body[needs]:
        raise PestleError("sample_step_incomplete", {"sample": sample, "missing": needs})
    about = model.stream(inspection.material, inspection.lot)
    here.recorder.state(Fact(model.HANDED_KIND, about, {**body, "sample": sample}, subject=sample, actor=person.id))
    return _sample_page(sample)


@blueprint.post("/samples/<sample>/void")
@require(model.TAKES, model.RECORDS)
@blueprint.arguments(shapes.Voiding)
@blueprint.response(201)
def void(body: Body, sample: str) -> Answer:
    """Say that a sample was recorded wrongly, as of the wrong container: another is to be taken in its place.
    PestleError `sample_unknown`."""
    here, person = plant.current(), current_person()
    with here.engine.connect() as connection:
        found = queries.find_sample(connection, sample)
        inspection = None if found is None else queries.find(connection, found.inspection)
    if inspection is None:
        raise PestleError("sample_unknown", {"sample": sample})
    about = model.stream(inspection.material, inspection.lot)
    here.recorder.state(Fact(model.VOIDED, about, {**body, "sample": sample}, subject=sample, actor=person.id))
    return _sample_page(sample)


def _find(connection: Connection, number: str) -> Inspection:
    found = queries.find(connection, number)
    if found is None:
        raise PestleError("inspection_unknown", {"inspection": number})
    return found


def _page(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.page(connection, number, days.today(connection))
    if found is None:
        raise PestleError("inspection_unknown", {"inspection": number})
    return found


def _sample_page(number: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.sample(connection, number, days.today(connection))
        people = identity.people_with(connection, model.RECORDS)
    if found is None:
        raise PestleError("sample_unknown", {"sample": number})
    return found | {"receivers": [{"id": one.id, "name": one.name, "name_en": one.name_en} for one in people]}
