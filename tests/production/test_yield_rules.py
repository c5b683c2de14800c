"""No yield is ever current that was calculated from a value that was corrected away: pure, over any story (PRD-10)."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from control_support import PHASES
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from server.core import units
from server.production.yields import rules
from server.production.yields.rules import Claim

pytestmark = pytest.mark.urs("PRD-10")
STAGES = {
    "50": {"used": ["20/net"], "made": ["40/lines"]},
    "70": {"stage": ["50/yield"]},
}
YIELDS = [
    {
        "id": number,
        "type": "yield",
        "inputs": [{"id": name, "unit": "kg", "from": places} for name, places in stage.items()],
        "expression": "made / used" if "made" in stage else "stage * 2.0",
        "unit": "kg",
        "decimals": 6,
        "rounding": "half_up",
        "low": None,
        "high": None,
    }
    for number, stage in STAGES.items()
]
SLOTS = ["20/net", "40/lines/1", "40/lines/2", "50/yield", "70/yield"]
# What somebody does at a slot: says a value, corrects what stands there, or QA chooses one of several.
steps = st.lists(
    st.tuples(st.sampled_from(SLOTS), st.sampled_from(["say", "correct", "choose"]), st.integers(1, 9)), max_size=25
)


class Story:
    """The values of a batch as somebody would see them who never asks the rules."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.told: set[str] = set()

    def standing(self, slot: str) -> list[Claim]:
        return [one for one in self.claims if one.slot == slot and one.standing]

    def do(self, slot: str, what: str, number: int) -> None:
        here = self.standing(slot)
        if what == "choose":
            gone = here[1:]
        elif what == "correct" and here:
            gone = here[:1]
        else:
            gone = []
        self.claims = [replace(one, standing=one.standing and one not in gone) for one in self.claims]
        if what != "choose":
            self._say(slot, number)
        self.told |= {one.entry for one in rules.stale(YIELDS, self.claims)}

    def _say(self, slot: str, number: int) -> None:
        stage = next((one for one in YIELDS if slot == f"{one['id']}/yield"), None)
        entry, value, inputs = f"e{len(self.claims)}", str(number), None
        if stage is not None:
            found = self.inputs(stage)
            if found is None:
                return
            inputs = {name: tuple(one.entry for one in claims) for name, claims in found.items()}
            value = self.value(stage, found)
        self.claims.append(Claim(entry, slot, value, "kg", True, inputs))

    def inputs(self, stage: dict[str, Any]) -> dict[str, list[Claim]] | None:
        """One claim of each slot of each input; None where there is none."""
        found = {}
        for one in stage["inputs"]:
            slots = [slot for slot in SLOTS if any(rules.covers(place, slot) for place in one["from"])]
            found[one["id"]] = [self.standing(slot)[0] for slot in slots if self.standing(slot)]
        return found if all(found.values()) else None

    def value(self, stage: dict[str, Any], found: dict[str, list[Claim]]) -> str:
        totals = {name: rules.total(claims, "kg") for name, claims in found.items()}
        return rules.calculated(stage, {name: str(total) for name, total in totals.items()})


@settings(deadline=None)
@given(steps)
def test_a_current_yield_is_what_the_values_that_stand_now_come_to(story: list[tuple[str, str, int]]) -> None:
    at = Story()
    for step in story:
        at.do(*step)
        for one in at.claims:
            if one.inputs is not None and rules.current(one.entry, YIELDS, at.claims):
                stage = next(each for each in YIELDS if one.slot == f"{each['id']}/yield")
                conflict = any(len(at.standing(slot)) > 1 for slot in SLOTS)
                now = at.inputs(stage)
                assert now is not None
                assert conflict or at.value(stage, now) == one.value


@settings(deadline=None)
@given(steps)
def test_nothing_that_a_current_yield_names_however_far_has_been_corrected_away(
    story: list[tuple[str, str, int]],
) -> None:
    at = Story()
    for step in story:
        at.do(*step)
    by_entry = {one.entry: one for one in at.claims}
    for one in at.claims:
        if one.inputs is not None and rules.current(one.entry, YIELDS, at.claims):
            open_ = [one.entry]
            while open_:
                claim = by_entry[open_.pop()]
                assert claim.standing
                open_ += [name for entries in (claim.inputs or {}).values() for name in entries]


@settings(deadline=None)
@given(steps)
def test_whatever_is_stale_has_been_told(story: list[tuple[str, str, int]]) -> None:
    at = Story()
    for step in story:
        at.do(*step)
    standing = [one for one in at.claims if one.standing and one.inputs is not None]
    assert {one.entry for one in standing if not rules.current(one.entry, YIELDS, at.claims)} <= at.told


def test_a_portion_more_makes_a_yield_stale() -> None:
    at = Story()
    for slot in ("20/net", "40/lines/1", "50/yield"):
        at.do(slot, "say", 2)
    assert at.told == set()
    at.do("40/lines/2", "say", 2)
    assert at.told == {"e2"}


def test_what_is_named_where_nothing_is_asked_for_makes_a_yield_stale() -> None:
    at = Story()
    for slot in ("20/net", "40/lines/1"):
        at.do(slot, "say", 2)
    inputs = {"used": ("e0",), "made": ("e1",)}
    own = Claim("e2", "50/yield", "1.000000", "kg", True, inputs)
    assert rules.current("e2", YIELDS, [*at.claims, own])
    for wrong in ({"more": ("e0",)}, {"made": ("e1", "e1")}):
        assert not rules.current("e2", YIELDS, [*at.claims, replace(own, inputs=inputs | wrong)])


