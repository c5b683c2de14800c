"""Reads of receiving: the rule in force, lot numbers, receipts, and what a delivery is judged by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, literal, select

from server.core import units
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.model import SAID_OF_LOT
from server.materials.projection import lot as lots
from server.materials.purchasing import queries as purchasing
from server.materials.receiving import model, numbering, rules
from server.materials.receiving.model import Block, Payload, Receipt, Rule
from server.materials.receiving.projection import damage, numbers, receipt, rule, told
from server.materials.receiving.projection import free as returned
from server.materials.suppliers import queries as suppliers
from sync.log import transaction
from sync.log.prepared import Prepared

# Stands for the material, in what no pattern and no code has.
_ANY = "\0"
# Asked by everything that gives a number or takes a delivery in.
_rule = Prepared(select(rule))
_counted, _counted_back = (
    Prepared(select(func.max(table.c.last)).where(table.c.period == bindparam("period")))
    for table in (numbers, returned)
)
_free = Prepared(
    select(returned.c.first, returned.c.last).where(returned.c.period == bindparam("period")).order_by(returned.c.first)
)


def rule_in_force(connection: Connection) -> Rule:
    row = transaction.first_named(connection, _rule, {})
    return model.DEFAULT if row is None else Rule(row.pattern, row.remaining, row.over)


def next_block(connection: Connection, day: str, count: int) -> Block:
    """The next so many lot numbers of the period of a day (YYYY-MM-DD), fewer where they are some that came back;
    nobody's before they are reserved."""
    return next(_next_blocks(connection, day, count))


def next_free(connection: Connection, material: str, day: str) -> Block:
    """The block that ends with the next number which no lot or container of this material has by other ways, such as
    from before there was a rule; those on the way to it are given to nobody."""
    for block in _next_blocks(connection, day, 2**31):
        for last in range(block.first, block.last + 1):
            if not _is_taken(connection, material, numbering.number(block.pattern, material, block.period, last)):
                return replace(block, last=last)
    raise AssertionError("the counter has no end")


def _next_blocks(connection: Connection, day: str, count: int) -> Iterator[Block]:
    """At most so many from each range that came back, the lowest first, then what follows the counter."""
    pattern = rule_in_force(connection).pattern
    period = numbering.period(pattern, day)
    for first, last in free(connection, period):
        yield Block(pattern, period, first, min(last, first + count - 1))
    first = last_number(connection, period) + 1
    yield Block(pattern, period, first, first + count - 1)


def _is_taken(connection: Connection, material: str, lot: str) -> bool:
    known = materials.find_lot(connection, material, lot)
    return known is not None or materials.find_container(connection, numbering.label(lot, 1)) is not None


def last_number(connection: Connection, period: str) -> int:
    """The last number of a period that was ever counted, also where it came back since."""
    counted = (transaction.rows(connection, one, {"period": period})[0][0] for one in (_counted, _counted_back))
    return max(value or 0 for value in counted)


def free(connection: Connection, period: str) -> list[tuple[int, int]]:
    """(first, last) of the ranges of a period that came back, the lowest first."""
    return [(first, last) for first, last in transaction.rows(connection, _free, {"period": period})]


def blocks_of(connection: Connection, device: str, unit: str | None = None) -> list[Block]:
    """What a device has reserved, for a unit of work or for any, in the order of the numbers."""
    return [one for of, one in units_of(connection, device) if unit in (None, of)]


def units_of(connection: Connection, device: str) -> list[tuple[str | None, Block]]:
    """What a device has reserved, each with the unit of work, in the order of the numbers."""
    rows = connection.execute(
        select(numbers).where(numbers.c.device == device).order_by(numbers.c.period, numbers.c.first)
    )
    return [(row.unit, Block(row.pattern, row.period, row.first, row.last)) for row in rows]


def used_of(connection: Connection, block: Block) -> int:
    """The last number of a block that is some lot's, however long ago it came; the one before its first where none
    is."""
    spelled = [_spelled(block, seq) for seq in range(block.first, block.last + 1)]
    rows = connection.execute(select(lots.c.material, lots.c.lot).where(lots.c.lot.in_(spelled)))
    named = (numbering.seq_of(block.pattern, row.material, row.lot) for row in rows)
    return max((seq for _, seq in filter(None, named)), default=block.first - 1)


def _spelled(block: Block, seq: int) -> ColumnElement[str]:
    """How a number is spelled of whatever material a row is: said to the database, which sees all lots faster."""
    before, of, after = numbering.number(block.pattern, _ANY, block.period, seq).partition(_ANY)
    return literal(before) + lots.c.material + after if of else literal(before)


