"""What a sampling is worth to the decision about a lot: whole custody, containers that were split, words of handhelds,
and the hands of whoever wrote a number that was corrected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alerts_support import inbox, listen
from hypothesis import given as examples
from hypothesis import strategies as st
from inspection_support import Sampling
from plant import PASSWORD
from specification_support import CODE, Json, approve, definition, numeric
from usage_support import check, decide, decision
from witness_support import Rig, Story

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.materials.model import STATUS_CHANGED_V2
from server.quality.inspection import model, plans, rules
from server.quality.inspection.model import Inspection, Sample, Step
from server.quality.usage import queries as usage

pytestmark = pytest.mark.urs("MAT-05", "QUA-02")
LOT = "lot/api-1/A-5/2"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Sampling]:
    made = Sampling(database_url, tmp_path)
    made.receive("A-5/2", 2)
    made.label("A-5/2", "A-01", "A-02")
    yield made
    made.close()


def delivered(site: Sampling, *labels: str) -> str:
    """A sample of these containers that the laboratory has."""
    sample: str = site.take(*labels).json["sample"]
    site.hand(sample, "handed", to="qian")
    site.hand(sample, "received", by="qian")
    return sample


def page(site: Sampling) -> Json:
    found: Json = site.client("li").get("/api/lots/api-1/A-5/2/usage").json
    return found


def sampled(site: Sampling) -> bool:
    return next(bool(gate["met"]) for gate in page(site)["gates"] if gate["code"] == "sampling")


def split(site: Sampling, label: str, *parts: str) -> None:
    into = [{"container": part, "quantity": {"value": "5.000", "unit": "kg"}} for part in parts]
    site.state(
        "materials.container_split.v1",
        f"container/{label}",
        {"container": label, "into": into, "reason": None},
        actor="huang",
    )


def test_a_sample_of_broken_custody_completes_nothing_until_another_was_taken(site: Sampling) -> None:
    broken = site.take("A-01", "A-02").json["sample"]
    said = site.hand(broken, "received", by="qian").json
    assert (said["broken"], said["of"]["state"], sampled(site)) == (True, "sampling", False)
    shown = site.client("zhao").get(f"/api/inspections/{site.inspection().inspection}").json
    assert shown["missing"] == ["A-01", "A-02"]
    delivered(site, "A-01", "A-02")
    assert (site.inspection().state, sampled(site)) == ("complete", True)
    assert site.rebuilds()


def test_a_sample_that_was_recorded_wrongly_is_taken_back_with_its_reason(site: Sampling, tmp_path: Path) -> None:
    sample = delivered(site, "A-01", "A-02")
    assert sampled(site)
    body = {"reason": "Container A-03 was opened"}
    assert site.client("zhang").post(f"/api/samples/{sample}/void", json=body).status_code == 403
    assert site.client("zhao").post(f"/api/samples/{sample}/void", json={"reason": ""}).status_code == 422
    done = site.client("zhao").post(f"/api/samples/{sample}/void", json=body)
    assert (done.status_code, done.json["counts"], done.json["of"]["state"]) == (201, False, "sampling")
    assert site.client("zhao").post(f"/api/samples/{sample}/void", json=body).json["code"] == "sample_unknown"
    assert not sampled(site)
    delivered(site, "A-01", "A-02")
    assert sampled(site)
    assert site.rebuilds()
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    pen = story.pen("server", story.signer)
    twice = pen.write(model.VOIDED, LOT, {**body, "sample": sample}, actor="P-0005", subject=sample)
    assert rig.show(story) == 200, rig.why
    assert rig.show(story.then(twice)) == 422
    assert rig.found == ("sample_unknown", len(story.entries))
    rig.folder.close()


@pytest.mark.urs("MAT-06")
def test_a_container_that_is_split_asks_for_no_further_sample_and_stands_for_its_parts(site: Sampling) -> None:
    delivered(site, "A-01", "A-02")
    split(site, "A-01", "A-11", "A-12")
    assert sampled(site)
    kept = site.take("A-11", purpose="retained")
    assert kept.status_code == 201, kept.text
    assert (kept.json["state"], kept.json["missing"], sampled(site)) == ("complete", [], True)
    assert site.rebuilds()


@pytest.mark.urs("MAT-06")
def test_of_a_container_that_was_split_before_any_part_can_be_sampled(site: Sampling) -> None:
    split(site, "A-01", "A-11")
    split(site, "A-11", "A-12")
    done = site.take("A-12", "A-02")
    assert done.status_code == 201, done.text
    assert (done.json["state"], done.json["samples"][0]["flags"]) == ("sampled", [])
    assert site.rebuilds()


def test_what_a_handheld_said_of_a_sampling_is_part_of_what_is_signed(site: Sampling) -> None:
    before = page(site)["digest"]
    line = {"quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    number = site.inspection().inspection
    said = {"inspection": number, "sample": number.replace("INS", "SMP") + "-7K2", "purpose": "test", "comment": None}
    said |= {"containers": [{"container": "A-01", **line}]}
    site.tablet().record(model.TAKEN, "warehouse/main/2026-11-26", said, actor="zhao")
    assert page(site)["digest"] != before
    stale = decision(site.plant, "api-1", "A-5/2", "rejected", "P-0004", digest=before)
    with pytest.raises(PestleError) as refused:
        site.plant.recorder.state(Fact("materials.lot_status_changed.v3", LOT, stale, actor="P-0004"))
    assert refused.value.code == "digest_stale"


def test_nobody_decides_on_less_than_is_shown_today(site: Sampling) -> None:
    said = decision(site.plant, "api-1", "A-5/2", "rejected", "P-0004")
    with pytest.raises(PestleError) as refused:
        site.plant.recorder.state(Fact(STATUS_CHANGED_V2, LOT, said, actor="P-0004"))
    assert refused.value.code == "digest_stale"


@pytest.mark.urs("QUA-03", "IDN-08")
def test_whose_result_was_corrected_decides_nothing_either(site: Sampling) -> None:
    person = {"person": "both", "login": "both", "name": "both", "name_en": None, "roles": ["qa", "qc"]}
    site.state("identity.person_added.v1", "person/both", person)
    approve(site, definition(numeric()))
    body = {"about": LOT, "stage": "incoming", "specification": CODE, "version": 1}

    def record(login: str, value: str, **more: str) -> str:
        answer = {"test": "assay", "value": value, "text": None, "conforms": None}
        done = site.client(login).post("/api/results", json={**body, "results": [answer], **more})
        assert done.status_code == 201, done.text
        return str(done.json["entry"])

    first = record("both", "99.1")
    record("zhao", "99.6", corrects=first, reason="Typing error")
    with site.reading() as connection:
        facts = usage.facts(connection, "api-1", "A-5/2", "2026-11-26")
    assert facts is not None
    assert facts.authors == ("both",)
    said = {name: page(site)[name] for name in ("digest", "specification", "version", "inspection")}
    said |= {"status": "released", "conditions": None, "retest": None, "reason": None}
    said |= {"login": "both", "password": PASSWORD}
    answer = site.client("both").post("/api/lots/api-1/A-5/2/usage", json=said)
    assert "independent" in [gate["code"] for gate in answer.json["details"]["open"]]


def said(sample: str | None, value: str = "99.5", **more: Any) -> Json:
    answer = {"test": "assay", "value": value, "text": None, "conforms": None, **more}
    return {"stage": "incoming", "specification": CODE, "version": 1, "results": [answer], "sample": sample}


def analysed(site: Sampling, sample: str | None, value: str = "99.5") -> list[str]:
    """Somebody's result of a sample, with the flags that it got; another has checked it."""
    done = site.client("zhao").post("/api/results", json={"about": LOT, **said(sample, value)})
    assert done.status_code == 201, done.text
    check(site.plant, LOT, done.json["entry"], "qian")
    flags: list[str] = done.json["flags"]
    return flags


