"""The nouns of filled forms: a record, the values that stand in it, and what is to be looked at by somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OPENED = "forms.record_opened.v1"
VALUES = "forms.values_recorded.v1"
SIGNED = "forms.record_signed.v1"
COMPLETED = "forms.record_completed.v1"
STRUCK = "forms.row_struck.v1"
EXCEPTION = "forms.exception_raised.v1"
CONFLICT = "forms.conflict_found.v1"
SETTLED = "forms.item_settled.v1"
# What people do in a record, on a tablet or through the server; in the stream of the record.
WORK = (VALUES, SIGNED, STRUCK, COMPLETED)

OPEN, COMPLETE = "open", "complete"
STATUSES = (OPEN, COMPLETE)
# Where a value came from.
TYPED, DEVICE, SCAN, CALCULATED, CHOSEN = "typed", "device", "scan", "calculated", "chosen"
SOURCES = (TYPED, DEVICE, SCAN, CALCULATED, CHOSEN)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thing that is wrong with an entry: `code` of an exception, the field it is about, what a reviewer sees."""

    code: str
    path: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A form to be filled; `sha256` pins the bytes of its definition, `subject` says what it is about."""

    record: str
    form: str
    version: int
    sha256: str
    subject: str | None
    status: str
    opened_by: str
    opened_at: str
    completed_by: str | None
    completed_at: str | None
    updated_at: str
    open_items: int

    @property
    def stream(self) -> str:
        return record_stream(self.record)

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Value:
    """What an entry says stands at a path; `superseded_by` is the correction, or the decision for another entry."""

    entry: str
    index: int
    path: str
    value: Any
    source: Mapping[str, Any]
    comment: str | None
    actor: str
    device: str
    captured_at: str
    recorded_at: str
    corrects: str | None
    reason: str | None
    superseded_by: str | None

    @property
    def calculated(self) -> bool:
        return self.source.get("type") == CALCULATED

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Item:
    """An exception or a conflict of a record; `state` is open, joined (to a later conflict of the path) or settled."""

    id: str
    index: int
    type: str
    code: str
    path: str | None
    entries: tuple[str, ...]
    details: Mapping[str, Any]
    comment: str | None
    state: str
    chosen: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"entries": list(self.entries)}


def exception(record: str, one: Judgement, entries: Sequence[str]) -> dict[str, Any]:
    """What a reviewer of the record is to look at, as the payload of its entry."""
    return {
        "record": record,
        "code": one.code,
        "path": one.path,
        "entries": list(entries),
        "details": dict(one.details),
        "comment": one.comment,
    }


def record_stream(record: str) -> str:
    return f"record/{record}"


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown to who signs a record, as the payload of the signature says it."""
    return {name: given[name] for name in ("record", "path", "meaning", "digest")}
