"""The API of home, batches, review, disposition, lots and trace."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

from flask import Response
from flask_smorest import Blueprint

from server.core import clock, days, db
from server.core import plant as site
from server.core.errors import PestleError, from_sync
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_session, demand, require
from server.production import model as production
from server.production import queries as batches
from server.production.model import batch_stream
from server.release import model, pages, queries, shapes, timing
from server.release.dossier.build import dossier
from server.release.entries import refused
from server.release.stamping import stamper
from sync.errors import SyncError
from sync.passkeys import shown

blueprint = Blueprint("batches", __name__, url_prefix="/api", description="Batches, review, release, lots, trace")

Answer = dict[str, Any]


@blueprint.get("/home")
@require("batch.read")
@blueprint.response(200, shapes.HomeAnswer)
def home() -> Answer:
    """The work of the plant at a glance."""
    with site.current().engine.connect() as connection:
        return pages.home(connection)


@blueprint.get("/batches")
@require("batch.read")
@blueprint.arguments(shapes.BatchesQuery, location="query")
@blueprint.response(200, shapes.BatchesAnswer)
def list_batches(query: Mapping[str, Any]) -> Answer:
    """Batches, the last changed first; `status` takes several, separated by commas."""
    statuses = tuple(filter(None, query["status"].split(",")))
    with site.current().engine.connect() as connection:
        lines, total = batches.batch_lines(connection, statuses, query["q"].strip(), query["offset"], query["limit"])
        return {"items": pages.lines(connection, lines), "total": total, "review": timing.middle(connection)}


@blueprint.get("/batches/<number>")
@require("batch.read")
@blueprint.response(200, shapes.BatchAnswer)
def show_batch(number: str) -> Answer:
    """A batch with its phases and their entries, lots, results, yields, leases and disposition."""
    with site.current().engine.connect() as connection:
        return _found(pages.batch_page(connection, number, days.today(connection)), number)


@blueprint.get("/batches/<number>/entries")
@require("batch.read")
@blueprint.response(200, shapes.EntriesAnswer)
def show_entries(number: str) -> Answer:
    """Every entry of the batch's stream in the order of the log."""
    with site.current().engine.connect() as connection:
        _found(batches.batch_line(connection, number), number)
        return {"items": pages.batch_entries(connection, number)}


@blueprint.get("/batches/<number>/review")
@require("batch.read")
@blueprint.response(200, shapes.ReviewAnswer)
def show_review(number: str) -> Answer:
    """What QA looks at and signs: open items first, then notable ones, the gates, and the digest over all that."""
    return _review(number)


@blueprint.post("/batches/<number>/conflicts/<item>/resolve")
@require("batch.review")
@blueprint.arguments(shapes.ResolveBody)
@blueprint.response(200, shapes.ReviewAnswer)
def resolve(body: Mapping[str, Any], number: str, item: str) -> Answer:
    """Choose the entry whose value counts; the others stay, shown as superseded by this decision."""
    payload = {"batch": number, "conflict": item, "chosen": body["chosen"], "reason": body["reason"]}
    return _decide(number, item, model.RESOLVED_KIND, payload)


@blueprint.post("/batches/<number>/exceptions/<item>/assess")
@require("batch.review")
@blueprint.arguments(shapes.AssessBody)
@blueprint.response(200, shapes.ReviewAnswer)
def assess(body: Mapping[str, Any], number: str, item: str) -> Answer:
    """Say what an exception means for the batch; it is then closed."""
    payload = {"batch": number, "exception": item, "assessment": body["assessment"]}
    return _decide(number, item, model.ASSESSED_KIND, payload)


@blueprint.get("/batches/<number>/questions")
@require("batch.read")
@blueprint.response(200, shapes.ReviewQuestionsAnswer)
def list_questions(number: str) -> Answer:
    """What the review has asked about the batch, in its order, with the answers."""
    return _questions(number)


