"""The demonstration's film-coated tablet is a master recipe that nothing stands against, with branches side by side."""

import pytest

from server.demo import coated
from server.demo.content import EQUIPMENT, MATERIALS
from server.recipes import structure
from server.recipes.checking import check
from server.recipes.findings import Registers

pytestmark = pytest.mark.urs("PRD-02")


def test_nothing_stands_against_it() -> None:
    pieces = [*EQUIPMENT, *coated.EQUIPMENT]
    known = Registers(
        units={code: unit for code, _, _, unit in (*MATERIALS, *coated.MATERIALS)},
        equipment={piece[0]: piece[5] for piece in pieces},
        class_of={piece[0]: piece[1] for piece in pieces},
        classes=frozenset(piece[1] for piece in pieces),
        rooms=frozenset(piece[5] for piece in pieces),
    )
    assert check(coated.RECIPE, known) == []


def test_the_suspension_is_made_beside_the_cores() -> None:
    above = structure.ancestors(coated.PHASES)
    assert {"70", "90"} <= above["100"]
    assert "70" not in above["90"]
    assert "90" not in above["70"]
    minutes, path = structure.critical(coated.PHASES)
    assert ("70" in path, "90" in path) == (True, False)
    assert minutes == sum(phase["minutes"] for phase in coated.PHASES if phase["id"] in path)
