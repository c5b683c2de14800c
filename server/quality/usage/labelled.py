"""What a status label says of the decision about its lot: why, when and by whom."""

from sqlalchemy import Connection

from server.core import days
from server.identity import queries as identity
from server.quality.usage import queries


def decided(connection: Connection, material: str, lot: str) -> dict[str, str]:
    """The last decision, as `server.materials.labels.printables` wants it; nothing where nobody has decided."""
    last = next(iter(queries.decisions(connection, material, lot)), None)
    if last is None:
        return {}
    name = str(identity.people(connection, [last.by])[last.by]["name"])
    said = {"reason": last.reason or "", "decided": days.of(connection, last.at), "decided_by": name}
    return {key: text for key, text in said.items() if text}
