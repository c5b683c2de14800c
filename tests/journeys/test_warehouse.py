"""A day in a warehouse on two handhelds: looked up and moved without a network, counted by both while they are alone,
the variances approved by somebody who did not count, the stock set right."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.browsers import PHONE
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size, fits, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

pytestmark = [pytest.mark.slow]
MATERIAL, LOT, AREA = "API-0107", "W-1", "raw"
LABELS = [f"W-1-{n:02d}" for n in range(1, 6)]


class Walk:
    """What the steps hand to each other: five containers of a lot, four at R-01 and one at R-02, and two handhelds."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        furnish(here, database_url)
        self.one = here.tablet("hand-1", "zh-CN")
        self.other = here.tablet("hand-2", "en-GB")
        self.unit = self.count = ""

    def stock(self, label: str) -> dict[str, Any]:
        """What the server's log says of a container."""
        items = self.site.desk("zhaolin").get(f"/api/counts/{self.count}")["lines"]
        return next(one for one in items if one["container"] == label)

    def moved(self) -> list[Any]:
        entries = self.site.desk("chenjie").log()
        return [one for one in entries if one["kind"] == "materials.container_moved.v1"]


def furnish(here: Site, database_url: str) -> None:
    """Beside the running server, as its commands do it."""
    plant = open_plant(Config(here.server.data, database_url))
    keeper, admin = here.people["huanglei"]["id"], here.people["admin"]["id"]
    area = {"area": AREA, "name": {"zh": "原料库", "en": "Raw materials"}, "places": ["1-101"], "reason": "store"}
    facts = [Fact("identity.area_set.v1", "site", area, actor=admin)]
    for place, zh, en, kind in (("R-01", "一排", "Row 1", "storage"), ("R-02", "二排", "Row 2", "storage")):
        about = {"location": place, "name": {"zh": zh, "en": en}, "warehouse": AREA, "kind": kind, "storage": None}
        facts.append(Fact("materials.location_defined.v1", "locations", about | {"active": True}, actor=keeper))
    none = ("order", "line", "supplier", "manufacturer", "supplier_name", "made", "retest", "delivery_note")
    said: dict[str, Any] = dict.fromkeys((*none, "quantity", "comment", "damage"))
    said |= {"material": MATERIAL, "lot": LOT, "supplier_lot": "HY2611", "expiry": "2099-06-30", "containers": 5}
    facts.append(Fact("materials.lot_received.v2", f"lot/{MATERIAL}/{LOT}", said, actor=keeper))
    kg = {"value": "25.000", "unit": "kg"}
    rows = [
        {"container": label, "quantity": kg, "location": "R-02" if label == LABELS[4] else "R-01", "damage": None}
        for label in LABELS
    ]
    given = {"material": MATERIAL, "lot": LOT, "containers": rows}
    facts.append(Fact("materials.containers_received.v2", f"lot/{MATERIAL}/{LOT}", given, actor=keeper))
    plant.recorder.state(*facts)
    plant.close()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("warehouse")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def scan(tablet: Tablet, field: str, text: str) -> None:
    """As somebody types it in and presses Enter; a scanner's text ends so too."""
    tablet.at(field).fill(text)
    tablet.at(field).press("Enter")


@pytest.mark.urs("MAT-06", "PLT-12")
def test_a_day_is_taken_along_by_two_handhelds(walk: Walk) -> None:
    for tablet, login in ((walk.one, "huanglei"), (walk.other, "chenjie")):
        tablet.enrol(walk.site.code("tablet"), tablet.chromium.name)
        tablet.sign_in(login)
        tablet.page.goto(f"{tablet.wire.url}/warehouse")
        expect(tablet.at(f"take-{AREA}")).to_be_visible()
    at_each_size(walk.one, "areas", f"take-{AREA}")
    for tablet in (walk.one, walk.other):
        tablet.at(f"take-{AREA}").click()
        expect(tablet.at("tile-move")).to_be_visible()
    out = walk.site.desk("zhaolin").get("/api/warehouses")["items"]
    assert {one["device"]["name"] for area in out if area["area"] == AREA for one in area["out"]} == {
        "hand-1",
        "hand-2",
    }


@pytest.mark.urs("MAT-06", "PLT-08")
def test_a_scan_says_what_it_is_without_a_network(walk: Walk) -> None:
    one = walk.one
    one.go_offline()
    scan(one, "look-up", f"PESTLE-CONTAINER:1:{LABELS[0]}")
    expect(one.at("found-held")).to_have_text("25.000 kg")
    expect(one.at("found-place")).to_contain_text("R-01")
    expect(one.at("found")).to_contain_text("待验")
    at_each_size(one, "found", "found")
    scan(one, "look-up", "R-01")
    expect(one.at("found-count")).to_have_text("4")
    scan(one, "look-up", "HY2611")
    expect(one.at("found-count")).to_have_text("5")
    scan(one, "look-up", "no such thing")
    expect(one.at("look-up-problem-came")).to_contain_text("no such thing")
    expect(one.at("found")).to_have_count(0)


