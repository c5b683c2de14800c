"""What is wrong with what was found left in a container: pure, nothing is refused.

The door and a witness, who has nothing but the log, ask the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.materials.stock import rules as quantities
from server.materials.stock.model import BEGINS, REST, Made, Movement
from server.production.dispensing.rules import INCONSISTENT, judge_tare
from server.production.issuing.rules import TOLERANCE
from server.production.model import CONTAINER_UNKNOWN, MAJOR, NOT_ALLOCATED, Judgement

DIFFERS, UNIT = "rest_differs", "unit_mismatch"
FLAGS = (INCONSISTENT, CONTAINER_UNKNOWN, NOT_ALLOCATED, DIFFERS, UNIT)
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of a container that is ours: whose it is, and all that moved of it."""

    owner: str | None
    unit: str
    movements: Sequence[Movement]


def judge(given: Payload, known: Known | None, weighed: str | None, made: Made) -> list[Judgement]:
    """`weighed`: the net weight in the unit of the container, None where nothing leads there; `made`: when it was
    weighed, since it is compared with what was in the container then."""
    label = given["container"]
    found = judge_tare(given, Decimal(given["net"]["value"]) < 0)
    details = {"container": label, "allocated": None if known is None else known.owner, "severity": MAJOR}
    if known is None:
        return [*found, Judgement(CONTAINER_UNKNOWN, details)]
    if known.owner != given["batch"]:
        found.append(Judgement(NOT_ALLOCATED, details))
    if weighed is None:
        return [*found, Judgement(UNIT, {"unit": given["net"]["unit"], "expected": known.unit})]
    return found + _judge_difference(label, known, weighed, made)


def _judge_difference(label: str, known: Known, weighed: str, made: Made) -> list[Judgement]:
    """More or less than what was reckoned, by more than balances may be off over all that was weighed out of it and
    what is left: the same share of it as may be missing where a batch accounts for its materials."""
    rest = Movement(made.entry, REST, None, None, False, made.at, made.index, made.seen, made.device)
    then = [one for one in known.movements if one.what in BEGINS or quantities.is_before(one, rest)]
    reckoned, had = quantities.held(then), Fraction(quantities.base(then))
    apart = quantities.total([weighed, quantities.negative(reckoned)])
    if abs(Fraction(apart)) <= max(had, Fraction(0)) * TOLERANCE:
        return []
    said = {"reckoned": reckoned, "weighed": weighed, "difference": apart}
    told = {name: {"value": quantities.shown(value), "unit": known.unit} for name, value in said.items()}
    return [Judgement(DIFFERS, {"container": label, **told, "severity": MAJOR})]
