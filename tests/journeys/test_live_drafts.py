"""Two people write one remark and count the same drums, each on a tablet, one of them without a network meanwhile."""

from collections.abc import Iterator

import pytest
from journeys.browsers import PHONE, TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import PostgresCluster

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-08", "PLT-09")]
PARAMETER = "production.parameter_recorded.v1"
REMARK = "production.remark_added.v1"


class Walk:
    """What the steps hand to each other: one tablet in Chinese, one in English, and the batch that is packed."""

    def __init__(self, here: Site) -> None:
        self.site = here
        ordered = here.desk("zhaolin").get("/api/home")["ordered"]
        self.batch = next(line["number"] for line in ordered if line["number"].endswith("-00"))
        self.first = here.tablet("drafts-1", "zh-CN")
        self.second = here.tablet("drafts-2", "en-GB")

    @property
    def both(self) -> tuple[Tablet, Tablet]:
        return self.first, self.second

    def entries(self, kind: str) -> list[dict[str, str]]:
        items = self.site.desk("zhaolin").batch(self.batch, "/entries")["items"]
        return [entry["payload"] for entry in items if entry["kind"] == kind]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with site(playwright, tmp_path_factory.mktemp("drafts"), postgres.create()) as here:
        yield Walk(here)


def write(tablet: Tablet, text: str) -> None:
    """At the end of what stands there, letter by letter."""
    tablet.at("remark-text").press("Control+End")
    tablet.at("remark-text").press_sequentially(text, delay=15)


def shows(tablet: Tablet, text: str) -> None:
    expect(tablet.at("remark-text")).to_have_value(text, timeout=15_000)


def in_both_sizes(tablet: Tablet, what: str) -> None:
    """The same screen as on a tablet and as on a phone."""
    for size, name in ((PHONE, "phone"), (TABLET, "tablet")):
        tablet.page.set_viewport_size({"width": size[0], "height": size[1]})
        tablet.page.wait_for_timeout(200)
        tablet.shoot(f"{what}-{name}")
        wide = tablet.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{what} is {wide} px too wide for a {name}"


def test_both_take_the_batch_along(walk: Walk) -> None:
    for tablet, login in zip(walk.both, ("zhangmin", "wangfang"), strict=True):
        tablet.enrol(walk.site.code("tablet"), tablet.chromium.name)
        tablet.sign_in(login)
        tablet.take(walk.batch)
    walk.first.start_phase()
    for tablet in walk.both:
        expect(tablet.at("item-a-ok")).to_be_visible()


@pytest.mark.urs("PLT-09", "HMI-05")
def test_a_remark_grows_on_both_and_says_who_is_at_it(walk: Walk) -> None:
    first, second = walk.both
    for tablet in walk.both:
        tablet.at("remark").click()
    write(first, "内袋批号 L-77 已核对")
    shows(second, "内袋批号 L-77 已核对")
    expect(second.at("remark-sheet").get_by_test_id("typing")).to_have_text("Zhang Min is writing here")
    second.shoot("remark-grows")
    write(second, ", liner lot checked")
    shows(first, "内袋批号 L-77 已核对, liner lot checked")
    expect(first.at("remark-sheet").get_by_test_id("typing")).to_have_text("王芳 正在此处书写")
    in_both_sizes(first, "remark")
    # Who is silent is shown no longer.
    expect(first.at("remark-sheet").get_by_test_id("typing")).to_have_text("", timeout=25_000)


def test_one_writes_on_without_a_network_and_both_texts_come_together(walk: Walk) -> None:
    first, second = walk.both
    second.go_offline()
    write(second, " (2nd check)")
    first.at("remark-text").press("Control+Home")
    first.at("remark-text").press_sequentially("14:05 ", delay=15)
    shows(first, "14:05 内袋批号 L-77 已核对, liner lot checked")
    shows(second, "内袋批号 L-77 已核对, liner lot checked (2nd check)")
    second.shoot("remark-offline")
    second.go_online()
    for tablet in walk.both:
        shows(tablet, "14:05 内袋批号 L-77 已核对, liner lot checked (2nd check)")
    # The cursor has stayed where the hand was.
    first.at("remark-text").press_sequentially("→ ")
    for tablet in walk.both:
        shows(tablet, "14:05 → 内袋批号 L-77 已核对, liner lot checked (2nd check)")


@pytest.mark.urs("PLT-09", "HMI-05")
def test_letters_that_are_being_put_together_are_left_alone(walk: Walk) -> None:
    """With an input method the field holds what is no text yet; what others write meanwhile waits for its end."""
    first, second = walk.both
    before = "14:05 → 内袋批号 L-77 已核对, liner lot checked (2nd check)"
    first.at("remark-text").press("Control+End")
    method = first.page.context.new_cdp_session(first.page)
    for letters in ("f", "fu", "fuhe"):
        method.send("Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": 0})
    shows(first, before + "fuhe")
    second.at("remark-text").press("Control+Home")
    second.at("remark-text").press_sequentially("OK. ", delay=15)
    shows(second, "OK. " + before)
    first.page.wait_for_timeout(3_000)
    shows(first, before + "fuhe")
    method.send("Input.insertText", {"text": "复核"})
    for tablet in walk.both:
        shows(tablet, "OK. " + before + "复核")


