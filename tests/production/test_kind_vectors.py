"""Every kind keeps its shape: one example of each stands in a file that Python and TypeScript read."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import ValidationError
from support import ROOT

from server.core.kinds import Kind
from server.plant import ROOMS
from sync import canonical

KINDS: dict[str, Kind] = {kind.name: kind for room in ROOMS for kind in room.kinds}
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


@pytest.mark.urs("CMP-05")
def test_no_vector_has_changed_since_it_was_kept() -> None:
    """The app's tests compute the same digests: both languages spell a payload alike."""
    kept = json.loads((ROOT / "tests" / "vectors" / "kinds-digests.json").read_text("utf-8"))
    digests = {name: hashlib.sha256(canonical.encode(payload)).hexdigest() for name, payload in VECTORS.items()}
    assert digests == kept


@pytest.mark.urs("CMP-05")
def test_there_is_one_vector_for_each_kind() -> None:
    assert set(VECTORS) == set(KINDS)


@pytest.mark.urs("PLT-02")
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_vector_fits_and_goes_through_canonical_json_unchanged(name: str) -> None:
    payload = VECTORS[name]
    KINDS[name].schema().load(payload)
    assert canonical.parse(canonical.encode(payload)) == payload


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("name", sorted(set(KINDS) - {"production.exception_raised.v1", "forms.exception_raised.v1"}))
def test_a_payload_of_any_other_shape_does_not_fit(name: str) -> None:
    for payload in broken(VECTORS[name]):
        with pytest.raises(ValidationError):
            KINDS[name].schema().load(payload)
