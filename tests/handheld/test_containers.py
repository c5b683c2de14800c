"""Containers: given to one batch at a time, carried by its leases, and what two batches say that used one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import batch_support
import pytest
from batch_support import cleared, marked, order, weighed

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.record import Recorded
from server.handheld import leases, queries
from server.materials import queries as materials
from server.production import queries as batches
from server.production.model import MISSING, USED_UP
from server.release import pages

LABELS = ["A-5/2-1", "A-5/2-2", "A-5/2-3"]


class Site(batch_support.Site):
    """Two batches and a lot of three containers."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.register("A-5/2", LABELS)
        for batch in ("B1", "B2"):
            self.plant.recorder.state(Fact("production.order_released.v1", f"batch/{batch}", order(batch), actor="P-3"))

    def register(self, lot: str, labels: list[str], unit: str = "kg", held: str = "60.000") -> tuple[str, ...]:
        rows = [{"container": label, "quantity": {"value": held, "unit": unit}} for label in labels]
        payload = {"material": "api-1", "lot": lot, "containers": rows}
        flags: tuple[str, ...] = self.state("materials.containers_received.v1", f"lot/api-1/{lot}", payload).flags
        return flags

    def allocate(self, batch: str, *labels: str, actor: str = "P-3") -> None:
        given = [{"container": label, "reason": "as the keeper has it at hand"} for label in labels]
        payload = {"batch": batch, "containers": given}
        self.state("production.containers_allocated.v2", f"batch/{batch}", payload, actor)

    def give_back(self, batch: str, *labels: str, actor: str = "P-3") -> None:
        payload = {"batch": batch, "containers": list(labels), "reason": "not needed"}
        self.state("production.allocation_released.v1", f"batch/{batch}", payload, actor)

    def allocated(self, batch: str) -> list[str]:
        with self.plant.engine.connect() as connection:
            return [one.container for one in batches.allocated_containers(connection, batch)]

    def lease(self, batch: str, device: str) -> None:
        """As `order` of the parent does it, for one device."""
        lease = self.leases[batch, device] = f"lease-{batch}-{device}"
        given = {"lease": lease, "batch": batch, "device": device, "person": "P-1", "lease_hash": "0" * 64}
        term = {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2027-12-22T09:00:00.000Z"}
        self.state("handheld.lease_issued.v1", f"batch/{batch}", given | term)

    def begin(self, batch: str, device: str) -> None:
        self.put("line_cleared", cleared(batch), device=device)
        self.put("phase_completed", marked(batch, "10"), device=device)

    def codes(self, batch: str) -> list[str]:
        with self.plant.engine.connect() as connection:
            found = batches.items_of(connection, batch)
        return sorted(one.code for one in found if one.code.startswith("container"))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def refusal(call: Any, *given: Any, **named: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(PestleError) as refused:
        call(*given, **named)
    return refused.value.code, dict(refused.value.details or {})


@pytest.mark.urs("MAT-06")
def test_a_label_is_received_once_and_what_does_not_fit_is_flagged(site: Site) -> None:
    with site.plant.engine.connect() as connection:
        found = materials.containers_of(connection, "api-1", "A-5/2")
    assert [(one.container, one.quantity) for one in found] == [
        (label, {"value": "60.000", "unit": "kg"}) for label in LABELS
    ]
    assert site.register("A-5/2", LABELS[:1]) == ("container_known",)
    assert site.register("NO-LOT", ["X-1"], "L") == ("lot_unknown", "unit_mismatch")
    assert site.register("NO-LOT", ["X-2"], "g") == ("lot_unknown",)


@pytest.mark.urs("PLT-12", "PLT-16")
def test_a_container_belongs_to_one_batch_at_a_time(site: Site) -> None:
    site.allocate("B1", LABELS[0], LABELS[1])
    taken = refusal(site.allocate, "B2", LABELS[2], LABELS[1])
    assert taken == ("container_taken", {"container": LABELS[1], "batch": "B1"})
    assert (site.allocated("B1"), site.allocated("B2")) == (LABELS[:2], [])
    assert refusal(site.give_back, "B2", LABELS[1])[0] == "container_not_allocated"
    site.give_back("B1", LABELS[1])
    site.allocate("B2", LABELS[2], LABELS[1])
    assert (site.allocated("B1"), site.allocated("B2")) == (LABELS[:1], LABELS[1:])


@pytest.mark.urs("PLT-16", "IDN-01")
def test_only_fit_containers_of_the_order_are_allocated_by_who_releases_orders(site: Site) -> None:
    assert refusal(site.allocate, "B1", LABELS[0], actor="P-1")[0] == "not_permitted"
    assert refusal(site.allocate, "B1", "NO-SUCH")[0] == "container_unknown"
    assert refusal(site.allocate, "B9", LABELS[0])[0] == "batch_unknown"
    site.receive("N-1", None)
    site.register("N-1", ["N-1-1"])
    assert refusal(site.allocate, "B1", "N-1-1")[0] == "container_wrong_lot"
    lots = [{"material": "api-1", "lot": "N-1"}]
    site.plant.recorder.state(Fact("production.order_released.v1", "batch/B3", order("B3", lots=lots), actor="P-3"))
    assert refusal(site.allocate, "B3", "N-1-1") == (
        "container_not_fit",
        {"container": "N-1-1", "status": "quarantine"},
    )


@pytest.mark.urs("PLT-12")
def test_while_a_device_holds_the_batch_its_containers_stay_with_it(site: Site) -> None:
    site.allocate("B1", LABELS[0])
    site.lease("B1", "tablet-a")
    assert refusal(site.give_back, "B1", LABELS[0]) == ("container_out", {"devices": ["tablet-a"]})
    assert refusal(site.allocate, "B2", LABELS[0])[0] == "container_taken"
    leases.revoke(site.plant, "P-3", "lease-B1-tablet-a", "the tablet is lost")
    site.give_back("B1", LABELS[0])
    site.allocate("B2", LABELS[0])
    assert site.allocated("B2") == [LABELS[0]]


@pytest.mark.urs("PLT-12")
def test_a_lease_with_a_container_that_was_released_meanwhile_is_given_to_nobody(site: Site) -> None:
    site.allocate("B1", LABELS[0])
    site.lease("B1", "tablet-a")
    terms = {"lease": "lease-B1-tablet-a", "batch": "B1", "device": "tablet-a"}
    with site.plant.engine.connect() as connection:
        told = leases._containers(connection, "B1")
    leases._check_containers(site.plant, terms, told)
    assert refusal(leases._check_containers, site.plant, terms, [])[0] == "allocation_changed"
    site.give_back("B1", LABELS[0])


@pytest.mark.urs("PLT-12")
def test_two_batches_that_use_one_container_are_told_of_in_both(site: Site) -> None:
    site.allocate("B1", LABELS[0])
    for batch, device in (("B1", "tablet-a"), ("B2", "tablet-b")):
        site.lease(batch, device)
        site.begin(batch, device)
    first = site.put("material_weighed", weighed("B1", container=LABELS[0]), device="tablet-a")
    assert not {"container_shared", "container_not_allocated"} & set(first.flags)
    second = site.put("material_weighed", weighed("B2", container=LABELS[0]), device="tablet-b")
    assert {"container_shared", "container_not_allocated"} <= set(second.flags)
    assert second.index >= 0
    for batch in ("B1", "B2"):
        assert site.codes(batch) == ["container_not_allocated", "container_shared"]
        shared = site.item(batch, "container_shared")
        assert set(shared.entries) == {first.id, second.id}
        about = {"container": LABELS[0], "allocated": "B1", "batches": ["B1", "B2"]}
        assert shared.details == about | {"severity": "major"}
        with site.plant.engine.connect() as connection:
            review = pages.review_page(connection, batch)
        assert review is not None
        [shown] = [one for one in review["open"] if one["code"] == "container_shared"]
        assert {entry["id"] for entry in shown["entries"]} == {first.id, second.id}


@pytest.mark.urs("PLT-12")
def test_the_batch_that_it_belongs_to_is_told_too_when_it_comes_second(site: Site) -> None:
    site.allocate("B1", LABELS[0])
    for batch, device in (("B1", "tablet-a"), ("B2", "tablet-b")):
        site.lease(batch, device)
        site.begin(batch, device)
    site.put("material_weighed", weighed("B2", container=LABELS[0]), device="tablet-b")
    assert (site.codes("B1"), site.codes("B2")) == (["container_not_allocated"], ["container_not_allocated"])
    site.put("material_weighed", weighed("B1", container=LABELS[0]), device="tablet-a")
    assert site.codes("B1") == site.codes("B2") == ["container_not_allocated", "container_shared"]


@pytest.mark.urs("PLT-07", "PLT-12")
def test_a_use_that_was_corrected_is_none(site: Site) -> None:
    site.allocate("B1", LABELS[0])
    for batch, device in (("B1", "tablet-a"), ("B2", "tablet-b")):
        site.lease(batch, device)
        site.begin(batch, device)
    slip = site.put("material_weighed", weighed("B2", container=LABELS[0]), device="tablet-b")
    right = weighed("B2", container=LABELS[2])
    site.put("material_weighed", right, device="tablet-b", corrects=slip.id, reason="misread the label")
    assert "container_shared" not in site.put("material_weighed", weighed("B1", container=LABELS[0])).flags


@pytest.mark.urs("PLT-16")
def test_labels_that_nobody_knows_and_of_another_lot_are_exceptions(site: Site) -> None:
    site.receive("N-1", "released")
    site.register("N-1", ["N-1-1"])
    site.lease("B1", "tablet-a")
    site.begin("B1", "tablet-a")
    assert "container_unknown" in site.put("material_weighed", weighed("B1", container="SCRIBBLE")).flags
    assert "wrong_lot" in site.put("material_weighed", weighed("B1", container="N-1-1")).flags
    unregistered = weighed("B1", lot="A-9", container="anything")
    assert "container_unknown" not in site.put("material_weighed", unregistered).flags


@pytest.mark.urs("PLT-12", "PLT-16", "MAT-06")
def test_a_weighing_that_names_no_container_of_a_lot_that_has_them_is_an_exception(site: Site) -> None:
    site.lease("B1", "tablet-a")
    site.begin("B1", "tablet-a")
    assert "container_missing" not in site.put("material_weighed", weighed("B1", lot="A-9", container=None)).flags
    found = [site.put("material_weighed", weighed("B1", container=None))]
    site.allocate("B1", LABELS[0])
    found.append(site.put("material_weighed", weighed("B1", container=None)))
    site.allocate("B1", LABELS[1])
    found.append(site.put("material_weighed", weighed("B1", container=None)))
    assert all(one.index >= 0 and "container_missing" in one.flags for one in found)
    with site.plant.engine.connect() as connection:
        items = {item.entries[-1]: item for item in batches.items_of(connection, "B1") if item.code == MISSING}
    # Of one container it is nearly certain which it was.
    assert [items[one.id].details["severity"] for one in found] == ["major", "minor", "major"]
    assert [items[one.id].details["allocated"] for one in found] == [[], LABELS[:1], LABELS[:2]]


@pytest.mark.urs("PLT-12", "PLT-16", "MAT-06")
def test_more_than_a_container_held_is_an_exception_with_all_that_was_taken(site: Site) -> None:
    site.receive("N-2", "released")
    site.register("N-2", ["N-2-1"], held="25.300")
    lots = [{"material": "api-1", "lot": "N-2"}]
    site.plant.recorder.state(Fact("production.order_released.v1", "batch/B4", order("B4", lots=lots), actor="P-3"))
    site.allocate("B4", "N-2-1")
    site.lease("B4", "tablet-a")
    site.begin("B4", "tablet-a")

    def take(net: str, phase: str, **more: Any) -> Recorded:
        payload = weighed("B4", net, lot="N-2", container="N-2-1", phase=phase)
        return site.put("material_weighed", payload, **more)

    first, second = take("12.640", "20"), take("12.660", "21")
    # What is corrected, and what is in conflict over one place, is not taken besides.
    second = take("12.600", "21", corrects=second.id, reason="misread")
    rival = take("12.590", "21", device="tablet-b")
    assert not {"container_used_up"} & {*first.flags, *second.flags, *rival.flags}
    over, empty = take("12.640", "22"), take("0.001", "23")
    with site.plant.engine.connect() as connection:
        found = {item.entries[-1]: item for item in batches.items_of(connection, "B4") if item.code == USED_UP}
        [shown] = batches.container_choices(connection, "B4", "2026-11-25")
    assert set(found) == {over.id, empty.id}
    assert found[over.id].entries == (first.id, second.id, rival.id, over.id)
    assert found[over.id].details == {
        "container": "N-2-1",
        "held": {"value": "25.300", "unit": "kg"},
        "taken": {"value": "25.240", "unit": "kg"},
        "severity": "minor",
    }
    assert found[empty.id].details["severity"] == "major"
    assert shown["taken"] == {"value": "37.881", "unit": "kg"}
    grams = weighed("B4", lot="N-2", container="N-2-1", phase="24") | {"net": {"value": "1", "unit": "g"}}
    assert "container_used_up" in site.put("material_weighed", grams).flags
    # What leads to no other unit is told for that.
    boxes = weighed("B4", lot="N-2", container="N-2-1", phase="25") | {"net": {"value": "1", "unit": "{box}"}}
    assert {"unit_mismatch", "container_used_up"} & {*site.put("material_weighed", boxes).flags} == {"unit_mismatch"}


@pytest.mark.urs("PLT-16")
def test_a_container_of_another_lot_is_found_also_where_none_of_the_named_lot_is_registered(site: Site) -> None:
    site.lease("B1", "tablet-a")
    site.begin("B1", "tablet-a")
    found = site.put("material_weighed", weighed("B1", lot="A-9", container=LABELS[0]))
    assert {"wrong_lot", "container_not_allocated"} <= set(found.flags)


@pytest.mark.urs("PLT-12")
def test_work_after_a_lease_was_taken_back_is_kept_and_flagged(site: Site) -> None:
    site.lease("B1", "tablet-a")
    before = site.put("line_cleared", cleared("B1"))
    assert "lease_revoked" not in before.flags
    leases.revoke(site.plant, "P-3", "lease-B1-tablet-a", "lost")
    assert refusal(leases.revoke, site.plant, "P-3", "lease-B1-tablet-a", "again")[0] == "lease_ended"
    assert refusal(leases.revoke, site.plant, "P-3", "no-such", "lost")[0] == "lease_unknown"
    with site.plant.engine.connect() as connection:
        lease = queries.find_lease(connection, "lease-B1-tablet-a")
    assert lease is not None
    assert lease.revoked_at is not None
    # The tablet's clock has gone on past that moment, and not past the end of its lease.
    site.now_ms = int(datetime.fromisoformat(lease.revoked_at).timestamp() * 1000)
    after = site.put("phase_completed", marked("B1", "10"))
    assert after.index >= 0
    assert "lease_revoked" in after.flags
    assert "lease_expired" not in after.flags
    assert site.item("B1", "lease_revoked").entries == (after.id,)
