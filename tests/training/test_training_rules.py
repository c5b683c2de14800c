"""Who holds a document and until when: never after what ends it, whatever came before and in whatever order."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from server.production.rules import needs_of
from server.training import rules
from server.training.model import (
    ALWAYS,
    DEMANDS,
    NEVER,
    NOTHING,
    QUALIFICATION,
    READING,
    REVOKED,
    SOP,
    TRAINING,
    Proof,
    Version,
    text_of,
)

pytestmark = pytest.mark.urs("IDN-07")
START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = 400


def on(day: int) -> datetime:
    return START + timedelta(days=day)


def version(number: int, published: int, demands: str = READING, within: int = 0, valid: int | None = None) -> Version:
    return Version(
        document="SOP-1",
        number=number,
        type=SOP,
        title={"zh": "规程", "en": "Procedure"},
        effective_from=text_of(on(published))[:10],
        demands=demands,
        within_days=within,
        valid_days=valid,
        text="text",
        file=None,
        file_name=None,
        digest=f"{number:064d}",
        published_at=on(published),
        published_by="P-9",
    )


def proof(day: int, number: int, what: str = READING, ends: int | None = None, index: int | None = None) -> Proof:
    return Proof(
        entry=f"e-{day}-{what}",
        index=day if index is None else index,
        person="P-1",
        document="SOP-1",
        version=number,
        what=what,
        made_at=on(day),
        ends=ALWAYS if ends is None else on(ends),
        evidence=None,
        file=None,
        file_name=None,
        made_by="P-9",
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Version], list[Proof]]:
    """Versions at rising days, and what was read, granted and withdrawn in between, in the order of the log."""
    days = sorted(draw(st.lists(st.integers(0, LONG), min_size=1, max_size=4, unique=True)))
    versions = []
    for number, day in enumerate(days, 1):
        demands = draw(st.sampled_from(DEMANDS if number > 1 else (READING, TRAINING)))
        versions.append(version(number, day, demands, draw(st.integers(0, 60))))
    proofs = []
    for index, day in enumerate(sorted(draw(st.lists(st.integers(days[0], LONG), max_size=8)))):
        known = [one.number for one in versions if one.published_at <= on(day)]
        what = draw(st.sampled_from((READING, TRAINING, REVOKED)))
        ends = draw(st.none() | st.integers(day + 1, LONG + 100))
        number = 0 if what == REVOKED else draw(st.sampled_from(known))
        proofs.append(proof(day, number, what, None if what == REVOKED else ends, index))
    return versions, proofs


MOMENTS = st.integers(0, (LONG + 200) * 24).map(lambda hours: START + timedelta(hours=hours))


def strong(one: Proof, of: Version) -> bool:
    return one.version >= of.number and (one.what == TRAINING or of.demands == READING)


@given(histories(), MOMENTS)
def test_nobody_holds_what_has_ended(history: tuple[list[Version], list[Proof]], at: datetime) -> None:
    """Said once more in other words than the rule's: for each thing that ends a holding."""
    versions, proofs = history
    held = rules.standing(versions, proofs, at).holds(at)
    made = [one for one in proofs if one.made_at <= at]
    living = [one for one in made if one.what != REVOKED and at < one.ends]
    if not living:
        assert not held
    for one in versions:
        if one.published_at <= at and one.demands != NOTHING and at >= one.deadline:
            assert not held or any(strong(proof, one) for proof in living)
    withdrawn = [one.index for one in made if one.what == REVOKED]
    if withdrawn and not any(one.what == TRAINING and one.index > withdrawn[-1] for one in made):
        assert not held


@given(histories(), MOMENTS, st.integers(1, 5000))
def test_with_time_alone_nothing_comes_back(
    history: tuple[list[Version], list[Proof]], at: datetime, hours: int
) -> None:
    """`until` is exact: it holds until then and not from then on, if nothing more is done or published."""
    versions, proofs = history
    known = [one for one in versions if one.published_at <= at]
    made = [one for one in proofs if one.made_at <= at]
    now, later = rules.standing(versions, proofs, at), at + timedelta(hours=hours)
    assert rules.standing(known, made, later).until == now.until
    assert rules.standing(known, made, later).holds(later) == (later < now.until)


@given(histories(), MOMENTS)
def test_what_comes_later_says_nothing_of_before(history: tuple[list[Version], list[Proof]], at: datetime) -> None:
    versions, proofs = history
    known = [one for one in versions if one.published_at <= at]
    made = [one for one in proofs if one.made_at <= at]
    assert rules.standing(versions, proofs, at) == rules.standing(known, made, at)


@given(histories(), MOMENTS)
def test_who_has_done_all_is_asked_for_nothing_and_holds_it(
    history: tuple[list[Version], list[Proof]], at: datetime
) -> None:
    versions, proofs = history
    standing = rules.standing(versions, proofs, at)
    if any(one.published_at <= at for one in versions) and standing.wants is None:
        assert standing.holds(at)


def test_a_new_version_is_asked_for_at_once_and_needed_from_its_deadline_on() -> None:
    versions = [version(1, 0), version(2, 100, READING, within=14)]
    proofs = [proof(1, 1)]
    before, after = rules.standing(versions, proofs, on(99)), rules.standing(versions, proofs, on(100))
    assert (before.until, before.wants) == (ALWAYS, None)
    assert (after.until, after.wants) == (on(114), READING)
    assert not rules.standing(versions, proofs, on(114)).holds(on(114))
    again = rules.standing(versions, [*proofs, proof(120, 2)], on(120))
    assert (again.until, again.wants) == (ALWAYS, None)


