"""That a phase began, and what it is done with, may come from another tablet after its end did: what stands in the end
does not depend on the order in which entries arrive (PRD-05, PLT-10)."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, marked
from course_support import Branches
from hypothesis import given
from hypothesis import strategies as st
from recipe_support import step
from release_support import review
from sqlalchemy import Connection
from witness_support import Rig, Story, upgrade

from server.core import rebuild
from server.production import queries
from server.production.course import pieces
from server.production.course.rules import NOT_STARTED, Mark, is_before
from server.production.model import COMPLETED, IDENTIFIED, STARTED, WITHDRAWN
from server.production.rules import slot_of
from server.site.model import UPGRADED
from sync.entry import Envelope
from sync.log import reading

pytestmark = pytest.mark.urs("PRD-05", "PLT-10", "EQP-01")
PHASES = [step("20", "instruction", equipment="press", candidates=["PR-1"])]
A, B = "tablet-a", "tablet-b"
# What each tablet says, with its minute by that tablet's clock, and what stands in the end.
Said = tuple[str, str, int]
STORIES: dict[str, tuple[Sequence[Said], set[str]]] = {
    "as it should be": (((A, IDENTIFIED, 1), (A, STARTED, 2), (B, COMPLETED, 10)), set()),
    "identified on the other": (((A, IDENTIFIED, 1), (B, STARTED, 2), (B, COMPLETED, 10)), set()),
    "clocks a little off": (((A, IDENTIFIED, 14), (A, STARTED, 14), (B, COMPLETED, 10)), set()),
    "ended before it began": (((A, IDENTIFIED, 1), (A, STARTED, 20), (B, COMPLETED, 10)), {NOT_STARTED}),
    "ended twice": (
        ((B, COMPLETED, 10), (A, IDENTIFIED, 1), (A, STARTED, 20), (A, COMPLETED, 25)),
        {NOT_STARTED},
    ),
    "identified too late": (((A, STARTED, 2), (A, IDENTIFIED, 20), (B, COMPLETED, 30)), {pieces.MISSING}),
    "work of before": (((A, STARTED, 1), (B, IDENTIFIED, 9), (B, COMPLETED, 10)), {pieces.MISSING}),
    "nothing but its end": (((A, COMPLETED, 10),), {NOT_STARTED, pieces.MISSING}),
}


class Floor(Site):
    """Of today's edition; PR-1 is the press."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.state(UPGRADED, "site", upgrade(UPGRADED))
        known: dict[str, Any] = {"equipment": "PR-1", "class": "press", "name": {"zh": "机", "en": "machine"}}
        known |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
        self.state("equipment.equipment_registered.v1", "equipment/PR-1", known)

    def write(self, batch: str, said: Said) -> Envelope:
        device, kind, minute = said
        begun, self.now_ms = self.now_ms, self.now_ms + minute * 60_000
        given = marked(batch, "20") | ({"equipment": "PR-1", "scanned": "PR-1"} if kind == IDENTIFIED else {})
        writer, lease = self.writers[device], self.leases[batch, device]
        stream, subject = f"batch/{batch}", slot_of(kind, given)
        written = writer.write(kind, stream, given, actor="P-1", subject=subject, lease=lease)
        self.now_ms = begun
        return written

    def standing(self, batch: str) -> set[str]:
        return {code for code, _, state in self.items(batch) if state == "open"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Floor]:
    made = Floor(database_url, tmp_path)
    yield made
    made.plant.close()


def interleaved(said: Sequence[Said]) -> Iterator[list[int]]:
    """Every order in which what two tablets wrote can arrive: each brings its own in order."""
    mine = [at for at, one in enumerate(said) if one[0] == A]
    theirs = [at for at, one in enumerate(said) if one[0] == B]
    for places in combinations(range(len(said)), len(mine)):
        first, second = iter(mine), iter(theirs)
        yield [next(first) if place in places else next(second) for place in range(len(said))]


@pytest.mark.parametrize("story", STORIES)
def test_what_stands_does_not_depend_on_the_order_of_arrival(site: Floor, tmp_path: Path, story: str) -> None:
    said, found = STORIES[story]
    for number, order in enumerate(interleaved(said)):
        batch = f"B{number}"
        Branches(site, batch, PHASES)
        arrivals = [site.write(batch, one) for one in said]
        for at in order:
            site.submit(arrivals[at])
        assert site.standing(batch) == found, order
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    told = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", told)
    assert rig.show(told) == 200, rig.why
    rig.folder.close()


