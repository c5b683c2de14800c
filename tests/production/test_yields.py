"""Yields through the door, on both databases: calculated again, stale after a correction, explained (PRD-10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, marked
from control_support import checked, counted, drawn_up, explained, items, release, reported, weighed_in

from server.core import rebuild
from server.core.record import Recorded

pytestmark = pytest.mark.urs("PRD-10")


class Stage:
    """A batch up to its yield: `net` and `made` are the entries that it is calculated from."""

    def __init__(self, site: Site, batch: str = "B1", made: str = "12.500") -> None:
        self.site, self.batch = site, batch
        release(site, batch)
        self.net = site.put("material_weighed", weighed_in(batch)).id
        site.put("phase_completed", marked(batch, "20"))
        site.put("phase_started", marked(batch, "30"))
        site.put("check_recorded", checked(batch, 1))
        site.put("phase_completed", marked(batch, "30"))
        self.made = site.put("parameter_recorded", counted(batch, made)).id
        site.put("phase_completed", marked(batch, "40"))

    def draw_up(self, **changes: object) -> Recorded:
        return self.site.put("yield_recorded", drawn_up(self.batch, [self.net], [self.made], **changes))

    def codes(self) -> list[str]:
        return [one.code for one in items(self.site, self.batch) if one.phase in ("50", "60", "70")]


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    site = Site(database_url, tmp_path)
    yield Stage(site)
    site.plant.close()


def low(stage: Stage) -> Recorded:
    """A yield below its limits: less waste was found than there was."""
    given = drawn_up(stage.batch, [stage.net], [stage.made])
    given["inputs"][2]["value"] = "-0.500"
    return stage.site.put("yield_recorded", given | {"value": "94.9", "comment": "dust"})


def test_a_yield_from_what_stands_is_calculated_again_and_has_nothing_wrong(stage: Stage) -> None:
    assert stage.draw_up().flags == ()
    assert stage.codes() == []


def test_a_value_that_the_expression_does_not_give_is_an_exception(stage: Stage) -> None:
    assert stage.draw_up(value="99.8").flags == ("calculation_differs",)
    item = stage.site.item("B1", "calculation_differs")
    assert item.details == {"value": "99.8", "calculated": "99.7", "severity": "major"}


def test_an_input_that_is_not_the_sum_of_its_entries_is_an_exception(stage: Stage) -> None:
    given = drawn_up("B1", [stage.net], [stage.made], value="99.6")
    given["inputs"][0]["value"] = "12650"
    assert stage.site.put("yield_recorded", given).flags == ("calculation_differs",)
    assert stage.site.item("B1", "calculation_differs").details["calculated"] == "12640"


def test_a_yield_out_of_limits_is_major_and_going_on_without_an_explanation_is_another(stage: Stage) -> None:
    recorded = low(stage)
    assert recorded.flags == ("out_of_limits",)
    item = stage.site.item("B1", "out_of_limits")
    assert (item.details["severity"], item.slot, item.comment) == ("major", "50/yield", "dust")
    stage.site.put("phase_completed", marked("B1", "50"))
    assert stage.site.put("phase_started", marked("B1", "60")).flags == ("yield_unexplained",)
    assert stage.site.item("B1", "yield_unexplained").details["yields"] == [recorded.id]


def test_work_goes_on_after_an_unexplained_yield_as_little_without_a_start(stage: Stage) -> None:
    recorded = low(stage)
    stage.site.put("phase_completed", marked("B1", "50"))
    assert "yield_unexplained" in stage.site.put("phase_completed", marked("B1", "60")).flags
    assert stage.site.item("B1", "yield_unexplained").details["yields"] == [recorded.id]
    # One exception for the phase, however much is done in it.
    assert "yield_unexplained" in stage.site.put("phase_completed", marked("B1", "60"), device="tablet-b").flags
    assert stage.codes().count("yield_unexplained") == 1


def test_once_a_supervisor_has_explained_it_the_batch_goes_on(stage: Stage) -> None:
    recorded = low(stage)
    said = stage.site.put("yield_explained", explained("B1", recorded.id), cosigner="P-3")
    assert said.flags == ()
    stage.site.put("phase_completed", marked("B1", "50"))
    assert stage.site.put("phase_started", marked("B1", "60")).flags == ()


@pytest.mark.parametrize(
    ("by", "signer", "flag"),
    [
        ("P-3", None, "explanation_unsigned"),
        ("P-2", "P-2", "person_not_permitted"),
        ("P-3", "P-2", "explanation_unsigned"),
    ],
)
def test_an_explanation_by_nobody_who_may_explains_nothing(
    stage: Stage, by: str, signer: str | None, flag: str
) -> None:
    recorded = low(stage)
    said = stage.site.put("yield_explained", explained("B1", recorded.id, by), cosigner=signer)
    assert said.flags == (flag,)
    stage.site.put("phase_completed", marked("B1", "50"))
    assert stage.site.put("phase_started", marked("B1", "60")).flags == ("yield_unexplained",)


def test_an_explanation_of_something_else_is_kept_and_flagged(stage: Stage) -> None:
    said = stage.site.put("yield_explained", explained("B1", stage.net), cosigner="P-3")
    assert said.flags == ("explanation_unknown",)


def test_a_correction_of_an_input_makes_the_yield_stale_until_it_is_drawn_up_again(stage: Stage) -> None:
    first = stage.draw_up()
    better = stage.site.put("material_weighed", weighed_in("B1", "12.645"), corrects=stage.net, reason="misread")
    assert "yield_stale" in better.flags
    item = stage.site.item("B1", "yield_stale")
    assert (item.phase, item.slot, item.entries) == ("50", "50/yield", (first.id, better.id))
    # Told once, however many corrections follow.
    again = stage.site.put("material_weighed", weighed_in("B1", "12.640"), corrects=better.id, reason="was right")
    assert "yield_stale" not in again.flags
    stage.net = again.id
    given = drawn_up("B1", [again.id], [stage.made])
    redone = stage.site.put("yield_recorded", given, corrects=first.id, reason="input corrected")
    assert redone.flags == ()


@pytest.mark.parametrize("names_it", [False, True])
def test_what_a_tablet_reports_as_stale_neither_stops_the_judging_nor_silences_it(stage: Stage, names_it: bool) -> None:
    first = stage.draw_up()
    stage.site.put("exception_raised", reported("B1", "yield_stale", entries=[first.id] if names_it else []))
    better = stage.site.put("material_weighed", weighed_in("B1", "12.645"), corrects=stage.net, reason="misread")
    assert "yield_stale" in better.flags
    assert "rule_failed" not in better.flags


def test_a_yield_that_was_drawn_up_from_a_superseded_value_is_stale_from_the_beginning(stage: Stage) -> None:
    stage.site.put("material_weighed", weighed_in("B1", "12.645"), corrects=stage.net, reason="misread")
    assert stage.draw_up().flags == ("yield_stale",)


def test_a_yield_of_a_yield_is_stale_with_it(stage: Stage) -> None:
    first = stage.draw_up()
    inputs = [{"id": "stage", "value": "99.7", "unit": "%", "entries": [first.id]}]
    overall = {"batch": "B1", "phase": "70", "inputs": inputs, "value": "99.7", "unit": "%", "comment": None}
    second = stage.site.put("yield_recorded", overall)
    assert "yield_stale" not in second.flags
    stage.site.put("parameter_recorded", counted("B1", "12.400"), corrects=stage.made, reason="recounted")
    stale = {one.entries[0] for one in items(stage.site, "B1") if one.code == "yield_stale"}
    assert stale == {first.id, second.id}


def test_a_rebuild_tells_the_same(stage: Stage) -> None:
    recorded = low(stage)
    stage.site.put("yield_explained", explained("B1", recorded.id), cosigner="P-3")
    stage.site.put("material_weighed", weighed_in("B1", "12.645"), corrects=stage.net, reason="misread")
    assert rebuild.check(stage.site.plant.engine, stage.site.plant.log, stage.site.plant.registry)["ok"]
