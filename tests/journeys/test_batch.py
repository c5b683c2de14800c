"""A batch from the tablet to the verified dossier, with everything killed on the way; the steps build on each other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import until, verify_anywhere
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from pypdf import PdfReader, PdfWriter
from support import PostgresCluster

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-09")]
PHASES = ["10", "20", "30", "40", "50"]
WEIGHTS = ["114.0", "113.2", "114.9", "115.3", "113.8"]
HARDNESS = ["58", "61", "60", "63", "59"]
WEIGHED = "production.material_weighed.v1"
READ = "equipment.weight_read.v1"


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.balances, self.bridge = here.weighing_room()
        self.bridge.start(self.balances.bus, here.code("bridge"))
        self.first = here.tablet("tablet-1", "zh-CN")
        self.second = here.tablet("tablet-2", "en-GB")
        self.phone: Tablet
        self.dossiers: dict[str, Path] = {}

    @property
    def batch(self) -> str:
        return self.site.batch

    def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The batch's entries in the server's log."""
        return [entry for entry in self.site.entries() if kind in (None, entry["kind"])]

    def review(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.site.desk("zhaolin").batch(self.batch, "/review")
        return shown

    def signature(self) -> dict[str, Any]:
        password = self.site.people["zhaolin"]["password"]
        digest = self.review()["digest"]
        given = {"login": "zhaolin", "password": password}
        return {"meaning": "reviewed_and_released", "digest": digest, "reason": None, **given}

    def readings(self, balance: str) -> list[dict[str, Any]]:
        """What the bridge has signed and delivered of a balance."""
        items: list[dict[str, Any]] = self.site.desk("zhaolin").get(f"/api/log?stream=equipment/{balance}")["items"]
        return sorted((entry for entry in items if entry["kind"] == READ), key=lambda entry: int(entry["index"]))


@pytest.fixture(scope="module")
def walk(playwright: Playwright, postgres: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with site(playwright, tmp_path_factory.mktemp("batch"), postgres.create()) as here:
        yield Walk(here)


@pytest.mark.urs("HMI-01", "PLT-08", "PLT-12")
def test_tablets_are_enrolled_with_a_code_and_take_the_batch_along(walk: Walk) -> None:
    walk.phone = walk.site.phone("phone", "zh-CN")
    walk.phone.sign_in("chenjie")
    for tablet, login in ((walk.first, "zhangmin"), (walk.second, "wangfang")):
        tablet.enrol(new_code(walk.phone), tablet.chromium.name)
        tablet.sign_in(login)
        tablet.shoot("home")
        tablet.take(walk.batch)
    held = walk.site.desk("zhaolin").batch(walk.batch)["leases"]
    assert {lease["device"]["name"] for lease in held} == {"tablet-1", "tablet-2"}
    walk.phone.sign_out()


def new_code(phone: Tablet) -> str:
    """A supervisor makes a code and reads it out."""
    phone.page.goto(f"{phone.wire.url}/devices")
    phone.at("new-code").click()
    code = phone.at("code").inner_text()
    phone.shoot("code")
    return code


@pytest.mark.urs("PLT-08", "HMI-05", "PRD-05")
def test_the_line_is_cleared_offline_with_photo_and_remark(walk: Walk) -> None:
    tablet = walk.first
    tablet.go_offline()
    tablet.start_phase()
    tablet.clear_line()
    expect(tablet.at("recorded-10/clearance")).to_be_visible()
    tablet.remark("温湿度计已更换电池")
    picture = walk.site.folder / "room.png"
    tablet.page.screenshot(path=picture)
    tablet.photo(picture, "清场后的称量间")
    tablet.complete_phase("10")
    tablet.shoot("offline")
    assert set(tablet.records(["10"]).values()) == {("device", True)}
    tablet.wait_counts(5, 0, 0)
    assert walk.entries("production.line_cleared.v1") == []


@pytest.mark.urs("HMI-05", "PLT-09")
def test_back_on_the_network_everything_is_in_the_log(walk: Walk) -> None:
    walk.first.go_online()
    walk.first.wait_counts(0, 0, 5)
    walk.first.wait_proven()
    assert set(walk.first.records(["10"]).values()) == {("proven", True)}
    assert len(walk.entries("production.photo_attached.v1")) == 1
    expect(walk.second.at("phase-10")).to_have_attribute("data-state", "done")


@pytest.mark.urs("BRG-01", "BRG-02", "PRD-06")
def test_only_a_stable_weight_of_the_balance_can_be_taken(walk: Walk) -> None:
    tablet, balances = walk.first, walk.balances
    tablet.at("phase-20").click()
    tablet.start_phase()
    balances.place("BAL-07", "12.652")
    expect(tablet.at("take-weight")).to_be_enabled()
    balances.tell("wobble", "BAL-07", seconds=8)
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "dynamic")
    expect(tablet.at("take-weight")).to_be_disabled()
    tablet.shoot("unstable")
    balances.tell("overload", "BAL-07")
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "overload")
    expect(tablet.at("take-weight")).to_be_disabled()
    balances.place("BAL-07", "12.648")
    expect(tablet.at("take-weight")).to_be_enabled()
    tablet.shoot("stable")