@blueprint.post("/batches/<number>/questions")
@require("batch.review")
@blueprint.arguments(shapes.AskBody)
@blueprint.response(200, shapes.ReviewAnswer)
def ask(body: Mapping[str, Any], number: str) -> Answer:
    """Ask the floor something; it holds the release until somebody has answered. PestleError `batch_disposed`."""
    payload = {"batch": number, **{name: body[name] for name in ("phase", "about", "text")}}
    person = demand("batch.review")
    fact = Fact(model.ASKED_KIND, batch_stream(number), payload, subject=body["phase"], actor=person.id)
    site.current().recorder.state(fact)
    return _review(number)


@blueprint.post("/batches/<number>/questions/<question>/answer")
@require("batch.work", "order.release", "batch.review")
@blueprint.arguments(shapes.AnswerQuestionBody)
@blueprint.response(200, shapes.ReviewQuestionsAnswer)
def answer_question(body: Mapping[str, Any], number: str, question: str) -> Answer:
    """Answer, once. PestleError `not_found`, `question_answered`, `question_own`, `batch_disposed`."""
    payload = {"batch": number, "question": question, "text": body["text"]}
    person = demand("batch.work", "order.release", "batch.review").id
    site.current().recorder.state(
        Fact(model.ANSWERED_KIND, batch_stream(number), payload, subject=question, actor=person)
    )
    return _questions(number)


@blueprint.post("/batches/<number>/records/<record>/set-aside")
@require("batch.review")
@blueprint.arguments(shapes.SetAsideBody)
@blueprint.response(200, shapes.ReviewAnswer)
def put_aside(body: Mapping[str, Any], number: str, record: str) -> Answer:
    """Wait no longer for a form about the batch that was opened in vain. PestleError `not_found`, `item_closed`."""
    person = demand("batch.review")
    payload = {"batch": number, "record": record, "reason": body["reason"]}
    fact = Fact(model.SET_ASIDE, batch_stream(number), payload, subject=record, actor=person.id)
    site.current().recorder.state(fact)
    return _review(number)


@blueprint.post("/batches/<number>/materials/<material>/explain")
@require("batch.review")
@blueprint.arguments(shapes.ExplainBody)
@blueprint.response(200, shapes.ReviewAnswer)
def explain(body: Mapping[str, Any], number: str, material: str) -> Answer:
    """Sign why the batch does not account for so much of a material, as `difference` shows it. PestleError
    `difference_none`, `difference_stale`, `difference_own`."""
    asked = {"material": material, **{name: body[name] for name in ("difference", "reason")}}
    meaning = {"meaning": dict(model.DIFFERENCE_MEANING)}
    signed = _signed(number, body, model.EXPLAINED_KIND, asked | meaning, "batch.review")
    _state(number, model.EXPLAINED_KIND, signed | asked | meaning, material)
    return _review(number)


@blueprint.post("/batches/<number>/release")
@require("batch.release")
@blueprint.arguments(shapes.SignBody)
@blueprint.response(200, shapes.ReviewAnswer)
def release(body: Mapping[str, Any], number: str) -> Answer:
    """Sign the release of exactly the review that `digest` names."""
    return _sign(number, model.RELEASED_KIND, body)


@blueprint.post("/batches/<number>/production-review")
@require("production.review")
@blueprint.arguments(shapes.ProductionBody)
@blueprint.response(200, shapes.ReviewAnswer)
def review_production(body: Mapping[str, Any], number: str) -> Answer:
    """Sign production's review of its record, of exactly the review that `digest` names. PestleError
    `production_unfinished`, `production_covered`, `production_by_flow`, `production_own`, `batch_disposed`."""
    return _seal(number, model.PRODUCTION_KIND, body, model.PRODUCTION_MEANING, model.REVIEWS_PRODUCTION)


@blueprint.post("/batches/<number>/reject")
@require("batch.release")
@blueprint.arguments(shapes.SignBody)
@blueprint.response(200, shapes.ReviewAnswer)
def reject(body: Mapping[str, Any], number: str) -> Answer:
    """Sign the rejection of exactly the review that `digest` names; no gate has to be met."""
    return _sign(number, model.REJECTED_KIND, body)


