"""Whether a piece of equipment may be used for a phase: of the class and among the candidates that the recipe names,
known here, calibrated, and clean and in order by what is kept of its state. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.equipment.status.model import GATES
from server.production.model import MAJOR, Judgement

UNFIT, OVERDUE = "equipment_unfit", "calibration_overdue"
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


def judge_state(code: str, doubts: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Judgement]:
    """What keeps the piece from use by its state is QA's to assess (CN 2010, 84; 21 CFR 211.67)."""
    return [Judgement(flag, {"equipment": code, "severity": MAJOR, **details}) for flag, details in doubts]
