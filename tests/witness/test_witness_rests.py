"""A witness finds what a server leaves out or makes up about what was left in a container (MAT-12)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from batch_support import Site, weight_read
from dispensing_support import SALT, Dispensing
from witness_support import Rig, Story

from server.core import clock
from server.production.dispensing.rests import FLAGS

pytestmark = pytest.mark.urs("PLT-18", "MAT-12")
KIND = "production.rest_weighed.v1"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A clean rest, each flag once, and portions before and after."""
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    at = Dispensing(site)
    received = {"material": "exc-2", "lot": "S-1", "containers": [at.container(one, "0.700") for one in ("C-1", "C-2")]}
    site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    given = {"batch": "B1", "containers": [{"container": "C-1", "reason": None}]}
    site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")

    def rest(net: str, label: str = "C-1", unit: str = "kg") -> tuple[str, ...]:
        said = {"batch": at.number, "phase": "20", "container": label, "net": {"value": net, "unit": unit}}
        said |= dict.fromkeys(("tare", "gross", "tare_reading", "comment"))
        shown = weight_read(net=net) | {"net": {"value": net, "unit": unit}}
        said |= {"source": "device", "reading": site.put_reading("bridge-1", "equipment.weight_read.v1", shown)}
        flags: tuple[str, ...] = site.put("rest_weighed", said).flags
        return flags

    taken = {"container": "C-1", "scanned": {"room": "2-114", "balance": "BAL-07", "container": "C-1"}}
    at.put(SALT, "0.300", **taken)
    found = [*rest("0.3998"), *rest("0.390")]
    at.put(SALT, "0.200", portion=2, **taken)
    # What was measured before is what this is compared with.
    assert rest("0.190") == ()
    found += [*rest("-0.010"), *rest("0.100", "C-9"), *rest("0.100", "C-2", "L")]
    at.again("B2")
    found += rest("0.190")
    assert set(found) == set(FLAGS)
    limits = {"balance": "BAL-07", "capacity": {"value": "0.100", "unit": "kg"}, "minimum": None, "check_hours": None}
    site.state("equipment.balance_limits_set.v1", "equipment/BAL-07", limits | {"weights": [], "reason": "USP <41>"})
    at.number = "B1"
    assert rest("0.190") == ("balance_out_of_range",)
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", [*FLAGS, "balance_out_of_range"])
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", [*FLAGS, "balance_out_of_range"])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.indices(KIND)[0]
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("kind", [KIND, "production.material_dispensed.v1", "materials.containers_received.v1"])
def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story, kind: str) -> None:
    index = story.indices(kind)[0]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story.without_payload(index).server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(erased) == 200, rig.why
