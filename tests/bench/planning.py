"""Material requirements of 2,000 products over six levels: 50,000 requirements, in exact fractions."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from server.planning import model, rules
from server.planning.days import Days
from server.planning.explaining import Explained
from server.planning.model import Item, Supply, Use

TODAY = 739_950


def site(products: int, levels: int, demands: int) -> tuple[dict[str, Item], list[rules.Needs], list[Supply]]:
    """Every item but those of the lowest level is made of three below it; lot sizes, yields and lives all differ."""
    per = max(1, products // levels)
    items, supplies = {}, []
    for level in range(levels):
        for n in range(per):
            below = [Use(f"{level + 1}-{(n * 7 + k * 31) % per}", Fraction(37 + k, 100)) for k in range(3)]
            code = f"{level}-{n}"
            items[code] = Item(
                code,
                lead=2 + n % 9,
                policy=model.POLICIES[n % 4],
                size=Fraction(50),
                minimum=Fraction(20),
                multiple=Fraction(5, 2),
                period=5,
                safety=Fraction(n % 3 * 10),
                yields=Fraction(100 - n % 5, 100),
                life=None if n % 2 else 400,
                uses=tuple(below if level < levels - 1 else ()),
            )
            supplies.append(Supply(f"L{code}", model.STOCK, code, Fraction(50 + n % 40), TODAY, TODAY + 30 + n))
    needs = [
        rules.Needs(f"0-{n % per}", Fraction(10 + n % 90), TODAY + 60 + n * 3 % 180, model.FOR_DEMAND, f"D{n}")
        for n in range(demands)
    ]
    return items, needs, supplies


def requirements(_: Path, products: int = 2000, levels: int = 6, demands: int = 1600) -> dict[str, Any]:
    """`plan_s` the run itself, `explain_s` the origin of every requirement looked up in it."""
    items, needs, supplies = site(products, levels, demands)
    began = time.perf_counter()
    made = rules.plan(items, needs, supplies, TODAY, Days(frozenset(range(5))))
    planned = time.perf_counter()
    explained = Explained(made)
    for one in made.requirements[:1000]:
        explained.origins(one)
    ended = time.perf_counter()
    counts = {"items": len(items), "levels": levels, "requirements": len(made.requirements)}
    counts |= {"proposals": len(made.proposals), "pegs": len(made.pegs), "shortages": len(made.shortages)}
    return counts | {"plan_s": round(planned - began, 2), "explain_1000_s": round(ended - planned, 2)}