def told(site: Sampling, sample: str) -> list[str]:
    """The same out of the hand of a device, which nothing refuses."""
    more = {"analyst": "P-0005", "inspection": None, "retest_of": None}
    used: Json = {"instrument": None, "reagents": []}
    device = site.tablet()
    done = device.record("quality.results_recorded.v3", LOT, said(sample, **used) | more, actor="zhao")
    check(site.plant, LOT, done.id, "qian")
    return [*done.flags]


def unmet(site: Sampling) -> list[str]:
    return [gate["code"] for gate in page(site)["gates"] if not gate["met"]]


@pytest.mark.urs("QUA-03")
@pytest.mark.parametrize("value", ["99.5", "97.0"])
def test_a_result_of_a_sample_that_was_taken_back_releases_nothing_and_still_fails(site: Sampling, value: str) -> None:
    approve(site, definition(numeric()))
    sample = delivered(site, "A-01", "A-02")
    assert "sample_unfit" not in analysed(site, sample, value)
    assert unmet(site) == ([] if value == "99.5" else ["results_pass"])
    body = {"reason": "Another drum was opened"}
    assert site.client("zhao").post(f"/api/samples/{sample}/void", json=body).status_code == 201
    another = delivered(site, "A-01", "A-02")
    assert unmet(site) == (["results_complete"] if value == "99.5" else ["results_complete", "results_pass"])
    assert "sample_unfit" in analysed(site, sample)
    assert "results_complete" in unmet(site)
    assert "sample_unfit" not in analysed(site, another)
    assert unmet(site) == ([] if value == "99.5" else ["results_pass"])
    assert site.rebuilds()


