"""Two tablets make one batch by branches that go side by side, one of them without network: a hold, a skip, a timer."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-05", "PRD-06")]
LONG = 20_000
BATCH = "C-2"


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _named(number: str, zh: str, en: str, *after: str, **more: object) -> dict[str, object]:
    plain = {"name": _words(zh, en), "room": None, "equipment": None, "instruction": _words("按规程操作", "As written")}
    return {**step(number, "instruction", *after), **plain, **more}


LIMIT = {"since": "20", "from": "end", "to": "start", "min": None, "max": 10}
PHASES = [
    _named("10", "准备", "Prepare"),
    _named("20", "配制包衣液", "Make the suspension", "10"),
    _named("30", "压片", "Compress", "10"),
    _named("40", "除尘", "Dedust", "30"),
    _named("50", "包衣", "Coat", "20", "40", times=[LIMIT]),
]


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url, BATCH, PHASES)
        self.mine, self.theirs = here.tablet("mine", "en-GB"), here.tablet("theirs", "zh-CN")

    def flags(self) -> list[str]:
        entries = self.site.desk("zhaolin").batch(BATCH, "/entries")["items"]
        return [one["payload"]["code"] for one in entries if one["kind"] == "production.exception_raised.v1"]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("branches")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def state(tablet: Tablet, phase: str, name: str) -> None:
    expect(tablet.at(f"phase-{phase}")).to_have_attribute("data-state", name, timeout=LONG)


def stop(tablet: Tablet, way: str, reason: str) -> None:
    if tablet.at("more").count() and tablet.at("more").is_visible():
        tablet.at("more").click()
    tablet.at("stop-phase").click()
    tablet.at(f"way-{way}").click()
    tablet.at("stop-reason").fill(reason)
    tablet.shoot(f"sheet-{way}")
    tablet.at("stop-sign").click()
    expect(tablet.at("stop-sheet")).to_have_count(0)


def test_after_the_first_phase_two_may_be_done_side_by_side(walk: Walk) -> None:
    for tablet, login, name in ((walk.mine, "zhangmin", "T-01"), (walk.theirs, "wangfang", "T-02")):
        tablet.enrol(walk.site.code("tablet"), name)
        tablet.sign_in(login)
        tablet.take(BATCH)
    walk.mine.start_phase()
    walk.mine.complete_phase("10")
    for tablet in (walk.mine, walk.theirs):
        state(tablet, "20", "now")
        state(tablet, "30", "now")
        state(tablet, "50", "later")
    expect(walk.mine.at("beside-30")).to_be_visible()
    at_each_size(walk.mine, "beside-en", "beside")
    at_each_size(walk.theirs, "beside-zh", "beside")


def test_both_branches_go_on_while_one_tablet_has_no_network(walk: Walk) -> None:
    walk.mine.start_phase()
    expect(walk.mine.at("complete-phase")).to_be_visible(timeout=LONG)
    walk.theirs.go_offline()
    walk.theirs.at("beside-30").click()
    walk.theirs.start_phase()
    stop(walk.theirs, "held", "冲头卡住")
    expect(walk.theirs.at("held")).to_contain_text("冲头卡住")
    at_each_size(walk.theirs, "held-zh", "held")
    walk.theirs.at("resume-phase").click()
    walk.theirs.complete_phase("30")
    # On with what follows the branch, without a word from the other tablet.
    stop(walk.theirs, "skipped", "本批无需除尘")
    state(walk.theirs, "40", "left")
    if walk.mine.at("gate").is_visible():
        walk.mine.unlock("zhangmin")
    walk.mine.shoot("before-completing-20")
    walk.mine.complete_phase("20")


def test_a_time_limit_counts_down_and_the_branches_meet(walk: Walk) -> None:
    expect(walk.mine.at("limit-50")).to_have_attribute("data-state", "soon")
    at_each_size(walk.mine, "limit-en", "limit-50")
    state(walk.mine, "50", "later")
    walk.theirs.reach_the_server("wangfang")
    state(walk.mine, "40", "left")
    state(walk.mine, "50", "now")
    walk.mine.start_phase()
    walk.mine.complete_phase("50")
    expect(walk.mine.at("limit-50")).to_have_count(0)
    expect(walk.mine.at("all-done")).to_be_visible()


def test_the_skip_is_the_one_thing_that_qa_must_look_at(walk: Walk) -> None:
    until("the log has all of it", lambda: walk.flags() == ["phase_skipped"])
    [line] = [one for one in walk.site.desk("zhaolin").get("/api/batches")["items"] if one["number"] == BATCH]
    assert (line["status"], line["phases_done"]) == ("awaiting_review", 5)


def test_the_held_phase_reads_in_both_languages(walk: Walk) -> None:
    speak(walk.mine, "zh")
    walk.mine.come_back("zhangmin")
    expect(walk.mine.at("all-done")).to_be_visible(timeout=LONG)
    walk.mine.at("phase-40").click()
    at_each_size(walk.mine, "skipped-zh", "records")
