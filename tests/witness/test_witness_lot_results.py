"""A witness knows from the log which results of a lot a dispensed quantity is over, as they were reported."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import RECIPE, lot_facts, order, t
from dispensing_support import API, ASKED, DISPENSING, LOTS
from plant import PlantUnderTest
from specification_support import CODE, approve, definition, numeric
from usage_support import check
from witness_support import Rig, Story, upgrade, witnessed

from server.identity.model import PERSON_ADDED
from server.production.model import DISPENSED, ORDER
from server.quality.model import RESULTS_RECORDED, RESULTS_RECORDED_V2
from server.recipes.model import APPROVED_V1
from server.site.model import UPGRADED, UPGRADED_V1
from sync.entry import Receipt

pytestmark = pytest.mark.urs("PLT-18", "MAT-12", "QUA-03")
LOT = "lot/api-1/A-5/2"
SECOND = {"person": "P-0008", "login": "lin", "name": "林夏", "name_en": "Lin Xia", "roles": ["qc"]}


def answers(site: PlantUnderTest, assay: str, loss: str, version: int = 1) -> str:
    lines = [{"test": test, "value": value, "text": None, "conforms": None} for test, value in found(assay, loss)]
    given = {"stage": "incoming", "specification": CODE, "version": version, "results": lines}
    return str(site.state(RESULTS_RECORDED_V2, LOT, given, actor="zhao").id)


def found(assay: str, loss: str) -> tuple[tuple[str, str], ...]:
    return ("assay", assay), ("loss", loss)


def dispense(site: PlantUnderTest, tablet: Any, portion: int, entry: str, assay: str) -> tuple[str, ...]:
    potency = {"assay": {"value": assay, "entry": entry}, "water": {"value": "0.50", "entry": entry}}
    given = {
        **{"batch": "B1", "phase": "20", "line": "api", "portion": portion, **LOTS[0], "container": None},
        **{"into": f"D-{portion}", "tare": None, "net": {"value": "1.000", "unit": "kg"}, "gross": None},
        **{"source": "manual", "reading": None, "tare_reading": None, "limits": ASKED, "potency": potency},
        **{"basis": None, "scanned": {"room": "2-114", "balance": None, "container": None}},
        **{"verified_by": None, "comment": None},
    }
    flags = tablet.record(DISPENSED, "batch/B1", given, actor="zhang", subject=f"20/api/{portion}").flags
    return tuple(flag for flag in flags if flag in ("potency_differs", "quantity_differs", "quantity_unknown"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("results")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    material = {"material": "api-1", "name": t("API"), "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", material)
    site.plant.recorder.state(*lot_facts("A-5/2", "released", "2098-09-30"))
    site.state(APPROVED_V1, "recipe/MR-TAB", RECIPE)
    tablet = site.tablet()
    site.state(ORDER, "batch/B1", order("B1", lots=LOTS, phases=[DISPENSING | {"lines": [API]}]))
    stated = {"name": None, "low": None, "high": None, "verdict": "none"}
    lines = [stated | {"test": test, "value": {"value": value, "unit": "%"}} for test, value in found("98.0", "0.50")]
    paper = site.state(RESULTS_RECORDED, LOT, {"stage": "incoming", "results": lines, "source": None}, actor="zhao").id
    site.state(PERSON_ADDED, "person/P-0008", SECOND)
    check(site.plant, LOT, paper, "P-0008")
    assert dispense(site, tablet, 1, paper, "98.0") == ()
    approve(site, definition(numeric(), numeric("loss", None, "1.00", decimals=2)))
    tested = answers(site, "97.96", "0.503")
    check(site.plant, LOT, tested, "P-0008")
    assert dispense(site, tablet, 2, tested, "98.0") == ()
    assert dispense(site, tablet, 3, tested, "97.96") == ("potency_differs", "quantity_differs")
    stranger = {"stage": "incoming", "results": lines, "source": None}
    assert "person_not_permitted" in tablet.record(RESULTS_RECORDED, LOT, stranger, actor="zhang").flags
    assert dispense(site, tablet, 4, paper, "98.0") == ("potency_differs",)
    # Nor is a part of one where the specification asks for per cent: a hundred times as much would be weighed.
    part = [stated | {"test": "assay", "value": {"value": "0.98", "unit": "g/g"}}]
    other = {"stage": "incoming", "results": part, "source": None}
    assert "limits_differ" in tablet.record(RESULTS_RECORDED, LOT, other, actor="zhao").flags
    assert dispense(site, tablet, 5, tested, "98.0") == ()
    # Nor what nobody else has checked.
    alone = answers(site, "97.96", "0.503")
    assert dispense(site, tablet, 6, alone, "98.0") == ("potency_differs",)
    assert dispense(site, tablet, 7, tested, "98.0") == ()
    check(site.plant, LOT, alone, "P-0008")
    assert dispense(site, tablet, 8, alone, "98.0") == ()
    yield Story.of(site.plant)
    site.close()


def test_an_honest_log_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    ("portion", "flags"), [(0, True), (1, True), (2, False), (3, False), (4, True), (5, False), (6, True), (7, True)]
)
def test_a_result_that_was_not_used_is_told_of_and_no_other(rig: Rig, story: Story, portion: int, flags: bool) -> None:
    index = story.indices(DISPENSED)[portion]
    told = ("potency_differs",) if flags else ()

    def with_or_without(stamp: Receipt) -> Receipt:
        rest = tuple(one for one in stamp.flags if one != "potency_differs")
        return replace(stamp, flags=(*rest, *told))

    forged = story.restamp(index, with_or_without)
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong" if flags else "flag_missing", index)


@pytest.mark.urs("CMP-05", "PLT-18", "MAT-12")
@pytest.mark.parametrize(("checked", "kind"), [(False, UPGRADED_V1), (True, UPGRADED_V1), (False, UPGRADED)])
def test_a_version_that_weighed_by_what_nobody_had_checked_is_not_accused(
    tmp_path: Path, checked: bool, kind: str
) -> None:
    """The server of its day went by what was recorded, also where other results had been checked."""
    site = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.state(UPGRADED_V1, "site", upgrade(UPGRADED_V1))
    material = {"material": "api-1", "name": t("API"), "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", material)
    site.plant.recorder.state(*lot_facts("A-5/2", "released", "2098-09-30"))
    site.state(APPROVED_V1, "recipe/MR-TAB", RECIPE)
    tablet = site.tablet()
    site.state(ORDER, "batch/B1", order("B1", lots=LOTS, phases=[DISPENSING | {"lines": [API]}]))
    stated = {"name": None, "low": None, "high": None, "verdict": "none"}
    lines = [stated | {"test": test, "value": {"value": value, "unit": "%"}} for test, value in found("98.0", "0.50")]
    paper = site.state(RESULTS_RECORDED, LOT, {"stage": "incoming", "results": lines, "source": None}, actor="zhao").id
    if checked:
        before = site.state(
            RESULTS_RECORDED, "lot/api-1/A-6", {"stage": "incoming", "results": lines, "source": None}, actor="zhao"
        )
        site.state(PERSON_ADDED, "person/P-0008", SECOND)
        check(site.plant, "lot/api-1/A-6", before.id, "P-0008")
    assert dispense(site, tablet, 1, paper, "98.0") == ("potency_differs",)
    story = Story.of(site.plant)
    site.close()
    rig = Rig(tmp_path / "witness", story)
    [index] = story.indices(DISPENSED)
    portion = story.entries[index]
    bare = tuple(one for one in portion.stamp.flags if one != "potency_differs")
    shown = rig.show(story.first(index).upgraded(kind).then(portion.envelope, flags=bare))
    assert (shown, rig.found) == ((200, None) if kind == UPGRADED_V1 else (422, ("flag_missing", index + 1)))
    rig.folder.close()


def test_where_a_specification_was_erased_nobody_is_accused(tmp_path: Path, story: Story) -> None:
    """What results come to that answer it nobody can say."""
    for index in story.indices("quality.specification_submitted.v2"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
