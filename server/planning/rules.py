"""Material requirements over several levels, in exact fractions: pure, and every number keeps what it was made of.

Items are planned from the highest level down (low-level codes), each requirement of one by its day: covered by what
is there and keeps until then, what ends first first; the rest is proposed. What is proposed of something that is made
needs its bill from the day on which it is begun (APICS: gross to net, lead time offset, pegging).
"""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from server.planning import model
from server.planning.days import Days
from server.planning.model import Item, Peg, Plan, Proposal, Requirement, Shortage, Supply

_NOTHING = Fraction(0)
_ALWAYS = 10**9


class BillCircular(Exception):
    """The bill of an item leads back to it: `items`, in the order of their codes."""

    def __init__(self, items: Sequence[str]) -> None:
        super().__init__(", ".join(items))
        self.items = tuple(items)


@dataclass(frozen=True, slots=True)
class Needs:
    """An independent requirement: a demand, or what an ordered batch still takes. `about` names it."""

    item: str
    quantity: Fraction
    day: int
    cause: str
    about: str
    per: Fraction | None = None


@dataclass(slots=True)
class _Left:
    """A supply, what of it is not given to any requirement yet, and the last day of use."""

    supply: Supply
    free: Fraction
    last: int


def _left(supply: Supply, free: Fraction) -> _Left:
    return _Left(supply, free, _ALWAYS if supply.last is None else supply.last)


def _first(one: _Left) -> tuple[int, int, str]:
    return one.last, one.supply.day, one.supply.id


def levels(items: Mapping[str, Item]) -> dict[str, int]:
    """The low-level code of each item: the longest way down to it from anything that is made. BillCircular."""
    waits = dict.fromkeys(items, 0)
    for item in items.values():
        for below in item.every_use():
            waits[below] = waits.get(below, 0) + 1
    found = {code: 0 for code, count in waits.items() if count == 0}
    ready = list(found)
    for code in ready:
        for below in sorted(items[code].every_use()) if code in items else ():
            found[below] = max(found.get(below, 0), found[code] + 1)
            waits[below] -= 1
            if waits[below] == 0:
                ready.append(below)
    if len(ready) < len(waits):
        raise BillCircular(sorted(code for code, count in waits.items() if count > 0))
    return found


def plan(items: Mapping[str, Item], needs: Iterable[Needs], supplies: Iterable[Supply], today: int, days: Days) -> Plan:
    """The whole run. What no item describes is bought without lead time, lot for lot. BillCircular."""
    run = _Run(items, today, days)
    for need in needs:
        run.require(need.item, need.quantity, need.day, need.cause, need.about, need.per)
    stock: dict[str, list[_Left]] = {}
    for one in supplies:
        if one.quantity > 0:
            stock.setdefault(one.item, []).append(_left(one, one.quantity))
    for code in sorted({*run.plan.levels, *run.waiting}, key=lambda code: (run.plan.levels.get(code, 0), code)):
        run.net(code, stock.get(code, []))
    return run.plan


