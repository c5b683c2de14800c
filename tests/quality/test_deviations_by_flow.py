"""Deviations that a flow carries: it begins with the opening, and its last signature closes the deviation."""

from collections.abc import Iterator
from pathlib import Path

import flow_work_support as work
import pytest
from flow_work_support import FlowSite
from release_support import close, finish, refused, review, sign
from support import YEAR
from training_support import Training

from server.core import rebuild
from server.core.errors import PestleError

pytestmark = pytest.mark.urs("QUA-05", "ENG-02")
NUMBER = f"DEV-{YEAR}-0001"


class Plant(FlowSite):
    FLOW = "deviation"

    def open_by_hand(self, person: str = "P-1") -> None:
        given = {"deviation": NUMBER, "batch": "B1", "code": "reported", "entry": None, "device": None}
        self.state("quality.deviation_opened.v1", "batch/B1", given | {"summary": "seal broken"}, person)

    def instance(self, number: str = NUMBER) -> str:
        return self.about(f"deviation/{number}")

    def correct(self) -> None:
        assert self.do("P-5", "triage", "minor").status_code == 200
        assert self.do("P-3", "correct", correction=["seal replaced"]).status_code == 200


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    site = Plant(database_url, tmp_path)
    site.switch(True)
    yield site
    site.plant.close()


def test_the_last_signature_of_the_flow_closes_the_deviation_and_frees_the_batch(site: Plant) -> None:
    finish(site)
    site.open_by_hand()
    assert work.open_nodes(site.client("P-5"), site.instance()) == ["triage"]
    assert work.view(site.client("P-5"), site.instance())["variables"][0]["value"] == "seal broken"
    with pytest.raises(PestleError, match="deviation_in_flow"):
        close(site, NUMBER, 0)
    site.correct()
    (gate,) = refused(site, "released").details["open"]
    assert gate["code"] == "deviations"
    shown = site.client("P-5").get(f"/api/deviations/{NUMBER}").json["deviation"]
    (waiting,) = shown["flow"]["waiting"]
    assert (shown["state"], waiting["name"]["en"], waiting["roles"]) == ("open", "Close the deviation", ["qa"])
    assert site.do("P-6", "close", comment="trained", conclusion=["no effect on quality"]).status_code == 200
    shown = site.client("P-5").get(f"/api/deviations/{NUMBER}").json["deviation"]
    assert (shown["state"], shown["flow"]["result"], shown["flow"]["waiting"]) == ("closed", "closed", [])
    assert shown["closing"]["by"]["id"] == "P-6"
    assert shown["closing"]["conclusion"] == "no effect on quality\nseal replaced"
    assert shown["closing"]["reason"] == "trained"
    (item,) = review(site)["notable"]
    assert (item["state"], item["decision"]["by"]["id"]) == ("closed", "P-6")
    sign(site, "released")
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_what_comes_after_the_seal_opens_one_with_its_flow(site: Plant) -> None:
    finish(site)
    sign(site, "released")
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "late"})
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "later"}, device="tablet-b")
    started = [site.instance(f"DEV-{YEAR}-0001"), site.instance(f"DEV-{YEAR}-0002")]
    assert [work.open_nodes(site.client("P-5"), one) for one in started] == [["triage"], ["triage"]]
    # Who has it open sees that another entry has joined before they can sign.
    seen = work.view(site.client("P-5"), started[0])["seen"]
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "still later"})
    told = work.view(site.client("P-5"), started[0])
    assert (told["history"][-1]["event"], told["seen"] > seen) == ("noted", True)


def test_a_cancelled_flow_leaves_the_deviation_to_be_closed_by_hand(site: Plant) -> None:
    site.open_by_hand()
    given = {"instance": site.instance(), "reason": "drawn anew"}
    site.state("flows.instance_cancelled.v1", f"instance/{site.instance()}", given, "P-5")
    close(site, NUMBER, 0)


def test_a_closing_that_the_room_refuses_refuses_the_task_whole(site: Plant) -> None:
    site.open_by_hand()
    site.correct()
    training = Training(site)
    training.publish()
    training.require("action", "batch.review", "SOP-1", by=training.hire())
    refusal = site.do("P-6", "close", conclusion=["no effect"])
    assert (refusal.status_code, refusal.json["code"]) == (403, "not_qualified")
    assert work.open_nodes(site.client("P-6"), site.instance()) == ["close"]
    assert site.client("P-6").get(f"/api/deviations/{NUMBER}").json["deviation"]["state"] == "open"


def test_out_of_use_nothing_is_begun_and_what_runs_goes_on(site: Plant) -> None:
    site.open_by_hand()
    site.switch(False)
    site.correct()
    assert site.do("P-5", "close", conclusion=["none"]).status_code == 200
    given = {"deviation": f"DEV-{YEAR}-0002", "batch": "B1", "code": "reported", "entry": None, "device": None}
    site.state("quality.deviation_opened.v1", "batch/B1", given | {"summary": "noise"}, "P-1")
    shown = site.client("P-5").get("/api/deviations").json["items"]
    assert [(one["number"], one["state"], one["flow"] is None) for one in shown] == [
        (f"DEV-{YEAR}-0002", "open", True),
        (f"DEV-{YEAR}-0001", "closed", False),
    ]
    close(site, f"DEV-{YEAR}-0002", 0)


def test_the_end_of_a_flow_is_not_made_up(site: Plant) -> None:
    site.open_by_hand()
    given = {"deviation": NUMBER, "batch": "B1", "entries": 0, "instance": site.instance()}
    with pytest.raises(PestleError, match="deviation_in_flow"):
        site.state("quality.deviation_closed.v2", "batch/B1", given | {"conclusion": "c", "reason": None}, "P-5")
