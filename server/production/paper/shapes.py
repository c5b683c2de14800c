"""The shapes of typing in from paper."""

from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from server.core import fields


class PaperBegun(Schema):
    """What follows of this phase on this device is typed in from `copy`: by whom and when it was done there (UTC).
    `photo` is the entry of a photo of the sheet."""

    batch = fields.code()
    phase = fields.code()
    copy = fields.whole(1, 1000)
    done_from = fields.time()
    done_to = fields.time()
    done_by = fields.code()
    comment = fields.text(2000, none=True)
    photo = fields.entry_id(none=True)

    @validates_schema
    def _of_this_world(self, data: dict[str, Any], **_: Any) -> None:
        """Times around which there are others: nothing can be judged at the ends of a calendar."""
        for name in ("done_from", "done_to"):
            if not "2000" <= data[name][:4] < "3000":
                raise ValidationError("no time at which work was done on paper", name)


class PaperEnded(Schema):
    """All of it is typed in; `verified_by` has compared it with the sheet."""

    batch = fields.code()
    phase = fields.code()
    verified_by = fields.code(none=True)
