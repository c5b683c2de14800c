"""The planner drags a batch on the Gantt chart, is told what overlaps, and finds the move in the log (PRD-01)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.screens import DESK, fits
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-01")]
LONG = 30_000
LINE: dict[str, Any] = {
    "line": "L-J",
    "name": {"zh": "试验线", "en": "Trial line"},
    "equipment_class": None,
    "rooms": [],
    "calendar": "always",
    "zone": "Asia/Shanghai",
    "shifts": [{"start": "00:00", "end": "00:00"}],
    "reason": None,
}


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("schedule")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def slots(here: Site, since: str) -> dict[str, tuple[str, str, str]]:
    """By batch: line, start, end."""
    chart = here.desk("wujing").get(f"/api/planning/schedule?since={since}&hours=1000")
    found = [(line["line"], one) for line in chart["lines"] for one in line["slots"]]
    return {one["batch"]: (line, one["start"], one["end"]) for line, one in found}


def lay_out(here: Site, planner: Tablet) -> tuple[str, str, str]:
    """Two batches one after the other on a line that always works, in the week that the chart shows; and its start."""
    desk = here.desk("wujing")
    always = {"calendar": "always", "weekdays": list(range(7)), "closed": [], "reason": None}
    desk.post("/api/planning/calendars", always, 201)
    desk.post("/api/planning/lines", LINE, 201)
    since = planner.page.evaluate(
        "() => { const d = new Date(); "
        "return new Date(d.getFullYear(), d.getMonth(), d.getDate() - (d.getDay() + 6) % 7).toISOString() }"
    )
    first, second = [one["number"] for one in here.desk("zhaolin").get("/api/home")["ordered"]][:2]
    begins = datetime.fromisoformat(since)
    for batch, hours in ((first, 24), (second, 72)):
        times = {
            name: (begins + timedelta(hours=hours + more)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            for name, more in (("start", 0), ("end", 24))
        }
        desk.post("/api/planning/schedule", {"batch": batch, "line": "L-J", **times, "reason": None}, 201)
    return first, second, since


def drag(planner: Tablet, batch: str, days: float) -> None:
    """By so many days along its line, as a mouse does."""
    bar, track = planner.at(f"slot-{batch}").bounding_box(), planner.at("track-L-J").bounding_box()
    assert bar is not None
    assert track is not None
    x, y = bar["x"] + bar["width"] / 3, bar["y"] + bar["height"] / 2
    planner.page.mouse.move(x, y)
    planner.page.mouse.down()
    planner.page.mouse.move(x + 20, y, steps=3)
    planner.page.mouse.move(x + days * track["width"] / 7, y, steps=5)
    expect(planner.at("ghost")).to_be_visible()
    planner.page.mouse.up()


def test_a_batch_is_dragged_told_of_an_overlap_and_moved_in_the_log(here: Site) -> None:
    planner = here.tablet("planner", "en-GB")
    planner.sign_in("wujing")
    planner.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    first, second, since = lay_out(here, planner)
    planner.page.goto(f"{planner.wire.url}/schedule")
    expect(planner.at(f"slot-{first}")).to_be_visible(timeout=LONG)
    before = slots(here, since)
    drag(planner, first, 2)
    expect(planner.at("problem")).to_have_attribute("data-code", "planning_overlap", timeout=LONG)
    expect(planner.at("overlap")).to_contain_text(second)
    assert slots(here, since) == before
    planner.shoot("schedule-overlap")

    drag(planner, first, 3)
    expect(planner.at("problem")).to_have_count(0, timeout=LONG)
    expect(planner.at(f"slot-{first}")).not_to_have_attribute("data-start", before[first][1], timeout=LONG)
    moved = slots(here, since)
    gone = datetime.fromisoformat(moved[first][1]) - datetime.fromisoformat(before[first][1])
    assert abs(gone - timedelta(days=3)) <= timedelta(hours=1)
    assert datetime.fromisoformat(moved[first][2]) - datetime.fromisoformat(moved[first][1]) == timedelta(hours=24)
    entries = here.desk("zhaolin").get("/api/log?limit=5")["items"]
    assert entries[0]["kind"] == "planning.order_scheduled.v1"

    planner.at(f"slot-{first}").focus()
    planner.page.keyboard.press("ArrowRight")
    planner.page.keyboard.press("ArrowRight")
    expect(planner.at("ghost")).to_be_visible()
    planner.page.keyboard.press("Enter")
    expect(planner.at(f"slot-{first}")).not_to_have_attribute("data-start", moved[first][1], timeout=LONG)
    further = datetime.fromisoformat(slots(here, since)[first][1])
    assert further == datetime.fromisoformat(moved[first][1]) + timedelta(hours=1)

    for name, (width, height) in (("desk", DESK), ("portrait", (768, 1024)), ("phone", (390, 844))):
        planner.page.set_viewport_size({"width": width, "height": height})
        expect(planner.at(f"slot-{first}")).to_be_visible()
        fits(planner)
        planner.shoot(f"schedule-{name}")
    planner.at(f"slot-{first}").click()
    planner.at("slot-off").click()
    expect(planner.at(f"waiting-{first}")).to_be_visible(timeout=LONG)
    assert first not in slots(here, since)
