"""Whether a definition may be used: everything that is wrong with it, each finding at its place."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from server.engines.expressions import ExpressionError
from server.engines.forms import plan as plans
from server.engines.forms import shape
from server.engines.forms.model import (
    MOST_BYTES,
    MOST_FIELDS,
    MOST_PATHS,
    Field,
    Finding,
    Form,
    Payload,
    Section,
)
from server.engines.forms.plan import RESERVED, Place, Plan
from sync import canonical
from sync.errors import SyncError

# A condition over yes/no and choice is tried with every combination, as long as these are so few.
_MOST_TRIES = 1_000
# Ranges from the widest to the narrowest, as their bounds must lie.
_WIDEST = ("specification", "action", "alert")


def check(definition: Any) -> list[Finding]:
    """All findings; none: it may be used. Where it has not the shape of a definition, only that is looked at."""
    found = shape.look(definition)
    if found:
        return found
    form = Form.of_payload(definition)
    plan = plans.make(form)
    return [
        *_too_large(definition, form),
        *_untranslated(definition, ""),
        *_ids(form),
        *(each for place in plan.places.values() for each in _field(plan, place)),
        *_sections(form),
        *_expressions(plan),
        *_unreachable(plan),
    ]


def _too_large(definition: Payload, form: Form) -> Iterator[Finding]:
    try:
        size = len(canonical.encode(definition))
    except SyncError:
        yield Finding("value_wrong", "", {"wants": "text"})
        return
    if size > MOST_BYTES:
        yield Finding("too_large", "", {"bytes": size, "most": MOST_BYTES})
    fields = sum(1 for _ in form.all_fields())
    if fields > MOST_FIELDS:
        yield Finding("too_large", "", {"fields": fields, "most": MOST_FIELDS})
    paths = sum(_paths(section) for section in form.sections)
    if paths > MOST_PATHS:
        yield Finding("too_large", "", {"paths": paths, "most": MOST_PATHS})


def _paths(section: Section) -> int:
    times = 1 if section.repeat is None else section.repeat.max
    return times * sum(1 + len(one.columns) * one.rows.max for one in section.fields)


def _untranslated(value: Any, path: str) -> Iterator[Finding]:
    """Every text in two languages that lacks one."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _untranslated(one, f"{path}/{number}" if path else str(number))
    elif isinstance(value, dict):
        words = set(value) == {"zh", "en"}
        for name in sorted(value):
            here = f"{path}/{name}" if path else name
            if words and not value[name].strip(" \t\r\n"):
                yield Finding("translation_missing", here)
            yield from _untranslated(value[name], here)


def _ids(form: Form) -> Iterator[Finding]:
    seen: set[str] = set()
    for one, pointer in _named(form):
        if one in RESERVED:
            yield Finding("id_reserved", f"{pointer}/id", {"id": one})
        if one in seen:
            yield Finding("id_taken", f"{pointer}/id", {"id": one})
        seen.add(one)


def _named(form: Form) -> Iterator[tuple[str, str]]:
    for s, section in enumerate(form.sections):
        yield section.id, f"sections/{s}"
        for f, one in enumerate(section.fields):
            yield one.id, f"sections/{s}/fields/{f}"
            for c, column in enumerate(one.columns):
                yield column.id, f"sections/{s}/fields/{f}/columns/{c}"


def _sections(form: Form) -> Iterator[Finding]:
    for s, section in enumerate(form.sections):
        if not section.fields:
            yield Finding("empty", f"sections/{s}/fields")
        if section.repeat is not None and section.repeat.min > section.repeat.max:
            yield Finding("span_order", f"sections/{s}/repeat", {"min": section.repeat.min, "max": section.repeat.max})


def _field(plan: Plan, place: Place) -> Iterator[Finding]:
    one, pointer = place.field, place.pointer
    codes: set[str] = set()
    for number, option in enumerate(one.options):
        if option["code"] in codes:
            yield Finding("code_taken", f"{pointer}/options/{number}/code", {"code": option["code"]})
        codes.add(option["code"])
    if one.rows.min > one.rows.max:
        yield Finding("span_order", f"{pointer}/rows", {"min": one.rows.min, "max": one.rows.max})
    yield from _limits(one, pointer)
    if one.type == "second_signature" and not _confirms(plan, place):
        yield Finding("reference_unknown", f"{pointer}/of", {"id": one.of or ""})


def _limits(one: Field, pointer: str) -> Iterator[Finding]:
    """Each range from low to high, and the stricter within the wider one; none finer than the field is rounded."""
    given = [(name, one.limits[name]) for name in _WIDEST if name in one.limits]
    bounds = [(name, "low", limit.low) for name, limit in given]
    bounds += [(name, "high", limit.high) for name, limit in reversed(given)]
    last: Decimal | None = None
    for name, side, bound in bounds:
        if bound is None:
            continue
        here = f"{pointer}/limits/{name}/{side}"
        if len(bound.partition(".")[2]) > one.decimals:
            yield Finding("limit_decimals", here, {"decimals": one.decimals})
        if last is not None and Decimal(bound) < last:
            yield Finding("limits_order", here, {"limit": bound})
        last = Decimal(bound)


def _confirms(plan: Plan, place: Place) -> bool:
    """A second signature is of one that stands before it, in the same row, the same section or outside of any."""
    ids = list(plan.places)
    of = plan.places.get(place.field.of or "")
    if of is None or of.field.type != "signature" or ids.index(of.field.id) > ids.index(place.field.id):
        return False
    reached = of.section.id == place.section.id or of.section.repeat is None
    return reached and (of.table is None or (place.table is not None and of.table.id == place.table.id))


def _expressions(plan: Plan) -> Iterator[Finding]:
    for pointer, problem in plan.problems.items():
        yield Finding("expression", pointer, {"problem": problem.code, "at": problem.at, **problem.details})
    for pointer, formula in plan.formulas.items():
        if formula.owner in plan.circles and pointer not in plan.problems and "/checks/" not in pointer:
            others = {one.removeprefix("#") for one in plan.circles} & formula.mentions
            yield Finding("circular", pointer, {"fields": " ".join(sorted(others))})


def _unreachable(plan: Plan) -> Iterator[Finding]:
    """Conditions that nothing can make true, as far as what they ask for can be counted."""
    for pointer in plan.formulas:
        program = plan.programs.get(pointer)
        if program is None or not pointer.endswith("/when"):
            continue
        tried = _combinations(plan, sorted(program.variables))
        if tried is not None and not any(_may_hold(program, values) for values in tried):
            yield Finding("unreachable", pointer)


def _combinations(plan: Plan, names: Sequence[str]) -> list[Mapping[str, Any]] | None:
    """Everything that these fields may hold, nothing included; None where that is too much to try."""
    choices: list[list[Any]] = []
    tries = 1
    for name in names:
        one = plan.places[name].field if name in plan.places else None
        if one is not None and one.type == "yes_no":
            choices.append([None, True, False])
        elif one is not None and one.type == "choice" and not one.several:
            choices.append([None, *(option["code"] for option in one.options)])
        else:
            return None
        tries *= len(choices[-1])
        if tries > _MOST_TRIES:
            return None
    return [dict(zip(names, values, strict=True)) for values in product(*choices)]


def _may_hold(program: Any, values: Mapping[str, Any]) -> bool:
    try:
        return bool(program.run(values))
    except ExpressionError as error:
        # As in an evaluation: one that fails hides nothing.
        return error.code != "missing"
