"""The kinds of stock counts: ordered, counted by anybody who moves stock, closed by signature."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from server.core import days, numbering
from server.core.kinds import Entry, Kind, Project, Room, Ruling
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.identity import signing
from server.materials.counts import model, projection, queries, rules, shapes
from server.materials.masters import queries as masters
from server.materials.model import NOT_PERMITTED
from server.materials.stock import judging, placing
from server.materials.stock import model as nouns
from server.materials.stock import queries as stock
from server.materials.stock import rules as amounts


def decide_order(connection: Connection, entry: Entry) -> Ruling:
    """The next number of the year, of places that there are."""
    given, about = entry.payload, {"count": entry.payload["count"]}
    parsed = numbering.parse(model.PREFIX, given["count"])
    last = 0 if parsed is None else queries.last_number(connection, parsed[0])
    if not numbering.is_next(model.PREFIX, given["count"], entry.header.captured_at, last):
        return Ruling(refusal="count_stale", details=about)
    known = {one["location"] for one in stock.locations(connection) if one["active"]}
    missing = sorted(set(given["locations"]) - known)
    if missing or len(set(given["locations"])) != len(given["locations"]):
        return Ruling(refusal="count_places_wrong", details={"locations": missing})
    return Ruling()


def judge_counting(connection: Connection, entry: Entry) -> Ruling:
    """Kept as it was said; what it cannot say anything of is flagged."""
    given = entry.payload
    found = queries.find(connection, given["count"])
    flags = [] if found is not None else [model.UNKNOWN]
    if found is not None and found.closed_at is not None:
        flags.append(model.OVER)
    if found is not None and given["location"] not in found.locations:
        flags.append(model.ELSEWHERE)
    flags += _of_container(connection, given, days.captured(connection, entry))
    if entry.actor == entry.header.device == SERVER:
        return Ruling(flags=tuple(flags))
    flags += judging.of_area(connection, entry.actor, model.COUNTS, [given["location"]])
    if not identity.permitted(connection, entry.actor, model.COUNTS):
        flags.append(NOT_PERMITTED)
    return Ruling(flags=tuple(flags))


def _of_container(connection: Connection, given: model.Payload, day: str) -> list[str]:
    """What is wrong with what was counted: with its unit, and with the place that it was found at."""
    book = stock.find_standing(connection, given["container"], day)
    if book is None:
        return [model.NO_CONTAINER]
    flags = []
    if given["quantity"] is not None:
        own = masters.links(connection, book.material)
        if amounts.amount(given["quantity"], book.held["unit"], own) is None:
            flags.append(model.UNIT)
    if given["seen"]:
        flags += judging.of_place(connection, given["location"], book.status, book.material)
    return flags


def decide_close(connection: Connection, entry: Entry) -> Ruling:
    """On exactly what was shown, by somebody who has not counted. That something was found where it must not stand is
    so all the same: it is booked there, and flagged."""
    given, day = entry.payload, days.captured(connection, entry)
    found = queries.find(connection, given["count"])
    known = [] if found is None else queries.lines(connection, found, day)
    code = rules.close_refused(found, given, known, entry.actor)
    if code is not None:
        return Ruling(refusal=code, details={"count": given["count"]})
    return signing.refusal(connection, entry, model.said(given)) or Ruling(flags=_unfit(connection, given, day))


def _unfit(connection: Connection, given: model.Payload, day: str) -> tuple[str, ...]:
    """What is wrong with the places that containers come to stand at by the closing."""
    to = {one["container"]: one["to"] for one in given["lines"] if one["to"] not in (None, one["from"])}
    found = [
        flag
        for one in stock.standing(connection, to, day)
        for flag in judging.of_place(connection, to[one.container], one.status, one.material)
    ]
    return tuple(dict.fromkeys(found))


def areas_of_order(connection: Connection, entry: Entry) -> list[str]:
    return stock.areas_of(connection, entry.payload["locations"])


def areas_of_count(connection: Connection, entry: Entry) -> list[str]:
    found = queries.find(connection, entry.payload["count"])
    return [] if found is None else stock.areas_of(connection, found.locations)


def look_back(connection: Connection, entry: Entry) -> None:
    """What is heard only now may have been before a count that is closed: then its variance is none, or another."""
    at = placing.made_at(entry.header.captured_at, entry.recorded_at, entry.flags)
    entries = [entry.id, *([] if entry.header.corrects is None else [entry.header.corrects])]
    labels = set(stock.touched(connection, entries))
    if entry.kind == nouns.MOVED:
        labels.add(entry.payload["container"])
    elif entry.kind == nouns.RESOLVED:
        # What was not chosen may have been taken at any time.
        labels, at = set(stock.touched(connection, stock.claimed(connection, entry.payload["conflict"]))), ""
    _look_again(connection, entry, labels, at if entry.header.corrects is None else "")


def look_beside(connection: Connection, entry: Entry) -> None:
    """A variance that is approved only now was there when it was counted: whoever has counted the container since in
    another count that is closed had another book."""
    counted = projection.counted_at(connection, entry.payload["count"])
    for one in entry.payload["lines"]:
        if one["entry"] in counted:
            _look_again(connection, entry, {one["container"]}, counted[one["entry"]], besides=entry.payload["count"])


def _look_again(connection: Connection, entry: Entry, labels: Collection[str], at: str, besides: str = "") -> None:
    for number, label in queries.closed_after(connection, labels, at):
        if number == besides:
            continue
        found = queries.find(connection, number)
        decided = None if found is None else next((one for one in found.lines if one["container"] == label), None)
        last = {one.device: one for one in queries.countings_of(connection, number, label)}
        is_so = rules.upset(decided, list(last.values()))
        projection.keep_upset(connection, number, label, entry, is_so)


_MOVING = (*nouns.TAKES, nouns.SPLIT, nouns.MERGED, nouns.SCRAPPED, nouns.SAMPLED, nouns.RETURNED, nouns.MOVED)
_MOVING += (nouns.RESTED, nouns.RESOLVED)
LISTENERS: Mapping[str, Project] = {**dict.fromkeys(_MOVING, look_back), model.CLOSED: look_beside}
KINDS = (
    Kind(
        model.ORDERED,
        shapes.CountOrdered,
        "decision",
        decide_order,
        projection.order,
        by=(SERVER, model.MANAGES),
        areas=areas_of_order,
    ),
    Kind(model.COUNTED, shapes.ContainerCounted, "observation", judge_counting, projection.keep),
    Kind(
        model.CLOSED,
        shapes.CountClosed,
        "decision",
        decide_close,
        projection.close,
        by=(model.APPROVES,),
        areas=areas_of_count,
    ),
)
ROOM = Room("materials", KINDS, LISTENERS)
