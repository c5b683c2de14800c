"""A delivery's containers come in by their labels, with a second look; and what is said when none is named."""

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
MATERIAL, LOT = "API-0107", "A-5/4"
USED = "A-5/2"


class Walk:
    """What the steps hand to each other: a lot that came in, and nothing of it labelled yet."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        deliver(here, database_url)
        self.store = here.tablet("store", "zh-CN")
        self.tablet = here.tablet("tablet-1", "en-GB")

    def lot(self, screen: Tablet, lot: str = LOT) -> None:
        screen.page.goto(f"{screen.wire.url}/lot/{MATERIAL}/{lot.replace('/', '%2F')}?tab=containers")
        expect(screen.at("lot-containers")).to_be_visible()

    def stock(self, lot: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.desk("huanglei").get(f"/api/lots/{MATERIAL}/{lot}/containers")
        return found


def deliver(here: Site, database_url: str) -> None:
    """Beside the running server, as its commands do it."""
    plant = open_plant(Config(here.server.data, database_url))
    delivery = {"supplier": "华原药业", "supplier_lot": "HY251120", "expiry": "2029-06-30", "status": "quarantine"}
    receipt = {"material": MATERIAL, "lot": LOT, "quantity": {"value": "80.000", "unit": "kg"}, "containers": 4}
    keeper = here.people["huanglei"]["id"]
    fact = Fact("materials.lot_received.v1", f"lot/{MATERIAL}/{LOT}", receipt | delivery, actor=keeper)
    plant.recorder.state(fact)
    plant.close()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("receiving")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


@pytest.mark.urs("MAT-04", "MAT-06")
def test_a_keeper_puts_the_labels_down_and_is_told_what_cannot_be(walk: Walk) -> None:
    store = walk.store
    store.sign_in("huanglei")
    walk.lot(store)
    store.at("receive").click()
    expect(store.at("receive-count")).to_have_value("4")
    store.at("receive-content").fill("20.000")
    store.at("receive-list").click()
    expect(store.at("receive-line")).to_have_count(4)
    store.at("label-1").fill(f"{LOT}-01")
    expect(store.at("receive-line").nth(1)).to_contain_text("出现两次")
    expect(store.at("receive-look")).to_be_disabled()
    at_each_size(store, "receive", "receive-look")
    store.at("label-1").fill(f"{LOT}-02")
    store.at("content-2").fill("19.95")
    store.at("receive-look").click()


@pytest.mark.urs("MAT-04")
def test_the_second_look_shows_what_differs_from_the_delivery(walk: Walk) -> None:
    store = walk.store
    expect(store.at("second-count")).to_contain_text("4")
    expect(store.at("second-sum")).to_contain_text("79.950 kg")
    expect(store.at("second-differs")).to_be_visible()
    at_each_size(store, "second-look", "receive-confirm")
    assert walk.stock(LOT)["items"] == []
    store.at("receive-back").click()
    store.at("content-2").fill("20.000")
    store.at("receive-look").click()
    expect(store.at("second-differs")).to_have_count(0)
    expect(store.at("second-sum")).to_contain_text("80.000 kg")
    store.at("receive-confirm").click()
    expect(store.at("receive-sheet")).to_have_count(0)


@pytest.mark.urs("MAT-06")
def test_the_containers_stand_at_the_lot_as_they_came(walk: Walk) -> None:
    store = walk.store
    for number in range(1, 5):
        expect(store.at(f"left-{LOT}-{number:02d}")).to_contain_text("20.000 kg")
    at_each_size(store, "lot-containers", "lot-containers")
    speak(store, "en")
    expect(store.at(f"left-{LOT}-01")).to_contain_text("20.000 kg left")
    at_each_size(store, "lot-containers-en", "lot-containers")
    store.at("receive").click()
    store.at("receive-first").fill(f"{LOT}-05")
    store.at("receive-count").fill("2")
    store.at("receive-content").fill("20")
    store.at("receive-list").click()
    store.at("receive-look").click()
    expect(store.at("second-differs")).to_contain_text("differs from the delivery")
    at_each_size(store, "second-look-en", "receive-confirm")
    store.at("sheet-close").click()
    speak(store, "zh")
    [*_, told] = [one for one in walk.site.desk("chenjie").log() if one["kind"] == "materials.containers_received.v2"]
    assert (told["actor"]["id"], told["flags"]) == (walk.site.people["huanglei"]["id"], [])
    assert [one["quantity"]["value"] for one in told["payload"]["containers"]] == ["20.000"] * 4


@pytest.mark.urs("MAT-04", "IDN-01")
def test_who_may_not_receive_is_not_asked_to(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "tablet-1")
    tablet.sign_in("zhangmin")
    walk.lot(tablet)
    expect(tablet.at(f"left-{LOT}-01")).to_be_visible()
    expect(tablet.at("receive")).to_have_count(0)
    given = {"containers": [{"container": "X-1", "quantity": {"value": "1", "unit": "kg"}}]}
    refused = walk.site.desk("zhangmin").post(f"/api/lots/{MATERIAL}/{LOT}/containers", given, 403)
    assert refused["code"] == "not_permitted"


@pytest.mark.urs("PLT-12", "PLT-16")
def test_who_weighs_and_names_no_container_is_told_at_once_and_not_kept_from_it(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(tablet.wire.url)
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.start_phase()
    # The one container that the batch was given of the lot is chosen already.
    expect(tablet.at("container")).to_have_value(f"{USED}-01")
    expect(tablet.at("left")).to_contain_text("20.000 kg left")
    expect(tablet.at("container-doubt")).to_have_count(0)
    tablet.at("container").fill("")
    expect(tablet.at("container-doubt")).to_have_attribute("data-code", "missing")
    expect(tablet.at("container-doubt")).to_contain_text("has labelled containers")
    at_each_size(tablet, "no-container", "container-doubt")
    tablet.weigh_by_hand("12.640", second="wangfang")
    expect(tablet.at("recorded-20/net")).to_contain_text("kg")
    until("it is in the log", lambda: walk.stock(USED)["missing"])
    expect(tablet.at("records")).to_contain_text("Container not named")
    tablet.shoot("flagged")


@pytest.mark.urs("PLT-12", "PLT-16", "MAT-06")
def test_more_than_is_left_is_told_before_it_is_weighed(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.complete_phase("20")
    tablet.start_phase()
    expect(tablet.at("left")).to_contain_text("5.000 kg left")
    tablet.at("manual").click()
    tablet.type_number("5.001")
    expect(tablet.at("container-doubt")).to_have_attribute("data-code", "used_up")
    expect(tablet.at("container-doubt")).to_contain_text("Only 5.000 kg is left")
    tablet.shoot("too-little")
    tablet.type_number("2.850")
    expect(tablet.at("container-doubt")).to_have_count(0)


@pytest.mark.urs("PLT-12", "PLT-16")
def test_qa_and_the_store_see_it_in_their_own_language(walk: Walk) -> None:
    store = walk.store
    walk.lot(store, USED)
    expect(store.at("missing")).to_contain_text("未写明容器")
    at_each_size(store, "lot-with-exceptions", "missing")
    store.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    store.sign_out()
    store.sign_in("zhaolin")
    [item] = [
        one
        for one in walk.site.desk("zhaolin").batch(walk.site.batch, "/review")["open"]
        if one["code"] == "container_missing"
    ]
    assert item["details"]["severity"] == "minor"
    store.page.goto(f"{store.wire.url}/batch/{walk.site.batch}/review")
    expect(store.at(f"item-{item['id']}")).to_contain_text("轻微")
    fits(store)
    store.shoot("review")
