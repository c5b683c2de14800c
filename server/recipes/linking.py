"""What is wrong with how the phases of a recipe hang together: in operations, after each other, within times."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from server.recipes import structure
from server.recipes.findings import Finding, Registers

Content = Mapping[str, Any]
_NEEDS = ("action:", "phase:", "equipment:")


def check(content: Content, known: Registers) -> Iterator[Finding]:
    yield from _procedure(content)
    yield from _circle(content["phases"])
    above = structure.ancestors(content["phases"])
    for at, phase in enumerate(content["phases"]):
        path = f"phases/{at}"
        yield from _after(path, phase, above)
        for number, time in enumerate(phase["times"]):
            yield from _time(f"{path}/times/{number}", time, phase["id"], above)
        yield from _candidates(path, phase, known)
        for number, one in enumerate(phase.get("parameters", ())):
            yield from _binding(f"{path}/parameters/{number}/binding", one, phase, known)
        yield from _schedule(path, phase)
        yield from _sampling(path, phase)
        for number, need in enumerate(phase["needs"]):
            if not need.startswith(_NEEDS) or need in _NEEDS:
                yield Finding("need_malformed", f"{path}/needs/{number}")


def _procedure(content: Content) -> Iterator[Finding]:
    """Every phase stands in one operation, in the order of the list."""
    phases, listed = [phase["id"] for phase in content["phases"]], list[str]()
    for at, unit in enumerate(content["procedure"]):
        for number, operation in enumerate(unit["operations"]):
            for place, phase in enumerate(operation["phases"]):
                path = f"procedure/{at}/operations/{number}/phases/{place}"
                if phase not in phases:
                    yield Finding("phase_unknown", path, {"phase": phase})
                elif phase in listed:
                    yield Finding("operation_twice", path, {"phase": phase})
                listed.append(phase)
    for at, phase in enumerate(phases):
        if phase not in listed:
            yield Finding("operation_missing", f"phases/{at}/id", {"phase": phase})
    if listed != phases and Counter(listed) == Counter(phases):
        yield Finding("operation_order", "procedure", {"listed": ", ".join(listed), "phases": ", ".join(phases)})


def _circle(phases: structure.Phases) -> Iterator[Finding]:
    found = structure.cycle(phases)
    if found:
        at = [phase["id"] for phase in phases].index(found[-1])
        yield Finding("circle", f"phases/{at}/after", {"phases": " → ".join([found[-1], *found])})


def _binding(path: str, parameter: Content, phase: Content, known: Registers) -> Iterator[Finding]:
    """What no machine of the phase gives cannot be taken from one; in another unit it would be no value of it."""
    binding = parameter.get("binding")
    if binding is None:
        return
    if phase["equipment"] is None:
        yield Finding("binding_without_machine", path)
        return
    if parameter.get("tally"):
        yield Finding("binding_of_tally", path)
    signal, candidates = binding["signal"], phase["candidates"]
    fit = [one for one, kind in known.class_of.items() if phase["equipment"] in (one, kind)]
    given = [known.signals.get(one, {}) for one in fit if not candidates or one in candidates]
    units = {one[signal] for one in given if signal in one}
    if not units:
        yield Finding("signal_unknown", f"{path}/signal", {"signal": signal})
    elif not units & {None, parameter["unit"]}:
        found = ", ".join(sorted(filter(None, units)))
        yield Finding("signal_unit", f"{path}/signal", {"signal": signal, "found": found, "unit": parameter["unit"]})


def _sampling(path: str, phase: Content) -> Iterator[Finding]:
    listed = [one["id"] for one in phase.get("sampling", ())]
    for number, one in enumerate(listed):
        if one in listed[:number]:
            yield Finding("sample_twice", f"{path}/sampling/{number}/id")


def _after(path: str, phase: Content, above: Mapping[str, set[str]]) -> Iterator[Finding]:
    for number, one in enumerate(phase["after"]):
        if one not in above:
            yield Finding("phase_unknown", f"{path}/after/{number}", {"phase": one})


def _time(path: str, time: Content, phase: str, above: Mapping[str, set[str]]) -> Iterator[Finding]:
    since, least, most = time["since"], time["min"], time["max"]
    if since not in above:
        yield Finding("phase_unknown", f"{path}/since", {"phase": since})
    elif since == phase or since not in above[phase]:
        yield Finding("time_not_before", f"{path}/since", {"since": since, "phase": phase})
    if least is None and most is None:
        yield Finding("time_without_limit", path)
    elif least is not None and most is not None and least > most:
        yield Finding("time_reversed", f"{path}/min", {"min": str(least), "max": str(most)})


def _schedule(path: str, phase: Content) -> Iterator[Finding]:
    """A phase lasts no longer than its rounds of checks do: after the last of them nobody would be asked for one."""
    planned, minutes = phase.get("schedule"), phase["minutes"]
    if planned is None or minutes is None:
        return
    due = minutes // planned["every"]
    if due > phase["rounds"]:
        said = {"rounds": str(phase["rounds"]), "minutes": str(minutes), "due": str(due)}
        yield Finding("schedule_too_short", f"{path}/rounds", said)


def _candidates(path: str, phase: Content, known: Registers) -> Iterator[Finding]:
    """A phase that names a piece of equipment has no other candidate than that."""
    room, asked = phase["room"], phase["equipment"]
    for number, one in enumerate(phase["candidates"]):
        here = f"{path}/candidates/{number}"
        if one not in known.equipment:
            yield Finding("equipment_unknown", here)
        elif asked is None or asked not in (one, known.class_of.get(one)):
            yield Finding("candidate_class", here, {"equipment": one})
        elif room is not None and known.equipment[one] not in (None, room):
            yield Finding("equipment_elsewhere", here)
