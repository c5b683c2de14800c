"""A witness asks the sampling gate of a release again, and finds what a server leaves out of what is signed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspection_support import Sampling
from plant import VirtualTablet
from specification_support import CODE, Json, approve, definition, numeric
from usage_support import check, decision, signature
from witness_support import Rig, Story, witnessed

from server.core import clock
from server.core.kinds import Fact
from server.core.plant import Plant
from server.materials.model import STATUS_CHANGED, STATUS_CHANGED_V2
from server.quality.inspection import model, plans
from server.quality.usage import model as usage
from server.quality.usage import queries
from server.site.model import UPGRADED_V1

pytestmark = pytest.mark.urs("PLT-18", "MAT-05", "QUA-02")
LOTS = ("L-1", "L-2", "L-3", "L-4", "L-7")
# What L-5 was tested in was taken back, and L-6 was tested in a sample of L-1.
OTHERS = ("L-5", "L-6")


def deliver(site: Sampling, lot: str, label: str, hands: bool) -> str:
    sample = site.take(label, number=site.inspection(lot).inspection).json["sample"]
    if hands:
        site.hand(sample, "handed", to="qian")
    site.hand(sample, "received", by="qian")
    return str(sample)


def result(site: Sampling, lot: str, by: str, **more: str) -> str:
    answer = {"test": "assay", "value": "99.5", "text": None, "conforms": None}
    body = {"about": f"lot/api-1/{lot}", "stage": "incoming", "specification": CODE, "version": 1, "results": [answer]}
    done = site.client(by).post("/api/results", json=body | more)
    assert done.status_code == 201, done.text
    return str(done.json["entry"])


def foreign(tablet: VirtualTablet, lot: str, sample: str) -> str:
    """A result of a sample of another lot, out of the hand of a device."""
    answer: Json = {"test": "assay", "value": "99.5", "text": None, "conforms": None}
    answer |= {"instrument": None, "reagents": []}
    said: Json = {"stage": "incoming", "specification": CODE, "version": 1, "results": [answer], "sample": sample}
    said |= {"analyst": "P-0005", "inspection": None, "retest_of": None}
    return str(tablet.record("quality.results_recorded.v3", f"lot/api-1/{lot}", said, actor="zhao").id)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plant, Story]]:
    """L-1 was sampled, tested and checked, its container split; the custody of L-2's sample is broken; in L-3 a result
    of somebody who may decide was corrected; a sample of L-4 was taken by a handheld, and L-7 was tested in none; of
    the two containers of L-8 the laboratory has a sample of one."""
    folder = tmp_path_factory.mktemp("sampling")
    site = Sampling(f"sqlite:///{folder}/pestle.db", folder)
    both = {"person": "both", "login": "both", "name": "both", "name_en": None, "roles": ["qa", "qc"]}
    site.state("identity.person_added.v1", "person/both", both)
    approve(site, definition(numeric()))
    for lot in LOTS:
        site.receive(lot, 1)
        site.label(lot, f"{lot}-01")
    for lot in ("L-1", "L-2", "L-3", "L-7"):
        sample = deliver(site, lot, f"{lot}-01", lot != "L-2")
        more = {} if lot == "L-7" else {"sample": sample}
        first = result(site, lot, "both" if lot == "L-3" else "zhao", **more)
        if lot == "L-3":
            first = result(site, lot, "zhao", corrects=first, reason="Typing error", **more)
        check(site.plant, f"lot/api-1/{lot}", first, "qian")
    part = {"container": "P-1", "quantity": {"value": "5.000", "unit": "kg"}}
    split = {"container": "L-1-01", "into": [part], "reason": None}
    site.state("materials.container_split.v1", "container/L-1-01", split, actor="huang")
    line = {"container": "L-4-01", "quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    number = site.inspection("L-4").inspection
    said = {"inspection": number, "sample": number.replace("INS", "SMP") + "-7K2", "purpose": "test", "comment": None}
    tablet = site.tablet()
    # Its clock is a little fast: the hands over at the desk seem to come before.
    tablet.writer.clock = lambda: int(clock.now().timestamp() * 1000) + 30_000
    tablet.record(model.TAKEN, "warehouse/main/2026-11-26", said | {"containers": [line]}, actor="zhao")
    for step, actor, to in (("handed", "P-0005", "qian"), ("received", "qian", None)):
        handed = {"sample": said["sample"], "step": step, "place": None, "to": to, "until": None, "reason": None}
        site.plant.recorder.state(Fact(model.HANDED_KIND, "lot/api-1/L-4", handed, actor=actor))
    check(site.plant, "lot/api-1/L-4", result(site, "L-4", "zhao", sample=said["sample"]), "qian")
    for lot in OTHERS:
        site.receive(lot, 1)
        site.label(lot, f"{lot}-01")
        own = deliver(site, lot, f"{lot}-01", hands=True)
        sample = own if lot == "L-5" else site.inspection("L-1").inspection.replace("INS", "SMP") + "-01"
        found = result(site, lot, "zhao", sample=own) if lot == "L-5" else foreign(tablet, lot, sample)
        check(site.plant, f"lot/api-1/{lot}", found, "qian")
    fifth = site.inspection("L-5").inspection.replace("INS", "SMP") + "-01"
    void = {"sample": fifth, "reason": "Another drum was opened"}
    site.state(model.VOIDED, "lot/api-1/L-5", void, actor="zhao")
    deliver(site, "L-5", "L-5-01", hands=True)
    site.receive("L-8", 2)
    site.label("L-8", "L-8-01", "L-8-02")
    own = deliver(site, "L-8", "L-8-01", hands=True)
    site.take("L-8-02", number=site.inspection("L-8").inspection)
    check(site.plant, "lot/api-1/L-8", result(site, "L-8", "zhao", sample=own), "qian")
    yield site.plant, Story.of(site.plant)
    site.close()


@pytest.fixture
def story(told: tuple[Plant, Story]) -> Story:
    return told[1]


def released(told: tuple[Plant, Story], lot: str, kind: str = STATUS_CHANGED, by: str = "P-0004", **more: Any) -> Story:
    payload = decision(told[0], "api-1", lot, "released", by) | more
    return then(told[1], kind, lot, payload, by)


def then(story: Story, kind: str, lot: str, payload: Json, actor: str, subject: str | None = None) -> Story:
    pen = story.pen("server", story.signer)
    return story.then(pen.write(kind, f"lot/api-1/{lot}", payload, actor=actor, subject=subject))


@pytest.mark.parametrize("lot", ["L-1", "L-3", "L-4"])
def test_a_release_of_what_was_sampled_is_cosigned(rig: Rig, told: tuple[Plant, Story], lot: str) -> None:
    assert rig.show(released(told, lot)) == 200, rig.why


@pytest.mark.parametrize(
    ("lot", "by"),
    [("L-3", "both"), *((lot, "P-0004") for lot in ("L-2", "L-5", "L-6", "L-7", "L-8"))],
)
def test_a_release_without_whole_samples_or_by_whose_result_was_corrected_is_found(
    rig: Rig, told: tuple[Plant, Story], lot: str, by: str
) -> None:
    assert rig.show(released(told, lot, by=by)) == 422
    assert rig.found == ("usage_blocked", len(told[1].entries))


@pytest.mark.urs("QUA-03")
@pytest.mark.parametrize("lot", ["L-7", "L-8"])
def test_before_any_edition_a_result_of_no_sample_and_one_sample_of_two_let_a_lot_go(
    rig: Rig, told: tuple[Plant, Story], lot: str
) -> None:
    story = told[1].upgraded(UPGRADED_V1)
    assert rig.show(released((told[0], story), lot)) == 200, rig.why


def test_a_digest_that_leaves_out_what_a_handheld_said_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    with plant.engine.connect() as connection:
        facts = queries.facts(connection, "api-1", "L-4", clock.now_text()[:10])
    assert facts is not None
    assert facts.told != usage.told_of(())
    less = replace(facts, told=None).digest
    assert rig.show(released(told, "L-4", digest=less)) == 422
    assert rig.found == ("digest_stale", len(story.entries))


def test_an_older_decision_is_cosigned_in_its_day_and_not_after_one_of_today(
    rig: Rig, told: tuple[Plant, Story]
) -> None:
    plant, story = told
    with plant.engine.connect() as connection:
        facts = queries.facts(connection, "api-1", "L-2", clock.now_text()[:10])
    assert facts is not None
    older = decision(plant, "api-1", "L-2", "released", "P-0004", digest=replace(facts, told=None).digest)
    assert rig.show(then(story, STATUS_CHANGED_V2, "L-2", older, "P-0004")) == 200, rig.why


def test_after_a_decision_of_today_none_of_before_is_taken(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    with plant.engine.connect() as connection:
        facts = queries.facts(connection, "api-1", "L-2", clock.now_text()[:10])
    assert facts is not None
    older = decision(plant, "api-1", "L-2", "released", "P-0004", digest=replace(facts, told=None).digest)
    both = then(released(told, "L-1"), STATUS_CHANGED_V2, "L-2", older, "P-0004")
    assert rig.show(both) == 422
    assert rig.found == ("digest_stale", len(story.entries) + 1)


@pytest.mark.urs("QUA-03")
def test_a_check_of_something_else_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    index = next(at for at, one in enumerate(story.entries) if one.head.kind == usage.CHECKED)
    recorded = [one for one in story.entries if one.head.kind == "quality.results_recorded.v3"]
    before = story.first(index)
    [entry] = [one.head.id for one in before.entries if one in recorded]
    said = {"entry": entry, "digest": "0" * 64, "comment": None, "meaning": usage.CHECK_MEANING}
    assert rig.show(then(before, usage.CHECKED, "L-1", said | signature(plant, "qian"), "qian")) == 422
    assert rig.found == ("digest_stale", index)


@pytest.mark.urs("QUA-01")
@pytest.mark.parametrize(
    "change", [{"plan": {**plans.DEFAULT, "rule": "fixed", "number": 1}}, {"version": None, "specification": None}]
)
def test_an_inspection_by_another_plan_than_the_specification_asks_for_is_found(
    rig: Rig, told: tuple[Plant, Story], change: Json
) -> None:
    story = told[1]
    opened = next(one.envelope.body for one in story.entries if one.head.kind == model.OPENED)
    number = opened["inspection"][:-1] + "5"
    right = {**opened, "inspection": number, "specification": CODE, "version": 1, "containers": 2, "number": 2}
    right |= {"reason": "Retest", "drawn": None, "lot": "L-1"}
    assert rig.show(then(story, model.OPENED, "L-1", right | change, "P-0004", number)) == 422
    assert rig.found == ("inspection_draw_wrong", len(story.entries))


def test_where_that_an_inspection_was_opened_was_erased_nobody_is_accused(tmp_path: Path, story: Story) -> None:
    """Of which lot its samples are nobody can say."""
    for index in story.indices("quality.inspection_opened.v1"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
