"""Dispensing line by line through the door: what is kept, flagged, and left for QA (MAT-12).

What is asked of tables is tried on both databases, what follows from pure rules on one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, marked
from dispensing_support import API, CHECKS, FILLER, LOT, SALT, Dispensing, result
from usage_support import check

from server.core import rebuild
from server.core.kinds import Fact
from server.materials.stock import queries as stock
from server.production import queries
from server.production.issuing import queries as issuing
from server.quality.model import RESULTS_RECORDED
from server.quality.usage import numbers
from server.release import queries as release

pytestmark = pytest.mark.urs("MAT-12")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Dispensing]:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    yield Dispensing(site)
    site.plant.close()


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Dispensing]:
    site = Site(database_url, tmp_path)
    yield Dispensing(site)
    site.plant.close()


def codes(at: Dispensing) -> list[str]:
    return [code for code, _, _ in at.site.items(at.number)]


def test_a_batch_dispensed_by_content_and_made_up_for_is_clean_and_complete(both: Dispensing) -> None:
    assert both.put(API, "3.000").flags == ()
    assert both.put(API, "2.128", portion=2).flags == ()
    assert both.filler("19.872", "5.128", "19.872").flags == ()
    assert both.put(SALT, "0.500").flags == ()
    assert both.site.put("phase_completed", marked("B1", "20")).flags == ()
    line = both.site.line("B1")
    assert (line.status, line.open_items, codes(both)) == ("awaiting_review", 0, [])
    with both.site.plant.engine.connect() as connection:
        portions = queries.dispensed_of(connection, "B1")
        gates = {one.code: one.met for one in release.review(connection, "B1").gates}
        used = queries.batches_using(connection, "exc-1", "E-1")
    assert [(one["line"], one["portion"], one["net"]["value"]) for one in portions] == [
        *(("api", 1, "3.000"), ("api", 2, "2.128"), ("filler", 1, "19.872"), ("salt", 1, "0.500"))
    ]
    assert (gates["phases"], used) == (True, ["B1"])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"limits": {"low": "4.975", "high": "5.025", "target": "5.000", "unit": "kg"}}, "quantity_differs"),
    ({"limits": {"low": "5.102", "high": "5.153", "target": "5.128", "unit": "kg"}}, "quantity_differs"),
    ({"potency": None}, "potency_differs"),
    ({"scanned": {"room": "2-114", "balance": None, "container": None}}, "not_scanned"),
    ({"scanned": {"room": "2-115", "balance": "BAL-07", "container": None}}, "not_scanned"),
    ({"phase": "99"}, "slot_unknown"),
    ({"lot": "E-1"}, "wrong_lot"),
]


def test_what_is_wrong_with_a_portion_is_an_exception(at: Dispensing) -> None:
    for number, (changes, code) in enumerate(WRONG):
        at.again(f"W{number}")
        assert code in at.put(API, "5.128", **changes).flags, changes
        assert code in codes(at)


def test_a_line_that_the_order_has_not_is_told_of(at: Dispensing) -> None:
    assert at.put(SALT | {"id": "sugar"}, "0.500").flags == ("slot_unknown",)


def test_results_that_came_after_the_lease_are_told_with_those_that_were_used(both: Dispensing) -> None:
    used = both.potency()
    both.test(assay="97.0")
    recorded = both.put(API, "5.128", potency=used)
    assert recorded.flags == ("potency_differs",)
    details = both.site.item("B1", "potency_differs").details
    assert details["stated"]["assay"]["value"] == "98.0"
    assert details["standing"] == both.potency()


@pytest.mark.urs("QUA-03")
def test_a_result_counts_for_a_quantity_once_somebody_else_has_checked_it(at: Dispensing) -> None:
    checked = at.potency()
    entry = at.find(assay="97.0")
    assert at.put(API, "1.000", potency=at.potency()).flags == ("potency_differs", "quantity_differs")
    assert at.site.item("B1", "potency_differs").details["standing"] == checked
    assert at.put(API, "1.000", portion=2, potency=checked).flags == ()
    check(at.site.plant, LOT, entry, CHECKS)
    assert at.put(API, "0.500", portion=3, potency=checked).flags == ("potency_differs",)


@pytest.mark.urs("QUA-03")
def test_a_correction_is_no_basis_before_it_is_checked_as_well(at: Dispensing) -> None:
    wrong = at.potency()["assay"]["entry"]
    lines = [result("assay", "97.0"), result("loss", "0.50")]
    given = {"stage": "incoming", "results": lines, "source": None}
    fact = Fact(RESULTS_RECORDED, LOT, given, actor="P-7", corrects=wrong, reason="misread")
    mended = at.site.plant.recorder.state(fact)[0].id
    at.put(API, "1.000", potency=at.potency())
    assert at.site.item("B1", "potency_differs").details["standing"] == {"assay": None, "water": None}
    check(at.site.plant, LOT, mended, CHECKS)
    with at.site.plant.engine.connect() as connection:
        assert numbers.numbers_of_lot(connection, "api-1", "A-5/2")["assay"] == {"value": "97.0", "entry": mended}
        assert numbers.unchecked_of_lot(connection, "api-1", "A-5/2") == set()


def test_a_lot_that_was_not_tested_has_no_quantity(at: Dispensing) -> None:
    at.site.receive("A-6")
    at.site.order("B2", lots=[{"material": "api-1", "lot": "A-6"}], phases=at.phases())
    at.number = "B2"
    at.put(API, "5.128", lot="A-6", potency={"assay": None, "water": None})
    assert at.site.item("B2", "quantity_unknown").details["error"] == "missing"


@pytest.mark.urs("BRG-02")
def test_gross_and_tare_are_the_balances_own_and_net_is_their_difference(at: Dispensing) -> None:
    def weights(tare: str, gross: str) -> dict[str, Any]:
        shown = {name: {"value": value, "unit": "kg"} for name, value in (("tare", tare), ("gross", gross))}
        read = at.site.read_weight
        return shown | {"tare_reading": read(net=tare), "reading": read(net=gross)}

    assert at.put(SALT, "0.500", **weights("0.120", "0.620")).flags == ()
    at.again("B2")
    assert at.put(SALT, "0.500", **weights("0.120", "0.621")).flags == ("weights_inconsistent",)
    at.again("B3")
    odd = weights("0.120", "0.620") | {"gross": None}
    assert "weights_inconsistent" in at.put(SALT, "0.500", **odd).flags
    at.again("B4")
    taken = weights("0.120", "0.620")
    assert at.put(SALT, "0.500", **(taken | {"tare_reading": None})).flags == ("reading_unverified",)
    assert at.site.item("B4", "reading_unverified").details == {"problem": "missing", "reading": None, "of": "tare"}


@pytest.mark.urs("BRG-02")
def test_the_tare_is_of_the_balance_that_shows_the_gross_weight(at: Dispensing) -> None:
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.620", "unit": "kg"}}
    empty, full = at.site.read_weight(balance="BAL-08", net="0.120"), at.site.read_weight(net="0.620")
    assert at.put(SALT, "0.500", **shown, tare_reading=empty, reading=full).flags == ("weights_inconsistent",)
    assert at.site.item("B1", "weights_inconsistent").details["balances"] == ["BAL-07", "BAL-08"]


@pytest.mark.urs("BRG-02")
def test_no_reading_is_taken_twice_be_it_for_a_tare(both: Dispensing) -> None:
    empty, full = both.site.read_weight(net="0.120"), both.site.read_weight(net="0.620")
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.620", "unit": "kg"}}
    taken = shown | {"tare_reading": empty, "reading": full}
    first = both.put(SALT, "0.500", **taken)
    assert first.flags == ()
    again = both.put(SALT, "0.500", **taken, into="other", corrects=first.id, reason="wrong label")
    assert again.flags == ()
    both.again("B2")
    assert both.put(SALT, "0.500", **taken).flags == ("reading_unverified",)
    assert [one.details["problem"] for one in both.every("reading_unverified")] == ["reused", "reused"]
    assert both.put(SALT, "0.120", portion=2, reading=empty).flags == ("reading_unverified", "out_of_limits")


def test_a_line_is_over_by_its_sum_and_not_by_one_portion(at: Dispensing) -> None:
    assert at.put(SALT, "0.300").flags == ()
    assert at.put(SALT, "0.205", portion=2).flags == ()
    assert at.put(SALT, "0.001", portion=3).flags == ("out_of_limits",)
    assert at.site.item("B1", "out_of_limits").details["values"] == ["0.506"]


def test_a_sum_beyond_all_measure_is_told_like_any_other(at: Dispensing) -> None:
    """A tablet that has gone mad says that next to nothing was asked for, and weighs a mountain."""
    limits = {"low": "0.000000000001", "high": "0.000000000001", "target": "0.000000000001", "unit": "kg"}
    flags = at.put(FILLER, "999999999999999", limits=limits).flags
    assert "rule_failed" not in flags
    assert {"out_of_limits", "quantity_differs"} <= set(flags)


def test_lots_of_other_content_share_a_line(at: Dispensing) -> None:
    at.put(API, "2.564")
    at.test(assay="100.0", loss="0.00")
    half = {"low": "4.975", "high": "5.025", "target": "5.000", "unit": "kg"}
    assert at.put(API, "2.500", portion=2, limits=half).flags == ()
    assert at.filler("19.936", "5.064", "19.936").flags == ()


def test_a_compensator_comes_after_what_it_makes_up_for(at: Dispensing) -> None:
    assert at.filler("10.000", "0", "25.000").flags == ("compensator_early",)
    assert at.site.item("B1", "compensator_early").details["open"] == ["api"]
    assert at.put(API, "5.128").flags == ("compensator_outdated",)
    late = at.filler("9.000", "5.000", "20.000", portion=2)
    assert late.flags == ("quantity_differs",)
    told = at.site.item("B1", "quantity_differs").details
    assert (told["calculated"]["target"], told["basis"]["calculated"]["dispensed"]) == ("19.872", "5.128")


def test_a_phase_that_ends_with_a_line_open_is_an_exception_with_its_sums(at: Dispensing) -> None:
    at.put(SALT, "0.400")
    assert at.site.put("phase_completed", marked("B1", "20")).flags == ("line_incomplete",)
    lines = at.site.item("B1", "line_incomplete").details["lines"]
    assert [(one["line"], one["sum"]) for one in lines] == [("api", "0.000"), ("filler", "0.000"), ("salt", "0.400")]


def test_what_leaves_a_line_open_after_the_end_of_its_phase_is_an_exception_of_its_own(at: Dispensing) -> None:
    first = at.put(SALT, "0.500")
    at.site.put("phase_completed", marked("B1", "20"))
    again = at.put(SALT, "0.500", into="b", corrects=first.id, reason="wrong label")
    assert again.flags == ()
    mended = at.put(SALT, "0.400", into="c", corrects=again.id, reason="wrong container")
    assert mended.flags == ("line_incomplete",)
    assert at.put(SALT, "0.100", portion=2).flags == ()


@pytest.mark.urs("QUA-03")
def test_a_result_of_somebody_who_may_record_none_is_no_basis(at: Dispensing) -> None:
    used = at.potency()
    given = {"stage": "incoming", "results": [result("assay", "49.0")], "source": None}
    said = at.site.submit(at.site.writers["tablet-b"].write(RESULTS_RECORDED, "lot/api-1/A-5/2", given, actor="P-1"))
    assert "person_not_permitted" in said.flags
    assert at.put(API, "5.128", potency=used).flags == ()


@pytest.mark.urs("PLT-10")
def test_of_two_claims_of_one_portion_the_most_counts_until_qa_decides(both: Dispensing) -> None:
    first = both.put(SALT, "0.300", into="a")
    rival = both.put(SALT, "0.310", into="b", device="tablet-b")
    assert (first.flags, rival.flags) == ((), ("conflict",))
    assert both.put(SALT, "0.196", portion=2).flags == ("out_of_limits",)


@pytest.mark.urs("PLT-07")
def test_a_corrected_portion_counts_no_more(at: Dispensing) -> None:
    first = at.put(SALT, "0.505")
    again = at.put(SALT, "0.300", corrects=first.id, reason="wrong container")
    assert again.flags == ()
    assert at.put(SALT, "0.200", portion=2).flags == ()


@pytest.mark.urs("MAT-11")
def test_no_two_dispensed_containers_have_one_label(both: Dispensing) -> None:
    first = both.put(SALT, "0.100", into="D-1")
    assert both.put(SALT, "0.100", portion=2, into="D-1").flags == ("label_reused",)
    assert both.site.item("B1", "label_reused").details["entry"] == first.id
    again = both.put(SALT, "0.110", into="D-1", corrects=first.id, reason="misread")
    assert again.flags == ("label_reused",)
    received = {"material": "exc-2", "lot": "S-1", "containers": [both.container("C-1")]}
    both.site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    both.again("B2")
    assert "label_reused" in both.put(SALT, "0.500", into="C-1", container="C-1").flags


@pytest.mark.urs("PLT-16", "MAT-08")
def test_a_container_gives_to_several_lines_and_batches_no_more_than_it_holds(both: Dispensing) -> None:
    received = {"material": "exc-2", "lot": "S-1", "containers": [both.container("C-1", "0.700")]}
    both.site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    given = {"batch": "B1", "containers": [{"container": "C-1", "reason": None}]}
    both.site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")
    scanned = {"room": "2-114", "balance": "BAL-07", "container": "C-1"}
    for portion, net, flags in (
        (1, "0.300", ()),
        (2, "0.200", ()),
        (3, "0.201", ("out_of_limits", "container_used_up")),
    ):
        assert both.put(SALT, net, portion=portion, container="C-1", scanned=scanned).flags == flags
    assert "container_missing" in both.put(SALT, "0.001", portion=4).flags


@pytest.mark.urs("MAT-08")
def test_what_a_batch_was_given_of_one_material_is_not_enough_of_another(at: Dispensing) -> None:
    for line, label in ((FILLER, "E-1-1"), (SALT, "S-1-1")):
        lot = {"material": line["material"], "lot": {"exc-1": "E-1", "exc-2": "S-1"}[line["material"]]}
        received = lot | {"containers": [at.container(label)]}
        at.site.state("materials.containers_received.v1", "/".join(("lot", *lot.values())), received, "P-3")
        given = {"batch": "B1", "containers": [{"container": label, "reason": None}]}
        at.site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")


@pytest.mark.urs("MAT-06", "MAT-09")
def test_the_stock_and_the_batchs_account_know_what_was_taken_and_what_was_corrected(at: Dispensing) -> None:
    received = {"material": "exc-2", "lot": "S-1", "containers": [at.container("C-1", "0.700")]}
    at.site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    given = {"batch": "B1", "containers": [{"container": "C-1", "reason": None}]}
    at.site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")
    scanned = {"room": "2-114", "balance": "BAL-07", "container": "C-1"}
    out_of: dict[str, Any] = {"container": "C-1", "scanned": scanned}
    at.put(SALT, "0.300", **out_of)
    second = at.put(SALT, "0.250", portion=2, **out_of)
    at.put(SALT, "0.200", portion=2, **out_of, corrects=second.id, reason="misread")
    with at.site.plant.engine.connect() as connection:
        standing = stock.find_standing(connection, "C-1", "2026-11-22")
        [line] = [one for one in issuing.materials_of(connection, "B1", "2026-11-22") if one["material"] == "exc-2"]
    assert standing is not None
    assert (standing.held["value"], standing.batch) == ("0.200", "B1")
    assert (line["need"]["value"], line["given"]["value"]) == ("0.500", "0.700")


@pytest.mark.urs("MAT-06")
def test_a_weight_below_zero_puts_nothing_into_a_container(at: Dispensing) -> None:
    received = {"material": "exc-2", "lot": "S-1", "containers": [at.container("C-1", "0.700")]}
    at.site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    at.put(SALT, "-0.300", container="C-1")
    with at.site.plant.engine.connect() as connection:
        standing = stock.find_standing(connection, "C-1", "2026-11-22")
        had = stock.base(connection, "C-1")
    assert standing is not None
    assert (standing.held["value"], had and had["value"]) == ("0.700", "0.700")


@pytest.mark.urs("EQP-04", "EQP-02")
def test_a_balance_counts_by_what_lies_on_it_and_when_it_was_calibrated(at: Dispensing) -> None:
    limits = {"capacity": {"value": "0.600", "unit": "kg"}, "minimum": {"value": "50", "unit": "g"}}
    rest: dict[str, Any] = {"balance": "BAL-07", "check_hours": None, "weights": [], "reason": "USP <41>"}
    at.site.state("equipment.balance_limits_set.v1", "equipment/BAL-07", limits | rest)
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.620", "unit": "kg"}}
    read = {"tare_reading": at.site.read_weight(net="0.120"), "reading": at.site.read_weight(net="0.620")}
    assert at.put(SALT, "0.500", **shown, **read).flags == ("balance_out_of_range",)
    at.again("B2")
    assert at.put(SALT, "0.040").flags == ("below_minimum_weight",)
    balance = {"equipment": "BAL-07", "class": "balance", "name": {"zh": "秤", "en": "scale"}, "serial": "1234567"}
    due = {"model": "ICS685", "location": "2-114", "calibration_due": "2026-11-21"}
    at.site.state("equipment.equipment_registered.v1", "equipment/BAL-07", balance | due)
    assert at.put(SALT, "0.460", portion=2).flags == ("calibration_overdue",)


@pytest.mark.urs("IDN-05", "IDN-06")
def test_a_second_person_stands_by_as_the_recipe_says(at: Dispensing) -> None:
    for second, first in (("portion", ("second_check_missing",)), ("line", ())):
        at.again(f"B-{second}", second)
        assert at.put(SALT, "0.300").flags == first
        assert at.put(SALT, "0.200", portion=2).flags == ("second_check_missing",)
    at.again("B3", "line")
    by = {"verified_by": "P-2", "cosigner": "P-2"}
    assert at.put(SALT, "0.500", **by).flags == ()
    typed = at.put(SALT, "0.001", portion=2, source="manual", reading=None)
    assert typed.flags == ("manual_weight_unverified",)


@pytest.mark.urs("IDN-06")
def test_a_second_person_confirms_a_portion_afterwards(at: Dispensing) -> None:
    typed = at.put(SALT, "0.500", source="manual", reading=None)
    given = {"batch": "B1", "phase": "20", "entry": typed.id, "verified_by": "P-2"}
    assert at.site.put("entry_verified", given, cosigner="P-2").flags == ()


@pytest.mark.urs("ENG-02")
def test_a_rebuild_makes_the_same_of_what_was_dispensed(both: Dispensing) -> None:
    both.put(API, "5.128")
    both.put(SALT, "0.500")
    assert both.site.tables()["production_dispensed"]
    plant = both.site.plant
    checked = rebuild.check(plant.engine, plant.log, plant.registry)
    assert (checked["ok"], checked["differences"]) == (True, [])


def lying(line: dict[str, Any], target: str) -> dict[str, Any]:
    """Limits as somebody says them who wants a portion to be worth more, or less."""
    return {"low": line["low"], "high": line["high"], "target": target, "unit": line["unit"]}


@pytest.mark.urs("MAT-12")
def test_a_portion_is_worth_what_the_frozen_recipe_makes_of_it_whatever_it_says(both: Dispensing) -> None:
    told = both.put(SALT, "0.250", limits=lying(SALT, "0.250"))
    assert told.flags == ("quantity_differs",)
    # By its own word the line would be done.
    assert both.put(SALT, "0.250", portion=2).flags == ()
    assert both.put(API, "2.564", limits=lying(API, "2.564")).flags == ("quantity_differs",)
    assert both.put(API, "2.564", portion=2).flags == ()
    filled = both.filler("19.872", "5.128", "9.936")
    assert filled.flags == ("quantity_differs",)
    assert both.site.put("phase_completed", marked("B1", "20")).flags == ()
    plant = both.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


@pytest.mark.urs("MAT-11", "PLT-16")
def test_what_was_dispensed_for_another_batch_is_no_container_to_take_from(both: Dispensing) -> None:
    first = both.put(SALT, "0.100", into="D-1")
    both.again("B2")
    assert set(both.put(SALT, "0.500", container="D-1").flags) == {"label_reused", "not_scanned"}
    [told] = both.every("label_reused")
    assert (told.details["label"], told.details["entry"]) == ("D-1", first.id)


@pytest.mark.urs("MAT-11", "MAT-12")
def test_a_portion_out_of_a_portion_of_the_same_batch_is_said_to_be_one(both: Dispensing) -> None:
    first = both.put(SALT, "0.100", into="D-1")
    again = both.put(SALT, "0.050", portion=2, container="D-1")
    assert set(again.flags) == {"label_reused", "not_scanned"}
    [told] = both.every("label_reused")
    assert (told.details["label"], told.details["entry"]) == ("D-1", first.id)
    plant = both.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
