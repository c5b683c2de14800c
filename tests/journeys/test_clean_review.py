"""A batch in which nothing happened is reviewed by production and then, in no more than five actions, reviewed and
released by quality, each on a phone (PRD-13)."""

from collections.abc import Iterator

import pytest
from journeys.ordering import order
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-13")]
LONG = 20_000
BATCH, MOST = "C-5", 5
# What a hand does: a touch on something that answers, or a field that was filled in.
COUNT = """(() => {
  window.acts = [];
  const typed = "input:not([type=radio]):not([type=checkbox])";
  const act = (element) => window.acts.push(element.closest("[data-testid]")?.dataset.testid ?? element.tagName);
  const touch = ({ isTrusted, target }) => { if (isTrusted && !target.matches(typed)) act(target); };
  document.addEventListener("click", touch, true);
  document.addEventListener("change", ({ target }) => { if (target.matches(typed)) act(target); }, true);
})()"""


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("clean")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as plant:
        order(plant, database_url, BATCH, [step("10", "instruction", room=None)], lots=[])
        yield plant


def test_from_opening_to_signature_there_are_at_most_five_actions(here: Site) -> None:
    tablet = here.tablet("made", "zh-CN")
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    tablet.complete_phase("10")
    until("all is in the log", lambda: tablet.counts()[:2] == (0, 0))
    tablet.hand_back(BATCH)
    supervisor = here.phone("supervisor", "zh-CN")
    supervisor.page.goto(supervisor.wire.url)
    supervisor.sign_in("chenjie")
    supervisor.at(f"production_review-{BATCH}").click()
    supervisor.at("sign-production").click()
    supervisor.at("signature-login").fill("chenjie")
    supervisor.at("signature-password").fill(here.people["chenjie"]["password"])
    supervisor.shoot("production")
    supervisor.at("sign-now").click()
    expect(supervisor.at("production-review")).to_have_attribute("data-met", "true", timeout=LONG)
    phone = here.phone("qa", "zh-CN")
    phone.page.goto(phone.wire.url)
    phone.sign_in("zhaolin")
    expect(phone.at(f"review-{BATCH}")).to_be_visible(timeout=LONG)
    phone.page.evaluate(COUNT)
    phone.at(f"review-{BATCH}").click()
    expect(phone.at("release")).to_be_enabled(timeout=LONG)
    phone.shoot("clean")
    phone.at("release").click()
    phone.at("meaning-reviewed_and_released").click()
    phone.at("signature-login").fill("zhaolin")
    phone.at("signature-password").fill(here.people["zhaolin"]["password"])
    phone.at("sign-now").click()
    expect(phone.at("seal")).to_have_attribute("data-decision", "released", timeout=LONG)
    expect(phone.at("review-time")).to_have_count(2)
    times = here.desk("zhaolin").batch(BATCH, "/review")["times"]
    assert [one["signed"] for one in times] == ["release.production_reviewed.v1", "release.batch_released.v3"]
    assert all(0 <= one["seconds"] < 600 for one in times)
    opened, *acts = phone.page.evaluate("window.acts")
    assert opened == f"review-{BATCH}"
    assert {"release", "sign-now"} <= set(acts)
    assert len(acts) <= MOST, acts
    phone.page.goto(f"{phone.wire.url}/batches")
    expect(phone.at("review-median")).to_be_visible(timeout=LONG)
    phone.shoot("times")
