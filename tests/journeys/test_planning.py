"""The planner asks for tablets, sees what is short and why, and has it bought (PRD-01)."""

import re
from collections.abc import Iterator

import pytest
from journeys.browsers import PHONE
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import FilePayload, Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-01")]
LONG = 30_000


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("planning")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def test_a_demand_is_short_of_foil_says_why_and_becomes_a_requisition(here: Site) -> None:
    phone: Tablet = here.phone("phone", "en-GB")
    phone.sign_in("wujing")
    phone.page.goto(f"{phone.wire.url}/planning")
    phone.at("new-demand").click(timeout=LONG)
    phone.at("demand-number").fill("D-J1")
    phone.at("demand-item").fill("AMT-5-FC")
    phone.at("demand-quantity").fill("-5")
    expect(phone.at("demand-quantity-wrong")).to_contain_text("not below zero")
    expect(phone.at("demand-save")).to_be_disabled()
    phone.at("demand-quantity").fill("２５００００")
    expect(phone.at("demand-quantity-wrong")).to_be_empty()
    phone.at("demand-due").fill("2097-06-10")
    phone.at("demand-source").fill("Order of a clinic")
    phone.at("demand-save").click()
    expect(phone.at("demand-D-J1")).to_contain_text("Order of a clinic", timeout=LONG)
    expect(phone.at("demand-D-J1")).to_contain_text("250,000 tablets")
    expect(phone.at("plan-PVC-0501")).to_contain_text(re.compile(r"Required [\d.]+ kg · There or on its way [\d.]+ kg"))
    fits(phone)
    phone.at("plan-PVC-0501").click()
    expect(phone.at("item-short")).to_contain_text("Short", timeout=LONG)
    needs = phone.page.locator('[data-testid^="requirement-"]')
    needs.last.locator("summary").click()
    expect(needs.last).to_contain_text("for D-J1")
    fits(phone)
    phone.at("raise-requisition").click()
    expect(phone.at("requisition-state")).to_contain_text("Open", timeout=LONG)


def test_the_planner_sets_parameters_and_calendar_drops_a_demand_and_plans_a_proposed_batch(here: Site) -> None:
    phone: Tablet = here.phone("planner", "en-GB")
    phone.sign_in("wujing")
    phone.page.goto(f"{phone.wire.url}/planning/PVC-0501")
    phone.at("set-parameters").click(timeout=LONG)
    phone.at("parameter-lead").fill("３３")
    phone.at("parameter-safety").fill("１２。５")
    phone.at("parameters-save").click()
    expect(phone.at("parameters")).to_contain_text("33", timeout=LONG)
    fits(phone)
    phone.page.goto(f"{phone.wire.url}/planning")
    phone.at("set-calendar").click(timeout=LONG)
    phone.at("weekday-5").click()
    phone.at("closed-day").fill("2097-02-05")
    phone.at("close-day").click()
    fits(phone)
    phone.at("calendar-save").click()
    expect(phone.at("calendar-sheet")).to_have_count(0, timeout=LONG)
    [set_] = here.desk("wujing").get("/api/planning/lines")["calendars"]
    assert (set_["weekdays"], set_["closed"]) == ([0, 1, 2, 3, 4], ["2097-02-05"])
    phone.page.goto(f"{phone.wire.url}/planning/AMT-5-FC")
    phone.page.locator('[data-testid^="order-P"]').first.click(timeout=LONG)
    expect(phone.at("plan-size")).not_to_have_value("", timeout=LONG)
    phone.at("plan-size").fill("２５００００")
    phone.at("plan-confirm").click()
    expect(phone.at("order-state")).to_contain_text("Planned", timeout=LONG)
    expect(phone.at("order-number")).to_contain_text("{yy}{mm}{seq:3}")
    expect(phone.at("order-bill")).to_be_visible()
    fits(phone)
    phone.page.goto(f"{phone.wire.url}/planning")
    phone.at("drop-D-2102").click(timeout=LONG)
    phone.at("drop-reason").fill("The clinic needs none")
    phone.at("drop-confirm").click()
    expect(phone.at("demand-D-2102")).to_have_count(0, timeout=LONG)
    demands = here.desk("wujing").get("/api/planning/demands")["items"]
    assert "D-2102" not in [one["demand"] for one in demands]


def table(*lines: str) -> FilePayload:
    text = "\n".join(("需求编号,项目,数量,单位,需求日期,来源", *lines))
    return {"name": "demand.csv", "mimeType": "text/csv", "buffer": text.encode()}


@pytest.mark.parametrize("size", [PHONE, (768, 1024), (1280, 800)])
def test_demands_come_from_a_table_that_is_looked_at_first(here: Site, size: tuple[int, int]) -> None:
    width, height = size
    good, bad = f"T-{width},AMT-5-FC,1000,,2097-06-10,Clinic", f"T-{width}-2,NOTHING,1,kg,June,Clinic"
    phone: Tablet = here.phone(f"table-{width}", "en-GB")
    phone.page.set_viewport_size({"width": width, "height": height})
    phone.sign_in("wujing")
    phone.page.goto(f"{phone.wire.url}/planning")
    phone.at("demands-table").click(timeout=LONG)
    phone.at("table-file").set_input_files(table(good, bad))
    expect(phone.at("line-2")).to_contain_text("New", timeout=LONG)
    expect(phone.at("line-3")).to_contain_text("neither the register")
    expect(phone.at("line-3")).to_contain_text("Needed by “June”")
    expect(phone.at("table-take")).to_be_disabled()
    fits(phone)
    phone.shoot(f"demand-table-{width}")
    phone.at("table-file").set_input_files(table(good, good))
    expect(phone.at("line-3")).to_contain_text("Said before", timeout=LONG)
    phone.at("table-take").click()
    expect(phone.at(f"demand-T-{width}")).to_contain_text("Clinic", timeout=LONG)
    phone.at("demands-table").click()
    phone.at("table-file").set_input_files(table(good))
    expect(phone.at("line-2")).to_contain_text("As it is", timeout=LONG)
    expect(phone.at("table-take")).to_be_disabled()
