"""What a balance may be used for: its range, its minimum weight and its checks, at the door and at each weighing."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, weighed, weight_read
from plant import PlantUnderTest
from recipe_support import stock

from server.core import clock
from server.core.errors import PestleError
from server.core.record import Recorded
from server.equipment import queries
from server.equipment.model import CHECKED, LIMITS_SET, Check, Limits, doubts, verdict
from server.handheld import leases
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("EQP-04")
WEIGHT = {"weight": "F1-20KG-03", "nominal": {"value": "20.000", "unit": "kg"}, "tolerance": "0.002"}
LIMITS: dict[str, Any] = {
    "capacity": {"value": "30.000", "unit": "kg"},
    "minimum": {"value": "82", "unit": "g"},
    "check_hours": 24,
    "weights": [WEIGHT],
    "reason": "USP <41>",
}
AT = "2026-11-22T09:30:00.000Z"


def kg(value: str) -> dict[str, str]:
    return {"value": value, "unit": "kg"}


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        (kg("20.000"), "passed"),
        (kg("20.002"), "passed"),
        (kg("19.998"), "passed"),
        (kg("20.003"), "failed"),
        (kg("19.997"), "failed"),
        ({"value": "20001.5", "unit": "g"}, "passed"),
        ({"value": "20002.1", "unit": "g"}, "failed"),
        ({"value": "20.000", "unit": "pcs"}, "failed"),
    ],
)
def test_a_test_weight_passes_within_its_tolerance_whatever_the_unit(shown: dict[str, str], right: str) -> None:
    assert verdict(kg("20.000"), "0.002", shown) == right


@pytest.mark.parametrize(
    ("net", "code"),
    [
        (kg("0.082"), None),
        (kg("0.0819"), "below_minimum_weight"),
        ({"value": "81.9", "unit": "g"}, "below_minimum_weight"),
        (kg("30.000"), None),
        (kg("30.001"), "balance_out_of_range"),
    ],
)
def test_both_ends_of_the_range_belong_to_it(net: dict[str, str], code: str | None) -> None:
    passed = Check("c", "F1-20KG-03", kg("20.000"), "passed", AT, "P-1")
    found = doubts(Limits.of(LIMITS), {"F1-20KG-03": passed}, net, AT)
    assert [one for one, _ in found] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("last", "at", "problem"),
    [
        (None, AT, "missing"),
        (("failed", AT), AT, "failed"),
        (("passed", AT), "2026-11-23T09:30:00.000Z", None),
        (("passed", AT), "2026-11-23T09:30:00.001Z", "expired"),
    ],
)
def test_a_check_holds_for_its_hours(last: tuple[str, str] | None, at: str, problem: str | None) -> None:
    check = None if last is None else Check("c", "F1-20KG-03", kg("20.000"), last[0], last[1], "P-1")
    found = doubts(Limits.of(LIMITS), {"F1-20KG-03": check}, kg("12.640"), at)
    assert found == (
        [] if problem is None else [("balance_not_checked", {"problem": problem, "weights": ["F1-20KG-03"]})]
    )


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A plant whose server has the time of its tablets."""
    site = Site(database_url, tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    site.order("B1")
    yield site
    clock.use_system()
    site.plant.close()


def limit(site: Site, **changes: Any) -> Recorded:
    return site.state(LIMITS_SET, "equipment/BAL-07", {"balance": "BAL-07", **LIMITS, **changes}, "server")


def check(site: Site, net: str = "20.001", **changes: Any) -> Recorded:
    reading = site.read_weight(net=net)
    given = {"balance": "BAL-07", "serial": "1234567", **WEIGHT, "reading": reading["id"], "shown": kg(net)}
    given["verdict"] = verdict(WEIGHT["nominal"], WEIGHT["tolerance"], kg(net))
    return site.state(CHECKED, "equipment/BAL-07", given | changes, "P-1")


def weigh(site: Site, net: str = "12.640") -> tuple[str, ...]:
    reading = site.read_weight(net=net)
    limits = {"low": "0.000", "high": "99.000", "target": None, "unit": "kg"}
    recorded = site.put("material_weighed", weighed("B1", net=net, source="device", reading=reading, limits=limits))
    return tuple(
        one for one in recorded.flags if one in ("balance_not_checked", "below_minimum_weight", "balance_out_of_range")
    )


def test_a_weighing_is_judged_by_the_limits_and_checks_of_its_balance(site: Site) -> None:
    assert weigh(site) == ()  # nothing was set
    limit(site)
    assert weigh(site) == ("balance_not_checked",)
    assert site.item("B1", "balance_not_checked").details["problem"] == "missing"
    check(site, "20.005")
    assert weigh(site) == ("balance_not_checked",)
    check(site)
    assert weigh(site) == ()
    assert weigh(site, "0.081") == ("below_minimum_weight",)
    assert weigh(site, "30.001") == ("balance_out_of_range",)
    details = site.item("B1", "below_minimum_weight").details
    assert (details["balance"], details["minimum"], details["severity"]) == ("BAL-07", LIMITS["minimum"], "major")
    site.now_ms += 24 * 3_600_000
    assert weigh(site) == ("balance_not_checked",)


def test_a_check_that_fails_ends_the_one_that_passed(site: Site) -> None:
    limit(site)
    check(site)
    check(site, "19.990")
    assert weigh(site) == ("balance_not_checked",)


def test_a_weight_that_was_typed_is_not_judged_by_a_balance(site: Site) -> None:
    limit(site)
    recorded = site.put("material_weighed", weighed("B1"))
    assert "balance_not_checked" not in recorded.flags


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reading": "0193f5f0-0000-7000-8000-000000000001"}, "not_in_log"),
        ({"shown": {"value": "20.000", "unit": "kg"}}, "other_value"),
        ({"verdict": "failed"}, "other_value"),
        ({"serial": "7654321"}, "other_value"),
    ],
)
def test_a_check_says_what_its_reading_says(site: Site, changes: dict[str, Any], problem: str) -> None:
    limit(site)
    with pytest.raises(PestleError) as refused:
        check(site, **changes)
    assert (refused.value.code, refused.value.details) == ("check_reading_unusable", {"problem": problem})


