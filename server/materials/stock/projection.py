"""The tables of locations and movements, and how entries of all rooms move what the containers hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, insert, select, update

from server.core import days, db
from server.core.db import records
from server.core.kinds import Entry
from server.materials import rules as lots
from server.materials.masters import queries as masters
from server.materials.model import NOT_PERMITTED
from server.materials.projection import container, lot
from server.materials.stock import model, placed, placing, rules
from server.materials.stock.model import Change, Held, Movement
from sync.log.prepared import Prepared

location = Table(
    "materials_location",
    records,
    Column("location", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("warehouse", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("storage", Text),
    Column("active", Integer, nullable=False),
)
movement = Table(
    "materials_movement",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("entry", Text, nullable=False, index=True),
    Column("container", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("amount", Text),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("place", Text),
    Column("superseded_by", Text),
    # As far as its device's clock is to be relied on.
    Column("at", Text, nullable=False),
    # How many entries its device knew of, and which it is; nothing of a variance, which is as old as its counting.
    Column("seen", Integer),
    Column("device", Text),
    Index("materials_movement_container", "container", "idx", "line"),
)
# One row: the rule in force.
rule = Table(
    "materials_stock_rule",
    records,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("expiry_days", Integer, nullable=False),
    Column("retest_days", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
# Entries that say something of a container and move nothing in or out of it.
about = Table(
    "materials_about",
    records,
    Column("container", Text, primary_key=True),
    Column("idx", Integer, primary_key=True, autoincrement=False),
)
# Entries that claim one place of a batch, until somebody chooses.
claim = Table(
    "materials_claim",
    records,
    Column("conflict", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
)

_COLUMNS = tuple(
    movement.c[name] for name in ("entry", "what", "amount", "place", "superseded_by", "at", "idx", "seen", "device")
)
# Of every weighing.
_moved = Prepared(
    select(*_COLUMNS).where(movement.c.container == bindparam("label")).order_by(movement.c.idx, movement.c.line)
)
_add = Prepared(insert(movement).inline())
_stands = Prepared(
    update(container)
    .where(container.c.container == bindparam("label"))
    .values(held=bindparam("held"), gone=bindparam("gone"), opened=bindparam("opened"))
)
_unit_of = Prepared(
    select(container.c.material, container.c.quantity_unit).where(container.c.container == bindparam("label"))
)


def receive(connection: Connection, entry: Entry) -> None:
    """Containers that came in hold what they came with; one that was known before stays as it is. What a device brings
    of a lot that was decided about before must not be used until QA has freed it."""
    if NOT_PERMITTED in entry.flags:
        return
    given = entry.payload
    here = (lot.c.material == given["material"]) & (lot.c.lot == given["lot"])
    status = connection.execute(select(lot.c.status).where(here)).scalar()
    late = model.LATE if rules.is_late(status, entry.header.device) else None
    labels = [one["container"] for one in given["containers"]]
    query = select(movement.c.container).where(movement.c.container.in_(labels))
    known = set(connection.execute(query).scalars())
    told = []
    for line, one in enumerate(given["containers"]):
        label, quantity = one["container"], one["quantity"]
        if label in known:
            continue
        known.add(label)
        add(connection, entry, line, label, model.CAME, quantity, quantity["value"])
        values = {"held": quantity["value"], "opened": 0, "restricted": late}
        values["gone"] = rules.gone([Movement(entry.id, model.CAME, quantity["value"], None, False, "")])
        connection.execute(update(container).where(container.c.container == label).values(values))
        if one.get("location") is not None:
            told.append((label, placed.new(entry, placing.CAME, one["location"])))
    placed.put(connection, told)
    placed.find_again(connection, [label for label in labels if label not in {each for each, _ in told}])


def set_retest(connection: Connection, entry: Entry) -> None:
    """A lot that came is tested again after as many months as the material in force says, unless its receipt says a
    day; what was known before stands."""
    given = entry.payload
    if NOT_PERMITTED in entry.flags or given.get("status", "quarantine") != "quarantine":
        return
    day = given.get("retest")
    if day is None:
        version = masters.in_force(masters.versions_of(connection, given["material"]))
        if version is None or version.retest is None:
            return
        day = lots.months_after(days.captured(connection, entry), version.retest)
    here = (lot.c.material == given["material"]) & (lot.c.lot == given["lot"]) & lot.c.retest.is_(None)
    connection.execute(update(lot).where(here).values(retest=day))


def allocate(connection: Connection, entry: Entry) -> None:
    """To a batch, or back; containers stand as labels, in later versions with what departs from the proposal."""
    given = entry.payload
    labels = [one if isinstance(one, str) else one["container"] for one in given["containers"]]
    batch = given["batch"] if entry.kind != model.DEALLOCATED else None
    connection.execute(update(container).where(container.c.container.in_(labels)).values(batch=batch))
    tell(connection, entry, labels)


def define(connection: Connection, entry: Entry) -> None:
    """A location, or what it is from now on."""
    given = entry.payload
    row = {name: given[name] for name in ("location", "warehouse", "kind", "storage")}
    row |= {"name_zh": given["name"]["zh"], "name_en": given["name"]["en"], "active": int(given["active"])}
    db.put(connection, location, row)


def set_rule(connection: Connection, entry: Entry) -> None:
    said = {name: entry.payload[name] for name in ("expiry_days", "retest_days", "reason")}
    db.put(connection, rule, {"n": 1, **said, "set_by": entry.actor, "set_at": entry.header.captured_at})


def move(connection: Connection, entry: Entry) -> None:
    """Where a container stands, as whoever carried it says."""
    if not model.VOID.isdisjoint(entry.flags):
        return
    label = entry.payload["container"]
    if model.PLACE_CONFLICT in entry.flags:
        placed.contradict(connection, entry)
    placed.put(connection, [(label, placed.new(entry, placing.CARRIED, entry.payload["to"], entry.payload["from"]))])
    tell(connection, entry, [label])


def restrict(connection: Connection, entry: Entry) -> None:
    """One container that must not be used, whatever its lot may; or may again."""
    label, reason = entry.payload["container"], entry.payload["reason"]
    value = reason if entry.kind == model.BARRED else None
    connection.execute(update(container).where(container.c.container == label).values(restricted=value))
    tell(connection, entry, [label])


def split(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    if not model.VOID.isdisjoint(entry.flags):
        return
    into = [one["container"] for one in given["into"]]
    found = find(connection, [given["container"], *into])
    source = found.pop(given["container"], None)
    own = () if source is None else masters.links(connection, source.material)
    apply(connection, entry, rules.split(given, source, {*found, given["container"]}, own)[0])


def merge(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    if not model.VOID.isdisjoint(entry.flags):
        return
    found = find(connection, [given["into"], *given["from"]])
    into = found.get(given["into"])
    own = () if into is None else masters.links(connection, into.material)
    changes = rules.merge(given, found, own)[0]
    _bar_with(connection, given["into"], [one.container for one in changes])
    apply(connection, entry, changes)


def _bar_with(connection: Connection, label: str, labels: Iterable[str]) -> None:
    """What is filled with something that must not be used must not be used either."""
    here = container.c.container.in_(list(labels)) & container.c.restricted.is_not(None)
    query = select(container.c.restricted).where(here).order_by(container.c.container != label, container.c.container)
    reason = connection.execute(query.limit(1)).scalar()
    if reason is not None:
        connection.execute(update(container).where(container.c.container == label).values(restricted=reason))


def scrap(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    source = find(connection, [given["container"]])[given["container"]]
    apply(connection, entry, rules.scrapped(given, source, masters.links(connection, source.material)))


def apply(connection: Connection, entry: Entry, changes: Sequence[Change]) -> None:
    """What an entry moves. A container that begins with it stands where the first one that it comes from stands."""
    for line, one in enumerate(changes):
        if one.born is not None:
            _register(connection, entry, one.born, entry.payload["container"])
        add(connection, entry, line, one.container, one.what, one.said, one.amount)
    settle(connection, [one.container for one in changes])


def _register(connection: Connection, entry: Entry, born: Held, source: str) -> None:
    query = select(container.c.restricted, container.c.batch).where(container.c.container == source)
    of = connection.execute(query).first()
    row = {"container": born.container, "material": born.material, "lot": born.lot, "opened": 0}
    row |= {"quantity_value": born.held, "quantity_unit": born.unit, "held": born.held, "location": None}
    # What is filled out of a container that was given to a batch was given to it as well.
    row |= {name: of and getattr(of, name) for name in ("restricted", "batch")}
    connection.execute(insert(container), row)
    here = placed.stood(connection, source, placed.new(entry, placing.FILLED, "").at)
    if here is not None:
        placed.put(connection, [(born.container, placed.new(entry, placing.FILLED, here))])
    else:
        placed.find_again(connection, [born.container])


def find(connection: Connection, labels: Iterable[str]) -> dict[str, Held]:
    """Those of the labels that are containers of ours, with what exactly they hold."""
    c = container.c
    query = select(c.container, c.material, c.lot, c.quantity_unit, c.held, c.gone).where(c.container.in_(set(labels)))
    # What stands in the row may be rounded: the movements are summed again.
    rows = [Held(*row) for row in connection.execute(query)]
    return {one.container: replace(one, held=rules.held(movements(connection, one.container))) for one in rows}


def tell(connection: Connection, entry: Entry, labels: Iterable[str]) -> None:
    """That an entry says something of containers, for their histories."""
    known = select(container.c.container).where(container.c.container.in_(set(labels))).order_by(container.c.container)
    rows = [{"container": label, "idx": entry.index} for label in connection.execute(known).scalars()]
    if rows:
        connection.execute(insert(about), rows)


def bring(connection: Connection, entry: Entry) -> None:
    """To a batch, or back from it: it stands where it was put, where that was said."""
    given = entry.payload
    if given["to"] is not None:
        placed.put(connection, [(given["container"], placed.new(entry, placing.CARRIED, given["to"]))])


def take_back(connection: Connection, entry: Entry) -> None:
    """From a batch, with what was found in it."""
    bring(connection, entry)
    measure(connection, entry, 0, entry.payload["container"], "returned", entry.payload["quantity"])
    settle(connection, [entry.payload["container"]])


def find_rest(connection: Connection, entry: Entry) -> None:
    """What was weighed of what is left in a container."""
    given, label = entry.payload, entry.payload["container"]
    if model.UNMEASURED.isdisjoint(entry.flags):
        measure(connection, entry, 0, label, model.REST, given["net"])
        settle(connection, [label])
    else:
        tell(connection, entry, [label])


def measure(connection: Connection, entry: Entry, line: int, label: str, what: str, said: Any) -> None:
    """What was found in a container is what it holds from then on."""
    found = _unit_of.first(connection, {"label": label})
    if found is not None:
        code, unit = found
        amount = rules.amount(said, unit, masters.links(connection, code) if said["unit"] != unit else ())
        add(connection, entry, line, label, what, said, amount)


def weigh(connection: Connection, entry: Entry) -> None:
    """A batch takes something out of the container that it names, in the place of what it corrects."""
    given = entry.payload
    supersede(connection, _corrected(entry), entry.id)
    name = given["container"]
    if name is not None:
        take(connection, entry, name, model.TAKES[entry.kind], model.place_of(entry.kind, given))


def take(connection: Connection, entry: Entry, label: str, what: str, place: str) -> None:
    """Something that a batch claims; of a label that is none of ours, nothing."""
    found = _unit_of.first(connection, {"label": label})
    if found is not None:
        code, unit = found
        net = entry.payload["net"]
        amount = rules.taken(net, unit, masters.links(connection, code) if net["unit"] != unit else ())
        add(connection, entry, 0, label, what, net, amount, place)
        settle(connection, [label])


def sample(connection: Connection, entry: Entry) -> None:
    """What was taken as a sample is in its container no more; a number that is recorded twice is one sample."""
    if model.SAMPLED_NOT.isdisjoint(entry.flags):
        found = find(connection, [one["container"] for one in entry.payload["containers"]])
        own = {one.material: masters.links(connection, one.material) for one in found.values()}
        apply(connection, entry, rules.sampled(entry.payload, found, own))


def correct(connection: Connection, entry: Entry, counted_at: Mapping[str, str]) -> None:
    """The variances of a count that was closed: what was found instead, when it was counted (`counted_at`: UTC text, by
    the entry): what was measured since says what there is."""
    lines = entry.payload["lines"]
    for at, one in enumerate(lines):
        label = one["container"]
        found = _unit_of.first(connection, {"label": label})
        change = None if found is None else rules.counted(one, found[1], masters.links(connection, found[0]))
        if change is not None and Fraction(change.amount) != 0:
            made = counted_at.get(one["entry"])
            add(connection, entry, at, label, change.what, change.said, change.amount, at=made)
    tell(connection, entry, [one["container"] for one in lines])
    settle(connection, [one["container"] for one in lines])


def find_conflict(connection: Connection, entry: Entry) -> None:
    """Which entries claim one place, as far as they take something out of containers."""
    query = select(movement.c.entry).where(movement.c.entry.in_(entry.payload["entries"])).distinct()
    rows = [{"conflict": entry.id, "entry": one} for one in sorted(connection.execute(query).scalars())]
    if rows:
        connection.execute(insert(claim), rows)


def resolve(connection: Connection, entry: Entry) -> None:
    """What was not chosen was not taken."""
    given = entry.payload
    query = select(claim.c.entry).where(claim.c.conflict == given["conflict"], claim.c.entry != given["chosen"])
    supersede(connection, list(connection.execute(query).scalars()), entry.id)


def supersede(connection: Connection, entries: list[str], by: str) -> None:
    if not entries:
        return
    here = movement.c.entry.in_(entries) & movement.c.superseded_by.is_(None) & movement.c.place.is_not(None)
    labels = list(connection.execute(select(movement.c.container).where(here)).scalars())
    connection.execute(update(movement).where(here).values(superseded_by=by))
    settle(connection, labels)


def add(
    connection: Connection,
    entry: Entry,
    line: int,
    label: str,
    what: str,
    said: Any,
    amount: str | None,
    place: str | None = None,
    at: str | None = None,
) -> None:
    """A movement: `said` as the entry says it, `amount` in the container's unit, less than nothing of what leaves; `at`
    where that is not when the entry was made."""
    row = {"idx": entry.index, "line": line, "entry": entry.id, "container": label, "what": what, "amount": amount}
    row |= {"value": said["value"], "unit": said["unit"], "place": place, "superseded_by": None}
    made = placing.made(entry.header, entry.recorded_at, entry.flags, entry.index)
    row |= {"at": at or made.at}
    row |= {"seen": made.seen, "device": made.device} if what != model.CORRECTED else {"seen": 0, "device": ""}
    _add.run(connection, row)


def settle(connection: Connection, labels: Iterable[str]) -> None:
    """What these containers hold after what has moved."""
    for label in dict.fromkeys(labels):
        moved = movements(connection, label)
        opened = any(one.what not in model.BEGINS and not one.superseded for one in moved)
        row = {"label": label, "held": rules.shown(rules.held(moved)), "gone": rules.gone(moved), "opened": int(opened)}
        _stands.run(connection, row)


def movements(connection: Connection, label: str) -> list[Movement]:
    rows = _moved.rows(connection, {"label": label})
    return [
        Movement(entry, what, amount, place, by is not None, at, index, seen, device)
        for entry, what, amount, place, by, at, index, seen, device in rows
    ]


def _corrected(entry: Entry) -> list[str]:
    corrects = entry.header.corrects
    return [] if corrects is None or "correction_unknown" in entry.flags else [corrects]
