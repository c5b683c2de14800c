"""The keeper moves a container by two scans, splits and scraps; QA bars one; all of it stands in its history."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.screens import DESK, at_each_size, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-06", "MAT-09", "ENG-02")]
LONG = 30_000
LABELS = ["STK-1", "STK-2"]


class Walk:
    """What the steps hand to each other: two containers of a released lot."""

    def __init__(self, here: Site) -> None:
        self.site = here
        keeper = here.desk("huanglei")
        lots: list[dict[str, Any]] = keeper.get("/api/lots?limit=200")["items"]
        self.lot = next(one for one in lots if one["status"] == "released" and "/" not in one["lot"])
        self.path = f"/api/lots/{self.lot['material']}/{self.lot['lot']}/containers"
        self.unit = keeper.get(self.path)["unit"]
        lines = [{"container": label, "quantity": {"value": "25.000", "unit": self.unit}} for label in LABELS]
        keeper.post(self.path, {"containers": lines}, 201)
        self.store: Tablet = here.tablet("store", "zh-CN")

    def scan(self, text: str, symbology: str = "]d2") -> None:
        self.store.wedge(text, symbology)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("stock")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_locations_are_defined_where_there_are_none(walk: Walk) -> None:
    store = walk.store
    store.sign_in("huanglei")
    store.page.goto(f"{store.wire.url}/locations")
    for code, kind in (("A-01", "storage"), ("P-01", "production")):
        store.at("add-location").click(timeout=LONG)
        for name, text in (("code", code), ("zh", f"库位 {code}"), ("en", f"Place {code}")):
            store.at(f"location-{name}").fill(text)
        store.at("location-kind").select_option(kind)
        store.shoot(f"location-{code}")
        store.at("location-save").click()
        expect(store.at(f"location-{code}")).to_contain_text("启用", timeout=LONG)
    at_each_size(store, "locations", "location-A-01")


def test_a_container_is_found_by_scan_and_moved_by_another(walk: Walk) -> None:
    store = walk.store
    store.page.goto(f"{store.wire.url}/stock")
    expect(store.at(f"stock-{walk.lot['material']}")).to_contain_text(walk.unit, timeout=LONG)
    at_each_size(store, "stock", f"stock-{walk.lot['material']}")
    store.at(f"stock-{walk.lot['material']}").click()
    expect(store.at(f"container-{LABELS[0]}")).to_contain_text("尚未上架", timeout=LONG)
    at_each_size(store, "stock-material", f"container-{LABELS[0]}")
    store.at("stock-filter").fill(LABELS[1])
    expect(store.at(f"container-{LABELS[0]}")).to_have_count(0)
    expect(store.at(f"container-{LABELS[1]}")).to_be_visible()
    store.page.goto(f"{store.wire.url}/stock")
    expect(store.at("stock-scan")).to_be_visible(timeout=LONG)
    walk.scan(f"PESTLE-CONTAINER:1:{LABELS[0]}")
    expect(store.at("container-held")).to_contain_text("25.000", timeout=LONG)
    store.at("move").click()
    walk.scan("PESTLE-LOCATION:1:NOWHERE")
    expect(store.at("move-scan-problem-came")).to_contain_text("NOWHERE", timeout=LONG)
    walk.scan("PESTLE-LOCATION:1:A-01")
    expect(store.at("move-to")).to_contain_text("A-01", timeout=LONG)
    store.shoot("container-move")
    store.at("move-now").click()
    expect(store.at("container-place")).to_contain_text("A-01", timeout=LONG)


def test_it_is_split_merged_and_scrapped_and_no_more_than_there_is(walk: Walk) -> None:
    store = walk.store
    store.at("split").click()
    store.at("split-content-0").fill("30")
    store.at("split-now").click()
    expect(store.at("stock-found")).to_contain_text("取出超过容器所装", timeout=LONG)
    store.shoot("container-split-wrong")
    store.at("split-content-0").fill("5.000")
    store.at("split-now").click()
    # The new container wants a label.
    expect(store.at("print-labels")).to_be_visible(timeout=LONG)
    store.page.keyboard.press("Escape")
    expect(store.at("container-held")).to_contain_text("20.000", timeout=LONG)
    store.at("merge").click()
    walk.scan(f"PESTLE-CONTAINER:1:{LABELS[0]}-1")
    store.shoot("container-merge")
    store.at("merge-now").click()
    expect(store.at("container-held")).to_contain_text("25.000", timeout=LONG)
    store.at("scrap").click()
    store.at("scrap-content").fill("1.000")
    store.at("scrap-reason").fill("撒漏")
    store.shoot("container-scrap")
    store.at("scrap-now").click()
    expect(store.at("container-held")).to_contain_text("24.000", timeout=LONG)
    told = store.at("container-told")
    for word in ("容器移动", "容器分装", "容器合并", "报废"):
        expect(told).to_contain_text(word)
    at_each_size(store, "container", "container-held")


def test_qa_bars_a_container_and_everybody_sees_it(walk: Walk) -> None:
    desk: Tablet = walk.site.phone("desk", "en-GB")
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/containers/{LABELS[0]}")
    desk.at("bar").click(timeout=LONG)
    desk.at("bar-reason").fill("Seal broken")
    desk.at("bar-now").click()
    expect(desk.at("container-barred")).to_contain_text("Seal broken", timeout=LONG)
    shown_at_each_size(desk, "container-barred-en")
    desk.page.goto(f"{desk.wire.url}/stock/{walk.lot['material']}")
    expect(desk.at(f"container-{LABELS[0]}")).to_contain_text("Restricted", timeout=LONG)
    shown_at_each_size(desk, "stock-material-en")
    [barred] = [one for one in walk.site.desk("zhaolin").log() if one["kind"] == "materials.container_restricted.v1"]
    assert barred["payload"] == {"container": LABELS[0], "reason": "Seal broken"}
