"""The shapes of what is recorded in a filled form, and of requests about it."""

from typing import Any

from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as plain

from server.core import fields
from server.engines.forms.records.model import SOURCES
from server.identity.signing import SignatureFields, Signed

_LONGEST = 8000
_MOST = 1000
_PATH = validate.Regexp(r"[a-z][a-z0-9_]{0,39}(/[1-9][0-9]{0,3}/[a-z][a-z0-9_]{0,39}){0,2}\Z")


def _value(value: Any) -> None:
    """Nothing, a truth, a text, a number with its unit, or some codes; what the field makes of it the rules say."""
    match value:
        case None | bool():
            return
        case str() if len(value) <= _LONGEST and "\x00" not in value:
            return
        case {"value": str() as number, "unit": str() as unit} if len(value) == 2 and max(len(number), len(unit)) <= 40:
            return
        case list() if len(value) <= 100 and all(isinstance(one, str) and len(one) <= 200 for one in value):
            return
    raise ValidationError("not a value of a field")


_ROW = validate.Regexp(r"[a-z][a-z0-9_]{0,39}/[1-9][0-9]{0,3}(/[a-z][a-z0-9_]{0,39}/[1-9][0-9]{0,3})?\Z")


def path() -> plain.String:
    return plain.String(required=True, validate=_PATH)


def row() -> plain.String:
    """A row of a table or a repetition of a section, as `weighings/2`."""
    return plain.String(required=True, validate=_ROW)


class RecordOpened(Schema):
    """`sha256` pins the definition of the form by its stored bytes; `subject` says what the record is about."""

    record = fields.code()
    form = fields.code()
    version = fields.whole(1, 10_000)
    sha256 = fields.sha256()
    subject = fields.text(200, none=True)


class Source(Schema):
    """`device` is the balance or scanner, `entry` the reading in the log that a value was taken from."""

    type = fields.choice(*SOURCES)
    device = fields.code(none=True)
    entry = fields.entry_id(none=True)


class FieldValue(Schema):
    path = path()
    value = plain.Raw(required=True, allow_none=True, validate=_value)
    source = fields.nested(Source)
    comment = fields.text(2000, none=True)


class ValuesRecorded(Schema):
    """A correction names the entry in its header, and why; a value of null says that the field is empty."""

    record = fields.code()
    values = fields.many(FieldValue, 1, _MOST)


class RecordSigned(Schema):
    """`digest` is over what stood before the signature in the form. Signed at the server `signature` says how; on a
    tablet it is null, and the signature of `signed_by` stands in the entry's own signatures line."""

    record = fields.code()
    path = path()
    meaning = fields.nested(fields.TextPair)
    digest = fields.sha256()
    signed_by = fields.code()
    signature = fields.nested(Signed, none=True)


class RowStruck(Schema):
    """The row does not count, or with `struck` false counts again; what was recorded in it stays to be seen."""

    record = fields.code()
    row = row()
    struck = fields.truth()
    reason = fields.text(2000)


class RecordCompleted(Schema):
    record = fields.code()


class ExceptionRaised(Schema):
    record = fields.code()
    code = fields.code()
    path = fields.text(none=True)
    entries = fields.words(0, 200)
    details = plain.Dict(keys=plain.String(), required=True)
    comment = fields.text(2000, none=True)


class ConflictFound(Schema):
    record = fields.code()
    path = fields.text()
    entries = fields.words(2, 200)


class ItemSettled(Schema):
    """`item` is the entry that raised it; of a conflict `chosen` is the entry that holds."""

    record = fields.code()
    item = fields.entry_id()
    chosen = fields.entry_id(none=True)
    reason = fields.text(2000)


class NewRecord(Schema):
    form = fields.code()
    subject = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))


class Search(Schema):
    status = plain.String(load_default=None, validate=validate.OneOf(("open", "complete")))
    mine = plain.Boolean(load_default=False)
    offset = plain.Integer(load_default=0, validate=validate.Range(0, 1_000_000))


class NewValues(Schema):
    values = fields.many(FieldValue, 1, _MOST)
    corrects = plain.String(load_default=None, allow_none=True, validate=validate.Length(36, 36))
    reason = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))


class NewSignature(SignatureFields):
    """`reason`: why somebody signs again what was signed before and has changed since."""

    path = path()
    digest = fields.sha256()
    reason = plain.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))


class NewStrike(Schema):
    row = row()
    struck = fields.truth()
    reason = fields.text(2000)


class Settling(Schema):
    chosen = plain.String(load_default=None, allow_none=True, validate=validate.Length(36, 36))
    reason = fields.text(2000)
