"""What a balance does in the middle of a portion, on a tablet that speaks Chinese: it changes its unit, drifts after it
came to rest, is overloaded, and is lost. Each has its screen, and none becomes a weight."""

from collections.abc import Iterator

import pytest
from journeys.portions import FIRST, LONG, Walk
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-12", "BRG-02", "BRG-04", "BRG-05")]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("troubles")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        yield Walk(here, database_url, "zh-CN")


def told(walk: Walk, code: str, *words: str) -> None:
    """The screen says it in these words, and nothing is taken meanwhile."""
    card = walk.tablet.at("balance-standing")
    expect(card).to_have_attribute("data-code", code, timeout=2 * LONG)
    for one in words:
        expect(card).to_contain_text(one)
    expect(walk.tablet.at("take-weight")).to_be_disabled()


def goes_on(walk: Walk, load: str, shown: str) -> None:
    walk.lies(load, shown)
    expect(walk.tablet.at("take-weight")).to_be_enabled(timeout=LONG)
    expect(walk.tablet.at("balance-standing")).to_have_count(0)


def test_a_portion_is_begun_in_kilograms(walk: Walk) -> None:
    walk.begin(FIRST)
    goes_on(walk, "3.250", "3.000")


def test_a_balance_that_changes_its_unit_is_told_and_its_tare_is_none_of_that_unit(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    assert balances.tell("unit", "BAL-07", unit="g")["unit"] == "g"
    told(walk, "unit_changed", "天平的单位由 kg 变为 g", "重量按显示保存")
    expect(tablet.at("tare-unit")).to_contain_text("皮重是以另一单位取得的")
    expect(tablet.at("tare-unit")).to_contain_text("由 g 改回 kg")
    at_each_size(tablet, "unit-changed", "balance-standing")
    balances.tell("unit", "BAL-07", unit="kg")
    expect(tablet.at("tare-unit")).to_have_count(0, timeout=LONG)
    expect(tablet.at("tare")).to_contain_text("0.250 kg")
    expect(tablet.at("take-weight")).to_be_enabled(timeout=LONG)


def test_what_creeps_after_it_came_to_rest_is_not_what_is_taken(walk: Walk) -> None:
    balances = walk.balances
    balances.tell("drift", "BAL-07", by="0.003")
    told(walk, "drift", "3.250 kg", "3.253 kg")
    at_each_size(walk.tablet, "drift", "balance-standing")
    # It creeps back, to the very weight that is kept.
    balances.tell("drift", "BAL-07", by="-0.003")
    expect(walk.tablet.at("take-weight")).to_be_enabled(timeout=LONG)
    expect(walk.tablet.at("balance-standing")).to_have_count(0)


def test_overload_and_loss_in_the_middle_keep_the_tare(walk: Walk) -> None:
    tablet, balances = walk.tablet, walk.balances
    balances.tell("overload", "BAL-07")
    told(walk, "overload", "载荷超出天平的最大秤量")
    at_each_size(tablet, "overload", "balance-standing")
    goes_on(walk, "3.250", "3.000")
    balances.tell("leave", "BAL-07")
    told(walk, "lost", "天平已断开连接", "请勿移动载荷")
    at_each_size(tablet, "lost", "balance-standing")
    balances.tell("return", "BAL-07")
    expect(tablet.at("take-weight")).to_be_enabled(timeout=2 * LONG)
    expect(tablet.at("tare")).to_contain_text("0.250 kg")


def test_the_one_weight_that_is_taken_is_the_one_at_rest(walk: Walk) -> None:
    walk.tablet.take_weight()
    walk.compared("17.000 kg")
    [entry] = until("it is in the log", walk.dispensed)
    given = entry["payload"]
    assert (given["tare"]["value"], given["net"]["value"], given["gross"]["value"]) == ("0.250", "3.000", "3.250")
    assert given["reading"]["raw"].split()[-2:] == ["3.250", "kg"]
    assert (given["reading"]["balance"], entry["flags"]) == ("BAL-07", [])
