"""History through the door: 193 real batches, each row whole or not at all, and never twice."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from support import shared

from server import cli
from server.core import rebuild
from server.core.config import Config
from server.core.plant import Plant
from server.integration.batches.importer import File, Report, import_batches
from server.integration.batches.mapping import load
from server.materials import queries as materials
from server.plant import open_plant
from server.production import queries as production
from server.quality import queries as quality
from server.quality.usage import pages as usage
from sync.log.export import export
from sync.log.tables import log_head
from sync.verify import verify_log

pytestmark = pytest.mark.urs("INT-06")
TODAY = date(2026, 11, 22)


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    opened = open_plant(Config(tmp_path / "data", database_url))
    yield opened
    opened.close()


FEW = 12


def laboratory(batches: int = 193) -> File:
    """The file, or its first batches only."""
    lines = shared("data", "tablets", "Laboratory.csv").read_bytes().splitlines(keepends=True)
    return File("Laboratory.csv", b"".join(lines[: batches + 1]))


def process() -> File:
    return File("Process.csv", shared("data", "tablets", "Process.csv").read_bytes())


def taken(plant: Plant, file: File | None = None, dry_run: bool = False) -> Report:
    return import_batches(plant, load("tablets"), file or laboratory(), process(), TODAY, dry_run)


def size(plant: Plant) -> int:
    with plant.engine.connect() as connection:
        entries: int = connection.execute(select(log_head.c.size)).scalar_one()
    return entries


def changed(line: int, column: str, value: str) -> File:
    table = [text.split(";") for text in laboratory(FEW).data.decode().splitlines()]
    table[line - 1][table[0].index(column)] = value
    return File("Laboratory.csv", "\n".join(";".join(cells) for cells in table).encode())


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(laboratory().data.decode().splitlines(), delimiter=";"))


def test_a_dry_run_reports_as_the_import_does_and_writes_nothing(plant: Plant) -> None:
    before = size(plant)
    rehearsed = taken(plant, laboratory(FEW), dry_run=True)
    assert (rehearsed.rows, rehearsed.imported, rehearsed.refused) == (FEW, FEW, 0)
    assert size(plant) == before
    assert taken(plant, laboratory(FEW)).payload() == rehearsed.payload()


@pytest.mark.urs("INT-06", "PLT-01", "PLT-05", "MAT-06", "WHS-04")
def test_193_batches_stand_in_log_and_tables_and_the_second_import_changes_nothing(
    plant: Plant, tmp_path: Path
) -> None:
    taken(plant)
    after = size(plant)
    again = taken(plant)
    assert (again.imported, again.unchanged, again.refused, size(plant)) == (0, 193, 0, after)
    plant.publisher.now()
    with plant.engine.connect() as connection:
        lines, total = production.batch_lines(connection, ("historical",), limit=500)
        assert total == 193
        assert {line.number for line in lines} == {row["batch"] for row in rows()}
        assert production.yields_of(connection, "1")[0]["value"] == {"value": "95.785", "unit": "%"}
        results = {item.test: item.value for item in quality.results_of_batch(connection, "1")}
        assert results["dissolution, mean"] == "93.83"
        names = {item.test: item.name for item in quality.results_of_batch(connection, "1")}
        assert names["dissolution, mean"] == {"zh": "溶出度，均值", "en": "dissolution, mean"}
        assert results["tablet core hardness, maximum"] == "68.6"
        lot = materials.find_lot(connection, "api-5", "2")
        assert lot is not None
        assert {item.test: item.value for item in quality.results_of_lot(connection, "api-5", "2")}["assay"] == "94.5"
        check_genealogy(connection)
        check_certificates(connection)
        export(connection, plant.log, tmp_path / "log")
    assert verify_log(tmp_path / "log").ok
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def check_genealogy(connection: Connection) -> None:
    """Every lot leads to exactly the batches whose row names it, and every batch to the lots its row names."""
    keys = [("smcc", "smcc_batch"), ("lactose", "lactose_batch"), ("starch", "starch_batch")]
    for row in rows():
        named = [(material, row[column]) for material, column in keys]
        named.append((f"api-{row['api_code']}", row["api_batch"]))
        assert sorted(production.lots_of(connection, row["batch"])) == sorted(named)
    for number in {row["lactose_batch"] for row in rows()}:
        expected = {row["batch"] for row in rows() if row["lactose_batch"] == number}
        assert set(production.trace_lot(connection, "lactose", number, "forward")["batches"]) == expected


def check_certificates(connection: Connection) -> None:
    """The second certificate of a lot is recorded beside the first."""
    values = [item.value for item in quality.results_of_lot(connection, "api-1", "10") if item.test.endswith("d90")]
    certificates = {row["api_ps09"] for row in rows() if (row["api_code"], row["api_batch"]) == ("1", "10")}
    assert len(certificates) == 2
    assert set(values) == certificates
    # The page of the lot's use shows both, and says in words that they differ.
    page = usage.one(connection, "api-1", "10", TODAY.isoformat(), None)
    assert page is not None
    [claim] = [one for one in page["claims"] if one["test"].endswith("d90")]
    assert ({one["value"] for one in claim["claims"]}, claim["contradictions"]) == (
        certificates,
        ["certificates_differ"],
    )


def test_a_row_that_cannot_be_taken_leaves_nothing_and_the_rest_is_taken(plant: Plant) -> None:
    report = taken(plant, changed(2, "batch", ""))
    assert (report.rows, report.imported, report.refused) == (FEW, FEW - 1, 1)
    with plant.engine.connect() as connection:
        assert production.batch_line(connection, "1") is None


def test_a_batch_that_is_recorded_with_other_content_is_refused_and_stays_as_it_was(plant: Plant) -> None:
    taken(plant, laboratory(FEW))
    after = size(plant)
    report = taken(plant, changed(2, "tbl_yield", "96.000"))
    assert (report.imported, report.unchanged, report.refused, size(plant)) == (0, FEW - 1, 1, after)
    refusal = next(finding for finding in report.findings if finding.refuses)
    assert (refusal.line, refusal.code) == (2, "batch_differs")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA", str(tmp_path / "site"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "site"


def test_the_command_rehearses_without_making_a_plant(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared("data", "tablets", "Laboratory.csv")
    assert cli.main(["import", "batches", str(path), "--mapping", "tablets", "--dry-run", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["imported"]) == (193, 193)
    assert {"line", "column", "value", "code", "message"} <= set(answer["findings"][0])
    assert not data.exists()


def test_the_commands_import_and_trace(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared("data", "tablets", "Laboratory.csv")
    assert cli.main(["import", "batches", str(path), "--mapping", "tablets", "--json"]) == 0
    capsys.readouterr()
    assert cli.main(["trace", "lot", "lactose/7", "--forward", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["batches"]) == {row["batch"] for row in rows() if row["lactose_batch"] == "7"}
    assert cli.main(["trace", "lot", "lactose/999", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "lot_unknown"


@pytest.mark.parametrize("content", [b"batch,code\n1,2\n", b"\xff\xfe\x00", b""])
def test_the_command_refuses_a_file_that_is_not_what_it_should_be(
    content: bytes, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    assert cli.main(["import", "batches", str(path), "--mapping", "tablets"]) == 2
    told = capsys.readouterr().err
    assert "Nothing was imported." in told
    assert "未导入任何内容。" in told
