"""When which batch has which line: working time, refusals at the door and by a witness, and what the chart shows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning.test_planning_http import PARAMETERS, made, post
from plant import PlantUnderTest
from recipe_support import CODE
from witness_support import Story, witnessed

from server.core import rebuild
from server.planning.days import Days
from server.planning.lines import model, rules
from server.planning.lines.model import Line, Slot

pytestmark = pytest.mark.urs("PRD-01")
Json = dict[str, Any]
ZONE = "Asia/Shanghai"
# Monday to Friday, a day shift and a night shift.
TWO = Line("L-1", Days(frozenset(range(5))), ZONE, ((8 * 60, 16 * 60), (22 * 60, 6 * 60)))
LINE: Json = {
    "line": "L-1",
    "name": {"zh": "一号线", "en": "Line 1"},
    "equipment_class": None,
    "rooms": ["R-201"],
    "calendar": "site",
    "zone": ZONE,
    "shifts": [{"start": "08:00", "end": "16:00"}],
    "reason": None,
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In February 2027, of which the 1st is a Monday, by the clock of Shanghai."""
    return datetime(2027, 2, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def slot(batch: str = "B-1", start: datetime | None = None, end: datetime | None = None, **changes: Any) -> Json:
    times = {"start": text(start or at(1, 8)), "end": text(end or at(1, 16))}
    return {"batch": batch, "line": "L-1", **times, "reason": None} | changes


def plan(site: PlantUnderTest, batch: str) -> None:
    order: Json = {"batch": batch, "number_reason": "Old series", "lots": [], "planned_start": "2027-01-04"}
    order |= {"recipe": CODE, "version": 1, "size": {"value": "2500000", "unit": "tablets"}}
    planned = site.client("zhang").post("/api/orders", json=order)
    assert planned.status_code == 201, planned.text


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    here = made(database_url, tmp_path)
    assert post(here, "lines", LINE).status_code == 201
    for batch in ("B-1", "B-2"):
        plan(here, batch)
    yield here
    here.close()


def chart(site: PlantUnderTest, days: int = 7) -> Json:
    asked = f"/api/planning/schedule?since={text(at(1, 0))}&hours={24 * days}"
    seen = site.client("zhang").get(asked)
    assert seen.status_code == 200, seen.text
    shown: Json = seen.json
    return shown


def test_shifts_follow_days_and_go_over_midnight() -> None:
    week = list(rules.windows(TWO, at(5, 0), at(8, 9)))
    assert week == [(at(4, 22), at(5, 6)), (at(5, 8), at(5, 16)), (at(5, 22), at(6, 6)), (at(8, 8), at(8, 16))]
    round_ = Line("L-2", Days(), ZONE, ((0, 0),))
    assert next(rules.windows(round_, at(5, 0), at(6, 0)))[1] >= at(7, 0)


def test_shifts_keep_to_the_clock_of_their_zone_when_it_changes() -> None:
    berlin = Line("L-3", Days(), "Europe/Berlin", ((8 * 60, 16 * 60),))
    opens = [
        one[0] for one in rules.windows(berlin, datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    ]
    assert [one.hour for one in opens] == [7, 6]


def test_a_duration_is_worked_over_closed_time() -> None:
    assert rules.proposed(TWO, at(5, 10), 60 * 12) == (at(5, 10), at(6, 4))
    assert rules.proposed(TWO, at(6, 10), 60) == (at(8, 8), at(8, 9))
    assert rules.worked(TWO, at(5, 10), at(8, 9)) == 60 * 15
    assert rules.proposed(Line("L-4", Days(), ZONE, ()), at(5, 10), 60) is None


@given(
    minutes=st.integers(1, 20_000),
    hours=st.integers(0, 24 * 20),
    shifts=st.sampled_from([((480, 960),), ((480, 960), (1320, 360)), ((0, 0),), ((60, 59),)]),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
)
def test_what_is_proposed_is_never_refused_and_lasts_as_long(
    minutes: int, hours: int, shifts: tuple[tuple[int, int], ...], weekdays: set[int]
) -> None:
    on = Line("L", Days(frozenset(weekdays)), ZONE, shifts)
    made_ = rules.proposed(on, at(1, 0) + timedelta(hours=hours), minutes)
    if made_ is None:
        return
    assert rules.works(on, *made_)
    assert rules.worked(on, *made_) == minutes
    said = slot("B", *made_, line="L")
    assert rules.refused(said, on, model.OPEN, []) is None
    assert rules.refused(said, on, model.OPEN, [Slot("C", "L", *made_)]) == "planning_overlap"
    beside = Slot("C", "L", made_[1], made_[1] + timedelta(hours=1))
    assert rules.refused(said, on, model.OPEN, [beside]) is None


def test_a_batch_is_scheduled_moved_and_taken_off(site: PlantUnderTest) -> None:
    assert [one["batch"] for one in chart(site)["waiting"]] == ["B-1", "B-2"]
    assert post(site, "schedule", slot()).status_code == 201
    shown = chart(site)
    [line] = shown["lines"]
    assert line["open"][0] == {"start": text(at(1, 8)), "end": text(at(1, 16))}
    [one] = line["slots"]
    assert (one["batch"], one["state"], one["outside"], one["overlaps"]) == ("B-1", "planned", False, [])
    assert [one["batch"] for one in shown["waiting"]] == ["B-2"]
    assert post(site, "schedule", slot(start=at(2, 9), end=at(3, 10))).status_code == 201
    assert [one["start"] for one in chart(site)["lines"][0]["slots"]] == [text(at(2, 9))]
    assert post(site, "schedule", slot("B-2")).status_code == 201
    assert post(site, "schedule", slot(line=None) | {"start": None, "end": None}).status_code == 201
    assert [one["batch"] for one in chart(site)["lines"][0]["slots"]] == ["B-2"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_withdrawn_order_leaves_its_time(site: PlantUnderTest) -> None:
    post(site, "schedule", slot())
    assert post(site, "schedule", slot("B-2")).json["details"]["batches"] == ["B-1"]
    site.client("zhang").post("/api/orders/B-1/withdraw", json={"reason": "Other demand"})
    assert post(site, "schedule", slot("B-2")).status_code == 201
    assert post(site, "schedule", slot()).json["code"] == "planning_batch_unknown"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


WRONG = [
    (slot("B-9"), "planning_batch_unknown"),
    (slot(line="L-9"), "planning_line_unknown"),
    (slot(end=at(1, 8)), "planning_times_wrong"),
    (slot(end=None, start=None) | {"end": None}, "planning_times_wrong"),
    (slot(start=at(1, 7)), "planning_outside_hours"),
    (slot(end=at(6, 12)), "planning_overlap"),
    (slot(start=at(3, 15), end=at(3, 17)), "planning_outside_hours"),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_what_does_not_fit_is_refused(site: PlantUnderTest, body: Json, code: str) -> None:
    post(site, "schedule", slot("B-2", at(2, 8), at(2, 12)))
    assert post(site, "schedule", body).json["code"] == code
    assert post(site, "schedule", body, login="li").status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"shifts": [{"start": "08:00", "end": "16:00"}, {"start": "15:00", "end": "20:00"}]},
        {"shifts": [{"start": "08:00", "end": "16:00"}, {"start": "22:00", "end": "09:00"}]},
        {"zone": "Nowhere/City"},
        {"zone": "../etc"},
        {"calendar": "other"},
    ],
)
def test_a_line_that_cannot_work_is_refused(site: PlantUnderTest, changes: Json) -> None:
    assert post(site, "lines", LINE | changes).json["code"] == "planning_line_wrong"


def test_a_line_follows_its_own_calendar_and_the_chart_tells_what_that_makes_wrong(site: PlantUnderTest) -> None:
    calendar = {"calendar": "one", "weekdays": [0, 1], "closed": ["2027-02-01"], "reason": None}
    post(site, "schedule", slot())
    assert post(site, "calendars", calendar).status_code == 201
    assert post(site, "lines", LINE | {"calendar": "one"}).status_code == 201
    assert [one["calendar"] for one in site.client("zhang").get("/api/planning/lines").json["calendars"]] == ["one"]
    [line] = chart(site)["lines"]
    assert [one["start"] for one in line["open"]] == [text(at(2, 8))]
    assert line["slots"][0]["outside"] is True


def test_the_end_is_proposed_as_long_as_the_recipe_or_as_the_slot(site: PlantUnderTest) -> None:
    minutes = chart(site)["waiting"][0]["minutes"]
    asked = f"/api/planning/schedule/B-1/proposal?line=L-1&start={text(at(1, 6))}"
    seen = site.client("zhang").get(asked)
    if minutes is None:
        assert seen.json["code"] == "planning_duration_unknown"
    else:
        on = Line("L-1", Days(), ZONE, ((480, 960),))
        assert rules.worked(on, *rules.times(seen.json)) == minutes
    post(site, "schedule", slot(end=at(2, 10)))
    assert site.client("zhang").get(asked.replace(text(at(1, 6)), text(at(3, 6)))).json == {
        "start": text(at(3, 8)),
        "end": text(at(4, 10)),
    }


def test_the_plan_needs_the_bill_when_the_batch_is_scheduled_and_the_chart_tells_what_is_short(
    site: PlantUnderTest,
) -> None:
    post(site, "parameters", PARAMETERS | {"lead_days": 1000})
    post(site, "schedule", slot())
    [one] = chart(site)["lines"][0]["slots"]
    assert [short["item"] for short in one["short"]] == ["api-1"]
    later = {"start": "2097-02-01T16:30:00.000Z", "end": "2097-02-02T06:00:00.000Z"}
    post(site, "lines", LINE | {"shifts": [{"start": "00:00", "end": "00:00"}]})
    assert post(site, "schedule", slot() | later).status_code == 201
    needs = site.client("zhang").get("/api/planning/items/api-1").json["requirements"]
    assert {one["about"]: one["day"] for one in needs}["B-1"] == "2097-02-02"


@pytest.mark.urs("PLT-18")
def test_a_witness_asks_every_rule_again(tmp_path: Path) -> None:
    site = made(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    post(site, "lines", LINE)
    for batch in ("B-1", "B-2"):
        plan(site, batch)
    post(site, "schedule", slot("B-2", at(2, 8), at(2, 12)))
    story = Story.of(site.plant)
    site.close()
    for number, (payload, code) in enumerate(WRONG):
        said = story.stated(model.SCHEDULED, model.slot_stream(payload["batch"]), payload, "P-0001")
        assert witnessed(tmp_path / f"witness-{number}", said) == (422, (code, len(story.entries)))
    line = LINE | {"zone": "Nowhere/City"}
    said = story.stated(model.LINE, model.line_stream("L-1"), line, "P-0001")
    assert witnessed(tmp_path / "witness-line", said) == (422, ("planning_line_wrong", len(story.entries)))
    said = story.stated(model.SCHEDULED, model.slot_stream("B-1"), slot(), "P-0001")
    assert witnessed(tmp_path / "witness", said) == (200, None)


@pytest.mark.urs("PRD-14", "PLT-18")
def test_a_batch_that_was_split_leaves_its_time_to_its_parts(tmp_path: Path) -> None:
    site = made(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    post(site, "lines", LINE)
    plan(site, "B-1")
    assert site.client("zhang").post("/api/orders/B-1/release").status_code == 200
    assert post(site, "schedule", slot()).status_code == 201
    parts = [{"value": one, "unit": "tablets"} for one in ("1000000", "1500000")]
    split = site.client("zhang").post("/api/batches/B-1/split", json={"parts": parts, "reason": "Two presses"})
    assert split.status_code == 201, split.text
    [part, _] = [one["number"] for one in split.json["children"]]
    assert post(site, "schedule", slot()).json["code"] == "planning_batch_done"
    assert post(site, "schedule", slot(part)).status_code == 201
    story = Story.of(site.plant)
    site.close()
    assert witnessed(tmp_path / "witness", story) == (200, None)