@pytest.mark.urs("BRG-02", "BRG-03")
def test_the_bridge_is_killed_while_the_weight_lies_there_and_the_weight_is_taken_once(walk: Walk) -> None:
    tablet = walk.first
    walk.bridge.kill()
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "lost", timeout=15_000)
    expect(tablet.at("take-weight")).to_be_disabled()
    walk.balances.place("BAL-08", "1.500")
    walk.bridge.start(walk.balances.bus)
    tablet.take_weight()
    expect(tablet.at("recorded-20/net")).to_be_visible()
    tablet.complete_phase("20")
    tablet.wait_counts(0, 0, 8)
    read = walk.readings("BAL-07")
    assert [entry["payload"]["net"]["value"] for entry in read] == ["12.652", "12.648"]
    until("what came onto a pan while the bridge was dead is captured", lambda: len(walk.readings("BAL-08")) == 1)
    taken = walk.entries(WEIGHED)[0]["payload"]
    bridge = read[1]["payload"]
    assert taken["source"] == "device"
    assert taken["net"] == bridge["net"] == {"value": "12.648", "unit": "kg"}
    assert taken["reading"] == {
        "id": read[1]["id"],
        "device": read[1]["device"]["id"],
        **{name: bridge[name] for name in ("balance", "serial", "model", "raw")},
    }
    assert bridge["raw"].split() == ["S", "S", "12.648", "kg"]


@pytest.mark.urs("PLT-08", "IDN-05", "IDN-06", "PRD-05", "PRD-06")
def test_offline_again_a_typed_weight_is_confirmed_and_a_value_out_of_limits_is_explained(walk: Walk) -> None:
    tablet = walk.first
    tablet.go_offline()
    tablet.start_phase()
    tablet.weigh_by_hand("2.849", second="wangfang")
    expect(tablet.at("recorded-30/net")).to_contain_text("2.849")
    tablet.complete_phase("30")
    tablet.start_phase()
    tablet.parameter("40/time", "15")
    tablet.parameter("40/speed", "13.5", comment="变频器设定偏高，已调回")
    tablet.shoot("out-of-limits")
    tablet.complete_phase("40")
    tablet.wait_counts(7, 0, 8)


@pytest.mark.urs("PLT-08", "PLT-09", "HMI-01", "IDN-05")
def test_the_browser_is_killed_in_the_middle_and_nothing_is_lost(walk: Walk) -> None:
    tablet = walk.first
    tablet.start_phase()
    tablet.samples("weight", 1, WEIGHTS)
    tablet.samples("hardness", 1, HARDNESS)
    tablet.type_number("114.1")
    before = tablet.records(PHASES)
    tablet.battery_falls_out_offline()
    tablet.shoot("gate-offline")
    tablet.unlock("zhangmin")
    tablet.open(walk.batch)
    tablet.wait_counts(10, 0, 8)
    assert tablet.records(PHASES) == before
    tablet.at("phase-50").click()
    tablet.samples("weight", 2, WEIGHTS)
    tablet.samples("hardness", 2, ["58", "61", "60", "63", "45"], comment="第 3 工位冲头磨损，已更换")
    tablet.samples("weight", 3, WEIGHTS)
    tablet.samples("hardness", 3, HARDNESS)
    tablet.shoot("compression")
    tablet.complete_phase("50")
    tablet.wait_counts(15, 0, 8)


@pytest.mark.urs("PLT-09", "PLT-10", "BRG-01")
def test_meanwhile_a_second_tablet_weighs_the_same_material(walk: Walk) -> None:
    tablet = walk.second
    tablet.start_phase()
    tablet.at("balance-BAL-08").click()
    walk.balances.place("BAL-08", "2.852")
    expect(tablet.at("live-net")).to_contain_text("2.852")
    tablet.take_weight()
    expect(tablet.at("recorded-30/net")).to_contain_text("2.852")
    tablet.complete_phase("30")
    tablet.remark("MGS-0009 re-weighed on BAL-08")
    tablet.wait_counts(0, 0, 4)


