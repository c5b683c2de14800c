"""Whether a definition has the shape of one: only the keys of its types, all of them, each with a value that fits."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.engines.forms.model import FORMAT, NO_COLUMNS, ROUNDINGS, SCANNED, Finding

# What is found here keeps a definition from being read at all; nothing else is then looked for.
CODES = frozenset({"key_missing", "key_unexpected", "value_wrong", "type_unknown"})
Look = Callable[[Any, str], Iterator[Finding]]
ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_OPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?")


def look(given: Any) -> list[Finding]:
    """All findings of the codes above, in the order of the definition."""
    return list(_definition(given, ""))


def _wrong(path: str, wants: str) -> Iterator[Finding]:
    yield Finding("value_wrong", path, {"wants": wants})


def _text(least: int, most: int) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, str) or not least <= len(value) <= most or "\x00" in value:
            yield from _wrong(path, f"text {least}-{most}")

    return look


def _match(pattern: re.Pattern[str], wants: str) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            yield from _wrong(path, wants)

    return look


def _whole(least: int, most: int) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield from _wrong(path, f"whole {least}-{most}")

    return look


def _truth(value: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, bool):
        yield from _wrong(path, "true or false")


def _one_of(*values: Any) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, bool) or value not in values:
            yield from _wrong(path, " ".join(str(one) for one in values))

    return look


def _or_null(look_: Look) -> Look:
    return lambda value, path: iter(()) if value is None else look_(value, path)


def _list(each: Look, least: int, most: int) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            yield from _wrong(path, f"list {least}-{most}")
            return
        for number, one in enumerate(value):
            yield from each(one, f"{path}/{number}")

    return look


def _keys(keys: Mapping[str, Look]) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield from _wrong(path, "object")
            return
        for name, look_ in keys.items():
            here = f"{path}/{name}" if path else name
            if name in value:
                yield from look_(value[name], here)
            else:
                yield Finding("key_missing", here)
        for name in sorted(set(value) - set(keys)):
            yield Finding("key_unexpected", f"{path}/{name[:80]}" if path else name[:80])

    return look


def _words(most: int) -> Look:
    # What is not yet translated is a finding of its own, so that a draft has a shape before it has all its words.
    return _keys({"zh": _text(0, most), "en": _text(0, most)})


def _field(columns: bool) -> Look:
    def look(value: Any, path: str) -> Iterator[Finding]:
        type_ = value.get("type") if isinstance(value, dict) else None
        if not isinstance(type_, str) or type_ not in TYPES or (columns and type_ in NO_COLUMNS):
            yield Finding("type_unknown", f"{path}/type")
            return
        yield from _keys({**_COMMON, **TYPES[type_]})(value, path)

    return look


_EXPRESSION = _text(1, 2000)
_NAME = _text(1, 80)
_RANGE = _keys({"low": _or_null(_match(DECIMAL, "decimal")), "high": _or_null(_match(DECIMAL, "decimal"))})
_LIMITS = _keys({"alert": _or_null(_RANGE), "action": _or_null(_RANGE), "specification": _or_null(_RANGE)})
_MEASURED: Mapping[str, Look] = {"decimals": _whole(0, 12), "rounding": _one_of(*ROUNDINGS), "limits": _LIMITS}
_COMMON: Mapping[str, Look] = {
    "id": _match(ID, "id"),
    "type": _text(1, 40),
    "label": _words(200),
    "hint": _or_null(_words(500)),
    "required": _truth,
    "when": _or_null(_EXPRESSION),
    "checks": _list(_keys({"expression": _EXPRESSION, "message": _words(500)}), 0, 20),
}
TYPES: Mapping[str, Mapping[str, Look]] = {
    "text": {"max_length": _whole(1, 8000), "multiline": _truth},
    "number": {"unit": _text(0, 20), **_MEASURED},
    "choice": {
        "options": _list(_keys({"code": _match(_OPTION, "code"), "label": _words(200)}), 1, 200),
        "several": _truth,
    },
    "yes_no": {},
    "date": {},
    "time": {},
    "person": {"permission": _or_null(_NAME)},
    "scan": {"of": _one_of(*SCANNED)},
    "equipment": {"class": _or_null(_NAME)},
    "lot": {"material": _or_null(_NAME)},
    "reading": {"device_class": _NAME, "unit": _text(0, 20), **_MEASURED},
    "photo": {"most": _whole(1, 50)},
    "file": {"most": _whole(1, 50)},
    "table": {
        "columns": _list(_field(True), 1, 40),
        "rows": _keys({"min": _whole(0, 500), "max": _whole(1, 500)}),
    },
    "calculation": {"expression": _EXPRESSION, "unit": _or_null(_text(1, 20)), **_MEASURED},
    "signature": {"meaning": _words(200)},
    "second_signature": {"meaning": _words(200), "of": _match(ID, "id")},
    "instruction": {"text": _words(4000), "picture": _or_null(_match(_SHA256, "sha256"))},
}
_SECTION = _keys(
    {
        "id": _match(ID, "id"),
        "title": _words(200),
        "when": _or_null(_EXPRESSION),
        "repeat": _or_null(_keys({"min": _whole(0, 100), "max": _whole(1, 100)})),
        "fields": _list(_field(False), 0, 1000),
    }
)
_definition = _keys(
    {
        "pestle_form": _one_of(FORMAT),
        "code": _match(_CODE, "code"),
        "title": _words(200),
        "sections": _list(_SECTION, 1, 100),
    }
)
