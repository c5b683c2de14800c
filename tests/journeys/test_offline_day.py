"""A day without a network on a tablet whose clock is set ahead and back: nothing is lost, the log says what it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-13")]
HOUR = 3_600_000
# Hours since the batch was taken along; a lease lasts 72 of them.
EVENING, MORNING, TOO_LATE = 10, 26, 76


class Walk:
    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "en-GB")

    def at(self, passed: int, wrong: int = 0) -> None:
        """So many hours have passed, and the tablet's clock is so many hours ahead of what it is."""
        self.tablet.chromium.set_clock((passed + wrong) * HOUR, passed * HOUR)

    def entry(self, text: str) -> dict[str, Any]:
        [one] = [one for one in self.site.entries() if one["payload"].get("text") == text]
        return one

    def made(self, text: str) -> dict[str, Any]:
        history = self.site.desk("zhaolin").get(f"/api/entries/{self.entry(text)['id']}/history")
        made: dict[str, Any] = history["versions"][-1]["made"]
        return made

    def exceptions(self) -> set[str]:
        """What QA is asked about: one exception of a kind for each phase, while every entry carries its flags."""
        open_ = self.site.desk("zhaolin").batch(self.site.batch, "/review")["open"]
        return {item["code"] for item in open_}


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("day")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


@pytest.mark.urs("PLT-08")
def test_airplane_mode_in_the_morning(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.remark("at noon")
    tablet.wait_proven()
    tablet.go_offline()


@pytest.mark.urs("PLT-12")
def test_a_clock_that_was_set_ahead_ends_the_lease_for_its_tablet_and_the_work_is_kept(walk: Walk) -> None:
    tablet = walk.tablet
    walk.at(EVENING)
    tablet.unlock_after_idling("zhangmin")
    tablet.remark("in the evening")
    expect(tablet.at("lease-ended")).to_have_count(0)
    walk.at(EVENING, wrong=5 * 24)
    tablet.remark("far ahead")
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "expired")
    at_each_size(tablet, "expired", "lease-ended")
    walk.at(EVENING, wrong=-24)
    tablet.remark("set back")
    expect(tablet.at("lease-ended")).to_have_count(0)
    tablet.wait_counts(3, 0, 1)


@pytest.mark.urs("PLT-09")
def test_the_battery_falls_out_in_the_night(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.battery_falls_out_offline()
    tablet.unlock("zhangmin")
    tablet.wait_counts(3, 0, 1)
    walk.at(MORNING)
    tablet.unlock_after_idling("zhangmin")
    tablet.open(walk.site.batch)
    tablet.remark("next morning")


@pytest.mark.urs("PLT-11", "PLT-12", "PRD-13")
def test_delivered_next_day_each_entry_says_what_is_doubtful_of_its_time(walk: Walk) -> None:
    tablet = walk.tablet
    walk.site.pass_time(MORNING)
    tablet.reach_the_server("zhangmin")
    tablet.wait_counts(0, 0, 5, seconds=60)
    flags = {
        text: set(walk.entry(text)["flags"]) for text in ("in the evening", "far ahead", "set back", "next morning")
    }
    assert flags["in the evening"] == flags["next morning"] == set()
    assert {"captured_outside", "lease_expired"} <= flags["far ahead"]
    assert flags["set back"] == {"captured_outside"}
    assert {"captured_outside", "lease_expired"} <= walk.exceptions()
    # Its clock was wrong, so when it was made is told by what the tablet had seen, and by when it came.
    for text in ("far ahead", "set back"):
        made = walk.made(text)
        assert walk.entry("at noon")["recorded_at"] <= made["after"] <= made["before"]
    tablet.at(f"record-{walk.entry('set back')['id']}").click()
    expect(tablet.at("made").first).to_contain_text("between")
    tablet.shoot("interval")
    tablet.at("sheet-close").click()


@pytest.mark.urs("PLT-12")
def test_a_lease_ends_by_the_time_of_the_site_as_far_as_the_tablet_knows_it(walk: Walk) -> None:
    tablet = walk.tablet
    walk.at(MORNING, wrong=-48)
    tablet.go_offline()
    tablet.go_online()
    expect(tablet.at("outage")).to_have_count(0)
    tablet.remark("clock two days slow")
    tablet.wait_counts(0, 0, 6, seconds=40)
    assert "clock_skew" in walk.entry("clock two days slow")["flags"]
    assert "clock_skew" in walk.exceptions()
    expect(tablet.at("clock-wrong")).to_contain_text("48 h slow")
    tablet.shoot("clock-wrong")
    tablet.go_offline()
    # By its own clock it is the second day.
    walk.at(TOO_LATE, wrong=-48)
    tablet.remark("after the end")
    expect(tablet.at("lease-ended")).to_have_attribute("data-end", "expired")
    expect(tablet.at("lease-ended")).to_contain_text("kept and sent")
    tablet.remark("and once more")


@pytest.mark.urs("PLT-12", "PLT-11")
def test_online_the_lease_renews_itself_and_what_came_after_its_end_is_flagged(walk: Walk) -> None:
    tablet = walk.tablet
    walk.site.pass_time(TOO_LATE)
    tablet.reach_the_server("zhangmin")
    tablet.wait_counts(0, 0, 8, seconds=60)
    expect(tablet.at("lease-ended")).to_have_count(0)
    for text in ("after the end", "and once more"):
        assert "lease_expired" in walk.entry(text)["flags"]
    tablet.remark("renewed")
    tablet.wait_counts(0, 0, 9, seconds=40)
    assert "lease_expired" not in walk.entry("renewed")["flags"]
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "T-31"), key=lambda one: one["seq"])
    assert [one["seq"] for one in own] == list(range(1, 10))
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []
