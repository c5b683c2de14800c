"""The review of a batch record, carried by a flow: it begins by itself, and a release waits for how it ends."""

from collections.abc import Iterator
from pathlib import Path

import flow_work_support as work
import pytest
from descent_support import merge, ordered, rework, split
from dossier_support import printed
from flow_work_support import FlowSite
from record_support import RecordSite, value
from release_support import assess, finish, refused, review, sign
from witness_support import Story, witnessed

from server.core import rebuild
from server.core.errors import PestleError
from server.engines.flows import standing
from server.quality.requests.model import ANSWERED, UNTESTED
from server.release import reviewing
from server.release.paper.model import ACCOUNTED, ISSUED, PRINTED

pytestmark = pytest.mark.urs("PRD-13", "ENG-02")


class Plant(FlowSite, RecordSite):
    FLOW = "batch-review"

    def instance(self) -> str:
        return self.about("batch/B1")

    def go_over(self, outcome: str = "accept") -> None:
        assert self.do("P-3", "review_record", "complete").status_code == 200
        assert self.do("P-7", "review_results", "complete").status_code == 200
        assert self.do("P-5", "decide", outcome).status_code == 200

    def gate(self) -> list[str]:
        (found,) = [gate for gate in review(self)["gates"] if gate["code"] == "batch_reviewed"]
        assert found["met"] is (found["details"] == [])
        return list(found["details"])


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    site = Plant(database_url, tmp_path)
    yield site
    site.plant.close()


