"""The HTTP interface of imports: a table of materials or suppliers, looked at or taken."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema
from marshmallow import fields as plain

from server.core import plant
from server.core.errors import PestleError
from server.identity.access import current_person, require
from server.materials.importing import importer
from server.materials.importing.reading import MOST_BYTES
from server.materials.masters import model as masters
from server.materials.suppliers import model as suppliers

Answer = dict[str, Any]
blueprint = Blueprint("imports", __name__, url_prefix="/api/imports", description="Tables taken into the registers")


class ImportQuery(Schema):
    """`dry_run`: look, and write nothing."""

    dry_run = plain.Boolean(load_default=True)


@blueprint.post("/materials")
@require(masters.MANAGES)
@blueprint.arguments(ImportQuery, location="query")
def take_materials(query: Mapping[str, Any]) -> Answer:
    """Take materials from a CSV or Excel file, the body, whole or not at all; a dry run only tells what is wrong.
    PestleError `table_unreadable`, `table_too_long`."""
    return _take(importer.MATERIALS, query["dry_run"])


@blueprint.post("/suppliers")
@require(suppliers.MANAGES)
@blueprint.arguments(ImportQuery, location="query")
def take_suppliers(query: Mapping[str, Any]) -> Answer:
    """Take suppliers from a CSV or Excel file, the body, whole or not at all; a dry run only tells what is wrong.
    PestleError `table_unreadable`, `table_too_long`."""
    return _take(importer.SUPPLIERS, query["dry_run"])


def _take(what: str, dry_run: bool) -> Answer:
    data = request.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise PestleError("blob_too_large", {"bytes": len(data), "most": MOST_BYTES})
    return importer.take(plant.current(), what, data, current_person().id, dry_run).payload()
