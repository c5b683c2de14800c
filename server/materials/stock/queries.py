"""Reads of stock: how containers stand on a day, what a material has, and what is to be used first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, exists, func, or_, select

from server.core import units
from server.core.kinds import Entry
from server.materials import rules as lots
from server.materials.masters import queries as masters
from server.materials.projection import container, lot
from server.materials.projection import material as names
from server.materials.stock import model, placed, placing, projection, rules
from server.materials.stock.model import Born, Ending, Location, Made, Moved, Movement, Rule, Standing
from server.materials.stock.placing import Placing
from server.materials.stock.projection import location
from sync.log import transaction
from sync.log.prepared import Prepared

_c, _l = container.c, lot.c
# Behind every entry that there is.
_NEXT = 2**62
_USE_UNTIL = case(
    (or_(_l.retest.is_(None), _l.expiry < _l.retest), _l.expiry),
    else_=_l.retest,
)
_ROWS = select(
    _c.container,
    _c.material,
    _c.lot,
    _c.quantity_value,
    _c.quantity_unit,
    _c.held,
    _c.location,
    location.c.warehouse,
    _c.restricted,
    _c.batch,
    _c.gone,
    _c.opened,
    _l.status,
    _l.expiry,
    _l.retest,
).select_from(
    container.outerjoin(lot, and_(lot.c.material == container.c.material, lot.c.lot == container.c.lot)).outerjoin(
        location, location.c.location == container.c.location
    )
)
# Asked of each container that is scanned or allocated, and of each sample.
_one = Prepared(_ROWS.where(_c.container == bindparam("label")))
_of_lot = Prepared(_ROWS.where(_c.material == bindparam("material"), _c.lot == bindparam("lot")).order_by(_c.container))
# First what must be used first; of one lot, what has been opened before.
_FIRST = (_USE_UNTIL.is_(None), _USE_UNTIL, _l.received_at, _c.material, _c.lot, _c.opened.desc(), _c.container)


def standing(connection: Connection, labels: Iterable[str], day: str) -> list[Standing]:
    """Those of the labels that are containers of ours, in the order of their labels."""
    wanted = set(labels)
    if len(wanted) == 1:
        return [_standing(row, day) for row in transaction.rows(connection, _one, {"label": wanted.pop()})]
    query = _ROWS.where(_c.container.in_(wanted)).order_by(_c.container)
    return list(_read(connection, query, day))


@dataclass(frozen=True, slots=True)
class Book:
    """What the log knows of one container now, to be asked for any moment (UTC text)."""

    unit: str
    own: Sequence[units.Link]
    movements: Sequence[Movement]
    placings: Sequence[Placing]

    def held_at(self, moment: str) -> dict[str, str]:
        return {"value": rules.shown(rules.held_at(self.movements, moment)), "unit": self.unit}

    def stood_at(self, moment: str) -> str | None:
        return placing.stood(self.placings, moment)

    def amount(self, quantity: units.Quantity) -> str | None:
        """A quantity in the container's unit; None where nothing leads there."""
        return rules.amount(quantity, self.unit, self.own)


def books(connection: Connection, labels: Iterable[str]) -> dict[str, Book]:
    """Of those of the labels that are containers of ours."""
    wanted = set(labels)
    rows = connection.execute(select(_c.container, _c.material, _c.quantity_unit).where(_c.container.in_(wanted))).all()
    own = {code: masters.links(connection, code) for code in {row.material for row in rows}}
    placings = placed.of(connection, wanted)
    return {
        row.container: Book(
            row.quantity_unit,
            own[row.material],
            projection.movements(connection, row.container),
            placings.get(row.container, ()),
        )
        for row in rows
    }


def made(entry: Entry) -> Made:
    """When an entry was made that is not in the log yet: behind all that is."""
    return placing.made(entry.header, entry.recorded_at, entry.flags, _NEXT)


def find_standing(connection: Connection, label: str, day: str) -> Standing | None:
    return next(iter(standing(connection, [label], day)), None)


def stock_of(
    connection: Connection, material: str, day: str, offset: int = 0, limit: int | None = 100
) -> list[Standing]:
    """What there is of a material, whether it may be used or not, in the order in which it must be used; all of it
    without a limit."""
    query = _ROWS.where(_c.material == material, _c.gone.is_(None)).order_by(*_FIRST)
    return list(_read(connection, query.offset(offset).limit(limit), day))


def materials_stored(connection: Connection, words: str, offset: int, limit: int) -> tuple[list[str], int]:
    """Codes of materials of which there is something, whose code or name holds the words; and how many there are."""
    query = select(_c.material).outerjoin(names, names.c.code == _c.material).where(_c.gone.is_(None)).distinct()
    if words:
        columns = (_c.material, names.c.name_zh, names.c.name_en)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    found = connection.execute(query.order_by(_c.material).offset(offset).limit(limit))
    return list(found.scalars()), total


