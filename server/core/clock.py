"""The plant's clock, in one place, so that a test can set it: aware UTC, and as text in the form of the log."""

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - a name that tests replace


def now() -> datetime:
    return _source()


def text(moment: datetime) -> str:
    """A moment as the log writes times: 2026-11-22T09:30:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_unix(seconds: int) -> datetime:
    """The moment of a cosignature or a certificate, which count Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def now_text() -> str:
    return text(now())


def use(source: Callable[[], datetime]) -> None:
    """Take the time from elsewhere: for tests, and for a demonstration that has a past."""
    global _source
    _source = source


def use_system() -> None:
    use(lambda: datetime.now(UTC))
