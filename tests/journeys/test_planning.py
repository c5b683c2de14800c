"""The planner asks for tablets, sees what is short and why, and has it bought (PRD-01)."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

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
    phone.at("demand-quantity").fill("250000")
    phone.at("demand-due").fill("2097-06-10")
    phone.at("demand-source").fill("Order of a clinic")
    phone.at("demand-save").click()
    expect(phone.at("demand-D-J1")).to_contain_text("Order of a clinic", timeout=LONG)
    fits(phone)
    phone.at("plan-PVC-0501").click()
    expect(phone.at("item-short")).to_contain_text("Short", timeout=LONG)
    needs = phone.page.locator('[data-testid^="requirement-"]')
    needs.last.locator("summary").click()
    expect(needs.last).to_contain_text("for D-J1")
    fits(phone)
    phone.at("raise-requisition").click()
    expect(phone.at("requisition-state")).to_contain_text("Open", timeout=LONG)
