"""What a container holds, until when it may be used, and what of it may be done: pure, exact to the last digit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from server.core import units
from server.core.outcomes import SERVER
from server.core.units import Link, Quantity
from server.materials.stock import model
from server.materials.stock.model import Change, Held, Movement, Payload

# Sums of quantities of 15 and 12 digits, as many as there ever are: none is rounded.
_EXACT = Context(prec=80)
_PLACES = 12


def amount(quantity: Quantity, unit: str, own: Iterable[Link] = (), sign: int = 1) -> str | None:
    """A quantity in a container's unit, as a movement has it: a decimal with the digits that were measured, or the
    fraction where it is none; None where nothing leads there."""
    known = list(own)
    found = quantity if quantity["unit"] == unit else units.converted(quantity, unit, known)
    if found is not None:
        return f"{_EXACT.multiply(Decimal(found['value']), Decimal(sign)):f}"
    exact = units.convert(quantity["value"], quantity["unit"], unit, known)
    return None if exact is None else str(exact * sign)


def taken(net: Quantity, unit: str, own: Iterable[Link] = ()) -> str | None:
    """What a batch takes, as a movement has it; None also of less than nothing: by weighing nothing comes into a
    container."""
    return None if Decimal(net["value"]) < 0 else amount(net, unit, own, -1)


def held(movements: Iterable[Movement]) -> str:
    """The sum of all movements that stand: of several that claim one place of a batch, which is for QA to decide, the
    most that was taken. What was measured takes the place of all that was done before it, also where the log has that
    later, and of what corrects that afterwards. A decimal, or the fraction where it is none."""
    every = list(movements)
    found = measured(every)
    before = set() if found is None else {one.place for one in every if is_before(one, found)}
    counts: list[str] = []
    claims: dict[str, str] = {}
    for one in every:
        if one.superseded or one.amount is None or not _counts(one, found):
            continue
        if one.place is None:
            counts.append(one.amount)
        # A place that was claimed before is so for whatever corrects it.
        elif one.place not in before and _takes(one.amount, claims.get(one.place)):
            claims[one.place] = one.amount
    return total((*counts, *claims.values()))


def _counts(one: Movement, found: Movement | None) -> bool:
    """Whether something is no part of what was measured last."""
    if found is None or one is found:
        return True
    return one.what not in (*model.BEGINS, *model.MEASURED) and not is_before(one, found)


def measured(movements: Iterable[Movement]) -> Movement | None:
    """What was measured last; None where nobody has weighed what is in it."""
    found: Movement | None = None
    for one in movements:
        if one.what in model.MEASURED and not one.superseded and one.amount is not None:
            found = one if found is None or not is_before(one, found) else found
    return found


def is_before(one: Movement, measured: Movement) -> bool:
    """Whether something was done before something was measured, and is part of that. However clocks run, what its
    device had seen in the log was done before, and what a device did after it had seen it was done after; a device does
    one thing after the other. A desk has seen all that the log knows. Only where nothing of it helps, the times say."""
    if measured.seen > one.index or one.seen > measured.index:
        return measured.seen > one.index
    if one.device == measured.device != "":
        return one.index < measured.index
    return (one.at, one.index) < (measured.at, measured.index)


def held_at(movements: Iterable[Movement], moment: str) -> str:
    """What a container held at a time (UTC text) by all that is known now, whenever the log had it; what it began with
    was in it however clocks differ, and what was corrected by a counting was not yet at that counting."""
    return held(one for one in movements if one.what in model.BEGINS or _was_by(one, moment))


def _was_by(one: Movement, moment: str) -> bool:
    return one.at < moment if one.what == model.CORRECTED else one.at <= moment


def overtaken(movements: Iterable[Movement], moment: str) -> bool:
    """Whether a count that is closed has corrected a container by what was found in it then or later: whoever counted
    it at this time (UTC text) found the same that is missing, and would book it once more."""
    return any(one.what == model.CORRECTED and one.at >= moment for one in movements)


def base(movements: Iterable[Movement]) -> str:
    """What a container has for batches, together with what they took: so much they may have taken by now. What was
    measured meanwhile says what is left, and nothing of what was taken."""
    every = list(movements)
    most: dict[str, str] = {}
    for one in every:
        if one.place is None or one.superseded or one.amount is None:
            continue
        if _takes(one.amount, most.get(one.place)):
            most[one.place] = one.amount
    return total([held(every), *(negative(amount) for amount in most.values())])


def _takes(amount: str, before: str | None) -> bool:
    """Whether this takes something, and more than what claims the place already: a weight below zero puts nothing
    in."""
    return amount.startswith("-") and (before is None or Fraction(amount) < Fraction(before))


def total(amounts: Iterable[str]) -> str:
    """The sum of decimals and fractions, exactly; the digits that were measured stay."""
    whole = Decimal(0)
    parts = Fraction(0)
    for one in amounts:
        if "/" in one:
            parts += Fraction(one)
        else:
            whole = _EXACT.add(whole, Decimal(one))
    if not parts:
        return f"{whole:f}"
    exact = Fraction(whole) + parts
    return units.written(exact) or str(exact)


def shown(amount: str) -> str:
    """A decimal; rounded, at the twelfth place, only where it is none."""
    if "/" not in amount:
        return amount
    return f"{Decimal(round(Fraction(amount) * 10**_PLACES)).scaleb(-_PLACES, _EXACT):f}"


def is_late(status: str | None, device: str) -> bool:
    """Whether a device brings more of a lot that may be used already: nobody has looked at that. At a desk who labels
    what is there of a lot sees how it stands."""
    return device != SERVER and status in (model.RELEASED, model.RESTRICTED)


def negative(amount: str) -> str:
    return str(-Fraction(amount)) if "/" in amount else f"{_EXACT.minus(Decimal(amount)):f}"


def gone(movements: Sequence[Movement]) -> str | None:
    """What has become of a container that holds nothing; None while it holds something."""
    if Fraction(held(movements)) > 0:
        return None
    left = [one.what for one in movements if not one.superseded and one.place is None]
    return model.GONE.get(left[-1], model.EMPTY) if left else model.EMPTY


def use_until(expiry: str | None, retest: str | None) -> str | None:
    """The last day (YYYY-MM-DD) on which a lot may be used: by its expiry or its retest, whichever is first."""
    return min((day for day in (expiry, retest) if day is not None), default=None)


def split(
    given: Payload, source: Held | None, known: Collection[str], own: Iterable[Link] = ()
) -> tuple[list[Change], list[str]]:
    """What filling parts of a container into new ones moves, and what is wrong with it; a label that is another's
    already takes nothing."""
    if source is None:
        return [], [model.UNKNOWN]
    flags = [] if source.gone is None else [model.IS_GONE]
    own, taken = list(own), set(known)
    changes: list[Change] = []
    for line in given["into"]:
        label, quantity = line["container"], line["quantity"]
        leaves = amount(quantity, source.unit, own, -1)
        if label in taken or leaves is None:
            flags.append(model.KNOWN if label in taken else model.UNIT)
            continue
        taken.add(label)
        born = Held(label, source.material, source.lot, quantity["unit"], quantity["value"], None)
        changes.append(Change(label, "split_in", quantity, quantity["value"], born))
        changes.append(Change(source.container, "split_out", quantity, leaves))
    left = total([source.held, *(one.amount for one in changes if one.container == source.container)])
    if Fraction(left) < 0:
        flags.append(model.OVERDRAWN)
    return changes, flags


def merge(given: Payload, found: Mapping[str, Held], own: Iterable[Link] = ()) -> tuple[list[Change], list[str]]:
    """What filling containers together moves: all that is in them. Of one lot only; what is not, stays where it is."""
    into = found.get(given["into"])
    if into is None:
        return [], [model.UNKNOWN]
    flags: list[str] = []
    changes: list[Change] = []
    own = list(own)
    for label in dict.fromkeys(given["from"]):
        source = found.get(label)
        wrong = _merge_wrong(source, into)
        comes = None if source is None else _over(source.held, source.unit, into.unit, own)
        if wrong is not None or source is None or comes is None:
            flags.append(wrong or model.UNIT)
            continue
        said = {"value": shown(source.held), "unit": source.unit}
        changes.append(Change(label, "merged_out", said, negative(source.held)))
        changes.append(Change(into.container, "merged_in", said, comes))
    return changes, flags


def mixed(batches: Iterable[str | None]) -> list[str]:
    """The flag of containers that are filled together and not given to the same batch: what is for whom then nobody
    can tell. `batches`: whose each of them is, None of the stock's."""
    return [model.MIXED] if len(set(batches)) > 1 else []


