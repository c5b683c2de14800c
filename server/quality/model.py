"""The nouns of quality: a test result and what it was taken of; a deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.core import numbering

STAGES = ("incoming", "in_process", "release")
VERDICTS = ("pass", "fail", "none")
# An entry with one of these flags stands beside what it would correct: a failed result is not talked away by anybody.
TAKES_NO_PLACE = frozenset({"person_not_permitted", "correction_unknown", "device_revoked"})
# Nor is by such a number reckoned how much is weighed: it may be in another unit than the specification's.
NO_NUMBER = TAKES_NO_PLACE | {"limits_differ", "not_qualified"}

RESULTS_RECORDED = "quality.results_recorded.v1"
# Since a specification says what is asked, and its limits: a line says what was found, and nothing else.
RESULTS_RECORDED_V2 = "quality.results_recorded.v2"
# Since a line names its instrument, reagents and standards, and an entry its analyst and what it tests again.
RESULTS_RECORDED_V3 = "quality.results_recorded.v3"
ANSWERED = (RESULTS_RECORDED_V2, RESULTS_RECORDED_V3)
RESULTS = (RESULTS_RECORDED, *ANSWERED)
DEVIATION_OPENED = "quality.deviation_opened.v1"
DEVIATION_CLOSED_V1 = "quality.deviation_closed.v1"
# By the end of the flow that carries it.
DEVIATION_CLOSED = "quality.deviation_closed.v2"
FLOW, CLOSED = "deviation", "closed"
# Why a deviation was opened: the batch was sealed before the entry came, or a person says so.
POST_SEAL, REPORTED = "post_seal", "reported"
# What people report of a batch, who may ask for a deviation with it.
REPORT = "production.exception_reported.v1"
PREFIX = "DEV"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation of a batch. `entry` opened it and `device` delivered that; `opening` is the entry that says so.

    `closing` is {by, at, conclusion, reason} once QA has concluded; `entries` are the ids of all that it is about.
    """

    number: str
    batch: str
    code: str
    summary: str | None
    entry: str | None
    device: str | None
    opening: str
    opened_by: str
    opened_at: str
    entries: tuple[str, ...]
    closing: Mapping[str, Any] | None

    @property
    def state(self) -> str:
        return "open" if self.closing is None else "closed"


def number_text(year: int, n: int) -> str:
    """DEV-2026-0001; the numbers of a year begin at 1 and have no gap."""
    return numbering.text(PREFIX, year, n)


def subject_of_number(number: str) -> str:
    """What the flow of a deviation is about."""
    return f"deviation/{number}"


def number_of(subject: str) -> str | None:
    """The deviation that a flow is about; None where it is about something else."""
    number = subject.removeprefix(subject_of_number(""))
    return number if number != subject and parse_number(number) is not None else None


def parse_number(text: str) -> tuple[int, int] | None:
    """(year, n) of a number in its one spelling; None for any other text."""
    return numbering.parse(PREFIX, text)


@dataclass(frozen=True, slots=True)
class Result:
    """One test result; `value`, `low` and `high` are decimal strings in `unit`, `entry` the id of its entry.

    Where a specification (`code/version`) judges it, `reported` is what was rounded and then judged; `value` is a text
    without unit where no number is asked for.
    """

    entry: str
    stage: str
    test: str
    name: dict[str, str] | None
    value: str
    unit: str
    low: str | None
    high: str | None
    verdict: str
    reported: str | None = None
    specification: str | None = None

    def payload(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "stage": self.stage,
            "test": self.test,
            "name": self.name,
            "value": {"value": self.value, "unit": self.unit},
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict,
            "reported": self.reported,
            "specification": self.specification,
            "entry": self.entry,
        }


def subject_of(stream: str) -> tuple[str | None, str | None, str | None]:
    """(batch, material, lot) of a stream `batch/<number>` or `lot/<material>/<number>`; all None for another."""
    # Only the lot's own number may hold slashes, and it stands last.
    parts = stream.split("/", 2)
    if parts[0] == "batch" and len(parts) == 2:
        return parts[1], None, None
    if parts[0] == "lot" and len(parts) == 3:
        return None, parts[1], parts[2]
    return None, None, None
