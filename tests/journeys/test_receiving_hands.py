"""Two handhelds without a network receive against one order: what each says stands, under its own number, in
quarantine; what was too much together waits for QA."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys import buying
from journeys.browsers import PHONE
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size, fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import ROOT

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-04", "MAT-10", "PLT-08")]
LONG = 30_000
MATERIAL, AREA, BAY = "STA-0042", "raw", "R-01"
PHOTO = ROOT / "pwa" / "public" / "icon-512.png"
GS = "\x1d"
# The first entry reaches the disk, no later one does.
BREAK = """() => {
  const put = IDBObjectStore.prototype.put;
  let entries = 0;
  IDBObjectStore.prototype.put = function (...given) {
    if (this.name === "entries" && entries++ > 0) throw new DOMException("no room", "QuotaExceededError");
    return put.apply(this, given);
  };
}"""


class Walk:
    """What the steps hand to each other: a warehouse, 100 kg on order, and two handhelds that take it along."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        build(here, database_url)
        buying.supplier(here, MATERIAL)
        self.order = buying.ordered(here, MATERIAL, "100.000")
        self.other = buying.ordered(here, MATERIAL, "50.000")
        self.first = here.phone("first", "zh-CN")
        self.second = here.tablet("second", "en-GB")
        self.lots: dict[str, str] = {}

    def take_along(self, hand: Tablet) -> None:
        hand.enrol(self.site.code("tablet"), hand.chromium.name)
        hand.sign_in("huanglei")
        hand.page.goto(f"{hand.wire.url}/warehouse")
        hand.at(f"take-{AREA}").click(timeout=LONG)
        expect(hand.at("tile-receive")).to_be_visible(timeout=LONG)

    def begin(self, hand: Tablet, count: int, each: str, order: str | None = None) -> None:
        hand.at("tile-receive").click()
        hand.at(f"pick-{order or self.order}-1").click(timeout=LONG)
        hand.at("count-expected").fill(str(count))
        hand.at("count-each").fill(each)

    def finish(self, hand: Tablet) -> str:
        hand.at("finish").click()
        hand.at("take-in").click()
        expect(hand.at("received")).to_be_visible(timeout=LONG)
        return hand.at("received-lot").inner_text()

    def received(self) -> list[dict[str, Any]]:
        return [one for one in self.site.desk("chenjie").log() if one["kind"] == "materials.lot_received.v2"]


def build(here: Site, database_url: str) -> None:
    """Beside the running server, as its commands do it."""
    plant = open_plant(Config(here.server.data, database_url))
    name = {"zh": "原料库", "en": "Raw materials"}
    area = {"area": AREA, "name": name, "places": [BAY], "reason": "store"}
    bay = {"location": BAY, "name": {"zh": "收货区", "en": "Receiving bay"}, "warehouse": AREA, "kind": "receiving"}
    plant.recorder.state(Fact("identity.area_set.v1", f"area/{AREA}", area))
    plant.recorder.state(
        Fact("materials.location_defined.v1", f"location/{BAY}", bay | {"storage": None, "active": True})
    )
    plant.close()


def scan(hand: Tablet, text: str, symbology: str = "]d2") -> None:
    hand.wedge(text, symbology)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("hand-receiving")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_both_take_the_warehouse_along_and_lose_the_network(walk: Walk) -> None:
    for hand in (walk.first, walk.second):
        walk.take_along(hand)
        hand.go_offline()
    assert not walk.received()


