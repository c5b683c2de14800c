"""A balance with limits: set at the desk, checked on the tablet with a test weight, and what it must not weigh."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.equipment.model import DOUBTS

pytestmark = [pytest.mark.slow, pytest.mark.urs("EQP-04", "BRG-02", "BRG-04")]
LONG = 20_000


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.balances, self.bridge = here.weighing_room()
        self.bridge.start(self.balances.bus, here.code("bridge"))
        self.desk = here.tablet("desk", "en-GB")
        self.tablet = here.tablet("T-01", "en-GB")

    def weighed(self) -> list[dict[str, Any]]:
        return [one for one in self.site.entries() if one["kind"] == "production.material_weighed.v1"]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("balances")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def is_barred(tablet: Tablet, code: str) -> None:
    expect(tablet.at("balance-barred")).to_have_attribute("data-code", code, timeout=LONG)
    expect(tablet.at("take-weight")).to_be_disabled()


def test_an_engineer_says_what_a_balance_may_be_used_for(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    desk.page.goto(f"{desk.wire.url}/balances")
    expect(desk.at("balance-BAL-07").get_by_test_id("link")).to_contain_text("connected since", timeout=2 * LONG)
    expect(desk.at("balance-BAL-07").get_by_test_id("battery")).to_contain_text("battery 100 %", timeout=LONG)
    # The bridge asks at each connection; the emulated one loses its link.
    walk.balances.tell("battery", "BAL-07", percent=14)
    walk.balances.tell("drop", "BAL-07")
    expect(desk.at("balance-BAL-07").get_by_test_id("battery")).to_contain_text("battery low: 14 %", timeout=2 * LONG)
    at_each_size(desk, "balances", "battery")
    desk.at("balance-BAL-07").click()
    expect(desk.at("link")).to_contain_text("connected since", timeout=LONG)
    walk.balances.place("BAL-07", "1.250")
    expect(desk.at("shows")).to_contain_text("1.250 kg stable", timeout=LONG)
    expect(desk.at("last-read")).to_contain_text("1.250 kg", timeout=LONG)
    walk.balances.place("BAL-07", "0")
    expect(desk.at("capacity")).to_have_text("—", timeout=LONG)
    desk.at("set-limits").click()
    desk.at("limit-capacity").fill("30.000")
    desk.at("limit-minimum").fill("82")
    desk.at("limit-minimum-unit").select_option("g")
    desk.at("limit-hours").fill("24")
    desk.at("add-weight").click()
    desk.at("weight-0-name").fill("F1-20KG-03")
    desk.at("weight-0-nominal").fill("20.000")
    desk.at("weight-0-tolerance").fill("0.002")
    expect(desk.at("limits-save")).to_be_disabled()
    desk.at("limit-reason").fill("USP <41>, 820 d")
    desk.at("limits-save").click()
    expect(desk.at("capacity")).to_have_text("30.000 kg", timeout=LONG)
    expect(desk.at("balance-state")).to_contain_text("not checked yet")
    at_each_size(desk, "balance", "capacity")


def test_nothing_is_weighed_on_it_before_it_was_checked(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.at("phase-20").click()
    asked: list[str] = []
    tablet.page.on("request", lambda request: asked.append(request.url))
    tablet.start_phase()
    walk.balances.place("BAL-07", "12.652")
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "stable", timeout=LONG)
    is_barred(tablet, "not_checked")
    expect(tablet.at("balance-barred")).to_contain_text("BAL-07 has not been checked with F1-20KG-03")
    tablet.shoot("not-checked")
    # Its live values came five a second; the server was asked once.
    assert len([url for url in asked if url.endswith("/api/balances/BAL-07")]) <= 2


def test_a_check_that_fails_is_told_and_bars_it_and_one_that_passes_opens_it(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    tablet.at("check-here").click()
    balances.place("BAL-07", "20.004")
    expect(tablet.at("check-live")).to_have_text("20.004 kg", timeout=LONG)
    expect(tablet.at("check-record")).to_be_enabled(timeout=LONG)
    tablet.at("check-record").click()
    expect(tablet.at("check-told")).to_have_attribute("data-verdict", "failed", timeout=LONG)
    tablet.shoot("check-failed")
    balances.place("BAL-07", "20.001")
    expect(tablet.at("check-live")).to_have_text("20.001 kg", timeout=LONG)
    expect(tablet.at("check-record")).to_be_enabled(timeout=LONG)
    tablet.at("check-record").click()
    expect(tablet.at("check-told")).to_have_attribute("data-verdict", "passed", timeout=LONG)
    tablet.at("check-close").click()
    expect(tablet.at("balance-barred")).to_have_count(0)
    checks = walk.site.desk("zhaolin").get("/api/balances/BAL-07")["checks"]
    assert [(one["verdict"], one["shown"]["value"], one["by"]["id"]) for one in checks] == [
        ("passed", "20.001", tablet.person("zhangmin")),
        ("failed", "20.004", tablet.person("zhangmin")),
    ]


def test_too_little_is_barred_and_overload_and_a_lost_balance_are_told(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    balances.place("BAL-07", "0.050")
    is_barred(tablet, "too_little")
    expect(tablet.at("balance-barred")).to_contain_text(
        "0.050 kg is below the minimum weight of the balance: from 82 g"
    )
    balances.tell("overload", "BAL-07")
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "overload", timeout=LONG)
    balances.place("BAL-07", "12.648")
    expect(tablet.at("take-weight")).to_be_enabled(timeout=LONG)
    expect(tablet.at("balance-standing")).to_have_count(0)
    balances.tell("leave", "BAL-07")
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "lost", timeout=LONG)
    expect(tablet.at("take-weight")).to_be_disabled()
    tablet.shoot("lost")
    balances.tell("return", "BAL-07")
    expect(tablet.at("take-weight")).to_be_enabled(timeout=40_000)
    tablet.take_weight()
    expect(tablet.at("recorded-20/net")).to_contain_text("12.648", timeout=LONG)
    (entry,) = until("it is in the log", walk.weighed)
    assert set(entry["flags"]).isdisjoint(DOUBTS)
