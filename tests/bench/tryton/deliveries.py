"""Tryton as it comes: a delivery of one lot is received, inspected by three tests, put into stock, issued to a batch.

Run by its own interpreter: `deliveries.py <cycles>`, with TRYTOND_DATABASE_URI and DB_NAME set. Each step is a
transaction of its own through the models' own methods, as its dispatcher makes one of each request; no client, no HTTP.
Answers with the seconds of each cycle as JSON.
"""

import json
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from proteus import Model
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction

USER = 1
_TESTS = ("assay", "water", "ph")


def prepare() -> dict[str, Any]:
    """A plant: a material whose lots must be named, three tests before it may go to stock, a product made of it."""
    activate_modules(["stock_lot", "production", "quality"], create_company)
    supplier = Model.get("party.party")(name="Supplier")
    supplier.save()
    unit, *_ = Model.get("product.uom").find([("name", "=", "Kilogram")])
    names: dict[str, Any] = {}
    for name, producible in (("material", False), ("product", True)):
        template = Model.get("product.template")(name=name, default_uom=unit, type="goods", list_price=Decimal(1))
        template.producible = producible
        template.save()
        names[name] = template.products[0].id
    control = Model.get("quality.control")(name="Incoming", operations=["stock.shipment.in:do"])
    for name in _TESTS:
        point = control.points.new()
        point.string, point.type_, point.tolerance_lower, point.tolerance_upper = name, "float", 1, 100
    control.save()
    bom = Model.get("production.bom")(name="product")
    bom.inputs.new(product=Model.get("product.product")(names["material"]), quantity=20)
    bom.outputs.new(product=Model.get("product.product")(names["product"]), quantity=1)
    bom.save()
    company = get_company()
    locations = {one.code: one.id for one in Model.get("stock.location").find([])}
    return names | {
        "supplier": supplier.id,
        "control": control.id,
        "points": [one.name for one in control.points],
        "bom": bom.id,
        "company": company.id,
        "currency": company.currency.id,
        "unit": unit.id,
        "locations": locations,
    }


class Plant:
    """What its users do, one request after the other."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known
        self._context = {"company": known["company"], "_check_access": True}

    def cycle(self, number: int) -> None:
        shipment, lot = self._request(lambda: self._deliver(number))
        self._request(lambda: self._button("stock.shipment.in", "receive", shipment))
        self._request(lambda: self._inspect(shipment))
        self._request(lambda: self._button("stock.shipment.in", "do", shipment))
        batch = self._request(lambda: self._order(lot))
        for button in ("wait", "assign_try", "run"):
            self._request(lambda button=button: self._button("production", button, batch))

    def _request(self, step: Any) -> Any:
        with Transaction().start(DB_NAME, USER, context=self._context) as transaction:
            found = step()
            transaction.commit()
        return found

    def _button(self, model: str, button: str, number: int) -> None:
        pool = Pool().get(model)
        getattr(pool, button)([pool(number)])

    def _deliver(self, number: int) -> tuple[int, int]:
        known, pool = self._known, Pool()
        [lot] = pool.get("stock.lot").create([{"number": f"L{number}", "product": known["material"]}])
        move = {
            "product": known["material"],
            "lot": lot.id,
            "quantity": 100,
            "unit": known["unit"],
            "from_location": known["locations"]["SUP"],
            "to_location": known["locations"]["IN"],
            "unit_price": Decimal(1),
            "currency": known["currency"],
            "company": known["company"],
        }
        warehouse = known["locations"]["WH"]
        values = {
            "supplier": known["supplier"],
            "warehouse": warehouse,
            "warehouse_input": known["locations"]["IN"],
            "warehouse_storage": known["locations"]["STO"],
            "company": known["company"],
            "incoming_moves": [("create", [move])],
        }
        [shipment] = pool.get("stock.shipment.in").create([values])
        return shipment.id, lot.id

    def _inspect(self, shipment: int) -> None:
        Inspection = Pool().get("quality.inspection")
        points = dict.fromkeys(self._known["points"], 42.0)
        values = {"origin": f"stock.shipment.in,{shipment}", "control": self._known["control"], "points": points}
        [one] = Inspection.create([{**values, "company": self._known["company"]}])
        Inspection.process([one])
        if one.state != "passed":
            raise SystemExit("not passed")

    def _order(self, lot: int) -> int:
        known, Production = self._known, Pool().get("production")
        batch = Production(
            product=known["product"],
            bom=known["bom"],
            quantity=1,
            unit=known["unit"],
            company=known["company"],
            warehouse=known["locations"]["WH"],
            location=Production.default_location(),
            planned_date=datetime.now(UTC).date(),
            planned_start_date=datetime.now(UTC).date(),
        )
        batch.explode_bom()
        for one in batch.inputs:
            one.lot = lot
        batch.save()
        return int(batch.id)


def main(cycles: int) -> list[float]:
    plant = Plant(prepare())
    took = []
    for number in range(cycles):
        began = time.perf_counter()
        plant.cycle(number)
        took.append(time.perf_counter() - began)
    with Transaction().start(DB_NAME, USER, readonly=True):
        if Pool().get("production").search_count([("state", "=", "running")]) != cycles:
            raise SystemExit("not every batch has its material")
    return took


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
