"""A batch that is taken back from its tablet, online and away: the operator sees it, what he records is reviewed."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.screens import DESK, at_each_size, fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-12")]


class Walk:
    """What the steps hand to each other; `desk` is the browser of supervisor and QA."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.tablet, self.desk = here.tablet("tablet", "zh-CN"), here.tablet("desk", "en-GB")
        self.desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})

    def entry(self, text: str) -> dict[str, Any]:
        [one] = [one for one in self.site.entries() if one["payload"].get("text") == text]
        return one

    def take_back(self, reason: str) -> None:
        """The supervisor takes the batch back, and says why."""
        self.desk.page.goto(f"{self.desk.wire.url}/batch/{self.site.batch}?tab=lots")
        self.desk.at("take-back-T-31").first.click()
        self.desk.at("take-back-reason").fill(reason)
        self.desk.at("take-back-confirm").click()
        expect(self.desk.at("take-back-sheet")).to_have_count(0)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("lease")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


@pytest.mark.urs("PLT-08", "HMI-05")
def test_taken_back_while_it_is_connected_the_tablet_says_so_at_once(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.remark("之前")
    tablet.wait_counts(0, 0, 1)
    walk.desk.sign_in("chenjie")
    walk.take_back("The tablet is needed in room 2-115")
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "revoked")
    expect(tablet.at("lease-ended")).to_contain_text("照常保留")
    at_each_size(tablet, "taken-back", "lease-ended")


@pytest.mark.urs("PLT-11")
def test_what_is_recorded_all_the_same_is_kept_and_flagged(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.remark("收回之后")
    tablet.wait_counts(0, 0, 2)
    assert walk.entry("之前")["flags"] == []
    assert "lease_revoked" in walk.entry("收回之后")["flags"]


def test_handed_back_and_taken_along_anew_it_is_work_as_usual(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.hand_back(walk.site.batch)
    tablet.take(walk.site.batch)
    expect(tablet.at("lease-ended")).to_have_count(0)
    tablet.remark("重新携带")
    tablet.wait_counts(0, 0, 3)
    assert walk.entry("重新携带")["flags"] == []


@pytest.mark.urs("PLT-08", "PLT-11")
def test_taken_back_while_it_is_away_it_works_on_and_hears_of_it_with_the_network(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    tablet.remark("离线，收回之前")
    walk.take_back("Nobody knows where it is")
    tablet.remark("离线，收回之后")
    expect(tablet.at("lease-ended")).to_have_count(0)
    tablet.wait_counts(2, 0, 3)
    tablet.go_online()
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "revoked", timeout=30_000)
    tablet.wait_counts(0, 0, 5, seconds=40)
    assert walk.entry("离线，收回之前")["flags"] == []
    assert "lease_revoked" in walk.entry("离线，收回之后")["flags"]


@pytest.mark.urs("PLT-09")
def test_it_remembers_that_without_a_network(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    tablet.battery_falls_out_offline()
    tablet.unlock("zhangmin")
    tablet.open(walk.site.batch)
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "revoked")
    tablet.go_online()


@pytest.mark.urs("PRD-13")
def test_qa_assesses_it_on_the_review(walk: Walk) -> None:
    desk, number = walk.desk, walk.site.batch
    desk.sign_out()
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/batch/{number}/review")
    [item] = [
        one for one in walk.site.desk("zhaolin").batch(number, "/review")["open"] if one["code"] == "lease_revoked"
    ]
    card = desk.at(f"item-{item['id']}")
    expect(card).to_contain_text("taken back")
    card.get_by_test_id("assess").click()
    card.get_by_test_id("decision-text").fill("Seen with the supervisor: the same person went on")
    desk.shoot("lease-revoked")
    fits(desk)
    card.get_by_test_id("decide").click()
    expect(desk.at(f"item-{item['id']}")).to_have_attribute("data-state", "assessed")
