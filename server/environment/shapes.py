"""The shapes of readings and of limits, in entries and in requests."""

from marshmallow import Schema

from server.core import fields


class PointValue(Schema):
    """What was read of one quantity, in the unit that the sensor's service has for it."""

    quantity = fields.code()
    value = fields.decimal()
    unit = fields.text(20)


class PointRead(Schema):
    """What a sensor read of the air of its room at one moment; `connection` counts the times that the bridge has found
    it. Which room that is the register says."""

    sensor = fields.code()
    model = fields.text()
    serial = fields.text()
    transport = fields.text(20)
    values = fields.many(PointValue, 1, 20)
    raw = fields.text(400)
    connection = fields.whole(1)


class QuantityLimits(Schema):
    """What one quantity must stay within; null is no bound on that side."""

    quantity = fields.code()
    unit = fields.text(20)
    alert_low = fields.decimal(none=True)
    alert_high = fields.decimal(none=True)
    action_low = fields.decimal(none=True)
    action_high = fields.decimal(none=True)


class RoomLimitsSet(Schema):
    """What a room must stay within from now on; `longest_gap` in minutes: longer without a reading is told."""

    room = fields.code()
    longest_gap = fields.whole(1, 24 * 60)
    limits = fields.many(QuantityLimits, most=20)
    reason = fields.text(2000)


class NewRoomLimits(RoomLimitsSet):
    """As the entry has it, but for the room, which the address names."""

    class Meta:
        exclude = ("room",)
