"""Reads of issuing: what a batch needs, was given, was brought, used and gave back of each material."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from server.core.units import Link, Quantity
from server.materials.masters import queries as masters
from server.materials.stock import queries as stock
from server.materials.stock.model import Held, Movement, Standing
from server.production import queries
from server.production.containers import allocated, allocated_containers, taken_of_own, weighed_of
from server.production.issuing import rules
from server.production.issuing.model import Account, Choice, Issue, Need
from server.production.issuing.projection import issue, stay_of
from server.production.issuing.rules import reconciled, settled, written
from server.production.packaging import queries as packaging

__all__ = [
    "account",
    "accounts",
    "answered",
    "came",
    "choice",
    "issues_of",
    "materials_of",
    "needs_of",
    "out",
    "reconciled",
    "settled",
    "sooner",
    "weighed",
    "written",
]

# Proposals for one material: enough to see which comes next.
SHOWN = 20


def needs_of(connection: Connection, batch: str) -> list[Need]:
    found = queries.find_batch(connection, batch)
    if found is None:
        return []
    own = {code: masters.links(connection, code) for code in {one["material"] for one in rules.lines(found.phases)}}
    return rules.needs(found.phases, own)


def issues_of(connection: Connection, batch: str) -> list[Issue]:
    """In the order in which they came."""
    query = select(issue).where(issue.c.batch == batch).order_by(issue.c.at, issue.c.container)
    return [stay_of(row) for row in connection.execute(query)]


def stays_of(connection: Connection, batch: str) -> list[Issue]:
    """Each time that a container was with the batch: those that were issued, and those that were not, and out of which
    it took something all the same."""
    issued, taken = issues_of(connection, batch), taken_of_own(connection, batch)
    return [*issued, *rules.unissued(batch, issued, taken, _Tables(connection))]


@dataclass(frozen=True, slots=True)
class _Tables:
    connection: Connection

    def find(self, label: str) -> Held | None:
        return stock.held_in(self.connection, label)

    def movements(self, label: str) -> Sequence[Movement]:
        return stock.movements(self.connection, label)

    def parts(self, entries: Sequence[str]) -> Sequence[str]:
        return stock.begun_by(self.connection, entries)

    def owner(self, label: str) -> str | None:
        return allocated(self.connection, [label]).get(label)


def out(connection: Connection, batch: str, container: str) -> Issue | None:
    """A container that is with a batch now."""
    here = (issue.c.container == container) & (issue.c.batch == batch) & issue.c.returned_at.is_(None)
    row = connection.execute(select(issue).where(here)).first()
    return None if row is None else stay_of(row)


def weighed(connection: Connection, batch: str, material: str, unit: str) -> list[Quantity]:
    """What a batch has taken of a material already: it was given that as well as what is left in its containers."""
    return rules.most(weighed_of(connection, batch, material), unit, masters.links(connection, material))


def sooner(connection: Connection, batch: str, one: Standing, together: Collection[str], day: str) -> str | None:
    """The container that a batch should be given before this one; None where none that it may be given ends sooner."""
    proposed = _proposed(connection, batch, one.material, day, len(together) + 1)
    return rules.departs(choice(one), [choice(each) for each in proposed], together)


def _proposed(connection: Connection, batch: str, material: str, day: str, limit: int) -> list[Standing]:
    """Of the lots that its order names: no other is given to a batch."""
    found = queries.find_batch(connection, batch)
    lots = [] if found is None else [lot for code, lot in found.lots if code == material]
    return stock.propose(connection, material, None, day, limit, lots)


def choice(one: Standing) -> Choice:
    return Choice(one.container, one.material, one.held, one.use_until)


def materials_of(connection: Connection, batch: str, day: str) -> list[dict[str, Any]]:
    """{material, name, unit, need, most, allocated, proposed, reconciled} of each material that the batch needs or has
    been given; amounts {value, unit}. `allocated` are containers with when they were issued and returned; `proposed`
    comes in the order of first to end, first out; `unissued` are those that the batch weighed out of all the same."""
    needs = {one.material: one for one in needs_of(connection, batch)}
    given = stock.standing(connection, [one.container for one in allocated_containers(connection, batch)], day)
    issues = stays_of(connection, batch)
    balanced = packaging.answered(connection, batch)
    codes = dict.fromkeys([*needs, *(one.material for one in given), *(one.material for one in issues)])
    names = {code: dict(needs[code].name) for code in needs}
    return [
        _material(connection, batch, code, needs.get(code), given, issues, day, balanced.get(code, ()))
        | {"name": names.get(code)}
        for code in codes
    ]


def _material(
    connection: Connection,
    batch: str,
    code: str,
    need: Need | None,
    given: Sequence[Standing],
    issues: Sequence[Issue],
    day: str,
    balanced: Sequence[Quantity],
) -> dict[str, Any]:
    own: Sequence[Link] = masters.links(connection, code)
    mine = [one for one in given if one.material == code]
    brought = [one for one in issues if one.material == code]
    unit = need.unit if need is not None else (mine[0].held if mine else brought[0].held)["unit"]
    return {
        "material": code,
        "unit": unit,
        "need": None if need is None else _amount(need.value, unit),
        "most": None if need is None else _amount(need.most, unit),
        "given": _amount(
            rules.amount((*(one.held for one in mine), *weighed(connection, batch, code, unit)), unit, own), unit
        ),
        "allocated": [one.payload() for one in mine],
        "issued": [_shown(one) for one in brought if one.issued],
        "unissued": [one.container for one in brought if not one.issued],
        "proposed": [one.payload() for one in _proposed(connection, batch, code, day, SHOWN)],
        "reconciled": rules.reconciled(rules.answered(account(connection, batch, unit, brought, own), balanced, own)),
    }


def account(connection: Connection, batch: str, unit: str, stays: Sequence[Issue], own: Sequence[Link]) -> Account:
    """What became of all that came to a batch of one material: `stays` are the times that its containers did."""
    labels = dict.fromkeys(one.container for one in stays)
    found = []
    for label in labels:
        mine = [one for one in stays if one.container == label]
        found.append(rules.account(batch, mine[0].held["unit"], mine, stock.movements(connection, label)))
    return rules.together(unit, found, own)


def came(connection: Connection, batch: str, material: str, unit: str) -> Account | None:
    """What became of a material that came to a batch, in this unit; None where no container of it came."""
    stays = [one for one in stays_of(connection, batch) if one.material == material]
    return account(connection, batch, unit, stays, masters.links(connection, material)) if stays else None


def answered(connection: Connection, batch: str) -> dict[str, tuple[Account, list[str]]]:
    """As `accounts`, with what the balances of printed materials answer for."""
    found, balanced = accounts(connection, batch), packaging.answered(connection, batch)
    return {
        code: (rules.answered(account, balanced.get(code, ()), masters.links(connection, code)), unissued)
        for code, (account, unissued) in found.items()
    }


def accounts(connection: Connection, batch: str) -> dict[str, tuple[Account, list[str]]]:
    """By its code, what became of each material of which containers came to the batch, as movements and weighings say
    it; with those of the containers that nobody has issued to it."""
    stays = stays_of(connection, batch)
    units = {one.material: one.unit for one in needs_of(connection, batch)}
    found = {}
    for code in dict.fromkeys(one.material for one in stays):
        mine = [one for one in stays if one.material == code]
        unit = units.get(code, mine[0].held["unit"])
        whole = account(connection, batch, unit, mine, masters.links(connection, code))
        found[code] = whole, [one.container for one in mine if not one.issued]
    return found


def _amount(value: Any, unit: str) -> dict[str, str]:
    return {"value": f"{value:f}", "unit": unit}


def _shown(one: Issue) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Issue.__slots__ if name not in ("taken", "begun", "issued")}
