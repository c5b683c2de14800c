"""What is left in a container is weighed, and that is what the stock holds from then on (MAT-06, MAT-12)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from dispensing_support import SALT, Dispensing

from server.core import clock, rebuild
from server.materials.labels import printables
from server.materials.stock import queries as stock
from server.production.containers import lent_containers
from server.production.issuing import queries as issuing
from sync.entry import Seen

pytestmark = pytest.mark.urs("MAT-12", "MAT-06")
LABEL, DAY = "C-1", "2026-11-22"
# In the year 2099.
LATER = 4_080_000_000_000
SCANNED = {"room": "2-114", "balance": "BAL-07", "container": LABEL}


class Rests(Dispensing):
    """A container of 0.700 kg of salt that B1 takes from."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        received = {"material": "exc-2", "lot": "S-1", "containers": [self.container(LABEL, "0.700")]}
        site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
        self.give("B1")

    def give(self, batch: str) -> None:
        given = {"batch": batch, "containers": [{"container": LABEL, "reason": None}]}
        self.site.state("production.containers_allocated.v2", f"batch/{batch}", given, "P-3")

    def take(self, net: str, portion: int = 1, **more: Any) -> Any:
        return self.put(SALT, net, portion=portion, container=LABEL, scanned=SCANNED, **more)

    def rest(self, net: str, **more: Any) -> Any:
        head = {name: more.pop(name) for name in ("device", "corrects", "reason", "actor") if name in more}
        given = rest(self.number, net, self.site.read_weight(net=net) if "reading" not in more else None)
        return self.site.put("rest_weighed", given | more, **head)

    def held(self) -> str:
        with self.site.plant.engine.connect() as connection:
            found = stock.find_standing(connection, LABEL, DAY)
        assert found is not None
        return found.held["value"]


def rest(batch: str, net: str, reading: Any) -> dict[str, Any]:
    given = {"batch": batch, "phase": "20", "container": LABEL, "net": {"value": net, "unit": "kg"}}
    return (
        given | dict.fromkeys(("tare", "gross", "tare_reading", "comment")) | {"source": "device", "reading": reading}
    )


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Rests]:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    yield Rests(site)
    site.plant.close()


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Rests]:
    site = Site(database_url, tmp_path)
    yield Rests(site)
    site.plant.close()


def test_what_was_weighed_is_what_the_stock_the_label_and_the_next_lease_have(both: Rests) -> None:
    both.take("0.300")
    assert both.rest("0.3996").flags == ()
    assert both.held() == "0.3996"
    with both.site.plant.engine.connect() as connection:
        said = printables.containers(connection, [LABEL], DAY)[LABEL]
        [lent] = lent_containers(connection, "B1")
        [moved] = [one for one in stock.movements_of(connection, LABEL).values() if one.measured]
    assert said["quantity"] == "0.3996 kg"
    assert (moved.amount, lent["quantity"]["value"]) == ({"value": "0.3996", "unit": "kg"}, "0.6996")
    assert lent["measured"] is not None
    assert both.take("0.200", 2).flags == ()
    assert both.held() == "0.1996"
    plant = both.site.plant
    assert both.site.tables()["production_rest"]
    checked = rebuild.check(plant.engine, plant.log, plant.registry)
    assert (checked["ok"], checked["differences"]) == (True, [])


def test_a_difference_beyond_what_balances_are_off_is_qas_to_assess_and_stands_all_the_same(both: Rests) -> None:
    both.take("0.300")
    assert both.rest("0.400").flags == ()
    # A thousandth of the 0.700 kg that were weighed out or are left.
    assert both.rest("0.3993").flags == ()
    flagged = both.rest("0.380", comment="spilt")
    assert flagged.flags == ("rest_differs",)
    [told] = both.every("rest_differs")
    assert (told.details["reckoned"]["value"], told.details["weighed"]["value"]) == ("0.3993", "0.380")
    assert (told.details["difference"], told.comment) == ({"value": "-0.0193", "unit": "kg"}, "spilt")
    assert both.held() == "0.380"
    assert "rest_differs" in both.rest("0.500").flags


def test_a_container_that_was_found_empty_is_used_up(at: Rests) -> None:
    at.take("0.400")
    assert at.rest("0.000").flags == ("rest_differs",)
    with at.site.plant.engine.connect() as connection:
        found = stock.find_standing(connection, LABEL, DAY)
    assert found is not None
    assert found.gone == "empty"
    assert "container_used_up" in at.take("0.100", 2).flags


@pytest.mark.urs("BRG-02")
def test_a_rest_is_weighed_by_the_rules_of_every_weight(at: Rests) -> None:
    at.take("0.300")
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.520", "unit": "kg"}}
    read = at.site.read_weight
    empty, full = read(net="0.120"), read(net="0.520")
    assert at.rest("0.400", **shown, tare_reading=empty, reading=full).flags == ()
    assert at.rest("0.400", **shown, tare_reading=empty, reading=read(net="0.520")).flags == ("reading_unverified",)
    assert at.rest("0.120", reading=empty).flags[0] == "reading_unverified"
    off = shown | {"gross": {"value": "0.521", "unit": "kg"}}
    wrong = at.rest("0.400", **off, tare_reading=read(net="0.120"), reading=read(net="0.521"))
    assert wrong.flags == ("weights_inconsistent",)
    assert at.rest("-0.010").flags == ("weights_inconsistent", "rest_differs")
    # What nobody can vouch for measures nothing.
    assert at.held() == "0.400"
    balance = {"equipment": "BAL-07", "class": "balance", "name": {"zh": "秤", "en": "scale"}, "serial": "1234567"}
    due = {"model": "ICS685", "location": "2-114", "calibration_due": "2026-11-21"}
    at.site.state("equipment.equipment_registered.v1", "equipment/BAL-07", balance | due)
    assert at.rest("0.400").flags == ("calibration_overdue",)


