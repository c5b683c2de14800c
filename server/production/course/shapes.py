"""The shapes of what is said of a phase besides its work: what moves it, and what is said of its machines."""

from marshmallow import Schema

from server.core import fields
from server.equipment.alarms.model import SEVERITIES
from server.equipment.status.model import CLEANINGS
from server.production.course.pace import LEAST, MOST


class PhaseStopped(Schema):
    """A phase that is held, aborted or skipped, and why."""

    batch = fields.code()
    phase = fields.code()
    reason = fields.text(2000)


class QuietSet(Schema):
    """After how many hours in which nothing is recorded of it a batch stands still."""

    hours = fields.whole(LEAST, MOST)
    reason = fields.text(2000)


class EquipmentIdentified(Schema):
    """What a phase is done with: `scanned` is the code as it was read, null where it was typed."""

    batch = fields.code()
    phase = fields.code()
    equipment = fields.code()
    scanned = fields.text(4000, none=True)


class PhaseResumed(Schema):
    batch = fields.code()
    phase = fields.code()
    comment = fields.text(2000, none=True)


class EquipmentCleaned(Schema):
    """What a phase was done with, or is to be, was cleaned: by a procedure (its code), `minor` or `major`."""

    batch = fields.code()
    phase = fields.code()
    equipment = fields.code()
    procedure = fields.code(none=True)
    kind = fields.choice(*CLEANINGS)
    comment = fields.text(2000, none=True)


class CleaningChecked(Schema):
    """Somebody else has looked at it: `cleaning` is the entry that says that it was cleaned."""

    batch = fields.code()
    phase = fields.code()
    equipment = fields.code()
    cleaning = fields.entry_id()
    comment = fields.text(2000, none=True)


class AlarmRaised(Schema):
    """What a phase is done with, or is to be, gives an alarm: `what` is the text as the machine shows it."""

    batch = fields.code()
    phase = fields.code()
    equipment = fields.code()
    what = fields.text(500)
    severity = fields.choice(*SEVERITIES)
