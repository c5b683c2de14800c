"""Canonical JSON against the vectors of RFC 8785, against `rfc8785`, and the narrower profile of entries."""

import base64
import json
import math
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from support import shared

from sync import canonical
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-02")

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ASCII_KEY = st.text(st.characters(max_codepoint=127))
INTEGER = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
PROFILE = st.recursive(
    st.none() | st.booleans() | INTEGER | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ASCII_KEY, inner, max_size=5),
    max_leaves=20,
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | INTEGER | TEXT | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_published_vectors(name: str) -> None:
    value = json.loads(shared("vectors", "jcs", "input", f"{name}.json").read_bytes())
    assert canonical.encode(value) == shared("vectors", "jcs", "output", f"{name}.json").read_bytes()
    assert canonical.encode(value).hex() == "".join(
        shared("vectors", "jcs", "outhex", f"{name}.txt").read_text().split()
    )


@given(ANY_JSON)
def test_encode_equals_the_reference_implementation(value: Any) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(st.integers(0, 2**64 - 1))
def test_numbers_of_every_bit_pattern(bits: int) -> None:
    (number,) = struct.unpack(">d", bits.to_bytes(8, "big"))
    if math.isfinite(number):
        assert canonical.encode(number) == rfc8785.dumps(number)


@given(PROFILE)
def test_parse_takes_what_encode_writes(value: object) -> None:
    assert canonical.parse(canonical.encode(value)) == value


@given(PROFILE, st.integers(0, 10_000), st.integers(1, 255))
def test_parse_takes_no_second_spelling(value: object, place: int, flip: int) -> None:
    data = bytearray(canonical.encode(value))
    data[place % len(data)] ^= flip
    try:
        parsed = canonical.parse(bytes(data))
    except SyncError:
        return
    assert canonical.encode(parsed) == bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"1.0",
        b"1e3",
        b"-0",
        b"9007199254740992",
        b"18446744073709551616",
        b'{"a":1, "b":2}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        '{"é":1}'.encode(),
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u001F"',
        b'"\\ud800"',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{} ",
        b"",
        b"[" * 40 + b"]" * 40,
        b"NaN",
    ],
)
def test_parse_refuses(data: bytes) -> None:
    with pytest.raises(SyncError, match="not_canonical"):
        canonical.parse(data)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 2}, b"x", {1, 2}])
def test_encode_refuses(value: object) -> None:
    with pytest.raises(SyncError, match="not_canonical"):
        canonical.encode(value)


def test_a_weight_keeps_its_resolution() -> None:
    assert canonical.encode({"value": "12.340"}) == b'{"value":"12.340"}'
    assert canonical.encode({"value": 12.340}) == b'{"value":12.34}', "which is why quantities are strings"


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert canonical.decode_base64(text) == data
    for place in range(len(text)):
        for other in "AB=+\n":
            changed = text[:place] + other + text[place + 1 :]
            if changed != text:
                try:
                    assert canonical.decode_base64(changed) != data
                except ValueError:
                    continue
