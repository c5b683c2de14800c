"""The demonstration plant's rooms: a sensor in each in which it makes something, their limits, and what was read."""

import random
from decimal import Decimal
from typing import Any

from server.demo.story import Story, StoryDevice
from server.environment import model

# sensor, room, serial number
SENSORS: tuple[tuple[str, str, str], ...] = (
    ("ENV-114", "2-114", "E-1001"),
    ("ENV-116", "2-116", "E-1002"),
    ("ENV-118", "2-118", "E-1003"),
    ("ENV-121", "2-121", "E-1004"),
    ("ENV-123", "2-123", "E-1005"),
    ("ENV-130", "2-130", "E-1006"),
)
_NAMES = {"temperature": ("19", "25", "18", "26"), "humidity": (None, "60", None, "65")}
_LONGEST_GAP = 30


def equip(story: Story) -> None:
    """The sensors in the register, and QA's limits for their rooms."""
    engineer, qa = story.person("zhouwei"), story.person("zhaolin")
    for sensor, room, serial in SENSORS:
        name = {"zh": f"温湿度传感器 {sensor}", "en": f"Temperature and humidity sensor {sensor}"}
        known: dict[str, Any] = {"equipment": sensor, "class": model.SENSOR, "name": name, "serial": serial}
        known |= {"model": "ESS-2", "location": room, "calibration_due": None}
        story.state("equipment.equipment_registered.v1", f"equipment/{sensor}", known, engineer)
    for _, room, _ in SENSORS:
        limits = [
            {"quantity": name, "unit": model.QUANTITIES[name], **dict(zip(_ORDER, bounds, strict=True))}
            for name, bounds in _NAMES.items()
        ]
        said = {"room": room, "longest_gap": _LONGEST_GAP, "limits": limits, "reason": "洁净区环境确认报告 ENV-2026-02"}
        story.state(model.LIMITS_SET, f"room/{room}", said, qa)


_ORDER = ("alert_low", "alert_high", "action_low", "action_high")


class Air:
    """What the sensors say to their bridge: values scatter, the same in every run."""

    def __init__(self, bridge: StoryDevice) -> None:
        self._bridge, self._chance = bridge, random.Random(211188)
        self._connections: dict[str, int] = {}

    def read(self, room: str | None) -> None:
        """One reading of a room, now; nothing of a room without a sensor."""
        for sensor, where, serial in SENSORS:
            if where == room:
                self._read(sensor, serial)

    def read_all(self) -> None:
        for _, room, _ in SENSORS:
            self.read(room)

    def _read(self, sensor: str, serial: str) -> None:
        self._connections[sensor] = connection = self._connections.get(sensor, 0) + 1
        values = {"temperature": self._near("21.80", "0.45"), "humidity": self._near("46.00", "1.80")}
        raw = " ".join(f"{name}={value}" for name, value in values.items())
        said = {"sensor": sensor, "model": "ESS-2", "serial": serial, "transport": "ble-ess", "connection": connection}
        shown = [{"quantity": name, "value": value, "unit": model.QUANTITIES[name]} for name, value in values.items()]
        self._bridge.record(
            model.POINT_READ, f"equipment/{sensor}", {**said, "values": shown, "raw": raw}, actor=self._bridge.id
        )

    def _near(self, target: str, spread: str) -> str:
        step = Decimal(str(round(max(min(self._chance.gauss(0, 1), 2.5), -2.5), 2)))
        return str((Decimal(target) + step * Decimal(spread)).quantize(Decimal("0.01")))
