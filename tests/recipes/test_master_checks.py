"""What a check finds in a recipe of the third form: each thing by its place, with what it says against what."""

from copy import deepcopy
from typing import Any

import pytest
from dispensing_support import API, DISPENSING
from hypothesis import given, settings
from hypothesis import strategies as st
from recipe_support import master, step, words

from server.recipes.checking import check
from server.recipes.findings import WORDS, Registers

pytestmark = pytest.mark.urs("PRD-02", "PRD-03")
KNOWN = Registers(
    units={"api-1": "kg", "exc-1": "kg", "foil": "m"},
    equipment={"BAL-07": "2-114", "BAL-08": "2-118", "MIX-02": "2-114", "MIX-03": None},
    class_of={"BAL-07": "balance", "BAL-08": "balance", "MIX-02": "blender", "MIX-03": "blender"},
    classes=frozenset({"balance", "blender"}),
    signals={"MIX-02": {"speed": "rpm", "load": None}, "MIX-03": {"torque": "N m"}},
    rooms=frozenset({"2-114"}),
)
Change = dict[str, Any]


def found(content: Change) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in check(content, KNOWN)]


def changed(at: int, **change: Any) -> Change:
    made = master()
    made["phases"][at] |= deepcopy(change)
    return made


def bound(signal: str | None, **machine: Any) -> list[tuple[str, str]]:
    """What is found of a parameter in rpm that is bound to this signal."""
    made = changed(2, **machine)
    made["phases"][2]["parameters"][0]["binding"] = None if signal is None else {"signal": signal}
    return found(made)


@pytest.mark.urs("PRD-06")
@pytest.mark.parametrize(
    ("signal", "machine", "expected"),
    [
        (None, {}, None),
        ("speed", {"equipment": "blender"}, None),
        ("speed", {"equipment": "MIX-02", "candidates": ["MIX-02"]}, None),
        ("load", {"equipment": "blender"}, None),
        ("speed", {"equipment": None}, ("binding_without_machine", "")),
        ("speed", {"equipment": "blender", "candidates": ["MIX-03"]}, ("signal_unknown", "/signal")),
        ("speed", {"equipment": "balance"}, ("signal_unknown", "/signal")),
        ("torque", {"equipment": "blender"}, ("signal_unit", "/signal")),
    ],
)
def test_a_parameter_is_bound_to_what_a_machine_of_the_phase_gives(
    signal: str | None, machine: Change, expected: tuple[str, str] | None
) -> None:
    path = "phases/2/parameters/0/binding"
    assert bound(signal, **machine) == ([] if expected is None else [(expected[0], path + expected[1])])


@pytest.mark.urs("PRD-06")
def test_a_binding_has_a_signal_and_what_is_counted_has_none() -> None:
    made = changed(2, equipment="blender")
    made["phases"][2]["parameters"][0] |= {"binding": {}, "tally": True}
    assert [code for code, _ in found(made)] == ["missing"]
    made["phases"][2]["parameters"][0]["binding"] = {"signal": "speed"}
    assert found(made) == [("binding_of_tally", "phases/2/parameters/0/binding")]


def since(phase: str, least: int | None, most: int | None) -> Change:
    return {"since": phase, "from": "end", "to": "start", "min": least, "max": most}


def test_a_whole_master_recipe_is_right() -> None:
    assert found(master()) == []


