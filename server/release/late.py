"""What comes to light of a sealed batch by an entry of none: a room's reading, a machine's alarm."""

from sqlalchemy import Connection

from server.core.kinds import Entry, Ruling
from server.production.model import POST_SEAL
from server.quality import queries as quality
from server.release import model, queries, reviewing
from sync.log import reading


def judge_exception(connection: Connection, entry: Entry) -> Ruling:
    """An exception that the server raises of a sealed batch opens a deviation, as an entry of the batch itself would
    (21 CFR 211.192; CN 2010, 250); where that led to it, its own deviation is open already."""
    given = entry.payload
    if entry.header.device != "server" or given["code"] not in model.TOLD_ELSEWHERE:
        return reviewing.judge_work(connection, entry)
    if not queries.is_sealed(connection, given["batch"]):
        return Ruling()
    causes = [reading.by_id(connection, one) for one in given["entries"]]
    if any(one is not None and POST_SEAL in one.stamp.flags for one in causes):
        return Ruling()
    return Ruling((POST_SEAL,), quality.after_seal(connection, entry))
