"""The demonstration plant's pilot batches: dispensed line by line, the active ingredient by its content."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from server.demo.content import MATERIALS, PRODUCT, labels, t
from server.production.dispensing import sums
from server.production.dispensing.sums import Portion
from server.recipes.upgrading import upgraded

LOTS = {
    "API-0107": "A-5/3",
    "LAC-0231": "L-0412",
    "SMC-0114": "S-0077",
    "STA-0042": "T-0063",
    "MGS-0009": "M-0018",
}
_PLAIN: dict[str, Any] = {"role": "plain", "quantity": None, "potency": None, "compensates": []}
_BY_CONTENT = {
    "role": "active",
    "quantity": "target * 100 / assay * 100 / (100 - water)",
    "potency": {"assay": "assay", "water": "loss"},
    "compensates": [],
}
_MAKES_UP = {
    "role": "compensator",
    "quantity": "target + nominal - dispensed",
    "potency": None,
    "compensates": ["10"],
}


def _line(number: str, material: str, target: str, low: str, high: str, how: Mapping[str, Any]) -> dict[str, Any]:
    name = next(names for code, names, *_ in MATERIALS if code == material)
    same = {"id": number, "material": material, "material_name": name, "unit": "kg", "decimals": 3}
    return same | {"target": target, "low": low, "high": high, "rounding": "half_up"} | dict(how)


POWDERS: list[dict[str, Any]] = [
    _line("10", "API-0107", "1.264", "1.258", "1.270", _BY_CONTENT),
    _line("20", "LAC-0231", "16.500", "16.418", "16.582", _MAKES_UP),
    _line("30", "SMC-0114", "8.500", "8.458", "8.542", _PLAIN),
    _line("40", "STA-0042", "1.951", "1.942", "1.960", _PLAIN),
    _line("50", "MGS-0009", "0.285", "0.282", "0.288", _PLAIN),
]

_LINEAR: dict[str, Any] = {
    "recipe": "MBR-AMT-5-PI",
    "version": 1,
    "product": PRODUCT,
    "size": {"value": "250000", "unit": "tablets"},
    "materials": [{"material": code, "name": name} for code, name, *_ in MATERIALS],
    "phases": [
        {
            "id": "10",
            "type": "line_clearance",
            "name": t("称量间清场", "Clearance of the dispensing room"),
            "instruction": t("逐项检查，全部合格后确认。", "Check each item. Confirm when all are in order."),
            "room": "2-114",
            "equipment": None,
            "items": [
                {"id": "a", "text": t("无上批物料、标签和文件", "No material, label or paper of the batch before")}
            ],
        },
        {
            "id": "20",
            "type": "dispensing",
            "name": t("称量配料", "Dispensing"),
            "instruction": t(
                "按行称量：先扫描容器，再称空容器，缓慢加至目标量；原料药按含量折算，乳糖补足。",
                "Line by line: scan the container, weigh the empty one, add slowly to the target. The active ingredient"
                " goes by its content, and lactose makes up for it.",
            ),
            "room": "2-114",
            "equipment": "balance",
            "second": "line",
            "lines": POWDERS,
        },
    ],
}
RECIPE = upgraded(_LINEAR)


def portions(
    phase: Mapping[str, Any], results: Mapping[str, Mapping[str, str]], container: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(slot, what is recorded) of each portion in the order of work, without readings: the active ingredient in two,
    all others in one, out of the container with this number; `results` are those of its lot."""
    done: list[Portion] = []
    for line in phase["lines"]:
        tests = line["potency"] or {}
        potency = {name: dict(results[test]) for name, test in tests.items()} if tests else None
        basis = sums.basis(line, phase, done) if line["compensates"] else None
        known = {name: one["value"] for name, one in (potency or {}).items()}
        asked = sums.quantity(line, known if basis is None else basis)
        for number, net in enumerate(_parts(asked, 2 if line["potency"] else 1), 1):
            slot = f"{line['id']}/{number}"
            weight = {"value": net, "unit": line["unit"]}
            done.append(Portion("", slot, line["id"], weight, asked))
            yield (
                slot,
                _portion(line, number, weight, container)
                | {"potency": potency, "basis": basis, "limits": sums.limits(line, asked)},
            )


def _parts(asked: str, count: int) -> list[str]:
    first = Decimal("0.800")
    return [asked] if count == 1 else [str(first), str(Decimal(asked) - first)]


def _portion(line: Mapping[str, Any], number: int, net: dict[str, str], of: int) -> dict[str, Any]:
    lot, tare = LOTS[line["material"]], "0.412"
    container = labels(lot, of)[-1]
    return {
        "line": line["id"],
        "portion": number,
        "material": line["material"],
        "lot": lot,
        "container": container,
        "net": net,
        "tare": {"value": tare, "unit": net["unit"]},
        "gross": {"value": str(Decimal(net["value"]) + Decimal(tare)), "unit": net["unit"]},
        "scanned": {"room": "2-114", "balance": "BAL-07", "container": container},
        "source": "device",
        "comment": None,
    }
