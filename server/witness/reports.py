"""Whether the server has opened the deviation that somebody's report of an exception asks for, right behind it, and has
said of a photo that there is none (QUA-05)."""

from typing import Any

from server.production import model, rules
from server.quality.model import DEVIATION_OPENED
from server.quality.model import REPORTED as BY_PERSON
from server.witness.seen import Seen
from server.witness.standing import StandingRules
from sync.errors import SyncError

# Kinds by which a batch is reviewed and released: none follows from a report in the transaction that takes it in.
_DECIDED = "release."


class ReportRules:
    """The photos of every batch, and what is still owed to the report that was learnt last."""

    def __init__(self) -> None:
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
            if head.kind == DEVIATION_OPENED and self._due is not None and (given is None or self._answers(given)):
                self._due = None
        elif not seen.is_strange and head.kind == model.PHOTO:
            self._photos[head.id] = None if given is None else given["batch"]
        elif not seen.is_strange and head.kind == model.REPORTED and given is not None and given["deviation"]:
            about = {"entry": head.id, "device": head.device, "summary": given["comment"]}
            self._due = {"batch": given["batch"], "code": BY_PERSON, **about}

    def _answers(self, given: Any) -> bool:
        return self._due is not None and all(given[name] == value for name, value in self._due.items())
