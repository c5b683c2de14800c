"""What follows from a filled form: pure, and the same to the last digit in pwa/src/engines/forms."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from server.engines import expressions
from server.engines.expressions import ExpressionError
from server.engines.forms import plan as plans
from server.engines.forms import values as shapes
from server.engines.forms.checking import check
from server.engines.forms.model import LEVELS, MEASURED, SIGNATURES, Field, FieldState, Form, Payload, State, Verdict
from server.engines.forms.plan import Place, Plan
from sync import canonical

__all__ = ["check", "evaluate", "signed_digest"]
Values = Mapping[str, Any]
SIGNED_DOMAIN = b"pestle/form-signed/v1\n"
# What a decimal text may be elsewhere: so much before the point.
_LARGEST = Decimal(10) ** 15


def evaluate(definition: Payload, values: Values) -> State:
    """How a form with these values stands: what is visible, asked for and wrong, the verdicts, the calculated values.

    `definition` must have the shape of one (`shape.look`); an expression of it that does not compile comes to
    nothing. Calculations use each other's exact values and are rounded once, for what is shown, judged and kept
    (GB/T 8170: never twice). A limit judges the value as its field rounds it.
    """
    return _Filling(_plan(canonical.encode(definition)), values).state()


def signed_digest(definition: Payload, values: Values, path: str) -> str:
    """What somebody signs in the field for a signature at `path`: SHA-256, in hexadecimal, over all that stands before
    it in the form, visible and with a value."""
    filling = _Filling(_plan(canonical.encode(definition)), values)
    filling.state()
    return filling.digests[path]


@lru_cache(maxsize=32)
def _plan(definition: bytes) -> Plan:
    return plans.make(Form.of_payload(orjson.loads(definition)))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A field at one path: in which repetition of its section, in which row of its table."""

    place: Place
    section: str
    row: str

    @property
    def path(self) -> str:
        return self.row + self.place.field.id


