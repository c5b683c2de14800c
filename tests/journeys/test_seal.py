"""A tablet that never comes back: blocked, waived by name, released under a seal; then it comes back after all."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import until, verify_anywhere
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-11")]
LOST, SOUND = "T-08", "T-07"


@pytest.fixture(scope="module")
def plant(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("seal")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield here


@pytest.fixture(scope="module")
def sound(plant: Site) -> Tablet:
    return plant.tablet("sound", "zh-CN")


@pytest.fixture(scope="module")
def lost(plant: Site) -> Tablet:
    return plant.tablet("lost", "en-GB")


@pytest.fixture(scope="module")
def phone(plant: Site) -> Tablet:
    return plant.phone("phone", "zh-CN")


@pytest.fixture(scope="module")
def desk(plant: Site) -> Tablet:
    """QA's browser at a desk; it is no tablet and needs no enrolment."""
    return plant.tablet("desk", "en-GB")


def review(plant: Site) -> dict[str, Any]:
    found: dict[str, Any] = plant.desk("zhaolin").batch(plant.batch, "/review")
    return found


def unmet(plant: Site) -> set[str]:
    return {gate["code"] for gate in review(plant)["gates"] if not gate["met"]}


def finish(plant: Site, tablet: Tablet) -> None:
    """The whole batch by hand on one tablet, as the recipe of the demonstration asks."""
    for phase in plant.desk("zhaolin").batch(plant.batch)["phases"]:
        tablet.start_phase()
        planned = phase["definition"]
        if phase["type"] == "line_clearance":
            tablet.clear_line()
        elif phase["type"] == "weighing":
            tablet.weigh_by_hand(planned["target"], second="zhangmin")
        elif phase["type"] == "parameters":
            for one in planned["parameters"]:
                tablet.parameter(f"{phase['id']}/{one['id']}", one["target"])
        else:
            for round_ in range(1, planned["rounds"] + 1):
                for check in planned["checks"]:
                    tablet.samples(check["id"], round_, [check["target"]] * check["samples"])
        tablet.complete_phase(phase["id"])


@pytest.mark.urs("PLT-08")
def test_two_tablets_take_the_batch_and_one_is_lost_with_what_it_wrote(
    plant: Site, sound: Tablet, lost: Tablet
) -> None:
    for tablet, name, login in ((sound, SOUND, "liqiang"), (lost, LOST, "wangfang")):
        tablet.enrol(plant.code("tablet"), name)
        tablet.sign_in(login)
        tablet.take(plant.batch)
    lost.remark("Room pressure 12 Pa")
    lost.wait_counts(0, 0, 1)
    lost.go_offline()
    for text in ("Door opened at 10:12", "Door closed at 10:13"):
        lost.remark(text)
    lost.wait_counts(2, 0, 1)
    finish(plant, sound)
    sound.page.goto(f"{sound.wire.url}/batch/{plant.batch}/run")
    sound.come_back("liqiang")
    until("everything of the other tablet is in the log", lambda: sound.counts()[:2] == (0, 0))
    sound.hand_back(plant.batch)


@pytest.mark.urs("WHS-02", "PLT-16")
def test_the_release_is_blocked_and_the_device_is_named(plant: Site, phone: Tablet) -> None:
    assert unmet(plant) == {"leases", "materials", "production_reviewed"}
    plant.review_production(plant.batch)
    plant.explain(plant.batch)
    assert unmet(plant) == {"leases"}
    phone.sign_in("zhaolin")
    phone.at(f"review-{plant.batch}").click()
    expect(phone.at("release")).to_be_disabled()
    gate = phone.at("gate-leases")
    expect(gate).to_contain_text(LOST)
    gate.scroll_into_view_if_needed()
    phone.shoot("blocked")


