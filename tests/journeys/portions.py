"""A batch whose materials are dispensed, with the real bridge beside its balances: what journeys through it share."""

from typing import Any

from journeys.ordering import demonstrated
from journeys.site import Site
from playwright.sync_api import expect
from usage_support import check

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

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


def order(here: Site, database_url: str, phase: dict[str, Any]) -> None:
    """A batch with this phase of dispensing, a lot with results of its content, and containers for it."""
    plant = open_plant(Config(here.server.data, database_url))
    demo = demonstrated(plant, here.batch)
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
        Fact("production.order_released.v1", stream, {**demo, "batch": BATCH, "phases": [phase]}, actor="P-0008"),
        Fact(
            "production.containers_allocated.v2",
            stream,
            {"batch": BATCH, "containers": [{"container": one, "reason": "any"} for one in OURS]},
            actor=here.people["chenjie"]["id"],
        ),
    )
    plant.close()


class Walk:
    def __init__(self, here: Site, database_url: str, lang: str = "en-GB", phase: dict[str, Any] = PHASE) -> None:
        self.site = here
        order(here, database_url, phase)
        self.balances, self.bridge = here.weighing_room()
        self.bridge.start(self.balances.bus, here.code("bridge"))
        self.tablet = here.tablet("dispensing", lang)

    def begin(self, source: str) -> None:
        """The batch is taken along; its first portion is to come out of this container, into what BAL-07 has tared."""
        tablet = self.tablet
        tablet.enrol(self.site.code("tablet"), "T-01")
        tablet.sign_in("zhangmin")
        tablet.take(BATCH)
        tablet.start_phase()
        tablet.at("next-line").click()
        self.wedge("2-114")
        self.wedge("PESTLE-EQUIPMENT:1:BAL-07", "]Q1")
        self.wedge(source)
        self.take_tare("0.250")

    def wedge(self, text: str, symbology: str = "]C0") -> None:
        self.tablet.wedge(text, symbology)

    def stopped(self, code: str) -> None:
        expect(self.tablet.at("stop")).to_have_attribute("data-code", code)

    def lies(self, load: str, shown: str) -> None:
        """So much lies on the balance, and the tablet shows it at rest."""
        self.balances.place("BAL-07", load)
        self.tablet.shows(shown)

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
