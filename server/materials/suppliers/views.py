"""The HTTP interface of suppliers: register, evidence, decisions by signature; and whose a lot is."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from server.core import blobs, days, files, plant
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import signing
from server.identity.access import current_person, current_session, require
from server.materials.suppliers import model, pages, queries, shapes
from sync.passkeys import shown

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("suppliers", __name__, url_prefix="/api", description="Suppliers and what they may deliver")
_SEES = ("lot.read", "log.read")


@blueprint.get("/suppliers")
@require(*_SEES)
def listing() -> Answer:
    """All suppliers with their standing today."""
    with plant.current().engine.connect() as connection:
        return pages.listing(connection, days.today(connection))


@blueprint.get("/suppliers/<code>")
@require(*_SEES)
def show(code: str) -> Answer:
    """One supplier with its qualification, evidence, and the materials that it may deliver or make. PestleError
    `supplier_unknown`."""
    return _page(code)


@blueprint.post("/suppliers")
@require(model.MANAGES)
@blueprint.arguments(shapes.SupplierBody)
@blueprint.response(201)
def register(body: Body) -> Answer:
    """Register a supplier or manufacturer, or give one that is known its new names and addresses."""
    code = body["supplier"]
    fact = Fact(model.REGISTERED, model.stream(code), dict(body), subject=code, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(code)


@blueprint.post("/suppliers/<code>/decisions")
@require(model.APPROVES)
@blueprint.arguments(shapes.SupplierDecision)
@blueprint.response(201)
def decide(body: Body, code: str) -> Answer:
    """Qualify a supplier until a day, on evidence that was kept before, or suspend it. PestleError `supplier_unknown`,
    `supplier_end_wrong`, `supplier_evidence_missing`, `not_found` for a file that is not here, those of a signature."""
    evidence = _described(body["evidence"])
    meaning = "approved" if body["status"] == model.QUALIFIED else "rejected"
    said = {name: body[name] for name in ("status", "valid_until", "reason")}
    _sign(model.DECIDED, model.stream(code), {"supplier": code, **said, "evidence": evidence}, meaning, body)
    return _page(code)


@blueprint.post("/suppliers/<code>/supplies")
@require(model.APPROVES)
@blueprint.arguments(shapes.SupplyDecision)
@blueprint.response(201)
def decide_supply(body: Body, code: str) -> Answer:
    """Say whether a material may come from this supplier, made by this manufacturer. PestleError `supplier_unknown`,
    `supplier_not_qualified`, `material_not_known`, and those of a signature."""
    said = {name: body[name] for name in ("material", "manufacturer", "approved", "reason")}
    meaning = "approved" if body["approved"] else "rejected"
    _sign(model.SUPPLY_DECIDED, model.stream(code), {"supplier": code, **said}, meaning, body)
    return _page(code)


@blueprint.put("/suppliers/<code>/files/<name>")
@require(model.APPROVES, model.MANAGES)
def keep_file(code: str, name: str) -> Response:
    """Keep a file of evidence under the SHA-256 of its bytes; 200 when it is here already. PestleError `blob_…`,
    `supplier_unknown`."""
    _page(code)
    return files.keep(name)


@blueprint.get("/suppliers/<code>/files/<name>")
@require(*_SEES)
def show_file(code: str, name: str) -> Response:
    """A file of the evidence of a supplier, to download. PestleError `not_found`."""
    with plant.current().engine.connect() as connection:
        said = queries.evidence_of(connection, code, name)
    return files.download(name, None if said is None else said["name"])


# Lot numbers may hold slashes.
@blueprint.get("/lots/<material>/<path:lot>/supplier")
@require("lot.read")
def show_supplier(material: str, lot: str) -> Answer:
    """Whether a lot waits for QA's word about its supplier, and what was said. PestleError `not_found`."""
    return _of_lot(material, lot)


@blueprint.post("/lots/<material>/<path:lot>/supplier")
@require(model.DECIDES_LOTS)
@blueprint.arguments(shapes.DeliveryAcceptance)
@blueprint.response(201)
def accept(body: Body, material: str, lot: str) -> Answer:
    """Accept this one lot of a supplier who is not approved for it. PestleError `delivery_not_waiting`, and those of a
    signature."""
    said = {"material": material, "lot": lot, "reason": body["reason"]}
    _sign(model.ACCEPTED, f"lot/{material}/{lot}", said, "approved", body)
    return _of_lot(material, lot)


def _sign(kind: str, stream: str, said: Answer, meaning: str, body: Body) -> None:
    here = plant.current()
    seen = {**said, "meaning": dict(model.MEANINGS[meaning])}
    signature = signing.sign(here, current_session(), body, shown(kind, model.said(seen)))
    here.recorder.state(Fact(kind, stream, seen | signature, actor=current_person().id))


def _described(files: Iterable[Mapping[str, str]]) -> list[Answer]:
    described = []
    for one in files:
        found = blobs.load(plant.current().config.blobs, one["sha256"])
        if found is None:
            raise PestleError("not_found", {"name": one["name"]})
        described.append({"sha256": one["sha256"], "name": one["name"], "size": len(found[0]), "type": found[1]})
    return described


def _page(code: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.one(connection, code, days.today(connection))
    if found is None:
        raise PestleError("supplier_unknown", {"supplier": code})
    return found


def _of_lot(material: str, lot: str) -> Answer:
    with plant.current().engine.connect() as connection:
        found = pages.of_lot(connection, material, lot, days.today(connection))
    if found is None:
        raise PestleError("not_found", {"name": f"{material}/{lot}"})
    return found
