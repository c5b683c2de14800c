"""The keeper receives a delivery at the desk by scan: told what is wrong, with photos of damage, into quarantine."""

from collections.abc import Iterator

import pytest
from journeys import buying
from journeys.handheld import Tablet
from journeys.screens import at_each_size, shown_at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-04", "MAT-10", "MAT-01")]
LONG = 30_000
PHOTO = ROOT / "pwa" / "public" / "icon-512.png"
GS = "\x1d"


class Walk:
    """What the steps hand to each other: 100 kg of starch are ordered."""

    def __init__(self, here: Site) -> None:
        self.site = here
        buying.supplier(here, "STA-0042")
        self.order = buying.ordered(here, "STA-0042", "100.000")
        self.store: Tablet = here.tablet("store", "zh-CN")
        self.lot = ""

    def scan(self, text: str, symbology: str = "]d2") -> None:
        self.store.wedge(text, symbology)

    def told(self) -> str:
        expect(self.store.at("count-scan-problem")).to_be_visible(timeout=LONG)
        return self.store.at("count-scan-problem-came").inner_text()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("desk-receiving")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_a_scan_of_the_order_leads_to_its_line(walk: Walk) -> None:
    store = walk.store
    store.sign_in("huanglei")
    store.page.goto(f"{store.wire.url}/receive")
    store.at("new-receipt").click(timeout=LONG)
    expect(store.at(f"pick-{walk.order}-1")).to_contain_text("100.000 kg", timeout=LONG)
    at_each_size(store, "receive-pick", f"pick-{walk.order}-1")
    walk.scan(f"400{walk.order}")
    expect(store.at("counted")).to_be_visible(timeout=LONG)


def test_what_is_scanned_fills_in_the_lot_and_what_is_wrong_is_told(walk: Walk) -> None:
    store = walk.store
    store.at("count-expected").fill("4")
    # It may be a thousand, and is not guessed to be none.
    store.at("count-each").fill("25,000")
    expect(store.at("count-each-wrong")).to_contain_text("千位", timeout=LONG)
    store.at("count-each").fill("２５.０００")
    expect(store.at("count-each-wrong")).to_have_count(0)
    walk.scan(f"240STA-0042{GS}10IN77/3{GS}1731063021K-1")
    expect(store.at("fact-supplier-lot")).to_have_text("IN77/3", timeout=LONG)
    expect(store.at("fact-expiry")).to_have_text("2031-06-30")
    walk.scan(f"10IN77/3{GS}21K-2")
    expect(store.at("counted")).to_contain_text("已点 2 / 4 件 · 共 50.000 kg", timeout=LONG)
    expect(store.at("fact-expiry")).to_have_text("2031-06-30")
    # What was counted outlives a reload, as on a handheld.
    store.page.reload()
    expect(store.at("counted")).to_contain_text("已点 2 / 4 件 · 共 50.000 kg", timeout=LONG)
    expect(store.at("fact-supplier-lot")).to_have_text("IN77/3")
    for text, said in (
        (f"10IN77/3{GS}21K-2", "K-2，已点过"),
        (f"240MGS-0009{GS}10IN77/3{GS}21K-3", "MGS-0009"),
        (f"10IN78{GS}21K-3", "IN78"),
        (f"10IN77/3{GS}1730010121K-3", "2030-01-01"),
        ("010950600013435310IN77/3", "校验位"),
    ):
        walk.scan(text)
        expect(store.at("count-scan-problem-came")).to_contain_text(said, timeout=LONG)
    at_each_size(store, "receive-wrong-scan", "count-scan-problem")
    expect(store.at("counted")).to_contain_text("已点 2 / 4 件")