@pytest.mark.urs("QUA-03")
def test_whoever_decided_is_told_that_a_sample_of_a_released_lot_was_taken_back(site: Sampling) -> None:
    approve(site, definition(numeric()))
    first, second = delivered(site, "A-01", "A-02"), delivered(site, "A-01", "A-02")
    analysed(site, first)
    body = {"reason": "Another drum was opened"}
    assert site.client("zhao").post(f"/api/samples/{second}/void", json=body).status_code == 201
    decide(site.plant, "api-1", "A-5/2", "released", "P-0004")
    assert site.client("zhao").post(f"/api/samples/{first}/void", json=body).status_code == 201
    listen(site)
    told = [one["text"]["en"] for one in inbox(site.client("li")) if one["code"] == "sample_voided"]
    assert told == [f"{first} of api-1 A-5/2: Another drum was opened"]


@pytest.mark.urs("QUA-03")
def test_a_result_of_a_lost_sample_or_of_another_lot_releases_nothing(site: Sampling) -> None:
    approve(site, definition(numeric()))
    lost = site.take("A-01").json["sample"]
    site.hand(lost, "received", by="qian")
    site.receive("B-1", 1)
    site.label("B-1", "B-01")
    foreign = site.take("B-01", number=site.inspection("B-1").inspection).json["sample"]
    delivered(site, "A-01", "A-02")
    assert (analysed(site, lost), told(site, foreign)) == (["sample_unfit"], ["sample_unfit"])
    assert unmet(site) == ["results_complete"]


