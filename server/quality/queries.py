"""Reads of test results (what was corrected is not among them) and of deviations."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from server.core import days
from server.core.kinds import Entry, Fact
from server.engines.flows import queries as instances
from server.engines.flows import starting
from server.quality.model import (
    DEVIATION_OPENED,
    FLOW,
    POST_SEAL,
    REPORT,
    REPORTED,
    Deviation,
    Result,
    number_text,
    subject_of,
    subject_of_number,
)
from server.quality.projection import analysis, batches_of, deviation, deviation_entry, open_after_seal, result
from sync.log import reading

_current = result.c.superseded_by.is_(None)


def results_of_batch(connection: Connection, batch: str) -> list[Result]:
    return _results(connection, result.c.batch == batch)


def results_of_lot(connection: Connection, material: str, lot: str) -> list[Result]:
    return _results(connection, (result.c.material == material) & (result.c.lot == lot))


def analyses(connection: Connection, stream: str, stage: str) -> list[Row[Any]]:
    """With what the results at a stage that stand in a stream were found, in the order of the log."""
    batch, material, lot = subject_of(stream)
    of = result.c.batch == batch if lot is None else (result.c.material == material) & (result.c.lot == lot)
    same = (analysis.c.entry == result.c.entry) & (analysis.c.test == result.c.test)
    query = select(analysis).join(result, same).where(of, result.c.stage == stage, _current)
    return [*connection.execute(query.order_by(result.c.idx, result.c.line))]


def is_result_of(connection: Connection, entry: str, subject: tuple[str | None, str | None, str | None]) -> bool:
    """Whether an entry has recorded results of this (batch, material, lot)."""
    query = select(result.c.batch, result.c.material, result.c.lot).where(result.c.entry == entry).limit(1)
    row = connection.execute(query).first()
    return row is not None and tuple(row) == subject


def stands(connection: Connection, entry: str, subject: tuple[str | None, str | None, str | None]) -> bool:
    """Whether results of this (batch, material, lot) that an entry has recorded have not been corrected."""
    query = select(result.c.batch, result.c.material, result.c.lot).where(result.c.entry == entry, _current).limit(1)
    row = connection.execute(query).first()
    return row is not None and tuple(row) == subject


def talks_away(connection: Connection, entry: str, stage: str, answered: Collection[str]) -> bool:
    """Whether a correction that answers these tests, at this stage, would take off what it says nothing of: a result of
    another stage, or one outside of its limits that is not said anew."""
    query = select(result.c.stage, result.c.test, result.c.verdict).where(result.c.entry == entry, _current)
    return any(
        row.stage != stage or (row.verdict == "fail" and row.test not in answered) for row in connection.execute(query)
    )


def failed_in(connection: Connection, entry: str) -> list[str]:
    """The tests of which an entry has recorded a result that is not within its limits."""
    query = select(result.c.test).where(result.c.entry == entry, result.c.verdict == "fail").order_by(result.c.line)
    return [*connection.execute(query).scalars()]


def result_counts(connection: Connection, lots: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many results each lot has; a lot without any is missing."""
    wanted = list(lots)
    if not wanted:
        return {}
    # Spelled out, since SQLite scans the table for a list of pairs.
    among = or_(*(and_(result.c.material == material, result.c.lot == lot) for material, lot in wanted))
    query = select(result.c.material, result.c.lot, func.count().label("results")).where(among, _current)
    rows = connection.execute(query.group_by(result.c.material, result.c.lot))
    return {(row.material, row.lot): row.results for row in rows}


def find_deviation(connection: Connection, number: str) -> Deviation | None:
    row = connection.execute(select(deviation).where(deviation.c.number == number)).first()
    return None if row is None else _deviations(connection, [row])[0]


def deviations_of_batch(connection: Connection, batch: str) -> list[Deviation]:
    query = select(deviation).where(deviation.c.batch == batch).order_by(deviation.c.idx)
    return _deviations(connection, connection.execute(query).all())


