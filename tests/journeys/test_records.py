"""A record of a form on two tablets: filled in, without a network too, corrected, signed by two people, complete."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys import accessible
from journeys.filling import ATTACK, blend_check, put_in_force
from journeys.handheld import Tablet
from journeys.processes import until, verify_anywhere
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import PostgresCluster

TREND = "时间,值\n08:00,12.6\n".encode()
pytestmark = [pytest.mark.slow, pytest.mark.urs("ENG-01")]


class Walk:
    """One tablet in Chinese, one in English, and the record that both fill in."""

    def __init__(self, here: Site) -> None:
        self.site = here
        put_in_force(here, blend_check())
        self.first = here.tablet("fill-1", "zh-CN")
        self.second = here.tablet("fill-2", "en-GB")
        self.record = ""
        self.balances, bridge = here.weighing_room()
        bridge.start(self.balances.bus, here.code("bridge"))

    @property
    def both(self) -> tuple[Tablet, Tablet]:
        return self.first, self.second

    def page(self) -> Any:
        return self.site.desk("zhaolin").get(f"/api/records/{self.record}")

    def has(self, name: str) -> bool:
        """Whether these bytes have arrived."""
        return (self.site.server.data / "blobs" / name[:2] / name).exists()

    def stands(self, path: str) -> list[Any]:
        return [one["value"] for one in self.page()["values"] if one["path"] == path and one["superseded_by"] is None]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with site(playwright, tmp_path_factory.mktemp("records"), postgres.create()) as here:
        yield Walk(here)


def go(tablet: Tablet, path: str) -> None:
    tablet.page.goto(f"{tablet.wire.url}{path}")


def number(tablet: Tablet, path: str, value: str) -> None:
    """With the pad, which stands where the thumb is."""
    tablet.at(f"open-{path}").click()
    tablet.at("number").fill(value)


def record(tablet: Tablet, comment: str | None = None) -> None:
    tablet.at("record-values").click()
    if comment is not None:
        tablet.at("out-text").fill(comment)
        tablet.at("out-sign").click()
    expect(tablet.at("record-values")).to_have_count(0)


def sign(tablet: Tablet, path: str, login: str) -> None:
    tablet.at(f"sign-{path}").click()
    expect(tablet.at("sign-sheet")).to_be_visible()
    choice = tablet.at(f"signer-{tablet.person(login)}")
    if choice.is_visible():
        choice.click()
    tablet.pin(login)
    expect(tablet.at("sign-sheet")).to_have_count(0)


def unhurt(tablet: Tablet) -> None:
    """No text has become markup, let alone script."""
    assert tablet.page.evaluate("window.hacked === undefined")
    assert tablet.page.locator('img[src="x"], [data-testid="form-fill"] script').count() == 0


def test_a_record_is_opened_and_taken_along_by_two_tablets(walk: Walk) -> None:
    for tablet, login in zip(walk.both, ("zhangmin", "wangfang"), strict=True):
        tablet.enrol(walk.site.code("tablet"), tablet.chromium.name)
        tablet.sign_in(login)
        go(tablet, "/records")
    walk.first.at("begin-record").click()
    walk.first.at("begin-subject").fill(f"B-7 {ATTACK}")
    walk.first.at("begin-now").click()
    expect(walk.first.at("form-fill")).to_be_visible()
    walk.record = walk.first.page.url.rpartition("/")[2]
    for tablet in walk.both:
        go(tablet, "/records")
        tablet.at(f"take-{walk.record}").click()
        expect(tablet.at("field-gross")).to_be_visible()
        unhurt(tablet)


def test_what_is_typed_is_shown_to_the_other_and_asks_for_what_follows(walk: Walk) -> None:
    first, second = walk.both
    first.at("input-batch").fill("B-7")
    expect(second.at("typing-batch")).to_contain_text("B-7")
    expect(first.at("field-why")).to_have_count(0)
    first.at("choose-clean-no").click()
    expect(first.at("field-why")).to_be_visible()
    first.at("choose-clean-yes").click()
    expect(first.at("field-why")).to_have_count(0)
    # What has not the form of a day cannot be recorded; it is said at once.
    first.at("input-day").fill("2026-13-40")
    expect(first.at("problem-day")).to_be_visible()
    expect(first.at("record-values")).to_be_disabled()
    first.at("now-day").click()
    expect(first.at("problem-day")).to_have_count(0)
    number(first, "gross", "12.600")
    number(first, "tare", "0.400")
    expect(first.at("value-net")).to_contain_text("12.200 kg")
    first.shoot("typed")
    record(first)
    until("the log has it", lambda: walk.stands("net") == [{"value": "12.200", "unit": "kg"}])
    for tablet in walk.both:
        expect(tablet.at("value-gross")).to_have_text("12.600 kg")
    assert walk.page()["items"] == []


@pytest.mark.urs("PRD-02")
def test_a_balance_a_code_a_list_and_a_photo_fill_in_fields(walk: Walk) -> None:
    first = walk.first
    walk.balances.place("BAL-07", "3.111")
    first.at("device-sample-BAL-07").click()
    expect(first.at("live-sample")).to_contain_text("3.111 kg")
    expect(first.at("take-sample")).to_be_enabled()
    first.shoot("reading")
    first.at("take-sample").click()
    expect(first.at("value-sample")).to_have_text("3.111 kg")
    # A badge is no lot, and only that it is one is told.
    first.at("input-lot").fill("PESTLE-BADGE:1:B-1:secret-of-a-badge")
    first.at("input-lot").press("Enter")
    expect(first.at("input-lot-problem")).not_to_contain_text("secret")
    # What the register does not know is told at once, also without a network: its lots came along.
    first.at("input-lot").fill("A-99")
    expect(first.at("doubt-lot")).to_contain_text("物料批未接收")
    first.at("input-lot").fill("PESTLE-LOT:1:API-0107/A-5/2")
    first.at("input-lot").press("Enter")
    expect(first.at("input-lot")).to_have_value("API-0107/A-5/2")
    expect(first.at("doubt-lot")).to_have_count(0)
    first.at("input-machine").select_option("BAL-08")
    first.at("input-helper").select_option(first.person("wangfang"))
    picture = walk.site.folder / "label.png"
    first.page.screenshot(path=picture)
    first.at("input-photos").set_input_files(picture)
    expect(first.at("field-photos").locator("li")).to_have_count(1)
    # What is neither photo nor PDF, CSV, XLSX is refused in words; the others are shown by name and size.
    give = first.at("input-reports").set_input_files
    give({"name": "macro.xlsm", "mimeType": "application/pdf", "buffer": b"PK xl/workbook.xml vbaProject.bin"})
    expect(first.at("field-reports").get_by_role("alert")).to_contain_text("PDF")
    give({"name": "trend.csv", "mimeType": "application/vnd.ms-excel", "buffer": TREND})
    expect(first.at("field-reports").locator("li")).to_contain_text(["trend.csv"])
    give({"name": f"{ATTACK}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 of a chromatogram"})
    expect(first.at("field-reports").locator("li")).to_have_count(2)
    expect(first.at("field-reports").get_by_role("alert")).to_have_count(0)
    record(first)
    until("the log has the reading", lambda: walk.stands("sample") == [{"value": "3.111", "unit": "kg"}])
    [sample] = [one for one in walk.page()["values"] if one["path"] == "sample"]
    assert (sample["source"]["type"], sample["source"]["device"]) == ("device", "BAL-07")
    assert walk.stands("lot") == ["API-0107/A-5/2"]
    assert walk.page()["items"] == []
    [[photo]] = walk.stands("photos")
    until("the photo has come", lambda: walk.has(photo))
    [[trend, other]] = walk.stands("reports")
    assert trend.split("/")[1:] == [str(len(TREND)), "trend.csv"]
    until("both files have come", lambda: walk.has(trend[:64]) and walk.has(other[:64]))
    assert walk.site.desk("zhaolin").bytes(f"/api/blobs/{trend[:64]}") == TREND
    with first.page.expect_download() as download:
        first.at(f"file-{trend[:64]}").click()
    assert download.value.suggested_filename == "trend.csv"
    unhurt(first)


@pytest.mark.urs("PLT-08", "PLT-10")
def test_both_fill_in_the_same_field_without_a_network(walk: Walk) -> None:
    first, second = walk.both
    for tablet in walk.both:
        tablet.go_offline()
    second.at("choose-room-R-102").click()
    second.at("input-drums/1/drum").fill(ATTACK)
    number(second, "drums/1/weight", "7.5")
    second.at("add-drums").click()
    number(second, "drums/2/weight", "5.1")
    expect(second.at("value-drummed")).to_contain_text("12.6 kg")
    first.at("choose-room-R-101").click()
    record(first)
    # A reload without a network loses nothing that was typed.
    second.page.reload()
    expect(second.at("gate").or_(second.at("value-drummed")).first).to_be_visible()
    if second.at("gate").is_visible():
        second.unlock("wangfang")
    expect(second.at("value-drummed")).to_contain_text("12.6 kg")
    record(second)
    second.shoot("offline")
    for tablet in walk.both:
        tablet.reach_the_server("zhangmin" if tablet is first else "wangfang")
    for tablet in walk.both:
        expect(tablet.at("conflict-room")).to_be_visible(timeout=30_000)
        unhurt(tablet)
    until("both stand in the log", lambda: sorted(walk.stands("room")) == ["R-101", "R-102"])
    assert [one["code"] for one in walk.page()["items"]] == ["conflict"]


def test_a_row_is_removed_before_and_struck_out_after_it_was_recorded(walk: Walk) -> None:
    """What was typed in the row after it moves up; what was recorded keeps its number, and the sum leaves it out."""
    first, second = walk.both
    expect(first.at("value-drums/2/weight")).to_have_text("5.1 kg")
    for number_ in (3, 4):
        first.at("add-drums").click()
        number(first, f"drums/{number_}/weight", f"{number_}.0")
    expect(first.at("value-drummed")).to_contain_text("19.6 kg")
    first.at("remove-drums/3").click()
    expect(first.at("row-drums/4")).to_have_count(0)
    expect(first.at("open-drums/3/weight")).to_contain_text("4.0")
    expect(first.at("value-drummed")).to_contain_text("16.6 kg")
    first.at("remove-drums/3").click()
    expect(first.at("row-drums/3")).to_have_count(0)
    first.at("remove-drums/2").click()
    expect(first.at("strike-now")).to_be_disabled()
    first.at("strike-reason").fill(f"桶已退回 {ATTACK}")
    first.at("strike-now").click()
    expect(first.at("strike-sheet")).to_have_count(0)
    expect(first.at("value-drummed")).to_contain_text("7.5 kg")
    first.shoot("struck")
    record(first)
    for tablet in walk.both:
        expect(tablet.at("struck-drums/2")).to_contain_text(f"桶已退回 {ATTACK}")
        expect(tablet.at("row-drums/2").locator("s")).to_contain_text(["5.1 kg"])
        unhurt(tablet)
    until("the log has the sum", lambda: {"value": "7.5", "unit": "kg"} in walk.stands("drummed"))
    second.at("history-drums/2").click()
    expect(second.at("version")).to_have_count(1)
    second.at("sheet-close").click()
    assert [one["code"] for one in walk.page()["items"]] == ["conflict"]


def test_a_value_outside_of_its_limits_wants_a_comment_and_a_correction_a_reason(walk: Walk) -> None:
    first, second = walk.both
    first.at("correct-gross").click()
    sheet = first.at("correct-sheet")
    expect(sheet.get_by_test_id("old-value")).to_have_text("12.600 kg")
    expect(sheet.get_by_test_id("correct-sign")).to_be_disabled()
    sheet.get_by_test_id("open-gross").click()
    sheet.get_by_test_id("number").fill("13.200")
    expect(sheet.get_by_test_id("out")).to_be_visible()
    sheet.get_by_test_id("correct-reason").fill(f"看错 {ATTACK}")
    first.shoot("correcting")
    sheet.get_by_test_id("correct-sign").click()
    first.at("out-text").fill(f"装料过多 {ATTACK}")
    first.at("out-sign").click()
    expect(sheet).to_have_count(0)
    for tablet in walk.both:
        expect(tablet.at("value-gross")).to_have_text("13.200 kg")
        expect(tablet.at("value-net")).to_contain_text("12.800 kg")
    second.at("history-gross").click()
    expect(second.at("version")).to_have_count(2)
    expect(second.at("field-history")).to_contain_text("because: 看错")
    second.shoot("history")
    second.at("sheet-close").click()
    until(
        "the exception has its comment",
        lambda: any(
            one["code"] == "out_of_limits"
            and one["details"]["level"] == "alert"
            and one["comment"].startswith("装料过多")
            for one in walk.page()["items"]
        ),
    )
    assert walk.stands("gross") == [{"value": "13.200", "unit": "kg"}]


@pytest.mark.urs("IDN-03", "IDN-05")
def test_two_people_sign_by_pin_without_a_network(walk: Walk) -> None:
    first = walk.first
    first.go_offline()
    sign(first, "done", "zhangmin")
    expect(first.at("value-done")).to_contain_text("张敏")
    sign(first, "checked", "wangfang")
    expect(first.at("value-checked")).to_contain_text("王芳")
    first.shoot("signed")
    first.reach_the_server("zhangmin")
    until("both signatures stand", lambda: len(walk.stands("done")) == len(walk.stands("checked")) == 1)
    assert {one["code"] for one in walk.page()["items"]} == {"conflict", "out_of_limits"}


def test_a_reviewer_settles_what_is_open_and_the_tablets_see_it(walk: Walk) -> None:
    reviewer = walk.site.phone("fill-qa", "en-GB")
    reviewer.sign_in("zhaolin")
    go(reviewer, f"/records/{walk.record}")
    reviewer.at("settle-conflict").click()
    reviewer.at("claim").filter(has_text="R-101").click()
    reviewer.at("settle-reason").fill(f"The label says R-101 {ATTACK}")
    reviewer.at("settle-now").click()
    expect(reviewer.at("settle-sheet")).to_have_count(0)
    reviewer.at("settle-out_of_limits").click()
    reviewer.at("settle-reason").fill("Within action limits")
    reviewer.at("settle-now").click()
    expect(reviewer.at("settle-sheet")).to_have_count(0)
    reviewer.shoot("settled")
    unhurt(reviewer)
    for tablet in walk.both:
        expect(tablet.at("conflict-room")).to_have_count(0)
        expect(tablet.at("value-room")).to_have_text("R-101")


def test_the_record_is_complete_and_its_log_verifies(walk: Walk) -> None:
    first = walk.first
    for lang in ("en", "zh"):
        speak(first, lang)
        at_each_size(first, f"record-{lang}", "field-gross")
    assert accessible.in_every_theme(first) == []
    assert accessible.small(first) == []
    go(first, "/records")
    at_each_size(first, "records", f"fill-{walk.record}")
    first.at(f"fill-{walk.record}").click()
    # A signature under values that have been decided on since is out of date: it is given anew, with the reason.
    expect(first.at("sign-done").or_(first.at("complete-record")).first).to_be_visible()
    for path, login in (("done", "zhangmin"), ("checked", "wangfang")):
        if first.at(f"sign-{path}").is_visible():
            first.at(f"sign-{path}").click()
            first.at("sign-again").fill("房间已裁定")
            choice = first.at(f"signer-{first.person(login)}")
            if choice.is_visible():
                choice.click()
            first.pin(login)
            expect(first.at("sign-sheet")).to_have_count(0)
    expect(first.at("complete-record")).to_be_enabled()
    first.at("complete-record").click()
    expect(first.at("record-done")).to_be_visible()
    until("complete", lambda: walk.page()["record"]["status"] == "complete")
    for tablet in walk.both:
        expect(tablet.at("record-done")).to_be_visible()
        tablet.at("hand-back").click()
        tablet.at("hand-back-confirm").click()
        expect(tablet.at("hand-back-sheet")).to_have_count(0)
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []
    assert verify_anywhere(walk.site.server.url)[0] == 0
