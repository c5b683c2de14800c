"""What a reviewer is shown and when a signature is refused, situation by situation, without a database."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.production import model as production
from server.production.model import BatchEntry, Item
from server.release import rules
from server.release.model import DeviceHead, Disposition, Gate, Holding, Notice, Review

NAME = {"zh": "名", "en": "name"}
PHASES: list[dict[str, Any]] = [
    {"id": "10", "type": "line_clearance", "items": []},
    {"id": "20", "type": "weighing"},
]


def entry(id_: str, kind: str = production.WEIGHED, **changes: Any) -> BatchEntry:
    known = BatchEntry(1, id_, kind, "B1", "20/net", "20", "P-1", None, "T-1", "device", None, None, False)
    return replace(known, **changes)


def item(id_: str, type_: str = "exception", code: str = "out_of_limits", state: str = "open") -> Item:
    return Item(id_, 9, type_, code, "20", "20/net", state, ("E1",), {}, None, None)


def signed(decision: str) -> Disposition:
    return Disposition(decision, {}, {}, "2026-11-22T09:30:00.000Z", 480, "0" * 64, 3, "0" * 64, (), None)


def shown(*notices: Notice) -> str:
    return rules.digest("B1", notices, (1, 2), [rules.gate("phases", [])], (5, "0" * 64), [])


@pytest.mark.urs("PRD-13")
def test_exceptions_come_first_and_a_plain_weighing_is_clean() -> None:
    entries = [entry("E1"), entry("E2", slot="30/net")]
    notices = rules.notices([item("X1")], entries)
    assert [notice.id for notice in notices] == ["X1"]
    assert rules.clean(notices, entries) == 1


@pytest.mark.urs("PRD-13")
def test_manual_weights_corrections_remarks_and_photos_are_notable() -> None:
    entries = [
        entry("E1", source="manual"),
        entry("E2", source="manual", corrects="E1"),
        entry("E3", production.REMARK),
        entry("E4", production.PHOTO),
    ]
    found = [(notice.type, notice.entries, notice.state) for notice in rules.notices([], entries)]
    assert found == [
        ("manual_weight", ("E1",), "info"),
        ("manual_weight", ("E2",), "info"),
        ("correction", ("E1", "E2"), "info"),
        ("remark", ("E3",), "info"),
        ("photo", ("E4",), "info"),
    ]


@pytest.mark.urs("PRD-13")
def test_an_entry_after_the_disposition_is_shown_as_late() -> None:
    (notice,) = rules.notices([item("X1", code="late_entry")], [])
    assert (notice.type, notice.state) == ("late_entry", "open")


@pytest.mark.urs("WHS-02")
def test_a_phase_counts_when_it_is_completed_and_all_its_slots_are_filled() -> None:
    cleared = entry("E0", production.CLEARED, slot="10/clearance")
    assert rules.phases_gate(PHASES, [], []).details == ("10", "20")
    assert rules.phases_gate(PHASES, ["10", "20"], [cleared]).details == ("20/net",)
    assert rules.phases_gate(PHASES, ["10", "20"], [cleared, entry("E1")]) == Gate("phases", True, 0)


@pytest.mark.urs("WHS-02")
def test_conflicts_exceptions_and_deviations_are_gates_until_they_are_decided() -> None:
    items = [item("C1", "conflict", "conflict"), item("X1"), item("X2", state="assessed")]
    items += [item("DEV-2026-0001", "deviation", "reported"), item("DEV-2026-0002", "deviation", state="closed")]
    conflicts, exceptions, deviations = rules.items_gates(items)
    assert (deviations.met, deviations.count, deviations.details) == (False, 1, ("DEV-2026-0001",))
    assert (conflicts.met, conflicts.count, conflicts.details) == (False, 1, ("20/net",))
    assert (exceptions.met, exceptions.count, exceptions.details) == (False, 1, ("out_of_limits",))


@pytest.mark.urs("WHS-02")
@pytest.mark.parametrize(
    ("decision", "meaning", "status", "before", "stale", "produced", "code"),
    [
        ("released", "reviewed_and_released", "awaiting_review", None, False, False, None),
        ("rejected", "reviewed_and_rejected", "in_progress", None, False, True, None),
        ("released", "reviewed_and_rejected", "awaiting_review", None, False, False, "meaning_unknown"),
        ("rejected", "qualified_person", "awaiting_review", None, False, False, "meaning_unknown"),
        ("released", "qualified_person", "historical", None, False, False, "batch_historical"),
        ("released", "qualified_person", "released", "released", False, False, "batch_disposed"),
        ("released", "qualified_person", "released", "released", True, False, None),
        ("rejected", "reviewed_and_rejected", "released", "released", True, False, None),
        ("released", "qualified_person", "rejected", "rejected", True, False, "batch_disposed"),
    ],
)
def test_when_a_signature_may_be_set(
    decision: str, meaning: str, status: str, before: str | None, stale: bool, produced: bool, code: str | None
) -> None:
    earlier = None if before is None else signed(before)
    assert rules.refusal(decision, meaning, status, earlier, stale, produced) == code


@pytest.mark.urs("IDN-08")
def test_who_produced_does_not_release() -> None:
    found = rules.refusal("released", "qualified_person", "awaiting_review", None, False, True)
    assert found == "releaser_produced"


@pytest.mark.urs("IDN-04")
def test_a_signature_is_refused_on_another_review_than_was_shown_and_on_open_gates() -> None:
    review = Review("B1", (), (), 1, 1, (rules.gate("phases", ["10"]),), 5, "0" * 64, (), "d" * 64)
    assert rules.blocked("released", review, "e" * 64) == "digest_stale"
    assert rules.blocked("released", review, "d" * 64) == "release_blocked"
    assert rules.blocked("rejected", review, "d" * 64) is None
    assert rules.blocked("released", replace(review, gates=(rules.gate("phases", []),)), "d" * 64) is None


@pytest.mark.urs("IDN-04")
@given(states=st.lists(st.sampled_from(["open", "assessed", "resolved"]), min_size=1, max_size=5))
def test_the_digest_covers_every_item_and_its_state(states: list[str]) -> None:
    notices = rules.notices([item(f"X{number}", state=state) for number, state in enumerate(states)], [])
    other = {"open": "assessed", "assessed": "open", "resolved": "open"}
    changed = [replace(notices[0], state=other[notices[0].state]), *notices[1:]]
    assert shown(*notices) == shown(*notices)
    assert len({shown(*notices), shown(*changed), shown(*notices[1:])}) == 3


@pytest.mark.urs("IDN-04")
def test_the_digest_covers_gates_counts_and_the_place_in_the_stream() -> None:
    gate = rules.gate("phases", [])
    stream, heads = (5, "0" * 64), [DeviceHead("T-1", 7, "0" * 64)]
    digests = {
        rules.digest("B1", [], (0, 0), [gate], stream, heads),
        rules.digest("B2", [], (0, 0), [gate], stream, heads),
        rules.digest("B1", [], (0, 1), [gate], stream, heads),
        rules.digest("B1", [], (1, 0), [gate], stream, heads),
        rules.digest("B1", [], (0, 0), [rules.gate("phases", ["10"])], stream, heads),
        rules.digest("B1", [], (0, 0), [replace(gate, waived=("T-1",))], stream, heads),
        rules.digest("B1", [], (0, 0), [gate], (6, "0" * 64), heads),
        rules.digest("B1", [], (0, 0), [gate], (5, "1" * 64), heads),
        rules.digest("B1", [], (0, 0), [gate], stream, []),
        rules.digest("B1", [], (0, 0), [gate], stream, [DeviceHead("T-1", 8, "0" * 64)]),
        rules.digest("B1", [], (0, 0), [gate], stream, [DeviceHead("T-1", 7, "1" * 64)]),
    }
    assert len(digests) == 11


@pytest.mark.urs("PLT-11", "IDN-08")
@pytest.mark.parametrize(
    ("held", "shown", "before", "stale", "produced", "code"),
    [
        (("leases",), (9, 5), None, False, False, None),
        (("devices",), (9, 5), "released", True, False, None),
        (("devices",), (9, 5), "released", False, False, "batch_disposed"),
        ((), (9, 5), None, False, False, "device_owes_nothing"),
        (None, (9, 5), None, False, False, "device_owes_nothing"),
        (("leases",), (9, 6), None, False, False, "waiver_stale"),
        (("leases",), (8, 5), None, False, False, "waiver_stale"),
        (("leases",), (9, 5), None, False, True, "waiver_produced"),
    ],
)
def test_when_a_device_may_be_waived(
    held: tuple[str, ...] | None,
    shown: tuple[int, int],
    before: str | None,
    stale: bool,
    produced: bool,
    code: str | None,
) -> None:
    holding = None if held is None else Holding("T-1", None, 9, 5, held, ())
    earlier = None if before is None else signed(before)
    assert rules.waiver_refused(holding, shown, earlier, stale, produced) == code
