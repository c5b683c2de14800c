"""The shapes of an alarm and of its end, in entries and in requests."""

from marshmallow import Schema

from server.core import fields
from server.equipment.alarms.model import SEVERITIES, SOURCES


class AlarmRaised(Schema):
    """A piece of equipment gives an alarm: `what` is the text as the machine shows it."""

    equipment = fields.code()
    what = fields.text(500)
    severity = fields.choice(*SEVERITIES)
    source = fields.choice(*SOURCES)


class AlarmCleared(Schema):
    """The piece may be used again: `alarm` is the entry that raised it, `reason` what was done about it."""

    equipment = fields.code()
    alarm = fields.entry_id()
    reason = fields.text(2000)


class NewAlarm(AlarmRaised):
    """As the entry has it, but for the piece, which the address names; a person raises it."""

    class Meta:
        exclude = ("equipment", "source")


class NewClearing(AlarmCleared):
    """As the entry has it, but for what the address names."""

    class Meta:
        exclude = ("equipment", "alarm")
