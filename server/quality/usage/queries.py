"""Reads of the usage decision: what it depends on, and what was decided."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from server.materials import queries as materials
from server.materials.model import Lot
from server.materials.receiving import queries as receiving
from server.quality.inspection import queries as inspections
from server.quality.inspection import switching
from server.quality.projection import analysis, result
from server.quality.specifications import queries as specifications
from server.quality.usage import batches, model, outcomes, recorded, rules
from server.quality.usage.model import Decision, Facts, Line
from server.quality.usage.projection import aside, certificate, check, decision
from sync.entry import FIRST_PREV, Receipt
from sync.log import reading, transaction
from sync.log.prepared import Prepared
from sync.log.tables import log_entry

# Most lots in quarantine have no results yet: so many are looked at, and so many in one query.
_LOOKED_AT, _AT_ONCE = 1000, 100
_results = Prepared(
    recorded.STANDING.where(result.c.material == bindparam("material"), result.c.lot == bindparam("lot")).where(
        result.c.stage == model.STAGE
    )
)
_last_released = Prepared(
    select(func.max(decision.c.idx))
    .where(decision.c.material == bindparam("material"), decision.c.lot == bindparam("lot"))
    .where(decision.c.status == "released")
)


def stream(material: str, lot: str) -> str:
    return f"lot/{material}/{lot}"


def facts(connection: Connection, material: str, lot: str, day: str) -> Facts | None:
    """What a decision about a lot depends on, on a day (YYYY-MM-DD); None for no lot."""
    known = materials.find_lot(connection, material, lot)
    if known is None:
        return None
    found = specifications.effective(connection, material, model.STAGE, day)
    size, running = _head(connection, stream(material, lot))
    inspection = inspections.of_lot(connection, material, lot)
    switches = found is not None and switching.switches(found.sampling)
    return Facts(
        material=material,
        lot=lot,
        status=known.status,
        size=size,
        hash=running,
        specification=None if found is None else found.specification,
        version=None if found is None else found.version,
        sha256=None if found is None else found.sha256,
        tests=() if found is None else tuple(test.code for test in found.tests),
        lines=tuple(lines(connection, material, lot)),
        since=_released_at(connection, material, lot),
        inspection=None if inspection is None else inspection.inspection,
        sampled=None if inspection is None else inspections.is_complete(connection, inspection),
        samplers=() if inspection is None else inspection.samplers,
        authors=_authors(connection, material, lot),
        told=_told(connection, material, lot),
        discontinued=outcomes.standing(connection, material, known.supplier).discontinued if switches else None,
    )


def _authors(connection: Connection, material: str, lot: str) -> tuple[str, ...]:
    """Who recorded, found or checked results of a lot that were corrected since."""
    here = (result.c.material == material) & (result.c.lot == lot) & (result.c.stage == model.STAGE)
    gone = connection.execute(select(result.c.idx, result.c.entry).where(here, result.c.superseded_by.is_not(None)))
    indices = {row.entry: row.idx for row in gone}
    by = {one.head.actor for one in reading.at(connection, [*indices.values()])}
    found = {row.analyst for row in analyses_of(connection, indices).values()}
    checked = {row.by for row in checks_of(connection, indices).values()}
    return tuple(sorted(by | found | checked))


def _told(connection: Connection, material: str, lot: str) -> str:
    own = stream(material, lot)
    flagged = [one for one in reading.of_stream(connection, own, 0) if one.stamp.flags]
    places = {*receiving.told_elsewhere(connection, material, lot), *inspections.told_of(connection, material, lot)}
    others = [one for one in reading.at(connection, sorted(places)) if one.head.stream != own]
    every = sorted((*flagged, *others), key=lambda one: one.index)
    return model.told_of((one.head.id, one.stamp.flags) for one in every)


def lines(connection: Connection, material: str, lot: str) -> list[Line]:
    """The results of a lot's inspections that were not corrected, in the order of the log."""
    found = recorded.lines(connection, _results, {"material": material, "lot": lot})
    samples = [one.sample for one in found if one.sample is not None]
    return rules.of_samples(found, *inspections.worth(connection, material, lot, samples))


def unchecked_of_batch(connection: Connection, batch: str) -> list[str]:
    """`stage/test` of each result of a batch that no second person has checked."""
    return batches.unchecked(connection, batch)


def checks_of(connection: Connection, entries: Iterable[str]) -> dict[str, Row[Any]]:
    """Who has checked the results that these entries recorded, by entry."""
    rows = connection.execute(select(check).where(check.c.of.in_(list(dict.fromkeys(entries)))))
    return {row.of: row for row in rows}


