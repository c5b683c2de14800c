"""Rooms with sensors and limits, readings as a bridge sends them, and a batch whose phases run in rooms."""

from typing import Any

from batch_support import Site, marked, t
from control_support import release
from recipe_support import step

from server.core.record import Recorded
from sync.entry import Envelope

Payload = dict[str, Any]
TEMPERATURE: Payload = {"quantity": "temperature", "unit": "°C", "alert_low": "19", "alert_high": "25"}
TEMPERATURE |= {"action_low": "18", "action_high": "26"}
HUMIDITY: Payload = {"quantity": "humidity", "unit": "%", "alert_low": None, "alert_high": "60"}
HUMIDITY |= {"action_low": None, "action_high": "65"}
PHASES: list[Payload] = [
    step("10", "instruction", room="R-1"),
    step("20", "instruction", "10", room="R-2"),
    step("30", "instruction", "20"),
]


def reading(sensor: str, temperature: str, humidity: str = "45.00", serial: str = "E-1") -> Payload:
    values = [("temperature", temperature, "°C"), ("humidity", humidity, "%")]
    said: Payload = {"sensor": sensor, "model": "ESS-2", "serial": serial, "transport": "ble-ess", "connection": 1}
    said["values"] = [{"quantity": name, "value": value, "unit": unit} for name, value, unit in values]
    return said | {"raw": "2a6e=6408"}


class Rooms:
    """Two rooms with a sensor each; R-1 has limits. Everything a minute after the last."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.place("S-1", "R-1")
        self.place("S-2", "R-2")
        self.limit("R-1", TEMPERATURE, HUMIDITY)

    def place(self, sensor: str, room: str | None, kind: str = "environment_sensor", serial: str = "E-1") -> None:
        known: Payload = {"equipment": sensor, "class": kind, "name": t("sensor"), "serial": serial}
        known |= {"model": "ESS-2", "location": room, "calibration_due": None}
        self.site.now_ms += 60_000
        self.site.state("equipment.equipment_registered.v1", f"equipment/{sensor}", known)

    def limit(self, room: str, *limits: Payload, gap: int = 15, by: str = "server") -> Recorded:
        said = {"room": room, "longest_gap": gap, "limits": list(limits), "reason": "qualified"}
        self.site.now_ms += 60_000
        return self.site.state("environment.limits_set.v1", f"room/{room}", said, by)

    def write(self, temperature: str = "21.50", sensor: str = "S-1", device: str = "bridge-1", **how: Any) -> Envelope:
        """A reading of now that a bridge has not sent yet."""
        self.site.now_ms += 60_000
        said, pen = reading(sensor, temperature, **how), self.site.writers[device]
        return pen.write("environment.point_read.v1", f"equipment/{sensor}", said, actor=device)

    def read(self, temperature: str = "21.50", sensor: str = "S-1", **how: Any) -> Recorded:
        return self.site.submit(self.write(temperature, sensor, **how))

    def order(self, batch: str = "B1") -> None:
        release(self.site, batch, PHASES)

    def start(self, phase: str = "10", batch: str = "B1", **how: Any) -> Recorded:
        return self.site.put("phase_started", marked(batch, phase), **how)

    def end(self, phase: str = "10", batch: str = "B1", **how: Any) -> Recorded:
        return self.site.put("phase_completed", marked(batch, phase), **how)
