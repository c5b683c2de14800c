"""A planner lets the rule number a batch, splits it and merges its parts again at the desk, and quality reworks that on
the tablet (PRD-04, PRD-14): in English and in Chinese."""

from collections.abc import Iterator

import pytest
from journeys.flowing import LONG, Flowing
from journeys.screens import at_each_size, fits
from journeys.site import site
from playwright.sync_api import Playwright, Route, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.demo.content import RECIPE
from server.plant import open_plant
from server.recipes.model import APPROVED_V1, recipe_stream

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-04", "PRD-14")]
CODE = "MBR-AMT-5-RW"
NEXT = "**/api/batch-rules/next?*"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    """With an approved recipe of rework of the demonstration's tablets."""
    folder = tmp_path_factory.mktemp("descent")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        plant = open_plant(Config(here.server.data, database_url))
        said = {"person": here.people["zhaolin"]["id"], "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}
        given = RECIPE | {"recipe": CODE, "version": 1, "signatures": [said]}
        plant.recorder.state(Fact(APPROVED_V1, recipe_stream(CODE), given))
        plant.close()
        yield Flowing(here, "en-GB", "zh-CN")


def test_a_planner_lets_the_rule_number_a_batch_and_splits_it(walk: Flowing) -> None:
    desk = walk.desk
    desk.sign_in("wujing")
    walk.open(desk, "/orders")
    desk.at("number-rules").click(timeout=LONG)
    desk.at("rule-pattern").fill("A{yyyy}{mm}-{seq:2}")
    desk.at("rule-reason").fill("SOP-PRD-002")
    desk.at("rule-confirm").click()
    expect(desk.at("rule-site")).to_contain_text("A{yyyy}{mm}-{seq:2}", timeout=LONG)
    desk.shoot("batch-rules")
    desk.page.keyboard.press("Escape")
    desk.at("batch-pace").click(timeout=LONG)
    expect(desk.at("pace-hours")).to_have_value("4", timeout=LONG)
    expect(desk.at("pace-confirm")).to_be_disabled()
    at_each_size(desk, "batch-pace", "pace-sheet")
    desk.at("pace-hours").fill("8")
    desk.at("pace-reason").fill("drying takes seven hours")
    desk.at("pace-confirm").click()
    expect(desk.at("pace-sheet")).to_have_count(0, timeout=LONG)
    at_each_size(desk, "orders", "batch-pace")
    late: list[Route] = []
    desk.page.route(NEXT, lambda route: route.continue_() if "day=2097" in route.request.url else late.append(route))
    desk.at("plan-order").click(timeout=LONG)
    desk.at("plan-recipe").select_option("MBR-AMT-5")
    desk.at("plan-start").fill("2097-12-01")
    expect(desk.at("plan-batch")).to_have_attribute("placeholder", "by the rule: A209712-01", timeout=LONG)
    # The answer for the day that stood there before comes late, and says nothing any more.
    with desk.page.expect_response(NEXT):
        late[0].continue_()
    desk.page.wait_for_timeout(200)
    expect(desk.at("plan-batch")).to_have_attribute("placeholder", "by the rule: A209712-01")
    desk.page.unroute(NEXT)
    desk.at("plan-lot-API-0107").select_option("A-5/2")
    desk.at("plan-confirm").click()
    expect(desk.at("order-number")).to_contain_text("A{yyyy}{mm}-{seq:2}", timeout=LONG)
    expect(desk.at("order-bill")).to_be_visible()
    fits(desk)
    desk.shoot("order-bill")
    desk.at("order-release").click()
    desk.at("order-confirm").click()
    desk.at("order-batch").click(timeout=LONG)
    desk.at("to-descent").click(timeout=LONG)
    desk.at("split").click(timeout=LONG)
    desk.at("part-1").fill("1000000")
    desk.at("part-2").fill("1499999")
    desk.at("split-reason").fill("Two coaters")
    expect(desk.at("split-confirm")).to_be_disabled()
    desk.at("part-2").fill("1500000")
    desk.shoot("split")
    desk.at("split-confirm").click()
    expect(desk.at("gone")).to_be_visible(timeout=LONG)
    expect(desk.at("children").locator("a")).to_have_count(2)
    at_each_size(desk, "descent", "children")


def test_the_planner_merges_both_parts_again(walk: Flowing) -> None:
    desk = walk.desk
    planned = walk.site.desk("wujing").get("/api/batches/A209712-01/descent")
    first, second = sorted(one["number"] for one in planned["children"])
    quality = walk.site.desk("zhaolin")
    for one in (first, second):
        quality.post(f"/api/batches/{one}/blanks", {"reason": None})
    walk.open(desk, f"/batch/{first}/descent")
    desk.at("merge").click(timeout=LONG)
    expect(desk.at("merge-A209712-01")).to_have_count(0)
    expect(desk.at("merge-confirm")).to_be_disabled()
    desk.at(f"merge-{second}").check(timeout=LONG)
    desk.at("merge-reason").fill("One coater is enough")
    at_each_size(desk, "merge", "merge-reason")
    desk.at("merge-confirm").click()
    # Two sheets of one number: which they are is named, and what was typed is still there.
    expect(desk.at("merge-copies")).to_have_text(f"{first} #1 · {second} #1", timeout=LONG)
    expect(desk.at("merge-reason")).to_have_value("One coater is enough")
    at_each_size(desk, "merge-copies", "merge-copies")
    for one in (first, second):
        quality.post(f"/api/batches/{one}/blanks/1/account", {"outcome": "unused", "reason": "Merged"})
    desk.at("merge-confirm").click()
    expect(desk.at("gone")).to_be_visible(timeout=LONG)
    [child] = walk.site.desk("wujing").get(f"/api/batches/{second}/descent")["children"]
    assert (child["size"]["value"], child["status"]) == ("2500000", "ordered")
    desk.at(f"descent-{child['number']}").click()
    expect(desk.at("parents").locator("a")).to_have_count(3, timeout=LONG)
    at_each_size(desk, "descent-merged", "parents")


def test_quality_signs_the_rework_of_what_was_merged(walk: Flowing) -> None:
    tablet = walk.phone
    planned = walk.site.desk("wujing").get("/api/batches/A209712-01/descent")
    part = next(one["number"] for one in planned["children"] if one["size"]["value"] == "2500000")
    tablet.sign_in("zhaolin")
    walk.open(tablet, f"/batch/{part}/descent")
    tablet.at("rework").click(timeout=LONG)
    # Of a finished preparation there is no other way.
    expect(tablet.at("rework-way").locator("option")).to_have_count(1)
    expect(tablet.at("rework-same-only")).to_contain_text("134")
    tablet.at("rework-stage").select_option(index=1)
    tablet.at("rework-recipe").select_option(CODE)
    tablet.at("rework-lot-API-0107").select_option("A-5/3", timeout=LONG)
    tablet.at("rework-risk").fill("RA-26-014：不影响溶出与稳定性")
    at_each_size(tablet, "rework", "rework-risk")
    tablet.at("rework-on").click()
    expect(tablet.at("rework-into")).not_to_be_empty(timeout=LONG)
    expect(tablet.at("rework-lots")).to_have_text("API-0107 A-5/3")
    tablet.at("sign-reason").fill("硬度偏低")
    tablet.shoot("rework-signature")
    walk.sign(tablet, "zhaolin")
    expect(tablet.at("gone")).to_be_visible(timeout=LONG)
    child = walk.site.desk("zhaolin").get(f"/api/batches/{part}/descent")["children"][0]["number"]
    walk.open(tablet, f"/batch/{child}/descent")
    expect(tablet.at("parents").locator("a")).to_have_count(4, timeout=LONG)
    assert ("API-0107", "A-5/3") in {
        (one["material"], one["lot"]) for one in walk.site.desk("zhaolin").batch(child)["lots"]
    }
    at_each_size(tablet, "descent-zh", "parents")
