"""The API of audit-trail reviews: a selection is shown, paged through and signed (IDN-10; EU GMP Annex 11, 9)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, db
from server.core import plant as site
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_session, demand, require
from server.production import queries as batches
from server.production.model import batch_stream
from server.release.audit import model, pages, queries, shapes
from server.release.audit.model import Scope
from sync.passkeys import shown

blueprint = Blueprint("audit", __name__, url_prefix="/api/audit-reviews", description="Reviews of the audit trail")

Answer = dict[str, Any]


@blueprint.get("")
@require("log.read", "batch.review")
@blueprint.arguments(shapes.AuditReviewsQuery, location="query")
@blueprint.response(200, shapes.AuditReviewsAnswer)
def list_reviews(query: Mapping[str, Any]) -> Answer:
    """Signed reviews, the newest first, and how many entries the last one of the whole does not reach."""
    with db.snapshot(site.current().engine) as connection:
        return pages.listing(connection, query["batch"].strip() or None, query["offset"], query["limit"])


@blueprint.get("/selection")
@require("log.read")
@blueprint.arguments(shapes.AuditSelectionQuery, location="query")
@blueprint.response(200, shapes.AuditSelectionAnswer)
def show_selection(query: Mapping[str, Any]) -> Answer:
    """What would be signed: the selection as it is now with its digest, and what of it deserves a look first."""
    person, now = demand("log.read"), clock.now_text()
    with db.snapshot(site.current().engine) as connection:
        scope = _batch_by_name(connection, _given(query))
        return pages.selection(connection, _ended(scope, now), person.id)


@blueprint.get("/entries")
@require("log.read")
@blueprint.arguments(shapes.SelectedQuery, location="query")
@blueprint.response(200, shapes.SelectedAnswer)
def list_selected(query: Mapping[str, Any]) -> Answer:
    """The entries of a selection as it was shown, the first first, each with its content."""
    with db.snapshot(site.current().engine) as connection:
        return pages.entries(
            connection, _given(query), query["log_size"], query["look"], query["after"], query["limit"]
        )


@blueprint.post("")
@require("batch.review")
@blueprint.arguments(shapes.AuditSignBody)
@blueprint.response(201, shapes.AuditReviewAnswer)
def sign_review(body: Mapping[str, Any]) -> Answer:
    """Sign that exactly the entries which `digest` is over were reviewed, with what was marked in them."""
    plant, person = site.current(), demand("batch.review")
    # Nobody answers for what they may not see.
    demand("log.read")
    given = {name: body[name] for name in ("scope", "log_size", "count", "digest", "comment", "remarks")}
    given["meaning"] = {"code": body["meaning"], **model.MEANINGS[body["meaning"]]}
    statement = signing.sign(plant, current_session(), body, shown(model.REVIEWED_KIND, model.said(given)))
    payload = {**statement, **given}
    recorded = plant.recorder.state(Fact(model.REVIEWED_KIND, "site", payload, actor=person.id))
    with plant.engine.connect() as connection:
        return pages.shown(connection, [queries.review_at(connection, recorded[0].index)])[0]


def _given(query: Mapping[str, Any]) -> Scope:
    names = ("batch", "stream", "kind", "person", "device", "since", "until")
    given = {name: query[name].strip() or None for name in names}
    return Scope(**{**given, "stream": (given["stream"] or "").rstrip("/ ") or None})


def _batch_by_name(connection: Connection, scope: Scope) -> Scope:
    """The stream of a batch is reviewed as the batch. PestleError `not_found`."""
    if scope.batch is None and (scope.stream or "").startswith(batch_stream("")):
        number = (scope.stream or "").removeprefix(batch_stream(""))
        return scope if batches.batch_line(connection, number) is None else replace(scope, batch=number, stream=None)
    if scope.batch is not None and batches.batch_line(connection, scope.batch) is None:
        raise PestleError("not_found", {"batch": scope.batch})
    return scope


def _ended(scope: Scope, now: str) -> Scope:
    """Of a period that has not ended, and of all that is no batch's, as much as there is now: so that what comes while
    somebody looks does not make it another one."""
    if scope.until is None and scope.batch is not None:
        return scope
    return replace(scope, until=min(scope.until or now, now))
