"""A flow is drawn without a mouse, and what QA sends back comes back on its drawing (ENG-02, HMI-02)."""

from collections.abc import Iterator

import pytest
from journeys.flowing import LONG, Flowing
from journeys.screens import fits
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("ENG-02")]
CODE, SUBJECT = "line-release", "L-3"
AT = "() => document.activeElement?.dataset.testid ?? ''"
STOPS = 90


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("flow-keys")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Flowing(here, "en-GB", "zh-CN")


class Keys:
    """The designer as whoever has no mouse uses it: Tab, arrows, Enter, space and letters."""

    def __init__(self, walk: Flowing) -> None:
        self.page, self.at = walk.desk.page, walk.desk.at

    def to(self, testid: str, key: str = "Tab") -> None:
        """Go on by Tab until this has the focus."""
        for _ in range(STOPS):
            if self.page.evaluate(AT) == testid:
                return
            self.page.keyboard.press(key)
        pytest.fail(f"{testid} is not reached by {key}: the focus is at {self.page.evaluate(AT)!r}")

    def press(self, testid: str, key: str = "Tab") -> None:
        self.to(testid, key)
        self.page.keyboard.press("Enter")

    def tab(self, name: str) -> None:
        """One of the tabs beside the canvas: Tab comes to the one that is open, arrows go from there."""
        for _ in range(STOPS):
            if self.page.evaluate(AT).startswith("tab-"):
                break
            self.page.keyboard.press("Shift+Tab")
        self.to(f"tab-{name}", "ArrowRight")

    def write(self, testid: str, text: str) -> None:
        self.to(testid)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Tab")

    def choose(self, testid: str, value: str) -> None:
        """In a list that is closed, arrows change what is chosen."""
        self.to(testid)
        self.page.keyboard.press("Home")
        for _ in range(STOPS):
            if self.at(testid).input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{testid} does not offer {value}")

    def tick(self, testid: str) -> None:
        self.to(testid)
        self.page.keyboard.press("Space")
        expect(self.at(testid)).to_be_checked()

    def element(self, name: str) -> None:
        self.tab("elements")
        self.press(f"element-{name}")
        expect(self.at(f"element-{name}")).to_have_attribute("aria-pressed", "true")

    def follow(self, kind: str) -> str:
        """What comes after the chosen element; it is chosen then. Its identifier."""
        before = self.chosen()
        self.choose("add-kind", kind)
        self.press("add-after")
        expect(self.at("built")).to_contain_text("Added")
        expect(self.at(f"element-{before}")).to_have_attribute("aria-pressed", "false")
        return self.chosen()

    def chosen(self) -> str:
        one = self.page.locator('[data-testid^="element-"][aria-pressed=true]')
        expect(one).to_have_count(1)
        return str(one.get_attribute("data-testid")).removeprefix("element-")

    def connect(self, source: str, target: str) -> str:
        self.element(source)
        self.choose("connect-to", target)
        self.press("connect")
        return str(
            self.at("elements").locator(f'[data-from="{source}"][data-to="{target}"]').get_attribute("data-testid")
        )

    def outcome(self, at: int, code: str, zh: str, en: str) -> None:
        self.press("p-outcomes-add")
        for name, text in (("code", code), ("zh", zh), ("en", en)):
            self.write(f"p-outcomes-{at}-{name}", text)


def test_a_flow_with_a_way_back_is_drawn_by_keys_alone(walk: Flowing) -> None:
    desk, keys = walk.desk, Keys(walk)
    desk.sign_in("zhouwei")
    walk.new_flow(CODE, "生产线放行", "Line release")
    keys.tab("properties")
    keys.press("p-variables-add")
    keys.write("p-variables-0-name", "decision")
    keys.element("start")
    again = keys.follow("exclusive")
    ask = keys.follow("task")
    keys.press("edit-element")
    keys.write("p-name", "申请放行")
    keys.write("p-name-en", "Ask for release")
    keys.tick("p-role-operator")
    keys.element(ask)
    approve = keys.follow("task")
    keys.press("edit-element")
    keys.write("p-name", "批准放行")
    keys.write("p-name-en", "Approve the release")
    keys.tick("p-role-qa")
    keys.outcome(0, "yes", "同意", "Agree")
    keys.outcome(1, "back", "退回", "Send back")
    keys.choose("p-into", "decision")
    keys.choose("p-meaning", "approved")
    keys.element(approve)
    decided = keys.follow("exclusive")
    end = keys.follow("end")
    keys.press("edit-element")
    keys.write("p-result", "approved")
    back = keys.connect(decided, again)
    keys.press("edit-element")
    keys.tick("p-default")
    keys.tab("elements")
    forth = desk.at("elements").locator(f'[data-from="{decided}"][data-to="{end}"]').get_attribute("data-testid")
    keys.press(str(forth))
    keys.press("edit-element")
    keys.write("p-condition", 'decision == "yes"')
    walk.added = back.removeprefix("element-")