@pytest.mark.urs("IDN-04", "PLT-16")
def test_qa_signs_a_waiver_that_names_it_with_password_and_reason(plant: Site, phone: Tablet) -> None:
    phone.at(f"waive-{LOST}").click()
    expect(phone.at("waiver-sheet")).to_contain_text(LOST)
    expect(phone.at("sign-now")).to_be_disabled()
    phone.at("sign-reason").fill("平板坠入反应釜，已销毁，其记录无法取回")
    expect(phone.at("signature-login")).to_be_visible()
    phone.at("signature-login").fill("zhaolin")
    phone.at("signature-password").fill("a wrong one")
    phone.at("sign-now").click()
    expect(phone.at("waiver-sheet").get_by_role("alert")).to_be_visible()
    phone.at("signature-password").fill(plant.people["zhaolin"]["password"])
    phone.shoot("waiver")
    phone.at("sign-now").click()
    expect(phone.at("waiver-sheet")).to_have_count(0)
    expect(phone.at(f"waived-{LOST}")).to_be_visible()
    expect(phone.page.locator("article[data-type=waiver]")).to_contain_text("坠入反应釜")
    phone.shoot("waived")
    assert unmet(plant) == set()
    waiver = next(one for one in plant.entries() if one["kind"] == "release.device_waived.v2")["payload"]
    assert (waiver["known"], waiver["delivered"], waiver["method"]) == (1, 1, "password")
    assert waiver["components"] == 2
    expect(phone.at("release")).to_be_enabled()


@pytest.mark.urs("IDN-04", "WHS-02")
def test_the_release_seals_entries_head_and_devices(plant: Site, phone: Tablet, desk: Tablet) -> None:
    phone.at("release").click()
    phone.at("meaning-qualified_person").click()
    expect(phone.at("signature-sheet").get_by_test_id("sealed")).to_contain_text(LOST)
    # Nothing has broken the session of signing since the waiver: the password is enough.
    expect(phone.at("signature-login")).to_have_count(0)
    phone.at("signature-password").fill(plant.people["zhaolin"]["password"])
    phone.shoot("sealing")
    phone.at("sign-now").click()
    expect(phone.at("seal")).to_have_attribute("data-decision", "released")
    expect(phone.at("seal").get_by_test_id(f"sealed-{LOST}")).to_contain_text("已豁免")
    phone.at("seal").scroll_into_view_if_needed()
    phone.shoot("sealed")
    sealed = next(one for one in plant.entries() if one["kind"] == "release.batch_released.v3")["payload"]
    assert len(sealed["devices"]) == 2
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/batch/{plant.batch}")
    expect(desk.at(f"sealed-{SOUND}")).to_be_visible()
    desk.shoot("batch")


@pytest.mark.urs("PLT-09", "QUA-05")
def test_the_tablet_comes_back_and_what_it_brings_is_kept_outside_of_the_seal(plant: Site, lost: Tablet) -> None:
    lost.go_online()
    lost.sign_in_again("wangfang")
    lost.wait_counts(0, 0, 3)
    late = [one for one in plant.entries() if "post_seal" in one["flags"]]
    assert [one["payload"]["text"] for one in late] == ["Door opened at 10:12", "Door closed at 10:13"]
    assert review(plant)["disposition"]["stale"] is True
    # Production signs again as well: what came says how the batch was made.
    assert {"deviations", "production_reviewed"} <= unmet(plant)


