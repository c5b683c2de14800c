"""What a delivery that is asked for again was answered with: read off the log alone, so that a restore forgets none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from server.core.errors import PestleError
from server.core.outcomes import SERVER
from server.materials.receiving import model, numbering
from server.materials.receiving.entries import Delivered
from sync.log import reading
from sync.log.reading import StoredEntry

Body = Mapping[str, Any]
Answer = dict[str, Any]


def answered(connection: Connection, body: Body, person: str) -> Answer | None:
    """{material, lot, containers: their labels, retest} of what a request took in, whose entry bears its id; None where
    it took in nothing yet. A request is its person's and says once what came. PestleError `receipt_request_other`."""
    found = reading.by_id(connection, body["request"])
    if found is None:
        return None
    given = _payload(found)
    lines = [] if given is None else _lines(connection, found, given)
    if given is None or (found.head.actor, found.head.device) != (person, SERVER) or not _same(body, given, lines):
        named = {} if given is None else {"lot": given["lot"]}
        raise PestleError("receipt_request_other", {"request": body["request"], **named})
    labels = [line["container"] for line in lines]
    return {"material": given["material"], "lot": given["lot"], "containers": labels, "retest": given["retest"]}


def _payload(found: StoredEntry) -> Answer | None:
    """None of what is no receipt, or was erased."""
    if found.head.kind != model.LOT_RECEIVED or found.payload is None:
        return None
    given: Answer = orjson.loads(found.payload)
    return given


def _lines(connection: Connection, found: StoredEntry, given: Body) -> list[Answer]:
    """The containers that came with a receipt: those of the entries after it, which are committed with it."""
    wanted = [numbering.label(given["lot"], n) for n in range(1, (given["containers"] or 0) + 1)]
    after = reading.of_stream(connection, found.head.stream, found.stamp.stream_seq)
    there = {line["container"]: line for line in _containers(after)}
    return [there[label] for label in wanted if label in there]


def _containers(entries: Sequence[StoredEntry]) -> Iterator[Answer]:
    for one in entries:
        if one.head.kind == model.CONTAINERS_RECEIVED and one.payload is not None:
            yield from orjson.loads(one.payload)["containers"]


def _same(body: Body, given: Body, lines: Sequence[Body]) -> bool:
    """Whether a request says what its receipt does: number, sum and retest the server has added."""
    came = [{name: value for name, value in line.items() if name != "container"} for line in lines]
    same = all(body[name] == given[name] for name in Delivered().fields)
    return same and came == [dict(line) for line in body["containers"]]
