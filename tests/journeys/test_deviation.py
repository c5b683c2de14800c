"""A deviation by the plant's own flow: reported with form and photo on the tablet, assessed on the phone, investigated,
approved by two of three, with a CAPA, and closed; until then the batch is blocked (QUA-05)."""

from collections.abc import Iterator
from typing import Any

import form_support as forms
import pytest
from journeys import approvals, filling
from journeys.filling import words
from journeys.flowing import LONG
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import Locator, Playwright, expect

from server.engines.flows import drawing, parsing

pytestmark = [pytest.mark.slow, pytest.mark.urs("QUA-05", "ENG-02")]
FORM, BROKEN = "deviation-report", "密封条破损 <b>R-101</b>"
_TASK = (
    '<bpmn:userTask id="report" name="现场报告" pestle:nameEn="Report from the floor" pestle:role="operator" '
    f'pestle:form="{FORM}"><bpmn:extensionElements><pestle:sets variable="found" required="true"/>'
    '</bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="report_to_triage" sourceRef="report" '
    'targetRef="triage"/>'
)
_VARIABLE = '<pestle:variable name="found" type="text" zh="现场所见" en="What was seen" start="false"/>'


def report() -> dict[str, Any]:
    return {
        **forms.form(
            forms.section(
                "seen",
                forms.text("found", label=words("现场所见", "What was seen"), required=True),
                forms.choice("room", "R-101", "R-102", label=words("房间", "Room")),
                forms.field("photos", "photo", label=words("照片", "Photos"), most=2),
            ),
            code=FORM,
        ),
        "title": words("偏差现场报告", "Deviation report"),
    }


def own(delivered: str) -> str:
    """The delivered flow with a task before all others, in which the operator fills in the plant's form."""
    text = delivered[: delivered.index("<bpmndi:BPMNDiagram")] + "</bpmn:definitions>"
    first = '<bpmn:sequenceFlow id="start_to_triage" sourceRef="start" targetRef="triage">'
    assert text.count(first) == 1
    text = text.replace(first, first.replace('"triage"', '"report"').replace("start_to_triage", "start_to_report"))
    text = text.replace("</bpmn:extensionElements>", f"{_VARIABLE}</bpmn:extensionElements>", 1)
    text = text.replace("</bpmn:process>", f"{_TASK}</bpmn:process>")
    return drawing.drawn(text.encode(), parsing.parse(text.encode())).decode()


class Walk:
    """A tablet in Chinese, a phone in English; the rest of the plant at its desks."""

    def __init__(self, here: Site) -> None:
        self.site = here
        filling.put_in_force(here, report())
        engineer, quality = here.desk("zhouwei"), here.desk("zhaolin")
        xml = own(quality.get("/api/flows/deviation/versions/1")["xml"])
        kept = engineer.post("/api/flows/deviation/draft", {"revision": None, "xml": xml})
        signed = {"login": "zhouwei", "password": here.people["zhouwei"]["password"], "meaning": "prepared"}
        engineer.post("/api/flows/deviation/versions", {**signed, **kept, "version": 2, "reason": "with a form"}, 201)
        approvals.put_in_force(here, "flow/deviation/2")
        quality.post("/api/flows/deviation/switch", {"enabled": True, "reason": "SOP-QA-012"})
        self.tablet = here.tablet("floor", "zh-CN")
        self.phone = here.phone("quality", "en-GB")
        self.number = ""

    def instance(self) -> str:
        [found] = self.site.desk("zhaolin").get(f"/api/instances?subject=deviation/{self.number}")["items"]
        return str(found["instance"])

    def view(self, login: str = "zhaolin") -> dict[str, Any]:
        return dict(self.site.desk(login).get(f"/api/instances/{self.instance()}"))

    def waits(self) -> set[str]:
        return {task["node"] for task in self.view()["tasks"]}

    def complete(self, login: str, node: str, outcome: str | None = None, **values: list[str]) -> None:
        """At another desk."""
        view = self.view(login)
        [task] = [one for one in view["tasks"] if one["node"] == node and one["mine"]]
        said = next((one["meaning"] for one in task["outcomes"] if one["code"] == outcome), None) or task["meaning"]
        given = [{"variable": name, "value": value} for name, value in values.items()]
        body: dict[str, Any] = {"outcome": outcome, "values": given, "comment": None, "seen": view["seen"]}
        if said is not None:
            body |= {"login": login, "password": self.site.people[login]["password"], "meaning": said}
        self.site.desk(login).post(f"/api/instances/{view['instance']}/tasks/{task['id']}/complete", body)

    def sign(self, who: Tablet, login: str) -> None:
        if who.at("signature-login").is_visible():
            who.at("signature-login").fill(login)
        who.at("signature-password").fill(self.site.people[login]["password"])
        who.at("sign-now").click()
        expect(who.at("signature-sheet")).to_have_count(0, timeout=LONG)

    def open(self, who: Tablet, path: str) -> None:
        who.page.goto(f"{who.wire.url}{path}")

    def work(self, who: Tablet) -> None:
        self.open(who, "/my-work")
        who.at(f"work-deviation/{self.number}").first.click(timeout=LONG)

    def gate(self, who: Tablet, met: str) -> None:
        self.open(who, f"/batch/{self.site.batch}/review")
        expect(who.at("gate-deviations")).to_have_attribute("data-met", met, timeout=LONG)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("deviation")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def give(task: Locator, name: str, text: str) -> None:
    """A value is taken when its field is left."""
    task.get_by_test_id(name).fill(text, timeout=LONG)
    task.get_by_test_id(name).press("Tab")


