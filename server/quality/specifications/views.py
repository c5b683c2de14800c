"""The HTTP interface of specifications: list, look, check, submit by signature; results by the one in force."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, days, plant, qualifications
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import action
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials import queries as materials
from server.quality import queries as quality
from server.quality.inspection import queries as inspections
from server.quality.model import RESULTS_RECORDED_V3, subject_of
from server.quality.specifications import model, pages, queries, rules, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("specifications", __name__, url_prefix="/api", description="Specifications and results by them")
_SEES, _RECORDS = ("lot.read", "log.read"), "results.record"


@blueprint.get("/specifications")
@require(*_SEES)
def listing() -> Answer:
    """All specifications with the version in force, and all materials and products that one may be written for."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection, days.today(connection))


@blueprint.get("/specifications/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One specification with all its versions, the newest first. PestleError `specification_unknown`."""
    return _page(code)


@blueprint.post("/specifications/check")
@require(model.DESIGNS)
@blueprint.arguments(shapes.SpecificationDraft)
def look(body: Body) -> Answer:
    """What stands against a definition, its digest, and the number that it would get; stores nothing."""
    with plant.current().engine.connect() as connection:
        number = len(queries.versions_of(connection, body["specification"])) + 1
        known = body["material"] in queries.names(connection)
    stands_against = rules.findings(body)
    found = [one.payload() for one in stands_against]
    found += [] if known else [{"code": "material_unknown", "path": "material"}]
    answer = {"version": number, "sha256": model.digest({**body, "version": number}), "findings": found}
    return answer | {"opened": [] if stands_against else pages.opened(body["sampling"])}


@blueprint.post("/specifications/<code>/versions")
@require(model.DESIGNS)
@blueprint.arguments(shapes.SpecificationSubmission)
@blueprint.response(201)
def submit(body: Body, code: str) -> Answer:
    """Submit the next version by signature; its approval begins. PestleError `specification_waiting`,
    `specification_version_wrong`, `specification_taken`, `specification_faulty`, and those of a signature."""
    names = ("version", "material", "stage", "name", "tests", "sampling", "effective_from", "sha256", "reason")
    seen: Answer = {"specification": code, **{name: body[name] for name in names}, "meaning": dict(model.MEANING)}
    here = plant.current()
    signature = signing.sign(here, current_session(), body, shown(model.SUBMITTED_KIND, model.said(seen)))
    fact = Fact(model.SUBMITTED_KIND, model.stream(code), seen | signature, subject=code, actor=current_person().id)
    here.recorder.state(fact)
    return _page(code)


@blueprint.get("/results/specification")
@require("lot.read", "batch.read")
@blueprint.arguments(shapes.JudgingQuery, location="query")
def judging(query: Body) -> Answer:
    """The version by which results of a batch or lot are judged today; null where there is none."""
    with plant.current().engine.connect() as connection:
        return pages.judging(connection, query["about"], query["stage"], days.today(connection))


@blueprint.post("/results")
@require(_RECORDS)
@blueprint.arguments(shapes.ResultsBody)
@blueprint.response(201)
def record(body: Body) -> Answer:
    """Record results by the specification in force, or correct some. PestleError `results_unfit` for what does not
    answer it, or corrects nothing that stands there; `result_left_out`; `sample_unknown` of another lot's."""
    here, person = plant.current(), current_person()
    with here.engine.connect() as connection:
        qualifications.demand(connection, person.id, [action(_RECORDS)], clock.now())
        _demand_fit(connection, body)
    names = ("stage", "specification", "version", "results", "inspection", "sample", "retest_of")
    given = {name: body[name] for name in names} | {"analyst": person.id}
    why = {"corrects": body["corrects"], "reason": body["reason"]}
    recorded = here.recorder.state(Fact(RESULTS_RECORDED_V3, body["about"], given, actor=person.id, **why))[0]
    return {"entry": recorded.id, "flags": [*recorded.flags]}


def _demand_fit(connection: Connection, body: Body) -> None:
    _, material, lot = subject_of(body["about"])
    known = lot is None or materials.find_lot(connection, str(material), lot) is not None
    found = queries.effective_for(connection, body["about"], body["stage"], days.today(connection))
    named = (body["specification"], body["version"])
    if not known or found is None or (found.specification, found.version) != named:
        raise PestleError("results_unfit", {"specification": body["specification"]})
    of = [one for one in (body["corrects"], body["retest_of"]) if one is not None]
    known = all(quality.stands(connection, one, subject_of(body["about"])) for one in of)
    if not known or not rules.all_fit(found.tests, body["results"]):
        raise PestleError("results_unfit", {"specification": body["specification"]})
    if lot is not None and _is_foreign(connection, body["sample"], str(material), lot):
        raise PestleError("sample_unknown", {"sample": body["sample"]})
    corrects, answered = body["corrects"], {line["test"] for line in body["results"]}
    if corrects is not None and quality.talks_away(connection, corrects, body["stage"], answered):
        raise PestleError("result_left_out", {"entry": corrects})


def _is_foreign(connection: Connection, sample: str | None, material: str, lot: str) -> bool:
    """Of a lot that is sampled, whether a sample is none of it. One that was taken back or lost is: what fails in it
    still stands against the lot."""
    if sample is None or inspections.of_lot(connection, material, lot) is None:
        return False
    found = inspections.find_sample(connection, sample)
    of = None if found is None else inspections.find(connection, found.inspection)
    return of is None or (of.material, of.lot) != (material, lot)


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.one(connection, code, days.today(connection))
    if found is None:
        raise PestleError("specification_unknown", {"specification": code})
    return found
