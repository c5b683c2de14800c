"""What the text of a code names among lots and containers: our own codes, GS1 elements, or a label as it stands.

Our own codes read `PESTLE-<WHAT>:1:<name>`; ARCHITECTURE.md has their list. `pwa/src/core/codes.ts` is the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core.gs1 import Element
from server.materials import queries
from server.materials.model import Container, Lot

_OWN = re.compile(r"PESTLE-(CONTAINER|LOT|LOCATION|EQUIPMENT|DEVICE|ENROL|BADGE):1:(.+)", re.DOTALL)
# Elements that may carry a container's label: serial, SSCC, secondary serial; and our code of the material.
_SERIALS, _LOT, _MATERIAL = ("21", "00", "250"), "10", "240"
# Of a code without a time of day; the best-before date (15) is none.
_EXPIRY = ("17", "7003")
# Of lots with the same number of their suppliers.
MOST = 20


@dataclass(frozen=True, slots=True)
class Named:
    """`what`: container, lot, location, equipment, device, enrol or badge."""

    what: str
    name: str


def own(text: str) -> Named | None:
    """What a code of ours names; None for any other text."""
    found = _OWN.fullmatch(text)
    return None if found is None else Named(found[1].lower(), found[2])


def value_of(elements: Sequence[Element], ai: str) -> str | None:
    return next((one.value for one in elements if one.ai == ai), None)


def expiry_of(elements: Sequence[Element]) -> str | None:
    """The day (YYYY-MM-DD) after which the goods are not used, None where the code says none: that erases nothing."""
    dates = (one.date for ai in _EXPIRY for one in elements if one.ai == ai)
    return next((date[:10] for date in dates if date is not None), None)


def container_in(connection: Connection, elements: Sequence[Element]) -> Container | None:
    """The first of a code's serials that is the label of a container; not of another lot than the code names."""
    lot = value_of(elements, _LOT)
    for ai in _SERIALS:
        serial = value_of(elements, ai)
        found = None if serial is None else queries.find_container(connection, serial)
        if found is not None and (lot is None or lot in _numbers(connection, found)):
            return found
    return None


def lots_in(connection: Connection, elements: Sequence[Element], day: str) -> list[Lot]:
    """The lots that a code may mean: by our number or the supplier's, of the material where it names one."""
    number, material = value_of(elements, _LOT), value_of(elements, _MATERIAL)
    if number is None:
        return []
    return [lot for lot in queries.lots_named(connection, number, day, MOST) if material in (None, lot.material)]


def lots_named(connection: Connection, text: str, day: str) -> list[Lot]:
    """The lots of that number; or the one of "<material>/<lot>"."""
    found = queries.lots_named(connection, text, day, MOST)
    material, slash, number = text.partition("/")
    one = queries.find_lot(connection, material, number, day) if slash else None
    return found or ([] if one is None else [one])


def _numbers(connection: Connection, container: Container) -> set[str | None]:
    lot = queries.find_lot(connection, container.material, container.lot)
    return {container.lot, None if lot is None else lot.supplier_lot}
