"""A batch of the demonstration's film-coated tablet, and what hands do with it on three tablets at once."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from control_support import ordered_by
from journeys.handheld import Tablet
from journeys.site import Site
from journeys.weighing import Balances
from playwright.sync_api import expect
from usage_support import check

from server.core.config import Config
from server.core.kinds import Fact
from server.core.plant import Plant
from server.demo import coated, dispensing
from server.demo.content import labels
from server.plant import open_plant
from server.recipes import queries as recipes
from server.recipes.model import MASTER_APPROVED, recipe_stream

LONG = 30_000
BATCH = "F-1"
# How coating is done again, and what comes after it.
AGAIN = "MBR-AMT-5-FC-RW"
# The container of each lot that the batch gets, by material.
LOTS = {**dispensing.LOTS, **{material: lot for material, lot, *_ in coated.LOTS}}
FROM = {material: labels(lot, 3 if material in dispensing.LOTS else 2)[-1] for material, lot in LOTS.items()}
LINES = {line["id"]: line for line in dispensing.POWDERS}
# A box of cartons, with what is in it.
CARTON, CARTONS, BOX, BOXED = "CAR-0601", "C-0312", "C-0312-01", {"value": "12600", "unit": "pcs"}
# Of the active ingredient: what is weighed goes by it.
CONTENT = (("assay", "99.6", "98.5", "101.5", "pass"), ("loss", "0.40", None, "0.5", "pass"))


def order(here: Site, database_url: str) -> None:
    """Released as the plant's approved recipe says, with containers that the batch alone may use."""
    plant = open_plant(Config(here.server.data, database_url))
    with plant.engine.connect() as connection:
        found = recipes.find_recipe(connection, "MBR-AMT-5-FC", 1)
    assert found is not None
    lots = [{"material": material, "lot": lot} for material, lot in {**LOTS, CARTON: CARTONS}.items()]
    containers = [{"container": one, "reason": "any"} for one in FROM.values()]
    given = ordered_by(dict(found.payload), BATCH, lots=lots)
    _tested(plant, here)
    _boxed(plant, here)
    said = {"person": here.people["zhaolin"]["id"], "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}
    again = _coated_again() | {"signatures": [said]}
    plant.recorder.state(
        Fact(MASTER_APPROVED, recipe_stream(AGAIN), again),
        Fact("production.order_released.v2", f"batch/{BATCH}", given, actor=here.people["wujing"]["id"]),
        Fact(
            "production.containers_allocated.v2",
            f"batch/{BATCH}",
            {"batch": BATCH, "containers": containers},
            actor=here.people["chenjie"]["id"],
        ),
    )
    plant.close()


def _coated_again() -> dict[str, Any]:
    """The recipe's own phases from coating on, without the yield over what was weighed before: the cores are coated
    with what is left of the suspension."""
    kept = [one for one in coated.PHASES if one["id"] in ("100", "110", "130", "140", "145", "150")]
    kept[0] = kept[0] | {"after": [], "times": []}
    kept[2] = kept[2] | {"after": ["110"]}
    film, pack = ({**unit} for unit in coated.PROCEDURE[1:])
    film["operations"] = [film["operations"][1] | {"phases": ["100", "110"]}]
    bill = [one for one in coated.BILL if one["kind"] in ("packaging", "printed")]
    return {**coated.RECIPE, "recipe": AGAIN, "procedure": [film, pack], "phases": kept, "materials": bill}


def _tested(plant: Plant, here: Site) -> None:
    """Results of the active ingredient, checked by a second analyst."""
    about = {"name": None}
    results = [
        {"test": test, "value": {"value": value, "unit": "%"}, "low": low, "high": high, "verdict": verdict, **about}
        for test, value, low, high, verdict in CONTENT
    ]
    stream, payload = f"lot/API-0107/{LOTS['API-0107']}", {"stage": "incoming", "source": None, "results": results}
    analyst, second = (here.people[login]["id"] for login in ("sunyue", "linxia"))
    [found] = plant.recorder.state(Fact("quality.results_recorded.v1", stream, payload, actor=analyst))
    check(plant, stream, found.id, second)


def _boxed(plant: Plant, here: Site) -> None:
    """A box of cartons that the batch may use."""
    lot, stream, keeper = {"material": CARTON, "lot": CARTONS}, f"lot/{CARTON}/{CARTONS}", here.people["huanglei"]["id"]
    came = {"quantity": BOXED, "supplier": "华彩印务", "supplier_lot": "HC-1107", "expiry": "2098-10-31"}
    received = lot | came | {"containers": 1, "status": "quarantine"}
    rows = {"containers": [{"container": BOX, "quantity": BOXED}]}
    released = lot | {"status": "released", "reason": "入库检验合格"}
    plant.recorder.state(
        Fact("materials.lot_received.v1", stream, received, actor=keeper),
        Fact("materials.containers_received.v1", stream, lot | rows, actor=keeper),
        Fact("materials.lot_status_changed.v1", stream, released),
    )


def issue_cartons(here: Site, batch: str) -> None:
    """The keeper gives the box to a batch, and brings it there."""
    keeper, about = here.desk("huanglei"), f"/api/batches/{batch}/materials"
    keeper.post(f"{about}/allocate", {"containers": [{"container": BOX, "reason": None}]})
    keeper.post(f"{about}/issue", {"container": BOX, "to": None})


def return_cartons(here: Site, batch: str, left: str) -> None:
    said = {"container": BOX, "quantity": {"value": left, "unit": "pcs"}, "to": None, "reason": None}
    here.desk("huanglei").post(f"/api/batches/{batch}/materials/return", said)


def issue(here: Site) -> None:
    """The keeper brings every container to the batch."""
    for container in FROM.values():
        here.desk("huanglei").post(f"/api/batches/{BATCH}/materials/issue", {"container": container, "to": None})


def take_back(here: Site) -> None:
    """What is left goes back to the store, so that all of the batch's material is accounted for."""
    keeper = here.desk("huanglei")
    for container in FROM.values():
        left = keeper.get(f"/api/containers/{quote(container, safe='')}")["held"]
        said = {"container": container, "quantity": left, "to": None, "reason": None}
        keeper.post(f"/api/batches/{BATCH}/materials/return", said)


def identify(tablet: Tablet, *codes: str) -> None:
    """Room and machine, before the phase is begun."""
    for code in codes:
        tablet.wedge(code)
        expect(tablet.at("identified")).to_contain_text(code, timeout=LONG)


def lies(tablet: Tablet, balances: Balances, load: str, shown: str) -> None:
    """So much lies on the balance, and the tablet shows it at rest."""
    balances.place("BAL-07", load)
    tablet.shows(shown)


def weigh_line(tablet: Tablet, balances: Balances, material: str, net: str, second: str) -> None:
    """One container, one portion: tared with what it is weighed into, and confirmed by a second person."""
    tablet.at("next-line").click()
    tablet.wedge(FROM[material])
    lies(tablet, balances, "0", "0.000")
    lies(tablet, balances, "0.250", "0.250")
    expect(tablet.at("take-tare")).to_be_enabled(timeout=LONG)
    tablet.at("take-tare").click()
    expect(tablet.at("tare")).to_contain_text("0.250")
    lies(tablet, balances, str(Decimal(net) + Decimal("0.250")), net)
    tablet.take_weight()
    tablet.confirm_second(second)
    tablet.at("rest-done").click()
    expect(tablet.at("rest-sheet")).to_have_count(0)


def weigh_phase(tablet: Tablet, balances: Balances, label: str, net: str) -> None:
    """A weighing of one material on the other balance, tared before."""
    tablet.at("balance-BAL-08").click()
    tablet.at(f"container-{label}").click()
    for load in ("0.000", net):
        balances.place("BAL-08", load)
        expect(tablet.at("live-net")).to_contain_text(load, timeout=LONG)
    expect(tablet.at("live-net")).to_have_attribute("data-quality", "stable", timeout=LONG)
    tablet.take_weight()


def clear_line(tablet: Tablet) -> None:
    for item in "ab":
        tablet.at(f"item-{item}-ok").click()
    tablet.at("sign").click()


def draw_up(tablet: Tablet, phase: str, made: str, percent: str) -> None:
    """A yield whose input was weighed before and whose output is typed."""
    tablet.start_phase()
    tablet.type_number(made)
    tablet.at("next-input").click()
    expect(tablet.at("yield-value")).to_contain_text(percent)
    tablet.at("sign").click()
    tablet.complete_phase(phase)


def shown_as(tablet: Tablet, phase: str, state: str) -> None:
    """What somebody else did has arrived; the phase is looked at."""
    expect(tablet.at(f"phase-{phase}")).to_have_attribute("data-state", state, timeout=LONG)
    tablet.at(f"phase-{phase}").click()