@pytest.mark.urs("MAT-06", "PLT-08")
def test_a_container_is_moved_by_two_scans_and_the_wrong_ones_are_told(walk: Walk) -> None:
    one = walk.one
    one.at("tile-move").click()
    scan(one, "move-scan", "R-02")
    expect(one.at("move-scan-problem-came")).to_contain_text("R-02")
    scan(one, "move-scan", LABELS[3])
    expect(one.at("moving")).to_have_attribute("data-label", LABELS[3])
    scan(one, "move-scan", "R-01")
    expect(one.at("move-scan-problem-came")).to_contain_text("R-01")
    one.shoot("move-wrong")
    scan(one, "move-scan", "R-02")
    expect(one.at(f"moved-{LABELS[3]}")).to_contain_text("R-02")
    at_each_size(one, "moved", f"moved-{LABELS[3]}")
    one.at("move-close").click()
    scan(one, "look-up", LABELS[3])
    expect(one.at("found-place")).to_contain_text("R-02")
    expect(one.at("done").locator("[data-place]").first).to_have_attribute("data-place", "device")
    assert walk.moved() == []
    one.reach_the_server("huanglei")
    until("the move is in the log", lambda: len(walk.moved()) == 1)
    # The other one sees it, and so does its stock.
    scan(walk.other, "look-up", LABELS[3])
    expect(walk.other.at("found-place")).to_contain_text("R-02")


@pytest.mark.urs("MAT-09")
def test_a_count_is_ordered_at_the_desk(walk: Walk) -> None:
    other = walk.other
    other.page.goto(f"{other.wire.url}/counts")
    other.at("order-count").click()
    other.at("count-at-R-01").check()
    other.at("count-at-R-02").check()
    at_each_size(other, "order-count", "order-count-now")
    other.at("order-count-now").click()
    # What nobody has looked for yet is not missing, and is approved by nobody.
    expect(other.at("count-not-begun")).to_contain_text("5")
    expect(other.at("sum-missing")).to_have_count(0)
    walk.count = other.page.url.rpartition("/")[2]
    for tablet in (walk.one, other):
        tablet.page.goto(f"{tablet.wire.url}/warehouse")
        tablet.at("renew").click()
        tablet.at("tile-count").click()
        expect(tablet.at("at-R-01")).to_be_visible()
        tablet.go_offline()


@pytest.mark.urs("MAT-09", "PLT-08")
def test_both_count_while_they_are_alone_and_see_no_amount(walk: Walk) -> None:
    one, other = walk.one, walk.other
    for tablet in (one, other):
        scan(tablet, "count-scan", LABELS[0])
        expect(tablet.at("count-scan-problem-came")).to_contain_text(LABELS[0])
        scan(tablet, "count-scan", "PESTLE-LOCATION:1:R-01")
        expect(tablet.at("at-R-01")).to_have_attribute("aria-pressed", "true")
    # As booked, and less than booked; the second handheld finds another amount in the same container.
    for label in LABELS[:2]:
        scan(one, "count-scan", label)
        expect(one.at("counting")).not_to_contain_text("25")
        if label == LABELS[0]:
            at_each_size(one, "counting", "count-sealed")
            one.at("count-sealed").click()
        else:
            one.at("count-quantity").fill("24.500")
            one.at("count-measured").click()
        expect(one.at(f"counted-{label}")).to_be_visible()
    scan(other, "count-scan", LABELS[1])
    other.at("count-quantity").fill("24.400")
    other.at("count-measured").click()
    expect(other.at(f"counted-{LABELS[1]}")).to_be_visible()
    # One that is not there, and one that stands where it is not booked.
    other.at("count-gone").click()
    scan(other, "count-scan", LABELS[2])
    other.at("count-not-there").click()
    expect(other.at(f"counted-{LABELS[2]}")).to_be_visible()
    scan(other, "count-scan", LABELS[4])
    other.at("count-sealed").click()
    expect(other.at(f"counted-{LABELS[4]}")).to_be_visible()
    at_each_size(other, "counted", f"counted-{LABELS[4]}")
    # The battery falls out: what was counted is there again, and the work goes on by PIN.
    one.battery_falls_out_offline()
    one.unlock("huanglei")
    one.page.goto(f"{one.wire.url}/warehouse")
    one.unlock("huanglei")
    one.at("tile-count").click()
    one.at("at-R-01").click()
    for label in LABELS[:2]:
        expect(one.at(f"counted-{label}")).to_be_visible()
    assert walk.stock(LABELS[1])["countings"] == []


