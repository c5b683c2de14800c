"""The tables of test results and deviations, and how entries fill them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, update

from server.core import days, db
from server.core.kinds import Entry
from server.engines.forms.records import queries as records
from server.engines.forms.records.model import record_stream
from server.quality import rules
from server.quality.model import POST_SEAL, TAKES_NO_PLACE, parse_number, subject_of
from server.quality.specifications import queries as specifications
from server.quality.specifications import rules as judged
from server.quality.specifications.model import Specification, Test
from sync import canonical
from sync.log import transaction
from sync.log.prepared import Prepared

result = Table(
    "quality_result",
    db.records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False, index=True),
    Column("batch", Text, index=True),
    Column("material", Text),
    Column("lot", Text, index=True),
    Column("stage", Text, nullable=False),
    Column("test", Text, nullable=False),
    Column("name_zh", Text),
    Column("name_en", Text),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("low", Text),
    Column("high", Text),
    Column("verdict", Text, nullable=False),
    Column("superseded_by", Text),
    Column("reported", Text),
    Column("specification", Text),
)
# With what the results of an entry were found, and by whom; of older ones only their log knows who recorded them.
analysis = Table(
    "quality_analysis",
    db.records,
    Column("entry", Text, primary_key=True),
    Column("test", Text, primary_key=True),
    Column("instrument", Text),
    Column("reagents", Text, nullable=False),
    Column("analyst", Text, nullable=False),
    Column("inspection", Text),
    Column("sample", Text),
    Column("retest_of", Text),
)
deviation = Table(
    "quality_deviation",
    db.records,
    Column("number", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("idx", Integer, nullable=False),
    Column("batch", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("summary", Text),
    Column("entry", Text),
    Column("device", Text),
    Column("opening", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_by", Text),
    Column("closed_at", Text),
    Column("conclusion", Text),
    Column("reason", Text),
    Index("quality_deviation_year", "year", "n"),
    Index("quality_deviation_batch", "batch", "idx"),
)
# All entries that a deviation is about; those that come while it is open join it.
deviation_entry = Table(
    "quality_deviation_entry",
    db.records,
    Column("entry", Text, primary_key=True),
    Column("deviation", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Index("quality_deviation_entry_deviation", "deviation", "idx"),
)


def open_deviation(connection: Connection, entry: Entry) -> None:
    given, parsed = entry.payload, parse_number(entry.payload["deviation"])
    assert parsed is not None, "the rule lets no other number through"
    same = {name: given[name] for name in ("batch", "code", "summary", "entry", "device")}
    opened = {"opening": entry.id, "opened_by": entry.actor, "opened_at": entry.recorded_at}
    row = {"number": given["deviation"], "year": parsed[0], "n": parsed[1], "idx": entry.index, **same, **opened}
    connection.execute(insert(deviation), row)
    if given["entry"] is not None:
        _join(connection, given["deviation"], given["entry"], entry.index)


def join_deviation(connection: Connection, entry: Entry) -> None:
    """What a device delivers after the seal belongs to the deviation that its first such entry has opened."""
    if POST_SEAL not in entry.flags:
        return
    for batch in batches_of(connection, entry):
        number = open_after_seal(connection, batch, entry.header.device)
        if number is not None:
            _join(connection, number, entry.id, entry.index)


def open_after_seal(connection: Connection, batch: str, device: str) -> str | None:
    """The number of the open deviation of what this device delivered after the seal of this batch."""
    here = (deviation.c.batch == batch) & (deviation.c.device == device) & (deviation.c.code == POST_SEAL)
    query = select(deviation.c.number).where(here, deviation.c.closed_at.is_(None)).limit(1)
    number: str | None = connection.execute(query).scalar()
    return number


def batches_of(connection: Connection, entry: Entry) -> list[str]:
    """The batch that an entry is about, by its payload and by its stream: two where these differ; or the one that its
    record is about."""
    named = (entry.payload.get("batch"), subject_of(entry.header.stream)[0], _of_record(connection, entry))
    return list(dict.fromkeys(batch for batch in named if batch is not None))


def _of_record(connection: Connection, entry: Entry) -> str | None:
    name = entry.header.stream.removeprefix(record_stream(""))
    found = records.find_record(connection, name) if name != entry.header.stream else None
    return None if found is None or found.subject is None else subject_of(found.subject)[0]


def close_deviation(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    closed = {"closed_by": entry.actor, "closed_at": entry.recorded_at}
    values = {**closed, "conclusion": given["conclusion"], "reason": given["reason"]}
    connection.execute(update(deviation).where(deviation.c.number == given["deviation"]).values(values))


def _join(connection: Connection, number: str, entry_id: str, index: int) -> None:
    connection.execute(insert(deviation_entry), {"deviation": number, "entry": entry_id, "idx": index})


def judging(connection: Connection, entry: Entry) -> Specification | None:
    """The specification by which results are judged: the one in force on the day of capture. History that was imported
    was judged in its day."""
    given, header = entry.payload, entry.header
    if given.get("source") is not None:
        return None
    return specifications.effective_for(
        connection, header.stream, given["stage"], days.of(connection, header.captured_at)
    )


def outdated(connection: Connection, entry: Entry, found: Specification | None) -> bool:
    """Whether another version is in force when results arrive than by the day that their device gives: it may have been
    offline for long, or say so."""
    given, header = entry.payload, entry.header
    if given.get("source") is not None or days.of(connection, entry.recorded_at) == days.of(
        connection, header.captured_at
    ):
        return False
    now = specifications.effective_for(
        connection, header.stream, given["stage"], days.of(connection, entry.recorded_at)
    )
    return (now and now.entry) != (found and found.entry)


def keep_results(connection: Connection, entry: Entry) -> None:
    """A correction supersedes the lines of the entry it corrects; a retest stands beside the first test (QUA-03)."""
    specification = judging(connection, entry)
    tests = {} if specification is None else {one.code: one for one in specification.tests}
    rows = [of_stated(line, tests.get(line["test"])) for line in entry.payload["results"]]
    # A line in another unit, or of a test that asks for no number, answers nothing of the specification.
    _keep(connection, entry, [{**row, **_by(specification if row["reported"] else None)} for row in rows])


def answered(connection: Connection, entry: Entry) -> Specification | None:
    """The specification that an entry answers; None where it is not the one in force."""
    given, found = entry.payload, judging(connection, entry)
    named = (given["specification"], given["version"])
    return found if found is not None and (found.specification, found.version) == named else None


def keep_answers(connection: Connection, entry: Entry) -> None:
    """What answers no specification in force stands in the log, and is no result."""
    specification = answered(connection, entry)
    if specification is not None:
        rows = of_answers(specification, entry.payload["results"])
        _keep(connection, entry, [{**row, **_by(specification)} for row in rows])


_analysed = Prepared(insert(analysis).inline())


def keep_analysis(connection: Connection, entry: Entry) -> None:
    """As answers, with what they were found with."""
    keep_answers(connection, entry)
    given = entry.payload
    same = {name: given[name] for name in ("analyst", "inspection", "sample", "retest_of")} | {"entry": entry.id}
    for line in {one["test"]: one for one in given["results"]}.values():
        used = {"instrument": line["instrument"], "reagents": canonical.encode(line["reagents"]).decode()}
        transaction.insert(connection, _analysed, {**same, "test": line["test"], **used})


def of_stated(line: Mapping[str, Any], test: Test | None) -> dict[str, Any]:
    """A line that states its limits, as it is kept: by those of its test where there is one of numbers in its unit."""
    value, low, high = line["value"]["value"], line["low"], line["high"]
    row = {"test": line["test"], "value": value, "unit": line["value"]["unit"], "reported": None}
    row |= {"name_zh": line["name"] and line["name"]["zh"], "name_en": line["name"] and line["name"]["en"]}
    if test is not None and test.kind == "numeric" and test.unit == line["value"]["unit"]:
        low, high, row["reported"] = test.low, test.high, judged.reported(test, value)
    return row | {"low": low, "high": high, "verdict": rules.verdict(row["reported"] or value, low, high)}


def of_answers(specification: Specification, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines that answer a test, as they are kept."""
    found = [(test, line) for line in lines if (test := specification.test(line["test"])) and judged.fits(test, line)]
    return [_of_answer(test, line) for test, line in found]


