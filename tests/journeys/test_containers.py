"""Two tablets, two batches, one container: who is entitled to it, what is said when another takes it, what QA sees."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.ordering import demonstrated
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

pytestmark = [pytest.mark.slow]
OURS, THEIRS, SPARE = "A-5/2-01", "A-5/2-03", "A-5/2-04"


class Walk:
    """What the steps hand to each other: the plant of the demonstration, and a second batch ordered like the first."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        self.other = f"{here.batch}-2"
        order_again(here, database_url, self.other)
        self.first = here.tablet("tablet-1", "zh-CN")
        self.second = here.tablet("tablet-2", "en-GB")
        self.phone = here.phone("phone", "en-GB")

    def open_items(self, batch: str, code: str) -> list[dict[str, Any]]:
        review = self.site.desk("zhaolin").batch(batch, "/review")
        return [item for item in review["open"] if item["code"] == code]


def order_again(here: Site, database_url: str, number: str) -> None:
    """Beside the running server, as its commands do it."""
    plant = open_plant(Config(here.server.data, database_url))
    payload = {**demonstrated(plant, here.batch), "batch": number}
    planner = here.people["wujing"]["id"]
    plant.recorder.state(Fact("production.order_released.v1", f"batch/{number}", payload, actor=planner))
    plant.close()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("containers")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


@pytest.mark.urs("PLT-12", "PLT-16", "MAT-06")
def test_a_supervisor_allocates_what_no_other_batch_has(walk: Walk) -> None:
    phone = walk.phone
    phone.sign_in("chenjie")
    phone.page.goto(f"{phone.wire.url}/batch/{walk.other}?tab=lots")
    expect(phone.at(f"line-{OURS}")).to_have_attribute("data-allocated", walk.site.batch)
    expect(phone.at(f"line-{OURS}").locator("input")).to_be_disabled()
    for label in (THEIRS, SPARE):
        phone.at(f"line-{label}").locator("input").check()
    phone.at("allocate").click()
    # Two drums are more than it needs.
    phone.at("why-reason").fill("第二桶备用")
    phone.at("why-confirm").click()
    expect(phone.at(f"line-{THEIRS}")).to_have_attribute("data-allocated", walk.other)
    phone.at(f"line-{SPARE}").locator("input").check()
    phone.at("give-back-reason").fill("one is enough")
    phone.at("give-back").click()
    expect(phone.at(f"line-{SPARE}")).to_have_attribute("data-allocated", "")
    phone.shoot("containers")
    asked = {"containers": [{"container": OURS, "reason": None}]}
    refused = walk.site.desk("chenjie").post(f"/api/batches/{walk.other}/materials/allocate", asked, 409)
    assert refused["code"] == "container_taken"


@pytest.mark.urs("PLT-08", "PLT-12")
def test_each_tablet_takes_its_batch_with_its_containers(walk: Walk) -> None:
    for tablet, login, batch in ((walk.first, "zhangmin", walk.site.batch), (walk.second, "wangfang", walk.other)):
        tablet.enrol(walk.site.code("tablet"), tablet.chromium.name)
        tablet.sign_in(login)
        tablet.take(batch)
        tablet.go_offline()
        tablet.start_phase()
        tablet.clear_line()
        tablet.complete_phase("10")
        tablet.start_phase()
    body = {"containers": [THEIRS], "reason": "wanted elsewhere"}
    refused = walk.site.desk("chenjie").post(f"/api/batches/{walk.other}/containers/release", body, 409)
    assert refused["code"] == "container_out"


@pytest.mark.urs("PLT-08", "PLT-12")
def test_a_container_of_another_batch_is_told_before_weighing_and_does_not_stand_in_the_way(walk: Walk) -> None:
    first, second = walk.first, walk.second
    first.at(f"container-{OURS}").click()
    expect(first.at("container-doubt")).to_have_count(0)
    first.weigh_by_hand("12.640", second="wangfang")
    expect(second.at(f"container-{THEIRS}")).to_be_visible()
    expect(second.at(f"container-{OURS}")).to_have_count(0)
    second.at("container").fill(OURS)
    expect(second.at("container-doubt")).to_have_attribute("data-code", "not_allocated")
    expect(second.at("container-doubt")).to_contain_text("not allocated to this batch")
    second.shoot("doubt")
    second.weigh_by_hand("12.652", second="zhangmin")
    for tablet in (first, second):
        expect(tablet.at("recorded-20/net")).to_contain_text("kg")


@pytest.mark.urs("PLT-12")
def test_a_supervisor_takes_a_batch_back_while_its_tablet_is_away(walk: Walk) -> None:
    phone = walk.phone
    phone.page.goto(f"{phone.wire.url}/batch/{walk.other}?tab=lots")
    phone.at("take-back-tablet-2").click()
    phone.at("take-back-reason").fill("the tablet is not found")
    phone.at("take-back-confirm").click()
    expect(phone.at("take-back-sheet")).to_have_count(0)
    expect(walk.second.at("lease-ended")).to_have_count(0)


@pytest.mark.urs("PLT-09", "PLT-12", "PLT-16")
def test_both_batches_show_both_facts_once_the_tablets_are_back(walk: Walk) -> None:
    come_back(walk.first, "zhangmin")
    come_back(walk.second, "wangfang")
    for batch in (walk.site.batch, walk.other):
        until(f"{batch} tells of it", lambda batch=batch: walk.open_items(batch, "container_shared"))
        [item] = walk.open_items(batch, "container_shared")
        assert {entry["stream"] for entry in item["entries"]} == {f"batch/{walk.site.batch}", f"batch/{walk.other}"}
        assert {entry["payload"]["net"]["value"] for entry in item["entries"]} == {"12.640", "12.652"}
        assert walk.open_items(batch, "container_not_allocated")
    phone = walk.phone
    [item] = walk.open_items(walk.site.batch, "container_shared")
    phone.page.goto(f"{phone.wire.url}/batch/{walk.site.batch}/review")
    shown = phone.at(f"item-{item['id']}")
    for said in ("12.640", "12.652", walk.other):
        expect(shown).to_contain_text(said)
    phone.shoot("review")


def come_back(tablet: Tablet, login: str) -> None:
    tablet.go_online()
    tablet.sign_in_again(login)
    until(f"{tablet.chromium.name} has delivered", lambda: tablet.counts()[:2] == (0, 0))


@pytest.mark.urs("PLT-12", "HMI-05")
def test_the_tablet_says_at_once_that_its_batch_was_taken_back_and_keeps_what_comes(walk: Walk) -> None:
    tablet = walk.second
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "revoked")
    expect(tablet.at("lease-ended")).to_contain_text("kept and sent, flagged")
    tablet.shoot("taken-back")
    tablet.remark("I went on all the same")
    until("it is delivered", lambda: tablet.counts()[:2] == (0, 0))
    entries = walk.site.desk("zhaolin").batch(walk.other, "/entries")["items"]
    [remark] = [one for one in entries if one["kind"] == "production.remark_added.v1"]
    assert remark["flags"] == ["lease_revoked"]
    [weighed] = [one for one in entries if one["kind"] == "production.material_weighed.v1"]
    assert "lease_revoked" not in weighed["flags"]
    expect(walk.first.at("lease-ended")).to_have_count(0)