def movements_of(connection: Connection, label: str) -> dict[int, Moved]:
    """By the place in the log: what came in (more than nothing) or left, in the unit of the container where it
    converts, as it was said where not."""
    m = projection.movement.c
    unit = connection.execute(select(_c.quantity_unit).where(_c.container == label)).scalar()
    found: dict[int, Moved] = {}
    columns = (m.idx, m.amount, m.value, m.unit, m.superseded_by, m.what)
    rows = connection.execute(select(*columns).where(m.container == label))
    for row in rows:
        stated = {"value": row.value, "unit": row.unit}
        amount = stated if row.amount is None else {"value": rules.shown(row.amount), "unit": str(unit)}
        found[row.idx] = Moved(amount, row.superseded_by is not None, row.what in model.MEASURED)
    return found


def conflicts(connection: Connection, limit: int) -> list[tuple[str, str, str]]:
    """(label, since, where it stands) of containers that handhelds carried to two places without knowing of each
    other; the first first."""
    found = {one.container: one for one in reversed(placed.open_conflicts(connection, limit))}
    placings = placed.of(connection, found)
    told = []
    for label, one in sorted(found.items(), key=lambda item: item[1].idx):
        at = next((each.at for each in placings[label] if each.entry == one.entry), "")
        last = placing.last(placings[label])
        told.append((label, at, "" if last is None else last.to))
    return told


def touched(connection: Connection, entries: Iterable[str]) -> list[str]:
    """The containers that something came into, or left, by these entries."""
    m = projection.movement.c
    return list(connection.execute(select(m.container).where(m.entry.in_(list(entries))).distinct()).scalars())


def claimed(connection: Connection, conflict: str) -> list[str]:
    """The entries that claim one place of a batch."""
    c = projection.claim.c
    return list(connection.execute(select(c.entry).where(c.conflict == conflict)).scalars())


def movements(connection: Connection, label: str) -> list[Movement]:
    """All that moved of a container, exactly, in the order of the log."""
    return projection.movements(connection, label)


def parts_of(connection: Connection, place: int) -> list[Born]:
    """The containers that began with the entry at this place of the log, and what was filled into each."""
    m = projection.movement.c
    query = select(m.container, m.value, m.unit).where(m.idx == place, m.what == model.FILLED)
    rows = connection.execute(query.order_by(m.line))
    return [Born(row.container, {"value": row.value, "unit": row.unit}) for row in rows]


def begun_by(connection: Connection, entries: Sequence[str]) -> list[str]:
    """The containers that were filled out of others by these entries."""
    m = projection.movement.c
    query = select(m.container).where(m.entry.in_(entries), m.what == model.FILLED)
    return list(connection.execute(query.order_by(m.idx, m.line)).scalars())


def held_in(connection: Connection, label: str) -> model.Held | None:
    """What a container is, and exactly what it holds; None of a label that is none of ours."""
    return projection.find(connection, [label]).get(label)


def about(connection: Connection, label: str) -> list[int]:
    """The places in the log of what else is said of a container."""
    here = projection.about.c
    return list(connection.execute(select(here.idx).where(here.container == label)).scalars())


def of_lot(connection: Connection, material: str, number: str, day: str) -> list[Standing]:
    """All containers of a lot, also those that are gone, by their labels."""
    rows = transaction.rows(connection, _of_lot, {"material": material, "lot": number})
    return [_standing(row, day) for row in rows]


def splits_of(connection: Connection, material: str, number: str, since: int) -> dict[str, str]:
    """The containers of a lot that were filled from others after a place in the log, and out of which."""
    into, out = projection.movement.alias(), projection.movement.alias()
    query = select(into.c.container, out.c.container).join(out, out.c.idx == into.c.idx)
    query = query.join(container, _c.container == into.c.container).where(_c.material == material, _c.lot == number)
    query = query.where(into.c.what == "split_in", out.c.what == "split_out", into.c.idx > since)
    return {row[0]: row[1] for row in connection.execute(query)}


def in_warehouse(connection: Connection, warehouse: str, day: str) -> list[Standing]:
    """What stands in an area, with what nobody has put anywhere yet, or where no place is registered; by label."""
    here = or_(location.c.warehouse == warehouse, location.c.warehouse.is_(None))
    return list(_read(connection, _ROWS.where(here, _c.gone.is_(None)).order_by(_c.container), day))


def at(connection: Connection, places: Iterable[str], day: str) -> list[Standing]:
    """What stands in these places, by label."""
    here = _c.location.in_(list(places)) & _c.gone.is_(None)
    return list(_read(connection, _ROWS.where(here).order_by(_c.container), day))


def locations(connection: Connection) -> list[dict[str, Any]]:
    """All places of the site, in the order of their codes: {location, name, warehouse, kind, storage, active}."""
    return [_location(row).payload() for row in connection.execute(select(location).order_by(location.c.location))]


