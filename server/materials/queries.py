"""Reads of materials, lots and containers."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select

from server.core.units import ratio
from server.materials import rules
from server.materials.masters import queries as masters
from server.materials.model import Container, Lot
from server.materials.projection import container, lot, material
from sync.log import transaction
from sync.log.prepared import Prepared

_lots = select(lot, material.c.name_zh, material.c.name_en).select_from(
    lot.outerjoin(material, material.c.code == lot.c.material)
)

# Asked of nearly everything that is said of a lot or a material.
_one_lot = Prepared(_lots.where(lot.c.material == bindparam("material"), lot.c.lot == bindparam("lot")))
_unit_of = Prepared(select(material.c.unit).where(material.c.code == bindparam("code")))
_type_of = Prepared(select(material.c.type).where(material.c.code == bindparam("code")))
# Asked of every weighing.
_came = select(
    container.c.container, container.c.material, container.c.lot, container.c.quantity_value, container.c.quantity_unit
)
_of_lot = Prepared(
    _came.where(container.c.material == bindparam("material"), container.c.lot == bindparam("lot")).order_by(
        container.c.container
    )
)
_by_label = Prepared(_came.where(container.c.container == bindparam("label")))


def material_names(connection: Connection, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The names of materials, by code; what is not known is missing."""
    query = select(material.c.code, material.c.name_zh, material.c.name_en).where(material.c.code.in_(set(codes)))
    return {row.code: {"zh": row.name_zh, "en": row.name_en} for row in connection.execute(query)}


def all_names(connection: Connection) -> dict[str, dict[str, str]]:
    """The names of all materials of the register, by code."""
    query = select(material.c.code, material.c.name_zh, material.c.name_en).order_by(material.c.code)
    return {row.code: {"zh": row.name_zh, "en": row.name_en} for row in connection.execute(query)}


def register(connection: Connection) -> dict[str, dict[str, Any]]:
    """All materials of the register, {name, type, unit} by code."""
    rows = connection.execute(select(material).order_by(material.c.code))
    return {
        row.code: {"name": {"zh": row.name_zh, "en": row.name_en}, "type": row.type, "unit": row.unit} for row in rows
    }


def material_unit(connection: Connection, code: str) -> str | None:
    row = transaction.first(connection, _unit_of, {"code": code})
    return None if row is None else str(row[0])


def material_type(connection: Connection, code: str) -> str | None:
    row = transaction.first(connection, _type_of, {"code": code})
    return None if row is None else str(row[0])


def units(connection: Connection) -> dict[str, str]:
    """The unit of each material that there is, by its code."""
    return {row.code: row.unit for row in connection.execute(select(material.c.code, material.c.unit))}


def find_lot(connection: Connection, code: str, number: str, day: str | None = None) -> Lot | None:
    """A lot with the status it has on a day (YYYY-MM-DD), or as last decided when no day is given."""
    row = transaction.first_named(connection, _one_lot, {"material": code, "lot": number})
    return None if row is None else _lot(row, day)


def lots_of(connection: Connection, keys: Iterable[tuple[str, str]], day: str | None = None) -> list[Lot]:
    """The lots of (material, lot) keys that are known, in the order of material and number."""
    wanted = list(keys)
    if not wanted:
        return []
    query = _lots.where(or_(*(_is(key) for key in wanted))).order_by(lot.c.material, lot.c.lot)
    return [_lot(row, day) for row in connection.execute(query)]


def search_lots(connection: Connection, words: str, offset: int, limit: int, day: str) -> tuple[list[Lot], int]:
    """Lots whose number, material or name holds the words, the newest first; and how many there are."""
    query, counted = _lots, select(func.count()).select_from(lot.outerjoin(material, material.c.code == lot.c.material))
    if words:
        columns = (lot.c.lot, lot.c.material, material.c.name_zh, material.c.name_en, lot.c.supplier_lot)
        holds = or_(*(column.icontains(words, autoescape=True) for column in columns))
        query, counted = query.where(holds), counted.where(holds)
    page = query.order_by(lot.c.received_at.desc(), lot.c.material, lot.c.lot).offset(offset).limit(limit)
    return [_lot(row, day) for row in connection.execute(page)], connection.execute(counted).scalar_one()


def lots_named(connection: Connection, number: str, day: str, limit: int) -> list[Lot]:
    """Lots of exactly this number, ours or their supplier's; those of ours first, then the newest."""
    named = _lots.where(or_(lot.c.lot == number, lot.c.supplier_lot == number))
    query = named.order_by((lot.c.lot == number).desc(), lot.c.received_at.desc(), lot.c.material).limit(limit)
    return [_lot(row, day) for row in connection.execute(query)]


def lots_of_material(connection: Connection, code: str, day: str, limit: int) -> list[Lot]:
    """Of one material, the newest first."""
    query = _lots.where(lot.c.material == code).order_by(lot.c.received_at.desc(), lot.c.lot).limit(limit)
    return [_lot(row, day) for row in connection.execute(query)]