@pytest.mark.urs("QUA-03")
def test_a_result_of_a_sample_that_nobody_has_heard_of_waits_until_the_laboratory_has_it(site: Sampling) -> None:
    approve(site, definition(numeric()))
    delivered(site, "A-01", "A-02")
    number = site.inspection().inspection
    named = number.replace("INS", "SMP") + "-7K2"
    assert told(site, named) == []
    assert unmet(site) == ["results_complete"]
    line = {"quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    taken = {"inspection": number, "sample": named, "purpose": "test", "comment": None}
    taken |= {"containers": [{"container": "A-01", **line}]}
    site.plant.recorder.state(Fact(model.TAKEN, LOT, taken, actor="P-0005"))
    assert unmet(site) == ["results_complete"]
    for step, by, to in (("handed", "zhao", "qian"), ("received", "qian", None)):
        assert site.hand(named, step, by=by, to=to).status_code == 201
    assert unmet(site) == []
    assert site.rebuilds()


@pytest.mark.urs("QUA-03")
def test_a_result_of_no_sample_of_the_lot_speaks_for_nothing_and_the_desk_offers_those_there_are(
    site: Sampling,
) -> None:
    approve(site, definition(numeric()))
    sample = delivered(site, "A-01", "A-02")
    kept = site.take("A-01", purpose="retained").json["sample"]
    for made in ("SMP-2026-9999-01", "anything"):
        refused = site.client("zhao").post("/api/results", json={"about": LOT, **said(made)})
        assert (refused.status_code, refused.json["code"]) == (404, "sample_unknown")
    assert (analysed(site, None), analysed(site, kept)) == ([], [])
    assert unmet(site) == ["results_complete"]
    known = site.client("zhao").get(f"/api/results/specification?about={LOT}&stage=incoming").json
    assert known["samples"] == [{"sample": sample, "purpose": "test"}]
    assert [one["sample"] for one in known["made"]] == [None, kept]
    assert analysed(site, None, "97.0") == ["out_of_limits"]
    assert unmet(site) == ["results_complete", "results_pass"]


def test_an_inspection_is_opened_by_the_plan_that_the_specification_asks_for(site: Sampling) -> None:
    delivered(site, "A-01", "A-02")
    approve(site, definition(numeric(), sampling={**plans.DEFAULT, "rule": plans.ALL}))
    body = {"material": "api-1", "lot": "A-5/2", "reason": "Retest"}
    number = site.inspection().inspection[:-1] + "2"
    less = {**body, "inspection": number, "specification": None, "version": None, "plan": dict(plans.DEFAULT)}
    less |= {"containers": 2, "number": 2, "drawn": None}
    with pytest.raises(PestleError) as refused:
        site.plant.recorder.state(Fact(model.OPENED, LOT, less, subject=number, actor="P-0004"))
    assert refused.value.code == "inspection_draw_wrong"
    right = site.client("li").post("/api/inspections", json=body)
    assert (right.status_code, right.json["version"], right.json["sampling"]["rule"]) == (201, 1, "all")


def test_what_is_kept_back_and_what_the_laboratory_does_not_have_samples_no_container(
    site: Sampling, tmp_path: Path
) -> None:
    delivered(site, "A-01")
    site.take("A-02", purpose="retained")
    shown = site.client("zhao").get(f"/api/inspections/{site.inspection().inspection}").json
    assert (shown["missing"], shown["missing_count"], shown["state"], sampled(site)) == (["A-02"], 1, "sampling", False)
    second = site.take("A-02").json["sample"]
    assert (site.inspection().state, sampled(site)) == ("sampled", False)
    site.hand(second, "handed", to="qian")
    site.hand(second, "received", by="qian")
    assert (site.inspection().state, sampled(site)) == ("complete", True)
    assert site.rebuilds()


TIME = "2026-11-26T08:00:00.000Z"
FOUND = Inspection("I", "m", "l", None, None, plans.DEFAULT, 3, 3, None, None, "server", "", "sampling", ())


def taken(*labels: str, purpose: str = "test", number: str = "S") -> Sample:
    quantity = {"value": "1", "unit": "g"}
    lines = tuple({"container": one, "quantity": quantity, "instead_of": None, "reason": None} for one in labels)
    return Sample(number, "e", "I", purpose, lines, None, "a", TIME, "server", (), True)


@examples(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=8))
def test_whatever_is_split_of_what_was_sampled_nothing_is_asked_for_again(moves: list[tuple[int, bool]]) -> None:
    every, parents = dict.fromkeys("abc", False), dict[str, str]()
    steps = [("S", Step("e", step, by, TIME, None, to, None, None)) for step, by, to in CHAIN]
    for at, (of, empties) in enumerate(moves):
        source = sorted(every)[of % len(every)]
        parents[f"p{at}"], every[f"p{at}"] = source, False
        every[source] = every[source] or empties
    standing, whole, labels = rules.as_it_stands(FOUND, [taken("a", "b", "c")], steps, every, parents)
    assert labels == ["a", "b", "c"]
    assert rules.state(standing, whole, steps, labels) == "complete"


CHAIN = (("handed", "a", "b"), ("received", "b", None))


@examples(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(model.PURPOSES), st.booleans()), max_size=8),
)
def test_an_inspection_is_complete_when_the_laboratory_has_what_is_tested_of_each_container(
    drawn: list[tuple[str, str, bool]],
) -> None:
    samples = [taken(label, purpose=purpose, number=f"S{at}") for at, (label, purpose, _) in enumerate(drawn)]
    received = [(at, label, purpose) for at, (label, purpose, there) in enumerate(drawn) if there]
    steps = [
        (f"S{at}", Step("e", step, by, TIME, None, to, None, None)) for at, *_ in received for step, by, to in CHAIN
    ]
    covered = {label for _, label, purpose in received if purpose != "retained"} == set("abc")
    complete = covered and any(purpose == "test" for *_, purpose in received)
    assert (rules.state(FOUND, samples, steps, list("abc")) == "complete") is complete
