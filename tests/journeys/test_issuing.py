"""A keeper brings material to a batch by scan: the wrong one is told, one more is explained, what is left goes back."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.site import Site, site
from journeys.test_containers import order_again
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow]
THEIRS, NEXT, SPARE = "A-5/2-01", "A-5/2-04", "A-5/2-05"


class Walk:
    """A batch that was ordered and given nothing yet, beside the one of the demonstration."""

    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        self.batch = f"{here.batch}-2"
        order_again(here, database_url, self.batch)
        self.keeper: Tablet = here.phone("phone", "zh-CN")

    def scan(self, text: str) -> None:
        self.keeper.at("issue-scan").fill(text)
        self.keeper.page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("issuing")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


@pytest.mark.urs("MAT-07", "MAT-08")
def test_a_keeper_scans_what_the_batch_needs(walk: Walk) -> None:
    phone = walk.keeper
    phone.sign_in("huanglei")
    phone.page.goto(f"{phone.wire.url}/issue")
    phone.at(f"issue-{walk.batch}").click()
    card = phone.at("material-API-0107")
    expect(card.get_by_test_id("figure-need")).to_have_text("12.640 kg")
    walk.scan(f"PESTLE-CONTAINER:1:{NEXT}")
    expect(phone.at("issue-done")).to_contain_text(NEXT)
    expect(phone.at(f"given-{NEXT}")).to_have_attribute("data-state", "issued")
    phone.shoot("issuing")


@pytest.mark.urs("MAT-08")
def test_the_wrong_container_is_stopped_in_words(walk: Walk) -> None:
    phone = walk.keeper
    walk.scan(NEXT)
    expect(phone.at("issue-scan-problem")).to_contain_text(NEXT)
    walk.scan(THEIRS)
    expect(phone.page.get_by_text("该容器已分配给其他批。")).to_be_visible()
    walk.scan("NO-SUCH-DRUM")
    expect(phone.page.get_by_text("没有此标签的容器。")).to_be_visible()


@pytest.mark.urs("MAT-08")
def test_one_more_than_needed_asks_why(walk: Walk) -> None:
    phone = walk.keeper
    walk.scan(SPARE)
    expect(phone.at("why-confirm")).to_be_disabled()
    phone.at("why-reason").fill("第一桶结块")
    phone.at("why-confirm").click()
    expect(phone.at(f"given-{SPARE}")).to_have_attribute("data-state", "issued")
    entries = walk.site.desk("zhaolin").batch(walk.batch, "/entries")["items"]
    last = [one for one in entries if one["kind"] == "production.containers_allocated.v2"][-1]
    assert last["payload"]["containers"] == [{"container": SPARE, "reason": "第一桶结块"}]


@pytest.mark.urs("MAT-09")
def test_what_is_left_goes_back_to_stock(walk: Walk) -> None:
    phone = walk.keeper
    phone.at(f"back-{SPARE}").click()
    phone.at("return-content").fill("20.001")
    phone.at("return-confirm").click()
    expect(phone.page.get_by_text("退回量多于该容器发料时的内容量。")).to_be_visible()
    phone.at("return-content").fill("20.000")
    phone.at("return-confirm").click()
    expect(phone.at(f"returned-{SPARE}")).to_be_visible()
    expect(phone.at("figure-returned")).to_have_text("20.000 kg")
