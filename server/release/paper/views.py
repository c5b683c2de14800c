"""The API of the empty record: issue a copy, list the copies, print one."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import db, fields
from server.core import plant as site
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import queries as identity
from server.identity.access import demand, require
from server.production.descent import queries as births
from server.production.model import batch_stream
from server.release.paper import model, queries
from server.release.paper.blank import blank_pdf

blueprint = Blueprint("paper", __name__, url_prefix="/api/batches", description="The empty batch record on paper")

Answer = dict[str, Any]


class BlankIssue(Schema):
    reason = fields.text(2000, none=True)


class BlankAccount(Schema):
    outcome = fields.choice(*model.OUTCOMES)
    reason = fields.text(2000)


class BlankPrint(Schema):
    lang = fields.choice(*model.LANGUAGES)
    reason = fields.text(2000, none=True)


class BlanksAnswer(Schema):
    items = plain.List(plain.Dict())


@blueprint.get("/<number>/blanks")
@require("batch.read")
@blueprint.response(200, BlanksAnswer)
def list_blanks(number: str) -> Answer:
    """{items: [{copy, by {id, name, name_en}, at, reason, phases, account {outcome, by, at, reason}, prints [{lang, by,
    at, reason}]}]}, the first copy and the first print first; `phases` are those for which something was typed in from
    it, with its number where that was for a batch that came of this one."""
    with site.current().engine.connect() as connection:
        return _listed(connection, number)


@blueprint.post("/<number>/blanks")
@require(model.ISSUES)
@blueprint.arguments(BlankIssue)
@blueprint.response(200, BlanksAnswer)
def issue_blank(given: Mapping[str, Any], number: str) -> Answer:
    """The next copy. PestleError `batch_closed`, `batch_gone` of what is whole in others, `blank_reason_missing` where
    there is one already."""
    plant, person = site.current(), demand(model.ISSUES)
    with plant.engine.connect() as connection:
        copy = queries.last_copy(connection, births.family(connection, number)) + 1
    payload = {"batch": number, "copy": copy, "reason": given["reason"]}
    plant.recorder.state(Fact(model.ISSUED, batch_stream(number), payload, actor=person.id))
    with plant.engine.connect() as connection:
        return _listed(connection, number)


@blueprint.post("/<number>/blanks/<int:copy>/account")
@require(model.ISSUES)
@blueprint.arguments(BlankAccount)
@blueprint.response(200, BlanksAnswer)
def account_blank(given: Mapping[str, Any], number: str, copy: int) -> Answer:
    """A copy that nobody types in from: unused, spoiled or lost, and why. PestleError `not_found`, `batch_closed`,
    `item_closed`."""
    plant, person = site.current(), demand(model.ISSUES)
    payload = {"batch": number, "copy": copy, **given}
    plant.recorder.state(Fact(model.ACCOUNTED, batch_stream(number), payload, actor=person.id))
    with plant.engine.connect() as connection:
        return _listed(connection, number)


@blueprint.post("/<number>/blanks/<int:copy>/prints")
@require(model.ISSUES)
@blueprint.arguments(BlankPrint)
@blueprint.response(200, content_type="application/pdf")
def print_blank(given: Mapping[str, Any], number: str, copy: int) -> Response:
    """An issued copy as PDF/A. Its number, who issued it, and which print of it this is stand on every page.
    PestleError `not_found`, `batch_closed`, `item_closed`; `blank_reason_missing` of all but its first print."""
    plant, person = site.current(), demand(model.ISSUES)
    payload = {"batch": number, "copy": copy, **given}
    plant.recorder.state(Fact(model.PRINTED, batch_stream(number), payload, actor=person.id))
    with db.snapshot(plant.engine) as connection:
        issued = next(one for one in queries.copies(connection, number) if one.copy == copy)
        prints = queries.prints(connection, number)[copy]
        data = blank_pdf(connection, plant.log.origin, issued, prints)
    if data is None:
        raise PestleError("not_found", {"batch": number, "copy": copy})
    return Response(data, mimetype="application/pdf")


def _listed(connection: Connection, number: str) -> Answer:
    found = queries.copies(connection, number)
    known, typed = queries.accounts(connection, number), births.typed_from(connection, number)
    prints = queries.prints(connection, number)
    named = {*(one.by for one in found), *(one.by for one in known.values())}
    people = identity.people(connection, named.union(one.by for each in prints.values() for one in each))
    return {
        "items": [
            {
                "copy": one.copy,
                "by": people[one.by],
                "at": one.at,
                "reason": one.reason,
                "phases": [
                    phase if batch == number else f"{batch}: {phase}" for batch, phase in typed.get(one.copy, ())
                ],
                "account": _account(known.get(one.copy), people),
                "prints": [
                    {"lang": each.lang, "by": people[each.by], "at": each.at, "reason": each.reason}
                    for each in prints.get(one.copy, [])
                ],
            }
            for one in found
        ]
    }


def _account(known: model.Account | None, people: Mapping[str, Any]) -> Answer | None:
    if known is None:
        return None
    return {"outcome": known.outcome, "by": people[known.by], "at": known.at, "reason": known.reason}
