"""The log as a page reads it: entries of all streams, the newest first, with the names of people and devices."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection, or_, select

from server.core import fields
from server.core import plant as site
from server.core.errors import PestleError
from server.identity.access import require
from server.production.queries import entry_views
from server.release.shapes import EntryAnswer
from sync.log.tables import log_entry, log_head

blueprint = Blueprint("log", __name__, url_prefix="/api/log", description="The log, entry by entry")


class LogQuery(Schema):
    stream = plain.String(load_default="", metadata={"description": "this stream, or all below it: batch, lot/lactose"})
    before = plain.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, fields.LARGEST),
        metadata={"description": "an index: only earlier ones"},
    )
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class LogAnswer(Schema):
    items = plain.List(plain.Nested(EntryAnswer))
    size = plain.Integer()
    checkpoint = plain.String()


@blueprint.get("")
@blueprint.arguments(LogQuery, location="query")
@blueprint.response(200, LogAnswer)
@require("log.read")
def list_entries(query: Mapping[str, Any]) -> dict[str, Any]:
    """Entries before an index, the newest first; the size of the log, and its last signed checkpoint."""
    plant = site.current()
    with plant.engine.connect() as connection:
        return {
            "items": entry_views(connection, _indices(connection, query))[::-1],
            "size": connection.execute(select(log_head.c.size)).scalar_one(),
            "checkpoint": plant.log.latest_checkpoint(connection).decode(),
        }


def _indices(connection: Connection, query: Mapping[str, Any]) -> list[int]:
    found = select(log_entry.c.idx).order_by(log_entry.c.idx.desc()).limit(query["limit"])
    if stream := query["stream"].strip().rstrip("/"):
        below = log_entry.c.stream.startswith(f"{stream}/", autoescape=True)
        found = found.where(or_(log_entry.c.stream == stream, below))
    if query["before"] is not None:
        found = found.where(log_entry.c.idx < query["before"])
    return list(connection.execute(found).scalars())


@blueprint.get("/<int:index>")
@blueprint.response(200, EntryAnswer)
@require("log.read")
def show_entry(index: int) -> dict[str, Any]:
    """One entry by its place in the log; PestleError `not_found` beyond its end."""
    with site.current().engine.connect() as connection:
        found = entry_views(connection, [index] if index <= fields.LARGEST else [])
    if not found:
        raise PestleError("not_found", {"index": index})
    return found[0]
