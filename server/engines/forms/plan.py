"""A definition made ready: which names an expression may use where, what depends on what, and in which order."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.engines import expressions
from server.engines.expressions import ExpressionProblem, ListOf, Program, Row, Type
from server.engines.forms.model import MEASURED, Field, Form, Section

# Names that expressions themselves need.
_TAKEN = (
    "abs all as bool break ceil const contains continue date duration else endsWith exists exists_one false filter"
    " floor for function has if import in in_days in_hours in_minutes in_seconds int let list loop map matches max mean"
    " min namespace null package return round round_half_up size startsWith string sum time timestamp true type uint"
    " var void while"
)
RESERVED = frozenset(_TAKEN.split())
_TEXTS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands; `pointer` leads to it in the definition."""

    field: Field
    section: Section
    table: Field | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of the definition; `owner` is the id of its field or section."""

    owner: str
    pointer: str
    source: str
    names: Mapping[str, Type]
    wants: Type
    mentions: frozenset[str]


@dataclass(slots=True)
class Plan:
    """`places` by id, in the order of the form; `order`: ids of fields and nodes of sections, what others need first.

    An expression that does not compile, or is part of a circle, has no program. `circles` are the ids that wait for
    one another.
    """

    form: Form
    places: dict[str, Place] = field(default_factory=dict)
    repeated: dict[str, Section] = field(default_factory=dict)
    formulas: dict[str, Formula] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    problems: dict[str, ExpressionProblem] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    circles: frozenset[str] = frozenset()


def make(form: Form) -> Plan:
    """Also of a definition that has findings, as long as it has a shape: what is wrong in it comes to nothing."""
    plan = Plan(form)
    for place in _places(form):
        plan.places.setdefault(place.field.id, place)
    plan.repeated = {one.id: one for one in form.sections if one.repeat is not None}
    for formula in _formulas(form, list(plan.places.values())):
        plan.formulas[formula.pointer] = formula
        try:
            plan.programs[formula.pointer] = expressions.compile(formula.source, formula.names, formula.wants)
        except ExpressionProblem as problem:
            plan.problems[formula.pointer] = problem
    _arrange(plan)
    return plan


def mentioned(source: str) -> frozenset[str]:
    """Every name in an expression, members too, but for what stands in its texts."""
    return frozenset(_NAME.findall(_TEXTS.sub('""', source)))


def section_node(section: str) -> str:
    """A section's own place in the order, beside fields: a faulty definition may call a field the same."""
    return f"#{section}"


def type_of(one: Field) -> Type | None:
    """What an expression sees of a field; None for what has no value."""
    if one.type in MEASURED:
        return "decimal"
    if one.type in ("yes_no", "date", "time"):
        return one.type
    if one.type in ("photo", "file") or (one.type == "choice" and one.several):
        return ListOf("text")
    if one.type == "table":
        return ListOf(_row(one.columns))
    return None if one.type == "instruction" else "text"


def _row(fields: Iterable[Field]) -> Row:
    return Row(tuple(_types(fields).items()))


def _types(fields: Iterable[Field]) -> dict[str, Type]:
    typed = ((one.id, type_of(one)) for one in fields)
    return {name: type_ for name, type_ in typed if type_ is not None}


def _places(form: Form) -> Iterator[Place]:
    for s, section in enumerate(form.sections):
        for f, one in enumerate(section.fields):
            pointer = f"sections/{s}/fields/{f}"
            yield Place(one, section, None, pointer)
            for c, column in enumerate(one.columns):
                yield Place(column, section, one, f"{pointer}/columns/{c}")


def _formulas(form: Form, places: list[Place]) -> Iterator[Formula]:
    common: dict[str, Type] = {}
    for section in form.sections:
        if section.repeat is None:
            common |= _types(section.fields)
        else:
            common[section.id] = ListOf(_row(section.fields))
    for s, section in enumerate(form.sections):
        if section.when is not None:
            yield _formula(section_node(section.id), f"sections/{s}/when", section.when, common, "yes_no")
    for place in places:
        yield from _formulas_at(place, common)


def _formulas_at(place: Place, common: Mapping[str, Type]) -> Iterator[Formula]:
    one = place.field
    own = {} if place.section.repeat is None else _types(place.section.fields)
    row = {} if place.table is None else _types(place.table.columns)
    names = {**common, **own, **row}
    if one.when is not None:
        yield _formula(one.id, f"{place.pointer}/when", one.when, names, "yes_no")
    if one.expression is not None:
        yield _formula(one.id, f"{place.pointer}/expression", one.expression, names, "decimal")
    for number, check in enumerate(one.checks):
        pointer = f"{place.pointer}/checks/{number}/expression"
        yield _formula(one.id, pointer, check.expression, names, "yes_no")


def _formula(owner: str, pointer: str, source: str, names: Mapping[str, Type], wants: Type) -> Formula:
    return Formula(owner, pointer, source, names, wants, mentioned(source))


def _arrange(plan: Plan) -> None:
    """Order of calculation. What waits for itself is found, and loses its programs."""
    nodes = [*(section_node(one.id) for one in plan.form.sections), *plan.places]
    needs = {node: _above(plan, node) for node in nodes}
    for pointer, formula in plan.formulas.items():
        if not _is_check(pointer) and pointer in plan.programs:
            needs[formula.owner] |= uses(plan, pointer)
    plan.circles = _circles(nodes, needs)
    for pointer, formula in plan.formulas.items():
        if formula.owner in plan.circles and not _is_check(pointer):
            plan.programs.pop(pointer, None)
    plan.needs = {node: _above(plan, node) if node in plan.circles else needs[node] for node in nodes}
    plan.order = tuple(_sorted(nodes, plan.needs))


def _is_check(pointer: str) -> bool:
    return "/checks/" in pointer


def _above(plan: Plan, node: str) -> frozenset[str]:
    place = plan.places.get(node)
    if place is None:
        return frozenset()
    table = () if place.table is None else (place.table.id,)
    return frozenset({section_node(place.section.id), *table})


def uses(plan: Plan, pointer: str) -> set[str]:
    """The ids that an expression looks at: of a table or a repeated section also the columns and fields it names."""
    found: set[str] = set()
    names = plan.formulas[pointer].mentions
    for name in plan.programs[pointer].variables:
        section = plan.repeated.get(name)
        found.add(name if section is None else section_node(name))
        inside = plan.places[name].field.columns if section is None else section.fields
        for one in inside:
            found |= {each.id for each in (one, *one.columns) if each.id in names}
    return found


def _circles(nodes: list[str], needs: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What is left when everything is taken away that waits for nothing, or that nothing waits for."""
    left = set(nodes)
    while True:
        waiting = {node for node in left if needs[node] & left}
        awaited = {need for node in waiting for need in needs[node] & left}
        kept = waiting & awaited
        if kept == left:
            return frozenset(left)
        left = kept


def _sorted(nodes: list[str], needs: Mapping[str, frozenset[str]]) -> Iterator[str]:
    done: set[str] = set()
    left = list(nodes)
    while left:
        waiting = []
        for node in left:
            if needs[node] <= done:
                done.add(node)
                yield node
            else:
                waiting.append(node)
        if len(waiting) == len(left):
            # Ids that are used twice can leave such a rest; the check names them.
            yield from left
            return
        left = waiting
