"""What a tablet takes along for dispensing, and portions of one line that two tablets weigh without a network."""

import json
from typing import Any

import batch_support
import pytest
from dispensing_support import ASKED, DISPENSING, LOTS, result
from handheld_support import Site
from sqlalchemy import insert

from server.core import db
from server.core.kinds import Fact
from server.materials.masters.model import APPROVED
from server.materials.masters.projection import master
from server.production import queries
from server.production.model import DISPENSED, ORDER
from server.quality.model import RESULTS_RECORDED

pytestmark = pytest.mark.urs("MAT-12", "PLT-09")
LOT = "lot/api-1/A-5/2"


def find(site: Site, corrects: str | None = None, stage: str = "incoming", **found: str) -> str:
    lines = [result(name, value) for name, value in found.items()]
    given = {"stage": stage, "results": lines, "source": None}
    reason = None if corrects is None else "misread"
    fact = Fact(RESULTS_RECORDED, LOT, given, corrects=corrects, reason=reason)
    return site.plant.recorder.state(fact)[0].id


def order(site: Site, batch: str) -> None:
    site.plant.recorder.state(
        *batch_support.lot_facts("A-5/2", "released", "2098-09-30"),
        Fact(ORDER, f"batch/{batch}", batch_support.order(batch, lots=LOTS, phases=[DISPENSING])),
    )


def results_of(site: Site, batch: str, name: str) -> Any:
    tablet = site.tablet(name)
    lease = json.loads(site.lease(tablet, batch)["lease"])
    return {lot["lot"]: lot["results"] for lot in lease["lots"]}


def test_a_lease_has_the_newest_results_that_its_lines_ask_for(site: Site) -> None:
    order(site, "B-2")
    assert results_of(site, "B-2", "T-1") == {"A-5/2": []}
    first = find(site, assay="97.0", loss="0.40", other="1.0")
    again = find(site, assay="98.0")
    find(site, stage="release", assay="50.0")
    assay = {"test": "assay", "value": "98.0", "entry": again}
    assert results_of(site, "B-2", "T-2") == {"A-5/2": [assay, {"test": "loss", "value": "0.40", "entry": first}]}
    mended = find(site, corrects=again, assay="98.5")
    [told, _] = results_of(site, "B-2", "T-3")["A-5/2"]
    assert told == {"test": "assay", "value": "98.5", "entry": mended}
    assert results_of(site, "B-1", "T-4") == {"A-5/2": []}


@pytest.mark.urs("QUA-03")
def test_a_lease_goes_by_what_was_checked_and_names_what_waits_for_it(site: Site) -> None:
    order(site, "B-2")
    first = find(site, assay="97.0")
    given = {"stage": "incoming", "results": [result("assay", "50.0"), result("loss", "0.40")], "source": None}
    analyst = {"person": "P-7", "login": "lin", "name": "林夏", "name_en": "Lin Xia", "roles": ["qc"]}
    site.plant.recorder.state(
        Fact("identity.person_added.v1", "person/P-7", analyst), Fact(RESULTS_RECORDED, LOT, given, actor="P-7")
    )
    lease = json.loads(site.lease(site.tablet("T-1"), "B-2")["lease"])
    [lot] = lease["lots"]
    assert lot["results"] == [{"test": "assay", "value": "97.0", "entry": first}]
    assert lot["unchecked"] == ["assay", "loss"]


def approve(site: Site, code: str, conversions: list[dict[str, Any]]) -> None:
    """A material's version in force, as its projection holds it."""
    row: dict[str, Any] = dict.fromkeys(one.name for one in master.columns if not one.nullable)
    row |= {"material": code, "version": 1, "state": APPROVED, "conversions": json.dumps(conversions)}
    with db.writing_records(), site.plant.engine.begin() as connection:
        connection.execute(insert(master).values({name: value or "" for name, value in row.items()}))


@pytest.mark.urs("MAT-05")
def test_a_lease_carries_what_its_materials_say_of_their_own_units(site: Site) -> None:
    order(site, "B-2")
    assert json.loads(site.lease(site.tablet("T-1"), "B-2")["lease"])["conversions"] == {}
    density = {"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}
    for code in ("api-1", "other"):
        approve(site, code, [density])
    assert json.loads(site.lease(site.tablet("T-2"), "B-2")["lease"])["conversions"] == {"api-1": [density]}


@pytest.mark.urs("PLT-10")
def test_two_tablets_dispense_portions_of_one_line_and_none_changes_the_other(site: Site) -> None:
    order(site, "B-2")
    entry = find(site, assay="98.0", loss="0.50")
    potency = {"assay": {"value": "98.0", "entry": entry}, "water": {"value": "0.50", "entry": entry}}
    flags = []
    tablets = [site.tablet(name, "B-2") for name in ("T-1", "T-2")]
    for number, (tablet, net) in enumerate(zip(tablets, ("3.000", "2.128"), strict=True), 1):
        tablet.connect().wait_for_document("B-2")
        given = {
            **{"batch": "B-2", "phase": "20", "line": "api", "portion": number, **LOTS[0], "container": None},
            **{"into": f"D-{number}", "tare": None, "net": {"value": net, "unit": "kg"}, "gross": None},
            **{"source": "manual", "reading": None, "tare_reading": None, "limits": ASKED, "potency": potency},
            **{"basis": None, "scanned": {"room": "2-114", "balance": None, "container": None}},
            **{"verified_by": None, "comment": None},
        }
        lease, slot = tablet.leases["B-2"], f"20/api/{number}"
        written = tablet.write("B-2", DISPENSED, given, actor="P-1", lease=lease, subject=slot)
        flags.append(tablet.receipt("B-2", tablet.delivered("B-2", written))["flags"])
    assert flags == [["manual_weight_unverified"]] * 2
    with site.plant.engine.connect() as connection:
        [api, *_] = queries.line_sums(connection, "B-2", DISPENSING)
    assert (api["line"], api["sum"], api["complete"]) == ("api", "5.000", True)