@pytest.mark.urs("PLT-09", "PLT-10", "BRG-03")
def test_the_server_is_killed_while_both_deliver_and_every_entry_is_there_once(walk: Walk) -> None:
    first, second = walk.first, walk.second
    first.wire.bytes_per_second = 8_000
    first.go_online()
    first.sign_in_again("zhangmin")
    second.at("phase-30").click()
    second.remark("Room pressure 12 Pa")
    until("the first of the tablet's entries arrives", lambda: len(walk.entries()) > 20)
    walk.site.server.kill()
    assert first.counts() != (0, 0, 23), "the server was killed too late to be in the middle"
    first.wire.bytes_per_second = None
    second.remark("Room pressure 13 Pa")
    walk.balances.place("BAL-07", "3.111")
    walk.site.server.start()
    first.wait_counts(0, 0, 23, seconds=60)
    second.wait_counts(0, 0, 6, seconds=60)
    until("the bridge delivers what came while the server was dead", lambda: len(walk.readings("BAL-07")) == 3)
    in_log = walk.entries()
    ids = [entry["id"] for entry in in_log]
    assert len(set(ids)) == len(ids)
    for tablet, number in ((first, 23), (second, 6)):
        name = tablet.chromium.name
        assert [entry["seq"] for entry in in_log if entry["device"]["name"] == name] == list(range(1, number + 1))
    of_tablets = {entry["id"] for entry in in_log if entry["device"]["name"].startswith("tablet")}
    for tablet in (first, second):
        until(f"{tablet.chromium.name} shows all of them", lambda one=tablet: set(one.records(PHASES)) == of_tablets)
        tablet.wait_proven()
        # Its own it has proven, the other's stand in the log by the server's word.
        assert set(tablet.records(PHASES).values()) == {("proven", True), ("logged", False)}
        tablet.at("phase-30").click()
        expect(tablet.at("claim-30/net")).to_have_attribute("data-conflict", "true")
        tablet.shoot("conflict")


@pytest.mark.urs("PLT-08", "HMI-05")
def test_what_is_said_of_the_batch_as_a_whole_is_shown_too(walk: Walk) -> None:
    tablet = walk.first
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.batch}/run")
    tablet.come_back("zhangmin")
    expect(tablet.at("all-done")).to_be_visible()
    tablet.remark("设备已移交清洁")
    expect(tablet.at("records").locator("[data-own=true] [data-place=proven]")).to_have_count(1)
    tablet.shoot("all-done")


@pytest.mark.urs("PLT-11", "PLT-16", "WHS-02")
def test_release_is_refused_while_anything_is_open_and_the_refusal_is_recorded(walk: Walk) -> None:
    review, body = walk.review(), walk.signature()
    open_gates = {gate["code"] for gate in review["gates"] if not gate["met"]}
    assert {"conflicts", "exceptions", "leases"} <= open_gates
    refused = walk.site.desk("zhaolin").post(f"/api/batches/{walk.batch}/release", body, 409)
    assert refused["code"] == "release_blocked"
    assert {gate["code"] for gate in refused["details"]["open"]} == open_gates
    assert walk.entries("release.release_refused.v1")
    for tablet in (walk.first, walk.second):
        tablet.hand_back(walk.batch)
    walk.site.account_for(walk.batch)
    walk.site.review_production(walk.batch)
    assert {"leases", "devices", "production_reviewed"} <= {
        gate["code"] for gate in walk.review()["gates"] if gate["met"]
    }


@pytest.mark.urs("PRD-13", "PLT-10", "PRD-06", "IDN-06")
def test_on_a_phone_qa_sees_what_is_open_first_and_decides_it_with_reasons(walk: Walk) -> None:
    phone = walk.phone
    phone.page.goto(phone.wire.url)
    phone.sign_in("zhaolin")
    phone.shoot("home")
    phone.at(f"review-{walk.batch}").click()
    expect(phone.at("release")).to_be_disabled()
    phone.shoot("review")
    items = phone.page.locator("article[data-type]")
    expect(items.first).to_be_visible()
    shown = [(one.get_attribute("data-state"), one.get_attribute("data-type")) for one in items.all()]
    assert [state for state, _ in shown if state != "open"] == [state for state, _ in shown][3:], "open ones come first"
    assert sorted(type_ for state, type_ in shown if state == "open") == ["conflict", "exception", "exception"]
    notable = [type_ for state, type_ in shown if state != "open"]
    assert notable[0] == "manual_weight"
    assert {"photo", "remark"} <= set(notable)
    expect(phone.page.locator("article[data-type=manual_weight]")).to_contain_text("（离线，PIN）")
    decide_conflict(phone, choose="2.852", reason="双方称量均在限度内，以天平直接读数为准")
    for _ in range(2):
        phone.at("assess").first.click()
        phone.at("decision-text").fill("已调查，不影响产品质量")
        phone.at("decide").click()
        expect(phone.at("decision-text")).to_have_count(0)
    expect(phone.at("release")).to_be_enabled()


