"""The operator asks for samples without a network; the laboratory is told, draws one and declines the other, and says
why what it drew is not tested; the tablet hears of both, and the batch's release waits for neither any more."""

from collections.abc import Iterator

import pytest
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size, fits, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("QUA-02", "PRD-05", "HMI-04")]
LONG = 30_000
BATCH = "C-3"
CORES = {"id": "cores", "name": {"zh": "素片", "en": "Cores"}, "amount": {"value": "20", "unit": "tablets"}}
PHASE = step("10", "instruction", name={"zh": "压片", "en": "Compression"}, sampling=[CORES])
PHASE |= {"room": None, "equipment": None}


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("samples")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as made:
        order(made, database_url, BATCH, [PHASE])
        yield made


def met(here: Site) -> bool:
    gates = here.desk("zhaolin").batch(BATCH, "/review")["gates"]
    return all(one["met"] for one in gates if one["code"] == "sample_requests")


def test_a_sample_is_asked_for_on_the_tablet_and_answered_by_the_laboratory(here: Site) -> None:
    tablet, laboratory = here.tablet("floor", "zh-CN"), here.phone("laboratory", "en-GB")
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    # Nobody ends the phase without its planned sample by mistake.
    tablet.at("complete-phase").click()
    at_each_size(tablet, "unsampled-zh", "unsampled-text")
    expect(tablet.at("unsampled-sign")).to_be_disabled()
    tablet.page.keyboard.press("Escape")
    expect(tablet.at("unsampled-sheet")).to_have_count(0)
    tablet.go_offline()
    # What the recipe plans is seen without looking for it.
    expect(tablet.at("to-ask-cores")).to_contain_text("20 tablets")
    tablet.at("ask-cores").click()
    at_each_size(tablet, "request-zh", "request-sign")
    tablet.at("request-sign").click()
    expect(tablet.at("to-ask-cores")).to_have_count(0)
    expect(tablet.at("asked")).to_have_attribute("data-state", "open")
    tablet.at("seldom").click()
    tablet.at("ask-sample").click()
    tablet.at("planned-none").click()
    expect(tablet.at("request-sign")).to_be_disabled()
    tablet.at("request-what").fill("冲头附近粉末")
    tablet.at("request-why").fill("发现黑点")
    tablet.at("request-amount").fill("5")
    tablet.at("request-unit").fill("g")
    at_each_size(tablet, "request-other-zh", "request-why")
    tablet.at("request-sign").click()
    expect(tablet.at("asked")).to_have_count(2)
    tablet.go_online()
    until("both are at the server", lambda: len(here.desk("sunyue").get("/api/sample-requests")["items"]) == 2)
    assert not met(here)
    speak(tablet, "en")
    tablet.come_back("zhangmin")
    expect(tablet.at("asked").first).to_contain_text("Cores", timeout=LONG)
    at_each_size(tablet, "asked-en", "asked")

    laboratory.sign_in("sunyue")
    laboratory.page.goto(f"{laboratory.wire.url}/inspections")
    expect(laboratory.at(f"request-of-{BATCH}").first).to_be_visible(timeout=LONG)
    fits(laboratory)
    laboratory.at(f"request-of-{BATCH}").first.click()
    expect(laboratory.page.get_by_role("heading", name="Cores")).to_be_visible()
    at_each_size(laboratory, "requests-en", "draw")
    laboratory.at("decline").last.click()
    laboratory.at("decline-why").fill("The same powder was sampled this morning.")
    laboratory.at("draw").first.click()
    expect(laboratory.at("sample-number")).to_contain_text(f"{BATCH}-S1", timeout=LONG)
    # What was typed of another request is still there.
    expect(laboratory.at("decline-why")).to_have_value("The same powder was sampled this morning.")
    laboratory.at("decline-sign").click()
    expect(laboratory.page.locator('[data-state="open"]')).to_have_count(0, timeout=LONG)
    speak(laboratory, "zh")
    laboratory.page.goto(f"{laboratory.wire.url}/batch/{BATCH}/samples")
    expect(laboratory.at("sample-number")).to_be_visible(timeout=LONG)
    fits(laboratory)
    laboratory.shoot("requests-answered-zh")
    assert not met(here), "the sample that was drawn has no result"
    laboratory.at("leave-untested").click()
    laboratory.at("untested-why").fill("留作留样")
    at_each_size(laboratory, "untested-zh", "untested-sign")
    laboratory.at("untested-sign").click()
    expect(laboratory.at("untested")).to_contain_text("留作留样", timeout=LONG)
    assert met(here)
    # The floor hears of it by itself: what is open is gone, and the last answer stands.
    expect(tablet.at("asked")).to_have_count(1, timeout=LONG)
    expect(tablet.at("asked")).to_have_attribute("data-state", "answered")
