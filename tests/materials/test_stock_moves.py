"""Containers are moved, split, merged, scrapped and barred: kept as it was said, told what is wrong, nothing lost."""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from batch_support import weighed
from stock_support import LABELS, Store

from server.core.errors import PestleError
from server.production import queries as batches

pytestmark = pytest.mark.urs("MAT-06")
FIRST, SECOND, THIRD = LABELS


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    made.place("R-01", "receiving")
    made.place("A-01")
    yield made
    made.plant.close()


def test_a_container_stands_where_it_was_carried(site: Store) -> None:
    assert site.do("container_moved", container=FIRST, to="A-01") == ()
    assert (site.stands(FIRST).location, site.stands(FIRST).warehouse) == ("A-01", "w1")
    assert site.do("container_moved", container=FIRST, from_="A-01", to="R-01", device="tablet-a") == ()
    assert site.stands(FIRST).location == "R-01"
    assert site.rebuilds()


def test_what_is_wrong_with_a_move_is_told_and_the_move_is_kept(site: Store) -> None:
    site.place("C-01", storage="cold")
    site.place("Q-01", "rejected")
    site.place("P-01", "production")
    site.bring("WAITS", "W-1", status=None)
    site.bring("BAD", "R-1", status="rejected")
    site.do("container_moved", container=FIRST, to="A-01")
    assert site.do("container_moved", container=FIRST, from_="R-01", to="C-01") == ("container_elsewhere",)
    assert site.stands(FIRST).location == "C-01"
    assert site.do("container_moved", container=FIRST, to="NOWHERE") == ("location_unknown",)
    assert site.stands(FIRST).location == "NOWHERE"
    assert site.do("container_moved", container="scribble", to="A-01") == ("container_unknown",)
    assert site.do("container_moved", container="W-1", to="P-01") == ("location_unfit",)
    assert site.do("container_moved", container="R-1", to="A-01") == ("location_unfit",)
    assert site.do("container_moved", container="R-1", to="Q-01") == ()
    assert site.do("container_moved", container=SECOND, to="A-01", actor="P-1", device="tablet-a") == (
        "person_not_permitted",
    )
    assert site.stands(SECOND).location is None
    assert site.rebuilds()


def test_a_location_that_is_given_up_must_be_empty(site: Store) -> None:
    site.do("container_moved", container=FIRST, to="A-01")
    given = {"name": {"zh": "旧", "en": "Old"}, "warehouse": "w1", "kind": "storage", "storage": None, "active": False}
    assert site.refused("location_defined", location="A-01", **given) == "location_occupied"
    site.do("container_moved", container=FIRST, to="R-01")
    assert site.refused("location_defined", location="A-01", **given) is None
    assert site.do("container_moved", container=FIRST, to="A-01") == ("location_unknown",)


def test_a_container_is_split_and_its_parts_may_be_weighed_from(site: Store) -> None:
    site.do("container_moved", container=FIRST, to="A-01")
    assert site.split(FIRST, ("S-1", "5.00"), ("S-2", "1.500")) == ()
    assert [site.held(one) for one in (FIRST, "S-1", "S-2")] == ["18.500", "5.00", "1.500"]
    part = site.stands("S-1")
    assert (part.lot, part.location, part.opened, site.stands(FIRST).opened) == ("A-5/2", "A-01", False, True)
    site.order("B1")
    site.allocate("B1", "S-1")
    assert "container_unknown" not in site.put("material_weighed", weighed("B1", "4.000", container="S-1")).flags
    # What has been split off is not there any more for who weighs.
    flags = site.put("material_weighed", weighed("B1", "18.501", container=FIRST, phase="21")).flags
    assert "container_used_up" in flags
    with site.plant.engine.connect() as connection:
        [told] = [one for one in batches.items_of(connection, "B1") if one.code == "container_used_up"]
    assert told.details["held"] == {"value": "18.500", "unit": "kg"}
    assert site.rebuilds()


@pytest.mark.parametrize(
    ("parts", "flag", "held"),
    [
        ([("S-1", "25.01")], "container_overdrawn", "-0.01"),
        ([(SECOND, "5.00"), ("S-1", "1.00")], "container_known", "24.00"),
        ([("S-1", "5.00"), ("S-1", "5.00")], "container_known", "20.00"),
        ([(FIRST, "5.00")], "container_known", "25.00"),
    ],
)
def test_what_is_wrong_with_a_split_is_told(site: Store, parts: list[tuple[str, str]], flag: str, held: str) -> None:
    assert site.split(FIRST, *parts, device="tablet-a") == (flag,)
    assert site.held(FIRST) == held
    assert site.held(SECOND) == "25.00"
    assert site.rebuilds()


