"""In-process checks by their schedule through the door, on both databases: late, missed, not chance (PRD-09)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from batch_support import Site, marked
from control_support import checked, items, release, reported, weighed_in

from server.alerts import sources, sweeps
from server.core import rebuild
from server.core.kinds import Entry
from server.production.model import Item
from server.release import queries as review
from sync.log import reading

pytestmark = pytest.mark.urs("PRD-09")
MINUTE = 60_000


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    release(site, "B1")
    site.put("material_weighed", weighed_in("B1"))
    site.put("phase_completed", marked("B1", "20"))
    yield site
    site.plant.close()


def start(site: Site) -> int:
    """The phase of checks begins; the time of that, in milliseconds."""
    site.put("phase_started", marked("B1", "30"))
    return site.now_ms


def at(site: Site, begun: int, minute: float) -> None:
    """What is put next is captured at this minute after the start."""
    site.now_ms = begun + int(minute * MINUTE) - MINUTE


def check(site: Site, begun: int, minute: float, turn: int, value: str = "114.0", **more: object) -> tuple[str, ...]:
    at(site, begun, minute)
    return site.put("check_recorded", checked("B1", turn, value), **more).flags


def exceptions(site: Site, code: str) -> list[Item]:
    return [one for one in items(site, "B1") if one.code == code]


def test_a_check_in_time_has_no_flag_and_a_later_one_is_an_exception_with_the_time_when_it_was_due(site: Site) -> None:
    begun = start(site)
    assert check(site, begun, 11, 1) == ()
    assert check(site, begun, 23, 2) == ()
    assert check(site, begun, 34, 3) == ("check_late",)
    (item,) = exceptions(site, "check_late")
    assert (item.phase, item.slot) == ("30", "30/mass/3")
    assert (item.details["rounds"], item.details["severity"]) == ([3], "minor")
    assert item.details["due"].endswith("Z")


def test_what_was_due_and_not_done_when_the_phase_ends_is_missed_once_for_each_check(site: Site) -> None:
    begun = start(site)
    check(site, begun, 10, 1)
    at(site, begun, 31)
    assert site.put("phase_completed", marked("B1", "30")).flags == ("check_missed",)
    items = {one.details["check"]: one for one in exceptions(site, "check_missed")}
    assert items["mass"].details == {"check": "mass", "rounds": [2, 3], "severity": "major"}
    assert items["hardness"].details["rounds"] == [1, 2, 3]


@pytest.mark.parametrize(
    "details",
    [
        {"check": "mass", "rounds": [2, 3]},
        {"check": "mass", "rounds": [{}]},
        {"check": ["mass"], "rounds": [2]},
        {},
    ],
)
def test_what_a_tablet_reports_as_missed_neither_stops_the_judging_nor_silences_it(
    site: Site, details: dict[str, object]
) -> None:
    begun = start(site)
    check(site, begun, 10, 1)
    site.put("exception_raised", reported("B1", "check_missed", phase="30", details=details))
    at(site, begun, 31)
    assert site.put("phase_completed", marked("B1", "30")).flags == ("check_missed",)
    told = [one.details["rounds"] for one in exceptions(site, "check_missed") if "severity" in one.details]
    assert told == [[2, 3], [1, 2, 3]]


def test_the_first_check_begins_a_phase_whose_start_nobody_recorded(site: Site) -> None:
    begun = site.now_ms
    assert check(site, begun, 0, 1) == ()
    assert check(site, begun, 34, 3) == ("check_late",)
    at(site, begun, 360)
    assert site.put("phase_completed", marked("B1", "30")).flags == ("check_missed",)
    (mass, _) = exceptions(site, "check_missed")
    assert mass.details["rounds"] == [2, *range(4, 13)]


def moved(site: Site, begun: int, minute: float, kind: str, phase: str = "30") -> tuple[str, ...]:
    at(site, begun, minute)
    why = {"reason": "hopper empty"} if kind == "phase_held" else {"comment": None}
    return site.put(kind, {"batch": "B1", "phase": phase} | why).flags


def test_a_hold_that_puts_off_rounds_is_a_minor_exception_once_it_ends(site: Site) -> None:
    begun = start(site)
    check(site, begun, 10, 1)
    assert moved(site, begun, 15, "phase_held") == ()
    assert moved(site, begun, 38, "phase_resumed") == ("hold_long",)
    (item,) = exceptions(site, "hold_long")
    assert (item.phase, item.slot) == ("30", "30/held")
    assert (item.details["rounds"], item.details["severity"]) == ([2, 3], "minor")
    assert item.details["held"] < item.details["until"]
    # Told once; and what follows is due by the time in which the phase ran.
    assert check(site, begun, 44, 2) == ()


def test_a_short_hold_and_one_in_a_phase_without_a_schedule_put_nothing_off(site: Site) -> None:
    begun = start(site)
    for name in ("mass", "hardness"):
        at(site, begun, 10)
        site.put("check_recorded", checked("B1", 1, "60.0" if name == "hardness" else "114.0", name))
    moved(site, begun, 10, "phase_held")
    assert moved(site, begun, 20, "phase_resumed") == ()
    moved(site, begun, 21, "phase_held", "20")
    assert moved(site, begun, 200, "phase_resumed", "20") == ()


def test_a_hold_is_shown_to_whoever_reviews_the_batch_with_its_reason(site: Site) -> None:
    moved(site, start(site), 5, "phase_held")
    with site.plant.engine.connect() as connection:
        (shown,) = [one for one in review.review(connection, "B1").notable if one.code == "hold"]
    assert (shown.type, shown.state, shown.phase) == ("hold", "info", "30")


def test_a_second_tablet_that_comes_late_with_checks_that_were_in_time_changes_nothing(site: Site) -> None:
    begun = start(site)
    check(site, begun, 40, 1)
    assert len(exceptions(site, "check_late")) == 1
    assert check(site, begun, 20, 2, device="tablet-b") == ()
    assert len(exceptions(site, "check_late")) == 1


def test_a_start_that_arrives_after_its_checks_brings_to_light_that_they_were_late(site: Site) -> None:
    begun = site.now_ms
    at(site, begun, 40)
    assert site.put("check_recorded", checked("B1", 1)).flags == ()
    at(site, begun, 5)
    assert site.put("phase_started", marked("B1", "30"), device="tablet-b").flags == ("check_late",)
    (item,) = exceptions(site, "check_late")
    assert len(item.entries) == 1


def test_a_correction_hours_later_is_not_a_late_check(site: Site) -> None:
    begun = start(site)
    at(site, begun, 10)
    first = site.put("check_recorded", checked("B1", 1))
    at(site, begun, 300)
    given = checked("B1", 1, "113.0")
    assert site.put("check_recorded", given, corrects=first.id, reason="misread").flags == ()


def test_a_pattern_is_an_exception_with_the_comment_and_the_entries_of_its_points(site: Site) -> None:
    begun = start(site)
    values = ["113.8", "114.2", "114.0", "114.1", "113.9", "114.1"]
    spread = [f"{float(one) + 0.2:.1f}" for one in values]
    for turn, (one, other) in enumerate(zip(values, spread, strict=True), 1):
        at(site, begun, 10 * turn)
        mean = f"{(float(one) + float(other)) / 2:.2f}"
        assert site.put("check_recorded", checked("B1", turn, values=[one, other], mean=mean)).flags == ()
    at(site, begun, 70)
    given = checked("B1", 7, values=["117.0", "117.2"], mean="117.10", comment="hopper ran empty")
    recorded = site.put("check_recorded", given)
    assert "nelson_rule" in recorded.flags
    first = exceptions(site, "nelson_rule")[0]
    assert (first.comment, first.details["rule"], first.entries) == ("hopper ran empty", 1, (recorded.id,))
    assert (first.details["check"], first.details["rounds"], first.details["severity"]) == ("mass", [7], "minor")


def test_recipes_from_before_schedules_have_nothing_to_miss(site: Site) -> None:
    site.order("B2")
    site.put("line_cleared", {"batch": "B2", "phase": "10", "items": [{"id": "clean", "ok": True}], "comment": None})
    for phase in ("10", "20", "30"):
        site.put("phase_completed", marked("B2", phase))
    assert "check_missed" not in site.put("phase_completed", marked("B2", "40")).flags


def test_a_supervisor_hears_of_a_check_that_is_late_while_there_is_still_time(site: Site) -> None:
    begun = start(site)

    def found(minute: int) -> list[tuple[str, object]]:
        now = datetime.fromtimestamp((begun + minute * MINUTE) / 1000, UTC)
        with site.plant.engine.connect() as connection:
            return [
                (one.key, one.details["round"]) for one in sweeps.find(connection, site.plant, now)["check_overdue"]
            ]

    assert found(13) == []
    assert found(14) == [("B1 30 1", 1)]
    at(site, begun, 15)
    for name in ("mass", "hardness"):
        site.put("check_recorded", checked("B1", 1, "60.0" if name == "hardness" else "114.0", name))
    assert found(20) == []
    assert found(24) == [("B1 30 2", 2)]
    site.put("phase_completed", marked("B1", "30"))
    assert found(60) == []


def test_a_missed_check_wakes_supervisors_and_qa(site: Site) -> None:
    begun = start(site)
    at(site, begun, 31)
    site.put("phase_completed", marked("B1", "30"))
    with site.plant.engine.connect() as connection:
        raised = reading.of_kind(connection, "production.exception_raised.v1")
        first = next(one for one in raised if one.envelope.body["code"] == "check_missed")
        entry = Entry(first.head, first.envelope.body, first.index, first.stamp.recorded_at)
        [told] = sources.SOURCES["production.exception_raised.v1"](connection, entry)
    assert (told.code, told.details["batch"]) == ("exception_raised", "B1")


def test_a_rebuild_tells_the_same(site: Site) -> None:
    begun = start(site)
    check(site, begun, 34, 1)
    at(site, begun, 60)
    site.put("phase_completed", marked("B1", "30"))
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
