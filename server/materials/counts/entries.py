"""The kinds of stock counts: ordered, counted by anybody who moves stock, closed by signature."""

from sqlalchemy import Connection

from server.core import numbering
from server.core.kinds import Entry, Kind, Room, Ruling
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.identity import signing
from server.materials.counts import model, projection, queries, rules, shapes
from server.materials.masters import queries as masters
from server.materials.model import NOT_PERMITTED
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
    book = stock.find_standing(connection, given["container"], entry.header.captured_at[:10])
    if book is None:
        flags.append(model.NO_CONTAINER)
    elif given["quantity"] is not None:
        own = masters.links(connection, book.material)
        if amounts.amount(given["quantity"], book.held["unit"], own) is None:
            flags.append(model.UNIT)
    ours = entry.actor == entry.header.device == SERVER
    if not ours and not identity.permitted(connection, entry.actor, model.COUNTS):
        flags.append(NOT_PERMITTED)
    return Ruling(flags=tuple(flags))


def decide_close(connection: Connection, entry: Entry) -> Ruling:
    """On exactly what was shown, by somebody who has not counted."""
    given = entry.payload
    found = queries.find(connection, given["count"])
    known = [] if found is None else queries.lines(connection, found, entry.header.captured_at[:10])
    code = rules.close_refused(found, given, known, entry.actor)
    if code is not None:
        return Ruling(refusal=code, details={"count": given["count"]})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


KINDS = (
    Kind(model.ORDERED, shapes.CountOrdered, "decision", decide_order, projection.order, by=(SERVER, model.MANAGES)),
    Kind(model.COUNTED, shapes.ContainerCounted, "observation", judge_counting, projection.keep),
    Kind(model.CLOSED, shapes.CountClosed, "decision", decide_close, projection.close, by=(model.APPROVES,)),
)
ROOM = Room("materials", KINDS)
