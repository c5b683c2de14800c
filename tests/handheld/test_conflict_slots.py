"""Every kind of entry, recorded on two tablets that do not know of each other: where that is a conflict, and its end.

The table is `tests/vectors/slots.json`; the app's test of what a tablet shows reads the same one. `conflict` says what
rivals in a slot: any two `values`, or only two `corrections` of one entry.
"""

import json
from typing import Any

import pytest
from handheld_support import Site, Tablet
from support import ROOT

from server.core.kinds import Fact
from server.handheld.hub.backlog import DECIDED
from server.production import model, queries
from sync.entry import Envelope

BATCH, DOC = "B-1", "batch/B-1"
ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests/vectors/slots.json").read_text("utf-8"))


def two(site: Site) -> tuple[Tablet, Tablet]:
    """Tablets that know nothing of each other's work until they have delivered their own."""
    tablets = site.tablet("T-1", BATCH), site.tablet("T-2", BATCH)
    for tablet in tablets:
        tablet.connect().wait_for_document(BATCH)
    return tablets


def write(tablet: Tablet, row: dict[str, Any], side: str, corrects: Envelope | None = None) -> Envelope:
    reason = {} if corrects is None else {"corrects": corrects.head.id, "reason": "misread"}
    lease, slot = tablet.leases[BATCH], row["slot"]
    return tablet.write(BATCH, row["kind"], row[side], actor="P-1", lease=lease, subject=slot, **reason)


def open_conflicts(site: Site) -> list[tuple[str | None, set[str]]]:
    with site.plant.engine.connect() as connection:
        items = queries.items_of(connection, BATCH)
    return [(one.slot, set(one.entries)) for one in items if one.type == "conflict" and one.state == "open"]


def decide(site: Site, chosen: Envelope) -> str:
    """QA's choice; the id of the decision."""
    with site.plant.engine.connect() as connection:
        [item] = [
            one
            for one in queries.items_of(connection, BATCH)
            if chosen.head.id in one.entries and one.state == "open" and one.type == "conflict"
        ]
    given = {"batch": BATCH, "conflict": item.id, "chosen": chosen.head.id, "reason": "read by two"}
    return site.plant.recorder.state(Fact(DECIDED, DOC, given, subject=item.id, actor="P-3"))[0].id


def settled(site: Site, tablets: tuple[Tablet, Tablet], row: dict[str, Any], claims: list[Envelope]) -> None:
    """One conflict is open, both tablets have both claims, QA chooses the second, and both tablets hear of it."""
    ids = {claim.head.id for claim in claims}
    assert open_conflicts(site) == [(row["slot"], ids)], row
    for tablet in tablets:
        for claim in claims:
            tablet.receipt(BATCH, claim)
        assert ids <= set(tablet.docs[DOC].entries)
    assert "conflict" in tablets[0].docs[DOC].receipts[claims[1].head.id]["flags"]
    decision = decide(site, claims[1])
    for tablet in tablets:
        while decision not in tablet.docs[DOC].receipts:
            tablet.next()
        assert Envelope.decode(tablet.docs[DOC].entries[decision]).body["chosen"] == claims[1].head.id
    assert open_conflicts(site) == []


@pytest.mark.urs("PLT-10")
def test_the_table_has_every_kind_that_a_tablet_records_of_a_batch() -> None:
    beside = (*model.BESIDE, model.RESTED, *model.COURSE)
    # What is said of a piece of equipment claims no slot of the batch.
    of_pieces = {model.EQUIPMENT_CLEANED, model.CLEANING_CHECKED, model.ALARM_RAISED}
    assert {row["kind"] for row in ROWS} == {*model.WORK, *beside} - of_pieces
    assert {row["kind"] for row in ROWS if row["conflict"] == "values"} == set(model.SINGLE_VALUED)


@pytest.mark.urs("PLT-10", "PLT-09")
def test_two_tablets_that_set_one_slot_make_a_conflict_which_qa_ends_on_both(site: Site) -> None:
    tablets = two(site)
    for row in ROWS:
        claims = [write(tablet, row, side) for tablet, side in zip(tablets, ("mine", "theirs"), strict=True)]
        for tablet, claim in zip(tablets, claims, strict=True):
            tablet.receipt(BATCH, tablet.delivered(BATCH, claim))
        if row["conflict"] == "values":
            settled(site, tablets, row, claims)
        else:
            assert open_conflicts(site) == [], row


@pytest.mark.urs("PLT-07", "PLT-10")
def test_two_tablets_that_correct_one_entry_make_a_conflict_of_every_kind(site: Site) -> None:
    tablets = two(site)
    for row in ROWS:
        first = write(tablets[0], row, "mine")
        tablets[0].receipt(BATCH, tablets[0].delivered(BATCH, first))
        tablets[1].receipt(BATCH, first)
        if row["slot"] in {slot for slot, _ in open_conflicts(site)}:
            decide(site, first)
        corrections = [
            write(tablet, row, side, first) for tablet, side in zip(tablets, ("mine", "theirs"), strict=True)
        ]
        for tablet, claim in zip(tablets, corrections, strict=True):
            tablet.receipt(BATCH, tablet.delivered(BATCH, claim))
        settled(site, tablets, row, corrections)


@pytest.mark.urs("PLT-07", "PLT-10")
@pytest.mark.parametrize("row", [row for row in ROWS if row["conflict"] == "values"], ids=lambda row: row["why"])
def test_a_correction_and_a_value_that_did_not_know_of_it_rival(site: Site, row: dict[str, Any]) -> None:
    here, there = tablets = two(site)
    first = write(here, row, "mine")
    here.receipt(BATCH, here.delivered(BATCH, first))
    corrected, other = write(here, row, "theirs", first), write(there, row, "mine")
    here.receipt(BATCH, here.delivered(BATCH, corrected))
    there.receipt(BATCH, there.delivered(BATCH, other))
    settled(site, tablets, row, [corrected, other])
