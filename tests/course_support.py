"""A batch whose phases go side by side, with a time limit between two of them, and what moves its phases."""

from typing import Any

from batch_support import Site, marked
from control_support import release
from recipe_support import step

from server.core.record import Recorded
from sync.entry import Envelope

Payload = dict[str, Any]
# At most twelve minutes from the end of 20 until 40 begins.
LIMIT: Payload = {"since": "20", "from": "end", "to": "start", "min": None, "max": 12}
# 10 > 20 > 40 and 10 > 30 > 40.
PHASES: list[Payload] = [
    step("10", "instruction"),
    step("20", "instruction", "10", equipment="press", candidates=["PR-1"]),
    step("30", "instruction", "10"),
    step("40", "instruction", "20", "30", times=[LIMIT]),
]


class Branches:
    """A batch in the hands of two tablets; every step is a minute after the last."""

    def __init__(self, site: Site, batch: str = "B1", phases: list[Payload] = PHASES, **changes: Any) -> None:
        self.site, self.batch = site, batch
        release(site, batch, phases, **changes)

    def start(self, phase: str, **how: Any) -> Recorded:
        return self.site.put("phase_started", marked(self.batch, phase), **how)

    def end(self, phase: str, **how: Any) -> Recorded:
        return self.site.put("phase_completed", marked(self.batch, phase), **how)

    def do(self, *phases: str) -> None:
        for phase in phases:
            assert (self.start(phase).flags, self.end(phase).flags) == ((), ())

    def hold(self, phase: str, **how: Any) -> Recorded:
        return self._stop("phase_held", phase, **how)

    def resume(self, phase: str, **how: Any) -> Recorded:
        return self.site.put("phase_resumed", {"batch": self.batch, "phase": phase, "comment": None}, **how)

    def abort(self, phase: str, **how: Any) -> Recorded:
        return self._stop("phase_aborted", phase, **how)

    def skip(self, phase: str, **how: Any) -> Recorded:
        return self._stop("phase_skipped", phase, **how)

    def identify(self, phase: str, code: str) -> Recorded:
        return self.site.put(
            "equipment_identified", {"batch": self.batch, "phase": phase, "equipment": code, "scanned": code}
        )

    def clean(self, phase: str, code: str, **how: Any) -> Recorded:
        said = {"batch": self.batch, "phase": phase, "equipment": code, "procedure": "CL-1", "kind": "minor"}
        return self.site.put("equipment_cleaned", said | {"comment": None}, **how)

    def check(self, phase: str, code: str, cleaning: str, **how: Any) -> Recorded:
        said = {"batch": self.batch, "phase": phase, "equipment": code, "cleaning": cleaning, "comment": None}
        return self.site.put("cleaning_checked", said, **how)

    def alarm(self, phase: str, code: str, **how: Any) -> Recorded:
        return self.site.put("alarm_raised", self._alarm(phase, code), **how)

    def write_alarm(self, phase: str, code: str) -> Envelope:
        """One that a second tablet has written and not sent yet."""
        kind = "production.alarm_raised.v1"
        lease = self.site.leases.get((self.batch, "tablet-b"))
        writer, stream = self.site.writers["tablet-b"], f"batch/{self.batch}"
        said = self._alarm(phase, code)
        return writer.write(kind, stream, said, actor="P-5", subject=f"{phase}/alarm", lease=lease)

    def _alarm(self, phase: str, code: str) -> Payload:
        said = {"batch": self.batch, "phase": phase, "equipment": code}
        return said | {"what": "E42 pressure", "severity": "major"}

    def register(self, code: str, kind: str, due: str | None) -> None:
        known = {"equipment": code, "class": kind, "name": {"zh": "机", "en": "machine"}, "calibration_due": due}
        known |= dict.fromkeys(("serial", "model", "location"))
        self.site.state("equipment.equipment_registered.v1", f"equipment/{code}", known)

    def wait(self, minutes: int) -> None:
        self.site.now_ms += minutes * 60_000

    def _stop(self, kind: str, phase: str, **how: Any) -> Recorded:
        said = {"batch": self.batch, "phase": phase, "reason": "a reason"}
        return self.site.put(kind, said, **how)