def test_a_reading_of_a_rest_is_no_weight_of_a_portion(at: Rests) -> None:
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.820", "unit": "kg"}}
    empty, full = at.site.read_weight(net="0.120"), at.site.read_weight(net="0.820")
    assert at.rest("0.700", **shown, tare_reading=empty, reading=full).flags == ()
    assert at.take("0.120", reading=empty).flags == ("reading_unverified",)
    assert at.take("0.820", 2, reading=full).flags[0] == "reading_unverified"


@pytest.mark.urs("PLT-16")
def test_a_rest_in_a_container_of_nobody_or_of_another_batch_measures_nothing(both: Rests) -> None:
    assert both.rest("0.500", container="C-9").flags == ("container_unknown",)
    both.again("B2")
    assert both.rest("0.699").flags == ("container_not_allocated", "rest_differs")
    assert both.held() == "0.700"
    assert both.rest("0.700", phase="99").flags == ("slot_unknown", "container_not_allocated")


@pytest.mark.urs("PLT-08", "PLT-13")
def test_what_was_weighed_without_network_and_comes_late_counts_for_its_moment(both: Rests) -> None:
    both.take("0.300")
    reading = both.site.read_weight(net="0.399")
    late = both.site.writers["tablet-b"]
    both.site.now_ms += 60_000
    envelope = late.write(
        "production.rest_weighed.v1",
        "batch/B1",
        rest("B1", "0.399", reading),
        actor="P-1",
        subject="20/rest",
        lease=both.site.leases.get(("B1", "tablet-b")),
    )
    assert both.take("0.200", 2).flags == ()
    assert both.site.submit(envelope).flags == ("rest_differs",)
    told = both.site.item("B1", "rest_differs").details
    assert told["reckoned"]["value"] == "0.400"
    assert both.held() == "0.199"
    plant = both.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


@pytest.mark.urs("PLT-13")
def test_a_fast_clock_measures_nothing_that_is_still_to_come(both: Rests) -> None:
    both.take("0.300")
    reading = both.site.read_weight(net="0.390")
    at = both.site.now_ms
    both.site.now_ms = LATER
    envelope = both.site.writers["tablet-b"].write(
        "production.rest_weighed.v1", "batch/B1", rest("B1", "0.390", reading), actor="P-1", subject="20/rest"
    )
    both.site.now_ms = at
    # Its time cannot be believed, so nobody can say what was taken since.
    assert {"captured_outside", "clock_skew"} & set(both.site.submit(envelope).flags)
    assert both.held() == "0.400"
    both.take("0.200", 2)
    assert both.held() == "0.200"


@pytest.mark.urs("PLT-13")
def test_what_was_taken_after_a_rest_that_its_tablet_had_seen_leaves_however_slow_its_clock_is(both: Rests) -> None:
    both.site.now_ms = int(clock.now().timestamp() * 1000)
    both.take("0.300")
    assert both.rest("0.400").flags == ()
    site = both.site
    with site.plant.engine.connect() as connection:
        head = site.plant.log.head(connection)
    site.writers["tablet-b"].seen = Seen(head.size, head.root.hex())
    # Four minutes are within what clocks may differ.
    site.now_ms -= 240_000
    taken = both.take("0.200", 2, device="tablet-b")
    site.now_ms += 240_000
    assert not {"captured_outside", "clock_skew"} & set(taken.flags), taken.flags
    assert both.held() == "0.200"
    # And what that tablet finds left is what is left after all that it had seen.
    with site.plant.engine.connect() as connection:
        head = site.plant.log.head(connection)
    site.writers["tablet-b"].seen = Seen(head.size, head.root.hex())
    site.now_ms -= 240_000
    assert "rest_differs" not in both.rest("0.200", device="tablet-b").flags
    site.now_ms += 240_000
    assert both.held() == "0.200"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("MAT-09")
def test_a_rest_says_nothing_of_where_what_is_missing_went(at: Rests) -> None:
    """The batch accounts for what came to it by what it gives back, as before."""
    brought = {"batch": "B1", "container": LABEL, "material": "exc-2", "lot": "S-1"}
    held = {"held": {"value": "0.700", "unit": "kg"}, "to": None}
    at.site.state("production.container_issued.v1", "batch/B1", brought | held, "P-3")
    at.take("0.300")
    at.rest("0.380")
    at.site.hand_back("B1")
    back = {"batch": "B1", "container": LABEL, "quantity": {"value": "0.380", "unit": "kg"}, "to": None}
    at.site.state("production.container_returned.v1", "batch/B1", back | {"reason": None}, "P-3")
    with at.site.plant.engine.connect() as connection:
        found = issuing.reconciled(issuing.accounts(connection, "B1")["exc-2"][0])
    assert {name: (found[name] or {}).get("value") for name in ("issued", "used", "returned", "difference")} == {
        "issued": "0.700",
        "used": "0.300",
        "returned": "0.380",
        "difference": "0.020",
    }
