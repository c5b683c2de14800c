"""The laboratory writes a specification at the desk in English; it is approved on a phone in Chinese, and judges a
result after rounding (QUA-01, QUA-03)."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("QUA-01", "QUA-03", "ENG-02")]
CODE = "QS-AMT"
DESK = {"width": 1440, "height": 900}
LONG = 30_000


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.desk = here.phone("desk", "en-GB")
        self.desk.page.set_viewport_size(DESK)
        self.phone = here.phone("phone", "zh-CN")
        lot = here.desk("zhaolin").get("/api/lots?q=API")["items"][0]
        self.material, self.lot = lot["material"], lot["lot"]

    def sign(self, who: Tablet, login: str) -> None:
        """With both components: it is the first signature of the page."""
        who.at("signature-login").fill(login)
        who.at("signature-password").fill(self.site.people[login]["password"])
        who.at("sign-now").click()

    def open(self, who: Tablet, path: str) -> None:
        who.page.goto(f"{who.wire.url}{path}")

    def decide(self, who: Tablet, login: str, outcome: str, version: int, comment: str = "") -> None:
        """Completes the task of the approval from one's own work."""
        who.sign_in(login)
        self.open(who, "/my-work")
        who.at(f"work-specification/{CODE}/{version}").click(timeout=LONG)
        who.at("task-comment").fill(comment, timeout=LONG)
        who.at(f"outcome-{outcome}").click(timeout=LONG)
        self.sign(who, login)
        expect(who.at("signature-sheet")).to_have_count(0, timeout=LONG)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("specifications")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def filled(who: Tablet, at: int, **fields: str) -> None:
    for name, text in fields.items():
        who.at(f"test-{at}-{name}").fill(text)


def test_the_laboratory_writes_it_and_is_told_what_stands_against_it(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("sunyue")
    walk.open(desk, "/specifications")
    desk.at("new-specification").click()
    for name, text in (("code", CODE), ("material", walk.material), ("zh", "阿莫替尼质量标准"), ("en", "Amotinib")):
        desk.at(f"spec-{name}").fill(text)
    filled(desk, 0, code="look", zh="性状", en="Appearance", method="SOP-QC-003")
    desk.at("test-0-kind").select_option("choice")
    for name, text in (("code", "white"), ("zh", "白色粉末"), ("en", "White powder")):
        desk.at(f"test-0-option-0-{name}").fill(text)
    # From here on by keyboard alone: the new test has the focus, and is moved to the front.
    desk.at("add-test").press("Enter")
    expect(desk.at("test-1-code")).to_be_focused()
    desk.page.keyboard.type("assay")
    filled(desk, 1, zh="含量", en="Assay", method="ChP 0512", low="98", high="102.0")
    desk.at("test-1-up").press("Enter")
    expect(desk.at("test-0-code")).to_have_value("assay")
    desk.at("check").click()
    expect(desk.at("findings")).to_contain_text("Test 1 · The limit is not written with as many decimals")
    desk.at("test-0-low").fill("98.0")
    desk.at("check").click()
    desk.at("sign-reason").fill("First version", timeout=LONG)
    desk.shoot("specification-sign")
    walk.sign(desk, "sunyue")
    expect(desk.at("state-1")).to_contain_text("Waits for approval", timeout=LONG)
    expect(desk.at("about-specification-approval")).to_contain_text("Review (laboratory)", timeout=LONG)
    desk.shoot("specification-submitted")


def test_it_is_reviewed_and_approved_on_the_phone_in_chinese(walk: Walk) -> None:
    phone = walk.phone
    walk.decide(phone, "zhouwei", "agree", 1)
    phone.sign_out()
    walk.decide(phone, "zhaolin", "approve", 1)
    walk.open(phone, f"/specifications/{CODE}")
    expect(phone.at("state-1")).to_contain_text("现行", timeout=LONG)
    expect(phone.at("test-assay")).to_contain_text("98.0–102.0 %")
    fits(phone)
    phone.shoot("specification-in-force")


def test_a_result_is_rounded_first_and_then_judged(walk: Walk) -> None:
    desk = walk.desk
    walk.open(desk, f"/lot/{walk.material}/{quote(walk.lot, safe='')}?tab=results")
    desk.at("record-results-incoming").click(timeout=LONG)
    # Measured above the limit, and within it as it is reported (GB/T 8170).
    desk.at("result-assay").fill("102.05")
    desk.at("result-look").select_option("white")
    desk.shoot("specification-results")
    desk.at("record-now").click()
    row = desk.page.locator("tr", has_text=f"{CODE}/1").filter(has_text="Assay")
    expect(row).to_contain_text("102.0 %", timeout=LONG)
    expect(row).to_contain_text("102.05")
    expect(row).to_contain_text("within limits")
    # A typing error is corrected with its reason; what was not wrong is there to be kept.
    row.get_by_role("button", name="Correct").click()
    expect(desk.at("result-look")).to_have_value("white")
    expect(desk.at("result-assay")).to_have_value("102.05")
    desk.at("result-assay").fill("100.25")
    expect(desk.at("record-now")).to_be_disabled()
    desk.at("correct-reason").fill("Typing error")
    desk.at("record-now").click()
    expect(row).to_contain_text("100.2 %", timeout=LONG)
    expect(desk.page.locator("tr", has_text="102.05")).to_have_count(0)


def test_the_next_version_is_compared_and_sent_back_with_why(walk: Walk) -> None:
    desk, phone = walk.desk, walk.phone
    walk.open(desk, f"/specifications/{CODE}")
    desk.at("next-version").click(timeout=LONG)
    desk.at("test-0-low").fill("99.0", timeout=LONG)
    desk.at("check").click()
    desk.at("sign-reason").fill("Tighter", timeout=LONG)
    walk.sign(desk, "sunyue")
    expect(desk.at("state-2")).to_contain_text("Waits for approval", timeout=LONG)
    desk.at("compare-2").click()
    expect(desk.at("difference-assay")).to_contain_text("98.0", timeout=LONG)
    expect(desk.at("difference-assay")).to_contain_text("99.0")
    phone.sign_out()
    walk.decide(phone, "zhouwei", "return", 2, "请附稳定性数据")
    walk.open(desk, f"/specifications/{CODE}")
    expect(desk.at("state-2")).to_contain_text("Sent back", timeout=LONG)
    expect(desk.at("version-2")).to_contain_text("请附稳定性数据")
    expect(desk.at("state-1")).to_contain_text("In force")
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
