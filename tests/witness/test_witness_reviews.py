"""A witness finds a batch released past the flow of its review, and a deviation closed past its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flow_work_support import FlowSite
from record_support import RecordSite, value
from release_support import finish, sign
from support import YEAR
from witness_support import Rig, Story

from server.release.model import RELEASED_KIND

pytestmark = pytest.mark.urs("PLT-18", "QUA-05")
NUMBER = f"DEV-{YEAR}-0001"


class Plant(FlowSite, RecordSite):
    FLOW = "deviation"

    def instance(self) -> str:
        return self.about(f"deviation/{NUMBER}" if self.FLOW == "deviation" else "batch/B1")

    def fill_nothing(self) -> None:
        """An empty form about the batch, looked at."""
        given = {"record": "R-9", "form": "weighing-record", "version": 1, "sha256": self.sha256}
        self.state("forms.record_opened.v1", "record/R-9", given | {"subject": "batch/B1"}, "P-1")
        self.say("record_completed", {"record": "R-9"}, leased=False)
        for item in self.found("R-9"):
            settled = {"record": "R-9", "item": item.id, "chosen": None, "reason": "empty on purpose"}
            self.state("forms.item_settled.v1", "record/R-9", settled, "P-5")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    """The log before the last signature of the deviation's flow, before the review, after it, and at the end."""
    folder = tmp_path_factory.mktemp("reviews")
    site = Plant(f"sqlite:///{folder}/pestle.db", folder)
    site.fill_nothing()
    finish(site)
    site.switch(True)
    given = {"deviation": NUMBER, "batch": "B1", "code": "reported", "entry": None, "device": None}
    site.state("quality.deviation_opened.v1", "batch/B1", given | {"summary": "seal broken"}, "P-1")
    site.do("P-5", "triage", "minor")
    site.do("P-3", "correct", correction=["seal replaced"])
    stories = [Story.of(site.plant)]
    site.do("P-6", "close", conclusion=["no effect"])
    site.FLOW = "batch-review"
    site.switch(True)
    stories.append(Story.of(site.plant))
    site.do("P-3", "review_record", "complete")
    site.do("P-7", "review_results", "complete")
    site.do("P-5", "decide", "accept")
    stories.append(Story.of(site.plant))
    sign(site, "released")
    stories.append(Story.of(site.plant))
    site.plant.close()
    return stories


@pytest.fixture
def rig(tmp_path: Path, told: list[Story]) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", told[0])
    yield made
    made.folder.close()


def last(story: Story, kind: str) -> dict[str, Any]:
    return dict(story.entries[story.indices(kind)[-1]].envelope.body)


def test_what_its_flows_have_decided_is_cosigned(rig: Rig, told: list[Story]) -> None:
    assert rig.show(told[-1]) == 200, rig.why


def test_a_deviation_that_was_closed_past_its_flow_is_found(rig: Rig, told: list[Story]) -> None:
    by_hand = {"deviation": NUMBER, "batch": "B1", "entries": 0, "conclusion": "c", "reason": "r"}
    story = told[0].stated("quality.deviation_closed.v1", "batch/B1", by_hand, "P-5")
    assert rig.show(story) == 422
    assert rig.found == ("deviation_in_flow", len(told[0].entries))


def test_a_flow_that_has_not_ended_closes_nothing(rig: Rig, told: list[Story]) -> None:
    closed = last(told[-1], "quality.deviation_closed.v2")
    assert rig.show(told[0].stated("quality.deviation_closed.v2", "batch/B1", closed, "P-6")) == 422
    assert rig.found == ("flow_approval_missing", len(told[0].entries))


def test_who_did_not_sign_last_has_closed_nothing(rig: Rig, told: list[Story]) -> None:
    at = told[-1].indices("quality.deviation_closed.v2")[-1]
    closed = last(told[-1], "quality.deviation_closed.v2")
    before = told[-1].first(at)
    assert rig.show(before.stated("quality.deviation_closed.v2", "batch/B1", closed, "P-5")) == 422
    assert rig.found == ("flow_approval_missing", at)


@pytest.mark.parametrize("stream", [None, "batch/B1", "record/R-9"])
def test_a_release_without_a_review_of_all_that_is_there_is_found(
    rig: Rig, told: list[Story], stream: str | None
) -> None:
    story = told[1]
    if stream == "batch/B1":
        given = {"batch": "B1", "phase": None, "text": "one more thing"}
        story = told[2].stated("production.remark_added.v1", stream, given, "P-1")
    elif stream is not None:
        given = {"record": "R-9", "values": [value("batch", "B1")]}
        story = told[2].stated("forms.values_recorded.v1", stream, given, "P-1")
    assert rig.show(story.stated(RELEASED_KIND, "batch/B1", last(told[-1], RELEASED_KIND), "P-5")) == 422
    assert rig.found == ("release_blocked", len(story.entries))
