"""What the import says of the real tablet history, and of rows that are wrong in ways the real ones are not."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from support import ROOT, shared

from server.core.errors import PestleError
from server.integration.batches.mapping import load
from server.integration.batches.model import Finding, Plan
from server.integration.batches.reading import read
from server.integration.batches.rules import Judge

pytestmark = pytest.mark.urs("INT-06")
MAPPING = load("tablets")
TODAY = date(2026, 11, 22)

Change = Callable[[list[list[str]]], None]


def laboratory(change: Change | None = None) -> bytes:
    data = shared("data", "tablets", "Laboratory.csv").read_bytes()
    if change is None:
        return data
    table = [line.split(";") for line in data.decode().splitlines()]
    change(table)
    return "\n".join(";".join(cells) for cells in table).encode()


def process() -> bytes:
    return shared("data", "tablets", "Process.csv").read_bytes()


def judged(data: bytes, press: bytes | None = None) -> tuple[list[Plan], list[Finding]]:
    rows, findings = read(data, "laboratory", MAPPING.separator, MAPPING.columns)
    machine = None if press is None else read(press, "process", MAPPING.separator, MAPPING.process_columns)[0]
    judge = Judge(MAPPING, TODAY)
    plans = judge.plans(rows, machine)
    return plans, findings + judge.findings


def cell(column: str, line: int, value: str) -> Change:
    def change(table: list[list[str]]) -> None:
        table[line - 1][table[0].index(column)] = value

    return change


def found(findings: list[Finding], line: int, column: str) -> set[str]:
    return {finding.code for finding in findings if (finding.line, finding.column) == (line, column)}


def test_every_real_batch_is_taken_with_its_four_lots() -> None:
    plans, findings = judged(laboratory(), process())
    assert len(plans) == 193
    assert {len(plan.lots) for plan in plans} == {4}
    assert not [finding for finding in findings if finding.refuses]
    first = plans[0]
    assert (first.batch, first.product, first.strength, first.size, first.started) == (
        "1",
        "25",
        "5MG",
        Decimal(240000),
        "2018-11",
    )
    assert [(lot.material, lot.number) for lot in first.lots] == [
        ("api-5", "2"),
        ("smcc", "1"),
        ("lactose", "2"),
        ("starch", "1"),
    ]
    assert first.lots[0].results[0].value == "1.53"


def test_what_is_suspicious_in_the_real_history_is_named_by_line_and_column() -> None:
    _, findings = judged(laboratory(), process())
    kinds = Counter(finding.code for finding in findings)
    lines = {line.split(";")[0]: n for n, line in enumerate(laboratory().decode().splitlines(), start=1)}
    assert kinds["columns_exchanged"] == 1
    assert found(findings, lines["124"], "tbl_max_hardness") >= {"value_implausible"}
    assert "order_wrong" in found(findings, lines["124"], "tbl_min_hardness")
    assert "order_wrong" in found(findings, lines["4"], "fct_min_hardness")
    assert "value_implausible" in found(findings, lines["214"], "fct_min_hardness")
    assert "order_wrong" in found(findings, lines["269"], "fct_min_thickness")
    assert "order_wrong" in found(findings, lines["60"], "impurity_o")
    assert "mean_outside_range" in found(findings, lines["1"], "tbl_av_hardness")
    assert "order_wrong" in found(findings, lines["3"], "batch_yield")
    assert "value_outlying" in found(findings, lines["446"], "tbl_rsd_weight")
    assert kinds["strength_unclear"] == 64
    differing = {finding.line for finding in findings if finding.code == "lot_certificate_differs"}
    assert differing
    assert differing <= {lines[batch] for batch in ("60", *(str(n) for n in range(124, 134)))}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("size", "2400000", "size_not_master"),
        ("size", "", "cell_blank"),
        ("size", "-240000", "size_implausible"),
        ("size", "240 000", "number_unreadable"),
        ("size", "99999999999999999999", "number_unreadable"),
        ("tbl_yield", "103.2", "yield_out_of_limits"),
        ("tbl_yield", "95,785", "number_unreadable"),
        ("api_water", "   ", "cell_blank"),
        ("api_water", "#N/A", "cell_blank"),
        ("api_water", "-1", "value_implausible"),
        ("api_water", " 1.53", "cell_spaces"),
        ("api_content", "1E+02", "number_exponent"),
        ("api_content", "94.5%", "number_unreadable"),
        ("start", "nov.2031", "date_future"),
        ("start", "brumaire.18", "date_unreadable"),
        ("lactose_batch", " ", "lot_missing"),
        ("code", "99", "product_unknown"),
        ("strength", "5 mg?", "strength_unclear"),
    ],
)
def test_a_wrong_cell_is_reported_and_the_rest_of_the_row_taken(column: str, value: str, code: str) -> None:
    plans, findings = judged(laboratory(cell(column, 2, value)))
    assert code in found(findings, 2, column)
    assert len(plans) == 193


def test_a_row_without_batch_number_is_refused_and_the_others_taken() -> None:
    plans, findings = judged(laboratory(cell("batch", 2, "")))
    assert [finding.line for finding in findings if finding.refuses] == [2]
    assert len(plans) == 192


def test_a_row_whose_number_cannot_be_one_is_refused() -> None:
    plans, findings = judged(laboratory(cell("batch", 2, "1/2")))
    assert [(finding.line, finding.code) for finding in findings if finding.refuses] == [(2, "key_unusable")]
    assert len(plans) == 192


def test_the_second_row_of_one_batch_is_refused() -> None:
    plans, findings = judged(laboratory(cell("batch", 3, "1")))
    assert [(finding.line, finding.code) for finding in findings if finding.refuses] == [(3, "batch_doubled")]
    assert len(plans) == 192


def test_a_row_of_another_length_is_refused_whole() -> None:
    plans, findings = judged(laboratory(lambda table: table[4].pop()))
    assert [(finding.line, finding.code) for finding in findings if finding.refuses] == [(5, "row_length")]
    assert len(plans) == 192


def test_one_number_under_two_api_codes_is_two_lots() -> None:
    data = laboratory(cell("api_code", 2, "1"))
    plans, findings = judged(data)
    assert plans[0].lots[0].material == "api-1"
    assert "lot_number_shared" in {finding.code for finding in findings if finding.column == "api_batch"}


def test_a_process_row_that_says_otherwise_is_reported() -> None:
    press = process().decode().splitlines()
    press[1] = press[1].replace(";93.83;", ";39.83;")
    dropped = press.pop(2).split(";")[0]
    press.append(press[1].replace("1;25;", "9999;25;", 1))
    _, findings = judged(laboratory(), "\n".join(press).encode())
    codes = {(finding.code, finding.file) for finding in findings}
    assert "process_differs" in found(findings, 2, "dissolution_av")
    assert dropped == "2"
    assert "process_missing" in found(findings, 3, "batch")
    assert ("process_unmatched", "process") in codes


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"batch,code,strength\n1,2,3\n", "csv_separator"),
        (b"batch;code;strength\n1;2;3\n", "csv_columns"),
        ("batch;code;Stärke\n".encode("latin-1"), "csv_encoding"),
        ("batch;code\n".encode("utf-16"), "csv_encoding"),
        (b"", "csv_separator"),
    ],
)
def test_a_file_that_is_not_what_the_mapping_says_is_refused_with_the_reason(data: bytes, code: str) -> None:
    with pytest.raises(PestleError) as error:
        read(data, "laboratory", MAPPING.separator, MAPPING.columns)
    assert error.value.code == code


def test_a_mapping_of_the_plants_own_is_read_from_its_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    delivered = ROOT / "server" / "integration" / "mappings" / "tablets.toml"
    own.write_text(delivered.read_text("utf-8").replace('column = "size"', 'column = "tablets"'), "utf-8")
    assert load(str(own)).size == "tablets"
    own.write_text('name = "own"', "utf-8")
    with pytest.raises(PestleError) as error:
        load(str(own))
    assert error.value.code == "mapping_wrong"
    assert "separator" in error.value.details["found"]


def test_a_mapping_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PestleError) as error:
        load("no_such_mapping")
    assert error.value.code == "mapping_wrong"
