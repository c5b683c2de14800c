"""Observations of a batch through the door, on both databases: what is kept, flagged, and left for QA."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import LOT, Site, checked, cleared, marked, order, parameter, scale_read, weighed

from server.core.errors import PestleError
from server.identity import queries as identity
from server.production import queries
from sync.signing import Ed25519Signer


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def weigh(site: Site) -> None:
    """Bring the batch to its weighing."""
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))


@pytest.mark.urs("PRD-04", "PRD-05")
def test_a_whole_batch_goes_from_ordered_to_awaiting_review_without_an_exception(site: Site) -> None:
    assert (site.line("B1").status, site.line("B1").phase) == ("ordered", {"id": "10", "name": cleared_name()})
    site.put("phase_started", marked("B1", "10"))
    assert site.line("B1").status == "in_progress"
    site.work("B1")
    line = site.line("B1")
    assert (line.status, line.phases_done, line.phases_total, line.phase) == ("awaiting_review", 4, 4, None)
    assert (line.open_items, site.items("B1")) == (0, [])


def cleared_name() -> dict[str, str]:
    return {"zh": "clearance", "en": "clearance"}


@pytest.mark.urs("PRD-06")
def test_a_value_out_of_limits_is_kept_flagged_and_an_exception_with_its_comment(site: Site) -> None:
    weigh(site)
    site.put("phase_completed", marked("B1", "20"))
    recorded = site.put("parameter_recorded", parameter("B1", "speed", "15", "rpm", comment="gear slipped"))
    assert recorded.flags == ("out_of_limits",)
    item = site.item("B1", "out_of_limits")
    assert (item.slot, item.entries, item.comment) == ("30/speed", (recorded.id,), "gear slipped")
    assert item.details["comment_missing"] is False
    assert site.line("B1").open_items == 1


@pytest.mark.urs("PRD-06", "PLT-16")
def test_a_value_out_of_limits_without_comment_is_kept_as_well(site: Site) -> None:
    weigh(site)
    site.put("phase_completed", marked("B1", "20"))
    site.put("parameter_recorded", parameter("B1", "time", "14", "min"))
    assert site.item("B1", "out_of_limits").details["comment_missing"] is True


@pytest.mark.urs("BRG-02", "MAT-12")
def test_a_weight_from_a_reading_of_a_bridge_is_clean(site: Site) -> None:
    weigh(site)
    reading = site.read_weight()
    recorded = site.put("material_weighed", weighed("B1", source="device", reading=reading))
    assert (recorded.flags, site.items("B1")) == ((), [])


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize("problem", ["not_in_log", "not_a_bridge", "other_value", "unstable", "reused", "missing"])
def test_a_weight_whose_reading_cannot_be_verified_is_an_exception(site: Site, problem: str) -> None:
    weigh(site)
    net = "12.641" if problem == "other_value" else "12.640"
    reading = site.read_weight(
        device="tablet-b" if problem == "not_a_bridge" else "bridge-1",
        net=net,
        quality="dynamic" if problem == "unstable" else "stable",
    )
    if problem == "reused":
        site.order("B2")
        site.put("material_weighed", weighed("B2", source="device", reading=reading))
    named = {"not_in_log": reading | {"id": "0" * 36}, "missing": None}.get(problem, reading)
    recorded = site.put("material_weighed", weighed("B1", source="device", reading=named))
    assert recorded.flags == ("reading_unverified",)
    assert site.item("B1", "reading_unverified").details["problem"] == problem


@pytest.mark.urs("BRG-02")
def test_what_a_scale_without_stability_read_is_no_weight_to_dispense_by(site: Site) -> None:
    weigh(site)
    reading = site.put_reading("bridge-1", "equipment.scale_read.v1", scale_read(weight="12.640"))
    recorded = site.put("material_weighed", weighed("B1", source="device", reading=reading))
    assert recorded.flags == ("reading_unverified",)
    assert site.item("B1", "reading_unverified").details["problem"] == "unstable"


@pytest.mark.urs("PLT-07", "BRG-02")
def test_a_correction_may_name_the_reading_of_the_entry_it_corrects(site: Site) -> None:
    weigh(site)
    reading = site.read_weight()
    first = site.put("material_weighed", weighed("B1", source="device", reading=reading, container="2/9"))
    again = weighed("B1", source="device", reading=reading)
    second = site.put("material_weighed", again, corrects=first.id, reason="wrong container noted")
    assert second.flags == ()


@pytest.mark.urs("IDN-05", "IDN-06")
def test_a_typed_weight_with_the_second_persons_own_signature_is_no_exception(site: Site) -> None:
    weigh(site)
    recorded = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    assert (recorded.flags, site.items("B1")) == ((), [])


@pytest.mark.urs("IDN-06")
@pytest.mark.parametrize(
    ("verifier", "cosigner", "codes"),
    [
        (None, None, ["manual_weight_unverified"]),
        ("P-2", None, ["manual_weight_unverified"]),
        ("P-2", "P-3", ["manual_weight_unverified"]),
        ("P-1", "P-1", ["verifier_is_performer"]),
        ("P-7", "P-7", ["person_not_permitted"]),
    ],
)
def test_a_typed_weight_that_nobody_fit_has_verified(
    site: Site, verifier: str | None, cosigner: str | None, codes: list[str]
) -> None:
    weigh(site)
    site.put("material_weighed", weighed("B1", verified_by=verifier), cosigner=cosigner)
    assert [code for code, _, _ in site.items("B1")] == codes


@pytest.mark.urs("IDN-05")
def test_a_second_signature_by_another_key_than_the_persons_does_not_count(site: Site) -> None:
    weigh(site)
    site.keys["P-2"] = Ed25519Signer.generate()
    site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    assert site.item("B1", "manual_weight_unverified").details["problem"] == "signature"


@pytest.mark.urs("IDN-05")
def test_a_second_signature_taken_from_another_entry_does_not_count(site: Site) -> None:
    weigh(site)
    site.order("B2")
    writer = site.writers["tablet-b"]
    other = site.cosign(
        writer.write("production.material_weighed.v1", "batch/B2", weighed("B2"), actor="P-1", subject="20/net"),
        "P-2",
    )
    site.submit(other)
    payload = weighed("B1", verified_by="P-2")
    mine = writer.write("production.material_weighed.v1", "batch/B1", payload, actor="P-1", subject="20/net")
    second = other.signatures[other.signatures.index(b"},{") + 2 :]
    forged = replace(mine, signatures=mine.signatures[:-1] + b"," + second)
    assert "manual_weight_unverified" in site.submit(forged).flags


@pytest.mark.urs("PRD-05")
def test_work_out_of_order_is_one_exception_for_its_phase_and_a_flag_on_each_entry(site: Site) -> None:
    flags = [
        site.put("phase_started", marked("B1", "30")).flags,
        site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm")).flags,
        site.put("check_recorded", checked("B1", 1, ["79.0", "80.0", "82.0"], "80.33")).flags,
    ]
    assert flags == [("phase_order",)] * 3
    found = [(code, slot) for code, slot, _ in site.items("B1")]
    assert found == [("phase_order", "30/started"), ("phase_order", "40/hardness/1")]


@pytest.mark.urs("MAT-08")
def test_a_lot_that_was_not_allocated_is_flagged_and_stands_in_the_genealogy(site: Site) -> None:
    weigh(site)
    site.receive("A-6")
    payload = weighed("B1", source="device", reading=site.read_weight(), lot="A-6")
    assert site.put("material_weighed", payload).flags == ("wrong_lot",)
    with site.plant.engine.connect() as connection:
        assert queries.batches_using(connection, "api-1", "A-6") == ["B1"]


@pytest.mark.urs("MAT-07")
@pytest.mark.parametrize(
    ("status", "expiry", "found"),
    [(None, "2028-01-01", "quarantine"), ("rejected", "2028-01-01", "rejected"), ("released", "2026-11-21", "expired")],
)
def test_a_lot_that_is_not_fit_for_use_that_day_is_flagged(
    site: Site, status: str | None, expiry: str, found: str
) -> None:
    site.receive("A-7", status, expiry)
    site.order("B3", lots=[LOT, {"material": "api-1", "lot": "A-7"}])
    site.put("phase_completed", marked("B3", "10"))
    site.put("material_weighed", weighed("B3", source="device", reading=site.read_weight(), lot="A-7"))
    assert site.item("B3", "lot_not_released").details["status"] == found


@pytest.mark.urs("PLT-10")
def test_two_tablets_that_weigh_for_one_slot_are_both_kept_and_a_conflict_for_qa(site: Site) -> None:
    weigh(site)
    first = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    second = site.put("material_weighed", weighed("B1", "12.650", verified_by="P-2"), cosigner="P-2", device="tablet-b")
    assert (first.flags, second.flags) == ((), ("conflict",))
    item = site.item("B1", "conflict")
    assert (item.slot, item.entries, item.state) == ("20/net", (first.id, second.id), "open")


@pytest.mark.urs("PLT-10")
def test_a_third_claim_joins_the_open_conflict(site: Site) -> None:
    weigh(site)
    ids = []
    for device in ("tablet-a", "tablet-b", "tablet-a"):
        payload = weighed("B1", verified_by="P-2")
        ids.append(site.put("material_weighed", payload, cosigner="P-2", device=device).id)
    assert site.item("B1", "conflict").entries == tuple(ids)
    assert site.line("B1").open_items == 1


@pytest.mark.urs("PLT-07")
def test_a_correction_supersedes_and_both_values_stay(site: Site) -> None:
    site.put("line_cleared", cleared("B1"))
    first = site.put("remark_added", {"batch": "B1", "phase": None, "text": "punch 3 changed"})
    second = site.put(
        "remark_added",
        {"batch": "B1", "phase": None, "text": "punch 4 changed"},
        corrects=first.id,
        reason="misread",
    )
    assert second.flags == ()
    with site.plant.engine.connect() as connection:
        shown = {view["id"]: view for view in queries.entry_views(connection, [first.index, second.index])}
    assert shown[first.id]["corrected_by"] == second.id
    assert shown[first.id]["payload"]["text"] == "punch 3 changed"
    assert (shown[second.id]["corrects"], shown[second.id]["reason"]) == (first.id, "misread")


@pytest.mark.urs("PLT-07", "IDN-06")
def test_an_entry_is_shown_with_the_name_of_its_verifier(site: Site) -> None:
    both = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    alone = site.put("remark_added", {"batch": "B1", "phase": None, "text": "punch 3 changed"})
    with site.plant.engine.connect() as connection:
        [first, second] = queries.entry_views(connection, [both.index, alone.index])
        assert first["verifier"] == identity.people(connection, ["P-2"])["P-2"]
    assert first["verifier"]["id"] == "P-2"
    assert first["verifier"]["name"] not in ("P-2", first["actor"]["name"])
    assert second["verifier"] is None


@pytest.mark.urs("PLT-07", "PLT-10")
def test_two_corrections_of_one_entry_are_a_conflict(site: Site) -> None:
    first = site.put("line_cleared", cleared("B1"))
    one = site.put("line_cleared", cleared("B1"), corrects=first.id, reason="once")
    two = site.put("line_cleared", cleared("B1"), corrects=first.id, reason="twice", device="tablet-b")
    assert one.flags == ()
    assert two.flags == ("conflict",)
    assert site.item("B1", "conflict").entries == (one.id, two.id)


@pytest.mark.urs("PLT-07")
def test_a_correction_of_nothing_known_or_without_a_reason_is_an_exception(site: Site) -> None:
    first = site.put("line_cleared", cleared("B1"))
    unknown = site.put("remark_added", {"batch": "B1", "phase": None, "text": "x"}, corrects="0" * 36, reason="why")
    silent = site.put("line_cleared", cleared("B1"), corrects=first.id)
    assert unknown.flags == ("correction_unknown",)
    assert "correction_unknown" in silent.flags


@pytest.mark.urs("PLT-12", "IDN-01", "IDN-08")
@pytest.mark.parametrize("person", ["P-7", "P-9", "P-404"])
def test_work_by_somebody_who_may_not_is_kept_and_an_exception(site: Site, person: str) -> None:
    recorded = site.put("line_cleared", cleared("B1"), actor=person)
    assert recorded.flags == ("person_not_permitted",)
    assert site.item("B1", "person_not_permitted").details == {"person": person}


@pytest.mark.urs("PLT-16", "QUA-05")
def test_an_exception_that_people_report_is_an_entry_and_an_item(site: Site) -> None:
    report: dict[str, Any] = {
        "batch": "B1",
        "code": "reported",
        "phase": "10",
        "slot": None,
        "entries": [],
        "details": {},
    }
    recorded = site.put("exception_raised", report | {"comment": "oil on the floor"})
    assert recorded.flags == ()
    item = site.item("B1", "reported")
    assert (item.id, item.comment, item.phase) == (recorded.id, "oil on the floor", "10")


@pytest.mark.urs("PLT-16")
def test_a_conflict_that_a_device_states_decides_nothing(site: Site) -> None:
    stated = {"batch": "B1", "slot": "20/net", "phase": "20", "entries": ["a", "b"]}
    assert "not_permitted_from_device" in site.put("conflict_found", stated, subject="20/net").flags
    assert site.items("B1") == []


@pytest.mark.urs("PLT-16")
def test_entries_of_a_batch_that_nobody_ordered_are_kept(site: Site) -> None:
    assert "batch_unknown" in site.put("line_cleared", cleared("B9")).flags
    assert [code for code, _, _ in site.items("B9")] == ["batch_unknown", "lease_unknown"]
    site.order("B9")
    assert site.line("B9").open_items == 2


@pytest.mark.urs("PLT-02")
def test_an_entry_whose_header_names_another_slot_or_batch_is_an_exception(site: Site) -> None:
    site.order("B2")
    assert "subject_mismatch" in site.put("line_cleared", cleared("B1"), subject="20/net").flags
    assert "subject_mismatch" in site.put("line_cleared", cleared("B2"), stream="batch/B1").flags


@pytest.mark.urs("PRD-04")
def test_a_batch_number_is_given_once_and_only_for_an_approved_recipe(site: Site) -> None:
    for changes, code in (({}, "batch_known"), ({"batch": "B7", "recipe_hash": "0" * 64}, "recipe_unknown")):
        payload = order("B1") | changes
        with pytest.raises(PestleError) as refused:
            site.state("production.order_released.v1", f"batch/{payload['batch']}", payload)
        assert refused.value.code == code


@pytest.mark.urs("IDN-01", "PRD-04")
def test_an_operator_does_not_release_an_order(site: Site) -> None:
    with pytest.raises(PestleError) as refused:
        site.state("production.order_released.v1", "batch/B7", order("B7"), actor="P-1")
    assert refused.value.code == "not_permitted"
