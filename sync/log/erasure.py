"""Which payloads the log itself says were erased: past its retention a payload may go, the entry stays (CMP-04)."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, select, update

from sync import witness
from sync.log import reading
from sync.log.tables import log_payload
from sync.verify.keys import LEARNT, SERVER
from sync.verify.rules import ERASED, UPGRADES, ZONE_SET, erased

# Without these nobody could check the log, tell why a payload is missing, which witnesses a checkpoint needs, which day
# it was, or by which edition of the rules a server judged.
NEVER = (*LEARNT, ERASED, witness.ADDED, witness.REMOVED, ZONE_SET, *UPGRADES)
_PAGE = 1000
_payload_of = select(log_payload.c.idx).where(log_payload.c.payload.is_not(None))
_held = _payload_of.where(log_payload.c.idx.in_(bindparam("indices", expanding=True)))
_null = update(log_payload).where(log_payload.c.idx == bindparam("index")).values(salt=None, payload=None)


def erased_entries(connection: Connection) -> dict[int, str]:
    """Index and id of every entry that an erasure by the server names."""
    said = (entry for entry in reading.of_kind(connection, ERASED) if entry.head.device == SERVER)
    return {index: name for entry in said if entry.payload is not None for index, name in erased(entry.payload)}


def held(connection: Connection, indices: Sequence[int]) -> set[int]:
    """Those of these entries whose payload is there."""
    found: set[int] = set()
    for first in range(0, len(indices), _PAGE):
        found |= set(connection.execute(_held, {"indices": indices[first : first + _PAGE]}).scalars())
    return found


def null(connection: Connection, indices: Collection[int]) -> None:
    """Take away salt and payload of these entries; the database lets it happen only as `guards` says."""
    connection.execute(_null, [{"index": index} for index in sorted(indices)])