@pytest.mark.parametrize(
    ("at", "change", "expected"),
    [
        (1, {"after": ["10", "99"]}, [("phase_unknown", "phases/1/after/1")]),
        (0, {"after": ["30"]}, [("circle", "phases/0/after")]),
        (4, {"times": [since("99", 1, 2)]}, [("phase_unknown", "phases/4/times/0/since")]),
        (3, {"times": [since("20", 1, 2)]}, [("time_not_before", "phases/3/times/0/since")]),
        (3, {"times": [since("40", 1, 2)]}, [("time_not_before", "phases/3/times/0/since")]),
        (4, {"times": [since("10", 3, 2)]}, [("time_reversed", "phases/4/times/0/min")]),
        (4, {"times": [since("10", None, None)]}, [("time_without_limit", "phases/4/times/0")]),
        (4, {"times": [since("10", 2, 2)]}, []),
        (1, {"candidates": ["MIX-02"]}, [("candidate_class", "phases/1/candidates/0")]),
        (1, {"candidates": ["BAL-07", "BAL-08"]}, [("equipment_elsewhere", "phases/1/candidates/1")]),
        (1, {"candidates": ["BAL-99"]}, [("equipment_unknown", "phases/1/candidates/0")]),
        (2, {"candidates": ["MIX-02"]}, [("candidate_class", "phases/2/candidates/0")]),
        (2, {"equipment": "MIX-02", "candidates": ["MIX-02"]}, []),
        (3, {"needs": ["batch.review"]}, [("need_malformed", "phases/3/needs/0")]),
        (3, {"needs": ["action:"]}, [("need_malformed", "phases/3/needs/0")]),
        (4, {"minutes": 269}, []),
        (4, {"minutes": 270}, [("schedule_too_short", "phases/4/rounds")]),
        (4, {"minutes": 270, "schedule": None}, []),
        (5, {"low": "97.05"}, [("too_fine", "phases/5/low")]),
        (5, {"expression": "made / used *"}, [("yield_expression", "phases/5/expression")]),
        (5, {"expression": "made / lost"}, [("yield_expression", "phases/5/expression")]),
        (5, {"expression": "made > used"}, [("yield_expression", "phases/5/expression")]),
        (5, {"expression": "made * 2.0"}, [("input_unused", "phases/5/inputs/0/id")]),
    ],
)
def test_each_finding_stands_at_its_place(at: int, change: Change, expected: list[tuple[str, str]]) -> None:
    assert found(changed(at, **change)) == expected


@pytest.mark.parametrize(
    ("slot", "unit", "expected"),
    [
        ("20/net", "g", None),
        ("20/net", "L", "slot_unit"),
        ("20/gross", "kg", "slot_unknown"),
        ("10/clearance", "kg", "slot_unknown"),
        ("99/net", "kg", "slot_unknown"),
        ("30/speed", "rpm", None),
        ("50/weight/8", "mg", None),
        ("50/weight/9", "mg", "slot_unknown"),
        ("60/yield", "%", "slot_not_before"),
        ("40", "kg", "slot_unknown"),
    ],
)
def test_a_yield_is_over_numbers_that_there_are_before_it(slot: str, unit: str, expected: str | None) -> None:
    made = master()
    made["phases"][5]["inputs"][0] |= {"from": [slot], "unit": unit}
    assert found(made) == ([] if expected is None else [(expected, "phases/5/inputs/0/from/0")])


def test_what_a_branch_beside_it_finds_is_not_yet_there_for_a_yield() -> None:
    made = master()
    made["phases"][5]["after"] = ["40"]
    assert ("slot_not_before", "phases/5/inputs/0/from/0") in found(made)


def test_the_whole_of_a_line_and_each_portion_can_be_summed() -> None:
    dispensing = DISPENSING | {"lines": [API], "id": "20"} | {n: step("20", "x", "10")[n] for n in _STEP}
    for slot, expected in (("20/api", None), ("20/api/3", None), ("20/nobody", "slot_unknown"), ("20", "slot_unknown")):
        made = master()
        made["phases"][1] = deepcopy(dispensing)
        made["phases"][5]["inputs"][0]["from"] = [slot]
        codes = [code for code, path in found(made) if path.startswith("phases/5")]
        assert codes == ([] if expected is None else [expected])


_STEP = ("after", "minutes", "times", "candidates", "needs")


def test_every_phase_stands_in_one_operation_in_the_order_of_the_list() -> None:
    made = master()
    made["procedure"][0]["operations"][0]["phases"] = ["10"]
    assert found(made) == [("operation_missing", "phases/1/id")]
    made["procedure"][1]["operations"][0]["phases"] = ["50", "60", "10", "20", "99"]
    place = "procedure/1/operations/0/phases"
    assert found(made) == [("operation_twice", f"{place}/2"), ("phase_unknown", f"{place}/4")]
    made = master()
    made["procedure"][0]["operations"].reverse()
    [one] = check(made, KNOWN)
    assert (one.code, one.said["listed"]) == ("operation_order", "40, 30, 10, 20, 50, 60")
    made["procedure"][1]["id"] = "A"
    assert found(made) == [("id_twice", "procedure")]


