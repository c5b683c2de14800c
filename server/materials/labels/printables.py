"""What a label says of each thing, word by word; rooms above hand down what they know of theirs (`SOURCES`)."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from server.core import days
from server.materials import queries as materials
from server.materials.labels import codes, model, queries
from server.materials.model import Lot
from server.materials.stock import queries as stock
from server.materials.stock.model import Standing

# What stands for the container on a label that is for all of a lot.
_WHOLE = "整批 · Whole lot"
Said = Mapping[str, str]
# Of things by their names, on a day (YYYY-MM-DD): what is said of each that there is, its code (`model.CODE`) and the
# fields of `model.FIELDS`; what is not known of one is left out.
Source = Callable[[Connection, Iterable[str], str], dict[str, Said]]


def containers(connection: Connection, labels: Iterable[str], day: str) -> dict[str, Said]:
    """With what is in each now, and the status that it has for itself."""
    found = stock.standing(connection, labels, day)
    lots = materials.lots_of(connection, {(one.material, one.lot) for one in found}, day)
    known, companies = {(one.material, one.lot): one for one in lots}, queries.companies(connection)
    zones = days.zones(connection)
    held = ((one, known[one.material, one.lot]) for one in found if (one.material, one.lot) in known)
    return {one.container: queries.of_lot(lot, companies, zones) | _container(one, lot) for one, lot in held}


def statuses(connection: Connection, names: Iterable[str], day: str) -> dict[str, Said]:
    """Of containers by their labels, and of whole lots as `<material>/<lot>`; who decided, and why, rooms above say
    (`DECIDED`)."""
    asked = list(names)
    found, companies = containers(connection, asked, day), queries.companies(connection)
    zones = days.zones(connection)
    for name in asked:
        material, slash, number = name.partition("/")
        lot = materials.find_lot(connection, material, number, day) if slash and name not in found else None
        if lot is not None:
            code = {model.CODE: codes.of_lot(lot.material, lot.lot)}
            found[name] = queries.of_lot(lot, companies, zones) | {"container": _WHOLE} | code
    lots = {(said["material"], said["lot"]) for said in found.values()}
    decided = {lot: [said for source in DECIDED for said in source(connection, *lot).items()] for lot in lots}
    return {name: {**said, **dict(decided[said["material"], said["lot"]])} for name, said in found.items()}


def _container(one: Standing, lot: Lot) -> dict[str, str]:
    code = codes.of_container(one.material, one.lot, one.container, lot.expiry)
    quantity = f"{one.held['value']} {one.held['unit']}"
    return {"container": one.container, "quantity": quantity, model.CODE: code} | queries.status(one.status)


# What rooms above know of the last decision about a lot: {reason, decided, decided_by}.
DECIDED: list[Callable[[Connection, str, str], Said]] = []
SOURCES: dict[str, Source] = {"container": containers, "status": statuses}
