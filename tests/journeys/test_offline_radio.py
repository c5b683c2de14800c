"""Radio in a plant: dead spots where connections look open, lines that come and go; the screen tells the truth."""

import random
import time
from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-11", "HMI-05")]
# The heartbeat asks every 5 s and takes 12 s of silence for a lost line.
HEARTBEAT = 20_000
FLAPS = 6
SEED = random.randrange(1 << 30)
RANDOM = random.Random(SEED)


class Walk:
    """What the steps hand to each other; `watcher` is a supervisor's browser on a line of its own."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.tablet = here.tablet("tablet", "zh-CN")
        self.watcher = here.tablet("watcher", "en-GB")
        self.texts: list[str] = []

    def remark(self, text: str) -> None:
        self.tablet.remark(text)
        self.texts.append(text)

    def state(self) -> str | None:
        """How the supervisor's list of devices has the tablet, whose name is in no identifier of a device."""
        return self.watcher.page.locator("a[data-testid^=device-]", has_text="R-31").get_attribute("data-state")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("radio")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def online(tablet: Tablet) -> str | None:
    return tablet.at("state-bar").last.get_attribute("data-online")


@pytest.mark.urs("PLT-08")
def test_a_tablet_and_its_supervisor_are_connected(walk: Walk) -> None:
    walk.watcher.sign_in("chenjie")
    walk.watcher.page.goto(f"{walk.watcher.wire.url}/devices")
    walk.tablet.enrol(walk.site.code("tablet"), "R-31")
    walk.tablet.sign_in("zhangmin")
    walk.tablet.take(walk.site.batch)
    walk.remark("在网")
    walk.tablet.wait_counts(0, 0, 1)
    until("the supervisor sees the tablet", lambda: walk.state() == "connected")


@pytest.mark.urs("PLT-08")
def test_in_a_dead_spot_it_says_so_within_the_heartbeat(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.wire.silent = True
    walk.remark("信号死角 1")
    expect(tablet.at("outage")).to_have_attribute("data-code", "offline", timeout=HEARTBEAT)
    walk.remark("信号死角 2")
    expect(tablet.at("outage")).to_have_attribute("data-waiting", "2")
    # It tries anew, and that hangs as well: it goes on telling the truth.
    until("it tries anew", lambda: online(tablet) == "connecting")
    time.sleep(1)
    expect(tablet.at("outage")).to_be_visible()
    assert "无网络" in tablet.at("network").last.inner_text()
    at_each_size(tablet, "dead-spot", "outage")
    until("the supervisor sees that it is away", lambda: walk.state() == "away")


def test_out_of_the_dead_spot_it_delivers_by_itself(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.wire.silent = False
    tablet.wait_counts(0, 0, 3, seconds=40)
    expect(tablet.at("outage")).to_have_count(0)
    until("the supervisor sees the tablet again", lambda: walk.state() == "connected")


def test_a_line_that_comes_and_goes_doubles_and_loses_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    for number in range(FLAPS):
        how = RANDOM.choice(("cut", "silent", "slow"))
        if how == "cut":
            tablet.wire.cut()
        tablet.wire.silent = how == "silent"
        tablet.wire.bytes_per_second = 4_000 if how == "slow" else None
        walk.remark(f"抖动 {number}")
        time.sleep(RANDOM.uniform(0.2, 1.2))
        tablet.wire.silent, tablet.wire.bytes_per_second = False, None
        if how == "cut":
            tablet.wire.mend()
        time.sleep(RANDOM.uniform(0.1, 0.8))
    tablet.wait_counts(0, 0, len(walk.texts), seconds=60)
    expect(tablet.at("outage")).to_have_count(0)
    assert online(tablet) == "online", SEED
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "R-31"), key=lambda one: one["seq"])
    assert [one["payload"]["text"] for one in own] == walk.texts, SEED
    tablet.wait_proven()
