"""A process engineer turns a paper record of two pages into a form in the designer alone, and QA puts it in force."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys import dragging
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import DESK, speak
from journeys.site import Site, site
from playwright.sync_api import Locator, Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("ENG-01")]
CODE = "weigh-blend"
ATTACK = '<img src=x onerror="window.hacked=1">{{7*7}}'
# Where in a list that stands which is dragged.


class Designing:
    """The designer as somebody uses it who knows the paper and no code."""

    def __init__(self, tablet: Tablet) -> None:
        self.tablet, self.page, self.at = tablet, tablet.page, tablet.at

    def begin(self, code: str, zh: str, en: str, copy_of: str = "") -> None:
        self.page.goto(f"{self.tablet.wire.url}/forms")
        self.at("new-form").click()
        self.at("form-code").fill(code)
        self.at("form-zh").fill(zh)
        self.at("form-en").fill(en)
        if copy_of:
            self.at("form-from").select_option(copy_of)
        self.at("form-create").click()
        expect(self.at("canvas")).to_be_visible()

    def named(self, what: str, zh: str, en: str) -> None:
        self.at(f"{what}-zh").fill(zh)
        self.at(f"{what}-en").fill(en)
        self.at(f"{what}-en").blur()

    def section(self, zh: str, en: str) -> None:
        self.at("add-section").click()
        self.named("title", zh, en)

    def field(self, type_: str, zh: str, en: str, *, required: bool = True, unit: str = "", decimals: int = 3) -> None:
        """After what was chosen last, under a name that follows the English words."""
        self.at(f"add-{type_}").click()
        self.named("label", zh, en)
        if required:
            self.at("prop-required").check()
        if type_ in ("number", "reading", "calculation"):
            self.at("prop-unit").fill(unit)
            self.at("prop-decimals").fill(str(decimals))
        if type_ in ("signature", "second_signature"):
            self.named("meaning", zh, en)

    def pick(self, id_: str) -> None:
        self.at(f"pick-{id_}").click()

    def options(self, *options: tuple[str, str, str]) -> None:
        for number, (code, zh, en) in enumerate(options):
            if self.at(f"option-{number}-code").count() == 0:
                self.at("add-option").click()
            for part, text in (("code", code), ("zh", zh), ("en", en)):
                self.at(f"option-{number}-{part}").fill(text)

    def limits(self, **levels: tuple[str, str]) -> None:
        for level, (low, high) in levels.items():
            self.at(f"limit-{level}-low").fill(low)
            self.at(f"limit-{level}-high").fill(high)

    def expression(self, text: str, what: str = "expression") -> None:
        self.at(f"{what}-source").fill(text)
        self.at(f"{what}-source").press("Escape")

    def condition(self, text: str) -> None:
        self.at("add-when").click()
        self.expression(text, "when")

    def sound(self) -> None:
        self.at("tab-findings").click()
        expect(self.at("findings")).to_contain_text(re.compile("未发现问题|Nothing stands against it"))

    def save(self) -> None:
        self.at("save").click()
        self.saved()

    def saved(self) -> None:
        """The server has it, as the button says."""
        expect(self.at("save")).to_have_text(re.compile("已保存|Saved"))

    def ids(self, list_: str) -> list[str]:
        """What stands in a section or a table, from top to bottom."""
        found: list[str] = self.at(list_).evaluate(
            "(list) => [...list.children].map((one) => one.querySelector('[data-testid^=pick-]')?.dataset.testid ?? '')"
        )
        return [one.removeprefix("pick-") for one in found if one]

    def drag(self, what: Locator, to: Locator, list_: str, place: int) -> None:
        dragging.drag(self.page, what, to, self.at(list_), place)

    def grip(self, id_: str) -> Locator:
        return self.page.locator(f".card:has(> .line [data-testid=pick-{id_}]) > .line .grip")


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.desk = here.phone("desk", "zh-CN")
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        self.designing = Designing(self.desk)

    @property
    def page(self) -> Any:
        return self.desk.page

    def form(self) -> Any:
        return self.site.desk("zhouwei").get(f"/api/forms/{CODE}")

    def fields(self) -> list[str]:
        """What the server keeps as the draft, columns after their table."""
        sections = self.form()["draft"]["definition"]["sections"]
        fields = [one for section in sections for one in section["fields"]]
        return [each["id"] for one in fields for each in (one, *one.get("columns", ()))]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("designer")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_the_head_of_the_paper_and_its_weighings(walk: Walk) -> None:
    walk.desk.sign_in("zhouwei")
    made = walk.designing
    made.begin(CODE, "称量与混合记录", "Weighing and blending record")
    made.pick("section")
    made.named("title", "批次信息", "Batch")
    made.field("text", "产品名称", "Product")
    made.field("text", "批号", "Batch number")
    made.field("number", "批量", "Batch size", unit="kg")
    made.field("choice", "操作间", "Room")
    made.options(("R-101", "称量间", "Dispensing"), ("R-102", "混合间", "Blending"), ("other", "其他", "Other"))
    made.field("text", "其他操作间说明", "Other room")
    made.condition('room == "other"')
    made.at("example-room").fill("R-101")
    expect(made.at("when-result")).to_have_text("否")
    made.field("yes_no", "清场合格", "Line clearance")
    made.at("add-check").click()
    made.expression("line_clearance", "check-0")
    made.named("message-0", "清场不合格不得开始", "Do not start before the line is clear")
    made.field("signature", "清场人", "Cleared by")

    made.section("称量", "Weighing")
    made.field("instruction", "称量说明", "How to weigh", required=False)
    made.named("text", "核对物料名称与批号，去皮后称量。", "Check name and lot of the material, tare, then weigh.")
    made.field("equipment", "天平编号", "Balance")
    made.field("yes_no", "天平日校合格", "Balance checked today")
    made.field("table", "称量明细", "Weighings", required=False)
    made.field("lot", "物料批号", "Lot number")
    made.field("number", "毛重", "Gross", unit="kg")
    made.field("number", "皮重", "Tare", unit="kg")
    made.field("calculation", "净重", "Net", unit="kg", required=False)
    # The names of the columns are offered while one writes.
    made.at("expression-source").fill("gro")
    expect(made.at("offer-gross")).to_contain_text("毛重")
    made.at("expression-source").press("Enter")
    expect(made.at("expression-source")).to_have_value("gross")
    made.expression("gross - tare")
    made.at("example-gross").fill("12.6405")
    made.at("example-tare").fill("0.5")
    # GB/T 8170: half to even.
    expect(made.at("expression-result")).to_have_text("12.140 kg")
    made.limits(action=("0.050", "60.000"))
    made.field("person", "称量人", "Weighed by")
    walk.desk.shoot("designer-weighings")
    expect(made.at("pick-weighed_by")).to_be_visible()
    assert made.ids("columns-weighings") == ["lot_number", "gross", "tare", "net", "weighed_by"]
    made.save()


def test_blending_yield_and_signatures_of_the_second_page(walk: Walk) -> None:
    made = walk.designing
    made.pick("weighing")
    made.field("calculation", "投料总量", "Total charged", unit="kg", required=False)
    made.expression("sum(weighings.map(w, w.net))")
    made.field("second_signature", "称量复核人", "Weighing checked by")
    made.section("混合", "Blending")
    made.field("equipment", "混合机编号", "Blender")
    made.field("time", "开始时间", "Started at")
    made.field("time", "结束时间", "Ended at")
    made.field("calculation", "混合时长", "Mixing time", unit="min", decimals=0, required=False)
    made.expression("in_minutes(ended_at - started_at)")
    made.limits(action=("15", "20"))
    made.field("number", "转速", "Speed", unit="rpm", decimals=0)
    made.limits(action=("10", "14"))
    made.field("number", "混合后重量", "Mass after blending", unit="kg")
    made.field("calculation", "收率", "Yield", unit="%", decimals=1, required=False)
    # What is wrong is said at its place, in words.
    made.expression("mass_after_blending / totl * 100")
    expect(made.at("expression-problem")).to_contain_text("totl")
    made.expression("mass_after_blending / total_charged * 100")
    made.limits(alert=("97.0", "100.5"), specification=("95.0", "102.0"))
    made.field("text", "收率超限原因", "Reason for the yield")
    made.condition("yield < 97 || yield > 100.5")
    made.field("photo", "混合物外观", "Appearance", required=False)
    made.section("完成", "Completion")
    made.field("text", "备注", "Remarks", required=False)
    made.field("signature", "操作人", "Operator")
    made.field("second_signature", "复核人", "Checker")
    made.at("prop-second-of").select_option("operator")
    made.save()
    assert len(walk.fields()) >= 25
    walk.desk.shoot("designer-blending")


def test_it_is_moved_by_mouse_by_arrows_and_by_keys_and_taken_back(walk: Walk) -> None:
    made = walk.designing
    before = made.ids("fields-blending")
    made.drag(made.grip("speed"), made.at("pick-started_at"), "fields-blending", 1)
    until("the field stands where it was dropped", lambda: made.ids("fields-blending")[1] == "speed")
    made.at("undo").click()
    until("it stands where it stood", lambda: made.ids("fields-blending") == before)
    made.pick("speed")
    made.at("tool-up").click()
    made.at("tool-up").click()
    until("it has gone up twice", lambda: made.ids("fields-blending").index("speed") == before.index("speed") - 2)
    made.at("pick-speed").press("Alt+ArrowDown")
    made.at("pick-speed").press("Alt+ArrowDown")
    until("it is back by keys", lambda: made.ids("fields-blending") == before)
    # From the palette into the table, and away again.
    made.pick("weighings")
    made.drag(made.at("add-yes_no"), made.at("pick-gross"), "columns-weighings", 1)
    until("a new field stands in the table", lambda: "yes_no" in made.ids("columns-weighings"))
    made.at("pick-yes_no").press("Delete")
    until("it has gone again", lambda: "yes_no" not in made.ids("columns-weighings"))


def test_what_is_wrong_is_found_and_leads_to_its_field(walk: Walk) -> None:
    made = walk.designing
    made.pick("remarks")
    made.at("label-en").fill("")
    made.pick("total_charged")
    made.expression("yield * 2")
    made.at("tab-findings").click()
    expect(made.at("finding-translation_missing")).to_be_visible()
    expect(made.at("finding-circular")).to_have_count(2)
    walk.desk.shoot("designer-findings")
    made.at("finding-translation_missing").click()
    expect(made.at("label-zh")).to_have_value("备注")
    made.at("label-en").fill("Remarks")
    made.pick("total_charged")
    made.expression("sum(weighings.map(w, w.net))")
    made.sound()


def test_it_is_looked_at_as_a_phone_shows_it(walk: Walk) -> None:
    made = walk.designing
    made.at("tab-preview").click()
    expect(made.at("preview").locator("[data-testid=form-fill]")).to_be_visible()
    expect(made.at("preview").locator("[data-testid=field-other_room]")).to_have_count(0)
    made.at("preview-tablet").click()
    walk.desk.shoot("designer-preview-tablet")
    made.at("preview-phone").click()
    walk.desk.shoot("designer-preview-phone")


def test_two_people_who_change_it_lose_nothing(walk: Walk) -> None:
    made = walk.designing
    other = walk.site.desk("zhouwei")
    draft = walk.form()["draft"]
    theirs = draft["definition"] | {"title": {"zh": "称量与混合记录（改）", "en": "Weighing and blending record"}}
    other.post(f"/api/forms/{CODE}/draft", {"revision": draft["revision"], "definition": theirs})
    made.pick("remarks")
    made.at("label-zh").fill("备注与偏差")
    made.at("save").click()
    expect(made.at("draft-changed")).to_be_visible()
    made.at("draft-changed").locator("summary").click()
    expect(made.at("difference-remarks")).to_contain_text("备注与偏差")
    walk.desk.shoot("designer-conflict")
    made.at("keep-mine").click()
    expect(made.at("draft-changed")).to_have_count(0)
    made.saved()
    assert walk.form()["draft"]["definition"]["title"]["zh"] == "称量与混合记录"


def review(walk: Walk, login: str, outcome: str, signed_in: bool = False) -> None:
    """Find the task in one's own work, look at what it is about, and sign."""
    made, desk = walk.designing, walk.desk
    if not signed_in:
        desk.sign_out()
        desk.sign_in(login)
    desk.page.goto(f"{desk.wire.url}/my-work")
    made.at(f"work-form/{CODE}/1").click()
    expect(made.at("look-at-subject")).to_have_attribute("href", f"/forms/{CODE}")
    desk.shoot(f"form-{outcome}")
    made.at(f"outcome-{outcome}").click()
    made.at("signature-login").fill(login)
    made.at("signature-password").fill(walk.site.people[login]["password"])
    made.at("sign-now").click()
    expect(made.at("signature-sheet")).to_have_count(0)


