"""A drawing from elsewhere becomes a flow; versions are compared; an instance is handed on, and moved or not."""

from collections.abc import Iterator

import pytest
from journeys.flowing import LONG, Flowing
from journeys.screens import fits
from journeys.site import site
from playwright.sync_api import Playwright, expect
from support import shared

pytestmark = [pytest.mark.slow, pytest.mark.urs("ENG-02")]
CODE, SUBJECT = "supplier-check", "S-17"
# Elements of BPMN MIWG A.2.0: a task, a choice of three ways, a task on each of them.
FIRST, CHOICE = "_5a972b87-735d-454a-b31c-f52fb3afc5c7", "_35fe57a7-1302-44e2-bf58-032f11af7ecb"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("flow-versions")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Flowing(here, "zh-CN", "en-GB")


def element(walk: Flowing, name: str) -> None:
    """Choose it in the list beside the canvas."""
    walk.desk.at("tab-elements").click()
    walk.desk.at(f"element-{name}").click()


def made(walk: Flowing) -> str:
    """The identifier of what was just put into the drawing: it is chosen."""
    chosen = walk.desk.page.locator('[data-testid^="element-"][aria-pressed=true]')
    expect(chosen).to_have_count(1)
    return str(chosen.get_attribute("data-testid")).removeprefix("element-")


def arrow(walk: Flowing, source: str, target: str) -> None:
    """Choose the arrow between two elements in the list."""
    walk.desk.at("tab-elements").click()
    walk.desk.at("elements").locator(f'[data-from="{source}"][data-to="{target}"]').click()


def connect(walk: Flowing, source: str, target: str) -> None:
    element(walk, source)
    walk.desk.at("connect-to").select_option(target)
    walk.desk.at("connect").click()


def test_a_drawing_from_elsewhere_is_brought_in_with_what_was_changed_and_made_to_fit(walk: Flowing) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    walk.new_flow(CODE, "供应商检查", "Supplier check")
    desk.at("import").click()
    desk.at("import-file").set_input_files(shared("data", "bpmn-miwg", "A.2.0.bpmn"))
    expect(desk.at("import-changes")).to_contain_text("改为在任务", timeout=LONG)
    expect(desk.at("import-refused")).to_have_count(0)
    desk.shoot("flow-imported")
    desk.at("import-use").click()
    expect(walk.on(desk, FIRST)).to_be_visible()
    for left in range(4, 0, -1):
        # Nobody has been named for any of its tasks: each finding leads to its task.
        desk.at("tab-check").click()
        expect(desk.at("finding")).to_have_count(left, timeout=LONG)
        desk.at("finding").first.click()
        desk.at("p-role-operator").check()
    desk.at("tab-check").click()
    expect(desk.at("sound")).to_be_visible(timeout=LONG)
    desk.shoot("flow-adapted")
    walk.submit(CODE, "zhouwei", 1, "来自供应商的图")
    expect(desk.at("state-1")).to_contain_text("现行", timeout=LONG)


def test_somebody_hands_their_task_on_to_another_who_may_do_it(walk: Flowing) -> None:
    phone = walk.phone
    phone.sign_in("zhangmin")
    walk.open(phone, f"/flows/{CODE}")
    phone.at("start-flow").click(timeout=LONG)
    phone.at("start-subject").fill(SUBJECT)
    phone.at("start-now").click()
    phone.at("delegate").click(timeout=LONG)
    people = phone.at("delegate-to").locator("option")
    expect(people).to_have_text(["", "Wang Fang", "Li Qiang"])
    phone.at("delegate-to").select_option(label="Wang Fang")
    phone.at("delegate-reason").fill("On leave from tomorrow")
    phone.shoot("flow-delegating")
    phone.at("delegate-confirm").click()
    expect(phone.at("happened")).to_contain_text("On leave from tomorrow", timeout=LONG)
    expect(phone.at("complete").or_(phone.at("outcome-way_1"))).to_have_count(0)
    walk.open(phone, "/my-work")
    expect(phone.page.get_by_text("Nothing is waiting for you.")).to_be_visible(timeout=LONG)
    phone.sign_out()
    phone.sign_in("wangfang")
    walk.open(phone, "/my-work")
    expect(phone.at(f"work-{SUBJECT}")).to_be_visible()
    phone.shoot("flow-work")
    fits(phone)


def test_the_next_version_is_compared_with_the_one_before_as_a_picture(walk: Flowing) -> None:
    desk = walk.desk
    walk.design(CODE)
    element(walk, FIRST)
    desk.at("add-after").click()
    walk.added = made(walk)
    desk.at("edit-element").click()
    expect(desk.at("p-name")).to_be_focused()
    for name, text in (("p-name", "复核资质"), ("p-name-en", "Check the licence")):
        desk.at(name).fill(text)
        desk.at(name).press("Tab")
    desk.at("p-role-operator").check()
    arrow(walk, FIRST, CHOICE)
    desk.at("delete-element").click()
    connect(walk, walk.added, CHOICE)
    desk.shoot("flow-elements")
    walk.submit(CODE, "zhouwei", 2, "增加资质复核")
    desk.at("compare-2").click(timeout=LONG)
    expect(walk.on(desk, walk.added, "added")).to_be_visible(timeout=LONG)
    expect(desk.at(f"difference-{walk.added}")).to_contain_text("复核资质")
    # The arrow that went is on the older picture alone, and what says the same is marked on neither.
    expect(desk.page.locator(".djs-connection.flow-removed")).to_have_count(1)
    expect(walk.on(desk, FIRST)).to_have_count(2)
    expect(walk.on(desk, FIRST, "changed").or_(walk.on(desk, FIRST, "added"))).to_have_count(0)
    desk.shoot("flow-compared")
    fits(desk)


def test_a_running_instance_goes_on_by_the_new_version_when_somebody_moves_it(walk: Flowing) -> None:
    phone = walk.phone
    phone.sign_out()
    phone.sign_in("zhaolin")
    [running] = walk.site.desk("wangfang").get("/api/my-work")["items"]
    walk.open(phone, f"/instances/{running['instance']}")
    phone.at("move-flow").click(timeout=LONG)
    phone.at("move-reason").fill("The licence is asked for now")
    phone.at("move-confirm").click()
    expect(phone.at("happened")).to_contain_text("moved to another version", timeout=LONG)
    expect(walk.on(phone, walk.added)).to_be_visible(timeout=LONG)
    walk.complete("wangfang", SUBJECT, "way_1")
    expect(walk.on(phone, walk.added, "now")).to_be_visible(timeout=LONG)


def test_a_move_that_would_lose_what_waits_is_refused_and_names_it(walk: Flowing) -> None:
    desk, phone = walk.desk, walk.phone
    walk.design(CODE)
    element(walk, walk.added)
    desk.at("delete-element").click()
    # What came before leads to what came after.
    arrow(walk, FIRST, CHOICE)
    walk.submit(CODE, "zhouwei", 3, "取消资质复核")
    phone.at("move-flow").click(timeout=LONG)
    phone.at("move-reason").fill("Newest")
    phone.at("move-confirm").click()
    expect(phone.at("move-refused")).to_contain_text("Check the licence", timeout=LONG)
    expect(phone.at("move-refused")).to_contain_text("does not exist in the other version")
    phone.shoot("flow-move-refused")
    fits(phone)
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