@blueprint.post("/batches/<number>/devices/<device>/waive")
@require("batch.release")
@blueprint.arguments(shapes.WaiveBody)
@blueprint.response(200, shapes.ReviewAnswer)
def waive(body: Mapping[str, Any], number: str, device: str) -> Answer:
    """Sign that the batch need not wait for a device that will not deliver."""
    asked = {"device": device, **{name: body[name] for name in ("known", "delivered", "reason")}}
    signed = _signed(number, body, model.WAIVED_KIND, {**asked, "meaning": model.WAIVER_MEANING})
    _state(number, model.WAIVED_KIND, signed | asked | {"meaning": dict(model.WAIVER_MEANING)}, device)
    return _review(number)


@blueprint.get("/batches/<number>/containers")
@require("batch.read")
@blueprint.response(200, shapes.ContainersAnswer)
def show_containers(number: str) -> Answer:
    """The containers of the batch's lots: to which batch each is allocated, and which have taken something out."""
    return _containers(number)


@blueprint.post("/batches/<number>/containers/release")
@require("order.release")
@blueprint.arguments(shapes.DeallocateBody)
@blueprint.response(200, shapes.ContainersAnswer)
def deallocate(body: Mapping[str, Any], number: str) -> Answer:
    """Give containers back to the stock; refused while a device holds a lease of the batch."""
    payload = {"batch": number, "containers": body["containers"], "reason": body["reason"]}
    site.current().recorder.state(
        Fact(production.DEALLOCATED, batch_stream(number), payload, actor=demand("order.release").id)
    )
    return _containers(number)


@blueprint.get("/batches/<number>/dossier")
@require("batch.read")
@blueprint.arguments(shapes.DossierQuery, location="query")
@blueprint.response(200, content_type="application/pdf")
def show_dossier(query: Mapping[str, Any], number: str) -> Response:
    """The batch record as PDF/A-3, with its records and proofs attached, under a checkpoint published just now."""
    plant = site.current()
    with suppress(SyncError):
        # Where a witness does not answer, what it has seen before may still reach as far as this batch.
        plant.publisher.now()
    stamp, blobs = stamper(plant.config.tsa_url), plant.config.blobs
    try:
        with db.snapshot(plant.engine) as connection:
            data = dossier(
                connection,
                plant.log,
                plant.signer,
                number,
                query["lang"],
                blobs,
                clock.now(),
                withhold=query["withhold"],
                stamp=stamp,
            )
    except SyncError as error:
        raise from_sync(error) from error
    return Response(_found(data, number), mimetype="application/pdf")


@blueprint.get("/lots")
@require("lot.read")
@blueprint.arguments(shapes.LotsQuery, location="query")
@blueprint.response(200, shapes.LotsAnswer)
def list_lots(query: Mapping[str, Any]) -> Answer:
    """Lots with their status today, the last received first."""
    with site.current().engine.connect() as connection:
        return pages.lots_page(connection, query["q"].strip(), query["offset"], query["limit"], days.today(connection))


# Lot numbers may hold slashes, so the route with the longer tail is matched first.
@blueprint.get("/lots/<material>/<path:lot>/trace")
@require("lot.read")
@blueprint.arguments(shapes.TraceQuery, location="query")
@blueprint.response(200, shapes.TraceAnswer)
def trace(query: Mapping[str, Any], material: str, lot: str) -> Answer:
    """The genealogy of a lot: the batches and lots that came of it, or that it was made from."""
    with site.current().engine.connect() as connection:
        found = batches.trace_lot(connection, material, lot, query["direction"])
        if not found["batches"]:
            _found(pages.lot_page(connection, material, lot, days.today(connection)), f"{material}/{lot}")
    return {"lot": f"{material}/{lot}", **found, "shipments": []}


@blueprint.get("/lots/<material>/<path:lot>")
@require("lot.read")
@blueprint.response(200, shapes.LotPageAnswer)
def show_lot(material: str, lot: str) -> Answer:
    """A lot with its results and the batches it went into."""
    with site.current().engine.connect() as connection:
        return _found(pages.lot_page(connection, material, lot, days.today(connection)), f"{material}/{lot}")


