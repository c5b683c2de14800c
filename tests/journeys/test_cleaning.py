"""A machine that is to be cleaned before a phase: cleaned and checked by two people on a tablet without network."""

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

pytestmark = [pytest.mark.slow, pytest.mark.urs("EQP-03", "PLT-08")]
LONG = 20_000
BATCH = "C-3"
MACHINE = "GR-77"


def _phase(number: str, *after: str, equipment: str | None = None) -> dict[str, object]:
    words = {"zh": f"步骤 {number}", "en": f"Step {number}"}
    return {
        **step(number, "instruction", *after),
        **{"name": words, "room": None, "equipment": equipment, "instruction": words},
    }


def register(here: Site, database_url: str) -> None:
    """A machine that was used and not cleaned since."""
    plant = open_plant(Config(here.server.data, database_url))
    known: dict[str, object] = {"equipment": MACHINE, "class": "mixer-77", "name": {"zh": "混合机", "en": "mixer"}}
    known |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
    plant.recorder.state(Fact("equipment.equipment_registered.v1", f"equipment/{MACHINE}", known))
    dirty = {"equipment": MACHINE, "status": "to_be_cleaned", "reason": None}
    plant.recorder.state(Fact("equipment.status_set.v1", f"equipment/{MACHINE}", dirty))
    plant.close()


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("cleaning")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as made:
        register(made, database_url)
        order(made, database_url, BATCH, [_phase("10", equipment="mixer-77"), _phase("20", "10")])
        yield made


@pytest.fixture(scope="module")
def tablet(here: Site) -> Tablet:
    return here.tablet("mine", "en-GB")


def test_two_people_clean_and_check_a_machine_without_network(here: Site, tablet: Tablet) -> None:
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(BATCH)
    tablet.go_offline()
    expect(tablet.at(f"doubt-{MACHINE}")).to_contain_text("must be cleaned first")
    expect(tablet.at("not-identified")).to_be_visible()
    at_each_size(tablet, "cleaning", "cleanings")
    tablet.at(f"clean-{MACHINE}").click()
    tablet.at("cleaning-kind").select_option("major")
    tablet.at("cleaning-procedure").fill("SOP-CL-012")
    tablet.at("cleaning-sign").click()
    # Who has cleaned is not offered the check.
    expect(tablet.at(f"cleaning-{MACHINE}")).to_contain_text("Somebody else has to check it", timeout=LONG)
    expect(tablet.at(f"doubt-{MACHINE}")).to_contain_text("nobody else has checked it")
    tablet.lock_and_unlock("wangfang")
    tablet.at(f"check-{MACHINE}").click()
    expect(tablet.at(f"doubt-{MACHINE}")).to_have_count(0, timeout=LONG)
    tablet.at("identify").fill(MACHINE)
    tablet.at("identify").press("Enter")
    expect(tablet.at("identified")).to_contain_text(MACHINE, timeout=LONG)
    expect(tablet.at("not-identified")).to_have_count(0)
    tablet.start_phase()
    tablet.complete_phase("10")


def test_the_log_has_both_and_nothing_is_wrong_with_them(here: Site, tablet: Tablet) -> None:
    tablet.reach_the_server("wangfang")
    desk = here.desk("zhaolin")

    def said() -> list[tuple[str, str]]:
        items = desk.batch(BATCH, "/entries")["items"]
        return [(one["kind"], one["actor"]["id"]) for one in items if "clean" in one["kind"]]

    mine, other = tablet.person("zhangmin"), tablet.person("wangfang")
    expected = [("production.equipment_cleaned.v1", mine), ("production.cleaning_checked.v1", other)]
    until("the log has both", lambda: sorted(said()) == sorted(expected))
    kinds = [one["kind"] for one in desk.batch(BATCH, "/entries")["items"]]
    assert "production.exception_raised.v1" not in kinds
