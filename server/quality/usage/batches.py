"""Reads of a batch's own results with who has checked them: before that they count for no release (QUA-03)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.identity import queries as identity
from server.quality import queries as quality
from server.quality.projection import result
from server.quality.usage import recorded, rules
from server.quality.usage.model import Line
from server.quality.usage.projection import check
from sync.log import reading
from sync.log.prepared import Prepared

Answer = dict[str, Any]
_results = Prepared(recorded.STANDING.where(result.c.batch == bindparam("batch")))


def stream(batch: str) -> str:
    return f"batch/{batch}"


def lines(connection: Connection, batch: str) -> list[Line]:
    """The results of a batch that were not corrected, in the order of the log."""
    return recorded.lines(connection, _results, {"batch": batch})


def waiting(connection: Connection, batches: Iterable[str], person: str) -> dict[str, str]:
    """Of these batches those with results that wait for a second person who may be this one, each with when the first
    was recorded (UTC text)."""
    wanted = list(batches)
    query = select(result.c.batch).where(result.c.batch.in_(wanted), result.c.superseded_by.is_(None))
    query = query.join(check, check.c.of == result.c.entry, isouter=True).where(check.c.of.is_(None)).distinct()
    found = sorted(connection.execute(query).scalars()) if wanted else []
    since = {batch: _since(connection, batch, person) for batch in found}
    return {batch: at for batch, at in since.items() if at is not None}


def _since(connection: Connection, batch: str, person: str) -> str | None:
    waits = [one for one in lines(connection, batch) if one.checked_by is None]
    return recorded.waits_since(connection, waits, person)


def page(connection: Connection, batch: str) -> list[Answer]:
    """Each entry that has recorded results of a batch which stand: its results, by whom, with what, and who has checked
    it; `digest` is what whoever checks it signs."""
    found = lines(connection, batch)
    shown = [each.payload() for each in quality.results_of_batch(connection, batch)]
    stored = {one.index: one for one in reading.at(connection, [*dict.fromkeys(one.index for one in found)])}
    checks = {row.of: row for row in connection.execute(select(check).where(check.c.of.in_({o.entry for o in found})))}
    people = identity.people(connection, {who for one in found for who in (one.by, one.analyst, one.checked_by) if who})
    answers: dict[str, Answer] = {}
    for line, one in zip(found, shown, strict=True):
        entry = stored[line.index]
        said: Answer = {"entry": line.entry, "digest": hashlib.sha256(entry.header).hexdigest()}
        said |= {"by": people.get(line.by), "analyst": people.get(line.analyst), "at": entry.head.captured_at}
        row = checks.get(line.entry)
        said["checked"] = row and {"by": people.get(row.by), "at": row.at, "comment": row.comment}
        said["waits"] = line.checked_by is None
        answers.setdefault(line.entry, {**said, "flags": [*entry.stamp.flags], "results": []})["results"].append(one)
    return [*answers.values()]


def unchecked(connection: Connection, batch: str) -> list[str]:
    """What stands against a release: `stage/test` of each result that no second person has checked."""
    waits = set(rules.waiting(lines(connection, batch)))
    return [f"{one.stage}/{one.test}" for one in quality.results_of_batch(connection, batch) if one.entry in waits]
