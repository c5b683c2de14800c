"""The nouns of forms: a definition with its sections and fields, its findings, and how a filled one stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

FORMAT = 1
Payload = Mapping[str, Any]
Words = Mapping[str, str]
Rounding = Literal["gbt8170", "half_up"]
Verdict = Literal["none", "within", "alert", "action", "specification"]

LEVELS: tuple[Verdict, ...] = ("specification", "action", "alert")
MEASURED = frozenset({"number", "reading", "calculation"})
SIGNATURES = frozenset({"signature", "second_signature"})
SCANNED = ("container", "lot", "equipment", "badge", "any")
ROUNDINGS = ("gbt8170", "half_up")
# What may not stand in a row of a table.
NO_COLUMNS = frozenset({"table", "instruction", "photo", "file"})
MOST_FIELDS, MOST_BYTES, MOST_PATHS = 1_000, 512 * 1024, 20_000


@dataclass(frozen=True, slots=True)
class Range:
    """Decimal strings; a bound that is None bounds nothing. Both bounds belong to the range."""

    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """How many rows, or how many times a section."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that a filled field must meet, and what is said where it does not."""

    expression: str
    message: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field; beside what all have, what its type has, and None for what it has not. `unit` may be empty."""

    id: str
    type: str
    label: Words
    hint: Words | None
    required: bool
    when: str | None
    checks: tuple[Check, ...]
    max_length: int | None = None
    multiline: bool | None = None
    unit: str | None = None
    decimals: int = 0
    rounding: Rounding = "gbt8170"
    limits: Mapping[str, Range] = field(default_factory=dict)
    options: tuple[Mapping[str, Any], ...] = ()
    several: bool = False
    permission: str | None = None
    of: str | None = None
    class_: str | None = None
    material: str | None = None
    device_class: str | None = None
    most: int = 0
    columns: tuple["Field", ...] = ()
    rows: Span = Span(0, 0)
    expression: str | None = None
    meaning: Words | None = None
    text: Words | None = None
    picture: str | None = None

    @classmethod
    def of_payload(cls, given: Payload) -> Self:
        known = {one.name for one in fields(cls)}
        values = {name: given[name] for name in given if name in known}
        values["checks"] = tuple(Check(**one) for one in given["checks"])
        if "class" in given:
            values["class_"] = given["class"]
        if "limits" in given:
            values["limits"] = {name: Range(**one) for name, one in given["limits"].items() if one is not None}
        if "options" in given:
            values["options"] = tuple(given["options"])
        if "columns" in given:
            values["columns"] = tuple(cls.of_payload(one) for one in given["columns"])
            values["rows"] = Span(**given["rows"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: Words
    when: str | None
    repeat: Span | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A definition that has the right shape."""

    code: str
    title: Words
    sections: tuple[Section, ...]

    @classmethod
    def of_payload(cls, given: Payload) -> Self:
        """Of a definition without findings of the codes in `shape.CODES`."""
        sections = tuple(
            Section(
                id=one["id"],
                title=one["title"],
                when=one["when"],
                repeat=None if one["repeat"] is None else Span(**one["repeat"]),
                fields=tuple(Field.of_payload(each) for each in one["fields"]),
            )
            for one in given["sections"]
        )
        return cls(given["code"], given["title"], sections)

    def all_fields(self) -> Iterator[Field]:
        """In the order of the form, columns after their table."""
        for section in self.sections:
            for one in section.fields:
                yield one
                yield from one.columns


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a definition from being used; `path` leads to it: `sections/0/fields/3/label/zh`."""

    code: str
    path: str
    details: Mapping[str, str | int] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        return {"code": self.code, "path": self.path, "details": dict(self.details)}


@dataclass(frozen=True, slots=True)
class FieldState:
    """How one field of a filled form stands.

    `problems`: `required`, `format`, `unit`, `too_long`, `too_many`, `not_an_option`, `check:<n>` (the n-th of its
    checks, from 1, does not hold), `stale` (a signature under something that has changed since), `division_by_zero`
    and the other codes of an expression that comes to nothing. `value` is what holds, given or calculated; None where
    there is none, and for what is hidden.
    """

    visible: bool
    required: bool
    problems: tuple[str, ...]
    verdict: Verdict
    calculated: bool
    value: Any

    def payload(self) -> dict[str, Any]:
        return {
            "visible": self.visible,
            "required": self.required,
            "problems": list(self.problems),
            "verdict": self.verdict,
            "calculated": self.calculated,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class State:
    """`paths` in the order of the form, each table and each field of each row; `rows`: how many a table (by its path)
    or a repeated section (by its id) has, those that are `struck` out among them (each by its own path); `unknown`:
    values that the form has no place for."""

    paths: Mapping[str, FieldState]
    rows: Mapping[str, int]
    struck: tuple[str, ...]
    unknown: tuple[str, ...]
    complete: bool

    def payload(self) -> dict[str, Any]:
        return {
            "paths": {path: one.payload() for path, one in self.paths.items()},
            "rows": dict(self.rows),
            "struck": list(self.struck),
            "unknown": list(self.unknown),
            "complete": self.complete,
        }


# The kinds of what becomes of a version, all in the stream of its form.
# Since the second version of it who prepares a form signs that.
VERSION_SUBMITTED_V1, VERSION_SUBMITTED = "forms.version_submitted.v1", "forms.version_submitted.v2"
# Since the second version of these a flow decides.
VERSION_APPROVED_V1, VERSION_APPROVED = "forms.version_approved.v1", "forms.version_approved.v2"
VERSION_REJECTED_V1, VERSION_REJECTED = "forms.version_rejected.v1", "forms.version_rejected.v2"
VERSION_WITHDRAWN = "forms.version_withdrawn.v1"
DESIGNS, APPROVES = "forms.design", "forms.approve"
MEANING: Mapping[str, str] = {
    "code": "form_approved",
    "zh": "本人审核并批准此表单版本，自生效日起使用",
    "en": "I have reviewed this version of the form and approve it for use from its effective date",
}
PREPARED: Mapping[str, str] = {"code": "prepared", "zh": "起草", "en": "Prepared"}


def form_stream(code: str) -> str:
    return f"form/{code}"


def said_of_submission(given: Payload) -> dict[str, Any]:
    """What is shown to who submits a version, as the payload says it."""
    seen = {name: given[name] for name in ("form", "version", "sha256", "comment")}
    return {**seen, "meaning": given["meaning"]["code"]}


def said(given: Payload) -> dict[str, Any]:
    """What was shown to who approved a version, as the payload of a `VERSION_APPROVED_V1` says it."""
    seen = {name: given[name] for name in ("form", "version", "sha256", "effective_from", "reason")}
    return {**seen, "meaning": given["meaning"]["code"]}
