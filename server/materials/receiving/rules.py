"""What is wrong with a delivery, and when its material is to be tested again: pure.

`pwa/src/receiving/rules.ts` is the same, for handhelds without a connection; `tests/vectors/receiving.json` holds both
together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.materials import rules as lots
from server.materials.model import SAID_OF_LOT
from server.materials.purchasing.model import APPROVED, CLOSED, Order
from server.materials.receiving import model
from server.materials.receiving.model import Payload, Rule


@dataclass(frozen=True, slots=True)
class Expected:
    """An order line as it stands before this receipt; amounts in the unit of the line."""

    supplier: str
    material: str
    ordered: Decimal
    received: Decimal
    open: bool
    approved: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a receipt: `unit` of the material, None of one that is not registered; `shelf_life` in
    months; `expected` None where no order is named or there is no such line; `amount` that comes, in the unit of the
    line, None where it cannot be counted so; `lot` what stands of a lot of this number."""

    unit: str | None
    shelf_life: int | None
    stopped: bool
    fits: bool
    expected: Expected | None
    amount: Decimal | None
    lot: Payload | None
    day: str
    rule: Rule


def findings(given: Payload, known: Known) -> list[str]:
    """The flags of a receipt, in the order of `model`; `given` as `materials.lot_received.v2`."""
    if known.unit is None:
        return [model.UNKNOWN]
    found = [model.NOT_APPROVED] if known.stopped else []
    found += of_order(given, known.expected, known.amount, known.rule.over)
    found += _of_dates(given, known)
    if known.lot is not None and _differs(given, known.lot):
        found.append(model.DIFFERS)
    return found if known.fits else [*found, model.UNIT]


def expected_of(order: Order | None, at: int | None) -> Expected | None:
    """The line of an order that a receipt names; None where there is none."""
    line = None if order is None else next((one for one in order.lines if one.line == at), None)
    if order is None or line is None:
        return None
    amounts, unit = (line.ordered, line.received), line.quantity["unit"]
    return Expected(order.supplier, line.material, *amounts, line.state != CLOSED, order.state == APPROVED, unit)


def of_order(given: Payload, expected: Expected | None, amount: Decimal | None, over: int) -> Iterator[str]:
    """What is wrong with the order that a receipt names, of which `amount` comes, where `over` percent more may."""
    if given["order"] is None:
        return
    if expected is None or expected.material != given["material"]:
        yield model.ORDER_UNKNOWN
        return
    if not expected.approved:
        yield model.ORDER_UNDECIDED
        return
    if not expected.open:
        yield model.ORDER_CLOSED
    if given["supplier"] is not None and given["supplier"] != expected.supplier:
        yield model.OTHER_SUPPLIER
    most = expected.ordered * (100 + over) / 100
    if expected.open and amount is not None and expected.received + amount > most:
        yield model.OVER


def _of_dates(given: Payload, known: Known) -> Iterator[str]:
    expiry: str | None = given["expiry"] or (None if known.lot is None else known.lot["expiry"])
    if expiry is None:
        if known.shelf_life is not None:
            yield model.NO_EXPIRY
    elif expiry < known.day:
        yield model.EXPIRED
    elif known.shelf_life is not None and is_short(known.day, expiry, known.shelf_life, known.rule.remaining):
        yield model.SHORT


def _differs(given: Payload, lot: Payload) -> bool:
    """A number stands for one lot of one supplier: what is said of it a second time is the same, or new."""
    return lots.differs({name: given[name] for name in SAID_OF_LOT}, lot)


def may_reserve(first: int, last: int, counted: int, free: Iterable[tuple[int, int]]) -> bool:
    """Whether nobody has these numbers: they follow the last that was counted, or begin a range that came back."""
    return first <= last and (first == counted + 1 or any(first == one and last <= end for one, end in free))


def is_short(day: str, expiry: str, shelf_life: int, remaining: int) -> bool:
    """Whether less is left on a day than this percent of a shelf life, in months, that would begin on it."""
    start = date.fromisoformat(day)
    whole = date.fromisoformat(lots.months_after(day, shelf_life)) - start
    return (date.fromisoformat(expiry) - start).days * 100 < whole.days * remaining


def retest_of(day: str, retest: int | None, expiry: str | None) -> str | None:
    """When a lot that came on a day is to be tested again, by its material's months; never after it has expired."""
    if retest is None:
        return None
    found = lots.months_after(day, retest)
    return found if expiry is None else min(found, expiry)
