"""A batch is dispensed line by line: what is scanned, what lies on the balance, and what the log holds at last.

The bridge is the real one; the network goes away in the middle of a portion, and so does the balance.
"""

from collections.abc import Iterator

import pytest
from journeys.portions import BATCH, FILLER, FIRST, FOREIGN, LONG, SALT, SECOND, Walk
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-12")]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("dispensing")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url)


@pytest.mark.urs("BRG-04", "MAT-08")
def test_room_balance_and_container_are_scanned_and_what_is_wrong_is_stopped_in_words(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.start_phase()
    expect(tablet.at("line-api")).to_have_attribute("data-state", "open")
    at_each_size(tablet, "lines", "line-lac")
    tablet.at("line-lac").click()
    walk.stopped("waits")
    expect(tablet.at("stop")).to_contain_text("First weigh Amotinib")
    tablet.at("all-lines").click()
    tablet.at("next-line").click()
    walk.wedge("2-118")
    expect(tablet.at("dispense-scan-problem")).to_contain_text("2-118")
    walk.wedge("2-114")
    walk.wedge("PESTLE-EQUIPMENT:1:BAL-07", "]Q1")
    expect(tablet.at("scan-source")).to_be_visible()
    for label, code in ((FILLER, "other_material"), (FOREIGN, "not_allocated")):
        walk.wedge(label)
        walk.stopped(code)
    at_each_size(tablet, "stopped", "stop")
    walk.wedge(FIRST)
    expect(tablet.at("formula-filled")).to_contain_text("= 5.000 × 100 ÷ 98.7 × 100 ÷ (100 − 1.53) = 5.145 kg")
    expect(tablet.at("asked")).to_contain_text("5.145")


@pytest.mark.urs("BRG-02", "BRG-03", "PLT-08")
def test_a_portion_outlives_the_loss_of_network_and_balance_and_a_reload(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    walk.take_tare("0.250")
    at_each_size(tablet, "tare-taken", "live-net")
    walk.lies("3.250", "3.000")
    expect(tablet.at("gross")).to_contain_text("3.250 kg")
    balances.tell("overload", "BAL-07")
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "overload", timeout=LONG)
    expect(tablet.at("take-weight")).to_be_disabled()
    walk.lies("3.250", "3.000")
    tablet.go_offline()
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "offline", timeout=LONG)
    expect(tablet.at("take-weight")).to_be_disabled()
    tablet.shoot("offline")
    tablet.go_online()
    tablet.page.reload()
    tablet.come_back("zhangmin")
    # On the same page; the tare that was taken is still there.
    expect(tablet.at("tare")).to_contain_text("0.250 kg", timeout=LONG)
    walk.tablet.shows("3.000")
    balances.tell("leave", "BAL-07")
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "lost", timeout=LONG)
    balances.tell("return", "BAL-07")
    expect(tablet.at("take-weight")).to_be_enabled(timeout=2 * LONG)
    tablet.take_weight()
    walk.compared("17.000 kg")
    expect(tablet.at("recorded-10/api/1")).to_contain_text("3.000", timeout=LONG)
    # What lies there has been taken already.
    expect(tablet.at("take-tare")).to_be_disabled()
    expect(tablet.at("balance-standing")).to_have_attribute("data-code", "taken", timeout=LONG)


