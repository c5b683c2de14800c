"""The values of a filled form: where each belongs, how many rows there are, and whether one is what its field takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from server.engines.forms.model import Field
from server.engines.forms.plan import Place, Plan
from server.engines.forms.shape import DECIMAL

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# A file also says how many bytes it has and what it was called where it was chosen.
_FILE = re.compile(r"[0-9a-f]{64}(/[0-9]{1,8}/[^/\x00-\x1f\x7f]{1,120})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows each table (by path) and each repeated section (by id) has, which of them are struck out (by their
    paths, as `weighings/2`), and the paths that lead nowhere."""

    rows: Mapping[str, int]
    struck: frozenset[str]
    unknown: tuple[str, ...]


Chain = list[tuple[str, int]]


def count(plan: Plan, values: Mapping[str, Any]) -> Counted:
    """A row is struck out where `true` stands at its own path. It keeps its number, and another may take its place: a
    form has as many rows as it asks for beside those."""
    struck = _struck(plan, values)
    extra: dict[str, int] = {}
    for row in struck:
        name = row.rpartition("/")[0]
        extra[name] = extra.get(name, 0) + 1
    highest: dict[str, int] = {}
    unknown = []
    for path in values:
        found = _repetitions(plan, path, extra)
        if found is None:
            unknown.append(path)
            continue
        for name, number in found:
            highest[name] = max(highest.get(name, 0), number)
    return Counted(_rows(plan, highest, extra), frozenset(struck), tuple(sorted(unknown)))


def _struck(plan: Plan, values: Mapping[str, Any]) -> set[str]:
    """From the outside to the inside, and by number: each lets the form have one more."""
    rows = [path for path, given in values.items() if given is True and _steps(plan, path.split("/"))[1]]
    found: set[str] = set()
    extra: dict[str, int] = {}
    for path in sorted(rows, key=lambda row: (row.count("/"), int(row.rpartition("/")[2]))):
        if _repetitions(plan, path, extra) is not None:
            found.add(path)
            name = path.rpartition("/")[0]
            extra[name] = extra.get(name, 0) + 1
    return found


def _rows(plan: Plan, highest: Mapping[str, int], extra: Mapping[str, int]) -> dict[str, int]:
    def of(name: str, least: int) -> int:
        return max(least + extra.get(name, 0), highest.get(name, 0))

    rows = {}
    for section in plan.form.sections:
        prefixes = [""]
        if section.repeat is not None:
            rows[section.id] = of(section.id, section.repeat.min)
            prefixes = [f"{section.id}/{number}/" for number in range(1, rows[section.id] + 1)]
        for prefix in prefixes:
            for one in section.fields:
                if one.type == "table":
                    rows[prefix + one.id] = of(prefix + one.id, one.rows.min)
    return rows


def _repetitions(plan: Plan, path: str, extra: Mapping[str, int]) -> Chain | None:
    """What is repeated on the way to a field or a row, with which number; None where there is neither."""
    parts = path.split("/")
    steps, row = _steps(plan, parts)
    found, prefix = [], ""
    for name, most in steps:
        if len(parts) < 2 or parts[0] != name or _NUMBER.fullmatch(parts[1]) is None:
            return None
        if int(parts[1]) > most + extra.get(prefix + name, 0):
            return None
        found.append((prefix + name, int(parts[1])))
        prefix += f"{name}/{parts[1]}/"
        parts = parts[2:]
    if row:
        return found if not parts else None
    place = plan.places.get(parts[0]) if len(parts) == 1 else None
    return None if place is None or place.field.type in ("table", "instruction") else found