def test_a_batch_is_released_after_its_review_and_not_before(site: Plant) -> None:
    site.switch(True)
    finish(site)
    assert site.gate() == ["running"]
    shown = site.client("P-5").get("/api/batches/B1/review").json["flow"]
    assert (shown["instance"], shown["result"]) == (site.instance(), None)
    assert [one["roles"] for one in shown["waiting"]] == [["supervisor"], ["qc"]]
    assert [gate["code"] for gate in refused(site, "released").details["open"]] == ["batch_reviewed"]
    assert site.do("P-3", "review_record", "incomplete").status_code == 200
    assert site.do("P-7", "review_results", "complete").status_code == 200
    assert site.do("P-3", "amend").status_code == 200
    site.go_over()
    assert site.gate() == []
    sign(site, "released")
    assert review(site)["disposition"]["stale"] is False
    for lang, who in (("zh", "批记录审核:质量部门审核批记录"), ("en", "Reviewofabatchrecord:QAreviewsthebatchrecord")):
        assert who in printed(site, lang=lang)[0]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_a_comment_after_the_end_makes_nothing_reviewed_that_came_before_it(
    site: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no other review can begin, what came stays unreviewed whatever is said in the one that has ended."""
    site.switch(True)
    finish(site)
    site.go_over()
    assert site.gate() == []
    monkeypatch.setattr(reviewing, "_begun", lambda *_: [])
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "noise in the press"})
    assert site.gate() == ["came_after"]
    said = {"text": "seen", "attachments": []}
    answer = site.client("P-3").post(f"/api/instances/{site.instance()}/comment", json=said)
    assert answer.status_code == 200, answer.text
    assert site.gate() == ["came_after"]


def test_what_comes_after_the_end_makes_another_review_due(site: Plant, tmp_path: Path) -> None:
    site.switch(True)
    site.work("B1")
    site.put(
        "exception_raised",
        {
            "batch": "B1",
            "phase": None,
            "slot": None,
            "code": "reported",
            "entries": [],
            "details": {},
            "comment": "noise",
        },
    )
    site.hand_back("B1")
    first = site.instance()
    site.go_over()
    assert site.gate() == []
    assess(site, "reported", "P-6")
    assert site.gate() == ["running"]
    assert site.instance() != first
    site.go_over()
    sign(site, "released")
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    # Where it was erased that another review was begun nobody can say which was the last.
    for index in story.indices("flows.instance_started.v1"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
    # After the seal too.
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "late"})
    assert site.gate() == ["running"]


@pytest.mark.urs("QUA-02")
def test_a_sample_that_is_asked_for_after_the_end_makes_another_review_due(site: Plant) -> None:
    """It was never seen by who reviewed; without another review nobody could release the batch any more."""
    site.switch(True)
    finish(site)
    site.go_over()
    said = {"batch": "B1", "phase": "40", "sample": None, "what": "20 cores", "amount": None}
    asked = site.put("sample_requested", said | {"reason": "the punch was changed", "comment": None})
    assert site.gate() == ["running"]
    assess(site, "lease_expired")
    site.go_over()
    assert site.gate() == []
    declined = {"sample": None, "amount": None, "reason": "sampled an hour ago", "comment": None}
    site.state(ANSWERED, "batch/B1", {"batch": "B1", "request": asked.id, **declined}, "P-7")
    assert site.gate() == ["running"], "the answer was not seen either"
    site.go_over()
    sign(site, "released")


@pytest.mark.urs("QUA-02")
def test_that_a_drawn_sample_is_not_tested_makes_another_review_due(site: Plant) -> None:
    site.switch(True)
    finish(site)
    said = {"batch": "B1", "phase": "40", "sample": None, "what": "20 cores", "amount": None}
    asked = site.put("sample_requested", said | {"reason": "the punch was changed", "comment": None})
    drawn = {"sample": "B1-S1", "amount": None, "reason": None, "comment": None}
    site.state(ANSWERED, "batch/B1", {"batch": "B1", "request": asked.id, **drawn}, "P-7")
    assess(site, "lease_expired")
    site.go_over()
    assert site.gate() == []
    site.state(UNTESTED, "batch/B1", {"batch": "B1", "request": asked.id, "reason": "retained"}, "P-7")
    assert site.gate() == ["running"]
    site.go_over()
    sign(site, "released")


@pytest.mark.urs("PRD-14")
def test_what_became_of_a_copy_of_the_empty_record_makes_another_review_due(site: Plant) -> None:
    site.switch(True)
    finish(site)
    site.go_over()
    site.state(ISSUED, "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    assert site.gate() == ["running"]
    site.go_over()
    site.state(PRINTED, "batch/B1", {"batch": "B1", "copy": 1, "lang": "zh", "reason": None}, "P-5")
    assert site.gate() == ["running"]
    site.go_over()
    back = {"batch": "B1", "copy": 1, "outcome": "unused", "reason": "never written on"}
    site.state(ACCOUNTED, "batch/B1", back, "P-5")
    assert site.gate() == ["running"]
    site.go_over()
    sign(site, "released")


def test_a_batch_that_must_not_be_released_is_rejected_all_the_same(site: Plant) -> None:
    site.switch(True)
    finish(site)
    site.go_over("reject")
    assert site.gate() == ["not_passed"]
    assert [gate["code"] for gate in refused(site, "released").details["open"]] == ["batch_reviewed"]
    sign(site, "rejected")


def test_put_to_use_it_begins_for_what_waits_and_called_off_it_begins_anew(site: Plant) -> None:
    site.order("B2")
    site.order("B3")
    for batch in ("B1", "B2"):
        site.work(batch)
        site.hand_back(batch)
    assert "batch_reviewed" not in [gate["code"] for gate in review(site)["gates"]]
    site.switch(True)
    first = site.instance()
    assert first != site.about("batch/B2")
    with pytest.raises(AssertionError):
        site.about("batch/B3")
    given = {"instance": first, "reason": "drawn anew"}
    site.state("flows.instance_cancelled.v1", f"instance/{first}", given, "P-5")
    assert site.instance() != first
    assert site.open() == ["review_record", "review_results"]
    site.switch(False)
    assert "batch_reviewed" not in [gate["code"] for gate in review(site)["gates"]]
    sign(site, "released")
    # In use again, it goes on with what runs already.
    second = site.instance()
    site.switch(True)
    assert site.instance() == second


def test_what_is_filled_into_a_form_about_the_batch_is_seen_by_who_signs_next_or_reviewed_anew(site: Plant) -> None:
    site.switch(True)
    given = {"record": "R-9", "form": "weighing-record", "version": 1, "sha256": site.sha256, "subject": "batch/B1"}
    site.state("forms.record_opened.v1", "record/R-9", given, "P-1")
    finish(site)
    site.fill(value("batch", "B1"), record="R-9", leased=False)
    told = [one["event"] for one in work.view(site.client("P-5"), site.instance())["history"]]
    assert told.count("noted") == 1
    first = site.instance()
    site.go_over()
    site.fill(value("batch", "B2"), record="R-9", leased=False)
    assert (site.gate(), site.instance() == first) == (["running"], False)


def reviews(site: Plant, batch: str) -> list[str | None]:
    """How each review of a batch ended; None of one that runs."""
    with site.plant.engine.connect() as connection:
        found = standing.all_about(connection, "batch-review", [f"batch/{batch}"])
    return [row.result for row in found]


def finished(site: Plant, batch: str) -> None:
    ordered(site, batch)
    for phase in ("20", "30", "40"):
        site.put("phase_skipped", {"batch": batch, "phase": phase, "reason": "none there"})


@pytest.mark.urs("PRD-14")
def test_what_comes_of_a_finished_batch_is_reviewed_in_its_place(site: Plant) -> None:
    site.switch(True)
    finished(site, "C1")
    assert reviews(site, "C1") == [None]
    # A refused split ends no review.
    with pytest.raises(PestleError):
        split(site, "C1", ("C2", "40.000"), ("C3", "60.001"))
    assert reviews(site, "C1") == [None]
    split(site, "C1", ("C2", "40.000"), ("C3", "60.000"))
    assert [reviews(site, one) for one in ("C1", "C2", "C3")] == [["cancelled"], [None], [None]]
    assert "batch_reviewed" in [gate["code"] for gate in review(site, "C2")["gates"]]
    # What still comes for the parent begins no review that nobody could use.
    site.put("remark_added", {"batch": "C1", "phase": None, "text": "late"})
    assert reviews(site, "C1") == ["cancelled"]
    site.put("remark_added", {"batch": "C2", "phase": None, "text": "seen"})
    assert reviews(site, "C2") == [None]
    merge(site, "C4", "100.000", "C2", "C3")
    assert [reviews(site, one) for one in ("C2", "C3", "C4")] == [["cancelled"], ["cancelled"], [None]]
    # From a phase of what it came of; what is reworked is not made yet.
    rework(site, "C4", "C5", stage="20")
    assert [reviews(site, one) for one in ("C4", "C5")] == [["cancelled"], []]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


@pytest.mark.urs("PRD-14")
def test_a_part_of_a_finished_batch_waits_for_its_review_once_the_flow_is_put_to_use(site: Plant) -> None:
    finished(site, "C1")
    split(site, "C1", ("C2", "40.000"), ("C3", "60.000"))
    site.switch(True)
    assert [reviews(site, one) for one in ("C1", "C2", "C3")] == [[], [None], [None]]