@dataclass(slots=True)
class _Filling:
    """`exact`: what expressions see by path; None: nothing. `shown`: what stands there, as text."""

    plan: Plan
    values: Values
    rows: Mapping[str, int] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()
    visible: dict[str, bool] = field(default_factory=dict)
    exact: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    _lists: dict[tuple[str, frozenset[str]], list[Any]] = field(default_factory=dict)

    def state(self) -> State:
        counted = shapes.count(self.plan, self.values)
        self.rows, self.struck = counted.rows, counted.struck
        for node in self.plan.order:
            place = self.plan.places.get(node)
            if place is None:
                self.visible[node] = self._holds(self._condition_of(node), "", "")
            else:
                for spot in self._spots_of(place):
                    self._fill(spot)
        paths = {}
        running = hashlib.sha256(SIGNED_DOMAIN)
        for spot in self._in_order():
            one = paths[spot.path] = self._judge(spot, running)
            if one.visible and one.value is not None:
                running.update(canonical.encode([spot.path, one.value]) + b"\n")
        complete = not any(one.problems for one in paths.values())
        return State(paths, self.rows, tuple(sorted(self.struck)), counted.unknown, complete)

    def _condition_of(self, node: str) -> str:
        at = next(at for at, one in enumerate(self.plan.form.sections) if plans.section_node(one.id) == node)
        return f"sections/{at}/when"

    def _in_order(self) -> Iterator[_Spot]:
        for section in self.plan.form.sections:
            for prefix in self._prefixes(section.id):
                for one in section.fields:
                    yield from self._spots_at(one, prefix, prefix)
                    for number in range(1, self.rows.get(prefix + one.id, 0) + 1):
                        for column in one.columns:
                            yield from self._spots_at(column, prefix, f"{prefix}{one.id}/{number}/")

    def _spots_at(self, one: Field, section: str, row: str) -> Iterator[_Spot]:
        place = self.plan.places[one.id]
        # Of fields with one id the first has it, until the check's finding is heeded.
        if place.field is one:
            yield _Spot(place, section, row)

    def _prefixes(self, section: str) -> list[str]:
        if section not in self.plan.repeated:
            return [""]
        return [f"{section}/{number}/" for number in range(1, self.rows[section] + 1)]

    def _spots_of(self, place: Place) -> Iterator[_Spot]:
        for prefix in self._prefixes(place.section.id):
            if place.table is None:
                yield _Spot(place, prefix, prefix)
                continue
            table = prefix + place.table.id
            for number in range(1, self.rows[table] + 1):
                yield _Spot(place, prefix, f"{table}/{number}/")

    def _fill(self, spot: _Spot) -> None:
        place, one, path = spot.place, spot.place.field, spot.path
        above = plans.section_node(place.section.id) if place.table is None else spot.section + place.table.id
        # What is struck out is as if it were not there: nobody is asked for it, and nothing is calculated from it.
        stands = self.visible[above] and spot.row[:-1] not in self.struck
        self.visible[path] = stands and self._holds(f"{place.pointer}/when", spot.section, spot.row)
        self.exact[path] = self.shown[path] = None
        if not self.visible[path] or one.type in ("table", "instruction"):
            return
        if one.type == "calculation":
            self._calculate(spot)
            return
        given = self.values.get(path)
        if given is None or given == "" or given == []:
            return
        if not shapes.is_value(given):
            self.wrong[path] = "format"
            return
        self.shown[path] = given
        exact, problem = shapes.read(one, given)
        if problem is None:
            self.exact[path] = exact
        else:
            self.wrong[path] = problem

    def _calculate(self, spot: _Spot) -> None:
        one, path = spot.place.field, spot.path
        found, problem = self._run(f"{spot.place.pointer}/expression", spot.section, spot.row)
        if problem is None and found is not None:
            text = _rounded(one, found)
            if text is None:
                problem = "out_of_range"
            else:
                self.exact[path] = found
                self.shown[path] = {"value": text, "unit": one.unit or ""}
        if problem is not None and problem != "missing":
            self.wrong[path] = problem

    def _holds(self, pointer: str, section: str, row: str) -> bool:
        """Whether a condition lets its field be there: without what it asks for it does not; one that fails hides
        nothing."""
        if pointer not in self.plan.programs:
            return True
        found, problem = self._run(pointer, section, row)
        return problem != "missing" if problem is not None else bool(found)

    def _run(self, pointer: str, section: str, row: str) -> tuple[Any, str | None]:
        """What an expression comes to, or the code of why it does not."""
        program = self.plan.programs.get(pointer)
        if program is None:
            return None, "circular" if self.plan.formulas[pointer].owner in self.plan.circles else "expression"
        mentions = self.plan.formulas[pointer].mentions
        try:
            return program.run({name: self._look_up(name, section, row, mentions) for name in program.variables}), None
        except ExpressionError as error:
            return None, error.code

    def _look_up(self, name: str, section: str, row: str, mentions: frozenset[str]) -> Any:
        if name in self.plan.repeated:
            return self._instances(name, mentions) if self.visible[plans.section_node(name)] else None
        place = self.plan.places[name]
        if place.table is not None:
            return self.exact[row + name]
        path = name if place.section.repeat is None else section + name
        if place.field.type != "table":
            return self.exact[path]
        return self._table(path, place.field, mentions) if self.visible[path] else None

    def _table(self, path: str, table: Field, mentions: frozenset[str]) -> list[Any]:
        key = (path, frozenset(one.id for one in table.columns if one.id in mentions))
        if key not in self._lists:
            # A column that is not named is not there: it may not have been calculated yet.
            self._lists[key] = [
                {
                    one.id: self.exact.get(f"{path}/{number}/{one.id}") if one.id in mentions else None
                    for one in table.columns
                }
                for number in range(1, self.rows[path] + 1)
                if f"{path}/{number}" not in self.struck
            ]
        return self._lists[key]

    def _instances(self, section: str, mentions: frozenset[str]) -> list[Any]:
        inside = self.plan.repeated[section].fields
        key = (section, frozenset(each.id for one in inside for each in (one, *one.columns) if each.id in mentions))
        if key not in self._lists:
            self._lists[key] = [
                {one.id: self._member(one, prefix, mentions) for one in inside if one.type != "instruction"}
                for prefix in self._prefixes(section)
                if prefix[:-1] not in self.struck
            ]
        return self._lists[key]

    def _member(self, one: Field, prefix: str, mentions: frozenset[str]) -> Any:
        path = prefix + one.id
        if one.id not in mentions:
            return None
        if one.type != "table":
            return self.exact.get(path)
        return self._table(path, one, mentions) if self.visible.get(path) else None

    def _judge(self, spot: _Spot, running: "hashlib._Hash") -> FieldState:
        one, path = spot.place.field, spot.path
        visible, value = self.visible[path], self.shown[path]
        if one.type in SIGNATURES:
            digest = running.copy()
            digest.update(path.encode())
            self.digests[path] = digest.hexdigest()
        if not visible:
            return FieldState(False, False, (), "none", one.type == "calculation", None)
        required = one.required and one.type != "instruction"
        problems = [self.wrong[path]] if path in self.wrong else []
        present = value is not None if one.type != "table" else self._has_rows(path)
        if required and not present and not problems:
            problems.append("required")
        if present and path not in self.wrong:
            problems += self._checks(spot)
            problems += self._signed(spot) if one.type in SIGNATURES else []
        return FieldState(True, required, tuple(problems), self._verdict(one, path), one.type == "calculation", value)

    def _has_rows(self, path: str) -> bool:
        return any(f"{path}/{number}" not in self.struck for number in range(1, self.rows[path] + 1))

    def _checks(self, spot: _Spot) -> Iterator[str]:
        """Of a filled field; a check that lacks what it asks for does not judge yet."""
        for number in range(len(spot.place.field.checks)):
            pointer = f"{spot.place.pointer}/checks/{number}/expression"
            if pointer not in self.plan.programs:
                continue
            found, problem = self._run(pointer, spot.section, spot.row)
            if problem is not None and problem != "missing":
                yield problem
            elif found is False:
                yield f"check:{number + 1}"

    def _signed(self, spot: _Spot) -> Iterator[str]:
        one, given = spot.place.field, self.shown[spot.path]
        if given["digest"] != self.digests[spot.path]:
            yield "stale"
        if one.type == "second_signature":
            first = self._first(spot)
            if first is None:
                yield "first_missing"
            elif first == given["signed_by"]:
                yield "same_person"

    def _first(self, spot: _Spot) -> Any:
        """Who signed what this signature confirms: in the same row, the same section, or elsewhere in the form."""
        of = self.plan.places.get(spot.place.field.of or "")
        if of is None or of.field.type != "signature":
            return None
        if of.table is not None:
            return self.exact.get(spot.row + of.field.id)
        return self.exact.get(spot.section + of.field.id if of.section.repeat is not None else of.field.id)

    def _verdict(self, one: Field, path: str) -> Verdict:
        exact = self.exact[path]
        if one.type not in MEASURED or exact is None or not one.limits:
            return "none"
        judged = expressions.rounded(exact, one.decimals, one.rounding)
        for level in LEVELS:
            limit = one.limits.get(level)
            if limit is None:
                continue
            below = limit.low is not None and judged < Decimal(limit.low)
            if below or (limit.high is not None and judged > Decimal(limit.high)):
                return level
        return "within"


def _rounded(one: Field, exact: Decimal) -> str | None:
    """As text with the field's decimals; None for what no decimal text can say."""
    try:
        found = expressions.rounded(exact, one.decimals, one.rounding)
    except ExpressionError:
        return None
    return expressions.written(found, one.decimals) if abs(found) < _LARGEST else None
