"""Printed materials through the door, on both databases: their balance, its explanation, their specimens (PRD-11)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from control_support import items
from packaging_stock_support import FIRST, SECOND, foil, issue, order
from packaging_support import Packing, packed, specimen
from stock_support import Store

from server.core import rebuild

pytestmark = pytest.mark.urs("PRD-11")


@pytest.fixture
def packing(database_url: str, tmp_path: Path) -> Iterator[Packing]:
    site = Site(database_url, tmp_path)
    yield Packing(site)
    site.plant.close()


def codes(packing: Packing) -> list[str]:
    return [one.code for one in items(packing.site, packing.batch)]


def test_a_batch_whose_printed_materials_agree_and_are_shown_has_nothing_wrong(packing: Packing) -> None:
    assert packing.balance().flags == packing.labels().flags == packing.keep().flags == ()
    assert packing.mark("phase_completed", "30").flags == ()
    assert packing.mark("phase_started", "40").flags == ()
    assert codes(packing) == []


def test_each_good_pack_counts_with_what_it_has_of_the_material(packing: Packing) -> None:
    """Two labels on each of 980 cartons: of 1980 issued, 1970 are accounted for, and no digit more."""
    assert packing.balance("99.5", item="label", issued="1980", destroyed="0", specimens="0").flags == ()
    again = packing.balance("100.0", item="label", issued="1980", destroyed="0", specimens="0")
    assert "calculation_differs" in again.flags


def test_the_balance_stops_the_batch_outside_its_limits_until_it_is_explained(packing: Packing) -> None:
    short = packing.short()
    assert short.flags == ("out_of_limits",)
    item = packing.site.item("B1", "out_of_limits")
    assert (item.phase, item.slot, item.details["low"]) == ("30", "30/carton", "99.5")
    packing.keep()
    packing.mark("phase_completed", "30")
    assert packing.mark("phase_started", "40").flags == ("yield_unexplained",)
    assert packing.explain(short.id).flags == ()
    assert "yield_unexplained" not in packing.mark("phase_started", "40").flags


def test_one_material_out_of_limits_stops_the_batch_as_well_beside_others_that_agree(packing: Packing) -> None:
    packing.balance()
    short = packing.balance("98.5", item="label", issued="2000", destroyed="0", specimens="0")
    assert short.flags == ("out_of_limits",)
    packing.keep()
    packing.mark("phase_completed", "30")
    assert packing.mark("phase_started", "40").flags == ("yield_unexplained",)
    assert packing.site.item("B1", "yield_unexplained").details["yields"] == [short.id]


def test_a_balance_from_a_count_that_was_corrected_is_stale(packing: Packing) -> None:
    balance = packing.balance()
    better = packing.site.put("parameter_recorded", packed("B1", "981"), corrects=packing.packs, reason="miscounted")
    assert "yield_stale" in better.flags
    assert packing.site.item("B1", "yield_stale").entries == (balance.id, better.id)


def test_a_phase_that_ends_without_a_specimen_says_of_which_material(packing: Packing) -> None:
    packing.balance()
    packing.labels()
    assert packing.mark("phase_completed", "30").flags == ("specimen_missing",)
    item = packing.site.item("B1", "specimen_missing")
    assert (item.details["items"], item.details["severity"]) == (["carton"], "major")


def test_the_specimen_of_another_batch_is_none(packing: Packing) -> None:
    other = Packing(packing.site, "B2")
    other.keep()
    assert "specimen_missing" in packing.mark("phase_completed", "30").flags


def test_a_specimen_with_another_number_on_it_is_kept_and_told(packing: Packing) -> None:
    assert packing.keep(number="B7").flags == ("specimen_differs",)
    item = packing.site.item("B1", "specimen_differs")
    assert (item.slot, item.details["printed"], item.details["expected"]) == ("30/carton/specimen", "B7", "B1")
    # A second one, of the next roll, rivals nothing.
    assert packing.keep().flags == ()


def test_a_specimen_or_a_balance_of_no_printed_material_of_the_phase_is_told(packing: Packing) -> None:
    assert packing.keep(item="leaflet").flags == ("slot_unknown",)
    assert "slot_unknown" in packing.balance(item="leaflet").flags


def test_two_balances_of_one_material_are_a_conflict(packing: Packing) -> None:
    packing.balance()
    assert packing.balance().flags == ("conflict",)


def test_tables_that_are_rebuilt_from_the_log_say_the_same(packing: Packing) -> None:
    packing.short()
    packing.keep()
    packing.site.put("specimen_kept", specimen("B1", number="B3"))
    plant = packing.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


@pytest.mark.urs("MAT-08")
def test_what_is_said_to_be_issued_is_compared_with_what_the_store_has_issued(
    database_url: str, tmp_path: Path
) -> None:
    site = Store(database_url, tmp_path)
    order(site, "B1")
    assert site.put("material_balanced", foil("B1", "25", "100.0")).flags == ()
    order(site, "B2")
    site.allocate("B2", FIRST, SECOND)
    issue(site, "B2", FIRST)
    first = site.put("material_balanced", foil("B2", "25.00", "100.0"))
    assert first.flags == ()
    issue(site, "B2", SECOND)
    given = foil("B2", "25", "100.0")
    again = site.put("material_balanced", given, corrects=first.id, reason="counted again")
    assert again.flags == ("issued_differs",)
    item = site.item("B2", "issued_differs")
    assert (item.details["issued"], item.details["value"]) == ({"value": "50.00", "unit": "kg"}, "25")
    right = foil("B2", "50", "100.0", returned="30.4")
    assert site.put("material_balanced", right, corrects=again.id, reason="both rolls").flags == ()
    site.plant.close()