def _merge_wrong(source: Held | None, into: Held) -> str | None:
    if source is None or source.container == into.container:
        return model.UNKNOWN
    if (source.material, source.lot) != (into.material, into.lot):
        return model.OTHER_LOT
    return None if source.gone is None else model.IS_GONE


def _over(held: str, unit: str, other: str, own: Iterable[Link]) -> str | None:
    if "/" not in held:
        return amount({"value": held, "unit": unit}, other, own)
    times = units.ratio(unit, other, own)
    return None if times is None else total([str(Fraction(held) * times)])


def counted(line: Payload, unit: str, own: Iterable[Link] = ()) -> Change | None:
    """What a line of a count that was closed corrects, {container, was, counted}: the difference, since what was taken
    after the counting is none. None where it cannot be reckoned in the container's unit."""
    links = list(own)
    was, found = amount(line["was"], unit, links, -1), amount(line["counted"], unit, links)
    if was is None or found is None:
        return None
    return Change(line["container"], model.CORRECTED, line["counted"], total([was, found]))


def scrapped(given: Payload, source: Held, own: Iterable[Link] = ()) -> list[Change]:
    leaves = amount(given["quantity"], source.unit, own, -1)
    return [] if leaves is None else [Change(source.container, "scrapped", given["quantity"], leaves)]


