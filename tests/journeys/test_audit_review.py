"""QA reviews an audit trail on the screen: what stands out, every entry, a remark, the signature, what came since."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from journeys import accessible
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-10")]
SLOW = 15_000
SIZES = ((1280, 800), (360, 740))


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.qa = here.tablet("qa", "zh-CN")

    def reviews(self) -> list[dict[str, Any]]:
        return [dict(one) for one in self.site.desk("zhaolin").get("/api/audit-reviews")["items"]]

    def deviate(self, what: str) -> None:
        """One more entry of the batch."""
        self.site.desk("zhaolin").post(f"/api/batches/{self.site.batch}/deviations", {"summary": what}, 201)

    def sign(self) -> None:
        if self.qa.at("signature-login").is_visible():
            self.qa.at("signature-login").fill("zhaolin")
        self.qa.at("signature-password").fill(self.site.people["zhaolin"]["password"])
        self.qa.at("sign-now").click()


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("audit")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def shown(tablet: Tablet, what: str) -> None:
    """At both sizes it fits, and can be touched; a picture of each."""
    for width, height in SIZES:
        tablet.page.set_viewport_size({"width": width, "height": height})
        until(f"{what} fits {width}", lambda: not accessible.sideways(tablet))
        assert accessible.small(tablet) == [], (what, width)
        tablet.shoot(f"{what}-{width}")
    tablet.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


def test_a_batch_is_selected_in_the_log_looked_through_marked_and_signed(walk: Walk) -> None:
    qa, batch = walk.qa, walk.site.batch
    qa.sign_in("zhaolin")
    qa.page.goto(f"{qa.wire.url}/batch/{batch}")
    expect(qa.at("audit-reviewed")).to_contain_text("尚未审核", timeout=SLOW)
    qa.page.goto(f"{qa.wire.url}/audit?stream=batch/{batch}")
    qa.at("review-selection").click()
    expect(qa.at("selection")).to_contain_text(batch, timeout=SLOW)
    lines = qa.page.locator("[data-testid^=audited-]")
    expect(lines.first).to_be_visible(timeout=SLOW)
    counted = re.search(r"\d+", qa.at("selection-count").inner_text())
    assert counted is not None
    assert int(counted[0]) == lines.count()
    first = (lines.first.get_attribute("data-testid") or "").removeprefix("audited-")
    qa.at(f"content-{first}").click()
    expect(lines.first).to_contain_text("批号")
    shown(qa, "selection-zh")
    qa.at(f"mark-{first}").click()
    qa.at("mark-text").fill("下达时未附工艺变更单")
    shown(qa, "mark-zh")
    qa.at("mark-save").click()
    expect(qa.at(f"remark-{first}")).to_contain_text("未附")
    qa.at("review-comment").fill("逐条查看")
    qa.at("sign-review").click()
    expect(qa.at("signing-count")).to_contain_text(counted[0])
    shown(qa, "sign-zh")
    walk.sign()
    expect(qa.at("review-signed")).to_be_visible(timeout=SLOW)
    expect(qa.at("audit-reviewed")).to_have_attribute("data-since", "0")
    shown(qa, "signed-zh")
    [review] = walk.reviews()
    assert (review["scope"]["batch"], review["count"], review["comment"]) == (batch, int(counted[0]), "逐条查看")
    assert [one["index"] for one in review["remarks"]] == [int(first)]


def test_what_came_since_is_told_on_the_batch_and_at_its_review(walk: Walk) -> None:
    qa, batch = walk.qa, walk.site.batch
    walk.deviate("标签缺失")
    for address, what in ((f"/batch/{batch}", "batch"), (f"/batch/{batch}/review", "review")):
        qa.page.goto(f"{qa.wire.url}{address}")
        expect(qa.at("audit-reviewed")).to_have_attribute("data-since", "1", timeout=SLOW)
        expect(qa.at("audit-reviewed")).to_contain_text("赵琳")
        shown(qa, f"{what}-zh")


def test_what_changes_while_somebody_looks_is_not_signed_unseen(walk: Walk) -> None:
    qa, batch = walk.qa, walk.site.batch
    speak(qa, "en")
    qa.page.goto(f"{qa.wire.url}/audit-review?batch={batch}")
    qa.at("look-decided").click(timeout=SLOW)
    line = qa.page.locator("[data-testid^=audited-]")
    expect(line).to_have_count(1, timeout=SLOW)
    index = (line.get_attribute("data-testid") or "").removeprefix("audited-")
    qa.at(f"mark-{index}").click()
    qa.at("mark-text").fill("label missing: who noticed?")
    qa.at("mark-deviation").click()
    expect(qa.at(f"remark-{index}")).to_contain_text("Deviation", timeout=SLOW)
    # The deviation that was just opened is one more entry, and is shown at once.
    expect(line).to_have_count(2, timeout=SLOW)
    shown(qa, "selection-en")
    walk.deviate("another one")
    qa.at("sign-review").click()
    walk.sign()
    expect(qa.at("load-again")).to_be_visible(timeout=SLOW)
    shown(qa, "changed-en")
    qa.at("load-again").click()
    expect(line).to_have_count(3, timeout=SLOW)
    expect(qa.at(f"remark-{index}")).to_contain_text("who noticed?")
    qa.at("sign-review").click()
    walk.sign()
    expect(qa.at("review-signed")).to_be_visible(timeout=SLOW)
    [remark] = walk.reviews()[0]["remarks"]
    assert (remark["index"], remark["deviation"].startswith("DEV-")) == (int(index), True)


def test_the_whole_log_is_reviewed_up_to_now_and_from_there_on(walk: Walk) -> None:
    qa = walk.qa
    qa.page.goto(f"{qa.wire.url}/audit-reviews")
    expect(qa.at("unreviewed")).to_contain_text("never", timeout=SLOW)
    qa.at("review-rest").click()
    expect(qa.at("more-entries")).to_be_visible(timeout=SLOW)
    lines = qa.page.locator("[data-testid^=audited-]")
    expect(lines).to_have_count(20, timeout=SLOW)
    qa.at("more-entries").click()
    expect(lines).to_have_count(40, timeout=SLOW)
    shown(qa, "whole-en")
    qa.at("sign-review").click()
    walk.sign()
    expect(qa.at("review-signed")).to_be_visible(timeout=SLOW)
    expect(qa.at("unreviewed")).to_contain_text("since the last review", timeout=SLOW)
    shown(qa, "signed-en")
    qa.page.goto(f"{qa.wire.url}/audit")
    expect(qa.at("review-selection")).to_be_visible(timeout=SLOW)
    shown(qa, "log-en")
