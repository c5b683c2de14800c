"""What a label says of each thing, word by word; rooms above hand down what they know of theirs (`SOURCES`)."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from server.materials import queries as materials
from server.materials.labels import codes, model
from server.materials.model import Lot
from server.materials.stock import queries as stock
from server.materials.stock.model import Standing
from server.materials.suppliers import queries as suppliers

# The status of a lot on its label, in Chinese and English.
STATUSES = {
    "quarantine": ("待验", "QUARANTINE"),
    "released": ("合格", "RELEASED"),
    "rejected": ("不合格", "REJECTED"),
    "restricted": ("限制使用", "RESTRICTED"),
    "expired": ("已过期", "EXPIRED"),
    "retest_due": ("待复验", "RETEST DUE"),
    "historical": ("历史批", "HISTORICAL"),
}
Said = Mapping[str, str]
# Of things by their names, on a day (YYYY-MM-DD): what is said of each that there is, its code (`model.CODE`) and the
# fields of `model.FIELDS`; what is not known of one is left out.
Source = Callable[[Connection, Iterable[str], str], dict[str, Said]]


def containers(connection: Connection, labels: Iterable[str], day: str) -> dict[str, Said]:
    """With what is in each now, and the status that it has for itself."""
    found = stock.standing(connection, labels, day)
    lots = materials.lots_of(connection, {(one.material, one.lot) for one in found}, day)
    known, companies = {(one.material, one.lot): one for one in lots}, _companies(connection)
    return {
        one.container: of_lot(known[one.material, one.lot], companies) | _container(one, known[one.material, one.lot])
        for one in found
        if (one.material, one.lot) in known
    }


def statuses(connection: Connection, names: Iterable[str], day: str) -> dict[str, Said]:
    """Of containers by their labels, and of whole lots as `<material>/<lot>`."""
    asked = list(names)
    found, companies = containers(connection, asked, day), _companies(connection)
    for name in asked:
        material, slash, number = name.partition("/")
        lot = materials.find_lot(connection, material, number, day) if slash and name not in found else None
        if lot is not None:
            found[name] = of_lot(lot, companies) | {model.CODE: codes.of_lot(lot.material, lot.lot)}
    return found


def _companies(connection: Connection) -> dict[str, str]:
    return {code: one.name["zh"] for code, one in suppliers.all_suppliers(connection).items()}


def of_lot(lot: Lot, companies: Mapping[str, str]) -> dict[str, str]:
    """What labels of all that is of a lot say of it."""
    name = lot.name or {"zh": lot.material, "en": lot.material}
    said = {"material": lot.material, "name_zh": name["zh"], "name_en": name["en"], "lot": lot.lot}
    said |= {"supplier": companies.get(lot.supplier or "", lot.supplier or ""), "supplier_lot": lot.supplier_lot or ""}
    said |= {"expiry": lot.expiry or "", "retest": lot.retest or "", "received": lot.received_at[:10]}
    return {key: text for key, text in said.items() if text} | _status(lot.status)


def _container(one: Standing, lot: Lot) -> dict[str, str]:
    code = codes.of_container(one.material, one.lot, one.container, lot.expiry)
    quantity = f"{one.held['value']} {one.held['unit']}"
    return {"container": one.container, "quantity": quantity, model.CODE: code} | _status(one.status)


def _status(status: str) -> dict[str, str]:
    zh, en = STATUSES.get(status, (status, status))
    return {"status_zh": zh, "status_en": en}


SOURCES: dict[str, Source] = {"container": containers, "status": statuses}
