"""The table of test results, and how entries fill it."""

from sqlalchemy import Column, Connection, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry
from server.quality import rules
from server.quality.model import TAKES_NO_PLACE, subject_of

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
