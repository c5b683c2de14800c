"""The nouns of specifications: tests with limits or options, versions of them, and what is wrong with one."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

SUBMITTED_V1 = "quality.specification_submitted.v1"
# Since a specification also says how a delivery is sampled.
SUBMITTED_KIND = "quality.specification_submitted.v2"
SUBMISSIONS = (SUBMITTED_V1, SUBMITTED_KIND)
APPROVED_KIND = "quality.specification_approved.v1"
RETURNED_KIND = "quality.specification_returned.v1"
DESIGNS, APPROVES = "specification.design", "specification.approve"
FLOW = "specification-approval"
MEANING = {"code": "prepared", "zh": "起草", "en": "Prepared"}
# `conform`: the analyst says whether it does; `choice`: the option says so; `numeric`: rounded, then its limits.
TEST_KINDS = ("numeric", "choice", "conform")
ROUNDINGS = ("gbt8170", "half_up")
SUBMITTED, APPROVED, RETURNED = "submitted", "approved", "returned"
STATES = {APPROVED_KIND: APPROVED, RETURNED_KIND: RETURNED}
DECISIONS = (*SUBMISSIONS, *STATES)
DEFINED = ("specification", "version", "material", "stage", "name", "tests", "effective_from")
_SUBJECT = re.compile(r"specification/([^/]+)/([1-9][0-9]{0,3})")
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Test:
    """One test. `low` and `high` are decimal strings in `unit`, both allowed; `options` are {code, zh, en, conforms}.

    `decimals` and `rounding` say how a number is reported, which is what the limits judge (GB/T 8170-2008, 4.3).
    """

    code: str
    name: Mapping[str, str]
    method: str
    kind: str
    unit: str | None
    decimals: int | None
    rounding: str | None
    low: str | None
    high: str | None
    options: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, given: Payload) -> "Test":
        same = {name: given[name] for name in cls.__slots__ if name != "options"}
        return cls(**same, options=tuple(given["options"]))


@dataclass(frozen=True, slots=True)
class Specification:
    """A version. `effective_from` is the day that it names; `first_day` the day from which it is used, which is that or
    the day of its approval, whichever came later; None before that. Days are YYYY-MM-DD, times UTC text. `sampling` is
    how a delivery is sampled, as `inspection.plans` reads it; None where the version says nothing of it."""

    specification: str
    version: int
    entry: str
    material: str
    stage: str
    sha256: str
    name: Mapping[str, str]
    tests: tuple[Test, ...]
    sampling: Mapping[str, Any] | None
    effective_from: str
    state: str
    reason: str
    submitted_by: str
    submitted_at: str
    first_day: str | None
    decided_by: str | None
    decided_at: str | None
    decided_reason: str | None
    instance: str | None

    def effective(self, day: str) -> bool:
        """Whether it is approved and its day has come; a later version may have taken its place."""
        return self.first_day is not None and self.first_day <= day

    def test(self, code: str) -> Test | None:
        return next((one for one in self.tests if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` as in the definition: `tests/2/low`, counted from 0; `code` is one of the words that screens have."""

    code: str
    path: str

    def payload(self) -> dict[str, str]:
        return {"code": self.code, "path": self.path}


def stream(specification: str) -> str:
    return f"specification/{specification}"


def subject(specification: str, version: int) -> str:
    """What the flow of its approval is about."""
    return f"specification/{specification}/{version}"


def parse_subject(text: str) -> tuple[str, int] | None:
    """(specification, version); None for what is about something else."""
    match = _SUBJECT.fullmatch(text)
    return None if match is None else (match[1], int(match[2]))


def digest(given: Payload) -> str:
    """SHA-256 over all that a version defines, in canonical JSON: what is signed and approved."""
    names = (*DEFINED, "sampling") if "sampling" in given else DEFINED
    return hashlib.sha256(canonical.encode({name: given[name] for name in names})).hexdigest()


def said(given: Payload) -> dict[str, Any]:
    """What whoever submits signs."""
    names = ("specification", "version", "sha256", "reason")
    return {name: given[name] for name in names} | {"meaning": given["meaning"]["code"]}


def missing(tests: Sequence[Test], results: Iterable[str]) -> list[str]:
    """The tests of a specification of which there is no result, by code."""
    there = set(results)
    return [one.code for one in tests if one.code not in there]
