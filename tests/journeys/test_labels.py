"""The keeper prints labels of what came in; an engineer changes their design, and QA approves it (MAT-11)."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import at_each_size, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-11")]
LONG = 30_000
DESIGN = "container-100x70"


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("labels")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def sign(tablet: Tablet, here: Site, login: str, reason: str) -> None:
    tablet.at("sign-reason").fill(reason, timeout=LONG)
    if tablet.at("signature-login").is_visible():
        tablet.at("signature-login").fill(login)
    tablet.at("signature-password").fill(here.people[login]["password"])
    tablet.at("sign-now").click()


def lot_with_containers(here: Site) -> tuple[str, str]:
    keeper = here.desk("huanglei")
    for one in keeper.get("/api/lots")["items"]:
        if keeper.get(f"/api/lots/{one['material']}/{one['lot']}/containers")["items"]:
            return one["material"], one["lot"]
    raise AssertionError("the demonstration has containers")


def test_labels_are_printed_counted_and_printed_again_with_a_reason(here: Site) -> None:
    material, lot = lot_with_containers(here)
    tablet: Tablet = here.tablet("tablet", "zh-CN")
    tablet.sign_in("huanglei")
    tablet.page.goto(f"{tablet.wire.url}/lot/{material}/{lot}?tab=containers")
    tablet.at("container-labels").click(timeout=LONG)
    expect(tablet.at("label-names")).to_be_visible(timeout=LONG)
    expect(tablet.at("label-reason")).to_have_count(0)
    at_each_size(tablet, "labels-print", "print-now")
    tablet.at("print-now").click()
    expect(tablet.at("printed")).to_be_visible(timeout=LONG)
    address = tablet.at("open-labels").get_attribute("href")
    assert here.desk("huanglei").bytes(str(address)).startswith(b"%PDF-")
    tablet.at("labels-close").click()
    tablet.at("container-labels").click()
    expect(tablet.at("print-now")).to_be_disabled(timeout=LONG)
    tablet.at("label-reason").fill("打印机卡纸")
    tablet.at("format-zpl").click()
    tablet.shoot("labels-reprint")
    tablet.at("print-now").click()
    expect(tablet.at("label-dots")).to_be_visible(timeout=LONG)
    printed = [one for one in here.desk("zhaolin").log() if one["kind"] == "materials.label_printed.v1"]
    copies = [one["payload"]["copy"] for one in printed]
    assert copies == [1] * (len(copies) // 2) + [2] * (len(copies) // 2)
    assert printed[-1]["payload"]["reason"] == "打印机卡纸"


def test_a_design_is_drawn_without_code_and_in_force_once_qa_approves_it(here: Site) -> None:
    desk: Tablet = here.phone("desk", "en-GB")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.sign_in("zhouwei")
    desk.page.goto(f"{desk.wire.url}/labels/{DESIGN}")
    expect(desk.at("preview")).to_have_attribute("data-drawn", "true", timeout=LONG)
    desk.at("draw-next").click()
    expect(desk.at("element-0")).to_be_visible(timeout=LONG)
    count = desk.page.locator("fieldset[data-testid^=element-]").count()
    desk.at("add-text").click()
    desk.at(f"element-{count}-value").fill("防潮 Keep dry")
    desk.at(f"element-{count}-x").fill("99")
    desk.at("check-design").click()
    expect(desk.at("design-findings")).to_contain_text("stands outside of the label", timeout=LONG)
    desk.at(f"element-{count}-x").fill("67")
    desk.at(f"element-{count}-y").fill("33.5")
    desk.at(f"element-{count}-w").fill("30")
    desk.at(f"element-{count}-h").fill("3.5")
    expect(desk.at("preview")).to_have_attribute("data-drawn", "true", timeout=LONG)
    shown_at_each_size(desk, "design")
    desk.at("check-design").click()
    sign(desk, here, "zhouwei", "Moisture")
    expect(desk.at("version-1")).to_have_attribute("data-state", "submitted", timeout=LONG)

    phone: Tablet = here.phone("phone", "zh-CN")
    phone.sign_in("zhaolin")
    phone.page.goto(f"{phone.wire.url}/labels/{DESIGN}")
    expect(phone.at("version-1").get_by_test_id("preview")).to_have_attribute("data-drawn", "true", timeout=LONG)
    phone.shoot("design-waits")
    phone.at("approve-design").click()
    sign(phone, here, "zhaolin", "已核对 SOP-WH-07")
    expect(phone.at("design-version")).to_contain_text("第 1 版", timeout=LONG)
    phone.page.goto(f"{phone.wire.url}/labels")
    expect(phone.at(f"design-{DESIGN}")).to_contain_text("第 1 版", timeout=LONG)
    phone.shoot("designs")
