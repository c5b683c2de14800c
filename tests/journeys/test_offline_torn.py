"""A tablet whose database is damaged on its disk: everything comes back out of the journal, and the app says so."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journeys.handheld import Tablet
from journeys.screens import DESK, at_each_size, fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09")]
TORN = 3 * 1024


def truncated(log: Path) -> None:
    with log.open("r+b") as file:
        file.truncate(max(0, log.stat().st_size - 200))


def zeroed(log: Path) -> None:
    overwrite(log, bytes(TORN))


def garbled(log: Path) -> None:
    overwrite(log, bytes((17 * i + 5) % 256 for i in range(TORN)))


def removed(log: Path) -> None:
    shutil.rmtree(log.parent)


def overwrite(log: Path, data: bytes) -> None:
    with log.open("r+b") as file:
        file.seek(max(0, log.stat().st_size - len(data)))
        file.write(data)


class Walk:
    """What the steps hand to each other. `texts` is all that was ever recorded; `device` numbers the enrolments."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "en-GB")
        self.texts: list[str] = []
        self.device = 0

    def enrol(self, code: str) -> None:
        self.device += 1
        self.tablet.enrol(code, f"T-{self.device:02}")
        self.tablet.sign_in("zhangmin")
        self.tablet.take(self.site.batch)

    def code_again(self) -> str:
        """A supervisor makes a code for the tablet that has lost its keys, and reads it out."""
        found = self.site.desk("admin").get("/api/fleet")["items"]
        [lost] = [one["id"] for one in found if one["name"] == f"T-{self.device:02}"]
        if self.device > 1:
            answer = self.site.desk("admin").post("/api/devices/codes", {"role": "tablet", "recovers": lost})
            return str(answer["code"])
        desk = self.site.tablet("desk", "en-GB")
        desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        desk.sign_in("chenjie")
        desk.page.goto(f"{desk.wire.url}/devices/{lost}")
        desk.at("enrol-again").click()
        code = desk.at("code").inner_text()
        desk.shoot("enrol-again")
        fits(desk)
        return code

    def remark(self, text: str) -> None:
        self.tablet.remark(text)
        self.texts.append(text)

    def in_log(self) -> list[str]:
        return [
            one["payload"].get("text", one["kind"]) for one in self.site.entries() if one["device"]["name"][0] == "T"
        ]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("torn")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def tear(tablet: Tablet, damage: Callable[[Path], None]) -> None:
    """Stop the browser, and damage the end of what it wrote last of the app's database."""
    tablet.chromium.kill()
    [folder] = tablet.chromium.profile.glob("IndexedDB/http_127.0.0.1_*.indexeddb.leveldb")
    damage(max(folder.glob("*.log"), key=lambda log: log.stat().st_size))
    tablet.chromium.start()
    tablet.chromium.context.set_offline(True)
    tablet.page.goto(tablet.wire.url)


@pytest.mark.urs("PLT-08", "HMI-01")
def test_a_batch_is_taken_along_and_work_goes_on_offline(walk: Walk) -> None:
    walk.enrol(walk.site.code("tablet"))
    walk.remark("delivered before the network went")
    walk.tablet.wait_counts(0, 0, 1)
    walk.tablet.wait_proven()
    walk.tablet.go_offline()
    picture = walk.site.folder / "room.png"
    walk.tablet.page.screenshot(path=picture)
    walk.tablet.photo(picture, "the scale before cleaning")
    walk.texts.append("production.photo_attached.v1")
    for number in range(8):
        walk.remark(f"offline {number}")


def test_a_database_whose_end_is_cut_off_is_completed_from_the_journal(walk: Walk) -> None:
    tablet = walk.tablet
    tear(tablet, truncated)
    tablet.unlock("zhangmin")
    tablet.wait_counts(9, 0, 1)
    tablet.open(walk.site.batch)
    walk.remark("and on")


@pytest.mark.urs("HMI-05", "PLT-15")
@pytest.mark.parametrize("damage", [zeroed, garbled, removed])
def test_a_lost_database_comes_back_from_the_journal(walk: Walk, damage: Callable[[Path], None]) -> None:
    tablet, what = walk.tablet, damage.__name__
    waiting = tablet.counts()[0]
    tear(tablet, damage)
    # It tells so before anybody signs in, which needs the network.
    expect(tablet.at("journal-waiting")).to_be_visible()
    assert int(tablet.at("journal-waiting").get_attribute("data-records") or 0) >= waiting
    if damage is garbled:
        tablet.at("language").click()
    at_each_size(tablet, f"torn-{what}", "journal-waiting")
    tablet.go_online()
    if damage is zeroed:
        refused_with_another_code(walk)
    walk.enrol(walk.code_again())
    tablet.wait_counts(0, 0, len(walk.texts), seconds=60)
    expect(tablet.at("journal-waiting")).to_have_count(0)
    expect(tablet.at("recovered")).to_be_visible()
    tablet.shoot(f"torn-{what}-after")
    assert sorted(walk.in_log()) == sorted(walk.texts)
    # What is not proven yet would be delivered once more.
    tablet.wait_proven()
    tablet.at("recovered-seen").click()
    tablet.go_offline()
    walk.remark(f"after it was {what}")


def refused_with_another_code(walk: Walk) -> None:
    """A code that is not for this tablet opens nothing, and leaves everything as it is."""
    tablet = walk.tablet
    tablet.at("go-enrol").click()
    tablet.at("enrol-code").fill(walk.site.code("tablet"))
    tablet.at("enrol-go").click()
    expect(tablet.at("problem")).to_have_attribute("data-code", "recovery_not_permitted")
    at_each_size(tablet, "torn-refused", "problem")
    tablet.page.reload()
    expect(tablet.at("journal-waiting")).to_be_visible()


@pytest.mark.urs("PLT-16")
def test_the_photo_is_there_and_the_log_is_what_the_tables_say(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_online()
    tablet.wait_counts(0, 0, len(walk.texts), seconds=60)
    [photo] = [one for one in walk.site.entries() if one["kind"] == "production.photo_attached.v1"]
    blob = walk.site.desk("zhaolin").bytes(f"/api/blobs/{photo['payload']['blob']}")
    assert len(blob) == photo["payload"]["bytes"]
    assert sorted(walk.in_log()) == sorted(walk.texts)
    kinds = [one["kind"] for one in walk.site.desk("zhaolin").log()]
    assert kinds.count("identity.journal_opened.v1") == 3
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []
