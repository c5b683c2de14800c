"""A recipe written on the screen alone, from nothing to one against which nothing stands; what is moved by hand and by
keys; and two engineers at one draft (PRD-03)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.flowing import DESK, LONG, Flowing
from journeys.handheld import Tablet
from journeys.screens import fits, shown_at_each_size
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-03")]
CODE, EMPTY = "MBR-AMT-5-FC", "MBR-NEW"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("drafts")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Flowing(here, "en-GB", "en-GB")
        here.grant("wangfang", "engineer")
        made.desk.sign_in("zhouwei")
        yield made


class Writer:
    """Fills in what the inspector asks for."""

    def __init__(self, desk: Tablet) -> None:
        self.desk, self.at = desk, desk.at

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.at(f"f-{name.replace('__', '-')}").fill(text)

    def words(self, field: str, zh: str, en: str) -> None:
        self.at(f"f-{field}-zh").fill(zh)
        self.at(f"f-{field}-en").fill(en)

    def phase(self, kind: str, zh: str, en: str) -> None:
        self.at(f"add-{kind}").click()
        self.words("name", zh, en)
        self.words("instruction", f"按规程：{zh}", f"As written: {en}")

    def ranged(self, row: str, zh: str, en: str, unit: str, low: str, high: str) -> None:
        self.at(row).click()
        self.words(row[2:] + "-name", zh, en)
        for name, text in (("unit", unit), ("low", low), ("high", high), ("decimals", "1")):
            self.at(f"{row}-{name}").fill(text)


def test_who_writes_no_recipes_is_told_so_and_offered_no_draft(walk: Flowing) -> None:
    phone = walk.phone
    phone.sign_in("sunyue")
    walk.open(phone, "/recipe-drafts")
    expect(phone.page.get_by_text("not_permitted")).to_be_visible(timeout=LONG)
    expect(phone.at("begin-draft")).to_have_count(0)
    phone.sign_out()


def test_a_recipe_of_every_type_of_phase_is_written_from_nothing(walk: Flowing) -> None:
    desk = walk.desk
    walk.open(desk, "/recipes")
    desk.at("recipe-drafts").click(timeout=LONG)
    desk.at("begin-draft").click(timeout=LONG)
    for name, text in (
        ("code", EMPTY),
        ("product", "NEW-1"),
        ("zh", "新片"),
        ("en", "New tablets"),
        ("strength", "5 mg"),
    ):
        desk.at(f"begin-{name}").fill(text)
    desk.at("begin-start").click()
    expect(desk.at("flow-editor")).to_contain_text("There is no phase yet. Choose one above.", timeout=LONG)
    made = Writer(desk)
    desk.at("tree-recipe").click()
    made.fill(size__value="10000", size__unit="tablets")
    for group, zh, en in (("unit-UP", "生产", "Production"), ("operation-OP", "制片", "Tabletting")):
        desk.at(f"tree-{group}").click()
        made.words("name", zh, en)
    desk.at("tree-materials").click()
    desk.at("f-materials-add").click()
    desk.at("f-materials-0-material").fill("API-0107")
    desk.at("f-materials-0-material").blur()
    expect(desk.at("f-materials-0-name-en")).not_to_have_value("")
    made.fill(**{"materials-0-quantity-value": "2.000", "materials-0-quantity-unit": "kg"})
    made.fill(**{"formula-count-value": "10000", "formula-count-unit": "tablets"})
    shown_at_each_size(desk, "recipe-bill")
    desk.page.set_viewport_size(DESK)

    made.phase("line_clearance", "清场", "Clear the line")
    desk.at("f-items-0").click()
    made.words("items-0-text", "已清场", "Clean")
    made.phase("dispensing", "称量", "Dispense")
    desk.at("f-equipment").fill("balance")
    desk.at("f-room").fill("2-114")
    desk.at("f-lines-0").click()
    desk.at("f-lines-0-material").fill("API-0107")
    desk.at("f-lines-0-material").blur()
    for name, text in (("target", "2.000"), ("low", "1.990"), ("high", "2.100")):
        desk.at(f"f-lines-0-{name}").fill(text)
    shown_at_each_size(desk, "recipe-lines")
    desk.page.set_viewport_size(DESK)
    made.phase("parameters", "混合", "Blend")
    made.ranged("f-parameters-0", "时间", "Time", "min", "9.0", "11.0")
    made.phase("instruction", "静置", "Let it rest")
    desk.at("f-times-add").click()
    desk.at("f-times-0-since").select_option("30")
    desk.at("f-times-0-min").fill("5")
    made.phase("in_process", "压片", "Compress")
    made.fill(rounds="4", minutes="60")
    desk.at("f-schedule-on").check()
    made.ranged("f-checks-0", "片重", "Weight", "mg", "190.0", "210.0")
    desk.at("f-checks-0-chart").check()
    desk.at("f-checks-0-samples").fill("5")
    made.phase("yield", "收率", "Yield")
    desk.at("f-inputs-0").click()
    made.words("inputs-0-name", "投料", "Put in")
    desk.at("f-inputs-0-id").fill("used")
    desk.at("f-inputs-0-from").fill("20/line")
    desk.at("f-inputs-add").click()
    made.words("inputs-1-name", "产出", "Came out")
    desk.at("f-inputs-1-id").fill("made")
    made.fill(expression="made / used * 100", low="95.0", high="101.0")
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    content = walk.site.desk("zhouwei").get(f"/api/recipe-drafts/{EMPTY}")["content"]
    assert [one["type"] for one in content["phases"]][-2:] == ["in_process", "yield"]
    assert [one["after"] for one in content["phases"]] == [[], ["10"], ["20"], ["30"], ["40"], ["50"]]
    desk.page.evaluate("localStorage.setItem('pestle.theme', 'dark')")
    desk.page.reload()
    desk.at("flow-60").click(timeout=LONG)
    shown_at_each_size(desk, "recipe-yield-dark")
    desk.page.evaluate("localStorage.removeItem('pestle.theme')")


def test_every_type_of_phase_is_walked_through(walk: Flowing) -> None:
    desk = walk.desk
    desk.page.set_viewport_size(DESK)
    desk.page.reload()
    # A tablet held upright: two columns, of which the tabs choose the left one.
    desk.page.set_viewport_size({"width": 768, "height": 1024})
    desk.at("tab-tree").click(timeout=LONG)
    desk.at("tree-50").click()
    desk.at("f-checks-0").click()
    fits(desk)
    desk.shoot("recipe-upright")
    desk.at("tab-flow").click()
    expect(desk.at("flow-50")).to_be_visible()
    desk.shoot("recipe-upright-flow")
    desk.page.set_viewport_size(DESK)
    desk.at("walk").click()
    desk.at("start-phase").click(timeout=LONG)
    desk.at("item-item-ok").click()
    desk.at("sign").click()
    desk.at("complete-phase").click()
    # A typed weight of a container that there is only here.
    desk.at("start-phase").click()
    desk.at("next-line").click()
    for code in ("2-114", "BAL-07", "TRY-API-0107"):
        desk.at("dispense-scan").fill(code)
        desk.at("dispense-scan").press("Enter")
    desk.at("manual").click()
    desk.type_number("2.000")
    desk.at("sign").click()
    desk.at("rest-done").click()
    desk.at("complete-phase").click()
    desk.at("start-phase").click()
    desk.type_number("10.0")
    desk.at("sign").click()
    desk.at("complete-phase").click()
    expect(desk.at("limit-40")).to_be_visible()
    desk.at("start-phase").click()
    desk.at("complete-phase").click()
    desk.at("start-phase").click()
    for value in ("200.0", "201.0", "199.0", "200.5", "199.5"):
        desk.type_number(value)
        desk.at("next-sample").click()
    desk.at("sign").click()
    expect(desk.at("phase-50")).to_have_attribute("data-state", "now")
    desk.at("complete-phase").click()
    desk.at("start-phase").click()
    desk.type_number("1.500")
    expect(desk.at("yield-value")).to_contain_text("75.0")
    desk.at("next-input").click()
    desk.at("sign").click()
    desk.comment("Half of it is still in the drum")
    desk.shoot("walk-yield")
    desk.at("walk-excuse").click()
    expect(desk.at("walk-excuse")).to_have_count(0)
    desk.at("complete-phase").click()
    expect(desk.at("all-done")).to_be_visible()
    desk.at("walk-again").click()
    expect(desk.at("phase-10")).to_have_attribute("data-state", "now")
    desk.at("walk-close").click()
    expect(desk.at("node-60")).to_be_visible()


def test_what_is_moved_by_hand_and_by_keys_stays_linked(walk: Flowing) -> None:
    desk = walk.desk
    desk.page.set_viewport_size(DESK)
    desk.page.reload()
    desk.at("add-operation-UP").click(timeout=LONG)
    Writer(desk).words("name", "收尾", "Finish")
    # The new operation is empty: a phase is taken over its edge by keys.
    desk.at("tree-60").click()
    desk.at("tree-60").press("Alt+ArrowDown")
    expect(desk.at("phases-OP-2")).to_contain_text("Yield")
    expect(desk.at("f-after-50")).to_be_checked()
    # Taken up, and put beside another without a mouse's drag.
    desk.at("flow-40").click()
    desk.at("tool-cut").click()
    desk.at("flow-30").click()
    desk.at("put-beside").click()
    expect(desk.at("tree-40")).to_have_attribute("aria-pressed", "true")
    expect(desk.at("f-after-20")).to_be_checked()
    expect(desk.at("findings")).to_contain_text("Phase 30 need not come before phase 40", timeout=LONG)
    desk.at("undo").click()
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    # By its grip, to come after another.
    grip, to = desk.at("grip-40").bounding_box(), desk.at("node-50").bounding_box()
    assert grip is not None
    assert to is not None
    mouse = desk.page.mouse
    mouse.move(grip["x"] + 10, grip["y"] + 10)
    mouse.down()
    mouse.move(to["x"] + 20, to["y"] + to["height"] * 0.5, steps=4)
    mouse.move(to["x"] + 20, to["y"] + to["height"] * 0.7, steps=2)
    mouse.up()
    expect(desk.at("f-after-50")).to_be_checked()
    desk.at("flow-50").click()
    expect(desk.at("f-after-30")).to_be_checked()
    desk.at("undo").click()


def test_who_saves_second_is_told_and_chooses_and_a_draft_that_is_gone_goes_on(walk: Flowing) -> None:
    desk = walk.desk
    other, address = walk.site.desk("wangfang"), f"/api/recipe-drafts/{EMPTY}"
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    theirs: dict[str, Any] = other.get(address)
    theirs["content"]["size"]["value"] = "20000"
    other.post(address, {"revision": theirs["revision"], "content": theirs["content"]})
    desk.at("flow-10").click()
    desk.at("f-minutes").fill("12")
    card = desk.at("draft-changed")
    expect(card).to_be_visible(timeout=LONG)
    card.get_by_text("What yours says differently").click()
    expect(card).to_contain_text("10000")
    desk.shoot("draft-changed")
    desk.at("keep-mine").click()
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    now = other.get(address)
    assert (now["content"]["size"]["value"], now["content"]["phases"][0]["minutes"]) == ("10000", 12)
    other.bytes(f"{address}/{now['revision']}", None, 204, "DELETE")
    desk.at("f-minutes").fill("15")
    expect(desk.at("draft-gone")).to_be_visible(timeout=LONG)
    desk.page.reload()
    desk.at("begin-again").click(timeout=LONG)
    desk.at("flow-10").click(timeout=LONG)
    expect(desk.at("f-minutes")).to_have_value("15")


def test_a_draft_begins_from_a_file_with_all_its_faults_and_is_given_up(walk: Flowing, tmp_path: Path) -> None:
    desk = walk.desk
    content = walk.site.desk("zhouwei").get(f"/api/recipes/{CODE}/versions/1")["content"]
    content["phases"][0]["room"] = "9-999"
    file = tmp_path / "draft.json"
    file.write_text(json.dumps(content | {"version": 2}, ensure_ascii=False), "utf-8")
    walk.open(desk, "/recipe-drafts")
    desk.at("begin-draft").click(timeout=LONG)
    desk.at("begin-from").select_option("file:")
    desk.at("begin-file").set_input_files(file)
    desk.at("begin-start").click()
    expect(desk.at("findings")).to_contain_text("There is no such room.", timeout=LONG)
    desk.at("discard").click()
    desk.at("discard-confirm").click()
    expect(desk.at("edit-recipe")).to_be_visible(timeout=LONG)
    assert [one["recipe"] for one in walk.site.desk("zhouwei").get("/api/recipe-drafts")["items"]] == [EMPTY]