def test_a_check_needs_a_weight_of_the_balance_and_a_fresh_stable_reading_of_its_own(site: Site) -> None:
    with pytest.raises(PestleError, match="check_weight_unknown"):
        check(site)  # nothing was set
    limit(site)
    for changes in ({"weight": "F1-1KG-01"}, {"tolerance": "0.200"}, {"nominal": kg("20.001")}):
        with pytest.raises(PestleError, match="check_weight_unknown"):
            check(site, **changes)
    reading = site.read_weight(net="20.000", quality="dynamic")
    assert refusal(site, reading["id"]) == "unstable"
    reading = site.read_weight(net="20.000", balance="BAL-08")
    assert refusal(site, reading["id"]) == "other_balance"
    reading = site.read_weight(net="20.000")
    site.now_ms += 16 * 60_000
    assert refusal(site, reading["id"]) == "old"
    reading = site.read_weight(net="20.000")
    check(site, reading=reading["id"], shown=kg("20.000"))
    assert refusal(site, reading["id"]) == "reused"


def refusal(site: Site, reading: str) -> str:
    with pytest.raises(PestleError) as refused:
        check(site, "20.000", reading=reading)
    assert refused.value.code == "check_reading_unusable"
    return str(refused.value.details["problem"])


def test_the_reading_of_a_check_is_no_weight_of_a_batch(site: Site) -> None:
    limit(site)
    reading = site.read_weight(net="20.000")
    taken = check(site, reading=reading["id"], shown=kg("20.000"))
    recorded = site.put("material_weighed", weighed("B1", net="20.000", source="device", reading=reading))
    assert "reading_unverified" in recorded.flags
    details = site.item("B1", "reading_unverified").details
    assert (details["problem"], details["used_by"]) == ("reused", taken.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weights": []}, "weights"),
        ({"check_hours": None}, "weights"),
        ({"weights": [WEIGHT, WEIGHT]}, "weights"),
        ({"weights": [WEIGHT | {"tolerance": "0"}]}, "weights"),
        ({"weights": [WEIGHT | {"tolerance": "20.000"}]}, "weights"),
        ({"minimum": kg("30.000")}, "minimum"),
        ({"minimum": {"value": "1", "unit": "L"}}, "minimum"),
        ({"minimum": kg("-1")}, "minimum"),
    ],
)
def test_limits_that_cannot_be_are_refused(site: Site, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(PestleError) as refused:
        limit(site, **changes)
    assert (refused.value.code, refused.value.details["field"]) == ("balance_limits_wrong", field)


def test_limits_may_be_of_each_alone_and_of_a_balance_in_the_register(site: Site) -> None:
    limit(site, capacity=None, minimum=None)
    limit(site, check_hours=None, weights=[])
    with site.plant.engine.connect() as connection:
        found = queries.limits_of(connection, "BAL-07")
    assert found is not None
    assert (found.check_hours, found.minimum) == (None, LIMITS["minimum"])
    with pytest.raises(PestleError, match="balance_unknown"):
        site.state(LIMITS_SET, "equipment/BAL-99", {"balance": "BAL-99", **LIMITS})


def test_a_tablet_is_lent_what_the_balance_may_be_used_for(site: Site) -> None:
    with site.plant.engine.connect() as connection:
        (before,) = leases._of_site(site.plant, connection, ("batch.work",))["equipment"]
    limit(site)
    check(site)
    with site.plant.engine.connect() as connection:
        (piece,) = leases._of_site(site.plant, connection, ("batch.work",))["equipment"]
    assert "gates" not in before
    assert piece["gates"]["minimum"] == LIMITS["minimum"]
    (last,) = piece["gates"]["checks"]
    assert (last["weight"], last["verdict"], last["shown"]) == ("F1-20KG-03", "passed", kg("20.001"))


def test_limits_and_checks_over_http(database_url: str, tmp_path: Path) -> None:
    plant = PlantUnderTest(database_url, tmp_path)
    try:
        stock(plant)
        signer = Ed25519Signer.generate()
        key = base64.b64encode(signer.public_key).decode()
        bridge = {"device": "bridge-1", "name": "b", "role": "bridge", "alg": "ed25519", "public_key": key}
        plant.state("identity.device_enrolled.v1", "device/bridge-1", bridge)
        writer = DeviceWriter("bridge-1", signer)
        read = writer.write("equipment.weight_read.v1", "equipment/BAL-07", weight_read(net="20.001"), actor="bridge-1")
        recorded = plant.plant.recorder.submit(read, source="test")
        assert isinstance(recorded, Recorded)

        engineer, keeper = plant.client("wang"), plant.client("zhao")
        assert keeper.post("/api/balances/BAL-07/limits", json=LIMITS).status_code == 403
        assert engineer.post("/api/balances/BAL-99/limits", json=LIMITS).json["code"] == "balance_unknown"
        assert engineer.post("/api/balances/BAL-07/limits", json=LIMITS).status_code == 201
        body = {"weight": "F1-20KG-03", "reading": recorded.id}
        wrong = keeper.post("/api/balances/BAL-07/checks", json=body | {"weight": "X"})
        assert (wrong.status_code, wrong.json["code"]) == (422, "check_weight_unknown")
        answer = keeper.post("/api/balances/BAL-07/checks", json=body)
        assert answer.status_code == 201, answer.text
        (one,) = answer.json["checks"]
        assert (one["verdict"], one["by"]["id"]) == ("passed", "P-0005")
        again = keeper.post("/api/balances/BAL-07/checks", json=body)
        assert (again.status_code, again.json["details"]) == (409, {"problem": "reused"})
        assert keeper.get("/api/balances/BAL-07").json["gates"]["check_hours"] == 24
        (listed,) = plant.client("li").get("/api/balances").json["items"]
        assert listed["gates"]["checks"][0]["verdict"] == "passed"
        assert keeper.get("/api/balances/BAL-99").json["code"] == "balance_unknown"
    finally:
        plant.close()