def test_what_was_missing_and_came_is_withdrawn_where_a_reviewer_sees_it(site: Floor, tmp_path: Path) -> None:
    Branches(site, "B1", PHASES)
    identified, started = (site.write("B1", (A, kind, minute)) for kind, minute in ((IDENTIFIED, 1), (STARTED, 2)))
    ended = site.submit(site.write("B1", (B, COMPLETED, 10)))
    assert set(ended.flags) >= {NOT_STARTED, pieces.MISSING}
    assert site.standing("B1") == {NOT_STARTED, pieces.MISSING}
    assert site.submit(identified).flags == ()
    assert site.standing("B1") == {NOT_STARTED}
    assert site.submit(started).flags == ()
    shown = {one["code"]: one for one in review(site)["notable"] if one["type"] == "exception"}
    assert {one["state"] for one in shown.values()} == {"withdrawn"}
    assert shown[NOT_STARTED]["decision"]["by"]["id"] == "server"
    told = Story.of(site.plant)
    assert [one["entry"] for one in told.payloads(WITHDRAWN)] == [identified.head.id, started.head.id]
    # What still holds nobody withdraws.
    index = told.indices(WITHDRAWN)[-1]
    early = told.first(index - 1)
    forged = early.server_says(WITHDRAWN, "batch/B1", told.payloads(WITHDRAWN)[-1])
    rig = Rig(tmp_path / "forged", forged)
    rig.show(forged)
    rig.folder.close()
    assert rig.found == ("exception_withdrawn_wrong", index - 1)


def test_what_quality_has_assessed_stays_so(site: Floor) -> None:
    Branches(site, "B1", PHASES)
    started = site.write("B1", (A, STARTED, 2))
    site.submit(site.write("B1", (B, COMPLETED, 10)))
    with site.plant.engine.connect() as connection:
        [item] = [one for one in queries.items_of(connection, "B1") if one.code == NOT_STARTED]
    assessed = {"batch": "B1", "exception": item.id, "assessment": "asked the crew"}
    site.state("release.exception_assessed.v1", "batch/B1", assessed, "P-5")
    site.submit(started)
    assert (NOT_STARTED, None, "assessed") in site.items("B1")


def test_what_a_tablet_had_seen_counts_more_than_clocks() -> None:
    started = Mark(STARTED, "20", "2026-11-22T10:30:00.000Z", index=7, device=A)
    ended = Mark(COMPLETED, "20", "2026-11-22T10:00:00.000Z", index=9, device=B, seen=8)
    assert is_before(started, ended)
    assert not is_before(ended, started)
    # What was typed in from paper says nothing of what anybody had seen.
    paper = Mark(COMPLETED, "20", "2026-11-22T10:00:00.000Z")
    assert not is_before(started, paper)


KINDS = st.sampled_from([STARTED, COMPLETED, IDENTIFIED])
ENTRIES = st.lists(st.tuples(st.sampled_from([A, B, "tablet-c"]), KINDS, st.integers(0, 40)), max_size=7)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_what_stands_is_the_same_for_every_order_of_arrival(said: list[Said], random: Any) -> None:
    """Told as it comes and withdrawn as it goes, from entry to entry, as the server does it."""

    def stands(order: list[Said]) -> set[str]:
        known: list[Mark] = []
        standing: set[str] = set()
        for place, (device, kind, minute) in enumerate(order):
            at = f"2026-11-22T10:{minute:02d}:00.000Z"
            before = set(pieces.unsaid(PHASES[0], known, [("PR-1", "press")]))
            after = set(pieces.unsaid(PHASES[0], [*known, Mark(kind, "20", at, device=device)], [("PR-1", "press")]))
            standing = (standing | (after - before)) - (before - after)
            known.append(Mark(kind, "20", at, index=place, device=device))
        return standing

    queues = {device: [one for one in said if one[0] == device] for device, _, _ in said}
    waiting = [device for device, _, _ in said]
    random.shuffle(waiting)
    assert stands([queues[device].pop(0) for device in waiting]) == stands(said)


def test_what_comes_after_an_end_does_not_read_all_of_the_phase_again(
    site: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of entries of another tablet may come: each would cost as much as all of those before it."""
    Branches(site, "B1", PHASES)
    for said in ((A, IDENTIFIED, 1), *((A, STARTED, 2 + n) for n in range(10)), (A, COMPLETED, 20)):
        site.submit(site.write("B1", said))
    read = list[int]()
    at = reading.at

    def counted(connection: Connection, indices: Sequence[int]) -> Any:
        read.append(len(indices))
        return at(connection, indices)

    monkeypatch.setattr(reading, "at", counted)
    for n in range(10):
        assert not {NOT_STARTED, pieces.MISSING}.intersection(site.submit(site.write("B1", (B, STARTED, 3 + n))).flags)
    assert read == [1] * 10
    # Where it tells that the piece was named too late, all of it is.
    assert pieces.MISSING in site.submit(site.write("B1", (B, STARTED, -20))).flags
