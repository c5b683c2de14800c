"""Whether the specimens of a batch are there, and bear its number. Pure, asked by the door and witnesses.

The balance of a printed material is judged as a yield is (server.recipes.printed says why); what only packaging asks is
a specimen of each printed material with what was printed on it (21 CFR 211.188(b)(8); China GMP 2010, Article 180(8)).
"""

from collections.abc import Collection, Mapping
from typing import Any

from server.production.model import MAJOR, Judgement
from server.recipes import printed
from server.recipes.model import PACKAGING

Payload = Mapping[str, Any]
MISSING, DIFFERS, SLOT = "specimen_missing", "specimen_differs", "slot_unknown"
FLAGS = (MISSING, DIFFERS)


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
