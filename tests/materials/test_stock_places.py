"""Where containers stand is decided by when they were put there; who puts what where is judged wherever it is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st
from places_support import COUNTED, MINUTE, MOVED, SPLIT, Places, told

from server.core import clock
from server.core.errors import PestleError
from server.materials.stock import placing
from server.materials.stock.placing import Placing

pytestmark = pytest.mark.urs("MAT-06")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Places]:
    made = Places(database_url, tmp_path)
    yield made
    made.close()


def test_what_was_carried_later_stands_though_the_log_had_it_earlier(site: Places) -> None:
    assert site.move("C-1", "R-02", site.one, at=20) == ()
    # It stood at R-01 then, as it says.
    assert site.move("C-1", "R-03", site.one, at=10, origin="R-01") == ()
    assert site.stands("C-1") == "R-02"
    assert site.move("C-1", "R-01", site.one, at=30, origin="R-03") == ("container_elsewhere",)
    assert site.stands("C-1") == "R-01"
    assert site.rebuilds()


@pytest.mark.parametrize("late", [False, True])
def test_two_handhelds_that_carried_one_container_apart_are_a_conflict_until_somebody_looks(
    site: Places, late: bool
) -> None:
    """Whichever of them comes first; the later by capture stands meanwhile."""
    moves = [("R-02", site.one, 10), ("R-03", site.other, 11)]
    for to, by, at in reversed(moves) if late else moves:
        flags = site.move("C-1", to, by, at=at, origin="R-01")
    assert "place_conflict" in flags
    assert (site.stands("C-1"), site.conflicts("C-1")) == ("R-03", 1)
    # A handheld that does not know of it settles nothing.
    site.move("C-1", "R-03", site.other, at=12, origin="R-03")
    assert site.conflicts("C-1") == 1
    shown = site.client("ku").get("/api/containers/C-1").json
    assert [(one["to"], one["device"]) for one in shown["conflict"]] == [("R-02", "T-1"), ("R-03", "T-2")]
    tasks = site.client("ku").get("/api/home/tasks").json["items"]
    assert [one["about"] for one in tasks if one["code"] == "place_conflict"] == ["C-1 · R-03"]
    assert site.move("C-1", "R-02") == ()
    assert (site.stands("C-1"), site.conflicts("C-1")) == ("R-02", 0)
    assert site.client("ku").get("/api/containers/C-1").json["conflict"] == []
    assert site.rebuilds()


def test_where_a_container_that_is_gone_stands_nobody_is_asked(site: Places) -> None:
    site.move("C-1", "R-02", site.one, at=10, origin="R-01")
    assert "place_conflict" in site.move("C-1", "R-03", site.other, at=11, origin="R-01")
    site.move("C-2", "R-02", site.one, at=12, origin="R-01")
    assert "place_conflict" in site.move("C-2", "R-03", site.other, at=13, origin="R-01")
    said = {"container": "C-1", "quantity": {"value": "25.000", "unit": "kg"}, "reason": "Spilt", "witness": None}
    site.state("materials.container_scrapped.v1", "container/C-1", said, actor="ku")
    tasks = site.client("ku").get("/api/home/tasks").json["items"]
    assert [one["about"] for one in tasks if one["code"] == "place_conflict"] == ["C-2 · R-03"]
    assert site.client("ku").get("/api/containers/C-1").json["conflict"] == []
    assert site.rebuilds()


def test_a_handheld_that_knows_of_a_conflict_settles_it(site: Places) -> None:
    site.move("C-1", "R-02", site.one, at=10, origin="R-01")
    site.move("C-1", "R-03", site.other, at=11, origin="R-01")
    site.move("C-1", "R-03", site.one, at=20, seen=True)
    assert (site.stands("C-1"), site.conflicts("C-1")) == ("R-03", 0)


def test_a_story_that_fits_together_is_no_conflict(site: Places) -> None:
    assert site.move("C-1", "R-02", site.one, at=1, origin="R-01") == ()
    # On from where the other had put it; and to the same place.
    assert site.move("C-1", "R-03", site.other, at=2, origin="R-02") == ()
    assert site.move("C-2", "R-02", site.one, at=3, origin="R-01") == ()
    assert "place_conflict" not in site.move("C-2", "R-02", site.other, at=4, origin="R-01")
    assert site.move("C-3", "R-02", site.one, at=5, origin="R-01") == ()
    assert "place_conflict" not in site.move("C-3", "R-03", site.other, at=6, origin="R-01", seen=True)
    assert [site.conflicts(label) for label in ("C-1", "C-2", "C-3")] == [0, 0, 0]
    assert site.rebuilds()


def test_a_container_that_is_registered_late_stands_where_it_was_carried_before(site: Places) -> None:
    assert "container_unknown" in site.move("NEW", "R-02", site.one, at=10)
    site.one.writer.clock = lambda: site.start
    site.receive("L-1", "NEW", by=site.one)
    assert site.stands("NEW") == "R-02"
    assert site.rebuilds()


@pytest.mark.urs("IDN-01")
def test_who_keeps_another_area_is_told_and_at_a_desk_turned_away(site: Places) -> None:
    assert site.move("C-1", "R-02", site.one, actor="ku-raw") == ()
    assert site.move("C-1", "K-01", site.one, actor="ku-raw") == ("area_not_permitted",)
    assert site.stands("C-1") == "K-01"
    assert site.move("C-1", "K-01", site.one, origin="R-02", actor="ku-cold")[-1] == "area_not_permitted"
    said = {
        "container": "C-2",
        "into": [{"container": "S-1", "quantity": {"value": "1", "unit": "kg"}}],
        "reason": None,
    }
    assert "area_not_permitted" in site.one.record(SPLIT, "container/C-2", said, actor="ku-cold").flags
    desk = site.client("ku-cold")
    answer = desk.post("/api/containers/C-3/move", json={"from": "R-01", "to": "K-01", "reason": "to the cold"})
    assert (answer.status_code, answer.json["code"]) == (403, "area_not_permitted")
    assert site.stands("C-3") == "R-01"
    both = site.client("ku")
    assert both.post("/api/containers/C-3/move", json={"from": "R-01", "to": "K-01", "reason": None}).status_code == 201


@pytest.mark.urs("IDN-01", "MAT-09")
def test_decisions_about_stock_are_taken_by_who_keeps_its_area(site: Places) -> None:
    scrapped = {"container": "C-1", "quantity": {"value": "1", "unit": "kg"}, "reason": "wet", "witness": None}
    ordered = {"count": f"SC-{clock.now_text()[:4]}-0001", "locations": ["R-01"], "reason": None}
    about = {"location": "R-09", "name": {"zh": "九", "en": "9"}, "warehouse": "raw", "kind": "storage"}
    facts = (
        ("materials.container_scrapped.v1", "container/C-1", scrapped),
        ("materials.count_ordered.v1", f"count/{ordered['count']}", ordered),
        ("materials.location_defined.v1", "locations", about | {"storage": None, "active": True}),
    )
    for kind, stream, said in facts:
        with pytest.raises(PestleError, match="area_not_permitted"):
            site.state(kind, stream, said, actor="ku-cold")
        site.state(kind, stream, said, actor="ku-raw")


def test_a_place_is_in_an_area_of_the_register(site: Places) -> None:
    with pytest.raises(PestleError, match="area_unknown"):
        site.place("Z-01", warehouse="nowhere")
    # One of an area that is none any more may be given up.
    site.place("Z-01", warehouse="nowhere", active=False)


def test_what_may_not_stand_somewhere_is_told_however_it_comes_there(site: Places) -> None:
    # In quarantine, and received where production would take it.
    assert site.receive("L-2", "D-1", to="P-01") == ("location_unfit",)
    assert site.receive("L-3", "E-1", to="NOWHERE") == ("location_unknown",)
    count = {"count": f"SC-{clock.now_text()[:4]}-0001", "locations": ["P-01"], "reason": None}
    site.state("materials.count_ordered.v1", f"count/{count['count']}", count)
    found = {"count": count["count"], "container": "C-1", "location": "P-01", "quantity": None, "seen": True}
    assert told(site.one.record(COUNTED, "container/C-1", found, actor="ku-raw").flags) == ("location_unfit",)
    gone = found | {"container": "D-1", "seen": False}
    assert told(site.one.record(COUNTED, "container/D-1", gone, actor="ku-raw").flags) == ()
    status = {"material": "LAC", "lot": "L-1", "status": "rejected", "reason": "assay"}
    site.state("materials.lot_status_changed.v1", "lot/LAC/L-1", status)
    assert site.receive("L-1", "C-9", to="R-01", by=site.one)[-1] == "location_unfit"
    assert "location_unfit" not in site.receive("L-1", "C-8", to="X-01", by=site.one)


@pytest.mark.urs("PLT-12")
@pytest.mark.parametrize("stream", ["container/C-1", "lot/LAC/L-1", "warehouse"])
def test_work_of_a_handheld_in_a_warehouse_is_under_a_lease_whatever_stream_it_names(site: Places, stream: str) -> None:
    split = {"container": "C-1", "into": [{"container": "S-1", "quantity": {"value": "1", "unit": "kg"}}]}
    taken = [
        site.one.record(MOVED, stream, {"container": "C-1", "from": None, "to": "R-02", "reason": None}, actor="ku"),
        site.one.record(SPLIT, stream, split | {"reason": None}, actor="ku"),
        site.one.record(
            "materials.containers_merged.v1", stream, {"into": "C-1", "from": ["S-1"], "reason": None}, actor="ku"
        ),
    ]
    assert ["lease_unknown" in one.flags for one in taken] == [True] * 3
    # By a clock that is an hour ahead.
    site.one.writer.clock = lambda: int(clock.now().timestamp() * 1000) + 60 * MINUTE
    said = {"container": "C-1", "from": None, "to": "R-03", "reason": None}
    assert "captured_outside" in site.one.record(MOVED, stream, said, actor="ku").flags


def _placing(at: int, device: str = "T-1", to: str = "R-01", index: int = 0) -> Placing:
    return Placing(f"E-{index}", index, f"2026-11-26T08:00:{at:02d}.000Z", placing.CARRIED, to, None, device, 0)


@given_(st.lists(st.tuples(st.integers(0, 59), st.sampled_from(("R-1", "R-2", "R-3"))), min_size=1), st.randoms())
def test_whatever_order_the_log_hears_of_it_a_container_stands_where_it_was_carried_last(
    told: list[tuple[int, str]], chance: Any
) -> None:
    once = list({at: _placing(at, to=to) for at, to in told}.values())
    mixed = list(once)
    chance.shuffle(mixed)
    first, then = placing.last(once), placing.last(mixed)
    assert first is not None
    assert then is not None
    assert first.to == then.to
    assert placing.stood(mixed, first.at) == first.to


def test_of_two_moves_the_same_is_a_conflict_whichever_the_log_hears_first() -> None:
    early, late = _placing(1, "T-1", "R-1", 5), _placing(2, "T-2", "R-2", 6)
    assert placing.clash(late, [early]) is early
    early, late = _placing(1, "T-1", "R-1", 6), _placing(2, "T-2", "R-2", 5)
    assert placing.clash(early, [late]) is late
