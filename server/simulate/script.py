"""What happens to whom and when: a small readable JSON, and the plan that a seed makes of it."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from server.core.errors import PestleError

SCRIPTS = Path(__file__).parent / "scripts"
BEFORE, ALL, SERVER = "before", "all", "server"
# What a step may do: write entries; lose and get back the network; lose one connection; crash, and start again from
# the journal; set the clock; send once more what was acknowledged; copy the disk, and be set back to that copy; lose
# the batches to somebody at a desk, and take them along again. And to the server: kill -9, and start again.
WRITE, CUT, MEND, BREAK, DIE, RETURN, JUMP, REPEAT, COPY, RESTORE, REVOKE, RENEW, KILL = (
    "write",
    "cut",
    "mend",
    "break",
    "die",
    "return",
    "jump",
    "repeat",
    "copy",
    "restore",
    "revoke",
    "renew",
    "kill",
)
_TABLETS = {WRITE, CUT, MEND, BREAK, DIE, RETURN, JUMP, REPEAT, COPY, RESTORE, REVOKE, RENEW}
_FIELDS = {"at", "who", "do", "within", "part", "over", "seconds", "replay"}


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One thing that happens to one tablet. `at`: seconds after the start. `count`: entries to write; `seconds`: by
    how much the clock is set; `replay`: all its entries are brought once more, under another Automerge actor."""

    at: float
    do: str
    count: int = 0
    seconds: float = 0
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """By tablet, from 0: what is done before the start, one after the other, and what then happens by the clock."""

    before: list[list[Action]]
    during: list[list[Action]]
    kills: list[float] = field(default_factory=list)


def digest(steps: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the steps in canonical form, as hex: which script it was, whatever its file is called. Numbers as
    JSON writes them, since canonical JSON of the log has no fractions."""
    return hashlib.sha256(json.dumps(steps, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(name: str) -> list[dict[str, Any]]:
    """The steps of a script that comes with Pestle, or of a file; PestleError `file_unreadable`, `script_wrong`."""
    own = SCRIPTS / f"{name}.json"
    path = own if name.isidentifier() and own.is_file() else Path(name)
    try:
        steps = json.loads(path.read_text("utf-8"))["steps"]
    except OSError as error:
        raise PestleError("file_unreadable", {"file": name, "found": str(error)}) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PestleError("script_wrong", {"file": name, "found": "no JSON object with steps"}) from error
    if not isinstance(steps, list):
        raise PestleError("script_wrong", {"file": name, "found": "steps is no list"})
    for number, step in enumerate(steps, start=1):
        wrong = _wrong(step)
        if wrong:
            raise PestleError("script_wrong", {"file": name, "step": number, "found": wrong})
    return steps


def with_kills(steps: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """And the server is killed so many times, at any moment while the script lasts."""
    ends = [step["at"] + step.get("within", 0) + step.get("over", 0) for step in steps if step["at"] != BEFORE]
    kill = {"at": 0, "who": SERVER, "do": KILL, "within": max(ends, default=0) + 2}
    return [*steps, *[kill] * count]


def _wrong(step: Any) -> str | None:
    if not isinstance(step, dict) or set(step) - _FIELDS or not {"at", "who", "do"} <= set(step):
        return "fields"
    if step["at"] != BEFORE and not _number(step["at"], 0, 86_400):
        return "at"
    if step["do"] not in ({KILL} if step["who"] == SERVER else _TABLETS):
        return "do"
    if not _whom(step["who"]):
        return "who"
    if step["at"] == BEFORE and (step["who"] == SERVER or step.get("within") or step.get("over")):
        return "at"
    limits = {"within": (0, 86_400), "over": (0, 86_400), "part": (0, 1), "seconds": (-(10**9), 10**9)}
    for name, (least, most) in limits.items():
        if name in step and not _number(step[name], least, most):
            return name
    return None if isinstance(step.get("replay", False), bool) else "replay"


def _whom(who: Any) -> bool:
    if isinstance(who, list):
        return bool(who) and all(isinstance(one, int) and one > 0 for one in who)
    return who in (ALL, SERVER) or _number(who, 0, 1)


def _number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def plan(steps: Sequence[Mapping[str, Any]], tablets: int, entries: int, seed: int) -> Plan:
    """Who does what when. All entries are written by the end: the parts share them out, the last takes the rest."""
    chance = random.Random(seed)
    made = Plan([[] for _ in range(tablets)], [[] for _ in range(tablets)])
    counts = _counts([step.get("part", 1) for step in steps if step["do"] == WRITE], entries)
    for step in steps:
        count = counts.pop(0) if step["do"] == WRITE else 0
        if step["who"] == SERVER:
            made.kills.append(step["at"] + chance.uniform(0, step.get("within", 0)))
            continue
        for one in _chosen(step["who"], tablets, chance):
            rows = made.before if step["at"] == BEFORE else made.during
            rows[one] += _actions(step, count, chance)
    for row in made.during:
        row.sort(key=lambda action: action.at)
    made.kills.sort()
    return made


def _actions(step: Mapping[str, Any], count: int, chance: random.Random) -> list[Action]:
    at = 0.0 if step["at"] == BEFORE else step["at"] + chance.uniform(0, step.get("within", 0))
    if step.get("over"):
        return [Action(at + chance.uniform(0, step["over"]), WRITE, 1) for _ in range(count)]
    return [Action(at, step["do"], count, step.get("seconds", 0), step.get("replay", False))]


def _counts(parts: list[float], entries: int) -> list[int]:
    whole = sum(parts) or 1.0
    edges = [round(entries * sum(parts[:n]) / whole) for n in range(len(parts) + 1)]
    return [after - before for before, after in pairwise(edges)]


def _chosen(who: Any, tablets: int, chance: random.Random) -> list[int]:
    if isinstance(who, list):
        return [one - 1 for one in who if one <= tablets]
    everybody = list(range(tablets))
    return everybody if who == ALL else sorted(chance.sample(everybody, max(1, round(who * tablets))))
