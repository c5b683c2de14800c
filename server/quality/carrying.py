"""How a deviation is carried by a flow where the plant wants it: begun with its opening, closed by the flow's end."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as instances
from server.engines.flows import standing, starting
from server.quality import queries
from server.quality.model import CLOSED, DEVIATION_CLOSED, FLOW, POST_SEAL, number_of, subject_of_number

# What a flow is told that nobody has described: the log has the entries.
_WHAT = {POST_SEAL: "批封存后收到记录 · Entries came after the batch was sealed"}
# What a deviation's flow finds out, the most telling first: texts of its variables.
_SAID = ("conclusion", "impact", "cause", "correction")
_LONGEST, _MOST = 4000, 2000


def begun(connection: Connection, given: Mapping[str, Any], person: str) -> list[Fact]:
    """What follows from the opening of a deviation."""
    if not instances.is_enabled(connection, FLOW):
        return []
    what = given["summary"] or _WHAT.get(given["code"], given["code"])
    subject = subject_of_number(given["deviation"])
    return starting.begun_if_it_can(connection, FLOW, subject, {"what": [what]}, person)


def is_carried(connection: Connection, number: str) -> bool:
    """Whether a flow decides on this deviation now, and nobody else."""
    return instances.running_about(connection, FLOW, subject_of_number(number)) is not None


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """The end of a deviation's flow closes the deviation, by whoever signed that; any other end leaves it open."""
    given = entry.payload
    number = number_of(given["subject"])
    if given["flow"] != FLOW or number is None or given["result"] != CLOSED:
        return Ruling()
    found = queries.find_deviation(connection, number)
    if found is None or found.closing is not None:
        return Ruling()
    row = instances.find_instance(connection, given["instance"])
    signed = instances.signed_in(connection, given["instance"])
    assert row is not None
    last = signed[-1] if signed else None
    said = standing.said_in(row)
    texts = [str(said[name]).strip() for name in _SAID if isinstance(said.get(name), str)]
    comment = None if last is None else last.comment
    conclusion = "\n".join(filter(None, texts)) or comment or CLOSED
    payload = {"deviation": number, "batch": found.batch, "entries": len(found.entries), "instance": row.instance}
    payload |= {"conclusion": conclusion[:_LONGEST], "reason": None if comment is None else comment[:_MOST]}
    # Without a signature nobody has decided: the room refuses it, and with it what led to the end.
    actor = "server" if last is None else last.by
    return Ruling(consequences=[Fact(DEVIATION_CLOSED, f"batch/{found.batch}", payload, subject=number, actor=actor)])


def refused(connection: Connection, given: Mapping[str, Any], actor: str) -> str | None:
    """Why the end of a flow does not close this deviation; a code of the error catalogue."""
    row = instances.last_about(connection, FLOW, subject_of_number(given["deviation"]))
    if row is None or (row.instance, row.result) != (given["instance"], CLOSED):
        return "deviation_in_flow"
    signers = [one.by for one in instances.signed_in(connection, row.instance)]
    return None if signers[-1:] == [actor] else "deviation_in_flow"


JUDGES = {flows.ENDED: judge_end}
