"""An engineer submits the next version of a recipe from a file, QA approves it on a phone, a planner plans a batch by
it, and the batch stands on the tablet (PRD-03, PRD-04): at the desk in English, on phone and tablet in Chinese."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.flowing import LONG, Flowing
from journeys.screens import fits
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-03", "PRD-04", "ENG-02")]
CODE, BATCH = "MBR-AMT-5", "B-PLAN-1"


class Walk(Flowing):
    """Also the file from which the version is submitted."""

    file: Path

    def upload(self, content: dict[str, Any]) -> None:
        self.file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        self.desk.at("recipe-chosen").set_input_files(self.file)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("recipes")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Walk(here, "en-GB", "zh-CN")
        made.file = folder / "next.json"
        # Whoever prepared it does not review it: a second engineer.
        here.grant("wangfang", "engineer")
        yield made


def test_an_engineer_is_told_what_stands_against_a_file_and_then_submits_it(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    walk.open(desk, "/recipes")
    desk.at(f"recipe-{CODE}").click(timeout=LONG)
    expect(desk.at("state-3")).to_contain_text("In force", timeout=LONG)
    expect(desk.at("recipe-phase-10")).to_contain_text("Line clearance")
    with desk.page.expect_download() as kept:
        desk.at("recipe-copy").click()
    content = json.loads(Path(kept.value.path()).read_text("utf-8"))
    assert (content["recipe"], content["version"]) == (CODE, 4)
    weighing = next(one for one in content["phases"] if one["type"] == "weighing")
    unit, weighing["unit"] = weighing["unit"], "L"
    desk.at("bring-recipe").click()
    walk.upload(content)
    expect(desk.at("recipe-findings")).to_contain_text("The unit does not fit that of the material.", timeout=LONG)
    expect(desk.at("recipe-submit")).to_be_disabled()
    weighing["unit"] = unit
    weighing["instruction"]["en"] = "Tare, add slowly, wait until it is stable."
    walk.upload(content)
    expect(desk.at("recipe-sound")).to_be_visible(timeout=LONG)
    expect(desk.at("recipe-differences")).to_contain_text(f"phases {weighing['id']} · instruction")
    desk.shoot("recipe-checked")
    desk.at("recipe-submit").click()
    desk.at("sign-reason").fill("Clearer instruction")
    walk.sign(desk, "zhouwei")
    expect(desk.at("state-4")).to_contain_text("Waits for approval", timeout=LONG)
    desk.shoot("recipe-submitted")
    desk.at("compare-4").click()
    expect(desk.at("recipe-differences")).to_contain_text("wait until it is stable", timeout=LONG)


def test_production_and_a_second_engineer_review_it_and_quality_approves_it_on_the_phone(walk: Walk) -> None:
    phone, subject = walk.phone, f"recipe/{CODE}/4"
    for login in ("chenjie", "wangfang"):
        walk.complete(login, subject, "agree", "reviewed")
    phone.sign_in("zhaolin")
    walk.open(phone, "/my-work")
    phone.at(f"work-{subject}").click(timeout=LONG)
    expect(phone.at("look-at-subject")).to_have_attribute("href", f"/recipes/{CODE}/4", timeout=LONG)
    phone.at("outcome-approve").click(timeout=LONG)
    walk.sign(phone, "zhaolin")
    expect(phone.at("ended")).to_contain_text("已批准", timeout=LONG)
    walk.open(phone, f"/recipes/{CODE}")
    expect(phone.at("state-4")).to_contain_text("现行", timeout=LONG)
    expect(phone.at("state-3")).to_contain_text("已替代")
    phone.shoot("recipe-in-force")
    fits(phone)


def test_a_planner_plans_a_batch_and_its_flow_begins(walk: Walk) -> None:
    desk = walk.desk
    walk.site.desk("zhaolin").post("/api/flows/batch-order-release/switch", {"enabled": True, "reason": "SOP-PRD-004"})
    desk.sign_out()
    desk.sign_in("wujing")
    walk.open(desk, "/orders")
    desk.at("plan-order").click(timeout=LONG)
    desk.at("plan-batch").fill(BATCH)
    desk.at("plan-number-reason").fill("Number of the trial")
    desk.at("plan-recipe").select_option(CODE)
    expect(desk.at("plan-size")).to_have_value("2500000", timeout=LONG)
    desk.at("plan-lot-API-0107").select_option("A-5/2")
    desk.at("plan-start").fill("2026-12-01")
    desk.shoot("order-plan")
    desk.at("plan-confirm").click()
    expect(desk.at("order-state")).to_contain_text("Planned", timeout=LONG)
    expect(desk.at("order-release")).to_have_count(0)
    expect(desk.at("about-batch-order-release")).to_contain_text("Check materials", timeout=LONG)
    desk.at("open-batch-order-release").click()
    expect(desk.at("picture")).to_be_visible(timeout=LONG)
    desk.shoot("order-in-flow")


def test_it_is_checked_released_on_the_phone_and_stands_on_the_tablet(walk: Walk) -> None:
    phone, subject = walk.phone, f"order/{BATCH}"
    for login in ("huanglei", "chenjie", "zhaolin"):
        walk.complete(login, subject, "ready")
    phone.sign_out()
    phone.sign_in("chenjie")
    walk.open(phone, "/my-work")
    phone.at(f"work-{subject}").click(timeout=LONG)
    phone.at("outcome-approve").click(timeout=LONG)
    walk.sign(phone, "chenjie")
    expect(phone.at("ended")).to_contain_text("已下达", timeout=LONG)
    walk.open(phone, f"/orders/{BATCH}")
    expect(phone.at("order-state")).to_contain_text("已下达", timeout=LONG)
    phone.shoot("order-released")
    fits(phone)
    tablet = walk.site.tablet("tablet", "zh-CN")
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.shoot("order-on-the-tablet")
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
