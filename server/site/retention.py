"""How long records are kept, in one place, so that the rule that lets a payload go and the command agree."""

from calendar import monthrange
from datetime import datetime

from server.core import clock
from server.core.config import RETENTION_YEARS

_years = RETENTION_YEARS


def use(years: int) -> None:
    """Keep records for so many years (setting RETENTION_YEARS)."""
    global _years
    _years = years


def end() -> str:
    """What was recorded before this time may be erased, as text in the form of the log."""
    return clock.text(_years_before(clock.now(), _years))


def _years_before(moment: datetime, years: int) -> datetime:
    year = moment.year - years
    return moment.replace(year=year, day=min(moment.day, monthrange(year, moment.month)[1]))