def lots_from(connection: Connection, code: str, supplier: str) -> set[str]:
    """The numbers of all lots of a material from a supplier, as it was named at receipt."""
    return set(
        connection.execute(select(lot.c.lot).where(lot.c.material == code, lot.c.supplier == supplier)).scalars()
    )


def lots_in(connection: Connection, status: str, day: str, limit: int) -> list[Lot]:
    """Lots that were last given this status; those that wait longest first."""
    query = _lots.where(lot.c.status == status).order_by(lot.c.received_at, lot.c.material, lot.c.lot).limit(limit)
    return [_lot(row, day) for row in connection.execute(query)]


def lots_stored(connection: Connection, day: str) -> list[Lot]:
    """Lots of which a container still holds something, in the order of material and number."""
    here = (container.c.material == lot.c.material) & (container.c.lot == lot.c.lot) & container.c.gone.is_(None)
    query = _lots.where(select(container.c.container).where(here).exists()).order_by(lot.c.material, lot.c.lot)
    return [_lot(row, day) for row in connection.execute(query)]


def lots_expiring(connection: Connection, day: str, until: str, limit: int) -> list[Lot]:
    """Usable lots whose last day is between the two (YYYY-MM-DD) and of which something is left, or of which no
    container is registered; the first to end first."""
    usable = _lots.where(lot.c.status.in_(("released", "restricted")), lot.c.expiry >= day, lot.c.expiry <= until)
    query = usable.where(_is_left()).order_by(lot.c.expiry, lot.c.material, lot.c.lot).limit(limit)
    return [_lot(row, day) for row in connection.execute(query)]


def lots_retesting(connection: Connection, day: str, until: str, limit: int) -> list[Lot]:
    """Released lots that are to be tested again until a day, or were already, and that are in date; of which something
    is left, or of which no container is registered; the first one due first."""
    in_date = or_(lot.c.expiry.is_(None), lot.c.expiry >= day)
    due = _lots.where(lot.c.status == "released", lot.c.retest <= until, in_date, _is_left())
    query = due.order_by(lot.c.retest, lot.c.material, lot.c.lot).limit(limit)
    return [_lot(row, day) for row in connection.execute(query)]


def _is_left() -> ColumnElement[bool]:
    ours = (container.c.material == lot.c.material) & (container.c.lot == lot.c.lot)
    every = select(container.c.container).where(ours)
    return every.where(container.c.gone.is_(None)).exists() | ~every.exists()


def containers(connection: Connection, ids: Iterable[str]) -> list[Container]:
    """Those of the containers that are known, by their labels."""
    wanted = set(ids)
    if len(wanted) == 1:
        found = find_container(connection, wanted.pop())
        return [] if found is None else [found]
    query = _came.where(container.c.container.in_(wanted)).order_by(container.c.container)
    return [_container(row) for row in connection.execute(query)]


def find_container(connection: Connection, label: str) -> Container | None:
    row = transaction.first(connection, _by_label, {"label": label})
    return None if row is None else _container(row)


def containers_of(connection: Connection, code: str, number: str) -> list[Container]:
    """The containers of a lot, by their labels."""
    rows = transaction.rows(connection, _of_lot, {"material": code, "lot": number})
    return [_container(row) for row in rows]


def receipt_refused(
    connection: Connection, code: str, given: Sequence[tuple[str, str]]
) -> tuple[str, dict[str, Any]] | None:
    """Why containers of a material cannot be received, (label, unit) of each: a code of the error catalogue, and of
    which; None where nothing is wrong."""
    labels = [label for label, _ in given]
    known = {one.container for one in containers(connection, labels)}
    twice = known | {label for label in labels if labels.count(label) > 1}
    unit, own = material_unit(connection, code), masters.links(connection, code)
    fit = all(unit is not None and ratio(one, unit, own) is not None for _, one in given)
    refused = rules.receipt_refused(bool(twice), fit)
    return None if refused is None else (refused, {"containers": sorted(twice), "unit": unit})


def _container(row: Sequence[Any]) -> Container:
    label, material_, lot_, value, unit = row
    return Container(label, material_, lot_, {"value": value, "unit": unit})


def _is(key: tuple[str, str]) -> ColumnElement[bool]:
    return and_(lot.c.material == key[0], lot.c.lot == key[1])


def _lot(row: Any, day: str | None) -> Lot:
    quantity = None if row.quantity_value is None else {"value": row.quantity_value, "unit": row.quantity_unit}
    return Lot(
        material=row.material,
        name=None if row.name_zh is None else {"zh": row.name_zh, "en": row.name_en},
        lot=row.lot,
        status=row.status if day is None else rules.status_on(row.status, row.expiry, day, row.retest),
        expiry=row.expiry,
        containers=row.containers,
        quantity=quantity,
        supplier=row.supplier,
        supplier_lot=row.supplier_lot,
        received_at=row.received_at,
        manufacturer=row.manufacturer,
        made=row.made,
        retest=row.retest,
    )
