"""What became of a value, and the conflicts of the site with their decisions."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import db, fields
from server.core import plant as site
from server.core.errors import PestleError
from server.identity.access import require
from server.production import histories
from server.release.shapes import EntryAnswer
from server.web.paging import check_page

blueprint = Blueprint("values", __name__, url_prefix="/api", description="Histories of values, conflicts")


class VersionAnswer(EntryAnswer):
    standing = plain.String(validate=validate.OneOf(["stands", "corrected", "not_chosen"]))
    superseded_by = plain.String(allow_none=True)


class ConflictAnswer(Schema):
    """Both (or more) claims of one place; `decision` is {by, at, text, chosen, index}, null while it is open."""

    id = plain.String()
    index = plain.Integer()
    batch = plain.String()
    slot = plain.String()
    phase = plain.Raw(allow_none=True)
    state = plain.String(validate=validate.OneOf(["open", "resolved"]))
    found_at = plain.String(allow_none=True)
    entries = plain.List(plain.Nested(EntryAnswer))
    decision = plain.Raw(allow_none=True)


class HistoryAnswer(Schema):
    entry = plain.String()
    batch = plain.String(allow_none=True)
    slot = plain.String(allow_none=True)
    phase = plain.Raw(allow_none=True)
    versions = plain.List(plain.Nested(VersionAnswer))
    conflicts = plain.List(plain.Nested(ConflictAnswer))


class ConflictsQuery(Schema):
    state = plain.String(load_default="all", validate=validate.OneOf(["open", "resolved", "all"]))
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=20, validate=validate.Range(1, 100))


class ConflictsAnswer(Schema):
    items = plain.List(plain.Nested(ConflictAnswer))
    total = plain.Integer()
    counts = plain.Dict(keys=plain.String(), values=plain.Integer())


@blueprint.get("/entries/<entry>/history")
@require("batch.read", "lot.read", "log.read")
@blueprint.response(200, HistoryAnswer)
def show_history(entry: str) -> dict[str, Any]:
    """Every version of the value that an entry has recorded, the oldest first, and the conflicts it was in."""
    with db.snapshot(site.current().engine) as connection:
        found = histories.value_history(connection, entry)
    if found is None:
        raise PestleError("not_found", {"entry": entry})
    return found


@blueprint.get("/conflicts")
@require("batch.review", "log.read")
@blueprint.arguments(ConflictsQuery, location="query")
@blueprint.response(200, ConflictsAnswer)
def list_conflicts(query: Mapping[str, Any]) -> dict[str, Any]:
    """The conflicts of all batches, the newest first, with the claims side by side."""
    with db.snapshot(site.current().engine) as connection:
        items, counts = histories.list_conflicts(connection, query["state"], query["offset"], query["limit"])
    total = sum(counts.values()) if query["state"] == "all" else counts[query["state"]]
    check_page(query["offset"], total)
    return {"items": items, "total": total, "counts": counts}


@blueprint.get("/conflicts/<conflict>")
@require("batch.review", "log.read")
@blueprint.response(200, ConflictAnswer)
def show_conflict(conflict: str) -> dict[str, Any]:
    """A conflict as it stands now; where a further entry has claimed the place since, the one that took it over."""
    with db.snapshot(site.current().engine) as connection:
        found = histories.find_conflict(connection, conflict)
    if found is None:
        raise PestleError("not_found", {"conflict": conflict})
    return found
