"""What the rules of production say of an observation, situation by situation, without a database."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from batch_support import PHASES as EVERY_TYPE
from batch_support import checked as checked_payload
from batch_support import cleared, marked, parameter
from batch_support import weighed as weighed_payload
from hypothesis import given
from hypothesis import strategies as st

from server.core import units
from server.production import model, rules
from server.production.model import Batch, BatchEntry, Judgement

NAME = {"zh": "名", "en": "name"}
WEIGHING: dict[str, Any] = {
    "id": "20",
    "type": "weighing",
    "material": "api-1",
    "unit": "kg",
    "target": "12.640",
    "low": "12.600",
    "high": "12.680",
    "decimals": 3,
}
HARDNESS: dict[str, Any] = {
    "id": "hardness",
    "name": NAME,
    "unit": "N",
    "low": "60.0",
    "high": "100.0",
    "decimals": 1,
    "samples": 3,
}
PHASES: tuple[dict[str, Any], ...] = (
    {"id": "10", "type": "line_clearance", "items": [{"id": "a", "text": NAME}]},
    WEIGHING,
    {"id": "30", "type": "in_process", "rounds": 2, "checks": [HARDNESS]},
)
BATCH = Batch("B1", "in_progress", PHASES, frozenset({("api-1", "L1")}))
READING = {"id": "R1", "device": "bridge-1", "balance": "BAL-1", "serial": "1", "model": "m", "raw": "S S 12.640 kg"}
KNOWN = {"device": "bridge-1", "balance": "BAL-1", "quality": "stable", "value": "12.640", "unit": "kg"}
SMALL = st.decimals(min_value=-1000, max_value=1000, places=3, allow_nan=False, allow_infinity=False)


def weighed(**changes: Any) -> dict[str, Any]:
    limits = {"low": "12.600", "high": "12.680", "target": "12.640", "unit": "kg"}
    payload = {
        "batch": "B1",
        "phase": "20",
        "material": "api-1",
        "lot": "L1",
        "container": None,
        "net": {"value": "12.640", "unit": "kg"},
        "source": "device",
        "reading": READING,
        "verified_by": None,
        "limits": limits,
        "comment": None,
    }
    return payload | changes


def checked(values: list[str], mean: str, **changes: Any) -> dict[str, Any]:
    limits = {"low": "60.0", "high": "100.0", "target": None, "unit": "N"}
    payload = {"batch": "B1", "phase": "30", "check": "hardness", "round": 1, "unit": "N"}
    return payload | {"values": values, "mean": mean, "limits": limits, "comment": None} | changes


def stood(id_: str, corrects: str | None = None, kind: str = model.WEIGHED, slot: str = "20/net") -> BatchEntry:
    return BatchEntry(1, id_, kind, "B1", slot, "20", "P-1", None, "T-1", None, corrects, None, False)


def codes(judgements: list[Judgement]) -> list[str]:
    return [judgement.code for judgement in judgements]


@pytest.mark.urs("PRD-06")
@pytest.mark.parametrize("net", ["12.600", "12.640", "12.680"])
def test_a_weight_on_or_between_its_limits_is_clean(net: str) -> None:
    payload = weighed(net={"value": net, "unit": "kg"})
    assert rules.judge_values(model.WEIGHED, payload, WEIGHING) == []


@pytest.mark.urs("PRD-06")
@pytest.mark.parametrize("net", ["12.599", "12.681", "-1.000"])
def test_a_weight_outside_is_an_exception_and_says_that_no_comment_was_given(net: str) -> None:
    (found,) = rules.judge_values(model.WEIGHED, weighed(net={"value": net, "unit": "kg"}), WEIGHING)
    assert found.code == "out_of_limits"
    assert found.details["comment_missing"] is True
    (found,) = rules.judge_values(model.WEIGHED, weighed(net={"value": net, "unit": "kg"}, comment="spilt"), WEIGHING)
    assert found.details == {
        "values": [net],
        "low": "12.600",
        "high": "12.680",
        "unit": "kg",
        "comment_missing": False,
    }


@pytest.mark.urs("PRD-06")
def test_wider_limits_that_a_tablet_claims_do_not_count() -> None:
    wide = {"low": "0.000", "high": "99.000", "target": None, "unit": "kg"}
    payload = weighed(net={"value": "13.000", "unit": "kg"}, limits=wide)
    assert codes(rules.judge_values(model.WEIGHED, payload, WEIGHING)) == ["out_of_limits"]


@pytest.mark.urs("PRD-06")
def test_a_weight_in_a_unit_that_weighs_nothing_is_not_compared_but_reported() -> None:
    payload = weighed(net={"value": "12.640", "unit": "L"})
    (found,) = rules.judge_values(model.WEIGHED, payload, WEIGHING)
    assert found == Judgement("unit_mismatch", {"unit": "L", "expected": "kg"})


@pytest.mark.urs("PRD-06", "MAT-06")
def test_a_weight_in_grams_is_judged_by_limits_in_kilograms() -> None:
    assert rules.judge_values(model.WEIGHED, weighed(net={"value": "12640", "unit": "g"}), WEIGHING) == []
    (found,) = rules.judge_values(model.WEIGHED, weighed(net={"value": "12.640", "unit": "g"}), WEIGHING)
    assert (found.code, found.details["values"], found.details["unit"]) == ("out_of_limits", ["0.012640"], "kg")


@pytest.mark.urs("PRD-06", "MAT-02")
def test_a_weight_in_litres_is_judged_by_limits_in_kilograms_and_the_density_of_its_material() -> None:
    own = units.links([{"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}])

    def judged(value: str, unit: str, phase: dict[str, Any]) -> list[Judgement]:
        payload = weighed(net={"value": value, "unit": unit})
        return rules.judge_values(model.WEIGHED, payload, phase, own)

    assert judged("16", "L", WEIGHING) == []
    (found,) = judged("16.1", "L", WEIGHING)
    assert (found.code, found.details["values"], found.details["unit"]) == ("out_of_limits", ["12.7029"], "kg")
    litres = WEIGHING | {"unit": "L", "low": "20", "high": "20.025348542459", "target": "20"}
    # 20.0253485424588… L, which no decimal is, counts as what tablets show.
    assert judged("15.80", "kg", litres) == []
    (found,) = judged("15.801", "kg", litres)
    assert (found.code, found.details["values"]) == ("out_of_limits", ["20.026615969582"])
    (found,) = judged("1", "{drum}", litres)
    assert found.code == "unit_mismatch"


@given(value=SMALL, low=st.none() | SMALL, high=st.none() | SMALL)
@pytest.mark.urs("PRD-06")
def test_within_is_what_exact_numbers_say(value: Decimal, low: Decimal | None, high: Decimal | None) -> None:
    texts = [None if bound is None else str(bound) for bound in (low, high)]
    exact = (low is None or low <= value) and (high is None or value <= high)
    assert rules.within(f"{value:f}", *texts) is exact


@pytest.mark.urs("PRD-07")
@given(values=st.lists(SMALL, min_size=1, max_size=30), decimals=st.integers(0, 4))
def test_a_mean_is_the_exact_one_rounded_half_up(values: list[Decimal], decimals: int) -> None:
    result = rules.mean([f"{value:f}" for value in values], decimals)
    assert -Decimal(result).as_tuple().exponent == decimals + 1
    exact = sum((Fraction(value) for value in values), Fraction(0)) / len(values)
    assert abs(Fraction(result) - exact) <= Fraction(1, 2 * 10 ** (decimals + 1))


@pytest.mark.urs("PRD-07")
def test_a_mean_of_halves_rounds_away_from_zero() -> None:
    assert rules.mean(["0.1", "0.2"], 0) == "0.2"
    assert rules.mean(["-0.1", "-0.2"], 0) == "-0.2"
    assert Decimal("0.15").quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal("0.2")


@pytest.mark.urs("PRD-06")
def test_one_value_outside_is_found_although_the_mean_is_fine() -> None:
    (found,) = rules.judge_values(model.CHECKED, checked(["59.9", "80.0", "80.1"], "73.33"), PHASES[2])
    assert (found.code, found.details["values"]) == ("out_of_limits", ["59.9"])


@pytest.mark.urs("PRD-07")
def test_a_mean_that_its_values_do_not_have_is_an_exception() -> None:
    found = rules.judge_values(model.CHECKED, checked(["70.0", "80.0", "90.0"], "80.01"), PHASES[2])
    assert [(one.code, one.details["calculated"]) for one in found] == [("calculation_differs", "80.00")]


@pytest.mark.urs("PRD-09")
def test_fewer_samples_than_the_recipe_asks_for_is_an_exception() -> None:
    assert codes(rules.judge_values(model.CHECKED, checked(["70.0", "80.0"], "75.00"), PHASES[2])) == [
        "samples_incomplete"
    ]


@pytest.mark.urs("PRD-08")
def test_a_line_that_is_not_clear_is_an_exception() -> None:
    payload = {"batch": "B1", "phase": "10", "items": [{"id": "a", "ok": False}], "comment": None}
    (found,) = rules.judge_values(model.CLEARED, payload, PHASES[0])
    assert (found.code, found.details["items"]) == ("out_of_limits", ["a"])


@pytest.mark.urs("PRD-05")
def test_work_before_the_phase_in_front_is_completed_is_out_of_order() -> None:
    at = "2026-11-22T09:30:00.000Z"
    assert rules.judge_order(PHASES, "10", {}, at) == []
    assert rules.judge_order(PHASES, "30", {}, at) == ["10", "20"]
    assert rules.judge_order(PHASES, "30", {"10": at, "20": at}, at) == []


@pytest.mark.urs("PRD-05")
def test_a_completion_that_came_later_than_the_work_does_not_excuse_it_but_small_clock_differences_do() -> None:
    at = "2026-11-22T09:30:00.000Z"
    assert rules.judge_order(PHASES, "20", {"10": "2026-11-22T09:36:00.000Z"}, at) == ["10"]
    assert rules.judge_order(PHASES, "20", {"10": "2026-11-22T09:34:00.000Z"}, at) == []


@pytest.mark.urs("MAT-08")
def test_a_lot_that_was_not_allocated_is_wrong() -> None:
    assert rules.judge_lot(weighed(), BATCH, WEIGHING, "released") == []
    assert codes(rules.judge_lot(weighed(lot="L2"), BATCH, WEIGHING, "released")) == ["wrong_lot"]


@pytest.mark.urs("MAT-08")
def test_an_allocated_lot_of_another_material_than_the_phase_asks_for_is_wrong() -> None:
    batch = Batch("B1", "in_progress", PHASES, frozenset({("smcc", "L9")}))
    assert codes(rules.judge_lot(weighed(material="smcc", lot="L9"), batch, WEIGHING, "released")) == ["wrong_lot"]


@pytest.mark.urs("MAT-07")
@pytest.mark.parametrize("status", ["quarantine", "rejected", "expired", "restricted"])
def test_a_lot_that_is_not_released_is_an_exception(status: str) -> None:
    assert codes(rules.judge_lot(weighed(), BATCH, WEIGHING, status)) == ["lot_not_released"]


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    ("payload", "known", "bridge", "used", "problem"),
    [
        (weighed(reading=None), None, False, None, "missing"),
        (weighed(), None, True, None, "not_in_log"),
        (weighed(), KNOWN, False, None, "not_a_bridge"),
        (weighed(), KNOWN | {"device": "bridge-2"}, True, None, "not_a_bridge"),
        (weighed(), KNOWN | {"balance": "BAL-2"}, True, None, "other_balance"),
        (weighed(), KNOWN | {"value": "12.641"}, True, None, "other_value"),
        (weighed(), KNOWN | {"unit": "g"}, True, None, "other_value"),
        (weighed(), KNOWN | {"quality": "dynamic"}, True, None, "unstable"),
        (weighed(), KNOWN, True, "E1", "reused"),
    ],
)
def test_a_weight_from_a_balance_that_cannot_be_verified(
    payload: dict[str, Any], known: dict[str, Any] | None, bridge: bool, used: str | None, problem: str
) -> None:
    (found,) = rules.judge_reading(payload, known, bridge, used)
    assert (found.code, found.details["problem"]) == ("reading_unverified", problem)


@pytest.mark.urs("BRG-02")
def test_a_stable_reading_in_the_log_verifies_the_weight() -> None:
    assert rules.judge_reading(weighed(), KNOWN, True, None) == []


@pytest.mark.urs("IDN-06")
def test_a_typed_weight_needs_another_permitted_person_with_a_valid_signature() -> None:
    alone = weighed(source="manual", reading=None)
    both = alone | {"verified_by": "P-2"}
    assert codes(rules.judge_verifier(alone, "P-1", False, False)) == ["manual_weight_unverified"]
    assert codes(rules.judge_verifier(both, "P-1", False, True)) == ["manual_weight_unverified"]
    assert codes(rules.judge_verifier(both, "P-2", True, True)) == ["verifier_is_performer"]
    assert codes(rules.judge_verifier(both, "P-1", True, False)) == ["person_not_permitted"]
    assert rules.judge_verifier(both, "P-1", True, True) == []


@pytest.mark.urs("PLT-10")
def test_two_entries_in_one_single_valued_slot_are_rivals() -> None:
    assert rules.rivals(model.WEIGHED, None, []) == []
    assert rules.rivals(model.WEIGHED, None, [stood("A")]) == ["A"]


@pytest.mark.urs("PLT-07", "PLT-10")
def test_a_correction_replaces_what_it_names_but_rivals_another_correction_of_the_same() -> None:
    assert rules.rivals(model.WEIGHED, "A", [stood("A")]) == []
    assert rules.rivals(model.WEIGHED, "A", [stood("C1", "A")]) == ["C1"]
    remark = stood("C1", "A", model.REMARK, "20/remark")
    assert rules.rivals(model.REMARK, None, [remark]) == []
    assert rules.rivals(model.REMARK, "A", [remark]) == ["C1"]


@pytest.mark.urs("PLT-07")
def test_a_correction_names_an_entry_of_its_slot_and_a_reason() -> None:
    def problem(*arguments: Any) -> list[Any]:
        return [one.details["problem"] for one in rules.judge_correction(model.WEIGHED, "20/net", *arguments)]

    assert problem("misread", stood("A")) == []
    assert problem(None, stood("A")) == ["reason_missing"]
    assert problem("misread", None) == ["unknown_entry"]
    assert problem("misread", stood("A", slot="21/net")) == ["other_slot"]


@pytest.mark.urs("PRD-04")
def test_an_entry_that_the_order_has_no_place_for_is_reported() -> None:
    def found(stream: str, subject: str, payload: dict[str, Any], batch: Batch | None = BATCH) -> list[str]:
        return codes(rules.judge_place(model.WEIGHED, payload, subject, stream, batch))

    assert found("batch/B1", "20/net", weighed()) == []
    assert found("batch/B1", "20/net", weighed(), None) == ["batch_unknown"]
    assert found("batch/B2", "20/net", weighed()) == ["subject_mismatch"]
    assert found("batch/B1", "21/net", weighed()) == ["subject_mismatch"]
    assert found("batch/B1", "99/net", weighed(phase="99")) == ["slot_unknown"]
    assert found("batch/B1", "10/net", weighed(phase="10")) == ["slot_unknown"]


@pytest.mark.urs("PRD-05")
@given(st.integers(0, 9), st.integers(1, 9))
def test_a_batch_waits_for_review_when_all_its_phases_are_completed(done: int, total: int) -> None:
    status = rules.status_after("ordered", min(done, total), total)
    assert (status == "awaiting_review") == (done >= total)
    assert rules.status_after("released", done, total) == "released"


OF_EACH_KIND = {
    model.STARTED: marked("B1", "10"),
    model.CLEARED: cleared("B1"),
    model.WEIGHED: weighed_payload("B1"),
    model.PARAMETER: parameter("B1", "speed", "12", "rpm"),
    model.CHECKED: checked_payload("B1", 1, ["79.0", "80.0", "82.0"], "80.33"),
    model.COMPLETED: marked("B1", "10"),
}


@pytest.mark.urs("PLT-16")
@pytest.mark.parametrize(("kind", "phase"), list(product(OF_EACH_KIND, [*(phase["id"] for phase in EVERY_TYPE), "99"])))
def test_every_kind_in_every_type_of_phase_gets_an_answer(kind: str, phase: str) -> None:
    batch = Batch("B1", "in_progress", tuple(EVERY_TYPE), frozenset())
    payload = OF_EACH_KIND[kind] | {"phase": phase}
    planned = next((one for one in EVERY_TYPE if one["id"] == phase), None)
    slot = rules.slot_of(kind, payload)
    found = codes(rules.judge_place(kind, payload, slot, "batch/B1", batch))
    fits = payload == OF_EACH_KIND[kind] or (kind in (model.STARTED, model.COMPLETED) and planned is not None)
    assert found == ([] if fits else ["slot_unknown"])
    assert set(codes(rules.judge_values(kind, payload, planned))) <= {"unit_mismatch"}
