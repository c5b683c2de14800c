"""The planner orders in Chinese what a requisition asks for; the supervisor approves it in English (MAT-03)."""

from collections.abc import Iterator

import pytest
from journeys import buying
from journeys.handheld import Tablet
from journeys.screens import at_each_size, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-03", "ENG-02")]
LONG = 30_000


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("purchasing")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        buying.supplier(made, "STA-0042", "MGS-0009")
        yield made


def test_what_was_asked_for_is_ordered_approved_and_closed_short(here: Site) -> None:
    asked = buying.requisition(here, "STA-0042", "150.000")
    tablet: Tablet = here.tablet("tablet", "zh-CN")
    tablet.sign_in("wujing")
    tablet.page.goto(f"{tablet.wire.url}/purchasing")
    tablet.at("new-order").click(timeout=LONG)
    tablet.at("supplier").select_option(buying.SUPPLIER, timeout=LONG)
    expect(tablet.at("wanted-0")).to_contain_text(asked, timeout=LONG)
    expect(tablet.at("check-order")).to_be_disabled()
    tablet.at("wanted-0-take").check()
    tablet.at("add-line").click()
    tablet.at("own-0-material").select_option("MGS-0009")
    tablet.at("own-0-quantity").fill("25.000")
    at_each_size(tablet, "order-new", "check-order")
    tablet.at("check-order").click()
    tablet.at("signature-login").fill("wujing", timeout=LONG)
    tablet.at("signature-password").fill(here.people["wujing"]["password"])
    tablet.shoot("order-sign")
    tablet.at("sign-now").click()
    expect(tablet.at("order-state")).to_contain_text("待批准", timeout=LONG)
    expect(tablet.at("about-purchase-order")).to_contain_text("主管批准订单", timeout=LONG)
    number = tablet.page.url.rpartition("/")[2]

    desk: Tablet = here.phone("desk", "en-GB")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.sign_in("chenjie")
    desk.page.goto(f"{desk.wire.url}/my-work")
    desk.at(f"work-purchase/{number}").click(timeout=LONG)
    desk.at("outcome-approve").click(timeout=LONG)
    desk.at("signature-login").fill("chenjie")
    desk.at("signature-password").fill(here.people["chenjie"]["password"])
    desk.at("sign-now").click()
    expect(desk.at("ended")).to_be_visible(timeout=LONG)
    desk.page.goto(f"{desk.wire.url}/purchasing/{number}")
    expect(desk.at("order-state")).to_contain_text("Open", timeout=LONG)
    shown_at_each_size(desk, "order-approved")

    tablet.page.reload()
    tablet.at("line-2-close").click(timeout=LONG)
    tablet.at("close-reason").fill("供应商无货")
    tablet.at("close-now").click()
    expect(tablet.at("line-2-state")).to_contain_text("已关闭", timeout=LONG)
    expect(tablet.at("line-1-state")).to_contain_text("未到货")
    tablet.shoot("order-line-closed")
    tablet.page.goto(f"{tablet.wire.url}/purchasing")
    expect(tablet.at(f"order-{number}")).to_contain_text("未到货", timeout=LONG)
    tablet.shoot("order-list")