def test_damage_is_photographed_and_more_than_ordered_is_told_with_the_way_on(walk: Walk) -> None:
    store = walk.store
    store.at("count-all").click()
    store.at("tile-3").click()
    store.at("container-damage-text").fill("外包装破损")
    store.at("container-damage-file").set_input_files(PHOTO)
    expect(store.page.locator("[data-testid=container-sheet] img")).to_be_visible(timeout=LONG)
    store.at("container-content").fill("25.500")
    store.shoot("receive-container")
    store.at("container-save").click()
    expect(store.at("damaged-3")).to_contain_text("第 3 件破损")
    expect(store.at("damaged-3")).to_contain_text("已拍照 1 张")
    expect(store.at("found-over_delivered")).to_contain_text("超出订单允许的数量")
    at_each_size(store, "receive-count", "found-over_delivered")
    store.at("finish").click()
    expect(store.at("stop-over_delivered")).to_be_visible()
    expect(store.at("take-in")).to_be_disabled()
    store.shoot("receive-stop")
    store.page.keyboard.press("Escape")
    store.at("tile-3").click()
    store.at("container-content").fill("")
    store.at("container-save").click()
    expect(store.at("found-over_delivered")).to_have_count(0)


def test_it_is_received_into_quarantine_under_the_next_number(walk: Walk) -> None:
    store = walk.store
    store.at("details-open").click()
    store.at("details-note").fill("DN-4711")
    store.shoot("receive-details")
    store.at("details-save").click()
    store.at("finish").click()
    store.shoot("receive-finish")
    store.at("take-in").click()
    expect(store.at("received")).to_be_visible(timeout=LONG)
    walk.lot = store.at("received-lot").inner_text()
    assert walk.lot.startswith("STA-0042-")
    assert walk.lot.endswith("0001")
    expect(store.at("received-inspection")).to_contain_text("INS-", timeout=LONG)
    at_each_size(store, "receive-done", "received-lot")
    expect(store.at(f"label-{walk.lot}-004")).to_contain_text("25.000 kg")
    store.at("print-labels").click()
    expect(store.at("sheet-close")).to_be_visible(timeout=LONG)
    store.shoot("receive-print")
    store.at("sheet-close").click()
    log = walk.site.desk("chenjie").log()
    [entry] = [one for one in log if one["kind"] == "materials.lot_received.v2"]
    assert (entry["flags"], entry["payload"]["delivery_note"]) == ([], "DN-4711")
    [labels] = [one["payload"] for one in log if one["kind"] == "materials.containers_received.v2"]
    [photo] = labels["containers"][2]["damage"]["photos"]
    assert walk.site.desk("huanglei").bytes(f"/api/blobs/{photo}")[:2] == b"\xff\xd8"
    order = walk.site.desk("wujing").get(f"/api/purchasing/{walk.order}")
    assert (order["state"], order["lines"][0]["receipts"][0]["lot"]) == ("closed", walk.lot)


def test_without_an_order_it_needs_a_reason_and_waits_for_qa(walk: Walk) -> None:
    store = walk.store
    speak(store, "en")
    store.page.goto(f"{store.wire.url}/receive/new")
    store.at("without-order").click(timeout=LONG)
    store.at("without-material").fill("STA-0042")
    store.at("without-supplier").select_option("?")
    store.at("without-name").fill("Somebody Ltd")
    shown_at_each_size(store, "receive-without-en")
    store.at("without-next").click()
    expect(store.at("counted")).to_be_visible(timeout=LONG)
    walk.scan(f"10OLD-1{GS}17200131")
    expect(store.at("found-receipt_expired")).to_contain_text("past its expiry", timeout=LONG)
    store.at("tile-1").click()
    store.at("container-remove").click()
    store.at("details-open").click()
    store.at("details-lot").fill("X-1")
    store.at("details-expiry").fill("")
    store.at("details-save").click()
    walk.scan("X-1", "]C0")
    expect(store.at("scan-note")).to_contain_text("no expiry", timeout=LONG)
    store.at("count-each").fill("5")
    expect(store.at("found-supplier_not_approved")).to_be_visible()
    store.at("finish").click()
    store.at("finish-comment").fill("Sample for trials, agreed with QA")
    store.shoot("receive-stop-en")
    store.at("take-in").click()
    expect(store.at("received")).to_be_visible(timeout=LONG)
    store.at("open-lot").click()
    expect(store.at("supplier-waits")).to_be_visible(timeout=LONG)
    store.page.goto(f"{store.wire.url}/receive")
    expect(store.at(f"receipt-{walk.lot}")).to_contain_text("4 containers · 100.000 kg", timeout=LONG)
    shown_at_each_size(store, "receive-list-en")
