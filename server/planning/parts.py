"""What of a split or merged batch's material is still for those of its parts that have begun: of what it was given, as
much as the part is of it, less what that has taken. Of the rest the bills of the others are asked again (PRD-14)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from server.core.units import Link
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.descent.model import HOW, PARTS, SPLIT_KIND

_SPLIT = HOW[SPLIT_KIND]


@dataclass(frozen=True, slots=True)
class Part:
    """A batch that was given something, or came of one: whether it has begun, how much it has taken of that, and what
    came of it in turn, each with how much it is of this one (1: all of it was merged into that)."""

    begun: bool
    taken: Fraction
    children: tuple[tuple[str, Fraction], ...] = ()


def due(batch: str, given: Fraction, parts: Mapping[str, Part]) -> Fraction:
    """How much of what a batch was given is still for what has begun; pure. What one part has taken beyond its share is
    not taken from that of another."""
    part = parts[batch]
    rest = max(Fraction(0), given - part.taken)
    if part.begun:
        return rest
    return sum((due(child, rest * share, parts) for child, share in part.children), Fraction(0))


class Families:
    """Of batches what came of them, as far as it has begun."""

    def __init__(self, connection: Connection, begun: Collection[str]) -> None:
        self._connection, self._begun = connection, begun
        self._above = {above for one in births.born(connection, begun) for above in births.same_made(connection, one)}
        self._children: dict[str, tuple[tuple[str, Fraction], ...]] = {}

    def due(self, batch: str, material: str, held: Fraction, unit: str, own: Sequence[Link]) -> Fraction:
        """How much of a material that a batch was given, and of which so much is `held`, is for what has begun."""
        if batch in self._begun:
            return held
        if batch not in self._above:
            return Fraction(0)
        given = batches.allocated_containers(self._connection, batch)
        taken = self._taken([one.container for one in given if one.material == material], unit, own)
        parts: dict[str, Part] = {}
        waiting = [batch]
        while waiting:
            one = waiting.pop()
            parts[one] = Part(one in self._begun, taken.get(one, Fraction(0)), self._of(one))
            waiting += [child for child, _ in parts[one].children]
        every = held + sum((one.taken for one in parts.values()), Fraction(0))
        return min(held, due(batch, every, parts))

    def _taken(self, labels: Sequence[str], unit: str, own: Sequence[Link]) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for uses in batches.uses_of_all(self._connection, labels).values():
            for batch in {one.batch for one in uses}:
                amount = batches.amount_taken(unit, (one for one in uses if one.batch == batch), own)
                found[batch] = found.get(batch, Fraction(0)) + Fraction(amount)
        return found

    def _of(self, batch: str) -> tuple[tuple[str, Fraction], ...]:
        """A rework asks for itself, and has no part in what was given."""
        if batch not in self._children:
            rows = [row for row in births.children_of(self._connection, batch) if row.how in PARTS]
            lines = batches.lines_of(self._connection, [batch, *(row.batch for row in rows)])
            sizes = {one.number: Fraction(one.size["value"]) for one in lines if one.size is not None}
            found = [
                (row.batch, Fraction(1) if row.how != _SPLIT else sizes[row.batch] / sizes[batch])
                for row in rows
                if row.batch in sizes and batch in sizes
            ]
            self._children[batch] = tuple(found)
        return self._children[batch]
