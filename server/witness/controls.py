"""Whether the server has told of checks that were late or missed, and of patterns that are not chance (PRD-09).

The same questions as its own rules ask (`server.production.controls`), answered from the log alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.handheld.entries import OF_BATCHES
from server.production import model
from server.production.controls import rules
from server.production.controls.judging import HEARD, course_of, taken_from, told_in, watched
from server.production.controls.rules import Taken, Told
from server.recipes.model import find_phase
from server.release.model import RESOLVED_KIND
from server.witness.remembering import ORDERED
from server.witness.seen import Seen, misflagged, unflagged
from sync.verify.rules import ERASED

Body = Mapping[str, Any]
Place = tuple[str, str]
_ORDERS = (ORDERED, "production.order_released.v2")


class ControlRules:
    """The phases of in-process checks after the entries learnt so far."""

    def __init__(self) -> None:
        self._phases: dict[str, Sequence[Body]] = {}
        self._taken: dict[Place, list[Taken]] = {}
        self._marks: dict[Place, list[tuple[str, str]]] = {}
        self._told: dict[Place, list[Told]] = {}
        self._superseded: set[str] = set()
        self._conflicts: dict[str, list[str]] = {}
        # Streams of which not every entry can be read any more.
        self._about: dict[int, str] = {}
        self._blind: set[str] = set()
        self._count = 0

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of an entry that moves a phase of checks."""
        body, head, flags = seen.body, seen.head, seen.stamp.flags
        if seen.by_server or body is None or head.kind not in HEARD or "batch_unknown" in flags:
            return
        stream = model.batch_stream(body["batch"])
        phase = find_phase(self._phases.get(stream, ()), body["phase"])
        if stream in self._blind or phase is None or phase["type"] != rules.IN_PROCESS or not watched(phase):
            return
        owed = self._owed(seen, body, phase)
        for flag in rules.FLAGS:
            if flag in owed and flag not in flags:
                raise unflagged(flag, f"{head.kind} in {stream} brings it to light")
            if flag in flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is new in {stream}")

    def _owed(self, seen: Seen, body: Body, phase: Body) -> set[str]:
        place, head = (body["batch"], body["phase"]), seen.head
        about = taken_from(head.id, head.captured_at, head.kind, body)
        gone = self._superseded | {head.corrects}
        taken = [replace(one, standing=one.entry not in gone) for one in self._taken.get(place, ())]
        known = course_of([*self._marks.get(place, ()), (head.kind, head.captured_at)])
        found = rules.find(phase, known, [*taken, *([] if about is None else [about])], about)
        return {one.code for one in rules.news(found, self._told.get(place, ()))}

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        if seen.by_server and head.kind == ERASED and body is not None:
            self._blind |= {self._about[one["index"]] for one in body["entries"] if one["index"] in self._about}
        own = head.kind in (*HEARD, *_ORDERS, model.EXCEPTION, model.CONFLICT, RESOLVED_KIND)
        if seen.is_strange or not own:
            return
        if body is None:
            self._blind.add(head.stream)
            return
        self._about[index] = head.stream
        corrects = head.corrects if "correction_unknown" not in seen.stamp.flags else None
        if corrects is not None and head.kind in OF_BATCHES and not seen.by_server:
            self._superseded.add(corrects)
        self._take(seen, body)

    def _take(self, seen: Seen, body: Body) -> None:
        head = seen.head
        place = body.get("batch", ""), str(body.get("phase"))
        match head.kind:
            case kind if kind in _ORDERS:
                self._phases.setdefault(head.stream, body["phases"])
            case model.EXCEPTION if body["code"] in rules.FLAGS:
                self._told.setdefault(place, []).extend(told_in(body["code"], body["details"]))
            case model.CONFLICT:
                self._conflicts[head.id] = body["entries"]
            case kind if kind == RESOLVED_KIND:
                claims = self._conflicts.get(body["conflict"], ())
                self._superseded |= {one for one in claims if one != body["chosen"]}
            case model.CHECKED:
                about = taken_from(head.id, head.captured_at, head.kind, body)
                self._taken.setdefault(place, []).extend([] if about is None else [about])
            case kind if kind in HEARD:
                self._marks.setdefault(place, []).append((kind, head.captured_at))
