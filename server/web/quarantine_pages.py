"""What could not become a record, for whoever may look into it: a list, a preview that runs nothing, the raw bytes."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

import codecs
from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from server.core import fields, inbox
from server.core import plant as site
from server.core.errors import CATALOGUE, PestleError
from server.core.log_filter import holds
from server.identity import queries as identity
from server.identity.access import require
from server.release.shapes import DeviceAnswer, Text2
from server.web.paging import check_page
from sync import canonical
from sync.log.tables import log_entry

blueprint = Blueprint("quarantine", __name__, url_prefix="/api/quarantine", description="Input that is no record")
_TOLD = "handheld.input_quarantined.v1"
_kept = inbox.quarantine.c
_NAMES = ("id", "received_at", "source", "device", "code", "detail", "size", "sha256")
_PREVIEWED, _DUMPED, _LINE = 8192, 512, 16


class QuarantineQuery(Schema):
    code = plain.String(load_default="")
    device = plain.String(load_default="", metadata={"description": "the device that the input named"})
    offset = plain.Integer(load_default=0, validate=validate.Range(0, fields.LARGEST))
    limit = plain.Integer(load_default=50, validate=validate.Range(1, 200))


class QuarantinedAnswer(Schema):
    """`device` is the id that the input named, `name` what that device is called; nobody has proved that it was it."""

    id = plain.String()
    received_at = plain.String()
    source = plain.String()
    device = plain.String(allow_none=True)
    name = plain.String(allow_none=True)
    code = plain.String()
    what = plain.Nested(Text2, allow_none=True)
    detail = plain.String()
    size = plain.Integer()
    sha256 = plain.String()
    index = plain.Integer(allow_none=True)


class QuarantineAnswer(Schema):
    items = plain.List(plain.Nested(QuarantinedAnswer))
    total = plain.Integer()
    codes = plain.List(plain.String())
    devices = plain.List(plain.Nested(DeviceAnswer))


class PreviewAnswer(Schema):
    """The first bytes as `text`, or as a hex dump where they are none; `shown` of them."""

    form = plain.String(validate=validate.OneOf(["text", "hex"]))
    text = plain.String()
    shown = plain.Integer()


class QuarantinedDetail(QuarantinedAnswer):
    """`told` are the places in the log that tell of it; `index` is where the input itself stands, flagged."""

    preview = plain.Nested(PreviewAnswer)
    told = plain.List(plain.Integer())


@blueprint.get("")
@require("quarantine.read")
@blueprint.arguments(QuarantineQuery, location="query")
@blueprint.response(200, QuarantineAnswer)
def list_quarantine(query: Mapping[str, Any]) -> dict[str, Any]:
    """What could not be taken, the newest first; and all codes and devices that the quarantine has."""
    where = [getattr(_kept, name) == query[name] for name in ("code", "device") if query[name]]
    page = _select().where(*where).order_by(_kept.received_at.desc(), _kept.id.desc())
    with site.current().engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(inbox.quarantine).where(*where)).scalar_one()
        check_page(query["offset"], total)
        rows = list(connection.execute(page.offset(query["offset"]).limit(query["limit"])))
        codes = list(connection.execute(select(_kept.code).distinct().order_by(_kept.code)).scalars())
        claimed = select(_kept.device).where(_kept.device.is_not(None)).distinct().order_by(_kept.device)
        names = identity.devices(connection, connection.execute(claimed).scalars())
    items = [_line(row, names) for row in rows]
    return {
        "items": items,
        "total": total,
        "codes": codes,
        "devices": sorted(names.values(), key=lambda one: one["name"]),
    }


@blueprint.get("/<name>")
@require("quarantine.read")
@blueprint.response(200, QuarantinedDetail)
def show_quarantined(name: str) -> dict[str, Any]:
    """One of them with its first bytes, and where the log tells of it; PestleError `not_found`."""
    query = _select(func.substr(_kept.bytes, 1, _PREVIEWED).label("first")).where(_kept.id == name)
    with site.current().engine.connect() as connection:
        row = connection.execute(query).first()
        if row is None:
            raise PestleError("not_found", {"quarantine": name})
        names = identity.devices(connection, [] if row.device is None else [row.device])
        told = _told(connection, name)
    return _line(row, names) | {"preview": preview(bytes(row.first), row.size), "told": told}


@blueprint.get("/<name>/raw")
@require("quarantine.read")
@blueprint.response(200, content_type="application/octet-stream")
def quarantined_bytes(name: str) -> Response:
    """The bytes exactly as they came, as a download: nothing may take them for a page."""
    with site.current().engine.connect() as connection:
        data = connection.execute(select(_kept.bytes).where(_kept.id == name)).scalar()
    if data is None:
        raise PestleError("not_found", {"quarantine": name})
    headers = {
        "Content-Disposition": f'attachment; filename="quarantine-{name}.bin"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(bytes(data), mimetype="application/octet-stream", headers=headers)


def preview(first: bytes, size: int) -> dict[str, Any]:
    """{form, text, shown} of input whose first bytes these are: text if all of it could be read as such, or a dump.

    Characters that steer a terminal or turn the direction of writing make a dump: a preview shows what is there.
    """
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(first, final=len(first) == size)
    except UnicodeDecodeError:
        text = ""
    if text and all(char.isprintable() or char in "\n\r\t\u3000" for char in text):
        return {"form": "text", "text": text, "shown": len(text.encode())}
    return {"form": "hex", "text": "\n".join(_dump(first[:_DUMPED])), "shown": len(first[:_DUMPED])}


def _dump(data: bytes) -> list[str]:
    """Lines as of `xxd`: offset, bytes in hex, and the ASCII among them."""
    lines = []
    for start in range(0, len(data), _LINE):
        part = data[start : start + _LINE]
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<{_LINE * 3 - 1}}  {letters}")
    return lines


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    return select(*(getattr(_kept, name) for name in _NAMES), _kept.idx, *more)


def _line(row: Row[Any], names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The words for a code are those of the catalogue; a code of an older version may have none."""
    values = {name: getattr(row, name) for name in _NAMES}
    problem = CATALOGUE.get(row.code)
    what = None if problem is None else {"en": problem.what[0], "zh": problem.what[1]}
    return values | {"name": names[row.device]["name"] if row.device else None, "what": what, "index": row.idx}


def _told(connection: Connection, name: str) -> list[int]:
    """The server's entries about it: their subject is its id."""
    named = holds(connection, log_entry.c.header, b'"subject":' + canonical.encode(name))
    query = select(log_entry.c.idx).where(log_entry.c.kind == _TOLD, named).order_by(log_entry.c.idx)
    return list(connection.execute(query).scalars())