@pytest.mark.urs("MAT-09", "PLT-08")
def test_both_come_back_and_neither_count_is_lost(walk: Walk) -> None:
    for tablet, login in ((walk.one, "huanglei"), (walk.other, "chenjie")):
        # Whoever must sign in anew does so outside of the sheet.
        tablet.at("count-close").click()
        tablet.reach_the_server(login)
    until("both counts are there", lambda: len(walk.stock(LABELS[1])["countings"]) == 2)
    until("the missing one is there", lambda: len(walk.stock(LABELS[2])["countings"]) == 1)
    # Each sees that the other found something else.
    walk.one.at("tile-count").click()
    walk.one.at("at-R-01").click()
    expect(walk.one.at(f"counted-{LABELS[1]}")).to_have_attribute("data-differs", "true")
    results = {label: walk.stock(label)["result"] for label in LABELS}
    assert results == dict(zip(LABELS, ["same", "conflict", "missing", "missing", "moved"], strict=True))


@pytest.mark.urs("MAT-09", "QUA-03")
def test_variances_are_approved_by_who_did_not_count(walk: Walk) -> None:
    desk = walk.site.phone("qa", "zh-CN")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/counts/{walk.count}")
    expect(desk.at("approve-count")).to_be_disabled()
    at_each_size(desk, "variances", f"line-{LABELS[1]}")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    right = next(one for one in walk.stock(LABELS[1])["countings"] if one["quantity"]["value"] == "24.500")
    desk.at(f"holds-{right['entry']}").click()
    for label in LABELS[1:]:
        desk.at(f"why-{label}").fill("复核后确认")
    desk.shoot("decided-variances")
    desk.at("approve-count").click()
    desk.at("signature-login").fill("zhaolin")
    desk.at("signature-password").fill(walk.site.people["zhaolin"]["password"])
    desk.at("sign-now").click()
    expect(desk.at(f"decided-{LABELS[1]}")).to_contain_text("24.500 kg")
    at_each_size(desk, "closed", f"decided-{LABELS[1]}")
    speak(desk, "en")
    expect(desk.at("count-state")).to_contain_text("closed")
    at_each_size(desk, "closed-en", f"decided-{LABELS[1]}")


@pytest.mark.urs("MAT-09", "MAT-06")
def test_the_stock_is_what_was_found(walk: Walk) -> None:
    one = walk.one
    one.page.goto(f"{one.wire.url}/warehouse")
    one.at("renew").click()
    scan(one, "look-up", LABELS[1])
    expect(one.at("found-held")).to_have_text("24.500 kg")
    scan(one, "look-up", LABELS[4])
    expect(one.at("found-place")).to_contain_text("R-01")
    scan(one, "look-up", LABELS[2])
    expect(one.at("look-up-problem-came")).to_contain_text(LABELS[2])
    one.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(one)


@pytest.mark.urs("MAT-06", "PLT-08")
def test_a_container_is_split_and_merged_again_without_a_network(walk: Walk) -> None:
    one, source = walk.one, LABELS[0]
    one.go_offline()
    one.at("tile-split").click()
    scan(one, "split-scan", source)
    expect(one.at("split-label-0")).to_have_value(f"{source}-1")
    one.at("split-content-0").fill("999")
    expect(one.at("split-container_overdrawn")).to_be_visible()
    one.at("split-content-0").fill("4.5")
    expect(one.at("split-stays")).to_contain_text("20.500")
    at_each_size(one, "split", "split-now")
    one.at("split-now").click()
    expect(one.at(f"filled-{source}")).to_contain_text(f"{source}-1")
    one.at("split-close").click()
    scan(one, "look-up", f"{source}-1")
    expect(one.at("found-held")).to_have_text("4.5 kg")
    one.at("tile-merge").click()
    scan(one, "merge-scan", source)
    scan(one, "merge-scan", "R-01")
    expect(one.at("merge-scan-problem-came")).to_contain_text("R-01")
    scan(one, "merge-scan", f"{source}-1")
    at_each_size(one, "merge", f"emptied-{source}-1")
    one.at("merge-now").click()
    one.at("merge-close").click()
    scan(one, "look-up", source)
    expect(one.at("found-held")).to_have_text("25.000 kg")
    one.reach_the_server("huanglei")
    kinds = ("materials.container_split.v1", "materials.containers_merged.v1")

    def told() -> list[Any]:
        return [one for one in walk.site.desk("chenjie").log() if one["kind"] in kinds]

    until("both are in the log", lambda: len(told()) == 2)
    assert [one["flags"] for one in told()] == [[], []]
