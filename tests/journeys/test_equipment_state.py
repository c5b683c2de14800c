"""The state of a piece of equipment: hold times and a status set at the desk, cleaned by the operator, and kept."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("EQP-01", "EQP-03")]
LONG = 20_000


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("equipment")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def look(screen: Tablet) -> None:
    screen.page.goto(f"{screen.wire.url}/balances")
    screen.at("to-equipment").click()
    screen.at("equipment-BAL-07").click()


def test_what_was_said_at_the_desk_is_seen_and_put_right_by_who_cleans(here: Site) -> None:
    desk, operator = here.tablet("desk", "en-GB"), here.tablet("T-02", "en-GB")
    desk.sign_in("zhouwei")
    look(desk)
    expect(desk.at("equipment-state")).to_have_text("nothing is known", timeout=LONG)
    desk.at("set-holds").click()
    desk.at("holds-scope").select_option("equipment")
    desk.at("holds-dirty").fill("24")
    desk.at("holds-clean").fill("72")
    desk.at("holds-reason").fill("CV-031")
    desk.at("holds-save").click()
    expect(desk.at("clean-hours")).to_have_text("72 h", timeout=LONG)
    desk.at("set-status").click()
    desk.at("status-choice").select_option("maintenance")
    expect(desk.at("status-save")).to_be_disabled()
    desk.at("status-choice").select_option("to_be_cleaned")
    desk.at("status-save").click()
    expect(desk.at("equipment-state")).to_contain_text("to be cleaned", timeout=LONG)

    operator.sign_in("zhangmin")
    look(operator)
    expect(operator.at("equipment-state")).to_contain_text("to be cleaned", timeout=LONG)
    expect(operator.at("set-status")).to_have_count(0)
    operator.at("record-cleaning").click()
    operator.at("cleaning-kind").select_option("major")
    operator.at("cleaning-procedure").fill("SOP-CL-012")
    operator.at("cleaning-save").click()
    expect(operator.at("holds-until")).to_contain_text("clean until", timeout=LONG)
    expect(operator.at("history-cleaned")).to_contain_text("major cleaning · SOP-CL-012")
    at_each_size(operator, "equipment", "equipment-state")

    # Who has cleaned does not check it; the engineer does.
    expect(operator.at("check-cleaning")).to_have_count(0)
    expect(operator.at("cleaning-unchecked")).to_be_visible()
    look(desk)
    desk.at("check-cleaning").click()
    desk.at("check-comment").fill("no residue")
    desk.at("check-save").click()
    expect(desk.at("checked-by")).to_contain_text("checked by", timeout=LONG)
    expect(desk.at("cleaning-unchecked")).to_have_count(0)
