"""Whether the server has flagged work in areas where its maker's roles do not hold, from the log alone (IDN-01)."""

from collections.abc import Iterable, Mapping
from typing import Any

from server.identity import at_capture, grants, model
from server.production.model import (
    IN_ROOM,
    PAPER_BEGUN,
    PAPER_ENDED,
    SECOND_ELSEWHERE,
    VERIFIED,
    WEIGHINGS,
    WITNESSES,
    WORKERS,
)
from server.production.paper import rules as paper
from server.recipes.model import find_phase
from server.witness.granting import GrantRules
from server.witness.papers import PaperRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen, misflagged, unflagged

FLAG = "area_not_permitted"
_AREAS = (model.AREA_SET, model.AREA_WITHDRAWN)


class AreaRules(Remembering):
    """Which room is of which area and in which rooms a batch is made, as learnt so far; `granted` knows whose roles
    hold where, `papers` what was done on paper, where and by whom."""

    def __init__(self, granted: GrantRules, papers: PaperRules) -> None:
        super().__init__()
        self._papers = papers
        self._area_of: dict[str, str] = {}
        self._granted = granted

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a device's work, and of who stood by."""
        self._judge_second(seen)
        if self._papers.asked and seen.body is not None and not seen.by_server:
            if seen.head.kind == PAPER_BEGUN:
                return self._judge_paper(seen, seen.body)
            if seen.head.kind in IN_ROOM and self._papers.is_lost(seen.body["batch"]):
                return
        if self._blind or seen.body is None or seen.by_server or seen.head.kind not in IN_ROOM:
            return
        phases, actor = self._phases.get(f"batch/{seen.body['batch']}"), seen.head.actor
        held = self._granted.held(actor)
        if phases is None or held is None:
            return
        phase = None if seen.body.get("phase") is None else find_phase(phases, seen.body["phase"])
        area = None if phase is None else self._area_of.get(phase.get("room") or "")
        if self._papers.asked and self._papers.typed(seen) is not None:
            area = None
        works = any(grants.permits(held, permission) for permission in WORKERS)
        wrong = works and area is not None and not any(grants.permits(held, one, area) for one in WORKERS)
        told = FLAG in seen.stamp.flags
        if wrong and not told:
            raise unflagged(FLAG, f"{actor} worked in {area}")
        if told and not wrong:
            raise misflagged(FLAG, f"the roles of {actor} hold there")

    def _judge_paper(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """Who did it on paper, by the roles that they had then."""
        phases, person = self._phases.get(f"batch/{body['batch']}"), body["done_by"]
        held = self._granted.held_at(person, at_capture.Capture(body["done_from"], 0))
        if phases is None or held is None or not {"batch_unknown", paper.PERSON}.isdisjoint(seen.stamp.flags):
            return
        if paper.judge_person(person, held) and paper.NOT_PERMITTED not in seen.stamp.flags:
            raise unflagged(paper.NOT_PERMITTED, f"{person} might not work on batches")
        if self._blind:
            return
        phase = find_phase(phases, body["phase"])
        room = None if phase is None else phase.get("room")
        owed = paper.judge_area(person, room, self._area_of.get(room or ""), held)
        if owed and FLAG not in seen.stamp.flags:
            raise unflagged(FLAG, f"{person} worked in {owed[0].details['area']}")
        if not owed and FLAG in seen.stamp.flags:
            raise misflagged(FLAG, f"the roles of {person} held there")

    def _judge_second(self, seen: Seen) -> None:
        head, body = seen.head, seen.body
        if self._blind or body is None or seen.by_server or head.kind not in (*WEIGHINGS, VERIFIED, PAPER_ENDED):
            return
        second, phases = body["verified_by"], self._phases.get(f"batch/{body['batch']}")
        if second is None or phases is None:
            return
        held = self._granted.held_at(second, at_capture.capture_of(head))
        phase = None if body.get("phase") is None else find_phase(phases, body["phase"])
        area = None if phase is None else self._area_of.get(phase.get("room") or "")
        if held is None:
            return
        wrong = area is not None and _may(held, None) and not _may(held, area)
        told = SECOND_ELSEWHERE in seen.stamp.flags
        if wrong and not told and self._granted.since:
            raise unflagged(SECOND_ELSEWHERE, f"{second} stood by in {area}")
        if told and not wrong:
            raise misflagged(SECOND_ELSEWHERE, f"the roles of {second} hold there")

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, body = seen.head, seen.body
        if head.kind in _AREAS:
            self._about[index] = None
            self._blind |= body is None
            self._take(body or {})

    def _take(self, body: Mapping[str, Any]) -> None:
        area = body.get("area")
        self._area_of = {room: one for room, one in self._area_of.items() if one != area}
        self._area_of |= {room: str(area) for room in body.get("places", ())}


def _may(held: Iterable[Iterable[model.Grant]], area: str | None) -> bool:
    return any(grants.permits(one, permission, area) for one in held for permission in WITNESSES)
