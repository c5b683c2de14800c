"""The measurements of live work still run, at a size at which they measure nothing; the peer is left to the bench."""

from pathlib import Path

import pytest
from bench import (
    alerting,
    calculating,
    fanout,
    filling,
    floor,
    flow_instances,
    flows,
    live,
    materials,
    planning,
    readings,
    scanning,
    stock,
    warehousing,
)


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_live_changes_are_measured(tmp_path: Path) -> None:
    found = live.ours(live.sqlite(tmp_path), tmp_path, documents=1, clients=3, changes=2)
    assert found["server_us_per_change"] > 0
    assert found["acknowledged_ms"]["count"] == 6
    assert found["arrived_ms"]["count"] == 12


@pytest.mark.slow
@pytest.mark.urs("PLT-17")
def test_the_fan_out_between_two_processes_is_measured(tmp_path: Path) -> None:
    found = fanout.fan_out(tmp_path, clients=4, changes=2)
    # Each entry at the two tablets of the other process.
    assert found["arrived_ms"]["count"] == 16
    assert found["acknowledged_ms"]["count"] == 8


@pytest.mark.slow
@pytest.mark.urs("HMI-03")
def test_scans_are_measured(tmp_path: Path) -> None:
    found = scanning.scans(tmp_path, wedged=3, openings=2)
    assert found["wedge"]["runs"] == 3
    assert found["camera_decode"]["runs"] == found["camera_open_to_mark"]["runs"] == 2
    assert 0 < found["camera_decode"]["p50"] < found["camera_open_to_mark"]["most"]


@pytest.mark.slow
@pytest.mark.urs("HMI-04")
def test_alerts_are_measured(tmp_path: Path) -> None:
    found = alerting.alerts(tmp_path, events=2)
    assert found["runs"] == 2
    assert 0 < found["median_s"] <= found["most_s"]


@pytest.mark.slow
@pytest.mark.urs("PRD-07")
def test_expressions_are_measured_in_both_languages(tmp_path: Path) -> None:
    found = calculating.calculated(tmp_path)
    assert min(found[place][what] for place in ("server", "app") for what in ("run", "compile")) > 0


@pytest.mark.slow
@pytest.mark.urs("ENG-02")
def test_steps_and_instances_of_flows_are_measured(tmp_path: Path) -> None:
    ours = flows.stepped(2)
    assert 0 < ours["bytes_median"] <= ours["bytes_most"] < 1_000
    found = flow_instances.instances(tmp_path, count=20, asked=2, completed=2, timers=3)
    assert min(found[one]["median"] for one in ("inbox_ms", "complete_ms")) > 0
    assert 0 <= found["timer_late_s"]["median"] < 60


@pytest.mark.slow
@pytest.mark.urs("ENG-01")
def test_a_large_form_is_measured(tmp_path: Path) -> None:
    found = filling.fills(tmp_path, fields=40, openings=2, keys=8)
    assert found["fields"] > 30
    assert min(found[one]["p50"] for one in ("first_fields", "all_fields", "key")) > 0


@pytest.mark.slow
@pytest.mark.urs("MAT-06")
def test_a_large_stock_is_measured(tmp_path: Path) -> None:
    found = stock.stock(tmp_path, lots=600, asked=3, deliveries=2)
    assert found["containers"] == 3000
    assert min(found[one]["median"] for one in ("proposal_ms", "scan_ms", "material_ms", "delivery_of_100_ms")) > 0


@pytest.mark.urs("MAT-05", "MAT-08")
def test_the_way_from_a_delivery_to_a_batch_is_measured(tmp_path: Path) -> None:
    for way in (materials.Door, materials.Http):
        took = materials.received_to_issued(way, live.sqlite(tmp_path), tmp_path / way.__name__, 2)
        assert len(took) == 2
        assert min(took) > 0


@pytest.mark.slow
@pytest.mark.urs("MAT-06")
def test_a_warehouse_is_taken_along_and_looked_up(tmp_path: Path) -> None:
    found = warehousing.warehouse(tmp_path, containers=200, looks=4, takes=2)
    assert found["containers"] >= 200
    assert 0 < found["lease_bytes"]["gzip"] < found["lease_bytes"]["signed"] < 3_000_000
    assert found["look_up"]["runs"] == found["scan_to_screen"]["runs"] == 4


@pytest.mark.slow
@pytest.mark.urs("BRG-02")
def test_what_passes_from_a_reading_to_the_screen_is_measured(tmp_path: Path) -> None:
    found = readings.to_screen(tmp_path, 2)
    assert found["runs"] == 2
    assert 0 < found["p50"] <= found["most"]


@pytest.mark.urs("PRD-01")
def test_requirements_over_six_levels_are_measured(tmp_path: Path) -> None:
    found = planning.requirements(tmp_path, products=60, levels=6, demands=20)
    assert found["levels"] == 6
    assert found["requirements"] > 100


@pytest.mark.slow
@pytest.mark.urs("PRD-05")
def test_a_floor_of_operators_is_measured_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    found = floor.operators(tmp_path, people=4, batches=2, entries=6, per_second=20)
    assert found["sent"] == found["in_the_log"] == found["acknowledged_ms"]["count"] == 24


@pytest.mark.slow
@pytest.mark.urs("PRD-05")
def test_a_tablet_with_many_phases_is_measured(tmp_path: Path) -> None:
    found = floor.tablet(tmp_path, done=2, left=3, opened=1)
    assert (found["entries"], found["phases"], found["next_phase"]["runs"]) == (80, 5, 2)
    assert found["open"]["p50"] > 0
