"""What a run of the plan is over: bills of the recipes in force, what is there, what comes, what is wanted.

What does not convert into the unit of its item is left out and told (`left_out`), never guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row

from server.core import fields
from server.core.units import Link, convert
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.purchasing import queries as purchasing
from server.materials.requisitions import queries as requisitions
from server.materials.stock import queries as stock
from server.materials.stock.model import Standing
from server.planning import model, queries, rules
from server.planning.days import Days
from server.planning.lines import queries as lines
from server.planning.model import Change, Item, Supply, Use
from server.planning.parts import Families
from server.planning.rules import Needs
from server.production import model as production
from server.production import queries as batches
from server.production.descent import queries as births
from server.recipes import queries as recipes
from server.recipes.model import Recipe

# What may be used, or will be once it is decided on.
_COUNTS = ("released", "quarantine", "restricted", "retest_due")
_MOST = 5_000
_NEVER = "9999-12-31"


@dataclass(slots=True)
class Site:
    """Everything that a run needs, and what could not be counted."""

    today: int
    days: Days
    units: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    recipes: dict[str, Recipe] = field(default_factory=dict)
    needs: list[Needs] = field(default_factory=list)
    supplies: list[Supply] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _own: dict[str, list[Link]] = field(default_factory=dict)

    def amount(self, connection: Connection, item: str, quantity: Mapping[str, Any], what: str) -> Fraction | None:
        """In the unit of the item; None, and told, where it does not convert."""
        if item not in self._own:
            self._own[item] = masters.links(connection, item)
        unit = self.units.setdefault(item, quantity["unit"])
        found = convert(quantity["value"], quantity["unit"], unit, self._own[item])
        if found is None:
            self.left_out.append(what)
        return found

    def links(self, item: str) -> list[Link]:
        """What its material says of its units, of an item of which an amount was asked."""
        return self._own.get(item, [])


def gather(connection: Connection, today: str) -> Site:
    """The site as the log has it; `today` YYYY-MM-DD."""
    site = Site(date.fromisoformat(today).toordinal(), queries.days(connection), units=materials.units(connection))
    _bills(connection, site, today)
    _parameters(connection, site)
    _stock(connection, site, today)
    _coming(connection, site)
    _batches(connection, site)
    for row in queries.demands(connection):
        quantity = {"value": row.quantity_value, "unit": row.quantity_unit}
        asked = site.amount(connection, row.item, quantity, row.demand)
        if asked is not None:
            site.needs.append(Needs(row.item, asked, _day(row.due), model.FOR_DEMAND, row.demand))
    return site


def _bills(connection: Connection, site: Site, today: str) -> None:
    """Of several recipes for one product that with the fullest bill; what is made is made in whole batches of it. From
    the day on which another version is effective by that."""
    last: dict[str, Recipe] = {}
    for day in (today, *recipes.coming_days(connection, today)):
        for product, one in _chosen(connection, day).items():
            if one == last.get(product):
                continue
            last[product] = one
            if day == today:
                site.recipes[product] = one
            made = _made(connection, site, product, one)
            if made is None:
                continue
            known = site.items.get(product)
            if day == today:
                site.items[product] = Item(product, policy=model.FIXED, size=made[0], uses=made[1])
            else:
                known = known or Item(product, policy=model.FIXED)
                site.items[product] = replace(known, changes=(*known.changes, Change(_day(day), *made)))


def _chosen(connection: Connection, day: str) -> dict[str, Recipe]:
    found: dict[str, Recipe] = {}
    for one in recipes.in_force(connection, day):
        product = one.payload["product"]["code"]
        if product not in found or len(_lines(one)) > len(_lines(found[product])):
            found[product] = one
    return found


def _made(connection: Connection, site: Site, product: str, one: Recipe) -> tuple[Fraction, tuple[Use, ...]] | None:
    """The size of a batch by a recipe, and of what so much of the product is made; None where that is no amount."""
    size = site.amount(connection, product, one.payload["size"], f"{one.recipe} {product}")
    if size is None or size <= 0:
        return None
    uses = []
    for line in _lines(one):
        asked = site.amount(connection, line["material"], line["quantity"], f"{one.recipe} {line['material']}")
        if asked is not None and asked > 0 and line["material"] != product:
            uses.append(Use(line["material"], asked / size))
    return size, _summed(uses)


def _parameters(connection: Connection, site: Site) -> None:
    for code, row in queries.all_parameters(connection).items():
        known = site.items.get(code) or Item(code)
        if row.unit != site.units.setdefault(code, row.unit):
            site.left_out.append(code)
            continue
        site.items[code] = replace(
            known,
            lead=row.lead_days,
            policy=row.policy,
            size=Fraction(row.size or known.size),
            changes=tuple(replace(one, size=Fraction(row.size or one.size)) for one in known.changes),
            minimum=Fraction(row.minimum or 0),
            multiple=Fraction(row.multiple or 0),
            period=row.period_days or 1,
            safety=Fraction(row.safety),
            yields=Fraction(row.yield_percent) / 100,
            life=row.shelf_days,
            step=Fraction(row.step),
        )


def _stock(connection: Connection, site: Site, today: str) -> None:
    """By lot; what is allocated to a batch that has begun is that batch's: its bill was counted once. Of what a batch
    was given that was split, those parts have theirs that have begun."""
    begun = {one.number for one in batches.batch_lines(connection, (production.IN_PROGRESS,), limit=_MOST)[0]}
    families = Families(connection, begun)
    stored, _ = stock.materials_stored(connection, "", 0, _MOST)
    for code in stored:
        held: dict[tuple[str, str | None], Fraction] = {}
        pools: dict[str | None, list[tuple[Standing, Fraction]]] = {}
        for one in stock.stock_of(connection, code, today, limit=None):
            if one.status not in _COUNTS or one.batch in begun:
                continue
            amount = site.amount(connection, code, one.held, f"{code} {one.container}")
            if amount is not None and amount > 0:
                pools.setdefault(one.batch, []).append((one, amount))
        for batch, pool in pools.items():
            for one, amount in _free(site, families, code, batch, pool):
                key = (one.lot, one.use_until)
                held[key] = held.get(key, Fraction(0)) + amount
        for (lot, until), amount in held.items():
            last = None if until is None else _day(until)
            site.supplies.append(Supply(f"{code} {lot}", model.STOCK, code, amount, site.today, last))


def _free(
    site: Site, families: Families, code: str, batch: str | None, pool: list[tuple[Standing, Fraction]]
) -> Iterable[tuple[Standing, Fraction]]:
    """What of a batch's containers is for nobody who has begun; these have first what ends first."""
    due = Fraction(0)
    if batch is not None:
        whole = sum((amount for _, amount in pool), Fraction(0))
        due = families.due(batch, code, whole, site.units[code], site.links(code))
    for one, amount in sorted(pool, key=lambda each: (each[0].use_until or _NEVER, each[0].container)):
        theirs = min(due, amount)
        due -= theirs
        if amount > theirs:
            yield one, amount - theirs