def _of_answer(test: Test, line: Mapping[str, Any]) -> dict[str, Any]:
    number = test.kind == "numeric"
    return {
        "test": test.code,
        "name_zh": test.name["zh"],
        "name_en": test.name["en"],
        "value": line["value"] if number else judged.worded(test, line["text"]),
        "unit": test.unit or "",
        "low": test.low,
        "high": test.high,
        "reported": judged.reported(test, line["value"]) if number else None,
        "verdict": judged.judged(test, line),
    }


def _by(specification: Specification | None) -> dict[str, str | None]:
    name = None if specification is None else f"{specification.specification}/{specification.version}"
    return {"specification": name}


def _keep(connection: Connection, entry: Entry, rows: Sequence[Mapping[str, Any]]) -> None:
    batch, material, lot = subject_of(entry.header.stream)
    if entry.header.corrects is not None and TAKES_NO_PLACE.isdisjoint(entry.flags):
        gone = (result.c.entry == entry.header.corrects) & result.c.superseded_by.is_(None)
        connection.execute(update(result).where(gone).values(superseded_by=entry.id))
    about = {"idx": entry.index, "entry": entry.id, "batch": batch, "material": material, "lot": lot}
    about["stage"] = entry.payload["stage"]
    if rows:
        connection.execute(insert(result), [{**about, "line": line, **row} for line, row in enumerate(rows)])
