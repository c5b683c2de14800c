"""An engineer edits a recipe: by drag and by keyboard, told what is wrong, walking it through as an operator would, and
submitting what an approval then puts in force for the next order (PRD-03)."""

from collections.abc import Iterator

import pytest
from journeys.flowing import LONG, Flowing
from journeys.handheld import Tablet
from journeys.screens import shown_at_each_size, speak
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-03")]
CODE = "MBR-AMT-5-FC"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("editor")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Flowing(here, "en-GB", "zh-CN")
        # Whoever prepared it does not review it: a second engineer.
        second = here.people["wangfang"]["id"]
        grants = [{"role": "engineer", "areas": None}]
        here.desk("admin").post(f"/api/people/{second}/roles", {"grants": grants, "reason": "validation"})
        made.desk.sign_in("zhouwei")
        yield made


def drag(desk: Tablet, what: str, to: str, across: float, down: float) -> None:
    """From the middle of one to a place in another, said in parts of its width and height."""
    desk.at(to).evaluate('(node) => node.scrollIntoView({ block: "center" })')
    start, end = desk.at(what).bounding_box(), desk.at(to).bounding_box()
    assert start is not None
    assert end is not None
    mouse = desk.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=5)
    mouse.move(end["x"] + end["width"] * across, end["y"] + end["height"] * down, steps=3)
    mouse.up()


def row(desk: Tablet, testid: str) -> str:
    """How far down in the drawing a phase stands."""
    return str(desk.at(testid).evaluate("(node) => node.style.top"))


def test_a_draft_begins_from_the_version_in_force_and_phases_are_added_by_drag_and_by_keys(walk: Flowing) -> None:
    desk = walk.desk
    walk.open(desk, f"/recipes/{CODE}")
    desk.at("edit-recipe").click(timeout=LONG)
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    drag(desk, "add-instruction", "node-80", 0.85, 0.5)
    expect(desk.at("node-160")).to_be_visible(timeout=LONG)
    assert row(desk, "node-160") == row(desk, "node-80")
    expect(desk.at("f-after-20")).to_be_checked()
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    expect(desk.at("findings")).to_contain_text("This is missing.", timeout=LONG)
    shown_at_each_size(desk, "recipe-editor")
    # By the keyboard alone: the place is chosen, the type is pressed, and what was added is undone and done again.
    desk.at("flow-70").focus()
    desk.page.keyboard.press("Enter")
    desk.at("where-beside").press("Enter")
    desk.at("add-parameters").press("Enter")
    expect(desk.at("node-170")).to_be_visible(timeout=LONG)
    assert row(desk, "node-170") == row(desk, "node-70")
    desk.page.keyboard.press("Control+z")
    expect(desk.at("node-170")).to_have_count(0)
    desk.page.keyboard.press("Control+Shift+z")
    expect(desk.at("node-170")).to_be_visible()


def test_nothing_is_lost_by_a_reload_or_without_a_network(walk: Flowing) -> None:
    desk = walk.desk
    desk.at("flow-160").click()
    desk.page.context.set_offline(True)
    desk.at("f-name-zh").fill("备料")
    desk.at("f-name-en").fill("Lay the foils ready")
    expect(desk.at("save-state")).to_contain_text("No network", timeout=LONG)
    expect(desk.at("findings")).to_contain_text("these are the last findings")
    desk.page.context.set_offline(False)
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    desk.at("f-instruction-zh").fill("将铝箔放到压片机旁。")
    # Before it is saved.
    desk.page.reload()
    desk.at("flow-160").click(timeout=LONG)
    expect(desk.at("f-instruction-zh")).to_have_value("将铝箔放到压片机旁。")
    expect(desk.at("f-name-en")).to_have_value("Lay the foils ready")
    desk.at("f-instruction-en").fill("Put the foils beside the press.")
    speak(desk, "zh")
    desk.at("flow-170").click(timeout=LONG)
    expect(desk.at("findings")).to_contain_text("缺少此项", timeout=LONG)
    shown_at_each_size(desk, "recipe-editor-zh")
