"""What every screen of the app must keep to at the sizes it is used at, and pictures of it there."""

from journeys.accessible import FITS, broken
from journeys.browsers import PHONE, TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from playwright.sync_api import expect

DESK = (1440, 900)
LEAST_PX = 36
_SMALL = """(least) => [...document.querySelectorAll("button, a.button, summary")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.dataset.testid ?? one.textContent, one.getBoundingClientRect().height])
  .filter(([, height]) => height < least)"""


def fits(tablet: Tablet) -> None:
    """Nothing runs out of the screen at its side, and nothing can be pressed only by luck."""
    # The screen is drawn anew a moment after its size has changed.
    until("nothing runs out at the side", lambda: tablet.page.evaluate(FITS))
    assert tablet.page.evaluate(_SMALL, LEAST_PX) == []
    assert broken(tablet) == []


def at_each_size(tablet: Tablet, what: str, testid: str) -> None:
    """On a phone, at a desk, and as a tablet again: `testid` is there to be seen, and the screen fits."""
    for name, (width, height) in (("phone", PHONE), ("desk", DESK), ("tablet", TABLET)):
        tablet.page.set_viewport_size({"width": width, "height": height})
        expect(tablet.at(testid).first).to_be_visible()
        fits(tablet)
        tablet.shoot(f"{what}-{name}")


def shown_at_each_size(tablet: Tablet, what: str) -> None:
    """As `at_each_size`, for screens of the desk, whose small buttons a mouse presses."""
    for name, (width, height) in (("phone", PHONE), ("tablet", TABLET), ("desk", DESK)):
        tablet.page.set_viewport_size({"width": width, "height": height})
        until(f"{what} fits a {name}", lambda: tablet.page.evaluate(FITS))
        assert broken(tablet) == []
        tablet.shoot(f"{what}-{name}")


def speak(tablet: Tablet, lang: str) -> None:
    """The app goes on in this language, as somebody chooses it in the settings."""
    tablet.page.evaluate("(lang) => localStorage.setItem('pestle.lang', lang)", lang)
    tablet.page.reload()