def test_a_split_in_another_unit_loses_nothing(site: Store) -> None:
    assert site.split(FIRST, ("S-1", "1500"), unit="g") == ()
    assert (site.held(FIRST), site.stands("S-1").held) == ("23.500", {"value": "1500", "unit": "g"})
    assert site.split(FIRST, ("S-2", "1"), unit="L") == ("unit_mismatch",)
    assert site.held(FIRST) == "23.500"


def test_containers_of_one_lot_are_merged_and_others_stay(site: Store) -> None:
    site.bring("OTHER", "O-1")
    site.split(FIRST, ("S-1", "1500"), unit="g")
    assert site.merge(SECOND, FIRST, "S-1", "O-1", "scribble") == ("lot_other", "container_unknown")
    assert [site.held(one) for one in (FIRST, "S-1", SECOND, "O-1")] == ["0.000", "0", "50.000", "25.00"]
    assert (site.stands(FIRST).gone, site.stands("O-1").gone) == ("merged", None)
    assert site.merge(SECOND, FIRST) == ("container_gone",)
    assert FIRST not in site.proposed()
    assert site.rebuilds()


@pytest.mark.urs("MAT-09")
def test_no_more_is_scrapped_than_there_is(site: Store) -> None:
    assert site.scrap(FIRST, "25.01") == "stock_too_much"
    assert site.scrap(FIRST, "1", unit="L") == "stock_unit_wrong"
    assert site.scrap("scribble", "1") == "container_unknown"
    assert site.scrap(FIRST, "5.00", actor="P-1") == "not_permitted"
    assert site.scrap(FIRST, "5.00") is None
    assert (site.held(FIRST), site.stands(FIRST).gone) == ("20.00", None)
    assert site.scrap(FIRST, "20000", unit="g") is None
    assert site.stands(FIRST).gone == "scrapped"
    assert site.scrap(FIRST, "1") == "stock_gone"
    assert site.rebuilds()


@pytest.mark.urs("MAT-09")
def test_rejected_stock_is_destroyed_before_a_second_person(site: Store) -> None:
    site.bring("BAD", "R-1", status="rejected")
    assert site.scrap("R-1", "25.00") == "stock_second_missing"
    assert site.scrap("R-1", "25.00", "P-8") == "stock_second_missing"
    assert site.scrap("R-1", "25.00", "P-1") == "stock_second_missing"
    assert site.scrap("R-1", "25.00", "P-5") is None
    assert site.stands("R-1").gone == "scrapped"


@pytest.mark.urs("MAT-06", "MAT-07")
def test_one_container_is_barred_by_qa_and_set_free_again(site: Store) -> None:
    why = {"container": FIRST, "reason": "seal broken"}
    assert site.refused("container_freed", actor="P-5", **why) == "stock_not_barred"
    assert site.refused("container_restricted", actor="P-8", **why) == "not_permitted"
    assert site.refused("container_restricted", actor="P-5", **why) is None
    assert site.refused("container_restricted", actor="P-5", **why) == "stock_barred_already"
    assert (site.stands(FIRST).status, site.stands(SECOND).status) == ("restricted", "released")
    assert FIRST not in site.proposed()
    site.order("B1")
    with pytest.raises(PestleError) as caught:
        site.allocate("B1", FIRST)
    assert caught.value.code == "container_not_fit"
    # Taken from all the same, it is told as stock that must not be used; the lot itself may be.
    flags = site.put("material_weighed", weighed("B1", "1.000", container=FIRST)).flags
    assert "lot_not_released" in flags
    assert "lot_not_released" not in site.put("material_weighed", weighed("B1", container=SECOND, phase="21")).flags
    # What is filled from it is barred with it.
    site.split(FIRST, ("S-1", "5.00"))
    assert site.stands("S-1").status == "restricted"
    assert site.refused("container_freed", actor="P-5", **why) is None
    assert site.stands(FIRST).status == "released"
    assert site.rebuilds()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_what_a_handheld_brings_of_a_released_lot_waits_for_qa(site: Store, version: str) -> None:
    """By whatever kind of entry: only what came before the lot was decided about was looked at."""
    about = {"quantity": {"value": "1000", "unit": "kg"}} | (
        {"location": None, "damage": None} if version == "v2" else {}
    )
    rows = [{"container": label, **about} for label in ("Z-1", FIRST)]
    said = {"material": "api-1", "lot": "A-5/2", "containers": rows}
    pen, site.now_ms = site.writers["tablet-a"], site.now_ms + 60_000
    site.submit(pen.write(f"materials.containers_received.{version}", "lot/api-1/A-5/2", said, actor="P-8"))
    assert (site.stands("Z-1").status, site.stands("Z-1").restricted) == ("restricted", "came_after_decision")
    assert (site.stands(FIRST).status, "Z-1" in site.proposed()) == ("released", False)
    # At the desk what is there of a lot is labelled.
    site.fill("A-5/2", "Z-2")
    assert site.stands("Z-2").status == "released"
    assert site.refused("container_freed", actor="P-5", container="Z-1", reason="looked at") is None
    assert site.book().find("Z-1") is not None
    assert site.stands("Z-1").status == "released"
    assert site.rebuilds()


