"""The HTTP interface of imports: a table of materials or suppliers, looked at or taken."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.core.tables import TableQuery, received
from server.identity.access import current_person, require
from server.materials.importing import importer
from server.materials.masters import model as masters
from server.materials.suppliers import model as suppliers

Answer = dict[str, Any]
blueprint = Blueprint("imports", __name__, url_prefix="/api/imports", description="Tables taken into the registers")


@blueprint.post("/materials")
@require(masters.MANAGES)
@blueprint.arguments(TableQuery, location="query")
def take_materials(query: Mapping[str, Any]) -> Answer:
    """Take materials from a CSV or Excel file, the body, whole or not at all; a dry run only tells what is wrong.
    PestleError `table_unreadable`, `table_too_long`."""
    return _take(importer.MATERIALS, query["dry_run"])


@blueprint.post("/suppliers")
@require(suppliers.MANAGES)
@blueprint.arguments(TableQuery, location="query")
def take_suppliers(query: Mapping[str, Any]) -> Answer:
    """Take suppliers from a CSV or Excel file, the body, whole or not at all; a dry run only tells what is wrong.
    PestleError `table_unreadable`, `table_too_long`."""
    return _take(importer.SUPPLIERS, query["dry_run"])


def _take(what: str, dry_run: bool) -> Answer:
    return importer.take(plant.current(), what, received(), current_person().id, dry_run).payload()
