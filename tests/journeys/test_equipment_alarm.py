"""A machine in alarm: told on a tablet without network, barred for another batch, cleared with a reason at the desk."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.ordering import order
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from recipe_support import step

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

pytestmark = [pytest.mark.slow, pytest.mark.urs("EQP-01", "EQP-05", "PRD-08", "PLT-08")]
LONG = 20_000
FIRST, SECOND = "A-1", "A-2"
MACHINE = "GR-88"
SHOWN = "E42 filter pressure high"


def _phase(number: str, *after: str, equipment: str | None = None) -> dict[str, object]:
    words = {"zh": f"步骤 {number}", "en": f"Step {number}"}
    return {
        **step(number, "instruction", *after),
        **{"name": words, "room": None, "equipment": equipment, "instruction": words},
    }


def register(here: Site, database_url: str) -> None:
    plant = open_plant(Config(here.server.data, database_url))
    known: dict[str, object] = {"equipment": MACHINE, "class": "mixer-88", "name": {"zh": "混合机", "en": "mixer"}}
    known |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
    plant.recorder.state(Fact("equipment.equipment_registered.v1", f"equipment/{MACHINE}", known))
    plant.close()


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("alarm")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as made:
        register(made, database_url)
        for batch in (FIRST, SECOND):
            order(made, database_url, batch, [_phase("10", equipment="mixer-88"), _phase("20", "10")])
        yield made


@pytest.fixture(scope="module")
def tablet(here: Site) -> Tablet:
    return here.tablet("mine", "en-GB")


def kinds(here: Site, batch: str) -> list[str]:
    return [one["kind"] for one in here.desk("zhaolin").batch(batch, "/entries")["items"]]


def identify(tablet: Tablet) -> None:
    tablet.at("identify").fill(MACHINE)
    tablet.at("identify").press("Enter")


def test_an_alarm_is_told_on_a_tablet_without_network_and_bars_the_machine_there(here: Site, tablet: Tablet) -> None:
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(FIRST)
    tablet.go_offline()
    tablet.at("report-alarm").click()
    at_each_size(tablet, "alarm-sheet", "alarm-sheet")
    expect(tablet.at("alarm-sign")).to_be_disabled()
    tablet.at("alarm-what").fill(SHOWN)
    tablet.at("alarm-severity").select_option("critical")
    tablet.at("alarm-sign").click()
    expect(tablet.at(f"in-alarm-{MACHINE}")).to_contain_text(SHOWN, timeout=LONG)
    at_each_size(tablet, "alarm", f"in-alarm-{MACHINE}")
    identify(tablet)
    expect(tablet.page.get_by_text(f"{MACHINE}, which is in alarm")).to_be_visible(timeout=LONG)
    expect(tablet.at("identified")).to_have_count(0)
    expect(tablet.at("not-identified")).to_be_visible()


def test_another_batch_is_barred_from_it_also_without_network(here: Site, tablet: Tablet) -> None:
    tablet.reach_the_server("zhangmin")
    until("the log has the alarm", lambda: "production.alarm_raised.v1" in kinds(here, FIRST))
    other = here.tablet("other", "zh-CN")
    other.enrol(here.code("tablet"), "T-02")
    other.sign_in("wangfang")
    other.take(SECOND)
    other.go_offline()
    expect(other.at(f"in-alarm-{MACHINE}")).to_contain_text(SHOWN, timeout=LONG)
    expect(other.at(f"in-alarm-{MACHINE}")).to_contain_text("报警")
    identify(other)
    expect(other.at("identified")).to_have_count(0)
    other.reach_the_server("wangfang")
    other.hand_back(SECOND)


def test_who_keeps_equipment_clears_it_with_a_reason_and_the_batch_goes_on(here: Site, tablet: Tablet) -> None:
    # It has the batch still, and is told so by its socket alone.
    expect(tablet.at(f"in-alarm-{MACHINE}")).to_contain_text(SHOWN, timeout=LONG)
    desk = here.tablet("desk", "en-GB")
    desk.sign_in("zhouwei")
    desk.page.goto(f"{desk.wire.url}/equipment/{MACHINE}")
    expect(desk.at("equipment-state")).to_contain_text("in alarm", timeout=LONG)
    expect(desk.at("alarm-standing")).to_contain_text(FIRST)
    at_each_size(desk, "alarm-desk", "alarm-standing")
    desk.at("clear-alarm").click()
    expect(desk.at("clear-save")).to_be_disabled()
    desk.at("clear-reason").fill("Filter changed, pressure normal")
    desk.at("clear-save").click()
    expect(desk.at("alarm-standing")).to_have_count(0, timeout=LONG)
    expect(desk.at("alarm-past")).to_contain_text("Filter changed, pressure normal")
    expect(tablet.at("report-alarm")).to_be_visible(timeout=LONG)
    expect(tablet.at(f"in-alarm-{MACHINE}")).to_have_count(0, timeout=LONG)
    other = here.tablet("third", "en-GB")
    other.enrol(here.code("tablet"), "T-03")
    other.sign_in("wangfang")
    other.take(SECOND)
    expect(other.at("report-alarm")).to_be_visible(timeout=LONG)
    expect(other.at(f"in-alarm-{MACHINE}")).to_have_count(0)
    identify(other)
    expect(other.at("identified")).to_contain_text(MACHINE, timeout=LONG)
    other.start_phase()
    # An alarm in the middle of the work: people hold the phase; what goes on in it all the same is for quality.
    other.at("report-alarm").click()
    other.at("alarm-what").fill("E7 door open")
    other.at("alarm-sign").click()
    expect(other.at(f"in-alarm-{MACHINE}")).to_contain_text("Hold or leave the phase", timeout=LONG)
    other.complete_phase("10")
    until("the log has it", lambda: "production.phase_completed.v1" in kinds(here, SECOND))
    codes = [one["code"] for one in here.desk("zhaolin").batch(SECOND, "/review")["open"]]
    assert "equipment_in_alarm" in codes
    # The other batch on the other tablet learns of it as well, and still knows without network after a reload.
    expect(tablet.at(f"in-alarm-{MACHINE}")).to_contain_text("E7 door open", timeout=LONG)
    tablet.go_offline()
    tablet.page.reload()
    tablet.unlock("zhangmin")
    expect(tablet.at(f"in-alarm-{MACHINE}")).to_contain_text("E7 door open", timeout=LONG)