def test_what_was_done_by_keys_is_taken_back_by_keys(walk: Flowing) -> None:
    desk, keys = walk.desk, Keys(walk)
    keys.element("start")
    keys.tab("elements")
    shapes = desk.page.locator(".djs-shape")
    before = shapes.count()
    keys.to("element-start")
    keys.press("delete-element")
    expect(desk.at("built")).to_contain_text("Removed")
    expect(desk.at("element-start")).to_have_count(0)
    keys.press("undo", "Shift+Tab")
    expect(desk.at("element-start")).to_be_visible()
    expect(shapes).to_have_count(before)
    keys.tab("check")
    expect(desk.at("sound")).to_be_visible(timeout=LONG)
    desk.at("fit").click()
    desk.shoot("flow-by-keys")


def test_nobody_leaves_the_drawing_by_mistake(walk: Flowing) -> None:
    desk = walk.desk
    desk.page.locator('nav a[href="/flows"]').first.click()
    expect(desk.at("leave-sheet")).to_be_visible()
    desk.at("sheet-close").click()
    expect(desk.at("canvas")).to_be_visible()
    desk.page.locator('nav a[href="/flows"]').first.click()
    desk.at("leave-save").click()
    desk.at(f"flow-{CODE}").click(timeout=LONG)
    desk.at("design").click(timeout=LONG)
    walk.drawn()
    expect(walk.on(desk, walk.added)).to_have_count(1)
    walk.submit(CODE, "zhouwei", 1, "Drawn without a mouse")


def test_what_is_sent_back_comes_back_and_the_drawing_shows_the_way(walk: Flowing) -> None:
    desk, phone = walk.desk, walk.phone
    walk.site.desk("zhangmin").post(f"/api/flows/{CODE}/instances", {"subject": SUBJECT, "values": []}, 201)
    walk.complete("zhangmin", SUBJECT, None)
    phone.sign_in("zhaolin")
    walk.open(phone, "/my-work")
    phone.at(f"work-{SUBJECT}").click(timeout=LONG)
    way = phone.page.locator(f'.djs-connection[data-element-id="{walk.added}"]')
    expect(way).to_be_visible(timeout=LONG)
    expect(walk.on(phone, walk.added, "been")).to_have_count(0)
    phone.at("task-comment").fill("未附清洁记录")
    phone.at("outcome-back").click()
    walk.sign(phone, "zhaolin")
    expect(walk.on(phone, walk.added, "been")).to_be_visible(timeout=LONG)
    expect(phone.at("happened")).to_contain_text("未附清洁记录")
    phone.shoot("flow-sent-back")
    fits(phone)
    walk.complete("zhangmin", SUBJECT, None)
    walk.complete("zhaolin", SUBJECT, "yes", "approved")
    expect(phone.at("ended")).to_be_visible(timeout=LONG)
    # Who asked twice is named where they did.
    expect(phone.page.locator(".flow-note").filter(has_text="2× 张敏")).to_be_visible()
    desk.shoot("flow-approved")


def test_what_belongs_to_it_is_attached_and_downloaded_and_nothing_else_is_taken(walk: Flowing) -> None:
    phone = walk.phone
    phone.at("comment-flow").click()
    phone.at("comment-file").set_input_files({"name": "a.html", "mimeType": "text/html", "buffer": b"\x00<html>"})
    expect(phone.at("problem")).to_have_attribute("data-code", "blob_type_unknown")
    pdf = b"%PDF-1.7\n%cleaned"
    phone.at("comment-file").set_input_files({"name": "清洁记录.pdf", "mimeType": "application/pdf", "buffer": pdf})
    expect(phone.at("comment-files")).to_contain_text("清洁记录.pdf")
    phone.at("comment-text").fill("补交")
    phone.shoot("flow-comment")
    phone.at("comment-save").click()
    link = phone.at("attached-清洁记录.pdf")
    expect(link).to_be_visible(timeout=LONG)
    with phone.page.expect_download() as download:
        link.click()
    assert (download.value.suggested_filename, download.value.path().read_bytes()) == ("清洁记录.pdf", pdf)
    fits(phone)
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
