"""A container that several people work on, each with a clock of their own, and what the log comes to of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from server.materials.stock import model, rules
from server.materials.stock.book import Book

LABEL = "C-1"
TABLETS = ("T-1", "T-2")
CAME = Fraction(1000)


def moment(minutes: float) -> str:
    """Minutes after eight, as the log writes times."""
    hours, seconds = divmod(round((8 * 60 + minutes) * 60), 3600)
    return f"2026-11-26T{hours:02}:{seconds // 60:02}:{seconds % 60:02}.000Z"


def _kg(value: Fraction) -> dict[str, str]:
    return {"value": str(value), "unit": "kg"}


@dataclass
class Said:
    """What a tablet has recorded."""

    what: str
    at: str
    kg: Fraction
    count: int = 0


@dataclass
class Counted:
    """A counting that the log knows; `lost`: all that nobody wrote down up to then."""

    at: str
    kg: Fraction
    lost: Fraction


@dataclass
class World:
    """`there` is what is really in the container."""

    there: Fraction = CAME
    now: int = 0
    size: int = 1
    book: Book = field(default_factory=Book)
    waiting: dict[str, list[tuple[Said, Fraction]]] = field(default_factory=lambda: {one: [] for one in TABLETS})
    counts: dict[int, Counted] = field(default_factory=dict)
    # What was lost in all, and how much of that is told by what was measured or approved.
    gone: Fraction = Fraction(0)
    told: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        self.book.receive("E-0", moment(0), "m", "l", [{"container": LABEL, "quantity": _kg(CAME)}])

    def do(self, deed: str, *given: Any) -> None:
        self.now += 1
        getattr(self, deed)(*given)

    def lose(self, kg: int) -> None:
        self.there -= kg
        self.gone += kg

    def take(self, tablet: str, kg: int) -> None:
        self.there -= kg
        self._say(tablet, Said("take", moment(self.now), Fraction(kg)))

    def rest(self, tablet: str) -> None:
        self._say(tablet, Said("rest", moment(self.now), self.there))

    def count(self, tablet: str, number: int) -> None:
        self._say(tablet, Said("count", moment(self.now), self.there, number))

    def give_back(self) -> None:
        self.book.measure(self._entry(), moment(self.now), LABEL, _kg(self.there), "returned")
        self.told = max(self.told, self.gone)

    def close(self, number: int) -> bool:
        """Approve what was counted, once all is heard; whether it may be."""
        self.sync_all()
        counted = self.counts.pop(number, None)
        if counted is None or rules.overtaken(self.book.movements(LABEL), counted.at):
            return False
        line = {"container": LABEL, "was": self.book.shown_at(LABEL, counted.at), "counted": _kg(counted.kg)}
        change = rules.counted(line, "kg")
        assert change is not None
        if Fraction(change.amount):
            self.book.apply(self._entry(), counted.at, [change])
        self.told = max(self.told, counted.lost)
        return True

    def sync(self, tablet: str) -> None:
        for said, gone in self.waiting[tablet]:
            entry = self._entry()
            if said.what == "take":
                self.book.claim(entry, said.at, LABEL, _kg(said.kg), f"B/{entry}")
            elif said.what == "rest":
                self.book.measure(entry, said.at, LABEL, _kg(said.kg), model.REST)
                self.told = max(self.told, gone)
            else:
                # Who counts again corrects themselves.
                self.counts[said.count] = Counted(said.at, said.kg, gone)
        self.waiting[tablet] = []

    def sync_all(self) -> None:
        for tablet in TABLETS:
            self.sync(tablet)

    def held(self) -> Fraction:
        found = self.book.find(LABEL)
        assert found is not None
        return Fraction(found.held)

    def _say(self, tablet: str, said: Said) -> None:
        self.waiting[tablet].append((said, self.gone))

    def _entry(self) -> str:
        self.size += 1
        return f"E-{self.size - 1}"


def told(deeds: Sequence[tuple[Any, ...]]) -> World:
    """The world after these, and after all that was done is heard."""
    world = World()
    for deed in deeds:
        world.do(*deed)
    world.sync_all()
    return world
