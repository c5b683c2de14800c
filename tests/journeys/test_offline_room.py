"""A tablet whose storage fills up: it is told ahead, what does not fit is refused whole, and with room all goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import at_each_size, fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09", "HMI-05")]
MEGABYTE = 1024 * 1024
# What the app asks for to find out how much room there is.
TRIED = 20 * MEGABYTE
USED = "navigator.storage.estimate().then(({ usage }) => usage)"


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "zh-CN")
        self.kept: list[str] = []
        self.quota: int | None = None

    def remark(self, text: str) -> None:
        self.tablet.remark(text)
        self.kept.append(text)

    def leave_room(self, room: int) -> None:
        """So many bytes more may be stored than are now."""
        self.limit(self.tablet.page.evaluate(USED) + room)

    def limit(self, quota: int | None) -> None:
        """So many bytes in all; None is as many as there are."""
        self.quota = quota
        self.tablet.chromium.limit_storage(self.tablet.wire.url, quota)

    def restart(self) -> None:
        """The battery falls out, and there is no more room than before."""
        chromium = self.tablet.chromium
        chromium.kill()
        chromium.start()
        chromium.limit_storage(self.tablet.wire.url, self.quota)
        chromium.context.set_offline(True)
        self.tablet.page.goto(self.tablet.wire.url)
        self.tablet.unlock("zhangmin")
        self.tablet.open(self.site.batch)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("room")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


@pytest.fixture(scope="module")
def picture(walk: Walk) -> Path:
    path = walk.site.folder / "room.png"
    walk.tablet.page.screenshot(path=path)
    return path


def settings(tablet: Tablet) -> None:
    tablet.page.goto(f"{tablet.wire.url}/settings")
    expect(tablet.at("storage-space")).to_be_visible()


@pytest.mark.urs("PLT-08")
def test_settings_say_how_records_are_kept(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    walk.remark("空间充足")
    settings(tablet)
    expect(tablet.at("storage-persisted")).to_contain_text("浏览器可能")
    expect(tablet.at("storage-encrypted")).to_contain_text("均已加密")
    tablet.chromium.promise_storage()
    tablet.page.reload()
    expect(tablet.at("storage-persisted")).to_contain_text("长期保留")
    at_each_size(tablet, "settings", "storage-space")


def test_it_warns_before_it_is_full(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.site.batch}/run")
    expect(tablet.at("storage-low")).to_have_count(0)
    walk.leave_room(TRIED)
    walk.remark("空间不足")
    # It is measured each minute, and at a start.
    tablet.page.reload()
    expect(tablet.at("storage-low")).to_be_visible()
    at_each_size(tablet, "storage-low", "storage-low")


@pytest.mark.urs("PRD-05")
def test_what_does_not_fit_is_refused_whole_and_stays_typed(walk: Walk, picture: Path) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    walk.limit(1)
    photos_until_one_is_refused(walk, picture)
    tablet.shoot("full-photo")
    fits(tablet)
    tablet.at("sheet-close").click()
    remarks_until_one_is_refused(walk)
    at_each_size(tablet, "full", "remark-sheet")
    text = tablet.at("remark-text").input_value()
    tablet.at("sheet-close").click()
    assert text not in shown(tablet)
    tablet.wait_counts(len(walk.kept) - 2, 0, 2)


def photos_until_one_is_refused(walk: Walk, picture: Path) -> None:
    """Chromium's database spends for up to 30 seconds what it was once allotted, whatever the limit is by now."""

    def write(number: int) -> str:
        walk.tablet.page.wait_for_timeout(1_000 if number else 0)
        walk.tablet.at("photo").click()
        walk.tablet.at("photo-file").set_input_files(picture)
        return f"放不下的照片 {number}"

    until_one_is_refused(walk, "photo", "caption", write)


def remarks_until_one_is_refused(walk: Walk) -> None:
    """A small one may still find room in what the browser has set aside."""

    def write(number: int) -> str:
        walk.tablet.at("remark").click()
        return f"{number} " + "满" * 1_900

    until_one_is_refused(walk, "remark", "text", write)


def until_one_is_refused(walk: Walk, what: str, field: str, write: Callable[[int], str]) -> None:
    """The sheet of the one that is refused stays open, with what was typed."""
    tablet, sheet = walk.tablet, walk.tablet.at(f"{what}-sheet")
    problem = sheet.get_by_test_id("problem")
    for number in range(60):
        text = write(number)
        tablet.at(f"{what}-{field}").fill(text)
        tablet.at(f"{what}-sign").click()
        until("it is kept or refused", lambda: problem.is_visible() or sheet.count() == 0)
        if problem.is_visible():
            expect(problem).to_have_attribute("data-code", "storage_full")
            expect(tablet.at(f"{what}-{field}")).to_have_value(text)
            return
        walk.kept.append(text)
    raise AssertionError("everything fits")


def shown(tablet: Tablet) -> list[str]:
    return tablet.at("records").locator("li b").all_inner_texts()[::-1]


def test_nothing_is_half_written_and_a_full_tablet_starts(walk: Walk) -> None:
    walk.restart()
    assert shown(walk.tablet) == walk.kept
    expect(walk.tablet.at("storage-low")).to_be_visible()


@pytest.mark.urs("PLT-11")
def test_with_room_again_all_goes_on_and_everything_is_delivered(walk: Walk) -> None:
    tablet = walk.tablet
    walk.limit(None)
    walk.remark("又有空间了")
    tablet.reach_the_server("zhangmin")
    tablet.wait_counts(0, 0, len(walk.kept), seconds=60)
    expect(tablet.at("storage-low")).to_have_count(0)
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "T-31"), key=lambda one: one["seq"])
    assert [one["payload"].get("text") or one["payload"]["caption"] for one in own] == walk.kept
    assert [one["seq"] for one in own] == list(range(1, len(own) + 1))
