"""What a batch needs of its materials, which container is next, and what is left over in the end: pure.

The door and a witness, who has nothing but the log, ask the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.core import units
from server.core.units import Link
from server.materials.stock import rules as quantities
from server.materials.stock.model import GONE, REST, Held, Movement
from server.production.issuing.model import Account, Choice, Containers, Issue, Need

NEVER = "9999-12-31"
# How much of what was issued may be missing in the end without a word: what a balance may be off (USP <41>, 0.10 %).
TOLERANCE = Fraction(1, 1000)
# What movements of a container are beside weighings.
RETURNED, FILLED, DESTROYED = "returned", ("split_out", "merged_out", "merged_in"), ("scrapped", "sampled")
Quantity = Mapping[str, Any]


def needs(phases: Iterable[Mapping[str, Any]], own: Mapping[str, Sequence[Link]]) -> list[Need]:
    """By material, in the order of the recipe, what its weighings and dispensings come to; lines in other units than
    the first of their material are converted, by what the material says of its own units as well (`own`), and left out
    where nothing leads from one to the other."""
    found: dict[str, Need] = {}
    for line in lines(phases):
        target = line["target"] if line["target"] is not None else line["high"]
        if target is None:
            continue
        known = found.get(line["material"])
        unit = line["unit"] if known is None else known.unit
        links = own.get(line["material"], ())
        value, most = (_in(amount, line["unit"], unit, links) for amount in (target, line["high"] or target))
        if value is None or most is None:
            continue
        before = (Decimal(0), Decimal(0)) if known is None else (known.value, known.most)
        found[line["material"]] = Need(
            line["material"], line["material_name"], before[0] + value, before[1] + most, unit
        )
    return list(found.values())


def lines(phases: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """What takes a material: a phase of weighing, each line of one of dispensing."""
    for phase in phases:
        if phase["type"] == "weighing":
            yield phase
        elif phase["type"] == "dispensing":
            yield from phase["lines"]


def _in(value: str, unit: str, other: str, own: Sequence[Link]) -> Decimal | None:
    """Rounded, at the twelfth place, only where it is no decimal."""
    given = {"value": value, "unit": unit}
    found = units.converted(given, other, own)
    if found is not None:
        return Decimal(found["value"])
    exact = units.convert(value, unit, other, own)
    return None if exact is None else Decimal(quantities.shown(str(exact)))


def departs(chosen: Choice, proposed: Sequence[Choice], together: Collection[str]) -> str | None:
    """The container that ends first and should be taken before this one; None where this one may be taken (CN GMP
    2010, 108: first to expire, first out). `together` are those that are taken with it; `proposed` is in the order of
    stock."""
    until = chosen.use_until or NEVER
    sooner = (one for one in proposed if one.material == chosen.material and one.container not in together)
    return next((one.container for one in sooner if (one.use_until or NEVER) < until), None)


def amount(held: Iterable[Quantity], unit: str, own: Sequence[Link] = ()) -> Decimal:
    """The sum of what converts to the unit."""
    found = (units.converted(one, unit, own) for one in held)
    return sum((Decimal(one["value"]) for one in found if one is not None), Decimal(0))


def most(claims: Iterable[tuple[str, Quantity]], unit: str, own: Sequence[Link] = ()) -> list[Quantity]:
    """Of several entries that claim one slot, which is for QA to decide, the most that was taken."""
    found: dict[str, Quantity] = {}
    for slot, net in claims:
        if slot not in found or amount([net], unit, own) > amount([found[slot]], unit, own):
            found[slot] = net
    return list(found.values())


def covered(need: Need, held: Iterable[Quantity], own: Sequence[Link] = ()) -> bool:
    """Whether what a batch has been given is enough of this already, so that more is more than it needs."""
    return amount(held, need.unit, own) >= need.most


def taken_before(batch: str, stays: Sequence[Issue], movements: Sequence[Movement]) -> str:
    """What a batch has taken out of a container that is issued to it only now, since it last gave it back: that came to
    the batch as well, and what is in the container no longer has it."""
    last = _end(stays[-1], movements) if stays else None
    mine = movements if last is None else [one for one in movements[last:] if one.at >= movements[last].at]
    return quantities.negative(quantities.total(_takes(batch, mine)))


def unissued(
    batch: str, issued: Sequence[Issue], taken: Mapping[str, Collection[str]], known: Containers
) -> list[Issue]:
    """Containers that were with a batch though nobody issued them, or not again since they came back: from where it
    first took something out of what it was given, and whatever was filled out of such a one and is the batch's still.
    `taken`: by container, the entries that did."""
    found: dict[str, Issue] = {}
    stays = {label: [one for one in issued if one.container == label] for label in taken}
    for label, entries in taken.items():
        moved, of = known.movements(label), known.find(label)
        at = _took(batch, stays[label], moved, entries)
        if of is not None and at is not None:
            found[label] = _unissued(batch, of, moved, at, moved[at].at)
    # It grows while it is read: of a part there may be parts.
    named, open_ = {one.container for one in issued}, [*found.values()]
    for source in open_:
        out = [one.entry for one in known.movements(source.container)[source.begun :] if one.what == FILLED[0]]
        for label in known.parts(out) if out else ():
            of = known.find(label)
            if of is not None and label not in named and known.owner(label) == batch:
                moved = known.movements(label)
                found[label] = _unissued(batch, of, moved, 1, moved[0].at)
                named.add(label)
                open_.append(found[label])
    return list(found.values())


def _took(batch: str, stays: Sequence[Issue], movements: Sequence[Movement], entries: Collection[str]) -> int | None:
    """Where a batch first took something out of a container that was not with it: the place among its movements."""
    ended = _end(stays[-1], movements) if stays else -1
    if ended is None:
        return None
    since = movements[ended].at if stays else ""
    mine = ((at, one) for at, one in enumerate(movements) if at > ended and one.entry in entries)
    return next((at for at, one in mine if _is_of(batch, one) and one.at >= since), None)


def _unissued(batch: str, of: Held, movements: Sequence[Movement], begun: int, at: str) -> Issue:
    held = {"value": quantities.shown(quantities.held(movements[:begun])), "unit": of.unit}
    return Issue(of.container, of.material, of.lot, batch, held, None, "", at, begun=begun, issued=False)


def _end(stay: Issue, movements: Sequence[Movement]) -> int | None:
    """The movement with which a container came back; what was never issued never does, but is issued for that."""
    if not stay.issued:
        return None
    return next((at for at in range(stay.begun, len(movements)) if movements[at].what == RETURNED), None)


def _takes(batch: str, movements: Iterable[Movement]) -> list[str]:
    """Of several that claim one place, which is for QA to decide, the most."""
    most: dict[str, str] = {}
    for one in movements:
        if one.place is None or not one.place.startswith(f"{batch}/") or one.superseded or one.amount is None:
            continue
        if Fraction(one.amount) < Fraction(most.get(one.place, "0")):
            most[one.place] = one.amount
    return list(most.values())


def account(batch: str, unit: str, stays: Sequence[Issue], movements: Sequence[Movement]) -> Account:
    """What became of one container of a batch, in its own unit, in whatever order the log was told. `stays`: each time
    that it was issued to the batch; `movements`: all of the container, in the order of the log."""
    came, back, gone, still = Fraction(0), Fraction(0), Fraction(0), False
    known = all(one.amount is not None for one in movements if _is_of(batch, one))
    for stay in stays:
        came += Fraction(stay.held["value"]) + Fraction(stay.taken)
        ended = _end(stay, movements)
        during = list(_during(movements, stay, ended))
        known = known and all(one.amount is not None for one in during if one.what != REST)
        # Filled over into another container it is with whoever that one is with.
        came += _sum(during, FILLED)
        gone -= _sum(during, DESTROYED)
        back += Fraction(0) if ended is None else Fraction(movements[ended].amount or "0")
        still = still or ended is None
    still = still and quantities.gone(movements) not in GONE.values()
    used = -sum((Fraction(one) for one in _takes(batch, movements)), Fraction(0))
    if not known:
        return Account(unit, None, None, None, None, still)
    texts = [
        *(one.held["value"] for one in stays),
        *(one.amount or "" for one in movements if "/" not in (one.amount or "")),
    ]
    return Account(unit, came, used, back, gone, still, max(len(one.partition(".")[2]) for one in texts))


def _is_of(batch: str, one: Movement) -> bool:
    return one.place is not None and one.place.startswith(f"{batch}/") and not one.superseded


def _during(movements: Sequence[Movement], stay: Issue, ended: int | None) -> Iterable[Movement]:
    """What happened to a container while it was with the batch; some of it is told only when it is back."""
    for at, one in enumerate(movements):
        late = ended is not None and at > ended and stay.at < one.at <= movements[ended].at
        if one.place is None and at >= stay.begun and (ended is None or at < ended or late):
            yield one


def _sum(movements: Iterable[Movement], kinds: Collection[str]) -> Fraction:
    return sum((Fraction(one.amount or "0") for one in movements if one.what in kinds), Fraction(0))


def together(unit: str, accounts: Sequence[Account], own: Sequence[Link] = ()) -> Account:
    """The accounts of all containers of one material as one."""

    def whole(name: str) -> Fraction | None:
        found = Fraction(0)
        for one in accounts:
            amount, times = getattr(one, name), units.ratio(one.unit, unit, own)
            if amount is None or times is None:
                return None
            found += amount * times
        return found

    issued, used, returned, scrapped = (whole(name) for name in ("issued", "used", "returned", "scrapped"))
    places = max((one.places for one in accounts if one.unit == unit), default=0)
    return Account(unit, issued, used, returned, scrapped, any(one.open for one in accounts), places)


def answered(found: Account, gone: Iterable[Quantity], own: Sequence[Link] = ()) -> Account:
    """The account with what balances answer for, each {value, unit}; what does not convert answers for nothing."""
    balanced = Fraction(0)
    for one in gone:
        times = units.ratio(one["unit"], found.unit, own)
        balanced += Fraction(0) if times is None else Fraction(one["value"]) * times
    return replace(found, balanced=balanced)


def settled(found: Account) -> bool:
    """Whether a batch accounts for what came to it, as far as balances weigh; what it still has counts as missing
    (21 CFR 211.184(c); CN GMP 2010, 187)."""
    rest = found.rest
    return rest is not None and found.issued is not None and abs(rest) <= found.issued * TOLERANCE


def reconciled(found: Account) -> dict[str, dict[str, str] | None]:
    """{issued, used, returned, scrapped, balanced, open, difference} as they are shown, quantities in the unit: what
    came to the batch, what it weighed out, what went back, what was destroyed or sampled meanwhile, what balances of a
    printed material answer for, what is in containers that are still with it by all that, and what nothing accounts
    for; null where that cannot be told."""
    rest = found.rest
    said = {name: getattr(found, name) for name in ("issued", "used", "returned", "scrapped", "balanced")}
    said |= {"open": rest if found.open else Fraction(0), "difference": Fraction(0) if found.open else rest}
    return {
        name: None if one is None else {"value": written(one, found.places), "unit": found.unit}
        for name, one in said.items()
    }


def written(value: Fraction, places: int) -> str:
    """A decimal with the digits that were measured; rounded, at the twelfth place, only where it is none."""
    exact = units.written(value)
    if exact is None:
        return quantities.shown(str(value))
    return f"{Decimal(exact):.{max(places, len(exact.partition('.')[2]))}f}"
