"""An outage, a copy on paper, what stands on it typed in as such; an exception with its deviation, without network."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from journeys.handheld import Tablet
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-14", "QUA-05", "PLT-08")]
LONG = 20_000
BATCH = "P-7"


def _phase(number: str, *after: str) -> dict[str, object]:
    words = {"zh": f"步骤 {number}", "en": f"Step {number}"}
    return {**step(number, "instruction", *after), "name": words, "room": None, "equipment": None, "instruction": words}


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("paper")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as made:
        order(made, database_url, BATCH, [_phase("10"), _phase("20", "10")])
        yield made


@pytest.fixture(scope="module")
def tablet(here: Site) -> Tablet:
    return here.tablet("mine", "zh-CN")


def test_what_was_written_on_a_copy_is_typed_in_as_such(here: Site, tablet: Tablet) -> None:
    desk = here.desk("zhaolin")
    desk.post(f"/api/batches/{BATCH}/blanks", {"reason": None})
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.go_offline()
    tablet.at("seldom").click()
    tablet.at("type-in").click()
    now = datetime.fromisoformat(
        str(tablet.page.evaluate("new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString()"))
    )
    tablet.at("paper-copy").fill("1")
    tablet.at("paper-person").select_option(tablet.person("wangfang"))
    tablet.at("paper-from").fill(f"{now:%Y-%m-%dT%H:%M}")
    tablet.at("paper-to").fill(f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    expect(tablet.at("paper-wrong")).to_be_visible()
    tablet.at("paper-to").fill(f"{now:%Y-%m-%dT%H:%M}")
    picture = here.folder / "sheet.png"
    tablet.page.screenshot(path=picture)
    tablet.at("paper-photo-file").set_input_files(picture)
    expect(tablet.at("paper-photo-take")).to_have_text("重拍")
    at_each_size(tablet, "from-paper-sheet", "paper-sheet")
    tablet.at("paper-sign").click()
    expect(tablet.at("paper-10")).to_contain_text("正在抄录副本 1", timeout=LONG)
    at_each_size(tablet, "from-paper-typing", "paper-10")
    tablet.start_phase()
    tablet.complete_phase("10")
    # The next phase is of today, and what is typed in still wants its end.
    expect(tablet.at("paper-10")).to_be_visible()


def test_an_exception_is_reported_with_its_deviation_without_a_network(tablet: Tablet) -> None:
    tablet.at("exception").click()
    expect(tablet.at("exception-sign")).to_be_disabled()
    tablet.at("severity-major").click()
    tablet.at("exception-text").fill("停电时粉料外溢")
    tablet.at("exception-deviation").click()
    at_each_size(tablet, "from-paper-exception", "exception-sheet")
    tablet.at("exception-sign").click()
    expect(tablet.at("exception-sheet")).to_have_count(0, timeout=LONG)
    expect(tablet.at("records")).to_contain_text("停电时粉料外溢")
    tablet.at("exception").click()
    tablet.at("severity-minor").click()
    tablet.at("exception-text").fill("照明昏暗")
    tablet.at("exception-sign").click()
    expect(tablet.at("exception-sheet")).to_have_count(0, timeout=LONG)


def test_the_log_has_what_was_typed_in_bound_to_its_copy_and_the_deviation(here: Site, tablet: Tablet) -> None:
    tablet.at("paper-end-10").click()
    tablet.confirm_second("wangfang")
    expect(tablet.at("paper-10")).to_have_count(0, timeout=LONG)
    tablet.reach_the_server("zhangmin")
    desk = here.desk("zhaolin")

    def flagged() -> list[str]:
        items = desk.batch(BATCH, "/entries")["items"]
        return [one["kind"].split(".")[1] for one in items if "from_paper" in one["flags"]]

    until("the log has it", lambda: flagged() == ["phase_started", "phase_completed"])
    until("the typing in has ended", lambda: desk.batch(BATCH, "/blanks")["items"][0]["phases"] == ["10"])
    until("the deviation is open", lambda: len(desk.get("/api/deviations")["items"]) == 1)
    shown = desk.batch(BATCH, "/review")
    (paper,) = [one for one in shown["notable"] if one["type"] == "paper"]
    assert paper["details"]["checked_by"]["id"] == tablet.person("wangfang")
    assert [one["kind"].split(".")[1] for one in paper["entries"]] == [
        "paper_begun",
        "photo_attached",
        "phase_started",
        "phase_completed",
    ]
    phone = here.phone("qa", "zh-CN")
    phone.page.goto(f"{phone.wire.url}/batch/{BATCH}/review")
    phone.sign_in("zhaolin")
    expect(phone.at("from-paper")).to_contain_text("副本 1", timeout=LONG)
    expect(phone.at("open-major")).to_be_visible()
    shown_at_each_size(phone, "from-paper-review")
    # What has no deviation yet gets one from its card, which says what is known of it.
    card = phone.page.locator("article[data-type=exception]").filter(has_text="照明昏暗")
    card.get_by_test_id(re.compile("^open-deviation-")).click()
    expect(phone.at("deviation-summary")).to_have_value(re.compile("照明昏暗"))
    phone.at("deviation-save").click()
    expect(card.get_by_test_id(re.compile("^deviation-DEV-"))).to_be_visible(timeout=LONG)
    expect(card.get_by_test_id(re.compile("^open-deviation-"))).to_have_count(0)


@pytest.mark.urs("PRD-12")
def test_a_copy_is_printed_by_name_and_again_with_a_reason(here: Site) -> None:
    phone = here.phone("copies", "zh-CN")
    phone.page.goto(f"{phone.wire.url}/batch/{BATCH}")
    phone.sign_in("zhaolin")
    phone.at("blank-open").click()
    expect(phone.at("blank-1")).to_contain_text("已抄录", timeout=LONG)
    phone.at("blank-reason").fill("再停电备用")
    phone.at("blank-issue").click()
    with phone.page.expect_download() as download:
        phone.at("blank-2-zh").click()
    assert download.value.suggested_filename == f"{BATCH}-2-zh.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    expect(phone.at("blank-2-print")).to_contain_text("第 1 次打印 · 中文 · 赵琳")
    phone.at("blank-2-en").click()
    expect(phone.at("blank-print")).to_be_disabled()
    phone.at("blank-cause").fill("打印机卡纸")
    shown_at_each_size(phone, "blank-copies")
    with phone.page.expect_download() as download:
        phone.at("blank-print").click()
    assert download.value.suggested_filename == f"{BATCH}-2-en.pdf"
    expect(phone.at("blank-2-print").last).to_contain_text("打印机卡纸")
    # What became of it is known then, and nobody prints it any more.
    phone.at("blank-2-account").click()
    phone.at("blank-why").fill("未启用")
    phone.at("blank-account").click()
    expect(phone.at("blank-2-became")).to_contain_text("未使用")
    expect(phone.at("blank-2-zh")).to_have_count(0)
    prints = here.desk("zhaolin").batch(BATCH, "/blanks")["items"][1]["prints"]
    assert [(one["lang"], one["reason"]) for one in prints] == [("zh", None), ("en", "打印机卡纸")]
