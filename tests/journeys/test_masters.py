"""A material is written at the desk and approved on a phone in Chinese; its supplier is registered and qualified on
evidence, and what somebody else delivered waits for QA's word (MAT-01, MAT-02)."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-01", "MAT-02")]
CODE, SUPPLIER, LOT = "EXC-ETH", "S-HY", "E-1"
LONG = 30_000


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site, self.database_url = here, database_url
        self.desk = here.phone("desk", "en-GB")
        self.desk.page.set_viewport_size({"width": 1440, "height": 900})
        self.phone = here.phone("phone", "zh-CN")

    def sign(self, who: Tablet, login: str, reason: str = "", first: bool = True) -> None:
        if reason:
            who.at("sign-reason").fill(reason, timeout=LONG)
        if first:
            who.at("signature-login").fill(login)
        who.at("signature-password").fill(self.site.people[login]["password"])
        who.at("sign-now").click()
        expect(who.at("signature-sheet")).to_have_count(0, timeout=LONG)

    def open(self, who: Tablet, path: str) -> None:
        who.page.goto(f"{who.wire.url}{path}")

    def decide(self, who: Tablet, login: str, outcome: str) -> None:
        who.sign_in(login)
        self.open(who, "/my-work")
        who.at(f"work-material/{CODE}/1").click(timeout=LONG)
        who.at(f"outcome-{outcome}").click(timeout=LONG)
        self.sign(who, login)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("masters")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


def test_a_material_is_written_at_the_desk_and_told_what_stands_against_it(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    walk.open(desk, "/masters")
    desk.at("new-material").click(timeout=LONG)
    for name, text in (("code", CODE), ("zh", "乙醇"), ("en", "Ethanol"), ("shelf", "36"), ("retest", "24")):
        desk.at(f"material-{name}").fill(text)
    desk.at("material-storage").select_option("cool")
    desk.at("add-conversion").press("Enter")
    expect(desk.at("conversion-0-unit")).to_be_focused()
    for name, text in (("unit", "{box}"), ("equals", "24"), ("other", "{tablet}")):
        desk.at(f"conversion-0-{name}").fill(text)
    desk.at("check").click()
    expect(desk.at("findings")).to_contain_text("Conversion 1 · This leads to no unit of the stock", timeout=LONG)
    for name, text in (("unit", "L"), ("equals", "0.789"), ("other", "kg")):
        desk.at(f"conversion-0-{name}").fill(text)
    desk.at("check").click()
    walk.sign(desk, "zhouwei", "First version")
    expect(desk.at("state-1")).to_contain_text("Waits for approval", timeout=LONG)
    expect(desk.at("about-material-approval")).to_contain_text("Review (laboratory)", timeout=LONG)
    desk.shoot("material-submitted")


def test_it_is_reviewed_and_approved_on_the_phone_in_chinese(walk: Walk) -> None:
    phone = walk.phone
    walk.decide(phone, "sunyue", "agree")
    phone.sign_out()
    walk.decide(phone, "zhaolin", "approve")
    walk.open(phone, f"/masters/{CODE}")
    expect(phone.at("state-1")).to_contain_text("现行", timeout=LONG)
    expect(phone.at("facts")).to_contain_text("1 L = 0.789 kg")
    fits(phone)
    phone.shoot("material-in-force")


def test_the_next_version_is_compared(walk: Walk) -> None:
    desk = walk.desk
    walk.open(desk, f"/masters/{CODE}")
    desk.at("next-version").click(timeout=LONG)
    desk.at("material-hazard").fill("GHS02", timeout=LONG)
    desk.at("check").click()
    walk.sign(desk, "zhouwei", "Hazard")
    desk.at("compare-2").click(timeout=LONG)
    expect(desk.at("difference-hazard")).to_contain_text("GHS02", timeout=LONG)
    desk.sign_out()


def test_a_table_is_looked_at_first_and_imported_when_every_row_is_right(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_in("zhouwei")
    walk.open(desk, "/masters")
    desk.at("import").click(timeout=LONG)
    table = "code,name_zh,name_en,type,unit\nM-1,滑石粉,Talc,raw,{}\n"

    def give(unit: str) -> None:
        file = {"name": "materials.csv", "mimeType": "text/csv", "buffer": table.format(unit).encode()}
        desk.at("import-file").set_input_files(files=[file])

    give("drums")
    expect(desk.at("import-findings")).to_contain_text("This is no unit of UCUM", timeout=LONG)
    expect(desk.at("import-now")).to_be_disabled()
    desk.shoot("materials-import")
    give("kg")
    expect(desk.at("import-report")).to_contain_text("1 to be imported", timeout=LONG)
    desk.at("import-now").click()
    expect(desk.at("material-M-1")).to_contain_text("Talc", timeout=LONG)
    desk.sign_out()


def test_a_supplier_is_registered_and_qualified_on_evidence(walk: Walk) -> None:
    desk, phone = walk.desk, walk.phone
    desk.sign_in("huanglei")
    walk.open(desk, "/suppliers")
    desk.at("new-supplier").click(timeout=LONG)
    for name, text in (("code", SUPPLIER), ("zh", "华原药业"), ("en", "Huayuan Pharma"), ("address", "Hefei")):
        desk.at(f"supplier-{name}").fill(text)
    desk.at("add-contact").click()
    desk.at("contact-0-name").fill("Zhou")
    desk.at("supplier-save").click()
    expect(desk.at("supplier-status")).to_contain_text("Not qualified", timeout=LONG)
    walk.open(phone, f"/suppliers/{SUPPLIER}")
    phone.at("qualify").click(timeout=LONG)
    phone.at("qualify-until").fill("2031-12-31")
    file = {"name": "GMP 证书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 certificate"}
    phone.at("qualify-file").set_input_files(files=[file])
    expect(phone.at("qualify-files")).to_contain_text("GMP 证书.pdf", timeout=LONG)
    phone.at("qualify-go").click()
    walk.sign(phone, "zhaolin", "现场审计")
    expect(phone.at("supplier-status")).to_contain_text("合格", timeout=LONG)
    expect(phone.at("evidence")).to_contain_text("GMP 证书.pdf")
    phone.at("allow").click()
    phone.at("allow-material").fill(CODE, timeout=LONG)
    phone.at("allow-go").click(timeout=LONG)
    walk.sign(phone, "zhaolin", "三批检验合格", first=False)
    expect(phone.at(f"supply-{CODE}")).to_contain_text("已批准", timeout=LONG)
    fits(phone)
    phone.shoot("supplier-qualified")


def receive(walk: Walk) -> tuple[str, ...]:
    """A delivery of somebody who is not approved, beside the running server, as its commands do it."""
    plant = open_plant(Config(walk.site.server.data, walk.database_url))
    receipt = {"material": CODE, "lot": LOT, "quantity": {"value": "200000", "unit": "g"}, "supplier": "Nobody & Co"}
    receipt |= {"supplier_lot": "N1", "expiry": "2031-06-30", "containers": 1, "status": "quarantine"}
    keeper = walk.site.people["huanglei"]["id"]
    fact = Fact("materials.lot_received.v1", f"lot/{CODE}/{LOT}", receipt, actor=keeper)
    flags = plant.recorder.state(fact)[0].flags
    plant.close()
    return flags


def test_what_somebody_else_delivered_waits_for_qa_who_may_accept_it(walk: Walk) -> None:
    assert receive(walk) == ("supplier_not_approved",)
    desk, phone = walk.desk, walk.phone
    walk.open(desk, f"/lot/{CODE}/{LOT}")
    expect(desk.at("supplier-waits")).to_contain_text("It stays in quarantine until QA has decided", timeout=LONG)
    expect(desk.at("accept-delivery")).to_have_count(0)
    desk.shoot("lot-of-unapproved-supplier")
    walk.open(phone, "/")
    phone.at(f"lot_supplier-{LOT}").click(timeout=LONG)
    phone.at("accept-delivery").click(timeout=LONG)
    walk.sign(phone, "zhaolin", "短缺，全检")
    expect(phone.at("supplier-accepted")).to_contain_text("短缺，全检", timeout=LONG)
    fits(phone)
