"""Inspections: there with the receipt, drawn by everybody alike, sampled, and the chain of custody of each sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alerts_support import inbox, listen
from inspection_support import Sampling
from specification_support import approve, definition
from sqlalchemy import Connection
from support import YEAR

from server.core import clock
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity.model import PERMISSIONS
from server.materials.labels import model as labels
from server.materials.labels import printables
from server.materials.stock import queries as stock
from server.quality.inspection import model, plans, queries, rules
from server.quality.inspection.model import Inspection, Sample, Step
from sync.log import reading

LABELS = [f"A-{n:02}" for n in range(1, 11)]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Sampling]:
    made = Sampling(database_url, tmp_path)
    yield made
    made.close()


@pytest.mark.urs("MAT-04", "QUA-01")
def test_with_a_receipt_its_inspection_is_there_by_the_specification_in_force(site: Sampling) -> None:
    approve(site, definition(sampling={**plans.DEFAULT, "rule": plans.WHO_R, "quantity": None}))
    site.receive("A-5/2", 10)
    found = site.inspection()
    year = found.opened_at[:4]
    assert found.inspection == f"INS-{year}-0001"
    assert (found.specification, found.version, found.sampling["rule"]) == ("QS-API-1", 1, "who_r")
    assert (found.containers, found.number, found.drawn, found.state) == (10, 5, (), "sampling")
    site.receive("B-1", None)
    assert site.inspection("B-1").inspection == f"INS-{year}-0002"
    listed = site.client("zhao").get("/api/inspections").json
    assert [one["lot"] for one in listed["items"]] == ["B-1", "A-5/2"]
    assert site.rebuilds()


@pytest.mark.urs("QUA-02")
def test_containers_join_the_draw_as_they_come_and_anybody_draws_the_same(site: Sampling) -> None:
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS[:4])
    site.label("A-5/2", *LABELS[4:])
    found = site.inspection()
    assert (found.containers, found.number) == (10, 5)
    assert found.drawn == tuple(plans.drawn(found.inspection, "api-1", "A-5/2", LABELS, 5))
    # One more changes neither how many are drawn of eleven, nor is it in the draw unless the draw says so.
    site.label("A-5/2", "A-11")
    again = site.inspection()
    assert again.drawn == tuple(plans.drawn(found.inspection, "api-1", "A-5/2", [*LABELS, "A-11"], 5))
    assert again.containers == 11
    # Somebody who may not receive registers nothing, and draws nothing.
    site.label("A-5/2", "A-12", actor="zhang")
    assert site.inspection() == again
    site.receive("A-5/2", 4)
    assert (site.inspection().containers, site.inspection().number) == (15, 5)
    assert site.rebuilds()


@pytest.mark.urs("QUA-02")
def test_where_all_are_sampled_none_is_named(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    assert (site.inspection().number, site.inspection().drawn) == (2, None)
    assert site.take("A-01", "A-02").json["missing_count"] == 0


@pytest.mark.urs("QUA-02")
@pytest.mark.parametrize("change", [{"drawn": ["A-01", "A-02", "A-03", "A-04", "A-05"]}, {"number": 1}])
def test_the_server_itself_cannot_state_another_draw(site: Sampling, change: dict[str, object]) -> None:
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS)
    found = site.inspection()
    assert found.drawn is not None
    said = {"inspection": found.inspection, "containers": 10, "number": 5, "drawn": [*found.drawn], **change}
    with pytest.raises(PestleError) as refused:
        site.plant.recorder.state(Fact(model.DRAWN, "lot/api-1/A-5/2", said))
    assert refused.value.code == "inspection_draw_wrong"


@pytest.mark.urs("QUA-02", "MAT-06")
def test_a_sample_is_complete_when_each_drawn_container_is_opened_and_leaves_stock(site: Sampling) -> None:
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS)
    drawn = site.inspection().drawn
    assert drawn is not None
    first = site.take(*drawn[:3])
    assert first.status_code == 201, first.text
    assert (first.json["missing"], first.json["missing_count"], first.json["state"]) == ([*drawn[3:]], 2, "sampling")
    assert first.json["sample"] == site.inspection().inspection.replace("INS", "SMP") + "-01"
    second = site.take(*drawn[3:])
    assert (second.json["sample"][-2:], second.json["state"]) == ("02", "sampled")
    with site.reading() as connection:
        held = stock.find_standing(connection, drawn[0], "2026-11-26")
    assert held is not None
    assert (held.held, held.opened) == ({"value": "24.980", "unit": "kg"}, True)
    assert (site.inspection().samplers, site.inspection().complete) == (("P-0005",), False)
    assert site.rebuilds()


@pytest.mark.urs("QUA-02")
def test_another_container_than_was_drawn_has_its_reason_and_foreign_ones_are_refused(site: Sampling) -> None:
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS)
    site.receive("B-1", 1)
    site.label("B-1", "B-01")
    drawn = site.inspection().drawn
    assert drawn is not None
    other = next(one for one in LABELS if one not in drawn)
    client, number = site.client("zhao"), site.inspection().inspection
    looks = {
        label: client.get(f"/api/inspections/{number}/container?label={label}").json["code"]
        for label in (drawn[0], other, "B-01", "none")
    }
    assert [*looks.values()] == ["drawn", "not_drawn", "other_lot", "unknown"]
    assert site.take("B-01").json["code"] == "sample_container_foreign"
    assert site.take(other).json["code"] == "sample_reason_missing"
    done = site.take(other, instead_of=drawn[0], reason="Drum is dented")
    assert done.status_code == 201, done.text
    # What was opened instead stands for what was drawn.
    assert done.json["missing"] == [*drawn[1:]]
    assert client.get(f"/api/inspections/{number}/container?label={other}").json["code"] == "sampled"


@pytest.mark.urs("QUA-02")
def test_what_a_device_says_is_kept_and_flagged(site: Sampling) -> None:
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS)
    number = site.inspection().inspection
    line = {"quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    sample = number.replace("INS", "SMP") + "-7K2"
    said = {"inspection": number, "sample": sample, "purpose": "test", "comment": None}
    said |= {"containers": [{"container": "none", **line}]}
    tablet = site.tablet()
    first = tablet.record(model.TAKEN, "lot/api-1/A-5/2", said, actor="zhao")
    assert set(first.flags) >= {"container_foreign", "container_not_drawn"}
    assert "sample_known" in tablet.record(model.TAKEN, "lot/api-1/A-5/2", said, actor="zhao").flags
    other = {**said, "sample": sample + "X"}
    assert "person_not_permitted" in tablet.record(model.TAKEN, "lot/api-1/A-5/2", other, actor="zhang").flags
    unknown = {**other, "inspection": f"INS-{YEAR}-9999"}
    assert "inspection_unknown" in tablet.record(model.TAKEN, "lot/api-1/A-5/2", unknown, actor="zhao").flags
    page = site.client("zhao").get(f"/api/inspections/{number}").json
    assert [one["counts"] for one in page["samples"]] == [True, False, False]
    assert site.rebuilds()


@pytest.mark.urs("QUA-02")
def test_what_a_device_took_of_another_lot_completes_no_sampling_and_what_it_labelled_later_does(
    site: Sampling,
) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", "A-01")
    site.receive("B-1", 2)
    site.label("B-1", "B-01", "B-02")
    inspection, tablet = site.inspection(), site.tablet()
    line = {"quantity": {"value": "0.020", "unit": "kg"}, "reason": "dented"}

    def take(end: str, *pairs: tuple[str, str | None]) -> None:
        containers = [{"container": label, "instead_of": other, **line} for label, other in pairs]
        said = {"inspection": inspection.inspection, "purpose": "test", "comment": None, "containers": containers}
        said["sample"] = inspection.inspection.replace("INS", "SMP") + end
        tablet.record(model.TAKEN, "lot/api-1/A-5/2", said, actor="zhao")

    take("-7K2", ("B-01", "A-01"), ("B-02", "A-02"))
    assert site.inspection().state == "sampling"
    take("-7K3", ("A-01", None), ("A-02", None))
    assert site.inspection().state == "sampling"
    site.label("A-5/2", "A-02")
    assert site.inspection().state == "sampled"
    assert site.rebuilds()


@pytest.mark.urs("QUA-02", "PLT-13")
@pytest.mark.parametrize(("ahead", "whole"), [(30, True), (290, True), (330, False)])
def test_a_handheld_whose_clock_is_a_little_fast_breaks_no_chain(site: Sampling, ahead: int, whole: bool) -> None:
    """Samples handed over at a desk right after; beyond what clocks may be off, nobody knows what came first."""
    site.receive("A-5/2", 1)
    site.label("A-5/2", "A-01")
    inspection, tablet = site.inspection(), site.tablet()
    tablet.writer.clock = lambda: int(clock.now().timestamp() * 1000) + ahead * 1000
    sample = inspection.inspection.replace("INS", "SMP") + "-7K2"
    line = {"container": "A-01", "quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    said = {"inspection": inspection.inspection, "sample": sample, "purpose": "test", "comment": None}
    tablet.record(model.TAKEN, "lot/api-1/A-5/2", said | {"containers": [line]}, actor="zhao")
    handed = site.hand(sample, "handed", by="zhao", to="qian").json
    assert [one["breaks"] for one in handed["steps"]] == [[] if whole else ["time_order"]]
    site.hand(sample, "received", by="qian")
    assert site.inspection().state == ("complete" if whole else "sampling")
    with site.reading() as connection:
        flags = reading.of_kind(connection, model.HANDED_KIND)[0].stamp.flags
    assert ("custody_broken" in flags) is not whole
    assert site.rebuilds()


@pytest.mark.urs("QUA-02")
def test_two_who_take_samples_at_once_get_two_numbers(site: Sampling, monkeypatch: pytest.MonkeyPatch) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    number, others = site.inspection().inspection, [lambda: site.take("A-02", by="qian")]
    real, answers = queries.next_sample, []

    def late(connection: Connection, inspection: str) -> str:
        found = real(connection, inspection)
        while others:
            answers.append(others.pop()())
        return found

    monkeypatch.setattr(queries, "next_sample", late)
    answers.append(site.take("A-01"))
    assert [one.json["sample"][-2:] for one in answers] == ["01", "02"]
    page = site.client("zhao").get(f"/api/inspections/{number}").json
    assert ([one["counts"] for one in page["samples"]], page["state"]) == ([True, True], "sampled")


@pytest.mark.urs("QUA-02")
@pytest.mark.parametrize(("value", "wrong"), [("-0.020", True), ("0", True), ("0.020", False)])
def test_a_sample_takes_something_out_of_its_container(site: Sampling, value: str, wrong: bool) -> None:
    line = {"container": "A-01", "quantity": {"value": value, "unit": "kg"}, "instead_of": None, "reason": None}
    said = {"inspection": f"INS-{YEAR}-0001", "sample": f"SMP-{YEAR}-0001-7K2", "purpose": "test", "comment": None}
    assert bool(site.plant.registry.problems(model.TAKEN, said | {"containers": [line]})) == wrong


@pytest.mark.urs("QUA-02")
def test_each_container_is_identified_where_the_specification_says_so(site: Sampling) -> None:
    approve(site, definition(sampling={**plans.DEFAULT, "identity": plans.EVERY}))
    site.receive("A-5/2", 4)
    site.label("A-5/2", *LABELS[:4])
    drawn = site.inspection().drawn
    assert drawn is not None
    assert len(drawn) == 3
    done = site.take(*drawn)
    [left] = set(LABELS[:4]) - {*drawn}
    assert (done.json["unidentified"], done.json["state"]) == ([left], "sampling")
    assert site.take(left, purpose="identity").json["state"] == "sampled"


@pytest.mark.urs("QUA-02")
def test_the_laboratory_receives_what_was_handed_to_it_and_then_the_sampling_is_complete(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    sample = site.take("A-01", "A-02").json["sample"]
    kept = site.take("A-01", purpose="retained").json["sample"]
    assert site.hand(sample, "handed").json["code"] == "sample_step_incomplete"
    handed = site.hand(sample, "handed", to="qian").json
    assert ({"id": "qian", "name": "qian", "name_en": None} in handed["receivers"], handed["broken"]) == (True, False)
    received = site.hand(sample, "received", by="qian", place="QC-2").json
    assert (received["state"], received["broken"], received["of"]["state"]) == ("received", False, "complete")
    assert site.inspection().complete
    stored = site.hand(kept, "stored", place="R-3-2", until="2031-01-01").json
    assert (stored["state"], stored["broken"]) == ("stored", False)
    early = site.hand(kept, "destroyed", reason="Cupboard is full").json
    assert (early["broken"], early["steps"][-1]["breaks"]) == (True, ["too_early"])
    assert site.hand(kept, "stored", place="R-3-2").json["code"] == "sample_destroyed"
    assert site.rebuilds()


@pytest.mark.urs("MAT-04", "HMI-04")
def test_who_samples_and_who_receives_finds_it_on_the_home_and_is_alerted(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    number = site.inspection().inspection

    def waits(login: str, code: str) -> list[tuple[str, str]]:
        items = site.client(login).get("/api/home/tasks").json["items"]
        return [(one["to"], one["about"]) for one in items if one["code"] == code]

    assert waits("qian", "sample_take") == [(f"/inspections/{number}", f"{number} · A-5/2")]
    assert waits("li", "sample_take") == []
    sample = site.take("A-01", "A-02").json["sample"]
    assert waits("qian", "sample_take") == []
    site.hand(sample, "handed", to="qian")
    assert waits("qian", "sample_receive") == [(f"/inspections/samples/{sample}", sample)]
    assert waits("zhao", "sample_receive") == []
    site.hand(sample, "received", by="zhao")
    listen(site)
    told = {(one["code"], one["link"]) for one in inbox(site.client("qian"))}
    assert told >= {
        ("inspection_opened", f"/inspections/{number}"),
        ("custody_broken", f"/inspections/samples/{sample}"),
    }


@pytest.mark.urs("QUA-02", "MAT-11")
def test_the_label_of_a_sample_says_whose_it_is(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    sample = site.take("A-01", "A-02").json["sample"]
    with site.reading() as connection:
        said = printables.SOURCES["sample"](connection, [sample, "none"], "2026-11-26")
    told = said[sample]
    assert [*said] == [sample]
    assert (told["code"], told["quantity"], told["lot"], told["purpose_zh"]) == (sample, "0.040 kg", "A-5/2", "检验")
    assert {*told} <= {*labels.FIELDS["sample"], labels.CODE}


@pytest.mark.urs("QUA-02")
def test_a_lot_that_is_tested_again_gets_an_inspection_of_its_own(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    first, client = site.inspection(), site.client("zhao")
    body = {"material": "api-1", "lot": "A-5/2", "reason": "Retest is due"}
    assert client.post("/api/inspections", json=body).json["code"] == "inspection_open"
    sample = site.take("A-01", "A-02").json["sample"]
    site.hand(sample, "handed", to="qian")
    site.hand(sample, "received", by="qian")
    second = client.post("/api/inspections", json=body)
    assert second.status_code == 201, second.text
    assert (second.json["reason"], second.json["number"]) == ("Retest is due", 2)
    assert site.inspection().inspection != first.inspection
    assert client.post("/api/inspections", json={**body, "lot": "none"}).json["code"] == "lot_unknown"


@pytest.mark.urs("QUA-02", "MAT-07")
def test_of_a_lot_that_is_tested_again_no_sample_is_asked_of_what_is_used_up(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    site.label("A-5/2", *LABELS[:2])
    sample = site.take("A-01", "A-02").json["sample"]
    site.hand(sample, "handed", to="qian")
    site.hand(sample, "received", by="qian")
    said = {"container": "A-01", "quantity": {"value": "24.980", "unit": "kg"}, "reason": "Spilt", "witness": None}
    site.state("materials.container_scrapped.v1", "container/A-01", said, actor="huang")
    body = {"material": "api-1", "lot": "A-5/2", "reason": "Retest is due"}
    assert site.client("zhao").post("/api/inspections", json=body).json["missing"] == ["A-02"]
    done = site.take("A-02").json
    assert (done["missing_count"], done["state"]) == (0, "sampled")
    assert site.rebuilds()


@pytest.mark.urs("QUA-02", "IDN-01")
def test_only_who_may_samples(site: Sampling) -> None:
    site.receive("A-5/2", 2)
    number = site.inspection().inspection
    body = {"purpose": "test", "containers": [], "comment": None}
    for login in ("zhang", "huang", "li"):
        assert site.client(login).post(f"/api/inspections/{number}/samples", json=body).status_code == 403
    assert [role for role, held in PERMISSIONS.items() if model.TAKES in held] == ["qc"]


def sample(by: str = "a", at: str = "2026-11-26T08:00:00.000Z") -> Sample:
    return Sample(f"SMP-{YEAR}-0001-01", "e", f"INS-{YEAR}-0001", "test", (), None, by, at, "server", (), True)


def link(step: str, by: str, hour: int = 9, **more: str) -> Step:
    told = {name: more.get(name) for name in ("place", "to", "until", "reason")}
    return Step("e", step, by, f"2026-11-26T{hour:02}:00:00.000Z", **told)


HANDED, RECEIVED = link("handed", "a", to="b"), link("received", "b")


@pytest.mark.urs("QUA-02")
@pytest.mark.parametrize(
    ("steps", "breaks"),
    [
        ([HANDED, RECEIVED, link("stored", "c", place="R-1"), link("destroyed", "b", reason="x")], [[]] * 4),
        ([RECEIVED], [["not_handed"]]),
        ([link("handed", "c", to="b")], [["other_holder"]]),
        ([HANDED, link("received", "c")], [[], ["other_receiver"]]),
        ([HANDED, link("received", "a")], [[], ["received_own"]]),
        ([HANDED, link("stored", "a", place="R-1")], [[], ["not_received"]]),
        ([link("handed", "a", hour=7, to="b")], [["time_order"]]),
        ([HANDED, RECEIVED, link("destroyed", "b"), link("stored", "b")], [[], [], [], ["after_destroyed"]]),
        ([link("stored", "a", until="2027-01-01"), link("destroyed", "a")], [[], ["too_early"]]),
        ([link("stored", "a", until="2026-11-26"), link("destroyed", "a")], [[], []]),
    ],
)
def test_where_a_chain_of_custody_breaks_it_says_how(steps: list[Step], breaks: list[list[str]]) -> None:
    assert [[*one.breaks] for one in rules.custody(sample(), steps)] == breaks


@pytest.mark.urs("QUA-02")
def test_without_labels_as_many_containers_as_the_plan_says_are_enough() -> None:
    told = (f"INS-{YEAR}-0001", "api-1", "A", None, None, plans.DEFAULT, 10, 2, (), None, "server", "", "sampling", ())
    found = Inspection(*told)
    one = {"container": "1", "quantity": {"value": "1", "unit": "kg"}, "instead_of": None, "reason": None}
    taken = Sample(f"SMP-{YEAR}-0001-01", "e", f"INS-{YEAR}-0001", "test", (one,), None, "a", "", "server", (), True)
    assert rules.state(found, [taken], [], []) == "sampling"
    more = Sample(
        f"SMP-{YEAR}-0001-02", "f", f"INS-{YEAR}-0001", "test", ({**one, "container": "2"},), None, *taken_rest()
    )
    assert rules.state(found, [taken, more], [], []) == "sampled"


def taken_rest() -> tuple[str, str, str, tuple[str, ...], bool]:
    return "a", "", "server", (), True
