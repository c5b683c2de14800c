"""When a reading becomes a record: each stable plateau once, and nothing else ever."""

from dataclasses import dataclass
from decimal import Decimal

from device_bridge.reading import Reading

# Below the minimum capacity of class III (OIML R 76-1, table 3: 20 e) a pan counts as empty.
EMPTY_DIVISIONS = 20
# A pan that is touched moves the display a little; a load that is changed moves it more than this.
CHANGE_DIVISIONS = 5


@dataclass
class Plateau:
    """The plateau of one balance that was captured last, and whether the load has changed since.

    It outlives connections and restarts (the outbox remembers the last capture), so that the weight which still
    lies on the pan after a lost link is not captured a second time.
    """

    captured: Decimal | None = None
    unit: str | None = None
    changed: bool = True
    stable_before: bool = False

    def wants(self, reading: Reading) -> bool:
        """Whether this reading begins a new stable plateau. Tell `took` once it is safely stored."""
        value = reading.value
        if reading.quality != "stable" or value is None:
            self.stable_before = False
            self.changed = self.changed or self._is_change(reading)
            return False
        arrived, self.stable_before = not self.stable_before, True
        if value <= EMPTY_DIVISIONS * reading.division:
            self.changed = True
            return False
        if self.changed or self._is_change(reading):
            return True
        # A crystal more on the pan: the display was unsteady and came to rest on another number. Without having
        # been unsteady it is drift, evaporation or draught, and still the same plateau.
        return arrived and value != self.captured

    def doubt(self) -> None:
        """The reading that was wanted was not confirmed by the next one: as if the display had not come to rest."""
        self.stable_before = False

    def took(self, reading: Reading) -> None:
        self.captured, self.unit, self.changed = reading.value, reading.unit, False

    def _is_change(self, reading: Reading) -> bool:
        if reading.quality in ("overload", "underload") or self.captured is None:
            return True
        if reading.value is None:
            return False
        moved = abs(reading.value - self.captured) > CHANGE_DIVISIONS * reading.division
        # Some balances leave the unit out while the value moves: no unit is no other unit.
        return moved or reading.unit not in (None, self.unit)
