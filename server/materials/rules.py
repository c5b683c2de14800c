"""Which status a lot may take next, and whether containers can be received, pure."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

# CN GMP 2010, 104 and 119: nothing leaves "rejected"; what has expired can only be rejected and destroyed.
_NEXT = {
    "quarantine": {"released", "rejected", "restricted", "expired"},
    "released": {"rejected", "restricted", "expired"},
    "restricted": {"released", "rejected", "expired"},
    "expired": {"rejected"},
}


def may_become(status: str, wanted: str) -> bool:
    return wanted in _NEXT.get(status, set())


def lacks_signature(status: str, by_server: bool, signed: bool) -> bool:
    """Whether nobody decides so about a lot without signing: people never do; the server may stop a lot, and sets one
    free only as long as nobody has `signed` such a decision in the log, which tells of lots decided before."""
    return not by_server or (signed and status == "released")


def decision_refused(given: Mapping[str, Any], status: str, day: str) -> str | None:
    """Why a lot of this status cannot be decided about so on a day (YYYY-MM-DD); a code of the error catalogue.

    Its retest day is set with a release alone; a lot that is released is released anew only to move that day, which
    its room of quality lets nobody do without new results.
    """
    wanted, retest = given["status"], given["retest"]
    if given["meaning"]["code"] != wanted or (wanted == "restricted") != (given["conditions"] is not None):
        return "lot_decision_wrong"
    if retest is not None and (wanted != "released" or retest <= day):
        return "lot_retest_wrong"
    again = status == wanted == "released" and retest is not None
    return None if again or may_become(status, wanted) else "lot_status_refused"


def differs(given: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether a receipt says something otherwise than it was known of its lot; what is new is no difference."""
    return any(None not in (value, known[name]) and value != known[name] for name, value in given.items())


def receipt_refused(twice: bool, fit: bool) -> str | None:
    """Why containers cannot be received as they are written down; a code of the error catalogue. A label is given once
    in a site, and a container holds an amount of its material's stock."""
    if twice:
        return "container_known"
    return None if fit else "container_unit_wrong"


def months_after(day: str, months: int) -> str:
    """The same day so many months on, or the last of a month that has none: 2026-01-31 and one month is 2026-02-28."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat()


def status_on(status: str, expiry: str | None, day: str, retest: str | None = None) -> str:
    """The status on a day (YYYY-MM-DD): stock that is past its expiry, or must be tested again before it is used,
    blocks itself (CN 108, 113)."""
    if status not in ("released", "restricted"):
        return status
    if expiry is not None and day > expiry:
        return "expired"
    if retest is not None and day > retest:
        return "retest_due"
    return status