def test_a_material_is_used_by_a_phase_and_what_is_packed_by_none() -> None:
    made = master()
    line = {"name": words("Other"), "quantity": None, "low": None, "high": None, "per_unit": None}
    made["materials"] += [line | {"material": "exc-1", "kind": "raw"}, line | {"material": "foil", "kind": "packaging"}]
    assert found(made) == [("material_unused", "materials/1/material")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": {"value": "12.65", "unit": "kg"}}, {"bom_differs", "per_unit_differs"}),
        ({"quantity": {"value": "12640", "unit": "g"}, "low": "12600", "high": "12680"}, set()),
        ({"quantity": {"value": "12.6", "unit": "kg"}}, set()),
        ({"quantity": {"value": "12.7", "unit": "kg"}}, {"bom_differs", "per_unit_differs", "target_outside"}),
        ({"quantity": {"value": "12.640", "unit": "L"}}, {"unit_differs"}),
        ({"per_unit": {"value": "5.06", "unit": "mg"}}, {"per_unit_differs"}),
        ({"per_unit": None}, set()),
        ({"quantity": None}, set()),
    ],
)
def test_the_bill_of_materials_agrees_with_the_phases_and_with_one_unit(change: Change, expected: set[str]) -> None:
    made = master()
    made["materials"][0] |= change
    assert {code for code, _ in found(made)} == expected


def test_a_disagreement_is_told_with_both_numbers_in_both_languages() -> None:
    made = master()
    made["formula"] |= {
        "count": {"value": "2400000", "unit": "tablets"},
        "total_per_unit": {"value": "5.1", "unit": "mg"},
        "total": {"value": "12.7", "unit": "kg"},
    }
    said = {(one.path, one.payload()["what"]["en"]) for one in check(made, KNOWN)}
    assert said == {
        ("materials/0/quantity/value", "Per unit times count is 12.1344 kg, and 12.640 kg are stated for the batch."),
        ("formula/count/value", "The batch has 2500000 tablets, and 2400000 tablets are stated as its count."),
        ("formula/total/value", "The materials come to 12.64 kg, and a total of 12.7 kg is stated."),
        ("formula/total/value", "The total per unit times count is 12.24 kg, and 12.7 kg are stated for the batch."),
    }
    assert all("{" not in words for one in check(made, KNOWN) for words in one.payload()["what"].values())


def test_what_has_no_amount_per_unit_is_not_in_the_total() -> None:
    """Water that is dried away: it is weighed, and no tablet has any."""
    made = master()
    made["formula"]["total"] = {"value": "12.64", "unit": "kg"}
    water = {"material": "exc-1", "name": words("Water"), "kind": "raw", "low": None, "high": None, "per_unit": None}
    made["materials"].append(water | {"quantity": {"value": "4.8", "unit": "kg"}})
    assert [code for code, path in found(made) if path.startswith("formula")] == []
    made["materials"][0]["per_unit"] = None
    assert [code for code, path in found(made) if path.startswith("formula")] == ["total_differs"]


@settings(deadline=None)
@given(st.integers(1, 10**6), st.decimals("0.001", "999.999", places=3), st.integers(0, 3))
def test_what_is_rounded_to_its_own_places_agrees(count: int, each: Any, places: int) -> None:
    made = master(size={"value": str(count), "unit": "tablets"})
    exact = each * count
    value = f"{exact:.{places}f}"
    if not float(value):
        return
    made["formula"]["count"] = {"value": str(count), "unit": "tablets"}
    made["materials"][0] |= {"quantity": {"value": value, "unit": "mg"}, "low": None, "high": None}
    made["materials"][0]["per_unit"] = {"value": f"{each}", "unit": "mg"}
    made["phases"][1] |= {"target": None, "low": None, "high": None}
    assert found(made) == []


def test_every_word_is_there_in_both_languages() -> None:
    assert all(zh and en for zh, en in WORDS.values())
