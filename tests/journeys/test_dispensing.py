"""A batch is dispensed line by line: what is scanned, what lies on the balance, and what the log holds at last.

The bridge is the real one; the network goes away in the middle of a portion, and so does the balance.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from usage_support import check

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant
from sync.log import reading

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-12")]
LONG = 20_000
BATCH = "D-1"
FIRST, SECOND, FOREIGN, FILLER, SALT = "A-5/2-11", "A-5/2-12", "A-5/2-09", "L-0412-20", "M-0018-05"
OURS = (FIRST, SECOND, FILLER, SALT)
# With the limits of the specification of the demonstration plant, which has none for water.
CONTENT = (("assay", "98.7", "98.5", "101.5", "pass"), ("water", "1.53", None, None, "none"))


def _line(name: str, material: str, words: tuple[str, str], target: str, low: str, high: str) -> dict[str, Any]:
    given = {"id": name, "material": material, "material_name": dict(zip(("zh", "en"), words, strict=True))}
    limits = {"target": target, "low": low, "high": high, "unit": "kg", "decimals": 3, "rounding": "half_up"}
    return {**given, **limits, "role": "plain", "quantity": None, "potency": None, "compensates": []}


LINES = [
    _line("api", "API-0107", ("阿莫替尼", "Amotinib"), "5.000", "4.975", "5.025")
    | {
        "role": "active",
        "quantity": "target * 100 / assay * 100 / (100 - water)",
        "potency": {"assay": "assay", "water": "water"},
    },
    _line("lac", "LAC-0231", ("乳糖", "Lactose monohydrate"), "10.000", "9.950", "10.050")
    | {"role": "compensator", "quantity": "target + nominal - dispensed", "compensates": ["api"]},
    _line("mgs", "MGS-0009", ("硬脂酸镁", "Magnesium stearate"), "0.500", "0.495", "0.505"),
]
PHASE = {
    "id": "10",
    "type": "dispensing",
    "name": {"zh": "配料", "en": "Dispensing"},
    "instruction": {"zh": "逐项称量，每份装入贴有标签的容器。", "en": "Weigh each material into labelled containers."},
    "room": "2-114",
    "equipment": "balance",
    "second": "line",
    "lines": LINES,
}


def order(here: Site, database_url: str) -> None:
    """A batch with a phase of dispensing, a lot with results of its content, and containers for it."""
    plant = open_plant(Config(here.server.data, database_url))
    with plant.engine.connect() as connection:
        orders = [one.envelope.body for one in reading.of_kind(connection, "production.order_released.v1")]
    [demo] = [one for one in orders if one["batch"] == here.batch]
    stream = f"batch/{BATCH}"
    lines = [
        {
            "test": test,
            "value": {"value": value, "unit": "%"},
            "low": low,
            "high": high,
            "verdict": verdict,
            "name": None,
        }
        for test, value, low, high, verdict in CONTENT
    ]
    results = {"stage": "incoming", "source": None, "results": lines}
    lot = "lot/API-0107/A-5/2"
    analyst, second = (here.people[login]["id"] for login in ("sunyue", "linxia"))
    found = plant.recorder.state(Fact("quality.results_recorded.v1", lot, results, actor=analyst))[0]
    check(plant, lot, found.id, second)
    plant.recorder.state(
        Fact("production.order_released.v1", stream, {**demo, "batch": BATCH, "phases": [PHASE]}, actor="P-0008"),
        Fact(
            "production.containers_allocated.v2",
            stream,
            {"batch": BATCH, "containers": [{"container": one, "reason": "any"} for one in OURS]},
            actor=here.people["chenjie"]["id"],
        ),
    )
    plant.close()


class Walk:
    def __init__(self, here: Site, database_url: str) -> None:
        self.site = here
        order(here, database_url)
        self.balances, self.bridge = here.weighing_room()
        self.bridge.start(self.balances.bus, here.code("bridge"))
        self.tablet = here.tablet("dispensing", "en-GB")

    def wedge(self, text: str, symbology: str = "]C0") -> None:
        keyboard = self.tablet.page.keyboard
        for char in symbology + text:
            keyboard.press({" ": "Space"}.get(char, char))
        keyboard.press("Enter")

    def stopped(self, code: str) -> None:
        expect(self.tablet.at("stop")).to_have_attribute("data-code", code)

    def lies(self, load: str, shown: str) -> None:
        """So much lies on the balance, and the tablet shows it at rest."""
        self.balances.place("BAL-07", load)
        self.shows(shown)

    def shows(self, value: str) -> None:
        expect(self.tablet.at("live-net")).to_contain_text(value, timeout=LONG)
        expect(self.tablet.at("live-net")).to_have_attribute("data-quality", "stable", timeout=LONG)

    def take_tare(self, load: str) -> None:
        self.lies(load, load)
        expect(self.tablet.at("take-tare")).to_be_enabled(timeout=LONG)
        self.tablet.at("take-tare").click()
        expect(self.tablet.at("tare")).to_contain_text(load)

    def compared(self, left: str) -> None:
        """What is left in the container that was taken from."""
        expect(self.tablet.at("rest")).to_have_text(left, timeout=LONG)
        self.tablet.at("rest-done").click()
        expect(self.tablet.at("rest-sheet")).to_have_count(0)

    def dispensed(self) -> list[dict[str, Any]]:
        entries = self.site.desk("zhaolin").batch(BATCH, "/entries")["items"]
        found = [one for one in entries if one["kind"] == "production.material_dispensed.v1"]
        return sorted(found, key=lambda one: one["index"])


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
    walk.shows("3.000")
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
    assert {one["code"] for one in items["open"]} == {"out_of_limits"}
