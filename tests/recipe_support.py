"""A plant with a second engineer, a planner, a keeper, stock and a recipe that fits its registers."""

from copy import deepcopy
from typing import Any

from approval_support import approve
from plant import PASSWORD, PEOPLE, PlantUnderTest

from server.identity.model import ROLES_CHANGED
from server.recipes.model import APPROVED_V1, is_master, recipe_hash, recipe_stream

Content = dict[str, Any]
CODE = "MR-TAB"
# A day that has come when a version is approved: it is effective from then.
LONG_SINCE = "2026-01-01"
REVIEWERS = {"review_supervisor": "P-0003", "review_engineer": "P-0002"}


def words(en: str) -> dict[str, str]:
    return {"zh": f"中{en}", "en": en}


_PHASE: Content = {"name": words("Step"), "instruction": words("Do it"), "room": "2-114", "equipment": None}
_LIMITS: Content = {"low": "12.600", "high": "12.680", "target": "12.640", "decimals": 3}


def content(version: int = 1, **changes: Any) -> Content:
    weighing = _PHASE | {"id": "20", "type": "weighing", "material": "api-1", "material_name": words("API")}
    speed = {"id": "speed", "name": words("Speed"), "unit": "rpm", "low": "8", "high": "12", "target": "10"}
    phases = [
        _PHASE | {"id": "10", "type": "line_clearance", "items": [{"id": "clean", "text": words("Clean")}]},
        weighing | {"equipment": "balance", "unit": "kg"} | _LIMITS,
        _PHASE | {"id": "30", "type": "parameters", "parameters": [speed | {"decimals": 0}]},
    ]
    made = {
        "recipe": CODE,
        "version": version,
        "product": {"code": "AMT-5", "name": words("Tablets"), "strength": "5 mg"},
        "size": {"value": "2500000", "unit": "tablets"},
        "phases": phases,
        "materials": [{"material": "api-1", "name": words("API")}],
    }
    return deepcopy(made | changes)


_STEP: Content = {"after": [], "minutes": None, "times": [], "candidates": [], "needs": []}


def step(number: str, kind: str, *after: str, **more: Any) -> Content:
    """A phase of the third form."""
    return deepcopy(_PHASE | {"id": number, "type": kind} | _STEP | {"after": list(after)} | more)


def master(version: int = 1, **changes: Any) -> Content:
    """The same content in the third form: a suspension is stirred while the blender runs, then a yield is drawn up."""
    clearance, weighing, speed = content()["phases"]
    given = [
        step("10", "line_clearance", minutes=10, items=clearance["items"]),
        weighing | _STEP | {"after": ["10"], "minutes": 15, "candidates": ["BAL-07"]},
        speed | _STEP | {"after": ["20"], "minutes": 20},
        step("40", "instruction", "10", minutes=60, needs=["action:batch.review"]),
        step(
            "50", "in_process", "30", "40", rounds=8, checks=[_CHECK], schedule={"every": 30, "grace": 5}, times=[_HELD]
        ),
        step("60", "yield", "50", **_YIELD),
    ]
    operations = [("A1", ["10", "20"]), ("A2", ["30"]), ("A3", ["40"])]
    first = {"id": "A", "name": words("Prepare"), "operations": [_group(*one) for one in operations]}
    second = {"id": "B", "name": words("Compress"), "operations": [_group("B1", ["50", "60"])]}
    line = {"material": "api-1", "name": words("API"), "kind": "raw", "quantity": {"value": "12.640", "unit": "kg"}}
    made = content(version) | {
        "formula": {"count": {"value": "2500000", "unit": "tablets"}, "total_per_unit": None, "total": None},
        "procedure": [first, second],
        "phases": given,
        "materials": [line | {"low": "12.600", "high": "12.680", "per_unit": {"value": "5.056", "unit": "mg"}}],
    }
    return deepcopy(made | changes)


_CHECK: Content = {"id": "weight", "name": words("Weight"), "unit": "mg", "low": "110.0", "high": "118.0"}
_CHECK |= {"target": "114.0", "decimals": 1, "samples": 5, "chart": True}
_HELD: Content = {"since": "40", "from": "end", "to": "start", "min": None, "max": 480}
_YIELD: Content = {
    "inputs": [
        {"id": "used", "name": words("Used"), "unit": "kg", "decimals": 3, "from": ["20/net"]},
        {"id": "made", "name": words("Made"), "unit": "kg", "decimals": 3, "from": None},
    ],
    "expression": "made / used * 100",
    "unit": "%",
    "decimals": 1,
    "rounding": "gbt8170",
    "low": "97.0",
    "high": "101.0",
}


def _group(number: str, phases: list[str]) -> Content:
    return {"id": number, "name": words(f"Operation {number}"), "phases": phases}


def stock(site: PlantUnderTest) -> None:
    """wang is a second engineer, zhang a planner, zhao a keeper; one material with a lot, one balance."""
    for login, role in (("wang", "engineer"), ("zhang", "planner"), ("zhao", "keeper")):
        number = PEOPLE[login][0]
        given = {"person": number, "roles": [role], "reason": "moved"}
        site.state(ROLES_CHANGED, f"person/{number}", given)
    material = {"material": "api-1", "name": words("API"), "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", material)
    lot: Content = {
        "material": "api-1",
        "lot": "A-5/2",
        "quantity": {"value": "240.000", "unit": "kg"},
        "supplier": "HY",
    }
    lot |= {"supplier_lot": "HY1", "expiry": "2098-09-30", "containers": 12, "status": "quarantine"}
    site.state("materials.lot_received.v1", "lot/api-1/A-5/2", lot)
    balance = {"equipment": "BAL-07", "class": "balance", "name": words("Scale"), "serial": "1234567"}
    balance |= {"model": "ICS685", "location": "2-114", "calibration_due": "2099-03-14"}
    site.state("equipment.equipment_registered.v1", "equipment/BAL-07", balance)


def desk(site: PlantUnderTest, login: str) -> Any:
    """A client whose answers are JSON."""
    return site.client(login)


def receive(site: PlantUnderTest, material: str, lot: str) -> None:
    given = {"material": material, "name": words(material), "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", f"material/{material}", given)
    delivery: Content = {"material": material, "lot": lot, "quantity": None, "supplier": None, "supplier_lot": None}
    delivery |= {"expiry": None, "containers": None, "status": "quarantine"}
    site.state("materials.lot_received.v1", f"lot/{material}/{lot}", delivery)


def submit(site: PlantUnderTest, given: Content, login: str = "zhou", **changes: Any) -> Any:
    body = {"content": given, "sha256": recipe_hash(given), "meaning": "prepared", "reason": "first", "login": login}
    body |= {"effective_from": LONG_SINCE if is_master(given) else None, "password": PASSWORD} | changes
    return site.client(login).post(f"/api/recipes/{CODE}/versions", json=body)


def in_force(site: PlantUnderTest, version: int = 1, **changes: Any) -> None:
    """Submitted by zhou, reviewed by chen and wang, approved by li."""
    answer = submit(site, content(version, **changes))
    assert answer.status_code == 201, answer.text
    approve(site.plant, f"recipe/{CODE}/{version}", REVIEWERS, "P-0004")


def imported(site: PlantUnderTest) -> None:
    """Version 1, as it came from paper."""
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    site.state(APPROVED_V1, recipe_stream(CODE), content() | {"signatures": signatures})