@pytest.mark.urs("EQP-04")
def test_a_second_container_is_tared_at_the_balance_and_completes_the_line(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    expect(tablet.at("still")).to_contain_text("2.145")
    tablet.at("change-source").click()
    walk.wedge(SECOND)
    walk.lies("0", "0.000")
    walk.take_tare("0.300")
    until("it was tared", lambda: balances.tell("tare", "BAL-07"))
    expect(tablet.at("at-zero")).to_be_visible(timeout=LONG)
    tablet.at("is-net").click()
    expect(tablet.at("at-zero")).to_have_count(0)
    walk.lies("2.445", "2.145")
    expect(tablet.at("verdict")).to_have_attribute("data-verdict", "within")
    at_each_size(tablet, "within", "verdict")
    # The portion that completes a material is confirmed by a second person.
    tablet.take_weight()
    tablet.confirm_second("wangfang")
    walk.compared("17.855 kg")
    expect(tablet.at("line-stand")).to_contain_text("within limits")


@pytest.mark.urs("PLT-08", "PRD-06")
def test_the_compensator_is_typed_without_network_and_confirmed_by_a_second_person(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.go_offline()
    tablet.at("next-line").click()
    walk.wedge(FILLER)
    expect(tablet.at("formula-filled")).to_contain_text("= 10.000 + 5 − 5.145 = 9.855 kg")
    tablet.at("manual").click()
    tablet.type_number("9.850")
    tablet.at("sign").click()
    tablet.confirm_second("wangfang")
    walk.compared("15.150 kg")
    expect(tablet.at("line-stand")).to_contain_text("within limits")
    tablet.shoot("compensated")


@pytest.mark.urs("MAT-11")
def test_labels_wait_for_the_network_and_are_printed_once_it_is_back(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("print-waiting")).to_be_disabled()
    tablet.go_online()
    expect(tablet.at("print-waiting")).to_contain_text("3", timeout=2 * LONG)
    expect(tablet.at("print-waiting")).to_be_enabled(timeout=2 * LONG)
    tablet.at("print-waiting").click()
    expect(tablet.at("label-names").locator("li")).to_have_count(3, timeout=LONG)
    tablet.shoot("labels")
    tablet.at("print-now").click()
    expect(tablet.at("open-labels")).to_be_visible(timeout=LONG)
    tablet.at("labels-close").click()
    expect(tablet.at("label-queue")).to_have_count(0)
    about = f"{BATCH}-10-lac-1"
    [copy] = walk.site.desk("zhaolin").get(f"/api/labels/prints?what=dispensed&about={about}")["items"]
    assert (copy["copy"], copy["by"]["id"]) == (1, tablet.person("zhangmin"))


def test_what_is_over_asks_what_happened_and_can_be_corrected(walk: Walk) -> None:
    tablet = walk.tablet
    walk.balances.tell("tare", "BAL-07", tare="0")
    tablet.at("next-line").click()
    walk.wedge(SALT)
    tablet.at("tared").click()
    walk.lies("0.510", "0.510")
    expect(tablet.at("verdict")).to_have_attribute("data-verdict", "high")
    tablet.take_weight()
    tablet.comment("too fast")
    tablet.confirm_second("wangfang")
    walk.compared("4.490 kg")
    tablet.at("correct-10/mgs/1").click()
    tablet.type_number("0.500")
    tablet.at("correct-reason").fill("the spoon lay on the pan")
    tablet.at("correct-sign").click()
    tablet.confirm_second("wangfang")
    expect(tablet.at("recorded-10/mgs/1")).to_contain_text("0.500", timeout=LONG)
    at_each_size(tablet, "complete", "complete-phase")
    tablet.complete_phase("10")
    tablet.shoot("done")


@pytest.mark.urs("PLT-09", "BRG-03")
def test_the_log_holds_each_portion_once_as_it_was(walk: Walk) -> None:
    tablet = walk.tablet
    until("all is delivered", lambda: tablet.counts()[:2] == (0, 0))
    found = [
        (one["subject"], one["payload"]["net"]["value"], (one["payload"]["tare"] or {}).get("value"), one["flags"])
        for one in walk.dispensed()
    ]
    assert found == [
        ("10/api/1", "3.000", "0.250", []),
        ("10/api/2", "2.145", "0.300", []),
        ("10/lac/1", "9.850", None, []),
        ("10/mgs/1", "0.510", None, ["out_of_limits"]),
        ("10/mgs/1", "0.500", None, []),
    ]
    first = walk.dispensed()[0]["payload"]
    assert (first["container"], first["into"], first["gross"]) == (
        *(FIRST, f"{BATCH}-10-api-1"),
        {"value": "3.250", "unit": "kg"},
    )
    assert first["scanned"] == {"room": "2-114", "balance": "BAL-07", "container": FIRST}
    readings = [
        one["payload"][name]["id"]
        for one in walk.dispensed()
        for name in ("reading", "tare_reading")
        if one["payload"][name]
    ]
    assert len(readings) == len(set(readings)) == 5
    items = walk.site.desk("zhaolin").batch(BATCH, "/review")
    # What is left in containers that nobody has issued is with the batch until it is given back.
    assert {one["code"] for one in items["open"]} == {"out_of_limits", "material_difference"}