def _steps(plan: Plan, parts: list[str]) -> tuple[list[tuple[str, int]], bool]:
    """What is repeated around a field, and whether the path is that of a row itself."""
    if len(parts) in (2, 4) and _NUMBER.fullmatch(parts[-1]):
        section = plan.repeated.get(parts[0])
        outer = [] if section is None or section.repeat is None else [(section.id, section.repeat.max)]
        if len(parts) == 2 and outer:
            return outer, True
        place = plan.places.get(parts[-2])
        if place is not None and place.field.type == "table":
            return [*_around(place), (place.field.id, place.field.rows.max)], True
        return [], False
    place = plan.places.get(parts[-1])
    return ([] if place is None else _around(place)), False


def _around(place: Place) -> list[tuple[str, int]]:
    section, table = place.section, place.table
    outer = [] if section.repeat is None else [(section.id, section.repeat.max)]
    return outer if table is None else [*outer, (table.id, table.rows.max)]


def is_value(given: Any) -> bool:
    """Whether it is one of the shapes that values have at all: what is none is not shown, and signed by nobody."""
    if isinstance(given, dict):
        return all(isinstance(key, str) and _is_text(key) and _is_text(one) for key, one in given.items())
    if isinstance(given, list):
        return all(_is_text(one) for one in given)
    return isinstance(given, bool) or _is_text(given)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _SURROGATE.search(value) is None


def read(one: Field, given: Any) -> tuple[Any, str | None]:
    """What an expression sees of a value, or the code of what is wrong with it."""
    match one.type:
        case "text":
            return _text(one, given)
        case "number" | "reading":
            return _number(one, given)
        case "choice":
            return _choice(one, given)
        case "yes_no":
            return (given, None) if isinstance(given, bool) else (None, "format")
        case "date":
            return _date(given)
        case "time":
            return _time(given)
        case "photo" | "file":
            return _files(one, given)
        case "signature" | "second_signature":
            return _signed(given)
    ok = isinstance(given, str) and len(given) <= _LONGEST and _CONTROL.search(given) is None
    return (given, None) if ok else (None, "format")


def _text(one: Field, given: Any) -> tuple[Any, str | None]:
    if not isinstance(given, str) or (_BUT_LINES if one.multiline else _CONTROL).search(given) is not None:
        return None, "format"
    return (given, None) if len(given) <= (one.max_length or 0) else (None, "too_long")


def _number(one: Field, given: Any) -> tuple[Any, str | None]:
    if not isinstance(given, dict) or set(given) != {"value", "unit"} or DECIMAL.fullmatch(str(given["value"])) is None:
        return None, "format"
    return (Decimal(given["value"]), None) if given["unit"] == one.unit else (None, "unit")


def _choice(one: Field, given: Any) -> tuple[Any, str | None]:
    codes = {option["code"] for option in one.options}
    if one.several:
        if not isinstance(given, list) or len(set(given)) != len(given):
            return None, "format"
        return (given, None) if codes.issuperset(given) else (None, "not_an_option")
    if not isinstance(given, str):
        return None, "format"
    return (given, None) if given in codes else (None, "not_an_option")


def _files(one: Field, given: Any) -> tuple[Any, str | None]:
    if not isinstance(given, list) or len({name[:64] for name in given}) != len(given):
        return None, "format"
    pattern = _FILE if one.type == "file" else _SHA256
    if any(pattern.fullmatch(name) is None for name in given):
        return None, "format"
    return (given, None) if len(given) <= one.most else (None, "too_many")


def _signed(given: Any) -> tuple[Any, str | None]:
    ok = isinstance(given, dict) and set(given) == {"signed_by", "digest"} and _SHA256.fullmatch(given["digest"])
    return (given["signed_by"], None) if ok else (None, "format")


def _date(given: Any) -> tuple[Any, str | None]:
    try:
        found = date.fromisoformat(given) if isinstance(given, str) and _DATE.fullmatch(given) else None
    except ValueError:
        found = None
    return (None, "format") if found is None else (found, None)


def _time(given: Any) -> tuple[Any, str | None]:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) and _TIME.fullmatch(given) else None
    except ValueError:
        found = None
    return (None, "format") if found is None else (found, None)
