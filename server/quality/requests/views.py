"""The HTTP interface of sampling requests: what waits for the laboratory, a batch's, an answer, and why
what was drawn is not tested."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping, Sequence
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import queries as identity
from server.identity.access import current_person, require
from server.quality.requests import model, queries
from server.quality.requests.model import Request

Answer = dict[str, Any]
blueprint = Blueprint("requests", __name__, url_prefix="/api", description="Samples that the floor asks for")


class RequestAnswerBody(Schema):
    """A sample is drawn unless there is a `reason` why none is."""

    amount = fields.nested(fields.AmountShape, none=True)
    reason = fields.text(2000, none=True)
    comment = fields.text(2000, none=True)


class SampleUntestedBody(Schema):
    reason = fields.text(2000)


@blueprint.get("/sample-requests")
@require("batch.read")
def list_waiting() -> Answer:
    """Requests of all batches that nobody has answered, the first one first."""
    with plant.current().engine.connect() as connection:
        return {"items": _shown(connection, queries.waiting(connection), {})}


@blueprint.get("/batches/<batch>/sample-requests")
@require("batch.read")
def list_of_batch(batch: str) -> Answer:
    """What was asked for of a batch, with what was drawn and found."""
    return _page(batch)


@blueprint.post("/batches/<batch>/sample-requests/<request>/answer")
@require(model.TAKES, model.RECORDS, model.REVIEWS)
@blueprint.arguments(RequestAnswerBody)
@blueprint.response(201)
def answer(body: Mapping[str, Any], batch: str, request: str) -> Answer:
    """Say that a sample was drawn, which gets the next number of the batch, or why not. PestleError `not_found`,
    `request_answered`, `request_answer_wrong`, `request_own`, `sample_number_wrong`, `batch_disposed`."""
    here = plant.current()
    with here.engine.connect() as connection:
        known = queries.find(connection, request)
        # An address may name what no entry could: the door would take that for a fault of its own.
        if known is None or known.batch != batch:
            raise PestleError("not_found")
        following = model.number_text(batch, queries.drawn(connection, batch) + 1)
    number = following if body["reason"] is None else None
    said = {"batch": batch, "request": request, "sample": number, **body}
    here.recorder.state(Fact(model.ANSWERED, f"batch/{batch}", said, subject=request, actor=current_person().id))
    return _page(batch)


@blueprint.post("/batches/<batch>/sample-requests/<request>/untested")
@require(model.TAKES, model.RECORDS, model.REVIEWS)
@blueprint.arguments(SampleUntestedBody)
@blueprint.response(201)
def leave_untested(body: Mapping[str, Any], batch: str, request: str) -> Answer:
    """Say why the sample that was drawn is not tested. PestleError `not_found`, `request_answered`, `request_own`,
    `batch_disposed`."""
    said = {"batch": batch, "request": request, **body}
    fact = Fact(model.UNTESTED, f"batch/{batch}", said, subject=request, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(batch)


def _page(batch: str) -> Answer:
    with plant.current().engine.connect() as connection:
        return {"items": _shown(connection, queries.of_batch(connection, batch), queries.results(connection, batch))}


def _shown(connection: Connection, found: Sequence[Request], results: Mapping[str, Any]) -> list[Answer]:
    people = identity.people(
        connection, {who for one in found for who in (one.by, one.answered_by, one.untested_by) if who}
    )
    same = ("batch", "phase", "sample", "what", "amount", "reason", "comment", "at")
    said = ("number", "drawn", "declined", "remark")
    return [
        {
            "id": one.entry,
            "by": people[one.by],
            "planned": queries.planned(connection, one),
            **{name: getattr(one, name) for name in same},
        }
        | {
            "answer": None
            if one.answered_by is None
            else {"by": people[one.answered_by], "at": one.answered_at, **{name: getattr(one, name) for name in said}}
        }
        | {
            "untested": None
            if one.untested_by is None
            else {"by": people[one.untested_by], "at": one.untested_at, "reason": one.untested}
        }
        | {"results": results.get(one.number or "", [])}
        for one in found
    ]
