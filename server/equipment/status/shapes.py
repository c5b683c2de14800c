"""The shapes of what is said of a piece of equipment, in entries and in requests."""

from marshmallow import Schema

from server.core import fields
from server.equipment.status.model import CLEANINGS, STATUSES

# Ten years.
_MOST_HOURS = 24 * 3653


class StatusSet(Schema):
    """In what state somebody says that a piece is from now on, and why."""

    equipment = fields.code()
    status = fields.choice(*STATUSES)
    reason = fields.text(2000, none=True)


class Cleaned(Schema):
    """A piece was cleaned: by a procedure (its code), `minor` within a campaign or `major`, after which batch."""

    equipment = fields.code()
    procedure = fields.code(none=True)
    kind = fields.choice(*CLEANINGS)
    batch = fields.code(none=True)
    comment = fields.text(2000, none=True)


class CleaningChecked(Schema):
    """Somebody else looked at a piece after it was cleaned: `cleaning` is the entry that says that it was."""

    equipment = fields.code()
    cleaning = fields.entry_id()
    comment = fields.text(2000, none=True)


class _Holds(Schema):
    equipment = fields.code(none=True)
    dirty_hours = fields.whole(1, _MOST_HOURS, none=True)
    clean_hours = fields.whole(1, _MOST_HOURS, none=True)
    reason = fields.text(2000)


# How long a piece, or every piece of a class, may stay dirty and stays clean. `class` is a word of Python.
CleaningSet = _Holds.from_dict({"class": fields.code(none=True)}, name="CleaningSet")


class NewStatus(StatusSet):
    """As the entry has it, but for the piece, which the address names."""

    class Meta:
        exclude = ("equipment",)


class NewCleaning(Cleaned):
    """As the entry has it, but for the piece."""

    class Meta:
        exclude = ("equipment",)


class NewCleaningCheck(CleaningChecked):
    """As the entry has it, but for what the address names."""

    class Meta:
        exclude = ("equipment", "cleaning")
