"""What is still missing of an inspection, after each entry that says something of it."""

from sqlalchemy import Connection

from server.core.kinds import Entry, Project
from server.quality.inspection import projection, queries


def settled(project: Project) -> Project:
    """The projection, and then the state of the inspection that the entry is about."""

    def both(connection: Connection, entry: Entry) -> None:
        project(connection, entry)
        number = entry.payload.get("inspection") or _of_sample(connection, entry.payload["sample"])
        state = None if number is None else queries.state_of(connection, number)
        if number is not None and state is not None:
            projection.put_state(connection, number, state)

    return both


def settle_lot(connection: Connection, entry: Entry) -> None:
    """Hears of containers that got labels: what a device took of them before is then of the lot."""
    found = queries.of_lot(connection, entry.payload["material"], entry.payload["lot"])
    state = queries.state_of(connection, found.inspection) if found is not None and found.samplers else None
    if found is not None and state is not None:
        projection.put_state(connection, found.inspection, state)


def _of_sample(connection: Connection, number: str) -> str | None:
    found = queries.find_sample(connection, number)
    return None if found is None else found.inspection
