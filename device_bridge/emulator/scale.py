"""The weighing cell of an emulated balance: a load is put on, the display swings, settles, and stands still."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from time import monotonic

from device_bridge.reading import Quality

CAPACITY = Decimal("30")
RESOLUTION = Decimal("0.001")
UNIT = "kg"
# What the display can be set to, and how many of each a kilogram is.
UNITS = {"kg": 1, "g": 1000}
# Beyond these the display shows no number: 9 divisions over capacity, and well below an empty pan.
OVERLOAD = CAPACITY + 9 * RESOLUTION
UNDERLOAD = Decimal("-0.5")
ZERO_RANGE = CAPACITY / 50
SETTLE_SECONDS = 1.2
_TIME_CONSTANT = 0.18
_SWING = 0.02


@dataclass
class Scale:
    """Loads in kg. `gross` is what lies on the pan; net is gross less tare and zero point; `unit` is what the display
    shows them in."""

    clock: Callable[[], float] = monotonic
    gross: Decimal = Decimal(0)
    tare: Decimal = Decimal(0)
    zero: Decimal = Decimal(0)
    unit: str = UNIT
    _before: Decimal = Decimal(0)
    _since: float = -math.inf
    _noise: random.Random = field(default_factory=lambda: random.Random(7))

    def put(self, gross: Decimal) -> None:
        """Replace what lies on the pan."""
        self._before, self._since = self._shown(), self.clock()
        self.gross = gross

    def wobble(self, seconds: float = SETTLE_SECONDS) -> None:
        """Somebody leans on the table: the display does not come to rest for so long."""
        self._before, self._since = self.gross, self.clock() + seconds - SETTLE_SECONDS

    def drift(self, by: Decimal) -> None:
        """The display creeps by so much and never shows itself unsteady: a draught, or something evaporates."""
        self.gross += by

    def text(self, kilograms: Decimal) -> str:
        """As the display has it, in its unit and with its last digit."""
        return str(kilograms if self.unit == UNIT else (kilograms * UNITS[self.unit]).quantize(Decimal(1)))

    @property
    def settled(self) -> bool:
        return self.clock() - self._since >= SETTLE_SECONDS

    async def steady(self, seconds: float) -> bool:
        """Wait until the load stands still, as balances do before they tare; False if it takes longer than this."""
        for _ in range(int(seconds / 0.05)):
            if self.settled:
                return True
            await asyncio.sleep(0.05)
        return False

    def read(self) -> tuple[Quality, Decimal]:
        """What the display shows now: quality and net, rounded to the resolution."""
        # Asked before the value, so that time passing in between never calls a swinging value stable.
        steady, shown = self.settled, self._shown()
        if shown - self.zero > OVERLOAD:
            return "overload", CAPACITY
        if shown - self.zero < UNDERLOAD:
            return "underload", UNDERLOAD
        return ("stable" if steady else "dynamic"), _round(shown - self.zero - self.tare)

    def set_tare(self, tare: Decimal) -> None:
        self.tare = _round(tare)

    def tare_now(self) -> bool:
        """Take what is on the pan as tare; refused (False) while unsteady or out of range."""
        if self.read()[0] != "stable":
            return False
        self.set_tare(self.gross - self.zero)
        return True

    def zero_now(self) -> bool:
        """Take the pan as empty, within 2 % of the capacity."""
        if not self.settled or abs(self.gross) > ZERO_RANGE:
            return False
        self.zero, self.tare = self.gross, Decimal(0)
        return True

    def _shown(self) -> Decimal:
        passed = max(0.0, self.clock() - self._since)
        if passed >= SETTLE_SECONDS:
            return self.gross
        step = float(self.gross - self._before)
        # The step response of a damped spring, with a hand's tremble that dies away.
        decay = math.exp(-passed / _TIME_CONSTANT)
        tremble = self._noise.uniform(-1, 1) * _SWING * (1 - passed / SETTLE_SECONDS)
        return self.gross - Decimal(str(step * decay * math.cos(passed * 9))) + Decimal(str(tremble))


def _round(value: Decimal) -> Decimal:
    return value.quantize(RESOLUTION, ROUND_HALF_EVEN)
