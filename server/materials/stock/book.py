"""The ledger of stock in memory, from entries alone: what a witness keeps, by the same rules as the tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.core.units import Link
from server.materials.stock import model, rules
from server.materials.stock.model import Change, Held, Made, Movement, Payload


@dataclass(slots=True)
class _Container:
    first: Held
    movements: list[Movement] = field(default_factory=list)


class Book:
    """Containers with all that came into them and left them."""

    def __init__(self) -> None:
        self._all: dict[str, _Container] = {}
        self._places: dict[str, list[str]] = {}
        self._of_lots: dict[tuple[str, str], list[str]] = {}

    def receive(self, made: Made, material: str, lot: str, lines: Iterable[Payload]) -> None:
        """Containers that came in, {container, quantity}; one that is known stays as it is."""
        for line in lines:
            quantity = line["quantity"]
            first = Held(line["container"], material, lot, quantity["unit"], quantity["value"], None)
            if first.container not in self._all:
                self.apply(made, [Change(first.container, model.CAME, quantity, quantity["value"], first)])

    def apply(self, made: Made, changes: Sequence[Change]) -> None:
        for one in changes:
            if one.born is not None:
                self._all[one.container] = _Container(one.born)
                self._of_lots.setdefault((one.born.material, one.born.lot), []).append(one.container)
            self._add(one.container, _moved(made, one.what, one.amount))

    def claim(self, made: Made, label: str, net: Payload, place: str, own: Iterable[Link] = ()) -> None:
        """What a batch takes for a place of it; of a label that is none of ours, nothing."""
        if label in self._all:
            amount = rules.taken(net, self._all[label].first.unit, own)
            self._add(label, _moved(made, "taken", amount, place))
            self._places.setdefault(made.entry, []).append(label)

    def measure(self, made: Made, label: str, said: Payload, what: str, own: Iterable[Link] = ()) -> bool:
        """What was found in a container is what it holds from now on; False where it does not convert."""
        known = self._all.get(label)
        amount = None if known is None else rules.amount(said, known.first.unit, own)
        if known is not None:
            self._add(label, _moved(made, what, amount))
        return known is None or amount is not None

    def supersede(self, entries: Iterable[str]) -> None:
        """Claims that were corrected, or not chosen."""
        for entry in entries:
            for label in self._places.get(entry, ()):
                moved = self._all[label].movements
                moved[:] = [replace(one, superseded=True) if one.entry == entry else one for one in moved]

    def began(self, label: str) -> Held | None:
        """As what a container came into the book."""
        known = self._all.get(label)
        return None if known is None else known.first

    def find(self, label: str) -> Held | None:
        known = self._all.get(label)
        if known is None:
            return None
        return replace(known.first, held=rules.held(known.movements), gone=rules.gone(known.movements))

    def found(self, labels: Iterable[str]) -> Mapping[str, Held]:
        return {label: held for label in labels if (held := self.find(label)) is not None}

    def base(self, label: str) -> str | None:
        """What it had for batches to take; None of a label that is none of ours."""
        known = self._all.get(label)
        return None if known is None else rules.base(known.movements)

    def shown_at(self, label: str, moment: str) -> dict[str, str] | None:
        """What a container held at a time (UTC text), in its unit; None of a label that is none of ours."""
        known = self._all.get(label)
        if known is None:
            return None
        return {"value": rules.shown(rules.held_at(known.movements, moment)), "unit": known.first.unit}

    def movements(self, label: str) -> list[Movement]:
        known = self._all.get(label)
        return [] if known is None else [*known.movements]

    def labels_of(self, material: str, lot: str) -> list[str]:
        """The containers of a lot, also those that hold nothing any more."""
        return self._of_lots.get((material, lot), [])

    def labels(self) -> list[str]:
        return list(self._all)

    def _add(self, label: str, movement: Movement) -> None:
        self._all[label].movements.append(movement)


def _moved(made: Made, what: str, amount: str | None, place: str | None = None) -> Movement:
    return Movement(made.entry, what, amount, place, False, made.at, made.index, made.seen, made.device)
