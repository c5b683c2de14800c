"""Whether a piece of equipment may be used for a phase: of the class and among the candidates that the recipe names,
known here, calibrated, and clean and in order by what is kept of its state. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.equipment.status.model import DIRTY_TOO_LONG, GATES, UNKNOWN, judge_check
from server.production.course.rules import Mark, is_before, never_begun
from server.production.model import COMPLETED, IDENTIFIED, MAJOR, MINOR, WORK, Judgement
from server.production.rules import CLOCK_TOLERANCE

UNFIT, OVERDUE, MISSING = "equipment_unfit", "calibration_overdue", "equipment_not_identified"
# What these are done with their weights name, each by its reading.
_BY_READING = ("weighing", "dispensing")
FLAGS = (UNFIT, OVERDUE, *GATES)


@dataclass(frozen=True, slots=True)
class Piece:
    """Of the register: its class, and the day until which it is calibrated; None where that is not asked for."""

    kind: str
    calibration_due: str | None


def judge(code: str, phase: Mapping[str, Any] | None, piece: Piece | None, day: str) -> list[Judgement]:
    """What is wrong with using the piece of this code in a phase on this day (CN 2010, 71 to 90; 21 CFR 211.68). What a
    phase names is a class or one piece."""
    said = {"equipment": code, "severity": MAJOR}
    if piece is None:
        return [Judgement(UNFIT, said | {"problem": "unknown"})]
    found = []
    candidates = [] if phase is None else phase.get("candidates", [])
    if phase is not None and phase.get("equipment") not in (None, piece.kind, code):
        found.append(Judgement(UNFIT, said | {"problem": "class", "expected": phase["equipment"]}))
    elif candidates and code not in candidates:
        found.append(Judgement(UNFIT, said | {"problem": "candidate", "expected": ", ".join(candidates)}))
    if piece.calibration_due is not None and day > piece.calibration_due:
        found.append(Judgement(OVERDUE, said | {"due": piece.calibration_due}))
    return found


def asked(phase: Mapping[str, Any] | None, register: Iterable[tuple[str, str]]) -> bool:
    """Whether it is to be recorded what a phase was done with: where it names equipment, and the register has any such
    piece; (code, class) of each. Orders before the second form record nothing of the kind."""
    if phase is None or "after" not in phase or phase["type"] in _BY_READING or phase.get("equipment") is None:
        return False
    return any(phase["equipment"] in one for one in register)


def unidentified(phase: Mapping[str, Any], marks: Sequence[Mark]) -> list[Judgement]:
    """A phase that has ended, and of which nothing said what it is done with before its first work, by all that is
    known of it (CN 2010, 86; 21 CFR 211.105); `marks` are its own."""
    work = [one for one in marks if one.kind in WORK and not one.corrects]
    named = [one for one in marks if one.kind == IDENTIFIED and not one.corrects]
    ended = any(one.kind == COMPLETED for one in work)
    if not ended or any(all(is_before(one, done) for done in work) for one in named):
        return []
    return [Judgement(MISSING, {"expected": phase["equipment"], "severity": MINOR})]


def unsaid(
    phase: Mapping[str, Any] | None, marks: Sequence[Mark], register: Iterable[tuple[str, str]]
) -> dict[str, Judgement]:
    """By code, what a phase that has ended should have said before: that it began, and what it is done with."""
    found = never_begun(phase, marks)
    if phase is not None and asked(phase, register):
        found += unidentified(phase, marks)
    return {one.code: one for one in found}


def judge_missing(phase: Mapping[str, Any], known: Sequence[Mark], about: Mark) -> list[Judgement]:
    """As servers before edition 4 of the rules asked it: once, as the phase ended for the first time, of what they knew
    then; a witness asks their logs so."""
    if about.kind != COMPLETED or about.corrects or any(one.kind == COMPLETED for one in known):
        return []
    first = min(datetime.fromisoformat(one.captured_at) for one in [*known, about] if one.kind in WORK)
    named = [datetime.fromisoformat(one.captured_at) for one in known if one.kind == IDENTIFIED]
    if any(at <= first + CLOCK_TOLERANCE for at in named):
        return []
    return [Judgement(MISSING, {"expected": phase["equipment"], "severity": MINOR})]


def judge_state(code: str, doubts: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Judgement]:
    """What keeps the piece from use by its state is QA's to assess (CN 2010, 84; 21 CFR 211.67)."""
    return [Judgement(flag, {"equipment": code, "severity": MAJOR, **details}) for flag, details in doubts]


def judge_cleaned(code: str, known: bool, late: bool) -> list[Judgement]:
    """A cleaning of a piece that is not registered, or that had stayed dirty for too long."""
    flag = DIRTY_TOO_LONG if late else UNKNOWN
    return [] if known and not late else [Judgement(flag, {"equipment": code, "severity": MINOR})]


def judge_checked(code: str, person: str, cleaning: tuple[str, str] | None) -> list[Judgement]:
    return [
        Judgement(flag, {"equipment": code, "verifier": person, "severity": MINOR})
        for flag in judge_check(code, person, cleaning)
    ]
