"""What comes after what in the phases of a recipe or an order, and which operation a phase belongs to (ISA-88). Pure.

`pwa/src/recipes/structure.ts` is the same; `tests/vectors/structure.json` holds both together. A phase without the key
`after`, as recipes and orders before the third form have it, comes after the phase before it in the list. Nothing here
fails on a recipe that is wrong: a phase that there is not is no predecessor, and phases in a circle come last.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Phases = Sequence[Mapping[str, Any]]


def predecessors(phases: Phases) -> dict[str, list[str]]:
    """Of each phase, in the order of the list, those that must have ended before it begins."""
    known, before = {phase["id"] for phase in phases}, [None, *(phase["id"] for phase in phases)]
    found = {}
    for at, phase in enumerate(phases):
        asked = phase.get("after")
        linear = [] if before[at] is None else [str(before[at])]
        found[phase["id"]] = linear if asked is None else [one for one in dict.fromkeys(asked) if one in known]
    return found


def ancestors(phases: Phases) -> dict[str, set[str]]:
    """Of each phase all that must have ended before it, however far; one in a circle is among its own."""
    direct = predecessors(phases)
    return {number: _above(direct, number) for number in direct}


def above(phases: Phases, phase: str) -> set[str]:
    """The same of one phase alone; nothing is before one that there is not."""
    return _above(predecessors(phases), phase)


def _above(direct: Mapping[str, Sequence[str]], phase: str) -> set[str]:
    seen: set[str] = set()
    open_ = list(direct.get(phase, ()))
    while open_:
        one = open_.pop()
        if one not in seen:
            seen.add(one)
            open_ += direct[one]
    return seen


def ends(phases: Phases) -> list[str]:
    """The phases that no other comes after: with them the batch is done."""
    direct = predecessors(phases)
    followed = {one for before in direct.values() for one in before}
    return [number for number in direct if number not in followed]


def ordered(phases: Phases) -> list[str]:
    """All phases, each after those that it comes after, else as they are listed; those in or behind a circle last."""
    direct = predecessors(phases)
    done: dict[str, None] = {}
    while len(done) < len(direct):
        ready = next((one for one in direct if one not in done and all(b in done for b in direct[one])), None)
        if ready is None:
            return [*done, *(one for one in direct if one not in done)]
        done[ready] = None
    return list(done)


def cycle(phases: Phases) -> list[str]:
    """Phases that wait for each other, each for the one before it and the first for the last; empty where none do."""
    direct, above = predecessors(phases), ancestors(phases)
    start = next((one for one in direct if one in above[one]), None)
    if start is None:
        return []
    path = [start]
    while True:
        following = next(one for one in direct[path[-1]] if start in above[one] | {one})
        if following in path:
            return list(reversed(path[path.index(following) :]))
        path.append(following)


def levels(phases: Phases) -> list[list[str]]:
    """The phases in steps: what stands in one step may go on side by side, as far as the recipe says."""
    direct, depth = predecessors(phases), dict[str, int]()
    for one in ordered(phases):
        depth[one] = max((depth[before] + 1 for before in direct[one] if before in depth), default=0)
    return [[one for one in direct if depth[one] == step] for step in range(max(depth.values(), default=-1) + 1)]


def planned(phases: Phases) -> dict[str, tuple[int, int]]:
    """(start, end) of each phase in minutes after the start of the batch, at the earliest: after its predecessors, with
    its planned duration (none: no time), and not before its least times have passed."""
    direct, by_id = predecessors(phases), {phase["id"]: phase for phase in phases}
    found: dict[str, tuple[int, int]] = {}
    for one in ordered(phases):
        times = [time for time in by_id[one].get("times", ()) if time["min"] is not None and time["since"] in found]
        least: dict[str, list[int]] = {"start": [], "end": []}
        for time in times:
            least[time["to"]].append(found[time["since"]][time["from"] == "end"] + time["min"])
        start = max([0, *(found[before][1] for before in direct[one] if before in found), *least["start"]])
        found[one] = start, max([start + (by_id[one].get("minutes") or 0), *least["end"]])
    return found


def critical(phases: Phases) -> tuple[int, list[str]]:
    """The minutes that the whole takes at the least, and the phases along which it takes them, the first first."""
    direct, times = predecessors(phases), planned(phases)
    last = max(times, key=lambda one: times[one][1], default=None)
    if last is None:
        return 0, []
    path, order = [last], ordered(phases)
    while True:
        before = [one for one in direct[path[0]] if order.index(one) < order.index(path[0])]
        if not before:
            return times[last][1], path
        path.insert(0, max(before, key=lambda one: times[one][1]))


def place(procedure: Sequence[Mapping[str, Any]], phase: str) -> tuple[str, str] | None:
    """The ids of the unit procedure and the operation that a phase stands in; None where it stands in none."""
    return next(
        (
            (unit["id"], operation["id"])
            for unit in procedure
            for operation in unit["operations"]
            if phase in operation["phases"]
        ),
        None,
    )
