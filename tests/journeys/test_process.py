"""Checks fall due while the network is away, a pattern is told before it is signed, and a yield stops the batch.

In English as the operator works, and in Chinese as the screens are looked at again.
"""

from collections.abc import Iterator

import pytest
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-09", "PRD-10")]
LONG = 20_000
BATCH = "C-1"


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


MASS = {"id": "mass", "name": _words("片重", "Mass"), "unit": "mg", "low": "110.0", "high": "118.0", "target": "114.0"}
MASS |= {"decimals": 1, "samples": 1, "chart": True}
OUTPUT = {"id": "tablets", "name": _words("素片", "Tablets"), "unit": "kg", "low": None, "high": None, "target": None}
OUTPUT |= {"decimals": 3, "tally": False}
INPUTS = [
    {"id": "made", "name": _words("所得素片", "Tablets made"), "unit": "kg", "decimals": 3, "from": ["20/tablets"]},
    {"id": "used", "name": _words("投入颗粒", "Granules used"), "unit": "kg", "decimals": 3, "from": None},
]
YIELD = {"inputs": INPUTS, "expression": "made / used * 100.0", "unit": "%", "decimals": 1, "rounding": "gbt8170"}
YIELD |= {"low": "97.0", "high": "101.0"}
EVERY_MINUTE = {"every": 1, "grace": 2}
PHASES = [
    step("10", "in_process", name=_words("压片", "Compression"), rounds=12, checks=[MASS], schedule=EVERY_MINUTE),
    step("20", "parameters", "10", name=_words("素片称重", "Weigh the tablets"), parameters=[OUTPUT]),
    step("30", "yield", "20", name=_words("压片收率", "Yield of compression"), **YIELD),
    step("40", "instruction", "30", name=_words("转包衣", "Hand over to coating")),
]


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url, BATCH, [{**one, "room": None, "equipment": None} for one in PHASES])
        self.tablet = here.tablet("process", "en-GB")

    def check(self, round_: int, value: str, comment: str | None = None) -> None:
        self.tablet.samples("mass", round_, [value], comment)

    def codes(self) -> list[str]:
        entries = self.site.desk("zhaolin").batch(BATCH, "/entries")["items"]
        return [one["payload"]["code"] for one in entries if one["kind"] == "production.exception_raised.v1"]

    def look(self, what: str, testid: str, phase: str) -> None:
        """At each size, in both languages."""
        at_each_size(self.tablet, f"{what}-en", testid)
        speak(self.tablet, "zh")
        self.tablet.come_back("zhangmin")
        self.tablet.at(f"phase-{phase}").click()
        expect(self.tablet.at(testid).first).to_be_visible(timeout=LONG)
        at_each_size(self.tablet, f"{what}-zh", testid)
        speak(self.tablet, "en")
        self.tablet.come_back("zhangmin")
        self.tablet.at(f"phase-{phase}").click()
        expect(self.tablet.at(testid).first).to_be_visible(timeout=LONG)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("process")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_a_check_counts_down_without_network_and_tells_when_it_is_due(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    expect(tablet.at("due-10")).to_have_attribute("data-state", "waits")
    expect(tablet.at("countdown")).to_contain_text("00:00:")
    tablet.go_offline()
    expect(tablet.at("due-10")).to_have_attribute("data-state", "due", timeout=70_000)
    at_each_size(tablet, "due", "due-10")


def test_a_point_that_is_not_chance_is_told_before_it_is_signed(walk: Walk) -> None:
    tablet = walk.tablet
    for round_, value in enumerate(("114.0", "114.4", "113.8", "114.2", "113.9"), 1):
        walk.check(round_, value)
    expect(tablet.at("chart-mass")).to_be_visible()
    tablet.type_number("117.5")
    tablet.at("next-sample").click()
    expect(tablet.at("patterns-mass").locator("[data-rule='1']")).to_have_count(1)
    at_each_size(tablet, "pattern", "chart-mass")
    tablet.at("sign").click()
    expect(tablet.at("comment-sheet")).to_contain_text("Nelson rule 1")
    tablet.shoot("pattern-asked")
    tablet.comment("Hopper ran empty; refilled, checked again")
    expect(tablet.at("patterns-mass")).to_contain_text("A point beyond 3 sigma")
    tablet.go_online()
    walk.look("chart", "chart-mass", "10")


def test_a_yield_out_of_limits_stops_the_next_phase_until_a_supervisor_has_explained_it(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.complete_phase("10")
    tablet.start_phase()
    tablet.parameter("20/tablets", "12.100")
    tablet.complete_phase("20")
    tablet.go_offline()
    tablet.start_phase()
    expect(tablet.at("input-made")).to_contain_text("12.1")
    tablet.type_number("13.000")
    expect(tablet.at("yield-value")).to_contain_text("93.1")
    tablet.at("next-input").click()
    at_each_size(tablet, "yield", "yield-value")
    tablet.at("sign").click()
    tablet.comment("Dust in the extraction")
    expect(tablet.at("unexplained-30")).to_be_visible()
    tablet.complete_phase("30")
    expect(tablet.at("stopped")).to_be_disabled()
    at_each_size(tablet, "stopped", "unexplained-30")
    tablet.at("explain").click()
    tablet.at("explain-text").fill("1.1 kg were found in the extraction")
    tablet.at("explain-sign").click()
    tablet.confirm_second("chenjie")
    expect(tablet.at("start-phase")).to_be_enabled()
    tablet.shoot("explained")


def test_a_correction_of_an_input_makes_it_stale_until_it_is_drawn_up_again(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("phase-20").click()
    tablet.at("recorded-20/tablets").click()
    tablet.at("correct-20/tablets").click()
    tablet.type_number("12.900")
    tablet.at("correct-reason").fill("One drum had not been weighed")
    tablet.at("correct-sign").click()
    tablet.at("phase-30").click()
    expect(tablet.at("stale-30")).to_be_visible()
    tablet.go_online()
    walk.look("stale", "stale-30", "30")
    tablet.at("draw-again").click()
    expect(tablet.at("yield-value")).to_contain_text("99.2")
    tablet.at("sign").click()
    expect(tablet.at("stale-30")).to_have_count(0)
    expect(tablet.at("unexplained-30")).to_have_count(0)


def test_the_server_has_found_the_same(walk: Walk) -> None:
    until("all is in the log", lambda: walk.tablet.counts()[:2] == (0, 0), 40)
    found = walk.codes()
    assert {"nelson_rule", "out_of_limits", "yield_stale"} <= set(found)
    assert {"calculation_differs", "yield_unexplained", "explanation_unsigned"}.isdisjoint(found)
