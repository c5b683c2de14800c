"""Whether the server has opened the deviation that somebody's report of an exception asks for, right behind it, and has
said of a photo that there is none (QUA-05)."""

from typing import Any

from server.production import model, rules
from server.quality.model import DEVIATION_OPENED
from server.quality.model import REPORTED as BY_PERSON
from server.quality.rules import is_opened
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

# Kinds by which a batch is reviewed and released: none follows from a report in the transaction that takes it in.
_DECIDED = "release."
# The edition of the rules from which on a report of no batch opens none, nor one that only corrects another.
EDITION = 4


class ReportRules:
    """The photos of every batch, and what is still owed to the report that was learnt last."""

    def __init__(self, since: SinceRules) -> None:
        self._since = since
        # What each report corrects, and the reports for which a deviation was opened; what an erasure took of it may
        # be about any of them.
        self._corrects: dict[str, str | None] = {}
        self._opened: set[str | None] = set()
        self._lost = False
        # By entry the batch; None where the payload was erased, so that the batch cannot be told.
        self._photos: dict[str, str | None] = {}
        self._due: dict[str, Any] | None = None

    def judge(self, seen: Seen) -> None:
        """SyncError `deviation_missing` of what comes instead; `flag_missing` or `flag_wrong` of a report's photo."""
        others = not seen.by_server or seen.head.kind.startswith(_DECIDED)
        if self._due is not None and others:
            raise SyncError("deviation_missing", f"{self._due['entry']} asks for a deviation, which nobody has opened")
        given = seen.body
        if given is None or seen.by_server or seen.head.kind not in (model.REPORTED, model.PAPER_BEGUN):
            return
        photo = given["photo"]
        if photo is None or photo not in self._photos or self._photos[photo] is not None:
            found = rules.judge_photo(photo, photo in self._photos and self._photos[photo] == given["batch"])
            StandingRules.compare(seen, {one.code for one in found}, ("photo_unknown",))

    def learn(self, seen: Seen) -> None:
        head, given = seen.head, seen.body
        if seen.by_server:
            self._learn_opening(seen)
            return
        if head.kind == model.REPORTED:
            self._corrects[head.id] = head.corrects
        if seen.is_strange:
            return
        if head.kind == model.PHOTO:
            self._photos[head.id] = None if given is None else given["batch"]
        elif head.kind == model.REPORTED and given is not None and self._is_due(seen, given):
            about = {"entry": head.id, "device": head.device, "summary": given["comment"]}
            self._due = {"batch": given["batch"], "code": BY_PERSON, **about}

    def _learn_opening(self, seen: Seen) -> None:
        if seen.head.kind != DEVIATION_OPENED:
            return
        given = seen.body
        self._lost = self._lost or given is None
        if given is not None and given["code"] == BY_PERSON:
            self._opened.add(given["entry"])
        if self._due is not None and (given is None or self._answers(given)):
            self._opened.add(self._due["entry"])
            self._due = None

    def _is_due(self, seen: Seen, given: Body) -> bool:
        if not self._since.has_reached(EDITION):
            return bool(given["deviation"])
        told = self._is_told(seen.head.corrects)
        return is_opened(given["deviation"], seen.stamp.flags, told) and not (self._lost and seen.head.corrects)

    def _is_told(self, report: str | None) -> bool:
        """Whether a deviation was opened for this report, or for one that it corrects."""
        passed = set[str]()
        while report is not None and report not in passed:
            if report in self._opened:
                return True
            passed.add(report)
            report = self._corrects.get(report)
        return False

    def _answers(self, given: Any) -> bool:
        return self._due is not None and all(given[name] == value for name, value in self._due.items())
