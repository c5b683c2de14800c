"""A container that several people work on, each with a clock of their own, and what the log comes to of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from server.materials.stock import model, rules
from server.materials.stock.book import Book
from server.materials.stock.model import Made

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
    seen: int
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
    """`there` is what is really in the container. `clocks`: by how many minutes each tablet's is fast; `near`: whatever
    a tablet does, the log has heard all before and hears it at once."""

    clocks: Mapping[str, int] = field(default_factory=dict)
    near: bool = False
    there: Fraction = CAME
    now: int = 0
    size: int = 1
    book: Book = field(default_factory=Book)
    waiting: dict[str, list[tuple[Said, Fraction]]] = field(default_factory=lambda: {one: [] for one in TABLETS})
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLETS, 0))
    counts: dict[int, Counted] = field(default_factory=dict)
    # What was lost in all, and how much of that is told by what was measured or approved.
    gone: Fraction = Fraction(0)
    told: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        self.book.receive(Made("E-0", moment(0)), "m", "l", [{"container": LABEL, "quantity": _kg(CAME)}])

    def do(self, deed: str, *given: Any) -> None:
        self.now += 1
        getattr(self, deed)(*given)

    def lose(self, kg: int) -> None:
        self.there -= kg
        self.gone += kg

    def take(self, tablet: str, kg: int) -> None:
        self.there -= kg
        self._say(tablet, "take", Fraction(kg))

    def rest(self, tablet: str) -> None:
        self._say(tablet, "rest", self.there)

    def count(self, tablet: str, number: int) -> None:
        self._say(tablet, "count", self.there, number)

    def give_back(self) -> None:
        made = self._made(moment(self.now), self.size, "server")
        self.book.measure(made, LABEL, _kg(self.there), "returned")
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
            self.book.apply(self._made(counted.at, 0, ""), [change])
        self.told = max(self.told, counted.lost)
        return True

    def sync(self, tablet: str) -> None:
        for said, gone in self.waiting[tablet]:
            # Never after it was received.
            made = self._made(min(said.at, moment(self.now)), said.seen, tablet)
            if said.what == "take":
                self.book.claim(made, LABEL, _kg(said.kg), f"B/{made.entry}")
            elif said.what == "rest":
                self.book.measure(made, LABEL, _kg(said.kg), model.REST)
                self.told = max(self.told, gone)
            else:
                # Who counts again corrects themselves.
                self.counts[said.count] = Counted(said.at, said.kg, gone)
        self.waiting[tablet], self.seen[tablet] = [], self.size

    def sync_all(self) -> None:
        for tablet in TABLETS:
            self.sync(tablet)

    def held(self) -> Fraction:
        found = self.book.find(LABEL)
        assert found is not None
        return Fraction(found.held)

    def _say(self, tablet: str, what: str, kg: Fraction, count: int = 0) -> None:
        if self.near:
            self.sync_all()
        at = moment(self.now + self.clocks.get(tablet, 0))
        self.waiting[tablet].append((Said(what, at, self.seen[tablet], kg, count), self.gone))
        if self.near:
            self.sync(tablet)

    def _made(self, at: str, seen: int, device: str) -> Made:
        self.size += 1
        return Made(f"E-{self.size - 1}", at, self.size - 1, seen, device)


def told(deeds: Sequence[tuple[Any, ...]], **how: Any) -> World:
    """The world after these, and after all that was done is heard."""
    world = World(**how)
    for deed in deeds:
        world.do(*deed)
    world.sync_all()
    return world
