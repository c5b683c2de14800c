"""Dates, times and durations in expressions: ISO 8601 texts, whole milliseconds."""

import re
from datetime import UTC, date, datetime, timedelta

from server.engines.expressions.model import ExpressionError, Value

_DURATION = re.compile(
    r"(-)?P(?:(\d{1,5})W|(?=\d|T\d)(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.(\d{1,3}))?S)?)?)\Z",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})\Z", re.ASCII)
_MOST = timedelta(days=1_000_000)


def duration(text: str) -> timedelta:
    """`P5D`, `PT36H`, `P2W`, `-PT0.5S`. ExpressionError `format_wrong`."""
    found = _DURATION.match(text)
    if found is None:
        raise ExpressionError("format_wrong")
    minus, weeks, days, hours, minutes, seconds, thousandths = found.groups()
    whole = timedelta(
        weeks=int(weeks or 0),
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        milliseconds=int((thousandths or "0").ljust(3, "0")),
    )
    return -whole if minus else whole


def day(text: str) -> date:
    """`2026-11-26`. ExpressionError `format_wrong`."""
    try:
        if _DATE.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ExpressionError("format_wrong")


def instant(text: str) -> datetime:
    """`2026-11-26T08:00:00Z`, with a zone always. ExpressionError `format_wrong`."""
    try:
        if _TIME.match(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ExpressionError("format_wrong")


def moved(start: Value, by: timedelta) -> date | datetime:
    """A date or time that much later; dates move by whole days. ExpressionError `out_of_range`."""
    try:
        if isinstance(start, datetime):
            return start + by
        if isinstance(start, date) and not by % timedelta(days=1):
            return start + by
    except OverflowError:
        pass
    raise ExpressionError("out_of_range")


def bounded(span: timedelta) -> timedelta:
    """The same where it is a span that anything takes. ExpressionError `out_of_range`."""
    if abs(span) > _MOST:
        raise ExpressionError("out_of_range")
    return span


def text_of(value: Value) -> str:
    """As records have it: `2026-11-26`, `2026-11-26T08:00:00.000Z`; a span as its milliseconds."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value // timedelta(milliseconds=1)}ms"
    assert isinstance(value, date)
    return value.isoformat()
