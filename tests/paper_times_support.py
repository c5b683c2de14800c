"""Batches worked on from paper on one day and typed in on the next, when machines, lots and roles had moved on."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch_support import PHASES, Site, cleared, weighed
from course_support import Branches
from recipe_support import step
from witness_support import upgrade

from server.core import clock
from server.core.record import Recorded
from server.site.model import UPGRADED

Payload = dict[str, Any]
FROM, TO = "2026-11-22T10:00:00.000Z", "2026-11-22T10:30:00.000Z"
_DAY_MS = 24 * 3_600_000
# The first begins on paper, and needs nothing before it.
MACHINES = [step("20", "instruction", equipment="press", room="2-118")]
LINE = [PHASES[0] | {"room": "2-114"}, *PHASES[1:]]


class Typed:
    """At 09:30 copies are issued; whatever `between` says happens is after the work and before it is typed in."""

    def __init__(self, database_url: str, folder: Path, *, stated: bool = True) -> None:
        clock.use(lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
        self.site = Site(database_url, folder)
        clock.use(lambda: datetime.fromtimestamp(self.site.now_ms / 1000, UTC))
        if stated:
            self.site.state(UPGRADED, "site", upgrade(UPGRADED))
        self.made = Branches(self.site, "M1", MACHINES)
        self.made.register("PR-1", "press", "2026-11-22")
        self.made.register("PR-2", "press", None)
        self.site.receive("A-7", expiry="2026-11-22")
        self.site.order("B1", phases=LINE, lots=[{"material": "api-1", "lot": "A-7"}])
        for batch in ("B1", "M1"):
            given = {"batch": batch, "copy": 1, "reason": None}
            self.site.state("release.blank_issued.v1", f"batch/{batch}", given, "P-5")

    def close(self) -> None:
        clock.use_system()
        self.site.plant.close()

    def next_day(self) -> None:
        self.site.now_ms += _DAY_MS

    def begin(self, batch: str, phase: str, by: str = "P-2") -> Recorded:
        given = {"batch": batch, "phase": phase, "copy": 1, "done_from": FROM, "done_to": TO, "done_by": by}
        return self.site.put("paper_begun", given | {"comment": None, "photo": None})

    def raise_alarm(self, code: str) -> str:
        given = {"equipment": code, "what": "E42", "severity": "major", "source": "manual"}
        return self.site.state("equipment.alarm_raised.v1", f"equipment/{code}", given, "P-1").id

    def clear_alarm(self, code: str, alarm: str) -> None:
        given = {"equipment": code, "alarm": alarm, "reason": "filter changed"}
        self.site.state("equipment.alarm_cleared.v1", f"equipment/{code}", given)

    def set_status(self, code: str, status: str) -> None:
        given = {"equipment": code, "status": status, "reason": "inspected"}
        self.site.state("equipment.status_set.v1", f"equipment/{code}", given)

    def move(self, person: str, *areas: str) -> None:
        grants = [{"role": "operator", "areas": list(areas)}]
        given = {"person": person, "grants": grants, "reason": "moved"}
        self.site.state("identity.roles_changed.v2", f"person/{person}", given)

    def set_areas(self) -> None:
        for area, rooms in (("dispensing", ["2-114"]), ("old", ["2-118"])):
            given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "plan"}
            self.site.state("identity.area_set.v1", "site", given)

    def weigh(self) -> Recorded:
        given = weighed("B1", lot="A-7", container=None, verified_by="P-2")
        return self.site.put("material_weighed", given, cosigner="P-2")

    def clear(self) -> Recorded:
        return self.site.put("line_cleared", cleared("B1"))

    def everything(self) -> None:
        """What was right then and would be wrong today, and what was wrong then and would be right today."""
        self.set_areas()
        self.move("P-1", "old")
        self.set_status("PR-1", "clean")
        standing = self.raise_alarm("PR-2")
        self.next_day()
        self.move("P-2", "old")
        self.clear_alarm("PR-2", standing)
        self.set_status("PR-1", "out_of_service")
        self.raise_alarm("PR-1")
        self.made.wait(30)
        self.begin("M1", "20")
        self.made.identify("20", "PR-1")
        self.made.identify("20", "PR-2")
        self.made.start("20")
        self.made.end("20")
        self.begin("B1", "10")
        self.clear()
        self.begin("B1", "20")
        self.weigh()