def decide_conflict(phone: Tablet, choose: str, reason: str) -> None:
    card = phone.page.locator("article[data-type=conflict]")
    assert card.get_by_role("radio").count() == 2
    expect(card.get_by_test_id("decide")).to_be_disabled()
    card.get_by_role("radio").filter(has_text=choose).click()
    card.get_by_test_id("decision-text").fill(reason)
    card.get_by_test_id("decide").click()
    expect(phone.page.locator("article[data-type=conflict][data-state=open]")).to_have_count(0)


@pytest.mark.urs("IDN-04", "PRD-13", "WHS-02")
def test_qa_signs_with_password_and_meaning_and_the_batch_is_released(walk: Walk) -> None:
    phone = walk.phone
    photo = phone.page.locator("article[data-type=photo] img")
    photo.scroll_into_view_if_needed()
    until("the photo is shown", lambda: photo.evaluate("(one) => one.complete && one.naturalWidth > 100"))
    phone.at("release").click()
    expect(phone.at("printed-name")).to_have_text("赵琳")
    phone.at("meaning-reviewed_and_released").click()
    phone.at("signature-login").fill("zhaolin")
    phone.at("signature-password").fill(walk.site.people["zhaolin"]["password"])
    phone.shoot("signature")
    phone.at("sign-now").click()
    expect(phone.at("seal")).to_have_attribute("data-decision", "released")
    expect(phone.at("seal")).to_contain_text("赵琳")
    phone.shoot("released")
    signed = walk.review()["disposition"]
    assert (signed["decision"], signed["stale"], signed["signer"]["name"]) == ("released", False, "赵琳")
    chosen = walk.entries("release.conflict_resolved.v1")[0]["payload"]["chosen"]
    assert next(one for one in walk.entries(WEIGHED) if one["id"] == chosen)["payload"]["net"]["value"] == "2.852"
    assert len(walk.entries(WEIGHED)) == 3, "what was not chosen is kept"


@pytest.mark.urs("PRD-12", "PLT-04")
@pytest.mark.parametrize(("lang", "name"), [("zh", "阿莫替尼片5mg"), ("en", "AmotinibTablets5mg")])
def test_the_dossier_names_the_batch_on_every_page_and_verifies_anywhere(walk: Walk, lang: str, name: str) -> None:
    path = walk.dossiers[lang] = walk.site.folder / f"dossier-{lang}.pdf"
    path.write_bytes(walk.site.desk("zhaolin").bytes(f"/api/batches/{walk.batch}/dossier?lang={lang}"))
    reader = PdfReader(path)
    pages = ["".join(page.extract_text().replace("\u200b", "").split()) for page in reader.pages]
    assert pages
    assert all(name in page and walk.batch in page for page in pages)
    assert re.search(rb"pdfaid:part(>|=\")3", path.read_bytes())
    assert {"records.json", "proof.json", "checkpoint", "policy"} <= set(reader.attachments)
    photo = walk.entries("production.photo_attached.v1")[0]["payload"]["blob"]
    assert f"{photo}.jpg" in reader.attachments
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "UTC+08:00" in pages[0].split("赵琳" if lang == "zh" else "ZhaoLin")[1][:40], "the signer's own time zone"
    mark = "（离线，PIN）" if lang == "zh" else "(offline,PIN)"
    assert any(mark in page for page in pages), "who confirmed a typed weight did so on the tablet, by PIN"
    code, answer = verify_anywhere(path)
    assert (code, answer["ok"]) == (0, True), answer


@pytest.mark.urs("PLT-04")
def test_one_changed_byte_of_a_record_is_found_and_its_entry_named(walk: Walk) -> None:
    weighed = walk.entries(WEIGHED)[0]
    writer = PdfWriter(clone_from=walk.dossiers["zh"])
    records = next(one for one in writer.attachment_list if one.name == "records.json")
    assert b"12.648" in records.content
    records.content = records.content.replace(b"12.648", b"12.640", 1)
    forged = walk.site.folder / "forged.pdf"
    writer.write(forged)
    code, answer = verify_anywhere(forged)
    assert (code, answer["ok"], answer["first_wrong"]) == (1, False, weighed["index"])


@pytest.mark.urs("PLT-04", "PLT-05")
def test_the_whole_log_verifies_and_all_tables_are_what_it_says(walk: Walk) -> None:
    folder = walk.site.folder / "exported"
    exported = walk.site.server.pestle("log", "export", str(folder))
    for source in (folder, walk.site.server.url):
        code, answer = verify_anywhere(source, "--full")
        assert (code, answer["ok"], answer["size"]) == (0, True, exported["size"]), answer
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []
