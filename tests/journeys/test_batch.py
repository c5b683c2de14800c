"""A batch from the tablet to the verified dossier, with everything killed on the way; the steps build on each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import PESTLE, until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from pypdf import PdfReader, PdfWriter
from support import PostgresCluster

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09")]
PHASES = ["10", "20", "30", "40", "50"]
WEIGHTS = ["114.0", "113.2", "114.9", "115.3", "113.8"]
HARDNESS = ["58", "61", "60", "63", "59"]
WEIGHED = "production.material_weighed.v1"
READ = "equipment.weight_read.v1"


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.balances, self.bridge = here.weighing_room()
        self.bridge.start(self.balances.bus, here.code("bridge"))
        self.first = here.tablet("tablet-1", "zh-CN")
        self.second = here.tablet("tablet-2", "en-GB")
        self.dossiers: dict[str, Path] = {}

    @property
    def batch(self) -> str:
        return self.site.batch

    def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The batch's entries in the server's log."""
        items: list[dict[str, Any]] = self.site.desk("zhaolin").batch(self.batch, "/entries")["items"]
        return [entry for entry in items if kind in (None, entry["kind"])]

    def readings(self, balance: str) -> list[dict[str, Any]]:
        """What the bridge has signed and delivered of a balance."""
        items: list[dict[str, Any]] = self.site.desk("zhaolin").get(f"/api/log?stream=equipment/{balance}")["items"]
        return sorted((entry for entry in items if entry["kind"] == READ), key=lambda entry: int(entry["index"]))


@pytest.fixture(scope="module")
def walk(playwright: Playwright, postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with site(playwright, tmp_path_factory.mktemp("batch"), postgres.create()) as here:
        yield Walk(here)


@pytest.mark.urs("HMI-01", "PLT-08", "PLT-12")
def test_tablets_are_enrolled_with_a_code_and_take_the_batch_along(walk: Walk) -> None:
    for tablet, login in ((walk.first, "zhangmin"), (walk.second, "wangfang")):
        tablet.enrol(walk.site.code("tablet"), tablet.chromium.name)
        tablet.sign_in(login)
        tablet.shoot("home")
        tablet.take(walk.batch)
    held = walk.site.desk("zhaolin").batch(walk.batch)["leases"]
    assert {lease["device"]["name"] for lease in held} == {"tablet-1", "tablet-2"}


@pytest.mark.urs("PLT-08", "HMI-05", "PRD-05")
def test_the_line_is_cleared_offline_with_photo_and_remark(walk: Walk) -> None:
    tablet = walk.first
    tablet.go_offline()
    tablet.start_phase()
    tablet.clear_line()
    expect(tablet.at("recorded-10/clearance")).to_be_visible()
    tablet.remark("温湿度计已更换电池")
    picture = walk.site.folder / "room.png"
    tablet.page.screenshot(path=picture)
    tablet.photo(picture, "清场后的称量间")
    tablet.complete_phase("10")
    tablet.shoot("offline")
    assert set(tablet.records(["10"]).values()) == {("device", True)}
    tablet.wait_counts(5, 0, 0)
    assert walk.entries("production.line_cleared.v1") == []


@pytest.mark.urs("HMI-05", "PLT-09")
def test_back_on_the_network_everything_is_in_the_log(walk: Walk) -> None:
    walk.first.go_online()
    walk.first.wait_counts(0, 0, 5)
    assert set(walk.first.records(["10"]).values()) == {("logged", True)}
    assert len(walk.entries("production.photo_attached.v1")) == 1
    expect(walk.second.at("phase-10")).to_have_attribute("data-state", "done")


@pytest.mark.urs("BRG-01", "BRG-02", "PRD-06")
def test_only_a_stable_weight_of_the_balance_can_be_taken(walk: Walk) -> None:
    tablet, balances = walk.first, walk.balances
    tablet.at("phase-20").click()
    tablet.start_phase()
    balances.place("BAL-07", "12.652")
    expect(tablet.at("take-weight")).to_be_enabled()
    balances.tell("wobble", "BAL-07", seconds=8)
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "dynamic")
    expect(tablet.at("take-weight")).to_be_disabled()
    tablet.shoot("unstable")
    balances.tell("overload", "BAL-07")
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "overload")
    expect(tablet.at("take-weight")).to_be_disabled()
    balances.place("BAL-07", "12.648")
    expect(tablet.at("take-weight")).to_be_enabled()
    tablet.shoot("stable")


@pytest.mark.urs("BRG-02", "BRG-03")
def test_the_bridge_is_killed_while_the_weight_lies_there_and_the_weight_is_taken_once(walk: Walk) -> None:
    tablet = walk.first
    walk.bridge.kill()
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "lost", timeout=15_000)
    expect(tablet.at("take-weight")).to_be_disabled()
    walk.bridge.start(walk.balances.bus)
    tablet.take_weight()
    expect(tablet.at("recorded-20/net")).to_be_visible()
    tablet.complete_phase("20")
    tablet.wait_counts(0, 0, 8)
    read = walk.readings("BAL-07")
    assert [entry["payload"]["net"]["value"] for entry in read] == ["12.652", "12.648"]
    taken = walk.entries(WEIGHED)[0]["payload"]
    bridge = read[1]["payload"]
    assert taken["source"] == "device"
    assert taken["net"] == bridge["net"] == {"value": "12.648", "unit": "kg"}
    assert taken["reading"] == {
        "id": read[1]["id"],
        "device": read[1]["device"]["id"],
        **{name: bridge[name] for name in ("balance", "serial", "model", "raw")},
    }
    assert bridge["raw"].split() == ["S", "S", "12.648", "kg"]
