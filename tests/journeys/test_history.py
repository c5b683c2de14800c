"""The history of 193 real batches, imported with the commands of the console while the plant runs, and looked at."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.processes import verify_anywhere
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import PostgresCluster, shared

pytestmark = [pytest.mark.slow, pytest.mark.urs("INT-06")]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def plant(
    request: pytest.FixtureRequest, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("history")
    url = f"sqlite:///{folder}/data/pestle.db"
    if request.param == "postgresql":
        cluster: PostgresCluster = request.getfixturevalue("postgres")
        url = cluster.create()
    with site(playwright, folder, url) as here:
        yield here


def laboratory() -> Path:
    return shared("data", "tablets", "Laboratory.csv")


def imported(plant: Site, *more: str) -> tuple[int, int, int, int]:
    files = [str(laboratory()), "--process", str(shared("data", "tablets", "Process.csv")), "--mapping", "tablets"]
    answer = plant.server.pestle("import", "batches", *files, *more)
    return answer["rows"], answer["imported"], answer["unchanged"], answer["refused"]


def size_of_log(plant: Site) -> int:
    size: int = plant.desk("zhaolin").get("/api/log?limit=1")["size"]
    return size


def test_a_dry_run_reports_all_and_writes_nothing(plant: Site) -> None:
    before = size_of_log(plant)
    assert imported(plant, "--dry-run") == (193, 193, 0, 0)
    assert size_of_log(plant) == before


@pytest.mark.urs("INT-06", "PLT-09")
def test_the_import_takes_every_batch_once(plant: Site) -> None:
    assert imported(plant) == (193, 193, 0, 0)
    after = size_of_log(plant)
    assert imported(plant) == (193, 0, 193, 0)
    assert size_of_log(plant) == after


@pytest.mark.urs("PLT-05")
def test_a_lot_is_traced_to_exactly_the_batches_whose_row_names_it(plant: Site) -> None:
    with laboratory().open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["lactose_batch"] == "7"]
    traced = plant.server.pestle("trace", "lot", "lactose/7", "--forward")
    assert rows
    assert sorted(traced["batches"]) == sorted(row["batch"] for row in rows)
    shown = plant.desk("zhaolin").get("/api/lots/lactose/7/trace?direction=forward")
    assert sorted(shown["batches"]) == sorted(traced["batches"])


@pytest.mark.urs("HMI-01")
def test_the_batches_are_on_the_screen(plant: Site) -> None:
    desk = plant.tablet("desk", "en-GB")
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/batches?status=historical")
    expect(desk.page.get_by_text("193 in all")).to_be_visible()
    desk.shoot("batches")
    desk.page.goto(f"{desk.wire.url}/batch/1")
    expect(desk.page.get_by_role("heading", level=1).filter(has_text="1").first).to_be_visible()
    desk.page.get_by_test_id("tab-results").click()
    expect(desk.page.get_by_text("93.83").first).to_be_visible()
    desk.shoot("batch")
    desk.page.goto(f"{desk.wire.url}/audit?stream=batch/1")
    expect(desk.page.locator("tbody tr").first).to_contain_text("batch/1")
    assert {row.locator("td").nth(3).inner_text() for row in desk.page.locator("tbody tr").all()} == {"batch/1"}
    desk.shoot("audit")
    desk.page.goto(f"{desk.wire.url}/lot/lactose/7")
    expect(desk.page.get_by_text("lactose").first).to_be_visible()
    desk.shoot("lot")


@pytest.mark.urs("PLT-04", "PLT-05")
def test_the_log_verifies_and_the_tables_are_what_it_says(plant: Site) -> None:
    code, answer = verify_anywhere(plant.server.url)
    assert (code, answer["ok"], answer["size"]) == (0, True, size_of_log(plant))
    assert plant.server.pestle("rebuild", "--check")["ok"] is True
