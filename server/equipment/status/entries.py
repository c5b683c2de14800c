"""The kinds that say in what state equipment is: its status set, cleaned and checked, how long it may stay so."""

from sqlalchemy import Connection

from server.core.kinds import Entry, Kind, Room, Ruling
from server.equipment import queries as register
from server.equipment.status import model, projection, queries, shapes
from server.identity import grants
from server.identity import queries as identity
from server.identity.model import SERVER


def decide_status(connection: Connection, entry: Entry) -> Ruling:
    """Of a piece in the register, with a reason where the status replaces a cleaning or takes the piece away."""
    given = entry.payload
    known = register.find_equipment(connection, given["equipment"]) is not None
    refused = model.status_refused(given, known)
    return Ruling(refusal=refused, details={} if refused is None else {"equipment": given["equipment"]})


def decide_holds(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = given["equipment"]
    known = code is not None and register.find_equipment(connection, code) is not None
    refused = model.cleaning_refused(given, known)
    return Ruling(refusal=refused, details={} if refused is None else {"equipment": code})


def judge_cleaning(connection: Connection, entry: Entry) -> Ruling:
    """A cleaning is kept whatever is wrong with it: the piece is not registered, or had stayed dirty for too long."""
    piece = register.find_equipment(connection, entry.payload["equipment"])
    if piece is None:
        return Ruling(flags=(model.UNKNOWN,))
    late = queries.dirty_too_long(connection, piece, entry.header.captured_at)
    return Ruling(flags=(model.DIRTY_TOO_LONG,) if late else ())


def judge_check(connection: Connection, entry: Entry) -> Ruling:
    """Kept whatever is wrong with it; then the piece still waits for its check."""
    given = entry.payload
    found = queries.find_cleaning(connection, given["cleaning"])
    flags = model.judge_check(given["equipment"], entry.actor, found)
    held = identity.grants_within(connection, entry.actor, entry.header)
    may = entry.actor == SERVER or any(grants.permits(one, each, None) for one in held for each in model.CHECKS)
    return Ruling(flags=(*flags, *(() if may else (model.NOT_PERMITTED,))))


def _rooms(connection: Connection, entry: Entry) -> list[str]:
    code = entry.payload["equipment"]
    piece = None if code is None else register.find_equipment(connection, code)
    return [piece.location] if piece is not None and piece.location else []


_BY = ("server", model.KEEPS)
KINDS = (
    Kind(model.STATUS_SET, shapes.StatusSet, "decision", decide_status, projection.keep_status, by=_BY, places=_rooms),
    Kind(model.CLEANED_V1, shapes.Cleaned, "observation", judge_cleaning, projection.keep_cleaning),
    Kind(model.CLEANED, shapes.Cleaned, "observation", judge_cleaning, projection.keep_cleaning),
    Kind(model.CLEANING_CHECKED, shapes.CleaningChecked, "observation", judge_check, projection.check_cleaning),
    Kind(model.CLEANING_SET, shapes.CleaningSet, "decision", decide_holds, projection.set_holds, by=_BY, places=_rooms),
)
ROOM = Room("equipment", KINDS, projection.LISTENERS)
