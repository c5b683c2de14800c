"""What a count came to, and what keeps it from being closed: pure."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from server.materials.counts import model
from server.materials.counts.model import Count, Counting, Expected, Line, Payload


def lines(expected: Iterable[Expected], countings: Iterable[Counting]) -> list[Line]:
    """Every container that should be there or was found, by label. `expected` are those of the count's places and of
    all that was counted, as the book has them; what came after the closing says nothing here."""
    book = {one.container: one for one in expected}
    found: dict[str, list[Counting]] = {}
    for one in countings:
        if not one.late:
            found.setdefault(one.container, []).append(one)
    return [_line(label, book.get(label), found.get(label, [])) for label in sorted(book.keys() | found.keys())]


def _line(label: str, book: Expected | None, countings: Sequence[Counting]) -> Line:
    # Who counts again on the same device corrects themselves.
    standing = tuple({one.device: one for one in countings}.values())
    # What the book said when it was counted: what was taken out since is no variance.
    first = standing[-1] if standing else None
    return Line(
        container=label,
        material=None if book is None else book.material,
        lot=None if book is None else book.lot,
        book=(first.book if first is not None else None) or (None if book is None else book.held),
        place=first.place if first is not None else (None if book is None else book.location),
        countings=tuple(countings),
        standing=standing,
        result=_result(standing, book is None),
    )


def _result(standing: Sequence[Counting], strange: bool) -> str:
    if strange:
        return model.STRANGE
    if not standing:
        return model.MISSING
    if len({_outcome(one) for one in standing}) > 1:
        return model.CONFLICT
    return result_of(standing[-1])


def _outcome(one: Counting) -> tuple[Any, ...]:
    """What somebody found against the book of that moment, so that two that found the same are told to agree: as
    numbers (20 is 20.0), in one unit, and whatever was taken out or carried on between the two."""
    result = result_of(one)
    if result in (model.STRANGE, model.MISSING):
        return (result,)
    if result == model.OTHER_UNIT:
        assert one.quantity is not None
        return (result, Fraction(one.quantity["value"]), one.quantity["unit"])
    return ("there", None if one.location == one.place else one.location, _off(one))


def _off(one: Counting) -> Fraction:
    """How much more was found than the book had; nothing where it was not measured."""
    if one.found is None or one.book is None:
        return Fraction(0)
    return Fraction(one.found) - Fraction(one.book["value"])


def result_of(one: Counting) -> str:
    """What a counting says against the book of its moment."""
    if one.book is None:
        return model.STRANGE
    if not one.seen:
        return model.MISSING
    if one.quantity is not None and one.found is None:
        return model.OTHER_UNIT
    if _off(one) != 0:
        return model.DIFFERS
    return model.SAME if one.location == one.place else model.MOVED


def upset(decided: Payload | None, standing: Sequence[Counting]) -> bool:
    """Whether a closed count would have to say something else of a container now: by the line that was approved of it,
    or, where it was as booked, because it is not as booked any more."""
    if decided is None:
        return bool(standing) and result_of(standing[-1]) not in model.QUIET
    chosen = next((one for one in standing if one.entry == decided["entry"]), None)
    if chosen is None or chosen.book is None:
        return False
    same = Fraction(chosen.book["value"]) == Fraction(decided["was"]["value"])
    return not same or chosen.place != decided["from"]


def change(line: Line, chosen: Counting | None, reason: str) -> dict[str, Any]:
    """A line of the closing, by the counting that holds; without one, nobody has found the container. `was` and
    `counted` are quantities, `from` and `to` places."""
    # One that was counted before it was received had no book yet.
    known = chosen is not None and chosen.book is not None
    book, place = (chosen.book, chosen.place) if chosen is not None and known else (line.book, line.place)
    assert book is not None
    there = chosen is not None and chosen.seen
    measured = chosen.quantity if chosen is not None and there else None
    return {
        "container": line.container,
        "entry": None if chosen is None else chosen.entry,
        "was": book,
        "counted": (measured or book) if there else {"value": "0", "unit": book["unit"]},
        "from": place,
        "to": chosen.location if chosen is not None and there else None,
        "reason": reason,
    }


def close_refused(count: Count | None, given: Payload, known: Sequence[Line], actor: str) -> str | None:
    """Why a count cannot be closed so; a code of the error catalogue. `known` is what stands now."""
    if count is None:
        return "count_unknown"
    if count.closed_at is not None:
        return "count_closed"
    if any(one.person == actor for line in known for one in line.countings):
        return "count_own"
    if model.digest(count.count, known) != given["digest"]:
        return "count_stale"
    return lines_refused(given["lines"], known)


def lines_refused(given: Sequence[Payload], known: Sequence[Line]) -> str | None:
    """The same of the lines that are approved: one for each container that is not as it is booked, by a counting that
    stands."""
    stated = {one["container"]: one for one in given}
    wanted = {one.container: one for one in known if one.result not in model.QUIET}
    # A conflict may be settled for what the book says: then nothing is changed, and it is said all the same.
    if len(stated) != len(given) or stated.keys() != wanted.keys():
        return "count_lines_wrong"
    wrong = (_wrong(line, stated[label]) for label, line in wanted.items())
    return next((code for code in wrong if code is not None), None)


def _wrong(line: Line, stated: Mapping[str, Any]) -> str | None:
    chosen = next((one for one in line.standing if one.entry == stated["entry"]), None)
    if line.standing and chosen is None:
        return "count_lines_wrong"
    if chosen is not None and chosen.overtaken and result_of(chosen) in (model.DIFFERS, model.MISSING):
        return "count_overtaken"
    if chosen is not None and result_of(chosen) == model.OTHER_UNIT:
        # It would be signed, and change nothing.
        return "count_unit_wrong"
    return None if change(line, chosen, stated["reason"]) == stated else "count_lines_wrong"