def test_the_first_counts_by_scan_photographs_damage_and_receives(walk: Walk) -> None:
    hand = walk.first
    walk.begin(hand, 3, "20.000")
    scan(hand, f"PESTLE-LOCATION:1:{BAY}", "]d1")
    expect(hand.at("fact-location")).to_have_text(BAY, timeout=LONG)
    scan(hand, f"240{MATERIAL}{GS}10IN77/3{GS}1731063021K-1")
    expect(hand.at("fact-expiry")).to_have_text("2031-06-30", timeout=LONG)
    scan(hand, f"10IN77/3{GS}21K-1")
    expect(hand.at("count-scan-problem-came")).to_contain_text("已点过", timeout=LONG)
    hand.shoot("hand-wrong-scan")
    scan(hand, f"10IN77/3{GS}21K-2")
    expect(hand.at("counted")).to_contain_text("已点 2 / 3 件", timeout=LONG)
    hand.at("tile-3").click()
    hand.at("tile-3").click()
    hand.at("container-damage-text").fill("外包装破损")
    hand.at("container-damage-file").set_input_files(PHOTO)
    expect(hand.page.locator("[data-testid=container-sheet] img")).to_be_visible(timeout=LONG)
    hand.at("container-save").click()
    expect(hand.at("damaged-3")).to_contain_text("已拍照 1 张")
    hand.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(hand)
    hand.shoot("hand-count")


def test_the_battery_falls_out_in_mid_delivery_and_nothing_is_counted_again(walk: Walk) -> None:
    hand = walk.first
    hand.battery_falls_out_offline()
    hand.page.goto(f"{hand.wire.url}/warehouse")
    hand.unlock("huanglei")
    expect(hand.at("unfinished")).to_contain_text("正在点件", timeout=LONG)
    hand.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(hand)
    hand.shoot("hand-unfinished")
    hand.at("go-on").click()
    expect(hand.at("counted")).to_contain_text("已点 3 / 3 件", timeout=LONG)
    expect(hand.at("fact-supplier-lot")).to_have_text("IN77/3")
    expect(hand.at("damaged-3")).to_contain_text("已拍照 1 张")
    hand.at("more").click()
    hand.at("put-aside").click()
    hand.at("tile-receive").click()
    walk.lots["first"] = walk.finish(hand)
    expect(hand.at("label-queue")).to_contain_text("3 张标签待打印")
    hand.shoot("hand-done")
    assert hand.counts()[0] == 2
    hand.at("receive-close").click()
    expect(hand.at("unfinished")).to_have_count(0)
    # Where the sign-in that is asked for later is not folded away.
    hand.page.set_viewport_size({"width": 1280, "height": 800})


def test_the_second_receives_as_much_of_the_same_order_which_it_cannot_know(walk: Walk) -> None:
    hand = walk.second
    walk.begin(hand, 3, "20")
    scan(hand, "IN80", "]C0")
    expect(hand.at("scan-note")).to_contain_text("no expiry", timeout=LONG)
    hand.at("count-all").click()
    expect(hand.at("counted")).to_contain_text("3 of 3 counted · 60 kg together")
    at_each_size(hand, "hand-count-en", "counted")
    walk.lots["second"] = walk.finish(hand)
    assert len(set(walk.lots.values())) == 2


def test_what_was_received_counts_on_the_handheld_at_once(walk: Walk) -> None:
    hand = walk.second
    hand.at("receive-again").click()
    expect(hand.at(f"pick-{walk.order}-1")).to_contain_text("40.000 kg still to come", timeout=LONG)
    hand.at("receive-close").click()
    scan(hand, f"PESTLE-CONTAINER:1:{walk.lots['second']}-002", "]d1")
    expect(hand.page.get_by_text(f"{walk.lots['second']}-002").first).to_be_visible(timeout=LONG)
    hand.shoot("hand-found")