def analyses_of(connection: Connection, entries: Iterable[str]) -> dict[tuple[str, str], Row[Any]]:
    """With what the results of these entries were found, by entry and test; older ones say nothing of it."""
    rows = connection.execute(select(analysis).where(analysis.c.entry.in_(list(dict.fromkeys(entries)))))
    return {(row.entry, row.test): row for row in rows}


def asides_of(connection: Connection, entries: Iterable[str]) -> dict[tuple[str, str], Row[Any]]:
    """Which results of these entries were set aside, by entry and test."""
    rows = connection.execute(select(aside).where(aside.c.of.in_(list(dict.fromkeys(entries)))))
    return {(row.of, row.test): row for row in rows}


def certificates_of(connection: Connection, material: str, lot: str) -> list[Row[Any]]:
    """The certificates of a lot, the first one first; `file` and `lines` are JSON."""
    here = (certificate.c.material == material) & (certificate.c.lot == lot)
    return [*connection.execute(select(certificate).where(here).order_by(certificate.c.idx))]


def unchecked(connection: Connection, person: str, limit: int) -> list[tuple[Lot, str]]:
    """Lots in quarantine, or tested again, whose results wait for a second person who may be this one, and since when
    (UTC text)."""
    held = materials.lots_in(connection, "quarantine", "", _LOOKED_AT)
    again = materials.lots_of(connection, inspections.opened_again(connection, _AT_ONCE))
    held += [one for one in again if one.status != "quarantine"]
    found: list[tuple[Lot, str]] = []
    for first in range(0, len(held), _AT_ONCE):
        found += _unchecked(connection, person, held[first : first + _AT_ONCE])
        if len(found) >= limit:
            break
    return found[:limit]


def _unchecked(connection: Connection, person: str, held: Iterable[Lot]) -> list[tuple[Lot, str]]:
    lots = {(one.material, one.lot): one for one in held}
    # Spelled out, since SQLite scans the table for a list of pairs.
    among = or_(*(and_(result.c.material == material, result.c.lot == lot) for material, lot in lots))
    query = select(result.c.material, result.c.lot).where(among, result.c.superseded_by.is_(None), check.c.of.is_(None))
    query = query.select_from(result.outerjoin(check, check.c.of == result.c.entry)).distinct()
    waits = {tuple(row) for row in connection.execute(query)}
    since = {key: _since(connection, *key, person) for key in lots if key in waits}
    return [(lots[key], at) for key, at in since.items() if at is not None]


def _since(connection: Connection, material: str, lot: str, person: str) -> str | None:
    """When the first result was recorded that somebody else has to check; None where there is none."""
    found = materials.find_lot(connection, material, lot)
    # What a lot was released without is not asked for any more.
    last = _released_at(connection, material, lot) if found is not None and found.status == "released" else -1
    every = [one for one in lines(connection, material, lot) if one.index > last]
    waits = [one for one in every if one.counts and one.checked_by is None]
    return recorded.waits_since(connection, waits, person)


def decisions(connection: Connection, material: str, lot: str) -> list[Decision]:
    """What was decided about a lot, the newest first."""
    here = (decision.c.material == material) & (decision.c.lot == lot)
    rows = connection.execute(select(decision).where(here).order_by(decision.c.idx.desc()))
    names = [name for name in Decision.__slots__ if name != "index"]
    return [Decision(index=row.idx, **{name: getattr(row, name) for name in names}) for row in rows]


def digest_of(connection: Connection, entry: str) -> str | None:
    """The SHA-256 of an entry's header; None for no entry."""
    found = reading.by_id(connection, entry)
    return None if found is None else hashlib.sha256(found.header).hexdigest()


def _released_at(connection: Connection, material: str, lot: str) -> int:
    found = transaction.rows(connection, _last_released, {"material": material, "lot": lot})[0][0]
    return -1 if found is None else int(found)


def _head(connection: Connection, name: str) -> tuple[int, str]:
    """How far a stream reaches, and its running hash there; (0, zeros) for none."""
    query = select(log_entry.c.receipt).where(log_entry.c.stream == name)
    line = connection.execute(query.order_by(log_entry.c.stream_seq.desc()).limit(1)).scalar()
    receipt = None if line is None else Receipt.parse(line)
    return (0, FIRST_PREV) if receipt is None else (receipt.stream_seq, receipt.stream_hash)
