"""From the receipt to the laboratory: an inspection waits, drawn containers are scanned, the sample changes hands."""

from collections.abc import Iterator
from time import time_ns
from typing import Any

import pytest
from journeys.browsers import PHONE
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size, shown_at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant
from sync.entry import new_id

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-04", "QUA-01", "QUA-02")]
LONG = 30_000


class Walk:
    """What the steps hand to each other: ten bags of starch came in; two people of the laboratory."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site, self.database_url = here, database_url
        self.locate(database_url)
        here.grant("zhouwei", "engineer", "qc")
        one = {"quantity": {"value": "25.000", "unit": "kg"}, "location": "Q-01", "damage": None}
        empty = ("order", "line", "supplier", "manufacturer", "made", "delivery_note", "damage")
        body = {"material": "STA-0042", "supplier_name": "华原药业", "supplier_lot": "S-77", "expiry": "2031-06-30"}
        body |= {**dict.fromkeys(empty), "comment": "紧急采购", "containers": [one] * 10, "despite": DESPITE}
        body["request"] = new_id(time_ns() // 1_000_000)
        here.desk("huanglei").post("/api/receiving", body, 201)
        self.lab: Tablet = here.tablet("lab", "zh-CN")
        self.number = self.sample = ""

    def locate(self, database_url: str) -> None:
        """The area of raw materials with a place for what is in quarantine, as commands do it beside the server."""
        plant = open_plant(Config(self.site.server.data, database_url))
        area = {"area": AREA, "name": {"zh": "原料库", "en": "Raw materials"}, "places": ["1-101"], "reason": "store"}
        place = {"location": "Q-01", "name": {"zh": "待验区", "en": "Quarantine"}, "warehouse": AREA, "active": True}
        place |= {"kind": "quarantine", "storage": None}
        keeper, admin = (self.site.people[login]["id"] for login in ("huanglei", "admin"))
        plant.recorder.state(
            Fact("identity.area_set.v1", "site", area, actor=admin),
            Fact("materials.location_defined.v1", "locations", place, actor=keeper),
        )
        plant.close()

    def view(self) -> dict[str, Any]:
        found: dict[str, Any] = self.site.desk("sunyue").get(f"/api/inspections/{self.number}")
        return found

    def scan(self, text: str) -> None:
        self.lab.wedge(text, "]d1")


AREA = "raw"
# A lot that was released long ago and is past its retest day.
OLD = {"material": "STA-0042", "lot": "R-OLD", "containers": 1, "retest": "2026-01-31"}
EMPTY: dict[str, Any] = dict.fromkeys(("order", "line", "supplier", "manufacturer", "supplier_name", "supplier_lot"))
EMPTY |= dict.fromkeys(("made", "expiry", "delivery_note", "quantity", "comment", "damage"))
RELEASED = {"material": OLD["material"], "lot": OLD["lot"], "status": "released", "reason": "as told by the ERP"}
DESPITE = ["supplier_not_approved", "order_unknown"]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("inspection")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_an_inspection_waits_on_the_home_of_who_samples(walk: Walk) -> None:
    lab = walk.lab
    lab.sign_in("sunyue")
    expect(lab.page.get_by_text("待取样的物料批")).to_be_visible(timeout=LONG)
    lab.page.goto(f"{lab.wire.url}/inspections")
    row = lab.page.locator("[data-testid^=inspection-INS]").first
    expect(row).to_contain_text("10 件中取 5 件", timeout=LONG)
    at_each_size(lab, "inspection-list", "inspection-filter")
    row.click()
    expect(lab.at("inspection-state")).to_contain_text("待取样", timeout=LONG)
    walk.number = lab.page.url.rpartition("/")[2]
    expect(lab.at("figure-missing")).to_have_text("5")
    at_each_size(lab, "inspection", "take-sample")


def test_drawn_containers_are_scanned_and_others_are_told_in_words(walk: Walk) -> None:
    lab, view = walk.lab, walk.view()
    drawn, lot = view["drawn"], view["lot"]
    labels = [f"{lot}-{n:03}" for n in range(1, 11)]
    assert set(drawn) <= set(labels)
    other = next(one for one in labels if one not in drawn)
    lab.at("take-sample").click()
    expect(lab.at("sample-scan")).to_be_visible(timeout=LONG)
    walk.scan("PESTLE-CONTAINER:1:none")
    expect(lab.at("sample-scan-problem-came")).to_contain_text("系统中没有此容器", timeout=LONG)
    walk.scan(drawn[0])
    expect(lab.at(f"line-{drawn[0]}")).to_be_visible(timeout=LONG)
    lab.at(f"quantity-{drawn[0]}").fill("0.020")
    lab.at("sample-scan").focus()
    for label in drawn[1:4]:
        walk.scan(label)
        expect(lab.at(f"quantity-{label}")).to_have_value("0.020", timeout=LONG)
    walk.scan(other)
    expect(lab.at("not-drawn")).to_contain_text(f"{other} 未被抽中", timeout=LONG)
    expect(lab.at("instead-of")).to_have_value(drawn[4])
    at_each_size(lab, "inspection-not-drawn", "not-drawn")
    expect(lab.at("other-add")).to_be_disabled()
    lab.at("other-reason").fill("外包装破损，改取相邻一袋")
    lab.at("other-add").click()
    expect(lab.at(f"line-{other}")).to_contain_text(f"代替 {drawn[4]}")
    lab.at("sample-comment").fill("上、中、下三层取样")
    at_each_size(lab, "inspection-take", "record-sample")
    lab.at("record-sample").click()
    expect(lab.at("sample-state")).to_contain_text("已取样", timeout=LONG)
    walk.sample = lab.page.url.rpartition("/")[2]
    assert walk.view()["missing_count"] == 0


def test_the_sample_is_handed_over_by_its_label_and_received_in_the_laboratory(walk: Walk) -> None:
    lab, second = walk.lab, walk.site.people["zhouwei"]["id"]
    lab.at("do-handed").click()
    expect(lab.at("hand-sheet")).to_be_visible(timeout=LONG)
    walk.scan("SMP-2026-9999-01")
    expect(lab.at("hand-scan-problem")).to_be_visible(timeout=LONG)
    walk.scan(walk.sample)
    expect(lab.at("hand-scanned")).to_be_visible(timeout=LONG)
    lab.at("hand-to").select_option(second)
    lab.shoot("inspection-hand")
    lab.at("hand-now").click()
    expect(lab.at("step-0")).to_contain_text("交给 周伟", timeout=LONG)

    phone: Tablet = walk.site.phone("second", "zh-CN")
    phone.sign_in("zhouwei")
    expect(phone.page.get_by_text("有样品交给您，请接收")).to_be_visible(timeout=LONG)
    phone.page.goto(f"{phone.wire.url}/inspections/samples/{walk.sample}")
    phone.at("do-received").click(timeout=LONG)
    phone.at("hand-scan").fill(walk.sample)
    phone.at("hand-scan").press("Enter")
    phone.at("hand-place").fill("检验室 2 号柜")
    phone.shoot("inspection-receive")
    phone.at("hand-now").click()
    expect(phone.at("step-1")).to_contain_text("检验室已接收", timeout=LONG)
    expect(phone.at("chain-broken")).to_have_count(0)
    phone.at("to-inspection").click()
    expect(phone.at("inspection-state")).to_contain_text("取样完成", timeout=LONG)
    at_each_size(phone, "inspection-complete", "inspection-state")
    with_it = [one for one in walk.site.desk("chenjie").log() if one["kind"] == "quality.sample_handed.v1"]
    assert [one["flags"] for one in with_it] == [[], []]


def test_where_the_chain_breaks_everybody_sees_it_in_both_languages(walk: Walk) -> None:
    lab = walk.lab
    desk = walk.site.desk("sunyue")
    line = {"container": walk.view()["drawn"][0], "quantity": {"value": "0.050", "unit": "kg"}}
    body = {"purpose": "retained", "containers": [line | {"instead_of": None, "reason": None}], "comment": None}
    kept = desk.post(f"/api/inspections/{walk.number}/samples", body, 201)["sample"]
    empty = dict.fromkeys(("place", "to", "until", "reason"))
    walk.site.desk("zhouwei").post(f"/api/samples/{kept}/steps", {"step": "received", **empty}, 201)
    lab.page.goto(f"{lab.wire.url}/inspections/samples/{kept}")
    expect(lab.at("step-0")).to_contain_text("此前无人交出", timeout=LONG)
    at_each_size(lab, "inspection-broken", "chain-broken")
    speak(lab, "en")
    expect(lab.at("step-0")).to_contain_text("Nobody had handed it over", timeout=LONG)
    shown_at_each_size(lab, "inspection-broken-en")
    lab.page.goto(f"{lab.wire.url}/inspections/{walk.number}")
    expect(lab.at(f"broken-{kept}")).to_be_visible(timeout=LONG)
    shown_at_each_size(lab, "inspection-en")
    # It is tested again: another inspection, another draw.
    lab.at("retest").click()
    lab.at("retest-reason").fill("Retest is due")
    lab.at("retest-open").click()
    expect(lab.at("inspection-state")).to_contain_text("To be sampled", timeout=LONG)
    expect(lab.page.get_by_text("Retest is due")).to_be_visible(timeout=LONG)


def test_a_sample_that_was_recorded_wrongly_is_taken_back(walk: Walk) -> None:
    lab, desk = walk.lab, walk.site.desk("sunyue")
    line = {"container": walk.view()["drawn"][0], "quantity": {"value": "0.050", "unit": "kg"}}
    body = {"purpose": "retained", "containers": [line | {"instead_of": None, "reason": None}], "comment": None}
    wrong = desk.post(f"/api/inspections/{walk.number}/samples", body, 201)["sample"]
    lab.page.goto(f"{lab.wire.url}/inspections/samples/{wrong}")
    lab.at("do-void").click(timeout=LONG)
    lab.at("void-reason").fill("Another container was opened")
    at_each_size(lab, "sample-void", "void-reason")
    lab.at("void-send").click()
    expect(lab.at("void-sheet")).to_have_count(0, timeout=LONG)
    expect(lab.at("do-void")).to_have_count(0, timeout=LONG)


@pytest.mark.urs("MAT-07", "QUA-02")
def test_a_lot_past_its_retest_stands_in_the_list_and_is_inspected_again_from_there(walk: Walk) -> None:
    plant = open_plant(Config(walk.site.server.data, walk.database_url))
    keeper, stream = walk.site.people["huanglei"]["id"], f"lot/{OLD['material']}/{OLD['lot']}"
    plant.recorder.state(
        Fact("materials.lot_received.v2", stream, {**EMPTY, **OLD}, actor=keeper),
        Fact("materials.lot_status_changed.v1", stream, RELEASED),
    )
    plant.close()
    lab = walk.lab
    lab.page.goto(f"{lab.wire.url}/inspections")
    expect(lab.at("retest-R-OLD")).to_contain_text("nothing may be used", timeout=LONG)
    at_each_size(lab, "retests", "retest-R-OLD")
    lab.at("retest-begin-R-OLD").click()
    lab.at("retest-reason").fill("Past its retest")
    lab.at("retest-open").click()
    expect(lab.at("inspection-state")).to_contain_text("To be sampled", timeout=LONG)
    number = lab.page.url.rsplit("/", 1)[1]
    lab.page.goto(f"{lab.wire.url}/inspections")
    expect(lab.at("retest-go-R-OLD")).to_have_text(number, timeout=LONG)


@pytest.mark.urs("PLT-12", "QUA-02")
def test_samples_are_taken_in_the_warehouse_without_a_network(walk: Walk) -> None:
    hand = walk.site.tablet("hand", "zh-CN")
    hand.enrol(walk.site.code("tablet"), hand.chromium.name)
    hand.sign_in("sunyue")
    one = {"quantity": {"value": "25.000", "unit": "kg"}, "location": "Q-01", "damage": None}
    body = {"material": "STA-0042", "supplier_name": "华原药业", "supplier_lot": "S-78", "expiry": "2031-06-30"}
    empty = ("order", "line", "supplier", "manufacturer", "made", "delivery_note", "damage")
    body |= {**dict.fromkeys(empty), "comment": "紧急采购", "containers": [one] * 2, "despite": DESPITE}
    body["request"] = new_id(time_ns() // 1_000_000)
    walk.site.desk("huanglei").post("/api/receiving", body, 201)
    hand.page.goto(f"{hand.wire.url}/warehouse")
    hand.at(f"take-{AREA}").click(timeout=LONG)
    expect(hand.at("tile-sample")).to_be_visible(timeout=LONG)
    expect(hand.at("tile-move")).to_have_count(0)
    hand.go_offline()
    hand.at("tile-sample").click()
    row = hand.page.locator("[data-testid^=pick-INS]").last
    expect(row).to_contain_text("尚缺 2", timeout=LONG)
    at_each_size(hand, "warehouse-sample-pick", "sample-sheet")
    number = str(row.get_attribute("data-testid")).removeprefix("pick-")
    row.click()
    lot = walk.site.desk("sunyue").get(f"/api/inspections/{number}")["lot"]
    for label in (f"{lot}-001", f"{lot}-002"):
        hand.at("sample-scan").fill(label)
        hand.at("sample-scan").press("Enter")
        hand.at(f"quantity-{label}").fill("0.025")
    at_each_size(hand, "warehouse-sample", "record-sample")
    # What was typed can be read on the phone as well.
    size = hand.page.viewport_size
    hand.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    until("the amount has room", lambda: (hand.at(f"quantity-{label}").bounding_box() or {"width": 0})["width"] >= 100)
    hand.page.set_viewport_size(size or {"width": PHONE[0], "height": PHONE[1]})
    hand.at("record-sample").click()
    taken = hand.page.locator("[data-testid^=sampled-SMP]")
    expect(taken).to_be_visible(timeout=LONG)
    sample = str(taken.get_attribute("data-testid")).removeprefix("sampled-")
    hand.at("other-lot").click()
    hand.at("sheet-close").click()
    expect(hand.at("sample-sheet")).to_have_count(0)
    # From hand to hand as well: what this device knows of it is its own word so far.
    hand.at("tile-custody").click()
    expect(hand.at(f"custody-{sample}")).to_contain_text("交接", timeout=LONG)
    at_each_size(hand, "warehouse-custody-list", f"custody-{sample}")
    hand.at("custody-scan").fill("SMP-2026-9999-01")
    hand.at("custody-scan").press("Enter")
    expect(hand.at("custody-scan-problem-came")).to_contain_text("本机携带的样品中没有此样品", timeout=LONG)
    hand.at("custody-scan").fill(sample)
    hand.at("custody-scan").press("Enter")
    hand.at("custody-to").select_option(walk.site.people["zhouwei"]["id"])
    hand.at("custody-place").fill("交接柜 1")
    at_each_size(hand, "warehouse-custody", "custody-now")
    hand.at("custody-now").click()
    expect(hand.at("custody-done")).to_contain_text(sample, timeout=LONG)
    expect(hand.at(f"custody-{sample}")).to_have_count(0)
    hand.go_online()

    def known() -> bool:
        found = walk.site.desk("sunyue").get(f"/api/inspections/{number}")
        return [(one["sample"], one["flags"]) for one in found["samples"]] == [(sample, [])]

    until("the sample stands in the log without a flag", known)
    assert walk.site.desk("sunyue").get(f"/api/inspections/{number}")["state"] == "sampled"

    def handed() -> bool:
        found = walk.site.desk("sunyue").get(f"/api/samples/{sample}")
        return [(one["step"], one["to"]["id"], one["breaks"]) for one in found["steps"]] == [
            ("handed", walk.site.people["zhouwei"]["id"], [])
        ]

    until("it was handed over in the log, and its chain is whole", handed)
    empty = dict.fromkeys(("place", "to", "until", "reason"))
    walk.site.desk("zhouwei").post(f"/api/samples/{sample}/steps", {"step": "received", **empty}, 201)
    assert walk.site.desk("sunyue").get(f"/api/inspections/{number}")["state"] == "complete"
