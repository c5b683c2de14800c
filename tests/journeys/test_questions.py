"""QA on the phone asks the floor about a batch in work; the operator at the tablet answers; the review shows both."""

from collections.abc import Iterator

import pytest
from journeys.screens import at_each_size, fits, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-13", "HMI-04")]
LONG = 30_000


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("questions")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def test_a_question_goes_from_the_phone_to_the_tablet_and_its_answer_back(here: Site) -> None:
    tablet, phone = here.tablet("floor", "zh-CN"), here.phone("quality", "en-GB")
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(here.batch)
    tablet.start_phase()
    phone.sign_in("zhaolin")
    phone.page.goto(f"{phone.wire.url}/batch/{here.batch}/review")
    phone.at("ask").click()
    phone.at("ask-phase").select_option(index=1)
    phone.at("ask-text").fill("Why did this phase begin before the shift?")
    fits(phone)
    phone.shoot("ask-en")
    phone.at("ask-send").click()
    item = phone.page.locator('[data-type="question"]')
    expect(item).to_have_attribute("data-state", "open", timeout=LONG)
    expect(phone.at("open-minor")).to_contain_text("1")
    gate = [one for one in here.desk("zhaolin").batch(here.batch, "/review")["gates"] if one["code"] == "questions"]
    assert [one["met"] for one in gate] == [False]
    phone.shoot("question-open-en")

    # It comes by itself to whoever works on the batch.
    expect(tablet.at("answer-text")).to_be_visible(timeout=LONG)
    tablet.at("answer-text").fill("夜班提前到岗，见备注。")
    at_each_size(tablet, "question-on-tablet-zh", "answer")
    tablet.at("answer").click()
    expect(tablet.at("answer")).to_have_count(0, timeout=LONG)

    expect(item).to_have_attribute("data-state", "assessed", timeout=LONG)
    expect(item).to_contain_text("夜班提前到岗，见备注。")
    fits(phone)
    phone.shoot("question-answered-en")
    speak(phone, "zh")
    phone.page.goto(f"{phone.wire.url}/batch/{here.batch}/questions")
    expect(phone.page.locator('[data-state="answered"]')).to_contain_text("夜班提前到岗")
    fits(phone)
    phone.shoot("questions-zh")
    gate = [one for one in here.desk("zhaolin").batch(here.batch, "/review")["gates"] if one["code"] == "questions"]
    assert [one["met"] for one in gate] == [True]
