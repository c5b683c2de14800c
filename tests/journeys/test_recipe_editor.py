"""An engineer edits a recipe: by drag and by keyboard, told what is wrong, walking it through as an operator would, and
submitting what an approval then puts in force for the next order (PRD-03)."""

from collections.abc import Iterator

import pytest
from journeys import dragging
from journeys.flowing import DESK, LONG, Flowing
from journeys.handheld import Tablet
from journeys.processes import until
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
        here.grant("wangfang", "engineer")
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


def test_what_is_found_stands_at_its_place_and_is_mended_there(walk: Flowing) -> None:
    desk = walk.desk
    desk.page.set_viewport_size(DESK)
    desk.at("f-instruction-zh").fill("记录除尘条件。")
    desk.at("f-instruction-en").fill("Record how it is dedusted.")
    desk.at("f-parameters-0").click()
    desk.at("f-parameters-0-name-zh").fill("真空度")
    desk.at("f-parameters-0-name-en").fill("Vacuum")
    desk.at("f-parameters-0-unit").fill("kPa")
    desk.at("f-parameters-0-low").fill("8")
    desk.at("f-parameters-0-high").fill("6")
    inspector = desk.at("inspector")
    expect(inspector).to_contain_text("下限高于上限。", timeout=LONG)
    expect(desk.at("findings")).to_contain_text("1 个问题")
    desk.at("f-parameters-0-high").fill("12")
    desk.at("f-room").fill("9-999")
    expect(desk.at("findings")).to_contain_text("没有此房间。", timeout=LONG)
    desk.at("flow-10").click()
    desk.at("finding-0").click()
    expect(desk.at("f-id")).to_have_value("170")
    # Submitting leads to what is found, and not to a signature.
    desk.at("submit").click()
    expect(desk.at("sign-reason")).to_have_count(0)
    desk.at("f-room").fill("2-130")
    expect(desk.at("findings")).to_contain_text("未发现问题。", timeout=LONG)
    # A press on the copy of a block, taken back at once.
    desk.at("library").click()
    desk.at("library-recipe").select_option(CODE)
    desk.at("take-operation-SUSPEND").click(timeout=LONG)
    expect(desk.at("tree-operation-SUSPEND-2")).to_be_visible(timeout=LONG)
    expect(desk.at("node-180")).to_be_visible()
    desk.at("undo").click()
    expect(desk.at("node-180")).to_have_count(0)


def test_a_copy_says_what_it_can_and_tells_what_it_cannot(walk: Flowing) -> None:
    desk = walk.desk
    # Coating is to begin within days of phases 70 and 90: beside it, its copy is as well.
    desk.at("flow-100").click()
    desk.at("tool-copy").click()
    expect(desk.at("f-id")).to_have_value("180")
    expect(desk.at("dropped")).to_have_count(0)
    desk.at("undo").click()
    # Out of a version it comes without: these phases are another recipe's.
    desk.at("library").click()
    desk.at("library-recipe").select_option(CODE)
    desk.at("take-phase-100").click(timeout=LONG)
    expect(desk.at("dropped")).to_contain_text("180 ← 70, 180 ← 90", timeout=LONG)
    shown_at_each_size(desk, "recipe-editor-dropped-zh")
    desk.page.set_viewport_size(DESK)
    desk.at("undo").click()
    expect(desk.at("dropped")).to_have_count(0)
    expect(desk.at("node-180")).to_have_count(0)
    # What is done again is told again.
    desk.at("redo").click()
    expect(desk.at("dropped")).to_contain_text("180 ← 70, 180 ← 90")
    desk.at("undo").click()
    expect(desk.at("dropped")).to_have_count(0)


def test_a_weighing_is_written_field_by_field(walk: Flowing) -> None:
    desk = walk.desk
    desk.at("flow-80").click()
    desk.at("where-beside").click()
    desk.at("add-weighing").click()
    expect(desk.at("f-id")).to_have_value("180", timeout=LONG)
    desk.at("f-name-zh").fill("称量包衣预混剂（备用）")
    desk.at("f-name-en").fill("Weigh a reserve of premix")
    desk.at("f-instruction-zh").fill("取放行物料。")
    desk.at("f-instruction-en").fill("Take released material.")
    desk.at("f-room").fill("2-114")
    desk.at("f-equipment").fill("balance")
    # The register's names come with the code.
    desk.at("f-material").fill("OPD-0311")
    desk.at("f-material").blur()
    expect(desk.at("f-material_name-en")).to_have_value("Film-coating premix")
    expect(desk.at("f-unit")).to_have_value("kg")
    desk.at("f-target").fill("0.9")
    desk.at("f-low").fill("0.05")
    desk.at("f-high").fill("0.15")
    inspector = desk.at("inspector")
    expect(inspector).to_contain_text("目标值不在限度内。", timeout=LONG)
    desk.at("f-target").fill("0.10")
    expect(inspector).not_to_contain_text("目标值不在限度内。", timeout=LONG)
    # The bill of materials says another amount than the phases weigh now.
    expect(desk.at("findings")).to_contain_text("个问题", timeout=LONG)
    desk.at("f-target").fill("")
    expect(desk.at("findings")).to_contain_text("未发现问题。", timeout=LONG)
    shown_at_each_size(desk, "recipe-editor-weighing-zh")
    desk.page.set_viewport_size(DESK)
    expect(desk.at("save-state")).to_contain_text("已保存", timeout=LONG)
    saved = walk.site.desk("zhouwei").get(f"/api/recipe-drafts/{CODE}")["content"]
    [phase] = [one for one in saved["phases"] if one["id"] == "180"]
    assert (phase["type"], phase["material"], phase["target"]) == ("weighing", "OPD-0311", None)
    assert (phase["low"], phase["high"], phase["after"]) == ("0.05", "0.15", ["20"])
    desk.at("tool-remove").click()
    expect(desk.at("node-180")).to_have_count(0)