@pytest.mark.urs("PLT-11")
def test_a_revoked_handheld_moves_nothing(site: Store) -> None:
    site.do("container_moved", container=FIRST, to="A-01")
    revoked = {"device": "tablet-a", "last_seq": 0, "reason": "stolen"}
    site.state("identity.device_revoked.v1", "device/tablet-a", revoked)
    assert site.do("container_moved", container=FIRST, to="R-01", device="tablet-a") == ("device_revoked",)
    assert site.split(FIRST, ("S-1", "5.00"), device="tablet-a") == ("device_revoked",)
    assert site.merge(SECOND, FIRST, device="tablet-a") == ("device_revoked",)
    assert (site.stands(FIRST).location, site.held(FIRST), site.held(SECOND)) == ("A-01", "25.00", "25.00")
    book = site.book()
    held = [one and one.held for one in (book.find(FIRST), book.find(SECOND), book.find("S-1"))]
    assert held == ["25.00", "25.00", None]
    assert site.rebuilds()


def test_what_is_filled_together_with_something_barred_is_barred(site: Store) -> None:
    why = {"container": FIRST, "reason": "seal broken"}
    assert site.refused("container_restricted", actor="P-5", **why) is None
    assert site.merge(SECOND, FIRST) == ()
    assert (site.stands(SECOND).restricted, site.proposed()) == ("seal broken", [THIRD])
    assert site.merge(THIRD, "scribble") == ("container_unknown",)
    assert site.stands(THIRD).status == "released"
    # The witness knows it too: freeing it is no lie.
    assert site.refused("container_freed", actor="P-5", container=SECOND, reason="tested") is None
    assert site.book().find(SECOND) is not None
    assert site.rebuilds()


@pytest.mark.urs("MAT-06", "PLT-18")
def test_whatever_is_done_the_tables_say_what_the_log_alone_says(site: Store) -> None:
    """A hundred things by chance, at the desk and on tablets; all that came is in containers, taken or scrapped."""
    chance = random.Random(20261126)
    site.order("B1")
    labels, gone = list(LABELS), Decimal(0)
    for number in range(60):
        label, other = chance.choice(labels), chance.choice(labels)
        match chance.choice(("split", "merge", "scrap", "weigh", "weigh")):
            case "split":
                site.split(label, (f"S-{number}", chance.choice(("0.5", "3.25", "12"))), device="tablet-a")
                labels.append(f"S-{number}")
            case "merge":
                site.merge(label, other)
            case "scrap":
                value = chance.choice(("0.125", "1"))
                gone += Decimal(value) if site.scrap(label, value) is None else 0
            case _:
                net = chance.choice(("0.640", "2.5"))
                site.put("material_weighed", weighed("B1", net, container=label, phase=f"p{number}"))
                gone += Decimal(net)
    book = site.book()
    assert {one: Fraction(site.held(one)) for one in labels} == {
        one: Fraction(found.held) for one in labels if (found := book.find(one)) is not None
    }
    assert sum((Decimal(site.held(one)) for one in labels), Decimal(0)) + gone == Decimal("75.00")
    assert site.rebuilds()
