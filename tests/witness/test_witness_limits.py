"""A witness finds values out of limits, in another unit, wrongly reckoned or in no place, of which the server says
nothing, and what it says of them that is not so (PRD-06, PRD-09)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, checked, cleared, marked, parameter, weighed
from witness_support import Rig, Story, upgrade, witnessed

from server.production import model, rules
from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PRD-06", "PRD-09", "PLT-18")
DIRTY = [{"id": "labels", "ok": False}, {"id": "clean", "ok": True}]
GRAMS, LITRES = {"value": "12640", "unit": "g"}, {"value": "12.640", "unit": "L"}
# What the door flags, each with what it owes.
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "speed": ("parameter_recorded", parameter("B1", "speed", "99", "rpm", comment="jammed"), "out_of_limits"),
    "rate": ("parameter_recorded", parameter("B1", "speed", "12", "Hz"), "unit_mismatch"),
    "nowhere": ("parameter_recorded", parameter("B1", "speed", "12", "rpm", parameter="heat"), "slot_unknown"),
    "weight": ("material_weighed", weighed("B1", "12.700"), "out_of_limits"),
    "litres": ("material_weighed", weighed("B1") | {"net": LITRES}, "unit_mismatch"),
    "hardness": ("check_recorded", checked("B1", 1, ["30.0", "80.0", "82.0"], "64.00"), "out_of_limits"),
    "few": ("check_recorded", checked("B1", 1, ["80.0", "80.0"], "80.00"), "samples_incomplete"),
    "mean": ("check_recorded", checked("B1", 2, ["79.0", "80.0", "82.0"], "80.00"), "calculation_differs"),
    "clearance": ("line_cleared", cleared("B1", items=DIRTY), "out_of_limits"),
    "phase": ("phase_started", marked("B1", "99"), "slot_unknown"),
}
RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "speed": ("parameter_recorded", parameter("B1", "speed", "12", "rpm")),
    "weight": ("material_weighed", weighed("B1") | {"net": GRAMS}),
    "hardness": ("check_recorded", checked("B1", 1, ["79.0", "80.0", "82.0"], "80.33")),
    "clearance": ("line_cleared", cleared("B1")),
}


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Story]]:
    """The log of a batch of which one thing was recorded, by a version of today unless it is told otherwise."""
    opened = []

    def told(kind: str, given: dict[str, Any], today: bool = True) -> Story:
        folder = tmp_path_factory.mktemp("limits")
        site = Site(f"sqlite:///{folder}/pestle.db", folder)
        opened.append(site)
        if today:
            site.state(UPGRADED, "site", upgrade(UPGRADED))
        site.order("B1")
        site.put(kind, given)
        return Story.of(site.plant)

    yield told
    for site in opened:
        site.plant.close()


@pytest.mark.parametrize("name", WRONG)
def test_what_the_server_does_not_say_of_a_value_is_found(
    tmp_path: Path, tell: Callable[..., Story], name: str
) -> None:
    kind, given, flag = WRONG[name]
    story = tell(kind, given)
    index = story.flagged(flag)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    assert witnessed(tmp_path / "hidden", story.without_flag(flag)) == (422, ("flag_missing", index))


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_server_makes_up_of_a_value_is_found(tmp_path: Path, tell: Callable[..., Story], name: str) -> None:
    kind, given = RIGHT[name]
    story = tell(kind, given)
    (index,) = story.indices(f"production.{kind}.v1")
    assert witnessed(tmp_path / "honest", story) == (200, None)
    for flag in ("out_of_limits", "unit_mismatch", "slot_unknown", "subject_mismatch", "batch_unknown"):
        lies = witnessed(tmp_path / flag, story.with_flag(index, flag))
        assert lies == (422, ("flag_wrong", index)), flag


def test_a_door_without_limits_is_found(
    tmp_path: Path, tell: Callable[..., Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, given, _ = WRONG["speed"]
    with monkeypatch.context() as patched:
        patched.setattr(rules, "judge_values", lambda *_: [])
        story = tell(kind, given)
    (index,) = story.indices(model.PARAMETER)
    assert witnessed(tmp_path / "witness", story) == (422, ("flag_missing", index))


def test_a_log_of_before_is_not_asked_for_limits(tmp_path: Path, tell: Callable[..., Story]) -> None:
    kind, given, flag = WRONG["speed"]
    story = tell(kind, given, today=False).without_flag(flag)
    assert witnessed(tmp_path / "witness", story) == (200, None)


def test_nothing_is_said_of_limits_where_the_order_was_erased(tmp_path: Path, tell: Callable[..., Story]) -> None:
    kind, given, flag = WRONG["speed"]
    story = tell(kind, given)
    (index,) = story.indices(model.ORDER)
    named = [{"id": story.entries[index].head.id, "index": index}]
    said = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story.server_says("site.payloads_erased.v1", "site", said).without_payload(index)
    for name, shown in (("told", erased), ("hidden", erased.without_flag(flag))):
        rig = Rig(tmp_path / name, shown)
        assert rig.show(shown) == 200, rig.why
        rig.folder.close()
