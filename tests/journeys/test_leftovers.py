"""What is left in a container is weighed on a Chinese tablet by the real bridge, and is what the stock and its label
hold from then on; more than balances may be off is QA's to assess."""

from collections.abc import Iterator

import pytest
from journeys.portions import BATCH, FIRST, LONG, Walk
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-12", "MAT-06", "BRG-02", "BRG-04")]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("rests")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url, "zh-CN")


def lies(walk: Walk, load: str, shown: str) -> None:
    walk.balances.place("BAL-07", load)
    walk.tablet.shows(shown, "rest-net")


def test_a_portion_is_taken_and_what_is_left_is_reckoned(walk: Walk) -> None:
    tablet = walk.tablet
    walk.begin(FIRST)
    walk.lies("3.250", "3.000")
    tablet.take_weight()
    expect(tablet.at("rest")).to_have_text("17.000 kg", timeout=LONG)
    at_each_size(tablet, "reckoned", "rest-sheet")


@pytest.mark.urs("PLT-08")
def test_the_rest_is_weighed_with_its_tare_and_outlives_the_loss_of_the_network(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("rest-weigh").click()
    # What lies there was taken for the portion.
    expect(tablet.at("rest-take-tare")).to_be_disabled()
    lies(walk, "0.500", "0.500")
    expect(tablet.at("rest-take-tare")).to_be_enabled(timeout=LONG)
    tablet.at("rest-take-tare").click()
    expect(tablet.at("rest-tare")).to_have_text("0.500 kg")
    lies(walk, "17.470", "16.970")
    expect(tablet.at("rest-apart")).to_contain_text("与计算值相差 −0.030 kg")
    tablet.go_offline()
    expect(tablet.at("rest-offline")).to_be_visible(timeout=LONG)
    expect(tablet.at("rest-take")).to_be_disabled()
    tablet.go_online()
    # It lies there still, and its reading is in the log.
    expect(tablet.at("rest-take")).to_be_enabled(timeout=2 * LONG)
    expect(tablet.at("rest-apart")).to_contain_text("−0.030 kg")
    at_each_size(tablet, "weighed", "rest-take")
    tablet.at("rest-take").click()
    tablet.comment("勺中洒落")
    expect(tablet.at("rest-sheet")).to_have_count(0, timeout=LONG)
    expect(tablet.at("left")).to_contain_text("16.970 kg")


@pytest.mark.urs("MAT-11")
def test_its_new_label_says_what_was_weighed(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("rest-labels")).to_contain_text(FIRST)
    expect(tablet.at("print-rests")).to_be_enabled(timeout=2 * LONG)
    at_each_size(tablet, "needs-a-label", "print-rests")
    tablet.at("print-rests").click()
    expect(tablet.at("label-names")).to_contain_text(FIRST, timeout=LONG)
    tablet.at("print-now").click()
    expect(tablet.at("open-labels")).to_be_visible(timeout=LONG)
    tablet.at("labels-close").click()
    expect(tablet.at("rest-labels")).to_have_count(0)
    desk = walk.site.desk("zhaolin")
    [copy] = desk.get(f"/api/labels/prints?what=container&about={FIRST}")["items"]
    assert copy["by"]["id"] == tablet.person("zhangmin")


def test_the_next_portion_is_taken_from_what_was_weighed(walk: Walk) -> None:
    tablet = walk.tablet
    walk.lies("0", "0.000")
    walk.take_tare("0.300")
    walk.lies("2.445", "2.145")
    tablet.take_weight()
    tablet.confirm_second("wangfang")
    walk.compared("14.825 kg")


@pytest.mark.urs("BRG-03", "PLT-14")
def test_the_log_holds_the_rest_with_its_readings_and_qa_the_difference(walk: Walk) -> None:
    tablet = walk.tablet
    until("all is delivered", lambda: tablet.counts()[:2] == (0, 0))
    desk = walk.site.desk("zhaolin")
    entries = desk.batch(BATCH, "/entries")["items"]
    [rest] = [one for one in entries if one["kind"] == "production.rest_weighed.v1"]
    said = rest["payload"]
    assert rest["flags"] == ["rest_differs"]
    assert (said["container"], said["net"], said["comment"]) == (FIRST, {"value": "16.970", "unit": "kg"}, "勺中洒落")
    assert [said[name]["value"] for name in ("tare", "gross")] == ["0.500", "17.470"]
    for name, value in (("reading", "17.470"), ("tare_reading", "0.500")):
        assert (said[name]["balance"], said[name]["raw"].split()) == ("BAL-07", ["S", "S", value, "kg"])
        assert said[name]["serial"]
    assert [one["flags"] for one in walk.dispensed()] == [[], []]
    [item] = [one for one in desk.batch(BATCH, "/review")["open"] if one["code"] == "rest_differs"]
    assert item["details"]["difference"] == {"value": "-0.030", "unit": "kg"}
    held = walk.site.desk("zhouwei").get(f"/api/containers/{FIRST}")["held"]
    assert held == {"value": "14.825", "unit": "kg"}
