"""The nouns of equipment: a registered piece, and a weight that a balance has read."""

from dataclasses import dataclass

# Which of a balance's answers may become a result: only a stable one (BRG-02).
QUALITIES = ("stable", "dynamic", "overload", "underload", "error")
# Of a device that does not tell whether its weight was stable: such a reading is kept, and taken for nothing.
UNRATED = "unknown"


@dataclass(frozen=True, slots=True)
class Equipment:
    equipment: str
    class_: str
    name: dict[str, str]
    serial: str | None
    model: str | None
    location: str | None
    calibration_due: str | None

    def payload(self) -> dict[str, object]:
        """As leases and the API show it."""
        return {
            "equipment": self.equipment,
            "class": self.class_,
            "name": self.name,
            "serial": self.serial,
            "model": self.model,
            "location": self.location,
            "calibration_due": self.calibration_due,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A weight in the log: `id` and `index` of its entry, `value` a decimal string in `unit`."""

    id: str
    index: int
    device: str
    balance: str
    model: str
    serial: str
    quality: str
    value: str
    unit: str
    raw: str
    captured_at: str

    def payload(self) -> dict[str, object]:
        """As screens get it (`Reading` of the app)."""
        return {
            "id": self.id,
            "device": self.device,
            "balance": self.balance,
            "serial": self.serial,
            "model": self.model,
            "net": {"value": self.value, "unit": self.unit},
            "raw": self.raw,
            "captured_at": self.captured_at,
            "index": self.index,
        }