def test_it_is_submitted_and_put_in_force_by_somebody_elses_signature(walk: Walk) -> None:
    made, desk = walk.designing, walk.desk
    made.at("submit").click()
    made.at("sign-reason").fill("由纸质记录 BR-012 转换")
    made.at("signature-login").fill("zhouwei")
    made.at("signature-password").fill(walk.site.people["zhouwei"]["password"])
    made.at("sign-now").click()
    expect(made.at("state-1")).to_contain_text("待批准")
    expect(made.at("about-form-approval")).to_contain_text("审核（生产）")
    desk.shoot("form-submitted")
    # Who prepared it cannot review it.
    made.at("open-form-approval").click()
    expect(made.at("task-review_supervisor")).to_contain_text("您的角色不能完成此任务")
    expect(made.at("outcome-agree")).to_have_count(0)
    review(walk, "chenjie", "agree")
    desk.sign_out()
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/forms/{CODE}")
    # Not only how it looks: every rule that is signed.
    made.at("tab-rules").click()
    expect(made.at("rules-yield")).to_contain_text("mass_after_blending / total_charged * 100")
    expect(made.at("rules-yield")).to_contain_text("95.0 – 102.0")
    desk.shoot("form-rules")
    review(walk, "zhaolin", "approve", signed_in=True)
    desk.page.goto(f"{desk.wire.url}/forms/{CODE}")
    expect(made.at("state-1")).to_contain_text("现行")
    desk.shoot("form-page")
    filled = walk.site.desk("zhangmin").get("/api/records/forms")["items"]
    assert CODE in [one["form"] for one in filled]


