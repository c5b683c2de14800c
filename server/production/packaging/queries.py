"""Reads of what the balances of printed materials answer for."""

from sqlalchemy import Connection

from server.core.units import Quantity
from server.production import queries, values
from server.production.packaging import rules
from sync.log import reading


def answered(connection: Connection, batch: str) -> dict[str, list[Quantity]]:
    """By material, what came to a batch and does not go back, {value, unit} of each balance that stands; the counts are
    in the log alone, and one that was erased answers for nothing."""
    known = queries.find_batch(connection, batch)
    if known is None or not any("printed" in one for one in known.phases):
        return {}
    found: dict[str, list[Quantity]] = {}
    for entry, one in rules.standing(known.phases, values.of_batch(connection, batch)):
        stored = reading.by_id(connection, entry)
        gone = None if stored is None or stored.payload is None else rules.gone(one, stored.envelope.body["inputs"])
        if gone is not None:
            found.setdefault(one["material"], []).append(gone)
    return found
