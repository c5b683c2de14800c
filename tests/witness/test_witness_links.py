"""What a witness knows of a material's own units: the newest approved version, and nothing after an erasure."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from server.witness.links import MaterialLinks
from server.witness.seen import Seen
from sync.entry import Header, Receipt

pytestmark = pytest.mark.urs("MAT-05", "PLT-18")


def told(kind: str, version: int, density: str | None = None) -> Seen:
    said: dict[str, Any] = {"material": "ETH", "version": version}
    if density is not None:
        said["conversions"] = [{"given": {"value": "1", "unit": "L"}, "equals": {"value": density, "unit": "kg"}}]
    head = Header.__new__(Header)
    for name, value in {"kind": f"materials.master_{kind}.v1", "device": "server", "stream": "material/ETH"}.items():
        object.__setattr__(head, name, value)
    return Seen(head, Receipt.__new__(Receipt), said, b"", b"")


def test_the_newest_approved_version_says_what_a_litre_weighs() -> None:
    links = MaterialLinks()
    assert links.of("ETH") == ()
    for seen in (told("submitted", 1, "0.789"), told("submitted", 2, "0.790"), told("approved", 1)):
        links.learn(seen)
    assert links.of("ETH") == [("L", "kg", Fraction("0.789"))]
    links.learn(told("approved", 2))
    assert links.of("ETH") == [("L", "kg", Fraction("0.79"))]
    links.learn(replace(told("submitted", 3), body=None))
    assert links.of("ETH") is None