@pytest.mark.urs("QUA-05", "IDN-04")
def test_the_deviation_is_shown_with_all_entries_and_closed_by_qa(plant: Site, phone: Tablet, desk: Tablet) -> None:
    desk.page.goto(f"{desk.wire.url}/batch/{plant.batch}/review")
    card = desk.page.locator("article[data-type=deviation]")
    expect(card).to_contain_text("Door opened at 10:12")
    # Stale: the release here and in every list, and the waiver, since its device has delivered more.
    expect(desk.at("stale").first).to_contain_text("Signature stale")
    waiver = desk.page.locator("article[data-type=waiver]")
    expect(waiver).to_contain_text("The device has delivered more since this signature")
    expect(desk.page.locator("article[data-type=manual_weight]").first).to_contain_text("(offline, PIN)")
    desk.shoot("review")
    desk.page.goto(f"{desk.wire.url}/batches")
    expect(desk.at("stale").filter(visible=True)).to_have_count(1)
    desk.shoot("stale-in-list")
    desk.page.goto(f"{desk.wire.url}/batch/{plant.batch}?tab=entries")
    expect(desk.page.get_by_text("After the seal")).to_have_count(2)
    phone.page.goto(f"{phone.wire.url}/deviations")
    number = plant.desk("zhaolin").get("/api/deviations")["items"][0]["number"]
    expect(phone.at(f"deviation-{number}")).to_contain_text(LOST)
    phone.shoot("deviations")
    phone.at(f"deviation-{number}").click()
    expect(phone.at("deviation-entries").locator("button")).to_have_count(2)
    expect(phone.at("deviation-close")).to_be_disabled()
    phone.at("deviation-conclusion").fill("两条备注为环境观察，不影响产品质量")
    phone.at("deviation-reason").fill("与压差记录核对一致")
    phone.shoot("deviation")
    phone.at("deviation-close").click()
    expect(phone.at("deviation-closing")).to_contain_text("环境观察")
    phone.shoot("closed")
    assert "deviations" not in unmet(plant)


@pytest.mark.urs("IDN-04", "WHS-02")
def test_the_release_is_signed_again_over_all_that_there_is(plant: Site, desk: Tablet) -> None:
    plant.review_production(plant.batch)
    desk.page.goto(f"{desk.wire.url}/batch/{plant.batch}/review")
    expect(desk.at("release-hint")).to_be_visible()
    while desk.at("assess").count():
        desk.at("assess").first.click()
        desk.at("decision-text").fill("Looked into, no effect on quality")
        desk.at("decide").click()
        expect(desk.at("decision-text")).to_have_count(0)
    expect(desk.at("release")).to_be_enabled()
    desk.at("release").click()
    desk.at("meaning-reviewed_and_released").click()
    desk.at("signature-login").fill("zhaolin")
    desk.at("signature-password").fill(plant.people["zhaolin"]["password"])
    desk.shoot("again")
    desk.at("sign-now").click()
    expect(desk.at("signature-sheet")).to_have_count(0)
    until("the signature covers everything again", lambda: not review(plant)["disposition"]["stale"])
    desk.at("seal").scroll_into_view_if_needed()
    desk.shoot("sealed-again")
    devices = {one["device"]["name"]: one["seq"] for one in review(plant)["disposition"]["seal"]["devices"]}
    assert devices[LOST] == 3
    desk.page.goto(f"{desk.wire.url}/batches")
    expect(desk.page.get_by_text(plant.batch).filter(visible=True).first).to_be_visible()
    expect(desk.at("stale")).to_have_count(0)
    weight = next(one for one in plant.entries() if one["kind"] == "production.material_weighed.v1")
    desk.page.goto(f"{desk.wire.url}/audit/{weight['index']}")
    expect(desk.at("offline")).to_have_text("(offline, PIN)")
    expect(desk.at("second")).to_contain_text("(offline, PIN)")
    desk.shoot("entry-offline")


@pytest.mark.urs("QUA-05")
def test_a_person_opens_a_deviation_from_the_batch(plant: Site, desk: Tablet) -> None:
    desk.page.goto(f"{desk.wire.url}/batch/{plant.batch}")
    desk.at("open-deviation").click()
    desk.at("deviation-summary").fill("Label roll counted twice")
    desk.shoot("opening")
    desk.at("deviation-save").click()
    expect(desk.at("deviation-state")).to_be_visible()
    desk.shoot("opened")
    assert plant.desk("zhaolin").get("/api/deviations?state=open")["total"] == 1


@pytest.mark.urs("PLT-04", "PLT-05")
def test_the_log_verifies_and_the_tables_are_what_it_says(plant: Site) -> None:
    code, answer = verify_anywhere(plant.server.url, "--full")
    assert (code, answer["ok"]) == (0, True), json.dumps(answer)
    assert plant.server.pestle("rebuild", "--check")["differences"] == []
