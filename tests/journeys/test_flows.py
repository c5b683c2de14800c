"""A plant draws a flow, approves it, and works by it: at the desk in English, on QA's phone in Chinese (ENG-02)."""

from collections.abc import Iterator

import pytest
from journeys.flowing import LONG, Flowing
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("ENG-02")]
CODE = "cleaning-request"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("flows")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Flowing(here, "en-GB", "zh-CN")


def append(desk: Tablet, icon: str) -> None:
    """After the chosen element; what is new is chosen then."""
    desk.page.locator(f".djs-context-pad .{icon}").first.click()


def named(desk: Tablet, zh: str, en: str) -> None:
    desk.at("p-name").fill(zh)
    desk.at("p-name").press("Tab")
    desk.at("p-name-en").fill(en)
    desk.at("p-name-en").press("Tab")


def test_an_engineer_draws_a_flow_in_the_browser(walk: Flowing) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    walk.new_flow(CODE, "清洁申请", "Cleaning request")
    desk.at("p-variables-add").click()
    desk.at("p-variables-0-name").fill("decision")
    desk.at("p-variables-0-name").press("Tab")
    desk.page.locator(".djs-shape[data-element-id=start]").click()
    append(desk, "bpmn-icon-user-task")
    named(desk, "申请清洁", "Ask for cleaning")
    desk.at("p-role-qc").check()
    desk.at("p-due").fill("2")
    desk.at("p-due").press("Tab")
    append(desk, "bpmn-icon-user-task")
    named(desk, "批准", "Approve")
    desk.at("p-role-qa").check()
    desk.at("p-outcomes-add").click()
    for name, text in (("code", "yes"), ("zh", "同意"), ("en", "Agree")):
        desk.at(f"p-outcomes-0-{name}").fill(text)
        desk.at(f"p-outcomes-0-{name}").press("Tab")
    desk.at("p-into").select_option("decision")
    desk.at("p-meaning").select_option("approved")
    append(desk, "bpmn-icon-end-event-none")
    desk.at("p-result").fill("approved")
    desk.at("p-result").press("Tab")
    desk.shoot("flow-drawn")


def test_the_check_leads_to_what_is_missing_and_a_walk_shows_where_it_goes(walk: Flowing) -> None:
    desk = walk.desk
    desk.at("tab-check").click()
    expect(desk.at("sound")).to_be_visible(timeout=LONG)
    desk.at("tab-walk").click()
    walked = desk.at("walk")
    walked.get_by_role("button", name="Complete").click(timeout=LONG)
    walked.get_by_role("button", name="Agree").click(timeout=LONG)
    expect(desk.at("walk-ended")).to_contain_text("approved", timeout=LONG)
    desk.shoot("flow-walked")


def test_it_is_submitted_by_signature_and_approved_by_others_on_the_phone(walk: Flowing) -> None:
    desk, phone = walk.desk, walk.phone
    desk.at("submit").click()
    desk.at("sign-reason").fill("First version")
    walk.sign(desk, "zhouwei")
    expect(desk.at("state-1")).to_contain_text("Submitted", timeout=LONG)
    expect(desk.at("about-flow-approval")).to_contain_text("Review (production)", timeout=LONG)
    for login, outcome in (("chenjie", "agree"), ("zhaolin", "approve")):
        phone.sign_in(login)
        walk.open(phone, "/my-work")
        phone.at(f"work-flow/{CODE}/1").click(timeout=LONG)
        phone.at("task-comment").fill("已审核")
        phone.at(f"outcome-{outcome}").click(timeout=LONG)
        phone.shoot(f"flow-{outcome}")
        walk.sign(phone, login)
        expect(phone.at("signature-sheet")).to_have_count(0, timeout=LONG)
        if outcome == "agree":
            phone.sign_out()
    walk.open(phone, f"/flows/{CODE}")
    expect(phone.at("state-1")).to_contain_text("现行", timeout=LONG)
    fits(phone)


def test_the_work_goes_from_hand_to_hand_and_its_history_stands_on_the_drawing(walk: Flowing) -> None:
    desk, phone = walk.desk, walk.phone
    desk.sign_out()
    desk.sign_in("sunyue")
    walk.open(desk, f"/flows/{CODE}")
    desk.at("start-flow").click(timeout=LONG)
    desk.at("start-subject").fill("R-101 <b>now</b>")
    desk.at("start-now").click()
    desk.at("task-comment").fill("After the batch", timeout=LONG)
    desk.at("complete").click()
    expect(desk.at("happened")).to_contain_text("After the batch", timeout=LONG)
    walk.open(phone, "/my-work")
    phone.at("work-R-101 <b>now</b>").click(timeout=LONG)
    phone.at("outcome-yes").click(timeout=LONG)
    expect(phone.at("signature-sheet")).to_contain_text("R-101 <b>now</b>")
    # Something comes to it while it is being signed: nothing is signed before that has been seen.
    said = {"text": "The drain is blocked", "attachments": []}
    walk.site.desk("sunyue").post(f"/api{phone.page.url.removeprefix(phone.wire.url)}/comment", said)
    walk.sign(phone, "zhaolin")
    phone.at("load-again").click(timeout=LONG)
    expect(phone.at("happened")).to_contain_text("The drain is blocked", timeout=LONG)
    phone.at("outcome-yes").click(timeout=LONG)
    # The signing goes on: the password is enough.
    phone.at("signature-password").fill(walk.site.people["zhaolin"]["password"])
    phone.at("sign-now").click()
    expect(phone.at("ended")).to_contain_text("已批准", timeout=LONG)
    expect(phone.page.locator("[data-testid=picture][data-ready=true]")).to_be_visible(timeout=LONG)
    phone.shoot("flow-ended")
    fits(phone)
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
