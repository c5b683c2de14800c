"""A phase of dispensing by content, with a compensator, and payloads of its portions, for tests."""

from typing import Any

from batch_support import PHASE, Site, t
from usage_support import check

from server.core.kinds import Fact
from server.production import queries
from server.production.dispensing import sums
from server.quality.model import RESULTS_RECORDED

Payload = dict[str, Any]
_LINE: Payload = {"unit": "kg", "decimals": 3, "rounding": "half_up", "quantity": None, "potency": None}
API: Payload = _LINE | {
    "id": "api",
    "material": "api-1",
    "material_name": t("API"),
    "role": "active",
    "target": "5.000",
    "low": "4.975",
    "high": "5.025",
    "quantity": "target * 100 / assay * 100 / (100 - water)",
    "potency": {"assay": "assay", "water": "loss"},
    "compensates": [],
}
FILLER: Payload = _LINE | {
    "id": "filler",
    "material": "exc-1",
    "material_name": t("Filler"),
    "role": "compensator",
    "target": "20.000",
    "low": "19.900",
    "high": "20.100",
    "quantity": "target + nominal - dispensed",
    "compensates": ["api"],
}
SALT: Payload = _LINE | {
    "id": "salt",
    "material": "exc-2",
    "material_name": t("Salt"),
    "role": "plain",
    "target": "0.500",
    "low": "0.495",
    "high": "0.505",
    "compensates": [],
}
DISPENSING: Payload = PHASE | {
    "id": "20",
    "type": "dispensing",
    "name": t("dispense"),
    "instruction": t("dispense"),
    "room": "2-114",
    "second": None,
    "lines": [API, FILLER, SALT],
}
LOTS = [{"material": "api-1", "lot": "A-5/2"}, {"material": "exc-1", "lot": "E-1"}, {"material": "exc-2", "lot": "S-1"}]
LOT, CHECKS = "lot/api-1/A-5/2", "P-4"
# 5.000 kg of what is 98.0 % and holds 0.50 % of water: 5.1277…
ASKED = {"low": "5.103", "high": "5.153", "target": "5.128", "unit": "kg"}


def result(test: str, value: str) -> Payload:
    given = {"test": test, "name": None, "value": {"value": value, "unit": "%"}, "low": None, "high": None}
    return given | {"verdict": "none"}


class Dispensing:
    """A site with a batch B1 of one phase, `second` person as told, and a tested lot of each material."""

    def __init__(self, site: Site, second: str | None = None, number: str = "B1") -> None:
        self.site, self.number = site, number
        self.results: dict[str, Payload] = {}
        facts = []
        for material in ("exc-1", "exc-2"):
            given = {"material": material, "name": t(material), "type": "raw", "unit": "kg"}
            facts.append(Fact("materials.material_defined.v1", f"material/{material}", given))
        for line in LOTS[1:]:
            delivered = {**line, "quantity": None, "supplier": None, "supplier_lot": None, "expiry": None}
            stream = f"lot/{line['material']}/{line['lot']}"
            facts.append(
                Fact("materials.lot_received.v1", stream, delivered | {"containers": None, "status": "quarantine"})
            )
            changed = {**line, "status": "released", "reason": "inspected"}
            facts.append(Fact("materials.lot_status_changed.v1", stream, changed))
        analyst = {"person": CHECKS, "login": "lin", "name": "林夏", "name_en": "Lin", "roles": ["qc"]}
        facts.append(Fact("identity.person_added.v1", f"person/{CHECKS}", analyst))
        site.plant.recorder.state(*facts)
        self.test(assay="98.0", loss="0.50")
        self.again(number, second)

    def again(self, number: str, second: str | None = None) -> None:
        """Another batch of the same lots."""
        self.number = number
        self.site.order(number, lots=LOTS, phases=self.phases(second))

    def test(self, **found: str) -> None:
        """The laboratory finds so much of each test in the lot of the API, and another analyst has checked it."""
        check(self.site.plant, LOT, self.find(**found), CHECKS)

    def find(self, **found: str) -> str:
        """The laboratory finds so much of each test; the entry that says so."""
        lines = [result(name, value) for name, value in found.items()]
        given = {"stage": "incoming", "results": lines, "source": None}
        entry = self.site.state(RESULTS_RECORDED, LOT, given, "P-7").id
        self.results |= {name: {"value": value, "entry": entry} for name, value in found.items()}
        return entry

    @staticmethod
    def phases(second: str | None = None) -> list[Payload]:
        return [DISPENSING | {"second": second}]

    @staticmethod
    def container(label: str, value: str = "25.000") -> Payload:
        return {"container": label, "quantity": {"value": value, "unit": "kg"}}

    def every(self, code: str) -> list[Any]:
        """All exceptions of a code."""
        with self.site.plant.engine.connect() as connection:
            return [one for one in queries.items_of(connection, self.number) if one.code == code]

    def potency(self) -> Payload:
        return {"assay": self.results["assay"], "water": self.results["loss"]}

    def portion(self, line: Payload, net: str, **changes: Any) -> Payload:
        """The next portion of a line as a tablet records it, by a balance that was tared."""
        lot = next(one["lot"] for one in LOTS if one["material"] == line["material"])
        given = {
            "batch": self.number,
            "phase": "20",
            "line": line["id"],
            "portion": changes.get("portion", 1),
            "material": line["material"],
            "lot": lot,
            "container": None,
            "into": f"{self.number}-20-{line['id']}-{changes.get('portion', 1)}",
            "tare": None,
            "net": {"value": net, "unit": "kg"},
            "gross": None,
            "source": "device",
            "reading": self.site.read_weight(net=net),
            "tare_reading": None,
            "limits": ASKED if line is API else {name: line[name] for name in ("low", "high", "target", "unit")},
            "potency": self.potency() if line is API else None,
            "basis": None,
            "scanned": {"room": "2-114", "balance": "BAL-07", "container": None},
            "verified_by": None,
            "comment": None,
        }
        return given | changes

    def put(self, line: Payload, net: str, **changes: Any) -> Any:
        head = {name: changes.pop(name) for name in ("cosigner", "corrects", "reason", "device") if name in changes}
        return self.site.put("material_dispensed", self.portion(line, net, **changes), **head)

    def filler(self, net: str, dispensed: str, target: str, **changes: Any) -> Any:
        """A portion of the compensator, by what the API is said to have come to."""
        limits = sums.limits(FILLER, target)
        return self.put(FILLER, net, limits=limits, basis={"nominal": "5.000", "dispensed": dispensed}, **changes)
