"""Material goes to a batch and back: allocated in the order of expiry, issued by scan, returned with what is left."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, weighed
from flask.testing import FlaskClient

from server.app import create_app
from server.core import clock, rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import accounts
from server.materials.stock import queries as stock
from sync.log import reading

PASSWORD = "correct horse battery"
BATCH = "/api/batches/B1/materials"
NEW, OLD = "A-5/2", "A-5/1"


class Warehouse:
    """Two lots of one material, the older of which expires sooner, three containers each; a batch that may use both."""

    def __init__(self, site: Site) -> None:
        self.site = site
        for lot, expiry in ((OLD, "2097-01-31"), (NEW, "2097-12-31")):
            self._lot(lot, expiry)
        site.order("B1", lots=[{"material": "api-1", "lot": one} for one in (OLD, NEW)])
        site.hand_back("B1")
        keeper = {"person": "P-8", "login": "huang", "name": "黄磊", "name_en": "Huang Lei", "roles": ["keeper"]}
        site.plant.recorder.state(Fact("identity.person_added.v1", "person/P-8", keeper))
        self._app = create_app(site.plant)
        self.keeper = self.client("huang", "P-8")

    def _lot(self, lot: str, expiry: str) -> None:
        given = {
            "material": "api-1",
            "lot": lot,
            "quantity": None,
            "supplier": None,
            "supplier_lot": None,
            "expiry": expiry,
            "containers": 3,
            "status": "quarantine",
        }
        self.site.state("materials.lot_received.v1", f"lot/api-1/{lot}", given)
        decided = {"material": "api-1", "lot": lot, "status": "released", "reason": "passed"}
        if lot == OLD:
            self.site.state("materials.lot_status_changed.v1", f"lot/api-1/{lot}", decided)
        containers = [
            {"container": f"{lot}-{number}", "quantity": {"value": "10.000", "unit": "kg"}} for number in (1, 2, 3)
        ]
        said = {"material": "api-1", "lot": lot, "containers": containers}
        self.site.state("materials.containers_received.v1", f"lot/api-1/{lot}", said)

    def client(self, login: str, person: str) -> FlaskClient:
        client = self._app.test_client()
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        accounts.set_password(self.site.plant, person, PASSWORD)
        assert client.post("/api/session", json={"login": login, "password": PASSWORD}).status_code == 200
        return client

    def material(self) -> dict[str, Any]:
        [found] = self.keeper.get(BATCH).json["items"]
        return dict(found)

    def give(self, *labels: str, reason: str | None = None) -> Any:
        lines = [{"container": label, "reason": reason} for label in labels]
        return self.keeper.post(f"{BATCH}/allocate", json={"containers": lines})

    def bring(self, label: str) -> Any:
        return self.keeper.post(f"{BATCH}/issue", json={"container": label, "to": None})

    def take_back(self, label: str, value: str, unit: str = "kg") -> Any:
        body = {"container": label, "quantity": {"value": value, "unit": unit}, "to": None, "reason": None}
        return self.keeper.post(f"{BATCH}/return", json=body)


@pytest.fixture
def warehouse(database_url: str, tmp_path: Path) -> Iterator[Warehouse]:
    site = Site(database_url, tmp_path)
    yield Warehouse(site)
    site.plant.close()


def refused(answer: Any) -> str:
    assert answer.status_code == 409, answer.text
    return str(answer.json["code"])


@pytest.mark.urs("MAT-07", "MAT-08")
def test_what_expires_first_is_proposed_and_another_asks_for_a_reason_that_the_log_keeps(warehouse: Warehouse) -> None:
    found = warehouse.material()
    assert (found["need"], found["most"]) == ({"value": "12.640", "unit": "kg"}, {"value": "12.680", "unit": "kg"})
    assert [one["container"] for one in found["proposed"]][:3] == [f"{OLD}-{number}" for number in (1, 2, 3)]
    answer = warehouse.give(f"{NEW}-1")
    assert refused(answer) == "allocation_departs"
    assert answer.json["details"] == {"container": f"{NEW}-1", "first": f"{OLD}-1"}
    assert warehouse.material()["allocated"] == []
    assert warehouse.give(f"{NEW}-1", reason="the old ones stand behind a damaged rack").status_code == 200
    with warehouse.site.plant.engine.connect() as connection:
        [entry] = reading.of_kind(connection, "production.containers_allocated.v2")
    assert entry.envelope.head.actor == "P-8"
    assert entry.envelope.body["containers"][0]["reason"] == "the old ones stand behind a damaged rack"
    assert [one["container"] for one in warehouse.material()["allocated"]] == [f"{NEW}-1"]


@pytest.mark.urs("MAT-07", "MAT-08")
def test_of_a_lot_that_the_order_does_not_name_nothing_is_proposed_or_asked_for(warehouse: Warehouse) -> None:
    warehouse.site.order("B2", lots=[{"material": "api-1", "lot": NEW}])
    address = BATCH.replace("B1", "B2")
    [found] = warehouse.keeper.get(address).json["items"]
    assert [one["container"] for one in found["proposed"]] == [f"{NEW}-{number}" for number in (1, 2, 3)]

    def give(label: str) -> Any:
        lines = [{"container": label, "reason": None}]
        return warehouse.keeper.post(f"{address}/allocate", json={"containers": lines})

    assert refused(give(f"{OLD}-1")) == "container_wrong_lot"
    assert give(f"{NEW}-1").status_code == 200


@pytest.mark.urs("MAT-08")
def test_more_than_the_batch_needs_asks_for_a_reason(warehouse: Warehouse) -> None:
    """Two drums hold what is needed; the third is one too many, also when all three come at once."""
    answer = warehouse.give(*(f"{OLD}-{number}" for number in (1, 2, 3)))
    assert refused(answer) == "allocation_beyond"
    assert answer.json["details"] == {"container": f"{OLD}-3", "need": "12.680 kg"}
    assert warehouse.give(f"{OLD}-1", f"{OLD}-2").status_code == 200
    assert refused(warehouse.give(f"{OLD}-3")) == "allocation_beyond"
    assert warehouse.give(f"{OLD}-3", reason="the first drum is caked").status_code == 200


@pytest.mark.urs("MAT-08")
def test_what_the_batch_has_weighed_it_was_given(warehouse: Warehouse) -> None:
    site = warehouse.site
    assert warehouse.give(f"{OLD}-1", f"{OLD}-2").status_code == 200
    site.put("material_weighed", weighed("B1", "9.990", lot=OLD, container=f"{OLD}-1"))
    assert warehouse.material()["given"] == {"value": "20.000", "unit": "kg"}
    assert refused(warehouse.give(f"{OLD}-3")) == "allocation_beyond"


@pytest.mark.urs("MAT-08")
def test_the_wrong_thing_is_stopped_in_words(warehouse: Warehouse) -> None:
    site = warehouse.site
    assert refused(warehouse.bring(f"{OLD}-1")) == "container_not_allocated"
    assert warehouse.bring("C-404").json["code"] == "container_unknown"
    assert warehouse.give("C-404").json["code"] == "container_unknown"
    assert warehouse.give(f"{OLD}-1").status_code == 200
    assert warehouse.bring(f"{OLD}-1").status_code == 200
    assert refused(warehouse.bring(f"{OLD}-1")) == "container_issued"
    site.order("B2", lots=[{"material": "api-1", "lot": OLD}])
    lines = {"containers": [{"container": f"{OLD}-1", "reason": "mine"}]}
    assert refused(warehouse.keeper.post("/api/batches/B2/materials/allocate", json=lines)) == "container_taken"
    assert warehouse.give(f"{NEW}-2", reason="any").status_code == 200
    rejected = {"material": "api-1", "lot": NEW, "status": "rejected", "reason": "failed"}
    site.state("materials.lot_status_changed.v1", f"lot/api-1/{NEW}", rejected)
    assert refused(warehouse.bring(f"{NEW}-2")) == "container_not_fit"
    assert refused(warehouse.give(f"{NEW}-3", reason="any")) == "container_not_fit"


@pytest.mark.urs("MAT-08", "MAT-09")
def test_what_comes_back_is_what_is_in_it_and_the_batch_adds_up(warehouse: Warehouse) -> None:
    site = warehouse.site
    for number in (1, 2):
        assert warehouse.give(f"{OLD}-{number}").status_code == 200
        assert warehouse.bring(f"{OLD}-{number}").status_code == 200
    site.put("material_weighed", weighed("B1", "9.990", lot=OLD, container=f"{OLD}-1"))
    assert warehouse.take_back(f"{OLD}-1", "0").status_code == 200
    assert refused(warehouse.take_back(f"{OLD}-2", "10.001")) == "return_too_much"
    assert warehouse.take_back(f"{OLD}-2", "3", "L").json["code"] == "return_unit_wrong"
    assert refused(warehouse.take_back(f"{OLD}-3", "1")) == "container_not_issued"
    answer = warehouse.take_back(f"{OLD}-2", "10000", "g")
    assert answer.status_code == 200, answer.text
    found = warehouse.material()
    said = {name: one["value"] for name, one in found["reconciled"].items()}
    assert said == {
        "issued": "20.000",
        "used": "9.990",
        "returned": "10.000",
        "scrapped": "0.000",
        "balanced": "0.000",
        "open": "0.000",
        "difference": "0.010",
    }
    # What is back is anybody's again; what is used up is nobody's.
    assert [one["container"] for one in found["allocated"]] == []
    assert f"{OLD}-2" in [one["container"] for one in found["proposed"]]
    assert f"{OLD}-1" not in [one["container"] for one in found["proposed"]]
    plant = site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def places(site: Site) -> None:
    for area in ("raw", "cold"):
        said = {"area": area, "name": {"zh": area, "en": area}, "places": [], "reason": "store"}
        site.state("identity.area_set.v1", "site", said)
    for code, kind, area in (("A-01", "storage", "raw"), ("X-01", "rejected", "raw"), ("K-01", "storage", "cold")):
        about = {"location": code, "name": {"zh": code, "en": code}, "warehouse": area, "kind": kind}
        site.state("materials.location_defined.v1", "locations", about | {"storage": None, "active": True})


@pytest.mark.urs("MAT-06", "MAT-08")
def test_what_comes_back_is_put_where_it_may_stand(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    places(site)
    assert warehouse.give(label).status_code == 200
    assert warehouse.bring(label).status_code == 200
    decided = {"material": "api-1", "lot": OLD, "status": "rejected", "reason": "assay"}
    site.state("materials.lot_status_changed.v1", f"lot/api-1/{OLD}", decided)
    back = {"container": label, "quantity": {"value": "10.000", "unit": "kg"}, "reason": None}
    answer = warehouse.keeper.post(f"{BATCH}/return", json=back | {"to": "A-01"})
    assert refused(answer) == "place_unfit"
    assert answer.json["details"] == {"location": "A-01", "status": "rejected"}
    assert warehouse.keeper.post(f"{BATCH}/return", json=back | {"to": "X-01"}).status_code == 200


@pytest.mark.urs("IDN-01", "MAT-08")
def test_who_keeps_another_area_takes_nothing_from_here(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    places(site)
    guest = {"person": "P-19", "login": "keeper-cold", "name": "x", "name_en": None}
    grants = {"grants": [{"role": "keeper", "areas": ["cold"]}]}
    site.plant.recorder.state(Fact("identity.person_added.v2", "person/P-19", guest | grants))
    other = warehouse.client("keeper-cold", "P-19")
    moved = {"container": label, "from": None, "to": "A-01", "reason": None}
    site.state("materials.container_moved.v1", f"container/{label}", moved, "P-8")
    assert warehouse.give(label).status_code == 200
    said = {"container": label, "to": None}
    answer = other.post(f"{BATCH}/issue", json=said)
    assert (answer.status_code, answer.json["code"]) == (403, "area_not_permitted")
    assert warehouse.bring(label).status_code == 200
    back = {"container": label, "quantity": {"value": "10.000", "unit": "kg"}, "to": "A-01", "reason": None}
    assert other.post(f"{BATCH}/return", json=back).json["code"] == "area_not_permitted"
    assert warehouse.keeper.post(f"{BATCH}/return", json=back).status_code == 200


@pytest.mark.urs("MAT-06", "MAT-09")
def test_what_was_filled_into_another_container_comes_back_with_that(warehouse: Warehouse) -> None:
    label = f"{OLD}-1"
    assert warehouse.give(label).status_code == 200
    assert warehouse.bring(label).status_code == 200
    part = {"container": "S-1", "quantity": {"value": "4.000", "unit": "kg"}}
    warehouse.site.state(
        "materials.container_split.v1", f"container/{label}", {"container": label, "into": [part], "reason": None}
    )
    answer = warehouse.take_back(label, "10.000")
    assert refused(answer) == "return_too_much"
    assert answer.json["details"]["held"] == "6.000 kg"
    assert warehouse.take_back(label, "6.000").status_code == 200


@pytest.mark.urs("MAT-08", "PLT-12")
def test_nothing_comes_back_while_a_tablet_may_weigh_from_it(warehouse: Warehouse) -> None:
    site = warehouse.site
    assert warehouse.give(f"{OLD}-1").status_code == 200
    assert warehouse.bring(f"{OLD}-1").status_code == 200
    given = {"lease": "lease-late", "batch": "B1", "device": "tablet-a", "person": "P-1", "lease_hash": "0" * 64}
    term = {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
    site.state("handheld.lease_issued.v1", "batch/B1", given | term)
    assert refused(warehouse.take_back(f"{OLD}-1", "10")) == "container_out"
    assert warehouse.material()["issued"][0]["returned"] is None


@pytest.mark.urs("MAT-08", "PLT-12")
def test_what_is_with_a_batch_goes_to_no_other_before_it_came_back(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    assert warehouse.give(label).status_code == 200
    assert warehouse.bring(label).status_code == 200
    freed = {"batch": "B1", "containers": [label], "reason": "not needed"}
    with pytest.raises(PestleError, match="container_with_batch"):
        site.state("production.allocation_released.v1", "batch/B1", freed, "P-3")
    assert warehouse.take_back(label, "10").status_code == 200
    site.order("B2", lots=[{"material": "api-1", "lot": OLD}])
    lines = {"containers": [{"container": label, "reason": "opened"}]}
    assert warehouse.keeper.post("/api/batches/B2/materials/allocate", json=lines).status_code == 200


@pytest.mark.urs("MAT-08", "MAT-09")
def test_no_container_comes_back_with_less_than_nothing(warehouse: Warehouse) -> None:
    label = f"{OLD}-1"
    assert warehouse.give(label).status_code == 200
    assert warehouse.bring(label).status_code == 200
    assert warehouse.take_back(label, "-5").status_code == 422
    assert warehouse.material()["issued"][0]["returned"] is None


@pytest.mark.urs("MAT-09", "PLT-10")
def test_of_two_claims_of_one_weight_the_batch_has_used_the_most(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    assert warehouse.give(label).status_code == 200
    assert warehouse.bring(label).status_code == 200
    site.put("material_weighed", weighed("B1", "9.990", lot=OLD, container=label))
    rival = site.put("material_weighed", weighed("B1", "9.980", lot=OLD, container=label), device="tablet-b")
    assert "conflict" in rival.flags
    found = warehouse.material()
    assert found["allocated"][0]["held"]["value"] == "0.010"
    assert (found["reconciled"]["used"]["value"], found["reconciled"]["open"]["value"]) == ("9.990", "0.010")


@pytest.mark.urs("MAT-08", "IDN-01")
def test_an_operator_looks_and_issues_nothing(warehouse: Warehouse) -> None:
    operator = warehouse.client("wang", "P-1")
    assert operator.get(BATCH).status_code == 200
    lines = {"containers": [{"container": f"{OLD}-1", "reason": None}]}
    assert operator.post(f"{BATCH}/allocate", json=lines).status_code == 403
    assert operator.post(f"{BATCH}/issue", json={"container": f"{OLD}-1", "to": None}).status_code == 403
    payload = {"batch": "B1", "containers": [{"container": f"{OLD}-1", "reason": None}]}
    with pytest.raises(PestleError, match="not_permitted"):
        warehouse.site.state("production.containers_allocated.v2", "batch/B1", payload, "P-1")
    old = {"batch": "B1", "containers": [f"{OLD}-1"]}
    with pytest.raises(PestleError, match="not_permitted"):
        warehouse.site.state("production.containers_allocated.v1", "batch/B1", old, "P-3")


def refilled(site: Site, source: str, *labels: str) -> None:
    into = [{"container": one, "quantity": {"value": "4.000", "unit": "kg"}} for one in labels]
    said = {"container": source, "into": into, "reason": None}
    site.state("materials.container_split.v1", f"container/{source}", said, "P-8")


@pytest.mark.urs("MAT-06", "MAT-08", "PLT-16")
def test_what_is_filled_out_of_a_batchs_container_is_the_batchs_as_well(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    assert warehouse.give(label).status_code == 200
    refilled(site, label, "S-1")
    assert [one["container"] for one in warehouse.material()["allocated"]] == [label, "S-1"]
    site.order("B2", lots=[{"material": "api-1", "lot": OLD}])
    lines = {"containers": [{"container": "S-1", "reason": "mine"}]}
    assert refused(warehouse.keeper.post("/api/batches/B2/materials/allocate", json=lines)) == "container_taken"
    assert warehouse.bring(label).status_code == 200
    # Filled over when it is with the batch, the part is with the batch too, and comes back from there.
    refilled(site, label, "S-2")
    assert refused(warehouse.bring("S-2")) == "container_issued"
    assert "container_not_allocated" not in site.put("material_weighed", weighed("B1", "3.990", container="S-2")).flags
    assert warehouse.take_back("S-2", "0.010").status_code == 200
    assert warehouse.take_back(label, "2.000").status_code == 200
    found = warehouse.material()["reconciled"]
    assert (found["issued"]["value"], found["difference"]["value"]) == ("6.000", "0.000")
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("MAT-06", "PLT-16")
def test_containers_of_different_batches_are_not_filled_together(warehouse: Warehouse) -> None:
    """At the desk it is stopped in words; what a handheld brings is kept, and each batch is told."""
    site, (first, second, third) = warehouse.site, (f"{OLD}-1", f"{OLD}-2", f"{OLD}-3")
    assert warehouse.give(first, second).status_code == 200
    answer = warehouse.keeper.post(f"/api/containers/{first}/merge", json={"from": [third], "reason": "less room"})
    assert refused(answer) == "stock_stopped"
    assert answer.json["details"]["found"] == ["allocation_mixed"]
    answer = warehouse.keeper.post(f"/api/containers/{first}/merge", json={"from": [second], "reason": None})
    assert answer.status_code == 201, answer.text
    said = {"into": third, "from": [first], "reason": None}
    told = site.state("materials.containers_merged.v1", f"container/{third}", said, "P-8")
    assert told.flags == ("allocation_mixed",)
    item = site.item("B1", "allocation_mixed")
    assert (item.details["containers"], item.details["batches"]) == ([third, first], ["B1"])


@pytest.mark.urs("MAT-09")
def test_a_count_that_is_approved_late_takes_nothing_from_what_came_back_meanwhile(warehouse: Warehouse) -> None:
    site, label = warehouse.site, f"{OLD}-1"
    area = {"area": "raw", "name": {"zh": "库", "en": "Raw"}, "places": [], "reason": "store"}
    site.state("identity.area_set.v1", "area/raw", area)
    place = {"location": "R-01", "name": {"zh": "1", "en": "1"}, "warehouse": "raw", "kind": "storage"}
    site.state("materials.location_defined.v1", "locations", place | {"storage": None, "active": True})
    moved = {"container": label, "from": None, "to": "R-01", "reason": None}
    site.state("materials.container_moved.v1", f"container/{label}", moved)
    desk = warehouse.client("chen", "P-3")
    number = desk.post("/api/counts", json={"locations": ["R-01"], "reason": None}).json["count"]
    assert warehouse.give(label).status_code == 200
    said = {"count": number, "container": label, "location": "R-01", "quantity": {"value": "9.000", "unit": "kg"}}
    site.now_ms = int(clock.now().timestamp() * 1000)
    pen = site.writers["tablet-a"]
    counting = pen.write("materials.container_counted.v1", "warehouse/raw", said | {"seen": True}, actor="P-8")
    counted = site.submit(counting).id
    time.sleep(0.01)
    assert warehouse.bring(label).status_code == 200
    assert warehouse.take_back(label, "6.000").status_code == 200
    page = desk.get(f"/api/counts/{number}").json
    assert [(one["result"], one["book"]["value"]) for one in page["lines"]] == [("differs", "10.000")]
    signed = {"digest": page["digest"], "password": PASSWORD, "login": "chen"}
    lines = [{"container": label, "entry": counted, "reason": "spilt"}]
    answer = desk.post(f"/api/counts/{number}/close", json={"lines": lines, **signed})
    assert answer.status_code == 201, answer.text
    with site.plant.engine.connect() as connection:
        held = stock.held_in(connection, label)
    assert (held and held.held) == "6.000"
    found = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert found["ok"], found["differences"]
