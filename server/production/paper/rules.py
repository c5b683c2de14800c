"""What typing in from paper is bound to, when that work was done, and what may be wrong with it. Pure.

A tablet says before it types: from here on, what it records of this phase is copied from that issued copy of the empty
record. Its own chain says which entries these are, until it says that this has ended (Annex 11, 16; CN 2010, 173).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from server.identity import grants
from server.identity.model import Grant
from server.production import model
from server.production.model import MAJOR, MINOR, Judgement
from server.production.paper.model import Blank, Copying
from server.production.rules import CLOCK_TOLERANCE

UNKNOWN, USED, TIME, PERSON = "blank_unknown", "blank_used", "paper_time_wrong", "paper_person_unknown"
ELSEWHERE, NOT_PERMITTED = "area_not_permitted", "person_not_permitted"
UNCHECKED, NOT_BEGUN = "paper_unchecked", "paper_not_begun"
# What is typed in as it was done; whatever else is recorded meanwhile is of today.
TYPED = (*model.WORK, *model.LEFT, model.IDENTIFIED)


def happened(kind: str, captured_at: str, copying: Copying | None) -> str:
    """When it was done: of what is typed in, what the paper says of its phase. A phase ends when its work on paper did;
    of all else only its beginning is known, so that no order or lateness is made up of when somebody typed."""
    if copying is None or kind not in TYPED:
        return captured_at
    return copying.done_to if kind in model.ENDS else copying.done_from


def machines_named(given: Mapping[str, Any]) -> list[str]:
    """The entries of machines that an entry names as what it was taken from."""
    named = (given.get(one) for one in ("reading", "tare_reading", "sensed"))
    return [str(one["id"]) for one in named if one is not None]


def is_live(read_at: Iterable[str | None], copying: Copying) -> bool:
    """Whether what names readings of these times is work of then, not work on paper: a machine told it when, by what
    the paper says, nobody was at that work. None: nobody knows of such a reading, which is told by itself."""
    begin, end = (datetime.fromisoformat(one) for one in (copying.done_from, copying.done_to))
    times = [datetime.fromisoformat(one) for one in read_at if one is not None]
    return any(not begin - CLOCK_TOLERANCE <= at <= end + CLOCK_TOLERANCE for at in times)


def judge_live(read_at: Iterable[str | None], copying: Copying | None) -> list[Judgement]:
    """It is no work on paper then, and passed off as such: judged as of today, and told."""
    if copying is None or not is_live(read_at, copying):
        return []
    return [Judgement(TIME, {"copy": copying.copy, "problem": "read_live", "severity": MAJOR})]


def judge_begun(
    given: Mapping[str, Any], captured_at: str, blank: Blank | None, before: Iterable[Copying], known: bool
) -> list[Judgement]:
    """`blank`: the copy that is named; `before`: what was begun in this batch; `known`: `done_by` is a person."""
    found = []
    if blank is None:
        found.append(Judgement(UNKNOWN, {"copy": given["copy"], "severity": MAJOR}))
    else:
        same = any((one.copy, one.phase) == (given["copy"], given["phase"]) for one in before)
        if blank.accounted or same:
            problem = "accounted" if blank.accounted else "typed_in"
            found.append(Judgement(USED, {"copy": given["copy"], "problem": problem, "severity": MAJOR}))
    wrong = _time(given, captured_at, blank)
    if wrong is not None:
        said = {name: given[name] for name in ("done_from", "done_to")}
        found.append(Judgement(TIME, {**said, "problem": wrong, "severity": MAJOR}))
    if not known:
        found.append(Judgement(PERSON, {"person": given["done_by"], "severity": MAJOR}))
    return found


def judge_person(person: str, held: Sequence[Iterable[Grant]]) -> list[Judgement]:
    """Whoever did it, by `held`, each of what they may have held then, might work on batches (IDN-01)."""
    return [] if _works(held, None) else [Judgement(NOT_PERMITTED, {"person": person})]


def judge_area(person: str, room: str | None, area: str | None, held: Sequence[Iterable[Grant]]) -> list[Judgement]:
    """Whoever did it, by `held`, each of what they may have held then, might work somewhere, and not in the area of
    the room in which it was done (IDN-01)."""
    if area is None or not _works(held, None) or _works(held, area):
        return []
    return [Judgement(ELSEWHERE, {"person": person, "room": room, "area": area})]


def _works(held: Sequence[Iterable[Grant]], area: str | None) -> bool:
    return any(grants.permits(one, permission, area) for one in held for permission in model.WORKERS)


def _time(given: Mapping[str, Any], captured_at: str, blank: Blank | None) -> str | None:
    begin, end = datetime.fromisoformat(given["done_from"]), datetime.fromisoformat(given["done_to"])
    if end < begin:
        return "order"
    if end > datetime.fromisoformat(captured_at) + CLOCK_TOLERANCE:
        return "after_capture"
    if blank is not None and begin < datetime.fromisoformat(blank.issued_at) - CLOCK_TOLERANCE:
        return "before_issue"
    return None


def judge_ended(
    given: Mapping[str, Any], actor: str, copying: Copying | None, signed: bool, typists: Collection[str] = ()
) -> list[Judgement]:
    """Somebody else than who typed has compared all of it with the sheet, and signed that with their own key.
    `typists`: who recorded what is compared, besides `actor`."""
    found = [] if copying is not None else [Judgement(NOT_BEGUN, {"severity": MINOR})]
    checker = given["verified_by"]
    if checker is None:
        return [*found, Judgement(UNCHECKED, {"problem": "missing", "severity": MINOR})]
    if checker == actor or checker in typists:
        found.append(Judgement(UNCHECKED, {"problem": "own", "verifier": checker, "severity": MINOR}))
    elif not signed:
        found.append(Judgement(UNCHECKED, {"problem": "signature", "verifier": checker, "severity": MINOR}))
    return found


def judge_left(
    kind: str, running: Copying | None, before: Sequence[Copying], typists: Mapping[str, Collection[str]]
) -> list[Judgement]:
    """What is at an end without anybody comparing it, though something was typed in: by beginning again, or since
    another tablet has typed in the same from the same copy. `running` is what this entry ends; `typists`: who typed
    something in, by the entries that began that."""
    if running is None:
        return []
    after = unended([replace(one, ended=one.ended or one.entry) if one == running else one for one in before])
    again = [running] if kind == model.PAPER_BEGUN else []
    others = [one for one in unended(before) if one != running and one not in after]
    told = [("begun_again", one) for one in again] + [("left", one) for one in others]
    return [
        Judgement(UNCHECKED, {"problem": problem, "copy": one.copy, "begun": one.entry, "severity": MINOR})
        for problem, one in told
        if typists.get(one.entry)
    ]


def unended(found: Sequence[Copying]) -> list[Copying]:
    """What is typed in still, of what was begun (the first first). A tablet that is lost ends nothing any more: what it
    had begun is at an end once another has typed in the same phase from the same copy, and has ended that."""
    again = {(one.copy, one.phase): n for n, one in enumerate(found) if one.ended is not None}
    return [one for n, one in enumerate(found) if one.ended is None and again.get((one.copy, one.phase), -1) < n]


def still_typed(
    found: Sequence[Copying], accounted: Collection[int], typists: Mapping[str, Collection[str]]
) -> list[Copying]:
    """What is typed in still, but for what was begun from a copy of which QA has said what became of it, and of which
    nobody has typed in anything."""
    return [one for one in unended(found) if one.copy not in accounted or typists.get(one.entry)]


def used(
    found: Iterable[Copying], typists: Mapping[str, Collection[str]], phases: Iterable[Mapping[str, Any]]
) -> list[Copying]:
    """What was begun, and of which something was typed in that belongs to the batch: only that has used its copy."""
    known = {one["id"] for one in phases}
    return [one for one in found if typists.get(one.entry) and one.phase in known]


def owner(copy: int, batches: Iterable[str], issued: Collection[tuple[str, int]]) -> str | None:
    """The batch for which a copy was issued, of `batches`: the one at hand, and what it came of, the nearest first."""
    return next((one for one in batches if (one, copy) in issued), None)
