"""A weighing counts by what its material says of its units: against its limits, and against what its container had."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import PHASE, RECIPE, order, t, weighed
from master_support import approve, definition
from places_support import Places
from witness_support import Story, witnessed

from server.production import containers, model, queries
from server.recipes.model import APPROVED_V1
from server.site.model import UPGRADED_V1

pytestmark = pytest.mark.urs("MAT-02", "MAT-12", "PRD-06")
LOT = {"material": "LAC", "lot": "L-1"}
ABOUT = ("container_used_up", "unit_mismatch", "out_of_limits")


class Solvent(Places):
    """1 L of the material is 0.789 kg; 25 kg of it, 31.6857… L, were given to a batch that weighs 20 to 40 L."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        approve(self, definition(), "LAC")
        released = {**LOT, "status": "released", "reason": "passed"}
        self.state("materials.lot_status_changed.v1", "lot/LAC/L-1", released)
        self.state(APPROVED_V1, "recipe/MR-TAB", RECIPE)
        limits = {"low": "20", "high": "40", "target": "30", "unit": "L", "decimals": 3, "material": "LAC"}
        phases = [
            PHASE | limits | {"id": at, "type": "weighing", "name": t(at), "instruction": t(at)}
            for at in ("20", "21", "22")
        ]
        said = [phase | {"material_name": t("Solvent")} for phase in phases]
        self.state(model.ORDER, "batch/B1", order("B1", lots=[LOT], phases=said))
        given = {"batch": "B1", "containers": [{"container": "C-1", "reason": "at hand"}]}
        self.state("production.containers_allocated.v2", "batch/B1", given)

    def weigh(self, phase: str, value: str, unit: str) -> tuple[str, ...]:
        limits = {"low": "20", "high": "40", "target": "30", "unit": "L"}
        net = {"value": value, "unit": unit}
        given: dict[str, Any] = weighed("B1", **LOT, container="C-1", phase=phase, limits=limits) | {"net": net}
        flags = self.one.record(model.WEIGHED, "batch/B1", given, actor="zhang", subject=f"{phase}/net").flags
        return tuple(flag for flag in flags if flag in ABOUT)

    def taken(self) -> str:
        """Of the container, as it is shown."""
        with self.reading() as connection:
            found = containers.container_choices(connection, "B1", "2026-11-26")
        return str(next(one["taken"]["value"] for one in found if one["container"] == "C-1"))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Solvent]:
    made = Solvent(database_url, tmp_path)
    yield made
    made.close()


def test_what_is_weighed_in_litres_and_kilograms_is_one_amount(site: Solvent, tmp_path: Path) -> None:
    # 20 L are 15.78 kg; 15.80 kg are 20.0253… L, which no decimal is, and 15.70 too few.
    assert site.weigh("20", "20", "L") == ()
    assert site.weigh("21", "15.80", "kg") == ("container_used_up",)
    assert site.weigh("22", "15.70", "kg") == ("out_of_limits", "container_used_up")
    assert site.taken() == "47.28"
    with site.reading() as connection:
        items = [one for one in queries.items_of(connection, "B1") if one.code == "container_used_up"]
    assert [(one.details["held"]["value"], one.details["taken"]["value"]) for one in items] == [
        ("25.000", "15.78"),
        ("25.000", "31.58"),
    ]
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    index = story.flagged("container_used_up")
    assert witnessed(tmp_path / "forged", story.without_flag("container_used_up")) == (422, ("flag_missing", index))
    bare = tuple(one for one in story.entries[index].stamp.flags if one != "container_used_up")
    before = story.first(index).upgraded(UPGRADED_V1).then(story.entries[index].envelope, flags=bare)
    # By kilograms alone, as they once counted, 31.5 were taken out of 25.
    assert witnessed(tmp_path / "before", before) == (422, ("flag_missing", index + 1))
    assert site.rebuilds()


def test_what_a_version_did_not_count_in_litres_accuses_nobody(site: Solvent, tmp_path: Path) -> None:
    assert site.weigh("20", "32", "L") == ("container_used_up",)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    index = story.flagged("container_used_up")
    bare = tuple(one for one in story.entries[index].stamp.flags if one != "container_used_up")
    before = story.first(index).upgraded(UPGRADED_V1)
    assert witnessed(tmp_path / "before", before.then(story.entries[index].envelope, flags=bare)) == (200, None)
    today = before.upgraded().then(story.entries[index].envelope, flags=bare)
    assert witnessed(tmp_path / "today", today) == (422, ("flag_missing", index + 2))


def test_a_third_of_a_litre_three_times_is_a_litre(site: Solvent, tmp_path: Path) -> None:
    """Amounts that no decimal is are added exactly, before they are compared."""
    assert site.weigh("20", "8.333333333333", "kg") == ("out_of_limits",)
    assert site.weigh("21", "8.333333333333", "kg") == ("out_of_limits",)
    assert site.weigh("22", "8.333333333334", "kg") == ("out_of_limits",)
    assert witnessed(tmp_path / "honest", Story.of(site.plant)) == (200, None)
