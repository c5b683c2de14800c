"""Paper and batches that come of batches: nothing is left with a batch in which nobody works any more."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from batch_support import Site, cleared, marked, weighed
from descent_support import defined, made, merge, rework, split
from paper_support import account, begun, ended, issue, opened
from release_support import sign
from sqlalchemy import event
from witness_support import Rig, Story, upgrade, witnessed

from server.core.errors import PestleError
from server.production import queries
from server.production.descent.model import MERGED_KIND, SPLIT_KIND
from server.release import queries as release
from server.release.dossier.content import gather
from server.release.model import ASSESSED_KIND
from server.release.paper.model import ACCOUNTED, ISSUED
from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
BLANK = {"blank_unknown", "blank_used", "paper_time_wrong"}
PARTS = (("B2", "60.000"), ("B3", "40.000"))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    for site in opened(database_url, tmp_path):
        site.state(UPGRADED, "site", upgrade(UPGRADED))
        issue(site)
        for kind, given in (("phase_started", marked("B1", "10")), ("line_cleared", cleared("B1"))):
            site.put(kind, given)
        site.put("phase_completed", marked("B1", "10"))
        yield site


def test_nothing_is_split_while_something_of_it_is_typed_in(site: Site, tmp_path: Path) -> None:
    site.put("paper_begun", begun("20"))
    site.hand_back("B1")
    with pytest.raises(PestleError, match="batch_under_way") as told:
        split(site, "B1", *PARTS)
    assert told.value.details == {"batch": "B1", "phases": ["20"]}
    site.put("paper_ended", ended("20"), cosigner="P-2")
    split(site, "B1", *PARTS)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    end = story.indices("production.paper_ended.v1")[0]
    # The same without the end, which nobody needed to write.
    rig = Rig(tmp_path / "rig", story)
    told_ = story.first(end)
    for one in story.entries[end + 1 :]:
        told_ = told_.then(one.envelope, one.stamp.recorded_at, one.stamp.flags)
    assert rig.show(told_) == 422
    assert rig.found == ("batch_under_way", told_.indices(SPLIT_KIND)[0])


def released_of(site: Site, batch: str) -> list[str]:
    with site.plant.engine.connect() as connection:
        return [line for one in release.gates(connection, batch) if one.code == "paper" for line in one.details]


def test_what_was_done_on_a_sheet_of_what_a_batch_came_of_is_typed_in_for_its_part(site: Site, tmp_path: Path) -> None:
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    assert released_of(site, "B1") == ["#1"]
    site.leases["B2", "tablet-a"] = "lease-B2"
    now = "2026-11-22T10:00:00.000Z"
    assert not BLANK.intersection(site.put("paper_begun", begun("20", batch="B2", done_to=now)).flags)
    assert "from_paper" in site.put("material_weighed", weighed("B2", verified_by="P-1"), cosigner="P-1").flags
    assert released_of(site, "B1") == []
    with pytest.raises(PestleError, match="item_closed"):
        account(site, 1, "unused")
    # Its own copies bear numbers that none of these has.
    with pytest.raises(PestleError, match="blank_out_of_order"):
        site.state(ISSUED, "batch/B2", {"batch": "B2", "copy": 1, "reason": "torn"}, "P-5")
    site.state(ISSUED, "batch/B2", {"batch": "B2", "copy": 2, "reason": "torn"}, "P-5")
    assert "blank_unknown" in site.put("paper_begun", begun("30", batch="B2", copy=3, done_to=now)).flags
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    given = {"batch": "B1", "copy": 1, "outcome": "unused", "reason": "x"}
    told = story.stated(ACCOUNTED, "batch/B1", given, "P-5")
    assert witnessed(tmp_path / "told", told)[1] == ("item_closed", len(told.entries) - 1)
    began = story.indices("production.paper_begun.v1")[0]
    assert witnessed(tmp_path / "flag", story.with_flag(began, "blank_unknown"))[1] == ("flag_wrong", began)
    formed = story.indices("production.batch_formed.v1")[0]
    found = witnessed(tmp_path / "erased", story.without_payload(formed))[1]
    assert found is None or "blank" not in found[0]


def test_of_what_is_whole_in_others_no_copy_is_issued(site: Site, tmp_path: Path) -> None:
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    with pytest.raises(PestleError, match="batch_gone"):
        issue(site, 2)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    given = {"batch": "B1", "copy": 2, "reason": "torn"}
    told = story.stated(ISSUED, "batch/B1", given, "P-5")
    assert witnessed(tmp_path / "told", told)[1] == ("batch_gone", len(told.entries) - 1)


def test_what_a_lost_tablet_brings_of_a_whole_keeps_no_part_from_release(site: Site, tmp_path: Path) -> None:
    """No tablet gets a lease for the whole any more, to end it."""
    made(site, "C1")
    site.state(ISSUED, "batch/C1", {"batch": "C1", "copy": 1, "reason": None}, "P-5")
    split(site, "C1", ("C2", "60.000"), ("C3", "40.000"))
    site.put("paper_begun", begun("10", batch="C1"))
    assert "from_paper" in site.put("phase_started", marked("C1", "10")).flags
    assert released_of(site, "C1") == []
    with site.plant.engine.connect() as connection:
        waiting = [one.id for one in queries.items_of(connection, "C1") if one.state == "open"]
    for one in waiting:
        site.state(ASSESSED_KIND, "batch/C1", {"batch": "C1", "exception": one, "assessment": "no harm"}, "P-5")
    sign(site, "released", batch="C2")
    assert witnessed(tmp_path / "honest", Story.of(site.plant)) == (200, None)


def test_to_merge_twice_as_many_parts_asks_the_database_twice_as_much(tmp_path: Path) -> None:
    """All others wait for a decision: what the parts have in common is read once."""
    few, many = (_statements(tmp_path / str(count), count) for count in (8, 16))
    assert many < 2.2 * few


def _statements(folder: Path, count: int) -> int:
    """With how many the database is asked when so many parts are merged."""
    folder.mkdir()
    parts, said = [f"P{n}" for n in range(count)], list[str]()
    for site in opened(f"sqlite:///{folder}/pestle.db", folder):
        issue(site)
        site.hand_back("B1")
        split(site, "B1", *((one, str(Decimal("100.000") / count)) for one in parts))
        event.listen(site.plant.engine, "before_cursor_execute", lambda _, __, text, *___: said.append(text))
        merge(site, "M1", "100.000", *parts)
    return len(said)


def test_a_rework_is_not_typed_in_from_a_copy_of_what_it_came_of(site: Site, tmp_path: Path) -> None:
    """Its phases do not stand on that sheet, of which nobody would be asked any more what became of it."""
    site.hand_back("B1")
    defined(site, "bulk")
    rework(site, "B1", "R1", way="other")
    site.leases["R1", "tablet-a"] = "lease-R1"
    assert "blank_unknown" in site.put("paper_begun", begun("R1", batch="R1")).flags
    site.put("phase_started", marked("R1", "R1"))
    site.put("paper_ended", {**ended("R1"), "batch": "R1"}, cosigner="P-2")
    assert released_of(site, "B1") == ["#1"]
    unused(site, "B1", 1)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    began = story.indices("production.paper_begun.v1")[0]
    assert witnessed(tmp_path / "bare", story.without_flag("blank_unknown"))[1] == ("flag_missing", began)


@pytest.mark.parametrize(("edition", "found"), [(4, None), (5, "flag_missing")])
def test_a_server_of_before_let_a_rework_be_typed_in_from_one(tmp_path: Path, edition: int, found: str | None) -> None:
    for site in opened(f"sqlite:///{tmp_path}/pestle.db", tmp_path):
        said = upgrade(UPGRADED)
        site.state(UPGRADED, "site", {**said, "now": {**said["now"], "rules": edition}})
        issue(site)
        site.hand_back("B1")
        defined(site, "bulk")
        rework(site, "B1", "R1", way="other")
        site.put("paper_begun", begun("R1", batch="R1"))
        story = Story.of(site.plant).without_flag("blank_unknown")
    [begins] = story.indices("production.paper_begun.v1")
    assert witnessed(tmp_path / "witness", story) == ((200, None) if found is None else (422, (found, begins)))


def blank(site: Site, batch: str, copy: int) -> None:
    site.state(ISSUED, f"batch/{batch}", {"batch": batch, "copy": copy, "reason": "torn"}, "P-5")


def unused(site: Site, batch: str, copy: int) -> None:
    given = {"batch": batch, "copy": copy, "outcome": "unused", "reason": "never written on"}
    site.state(ACCOUNTED, f"batch/{batch}", given, "P-5")


def test_batches_are_not_merged_over_sheets_of_one_number(site: Site, tmp_path: Path) -> None:
    """Afterwards nobody could say from which of the two something was typed in."""
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    for batch in ("B2", "B3"):
        blank(site, batch, 2)
    for open_ in (["B2 #2", "B3 #2"], ["B3 #2"]):
        with pytest.raises(PestleError, match="blanks_outstanding") as told:
            merge(site, "B4", "100.000", "B2", "B3")
        assert told.value.details["copies"] == open_
        unused(site, open_[0].partition(" ")[0], 2)
    # What both came of has one sheet of its number, which may be typed in for what comes of them.
    merge(site, "B4", "100.000", "B2", "B3")
    assert released_of(site, "B1") == ["#1"]
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    last = story.indices(ACCOUNTED)[-1]
    merged = story.payloads(MERGED_KIND)[0]
    early = story.first(last).stated(MERGED_KIND, "batch/B4", merged, "P-3")
    assert witnessed(tmp_path / "early", early)[1] == ("blanks_outstanding", last)
    # Of what was erased nobody knows any more how many there were.
    for kind in (ISSUED, ACCOUNTED):
        assert witnessed(tmp_path / kind, story.erased(story.indices(kind)[-1])) == (200, None)


def test_nobody_is_accused_of_a_copy_that_another_part_had_used(site: Site, tmp_path: Path) -> None:
    """Where it was erased that a part typed in from a copy of the whole, the other part may have been merged."""
    site.order("X1")
    site.state(ISSUED, "batch/X1", {"batch": "X1", "copy": 1, "reason": None}, "P-5")
    for kind, given in (("phase_started", marked("X1", "10")), ("phase_completed", marked("X1", "10"))):
        site.put(kind, given)
    for batch in ("B1", "X1"):
        site.hand_back(batch)
    split(site, "B1", *PARTS)
    site.leases["B2", "tablet-a"] = "lease-B2"
    site.put("paper_begun", begun("20", batch="B2", done_to="2026-11-22T10:00:00.000Z"))
    site.put("material_weighed", weighed("B2", verified_by="P-1"), cosigner="P-1")
    unused(site, "X1", 1)
    merge(site, "X9", "140.000", "B3", "X1")
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    begins = story.indices("production.paper_begun.v1")[0]
    assert witnessed(tmp_path / "erased", story.erased(begins)) == (200, None)


@pytest.mark.parametrize("parents", [("B2", "B3"), ("B3", "B2")])
def test_whose_copy_of_a_number_is_meant_does_not_depend_on_the_order_of_a_merge(
    site: Site, tmp_path: Path, parents: tuple[str, str]
) -> None:
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    for batch in parents:
        blank(site, batch, 2)
        site.leases[batch, "tablet-a"] = f"lease-{batch}"
    site.now_ms += 3_600_000
    unused(site, "B2", 2)
    done = {"copy": 2, "done_from": "2026-11-22T10:45:00.000Z", "done_to": "2026-11-22T10:50:00.000Z"}
    site.put("paper_begun", begun("20", batch="B3", **done))
    site.put("material_weighed", weighed("B3", verified_by="P-1"), cosigner="P-1")
    site.put("phase_completed", marked("B3", "20"))
    site.put("paper_ended", {**ended("20"), "batch": "B3"}, cosigner="P-2")
    site.put("material_weighed", weighed("B2"))
    site.put("phase_completed", marked("B2", "20"))
    merge(site, "B4", "100.000", *parents)
    site.leases["B4", "tablet-a"] = "lease-B4"
    assert "blank_used" in site.put("paper_begun", begun("30", batch="B4", **done)).flags
    assert witnessed(tmp_path / "honest", Story.of(site.plant)) == (200, None)


def test_a_copy_of_which_the_issue_was_erased_and_that_was_accounted_for_ends_no_witness(
    site: Site, tmp_path: Path
) -> None:
    site.hand_back("B1")
    unused(site, "B1", 1)
    split(site, "B1", *PARTS)
    site.leases["B2", "tablet-a"] = "lease-B2"
    assert "blank_used" in site.put("paper_begun", begun("20", batch="B2")).flags
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    assert witnessed(tmp_path / "erased", story.erased(story.indices(ISSUED)[0])) == (200, None)


@pytest.mark.urs("PRD-12")
@pytest.mark.parametrize("batch", ["B1", "B2", "B3"])
def test_the_record_says_for_which_part_a_sheet_was_typed_in(site: Site, batch: str) -> None:
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    site.leases["B2", "tablet-a"] = "lease-B2"
    site.put("paper_begun", begun("20", batch="B2", done_to="2026-11-22T10:00:00.000Z"))
    site.put("material_weighed", weighed("B2", verified_by="P-1"), cosigner="P-1")
    blank(site, "B2", 2)
    with site.plant.engine.connect() as connection:
        log = site.plant.log
        told = gather(connection, log, batch, "en", log.head(connection).size)
    assert told is not None
    own, phases = ("#1", "B2: 20") if batch == "B1" else ("B1 #1", "20" if batch == "B2" else "B2: 20")
    rows = {row[0]: row[3] for row in told["copies"]}
    assert rows[own] == f"Typed in: phases {phases}"
    assert (rows.get("#2") == "Nobody knows what became of it") is (batch == "B2")
