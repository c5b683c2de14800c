"""What containers hold follows from the log alone; what to take first, and what may not be taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import weighed
from core_support import unguarded
from dispensing_support import API, Dispensing
from sqlalchemy import delete, update
from stock_support import DAY, LABELS, Store

from server import plant
from server.core import clock
from server.materials import queries as materials
from server.materials.projection import container
from server.materials.stock import queries
from server.materials.stock.projection import movement
from server.production import queries as batches

pytestmark = pytest.mark.urs("MAT-06")
FIRST, SECOND, THIRD = LABELS


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    yield made
    made.plant.close()


def both(site: Store, label: str) -> tuple[str, str]:
    """What stock says is left, and what production says was taken."""
    with site.plant.engine.connect() as connection:
        [one] = batches.show(connection, materials.containers(connection, [label]), DAY)
    return site.held(label), one["taken"]["value"]


def test_a_container_holds_what_came_less_what_was_taken(site: Store) -> None:
    assert (site.held(FIRST), site.stands(FIRST).opened) == ("25.00", False)
    site.order("B1")
    site.allocate("B1", FIRST)
    assert site.stands(FIRST).batch == "B1"
    site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    assert both(site, FIRST) == ("12.360", "12.640")
    assert site.stands(FIRST).opened
    site.hand_back("B1")
    site.give_back("B1", FIRST)
    assert site.stands(FIRST).batch is None
    assert site.rebuilds()


def test_a_correction_takes_the_place_of_what_it_corrects(site: Store) -> None:
    site.order("B1")
    wrong = site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    site.put("material_weighed", weighed("B1", "12.600", container=SECOND), corrects=wrong.id, reason="another drum")
    assert both(site, FIRST) == ("25.00", "0")
    assert both(site, SECOND) == ("12.400", "12.600")
    assert not site.stands(FIRST).opened
    assert site.rebuilds()


def test_of_two_that_claim_one_place_the_most_counts_until_somebody_chooses(site: Store) -> None:
    site.order("B1")
    less = site.put("material_weighed", weighed("B1", "12.600", container=FIRST))
    more = site.put("material_weighed", weighed("B1", "12.680", container=FIRST), device="tablet-b")
    site.put("material_weighed", weighed("B1", "1.000", container=SECOND), device="tablet-b")
    assert both(site, FIRST) == ("12.320", "12.680")
    conflict = site.item("B1", "conflict")
    assert more.id in conflict.entries
    given = {"batch": "B1", "conflict": conflict.id, "chosen": less.id, "reason": "seen on the balance's print"}
    site.state("release.conflict_resolved.v1", "batch/B1", given, "P-5")
    assert both(site, FIRST) == ("12.400", "12.600")
    assert both(site, SECOND) == ("25.00", "0")
    assert site.rebuilds()


def test_more_than_there_was_is_told_as_it_is(site: Store) -> None:
    """Below nothing: production has raised an exception, and somebody has to find out."""
    site.order("B1")
    site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    flags = site.put("material_weighed", weighed("B1", "12.640", container=FIRST, phase="21")).flags
    assert "container_used_up" in flags
    assert both(site, FIRST) == ("-0.280", "25.280")
    assert site.stands(FIRST).gone == "empty"
    assert FIRST not in site.proposed()


def test_a_weight_below_nothing_fills_no_container(site: Store) -> None:
    site.order("B1")
    site.put("material_weighed", weighed("B1", "-5.000", container=FIRST))
    assert site.held(FIRST) == "25.00"
    known = site.book().find(FIRST)
    assert known is not None
    assert known.held == "25.00"
    assert site.rebuilds()


def test_what_does_not_convert_or_is_none_of_ours_moves_nothing(site: Store) -> None:
    site.order("B1")
    site.put("material_weighed", weighed("B1", container=FIRST) | {"net": {"value": "1.5", "unit": "L"}})
    site.put("material_weighed", weighed("B1", container="1/9", phase="21"))
    site.put(
        "material_weighed",
        weighed("B1", "1640", container=SECOND, phase="22") | {"net": {"value": "1640", "unit": "g"}},
    )
    assert both(site, FIRST) == ("25.00", "0")
    assert both(site, SECOND) == ("23.360", "1.640")


def test_a_label_that_is_received_twice_and_by_who_may_not_adds_nothing(site: Store) -> None:
    assert "container_known" in site.fill("A-5/2", FIRST, held="40")
    assert "person_not_permitted" in site.fill("A-5/2", "NEW", actor="P-1")
    assert site.held(FIRST) == "25.00"
    with site.plant.engine.connect() as connection:
        assert queries.find_standing(connection, "NEW", DAY) is None
    assert site.rebuilds()


def test_what_is_dispensed_leaves_its_container_like_what_is_weighed(site: Store) -> None:
    dispensing = Dispensing(site)
    first = dispensing.put(API, "3.000", container=FIRST)
    dispensing.put(API, "2.000", container=FIRST, portion=2)
    assert both(site, FIRST) == ("20.000", "5.000")
    dispensing.put(API, "2.500", container=SECOND, corrects=first.id, reason="another drum")
    assert both(site, FIRST) == ("23.000", "2.000")
    assert both(site, SECOND) == ("22.500", "2.500")
    assert site.rebuilds()


@pytest.mark.urs("CMP-05")
def test_a_database_from_before_there_was_a_ledger_gets_it_from_the_log(
    site: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.order("B1")
    site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    with unguarded(site.plant.engine) as connection:
        connection.execute(delete(movement))
        connection.execute(update(container).values(held="25.00", opened=0))
    site.plant.close()
    monkeypatch.setattr(plant, "migrate", lambda engine: True)
    site.plant = plant.open_plant(site.plant.config)
    assert site.held(FIRST) == "12.360"
    assert site.rebuilds()


@pytest.mark.urs("MAT-07")
def test_first_expired_is_first_out_and_what_may_not_be_used_is_not_offered(site: Store) -> None:
    site.bring("EARLY", "E-1", "E-2", expiry="2026-12-01")
    site.bring("GONE-BY", "X-1", expiry="2026-11-25")
    site.bring("WAITS", "W-1", status=None, expiry="2026-11-30")
    site.bring("BAD", "R-1", status="rejected", expiry="2026-11-30")
    assert site.proposed() == ["E-1", "E-2", *LABELS]
    assert site.proposed(day="2026-12-01")[:2] == ["E-1", "E-2"]
    assert site.proposed(day="2026-12-02") == LABELS
    assert site.stands("X-1").status == "expired"
    # An opened one before a full one, and none that is another batch's.
    site.order("B1")
    site.put("material_weighed", weighed("B1", "1.000", container="E-2"))
    site.allocate("B1", FIRST)
    assert site.proposed() == ["E-2", "E-1", SECOND, THIRD]


@pytest.mark.urs("MAT-07")
def test_as_many_containers_as_a_quantity_needs(site: Store) -> None:
    assert site.proposed("25") == [FIRST]
    assert site.proposed("25.01") == [FIRST, SECOND]
    assert site.proposed("1000") == LABELS
    assert site.proposed(limit=2) == [FIRST, SECOND]
    # 25 kg are no decimal number of pounds.
    with site.plant.engine.connect() as connection:
        found = queries.propose(connection, "api-1", {"value": "56", "unit": "[lb_av]"}, DAY)
    assert [one.container for one in found] == [FIRST, SECOND]


def test_all_of_a_material_is_shown_in_that_order_and_a_lot_with_what_is_gone(site: Store) -> None:
    site.bring("WAITS", "W-1", status=None, expiry="2026-11-30")
    site.order("B1")
    site.put("material_weighed", weighed("B1", "25.00", container=FIRST))
    with site.plant.engine.connect() as connection:
        there = queries.stock_of(connection, "api-1", DAY)
        page = queries.stock_of(connection, "api-1", DAY, 1, 1)
        lot = queries.of_lot(connection, "api-1", "A-5/2", DAY)
        unplaced = queries.in_warehouse(connection, "W", DAY)
    assert [(one.container, one.status) for one in there] == [
        ("W-1", "quarantine"),
        (SECOND, "released"),
        (THIRD, "released"),
    ]
    assert page == there[1:2]
    assert [(one.container, one.gone) for one in lot] == [(FIRST, "empty"), (SECOND, None), (THIRD, None)]
    assert [one.container for one in unplaced] == [SECOND, THIRD, "W-1"]
    # Where nobody has registered a place, every area looks for it.
    assert site.do("container_moved", container=THIRD, to="NOWHERE") == ("location_unknown",)
    with site.plant.engine.connect() as connection:
        assert queries.in_warehouse(connection, "W", DAY) != []
        assert THIRD in [one.container for one in queries.in_warehouse(connection, "W", DAY)]


def test_what_is_weighed_when_it_comes_back_is_what_is_in_it(site: Store) -> None:
    """Also where a weighing from before is corrected afterwards."""
    site.order("B1")
    site.allocate("B1", FIRST)
    one = {
        "container": FIRST,
        "material": "api-1",
        "lot": "A-5/2",
        "held": {"value": "25.00", "unit": "kg"},
        "to": None,
    }
    site.state("production.container_issued.v1", "batch/B1", {"batch": "B1", **one}, "P-3")
    wrong = site.put("material_weighed", weighed("B1", "12.640", container=FIRST))
    site.hand_back("B1")
    back = {"batch": "B1", "container": FIRST, "quantity": {"value": "12300", "unit": "g"}, "to": None, "reason": None}
    site.state("production.container_returned.v1", "batch/B1", back, "P-3")
    assert (site.held(FIRST), site.stands(FIRST).batch) == ("12.300", None)
    site.put("material_weighed", weighed("B1", "12.600", container=FIRST), corrects=wrong.id, reason="misread")
    assert site.held(FIRST) == "12.300"
    # The tablets' clocks stand in the past until now.
    site.now_ms = int(clock.now().timestamp() * 1000)
    site.order("B2")
    site.put("material_weighed", weighed("B2", "2.300", container=FIRST))
    assert site.held(FIRST) == "10.000"
    assert site.rebuilds()


@pytest.mark.urs("PLT-16")
def test_a_lease_carries_what_is_left_for_batches_and_whether_it_may_be_used(site: Store) -> None:
    site.order("B1")
    site.allocate("B1", FIRST, SECOND)
    site.put("material_weighed", weighed("B1", "1.000", container=FIRST))
    site.split(FIRST, ("S-1", "5.00"))
    site.do("container_restricted", actor="P-5", container=SECOND, reason="seal")
    with site.plant.engine.connect() as connection:
        lent = {one["container"]: one for one in batches.lent_containers(connection, "B1")}
    # What was split off follows its batch.
    assert set(lent) == {FIRST, SECOND, "S-1"}
    first, second = lent[FIRST], lent[SECOND]
    assert (first["quantity"], first["taken"]) == ({"value": "20.000", "unit": "kg"}, {"value": "0", "unit": "kg"})
    assert (first["restricted"], second["restricted"]) == (None, "seal")