def test_who_is_new_must_hold_the_newest_at_once_and_nothing_older() -> None:
    versions = [version(1, 0), version(2, 100, READING, within=14)]
    assert rules.standing(versions, [], on(101)).until == NEVER
    assert rules.standing(versions, [proof(101, 2)], on(101)).until == ALWAYS


def test_what_changes_nothing_asks_for_nothing() -> None:
    versions = [version(1, 0), version(2, 100, NOTHING)]
    assert rules.standing(versions, [proof(1, 1)], on(300)).until == ALWAYS


def test_reading_is_no_training() -> None:
    versions = [version(1, 0), version(2, 100, TRAINING, within=7)]
    standing = rules.standing(versions, [proof(1, 1), proof(101, 2)], on(110))
    assert (standing.until, standing.wants) == (on(107), TRAINING)
    assert rules.standing(versions, [proof(110, 2, TRAINING)], on(110)).until == ALWAYS


def test_nobody_reads_themselves_back_after_a_withdrawal() -> None:
    versions = [version(1, 0)]
    withdrawn = [proof(1, 1), proof(10, 0, REVOKED), proof(11, 1)]
    standing = rules.standing(versions, withdrawn, on(12))
    assert (standing.until, standing.wants) == (NEVER, TRAINING)
    assert rules.standing(versions, [*withdrawn, proof(13, 1, TRAINING)], on(13)).until == ALWAYS


def test_a_proof_ends_after_its_last_day_and_no_later_than_the_version_allows() -> None:
    yearly = version(1, 0, valid=365)
    assert rules.ends_of(yearly, on(0), None) == on(365)
    assert rules.ends_of(yearly, on(0), "2026-01-10") == on(10)
    assert rules.ends_of(yearly, on(0), "2028-01-01") == on(365)
    assert rules.ends_of(version(1, 0), on(0), None) == ALWAYS


FIRST = {"version": 1, "type": SOP, "demands": READING, "text": "a", "file": None, "effective_from": "2026-03-01"}


@pytest.mark.parametrize(
    ("changed", "before", "field"),
    [
        ({}, None, None),
        ({"version": 2}, None, "version"),
        ({"demands": NOTHING}, None, "demands"),
        ({"type": QUALIFICATION}, None, "demands"),
        ({"type": QUALIFICATION, "demands": TRAINING}, None, None),
        ({"text": None}, None, "text"),
        ({"text": None, "file": {"sha256": "0" * 64, "name": "a.pdf", "size": 1}}, None, None),
        ({"effective_from": "2026-02-28"}, None, None),
        ({"effective_from": "2026-02-27"}, None, "effective_from"),
        ({"version": 1}, version(1, 0), "version"),
        ({"version": 3}, version(1, 0), "version"),
        ({"version": 2, "demands": NOTHING}, version(1, 0), None),
        ({"version": 2, "type": QUALIFICATION, "demands": TRAINING}, version(1, 0), "type"),
    ],
)
def test_what_a_new_version_must_say(changed: dict[str, object], before: Version | None, field: str | None) -> None:
    assert rules.publishing_refused({**FIRST, **changed}, before, "2026-03-01") == field


def test_nobody_grants_to_themselves_nor_what_is_over() -> None:
    grant = {"person": "P-1", "version": 1, "expires_on": None}
    assert rules.granting_refused(grant, "P-9", [version(1, 0)], on(1)) is None
    assert rules.granting_refused(grant, "P-1", [version(1, 0)], on(1)) == "qualification_own"
    assert rules.granting_refused(grant, "P-9", [], on(1)) == "procedure_unknown"
    assert rules.granting_refused({**grant, "version": 2}, "P-9", [version(1, 0)], on(1)) == "version_stale"
    over = {**grant, "expires_on": "2026-01-01"}
    assert rules.granting_refused(over, "P-9", [version(1, 0)], on(0)) is None
    assert rules.granting_refused(over, "P-9", [version(1, 0)], on(1)) == "qualification_over"


def test_one_signs_for_oneself_and_the_newest_version_as_it_was_shown() -> None:
    newest = version(2, 0)
    read = {"signer": {"id": "P-1"}, "version": 2, "digest": newest.digest}
    assert rules.reading_refused(read, "P-1", newest) is None
    assert rules.reading_refused(read, "P-2", newest) == "not_permitted"
    assert rules.reading_refused({**read, "version": 1}, "P-1", newest) == "version_stale"
    assert rules.reading_refused({**read, "digest": "0" * 64}, "P-1", newest) == "version_stale"
    assert rules.reading_refused(read, "P-1", None) == "procedure_unknown"


def test_which_steps_somebody_can_come_to() -> None:
    steps = ("phase:weighing", "equipment:MIX-02", "action:second_check", "action:batch.release")
    assert rules.reached(steps, ("batch.work",)) == list(steps[:3])
    assert rules.reached(steps, ("batch.review", "batch.release")) == list(steps[2:])
    assert rules.reached(steps, ("people.manage",)) == []


STEPS = json.loads((ROOT / "tests" / "vectors" / "steps.json").read_text("utf-8"))


@pytest.mark.parametrize("row", STEPS)
def test_what_work_asks_for_is_named_as_the_tablet_names_it(row: dict[str, Any]) -> None:
    reading = None if row["balance"] is None else {"balance": row["balance"]}
    assert needs_of(row["kind"], {"reading": reading}, row["phase"]) == row["needs"]


def test_a_remark_needs_nothing() -> None:
    assert needs_of("production.remark_added.v1", {}, STEPS[0]["phase"]) == []
    assert needs_of("production.phase_started.v1", {}, None) == []
