"""A master recipe at desk, tablet and phone: its flow with branches side by side, where its materials and equipment are
used, and its way out as BatchML and back in as the next version (PRD-02, PRD-03)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.flowing import LONG, Flowing
from journeys.handheld import Tablet
from journeys.screens import at_each_size, shown_at_each_size
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-02", "PRD-03")]
CODE = "MBR-AMT-5-FC"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("master")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Flowing(here, "en-GB", "zh-CN")
        made.desk.sign_in("zhouwei")
        yield made


def box(desk: Tablet, testid: str) -> tuple[float, float]:
    found = desk.at(testid).bounding_box()
    assert found is not None
    return found["x"], found["y"]


def test_the_flow_shows_the_suspension_beside_the_cores(walk: Flowing) -> None:
    desk = walk.desk
    walk.open(desk, f"/recipes/{CODE}")
    expect(desk.at("recipe-flow")).to_contain_text("Compression", timeout=LONG)
    (granulation, premix), coating = (box(desk, "flow-30"), box(desk, "flow-80")), box(desk, "flow-100")
    assert granulation[1] == premix[1]
    assert granulation[0] != premix[0]
    assert coating[1] > max(box(desk, "flow-70")[1], box(desk, "flow-90")[1])
    expect(desk.at("operation-SUSPEND")).to_contain_text("Make the coating suspension")
    expect(desk.at("phase-order-100")).to_contain_text("after 70, 90")
    expect(desk.at("recipe-phase-100")).to_contain_text("from the end of 90 to its start: at most 480 min")
    expect(desk.at("bill-CAR-0601")).to_contain_text("Printed")
    desk.at("flow-90").click()
    expect(desk.at("recipe-phase-90")).to_be_in_viewport()
    desk.at("recipe-flow").scroll_into_view_if_needed()
    shown_at_each_size(desk, "master-recipe")


def test_it_fits_phone_and_tablet_in_chinese_and_in_the_dark(walk: Flowing) -> None:
    phone = walk.phone
    phone.sign_in("zhaolin")
    phone.page.evaluate("localStorage.setItem('pestle.theme', 'dark')")
    walk.open(phone, f"/recipes/{CODE}")
    expect(phone.at("recipe-flow")).to_contain_text("压片", timeout=LONG)
    phone.at("recipe-flow").scroll_into_view_if_needed()
    at_each_size(phone, "master-recipe-zh", "recipe-flow")


def test_where_a_material_and_a_piece_of_equipment_are_used(walk: Flowing) -> None:
    desk = walk.desk
    walk.open(desk, f"/recipes/{CODE}")
    desk.at("bill-API-0107").click(timeout=LONG)
    uses = desk.at("uses")
    for recipe in ("MBR-AMT-5", "MBR-AMT-5-FC", "MBR-AMT-5-PI"):
        expect(uses).to_contain_text(recipe, timeout=LONG)
    expect(desk.at(f"use-{CODE}-1")).to_contain_text("1.264 kg")
    at_each_size(desk, "where-used", "uses")
    walk.open(desk, f"/recipes/{CODE}")
    desk.at("piece-COA-02").click(timeout=LONG)
    expect(desk.at(f"use-{CODE}-1")).to_contain_text("candidate", timeout=LONG)
    for page, code in (("masters", "OPD-0311"), ("balances", "BAL-08")):
        walk.open(desk, f"/{page}/{code}")
        desk.at("where-used").click(timeout=LONG)
        expect(desk.at("uses")).to_contain_text(CODE, timeout=LONG)
    walk.open(desk, "/recipes/used/material/NONE")
    expect(desk.page.get_by_text("No recipe uses it.")).to_be_visible(timeout=LONG)


def test_it_goes_out_as_batchml_and_comes_back_as_the_next_version(walk: Flowing, tmp_path: Path) -> None:
    desk = walk.desk
    walk.open(desk, f"/recipes/{CODE}")
    with desk.page.expect_download() as kept:
        desk.at("recipe-batchml").click(timeout=LONG)
    text = Path(kept.value.path()).read_text("utf-8")
    wrong, right = tmp_path / "wrong.xml", tmp_path / "right.xml"
    right.write_text(text.replace("<Version>1</Version>", "<Version>2</Version>", 1).replace(">220<", ">230<"), "utf-8")
    wrong.write_text(right.read_text("utf-8").replace("0.855", "0.860"), "utf-8")
    desk.at("bring-recipe").click()
    desk.at("recipe-chosen").set_input_files(wrong)
    expect(desk.at("recipe-findings")).to_contain_text("Per unit times count is 0.855 kg, and 0.860 kg", timeout=LONG)
    desk.shoot("batchml-findings")
    desk.at("recipe-chosen").set_input_files(right)
    expect(desk.at("recipe-sound")).to_be_visible(timeout=LONG)
    expect(desk.at("recipe-differences")).to_contain_text("phases 30 · parameters impeller · high")
    desk.at("recipe-submit").click()
    desk.at("sign-reason").fill("A faster impeller")
    walk.sign(desk, "zhouwei")
    expect(desk.at("state-2")).to_contain_text("Waits for approval", timeout=LONG)
