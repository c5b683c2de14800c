"""The nouns of training: a version of a procedure, a proof that somebody holds it, how long they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

PUBLISHED = "training.version_published.v1"
GRANTED = "training.qualification_granted.v1"
WITHDRAWN = "training.qualification_withdrawn.v1"
READ = "training.document_read.v1"
REQUIRED = "training.requirement_set.v1"

# A standard operating procedure; or leave to do something, such as to run a machine, which only a trainer gives.
SOP, QUALIFICATION = "sop", "qualification"
TYPES = (SOP, QUALIFICATION)
# What a version asks of those who hold the one before: nothing, to read it, to be trained once more.
NOTHING, READING, TRAINING = "nothing", "reading", "training"
DEMANDS = (NOTHING, READING, TRAINING)

# What a requirement can be set on, and by which names; a piece, class or room of equipment is named by its code.
PHASE, EQUIPMENT, ACTION = "phase", "equipment", "action"
ON = (PHASE, EQUIPMENT, ACTION)
PHASES = ("line_clearance", "weighing", "dispensing", "parameters", "in_process", "instruction", "yield", "packaging")
SECOND_CHECK = "second_check"
# Permissions whose use may need a qualification, and the second person's check. Not those that lift a requirement or
# let people in: a plant must always find somebody who can.
ACTIONS = (
    SECOND_CHECK,
    "order.release",
    "production.review",
    "batch.review",
    "batch.release",
    "yield.explain",
    "lot.receive",
    "material.issue",
    "lot.decide",
    "sample.take",
    "results.record",
    "recipe.approve",
    "material.manage",
    "equipment.manage",
    "environment.manage",
    "device.enrol",
    "device.revoke",
)
# The permissions that reach a step on the line.
LINE = ("batch.work",)
CHECKERS = ("batch.work", "batch.review")
# Those that reach a form.
FILLERS = ("forms.fill",)

MEANING = {"code": "read_and_understood", "zh": "已阅读并理解", "en": "Read and understood"}


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown to who signed that it was read and understood."""
    return {**{name: given[name] for name in ("document", "version", "digest")}, "meaning": given["meaning"]["code"]}


# Ahead of what ends, people are told (IDN-07).
AHEAD = timedelta(days=30)
ALWAYS = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document. `deadline` is when who holds an earlier one must hold this one: NEVER of the first,
    which nobody holds an earlier one of. `file` is the SHA-256 of a file kept beside the log, or None."""

    document: str
    number: int
    type: str
    title: Mapping[str, str]
    effective_from: str
    demands: str
    within_days: int
    valid_days: int | None
    text: str | None
    file: str | None
    file_name: str | None
    digest: str
    published_at: datetime
    published_by: str

    @property
    def deadline(self) -> datetime:
        return NEVER if self.number == 1 else day_start(self.effective_from) + timedelta(days=self.within_days)

    def payload(self) -> dict[str, Any]:
        """As screens get it."""
        same = ("demands", "within_days", "valid_days", "effective_from", "text", "file", "file_name", "digest")
        return {
            "version": self.number,
            "title": dict(self.title),
            **{name: getattr(self, name) for name in same},
            "published_at": text_of(self.published_at),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody read a version (READING) or was found able by a trainer (TRAINING); `withdrawn` is the trainer's
    word that they are not. `ends` is ALWAYS where it does not end by itself; `index` its place in the log."""

    entry: str
    index: int
    person: str
    document: str
    version: int
    what: str
    made_at: datetime
    ends: datetime
    evidence: str | None
    file: str | None
    file_name: str | None
    made_by: str


# What a withdrawal stands as among the proofs.
REVOKED = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """Until when somebody holds a document if nothing more happens: NEVER where they do not hold it, ALWAYS without
    an end. `wants` is what the versions that are known still ask of them: READING, TRAINING or None."""

    until: datetime
    wants: str | None

    def holds(self, at: datetime) -> bool:
        return at < self.until


def day_start(day: str) -> datetime:
    """The beginning of a day, YYYY-MM-DD, in UTC as all days of the records are."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def day_end(day: str) -> datetime:
    """A day that something is good until belongs to it."""
    return day_start(day) + timedelta(days=1)


def moment(text: str) -> datetime:
    """Of UTC text."""
    return datetime.fromisoformat(text)


def text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def until_text(until: datetime) -> str | None:
    """UTC text; None for what has no end."""
    return None if until == ALWAYS else text_of(until)


def document_stream(document: str) -> str:
    return f"training/{document}"