def test_an_operator_opens_it_on_the_tablet_and_reports_with_a_form_and_a_photo(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_in("zhangmin")
    walk.open(tablet, f"/batch/{walk.site.batch}")
    tablet.at("open-deviation").click(timeout=LONG)
    tablet.at("deviation-summary").fill(BROKEN)
    tablet.at("deviation-save").click()
    expect(tablet.at("deviation-flow")).to_contain_text("现场报告", timeout=LONG)
    walk.number = tablet.page.url.rpartition("/")[2]
    tablet.shoot("deviation-opened")
    tablet.at("deviation-flow").get_by_test_id("open-deviation").click()
    tablet.at("fill-form").click(timeout=LONG)
    tablet.at("input-found").fill("门封条 5 cm 裂口", timeout=LONG)
    tablet.at("choose-room-R-101").click()
    picture = walk.site.folder / "seal.png"
    tablet.page.screenshot(path=picture)
    tablet.at("input-photos").set_input_files(picture)
    expect(tablet.at("field-photos").locator("li")).to_have_count(1, timeout=LONG)
    tablet.at("record-values").click()
    tablet.at("complete-record").click(timeout=LONG)
    expect(tablet.at("record-done")).to_be_visible(timeout=LONG)
    walk.work(tablet)
    expect(tablet.at("form-complete")).to_be_visible(timeout=LONG)
    tablet.at("complete").click()
    until("it waits for QA", lambda: walk.waits() == {"triage"})


def test_qa_finds_it_on_the_phone_with_what_was_seen_and_assesses_it(walk: Walk) -> None:
    phone = walk.phone
    phone.sign_in("zhaolin")
    walk.gate(phone, "false")
    expect(phone.at(f"item-{walk.number}")).to_contain_text("Waits: Assess the severity", timeout=LONG)
    expect(phone.at(f"item-{walk.number}")).to_contain_text(BROKEN)
    fits(phone)
    walk.work(phone)
    expect(phone.at("task-triage")).to_be_visible(timeout=LONG)
    expect(phone.page.get_by_text("门封条 5 cm 裂口").first).to_be_visible()
    phone.at("outcome-major").click()
    phone.shoot("deviation-major")
    walk.sign(phone, "zhaolin")
    until("two work on it", lambda: walk.waits() == {"investigate", "contain"})


def test_it_is_contained_on_the_floor_investigated_and_two_of_three_approve(walk: Walk) -> None:
    tablet, phone = walk.tablet, walk.phone
    tablet.sign_out()
    tablet.sign_in("chenjie")
    walk.work(tablet)
    give(tablet.at("task-contain"), "value-correction", "更换封条，隔离已暴露物料")
    tablet.at("task-contain").get_by_test_id("complete").click()
    walk.sign(tablet, "chenjie")
    walk.complete("zhouwei", "investigate", cause=["aged rubber"])
    walk.work(phone)
    asked = phone.at("task-assess")
    give(asked, "value-impact", "None on the product")
    three = ", ".join(walk.site.people[one]["id"] for one in ("chenjie", "sunyue", "zhaolin"))
    give(asked, "value-approvers", three)
    asked.get_by_test_id("value-needs_capa-yes").click()
    asked.get_by_test_id("complete").click()
    until("three are asked", lambda: walk.waits() == {"approve"})
    # By hand it is not closed past them.
    walk.open(phone, f"/deviation/{walk.number}")
    expect(phone.at("deviation-flow")).to_contain_text("Approve (two of three)", timeout=LONG)
    expect(phone.at("deviation-close")).to_have_count(0)
    walk.work(tablet)
    tablet.at("outcome-agree").click(timeout=LONG)
    walk.sign(tablet, "chenjie")
    walk.complete("sunyue", "approve", "agree")
    until("the CAPA is planned", lambda: walk.waits() == {"plan_it"})


def test_the_capa_is_carried_out_and_the_last_signature_closes_it_and_frees_the_batch(walk: Walk) -> None:
    tablet, phone = walk.tablet, walk.phone
    plan = {"plan": ["new seals"], "owners": [walk.site.people["zhouwei"]["id"]]}
    walk.complete("zhouwei", "plan_it", **plan, check_at=["2026-01-01T00:00:00.000Z"])
    walk.complete("zhaolin", "approve_plan", "approve")
    walk.complete("zhouwei", "act")
    walk.complete("zhaolin", "confirm", all_done=["true"])
    until("its effect can be seen", lambda: walk.waits() == {"verify"})
    walk.complete("zhaolin", "verify", "effective")
    walk.gate(phone, "false")
    walk.work(phone)
    give(phone.at("task-close"), "value-conclusion", "No effect on the product")
    phone.at("complete").click()
    walk.sign(phone, "zhaolin")
    walk.open(phone, f"/deviation/{walk.number}")
    expect(phone.at("deviation-closing")).to_contain_text("No effect on the product", timeout=LONG)
    expect(phone.at("deviation-closing")).to_contain_text("aged rubber")
    fits(phone)
    walk.gate(tablet, "true")
    tablet.shoot("deviation-closed")
    assert walk.site.server.pestle("rebuild", "--check")["ok"]


@pytest.mark.urs("PRD-13", "ENG-01")
def test_a_form_that_is_filled_in_about_the_batch_stands_in_its_review_until_it_is_complete(walk: Walk) -> None:
    tablet, phone = walk.tablet, walk.phone
    walk.open(tablet, f"/batch/{walk.site.batch}")
    tablet.at("fill-about").click(timeout=LONG)
    tablet.at(f"form-{FORM}").click(timeout=LONG)
    tablet.at("begin-now").click()
    tablet.at("input-found").fill("清场后补充检查", timeout=LONG)
    record = tablet.page.url.rpartition("/")[2]
    tablet.at("record-values").click()
    expect(tablet.at("complete-record")).to_be_enabled(timeout=LONG)
    walk.open(phone, f"/batch/{walk.site.batch}/review")
    expect(phone.at("gate-records")).to_have_attribute("data-met", "false", timeout=LONG)
    expect(phone.at(f"record-{record}")).to_contain_text("Deviation report")
    fits(phone)
    tablet.at("complete-record").click()
    expect(tablet.at("record-done")).to_be_visible(timeout=LONG)
    phone.page.reload()
    expect(phone.at("gate-records")).to_have_attribute("data-met", "true", timeout=LONG)
    expect(phone.at(f"record-{record}")).to_contain_text("complete")
    # One that was opened in vain is set aside, and says why.
    begun = {"form": FORM, "subject": f"batch/{walk.site.batch}"}
    vain = walk.site.desk("zhangmin").post("/api/records", begun, 201)["record"]["record"]
    phone.page.reload()
    phone.at(f"set-aside-{vain}").click(timeout=LONG)
    phone.at("set-aside-reason").fill("Opened twice")
    phone.at("set-aside-confirm").click()
    expect(phone.at(f"record-{vain}")).to_contain_text("set aside", timeout=LONG)
    expect(phone.at(f"item-aside:{vain}")).to_contain_text("Opened twice")
    expect(phone.at("gate-records")).to_have_attribute("data-met", "true")
