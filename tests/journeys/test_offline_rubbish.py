"""Rubbish from hands, scanners and clipboards: nothing breaks, nothing is recorded twice, and each gets clear words."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import at_each_size, fits
from journeys.site import Site, site
from playwright.sync_api import Locator, Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-05", "PLT-16")]
# Emoji of several code points, Hebrew and Arabic with a mark that turns direction, accents apart from their letters,
# and characters that no font shows.
STRANGE = "重量 ok 👩‍🔬😀 שלום مرحبا \u202eturned\u202c e\u0301 a\u200bb \ufeff ﷽ 𠜎 \u2028 x"
# What Chromium's console says of an answer that is an error, and of a network that is gone: both by design here.
EXPECTED = ("Failed to load resource", "WebSocket connection to")
SECOND_TAP_MS = 140


class Walk:
    """What the steps hand to each other. `faults` is what the page complained of to its developers."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "en-GB")
        self.faults: list[str] = []
        self.tablet.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tablet.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def own(self) -> list[str]:
        """The kinds of what the tablet has in the log, in the order of its chain."""
        found = [one for one in self.site.entries() if one["device"]["name"] == "T-31"]
        return [one["kind"].split(".")[1] for one in sorted(found, key=lambda one: int(one["seq"]))]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("rubbish")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def tap_twice(tablet: Tablet, button: Locator) -> None:
    """A thumb that trembles: it comes down once more at the same place, whatever is there by then."""
    button.click(trial=True)
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tablet.page.mouse.click(x, y)
    tablet.page.wait_for_timeout(SECOND_TAP_MS)
    tablet.page.mouse.click(x, y)


def refused(tablet: Tablet, code: str) -> None:
    """Three sentences in the person's language: what happened, what was kept, what to do."""
    problem = tablet.at("problem").first
    expect(problem).to_have_attribute("data-code", code)
    assert all(text.strip() for text in problem.locator("dd").all_inner_texts())
    assert problem.locator("dd").count() == 3


