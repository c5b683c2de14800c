"""A batch with a parameter that its recipe binds to a press, and the press's samples as a bridge sends them."""

from typing import Any

from batch_support import Site, t
from control_support import release
from recipe_support import step

from server.core.record import Recorded

Payload = dict[str, Any]
LIMITS: Payload = {"low": "10", "high": "15", "target": "12.5", "unit": "kN"}
FORCE: Payload = {"id": "force", "name": t("force"), **LIMITS, "decimals": 2, "tally": False}
FORCE |= {"binding": {"signal": "main_comp"}}
SPEED: Payload = {"id": "speed", "name": t("speed"), "unit": "rpm", "low": None, "high": None, "target": None}
SPEED |= {"decimals": 0, "binding": None}
PHASES: list[Payload] = [
    step("10", "instruction"),
    step("20", "parameters", "10", equipment="press", candidates=["PRESS-01", "PRESS-03"], parameters=[FORCE, SPEED]),
]


class Press:
    """The press of a site and what was taken from it for batch B1."""

    def __init__(self, site: Site, serial: str | None = "K4471") -> None:
        self.site = site
        for code in ("PRESS-01", "PRESS-02", "PRESS-03"):
            known: Payload = {"equipment": code, "class": "press", "name": t("press"), "serial": serial}
            known |= {"model": "XL 400", "location": None, "calibration_due": None}
            site.state("equipment.equipment_registered.v1", f"equipment/{code}", known)
        release(site, "B1", PHASES)
        site.put("phase_completed", {"batch": "B1", "phase": "10"})

    def sample(
        self, force: str = "13.66", code: str = "PRESS-01", device: str = "bridge-1", serial: str = "K4471"
    ) -> Payload:
        """A sample in the log, as a parameter names it."""
        self.site.now_ms += 10_000
        values = [{"name": "main_comp", "value": force, "unit": "kN"}, {"name": "fom", "value": "30", "unit": None}]
        said = {"equipment": code, "model": "XL 400", "serial": serial, "transport": "tcp", "connection": 1}
        said |= {"device_time": "2026-11-22 10:00:03", "values": values, "raw": f"2026-11-22 10:00:03;{force};30"}
        pen = self.site.writers[device]
        put = self.site.submit(pen.write("equipment.process_read.v1", f"equipment/{code}", said, actor=device))
        named = {name: said[name] for name in ("equipment", "serial", "model", "device_time", "raw")}
        return {"id": put.id, "device": device, "signal": "main_comp", **named}

    def take(self, sample: Payload | None, force: str = "13.66", **more: Any) -> Recorded:
        return self._put("device", force, "kN", sample, None, **more)

    def identify(self, code: str, **how: Any) -> Recorded:
        said = {"batch": "B1", "phase": "20", "equipment": code, "scanned": None}
        return self.site.put("equipment_identified", said, **how)

    def type(self, reason: str | None, force: str = "13.66", **more: Any) -> Recorded:
        return self._put("manual", force, "kN", None, reason, **more)

    def _put(
        self, source: str, value: str, unit: str, sample: Payload | None, reason: str | None, **more: Any
    ) -> Recorded:
        said = {"batch": "B1", "phase": "20", "parameter": "force", "value": {"value": value, "unit": unit}}
        said |= {"source": source, "limits": LIMITS, "comment": None, "sensed": sample, "reason": reason}
        why = {"reason": "misread"} if "corrects" in more else {}
        return self.site.put("parameter_recorded.v2", said, **more, **why)
