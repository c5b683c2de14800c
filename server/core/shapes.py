"""Says in a few microseconds that a payload has the shape of its schema; marshmallow takes six times as long.

Every entry is asked. Only a sure yes is given here: for whatever else, and for the words of what is wrong, marshmallow
is asked. So a fault here could only let something pass, and a test holds every schema to marshmallow's own answers.
"""

from collections.abc import Callable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from server.core.fields import Truth, Whole

Fits = Callable[[Any], bool]


class _Unsure(Exception):
    """A schema with something that is not known here."""


def compiled(schema: Schema) -> Fits:
    """True of a value only if `schema.validate` finds nothing wrong with it."""
    try:
        return _object(schema)
    except _Unsure:
        return lambda value: False


def _object(schema: Schema) -> Fits:
    if schema.unknown != RAISE or any(schema._hooks.values()) or schema.many or schema.partial:
        raise _Unsure
    parts = {name: _field(name, field) for name, field in schema.load_fields.items()}
    names, checks = parts.keys(), tuple(parts.items())

    def fits(value: Any) -> bool:
        if type(value) is not dict or value.keys() != names:
            return False
        for name, check in checks:  # noqa: SIM110 - `all` takes twice as long
            if not check(value[name]):
                return False
        return True

    return fits


def _field(name: str, field: fields.Field[Any]) -> Fits:
    plain = field.required and field.load_default is missing and not field.dump_only
    if not plain or (field.data_key or name) != name or field.attribute is not None:
        raise _Unsure
    return _value(field)


def _value(field: fields.Field[Any]) -> Fits:
    checks = (_kind(field), *(_validator(validator) for validator in field.validators))
    none = field.allow_none

    def fits(value: Any) -> bool:
        if value is None:
            return none
        for check in checks:  # noqa: SIM110 - `all` takes twice as long
            if not check(value):
                return False
        return True

    return fits


def _kind(field: fields.Field[Any]) -> Fits:
    # The very types, and so those of JSON: a class derived from one could mean anything.
    kind = type(field)
    if kind is fields.String:
        return lambda value: type(value) is str
    if kind is Whole:
        return lambda value: type(value) is int
    if kind is Truth:
        return lambda value: type(value) is bool
    if isinstance(field, fields.Nested) and kind is fields.Nested:
        if field.many or field.unknown not in (None, RAISE) or field.only or field.exclude:
            raise _Unsure
        return _object(field.schema)
    if isinstance(field, fields.List) and kind is fields.List:
        one = _value(field.inner)
        return lambda value: type(value) is list and all(map(one, value))
    raise _Unsure


def _validator(validator: Any) -> Fits:
    kind = type(validator)
    if kind is validate.Regexp:
        match = validator.regex.match
        return lambda value: match(value) is not None
    if kind is validate.Length and validator.equal is None:
        least, most = validator.min or 0, validator.max
        return lambda value: least <= len(value) and (most is None or len(value) <= most)
    if kind is validate.OneOf:
        choices = frozenset(validator.choices)
        return lambda value: value in choices
    if kind is validate.Range and validator.min_inclusive and validator.max_inclusive:
        low, high = validator.min, validator.max
        return lambda value: (low is None or low <= value) and (high is None or value <= high)
    return _called(validator)


def _called(validator: Any) -> Fits:
    """A function of our own: marshmallow counts what it raises, and nothing that it returns."""

    def fits(value: Any) -> bool:
        try:
            validator(value)
        except ValidationError:
            return False
        return True

    return fits
