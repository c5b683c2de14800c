"""A room from its emulated Bluetooth sensor to the printed record: limits at the desk, readings through the bridge, an
excursion while a phase runs, the review that it holds, and the dossier."""

import io
from collections.abc import Iterator

import pytest
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import shown_at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from pypdf import PdfReader
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("ENV-01", "ENV-02", "ENV-03", "PRD-06")]
LONG = 30_000
BATCH, ROOM, SENSOR = "R-1", "2-114", ("ENV-114", "E-1001")
WORDS = {"zh": "称量准备", "en": "Prepare"}
PHASE = step("10", "instruction") | {"name": WORDS, "instruction": WORDS, "room": ROOM, "equipment": None}
ELSEWHERE = step("20", "instruction", "10") | {"name": WORDS, "instruction": WORDS, "room": "2-118", "equipment": None}


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url, BATCH, [PHASE, ELSEWHERE])
        self.room, self.bridge = here.weighing_room([SENSOR])
        self.bridge.start(self.room.bus, here.code("bridge"))
        self.tablet = here.tablet("line", "en-GB")
        self.desk = here.tablet("desk", "en-GB")

    def reads(self, temperature: str) -> None:
        self.room.air(SENSOR[0], temperature=temperature)
        until(f"the server has {temperature}", lambda: self.latest() == temperature)

    def latest(self) -> str | None:
        values = self.site.desk("zhaolin").get(f"/api/rooms/{ROOM}")["values"]
        return next((one["value"] for one in values if one["quantity"] == "temperature"), None)

    def codes(self) -> list[str]:
        return [one["code"] for one in self.site.desk("zhaolin").batch(BATCH, "/review")["open"]]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("rooms")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_qa_sees_the_rooms_and_sets_limits(walk: Walk) -> None:
    walk.reads("22.10")
    desk = walk.desk
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/rooms")
    expect(desk.at(f"room-{ROOM}")).to_contain_text("22.10 °C", timeout=LONG)
    shown_at_each_size(desk, "rooms")
    desk.at(f"room-{ROOM}").click()
    expect(desk.at("value-temperature")).to_contain_text("19–25", timeout=LONG)
    desk.at("set-room-limits").click()
    desk.at("temperature-action_high").fill("27")
    desk.at("room-gap").fill("10")
    expect(desk.at("room-limits-save")).to_be_disabled()
    desk.at("room-reason").fill("Summer, report ENV-3")
    shown_at_each_size(desk, "room-limits")
    desk.at("room-limits-save").click()
    expect(desk.at("value-temperature")).to_contain_text("18–27", timeout=LONG)
    expect(desk.at("setting")).to_have_count(2)
    shown_at_each_size(desk, "room")


def test_what_the_bridge_reads_while_the_server_is_gone_comes_later(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    until("the log has the begin", lambda: "production.phase_started.v1" in kinds(walk))
    walk.site.server.kill()
    walk.room.air(SENSOR[0], temperature="27.50")
    tablet.page.wait_for_timeout(4_000)
    walk.room.air(SENSOR[0], temperature="22.40")
    tablet.page.wait_for_timeout(3_000)
    walk.site.server.start()
    until("the server has what was read last", lambda: walk.latest() == "22.40")
    assert "room_beyond_action" not in walk.codes()
    tablet.reach_the_server("zhangmin")
    tablet.complete_phase("10")
    until("the end of the phase tells it", lambda: "room_beyond_action" in walk.codes())


def kinds(walk: Walk) -> list[str]:
    return [one["kind"] for one in walk.site.desk("zhaolin").batch(BATCH, "/entries")["items"]]


def test_the_reviewer_reads_it_first_and_it_holds_the_release(walk: Walk) -> None:
    desk = walk.desk
    walk.tablet.start_phase()
    walk.tablet.complete_phase("20")
    until("both have ended", lambda: kinds(walk).count("production.phase_completed.v1") == 2)
    desk.page.goto(f"{desk.wire.url}/batch/{BATCH}/review")
    first = desk.at("surroundings").locator("p").first
    expect(first).to_have_attribute("data-testid", "excursion-action", timeout=LONG)
    expect(first).to_contain_text("Temperature 27.50 °C")
    expect(desk.at("surroundings-10")).to_contain_text("27.50 °C, mean")
    expect(desk.at("surroundings-20")).to_contain_text("no readings")
    expect(desk.page.get_by_text("Room beyond its action limits").first).to_be_visible()
    expect(desk.at("release")).to_be_disabled()
    shown_at_each_size(desk, "room-review")
    speak(desk, "zh")
    expect(desk.at("surroundings").locator("p").first).to_contain_text("超出行动限", timeout=LONG)


def test_the_dossier_says_what_the_room_was_like(walk: Walk) -> None:
    # Which sensor read it stands between the two.
    for lang, *said in (("en", "Beyond action limits: 2-114 (10), ", ", Temperature 27.50 °C"), ("zh", "超出行动限")):
        data = walk.site.desk("zhaolin").bytes(f"/api/batches/{BATCH}/dossier?lang={lang}")
        words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
        for one in said:
            assert "".join(one.split()) in "".join(words.replace("\u200b", "").split())