def sampled(given: Payload, found: Mapping[str, Held], own: Mapping[str, Iterable[Link]] | None = None) -> list[Change]:
    """What went into a sample out of each container that is ours; `own`: links of materials, by code."""
    changes = []
    for one in given["containers"]:
        source = found.get(one["container"])
        if source is not None:
            leaves = amount(one["quantity"], source.unit, (own or {}).get(source.material, ()), -1)
            if leaves is not None:
                changes.append(Change(source.container, "sampled", one["quantity"], leaves))
    return changes


def scrap_refused(given: Payload, source: Held | None, status: str, actor: str, own: Iterable[Link] = ()) -> str | None:
    """Why this cannot be scrapped: a code of the error catalogue. Rejected stock is destroyed before a second person
    (CN 2010, 62)."""
    if source is None:
        return "container_unknown"
    if source.gone is not None:
        return "stock_gone"
    leaves = amount(given["quantity"], source.unit, own)
    if leaves is None:
        return "stock_unit_wrong"
    if Fraction(leaves) > Fraction(source.held):
        return "stock_too_much"
    if given["witness"] == actor or (status == "rejected" and given["witness"] is None):
        return "stock_second_missing"
    return None


def place_flags(to: tuple[str, str | None, bool] | None, status: str, storage: str | None) -> list[str]:
    """What is wrong with a place for a container of this status, however it comes to stand there."""
    if to is None or not to[2]:
        return [model.NO_PLACE]
    kind, offered, _ = to
    flags = [model.STORAGE] if None not in (offered, storage) and offered != storage else []
    return [*flags, model.UNFIT] if model.is_unfit(kind, status) else flags
