"""The app in two tabs of one tablet: only one writes, the other looks and takes over, and nothing is there twice."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Page, Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09", "HMI-05")]


class Walk:
    """What the steps hand to each other. The tablet is in the hands of its last tab; `earlier` are the others."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "en-GB")
        self.earlier: list[Page] = []

    def another_tab(self) -> None:
        """A further tab, in front of the others, at the batch."""
        chromium = self.tablet.chromium
        self.earlier.append(chromium.page)
        chromium.turn_to(chromium.context.new_page())
        self.tablet.page.goto(f"{self.tablet.wire.url}/batch/{self.site.batch}/run")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("tabs")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def texts(tablet: Tablet) -> list[str]:
    return [text.split(" ")[-1] for text in tablet.at("records").locator("li b").all_inner_texts()[::-1]]


@pytest.mark.urs("PLT-08")
def test_the_first_tab_records(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("liqiang")
    tablet.take(walk.site.batch)
    tablet.go_offline()
    tablet.remark("first")
    expect(tablet.at("second-tab")).to_have_count(0)


def test_a_second_tab_shows_all_and_records_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    walk.another_tab()
    tablet.unlock("liqiang")
    expect(tablet.at("second-tab")).to_be_visible()
    assert texts(tablet) == ["first"]
    tablet.at("remark").click()
    tablet.at("remark-text").fill("from-the-second-tab")
    tablet.at("remark-sign").click()
    sheet = tablet.at("remark-sheet")
    expect(sheet.get_by_test_id("problem")).to_have_attribute("data-code", "second_tab")
    # What was typed is not lost with the refusal.
    expect(tablet.at("remark-text")).to_have_value("from-the-second-tab")
    at_each_size(tablet, "second-tab", "remark-sheet")


def test_it_takes_over_when_the_first_is_closed(walk: Walk) -> None:
    tablet = walk.tablet
    walk.earlier.pop().close()
    expect(tablet.at("second-tab")).to_have_count(0)
    tablet.at("remark-sign").click()
    expect(tablet.at("remark-sheet")).to_have_count(0)
    tablet.remark("second")
    assert texts(tablet) == ["first", "from-the-second-tab", "second"]
    tablet.wait_counts(3, 0, 0)


def test_tabs_that_come_and_go_double_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    for number in range(2):
        walk.another_tab()
        tablet.unlock("liqiang")
        expect(tablet.at("second-tab")).to_be_visible()
        walk.earlier.pop().close()
        expect(tablet.at("second-tab")).to_have_count(0)
        tablet.remark(f"tab-{number}")
    walk.another_tab()
    tablet.go_online()
    # The tab behind delivers, and this one looks.
    writer = walk.earlier[-1]
    expect(writer.get_by_test_id("counts").last).to_have_attribute("data-logged", "5", timeout=40_000)
    writer.close()
    expect(tablet.at("second-tab")).to_have_count(0)
    tablet.come_back("liqiang")
    tablet.wait_counts(0, 0, 5)
    tablet.wait_proven()
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "T-31"), key=lambda one: one["seq"])
    assert [one["payload"]["text"] for one in own] == ["first", "from-the-second-tab", "second", "tab-0", "tab-1"]
    assert [one["seq"] for one in own] == [1, 2, 3, 4, 5]
