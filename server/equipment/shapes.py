"""The bodies of requests about balances."""

from marshmallow import Schema

from server.core import fields
from server.equipment.entries import LimitsSet


class NewLimits(LimitsSet):
    """As the entry has it, but for the balance, which the address names."""

    class Meta:
        exclude = ("balance",)


class NewCheck(Schema):
    """`reading`: the entry of the weight that the balance shows."""

    weight = fields.code()
    reading = fields.code()
