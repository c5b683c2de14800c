"""The bodies of requests about suppliers."""

from marshmallow import Schema

from server.core import fields
from server.identity.signing import SignatureFields
from server.materials.suppliers import model
from server.materials.suppliers.entries import SupplierRegistered


class SupplierBody(SupplierRegistered):
    """As it is registered, or from now on."""


class EvidenceName(Schema):
    sha256 = fields.sha256()
    name = fields.text()


class SupplierDecision(SignatureFields):
    status = fields.choice(model.QUALIFIED, model.SUSPENDED)
    valid_until = fields.day(none=True)
    evidence = fields.many(EvidenceName, 0, 20)
    reason = fields.text(2000)


class SupplyDecision(SignatureFields):
    material = fields.code()
    manufacturer = fields.code()
    approved = fields.truth()
    reason = fields.text(2000)


class DeliveryAcceptance(SignatureFields):
    reason = fields.text(2000)
