"""The supervisor's page of devices changes by itself: within a second or two, without asking all the time."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from journeys.browsers import PHONE
from journeys.processes import until
from journeys.screens import DESK, at_each_size, fits, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, Request, Route, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-11", "HMI-04")]
SOON_MS = 2_500


class Walk:
    """What the steps hand to each other. `watcher` is the supervisor's browser, `asked` when its page asked."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.tablet = here.tablet("tablet-1", "en-GB")
        self.watcher = here.tablet("watcher", "zh-CN")
        self.asked: list[float] = []
        self.device = ""

    def note(self, request: Request) -> None:
        if request.url.endswith("/api/fleet"):
            self.asked.append(time.monotonic())

    @property
    def line(self) -> dict[str, Any]:
        items = self.site.desk("chenjie").get("/api/fleet")["items"]
        return next(dict(one) for one in items if one["id"] == self.device)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("fleet")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


@pytest.mark.urs("HMI-01")
def test_a_tablet_that_comes_is_seen_at_once(walk: Walk) -> None:
    watcher, tablet = walk.watcher, walk.tablet
    watcher.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    watcher.sign_in("chenjie")
    watcher.page.on("request", walk.note)
    watcher.page.goto(f"{watcher.wire.url}/devices")
    tablet.enrol(walk.site.code("tablet"), "T-07")
    [walk.device] = [one["id"] for one in walk.site.desk("chenjie").get("/api/fleet")["items"] if one["name"] == "T-07"]
    row = watcher.at(f"device-{walk.device}")
    expect(row).to_be_visible(timeout=SOON_MS)
    tablet.sign_in("zhangmin")
    until("the server has it", lambda: walk.line["state"] == "connected")
    expect(row).to_have_attribute("data-state", "connected", timeout=SOON_MS)
    expect(watcher.at(f"app-{walk.device}")).to_have_attribute("data-old", "false")
    tablet.take(walk.site.batch)
    expect(watcher.at(f"held-{walk.device}-{walk.site.batch}")).to_be_visible(timeout=SOON_MS)


def test_while_nothing_changes_the_page_asks_for_nothing(walk: Walk) -> None:
    walk.tablet.wait_proven()
    time.sleep(2)
    before = len(walk.asked)
    time.sleep(8)
    assert len(walk.asked) <= before + 1


@pytest.mark.urs("PLT-12")
def test_a_batch_that_is_taken_back_is_shown_so_and_that_its_tablet_does_not_know(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    tablet.go_offline()
    tablet.remark("written meanwhile")
    until("the server knows that it has gone", lambda: walk.line["state"] == "away")
    expect(watcher.at(f"device-{walk.device}")).to_have_attribute("data-state", "away", timeout=SOON_MS)
    [lease] = walk.site.desk("chenjie").get(f"/api/leases?device={walk.device}")["items"]
    walk.site.desk("chenjie").post(f"/api/leases/{lease['lease']}/revoke", {"reason": "the line is needed"})
    held = watcher.at(f"held-{walk.device}-{walk.site.batch}")
    expect(held).to_have_attribute("data-revoked", "true", timeout=SOON_MS)
    expect(held).to_have_attribute("data-heard", "false")
    expect(held).to_contain_text("尚不知")
    at_each_size(watcher, "devices", f"held-{walk.device}-{walk.site.batch}")
    speak(watcher, "en")
    expect(held).to_contain_text("it does not know yet")
    at_each_size(watcher, "devices-en", f"held-{walk.device}-{walk.site.batch}")
    watcher.at(f"device-{walk.device}").click()
    told = watcher.at(f"lease-{walk.site.batch}")
    expect(told).to_have_attribute("data-state", "revoked")
    expect(told).to_contain_text("the line is needed")
    expect(told).to_contain_text("Chen Jie")
    at_each_size(watcher, "device-en", f"heard-{walk.site.batch}")
    speak(watcher, "zh")
    expect(told).to_contain_text("陈杰")
    at_each_size(watcher, "device", f"heard-{walk.site.batch}")


@pytest.mark.urs("PLT-12")
def test_once_the_tablet_was_here_the_page_says_that_it_knows(walk: Walk) -> None:
    tablet, watcher = walk.tablet, walk.watcher
    tablet.go_online()
    until("it is back", lambda: walk.line["state"] == "connected")
    heard = watcher.at(f"heard-{walk.site.batch}")
    expect(heard).to_have_attribute("data-heard", "true", timeout=SOON_MS)
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "revoked")
    until("it has delivered", lambda: walk.line["owes"] == 0 and walk.line["seq"] > 0)
    watcher.page.goto(f"{watcher.wire.url}/devices")
    expect(watcher.at(f"held-{walk.device}-{walk.site.batch}")).to_have_attribute("data-heard", "true")


def test_without_the_stream_it_looks_every_few_seconds(walk: Walk) -> None:
    """As where too many pages listen, or a proxy lets none through."""
    watcher = walk.watcher

    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"code": "watchers_many"})

    watcher.page.route("**/api/fleet/news", refuse)
    watcher.page.reload()
    row = watcher.at(f"device-{walk.device}")
    expect(row).to_have_attribute("data-state", "connected")
    walk.tablet.go_offline()
    expect(row).to_have_attribute("data-state", "away", timeout=12_000)
    walk.tablet.go_online()
    expect(row).to_have_attribute("data-state", "connected", timeout=20_000)
    watcher.page.unroute("**/api/fleet/news")


@pytest.mark.urs("IDN-09")
def test_with_the_session_it_ends(walk: Walk) -> None:
    watcher = walk.watcher
    watcher.page.reload()
    expect(watcher.at(f"device-{walk.device}")).to_be_visible()
    watcher.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(watcher)
    watcher.sign_out()
    time.sleep(1)
    before = len(walk.asked)
    time.sleep(7)
    assert len(walk.asked) == before
