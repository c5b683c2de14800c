"""A witness asks what a batch came of as the door does, before it is released, waived or reviewed (PRD-14, PLT-18)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_support import reviewed
from control_support import release
from descent_support import made, rework, split
from recipe_support import step
from release_support import sign
from stock_support import LABELS, Store
from support import ROOT
from usage_support import check
from witness_support import Rig, Story

from server.production.entries import ROOM
from server.production.model import batch_stream
from server.quality.model import RESULTS_RECORDED
from server.release.audit.model import REVIEWED_KIND, Scope
from server.release.model import ASKED_KIND, EXPLAINED_KIND, RELEASED_KIND, WAIVED_KIND
from server.witness.produced import MADE

KINDS = json.loads((ROOT / "tests/vectors/kinds.json").read_text())
pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
PARTS = ("40.000", "60.000")


class Parts(Store):
    """Every batch x1 is made and split into x2 and x3."""

    PEOPLE = Store.PEOPLE | {"P-10": ("xia", ["qc"])}

    def split(self, batch: str) -> None:  # type: ignore[override]
        split(self, f"{batch}1", *((f"{batch}{n}", value) for n, value in enumerate(PARTS, 2)))

    def results(self, batch: str, value: str, verdict: str) -> str:
        line: dict[str, Any] = {"test": "assay", "name": None, "value": {"value": value, "unit": "%"}}
        line |= {"low": "95.0", "high": "105.0", "verdict": verdict}
        said = {"stage": "release", "results": [line], "source": None}
        return self.state(RESULTS_RECORDED, batch_stream(batch), said, "P-7").id


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("ancestors")
    site = Parts(f"sqlite:///{folder}/pestle.db", folder)
    site.now_ms -= 10_000_000
    # P-6 of quality swept the floor while A1 was made.
    release(site, "A1", [step("10", "instruction")])
    for kind in ("phase_started", "phase_completed"):
        site.put(kind, {"batch": "A1", "phase": "10"})
    site.put("remark_added", {"batch": "A1", "phase": None, "text": "swept"}, actor="P-6")
    site.hand_back("A1")
    for batch in ("C1", "D1", "G1"):
        made(site, batch)
    # C1 has failed, D1 has not, but nobody has checked it; of G1 somebody has.
    check(site.plant, batch_stream("C1"), site.results("C1", "80.0", "fail"), "P-10")
    site.results("D1", "99.0", "pass")
    check(site.plant, batch_stream("G1"), site.results("G1", "99.0", "pass"), "P-10")
    # Out of what F1 was given nothing has come back.
    release(site, "F1", [step("10", "instruction")])
    site.allocate("F1", LABELS[0])
    stands = site.stands(LABELS[0])
    brought = {"batch": "F1", "container": LABELS[0], "material": "api-1", "lot": stands.lot, "held": stands.held}
    site.state("production.container_issued.v1", "batch/F1", brought | {"to": None}, "P-8")
    site.hand_back("F1")
    # Of E1 and H1 a tablet has written more than it has brought.
    for batch in ("E1", "H1"):
        made(site, batch)
        said = {"lease": f"late-{batch}", "batch": batch, "device": "tablet-b", "person": "P-1", "lease_hash": "0" * 64}
        said |= {"issued_at": "2026-11-22T09:30:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
        site.state("handheld.lease_issued.v1", batch_stream(batch), said)
        back = {"lease": f"late-{batch}", "batch": batch, "device": "tablet-b", "last_seq": 1000}
        site.state("handheld.lease_returned.v1", batch_stream(batch), back)
    # What quality has asked of K1 nobody has answered.
    made(site, "K1")
    asked = {"batch": "K1", "phase": "10", "about": [], "text": "Was the hood on?"}
    site.state(ASKED_KIND, "batch/K1", asked, "P-5")
    for batch in "ACDGFEHK":
        site.split(batch)
    rework(site, "C2", "C4")
    waived = KINDS[WAIVED_KIND] | {"batch": "H1", "device": "tablet-b", "known": 1000, "delivered": 0}
    waived["signer"] = {"id": "P-5", "name": "赵琳", "name_en": "Zhao Lin"}
    site.state(WAIVED_KIND, "batch/H1", waived, "P-5")
    yield site
    site.plant.close()


@pytest.fixture(scope="module")
def story(site: Parts) -> Story:
    return Story.of(site.plant)


def signed(story: Story, kind: str, batch: str, who: str) -> Story:
    """As somebody with the server's key would state it."""
    given = KINDS[kind] | {"batch": batch, "signer": {"id": who, "name": "赵琳", "name_en": "Zhao Lin"}}
    return story.stated(kind, batch_stream(batch), given, who)


@pytest.mark.parametrize(
    ("kind", "batch", "who", "code", "why"),
    [
        (RELEASED_KIND, "A2", "P-6", "releaser_produced", ""),
        (WAIVED_KIND, "A2", "P-6", "waiver_produced", ""),
        (EXPLAINED_KIND, "A2", "P-6", "difference_own", ""),
        (EXPLAINED_KIND, "F2", "P-8", "difference_own", ""),
        (RELEASED_KIND, "C3", "P-5", "release_blocked", "a result of C1 has failed"),
        (RELEASED_KIND, "D2", "P-5", "release_blocked", "results of D1 that nobody had checked"),
        (RELEASED_KIND, "E2", "P-5", "release_blocked", "tablet-b still owed E1"),
        (RELEASED_KIND, "K2", "P-5", "release_blocked", "an open question"),
        (RELEASED_KIND, "F2", "P-5", "release_blocked", "F1 does not account for api-1"),
    ],
)
def test_what_a_batch_came_of_is_asked_as_the_door_asks_it(
    rig: Rig, story: Story, kind: str, batch: str, who: str, code: str, why: str
) -> None:
    assert rig.show(signed(story, kind, batch, who)) == 422
    assert rig.found == (code, len(story.entries)), rig.why
    assert why in rig.why


@pytest.mark.parametrize("batch", ["A2", "C4", "G2", "H2"])
def test_where_nothing_is_open_above_only_the_forged_seal_is_found(rig: Rig, story: Story, batch: str) -> None:
    """Another of quality for A2; what has failed was the reason of the rework C4; of H1 nothing is waited for."""
    assert rig.show(signed(story, RELEASED_KIND, batch, "P-5")) == 422
    assert rig.found == ("seal_wrong", len(story.entries)), rig.why


def test_who_worked_on_a_batch_does_not_review_the_trail_of_its_parts(rig: Rig, site: Parts, story: Story) -> None:
    given = reviewed(site, Scope(batch="A2"), person="P-6")
    said = story.then(story.pen("server", story.signer).write(REVIEWED_KIND, "site", given, actor="P-6"))
    assert rig.show(said) == 422
    assert rig.found == ("reviewer_produced", len(story.entries)), rig.why


def test_whatever_people_record_of_a_batch_is_their_work() -> None:
    """A kind that comes to the room is one of these, or nobody would ask a witness about who recorded it."""
    assert {one.name for one in ROOM.kinds if one.nature == "observation" and not one.by_server} == MADE


def test_what_the_door_lets_through_is_cosigned(tmp_path: Path) -> None:
    site = Parts(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.now_ms -= 10_000_000
    made(site, "G1")
    check(site.plant, batch_stream("G1"), site.results("G1", "99.0", "pass"), "P-10")
    site.split("G")
    sign(site, "released", batch="G2")
    story = Story.of(site.plant)
    site.plant.close()
    rig = Rig(tmp_path / "rig", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()
