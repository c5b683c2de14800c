"""A small recipe, its order, and the payloads of work on it, for tests of production and release."""

from typing import Any

from server.recipes.model import recipe_hash

Payload = dict[str, Any]


def t(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


PHASE: Payload = {"room": None, "equipment": None}
PHASES: list[Payload] = [
    PHASE
    | {
        "id": "10",
        "type": "line_clearance",
        "name": t("clearance"),
        "instruction": t("clear"),
        "items": [{"id": "labels", "text": t("no labels")}, {"id": "clean", "text": t("clean")}],
    },
    PHASE
    | {
        "id": "20",
        "type": "weighing",
        "name": t("weigh the API"),
        "instruction": t("weigh"),
        "equipment": "balance",
        "material": "api-1",
        "material_name": t("API"),
        "target": "12.640",
        "low": "12.600",
        "high": "12.680",
        "unit": "kg",
        "decimals": 3,
    },
    PHASE
    | {
        "id": "30",
        "type": "parameters",
        "name": t("blend"),
        "instruction": t("blend"),
        "parameters": [
            {
                "id": "speed",
                "name": t("speed"),
                "unit": "rpm",
                "low": "10",
                "high": "14",
                "target": "12",
                "decimals": 0,
            },
            {"id": "time", "name": t("time"), "unit": "min", "low": "15", "high": None, "target": None, "decimals": 0},
        ],
    },
    PHASE
    | {
        "id": "40",
        "type": "in_process",
        "name": t("compress"),
        "instruction": t("check"),
        "rounds": 2,
        "checks": [
            {
                "id": "hardness",
                "name": t("hardness"),
                "unit": "N",
                "low": "60.0",
                "high": "100.0",
                "target": "80.0",
                "decimals": 1,
                "samples": 3,
            }
        ],
    },
]
PRODUCT: Payload = {"code": "TAB-5", "name": t("Tablets"), "strength": "5 mg"}
SIZE = {"value": "100.000", "unit": "kg"}
RECIPE: Payload = {
    "recipe": "MR-TAB",
    "version": 1,
    "product": PRODUCT,
    "size": SIZE,
    "phases": PHASES,
    "materials": [{"material": "api-1", "name": t("API")}],
    "signatures": [{"person": "P-1", "meaning": "approved", "at": "2026-11-01T08:00:00.000Z"}],
}
LOT = {"material": "api-1", "lot": "A-5/2"}


def order(batch: str, **changes: Any) -> Payload:
    given: Payload = {
        "batch": batch,
        "product": PRODUCT,
        "recipe": "MR-TAB",
        "version": 1,
        "recipe_hash": recipe_hash(RECIPE),
        "size": SIZE,
        "lots": [LOT],
        "phases": PHASES,
    }
    return given | changes


def marked(batch: str, phase: str) -> Payload:
    return {"batch": batch, "phase": phase}


def cleared(batch: str, **changes: Any) -> Payload:
    items = [{"id": "labels", "ok": True}, {"id": "clean", "ok": True}]
    return {"batch": batch, "phase": "10", "items": items, "comment": None, **changes}


def weighed(batch: str, net: str = "12.640", **changes: Any) -> Payload:
    """By hand and alone, unless the changes say otherwise."""
    given: Payload = {
        "batch": batch,
        "phase": "20",
        **LOT,
        "container": "1/9",
        "net": {"value": net, "unit": "kg"},
        "source": "manual",
        "reading": None,
        "verified_by": None,
        "limits": {"low": "12.600", "high": "12.680", "target": "12.640", "unit": "kg"},
        "comment": None,
    }
    return given | changes


def parameter(batch: str, name: str, value: str, unit: str, **changes: Any) -> Payload:
    planned = next(one for one in PHASES[2]["parameters"] if one["id"] == name)
    return {
        "batch": batch,
        "phase": "30",
        "parameter": name,
        "value": {"value": value, "unit": unit},
        "source": "manual",
        "limits": {key: planned[key] for key in ("low", "high", "target", "unit")},
        "comment": None,
        **changes,
    }


def checked(batch: str, turn: int, values: list[str], mean: str, **changes: Any) -> Payload:
    return {
        "batch": batch,
        "phase": "40",
        "check": "hardness",
        "round": turn,
        "values": values,
        "unit": "N",
        "mean": mean,
        "limits": {"low": "60.0", "high": "100.0", "target": "80.0", "unit": "N"},
        "comment": None,
        **changes,
    }


def weight_read(balance: str = "BAL-07", net: str = "12.640", **changes: Any) -> Payload:
    given: Payload = {
        "balance": balance,
        "model": "ICS685",
        "serial": "1234567",
        "transport": "tcp",
        "quality": "stable",
        "net": {"value": net, "unit": "kg"},
        "raw": f"S S {net} kg",
        "connection": 1,
    }
    return given | changes