def up(quantity: Fraction, step: Fraction) -> Fraction:
    """The least multiple of the step that is not less."""
    return -(-quantity // step) * step


def lot_size(item: Item, wanted: Fraction) -> Fraction:
    """How much is ordered so that at least `wanted` comes out, by the item's policy and whole steps."""
    ordered = up(wanted / item.yields, item.step)
    if item.policy == model.FIXED and item.size > 0:
        return up(ordered, item.size)
    if item.policy == model.MINIMUM:
        ordered = max(ordered, item.minimum)
        if item.multiple > 0:
            ordered = item.minimum + up(ordered - item.minimum, item.multiple)
    return ordered


class _Run:
    """What a run has found so far, and what the items below still wait for."""

    def __init__(self, items: Mapping[str, Item], today: int, days: Days) -> None:
        self.items, self.today, self.days = items, today, days
        self.plan = Plan(levels(items))
        self.waiting: dict[str, list[Requirement]] = {}

    def require(
        self, item: str, quantity: Fraction, day: int, cause: str, about: str, per: Fraction | None = None
    ) -> None:
        if quantity <= 0:
            return
        made = Requirement(len(self.plan.requirements), item, quantity, day, cause, about, per)
        self.plan.requirements.append(made)
        self.waiting.setdefault(item, []).append(made)

    def net(self, code: str, pool: list[_Left]) -> None:
        """All requirements of one item, the first needed first; then its least stock where nothing asked for it."""
        item = self.items.get(code) or Item(code)
        asked = sorted(self.waiting.get(code, ()), key=lambda one: (one.day, one.id))
        pool.sort(key=_first)
        for at, one in enumerate(asked):
            # Requirements come by their day: what is given away, or has ended, serves none of those that follow.
            pool[:] = [left for left in pool if left.free and one.day <= left.last]
            rest = self._cover(one, pool, one.day)
            if rest and self.days.before(one.day, item.lead) < self.today:
                rest = self._late(item, one, rest, pool)
            lacks = max(_NOTHING, item.safety - _usable(pool, one.day)) if item.safety else _NOTHING
            if rest or lacks:
                self._propose(item, one, rest, lacks, pool, asked[at + 1 :])
        if not asked:
            soon = self.days.after(self.today, item.lead)
            if (lacks := item.safety - _usable(pool, soon)) > 0:
                self._order(item, soon, _NOTHING, lacks, _NOTHING)

    def _cover(self, one: Requirement, pool: list[_Left], until: int, rest: Fraction | None = None) -> Fraction:
        """What nothing covers that is there by a day and kept until the requirement: what ends first goes first."""
        rest = one.quantity if rest is None else rest
        for left in pool:
            if not rest:
                break
            if left.free and left.supply.day <= until and one.day <= left.last:
                taken = min(left.free, rest)
                left.free -= taken
                rest -= taken
                self.plan.pegs.append(Peg(one.id, left.supply.id, taken))
                if left.supply.day > one.day:
                    self.plan.shortages.append(Shortage(one.id, taken, left.supply.id, left.supply.day))
        return rest

    def _late(self, item: Item, one: Requirement, rest: Fraction, pool: list[_Left]) -> Fraction:
        """What comes late but sooner than anything that is ordered now covers a requirement, as a shortage."""
        return self._cover(one, pool, self.days.after(self.today, item.lead), rest)

    def _propose(
        self,
        item: Item,
        one: Requirement,
        rest: Fraction,
        lacks: Fraction,
        pool: list[_Left],
        later: Sequence[Requirement],
    ) -> None:
        more = _of_period(item, one.day, pool, later) if item.policy == model.PERIOD else _NOTHING
        made = self._order(item, one.day, rest, lacks, more)
        if rest:
            self.plan.pegs.append(Peg(one.id, made.id, rest))
            if made.available > one.day:
                self.plan.shortages.append(Shortage(one.id, rest, made.id, made.available))
        came = Supply(made.id, model.PROPOSAL, item.code, made.quantity, made.available, made.last)
        if made.quantity > rest:
            insort(pool, _left(came, made.quantity - rest), key=_first)

    def _order(self, item: Item, needed: int, net: Fraction, safety: Fraction, more: Fraction) -> Proposal:
        """One proposal, and what its bill needs on the day on which it is begun, as it is on that day."""
        release = self.days.before(needed, item.lead)
        available = needed if release >= self.today else self.days.after(self.today, item.lead)
        release = max(release, self.today)
        item = item.on(release)
        ordered = lot_size(item, net + safety + more)
        comes = ordered * item.yields
        last = None if item.life is None else available + item.life
        extra, name = comes - net - safety, f"P{len(self.plan.proposals) + 1}"
        amounts = (ordered, comes, net, safety, extra)
        made = Proposal(name, item.code, *amounts, release, needed, max(needed, available), last, bool(item.uses))
        self.plan.proposals.append(made)
        for use in item.uses:
            below = self.items.get(use.item) or Item(use.item)
            self.require(use.item, up(ordered * use.per, below.step), release, model.FOR_PROPOSAL, name, use.per)
        return made


def _usable(pool: Iterable[_Left], day: int) -> Fraction:
    """What is free on a day: what is there, and keeps until then; what comes late counts as there already, for it is
    ordered."""
    ours = (one for one in pool if one.supply.day <= day or one.supply.kind == model.PROPOSAL)
    return sum((one.free for one in ours if day <= one.last), _NOTHING)


def _of_period(item: Item, day: int, pool: Iterable[_Left], later: Iterable[Requirement]) -> Fraction:
    """What else is needed within the item's period and nothing covers."""
    end = day + item.period
    asked = sum((one.quantity for one in later if one.day < end), _NOTHING)
    free = sum((one.free for one in pool if one.supply.day < end and day <= one.last), _NOTHING)
    return max(_NOTHING, asked - max(_NOTHING, free - item.safety))
