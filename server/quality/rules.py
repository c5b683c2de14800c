"""How a result is judged against its limits, pure."""

from decimal import Decimal


def verdict(value: str, low: str | None, high: str | None) -> str:
    """pass, fail, or none where there is no limit; the limits themselves pass (GB/T 8170, 4.3)."""
    if low is None and high is None:
        return "none"
    number = Decimal(value)
    below = low is not None and number < Decimal(low)
    above = high is not None and number > Decimal(high)
    return "fail" if below or above else "pass"
