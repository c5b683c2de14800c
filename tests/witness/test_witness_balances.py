"""A witness finds flags of balances that a server leaves out or makes up, and a check that did not pass (EQP-04)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from batch_support import Site, weighed
from witness_support import Rig, Story

from server.core import clock
from server.equipment.model import CHECKED, DOUBTS, LIMITS_SET, verdict

pytestmark = pytest.mark.urs("PLT-18", "EQP-04")
WEIGHT = {"weight": "F1-20KG-03", "nominal": {"value": "20.000", "unit": "kg"}, "tolerance": "0.002"}
LIMITS: dict[str, Any] = {
    "balance": "BAL-07",
    "capacity": {"value": "30.000", "unit": "kg"},
    "minimum": {"value": "82", "unit": "g"},
    "check_hours": 24,
    "weights": [WEIGHT],
    "reason": "USP <41>",
}


def check(site: Site, net: str) -> None:
    reading = site.read_weight(net=net)
    shown = {"value": net, "unit": "kg"}
    given = {"balance": "BAL-07", "serial": "1234567", **WEIGHT, "reading": reading["id"], "shown": shown}
    given["verdict"] = verdict(WEIGHT["nominal"], "0.002", shown)
    site.state(CHECKED, "equipment/BAL-07", given, "P-1")


def weigh(site: Site, phase: str, net: str = "12.640") -> tuple[str, ...]:
    reading = site.read_weight(net=net)
    flags = site.put("material_weighed", weighed("B1", net=net, source="device", reading=reading, phase=phase)).flags
    return tuple(flag for flag in flags if flag in DOUBTS)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    site.order("B1")
    assert weigh(site, "20") == ()
    site.state(LIMITS_SET, "equipment/BAL-07", LIMITS)
    assert weigh(site, "21") == ("balance_not_checked",)
    check(site, "20.001")
    assert weigh(site, "22") == ()
    assert weigh(site, "23", "0.050") == ("below_minimum_weight",)
    assert weigh(site, "24", "30.500") == ("balance_out_of_range",)
    check(site, "20.010")
    assert weigh(site, "25") == ("balance_not_checked",)
    check(site, "20.000")
    site.now_ms += 25 * 3_600_000
    assert weigh(site, "26") == ("balance_not_checked",)
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert set(DOUBTS) <= {flag for entry in story.entries for flag in entry.stamp.flags}
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", DOUBTS)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", DOUBTS)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.indices("production.material_weighed.v1")[0]
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


def test_a_check_that_is_called_passed_and_did_not_is_found(rig: Rig, story: Story) -> None:
    payload = {"balance": "BAL-07", "serial": "1234567", **WEIGHT, "reading": "x", "verdict": "passed"}
    payload["shown"] = {"value": "20.003", "unit": "kg"}
    forged = story.server_says(CHECKED, "equipment/BAL-07", payload)
    assert rig.show(forged) == 422
    assert rig.found is not None
    assert rig.found[0] == "check_wrong"


def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story) -> None:
    index = story.indices(LIMITS_SET)[0]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    assert rig.show(story.without_payload(index).server_says("site.payloads_erased.v1", "site", payload)) == 200, (
        rig.why
    )
