"""Everything is scanned: by wedge and camera, locked and offline; what is wrong is told with what was expected."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys import films
from journeys.processes import until
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-03")]
OURS, ANOTHER, LOT = "A-5/2-01", "A-5/2-03", "A-5/2"
MATERIAL = "API-0107"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
# Each mark that a scan leaves, kept for whoever looks later than the two thirds of a second that it is there.
MARKS = """window.marks = [];
new MutationObserver((changes) => {
  for (const one of changes.flatMap((change) => [...change.addedNodes]))
    if (one.dataset?.testid === "scan-mark") marks.push(one.dataset.right);
}).observe(document, { childList: true, subtree: true });"""
# As many frames are looked at before a code counts as one that cannot be read.
LOOKED = 8


class Walk:
    """What the steps hand to each other: a tablet whose only camera shows a film of ours."""

    def __init__(self, here: Site, folder: Path) -> None:
        self.site, self.film = here, folder / "camera.y4m"
        films.shoot(self.film, "QRCode", "not yet", 0.25)
        self.tablet = here.tablet("scanner", "en-GB", films.flags(self.film))
        self.dice = random.Random(5)
        self.tablet.page.add_init_script(MARKS)
        self.load(self.tablet.wire.url)

    def type(self, text: str, jitter: float = 0.0) -> None:
        """As a wedge scanner sends it: a key at a time, GS as F8; now and then the tablet is slow."""
        keyboard = self.tablet.page.keyboard
        for char in text:
            if jitter and self.dice.random() < 0.1:
                time.sleep(self.dice.uniform(0, jitter))
            keyboard.press({"\x1d": "F8", " ": "Space"}.get(char, char))

    def wedge(self, text: str, symbology: str = "]C0", jitter: float = 0.0) -> None:
        self.type(symbology + text, jitter)
        self.tablet.page.keyboard.press("Enter")

    def load(self, address: str) -> None:
        self.tablet.page.goto(address)
        self.seen = 0

    def marked(self, right: bool) -> None:
        """The next mark is this one."""
        marks = until("a mark", lambda: self.tablet.page.evaluate("(seen) => marks.slice(seen)", self.seen))
        self.seen += 1
        assert marks[0] == str(right).lower()

    def problem(self, field: str) -> tuple[str, str]:
        expect(self.tablet.at(f"{field}-problem")).to_be_visible()
        at = self.tablet.at
        return at(f"{field}-problem-expected").inner_text(), at(f"{field}-problem-came").inner_text()

    def shows(self, kind: str, text: str, height: float, **more: Any) -> None:
        """A camera that is opened from now on sees this."""
        films.shoot(self.film, kind, text, height, **more)

    def decodes(self) -> int:
        return int(self.tablet.page.evaluate("performance.getEntriesByName('pestle.decode').length"))

    def clear(self) -> None:
        self.tablet.at("container").fill("")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("scanning")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here, folder)


@pytest.mark.urs("OPS-05")
def test_the_locked_glass_takes_an_enrolment_code_whatever_the_rhythm(walk: Walk) -> None:
    tablet, code = walk.tablet, walk.site.code("tablet")
    tablet.at("go-enrol").click()
    expect(tablet.at("enrol-code")).to_be_visible()
    walk.wedge("PESTLE-CONTAINER:1:x", "]Q1")
    walk.marked(False)
    assert "enrolment code" in walk.problem("enrol-code")[0]
    at_each_size(tablet, "enrol-wrong", "enrol-code-problem")
    # Into another field that has the focus; what people typed there stays.
    tablet.at("enrol-name").fill("T-0")
    tablet.at("enrol-name").press("7")
    walk.wedge(f"PESTLE-ENROL:1:{code}", "]Q1", jitter=0.3)
    walk.marked(True)
    expect(tablet.at("enrol-code")).to_have_value(code)
    expect(tablet.at("enrol-name")).to_have_value("T-07")
    expect(tablet.at("enrol-code-problem")).to_have_count(0)
    tablet.at("enrol-go").click()
    expect(tablet.at("enrolled")).to_be_visible()
    tablet.at("enrol-continue").click()


@pytest.mark.urs("MAT-12", "MAT-08", "PRD-08")
def test_the_right_container_is_taken_and_the_wrong_one_named(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    walk.wedge("MIX-99")
    walk.marked(False)
    assert walk.problem("identify") == ("Expected: room 2-114 · equipment BAL-07, BAL-08", "Scanned: MIX-99")
    for code, symbology in (("2-114", "]C0"), ("PESTLE-EQUIPMENT:1:BAL-07", "]Q1")):
        walk.wedge(code, symbology)
        walk.marked(True)
    expect(tablet.at("identified")).to_have_text("✓2-114✓BAL-07")
    at_each_size(tablet, "identified", "identified")
    tablet.start_phase()
    expect(tablet.at("container")).to_be_visible()
    walk.wedge(OURS)
    walk.marked(True)
    expect(tablet.at("container")).to_have_value(OURS)
    walk.wedge(ANOTHER)
    walk.marked(False)
    expected, came = walk.problem("container")
    assert OURS in expected
    assert ANOTHER in came
    at_each_size(tablet, "container-wrong", "container-problem")
    walk.wedge(f"10{LOT}\x1d21{OURS}", "]d2", jitter=0.2)
    walk.marked(True)
    expect(tablet.at("container-problem")).to_have_count(0)
    expect(tablet.at("container")).to_have_value(OURS)


@pytest.mark.urs("MAT-12")
def test_what_is_cut_typed_or_hostile_is_no_container(walk: Walk) -> None:
    tablet = walk.tablet
    walk.clear()
    # Enter was lost, then the code is scanned again: only the second one counts.
    walk.type(f"]C0{ANOTHER[:5]}")
    walk.wedge(OURS)
    walk.marked(True)
    expect(tablet.at("container")).to_have_value(OURS)
    # Enter was lost for good: nothing is taken, and what people type after a while is theirs again.
    walk.clear()
    tablet.at("container").fill("A-")
    walk.type("]C0A-5/2")
    walk.marked(False)
    expect(tablet.at("container")).to_have_value("A-")
    walk.type("5")
    expect(tablet.at("container")).to_have_value("A-5")
    # A scanner whose own keyboard app puts the text in at once, without keys.
    walk.clear()
    tablet.at("container").focus()
    tablet.page.keyboard.insert_text(f"]C0{OURS}")
    tablet.page.keyboard.press("Enter")
    walk.marked(True)
    expect(tablet.at("container")).to_have_value(OURS)
    # What people type stays theirs, bracket and all.
    walk.clear()
    tablet.at("container").focus()
    walk.type("a]b [d2]")
    expect(tablet.at("container")).to_have_value("a]b [d2]")
    walk.clear()
    walk.wedge(HOSTILE, "]Q1")
    walk.marked(False)
    assert HOSTILE in walk.problem("container")[1]
    assert tablet.page.title() != "owned"
    walk.clear()
    walk.wedge("0109506000134353", "]d2")
    walk.marked(False)
    assert "check digit" in walk.problem("container")[1]
    walk.clear()
    walk.wedge("PESTLE-BADGE:1:B-1:c2VjcmV0LW9mLWE", "]Q1")
    walk.marked(False)
    assert "c2VjcmV0" not in tablet.page.content()


@pytest.mark.urs("CMP-05")
def test_ten_kilobytes_at_once_are_refused_and_swallowed(walk: Walk) -> None:
    tablet = walk.tablet
    walk.clear()
    tablet.at("container").focus()
    burst = """(text) => { for (const key of [...text, "Enter"]) document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) }"""
    tablet.page.evaluate(burst, "]Q1" + "x" * 10_000)
    walk.marked(False)
    expect(tablet.at("container")).to_have_value("")
    walk.wedge(OURS)
    walk.marked(True)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("DataMatrix:gs1,forceSquare", f"(10){LOT}(21){OURS}"),
        ("QRCode", f"PESTLE-CONTAINER:1:{OURS}"),
        ("Code128", OURS),
    ],
)
@pytest.mark.urs("MAT-12")
def test_the_camera_reads_what_stands_on_containers(walk: Walk, kind: str, text: str) -> None:
    tablet = walk.tablet
    walk.clear()
    # Codes of bars have to be sharp and straight.
    walk.shows(kind, text, 0.25, **({"blur": 0.4, "turn": 1} if kind == "Code128" else {}))
    tablet.at("container-camera").click()
    expect(tablet.at("container")).to_have_value(OURS)
    walk.marked(True)
    expect(tablet.at("camera-sheet")).to_have_count(0)
    expect(tablet.at("container-problem")).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "text", "height", "more"),
    [
        ("DataMatrix:gs1,forceSquare", f"(10){LOT}(21){OURS}", 0.05, {}),
        ("Code128", OURS, 0.25, {"blur": 4, "turn": 8}),
        ("DataMatrix:gs1,forceSquare", f"(10){LOT}(21){OURS}", 0.25, {"damage": 0.5}),
    ],
    ids=["too small", "blurred bars", "damaged"],
)
def test_the_camera_reads_nothing_from_what_cannot_be_read(
    walk: Walk, kind: str, text: str, height: float, more: dict[str, Any]
) -> None:
    tablet = walk.tablet
    walk.clear()
    walk.shows(kind, text, height, **more)
    before = walk.decodes()
    tablet.at("container-camera").click()
    until("frames are looked at", lambda: walk.decodes() >= before + LOOKED, 40)
    expect(tablet.at("camera-sheet")).to_be_visible()
    expect(tablet.at("camera-state")).to_contain_text("Looking")
    if height < 0.1:
        at_each_size(tablet, "camera", "camera-picture")
    tablet.at("sheet-close").first.click()
    expect(tablet.at("container")).to_have_value("")


@pytest.mark.urs("PLT-08", "HMI-01")
def test_the_camera_works_without_a_network(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tablet.go_offline()
    walk.load(tablet.page.url)
    expect(tablet.at("gate").or_(tablet.at("lock")).first).to_be_visible()
    if tablet.at("gate").is_visible():
        tablet.unlock("zhangmin")
    walk.shows("DataMatrix:gs1,forceSquare", f"(10){LOT}(21){OURS}", 0.25)
    expect(tablet.at("container")).to_be_visible()
    walk.clear()
    tablet.at("container-camera").click()
    expect(tablet.at("container")).to_have_value(OURS)
    tablet.go_online()


@pytest.mark.urs("MAT-08")
def test_a_lot_is_found_by_any_of_its_codes(walk: Walk) -> None:
    tablet = walk.tablet
    walk.load(f"{tablet.wire.url}/lots")
    tablet.come_back("zhangmin")
    expect(tablet.at("find")).to_be_visible()
    walk.wedge("NOBODY-KNOWS", "]C0")
    walk.marked(False)
    assert "NOBODY-KNOWS" in walk.problem("find")[1]
    at_each_size(tablet, "lot-unknown", "find-problem")
    walk.wedge(f"PESTLE-CONTAINER:1:{OURS}", "]Q1")
    expect(tablet.at("lot-containers")).to_be_visible()
    assert tablet.page.url.endswith(f"/lot/{MATERIAL}/A-5%2F2?tab=containers")


@pytest.mark.urs("MAT-04")
def test_containers_are_received_by_scanning_them(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_out()
    tablet.sign_in("huanglei")
    walk.load(f"{tablet.wire.url}/lot/{MATERIAL}/A-5%2F2?tab=containers")
    tablet.at("receive").click()
    tablet.at("receive-content").fill("20.000")
    walk.wedge(OURS)
    walk.marked(False)
    assert "received before" in walk.problem("receive-scan")[1]
    walk.wedge(f"{LOT}-91")
    walk.marked(True)
    walk.wedge(f"10{LOT}\x1d21{LOT}-92\x1d3103019950", "]d2")
    expect(tablet.at("receive-line")).to_have_count(2)
    expect(tablet.at("content-1")).to_have_value("19.950")
    walk.wedge(f"10OTHER\x1d21{LOT}-93", "]d2")
    expect(tablet.at("receive-scan-problem-came")).to_contain_text("OTHER")
    expect(tablet.at("receive-line")).to_have_count(2)
    at_each_size(tablet, "receive-scan", "receive-look")
    tablet.at("sheet-close").click()


@pytest.mark.urs("OPS-06")
def test_it_speaks_chinese(walk: Walk) -> None:
    tablet = walk.tablet
    speak(tablet, "zh")
    expect(tablet.at("receive")).to_be_visible()
    tablet.at("receive").click()
    walk.wedge(OURS)
    assert walk.problem("receive-scan") == ("应为：未使用过的标签", f"扫到：{OURS}，此前已接收")
    at_each_size(tablet, "receive-scan-zh", "receive-scan-problem")
    tablet.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    at_each_size(tablet, "receive-scan-dark", "receive-scan-problem")
