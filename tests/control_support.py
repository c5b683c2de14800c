"""A batch by a recipe of the third form: tablets are checked on a schedule, and yields drawn up of what was weighed."""

from copy import deepcopy
from typing import Any

from batch_support import LOT, RECIPE, Site, t, weighed
from recipe_support import master, step

from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.production import queries
from server.production.control_recipe import frozen
from server.production.model import MASTER_ORDER, Item
from server.recipes import queries as recipes
from server.recipes.model import MASTER_APPROVED, recipe_hash, recipe_stream

Payload = dict[str, Any]
MASS: Payload = {"id": "mass", "name": t("mass"), "unit": "mg", "low": "110.0", "high": "118.0", "target": "114.0"}
MASS |= {"decimals": 1, "samples": 2, "chart": True}
HARDNESS = MASS | {"id": "hardness", "name": t("hardness"), "unit": "N", "low": "40.0", "high": "90.0", "target": None}
HARDNESS |= {"samples": 1, "chart": False}
WEIGHING: Payload = {"material": "api-1", "material_name": t("API"), "target": "12.640", "low": "12.600"}
WEIGHING |= {"high": "12.680", "unit": "kg", "decimals": 3, "equipment": "balance"}
OUTPUT: Payload = {"id": "tablets", "name": t("tablets"), "unit": "kg", "low": None, "high": None, "target": None}
OUTPUT |= {"decimals": 3, "tally": False}
NET, GROSS = "20/net", "40/tablets"


def _input(name: str, unit: str, slots: list[str] | None) -> Payload:
    return {"id": name, "name": t(name), "unit": unit, "decimals": 3, "from": slots}


YIELD: Payload = {"unit": "%", "decimals": 1, "rounding": "gbt8170", "low": "97.0", "high": "101.0"}
COMPRESSION = YIELD | {
    "inputs": [_input("used", "g", [NET]), _input("made", "kg", [GROSS]), _input("waste", "kg", None)],
    "expression": "(made + waste) * 1000.0 / used * 100.0",
}
OVERALL = YIELD | {"inputs": [_input("stage", "%", ["50/yield"])], "expression": "stage", "low": None}
PHASES: list[Payload] = [
    step("20", "weighing", **WEIGHING),
    step("30", "in_process", "20", rounds=12, checks=[MASS, HARDNESS], schedule={"every": 10, "grace": 3}),
    step("40", "parameters", "30", parameters=[OUTPUT]),
    step("50", "yield", "40", **COMPRESSION),
    step("60", "instruction", "50"),
    step("70", "yield", "60", **OVERALL),
]


def master_of(phases: list[Payload], **changes: Any) -> Payload:
    """A recipe of these phases; the same phases make the same recipe."""
    operation = {"id": "A1", "name": t("op"), "phases": [one["id"] for one in phases]}
    made = RECIPE | {
        "procedure": [{"id": "A", "name": t("unit"), "operations": [operation]}],
        "phases": deepcopy(phases),
        "materials": [],
        "formula": dict.fromkeys(("count", "total_per_unit", "total")),
        **changes,
    }
    return made | {"recipe": f"MR-{recipe_hash(made)[:8]}"}


def ordered_by(recipe: Payload, batch: str, **changes: Any) -> Payload:
    """The order of a batch of the recipe's own size."""
    named = {"batch": batch, "recipe_hash": recipe_hash(recipe), "size": recipe["size"], "lots": [LOT]}
    named |= {name: recipe[name] for name in ("recipe", "version")}
    return named | frozen(recipe, recipe["size"]) | changes


def approved(plant: Plant, recipe: Payload) -> None:
    with plant.engine.connect() as connection:
        known = recipes.find_recipe(connection, recipe["recipe"], recipe["version"])
    if known is None:
        plant.recorder.state(Fact(MASTER_APPROVED, recipe_stream(recipe["recipe"]), recipe))


def release(site: Site, batch: str, phases: list[Payload] | None = None, **changes: Any) -> Recorded:
    """An order, in the hands of both tablets; `changes` of its recipe."""
    recipe = master_of(PHASES if phases is None else phases, **changes)
    approved(site.plant, recipe)
    facts = [Fact(MASTER_ORDER, f"batch/{batch}", ordered_by(recipe, batch), actor="P-3")]
    for device in ("tablet-a", "tablet-b"):
        lease = site.leases[batch, device] = f"lease-{batch}-{device}"
        said = {"lease": lease, "batch": batch, "device": device, "person": "P-1", "lease_hash": "0" * 64}
        term = {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
        facts.append(Fact("handheld.lease_issued.v1", f"batch/{batch}", said | term))
    return site.plant.recorder.state(*facts)[0]


def items(site: Site, batch: str) -> list[Item]:
    with site.plant.engine.connect() as connection:
        return queries.items_of(connection, batch)


def weighed_in(batch: str, net: str = "12.640", **changes: Any) -> Payload:
    return weighed(batch, net) | changes


def checked(batch: str, turn: int, value: str = "114.0", check: str = "mass", **changes: Any) -> Payload:
    planned = MASS if check == "mass" else HARDNESS
    return {
        "batch": batch,
        "phase": "30",
        "check": check,
        "round": turn,
        "values": [value] * planned["samples"],
        "unit": planned["unit"],
        "mean": f"{value}0",
        "limits": {name: planned[name] for name in ("low", "high", "target", "unit")},
        "comment": None,
        **changes,
    }


def counted(batch: str, kilograms: str) -> Payload:
    limits = {"low": None, "high": None, "target": None, "unit": "kg"}
    value = {"value": kilograms, "unit": "kg"}
    named = {"batch": batch, "phase": "40", "parameter": "tablets", "value": value, "source": "manual"}
    return named | {"limits": limits, "comment": None}


def drawn_up(batch: str, used: list[str], made: list[str], value: str = "99.7", **changes: Any) -> Payload:
    """The yield of compression: 12.640 kg were weighed, 12.500 kg tablets and 0.100 kg waste made of it."""
    inputs = [
        {"id": "used", "value": "12640", "unit": "g", "entries": used},
        {"id": "made", "value": "12.500", "unit": "kg", "entries": made},
        {"id": "waste", "value": "0.100", "unit": "kg", "entries": []},
    ]
    return {"batch": batch, "phase": "50", "inputs": inputs, "value": value, "unit": "%", "comment": None, **changes}


def reported(batch: str, code: str, **changes: Any) -> Payload:
    """What somebody says on a tablet, under a code that is the server's own."""
    given = {"batch": batch, "code": code, "phase": None, "slot": None, "entries": [], "details": {}, "comment": "odd"}
    return given | changes


def explained(batch: str, entry: str, by: str = "P-3", **changes: Any) -> Payload:
    said = {"batch": batch, "phase": "50", "entry": entry, "explanation": "dust in the extraction", "explained_by": by}
    return said | changes


# A recipe that is weighed by, and what an order by it must not say.
MASTER = master_of(master()["phases"], materials=master()["materials"], procedure=master()["procedure"])
SHORT: Payload = {"phases": MASTER["phases"][:-1]}
OTHER_ORDERS: list[Payload] = [
    SHORT,
    {"phases": [*MASTER["phases"][:1], MASTER["phases"][1] | {"target": "1.264"}, *MASTER["phases"][2:]]},
    {"materials": []},
    {"procedure": [{**MASTER["procedure"][0], "name": t("Other")}, *MASTER["procedure"][1:]]},
    {"product": {**MASTER["product"], "strength": "50 mg"}},
    {"size": {"value": "50.000", "unit": "kg"}},
    {"size": {"value": "50.000", "unit": "h"}},
]
