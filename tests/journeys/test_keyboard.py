"""Without a mouse: skip link, visible focus, dialogs that hold it, Esc; and a look that follows its person."""

from collections.abc import Iterator

import pytest
from journeys.browsers import TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-02")]
# How the control that has the focus shows it: its outline, or the control of which it is the invisible part.
RING = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  return { body: at === document.body, width: parseFloat(style.outlineWidth) || 0, drawn: style.outlineStyle !== "none",
           what: at.dataset.testid ?? at.outerHTML.slice(0, 90) };
}"""
MOVES = """() => document.getAnimations().length + [...document.querySelectorAll("*")]
  .filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"""


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.tablet = here.tablet("keys", "en-GB")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("keyboard")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def press(tablet: Tablet, *keys: str) -> None:
    for key in keys:
        tablet.page.keyboard.press(key)


def test_somebody_signs_in_with_keys_alone(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("login")).to_be_focused()
    tablet.page.keyboard.type("zhaolin")
    press(tablet, "Tab")
    tablet.page.keyboard.type(walk.site.people["zhaolin"]["password"])
    press(tablet, "Enter")
    expect(tablet.at("gate")).to_have_count(0)


def test_the_first_tab_offers_to_skip_the_navigation(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.reload()
    expect(tablet.at("plant")).to_be_visible()
    press(tablet, "Tab")
    skip = tablet.page.locator("a.skip")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["y"] >= 0
    press(tablet, "Enter")
    expect(tablet.page.locator("main")).to_be_focused()


@pytest.mark.parametrize("address", ["/", "/components", "/settings", "/lots", "/audit"])
def test_whoever_walks_by_tab_sees_where_they_are_and_comes_through(walk: Walk, address: str) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}{address}")
    expect(tablet.page.locator("main h2, main a, main button, main input").first).to_be_visible()
    unseen, stops = [], 0
    for _ in range(80):
        press(tablet, "Tab")
        ring = tablet.page.evaluate(RING)
        if ring["body"]:
            break
        stops += 1
        if not ring["drawn"] or ring["width"] < 2:
            unseen.append(ring["what"])
    assert unseen == []
    assert stops > 8


def test_a_dialog_holds_the_focus_esc_closes_it_and_the_focus_goes_back(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/components")
    tablet.at("parts-sheet").focus()
    press(tablet, "Enter")
    dialog = tablet.at("parts-dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        press(tablet, "Tab")
        outside = "(document.activeElement !== document.body) && !document.activeElement.closest('dialog')"
        assert not tablet.page.evaluate(outside)
    press(tablet, "Escape")
    expect(dialog).to_have_count(0)
    expect(tablet.at("parts-sheet")).to_be_focused()


def test_tabs_move_by_arrows(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("tab-one").focus()
    press(tablet, "ArrowRight")
    expect(tablet.at("tab-two")).to_be_focused()
    expect(tablet.at("tab-two")).to_have_attribute("aria-selected", "true")


def test_nothing_moves_for_who_asked_for_less_of_it(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.emulate_media(reduced_motion="reduce")
    assert tablet.page.evaluate(MOVES) == 0


def test_forced_colours_leave_the_next_step_and_the_focus_to_be_seen(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.emulate_media(forced_colors="active")
    step, usual = tablet.page.locator("main button.next").first, tablet.page.locator("main button:not(.next)").first
    colour = "(one) => getComputedStyle(one).backgroundColor"
    assert step.evaluate(colour) != usual.evaluate(colour)
    tablet.at("parts-sheet").focus()
    assert tablet.page.evaluate(RING)["drawn"]
    tablet.page.emulate_media(forced_colors="none")


@pytest.mark.urs("OPS-06")
def test_language_and_look_follow_a_person_to_another_device_and_leave_with_them(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/settings")
    tablet.at("choose-zh").click()
    tablet.at("choose-dark").click()
    tablet.at("choose-contrast-more").click()
    html = "html[lang=zh-CN][data-theme=dark][data-contrast=more]"
    expect(tablet.page.locator(html)).to_have_count(1)
    kept = {"language": "zh", "theme": "dark", "contrast": "more"}
    until("the server keeps it", lambda: walk.site.desk("zhaolin").get("/api/preferences") == kept)
    other = walk.site.tablet("another", "en-GB")
    expect(other.page.locator("html[lang=en][data-theme=light][data-contrast=usual]")).to_have_count(1)
    other.sign_in("zhaolin")
    expect(other.page.locator(html)).to_have_count(1)
    other.page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    other.shoot("follows")
    other.sign_out()
    other.sign_in("sunyue")
    expect(other.page.locator("html[lang=en][data-theme=light][data-contrast=usual]")).to_have_count(1)


def test_the_system_may_ask_for_dark_and_for_more_contrast(walk: Walk) -> None:
    other = walk.site.phone("system", "en-GB")
    other.page.emulate_media(color_scheme="dark", contrast="more")
    expect(other.page.locator("html[data-theme=dark][data-contrast=more]")).to_have_count(1)
    other.page.emulate_media(color_scheme="light", contrast="no-preference")
    expect(other.page.locator("html[data-theme=light][data-contrast=usual]")).to_have_count(1)
