"""A small site on SQLite with one tablet: slips that are corrected, and server and tablet dying together."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.processes import verify_anywhere
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09")]
LEAST_PX = 48


@pytest.fixture(scope="module")
def plant(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("small")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield here


@pytest.fixture(scope="module")
def tablet(plant: Site) -> Tablet:
    return plant.tablet("tablet", "en-GB")


def fits(tablet: Tablet) -> None:
    """Every button can be hit with a gloved thumb, and nothing runs out of the screen at its side."""
    tablet.page.evaluate("document.fonts.ready.then(() => true)")
    small = tablet.page.evaluate(
        """(least) => [...document.querySelectorAll("button, a.button, nav a")]
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
          .map((one) => `${one.dataset.testid ?? one.textContent} ${one.getBoundingClientRect().height}`)""",
        LEAST_PX,
    )
    assert small == []
    assert tablet.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


@pytest.mark.urs("PLT-08", "HMI-01")
def test_the_tablet_starts(plant: Site, tablet: Tablet) -> None:
    fits(tablet)
    tablet.enrol(plant.code("tablet"), "T-07")
    tablet.sign_in("liqiang")
    fits(tablet)
    tablet.take(plant.batch)
    fits(tablet)


@pytest.mark.urs("PRD-06", "PRD-05")
def test_an_item_that_is_not_in_order_is_explained(tablet: Tablet) -> None:
    tablet.start_phase()
    for item in "abc":
        tablet.at(f"item-{item}-ok").click()
    expect(tablet.at("sign")).to_be_disabled()
    tablet.at("item-d-not").click()
    fits(tablet)
    tablet.at("sign").click()
    tablet.comment("Daily check of BAL-08 is due; BAL-07 is used")
    expect(tablet.at("recorded-10/clearance")).to_be_visible()
    tablet.complete_phase("10")


@pytest.mark.urs("PRD-06", "IDN-06", "PLT-16")
def test_a_typed_weight_that_nobody_confirms_is_kept_and_raises_an_exception(plant: Site, tablet: Tablet) -> None:
    tablet.start_phase()
    fits(tablet)
    tablet.at("manual").click()
    fits(tablet)
    tablet.type_number("12.460")
    tablet.at("sign").click()
    tablet.comment("Display read from a distance")
    fits(tablet)
    tablet.at("second-without").click()
    expect(tablet.at("recorded-20/net")).to_contain_text("12.460")
    tablet.wait_counts(0, 0, 5)
    codes = [item["code"] for item in plant.desk("zhaolin").batch(plant.batch, "/review")["open"]]
    assert {"manual_weight_unverified", "out_of_limits"} <= set(codes)


@pytest.mark.urs("PLT-07", "IDN-05", "IDN-06")
def test_a_slip_is_corrected_with_a_reason_and_stays_visible(tablet: Tablet, plant: Site) -> None:
    tablet.at("correct-20/net").click()
    tablet.type_number("12.640")
    tablet.at("correct-reason").fill("Digits interchanged")
    fits(tablet)
    tablet.at("correct-sign").click()
    tablet.confirm_second("chenjie")
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")
    expect(tablet.at("claim-20/net").locator("s")).to_contain_text("12.460")
    tablet.shoot("corrected")
    tablet.complete_phase("20")
    tablet.wait_counts(0, 0, 7)
    weighed = [one for one in plant.entries() if one["kind"] == "production.material_weighed.v1"]
    assert [one["corrects"] for one in weighed] == [None, weighed[0]["id"]]
    assert weighed[1]["payload"]["verified_by"] == plant.people["chenjie"]["id"]


@pytest.mark.urs("PLT-09", "HMI-05")
def test_server_and_tablet_die_together_and_nothing_is_lost(plant: Site, tablet: Tablet) -> None:
    plant.server.kill()
    tablet.start_phase()
    tablet.weigh_by_hand("2.850", second="chenjie")
    tablet.complete_phase("30")
    tablet.start_phase()
    for parameter in ("time", "speed"):
        fits(tablet)
        tablet.parameter(f"40/{parameter}", {"time": "15", "speed": "12.0"}[parameter])
    tablet.wait_counts(6, 0, 7)
    tablet.chromium.kill()
    plant.server.start()
    tablet.chromium.start()
    tablet.page.goto(tablet.wire.url)
    tablet.come_back("liqiang")
    tablet.wait_counts(0, 0, 13)
    own = [one for one in plant.entries() if one["device"]["name"] == "T-07"]
    assert [one["seq"] for one in own] == list(range(1, 14))


@pytest.mark.urs("PRD-06")
def test_the_rounds_of_compression_fit_the_screen(plant: Site, tablet: Tablet) -> None:
    tablet.open(plant.batch)
    tablet.complete_phase("40")
    tablet.start_phase()
    fits(tablet)
    tablet.samples("weight", 1, ["114.0", "113.9", "114.2", "114.1", "113.8"])
    fits(tablet)
    tablet.shoot("rounds")


@pytest.mark.urs("PLT-04", "PLT-05")
def test_the_log_verifies_and_the_tables_are_what_it_says(plant: Site) -> None:
    code, answer = verify_anywhere(plant.server.url, "--full")
    assert (code, answer["ok"]) == (0, True), answer
    assert plant.server.pestle("rebuild", "--check")["differences"] == []
