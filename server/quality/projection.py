"""The tables of test results and deviations, and how entries fill them."""

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, select, update

from server.core.db import records
from server.core.kinds import Entry
from server.quality import rules
from server.quality.model import POST_SEAL, TAKES_NO_PLACE, parse_number, subject_of

result = Table(
    "quality_result",
    records,
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
)
deviation = Table(
    "quality_deviation",
    records,
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
    records,
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
    for batch in batches_of(entry):
        number = open_after_seal(connection, batch, entry.header.device)
        if number is not None:
            _join(connection, number, entry.id, entry.index)


def open_after_seal(connection: Connection, batch: str, device: str) -> str | None:
    """The number of the open deviation of what this device delivered after the seal of this batch."""
    here = (deviation.c.batch == batch) & (deviation.c.device == device) & (deviation.c.code == POST_SEAL)
    query = select(deviation.c.number).where(here, deviation.c.closed_at.is_(None)).limit(1)
    number: str | None = connection.execute(query).scalar()
    return number


def batches_of(entry: Entry) -> list[str]:
    """The batch that an entry is about, by its payload and by its stream: two where these differ."""
    named = (entry.payload.get("batch"), subject_of(entry.header.stream)[0])
    return list(dict.fromkeys(batch for batch in named if batch is not None))


def close_deviation(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    closed = {"closed_by": entry.actor, "closed_at": entry.recorded_at}
    values = {**closed, "conclusion": given["conclusion"], "reason": given["reason"]}
    connection.execute(update(deviation).where(deviation.c.number == given["deviation"]).values(values))


def _join(connection: Connection, number: str, entry_id: str, index: int) -> None:
    connection.execute(insert(deviation_entry), {"deviation": number, "entry": entry_id, "idx": index})


def keep_results(connection: Connection, entry: Entry) -> None:
    """A correction supersedes the lines of the entry it corrects; a retest stands beside the first test (QUA-03)."""
    batch, material, lot = subject_of(entry.header.stream)
    given = entry.payload
    if entry.header.corrects is not None and TAKES_NO_PLACE.isdisjoint(entry.flags):
        gone = (result.c.entry == entry.header.corrects) & result.c.superseded_by.is_(None)
        connection.execute(update(result).where(gone).values(superseded_by=entry.id))
    rows = [
        {
            "idx": entry.index,
            "line": number,
            "entry": entry.id,
            "batch": batch,
            "material": material,
            "lot": lot,
            "stage": given["stage"],
            "test": line["test"],
            "name_zh": line["name"] and line["name"]["zh"],
            "name_en": line["name"] and line["name"]["en"],
            "value": line["value"]["value"],
            "unit": line["value"]["unit"],
            "low": line["low"],
            "high": line["high"],
            "verdict": rules.verdict(line["value"]["value"], line["low"], line["high"]),
        }
        for number, line in enumerate(given["results"])
    ]
    connection.execute(insert(result), rows)