def _coming(connection: Connection, site: Site) -> None:
    """Open lines of approved orders, then what was asked for and is not ordered; nothing comes before today."""
    for order in purchasing.open_orders(connection):
        for line in order["lines"]:
            name = f"{order['order']}/{line['line']}"
            given = (line["material"], {"value": line["open"], "unit": line["unit"]}, line["wanted_by"])
            _comes(connection, site, name, model.PURCHASE, *given)
    waiting, _ = requisitions.listed(connection, "open", limit=_MOST)
    for one in waiting:
        for at, asked in enumerate(one.lines, 1):
            name = f"{one.number}/{at}"
            _comes(connection, site, name, model.REQUISITION, asked.material, asked.quantity, asked.needed_by)
    for one, rest in purchasing.wanted(connection):
        for code, value in rest.items():
            needed = min(line.needed_by for line in one.lines if line.material == code)
            given_ = {"value": f"{value:f}", "unit": site.units.get(code, "")}
            _comes(connection, site, f"{one.number} {code}", model.REQUISITION, code, given_, needed)


def _comes(
    connection: Connection, site: Site, name: str, kind: str, item: str, quantity: Mapping[str, Any], day: str | None
) -> None:
    amount = site.amount(connection, item, quantity, name)
    if amount is not None:
        at = site.today if day is None else max(site.today, _day(day))
        site.supplies.append(Supply(name, kind, item, amount, at))


