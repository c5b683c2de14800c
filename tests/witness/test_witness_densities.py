"""A witness reckons what was filled over, scrapped and carried in litres by the density of a material, like servers."""

from collections.abc import Iterator
from typing import Any

import pytest
from master_support import approve, definition
from places_support import MOVED, SPLIT, Places
from witness_support import Rig, Story

pytestmark = pytest.mark.urs("MAT-02", "MAT-06", "PLT-18")
MERGED, SCRAPPED = "materials.containers_merged.v1", "materials.container_scrapped.v1"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """5 L, 3.945 kg, of a drum of 25 kg stand in a container of their own; a third of one is scrapped in kilograms."""
    folder = tmp_path_factory.mktemp("densities")
    site = Places(f"sqlite:///{folder}/pestle.db", folder)
    approve(site, definition(), "LAC")
    part = {"container": "S-1", "quantity": {"value": "5", "unit": "L"}}
    said = {"container": "C-1", "into": [part], "reason": None}
    assert site.state(SPLIT, "container/C-1", said, actor="ku").flags == ()
    assert site.move("S-1", "R-02", origin="R-01") == ()
    gone = {"container": "S-1", "quantity": {"value": "0.263", "unit": "kg"}, "reason": "spilt", "witness": None}
    site.state(SCRAPPED, "container/S-1", gone, actor="ku")
    yield Story.of(site.plant)
    site.close()


def test_an_honest_server_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


def _part(value: str, unit: str = "L") -> dict[str, Any]:
    return {"into": [{"container": "S-2", "quantity": {"value": value, "unit": unit}}], "reason": None}


def _lost(value: str, unit: str) -> dict[str, Any]:
    return {"container": "S-1", "quantity": {"value": value, "unit": unit}, "reason": "spilt", "witness": None}


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        # 25 kg less 3.945 are 26.68 L.
        (SPLIT, {"container": "C-1", **_part("26.6")}, None),
        (SPLIT, {"container": "C-1", **_part("26.7")}, "flag_missing"),
        (SPLIT, {"container": "S-1", **_part("3.682", "kg")}, None),
        (SPLIT, {"container": "S-1", **_part("3.683", "kg")}, "flag_missing"),
        (SPLIT, {"container": "S-1", **_part("1", "{drum}")}, "flag_missing"),
        (MERGED, {"into": "C-1", "from": ["S-1"], "reason": None}, None),
        (SCRAPPED, _lost("3.682", "kg"), None),
        (SCRAPPED, _lost("3.683", "kg"), "stock_too_much"),
        (SCRAPPED, _lost("1", "{drum}"), "stock_unit_wrong"),
        (MOVED, {"container": "S-1", "from": "R-02", "to": "R-03", "reason": None}, None),
        (MOVED, {"container": "S-1", "from": "R-01", "to": "R-03", "reason": None}, "flag_missing"),
    ],
)
def test_what_is_wrong_with_a_part_in_litres_is_found(
    rig: Rig, story: Story, kind: str, said: dict[str, Any], code: str | None
) -> None:
    shown = rig.show(story.stated(kind, f"container/{said.get('container', 'C-1')}", said, "ku"))
    assert (shown, rig.found) == ((200, None) if code is None else (422, (code, len(story.entries)))), rig.why