def test_merged_both_stand_in_quarantine_and_what_was_too_much_waits(walk: Walk) -> None:
    for number, hand in enumerate((walk.first, walk.second), 1):
        hand.reach_the_server("huanglei")
        until(f"{number} are in the log", lambda number=number: len(walk.received()) == number, 60)
    first, second = walk.received()
    assert (first["flags"], second["flags"]) == ([], ["over_delivered"])
    assert [one["payload"]["lot"] for one in (first, second)] == [walk.lots["first"], walk.lots["second"]]
    quality = walk.site.desk("zhaolin")
    for lot in walk.lots.values():
        assert quality.get(f"/api/lots/{MATERIAL}/{lot}")["lot"]["status"] == "quarantine"
    until("containers stand at their lots", lambda: _labels(walk, "second") == 3, 60)
    assert _labels(walk, "first") == 3
    waits = {name: quality.get(f"/api/lots/{MATERIAL}/{lot}/supplier")["waits"] for name, lot in walk.lots.items()}
    assert waits == {"first": False, "second": True}
    order = walk.site.desk("wujing").get(f"/api/purchasing/{walk.order}")
    assert (order["state"], order["lines"][0]["received"]["value"]) == ("closed", "120.000")


def test_the_photo_taken_offline_is_shown_with_the_delivery(walk: Walk) -> None:
    lot = walk.lots["first"]
    damaged = walk.site.desk("zhaolin").get(f"/api/lots/{MATERIAL}/{lot}/receipts")["damaged"]
    [photo] = damaged[f"{lot}-003"]["photos"]
    until("the photo has come", lambda: _has(walk, photo), 60)
    desk = walk.second
    desk.page.goto(f"{desk.wire.url}/lot/{MATERIAL}/{lot}?tab=used")
    expect(desk.at("deliveries")).to_contain_text("3 containers", timeout=LONG)
    expect(desk.page.locator("[data-testid=deliveries] img")).to_be_visible(timeout=LONG)
    at_each_size(desk, "lot-deliveries", "deliveries")


def test_labels_of_what_came_off_line_wait_and_are_printed_once(walk: Walk) -> None:
    hand = walk.first
    hand.page.goto(f"{hand.wire.url}/warehouse")
    expect(hand.at("label-queue")).to_contain_text("3 张标签待打印", timeout=LONG)
    hand.at("print-waiting").click(timeout=LONG)
    hand.at("print-now").click(timeout=LONG)
    expect(hand.at("printed")).to_be_visible(timeout=LONG)
    hand.shoot("hand-printed")
    hand.at("labels-close").click()
    expect(hand.at("label-queue")).to_have_count(0)
    printed = [one for one in walk.site.desk("chenjie").log() if one["kind"] == "materials.label_printed.v1"]
    assert [one["payload"]["about"] for one in printed] == [f"{walk.lots['first']}-00{n}" for n in (1, 2, 3)]


def test_a_page_that_went_away_between_lot_and_containers_completes_that_lot(walk: Walk) -> None:
    """The lot's entry is on the disk, the next one never gets there; the page comes back later."""
    hand = walk.second
    hand.page.goto(f"{hand.wire.url}/warehouse")
    expect(hand.at("tile-receive")).to_be_visible(timeout=LONG)
    hand.go_offline()
    walk.begin(hand, 2, "1", walk.other)
    scan(hand, "IN90", "]C0")
    hand.at("count-all").click()
    hand.page.evaluate(BREAK)
    hand.at("finish").click()
    hand.at("take-in").click()
    expect(hand.at("interrupted")).to_be_visible(timeout=LONG)
    lot = hand.at("interrupted").get_attribute("data-lot")
    hand.battery_falls_out_offline()
    hand.page.goto(f"{hand.wire.url}/warehouse")
    hand.unlock("huanglei")
    hand.at("go-on").click(timeout=LONG)
    expect(hand.at("interrupted")).to_contain_text("0 of 2 containers", timeout=LONG)
    at_each_size(hand, "hand-interrupted", "interrupted")
    hand.at("complete-delivery").click()
    expect(hand.at("received-lot")).to_have_text(str(lot), timeout=LONG)
    hand.at("receive-close").click()


def _labels(walk: Walk, which: str) -> int:
    return len(walk.site.desk("huanglei").get(f"/api/lots/{MATERIAL}/{walk.lots[which]}/containers")["items"])


def _has(walk: Walk, photo: str) -> bool:
    try:
        walk.site.desk("huanglei").bytes(f"/api/blobs/{photo}")
    except AssertionError:
        return False
    return True
