"""Whether the specimens of a batch are there and bear its number, and whether as much of a printed material came to it
as is said. Pure, asked by the door and witnesses.

The balance of a printed material is judged as a yield is (server.recipes.printed says why); what only packaging asks is
a specimen of each printed material with what was printed on it (21 CFR 211.188(b)(8); China GMP 2010, Article 180(8)).
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from server.core import units
from server.production.issuing.model import Account
from server.production.issuing.rules import written
from server.production.model import MAJOR, Judgement
from server.production.yields.rules import Claim, Stand
from server.recipes import printed
from server.recipes.model import PACKAGING

Payload = Mapping[str, Any]
MISSING, DIFFERS, SLOT = "specimen_missing", "specimen_differs", "slot_unknown"
ISSUED, COUNTED = "issued_differs", "count_impossible"
FLAGS = (MISSING, DIFFERS, ISSUED, COUNTED)


def slot(phase: str, item: str) -> str:
    """Where the specimens of a printed material stand; there may be several, of each roll one."""
    return f"{phase}/{item}/specimen"


def judge_specimen(given: Payload, phase: Payload | None) -> list[Judgement]:
    """Of a printed material that the recipe has, with the number of the batch on it and no other."""
    found = []
    if printed.find(phase, given["item"]) is None:
        found.append(Judgement(SLOT, {"slot": slot(given["phase"], given["item"])}))
    if given["number"].strip() != given["batch"]:
        found.append(Judgement(DIFFERS, {"printed": given["number"], "expected": given["batch"], "severity": MAJOR}))
    return found


def missing(phase: Payload | None, kept: Collection[str]) -> list[str]:
    """The printed materials of which a specimen is asked and none was kept; `kept` are the slots that have one."""
    if phase is None or phase["type"] != PACKAGING:
        return []
    return [one["id"] for one in phase["printed"] if one["specimen"] and slot(phase["id"], one["id"]) not in kept]


def judge_completed(phase: Payload | None, kept: Collection[str]) -> list[Judgement]:
    """A packaging phase that is said to be done without the specimens that it asks for."""
    items = missing(phase, kept)
    return [Judgement(MISSING, {"items": items, "severity": MAJOR})] if items else []


def standing(phases: Sequence[Payload], claims: Sequence[Claim]) -> list[tuple[str, Payload]]:
    """The balances by which a batch answers for printed materials, each with its material as the recipe has it: of each
    slot the one that stands, where no other does, while all that it was calculated from stands."""
    stand, found = Stand(phases, claims), []
    for phase in phases:
        for one in phase.get("printed", ()):
            at = f"{phase['id']}/{one['id']}"
            here = [claim for claim in claims if claim.standing and claim.slot == at]
            if len(here) == 1 and stand.current(here[0].entry):
                found.append((here[0].entry, one))
    return found


def gone(one: Payload, inputs: Sequence[Payload]) -> Payload | None:
    """{value, unit} of what came and does not go back by the balance of a printed material: what was used, destroyed
    and kept, and what is missing or too much where the recipe has a limit for that, outside of which the balance is
    explained itself. None where not all was counted, or in several units."""
    found, said = printed.accounted(one, inputs), {each["id"]: each for each in inputs}
    if found is None or len({said[name]["unit"] for name in printed.COUNTS if name != printed.PACKS}) != 1:
        return None
    issued, difference = said[printed.ISSUED], Fraction(found["difference"])
    bound = one["low" if difference < 0 else "high"]
    away = Fraction(issued["value"]) - Fraction(said[printed.RETURNED]["value"])
    left = units.written(away + difference if bound is None else away)
    return None if left is None else {"value": left, "unit": issued["unit"]}


def judge_counts(given: Payload, one: Payload | None) -> list[Judgement]:
    """Of a balance with counts that nobody can have counted."""
    names = [] if one is None else printed.uncountable(one, given["inputs"])
    said = {each["id"]: each["value"] for each in given["inputs"] if each["id"] in names}
    return [Judgement(COUNTED, {"counts": said, "severity": MAJOR})] if names else []


def issued_unit(given: Payload) -> str | None:
    """The unit in which a balance says what was issued; None where it does not."""
    return next((each["unit"] for each in given["inputs"] if each["id"] == printed.ISSUED), None)


def judge_issued(given: Payload, account: Account | None) -> list[Judgement]:
    """Of a balance that says that more or less was issued than the store has issued to the batch, as far as the log
    knows when it arrives; `account`: of its material in the unit that the balance says, None where no container of it
    came to the batch. What leads to no such unit, or of whose containers something is not known, is not compared."""
    said = next((each for each in given["inputs"] if each["id"] == printed.ISSUED), None)
    if account is None or account.issued is None or account.rest is None or said is None:
        return []
    if account.issued == Fraction(said["value"]):
        return []
    issued = {"value": written(account.issued, account.places), "unit": account.unit}
    return [Judgement(ISSUED, {"issued": issued, "value": said["value"], "severity": MAJOR})]
