"""Readings of rooms and their limits at the door: what counts, what a phase that ran beyond limits leaves, rebuilt."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from course_support import Branches
from dossier_support import printed
from environment_support import HUMIDITY, TEMPERATURE, Rooms
from paper_support import FROM, TO, begun, opened
from release_support import assess, sign
from witness_support import Story, upgrade, witnessed

from server.alerts import sweeps
from server.core import clock, rebuild
from server.core.errors import PestleError
from server.environment import queries
from server.production.model import EXCEPTION
from server.production.surroundings.queries import of_batch
from server.quality import queries as quality
from server.release.pages import review_page
from server.site.model import UPGRADED

FLAG = ("room_beyond_action",)


@pytest.fixture
def rooms(database_url: str, tmp_path: Path) -> Iterator[Rooms]:
    site = Site(database_url, tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    yield Rooms(site)
    clock.use_system()
    site.plant.close()


def told(rooms: Rooms, batch: str = "B1") -> list[dict[str, Any]]:
    with rooms.site.plant.engine.connect() as connection:
        return of_batch(connection, batch, clock.now_text())


def latest(rooms: Rooms, room: str) -> dict[str, str]:
    with rooms.site.plant.engine.connect() as connection:
        return {name: one.value for (name, _), one in queries.latest(connection, room).items()}


@pytest.mark.urs("ENV-01", "ENV-02")
def test_a_reading_is_of_the_room_in_which_its_sensor_stood_when_it_read(rooms: Rooms) -> None:
    before = rooms.write("20.10")
    rooms.place("S-1", "R-2")
    assert rooms.site.submit(before).flags == ()
    assert rooms.read("20.20").flags == ()
    assert (latest(rooms, "R-1")["temperature"], latest(rooms, "R-2")["temperature"]) == ("20.10", "20.20")


@pytest.mark.urs("ENV-01", "ENV-02")
def test_what_counts_for_nothing_is_kept_and_says_why(rooms: Rooms) -> None:
    assert rooms.read(sensor="S-9").flags == ("equipment_unknown",)
    assert rooms.read(serial="other").flags == ("serial_differs",)
    assert rooms.read(device="tablet-a").flags == ("not_a_bridge",)
    rooms.place("S-1", None)
    assert rooms.read().flags == ("sensor_unplaced",)
    rooms.place("S-2", "R-2", kind="balance")
    assert rooms.read(sensor="S-2").flags == ("sensor_unplaced",)
    assert (latest(rooms, "R-1"), latest(rooms, "R-2")) == ({}, {})


@pytest.mark.urs("ENV-01")
@pytest.mark.parametrize(
    ("room", "change", "code"),
    [
        ("R-9", {}, "environment_room_unknown"),
        ("R-1", {"unit": "K"}, "environment_limits_wrong"),
        ("R-1", {"quantity": "noise"}, "environment_limits_wrong"),
        ("R-1", {"action_high": "24"}, "environment_limits_wrong"),
        ("R-1", {"alert_low": "25"}, "environment_limits_wrong"),
        ("R-1", dict.fromkeys(("alert_low", "alert_high", "action_low", "action_high")), "environment_limits_wrong"),
    ],
)
def test_limits_that_are_none_are_refused(rooms: Rooms, room: str, change: dict[str, Any], code: str) -> None:
    with pytest.raises(PestleError, match=code):
        rooms.limit(room, TEMPERATURE | change)


@pytest.mark.urs("ENV-01", "IDN-01")
def test_only_qa_sets_limits(rooms: Rooms) -> None:
    rooms.limit("R-1", HUMIDITY, by="P-5")
    for person in ("P-1", "P-3", "P-9"):
        with pytest.raises(PestleError, match="not_permitted"):
            rooms.limit("R-1", TEMPERATURE, by=person)
    with pytest.raises(PestleError, match="environment_limits_wrong"):
        rooms.limit("R-1", TEMPERATURE, TEMPERATURE, by="P-5")


@pytest.mark.urs("ENV-01", "ENV-03", "PRD-06")
def test_the_end_of_a_phase_tells_what_was_beyond_while_it_ran(rooms: Rooms) -> None:
    rooms.order()
    assert rooms.start().flags == ()
    # Beyond, while nobody can say yet how long the phase ran.
    assert rooms.read("26.01").flags == ()
    assert rooms.read("26.00").flags == ()
    assert rooms.end().flags == FLAG
    details = rooms.site.item("B1", FLAG[0]).details
    assert (details["room"], details["quantities"], details["readings"]) == ("R-1", ["temperature"], 1)
    assert (rooms.start("20").flags, rooms.end("20").flags) == ((), ())


@pytest.mark.urs("ENV-01", "ENV-03", "PRD-06")
def test_a_reading_that_comes_late_tells_it_of_every_batch_that_was_there(rooms: Rooms) -> None:
    for batch in ("B1", "B2"):
        rooms.order(batch)
        rooms.start(batch=batch)
    late, also = rooms.write("27.00"), rooms.write("28.00")
    for batch in ("B1", "B2"):
        assert rooms.end(batch=batch).flags == ()
    assert rooms.site.submit(late).flags == FLAG
    with rooms.site.plant.engine.connect() as connection:
        page = review_page(connection, "B1")
    assert page is not None
    # What brings it to light is no entry of the batch's record.
    [notice] = [one for one in page["open"] if one["code"] == FLAG[0]]
    assert (notice["details"]["room"], notice["entries"]) == ("R-1", [])
    assert "Roombeyonditsactionlimits" in printed(rooms.site)[0]
    # Once told it is told, until it is assessed.
    assert rooms.site.submit(also).flags == FLAG
    for batch in ("B1", "B2"):
        assert rooms.site.items(batch) == [(FLAG[0], None, "open")]


@pytest.mark.urs("ENV-03")
def test_what_was_beyond_before_after_or_elsewhere_is_none_of_the_phase(rooms: Rooms) -> None:
    rooms.order()
    rooms.read("17.00")
    rooms.start()
    rooms.read("17.00", sensor="S-2")
    assert rooms.end().flags == ()
    assert rooms.read("17.00").flags == ()
    assert rooms.site.items("B1") == []


@pytest.mark.urs("ENV-03")
def test_a_phase_of_a_tablet_that_comes_late_is_asked_alike(rooms: Rooms) -> None:
    """An aborted phase has ended as well; one that was begun on another tablet before ran longer."""
    rooms.order()
    pen = rooms.site.writers["tablet-b"]
    said = {"batch": "B1", "phase": "10"}
    lease = rooms.site.leases["B1", "tablet-b"]
    rooms.site.now_ms += 60_000
    early = pen.write("production.phase_started.v1", "batch/B1", said, actor="P-2", subject="10/started", lease=lease)
    rooms.read("30.00")
    rooms.start()
    aborted = {"batch": "B1", "phase": "10", "reason": "the air"}
    assert "room_beyond_action" not in rooms.site.put("phase_aborted", aborted).flags
    assert FLAG[0] in rooms.site.submit(early).flags


@pytest.mark.urs("ENV-01")
def test_a_reading_is_judged_by_the_limits_of_its_time(rooms: Rooms) -> None:
    rooms.order()
    rooms.start()
    wide = TEMPERATURE | {"action_high": "40", "alert_high": "40"}
    early = rooms.write("26.50")
    rooms.limit("R-1", wide)
    later = rooms.write("26.50")
    assert rooms.end().flags == ()
    assert (rooms.site.submit(early).flags, rooms.site.submit(later).flags) == (FLAG, ())


@pytest.mark.urs("ENV-02", "ENV-03", "PRD-06")
def test_the_record_of_a_batch_says_what_its_rooms_were_like(rooms: Rooms) -> None:
    rooms.order()
    rooms.read("20.00")
    rooms.start()
    for value in ("21.00", "25.50", "22.10"):
        rooms.read(value)
    rooms.site.now_ms += 20 * 60_000
    rooms.read("21.40")
    rooms.end()
    rooms.start("20")
    rooms.end("20")
    first, second = told(rooms)
    assert (first["room"], first["sensors"], first["longest_gap"], first["ended"]) == ("R-1", ["S-1"], 15, True)
    temperature, humidity = first["quantities"]
    shown = [temperature[name] for name in ("count", "minimum", "mean", "maximum", "unit")]
    assert shown == [4, "21.00", "22.50", "25.50", "°C"]
    assert (temperature["gap"]["minutes"], temperature["gap"]["over"]) == (21, True)
    [excursion] = temperature["excursions"]
    assert (excursion["level"], excursion["value"]) == ("alert", "25.50")
    assert humidity["excursions"] == []
    # No limits, and a sensor that has not said anything.
    assert (second["sensors"], second["quantities"], second["longest_gap"]) == (["S-2"], [], None)


@pytest.mark.urs("ENV-02")
def test_a_room_with_limits_and_no_reading_is_a_gap_from_begin_to_end(rooms: Rooms) -> None:
    rooms.order()
    rooms.start()
    rooms.site.now_ms += 30 * 60_000
    [running] = told(rooms)
    assert not running["ended"]
    rooms.end()
    [first] = told(rooms)
    for one in first["quantities"]:
        assert (one["count"], one["mean"], one["gap"]["minutes"], one["gap"]["over"]) == (0, None, 31, True)


def alerted(rooms: Rooms) -> list[dict[str, Any]]:
    with rooms.site.plant.engine.connect() as connection:
        found = sweeps.find(connection, rooms.site.plant, clock.now())["room_out_of_limits"]
    return [{"key": one.key, "link": one.link, **one.details} for one in found]


@pytest.mark.urs("ENV-03")
def test_a_room_beyond_its_action_limits_is_an_alert_until_a_reading_is_back(rooms: Rooms) -> None:
    rooms.read("25.50")
    assert alerted(rooms) == []
    rooms.read("26.50")
    first = clock.now_text()
    rooms.read("27.25")
    [one] = alerted(rooms)
    assert (one["room"], one["value"], one["since"], one["link"]) == ("R-1", "27.25 °C", first, "/rooms/R-1")
    assert one["quantity"] == {"zh": "温度", "en": "Temperature"}
    rooms.read("25.90")
    assert alerted(rooms) == []


@pytest.mark.urs("ENV-02", "ENV-03", "PRD-06")
def test_what_one_sensor_of_a_room_reads_says_nothing_of_the_corner_of_another(rooms: Rooms) -> None:
    """A hot and a cold corner: one excursion, one alert, and the gaps of one are not closed by the other."""
    rooms.place("S-3", "R-1")
    rooms.order()
    rooms.start()
    keys = []
    for _ in range(6):
        rooms.read("30.00")
        keys += [one["key"] for one in alerted(rooms)]
        rooms.read("21.00", sensor="S-3")
        keys += [one["key"] for one in alerted(rooms)]
    assert (len(keys), len(set(keys))) == (12, 1)
    for _ in range(20):
        rooms.read("21.00", sensor="S-3")
    rooms.end()
    [phase] = told(rooms)
    hot, cold = [one for one in phase["quantities"] if one["quantity"] == "temperature"]
    assert (hot["sensor"], hot["count"], hot["mean"], hot["gap"]["over"]) == ("S-1", 6, "30.00", True)
    assert len(hot["excursions"]) == 1
    assert (cold["sensor"], cold["count"], cold["excursions"], cold["gap"]["over"]) == ("S-3", 26, [], False)
    assert "S-3" in printed(rooms.site)[0]


@pytest.mark.urs("ENV-01", "ENV-02", "PRD-06")
def test_limits_that_are_set_late_hide_no_gap_and_the_record_says_who_changed_them(rooms: Rooms) -> None:
    rooms.order()
    rooms.start()
    rooms.read("26.50")
    rooms.site.now_ms += 5 * 3_600_000
    rooms.read("22.00")
    rooms.limit("R-1", TEMPERATURE | {"action_high": "40", "alert_high": "40"}, gap=1440)
    rooms.site.now_ms += 60_000
    rooms.end()
    [phase] = told(rooms)
    assert [one["quantity"] for one in phase["quantities"]] == ["temperature", "humidity"]
    for one in phase["quantities"]:
        assert (one["gap"]["minutes"], one["gap"]["over"], one["limit"] is None) == (301, True, False)
    [change] = phase["changes"]
    assert (change["longest_gap"], change["reason"]) == (1440, "qualified")
    temperature, humidity = phase["quantities"]
    assert [one["action_high"] for one in temperature["limits"]] == ["26", "40"]
    assert humidity["limits"][1:] == [None]
    assert "Limitschangedduringthephase" in printed(rooms.site)[0]


@pytest.mark.urs("ENV-02", "PRD-06")
def test_where_a_sensor_was_taken_away_the_room_was_not_read(rooms: Rooms) -> None:
    rooms.order()
    rooms.start()
    rooms.read()
    rooms.place("S-1", None)
    rooms.site.now_ms += 3_600_000
    rooms.place("S-3", "R-1")
    rooms.read(sensor="S-3")
    rooms.end()
    [phase] = told(rooms)
    found = [(one["sensor"], one["gap"]["over"]) for one in phase["quantities"] if one["quantity"] == "temperature"]
    assert found == [("S-1", False), ("S-3", False), (None, True)]


@pytest.mark.urs("PLT-05", "ENV-02")
def test_a_rebuild_says_the_same(rooms: Rooms) -> None:
    rooms.order()
    rooms.start()
    rooms.read("27.00")
    rooms.place("S-1", "R-2")
    rooms.read("27.00")
    rooms.end()
    rooms.limit("R-2", HUMIDITY)
    plant = rooms.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


@pytest.mark.urs("ENV-03", "PRD-14")
def test_work_on_paper_ran_when_the_paper_says_and_a_witness_asks_the_same(tmp_path: Path) -> None:
    """Beyond while it was done, and again while somebody typed it in: only the first is of the phase."""
    for site in opened(f"sqlite:///{tmp_path}/pestle.db", tmp_path):
        rooms = Rooms(site)
        rooms.order("B9")
        site.state("release.blank_issued.v1", "batch/B9", {"batch": "B9", "copy": 1, "reason": None}, "P-5")
        site.now_ms += 10 * 60_000
        assert rooms.read("29.00").flags == ()
        assert FROM < clock.now_text() < TO
        site.now_ms += 3_600_000
        site.put("paper_begun", begun(batch="B9"))
        assert FLAG[0] not in rooms.start(batch="B9").flags
        assert rooms.read("17.00").flags == ()
        assert FLAG[0] in rooms.end(batch="B9").flags
        assert site.item("B9", FLAG[0]).details["readings"] == 1
        (tmp_path / "witness").mkdir()
        assert witnessed(tmp_path / "witness", Story.of(site.plant)) == (200, None)


@pytest.mark.urs("ENV-03", "QUA-05")
def test_what_comes_to_light_after_the_release_opens_one_deviation(rooms: Rooms, tmp_path: Path) -> None:
    site = rooms.site
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    rooms.order()
    rooms.start()
    late = [rooms.write("30.00"), rooms.write("31.00")]
    rooms.end()
    for phase in ("20", "30"):
        rooms.start(phase)
        rooms.end(phase)
    site.hand_back("B1")
    sign(site, "released")
    assert [site.submit(one).flags for one in late] == [FLAG, FLAG]
    with site.plant.engine.connect() as connection:
        [found] = quality.deviations_of_batch(connection, "B1")
    story = Story.of(site.plant)
    [index] = story.indices(EXCEPTION)
    assert (found.code, found.entries) == ("post_seal", (story.entries[index].head.id,))
    assert story.entries[index].stamp.flags == ("post_seal",)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    assert witnessed(tmp_path / "witness", story) == (200, None)
    assert witnessed(tmp_path / "quiet", story.without_flag("post_seal")) == (422, ("flag_missing", index))


@pytest.mark.urs("EQP-02", "QUA-05")
def test_an_alarm_that_comes_to_light_after_the_release_opens_a_deviation(rooms: Rooms, tmp_path: Path) -> None:
    site = rooms.site
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    made = Branches(site)
    made.register("PR-1", "press", None)
    made.do("10")
    site.now_ms += 60_000
    said = {"equipment": "PR-1", "what": "punch jam", "severity": "critical", "source": "machine"}
    late = site.writers["bridge-1"].write("equipment.alarm_raised.v1", "equipment/PR-1", said, actor="bridge-1")
    made.wait(6)
    made.identify("20", "PR-1")
    made.do("20", "30", "40")
    site.hand_back("B1")
    for code in {one[0] for one in site.items("B1")}:
        assess(site, code)
    sign(site, "released")
    assert "equipment_in_alarm" in site.submit(late).flags
    with site.plant.engine.connect() as connection:
        [found] = quality.deviations_of_batch(connection, "B1")
    assert found.code == "post_seal"
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "witness", story) == (200, None)
    assert witnessed(tmp_path / "quiet", story.without_flag("post_seal"))[1] is not None


@pytest.mark.urs("ENV-02", "PRD-06", "PRD-14")
def test_the_record_of_the_rooms_goes_by_the_times_on_paper_that_stand(tmp_path: Path) -> None:
    """The day was mistyped first: nothing of the ten days before is of the phase."""
    for site in opened(f"sqlite:///{tmp_path}/pestle.db", tmp_path):
        rooms = Rooms(site)
        rooms.order("B9")
        site.state("release.blank_issued.v1", "batch/B9", {"batch": "B9", "copy": 1, "reason": None}, "P-5")
        site.now_ms += 3_600_000
        first = site.put("paper_begun", begun(batch="B9", done_from=FROM.replace("-22T", "-12T")))
        rooms.start(batch="B9")
        assert told(rooms, "B9")[0]["from"].startswith("2026-11-12")
        site.put("paper_begun", begun(batch="B9"), corrects=first.id, reason="day mistyped")
        rooms.end(batch="B9")
        [phase] = told(rooms, "B9")
        assert (phase["from"], phase["to"], phase["ended"]) == (FROM, TO, True)
