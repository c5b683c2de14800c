"""Work that was done on paper and is typed in as such: bound to its copy, judged by the time that the paper says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, cleared, marked, parameter, weighed
from dossier_support import printed
from paper_support import FROM, TO, account, begun, details, ended, gate, issue, opened
from release_support import refused, review
from witness_support import Story, later

from server.core import rebuild
from server.core.errors import PestleError
from server.production.paper import queries
from server.production.queries import find_entry
from server.release.dossier.content import gather
from server.release.model import RELEASED_KIND
from server.witness.lineage import Lineage
from server.witness.produced import ProducedRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PRD-14")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    yield from opened(database_url, tmp_path)


def test_what_follows_on_this_tablet_is_bound_to_the_sheet_until_it_ends(site: Site) -> None:
    issue(site)
    assert site.put("paper_begun", begun()).flags == ()
    assert site.put("phase_started", marked("B1", "10")).flags == ("from_paper",)
    typed = site.put("line_cleared", cleared("B1"))
    assert typed.flags == ("from_paper",)
    # Beside the work, in another phase or on another tablet it is of today.
    assert site.put("remark_added", {"batch": "B1", "phase": "10", "text": "x"}).flags == ()
    assert "from_paper" not in site.put("phase_started", marked("B1", "30")).flags
    assert "from_paper" not in site.put("phase_started", marked("B1", "10"), device="tablet-b").flags
    assert site.put("phase_completed", marked("B1", "10")).flags == ("from_paper",)
    assert site.put("paper_ended", ended(), cosigner="P-2").flags == ()
    assert "from_paper" not in site.put("phase_completed", marked("B1", "10")).flags
    (shown,) = [one for one in review(site)["notable"] if one["type"] == "paper"]
    assert len(shown["entries"]) == 4
    assert (shown["details"]["copy"], shown["details"]["checked_by"]["id"]) == (1, "P-2")
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_order_goes_by_the_time_that_the_paper_says(site: Site) -> None:
    """Clearance was done on paper before the weighing that a tablet recorded in time, and is typed in an hour later."""
    issue(site)
    first = site.put("phase_started", marked("B1", "20"))
    assert "phase_order" in first.flags, "nothing was known of the paper yet"
    site.now_ms += 3_600_000
    site.put("paper_begun", begun())
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))
    site.put("paper_ended", ended(), cosigner="P-2")
    site.now_ms -= 4_000_000
    # By the clock this is before anybody had typed in the end of the first phase; by the paper it is after.
    later = site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2", device="tablet-b")
    assert "phase_order" not in later.flags
    assert "from_paper" not in later.flags


@pytest.mark.parametrize(
    ("changes", "flag", "said"),
    [
        ({"copy": 2}, "blank_unknown", None),
        ({"done_by": "P-404"}, "paper_person_unknown", None),
        ({"done_from": TO, "done_to": FROM}, "paper_time_wrong", "order"),
        ({"done_to": "2027-11-22T09:00:00.000Z"}, "paper_time_wrong", "after_capture"),
        ({"done_from": "2026-11-22T07:00:00.000Z"}, "paper_time_wrong", "before_issue"),
        ({"photo": "019ab3c4-5d6e-7f80-9a0b-1c2d3e4f5061"}, "photo_unknown", None),
    ],
)
def test_what_cannot_be_is_kept_and_told(site: Site, changes: dict[str, Any], flag: str, said: str | None) -> None:
    issue(site)
    assert site.put("paper_begun", begun(**changes)).flags == (flag,)
    assert said is None or details(site, flag)["problem"] == said
    # Typed in it is all the same.
    assert site.put("phase_started", marked("B1", "10")).flags == ("from_paper",)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_a_time_with_none_before_or_after_it_is_none(site: Site, end: str) -> None:
    issue(site)
    for name in ("done_from", "done_to"):
        assert site.put("paper_begun", begun(**{name: end})).flags == ("payload_malformed",)
    assert site.put("phase_started", marked("B1", "10")).flags == ()


def test_a_copy_is_typed_in_once_for_each_phase_and_not_once_it_is_accounted_for(site: Site) -> None:
    issue(site, 1, 2)
    site.put("paper_begun", begun())
    assert site.put("paper_begun", begun("30"), device="tablet-b").flags == ()
    assert site.put("paper_begun", begun(), device="tablet-b").flags == ("blank_used",)
    account(site, 2, "unused")
    assert site.put("paper_begun", begun("40", copy=2)).flags == ("blank_used",)
    told = [one for one in site.items("B1") if one[0] == "blank_used"]
    assert len(told) == 2


def test_of_every_copy_it_is_known_what_became_of_it(site: Site) -> None:
    assert gate(site) is None
    issue(site, 1, 2)
    assert gate(site) == ["#1", "#2"]
    site.put("paper_begun", begun())
    assert gate(site) == ["#1", "#2", "10"], "what is typed in has not ended, and nothing has been so far"
    site.put("line_cleared", cleared("B1"))
    assert gate(site) == ["#2", "10"]
    for copy, code in ((1, "item_closed"), (3, "not_found")):
        with pytest.raises(PestleError, match=code):
            account(site, copy, "lost")
    account(site, 2, "spoiled")
    with pytest.raises(PestleError, match="item_closed"):
        account(site, 2, "spoiled")
    site.put("paper_ended", ended(), cosigner="P-2")
    assert gate(site) == []


def test_to_begin_with_a_copy_is_not_to_have_typed_in_from_it(site: Site) -> None:
    """Neither by mistake, nor to hide a sheet: what became of it is still asked, and QA can say so."""
    issue(site, 1, 2, 3)
    site.put("paper_begun", begun())
    site.put("paper_ended", ended(), cosigner="P-2")
    assert "slot_unknown" in site.put("paper_begun", begun("99", copy=2)).flags
    site.put("phase_completed", marked("B1", "99"))
    site.put("paper_ended", ended("99"), cosigner="P-2")
    # Of a tablet that is lost before it typed anything in, QA says what became of the sheet.
    site.put("paper_begun", begun("30", copy=3))
    assert gate(site) == ["#1", "#2", "#3", "30"]
    for copy in (1, 2, 3):
        account(site, copy, "lost")
    assert gate(site) == []
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    assert gate(site) == ["30"], "it was not lost"


def test_a_beginning_that_is_corrected_is_none_that_was_typed_in(site: Site) -> None:
    issue(site)
    wrong = site.put("paper_begun", begun(done_by="P-3"))
    right = site.put("paper_begun", begun(), corrects=wrong.id, reason="another person")
    assert right.flags == ()


def test_what_a_lost_tablet_typed_in_is_at_an_end_once_another_has_typed_all_of_it_in(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun())
    assert gate(site) == ["#1", "10"]
    again = site.put("paper_begun", begun(), device="tablet-b")
    assert again.flags == ("blank_used",), "QA sees that it was typed in twice"
    assert gate(site) == ["#1", "10", "10"]
    site.put("line_cleared", cleared("B1"), device="tablet-b")
    site.put("paper_ended", ended(), cosigner="P-2", device="tablet-b")
    assert gate(site) == []
    # Whoever begins yet again has not ended yet.
    site.put("paper_begun", begun(), device="tablet-b")
    assert gate(site) == ["10"]


@pytest.mark.parametrize(
    ("second", "cosigner", "problem"), [(None, None, "missing"), ("P-1", "P-1", "own"), ("P-2", None, "signature")]
)
def test_who_compared_it_is_somebody_else_who_signed(
    site: Site, second: str | None, cosigner: str | None, problem: str
) -> None:
    issue(site)
    site.put("paper_begun", begun())
    assert site.put("paper_ended", ended(verified_by=second), cosigner=cosigner).flags == ("paper_unchecked",)
    assert details(site, "paper_unchecked")["problem"] == problem
    with site.plant.engine.connect() as connection:
        (one,) = queries.of_batch(connection, "B1")
    assert (one.ended is not None, one.checked_by) == (True, None)
    assert site.put("paper_ended", ended(), cosigner="P-2").flags == ("paper_not_begun",)


def test_beginning_again_is_no_way_around_the_comparison(site: Site) -> None:
    issue(site, 1, 2)
    site.put("paper_begun", begun("30"))
    assert site.put("paper_begun", begun("30", copy=2)).flags == (), "of nothing there is nothing to compare"
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    assert site.put("paper_begun", begun("30")).flags == ("blank_used", "paper_unchecked")
    told = details(site, "paper_unchecked")
    assert (told["problem"], told["copy"], told["severity"]) == ("begun_again", 2, "minor")
    assert site.put("paper_ended", ended("30"), cosigner="P-2").flags == ()


def test_what_a_lost_tablet_had_typed_in_is_told_of_when_another_ends_that(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun("30"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    site.put("paper_begun", begun("30"), device="tablet-b")
    assert site.put("paper_ended", ended("30"), cosigner="P-2", device="tablet-b").flags == ("paper_unchecked",)
    assert details(site, "paper_unchecked")["problem"] == "left"
    assert gate(site) == []


def test_who_typed_some_of_it_compares_none_of_it(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun("30", done_by="P-3"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    by_other = site.put("paper_ended", ended("30", "P-1"), actor="P-2", cosigner="P-1")
    assert by_other.flags == ("paper_unchecked",)
    assert details(site, "paper_unchecked")["problem"] == "own"


def test_what_a_balance_tells_now_is_no_work_on_paper(site: Site) -> None:
    """It counts as of today: nothing is dated back, and who stands there is asked what live work asks."""
    issue(site)
    then = site.read_weight()
    site.now_ms += 1_800_000
    site.put("paper_begun", begun("20", done_from=at(site, -1_900), done_to=at(site, -1_700)))
    own = {"source": "device", "verified_by": None}
    live = site.put("material_weighed", weighed("B1", reading=site.read_weight(), **own))
    assert "paper_time_wrong" in live.flags
    assert "from_paper" not in live.flags
    assert details(site, "paper_time_wrong")["problem"] == "read_live"
    with site.plant.engine.connect() as connection:
        kept = find_entry(connection, live.id)
    assert kept is not None
    assert kept.paper is None
    # What it told while that was done on paper was written there.
    written = site.put("material_weighed", weighed("B1", reading=then, **own))
    assert "from_paper" in written.flags
    assert "paper_time_wrong" not in written.flags
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def at(site: Site, seconds: int) -> str:
    return later(datetime.fromtimestamp(site.now_ms / 1000, UTC).isoformat(), seconds)


def test_values_are_judged_by_their_limits_as_ever(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun("30"))
    found = site.put("parameter_recorded", parameter("B1", "speed", "20", "rpm")).flags
    assert {"from_paper", "out_of_limits"} <= set(found)


@pytest.mark.urs("IDN-08", "PLT-18")
def test_who_did_it_on_paper_does_not_release_it(site: Site) -> None:
    issue(site)
    site.put("paper_begun", begun(done_by="P-6"))
    site.put("paper_ended", ended())
    assert refused(site, "released", person="P-6", alone=True).code == "releaser_produced"
    rules = ProducedRules(Lineage(), SinceRules())
    for one in Story.of(site.plant).entries:
        seen = Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures)
        rules.learn(seen)
    head = replace(seen.head, kind=RELEASED_KIND, device="server", actor="P-6")
    with pytest.raises(SyncError, match="releaser_produced"):
        rules.judge(replace(seen, head=head, body={"batch": "B1"}))
    rules.judge(replace(seen, head=replace(head, actor="P-5"), body={"batch": "B1"}))


@pytest.mark.urs("PRD-12", "PRD-14")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_record_is_of_the_work_on_paper_and_says_what_became_of_every_copy(site: Site, lang: str) -> None:
    issue(site, 1, 2)
    site.put("paper_begun", begun(done_by="P-3"))
    site.put("phase_started", marked("B1", "10"))
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))
    site.put("paper_ended", ended(), cosigner="P-2")
    site.put("paper_begun", begun("20", done_by="P-3"))
    account(site, 2, "lost")
    with site.plant.engine.connect() as connection:
        told = gather(connection, site.plant.log, "B1", lang, site.plant.log.head(connection).size)
    assert told is not None
    [stage] = told["stages"]
    assert [text[:16] for text in stage[2:4]] == ["2026-11-22 09:40", "2026-11-22 10:00"]
    assert told["started"][:16] == "2026-11-22 09:40"
    done = {row[0]: row[1:] for row in told["people"]}
    doer, typist = (next(row[0] for row in told["people"] if row[at]) for at in (1, 4))
    assert (done[doer][0], done[typist][0], done[typist][3]) == ("3", "", "3")
    assert doer != typist
    assert typist in stage[4]
    assert doer in stage[4]
    [row] = told["phases"][0]["rows"]
    assert row["person"].startswith(doer)
    assert row["captured"][:16] == "2026-11-22 09:40"
    first, second = told["copies"]
    assert (first[0], second[0], second[2]) == ("#1", "#2", "torn")
    # Of phase 20 nothing was typed in yet.
    assert first[3].endswith("10")
    assert "the power came back" in second[3]
    assert "s-copies" in str(told["clauses"])
    words = printed(site, lang=lang)[0]
    assert "thepowercameback" in words
    assert ("comparedbynobody" if lang == "en" else "无人核对") in words
