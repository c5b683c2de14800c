"""Every kind of these rooms keeps its shape: one example of each stands in a file that Python and TypeScript read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import ValidationError
from support import ROOT

from server.core.kinds import Kind
from server.equipment.entries import KINDS as EQUIPMENT
from server.materials.entries import KINDS as MATERIALS
from server.production.entries import KINDS as PRODUCTION
from server.quality.entries import KINDS as QUALITY
from server.recipes.entries import KINDS as RECIPES
from server.release.entries import KINDS as RELEASE
from sync import canonical

KINDS: dict[str, Kind] = {
    kind.name: kind for room in (MATERIALS, EQUIPMENT, RECIPES, QUALITY, PRODUCTION, RELEASE) for kind in room
}
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text("utf-8"))


def broken(value: Any) -> Iterator[Any]:
    """The value with one field missing, with one too many, or with a number where a text stood, at every depth."""
    if isinstance(value, dict):
        yield {**value, "surplus": 1}
        for key, inner in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            for worse in broken(inner):
                yield {**value, key: worse}
    elif isinstance(value, list) and value:
        for worse in broken(value[0]):
            yield [worse, *value[1:]]
    elif isinstance(value, str):
        yield 12.64


def test_there_is_one_vector_for_each_kind() -> None:
    assert {name for name in VECTORS if name.split(".")[0] in {kind.split(".")[0] for kind in KINDS}} == set(KINDS)


@pytest.mark.urs("PLT-02")
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_vector_fits_and_goes_through_canonical_json_unchanged(name: str) -> None:
    payload = VECTORS[name]
    KINDS[name].schema().load(payload)
    assert canonical.parse(canonical.encode(payload)) == payload


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("name", sorted(set(KINDS) - {"production.exception_raised.v1"}))
def test_a_payload_of_any_other_shape_does_not_fit(name: str) -> None:
    for payload in broken(VECTORS[name]):
        with pytest.raises(ValidationError):
            KINDS[name].schema().load(payload)
