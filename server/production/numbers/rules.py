"""Which patterns number batches, and whether a number may be given: pure; door and witness ask it."""

from collections.abc import Mapping
from typing import Any

from server.core import patterns
from server.production.numbers.model import Rule

_CODE = "product"


def pattern_refused(pattern: str) -> str | None:
    """A code that screens have words for; None for a pattern by which no two batches are numbered alike."""
    return patterns.refused(pattern, _CODE, months=True)


def rule_refused(given: Mapping[str, Any]) -> str | None:
    """The site always has a rule; a product may go back to it."""
    if given["pattern"] is None:
        return None if given["product"] is not None else "pattern_counts_once"
    return pattern_refused(given["pattern"])


def period(pattern: str, day: str) -> str:
    return patterns.period(pattern, _CODE, day, months=True)


def spelled(pattern: str, product: str, period_: str, seq: int) -> str:
    return patterns.spelled(pattern, _CODE, product, period_, seq, months=True)


def refused(given: Mapping[str, Any], rule: Rule, last: int, taken: bool) -> str | None:
    """Why this number (`batch_number_given`) is not given. `rule` of its product; `last` that was counted by it in the
    period of its day; `taken`: some batch or order has it, or had it once."""
    if given["pattern"] is None:
        return "batch_known" if taken else None
    pattern, seq = given["pattern"], given["seq"]
    right = (given["scope"], pattern) == (rule.scope, rule.pattern)
    right = right and given["period"] == period(pattern, given["day"])
    if not right or given["batch"] != spelled(pattern, given["product"], given["period"], seq):
        return "batch_number_wrong"
    return "batch_number_taken" if taken or seq <= last else None


def plan_refused(begun: bool, product: str | None, own: str | None) -> str | None:
    """Why no batch of the product `own` is planned under a number that was given for `product` (None: for none), once
    the site has `begun` to give numbers."""
    if product is None:
        return "batch_number_missing" if begun else None
    return None if own in (None, product) else "batch_number_wrong"
