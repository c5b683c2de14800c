"""From a sampled lot to a released one: two analysts, a signature on a phone, and a lot that failed (MAT-05)."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.approvals import put_in_force
from journeys.handheld import Tablet
from journeys.screens import fits, shown_at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.identity import accounts
from server.plant import open_plant
from server.quality.inspection import plans

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-05", "QUA-01", "QUA-02", "QUA-03")]
MATERIAL, GOOD, BAD, CODE = "API-0107", "U-7/1", "U-8", "QS-USE"
SECOND, PASSWORD = "qianqi", "mortar-and-pestle-77"
LONG = 30_000


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        deliver(here, database_url)
        specify(here)
        self.samples = {lot: sample(here, lot) for lot in (GOOD, BAD)}
        self.desk = here.tablet("desk", "en-GB")
        self.phone = here.phone("phone", "zh-CN")

    def open(self, who: Tablet, lot: str) -> None:
        who.page.goto(f"{who.wire.url}/lot/{MATERIAL}/{lot.replace('/', '%2F')}")
        expect(who.at("usage-status")).to_be_visible(timeout=LONG)

    def sign(self, who: Tablet, login: str) -> None:
        """With both components, unless signing goes on."""
        expect(who.at("signature-password")).to_be_visible(timeout=LONG)
        if who.at("signature-login").is_visible():
            who.at("signature-login").fill(login)
        who.at("signature-password").fill(self.site.people[login]["password"])
        who.at("sign-now").click()
        expect(who.at("sign-now")).to_have_count(0, timeout=LONG)

    def usage(self, lot: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.desk("zhaolin").get(f"/api/lots/{MATERIAL}/{lot}/usage")
        return found


def deliver(here: Site, database_url: str) -> None:
    """Two lots, and a second analyst, beside the running server, as its commands do it."""
    plant = open_plant(Config(here.server.data, database_url))
    keeper, facts = here.people["huanglei"]["id"], []
    for lot in (GOOD, BAD):
        given = {"material": MATERIAL, "lot": lot, "quantity": {"value": "40.000", "unit": "kg"}, "containers": 2}
        given |= {"supplier_name": "华原药业", "supplier_lot": f"HY-{lot[-1]}", "expiry": "2099-06-30"}
        nothing = ("order", "line", "supplier", "manufacturer", "made", "retest", "delivery_note", "comment", "damage")
        given |= dict.fromkeys(nothing)
        facts.append(Fact("materials.lot_received.v2", f"lot/{MATERIAL}/{lot}", given, actor=keeper))
        one = {"quantity": {"value": "20.000", "unit": "kg"}, "location": None, "damage": None}
        rows = [{"container": label, **one} for label in labels(lot)]
        said = {"material": MATERIAL, "lot": lot, "containers": rows}
        facts.append(Fact("materials.containers_received.v2", f"lot/{MATERIAL}/{lot}", said, actor=keeper))
    plant.recorder.state(*facts)
    person = accounts.add_person(plant, SECOND, "钱琪", "Qian Qi", ["qc"]).id
    accounts.set_password(plant, person, PASSWORD)
    here.people[SECOND] = {"login": SECOND, "id": person, "password": PASSWORD}
    plant.close()


def labels(lot: str) -> tuple[str, str]:
    return f"{lot}-001", f"{lot}-002"


def sample(here: Site, lot: str) -> str:
    """By one analyst out of both containers, handed to the other, who receives it in the laboratory."""
    inspection = here.desk("zhaolin").get(f"/api/lots/{MATERIAL}/{lot}/usage")["inspection"]
    amount = {"quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    body = {"purpose": "test", "containers": [{"container": label, **amount} for label in labels(lot)], "comment": None}
    taken = str(here.desk("sunyue").post(f"/api/inspections/{inspection}/samples", body, 201)["sample"])
    step = dict.fromkeys(("place", "to", "until", "reason"))
    handed = {**step, "step": "handed", "to": here.people[SECOND]["id"]}
    here.desk("sunyue").post(f"/api/samples/{taken}/steps", handed, 201)
    here.desk(SECOND).post(f"/api/samples/{taken}/steps", {**step, "step": "received"}, 201)
    return taken


def specify(here: Site) -> None:
    """A number and a choice, in force."""
    empty = dict.fromkeys(("unit", "decimals", "rounding", "low", "high"))
    number = {"unit": "%", "decimals": 1, "rounding": "gbt8170", "low": "98.5", "high": "101.5", "options": []}
    white = {"code": "white", "zh": "白色粉末", "en": "White powder", "conforms": True}
    other = {"code": "other", "zh": "其他", "en": "Other", "conforms": False}
    assay = {"code": "assay", "name": {"zh": "含量", "en": "Assay"}, "method": "ChP 0512", "kind": "numeric", **number}
    look = {"code": "look", "name": {"zh": "性状", "en": "Appearance"}, "method": "SOP-QC-003", "kind": "choice"}
    tests = [look | empty | {"options": [white, other]}, assay]
    given = {"material": MATERIAL, "stage": "incoming", "name": {"zh": "阿莫替尼", "en": "Amotinib"}, "tests": tests}
    amounts = {"quantity": {"value": "0.120", "unit": "kg"}, "retained": None}
    given |= {"effective_from": "2020-01-01", "sampling": {**plans.DEFAULT, **amounts}}
    desk = here.desk(SECOND)
    seen = desk.post("/api/specifications/check", {"specification": CODE, **given})
    signed = {"login": SECOND, "password": PASSWORD, "reason": "首版"}
    signed |= {"version": seen["version"], "sha256": seen["sha256"]}
    desk.post(f"/api/specifications/{CODE}/versions", given | signed, 201)
    put_in_force(here, f"specification/{CODE}/1")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("usage")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def record(walk: Walk, lot: str, assay: str) -> None:
    desk = walk.desk
    walk.open(desk, lot)
    desk.at("record-results").click()
    desk.at("result-look").select_option("white", timeout=LONG)
    desk.at("result-assay").fill(assay)
    desk.at("result-sample").select_option(walk.samples[lot])
    desk.at("used-assay").click()
    desk.at("add-standard-assay").click()
    desk.at("reagent-assay-0-name").fill("Amotinib RS")
    desk.at("reagent-assay-0-lot").fill("RS-26-3")
    desk.at("reagent-assay-0-expiry").fill("2020-01-31")
    expect(desk.page.get_by_role("alert")).to_contain_text("has expired")
    desk.at("reagent-assay-0-expiry").fill("2099-01-31")
    expect(desk.page.get_by_role("alert")).to_have_count(0)
    desk.shoot("usage-results-sheet")
    desk.at("record-now").click()
    expect(desk.at("usage-unchecked")).to_be_visible(timeout=LONG)


def test_what_an_analyst_recorded_waits_for_a_second_one(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("sunyue")
    record(walk, GOOD, "99.64")
    expect(desk.at("usage-result-assay")).to_contain_text("99.6 %")
    expect(desk.at("usage-result-assay")).to_contain_text("measured 99.64")
    expect(desk.at("usage-result-assay")).to_contain_text("Amotinib RS RS-26-3")
    expect(desk.at("usage-unchecked")).to_contain_text("somebody else checks")
    expect(desk.at("check-results")).to_have_count(0)
    record(walk, BAD, "91.2")
    expect(desk.at("usage-result-assay")).to_have_attribute("data-verdict", "fail")
    desk.sign_out()


def test_the_second_analyst_signs_that_they_were_checked(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in(SECOND)
    for lot in (GOOD, BAD):
        walk.open(desk, lot)
        desk.at("check-results").click(timeout=LONG)
        expect(desk.at("check-sheet")).to_contain_text("Assay")
        walk.sign(desk, SECOND)
        expect(desk.at("usage-unchecked")).to_have_count(0, timeout=LONG)
        expect(desk.at("usage-result-assay")).to_contain_text("Qian Qi")
    speak(desk, "zh")
    walk.open(desk, GOOD)
    shown_at_each_size(desk, "usage")
    expect(desk.at("usage-release")).to_have_count(0)


def test_the_supplier_s_certificate_stands_beside_it_and_contradictions_are_named(walk: Walk) -> None:
    desk = walk.desk
    walk.open(desk, BAD)
    desk.at("record-certificate").click()
    desk.at("certificate-number").fill("COA-118", timeout=LONG)
    desk.at("certificate-assay").fill("99.2")
    desk.at("certificate-look").fill("白色粉末")
    desk.at("certificate-keep").click()
    expect(desk.at("claims-assay")).to_contain_text("99.2 %", timeout=LONG)
    expect(desk.at("claims-assay")).to_contain_text("91.2 %")
    expect(desk.at("contradiction-verdicts_opposite")).to_contain_text("判定相反")
    expect(desk.at("claims-look").get_by_test_id("contradiction-verdicts_opposite")).to_have_count(0)
    desk.at("claims-assay").scroll_into_view_if_needed()
    desk.shoot("usage-certificate")


def test_quality_releases_it_on_a_phone(walk: Walk) -> None:
    phone = walk.phone
    phone.sign_in("zhaolin")
    walk.open(phone, GOOD)
    for gate in (
        "specification",
        "sampling",
        "results_complete",
        "results_pass",
        "results_checked",
        "independent",
        "supplier",
    ):
        expect(phone.at(f"usage-gate-{gate}")).to_have_attribute("data-met", "true")
    fits(phone)
    phone.at("usage-release").click()
    phone.at("usage-retest-day").fill("2099-05-31")
    phone.at("usage-go").click()
    phone.shoot("usage-sign")
    walk.sign(phone, "zhaolin")
    expect(phone.at("usage-status")).to_contain_text("合格", timeout=LONG)
    expect(phone.at("usage-retest")).to_contain_text("2099-05-31")
    expect(phone.at("usage-decision")).to_contain_text("赵琳")
    fits(phone)
    phone.shoot("usage-released")
    assert walk.usage(GOOD)["lot"]["status"] == "released"


def test_a_lot_that_failed_is_released_by_nobody_rejected_and_offered_nowhere(walk: Walk) -> None:
    phone, quality = walk.phone, walk.site.desk("zhaolin")
    walk.open(phone, BAD)
    expect(phone.at("usage-gate-results_pass")).to_have_attribute("data-met", "false")
    expect(phone.at("usage-gate-results_pass")).to_contain_text("含量")
    expect(phone.at("usage-release")).to_be_disabled()
    page = walk.usage(BAD)
    body = {name: page[name] for name in ("digest", "specification", "version", "inspection")}
    body |= {"status": "released", "conditions": None, "retest": None, "reason": None}
    body |= {"login": "zhaolin", "password": walk.site.people["zhaolin"]["password"]}
    refused = quality.post(f"/api/lots/{MATERIAL}/{BAD}/usage", body, 409)
    assert (refused["code"], [gate["code"] for gate in refused["details"]["open"]]) == (
        "usage_blocked",
        ["results_pass"],
    )
    phone.at("usage-reject").click()
    phone.at("usage-reason").fill("含量低于限度")
    phone.at("usage-go").click()
    walk.sign(phone, "zhaolin")
    expect(phone.at("usage-status")).to_contain_text("不合格", timeout=LONG)
    expect(phone.at("usage-release")).to_have_count(0)
    phone.shoot("usage-rejected")
    assert walk.site.server.pestle("rebuild", "--check")["ok"]
