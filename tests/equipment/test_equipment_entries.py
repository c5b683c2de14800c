"""The register and readings through the door."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, scale_read, weight_read

from server.equipment import queries


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


@pytest.mark.urs("EQP-01")
def test_a_piece_registered_again_has_its_new_place(site: Site) -> None:
    with site.plant.engine.connect() as connection:
        (before,) = queries.balances(connection)
    site.state("equipment.equipment_registered.v1", "equipment/BAL-07", {**before.payload(), "location": "2-120"})
    with site.plant.engine.connect() as connection:
        (after,) = queries.all_equipment(connection)
    assert (before.location, after.location) == ("2-114", "2-120")


@pytest.mark.urs("BRG-02", "BRG-03")
def test_a_reading_is_kept_with_its_raw_bytes_device_and_place_in_the_log(site: Site) -> None:
    named = site.read_weight(net="5.120")
    latest = site.read_weight(net="5.125")
    with site.plant.engine.connect() as connection:
        found = queries.find_reading(connection, named["id"])
        newest = queries.latest_reading(connection, "BAL-07")
    assert found is not None
    assert newest is not None
    assert (found.value, found.unit, found.raw, found.device) == ("5.120", "kg", "S S 5.120 kg", "bridge-1")
    assert (newest.id, newest.payload()["net"]) == (latest["id"], {"value": "5.125", "unit": "kg"})
    assert newest.index > found.index


@pytest.mark.urs("BRG-02", "PLT-16")
def test_a_reading_of_an_unknown_balance_or_serial_number_is_kept_and_flagged(site: Site) -> None:
    def flags(**changes: str) -> tuple[str, ...]:
        payload = weight_read(**changes)
        stream = f"equipment/{payload['balance']}"
        return site.submit(
            site.writers["bridge-1"].write("equipment.weight_read.v1", stream, payload, actor="bridge-1")
        ).flags

    assert flags() == ()
    assert flags(balance="BAL-99") == ("equipment_unknown",)
    assert flags(serial="7654321") == ("serial_differs",)


@pytest.mark.urs("BRG-01", "BRG-02")
def test_what_a_scale_without_stability_reads_is_kept_and_never_the_weight_that_lies_there(site: Site) -> None:
    stable = site.read_weight(net="5.120")
    kept = site.put_reading("bridge-1", "equipment.scale_read.v1", scale_read(weight="12.640"))
    with site.plant.engine.connect() as connection:
        found = queries.find_reading(connection, kept["id"])
        newest = queries.latest_reading(connection, "BAL-07")
    assert found is not None
    assert newest is not None
    assert (found.value, found.unit, found.quality, found.raw) == ("12.640", "kg", "unknown", "00e009")
    assert newest.id == stable["id"]
