"""Fields that the payload schemas of several rooms share: decimal strings, quantities, texts in two languages.

None of them changes what it loads: a schema says whether the signed bytes have the right shape, no more.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

# JSON's largest exact integer; every database compares with it.
LARGEST = 2**53 - 1
_NUMBER = r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?"
_DECIMAL = re.compile(f"-?{_NUMBER}")
_CODE = re.compile(r"[^\s/\x00-\x1f][^/\x00-\x1f]{0,79}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
IS_CODE = validate.Regexp(_CODE.pattern + r"\Z")
_NO_NUL = validate.Regexp(r"[^\x00]*\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What is planned lies within these: far from the ends of the calendar, where no day can be added or taken away.
FIRST_PLANNED, LAST_PLANNED = "2000-01-01", "2199-12-31"


def _decimal(value: str) -> None:
    if not _DECIMAL.fullmatch(value):
        raise ValidationError("not a decimal string")


def is_time(value: str) -> None:
    if not _TIME.fullmatch(value) or not _parses(value):
        raise ValidationError("not a UTC time with milliseconds")


def _day(value: str) -> None:
    if not _DAY.fullmatch(value) or not _parses(value):
        raise ValidationError("not a day, YYYY-MM-DD")


def _parses(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


class Whole(fields.Integer):
    """An integer that is written as one: marshmallow's own also takes "5" and true."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Truth(fields.Boolean):
    """true or false: marshmallow's own also takes "yes" and 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def text(longest: int = 200, *, none: bool = False) -> fields.String:
    """Words of people: at least one character. NUL is none: PostgreSQL cannot store it in a text."""
    return fields.String(required=True, allow_none=none, validate=(validate.Length(1, longest), _NO_NUL))


def is_code(value: str) -> bool:
    """Whether this text could stand in a field of `code`."""
    return _CODE.fullmatch(value) is not None


def code(*, none: bool = False) -> fields.String:
    """A code or number of the plant: no slash, since streams and slots are joined by it."""
    return fields.String(required=True, allow_none=none, validate=IS_CODE)


def number(*, none: bool = False) -> fields.String:
    """A lot's number: like a code, but suppliers and plants write slashes in them (A-5/2)."""
    return fields.String(
        required=True, allow_none=none, validate=validate.Regexp(r"[^\s/\x00-\x1f][^\x00-\x1f]{0,79}\Z")
    )


def choice(*values: str, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none, validate=validate.OneOf(values))


def decimal(*, none: bool = False) -> fields.String:
    """A decimal as it was measured, trailing zeros included: "12.340"."""
    return fields.String(required=True, allow_none=none, validate=_decimal)


def time(*, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none, validate=is_time)


def day(*, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none, validate=_day)


def _within_reach(value: str) -> None:
    if not FIRST_PLANNED <= value[:10] <= LAST_PLANNED:
        raise ValidationError(f"not from {FIRST_PLANNED} to {LAST_PLANNED}")


def planned_day() -> fields.String:
    """A day for which somebody plans something."""
    return fields.String(required=True, validate=(_day, _within_reach))


def planned_time(*, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none, validate=(is_time, _within_reach))


def sha256() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))


def entry_id(*, none: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=none, validate=(validate.Length(36, 36), _NO_NUL))


def whole(least: int = 0, most: int = LARGEST, *, none: bool = False) -> Whole:
    return Whole(required=True, allow_none=none, validate=validate.Range(least, most))


def sequence() -> Whole:
    """A place in a device's chain, as far as a table of records can hold it (PostgreSQL's INTEGER)."""
    return whole(0, 2**31 - 1)


def truth() -> Truth:
    return Truth(required=True)


def nested(schema: type[Schema], *, none: bool = False) -> fields.Nested:
    return fields.Nested(schema, required=True, allow_none=none)


def many(schema: type[Schema], least: int = 0, most: int = 500) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True, validate=validate.Length(least, most))


def words(least: int = 0, most: int = 500) -> fields.List[Any]:
    """A list of short texts: ids, codes."""
    one = fields.String(validate=(validate.Length(1, 200), _NO_NUL))
    return fields.List(one, required=True, validate=validate.Length(least, most))


class TextPair(Schema):
    """The same words in both languages of the site."""

    zh = text()
    en = text()


class QuantityShape(Schema):
    value = decimal()
    unit = text(20)


class AmountShape(Schema):
    """A quantity that is more than nothing."""

    value = fields.String(required=True, validate=validate.Regexp(rf"(?=.*[1-9]){_NUMBER}\Z"))
    unit = text(20)


class FoundShape(Schema):
    """A quantity that somebody found, which may be nothing and is never less."""

    value = fields.String(required=True, validate=validate.Regexp(rf"{_NUMBER}\Z"))
    unit = text(20)


def ordered(low: str | None, high: str | None) -> bool:
    """Whether a range is one: a bound that is missing bounds nothing."""
    return low is None or high is None or Decimal(low) <= Decimal(high)
