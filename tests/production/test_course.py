"""Phases side by side, held, aborted, skipped, and in time, through the door, on both databases (PRD-05, PRD-06)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from batch_support import Site, marked
from course_support import Branches
from dossier_support import printed
from recipe_support import step
from sqlalchemy import func, select

from server.alerts import raising, sweeps
from server.alerts.projection import recipient
from server.core import clock, db, rebuild
from server.core.errors import PestleError
from server.production import queries
from server.release import queries as release

pytestmark = pytest.mark.urs("PRD-05", "PRD-06", "QUA-05")


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Branches]:
    site = Site(database_url, tmp_path)
    yield Branches(site)
    site.plant.close()


def gate(made: Branches) -> tuple[bool, tuple[str, ...]]:
    with made.site.plant.engine.connect() as connection:
        [found] = [one for one in release.gates(connection, "B1") if one.code == "phases"]
    return found.met, found.details


def status(made: Branches) -> tuple[str, int]:
    with made.site.plant.engine.connect() as connection:
        line = queries.batch_line(connection, "B1")
    assert line is not None
    return line.status, line.phases_done


def assess(made: Branches, code: str) -> None:
    given = {"batch": "B1", "exception": made.site.item("B1", code).id, "assessment": "looked at"}
    made.site.state("release.exception_assessed.v1", "batch/B1", given, actor="P-5")


def test_branches_go_side_by_side_and_meet_only_when_both_have_ended(made: Branches) -> None:
    made.do("10")
    assert made.start("30", device="tablet-b").flags == ()
    made.do("20")
    assert made.start("40").flags == ("phase_order",)
    assert made.site.item("B1", "phase_order").details == {"before": ["30"]}


def test_what_is_held_is_not_worked_on_and_goes_on_afterwards(made: Branches) -> None:
    made.do("10")
    made.start("20")
    assert made.hold("20").flags == ()
    assert made.end("20", device="tablet-b").flags == ("phase_held",)
    assert made.site.item("B1", "phase_held").details["severity"] == "major"
    made.resume("20")
    assert made.end("20").flags == ()


@pytest.mark.urs("PRD-12")
def test_the_printed_record_says_why_a_phase_was_held(made: Branches) -> None:
    made.do("10")
    made.start("20")
    made.hold("20")
    assert ":areason" in printed(made.site)[0]


def test_a_hold_that_arrives_after_the_work_it_forbids_brings_that_to_light(made: Branches) -> None:
    made.do("10")
    made.start("20")
    said = {"batch": "B1", "phase": "20", "reason": "filter torn"}
    held = made.site.writers["tablet-b"]
    made.site.now_ms += 60_000
    lease = made.site.leases["B1", "tablet-b"]
    envelope = held.write("production.phase_held.v1", "batch/B1", said, actor="P-2", subject="20/held", lease=lease)
    assert made.end("20").flags == ()
    assert made.site.submit(envelope).flags == ("phase_held",)


def test_a_phase_that_was_skipped_lets_the_next_begin_and_the_batch_go_only_when_assessed(made: Branches) -> None:
    made.do("10", "20")
    assert made.skip("30").flags == ("phase_skipped",)
    made.do("40")
    assert status(made) == ("awaiting_review", 4)
    assert gate(made) == (False, ("30",))
    assess(made, "phase_skipped")
    assert gate(made) == (True, ())


def test_a_phase_that_was_aborted_ends_and_asks_for_none_of_its_values(made: Branches) -> None:
    made.do("10", "20")
    made.start("30")
    assert made.abort("30").flags == ("phase_aborted",)
    item = made.site.item("B1", "phase_aborted")
    assert (item.comment, item.phase) == ("a reason", "30")
    assert made.start("40").flags == ()


def test_a_phase_that_is_only_said_to_be_complete_was_never_begun_which_is_a_minor_exception(made: Branches) -> None:
    assert made.end("10").flags == ("phase_not_started",)
    item = made.site.item("B1", "phase_not_started")
    assert (item.phase, item.details["severity"]) == ("10", "minor")
    # Said again it is no news.
    assert made.end("10", device="tablet-b").flags == ()


@pytest.mark.parametrize("how", ["abort", "skip"])
def test_work_after_a_phase_was_left_is_one_exception_unless_clocks_may_differ_by_as_much(
    made: Branches, how: str
) -> None:
    made.do("10")
    (made.abort if how == "abort" else made.skip)("30")
    assert "phase_left" not in made.start("30", device="tablet-b").flags
    made.wait(10)
    assert made.start("30").flags == ("phase_left",)
    assert made.end("30").flags == ("phase_left",)
    item = made.site.item("B1", "phase_left")
    assert (item.phase, item.details["severity"], len(item.details["times"])) == ("30", "major", 1)


def test_an_abort_that_arrives_after_the_work_done_since_brings_that_to_light(made: Branches) -> None:
    made.do("10")
    made.site.now_ms += 60_000
    said = {"batch": "B1", "phase": "20", "reason": "filter torn"}
    writer, lease = made.site.writers["tablet-b"], made.site.leases["B1", "tablet-b"]
    left = writer.write("production.phase_aborted.v1", "batch/B1", said, actor="P-2", subject="20/aborted", lease=lease)
    made.wait(10)
    made.do("20")
    assert made.site.submit(left).flags == ("phase_aborted", "phase_left")
    assert len(made.site.item("B1", "phase_left").details["times"]) == 2


def test_a_time_limit_that_was_not_kept_is_an_exception_and_a_hold_does_not_stop_it(made: Branches) -> None:
    made.do("10", "20", "30")
    made.wait(4)
    made.hold("40")
    made.wait(8)
    made.resume("40")
    assert made.start("40").flags == ("time_limit_exceeded",)
    details = made.site.item("B1", "time_limit_exceeded").details
    assert (details["limit"], details["elapsed"], details["since"]) == (12, "17.00", "20")
    # It is told once, whatever else is done in the phase.
    assert made.end("40").flags == ()


@pytest.mark.urs("EQP-01", "EQP-03")
def test_equipment_that_must_not_be_used_is_an_exception(made: Branches) -> None:
    made.register("PR-1", "press", "2026-12-31")
    made.register("PR-2", "press", "2026-11-21")
    assert made.identify("20", "PR-1").flags == ()
    assert made.identify("20", "PR-2").flags == ("equipment_unfit", "calibration_overdue")
    assert made.identify("20", "PR-9").flags == ("equipment_unfit",)
    assert made.site.item("B1", "calibration_overdue").details["due"] == "2026-11-21"


@pytest.mark.urs("EQP-01")
def test_a_phase_of_which_nothing_said_what_it_was_done_with_is_a_minor_exception(made: Branches) -> None:
    made.do("10")
    made.register("PR-1", "press", None)
    made.start("20")
    made.wait(5)
    # Too late: the work had begun.
    assert made.identify("20", "PR-1").flags == ()
    assert made.end("20").flags == ("equipment_not_identified",)
    item = made.site.item("B1", "equipment_not_identified")
    assert (item.phase, item.details) == ("20", {"expected": "press", "severity": "minor"})
    assert made.end("20", device="tablet-b").flags == ()


def test_supervisors_are_told_before_a_time_limit_runs_out_and_of_a_batch_that_stands_still(made: Branches) -> None:
    made.do("10", "20")
    ended = datetime.fromtimestamp(made.site.now_ms / 1000, UTC)
    plant = made.site.plant

    def swept(code: str, at: datetime) -> list[str]:
        with plant.engine.connect() as connection:
            return [one.details["batch"] for one in sweeps.SWEEPS[code](connection, plant, at)]

    limit, still = "time_limit_ending", "batch_stands_still"
    assert [swept(limit, ended - timedelta(minutes=gap)) for gap in (4, 2)] == [[], ["B1"]]
    assert swept(limit, ended + timedelta(hours=1)) == ["B1"]
    now = clock.now()
    assert [swept(still, now + timedelta(hours=gap)) for gap in (3, 5)] == [[], ["B1"]]
    made.do("30")
    made.start("40")
    assert swept(limit, ended + timedelta(hours=1)) == []


@pytest.mark.urs("PRD-05")
def test_a_plant_says_after_what_silence_a_batch_stands_still(made: Branches) -> None:
    made.do("10")
    plant, now = made.site.plant, clock.now()

    def still(hours: int) -> bool:
        with plant.engine.connect() as connection:
            return bool(list(sweeps.SWEEPS["batch_stands_still"](connection, plant, now + timedelta(hours=hours))))

    assert (still(3), still(5)) == (False, True)
    said = {"hours": 8, "reason": "drying takes seven hours"}
    with pytest.raises(PestleError, match="not_permitted"):
        made.site.state("production.quiet_set.v1", "batch-pace", said, "P-1")
    made.site.state("production.quiet_set.v1", "batch-pace", said, "P-3")
    assert (still(7), still(9)) == (False, True)
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_a_batch_that_stands_still_is_told_to_supervisors_whether_or_not_it_has_rooms(made: Branches) -> None:
    """Of rooms of an area only to those who work there: here the one supervisor."""
    Branches(made.site, "B2", [step("10", "instruction", room=None), step("20", "instruction", room=None)])
    for batch in ("B1", "B2"):
        made.site.put("phase_started", marked(batch, "10"))
    plant, now = made.site.plant, clock.now()
    with plant.engine.connect() as connection:
        found = list(sweeps.SWEEPS["batch_stands_still"](connection, plant, now + timedelta(hours=5)))
    assert {one.details["batch"]: set(one.places) for one in found} == {"B1": {"2-114"}, "B2": set()}
    with db.write(plant.engine) as connection:
        assert all(raising.raise_alert(connection, one, now, now) for one in found)
        told = connection.execute(select(recipient.c.person, func.count()).group_by(recipient.c.person)).all()
    assert ("P-3", 2) in [tuple(one) for one in told]


def test_a_rebuild_says_the_same(made: Branches) -> None:
    made.do("10", "20")
    made.skip("30")
    made.start("40")
    plant = made.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
