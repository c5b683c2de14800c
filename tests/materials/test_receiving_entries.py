"""Receipts through the door: all that comes is kept, what is wrong with it is flagged and holds the lot until QA."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from receiving_support import received

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.materials import queries as materials
from server.materials.receiving import model, queries
from server.materials.suppliers import queries as suppliers

pytestmark = pytest.mark.urs("MAT-04", "MAT-10")
Json = dict[str, Any]


def in_days(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


class Store(PlantUnderTest):
    def receive(self, lot: str = "L-1", material: str = "api-1", **given: Any) -> tuple[str, ...]:
        said = received(lot, material, **given)
        flags: tuple[str, ...] = self.state(model.LOT_RECEIVED, f"lot/{material}/{lot}", said).flags
        return flags

    def label(self, *labels: str, lot: str = "L-1", damage: Json | None = None) -> tuple[str, ...]:
        one = {"quantity": {"value": "25.000", "unit": "kg"}, "location": None, "damage": damage}
        said = {"material": "api-1", "lot": lot, "containers": [{"container": name, **one} for name in labels]}
        flags: tuple[str, ...] = self.state(model.CONTAINERS_RECEIVED, f"lot/api-1/{lot}", said).flags
        return flags

    def lot(self, number: str = "L-1") -> Any:
        with self.plant.engine.connect() as connection:
            return materials.find_lot(connection, "api-1", number)

    def release(self, lot: str = "L-1") -> str | None:
        said = {"material": "api-1", "lot": lot, "status": "released", "reason": "tested"}
        try:
            self.state("materials.lot_status_changed.v1", f"lot/api-1/{lot}", said)
        except PestleError as error:
            return error.code
        return None


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    said = {"material": "api-1", "name": {"zh": "料", "en": "M"}, "type": "raw", "unit": "kg"}
    made.state("materials.material_defined.v1", "material/api-1", said)
    yield made
    made.close()


def test_what_comes_is_in_quarantine_with_all_that_was_said_of_it(site: Store) -> None:
    said: Json = {"supplier_lot": "X-7", "made": in_days(-30), "expiry": in_days(400), "retest": in_days(300)}
    amounts: Json = {"quantity": {"value": "50.000", "unit": "kg"}, "containers": 2}
    assert site.receive(supplier_name="Somebody", manufacturer="S-M", **said, **amounts) == ()
    found = site.lot()
    assert (found.status, found.containers, found.quantity) == ("quarantine", 2, {"value": "50.000", "unit": "kg"})
    assert {name: getattr(found, name) for name in said} == said
    assert (found.supplier, found.manufacturer) == ("Somebody", "S-M")


def test_a_second_delivery_adds_up_and_a_missing_expiry_erases_none(site: Store) -> None:
    site.receive(expiry=in_days(400), quantity={"value": "50.000", "unit": "kg"}, containers=2)
    assert site.receive(quantity={"value": "25.5", "unit": "kg"}, containers=1) == ()
    found = site.lot()
    assert (found.expiry, found.containers) == (in_days(400), 3)
    assert found.quantity == {"value": "75.500", "unit": "kg"}


def test_another_expiry_for_the_same_number_is_flagged_and_changes_nothing(site: Store) -> None:
    site.receive(expiry=in_days(400), supplier_lot="X-7")
    assert site.receive(expiry=in_days(500), supplier_lot="X-7") == (model.DIFFERS,)
    assert site.lot().expiry == in_days(400)
    assert site.release() == "lot_supplier_undecided"


def test_what_has_expired_or_is_of_no_known_material_is_kept_and_held(site: Store) -> None:
    assert site.receive(expiry=in_days(-1)) == (model.EXPIRED,)
    assert site.receive("L-2", material="nobody") == (model.UNKNOWN,)
    assert site.receive("L-3", quantity={"value": "1", "unit": "mL"}) == (model.UNIT,)
    assert site.lot().status == "quarantine"
    with site.plant.engine.connect() as connection:
        delivery = suppliers.find_delivery(connection, "api-1", "L-1")
        assert suppliers.find_delivery(connection, "api-1", "L-3") is None
    assert delivery is not None
    assert delivery.flags == (model.EXPIRED,)
    assert site.release() == "lot_supplier_undecided"
    assert site.release("L-3") is None


def test_who_may_decide_on_lots_accepts_what_was_wrong_and_then_it_may_be_released(site: Store) -> None:
    site.receive(expiry=in_days(-1))
    body = {"login": "li", "password": PASSWORD, "reason": "Expiry misprinted, see letter"}
    answer = site.client("li").post("/api/lots/api-1/L-1/supplier", json=body)
    assert answer.status_code == 201, answer.text
    assert (answer.json["accepted"], answer.json["flags"]) == (True, [model.EXPIRED])
    assert site.release() is None


def test_no_older_kind_of_receipt_moves_the_expiry_of_a_known_lot_from_a_handheld(site: Store) -> None:
    site.receive(expiry=in_days(400))
    assert site.release() is None
    said = dict.fromkeys(("quantity", "supplier", "containers")) | {"material": "api-1", "lot": "L-1"}
    said |= {"expiry": in_days(4000), "supplier_lot": "X-7", "status": "quarantine"}
    flags = site.tablet().record("materials.lot_received.v1", "lot/api-1/L-1", said, actor="chen").flags
    assert flags == (model.DIFFERS, "lease_unknown")
    # What was not known is added.
    assert (site.lot().expiry, site.lot().supplier_lot) == (in_days(400), "X-7")
    assert site.release() == "lot_status_refused"


def test_more_of_a_released_lot_that_came_otherwise_is_told_to_qa(site: Store) -> None:
    site.receive(expiry=in_days(400))
    assert site.release() is None
    assert site.receive(expiry=in_days(500)) == (model.DIFFERS,)
    with site.plant.engine.connect() as connection:
        waits = suppliers.undecided(connection, in_days(0), 10)
    assert [(one.lot, one.flags) for one in waits] == [("L-1", (model.DIFFERS,))]


@pytest.mark.urs("PLT-11")
def test_what_a_revoked_handheld_received_waits_for_qa(site: Store) -> None:
    tablet = site.tablet("T-9")
    revoked = {"device": "T-9", "last_seq": 0, "reason": "stolen"}
    site.state("identity.device_revoked.v1", "device/T-9", revoked)
    site.receive()
    said = site.payloads(model.LOT_RECEIVED)[0] | {"lot": "L-9"}
    flags = tablet.record(model.LOT_RECEIVED, "warehouse/raw/2026-11-26", said, actor="P-0003").flags
    assert "device_revoked" in flags
    assert site.release("L-9") == "lot_supplier_undecided"


@pytest.mark.parametrize("value", ["-25.000", "0", "0.000", "-0"])
def test_nothing_and_less_is_no_container(site: Store, value: str) -> None:
    amount = {"value": value, "unit": "kg"}
    one = {"container": "C-1", "quantity": amount, "location": None, "damage": None}
    said = {"material": "api-1", "lot": "L-1", "containers": [one]}
    assert site.plant.registry.problems(model.CONTAINERS_RECEIVED, said)
    site.receive(quantity={"value": "0.001", "unit": "kg"})
    lot = site.payloads(model.LOT_RECEIVED)[0]
    assert not site.plant.registry.problems(model.LOT_RECEIVED, lot)
    assert site.plant.registry.problems(model.LOT_RECEIVED, lot | {"quantity": amount})


def test_an_order_that_nobody_placed_is_flagged(site: Store) -> None:
    assert site.receive(order="PO-2026-0001", line=1) == (model.ORDER_UNKNOWN,)


def test_containers_are_once_in_a_site_and_damage_stays_with_the_container_that_has_it(site: Store) -> None:
    site.receive()
    site.receive("L-2")
    torn = {"text": "torn", "photos": ["a" * 64]}
    assert site.label("C-1", "C-2", damage=torn) == ()
    assert site.label("C-2", "C-3", lot="L-2", damage={"text": "wet", "photos": []}) == ("container_known",)
    with site.plant.engine.connect() as connection:
        found = queries.damages(connection, ["C-1", "C-2", "C-3", "C-4"])
        held = {one.container: one.lot for one in materials.containers(connection, ["C-1", "C-2", "C-3"])}
    assert {label: one["text"] for label, one in found.items()} == {"C-1": "torn", "C-2": "torn", "C-3": "wet"}
    assert held == {"C-1": "L-1", "C-2": "L-1", "C-3": "L-2"}


def test_numbers_are_given_once_whoever_asks(site: Store) -> None:
    block = {"pattern": "{material}-{yy}{seq:4}", "period": "2026", "device": "t-1", "unit": None}
    site.state(model.NUMBERS_RESERVED, "receiving", {**block, "first": 1, "last": 20})
    for first, last in ((1, 20), (20, 40), (22, 30), (21, 20)):
        with pytest.raises(PestleError) as refused:
            site.state(model.NUMBERS_RESERVED, "receiving", {**block, "first": first, "last": last})
        assert refused.value.code == "numbers_taken"
    site.state(model.NUMBERS_RESERVED, "receiving", {**block, "period": "2027", "first": 1, "last": 20})
    with site.plant.engine.connect() as connection:
        assert queries.is_given(connection, "t-1", "api-1", "api-1-260020")
        assert not queries.is_given(connection, "t-1", "api-1", "api-1-260021")
        assert not queries.is_given(connection, "t-2", "api-1", "api-1-260020")
        assert not queries.is_given(connection, "t-1", "api-2", "api-1-260020")


def test_a_rule_by_which_two_lots_could_have_one_number_is_refused(site: Store) -> None:
    rule = {"remaining": 60, "over": 5, "reason": "SOP"}
    for pattern in ("{material}{seq:4}", "{material}-", "{seq:4}-{seq:4}", "{material}/{seq:4}"):
        with pytest.raises(PestleError) as refused:
            site.state(model.RULE_SET, "receiving", {"pattern": pattern, **rule})
        assert refused.value.code == "lot_pattern_wrong"
    site.state(model.RULE_SET, "receiving", {"pattern": "{material}.{yyyy}-{seq:3}", **rule})
    with site.plant.engine.connect() as connection:
        assert queries.rule_in_force(connection) == model.Rule("{material}.{yyyy}-{seq:3}", 60, 5)


def test_a_rebuild_says_the_same(site: Store) -> None:
    site.receive(expiry=in_days(-1), containers=1)
    site.label("C-1", damage={"text": "torn", "photos": []})
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
