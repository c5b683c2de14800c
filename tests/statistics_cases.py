"""Writes tests/vectors/statistics.json: what server and tablet must both say of numbers, charts and rules.

`python tests/statistics_cases.py` writes it anew; the published examples in it are typed in by hand, with their source.
"""

import json
import random
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from server.engines.statistics import charts, nelson, numbers

FILE = Path(__file__).parent / "vectors/statistics.json"
# SAS/QC User's Guide, SHEWHART procedure, "Applying Tests for Special Causes" (sample program SHWTEST): means and
# ranges of 21 samples of five gap widths. "Test 5 was positive at sample 14", and none else of tests 1 to 5.
_PARTS = [
    *((270, 35), (258, 25), (248, 24), (260, 39), (273, 29), (260, 21), (259, 37), (248, 37), (260, 28), (255, 19)),
    *((268, 36), (253, 36), (273, 29), (275, 22), (257, 24), (269, 41), (249, 36), (264, 31), (258, 25), (248, 36)),
    (248, 30),
]
# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, "Individuals Control Charts": ten flow rates; centre 50.81,
# mean moving range 1.8778, limits 45.8159 and 55.8041 (with three sigmas by 1.128), all points within.
_FLOW = ["49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1"]
# What each of Nelson's eight drawings shows, one by one: the pattern at its shortest, in sigmas from the centre.
_PATTERNS = {
    1: ["0.1", "-0.2", "3.01"],
    2: ["0.5", "1.2", "0.3", "0.9", "0.1", "1.4", "0.2", "0.8", "0.6"],
    3: ["-1.2", "-0.7", "-0.1", "0.4", "0.9", "1.5"],
    4: [str(one) for one in (0.2, -0.3, 0.4, -0.2, 0.5, -0.4, 0.3, -0.5, 0.2, -0.1, 0.6, -0.6, 0.1, -0.2)],
    5: ["2.3", "0.4", "2.1"],
    6: ["1.2", "1.6", "0.4", "1.1", "1.8"],
    7: ["0.3", "-0.5", "0.1", "0.7", "-0.2", "-0.9", "0.4", "0.8", "-0.6", "-0.1", "0.2", "0.9", "-0.3", "-0.7", "0.5"],
    8: ["1.3", "-1.2", "-1.7", "1.1", "1.9", "-1.4", "-1.1", "1.6"],
}
# One thing less than each: told by no rule.
_SHORT = {
    1: ["0.1", "-0.2", "3"],
    2: _PATTERNS[2][1:],
    3: _PATTERNS[3][1:],
    4: _PATTERNS[4][1:],
    5: ["2.3", "0.4", "2"],
    6: ["1.2", "1.6", "0.4", "1", "1.8"],
    7: _PATTERNS[7][1:],
    8: _PATTERNS[8][1:],
}


def rounds(means: list[str], values: list[list[str]]) -> list[charts.Round]:
    return [charts.Round(mean, one) for mean, one in zip(means, values, strict=True)]


def parts() -> list[charts.Round]:
    """Five values with each mean and range; which others there are changes neither limits nor rules."""
    return [charts.Round(str(mean), [str(mean), str(mean + width), *[str(mean)] * 3]) for mean, width in _PARTS]


def _numbers(chance: random.Random) -> list[dict[str, Any]]:
    cases = [
        ["0.1", "0.2", "0.3"],
        ["10000000.2", "10000000.1", "10000000.3"],
        ["-1", "1"],
        ["5"],
        ["0", "0", "0"],
        ["1", "2", "4"],
        ["99999999999999999999999999999999999999999", "1"],
        ["0.0000000000000000000000000000000000000001", "0"],
    ]
    for _ in range(60):
        places, size = chance.randrange(0, 12), chance.randrange(1, 25)
        cases.append([f"{Decimal(chance.randrange(-(10**14), 10**14)).scaleb(-places):f}" for _ in range(size)])
    return [
        {
            "values": one,
            "mean": numbers.mean(one),
            "deviation": numbers.deviation(one) if len(one) > 1 else None,
            "range": numbers.spread(one),
            "moving": numbers.moving_ranges(one),
        }
        for one in cases
    ]


def _chart(name: str, points: list[charts.Round], target: str | None) -> dict[str, Any]:
    known = charts.limits(points, target)
    return {
        "name": name,
        "rounds": [asdict(one) for one in points],
        "target": target,
        "limits": None if known is None else asdict(known),
        "told": [asdict(one) for one in charts.told(points, target)],
    }


def _charts(chance: random.Random) -> list[dict[str, Any]]:
    made = [
        _chart("SAS/QC SHWTEST: gap widths", parts(), None),
        _chart("NIST/SEMATECH 6.3.2.2: flow rates", rounds(_FLOW, [[one] for one in _FLOW]), None),
        _chart("too few", rounds(_FLOW[:4], [[one] for one in _FLOW[:4]]), None),
        _chart("constant", rounds(["5"] * 12, [["5", "5"]] * 12), "6"),
    ]
    for at in range(30):
        size = chance.choice([1, 1, 2, 5, 10, 25, 26])
        values = [[f"{chance.gauss(250, 3) + chance.choice([0, 0, 0, 4]):.1f}" for _ in range(size)] for _ in range(20)]
        means = [f"{sum(map(Decimal, one)) / size:.2f}" for one in values]
        made.append(_chart(f"by chance {at}", rounds(means, values), chance.choice([None, "250"])))
    return made


def _rules(chance: random.Random) -> list[dict[str, Any]]:
    cases = [(f"rule {rule}", points) for rule, points in _PATTERNS.items()]
    cases += [(f"nearly rule {rule}", points) for rule, points in _SHORT.items()]
    for at in range(40):
        cases.append((f"by chance {at}", [f"{chance.gauss(0, 1.2):.1f}" for _ in range(40)]))
    return [
        {
            "name": name,
            "points": points,
            "centre": "0",
            "sigma": "1",
            "found": [asdict(one) for one in nelson.check(points, "0", "1")],
        }
        for name, points in cases
    ]


def made() -> dict[str, Any]:
    chance = random.Random(8)
    return {"numbers": _numbers(chance), "charts": _charts(chance), "rules": _rules(chance)}


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
