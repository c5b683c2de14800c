"""The HTTP interface of the usage decision: the page of a lot, the decision, checks of results, results set aside."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from server.core import blobs, clock, days, files, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials import model as materials
from server.materials import queries as lots
from server.quality.usage import batches, certificates, model, pages, queries, retests, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
_AHEAD, _MOST = timedelta(days=60), 100
blueprint = Blueprint("usage", __name__, url_prefix="/api", description="Whether lots may be used")


# Lot numbers may hold slashes.
@blueprint.get("/lots/<material>/<path:lot>/usage")
@require("lot.read")
def show(material: str, lot: str) -> Answer:
    """Everything that the decision about a lot depends on, with the conditions of its release. PestleError
    `not_found`."""
    return _page(material, lot)


@blueprint.get("/retests")
@require("lot.read")
def list_retests() -> Answer:
    """Released lots that are to be tested again within 60 days, or were to be already; the first one due first."""
    with plant.current().engine.connect() as connection:
        now = clock.now()
        found = retests.due(connection, days.at(connection, now), days.at(connection, now + _AHEAD), _MOST)
    shown = ("material", "name", "lot", "retest", "containers", "supplier_lot")
    items = [
        {name: getattr(one.lot, name) for name in shown} | {"inspection": one.inspection, "past": one.past}
        for one in found
    ]
    return {"items": items}


@blueprint.post("/lots/<material>/<path:lot>/usage")
@require(model.DECIDES)
@blueprint.arguments(shapes.UsageBody)
@blueprint.response(201)
def decide(body: Body, material: str, lot: str) -> Answer:
    """Release, reject or restrict a lot by signature, on exactly what was shown. PestleError `digest_stale`,
    `usage_blocked` with the conditions that are open, `lot_status_refused`, `lot_decision_wrong`, `lot_retest_wrong`,
    `lot_supplier_undecided`, and those of a signature."""
    names = ("status", "conditions", "retest", "inspection", "specification", "version", "digest", "reason")
    said = {"material": material, "lot": lot, **{name: body[name] for name in names}}
    meaning = materials.MEANINGS[body["status"]]
    stream = queries.stream(material, lot)
    _sign(materials.STATUS_CHANGED, stream, said, meaning, materials.said_of_status, body)
    return _page(material, lot)


@blueprint.post("/lots/<material>/<path:lot>/checks")
@require(model.RECORDS)
@blueprint.arguments(shapes.CheckBody)
@blueprint.response(201)
def check(body: Body, material: str, lot: str) -> Answer:
    """Sign as the second person that what an entry recorded of a lot was checked. PestleError `results_not_unchecked`,
    `usage_own_work`, `digest_stale`, and those of a signature."""
    said = {name: body[name] for name in ("entry", "digest", "comment")}
    _sign(model.CHECKED, queries.stream(material, lot), said, model.CHECK_MEANING, model.said_of_check, body)
    return _page(material, lot)


@blueprint.get("/batches/<batch>/checks")
@require("batch.read")
def show_checks(batch: str) -> Answer:
    """The results of a batch by the entries that recorded them, each with who has checked it, or that it waits."""
    return _checks(batch)


@blueprint.post("/batches/<batch>/checks")
@require(model.RECORDS)
@blueprint.arguments(shapes.CheckBody)
@blueprint.response(201)
def check_batch(body: Body, batch: str) -> Answer:
    """Sign as the second person that what an entry recorded of a batch was checked. PestleError
    `results_not_unchecked`, `usage_own_work`, `digest_stale`, `batch_disposed`, and those of a signature."""
    said = {name: body[name] for name in ("entry", "digest", "comment")}
    _sign(model.CHECKED, batches.stream(batch), said, model.CHECK_MEANING, model.said_of_check, body)
    return _checks(batch)


@blueprint.post("/lots/<material>/<path:lot>/certificates")
@require(*model.KEEPS_CERTIFICATES)
@blueprint.arguments(shapes.CertificateBody)
@blueprint.response(201)
def record_certificate(body: Body, material: str, lot: str) -> Answer:
    """Write down what the supplier's certificate says of a lot, with its file that was kept before. PestleError
    `lot_unknown`, `not_found` for a file that is not here."""
    here, file = plant.current(), body["file"]
    if file is not None and blobs.load(here.config.blobs, file["sha256"]) is None:
        raise PestleError("not_found", {"name": file["name"]})
    given = {"material": material, "lot": lot, **body}
    here.recorder.state(Fact(certificates.RECORDED, queries.stream(material, lot), given, actor=current_person().id))
    return _page(material, lot)


@blueprint.put("/lots/<material>/<path:lot>/certificates/<name>")
@require(*model.KEEPS_CERTIFICATES)
def keep_file(material: str, lot: str, name: str) -> Response:
    """Keep the file of a certificate under the SHA-256 of its bytes; 200 when it is here already. PestleError
    `blob_…`, `not_found`."""
    _page(material, lot)
    return files.keep(name)


@blueprint.get("/lots/<material>/<path:lot>/certificates/<name>")
@require("lot.read")
def show_file(material: str, lot: str, name: str) -> Response:
    """The file of a certificate of a lot, to download. PestleError `not_found`."""
    found = [one for each in _page(material, lot)["certificates"] if (one := each["file"]) is not None]
    return files.download(name, next((one["name"] for one in found if one["sha256"] == name), None))


@blueprint.post("/lots/<material>/<path:lot>/set-aside")
@require(model.DECIDES)
@blueprint.arguments(shapes.AsideBody)
@blueprint.response(201)
def set_aside(body: Body, material: str, lot: str) -> Answer:
    """Sign that a result outside of its limits does not count after an investigation, since it was tested again.
    PestleError `result_not_replaceable`, `usage_own_work`, and those of a signature."""
    said = {name: body[name] for name in ("entry", "test", "instead", "reason")}
    _sign(model.SET_ASIDE, queries.stream(material, lot), said, model.ASIDE_MEANING, model.said_of_aside, body)
    return _page(material, lot)


@blueprint.post("/lots/<material>/<path:lot>/resume-sampling")
@require(model.DECIDES)
@blueprint.arguments(shapes.ResumeBody)
@blueprint.response(201)
def resume(body: Body, material: str, lot: str) -> Answer:
    """Sign that lots of this lot's material and supplier are sampled again, tightened, after its measures. PestleError
    `sampling_not_discontinued`, and those of a signature."""
    here = plant.current()
    with here.engine.connect() as connection:
        found = lots.find_lot(connection, material, lot)
    if found is None or found.supplier is None:
        raise PestleError("sampling_not_discontinued", {"material": material})
    said = {"material": material, "supplier": found.supplier, "reason": body["reason"]}
    stream = model.supply(material, found.supplier)
    _sign(model.RESUMED, stream, said, model.RESUME_MEANING, model.said_of_resuming, body)
    return _page(material, lot)


def _sign(
    kind: str,
    stream: str,
    said: Answer,
    meaning: Mapping[str, str],
    seen: Callable[[Mapping[str, Any]], dict[str, Any]],
    body: Body,
) -> None:
    here, given = plant.current(), {**said, "meaning": dict(meaning)}
    signature = signing.sign(here, current_session(), body, shown(kind, seen(given)))
    here.recorder.state(Fact(kind, stream, given | signature, actor=current_person().id))


def _checks(batch: str) -> Answer:
    with plant.current().engine.connect() as connection:
        return {"items": batches.page(connection, batch)}


def _page(material: str, lot: str) -> Answer:
    with plant.current().engine.connect() as connection:
        person = current_person()
        decides = person.id if model.DECIDES in person.permissions else None
        found = pages.one(connection, material, lot, days.today(connection), decides)
    if found is None:
        raise PestleError("not_found", {"name": f"{material}/{lot}"})
    return found