@pytest.mark.urs("PLT-09", "PLT-16")
def test_who_signs_makes_the_record_and_empties_the_draft(walk: Walk) -> None:
    first, second = walk.both
    first.at("remark-sign").click()
    expect(first.at("remark-sheet")).to_have_count(0)
    shows(second, "")
    expect(second.at("remark-sign")).to_be_disabled()
    second.at("sheet-close").click()
    expect(second.at("records").get_by_text("14:05 →")).to_be_visible(timeout=15_000)
    until("the remark is in the log", lambda: len(walk.entries(REMARK)) == 1)
    text = "OK. 14:05 → 内袋批号 L-77 已核对, liner lot checked (2nd check)复核"
    assert walk.entries(REMARK)[0]["text"] == text


def test_what_was_written_offline_outlives_the_battery(walk: Walk) -> None:
    first, second = walk.both
    second.go_offline()
    second.at("remark").click()
    write(second, "drum 3 dented")
    second.page.wait_for_timeout(1_500)
    second.battery_falls_out_offline()
    second.unlock("wangfang")
    second.open(walk.batch)
    second.at("remark").click()
    shows(second, "drum 3 dented")
    second.go_online()
    second.at("sheet-close").click()
    second.sign_in_again("wangfang")
    first.at("remark").click()
    shows(first, "drum 3 dented")
    first.at("remark-text").fill("")
    second.at("remark").click()
    shows(second, "")
    for tablet in walk.both:
        tablet.at("sheet-close").click()


def count(tablet: Tablet, times: int) -> None:
    for _ in range(times):
        tablet.at("tally-more").click()


def tally(tablet: Tablet, number: int) -> None:
    expect(tablet.at("tally")).to_have_text(str(number), timeout=15_000)


@pytest.mark.urs("PLT-08", "PLT-09", "PRD-05")
def test_both_count_drums_at_once_and_the_numbers_add_up(walk: Walk) -> None:
    first, second = walk.both
    for item in "ab":
        first.at(f"item-{item}-ok").click()
    first.at("sign").click()
    first.complete_phase("10")
    first.start_phase()
    expect(second.at("tally")).to_be_visible(timeout=15_000)
    box = first.at("tally-more").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 56
    count(first, 3)
    tally(second, 3)
    expect(second.at("typing")).to_have_text("Zhang Min is counting too")
    second.go_offline()
    count(second, 4)
    second.at("tally-less").click()
    tally(second, 6)
    count(first, 2)
    tally(first, 5)
    second.shoot("counting-offline")
    second.go_online()
    for tablet in walk.both:
        tally(tablet, 8)
    in_both_sizes(first, "counting")
    in_both_sizes(second, "counting")


@pytest.mark.urs("PLT-09", "PLT-10", "PRD-05")
def test_the_signed_number_is_what_counts_and_counts_that_come_late_are_told(walk: Walk) -> None:
    first, second = walk.both
    second.go_offline()
    count(second, 2)
    tally(second, 10)
    expect(first.at("sign")).to_have_text("签名 装满桶数：8")
    first.at("sign").click()
    expect(first.at("recorded-20/drums")).to_contain_text("8")
    expect(first.at("tally-late-20/drums")).to_have_count(0)
    second.go_online()
    expect(second.at("recorded-20/drums")).to_contain_text("8")
    for tablet in walk.both:
        expect(tablet.at("tally-late-20/drums")).to_contain_text("10", timeout=15_000)
    in_both_sizes(second, "late")
    until("the number is in the log", lambda: len(walk.entries(PARAMETER)) == 1)
    assert walk.entries(PARAMETER)[0]["value"] == {"value": "8", "unit": "pcs"}


@pytest.mark.urs("PLT-10", "PRD-05")
def test_a_number_may_be_typed_and_two_signed_ones_are_a_conflict(walk: Walk) -> None:
    first, second = walk.both
    second.go_offline()
    count(first, 1)
    first.at("sign").click()
    expect(first.at("recorded-20/rejects")).to_contain_text("1")
    second.at("tally-type").click()
    second.type_number("2")
    second.at("sign").click()
    expect(second.at("recorded-20/rejects")).to_contain_text("2")
    second.go_online()
    for tablet in walk.both:
        expect(tablet.at("claim-20/rejects")).to_have_attribute("data-conflict", "true", timeout=15_000)
    for tablet in walk.both:
        expect(tablet.at("tally-late-20/drums")).to_be_visible()
    first.shoot("tally-conflict")
