"""What keeps planning's own facts from being set: pure, asked by the door and by a witness."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from server.planning import model

Given = Mapping[str, Any]


def demand_refused(given: Given, units: Collection[str], item: str | None) -> str | None:
    """`units` that the item is counted in, none for one that nobody knows; `item` of the demand as it was before."""
    if item is not None and item != given["item"]:
        return "planning_item_changed"
    return _unit_refused(given["quantity"]["unit"], units)


def parameters_refused(given: Given, units: Collection[str]) -> str | None:
    """A policy has the numbers that it needs, and a yield is more than nothing and not more than all."""
    refused = _unit_refused(given["unit"], units)
    if refused is not None:
        return refused
    wanted = {model.FIXED: "size", model.MINIMUM: "minimum", model.PERIOD: "period_days"}.get(given["policy"])
    missing = wanted is not None and given[wanted] is None
    amounts = [given[name] for name in ("size", "minimum", "multiple", "step") if given[name] is not None]
    positive = all(Decimal(one) > 0 for one in amounts)
    yields, safety = Decimal(given["yield_percent"]), Decimal(given["safety"])
    return None if not missing and positive and 0 < yields <= 100 and safety >= 0 else "planning_numbers_wrong"


def calendar_refused(given: Given) -> str | None:
    return None if given["weekdays"] else "planning_no_working_day"


def _unit_refused(unit: str, units: Collection[str]) -> str | None:
    if not units:
        return "planning_item_unknown"
    return None if unit in units else "planning_unit_wrong"
