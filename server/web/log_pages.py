"""The log as a page reads it: entries of all streams, the newest first, with the names of people and devices."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection, select

from server.core import fields, log_filter
from server.core import plant as site
from server.core.errors import PestleError
from server.identity import queries as identity
from server.identity.access import require
from server.production.queries import entry_views
from server.release.shapes import DeviceAnswer, EntryAnswer, PersonAnswer
from server.web.entry_detail import detail
from sync.log import reading
from sync.log.tables import log_entry, log_head

blueprint = Blueprint("log", __name__, url_prefix="/api/log", description="The log, entry by entry")


class LogQuery(Schema):
    stream = plain.String(load_default="", metadata={"description": "this stream, or all below it: batch, lot/lactose"})
    kind = plain.String(load_default="", metadata={"description": "this kind, or all of a room: production"})
    person = plain.String(load_default="", metadata={"description": "who acted, or signed as the second person"})
    device = plain.String(load_default="")
    since = plain.String(
        load_default="", validate=fields.is_time, metadata={"description": "recorded at this time (UTC) or later"}
    )
    until = plain.String(
        load_default="", validate=fields.is_time, metadata={"description": "recorded before this time (UTC)"}
    )
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
    more = plain.Boolean(metadata={"description": "whether earlier entries match"})


class NamesAnswer(Schema):
    kinds = plain.List(plain.String())
    people = plain.List(plain.Nested(PersonAnswer))
    devices = plain.List(plain.Nested(DeviceAnswer))


class DetailAnswer(EntryAnswer):
    """The entry with its exact lines, `signers` with their keys, and what corrects it or is quarantined with it."""

    exact = plain.Dict(keys=plain.String(), values=plain.String(allow_none=True))
    leaf_hash = plain.String()
    signers = plain.List(plain.Raw())
    corrects_index = plain.Integer(allow_none=True)
    corrected_by_index = plain.Integer(allow_none=True)
    quarantine = plain.String(allow_none=True)


@blueprint.get("")
@require("log.read")
@blueprint.arguments(LogQuery, location="query")
@blueprint.response(200, LogAnswer)
def list_entries(query: Mapping[str, Any]) -> dict[str, Any]:
    """Entries before an index, the newest first; the size of the log, and its last signed checkpoint."""
    plant = site.current()
    with plant.engine.connect() as connection:
        indices = _indices(connection, query)
        return {
            "items": entry_views(connection, indices[: query["limit"]])[::-1],
            "size": connection.execute(select(log_head.c.size)).scalar_one(),
            "checkpoint": plant.log.latest_checkpoint(connection).decode(),
            "more": len(indices) > query["limit"],
        }


def _indices(connection: Connection, query: Mapping[str, Any]) -> list[int]:
    """One more than asked for, where there are so many."""
    wanted = log_filter.matching(connection, query)
    found = select(log_entry.c.idx).where(*wanted).order_by(log_entry.c.idx.desc()).limit(query["limit"] + 1)
    return list(connection.execute(found).scalars())


@blueprint.get("/names")
@require("log.read")
@blueprint.response(200, NamesAnswer)
def list_names() -> dict[str, Any]:
    """What the log can be searched by: the kinds of this version, all people, all devices."""
    plant = site.current()
    with plant.engine.connect() as connection:
        people = [{"id": one.id, "name": one.name, "name_en": one.name_en} for one in identity.all_people(connection)]
        devices = [{"id": one.id, "name": one.name} for one in identity.all_devices(connection)]
    return {"kinds": sorted(plant.registry.kinds), "people": people, "devices": devices}


@blueprint.get("/<int:index>")
@require("log.read")
@blueprint.response(200, DetailAnswer)
def show_entry(index: int) -> dict[str, Any]:
    """One entry by its place in the log, to the last byte; PestleError `not_found` beyond its end."""
    with site.current().engine.connect() as connection:
        stored = reading.one(connection, index) if index <= fields.LARGEST else None
        if stored is None:
            raise PestleError("not_found", {"index": index})
        return detail(connection, stored)
