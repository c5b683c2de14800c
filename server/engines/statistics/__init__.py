"""Statistics of a process: exact means and deviations, control charts and their rules; the same on a tablet."""

from server.engines.statistics.charts import Limits, Round, limits, told
from server.engines.statistics.nelson import RULES, Found
from server.engines.statistics.numbers import deviation, mean, moving_ranges, spread, text

__all__ = [
    "RULES",
    "Found",
    "Limits",
    "Round",
    "deviation",
    "limits",
    "mean",
    "moving_ranges",
    "spread",
    "text",
    "told",
]
