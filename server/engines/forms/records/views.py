"""The HTTP interface of filled forms: list, open, fill, sign, complete, settle; what tablets do comes by /sync."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import blobs, clock, days, db, plant, qualifications
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.steps import filling
from server.engines.forms import queries as forms
from server.engines.forms.records import model, paper, queries, rules, shapes
from server.engines.forms.records.judging import shown_digest
from server.engines.forms.records.model import Record
from server.engines.forms.shapes import FormPaper
from server.identity import queries as identity
from server.identity import signing
from server.identity.access import current_person, current_session, require
from sync.entry import new_id
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("records", __name__, url_prefix="/api/records", description="Filled forms")
_SEES = ("forms.fill", "forms.review", "log.read")


@blueprint.get("")
@require(*_SEES)
@blueprint.arguments(shapes.Search, location="query")
def listing(query: Body) -> Answer:
    """Records, the last changed first; of one status, or in which I have had a hand."""
    person = current_person().id if query["mine"] else None
    with plant.current().engine.connect() as connection:
        found, total = queries.records(connection, query["status"], person, query["offset"])
        return {"items": [_line(connection, one) for one in found], "total": total}


@blueprint.get("/forms")
@require("forms.fill")
def fillable() -> Answer:
    """The forms that may be filled today, each with its version."""
    with plant.current().engine.connect() as connection:
        found = forms.fillable(connection, days.today(connection))
        return {
            "items": [
                {"form": one.form, "version": one.version, "sha256": one.sha256, "title": one.title} for one in found
            ]
        }


@blueprint.post("")
@require("forms.fill")
@blueprint.arguments(shapes.NewRecord)
@blueprint.response(201)
def begin(body: Body) -> Answer:
    """Open a record of the version of a form that is effective today. PestleError `form_not_effective`."""
    now = clock.now()
    with plant.current().engine.connect() as connection:
        form = forms.effective(connection, body["form"], days.at(connection, now))
    if form is None:
        raise PestleError("form_not_effective", {"form": body["form"]})
    name = f"R-{new_id(int(now.timestamp() * 1000))}"
    payload = {
        "record": name,
        "form": body["form"],
        "version": form.version,
        "sha256": form.sha256,
        "subject": body["subject"],
    }
    return _state(Fact(model.OPENED, model.record_stream(name), payload, actor=current_person().id))


@blueprint.get("/<record>")
@require(*_SEES)
def show(record: str) -> Answer:
    """One record: its form as it was pinned, every value that was ever said, and what is to be looked at."""
    return _page(record)


@blueprint.get("/<record>/pdf")
@require(*_SEES)
@blueprint.arguments(FormPaper, location="query")
def print_record(query: Body, record: str) -> Response:
    """The record on paper, as it stands now."""
    here, found = plant.current(), _known(record)
    with db.snapshot(here.engine) as connection:
        data = paper.pdf(connection, found, query["lang"], here.log.origin, clock.now())
    if data is None:
        raise PestleError("form_definition_unknown", {"form": found.form, "version": found.version})
    headers = {"Content-Disposition": blobs.download_as(f"{record}.pdf")}
    return Response(data, mimetype="application/pdf", headers=headers)


@blueprint.post("/<record>/values")
@require("forms.fill")
@blueprint.arguments(shapes.NewValues)
def fill(body: Body, record: str) -> Answer:
    """Record values in my name, from a page that is on line; a correction names the entry, and why. PestleError
    `not_qualified`."""
    _demand(record)
    payload = {"record": record, "values": body["values"]}
    stream, person = _known(record).stream, current_person().id
    return _state(Fact(model.VALUES, stream, payload, None, person, body["corrects"], body["reason"]))


@blueprint.post("/<record>/strike")
@require("forms.fill")
@blueprint.arguments(shapes.NewStrike)
def strike(body: Body, record: str) -> Answer:
    """Strike a row out, or let it count again, with the reason."""
    return _state(
        Fact(model.STRUCK, _known(record).stream, {"record": record, **body}, body["row"], current_person().id)
    )


@blueprint.post("/<record>/sign")
@require("forms.fill")
@blueprint.arguments(shapes.NewSignature)
def sign(body: Body, record: str) -> Answer:
    """Sign a field for a signature, under what stands before it in the form as it was shown. PestleError
    `record_changed` where that has changed since; `field_unknown`, `signed_before`, `not_qualified`; those of a
    signature."""
    found, person = _demand(record), current_person()
    with plant.current().engine.connect() as connection:
        definition = forms.definition(connection, found.sha256) or {"sections": []}
        values = rules.filled(queries.values_of(connection, record))
        before = rules.standing(queries.values_of(connection, record)).get(body["path"])
    planned = rules.field_at(definition, body["path"])
    if planned is None or planned["type"] not in ("signature", "second_signature"):
        raise PestleError("field_unknown", {"field": body["path"]})
    if before is not None and body["reason"] is None:
        raise PestleError("signed_before", {"field": body["path"]})
    if shown_digest(definition, values, body["path"]) != body["digest"]:
        raise PestleError("record_changed", {"record": record})
    said = {name: body[name] for name in ("path", "digest")} | {"record": record, "meaning": planned["meaning"]}
    statement = signing.sign(plant.current(), current_session(), body, shown(model.SIGNED, model.said(said)))
    payload = said | {"signed_by": person.id, "signature": statement}
    again = (None, None) if before is None else (before.entry, body["reason"])
    return _state(Fact(model.SIGNED, found.stream, payload, body["path"], person.id, *again))


@blueprint.post("/<record>/complete")
@require("forms.fill")
def complete(record: str) -> Answer:
    """Say that the record is complete. PestleError `record_incomplete`, with the fields that are missing."""
    found = _known(record)
    return _state(Fact(model.COMPLETED, found.stream, {"record": record}, None, current_person().id))


@blueprint.post("/<record>/items/<item>/settle")
@require("forms.review")
@blueprint.arguments(shapes.Settling)
def settle(body: Body, record: str, item: str) -> Answer:
    """Close an exception, or say which entry of a conflict holds. PestleError `item_not_open`, `chosen_wrong`."""
    payload = {"record": record, "item": item, **body}
    return _state(Fact(model.SETTLED, _known(record).stream, payload, None, current_person().id))


def _state(fact: Fact) -> Answer:
    plant.current().recorder.state(fact)
    return _page(fact.payload["record"])


def _known(name: str) -> Record:
    with plant.current().engine.connect() as connection:
        found = queries.find_record(connection, name)
    if found is None:
        raise PestleError("record_unknown", {"record": name})
    return found


def _demand(name: str) -> Record:
    """The record, if I hold what the plant asks of who fills in its form; PestleError `not_qualified`."""
    found, person = _known(name), current_person().id
    with plant.current().engine.connect() as connection:
        qualifications.demand(connection, person, [filling(found.form)], clock.now())
    return found


def _line(connection: Connection, record: Record) -> Answer:
    return record.payload() | {"title": forms.title(connection, record.sha256)}


def _page(name: str) -> Answer:
    found = _known(name)
    with plant.current().engine.connect() as connection:
        values, items = queries.values_of(connection, name), queries.items_of(connection, name)
        ids = {found.opened_by, found.completed_by} | {one.actor for one in values} | {one.decided_by for one in items}
        signers = {one.value["signed_by"] for one in values if one.source.get("type") == "signed"}
        return {
            "record": _line(connection, found),
            "definition": forms.definition(connection, found.sha256),
            "values": [one.payload() for one in values],
            "items": [one.payload() for one in items],
            "people": identity.people(connection, ids | signers),
            "devices": identity.devices(connection, {one.device for one in values}),
        }