T = TypeVar("T")


def _found(value: T | None, name: str) -> T:
    if value is None:
        raise PestleError("not_found", {"name": name})
    return value


def _review(number: str) -> Answer:
    """All of one moment, since the digest covers it."""
    with db.snapshot(site.current().engine) as connection:
        return _found(pages.review_page(connection, number), number)


def _questions(number: str) -> Answer:
    with site.current().engine.connect() as connection:
        return {"items": _found(pages.questions_page(connection, number), number)}


def _decide(number: str, item: str, kind: str, payload: Mapping[str, Any]) -> Answer:
    plant, person = site.current(), demand("batch.review")
    with plant.engine.connect() as connection:
        found = _found(batches.find_item(connection, item), item)
    if found[0] != number:
        raise PestleError("not_found", {"name": item})
    plant.recorder.state(Fact(kind, batch_stream(number), payload, subject=item, actor=person.id))
    return _review(number)


def _sign(number: str, kind: str, body: Mapping[str, Any]) -> Answer:
    return _seal(number, kind, body, {"code": body["meaning"], **model.MEANINGS[body["meaning"]]}, "batch.release")


def _seal(number: str, kind: str, body: Mapping[str, Any], meant: Mapping[str, str], permission: str) -> Answer:
    """Seals the batch as it was shown: entry count, stream head, and the devices' heads when the log had that size."""
    meaning, about = dict(meant), {name: body[name] for name in ("digest", "reason")}
    signed = _signed(number, body, kind, about | {"meaning": meaning}, permission)
    with site.current().engine.connect() as connection:
        seq, running = queries.covered(connection, number)
        now = queries.log_size(connection)
        heads = queries.device_heads(connection, number, now if body["size"] is None else min(now, body["size"]))
    payload = {
        **signed,
        "meaning": meaning,
        "stream_seq": seq,
        "stream_hash": running,
        "devices": [head.payload() for head in heads],
        **about,
    }
    facts = [
        Fact(kind, batch_stream(number), payload, actor=signed["signer"]["id"]),
        *_timed(number, kind, body, signed),
    ]
    site.current().recorder.state(*facts)
    return _review(number)


def _timed(number: str, kind: str, body: Mapping[str, Any], signed: Mapping[str, Any]) -> list[Fact]:
    """How long its signer looked at it, where the page has measured that."""
    if body["seconds"] is None:
        return []
    said = {"batch": number, "signed": kind, "digest": body["digest"], "seconds": body["seconds"]}
    stream, actor = model.times_stream(number), signed["signer"]["id"]
    return [Fact(model.TIMED_KIND, stream, said, subject=batch_stream(number), actor=actor)]


def _signed(
    number: str, body: Mapping[str, Any], kind: str, given: Mapping[str, Any], permission: str = "batch.release"
) -> dict[str, Any]:
    """The statement under what was shown. A refused one leaves an entry outside of the batch's stream, so that the
    review on the signer's screen stays the one that can be signed."""
    plant, person = site.current(), demand(permission)
    with plant.engine.connect() as connection:
        _found(batches.batch_line(connection, number), number)
    try:
        digest = shown(kind, model.said(kind, {"batch": number, **given}))
        statement = signing.sign(plant, current_session(), body, digest)
    except PestleError as error:
        plant.recorder.state(refused(number, person.id, [error.code], "site"))
        raise
    return {"batch": number, **statement}


def _containers(number: str) -> Answer:
    with site.current().engine.connect() as connection:
        _found(batches.batch_line(connection, number), number)
        return {"items": batches.container_choices(connection, number, days.today(connection))}


def _state(number: str, kind: str, payload: Mapping[str, Any], subject: str | None = None) -> None:
    fact = Fact(kind, batch_stream(number), payload, subject=subject, actor=payload["signer"]["id"])
    site.current().recorder.state(fact)
