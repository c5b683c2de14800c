"""An outage and its end as a tablet and a supervisor see it; a clock that was set wrong; a server that cannot write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from journeys.browsers import PHONE, TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-11", "HMI-05")]
DESK = (1440, 900)
LEAST_PX = 36
# So slow that the tablet has said what it has written long before it can deliver it.
SLOW = 1500
SET_BACK = "const now = Date.now.bind(Date); Date.now = () => now() - 8 * 3600 * 1000"


class Walk:
    """What the steps hand to each other. `watcher` is the supervisor's browser."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.tablet = here.tablet("tablet-1", "en-GB")
        self.watcher = here.tablet("watcher", "zh-CN")
        self.device = ""

    def line(self) -> dict[str, Any]:
        items = self.site.desk("chenjie").get("/api/fleet")["items"]
        return next(dict(one) for one in items if one["id"] == self.device)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("devices")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def fits(tablet: Tablet) -> None:
    """Nothing runs out of the screen at its side, and nothing can be pressed only by luck."""
    # The screen is drawn anew a moment after its size has changed.
    wide = "document.scrollingElement.scrollWidth <= window.innerWidth"
    until("nothing runs out at the side", lambda: tablet.page.evaluate(wide))
    small = tablet.page.evaluate(
        """(least) => [...document.querySelectorAll("button, a.button, summary")].filter((one) => one.checkVisibility())
          .map((one) => [one.dataset.testid ?? one.textContent, one.getBoundingClientRect().height])
          .filter(([, height]) => height < least)""",
        LEAST_PX,
    )
    assert small == []


def at_each_size(tablet: Tablet, what: str) -> None:
    for name, (width, height) in (("phone", PHONE), ("desk", DESK), ("tablet", TABLET)):
        tablet.page.set_viewport_size({"width": width, "height": height})
        expect(tablet.at("outage")).to_be_visible()
        tablet.shoot(f"{what}-{name}")
        fits(tablet)


@pytest.mark.urs("PLT-08", "HMI-01")
def test_the_supervisor_sees_a_tablet_that_is_connected(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    tablet.enrol(walk.site.code("tablet"), "T-07")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    expect(tablet.at("outage")).to_have_count(0)
    [walk.device] = [one["id"] for one in walk.site.desk("chenjie").get("/api/fleet")["items"] if one["name"] == "T-07"]
    watcher.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    watcher.sign_in("chenjie")
    watcher.page.goto(f"{watcher.wire.url}/devices")
    row = watcher.at(f"device-{walk.device}")
    expect(row).to_have_attribute("data-state", "connected")
    expect(row).to_contain_text(walk.site.batch)


@pytest.mark.urs("PLT-08")
def test_offline_the_tablet_says_what_is_possible_and_how_much_waits(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    expect(tablet.at("outage")).to_have_attribute("data-code", "offline")
    tablet.remark("the line is down")
    tablet.remark("still down")
    expect(tablet.at("outage")).to_have_attribute("data-waiting", "2")
    expect(tablet.at("outage-possible")).to_contain_text(walk.site.batch)
    expect(tablet.at("outage-waits")).to_contain_text("release")
    at_each_size(tablet, "offline")
    expect(walk.watcher.at(f"device-{walk.device}")).to_have_attribute("data-state", "away")


def test_the_supervisor_sees_what_it_owes_and_it_is_the_first_of_all(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    tablet.wire.bytes_per_second = SLOW
    tablet.go_online()
    until("the tablet says that it has written two more", lambda: walk.line()["owes"] == 2, 60)
    tablet.go_offline()
    row = watcher.at(f"device-{walk.device}")
    expect(row).to_have_attribute("data-owes", "2")
    expect(row).to_have_attribute("data-state", "away")
    first = watcher.page.locator("a[data-testid^=device-]").first
    expect(first).to_have_attribute("data-testid", f"device-{walk.device}")
    watcher.shoot("devices")
    fits(watcher)
    row.click()
    expect(watcher.at("device-standing")).to_have_attribute("data-owes", "2")
    expect(watcher.at(f"lease-{walk.site.batch}")).to_be_visible()
    watcher.shoot("device")
    fits(watcher)
    watcher.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    watcher.shoot("device-phone")
    fits(watcher)


def test_back_online_it_clears(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    tablet.wire.bytes_per_second = None
    tablet.go_online()
    tablet.wait_counts(0, 0, 2, seconds=60)
    expect(tablet.at("outage")).to_have_count(0)
    expect(watcher.at("device-standing")).to_have_attribute("data-owes", "0")
    expect(watcher.at("device-standing")).to_have_attribute("data-state", "connected")
    last = walk.site.desk("chenjie").get(f"/api/fleet/{walk.device}")["entries"][0]
    expect(watcher.at(f"to-log-{last['index']}")).to_be_visible()


@pytest.mark.urs("PLT-13")
def test_a_clock_that_was_set_back_is_an_exception_beside_the_time_it_can_have_been(walk: Walk) -> None:
    tablet, desk = walk.tablet, walk.watcher
    tablet.wait_proven()
    tablet.page.evaluate(SET_BACK)
    tablet.remark("this morning, it says")
    tablet.wait_counts(0, 0, 3, seconds=60)
    [wrong] = [one for one in walk.site.entries() if one["payload"].get("text") == "this morning, it says"]
    assert "captured_outside" in wrong["flags"]
    made = walk.site.desk("zhaolin").get(f"/api/entries/{wrong['id']}/history")["versions"][-1]["made"]
    assert wrong["captured_at"] < made["after"] <= made["before"]
    codes = [item["code"] for item in walk.site.desk("zhaolin").batch(walk.site.batch, "/review")["open"]]
    assert "captured_outside" in codes
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    desk.page.goto(f"{desk.wire.url}/audit/{wrong['index']}")
    fields = desk.at("entry-fields")
    expect(fields).to_contain_text("记录时间不可能")
    expect(desk.at("made").first).to_contain_text("之间")
    desk.shoot("captured-outside")
    desk.at("history").click()
    expect(desk.page.locator("[data-testid^=version-] [data-testid=made]")).to_contain_text("之间")
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    desk.sign_out()
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/batch/{walk.site.batch}/review")
    expect(desk.at("clock-doubt")).to_contain_text("必定作于")
    desk.shoot("review-phone")
    fits(desk)


def test_a_server_that_cannot_write_is_told_and_passes(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    database = walk.site.folder / "data" / "pestle.db"
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("ALTER TABLE held RENAME TO held_away")
    for one in (tablet, watcher):
        expect(one.at("outage")).to_have_attribute("data-code", "failing", timeout=40_000)
    tablet.remark("kept here meanwhile")
    at_each_size(tablet, "failing")
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("ALTER TABLE held_away RENAME TO held")
    for one in (tablet, watcher):
        expect(one.at("outage")).to_have_count(0, timeout=40_000)
    tablet.wait_counts(0, 0, 4, seconds=60)
