"""Reads of a batch's own results with who has checked them: before that they count for no release (QUA-03)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, select

from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.quality import queries as quality
from server.quality.projection import analysis, result
from server.quality.usage import model, rules
from server.quality.usage.model import Line
from server.quality.usage.projection import check
from sync.log import reading

Answer = dict[str, Any]


def stream(batch: str) -> str:
    return f"batch/{batch}"


def lines(connection: Connection, batch: str) -> list[Line]:
    """The results of a batch that were not corrected, in the order of the log."""
    columns = (result.c.entry, result.c.idx, result.c.test, result.c.verdict, result.c.specification)
    query = select(*columns, check.c.by.label("checked_by"), analysis.c.analyst, analysis.c.sample)
    query = query.join(check, check.c.of == result.c.entry, isouter=True)
    query = query.join(
        analysis, and_(analysis.c.entry == result.c.entry, analysis.c.test == result.c.test), isouter=True
    )
    here = (result.c.batch == batch) & result.c.superseded_by.is_(None)
    rows = connection.execute(query.where(here).order_by(result.c.idx, result.c.line)).all()
    entries = {one.index: one for one in reading.at(connection, [*dict.fromkeys(row.idx for row in rows)])}
    return [_line(row, entries[row.idx]) for row in rows]


def _line(row: Any, entry: reading.StoredEntry) -> Line:
    by = entry.head.actor
    # What a file of history brought was checked by whoever signed it then.
    told = SERVER if by == entry.head.device == SERVER else None
    same = {name: getattr(row, name) for name in ("entry", "test", "verdict", "specification", "sample")}
    return Line(
        index=row.idx,
        by=by,
        analyst=row.analyst or by,
        counts=model.STANDS_FOR_NOTHING.isdisjoint(entry.stamp.flags),
        checked_by=row.checked_by or told,
        set_aside=False,
        **same,
    )


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
    others = [one.index for one in waits if person not in (one.by, one.analyst)]
    first = reading.one(connection, min(others)) if others else None
    return None if first is None else first.head.captured_at


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
