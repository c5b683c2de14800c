"""Demands from a table: every line is shown first, with what is wrong in which column; then all are set, or none."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from plant import PlantUnderTest
from recipe_support import CODE, master, stock

from server.core import rebuild
from server.planning import model
from server.recipes.model import MASTER_APPROVED, recipe_stream

pytestmark = pytest.mark.urs("PRD-01")
Json = dict[str, Any]
HEAD = "demand,item,quantity,unit,due,source\n"
TWO = HEAD + "SO-1-10,AMT-5,2500000,tablets,2097-06-10,Clinic\nSO-1-20,api-1,12.5,kg,2097-06-12,Clinic\n"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    here = PlantUnderTest(database_url, tmp_path)
    stock(here)
    signed = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    here.state(MASTER_APPROVED, recipe_stream(CODE), master() | {"signatures": signed})
    yield here
    here.close()


def send(site: PlantUnderTest, table: str | bytes, dry: bool = True, login: str = "zhang") -> Any:
    data = table if isinstance(table, bytes) else table.encode()
    return site.client(login).post(f"/api/planning/demands/table?dry_run={str(dry).lower()}", data=data)


def looked(site: PlantUnderTest, table: str | bytes, dry: bool = True) -> Json:
    answer = send(site, table, dry)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json
    return found


def wrong(site: PlantUnderTest, *lines: str) -> list[tuple[int, str, str]]:
    report = looked(site, HEAD + "\n".join(lines))
    return [(one["line"], each["column"], each["code"]) for one in report["lines"] for each in one["findings"]]


def test_a_dry_run_shows_every_line_and_sets_nothing(site: PlantUnderTest) -> None:
    report = looked(site, TWO)
    assert [(one["line"], one["demand"], one["what"], one["findings"]) for one in report["lines"]] == [
        (2, "SO-1-10", "new", []),
        (3, "SO-1-20", "new", []),
    ]
    assert (report["new"], report["changed"], report["wrong"]) == (2, 0, 0)
    assert site.payloads(model.DEMAND) == []


def test_lines_are_set_in_one_decision_and_the_same_table_again_changes_nothing(site: PlantUnderTest) -> None:
    assert looked(site, TWO, dry=False)["new"] == 2
    first, second = site.payloads(model.DEMAND)
    assert first == {
        "demand": "SO-1-10",
        "item": "AMT-5",
        "quantity": {"value": "2500000", "unit": "tablets"},
        "due": "2097-06-10",
        "source": "Clinic",
        "reason": None,
    }
    assert (second["demand"], second["quantity"]) == ("SO-1-20", {"value": "12.5", "unit": "kg"})
    assert {one.head.actor for one in site.entries(model.DEMAND)} == {"P-0001"}
    again = looked(site, TWO.replace("12.5", "12.500"), dry=False)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)
    assert len(site.payloads(model.DEMAND)) == 2
    later = looked(site, TWO.replace("2097-06-12", "2097-07-01"), dry=False)
    assert [one["what"] for one in later["lines"]] == ["same", "changed"]
    assert site.payloads(model.DEMAND)[-1]["due"] == "2097-07-01"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_one_wrong_line_keeps_all_from_being_set(site: PlantUnderTest) -> None:
    report = looked(site, TWO + "SO-1-30,talc,1,kg,2097-06-12,Clinic\n", dry=False)
    assert [one["what"] for one in report["lines"]] == ["new", "new", "wrong"]
    assert site.payloads(model.DEMAND) == []


def test_what_is_wrong_is_told_by_line_and_column(site: PlantUnderTest) -> None:
    looked(site, TWO, dry=False)
    assert wrong(
        site,
        "D-1,talc,1,kg,2097-06-12,Forecast",
        "D-2,api-1,1,L,2097-06-12,Forecast",
        "D-3,api-1,a lot,kg,2097-06-12,Forecast",
        "D-4,api-1,1,kg,June,Forecast",
        "D-5,api-1,-1,kg,2097-02-30,Forecast",
        "D/6,api-1,1,kg,2097-06-12,Forecast",
        "D-7,,1,kg,,Forecast",
        "SO-1-20,AMT-5,1,tablets,2097-06-12,Clinic",
        "D-8,api-1,0,kg,2097-06-12,Forecast",
        "D-9,talc,1,,2097-06-12,Forecast",
        "D-10,talc,1,kg,June,Forecast",
    ) == [
        (2, "item", "item_unknown"),
        (3, "unit", "unit_wrong"),
        (4, "quantity", "cell_wrong"),
        (5, "due", "cell_wrong"),
        (6, "quantity", "cell_wrong"),
        (6, "due", "cell_wrong"),
        (7, "demand", "cell_wrong"),
        (8, "item", "cell_missing"),
        (8, "due", "cell_missing"),
        (9, "item", "item_changed"),
        (10, "quantity", "nothing_wanted"),
        (11, "item", "item_unknown"),
        (12, "due", "cell_wrong"),
        (12, "item", "item_unknown"),
    ]


def test_the_same_line_twice_is_one_demand_and_two_of_one_number_are_none(site: PlantUnderTest) -> None:
    line = "D-1,api-1,1,kg,2097-06-12,Forecast"
    report = looked(site, HEAD + f"{line}\n{line}\n", dry=False)
    assert [one["what"] for one in report["lines"]] == ["new", "repeated"]
    assert len(site.payloads(model.DEMAND)) == 1
    other = "D-2,api-1,1,kg,2097-06-12,Forecast"
    assert wrong(site, other, other.replace(",1,", ",2,")) == [(3, "demand", "twice")]


def test_nothing_more_is_wanted_of_a_demand_whose_line_says_nothing(site: PlantUnderTest) -> None:
    looked(site, TWO, dry=False)
    assert looked(site, TWO.replace("12.5", "0"), dry=False)["changed"] == 1
    shown = site.client("zhang").get("/api/planning/demands").json["items"]
    assert [one["demand"] for one in shown] == ["SO-1-10"]


def test_columns_are_named_in_either_language_and_a_unit_may_be_left_out(site: PlantUnderTest) -> None:
    table = "需求编号,项目,数量,需求日期,来源\nD-1,api-1,5,2097/6/1,预测\n"
    [line] = looked(site, table.encode("gb18030"), dry=False)["lines"]
    assert (line["what"], line["unit"], line["due"]) == ("new", "kg", "2097-06-01")
    assert site.payloads(model.DEMAND)[0]["source"] == "预测"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("demand,item,quantity,due", [("source", "column_missing")]),
        ("demand,item,quantity,due,source,colour", [("colour", "column_unknown")]),
        ("demand,需求编号,item,quantity,due,source", [("demand", "column_twice")]),
    ],
)
def test_a_table_with_other_columns_is_not_looked_at(
    site: PlantUnderTest, head: str, found: list[tuple[str, str]]
) -> None:
    report = looked(site, f"{head}\nD-1,api-1,5,2097-06-01,Forecast,red\n", dry=False)
    assert [(one["column"], one["code"]) for one in report["findings"]] == found
    assert report["lines"] == []
    assert site.payloads(model.DEMAND) == []


def test_a_short_line_lacks_what_it_does_not_say(site: PlantUnderTest) -> None:
    assert wrong(site, "D-1,api-1") == [
        (2, "quantity", "cell_missing"),
        (2, "due", "cell_missing"),
        (2, "source", "cell_missing"),
    ]


def test_who_does_not_plan_takes_no_table_and_what_is_none_is_refused(site: PlantUnderTest) -> None:
    assert send(site, TWO, login="zhou").status_code == 403
    assert send(site, b"\xff\xfe\x00").json["code"] == "table_unreadable"
    assert send(site, b"x" * (2 * 1024 * 1024 + 1)).json["code"] == "blob_too_large"


def test_a_wrong_line_says_nothing_against_the_one_that_corrects_it(site: PlantUnderTest) -> None:
    """It is left standing above it: the usual way to correct a table."""
    for first in ("abc", ""):
        found = wrong(site, f"SO-1,api-1,{first},kg,2097-06-12,C", "SO-1,api-1,12.5,kg,2097-06-12,C")
        assert found == [(2, "quantity", "cell_wrong" if first else "cell_missing")]


def test_an_amount_with_a_comma_that_nobody_quoted_is_not_cut_off(site: PlantUnderTest) -> None:
    table = "demand,item,unit,due,source,quantity\nSO-1,api-1,kg,2097-06-12,C,12,500\n"
    report = looked(site, table, dry=False)
    [line] = report["lines"]
    assert (line["what"], line["findings"]) == ("wrong", [{"column": "", "value": "500", "code": "cell_beyond"}])
    assert site.payloads(model.DEMAND) == []


def test_a_number_of_a_workbook_is_what_excel_shows(site: PlantUnderTest) -> None:
    book = Workbook()
    book.worksheets[0].append(HEAD.strip().split(","))
    for at, amount in enumerate((0.1 + 0.2, 0.00001, 12)):
        book.worksheets[0].append((f"SO-{at}", "api-1", amount, "kg", date(2097, 6, 12), "C"))
    data = io.BytesIO()
    book.save(data)
    report = looked(site, data.getvalue(), dry=False)
    assert [one["findings"] for one in report["lines"]] == [[], [], []]
    assert [one["quantity"]["value"] for one in site.payloads(model.DEMAND)] == ["0.3", "0.00001", "12"]