def is_given(connection: Connection, device: str, material: str, lot: str) -> bool:
    """Whether this number of a lot of this material is one of those that the device has reserved."""
    here = numbers.c.device == device
    for pattern in connection.execute(select(numbers.c.pattern).where(here).distinct()).scalars().all():
        named = numbering.seq_of(pattern, material, lot)
        if named is None:
            continue
        within = (numbers.c.period == named[0]) & (numbers.c.first <= named[1]) & (numbers.c.last >= named[1])
        if connection.execute(select(numbers.c.first).where(here, numbers.c.pattern == pattern, within)).first():
            return True
    return False


def known(connection: Connection, given: Payload, day: str) -> rules.Known:
    """What a receipt (as `materials.lot_received.v2`) is judged by on a day."""
    material = given["material"]
    master = masters.in_force(masters.versions_of(connection, material))
    links = [] if master is None else master.links()
    order = None if given["order"] is None else purchasing.find(connection, given["order"])
    expected, unit = rules.expected_of(order, given["line"]), materials.material_unit(connection, material)
    return rules.Known(
        unit=unit,
        shelf_life=None if master is None else master.shelf_life,
        stopped=suppliers.is_stopped(connection, material, named(given), day, given["manufacturer"]),
        fits=given["quantity"] is None or _in(given, unit, links) is not None,
        expected=expected,
        amount=None if expected is None else _in(given, expected.unit, links),
        lot=_of_lot(connection, material, given["lot"]),
        day=day,
        rule=rule_in_force(connection),
    )


def _in(given: Payload, unit: str | None, links: Iterable[units.Link]) -> Decimal | None:
    """How much comes, in this unit; None where it cannot be counted so."""
    found = None if unit is None or given["quantity"] is None else units.converted(given["quantity"], unit, links)
    return None if found is None else Decimal(found["value"])


def together(connection: Connection, material: str, amounts: Sequence[Payload]) -> dict[str, str] | None:
    """The sum of what came, in the one unit in which all was written down, else in the material's; None where that
    leads nowhere."""
    written = {one["unit"] for one in amounts}
    unit = written.pop() if len(written) == 1 else materials.material_unit(connection, material)
    links = masters.links(connection, material)
    found = [None if unit is None else units.converted(one, unit, links) for one in amounts]
    if unit is None or None in found:
        return None
    return {"value": f"{sum((Decimal(one['value']) for one in found if one), Decimal(0)):f}", "unit": unit}


def named(given: Payload) -> str | None:
    """Who delivers: the code of the register, else the name that was written down."""
    who: str | None = given["supplier"] or given["supplier_name"]
    return who


def retest_of(connection: Connection, material: str, day: str, expiry: str | None) -> str | None:
    """When a lot that comes today is to be tested again, by its material in force."""
    master = masters.in_force(masters.versions_of(connection, material))
    return rules.retest_of(day, None if master is None else master.retest, expiry)


def _of_lot(connection: Connection, material: str, number: str) -> dict[str, Any] | None:
    found = materials.find_lot(connection, material, number)
    return None if found is None else {name: getattr(found, name) for name in SAID_OF_LOT}


def told_elsewhere(connection: Connection, material: str, lot: str) -> list[int]:
    """The indexes of entries about a lot that stand in streams of handhelds, in the order of the log."""
    here = (told.c.material == material) & (told.c.lot == lot)
    return list(connection.execute(select(told.c.idx).where(here).order_by(told.c.idx)).scalars())


def receipts_of(connection: Connection, material: str, lot: str) -> list[Receipt]:
    """The deliveries of a lot, the first one first."""
    here = (receipt.c.material == material) & (receipt.c.lot == lot)
    return [_receipt(row) for row in connection.execute(select(receipt).where(here).order_by(receipt.c.idx))]


def latest(connection: Connection, limit: int) -> list[Receipt]:
    """The newest first."""
    return [_receipt(row) for row in connection.execute(select(receipt).order_by(receipt.c.idx.desc()).limit(limit))]


def damages(connection: Connection, labels: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of containers that came damaged, by label: {text, photos: [sha256]}."""
    rows = connection.execute(select(damage).where(damage.c.container.in_(set(labels))))
    return {row.container: {"text": row.text, "photos": orjson.loads(row.photos)} for row in rows}


def _receipt(row: Row[Any]) -> Receipt:
    quantity = None if row.quantity_value is None else {"value": row.quantity_value, "unit": row.quantity_unit}
    same = ("entry", "material", "lot", "order", "line", "supplier", "delivery_note", "containers", "comment")
    return Receipt(
        quantity=quantity,
        damage=None if row.damage is None else orjson.loads(row.damage),
        flags=tuple(orjson.loads(row.flags)),
        received_by=row.received_by,
        received_at=row.received_at,
        **{name: getattr(row, name) for name in same},
    )
