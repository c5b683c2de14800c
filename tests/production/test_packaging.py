"""Printed materials through the door, on both databases: their balance, its explanation, their specimens (PRD-11)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import PHASE, Site, marked
from control_support import items, release
from packaging_stock_support import FIRST, FOIL, SECOND, count, foil, issue, order
from packaging_support import PHASES, TYPED, Packing, packed, specimen
from recipe_support import step
from release_support import review
from stock_support import Store

from server.core import rebuild
from server.production.issuing import queries as issuing

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


def test_a_specimen_is_taken_again_at_any_time_with_a_reason(packing: Packing) -> None:
    packing.balance()
    packing.labels()
    wrong = packing.keep(number="B7")
    assert packing.mark("phase_completed", "30").flags == ()
    packing.mark("phase_started", "40")
    right = specimen("B1")
    assert packing.site.put("specimen_kept", right, corrects=wrong.id).flags == ("correction_unknown",)
    again = packing.site.put("specimen_kept", right, corrects=wrong.id, reason="of another batch")
    assert "specimen_differs" not in again.flags
    assert packing.site.item("B1", "specimen_differs").entries == (wrong.id,)


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


@pytest.mark.parametrize(
    "counts",
    [
        {"destroyed": "518", "returned": "-500"},
        {"destroyed": "8.4", "specimens": "1.6"},
        {"issued": "-1000", "packs": "980", "destroyed": "-1980", "specimens": "0", "returned": "0"},
    ],
)
def test_no_loss_comes_out_even_by_counts_that_nobody_can_have_counted(
    packing: Packing, counts: dict[str, str]
) -> None:
    flags = packing.balance(**counts).flags
    assert "count_impossible" in flags
    assert packing.site.item(packing.batch, "count_impossible").details["counts"].keys() <= counts.keys()


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


def difference(site: Store, batch: str = "B1") -> str | None:
    """What the release asks to be explained of the foil; None where the batch accounts for it."""
    [gate] = [one for one in review(site, batch)["gates"] if one["code"] == "materials"]
    told = [one for one in review(site, batch)["open"] if one["type"] == "difference"]
    assert gate["met"] is (told == [])
    return None if not told else str(told[0]["details"]["difference"]["value"])


def back(site: Store, value: str, label: str = FIRST, batch: str = "B1") -> None:
    site.hand_back(batch)
    said = {"batch": batch, "container": label, "quantity": {"value": value, "unit": "kg"}, "to": None, "reason": None}
    site.state("production.container_returned.v1", f"batch/{batch}", said, "P-8")


def choose(site: Store, entry: str) -> None:
    """QA says which of two balances counts."""
    [conflict] = [one.id for one in items(site, "B1") if one.type == "conflict"]
    said = {"batch": "B1", "conflict": conflict, "chosen": entry, "reason": "the other was counted twice"}
    site.state("release.conflict_resolved.v1", "batch/B1", said, "P-5")


@pytest.mark.urs("MAT-09", "WHS-02")
def test_what_a_balance_answers_for_is_not_explained_again(database_url: str, tmp_path: Path) -> None:
    """The roll came with 25 kg, 19.6 are on packs, 5.4 went back to the store; nobody weighs a roll out."""
    site = Store(database_url, tmp_path)
    order(site, "B1")
    site.allocate("B1", FIRST)
    issue(site, "B1", FIRST)
    assert difference(site) == "25.00"
    first = site.put("material_balanced", foil("B1", "25.00", "100.0"))
    assert difference(site) == "5.40", "what is said to go back has not come to the store"
    back(site, "5.4")
    assert difference(site) is None
    with site.plant.engine.connect() as connection:
        [shown] = issuing.materials_of(connection, "B1", "2026-11-22")
    assert shown["reconciled"]["balanced"] == {"value": "19.60", "unit": "kg"}
    rival = site.put("material_balanced", foil("B1", "25.00", "100.0"))
    assert "conflict" in rival.flags
    assert difference(site) == "19.60", "of two that claim one place neither answers"
    choose(site, first.id)
    assert difference(site) is None
    again = foil("B1", "24.00", "104.2", returned="5.4")
    site.put("material_balanced", again, corrects=first.id, reason="counted again")
    assert difference(site) == "1.00"
    assert site.rebuilds()
    site.plant.close()


@pytest.mark.urs("MAT-09")
def test_a_balance_that_is_stale_answers_for_nothing(database_url: str, tmp_path: Path) -> None:
    site = Store(database_url, tmp_path)
    release(site, "B1", [PHASES[0], step("30", "packaging", "20", printed=[FOIL], **PHASE)])
    site.allocate("B1", FIRST)
    issue(site, "B1", FIRST)
    packs = site.put("parameter_recorded", packed("B1"))
    said = foil("B1", "25.00", "100.0")
    said["inputs"][1]["entries"] = [packs.id]
    site.put("phase_completed", marked("B1", "20"))
    assert site.put("material_balanced", said).flags == ()
    back(site, "5.4")
    assert difference(site) is None
    site.put("parameter_recorded", packed("B1", "981"), corrects=packs.id, reason="miscounted")
    assert difference(site) == "19.60"
    site.plant.close()


@pytest.mark.urs("MAT-09")
def test_what_is_missing_from_a_balance_without_limits_is_explained_to_the_gate(tmp_path: Path) -> None:
    """Within limits it needs no word: the recipe has said how much may be missing."""
    site = Store(f"sqlite:///{tmp_path}/plant/pestle.db", tmp_path)
    for batch, label, low in (("B1", FIRST, "90"), ("B2", SECOND, None)):
        one = FOIL | {"sources": {**TYPED, "packs": None}, "low": low}
        release(site, batch, [step("30", "packaging", printed=[one], **PHASE)])
        site.allocate(batch, label)
        issue(site, batch, label)
        # A kilogram of 25 is gone.
        assert site.put("material_balanced", foil(batch, "25.00", "96.0", returned="4.4")).flags == ()
        back(site, "4.4", label, batch)
    assert difference(site) is None
    assert difference(site, "B2") == "1.00"
    site.plant.close()


@pytest.mark.urs("MAT-09")
def test_what_was_issued_is_compared_in_the_unit_of_the_balance(database_url: str, tmp_path: Path) -> None:
    """Whatever unit the recipe takes the material in elsewhere."""
    site = Store(database_url, tmp_path)
    count(site, "B1")
    wrong = site.put("material_balanced", foil("B1", "24.00", "104.2"))
    assert "issued_differs" in wrong.flags
    item = site.item("B1", "issued_differs")
    assert item.details["issued"] == {"value": "25.00", "unit": "kg"}
    again = foil("B1", "25.00", "100.0")
    right = site.put("material_balanced", again, corrects=wrong.id, reason="read again")
    assert "issued_differs" not in right.flags
    assert site.rebuilds()
    site.plant.close()
