"""What was typed in from paper as the review of a batch sees it: what to compare with which sheet, and what is open."""

from collections.abc import Sequence

from sqlalchemy import Connection

from server.identity import queries as identity
from server.production.descent import queries as births
from server.production.model import BatchEntry
from server.production.paper import queries as typed_in
from server.production.paper.model import Copying
from server.release import rules
from server.release.model import Gate, Notice
from server.release.paper import queries
from server.release.paper.rules import missing


def notices(connection: Connection, batch: str, entries: Sequence[BatchEntry]) -> list[Notice]:
    """One for all that one device has typed in of a phase from one copy, with the photo of the sheet."""
    found = typed_in.of_batch(connection, batch)
    people = identity.people(connection, {one for each in found for one in (each.done_by, each.checked_by)})
    told = []
    for one in found:
        parts = [entry.id for entry in entries if entry.paper == one.entry]
        details = {name: getattr(one, name) for name in ("copy", "done_from", "done_to")}
        details |= {"done_by": people[one.done_by], "ended": one.ended is not None}
        details |= {"checked_by": None if one.checked_by is None else people[one.checked_by]}
        told.append(_notice(one, [*([one.photo] if one.photo else []), *parts], details))
    return told


def _notice(one: Copying, entries: Sequence[str], details: dict[str, object]) -> Notice:
    return Notice(
        id=f"paper:{one.entry}",
        type="paper",
        code="from_paper",
        phase=one.phase,
        slot=None,
        state="info",
        entries=(one.entry, *entries),
        details=details,
        comment=one.comment,
        decision=None,
    )


def gates(connection: Connection, batch: str, standing: bool) -> list[Gate]:
    """Of every copy it is known what became of it, and what is typed in has been ended; asked of who signs, so that an
    older signature is not said to lack it. No gate of a batch without copies."""
    copies, found = queries.copies(connection, batch), typed_in.of_batch(connection, batch)
    if standing or not (copies or found):
        return []
    used, accounted = births.typed_from(connection, batch), queries.accounts(connection, batch)
    open_ = [f"#{one}" for one in missing([one.copy for one in copies], accounted, used)]
    return [rules.gate("paper", [*open_, *(one.phase for one in births.still_typed(connection, batch))])]
