"""Work in a room of an area: kept and flagged where the person's roles do not hold, decisions about it refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import PHASES, Site, cleared, marked
from support import ROOT

from server.core.errors import PestleError
from server.handheld import leases
from server.release import model as release

pytestmark = pytest.mark.urs("IDN-01", "PLT-12")
ROOMS = {"10": "2-114", "20": "2-114", "30": "2-118", "40": None}
PLACED = [{**phase, "room": ROOMS[phase["id"]]} for phase in PHASES]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text("utf-8"))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    for area, rooms in (("dispensing", ["2-114"]), ("blending", ["2-118"])):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "plan of the plant"}
        site.state("identity.area_set.v1", "site", given)
    site.order("B1", phases=PLACED)
    yield site
    site.plant.close()


def limit(site: Site, person: str, role: str, *areas: str) -> None:
    given: dict[str, Any] = {"person": person, "grants": [{"role": role, "areas": [*areas]}], "reason": "moved"}
    site.state("identity.roles_changed.v2", f"person/{person}", given)


def test_work_in_another_area_is_kept_and_an_exception(site: Site) -> None:
    limit(site, "P-1", "operator", "blending")
    recorded = site.put("line_cleared", cleared("B1"))
    assert recorded.flags == ("area_not_permitted",)
    told = site.item("B1", "area_not_permitted")
    assert told.details == {"person": "P-1", "room": "2-114", "area": "dispensing"}
    assert "area_not_permitted" not in site.put("phase_started", marked("B1", "30")).flags


def test_work_in_ones_own_area_and_in_rooms_of_none_is_nothing_to_remark(site: Site) -> None:
    limit(site, "P-1", "operator", "dispensing", "blending")
    site.work("B1")
    assert site.items("B1") == []


def test_a_room_that_moves_while_a_tablet_is_out_is_judged_as_it_stands_when_the_work_comes(site: Site) -> None:
    """The tablet goes by its lease; what it delivers is kept, and shown where the person's role no longer holds."""
    limit(site, "P-1", "operator", "dispensing")
    assert site.put("line_cleared", cleared("B1")).flags == ()
    for area, rooms in (("dispensing", []), ("blending", ["2-114", "2-118"])):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "a wall came down"}
        site.state("identity.area_set.v1", "site", given)
    assert site.put("phase_completed", marked("B1", "10")).flags == ("area_not_permitted",)
    limit(site, "P-1", "operator", "blending")
    assert "area_not_permitted" not in site.put("phase_started", marked("B1", "30")).flags


def test_a_remark_may_be_made_about_any_room(site: Site) -> None:
    limit(site, "P-1", "operator", "blending")
    remark = {"batch": "B1", "phase": "10", "text": "the lamp flickers"}
    assert site.put("remark_added", remark).flags == ()


def test_who_may_not_work_at_all_is_told_so_once(site: Site) -> None:
    limit(site, "P-1", "planner", "blending")
    assert site.put("line_cleared", cleared("B1")).flags == ("person_not_permitted",)


def test_a_batch_is_ordered_by_who_may_in_all_of_its_rooms(site: Site) -> None:
    limit(site, "P-3", "supervisor", "dispensing")
    with pytest.raises(PestleError) as caught:
        site.order("B2", phases=PLACED)
    assert caught.value.code == "area_not_permitted"
    limit(site, "P-3", "supervisor", "dispensing", "blending")
    site.order("B2", phases=PLACED)


@pytest.mark.parametrize("kind", [release.RELEASED_KIND, release.REJECTED_KIND, release.WAIVED_KIND])
def test_a_batch_is_disposed_of_by_who_may_in_all_of_its_rooms(site: Site, kind: str) -> None:
    payload = {**VECTORS[kind], "batch": "B1"}
    limit(site, "P-5", "qa", "blending")
    with pytest.raises(PestleError) as caught:
        site.state(kind, "batch/B1", payload, actor="P-5")
    assert caught.value.code == "area_not_permitted"
    limit(site, "P-5", "qa", "blending", "dispensing")
    with pytest.raises(PestleError) as caught:
        site.state(kind, "batch/B1", payload, actor="P-5")
    # Judged by now: the vector is not of this batch.
    assert caught.value.code != "area_not_permitted"


def test_a_lease_says_where_each_person_works(site: Site) -> None:
    limit(site, "P-1", "operator", "blending")
    with site.plant.engine.connect() as connection:
        told = leases._of_site(site.plant, connection, leases._NEEDED)
    assert [(one["area"], one["places"]) for one in told["areas"]] == [
        ("blending", ["2-118"]),
        ("dispensing", ["2-114"]),
    ]
    works = {one["id"]: one["works_in"] for one in told["people"]}
    assert works["P-1"] == ["blending"]
    assert works["P-3"] is None
    stands = {one["id"]: one["stands_by_in"] for one in told["people"]}
    assert (stands["P-1"], stands["P-5"]) == (["blending"], None)