def deviations(
    connection: Connection, state: str = "", words: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Deviation], int]:
    """The open ones first, then the newest; those whose number, batch or summary holds the words; how many."""
    where: list[ColumnElement[bool]] = []
    if state:
        where.append(deviation.c.closed_at.is_(None) if state == "open" else deviation.c.closed_at.is_not(None))
    if words:
        columns = (deviation.c.number, deviation.c.batch, deviation.c.summary)
        where.append(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    page = select(deviation).where(*where).order_by(deviation.c.closed_at.is_not(None), deviation.c.idx.desc())
    rows = connection.execute(page.offset(offset).limit(limit)).all()
    total = connection.execute(select(func.count()).select_from(deviation).where(*where)).scalar_one()
    return _deviations(connection, rows), total


def last_number(connection: Connection, year: int) -> int:
    """How many deviations were opened in a year; their numbers have no gap."""
    return connection.execute(select(func.max(deviation.c.n)).where(deviation.c.year == year)).scalar() or 0


def next_number(connection: Connection, moment: str, after: int = 0) -> str:
    """The number of a deviation that is opened now, or `after` others; `moment` is UTC text."""
    year = int(days.of(connection, moment)[:4])
    return number_text(year, last_number(connection, year) + 1 + after)


def after_seal(connection: Connection, entry: Entry) -> list[Fact]:
    """What follows from an entry that came after the seal: a deviation, unless one of its device waits already, whose
    flow is then told of it."""
    device, facts, fresh = entry.header.device, [], 0
    for batch in batches_of(connection, entry):
        number = open_after_seal(connection, batch, device)
        if number is None:
            facts.append(_opened(next_number(connection, entry.recorded_at, fresh), batch, entry))
            fresh += 1
        elif (row := instances.running_about(connection, FLOW, subject_of_number(number))) is not None:
            facts.append(starting.noted(row.instance, "又有记录归入偏差", "Another entry joined", entry.id))
    return facts


def reported(connection: Connection, entry: Entry, after: int) -> Fact:
    """The deviation that somebody's report of an exception asks for; `after` others are opened with it. The server
    opens it, since what a person may by now refuses nothing that they have reported."""
    given, number = entry.payload, next_number(connection, entry.recorded_at, after)
    about = {"entry": entry.id, "device": entry.header.device, "summary": given["comment"]}
    payload = {"deviation": number, "batch": given["batch"], "code": REPORTED, **about}
    return Fact(DEVIATION_OPENED, f"batch/{given['batch']}", payload, subject=number)


def is_told(connection: Connection, report: str | None) -> bool:
    """Whether a deviation was opened for this report, or for one that it corrects."""
    passed = set[str]()
    while report is not None and report not in passed:
        passed.add(report)
        opened = select(deviation.c.number).where(deviation.c.entry == report, deviation.c.code == REPORTED)
        if connection.execute(opened.limit(1)).first() is not None:
            return True
        stored = reading.by_id(connection, report)
        report = None if stored is None or stored.head.kind != REPORT else stored.head.corrects
    return False


def batch_of_record(connection: Connection, entry: Entry) -> str | None:
    """The batch that the record of a form is about of which an entry says something."""
    return next(iter(batches_of(connection, entry)), None)


def _opened(number: str, batch: str, entry: Entry) -> Fact:
    about = {"entry": entry.id, "device": entry.header.device, "summary": None}
    payload = {"deviation": number, "batch": batch, "code": POST_SEAL, **about}
    return Fact(DEVIATION_OPENED, f"batch/{batch}", payload, subject=number)


def _deviations(connection: Connection, rows: Sequence[Row[Any]]) -> list[Deviation]:
    about: dict[str, list[str]] = {row.number: [] for row in rows}
    query = select(deviation_entry).where(deviation_entry.c.deviation.in_(list(about)))
    for line in connection.execute(query.order_by(deviation_entry.c.idx)):
        about[line.deviation].append(line.entry)
    return [_deviation(row, tuple(about[row.number])) for row in rows]


def _deviation(row: Row[Any], entries: tuple[str, ...]) -> Deviation:
    closing = {"by": row.closed_by, "at": row.closed_at, "conclusion": row.conclusion, "reason": row.reason}
    return Deviation(
        number=row.number,
        batch=row.batch,
        code=row.code,
        summary=row.summary,
        entry=row.entry,
        device=row.device,
        opening=row.opening,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        entries=entries,
        closing=None if row.closed_at is None else closing,
    )


def _results(connection: Connection, where: ColumnElement[bool]) -> list[Result]:
    query = select(result).where(where, _current).order_by(result.c.idx, result.c.line)
    return [_result(row) for row in connection.execute(query)]


def _result(row: Row[Any]) -> Result:
    return Result(
        entry=row.entry,
        stage=row.stage,
        test=row.test,
        name=None if row.name_zh is None else {"zh": row.name_zh, "en": row.name_en},
        value=row.value,
        unit=row.unit,
        low=row.low,
        high=row.high,
        verdict=row.verdict,
        reported=row.reported,
        specification=row.specification,
    )
