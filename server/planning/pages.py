"""What screens show of a plan: the items with what is short first, and of one item what each number is made of."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from sqlalchemy import Connection

from server.core import units
from server.core.errors import PestleError
from server.materials import queries as materials
from server.planning import gathering, model, rules
from server.planning.explaining import Explained
from server.planning.gathering import Site
from server.planning.model import Item, Plan, Proposal, Requirement, Supply
from server.recipes import queries as recipes
from server.recipes.scaling import rounded

Answer = dict[str, Any]
_PLACES = 6
_One = TypeVar("_One", Requirement, Proposal, Supply)


class Page:
    """One run over the site as it is. PestleError `planning_bill_circular`."""

    def __init__(self, connection: Connection, today: str) -> None:
        self.site: Site = gathering.gather(connection, today)
        try:
            self.plan: Plan = rules.plan(
                self.site.items, self.site.needs, self.site.supplies, self.site.today, self.site.days
            )
        except rules.BillCircular as error:
            raise PestleError("planning_bill_circular", {"items": list(error.items)}) from error
        self.explained = Explained(self.plan)
        self.names = recipes.products(connection) | materials.all_names(connection)
        self._supplies = {one.id: one for one in self.site.supplies}
        self._asked = _by_item(self.plan.requirements)
        self._proposed = _by_item(self.plan.proposals)
        self._there = _by_item(self.site.supplies)

    def overview(self) -> Answer:
        """Every item that something is asked of or proposed for; what is short first, then by level and code."""
        codes = self._asked.keys() | self._proposed.keys()
        items = [self._line(code) for code in codes]
        items.sort(key=lambda one: (one["short"] == "0", one["level"], one["item"]))
        return {"today": _text(self.site.today), "items": items, "left_out": self.site.left_out}

    def item(self, code: str) -> Answer:
        """One item: its requirements with what covers each and which demand it follows from, and its proposals.
        PestleError `planning_item_unknown`."""
        if code not in self.site.units:
            raise PestleError("planning_item_unknown", {"item": code})
        item = self.site.items.get(code) or Item(code)
        asked = sorted(self._asked.get(code, []), key=lambda one: (one.day, one.id))
        supplies = sorted(self._there.get(code, []), key=lambda one: (one.day, one.id))
        return self._line(code) | {
            "today": _text(self.site.today),
            "parameters": _parameters(item),
            "requirements": [self._requirement(one) for one in asked],
            "supplies": [_supply(one) for one in supplies],
            "proposals": [self._proposal(one) for one in self._proposed.get(code, [])],
        }

    def order(self, batch: str) -> list[Answer]:
        """What an order that has not begun needs of each item of its bill: in stock, on its way, and in nobody's order
        yet (`proposed`); `late`: how much of it comes after the start. Empty where its bill is unknown."""
        asked = [one for one in self.plan.requirements if (one.cause, one.about) == (model.FOR_ORDER, batch)]
        return [self._needed(one) for one in asked]

    def _needed(self, one: Requirement) -> Answer:
        by: dict[str, Fraction] = {}
        for peg in self.explained.covered(one):
            kind = self._kind(peg.supply)
            name = {model.STOCK: "stock", model.PROPOSAL: "proposed"}.get(kind, "coming")
            by[name] = by.get(name, Fraction(0)) + peg.quantity
        amounts = {name: written(by.get(name, Fraction(0))) for name in ("stock", "coming", "proposed")}
        said = {"item": one.item, "name": self.names.get(one.item), "unit": self.site.units.get(one.item, "")}
        return said | {"needed": written(one.quantity), "late": written(self.explained.short(one)), **amounts}

    def _line(self, code: str) -> Answer:
        asked, proposed = self._asked.get(code, []), self._proposed.get(code, [])
        late = [one for one in asked if self.explained.short(one) > 0]
        there = [one.quantity for one in self._there.get(code, [])]
        item, recipe = self.site.items.get(code), self.site.recipes.get(code)
        return {
            "item": code,
            "name": self.names.get(code),
            "unit": self.site.units.get(code, ""),
            "level": self.plan.levels.get(code, 0),
            "made": bool(item and item.uses) or recipe is not None,
            "recipe": None if recipe is None else {"recipe": recipe.recipe, "version": recipe.version},
            "required": written(sum((one.quantity for one in asked), Fraction(0))),
            "there": written(sum(there, Fraction(0))),
            "proposed": written(sum((one.ordered for one in proposed), Fraction(0))),
            "short": written(sum((self.explained.short(one) for one in late), Fraction(0))),
            "short_from": min((_text(one.day) for one in late), default=None),
            "release": min((_text(one.release) for one in proposed), default=None),
        }

    def _requirement(self, one: Requirement) -> Answer:
        made = self.explained.proposals.get(one.about) if one.cause == model.FOR_PROPOSAL else None
        covers = [
            {"supply": peg.supply, "kind": self._kind(peg.supply), "quantity": written(peg.quantity)}
            for peg in self.explained.covered(one)
        ]
        return {
            "id": one.id,
            "quantity": written(one.quantity),
            "day": _text(one.day),
            "cause": one.cause,
            "about": one.about,
            "per": None if one.per is None else written(one.per),
            "parent": None if made is None else {"item": made.item, "ordered": written(made.ordered)},
            "origins": self.explained.origins(one),
            "covered": covers,
            "short": written(self.explained.short(one)),
        }

    def _proposal(self, one: Proposal) -> Answer:
        days = ("release", "needed", "available")
        amounts = ("ordered", "quantity", "net", "safety", "extra")
        said = {name: _text(getattr(one, name)) for name in days}
        said |= {name: written(getattr(one, name)) for name in amounts}
        served = [
            {"requirement": peg.requirement, "quantity": written(peg.quantity)} for peg in self.explained.served(one)
        ]
        return {"id": one.id, "made": one.made, **said, "serves": served}

    def _kind(self, supply: str) -> str:
        found = self._supplies.get(supply)
        return model.PROPOSAL if found is None else found.kind


def _by_item(found: Iterable[_One]) -> dict[str, list[_One]]:
    by: dict[str, list[_One]] = {}
    for one in found:
        by.setdefault(one.item, []).append(one)
    return by


def written(value: Fraction) -> str:
    """Exactly, where that is a decimal; else to six places."""
    return units.written(value) or rounded(value, _PLACES)


def _supply(one: Supply) -> Answer:
    said: Answer = {"id": one.id, "kind": one.kind, "quantity": written(one.quantity), "day": _text(one.day)}
    return said | {"last": None if one.last is None else _text(one.last)}


def _parameters(item: Item) -> Answer:
    amounts = ("size", "minimum", "multiple", "safety", "step")
    said: Answer = {name: written(getattr(item, name)) for name in amounts}
    said |= {"lead_days": item.lead, "policy": item.policy, "period_days": item.period, "shelf_days": item.life}
    return said | {"yield_percent": written(item.yields * 100)}


def _text(day: int) -> str:
    """What keeps beyond the calendar keeps to its end."""
    return date.fromordinal(min(day, date.max.toordinal())).isoformat()
