"""The shapes of typing in from paper."""

from marshmallow import Schema

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


class PaperEnded(Schema):
    """All of it is typed in; `verified_by` has compared it with the sheet."""

    batch = fields.code()
    phase = fields.code()
    verified_by = fields.code(none=True)