def test_what_somebody_names_again_and_again_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Yields over yields over yields, each naming the one before it as often as the shape lets it."""
    calls = 0
    covers = rules.covers

    def counted(place: str, slot: str) -> bool:
        nonlocal calls
        calls += 1
        return covers(place, slot)

    monkeypatch.setattr(rules, "covers", counted)
    inputs = [{"id": "one", "unit": "kg", "from": ["20/net"]}]
    phases = [YIELDS[0] | {"id": str(50 + at), "inputs": inputs} for at in range(4)]
    for at in range(1, 4):
        phases[at]["inputs"] = [{"id": f"i{n}", "unit": "kg", "from": [f"{49 + at}/yield"]} for n in range(30)]
    claims = [Claim("e", "20/net", "1", "kg", True), Claim("y0", "50/yield", "1", "kg", True, {"one": ("e",)})]
    for at in range(1, 4):
        named = {f"i{n}": (f"y{at - 1}",) for n in range(30)}
        claims.append(Claim(f"y{at}", f"{50 + at}/yield", "1", "kg", True, named))
    assert rules.stale(phases, claims) == []
    asked = [{"id": f"i{n}", "value": "1", "unit": "kg", "entries": ["y2"] * 200} for n in range(30)]
    given = {"unit": "kg", "value": "1", "comment": None, "inputs": asked}
    assert "yield_stale" in {one.code for one in rules.judge(given, phases, phases[3], claims)}
    assert calls < 2_000


def test_a_sum_asks_once_of_each_unit_what_it_is_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ratio = units.ratio

    def counted(unit: str, other: str) -> Fraction | None:
        asked.append(unit)
        return ratio(unit, other)

    monkeypatch.setattr(units, "ratio", counted)
    claims = [Claim(f"e{at}", "x", "0.25", unit, True) for at in range(100) for unit in ("g", "kg", "mg")]
    assert rules.total(claims, "g") == "25025.025"
    assert sorted(asked) == ["g", "kg", "mg"]
    assert rules.total([*claims, Claim("e", "x", "0", "L", True)], "g") is None
    assert rules.total([], "g") == "0"


def test_a_chain_of_yields_that_name_each_other_where_nothing_is_asked_for_ends() -> None:
    claims = [
        Claim(f"y{at}", "50/yield", "1", "kg", True, {"waste": () if at == 0 else (f"y{at - 1}",)})
        for at in range(3_000)
    ]
    phases = [YIELDS[0] | {"inputs": [{"id": "waste", "unit": "kg", "from": None}]}]
    assert len(rules.stale(phases, claims)) == 2_999


def test_a_yield_that_an_expression_cannot_give_is_no_number() -> None:
    phase = PHASES[3]
    given = {"unit": "%", "value": "1.0", "comment": None}
    given["inputs"] = [{"id": name, "value": "0", "unit": unit, "entries": []} for name, unit in _UNITS]
    codes = {one.code for one in rules.judge(given, PHASES, phase, [])}
    assert {"calculation_differs", "out_of_limits", "yield_stale"} <= codes


_UNITS = (("used", "g"), ("made", "kg"), ("waste", "kg"))


def vectors() -> list[dict[str, Any]]:
    """What stands and what of it is current, and sums and results, for the tablet."""
    made = []
    stories = (
        [("20/net", "say", 4), ("40/lines/1", "say", 2), ("50/yield", "say", 0), ("70/yield", "say", 0)],
        [("20/net", "say", 4), ("40/lines/1", "say", 2), ("50/yield", "say", 0), ("20/net", "correct", 5)],
        [("20/net", "say", 4), ("40/lines/1", "say", 2), ("50/yield", "say", 0), ("40/lines/2", "say", 1)],
        [("20/net", "say", 3), ("20/net", "say", 4), ("40/lines/1", "say", 2), ("50/yield", "say", 0)],
        [*[(slot, "say", 3) for slot in ("20/net", "40/lines/1", "50/yield", "70/yield")], ("50/yield", "correct", 0)],
    )
    for story in stories:
        at = Story()
        for step in story:
            at.do(*step)
        claims = [
            {"entry": one.entry, "slot": one.slot, "value": one.value, "unit": one.unit, "standing": one.standing}
            | {"inputs": None if one.inputs is None else {name: list(each) for name, each in one.inputs.items()}}
            for one in at.claims
        ]
        current = [one.entry for one in at.claims if rules.current(one.entry, YIELDS, at.claims)]
        made.append({"claims": claims, "current": current})
    claims = made[0]["claims"]
    for more in ({"more": ["e0"]}, {"made": ["e1", "e1"]}):
        wrong = claims[2] | {"inputs": claims[2]["inputs"] | more}
        made.append({"claims": [*claims[:2], wrong, claims[3]], "current": ["e0", "e1"]})
    return json.loads(json.dumps({"phases": YIELDS, "stories": made, "compression": _compression()}))


def _compression() -> dict[str, Any]:
    phase = PHASES[3]
    cases = []
    for used, tablets, waste in (("12640", "12.500", "0.100"), ("12640", "12.5", "-0.5"), ("1", "0.00100005", "0")):
        values = {"used": used, "made": tablets, "waste": waste}
        cases.append({"inputs": values, "value": rules.calculated(phase, values)})
    portions = [Claim("a", "x/1", "12.640", "kg", True), Claim("b", "x/2", "250", "g", True)]
    totals = {unit: rules.total(portions, unit) for unit in ("g", "kg")}
    return {"phase": phase, "cases": cases, "totals": totals}


def test_the_vectors_that_hold_the_tablet_are_what_the_rules_say() -> None:
    assert json.loads((ROOT / "tests/vectors/yields.json").read_text("utf-8")) == vectors()


if __name__ == "__main__":
    (ROOT / "tests/vectors/yields.json").write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", "utf-8")
