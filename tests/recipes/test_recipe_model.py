"""The slots of phases, the hash of a recipe, and the shapes an approval is held to."""

from typing import Any

import pytest
from marshmallow import ValidationError

from server.recipes.entries import RecipeApprovedV1
from server.recipes.model import recipe_hash, slots

NAME = {"zh": "名", "en": "name"}
PHASE = {"name": NAME, "instruction": NAME, "room": None, "equipment": None}
RANGE = {"name": NAME, "unit": "N", "low": "1.0", "high": "2.0", "target": None, "decimals": 1}
CLEARANCE = PHASE | {"id": "10", "type": "line_clearance", "items": [{"id": "a", "text": NAME}]}
WEIGHING = PHASE | {
    "id": "20",
    "type": "weighing",
    "material": "api-1",
    "material_name": NAME,
    "target": "1.0",
    "low": "0.9",
    "high": "1.1",
    "unit": "kg",
    "decimals": 1,
}
PARAMETERS = PHASE | {"id": "30", "type": "parameters", "parameters": [RANGE | {"id": "speed"}]}
CHECKS = PHASE | {"id": "40", "type": "in_process", "rounds": 2, "checks": [RANGE | {"id": "hard", "samples": 3}]}


def recipe(*phases: dict[str, Any]) -> dict[str, Any]:
    return {
        "recipe": "R1",
        "version": 1,
        "product": {"code": "P", "name": NAME, "strength": "5 mg"},
        "size": {"value": "100", "unit": "kg"},
        "phases": list(phases),
        "materials": [{"material": "api-1", "name": NAME}],
        "signatures": [{"person": "P-1", "meaning": "approved", "at": "2026-11-22T09:30:00.000Z"}],
    }


@pytest.mark.urs("PRD-02")
def test_each_type_of_phase_leaves_its_slots() -> None:
    found = [slots(phase) for phase in (CLEARANCE, WEIGHING, PARAMETERS, CHECKS)]
    assert found == [["10/clearance"], ["20/net"], ["30/speed"], ["40/hard/1", "40/hard/2"]]


@pytest.mark.urs("PRD-02")
def test_a_complete_recipe_has_the_right_shape() -> None:
    RecipeApprovedV1().load(recipe(CLEARANCE, WEIGHING, PARAMETERS, CHECKS))


@pytest.mark.urs("PRD-02")
@pytest.mark.parametrize("tally", [True, False])
def test_a_parameter_may_be_one_that_is_counted(tally: bool) -> None:
    counted = RANGE | {"id": "rejects", "decimals": 0, "tally": tally}
    RecipeApprovedV1().load(recipe(PARAMETERS | {"parameters": [counted]}))


@pytest.mark.urs("PRD-02")
@pytest.mark.parametrize(
    "phase",
    [
        WEIGHING | {"low": "1.2"},
        WEIGHING | {"low": 0.9},
        WEIGHING | {"unknown": 1},
        PARAMETERS | {"parameters": []},
        PARAMETERS | {"parameters": [RANGE | {"id": "rejects", "tally": True}]},
        PARAMETERS | {"parameters": [RANGE | {"id": "rejects", "decimals": 0, "tally": 1}]},
        CHECKS | {"checks": [RANGE | {"id": "hard", "samples": 3, "tally": True}]},
        CHECKS | {"rounds": 0},
        CHECKS | {"rounds": "2"},
        CLEARANCE | {"type": "dance"},
        {name: value for name, value in WEIGHING.items() if name != "unit"},
    ],
)
def test_a_phase_of_another_shape_is_refused(phase: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecipeApprovedV1().load(recipe(phase))


@pytest.mark.urs("PRD-02")
def test_two_phases_of_one_number_are_refused() -> None:
    with pytest.raises(ValidationError, match="share an id"):
        RecipeApprovedV1().load(recipe(CLEARANCE, WEIGHING | {"id": "10"}))


@pytest.mark.urs("PRD-04")
def test_the_hash_does_not_depend_on_the_order_of_keys_but_on_every_value() -> None:
    one = recipe(CLEARANCE)
    assert recipe_hash(one) == recipe_hash(dict(reversed(one.items())))
    assert recipe_hash(one) != recipe_hash(one | {"version": 2})