@pytest.mark.urs("IDN-02", "PLT-15")
def test_rubbish_at_the_gate(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("go-enrol").click()
    tablet.at("enrol-name").fill("T-31")
    tablet.at("enrol-code").fill("010461234567890\x1d17😀" * 300)
    tap_twice(tablet, tablet.at("enrol-go"))
    expect(tablet.at("problem")).to_be_visible()
    at_each_size(tablet, "code-refused", "problem")
    tablet.page.reload()
    tablet.enrol(walk.site.code("tablet"), "T-31")
    for login, password in (("x" * 5_000, "y" * 5_000), (STRANGE, STRANGE), ("zhangmin", "' or 1=1 --")):
        tablet.at("login").fill(login)
        tablet.at("password").fill(password)
        tablet.at("sign-in").click()
        expect(tablet.at("problem")).to_be_visible()
    tablet.shoot("sign-in-refused")
    fits(tablet)
    tablet.sign_in("zhangmin")


@pytest.mark.urs("PLT-09")
def test_a_second_tap_does_nothing_more(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.take(walk.site.batch)
    tablet.go_offline()
    tap_twice(tablet, tablet.at("start-phase"))
    for item in "abcd":
        tap_twice(tablet, tablet.at(f"item-{item}-ok"))
    tap_twice(tablet, tablet.at("sign"))
    expect(tablet.at("recorded-10/clearance")).to_be_visible()
    tablet.at("remark").click()
    tablet.at("remark-text").fill("once")
    tap_twice(tablet, tablet.at("remark-sign"))
    expect(tablet.at("remark-sheet")).to_have_count(0)
    # The second one may have opened the history of what lay below.
    if tablet.at("sheet-close").is_visible():
        tablet.at("sheet-close").click()
    tap_twice(tablet, tablet.at("complete-phase"))
    tablet.page.wait_for_timeout(500)
    # The next phase was not begun by the tap that completed this one.
    expect(tablet.at("start-phase")).to_be_visible()
    tablet.wait_counts(4, 0, 0)


@pytest.mark.urs("PLT-09")
def test_any_text_is_kept_as_it_is_or_refused_in_words(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.remark(STRANGE)
    tablet.at("remark").click()
    tablet.at("remark-text").fill("満" * 100_000)
    expect(tablet.at("too-long")).to_be_visible()
    expect(tablet.at("remark-sign")).to_be_disabled()
    at_each_size(tablet, "too-long", "too-long")
    # Half of a character, as a broken clipboard leaves it: a text that is shared has a mark in its place.
    tablet.at("remark-text").evaluate(
        "(field) => { field.value = 'half \\ud83d'; field.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    tablet.at("remark-sign").click()
    expect(tablet.at("remark-sheet")).to_have_count(0)
    expect(tablet.page.locator("li b", has_text="half \ufffd")).to_be_visible()
    tablet.wait_counts(6, 0, 0)


@pytest.mark.urs("PRD-06", "PLT-12")
def test_wrong_scans_and_numbers(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.start_phase()
    tablet.at("container").fill("01046123456789010\x1d10" + "Z" * 200)
    expect(tablet.at("container-doubt")).to_be_visible()
    at_each_size(tablet, "wrong-scan", "container-doubt")
    tablet.page.keyboard.press("Enter")
    tablet.at("container").fill("")
    tablet.at("manual").click()
    for rubbish in ("abc", "1e5", "--", "١٢", "∞", "NaN", "0x1F", "😀"):
        tablet.at("number").fill("")
        tablet.at("number").fill(rubbish)
        expect(tablet.at("number")).to_have_value("")
        expect(tablet.at("sign")).to_be_disabled()
    tablet.at("number").fill("9" * 400)
    expect(tablet.at("number")).to_have_value("")
    tablet.type_number("12,640")
    expect(tablet.at("number")).to_have_value("12.640")


@pytest.mark.urs("IDN-06")
def test_the_back_key_in_the_middle_records_nothing_and_loses_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    before = tablet.counts()
    tablet.at("sign").click()
    expect(tablet.at("second-sheet")).to_be_visible()
    tablet.page.go_back()
    expect(tablet.at(f"run-{walk.site.batch}")).to_be_visible()
    tablet.page.go_forward()
    expect(tablet.at("number")).to_have_value("12.640")
    assert tablet.counts() == before
    tablet.at("remark").click()
    tablet.at("remark-text").fill("not signed yet")
    tablet.page.go_back()
    expect(tablet.at("remark-sheet")).to_have_count(0)
    tablet.page.go_forward()
    assert tablet.counts() == before


@pytest.mark.urs("IDN-06")
def test_a_wrong_pin_signs_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    before = tablet.counts()
    tablet.at("sign").click()
    tablet.at(f"second-{walk.site.people['chenjie']['id']}").click()
    tablet.at("pin-input").fill("abc😀")
    expect(tablet.at("pin-input")).to_have_value("")
    tablet.at("pin-input").fill("000000")
    expect(tablet.at("pin-hint")).to_contain_text("not right")
    tablet.shoot("wrong-pin")
    # The try itself is told in the tablet's chain, and so is the right one after it.
    assert tablet.counts() == (before[0] + 1, *before[1:])
    tablet.pin("chenjie")
    expect(tablet.at("second-sheet")).to_have_count(0)
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")


def test_a_file_that_is_no_photo(walk: Walk) -> None:
    tablet = walk.tablet
    wrong = walk.site.folder / "photo.png"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    tablet.at("photo").click()
    tablet.at("photo-file").set_input_files(wrong)
    refused(tablet, "photo_unreadable")
    tablet.shoot("no-photo")
    tablet.at("sheet-close").click()


@pytest.mark.urs("HMI-01")
def test_addresses_that_nobody_wrote(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_online()
    for path in (
        "/batch/%E0%A4%A/run",
        "/batch/nothing/run",
        "/nowhere",
        "/batch/<script>/run",
        "/devices/../x",
        "/batch//",
    ):
        tablet.page.goto(f"{tablet.wire.url}{path}")
        tablet.come_back("zhangmin")
        expect(tablet.page.locator("[data-testid=problem], h1:not(:empty)").first).to_be_visible()
        fits(tablet)


@pytest.mark.urs("PLT-11")
def test_the_log_has_each_once_and_nobody_complained(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.reach_the_server("zhangmin")
    tablet.page.goto(tablet.wire.url)
    tablet.wait_counts(0, 0, 10, seconds=40)
    kinds = ["phase_started", "line_cleared", "remark_added", "phase_completed", "remark_added", "remark_added"]
    assert walk.own() == [*kinds, "phase_started", "pin_tried", "pin_tried", "material_weighed"]
    texts = [one["payload"]["text"] for one in walk.site.entries() if one["kind"].endswith("remark_added.v1")]
    assert STRANGE.strip() in texts
    assert [fault for fault in walk.faults if not fault.startswith(EXPECTED)] == []
