"""The shapes of what moves a phase besides its work: held, resumed, aborted, skipped."""

from marshmallow import Schema

from server.core import fields


class PhaseStopped(Schema):
    """A phase that is held, aborted or skipped, and why."""

    batch = fields.code()
    phase = fields.code()
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