def test_a_shorter_form_in_english_from_a_copy_and_from_a_file(walk: Walk, tmp_path: Path) -> None:
    made, desk = walk.designing, walk.desk
    desk.sign_out()
    desk.sign_in("zhouwei")
    speak(desk, "en")
    made.begin("short-blend", "简短混合记录", "Short blending record", CODE)
    made.pick("weighing")
    made.at("tool-remove").click()
    made.at("tab-findings").click()
    # What used the weighings is named, and mended by taking it away.
    expect(made.at("finding-expression").first).to_be_visible()
    made.pick("yield")
    made.expression("mass_after_blending / batch_size * 100")
    made.sound()
    desk.shoot("designer-english")
    # Whatever somebody types is text: on the canvas, in the preview, and in what an approver reads.
    made.pick("remarks")
    for what in ("label-zh", "label-en"):
        made.at(what).fill(ATTACK)
    made.at("add-hint").click()
    made.named("hint", ATTACK, ATTACK)
    expect(made.at("pick-remarks")).to_contain_text(ATTACK)
    made.at("tab-preview").click()
    expect(made.at("preview").get_by_text(ATTACK).first).to_be_visible()
    assert desk.page.evaluate("window.hacked === undefined && !document.querySelector('main img[src=x]')")
    with desk.page.expect_download() as caught:
        made.at("export").click()
    file = tmp_path / "short.json"
    caught.value.save_as(file)
    made.pick("section_2" if made.at("pick-section_2").count() else "batch")
    made.at("tool-remove").click()
    made.at("import").click()
    made.at("import-file").set_input_files(str(file))
    made.at("import-use").click()
    expect(made.at("pick-batch")).to_be_visible()
    made.sound()
    made.save()


def test_a_draft_is_given_up_only_after_it_was_asked(walk: Walk) -> None:
    made, desk = walk.designing, walk.desk
    desk.page.goto(f"{desk.wire.url}/forms/short-blend")
    made.at("discard").click()
    expect(made.at("discard-sheet")).to_contain_text("gone")
    desk.shoot("discard")
    made.at("sheet-close").click()
    expect(made.at("discard-sheet")).to_have_count(0)
    made.at("discard").click()
    made.at("discard-confirm").click()
    # It had no version: nothing is left of it.
    expect(made.at("discard-sheet")).to_have_count(0)
    until(
        "it is gone",
        lambda: "short-blend" not in [one["form"] for one in walk.site.desk("zhouwei").get("/api/forms")["items"]],
    )
