"""Whether the server has said what is wrong with the balance that a weighing names, and no more (EQP-04).

The same questions as its own rule asks (`server.equipment.queries.doubts_of`), answered from the log alone; and
whether it has taken a check for passed that its own reading does not bear out.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.equipment import model
from server.equipment.model import Check, Limits
from server.production.dispensing.rules import OVERDUE
from server.production.model import READ, WEIGHED
from server.witness.seen import Seen, misflagged, unflagged
from sync.errors import SyncError

_KINDS = (model.LIMITS_SET, model.CHECKED, model.REGISTERED)


class BalanceRules:
    """What the site's balances may be used for and their checks, after the entries learnt so far."""

    def __init__(self) -> None:
        self._limits: dict[str, Limits] = {}
        self._checks: dict[tuple[str, str], list[Check]] = {}
        # Until when each is calibrated.
        self._due: dict[str, str | None] = {}
        # Something of them was erased: nobody can say any more what was owed.
        self._blind = False

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a weighing, `check_wrong` of a check with another verdict."""
        given, flags = seen.body, seen.stamp.flags
        if given is None or self._blind:
            return
        if seen.by_server:
            self._judge_check(seen, given)
        elif seen.head.kind in READ and "batch_unknown" not in flags:
            owed = self._owed(given, seen.head.captured_at)
            dispensed = seen.head.kind != WEIGHED
            owed |= self._overdue(given, seen.day) if dispensed else set()
            for flag in (*model.DOUBTS, OVERDUE) if dispensed else model.DOUBTS:
                if flag in owed and flag not in flags:
                    raise unflagged(flag, f"{given['batch']} was weighed on {given['reading']['balance']}")
                if flag in flags and flag not in owed:
                    raise misflagged(flag, "its balance might be used for that weight")

    def _judge_check(self, seen: Seen, given: Mapping[str, Any]) -> None:
        if seen.head.kind != model.CHECKED:
            return
        right = model.verdict(given["nominal"], given["tolerance"], given["shown"])
        if given["verdict"] != right:
            raise SyncError("check_wrong", f"{given['weight']} on {given['balance']}: {given['verdict']}, not {right}")

    def _owed(self, given: Mapping[str, Any], at: str) -> set[str]:
        balance = None if given["reading"] is None else given["reading"]["balance"]
        limits = self._limits.get(balance) if balance is not None else None
        if balance is None or limits is None:
            return set()
        last = {one["weight"]: self._last(balance, one["weight"], at) for one in limits.weights}
        return {code for code, _ in model.doubts(limits, last, given["net"], at, given.get("gross"))}

    def _overdue(self, given: Mapping[str, Any], day: str) -> set[str]:
        due = None if given["reading"] is None else self._due.get(given["reading"]["balance"])
        return {OVERDUE} if due is not None and day > due else set()

    def _last(self, balance: str, weight: str, at: str) -> Check | None:
        until = datetime.fromisoformat(at) + model.CLOCK_TOLERANCE
        before = [one for one in self._checks.get((balance, weight), ()) if datetime.fromisoformat(one.at) <= until]
        return max(before, key=lambda one: one.at, default=None)

    def learn(self, seen: Seen) -> None:
        if seen.head.kind not in _KINDS or not seen.by_server or seen.is_strange:
            return
        if seen.body is None:
            self._blind = True
            return
        given = seen.body
        if seen.head.kind == model.LIMITS_SET:
            self._limits[given["balance"]] = Limits.of(given)
            return
        if seen.head.kind == model.REGISTERED:
            self._due[given["equipment"]] = given["calibration_due"]
            return
        about = given["weight"], given["shown"], given["verdict"], seen.head.captured_at, seen.head.actor
        self._checks.setdefault((given["balance"], given["weight"]), []).append(Check(seen.head.id, *about))
