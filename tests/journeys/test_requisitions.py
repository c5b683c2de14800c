"""The keeper asks for stock on a phone in Chinese; the supervisor approves it at the desk in English (MAT-03)."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-03", "ENG-02")]
LONG = 30_000


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("requisitions")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def test_stock_is_asked_for_on_a_phone_and_approved_at_the_desk(here: Site) -> None:
    phone: Tablet = here.phone("phone", "zh-CN")
    phone.sign_in("huanglei")
    phone.page.goto(f"{phone.wire.url}/requisitions")
    phone.at("new-requisition").click(timeout=LONG)
    phone.at("line-0-material").fill("NOTHING", timeout=LONG)
    expect(phone.page.get_by_text("物料目录中没有此物料。")).to_be_visible(timeout=LONG)
    phone.at("line-0-material").fill("STA-0042")
    phone.at("line-0-quantity").fill("150.000")
    phone.at("line-0-needed").fill("2027-01-31")
    expect(phone.at("raise")).to_be_disabled()
    phone.at("requisition-reason").fill("库存低于六批用量")
    phone.shoot("requisition-raise")
    fits(phone)
    phone.at("raise").click()
    expect(phone.at("requisition-state")).to_contain_text("审批中", timeout=LONG)
    expect(phone.at("about-purchase-requisition")).to_contain_text("主管批准", timeout=LONG)
    number = phone.page.url.rpartition("/")[2]

    desk: Tablet = here.phone("desk", "en-GB")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.sign_in("chenjie")
    desk.page.goto(f"{desk.wire.url}/my-work")
    desk.at(f"work-requisition/{number}").click(timeout=LONG)
    desk.at("value-amount").fill("4500", timeout=LONG)
    desk.at("value-amount").press("Tab")
    desk.at("value-supplier_approved-yes").click()
    desk.at("outcome-approve").click()
    desk.at("signature-login").fill("chenjie")
    desk.at("signature-password").fill(here.people["chenjie"]["password"])
    desk.at("sign-now").click()
    expect(desk.at("ended")).to_be_visible(timeout=LONG)
    desk.page.goto(f"{desk.wire.url}/requisitions/{number}")
    expect(desk.at("requisition-state")).to_contain_text("Approved", timeout=LONG)
    desk.shoot("requisition-approved")