def in_tree(desk: Tablet, operation: str) -> list[str]:
    """The phases of an operation as the tree has them, from top to bottom."""
    found: list[str] = desk.at(f"phases-{operation}").evaluate(
        "(list) => [...list.children].map((one) => one.dataset.pointer)"
    )
    return found


def drag_in_tree(desk: Tablet, phase: str, before: str, operation: str, place: int) -> None:
    grip = desk.at("tree").locator(f'li[data-pointer="{phase}"] > .grip')
    dragging.drag(desk.page, grip, desk.at(f"tree-{before}"), desk.at(f"phases-{operation}"), place)


def test_phases_are_dragged_in_the_tree_within_their_operation_and_into_another(walk: Flowing) -> None:
    desk = walk.desk
    before = in_tree(desk, "COAT"), in_tree(desk, "CARTON")
    assert before == (["100", "110", "120"], ["130", "140", "145", "150"])
    drag_in_tree(desk, "120", "100", "COAT", 0)
    until("it stands where it was dropped", lambda: in_tree(desk, "COAT") == ["120", "100", "110"])
    drag_in_tree(desk, "110", "140", "CARTON", 1)
    until("it stands in the other operation", lambda: in_tree(desk, "CARTON") == ["130", "110", "140", "145", "150"])
    assert in_tree(desk, "COAT") == ["120", "100"]
    # Where it stands says nothing of what it comes after.
    desk.at("tree-110").click()
    expect(desk.at("f-after-100")).to_be_checked()
    desk.at("undo").click()
    desk.at("undo").click()
    until("all stands where it stood", lambda: (in_tree(desk, "COAT"), in_tree(desk, "CARTON")) == before)


def size_of_log(walk: Flowing) -> int:
    size: int = walk.site.desk("zhaolin").get("/api/log?limit=1")["size"]
    return size


def test_it_is_walked_through_as_an_operator_would_and_nothing_is_written(walk: Flowing) -> None:
    desk, before = walk.desk, size_of_log(walk)
    desk.at("walk").click()
    expect(desk.at("walk-note")).to_be_visible(timeout=LONG)
    desk.at("start-phase").click()
    for item in desk.page.locator("[data-testid^=item-][data-testid$=-ok]").all():
        item.click()
    desk.shoot("walk-clearance")
    desk.at("sign").click()
    desk.at("complete-phase").click()
    # Weighing is not what this walk is about.
    expect(desk.at("phase-20")).to_have_attribute("data-state", "now")
    desk.at("stop-phase").click()
    desk.at("way-skipped").click()
    desk.at("stop-reason").fill("试走")
    desk.at("stop-sign").click()
    desk.at("beside-160").click()
    expect(desk.page.get_by_text("将铝箔放到压片机旁。")).to_be_visible()
    desk.at("start-phase").click()
    desk.at("complete-phase").click()
    expect(desk.at("phase-160")).to_have_attribute("data-state", "done")
    desk.at("phase-30").click()
    desk.at("start-phase").click()
    desk.at("parameter-impeller").click()
    desk.type_number("250")
    desk.at("sign").click()
    desk.comment("试走：超限时会问原因")
    expect(desk.at("claim-30/impeller")).to_contain_text("250", timeout=LONG)
    shown_at_each_size(desk, "recipe-walk-zh")
    desk.page.set_viewport_size(DESK)
    desk.at("walk-close").click()
    expect(desk.at("node-160")).to_be_visible()
    # Whoever asked for the size has signed in; nothing else came.
    assert size_of_log(walk) <= before + 1


def test_it_is_submitted_approved_and_the_next_order_is_made_by_it(walk: Flowing) -> None:
    desk = walk.desk
    speak(desk, "en")
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    expect(desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    desk.at("submit").click()
    desk.at("sign-reason").fill("Foils are laid ready while the film is weighed")
    # Today, as the plant counts it; what is approved later is effective from then.
    expect(desk.at("effective-from")).not_to_have_value("")
    desk.at("effective-from").fill("2026-11-02")
    shown_at_each_size(desk, "recipe-effective")
    desk.page.set_viewport_size(DESK)
    walk.sign(desk, "zhouwei")
    expect(desk.at("state-2")).to_contain_text("Waits for approval", timeout=LONG)
    desk.shoot("recipe-edited-submitted")
    walk.open(desk, "/recipe-drafts")
    expect(desk.page.get_by_text("Nobody is working on a recipe.")).to_be_visible(timeout=LONG)
    subject = f"recipe/{CODE}/2"
    for login in ("chenjie", "wangfang"):
        walk.complete(login, subject, "agree", "reviewed")
    walk.complete("zhaolin", subject, "approve", "approved")
    planner = walk.site.desk("wujing")
    [line] = [one for one in planner.get("/api/recipes")["items"] if one["recipe"] == CODE]
    assert line["version"] == 2
    versions = planner.get(f"/api/recipes/{CODE}")["versions"]
    assert "2026-11-02" < versions[0]["effective_from"] == versions[1]["superseded_on"]
    planned = {"batch": None, "recipe": CODE, "version": 2, "lots": []}
    planned |= {"planned_start": "2027-01-04"}
    order = planner.post("/api/orders", planned | {"size": {"value": "50000", "unit": "tablets"}}, 201)
    assert order["version"] == 2
    content = planner.get(f"/api/recipes/{CODE}/versions/2")["content"]
    [phase] = [one for one in content["phases"] if one["id"] == "160"]
    assert (phase["after"], phase["name"]["en"]) == (["20"], "Lay the foils ready")
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
