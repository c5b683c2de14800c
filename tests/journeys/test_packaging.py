"""Printed materials are balanced and shown on a tablet without network: what is missing stops the batch, and a
specimen is kept of what is printed.

In English as the operator works, and in Chinese as the screens are looked at again.
"""

from collections.abc import Iterator

import pytest
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from packaging_support import CARTON, PACKS, TYPED
from playwright.sync_api import Playwright, expect
from recipe_support import step
from support import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-11")]
LONG = 20_000
BATCH, OTHER = "C-1", "C-2"
PICTURE, AGAIN = (ROOT / "pwa" / "public" / f"icon-{size}.png" for size in (512, 192))


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


BOXES = PACKS | {"name": _words("合格盒", "Good cartons"), "tally": False}
FOLDED = CARTON | {"material_name": _words("纸盒", "Folding carton"), "sources": {**TYPED, "packs": ["10/packs"]}}
LEAFLET = FOLDED | {"id": "leaflet", "material": "lea-1", "material_name": _words("说明书", "Leaflet")}
PRINTED = [FOLDED, LEAFLET | {"specimen": False}]
PHASES = [
    step("10", "parameters", name=_words("装盒", "Cartoning"), parameters=[BOXES]),
    step("20", "packaging", "10", name=_words("包材平衡", "Printed materials"), printed=PRINTED),
    step("30", "instruction", "20", name=_words("入库", "To the store")),
]


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url, BATCH, [{**one, "room": None, "equipment": None} for one in PHASES])
        alone = step("20", "packaging", printed=[FOLDED | {"sources": {**TYPED, "packs": None}}])
        order(here, database_url, OTHER, [{**alone, "room": None, "equipment": None}])
        self.tablet = here.tablet("packaging", "en-GB")

    def balance(self, *counts: str) -> None:
        """What is typed of one material: issued, destroyed, specimens, returned."""
        for at, count in enumerate(counts):
            if at:
                self.tablet.at("next-input").click()
            self.tablet.type_number(count)
        self.tablet.at("next-input").click()

    def look(self, what: str, testid: str) -> None:
        """At each size, in both languages."""
        at_each_size(self.tablet, f"{what}-en", testid)
        speak(self.tablet, "zh")
        self.tablet.come_back("zhangmin")
        self.tablet.at("phase-20").click()
        expect(self.tablet.at(testid).first).to_be_visible(timeout=LONG)
        at_each_size(self.tablet, f"{what}-zh", testid)
        speak(self.tablet, "en")
        self.tablet.come_back("zhangmin")
        self.tablet.at("phase-20").click()
        expect(self.tablet.at(testid).first).to_be_visible(timeout=LONG)

    def entries(self, kind: str, batch: str = BATCH) -> list[dict[str, object]]:
        every = self.site.desk("zhaolin").batch(batch, "/entries")["items"]
        return [one["payload"] for one in every if one["kind"] == f"production.{kind}.v1"]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("packaging")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_cartons_that_nothing_accounts_for_put_the_balance_out_of_its_limits(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    tablet.parameter("10/packs", "980")
    tablet.complete_phase("10")
    tablet.start_phase()
    walk.look("printed", "printed-materials")
    tablet.go_offline()
    expect(tablet.at("input-packs")).to_contain_text("980")
    walk.balance("1000", "0", "2", "0")
    expect(tablet.at("yield-value")).to_contain_text("98.2")
    expect(tablet.at("balance-difference")).to_contain_text("-18 pcs")
    at_each_size(tablet, "balance", "yield-value")
    tablet.at("sign").click()
    tablet.comment("Eighteen cartons are not to be found")
    expect(tablet.at("unexplained-carton")).to_be_visible()
    walk.balance("1000", "8", "2", "10")
    expect(tablet.at("yield-value")).to_contain_text("100.0")
    tablet.at("sign").click()


@pytest.mark.urs("PRD-12")
def test_a_specimen_is_asked_for_and_the_number_on_it_is_compared_before_it_is_signed(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("specimen-work")).to_be_visible()
    expect(tablet.at("specimen-sign")).to_be_disabled()
    tablet.at("specimen-file").set_input_files(PICTURE)
    expect(tablet.at("specimen-work").locator("img")).to_be_visible()
    tablet.at("specimen-number").fill("C-7")
    expect(tablet.at("specimen-differs")).to_be_visible()
    at_each_size(tablet, "specimen", "specimen-work")
    tablet.at("specimen-number").fill(BATCH)
    expect(tablet.at("specimen-differs")).to_have_count(0)
    tablet.at("specimen-dates").fill("2026-11 / 2028-10")
    tablet.at("specimen-sign").click()
    expect(tablet.at("specimen-carton")).to_contain_text("2028-10")
    tablet.complete_phase("20")


def test_the_batch_goes_on_once_a_supervisor_has_explained_what_is_missing(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("stopped")).to_be_disabled()
    at_each_size(tablet, "balance-stops", "unexplained-carton")
    tablet.at("explain").click()
    tablet.at("explain-text").fill("Found beneath the conveyor and destroyed")
    tablet.at("explain-sign").click()
    tablet.confirm_second("chenjie")
    tablet.go_online()
    tablet.start_phase()
    tablet.at("phase-20").click()
    walk.look("balanced", "specimen-carton")


def test_a_specimen_is_taken_again_without_network_after_its_phase_has_ended(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    tablet.at("retake-carton").click()
    expect(tablet.at("retake-sign")).to_be_disabled()
    tablet.at("specimen-file").set_input_files(AGAIN)
    tablet.at("specimen-number").fill(BATCH)
    tablet.at("specimen-dates").fill("2026-11 / 2028-11")
    tablet.at("retake-reason").fill("The picture was of a proof")
    at_each_size(tablet, "retake", "retake-sheet")
    tablet.at("retake-sign").click()
    expect(tablet.at("retake-sheet")).to_have_count(0)
    expect(tablet.at("specimen-carton")).to_have_count(1)
    expect(tablet.at("specimen-carton")).to_contain_text("2028-11")
    expect(tablet.at("specimen-carton")).to_contain_text("The picture was of a proof")
    tablet.go_online()


@pytest.mark.urs("PRD-12")
def test_the_server_has_found_the_same_and_prints_it(walk: Walk) -> None:
    until("all is in the log", lambda: walk.tablet.counts()[:2] == (0, 0), 40)
    codes = {str(one["code"]) for one in walk.entries("exception_raised")}
    assert codes == {"out_of_limits"}
    assert [one["value"] for one in walk.entries("material_balanced")] == ["98.2", "100.0"]
    first, specimen = walk.entries("specimen_kept")
    assert (first["dates"], specimen["dates"]) == ("2026-11 / 2028-10", "2026-11 / 2028-11")
    assert first["blob"] != specimen["blob"]
    desk = walk.site.desk("zhaolin")
    until("the picture is there", lambda: len(desk.bytes(f"/api/blobs/{specimen['blob']}")) == specimen["bytes"], 40)
    assert desk.bytes(f"/api/batches/{BATCH}/dossier?lang=zh").startswith(b"%PDF")


def test_without_a_specimen_the_phase_ends_with_a_reason_and_that_is_an_exception(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.hand_back(BATCH)
    tablet.take(OTHER, "20")
    tablet.start_phase()
    walk.balance("1000", "980", "8", "2", "10")
    tablet.at("sign").click()
    tablet.at("without-specimen").click()
    tablet.at("without-text").fill("The camera is broken")
    tablet.shoot("without")
    tablet.at("without-sign").click()
    expect(tablet.at("all-done")).to_be_visible(timeout=LONG)
    until("all is in the log", lambda: tablet.counts()[:2] == (0, 0), 40)
    assert [one["code"] for one in walk.entries("exception_raised", OTHER)] == ["specimen_missing"]
    assert [one["text"] for one in walk.entries("remark_added", OTHER)] == ["The camera is broken"]
