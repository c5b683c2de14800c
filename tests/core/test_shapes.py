"""The fast answer to whether a payload has its shape is never yes where marshmallow's is no."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from server.core import shapes
from server.core.kinds import Kind
from server.plant import ROOMS

KINDS: dict[str, Kind] = {kind.name: kind for room in ROOMS for kind in room.kinds}
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text("utf-8"))
NAMES = sorted(set(KINDS) & set(VECTORS))
SCHEMAS = {name: KINDS[name].schema() for name in NAMES}
FITS = {name: shapes.compiled(schema) for name, schema in SCHEMAS.items()}

# Near what schemas ask for: limits of lengths and numbers, spellings of decimals, times and hashes, wrong types.
EDGES = ["", " ", "a", "a\0", "a/b", "a" * 80, "a" * 81, "a" * 200, "a" * 201, "0" * 64, "0" * 36, "12.640", "-0.1"]
EDGES += ["1e3", "01", "2026-11-22", "2026-02-30", "2026-11-22T09:30:00.000Z", "2026-13-22T09:30:00.000Z", "kg\n"]
NUMBERS = [-1, 0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53]
LEAVES = st.one_of(
    st.sampled_from(EDGES), st.sampled_from(NUMBERS), st.none(), st.booleans(), st.text(max_size=90), st.floats()
)
ANYTHING = st.recursive(LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=9), one))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, Any]:
    """A kind, and its example with something else in one or two places."""
    name = draw(st.sampled_from(NAMES))
    payload = VECTORS[name]
    for _ in range(draw(st.integers(1, 2))):
        payload = put(payload, draw(st.sampled_from(places(payload))), draw(ANYTHING))
    return name, payload


@pytest.mark.urs("PLT-14")
@settings(max_examples=1000, deadline=None)
@given(changed())
def test_whatever_is_said_to_fit_fits(case: tuple[str, Any]) -> None:
    name, payload = case
    if FITS[name](payload):
        assert SCHEMAS[name].validate(payload) == {}


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("name", NAMES)
def test_surplus_and_missing_fields_never_fit(name: str) -> None:
    payload = VECTORS[name]
    assert not FITS[name]({**payload, "surplus": 1})
    assert all(not FITS[name]({key: payload[key] for key in payload if key != without}) for without in payload)


@pytest.mark.urs("PLT-09")
def test_most_kinds_have_a_fast_answer() -> None:
    """Those without are those whose schema has a rule of its own, or a field of any shape."""
    slow = {name for name in NAMES if not FITS[name](VECTORS[name])}
    assert len(slow) < len(NAMES) / 5, slow
    assert FITS["equipment.weight_read.v1"](VECTORS["equipment.weight_read.v1"])
