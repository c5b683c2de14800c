"""An engineer writes by hand what a recipe asks for beyond values and weights: printed materials, a value that a
machine gives, samples of the laboratory. It is saved, opened again as it was written, and walked through."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.flowing import DESK, LONG, Flowing
from journeys.handheld import Tablet
from journeys.pressing import PressBridge, RunningPress, running
from journeys.screens import shown_at_each_size, speak
from journeys.site import site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-03")]
CODE, PRESS, SERIAL = "MBR-AMT-5-FC", "PR-02", "FE55-1187"
PACKAGING, PARAMETERS = "160", "170"


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flowing]:
    folder = tmp_path_factory.mktemp("fields")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Flowing(here, "en-GB", "zh-CN")
        made.desk.sign_in("zhouwei")
        made.open(made.desk, f"/recipes/{CODE}")
        made.desk.at("edit-recipe").click(timeout=LONG)
        expect(made.desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
        yield made


def add(desk: Tablet, kind: str, beside: str, number: str, room: str) -> None:
    """A phase beside another one, with its room and what every phase says."""
    desk.at(f"flow-{beside}").click()
    desk.at("where-beside").click()
    desk.at(f"add-{kind}").click()
    expect(desk.at("f-id")).to_have_value(number, timeout=LONG)
    said(desk, "name", "新步骤", "A new phase")
    said(desk, "instruction", "按规程操作。", "Do as the procedure says.")
    desk.at("f-room").fill(room)


def said(desk: Tablet, field: str, zh: str, en: str) -> None:
    desk.at(f"f-{field}-zh").fill(zh)
    desk.at(f"f-{field}-en").fill(en)


def filled(desk: Tablet, row: str, **fields: str) -> None:
    for name, text in fields.items():
        desk.at(f"f-{row}-{name.replace('__', '-')}").fill(text)


def saved(walk: Flowing, number: str) -> dict[str, Any]:
    """The phase as the server keeps it in the draft."""
    expect(walk.desk.at("save-state")).to_contain_text("Saved", timeout=LONG)
    content = walk.site.desk("zhouwei").get(f"/api/recipe-drafts/{CODE}")["content"]
    [phase] = [one for one in content["phases"] if one["id"] == number]
    return dict(phase)


def reopened(desk: Tablet, number: str) -> None:
    desk.page.reload()
    desk.at(f"flow-{number}").click(timeout=LONG)


@pytest.mark.urs("PRD-12")
def test_a_printed_material_is_written_with_its_counts_its_limits_and_its_specimen(walk: Flowing) -> None:
    desk = walk.desk
    add(desk, "packaging", "145", PACKAGING, "2-130")
    desk.at("f-printed-0").click()
    # The register's names come with the code.
    desk.at("f-printed-0-material").fill("CAR-0601")
    desk.at("f-printed-0-material").blur()
    expect(desk.at("f-printed-0-material_name-en")).not_to_have_value("")
    expect(desk.at("f-printed-0-unit")).to_have_value("pcs")
    filled(desk, "printed-0", id="carton", counted="0", per="1", pack_unit="pcs", decimals="2")
    filled(desk, "printed-0-sources", packs="140/cartons", destroyed="140/nothing", specimens="140/specimens")
    # A place that no phase before it fills, and limits that are upside down.
    inspector = desk.at("inspector")
    expect(inspector).to_contain_text("There is no value at 140/nothing.", timeout=LONG)
    desk.at("f-printed-0-sources-destroyed").fill("140/rejects")
    filled(desk, "printed-0", low="101", high="99")
    expect(inspector).to_contain_text("The lower limit is above the upper one.", timeout=LONG)
    filled(desk, "printed-0", low="99.50", high="100.50")
    desk.at("f-printed-0-rounding").select_option("half_up")
    expect(desk.at("f-printed-0-specimen")).to_be_checked()
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    shown_at_each_size(desk, "recipe-fields-packaging")
    desk.page.set_viewport_size(DESK)
    [printed] = saved(walk, PACKAGING)["printed"]
    assert (printed["material"], printed["low"], printed["high"]) == ("CAR-0601", "99.50", "100.50")
    assert printed["sources"]["destroyed"] == ["140/rejects"]
    assert printed["sources"]["issued"] is None
    assert (printed["specimen"], printed["rounding"]) == (True, "half_up")
    reopened(desk, PACKAGING)
    desk.at("f-printed-0").click()
    expect(desk.at("f-printed-0-sources-packs")).to_have_value("140/cartons")
    expect(desk.at("f-printed-0-high")).to_have_value("100.50")
    expect(desk.at("f-printed-0-specimen")).to_be_checked()


@pytest.mark.urs("PRD-06", "EQP-05")
def test_a_value_is_bound_to_a_signal_that_a_machine_of_the_phase_has_given(walk: Flowing) -> None:
    desk = walk.desk
    add(desk, "parameters", "70", PARAMETERS, "2-121")
    desk.at("f-equipment").fill("press")
    desk.at("f-parameters-0").click()
    filled(desk, "parameters-0", id="force", unit="kN", low="1", high="40", decimals="2")
    said(desk, "parameters-0-name", "主压力", "Main compression force")
    expect(desk.at("f-parameters-0-binding-on")).not_to_be_checked()
    desk.at("f-parameters-0-binding-on").check()
    desk.at("f-parameters-0-binding-signal").fill("main_comp")
    inspector = desk.at("inspector")
    expect(inspector).to_contain_text("has ever given the signal main_comp", timeout=LONG)
    # The press is switched on, and what it gives becomes known.
    press = walk.site._ending(RunningPress(SERIAL, running("19", 40)))
    press.start()
    bridge = walk.site._ending(PressBridge(walk.site.folder, walk.site.server.url, PRESS, SERIAL, press.port))
    bridge.start(walk.site.code("bridge"))
    knows(walk, "main_comp")
    desk.at("f-parameters-0-unit").fill("rpm")
    expect(inspector).to_contain_text("The signal main_comp comes in kN, not in rpm.", timeout=LONG)
    desk.at("f-parameters-0-unit").fill("kN")
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    shown_at_each_size(desk, "recipe-fields-binding")
    desk.page.set_viewport_size(DESK)
    [parameter] = saved(walk, PARAMETERS)["parameters"]
    assert parameter["binding"] == {"signal": "main_comp"}
    reopened(desk, PARAMETERS)
    desk.at("f-parameters-0").click()
    expect(desk.at("f-parameters-0-binding-on")).to_be_checked()
    expect(desk.at("f-parameters-0-binding-signal")).to_have_value("main_comp")


def knows(walk: Flowing, signal: str) -> None:
    """Checked again until the machine has been heard: whoever writes sees it with the next change."""
    desk = walk.desk
    for _ in range(30):
        desk.at("f-parameters-0-binding-signal").fill("")
        desk.at("f-parameters-0-binding-signal").fill(signal)
        desk.page.wait_for_timeout(1000)
        if "has ever given" not in desk.at("inspector").inner_text():
            return
    raise AssertionError("the press was never heard")


@pytest.mark.urs("QUA-02")
def test_a_sample_of_the_laboratory_is_planned_with_its_amount(walk: Flowing) -> None:
    desk = walk.desk
    desk.at("f-sampling-add").click()
    said(desk, "sampling-0-name", "素片外观和含量", "Cores, appearance and assay")
    filled(desk, "sampling-0", id="cores", amount__value="20", amount__unit="pcs")
    # A second one of the same name within the phase is told.
    desk.at("f-sampling-add").click()
    said(desk, "sampling-1-name", "留样", "To be kept")
    desk.at("f-sampling-1-id").fill("cores")
    expect(desk.at("inspector")).to_contain_text("●", timeout=LONG)
    desk.at("f-sampling-1-id").fill("kept")
    expect(desk.at("findings")).to_contain_text("Nothing stands against it.", timeout=LONG)
    shown_at_each_size(desk, "recipe-fields-sampling")
    desk.page.set_viewport_size(DESK)
    cores, kept = saved(walk, PARAMETERS)["sampling"]
    assert (cores["id"], cores["amount"]) == ("cores", {"value": "20", "unit": "pcs"})
    assert (kept["id"], kept["amount"]) == ("kept", None)
    reopened(desk, PARAMETERS)
    desk.at("f-sampling-0").click()
    expect(desk.at("f-sampling-0-name-en")).to_have_value("Cores, appearance and assay")
    expect(desk.at("f-sampling-0-amount-value")).to_have_value("20")


def begun(desk: Tablet, number: str) -> None:
    """Out of its order, as whoever walks through may."""
    desk.at(f"phase-{number}").click()
    desk.at("open-anyway").click()
    expect(desk.at("start-phase")).to_be_visible()


def test_whoever_walks_through_meets_each_of_them_as_an_operator_does(walk: Flowing) -> None:
    desk = walk.desk
    desk.at("walk").click()
    expect(desk.at("walk-note")).to_be_visible(timeout=LONG)
    begun(desk, PARAMETERS)
    desk.at("start-phase").click()
    # The sample stands there before anybody looks for it, and is asked for from there.
    expect(desk.at("to-ask-cores")).to_contain_text("20 pcs")
    shown_at_each_size(desk, "recipe-fields-walk")
    desk.page.set_viewport_size(DESK)
    desk.at("ask-cores").click()
    desk.at("request-sign").click()
    expect(desk.at("to-ask-cores")).to_have_count(0)
    expect(desk.at("asked")).to_contain_text("Cores, appearance and assay")
    expect(desk.at("to-ask-kept")).to_be_visible()
    # The machine speaks to no page that is a trial: the value is typed, and why.
    expect(desk.at("sensed-value")).to_have_attribute("data-state", "none")
    desk.at("manual").click()
    desk.type_number("12.5")
    expect(desk.at("sign")).to_be_disabled()
    desk.at("typed-reason").fill("trial")
    desk.at("sign").click()
    expect(desk.at(f"recorded-{PARAMETERS}/force")).to_be_visible(timeout=LONG)
    begun(desk, PACKAGING)
    desk.at("start-phase").click()
    expect(desk.at("printed-carton")).to_contain_text("specimen to be kept")
    expect(desk.at("input-issued")).to_be_visible()
    shown_at_each_size(desk, "recipe-fields-walk-printed")
    desk.page.set_viewport_size(DESK)
    desk.at("walk-close").click()
    speak(desk, "zh")
    desk.at(f"flow-{PACKAGING}").click(timeout=LONG)
    shown_at_each_size(desk, "recipe-fields-zh")