def _batches(connection: Connection, site: Site) -> None:
    """A batch that is planned or ordered needs its bill when it begins; one that has begun has it. Both will come."""
    planned = {row.batch: row for row in queries.planned_orders(connection)}
    # What waits for its review is made, and not in stock yet.
    under_way = (production.IN_PROGRESS, production.AWAITING_REVIEW)
    going, _ = batches.batch_lines(connection, (production.ORDERED, *under_way), limit=_MOST)
    open_: list[tuple[str, str, Mapping[str, str], bool, Row[Any] | None]] = []
    for one in going:
        if one.size is not None:
            open_.append((one.number, one.product["code"], one.size, one.status in under_way, None))
    for row in planned.values():
        recipe = recipes.find_recipe(connection, row.recipe, row.version)
        if row.state == production.PLANNED and recipe is not None:
            asked = {"value": row.size_value, "unit": row.size_unit}
            open_.append((row.batch, recipe.payload["product"]["code"], asked, False, row))
    scheduled: dict[str, tuple[int, int | None]] = {**lines.days_of(connection)}
    for number, product, size, has_begun, asks in open_:
        order = planned.get(number)
        start = site.today if order is None else _planned(order.planned_start)
        _batch(connection, site, number, product, size, has_begun, asks, scheduled.get(number, (start, None)))


def _batch(
    connection: Connection,
    site: Site,
    number: str,
    product: str,
    size: Mapping[str, str],
    has_begun: bool,
    asks: Row[Any] | None,
    days: tuple[int, int | None],
) -> None:
    """`asks` as it was planned, until it is released. `days`: on which it begins and ends, by the schedule or as it was
    planned; None where its lead time tells."""
    amount, item = site.amount(connection, product, size, number), site.items.get(product) or Item(product)
    if amount is None or amount <= 0:
        return
    begins = max(site.today, days[0])
    ends = site.days.after(begins, item.lead) if days[1] is None else max(site.today, days[1])
    last = None if item.life is None else ends + item.life
    site.supplies.append(Supply(number, model.ORDER, product, amount * item.yields, ends, last))
    own: tuple[Use, ...] | None = ()
    if asks is not None:
        own = _by_its_day(connection, site, product, asks, begins)
    elif not has_begun:
        own = _asked(connection, site, number, product, amount)
    for use in item.on(begins).uses if own is None else own:
        step = (site.items.get(use.item) or Item(use.item)).step
        asked = rules.up(amount * use.per, step)
        site.needs.append(Needs(use.item, asked, begins, model.FOR_ORDER, number, use.per))


def _by_its_day(
    connection: Connection, site: Site, product: str, asks: Row[Any], begins: int
) -> tuple[Use, ...] | None:
    """What a planned order asks for, by the version of its recipe that is effective when it begins; by the one that it
    names where none is."""
    version = recipes.effective(connection, asks.recipe, date.fromordinal(begins).isoformat())
    found = recipes.find_recipe(connection, asks.recipe, asks.version if version is None else version)
    made = None if found is None else _made(connection, site, product, found)
    return None if made is None else made[1]


def _asked(connection: Connection, site: Site, number: str, product: str, amount: Fraction) -> tuple[Use, ...] | None:
    """What the order of a batch asks for itself, of `amount` of its product: rework needs what its own recipe says, not
    the whole bill again. None where no order says it."""
    order = births.order_of(connection, number)
    if order is None or "materials" not in order:
        return None
    uses = []
    for line in order["materials"]:
        if line.get("quantity") and line["material"] != product:
            asked = site.amount(connection, line["material"], line["quantity"], f"{number} {line['material']}")
            if asked is not None and asked > 0:
                uses.append(Use(line["material"], asked / amount))
    return _summed(uses)


def _lines(one: Recipe) -> list[Mapping[str, Any]]:
    return [line for line in one.payload["materials"] if line.get("quantity")]


def _summed(uses: Iterable[Use]) -> tuple[Use, ...]:
    """Each item once: a bill may name a material for several phases."""
    per: dict[str, Fraction] = {}
    for use in uses:
        per[use.item] = per.get(use.item, Fraction(0)) + use.per
    return tuple(Use(item, amount) for item, amount in per.items())


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _planned(text: str) -> int:
    """Orders of before could be planned for any day."""
    return _day(min(max(text, fields.FIRST_PLANNED), fields.LAST_PLANNED))
