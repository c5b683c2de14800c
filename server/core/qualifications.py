"""What a person must hold before a step of work, asked by any room: who keeps that is wired in, not imported."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from server.core.errors import PestleError
from server.core.steps import NOT_QUALIFIED, SLACK

# Each answers with the codes of what the person does not hold at that moment and one of the steps needs.
SOURCES: list[Callable[[Connection, str, Sequence[str], datetime], list[str]]] = []


def missing(connection: Connection, person: str, needs: Sequence[str], at: datetime) -> list[str]:
    """The codes of procedures and qualifications that the person lacks for these steps; none: they may."""
    return list(dict.fromkeys(code for source in SOURCES for code in source(connection, person, needs, at)))


def missing_by_clock(connection: Connection, person: str, needs: Sequence[str], captured_at: str) -> list[str]:
    """The same at a time that a device wrote: only what was missing whatever its clock was off within the limit."""
    at = datetime.fromisoformat(captured_at)
    lacking = missing(connection, person, needs, at)
    for moment in (at - SLACK, at + SLACK):
        if lacking:
            then = missing(connection, person, needs, moment)
            lacking = [code for code in lacking if code in then]
    return lacking


def demand(connection: Connection, person: str, needs: Sequence[str], at: datetime) -> None:
    """PestleError `not_qualified`, naming what is missing."""
    lacking = missing(connection, person, needs, at)
    if lacking:
        raise PestleError(NOT_QUALIFIED, {"person": person, "missing": lacking})
