"""A tablet whose battery falls out again and again while somebody records: what it has called kept is there, once."""

import random
from collections import Counter
from collections.abc import Iterator
from threading import Timer

import pytest
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Error, Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09")]
KILLS = 4
# So slow that the battery falls out while the records are on their way.
SLOW = 20_000
# A new moment at each run; a failure names it.
SEED = random.randrange(1 << 30)
RANDOM = random.Random(SEED)


class Walk:
    """What the steps hand to each other. `kept` is what the screen has called kept; `begun` what was typed at all."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "zh-CN")
        self.begun: list[str] = []
        self.kept: list[str] = []
        self.dying = False

    def die(self) -> None:
        self.dying = True
        self.tablet.chromium.pull_battery()

    def record_until_it_dies(self, seconds: float) -> None:
        """Remark after remark; the page ends under the hand of whoever types."""
        self.dying = False
        death = Timer(seconds, self.die)
        death.start()
        try:
            while True:
                text = f"第 {len(self.begun) + 1} 条"
                self.begun.append(text)
                self.tablet.remark(text)
                self.kept.append(text)
        except (Error, AssertionError):
            # Anything else that goes wrong goes wrong while the browser lives.
            if not self.dying:
                raise
        death.join()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("kills")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def shown(tablet: Tablet) -> list[str]:
    """The remarks that the screen shows, the oldest first."""
    tablet.at("phase-10").click()
    return tablet.at("records").locator("li b").all_inner_texts()[::-1]


@pytest.mark.urs("PLT-08", "HMI-01")
def test_a_batch_is_taken_along_and_the_network_goes(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.go_offline()


@pytest.mark.parametrize("kill", range(KILLS))
def test_what_the_screen_called_kept_survives_the_battery(walk: Walk, kill: int) -> None:
    tablet = walk.tablet
    walk.record_until_it_dies(RANDOM.uniform(0.4, 2.0))
    tablet.battery_falls_out_offline()
    tablet.unlock("zhangmin")
    if tablet.page.url.endswith("/"):
        tablet.open(walk.site.batch)
    expect(tablet.at("outage")).to_be_visible()
    there = shown(tablet)
    assert [text for text in walk.kept if text not in there] == [], SEED
    assert [text for text in there if text not in walk.begun] == [], SEED
    assert max(Counter(there).values()) == 1, SEED
    # What was cut short and survived all the same is kept from now on.
    walk.kept = there
    tablet.wait_counts(len(there), 0, 0)


@pytest.mark.urs("PLT-11")
def test_it_dies_while_it_delivers(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.wire.bytes_per_second = SLOW
    tablet.reach_the_server("zhangmin")
    walk.record_until_it_dies(RANDOM.uniform(0.1, 1.5))
    tablet.wire.bytes_per_second = None
    tablet.chromium.kill()
    tablet.chromium.start()
    tablet.page.goto(tablet.wire.url)
    tablet.come_back("zhangmin")
    until("nothing waits on the tablet any more", lambda: tablet.counts()[0] == 0 and tablet.counts()[2] > 0, 60)
    tablet.open(walk.site.batch)
    there = shown(tablet)
    assert [text for text in walk.kept if text not in there] == [], SEED
    walk.kept = there


@pytest.mark.urs("HMI-05", "PLT-11")
def test_back_on_the_network_everything_is_in_the_log_once_and_in_order(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.shoot("after-kills")
    tablet.wait_counts(0, 0, len(walk.kept), seconds=60)
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "T-31"), key=lambda one: one["seq"])
    assert [one["payload"]["text"] for one in own] == walk.kept, SEED
    assert [one["seq"] for one in own] == list(range(1, len(own) + 1))
    assert all(one["flags"] == [] for one in own)
    tablet.wait_proven()
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []
