"""Reads the JSON of requests for every room: what is no JSON, or no text that a database keeps, is refused here."""

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Request
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs import missing
from webargs.flaskparser import is_json_request

from server.core.errors import PestleError

# How text spells NUL and halves of characters; only where one stands are the values looked through.
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


def register() -> None:
    """Put this reader in the place of webargs' own, which raises what nobody catches. Doing so twice is the same."""
    Blueprint.ARGUMENTS_PARSER.location_loader("json")(load)


def load(request: Request, schema: Schema) -> Any:
    """The value of a body of JSON, `missing` for none; PestleError `request_malformed`."""
    data = request.get_data(cache=True) if is_json_request(request) else b""
    if not data:
        return missing
    try:
        value = json.loads(data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        # Also bytes that are not UTF-8, numbers of thousands of digits, and brackets nested without end.
        raise PestleError("request_malformed", {"json": ["not JSON"]}) from error
    if _SUSPECT.search(data) and not all(map(_storable, _texts(value))):
        raise PestleError("request_malformed", {"json": ["NUL or half a character"]})
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _texts(value: object) -> Iterable[str]:
    """Every text in a value, names included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
