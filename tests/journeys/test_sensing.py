"""A parameter is taken from the tablet press through the bridge with one tap, and typed where the press is silent.

The press writes samples of the published compression series; in Chinese as the operator works, and in English as the
screen is looked at again.
"""

from collections.abc import Iterator

import pytest
from journeys.coating import identify
from journeys.ordering import order
from journeys.pressing import NAMES, PressBridge, RunningPress, running
from journeys.processes import until
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-06", "EQP-05", "BRG-01")]
LONG = 20_000
BATCH, PRESS, SERIAL = "C-2", "PR-02", "FE55-1187"


def _bound(number: str, zh: str, en: str, unit: str, signal: str, high: str) -> dict[str, object]:
    said = {"id": number, "name": {"zh": zh, "en": en}, "unit": unit, "low": "1", "high": high, "target": None}
    return said | {"decimals": 2, "tally": False, "binding": {"signal": signal}}


PARAMETERS = [
    _bound("force", "主压力", "Main compression force", "kN", "main_comp", "40"),
    _bound("speed", "转速", "Turret speed", "rpm", "tbl_speed", "300"),
]
PHASE = step("10", "parameters", name={"zh": "压片", "en": "Compression"}, parameters=PARAMETERS)
PHASE |= {"room": None, "equipment": "press", "candidates": [PRESS]}


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url, BATCH, [PHASE])
        self.tablet = here.tablet("press", "zh-CN")
        self.press = here._ending(RunningPress(SERIAL, running("19", 40)))
        self.press.start()
        self.bridge = here._ending(PressBridge(here.folder, here.server.url, PRESS, SERIAL, self.press.port))
        self.bridge.start(here.code("bridge"))

    def entries(self, kind: str) -> list[dict[str, object]]:
        items = self.site.desk("zhaolin").batch(BATCH, "/entries")["items"]
        return [one["payload"] for one in items if one["kind"] == kind]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("press")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_the_value_of_the_press_stands_on_the_tablet_and_is_taken_with_one_tap(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    identify(tablet, PRESS)
    tablet.start_phase()
    expect(tablet.at("sensed-value")).to_have_attribute("data-state", "fresh", timeout=LONG)
    at_each_size(tablet, "sensed-zh", "sensed-value")
    speak(tablet, "en")
    tablet.come_back("zhangmin")
    expect(tablet.at("sensed-value")).to_have_attribute("data-state", "fresh", timeout=LONG)
    at_each_size(tablet, "sensed-en", "sensed-value")
    tablet.at("take-value").click()
    expect(tablet.at("recorded-10/force")).to_be_visible(timeout=LONG)
    [taken] = until("the value is in the log", lambda: walk.entries("production.parameter_recorded.v2"))
    sensed = taken["sensed"]
    assert isinstance(sensed, dict)
    assert (taken["source"], sensed["equipment"], sensed["signal"]) == ("device", PRESS, "main_comp")
    # What was signed is what the press wrote, digit by digit.
    assert sensed["raw"] in walk.press.lines
    written = sensed["raw"].split(";")[1 + NAMES.index("main_comp")]
    assert isinstance(taken["value"], dict)
    assert float(taken["value"]["value"]) == float(written)
    assert taken["value"]["value"] in written


def test_a_press_that_is_silent_is_typed_with_a_reason_and_told(walk: Walk) -> None:
    tablet = walk.tablet
    walk.press.kill()
    expect(tablet.at("sensed-value")).to_have_attribute("data-state", "old", timeout=90_000)
    expect(tablet.at("take-value")).to_be_disabled()
    tablet.at("manual").click()
    tablet.type_number("70.5")
    expect(tablet.at("sign")).to_be_disabled()
    tablet.at("typed-reason").fill("switched off for maintenance")
    at_each_size(tablet, "typed", "typed-reason")
    tablet.at("sign").click()
    expect(tablet.at("recorded-10/speed")).to_be_visible(timeout=LONG)
    entries = until("both are in the log", lambda: len(walk.entries("production.parameter_recorded.v2")) == 2)
    assert entries
    found = [one for one in walk.entries("production.exception_raised.v1") if one["code"] == "bound_value_typed"]
    assert [one["details"]["reason"] for one in found] == ["switched off for maintenance"]  # type: ignore[index]
    assert not [one for one in walk.entries("production.exception_raised.v1") if one["code"] == "sensed_unverified"]
