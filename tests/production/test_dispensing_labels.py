"""What the label of a dispensed container says (MAT-11, MAT-12)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from dispensing_support import API, Dispensing

from server.materials.labels import model, printables

pytestmark = pytest.mark.urs("MAT-11", "MAT-12")


@pytest.fixture
def at(database_url: str, tmp_path: Path) -> Iterator[Dispensing]:
    site = Site(database_url, tmp_path)
    yield Dispensing(site)
    site.plant.close()


def said(at: Dispensing, *labels: str) -> dict[str, dict[str, str]]:
    with at.site.plant.engine.connect() as connection:
        return {
            name: dict(one) for name, one in printables.SOURCES["dispensed"](connection, labels, "2026-11-26").items()
        }


def test_it_says_for_which_batch_of_which_lot_how_much_and_who(at: Dispensing) -> None:
    weight = {"tare": {"value": "0.250", "unit": "kg"}, "gross": {"value": "3.250", "unit": "kg"}}
    first = at.put(API, "3.000", **weight, tare_reading=at.site.read_weight(net="0.250"))
    assert first.flags == ()
    found = said(at, "B1-20-api-1", "B1-20-api-9")
    assert list(found) == ["B1-20-api-1"]
    one = found["B1-20-api-1"]
    assert set(one) - {"code"} <= set(model.FIELDS["dispensed"])
    assert set(model.MUST["dispensed"]) <= set(one)
    wanted = {"batch": "B1", "phase": "20", "portion": "1", "material": "api-1", "lot": "A-5/2", "net": "3.000 kg"}
    wanted |= {"tare": "0.250 kg", "gross": "3.250 kg", "code": "PESTLE-CONTAINER:1:B1-20-api-1"}
    assert {name: one[name] for name in wanted} == wanted
    assert "checked_by" not in one


def test_it_says_what_stands_after_a_correction(at: Dispensing) -> None:
    first = at.put(API, "3.000")
    at.put(API, "3.100", corrects=first.id, reason="read wrongly", source="manual", reading=None)
    assert said(at, "B1-20-api-1")["B1-20-api-1"]["net"] == "3.100 kg"