def propose(
    connection: Connection,
    material: str,
    quantity: units.Quantity | None,
    day: str,
    limit: int = 20,
    lots: Iterable[str] | None = None,
) -> list[Standing]:
    """What to take of a material, first expired first out (CN 108, 113): released, in date on that day, given to no
    batch, and of one of `lots` where it is to be; as many containers as a quantity needs, or `limit`."""
    usable = _ROWS.where(
        _c.material == material,
        *([] if lots is None else [_c.lot.in_([*lots])]),
        _c.gone.is_(None),
        _c.batch.is_(None),
        _c.restricted.is_(None),
        _l.status == model.RELEASED,
        or_(_USE_UNTIL.is_(None), day <= _USE_UNTIL),
    )
    found = list(_read(connection, usable.order_by(*_FIRST).limit(limit), day))
    return found if quantity is None else _enough(found, quantity, masters.links(connection, material))


def rule(connection: Connection) -> Rule:
    """How many days ahead people are told."""
    row = connection.execute(select(projection.rule.c.expiry_days, projection.rule.c.retest_days)).first()
    return model.DEFAULT if row is None else Rule(*row)


def ending(connection: Connection, what: str, until: str, limit: int) -> list[Ending]:
    """Lots that may be used, or could until their `what` (expiry or retest) came, and of which something is left; the
    first to end first. Of a lot without labelled containers nobody knows what is left."""
    column = {"expiry": _l.expiry, "retest": _l.retest}[what]
    ours = and_(_c.material == _l.material, _c.lot == _l.lot)
    left = exists().where(ours, _c.gone.is_(None)) | ~exists().where(ours)
    here = _l.status.in_((model.RELEASED, model.RESTRICTED)) & (column <= until) & left
    query = select(_l.material, _l.lot, column.label("day"), names.c.name_zh, names.c.name_en)
    joined = query.select_from(lot.outerjoin(names, names.c.code == _l.material)).where(here)
    rows = connection.execute(joined.order_by(column, _l.material, _l.lot).limit(limit))
    return [Ending(row.material, row.lot, row.day, {"zh": row.name_zh, "en": row.name_en}) for row in rows]


def base(connection: Connection, label: str) -> dict[str, str] | None:
    """What a container had for batches to take: what came, less what was split off, scrapped or went elsewhere."""
    unit = connection.execute(select(_c.quantity_unit).where(_c.container == label)).scalar()
    if unit is None:
        return None
    return {"value": rules.shown(rules.base(projection.movements(connection, label))), "unit": unit}


def measured(connection: Connection, label: str) -> Movement | None:
    """What was measured last of what is in a container."""
    return rules.measured(projection.movements(connection, label))


def find_location(connection: Connection, code: str) -> Location | None:
    row = connection.execute(select(location).where(location.c.location == code)).first()
    return None if row is None else _location(row)


def areas_of(connection: Connection, places: Iterable[str | None]) -> list[str]:
    """The areas that these places are in, each once; of one that nobody has registered, none."""
    query = select(location.c.warehouse).where(location.c.location.in_({one for one in places if one is not None}))
    return sorted(set(connection.execute(query).scalars()))


def count_in(connection: Connection, code: str) -> int:
    """How many containers stand there that hold something."""
    query = select(func.count()).select_from(container).where(_c.location == code, _c.gone.is_(None))
    return connection.execute(query).scalar_one()


def _location(row: Row[Any]) -> Location:
    return Location(
        row.location,
        {"zh": row.name_zh, "en": row.name_en},
        row.warehouse,
        row.kind,
        row.storage,
        bool(row.active),
    )


def _enough(found: Sequence[Standing], quantity: units.Quantity, own: Sequence[units.Link]) -> list[Standing]:
    chosen: list[Standing] = []
    amounts: list[str] = []
    for one in found:
        if Fraction(rules.total(amounts)) >= Fraction(quantity["value"]):
            break
        amount = rules.amount(one.held, quantity["unit"], own)
        chosen.append(one)
        amounts += [] if amount is None else [amount]
    return chosen


def _read(connection: Connection, query: Select[Any], day: str) -> Iterator[Standing]:
    return (_standing(row, day) for row in connection.execute(query))


def _standing(row: Sequence[Any], day: str) -> Standing:
    label, material, number, value, unit, held, place, warehouse, restricted, batch, gone, opened, *of_lot_ = row
    status, expiry, retest = of_lot_
    return Standing(
        container=label,
        material=material,
        lot=number,
        quantity={"value": value, "unit": unit},
        held={"value": held, "unit": unit},
        location=place,
        warehouse=warehouse,
        status=_status(status, expiry, retest, restricted, day),
        batch=batch,
        use_until=rules.use_until(expiry, retest),
        gone=gone,
        opened=bool(opened),
        restricted=restricted,
        lot_status=_status(status, expiry, retest, None, day),
    )


def _status(status: str | None, expiry: str | None, retest: str | None, restricted: str | None, day: str) -> str:
    """A container of a lot that was never received may not be used either."""
    now = "quarantine" if status is None else lots.status_on(status, expiry, day, retest)
    return model.RESTRICTED if now == model.RELEASED and restricted is not None else now
