"""The switching rules of ISO 2859-1: tightened after two of five lots, normal after five, stopped after five more."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspection_support import Sampling
from plant import PASSWORD
from receiving_support import received
from specification_support import Json, approve, conform, definition
from usage_support import check, decide, signature
from witness_support import Story, witnessed

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.quality.inspection import plans, switching
from server.quality.inspection.model import OPENED
from server.quality.inspection.switching import Event, Standing
from server.quality.usage import model as usage

pytestmark = pytest.mark.urs("QUA-02")
ISO = {**plans.DEFAULT, "rule": plans.ISO2859, "level": "II", "aql": "10", "severity": plans.SWITCHING}
SUPPLIER = "S-01"


def after(told: str) -> Standing:
    """Of lots named by their place: `a` accepted, `r` not, `!` where QA lets sampling go on."""
    said = {"a": True, "r": False, "!": None}
    return switching.standing(Event(n, f"L{n}", said[one]) for n, one in enumerate(told, 1))


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ("", "normal"),
        ("r", "normal"),
        ("rr", "tightened"),
        ("raaar", "tightened"),
        # The first of two is too long ago: six lots.
        ("raaaar", "normal"),
        ("rraaaa", "tightened"),
        ("rraaaaa", "normal"),
        ("rraaaraaaa", "tightened"),
        ("rraaaraaaaa", "normal"),
        # What was before tightened inspection counts no more after it.
        ("rraaaaar", "normal"),
        ("rraaaaarr", "tightened"),
    ],
)
def test_inspection_is_tightened_and_relaxed_as_clause_9_3_says(told: str, severity: str) -> None:
    assert (after(told).severity, after(told).discontinued) == (severity, False)


def test_it_is_said_since_which_lot_and_because_of_which() -> None:
    found = after("araar")
    assert (found.severity, found.cause, found.in_a_row) == ("tightened", ("L2", "L5"), 0)
    assert after("araaraa").payload() == {
        "severity": "tightened",
        "discontinued": False,
        "accepted": 2,
        "cause": ["L2", "L5"],
        "rejected": [],
    }


def test_five_lots_that_are_not_accepted_under_tightened_inspection_stop_it_until_qa_lets_it_go_on() -> None:
    assert not after("rrrararar").discontinued
    stopped = after("rrrarararr")
    assert (stopped.severity, stopped.discontinued, stopped.rejected) == (
        "tightened",
        True,
        ("L3", "L5", "L7", "L9", "L10"),
    )
    # Nothing that is decided meanwhile counts; it goes on tightened, and from nothing.
    again = after("rrrarararraaaaa!")
    assert (again.severity, again.discontinued, again.rejected, again.in_a_row) == ("tightened", False, (), 0)
    assert after("rrrarararr!aaaaa").severity == "normal"
    assert after("rr!r").rejected == ("L4",)


@given(st.text("ar!", max_size=60))
def test_no_sequence_is_normal_with_two_of_the_last_five_rejected_nor_stopped_without_five(told: str) -> None:
    found = after(told)
    if found.severity == plans.NORMAL:
        assert [accepted for _, accepted in found.recent].count(False) < 2
        assert not found.cause
    assert found.discontinued == (len(found.rejected) >= 5)
    assert len(found.recent) <= 5


class Deliveries(Sampling):
    """Lots of ten containers from one supplier, by a specification that leaves the severity to the rules."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        approve(self, definition(conform(), sampling=ISO))

    def deliver(self, lot: str, supplier: str | None = SUPPLIER) -> Json:
        said = received(lot, containers=100, supplier=supplier)
        self.state("materials.lot_received.v2", f"lot/api-1/{lot}", said, actor="huang")
        found: Json = self.client("zhao").get(f"/api/inspections/{self.inspection(lot).inspection}").json
        return found

    def reject(self, *lots: str) -> None:
        for lot in lots:
            self.deliver(lot)
            decide(self.plant, "api-1", lot, "rejected", "P-0004")

    def accept(self, lot: str) -> None:
        """As if sampled and tested: what the rules count is the decision, which other tests take by its gates."""
        opened = self.deliver(lot)
        self.label(lot, *(f"{lot}-{n:03d}" for n in range(1, 101)))
        labels = self.inspection(lot).drawn
        assert labels is not None
        sample = self.take(*labels, number=opened["inspection"]).json["sample"]
        self.hand(sample, "handed", to="qian")
        self.hand(sample, "received", by="qian")
        body = {"about": f"lot/api-1/{lot}", "stage": "incoming", "specification": "QS-API-1", "version": 1}
        line = {"test": "identification", "value": None, "text": "blue", "conforms": True}
        said = {**body, "sample": sample, "results": [line]}
        entry = self.client("zhao").post("/api/results", json=said).json["entry"]
        check(self.plant, f"lot/api-1/{lot}", entry, "qian")
        decide(self.plant, "api-1", lot, "released", "P-0004")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Deliveries]:
    made = Deliveries(database_url, tmp_path)
    yield made
    made.close()


def plan(page: Json) -> tuple[Any, ...]:
    return page["sampling"]["severity"], page["plan"]["number"], page["plan"]["accept"]


def test_lots_of_a_supplier_are_drawn_as_its_last_ones_deserve_and_the_page_says_why(site: Deliveries) -> None:
    assert plan(site.deliver("N-1")) == ("normal", 20, 5)
    site.reject("N-2", "N-3")
    tightened = site.deliver("T-1")
    assert plan(tightened) == ("tightened", 20, 3)
    assert tightened["switching"]["cause"] == ["N-2", "N-3"]
    # What was opened before stays as it was drawn, and another supplier is not concerned, nor one whom nobody knows.
    before = site.client("zhao").get(f"/api/inspections/{site.inspection('N-1').inspection}").json
    assert (plan(before)[0], before["switching"]["severity"]) == ("normal", "normal")
    assert plan(site.deliver("O-1", "S-02"))[0] == "normal"
    assert plan(site.deliver("U-1", None))[0] == "normal"
    for nth in range(4):
        site.accept(f"A-{nth}")
    assert plan(site.deliver("T-2"))[0] == "tightened"
    site.accept("A-4")
    assert plan(site.deliver("N-9"))[0] == "normal"
    assert site.rebuilds()


def stop(site: Deliveries) -> None:
    site.reject("R-1", "R-2", *(f"S-{n}" for n in range(5)))


def resume(site: Deliveries, lot: str, by: str = "li") -> Any:
    body = {"reason": "A new sieve; three lots examined anew", "login": by, "password": PASSWORD}
    return site.client(by).post(f"/api/lots/api-1/{lot}/resume-sampling", json=body)


def test_a_supplier_whose_sampling_has_stopped_waits_for_qa_and_the_error_says_how_to_go_on(site: Deliveries) -> None:
    site.deliver("W-1")
    assert resume(site, "W-1").json["code"] == "sampling_not_discontinued"
    stop(site)
    page = site.client("li").get("/api/lots/api-1/W-1/usage").json
    assert page["switching"]["discontinued"]
    assert {"code": "sampling_goes_on", "met": False, "details": []} in page["gates"]
    with pytest.raises(PestleError, match="sampling_discontinued"):
        decide(site.plant, "api-1", "W-1", "released", "P-0004")
    # It comes all the same, and can be stopped.
    assert plan(site.deliver("W-2"))[0] == "tightened"
    decide(site.plant, "api-1", "W-2", "rejected", "P-0004")
    assert resume(site, "W-1", "zhao").status_code == 403
    done = resume(site, "W-1")
    assert (done.status_code, done.json["switching"]["discontinued"]) == (201, False), done.text
    assert done.json["switching"]["severity"] == "tightened"
    assert resume(site, "W-1").json["code"] == "sampling_not_discontinued"
    site.accept("W-3")
    assert site.rebuilds()


def test_a_witness_asks_the_rules_of_the_log_alone(site: Deliveries, tmp_path: Path) -> None:
    site.reject("X-1", "X-2")
    site.deliver("T-1")
    site.accept("A-1")
    stop(site)
    assert resume(site, "T-1").status_code == 201
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "good", story) == (200, None)
    said = {"material": "api-1", "supplier": SUPPLIER, "reason": "again", "meaning": dict(usage.RESUME_MEANING)}
    said |= signature(site.plant, "P-0004")
    twice = story.stated(usage.RESUMED, usage.supply("api-1", SUPPLIER), said, "P-0004")
    assert witnessed(tmp_path / "twice", twice) == (422, ("sampling_not_discontinued", len(story.entries)))
    # An inspection that is opened normal where it was to be tightened.
    opened = dict(story.payloads(OPENED)[-1])
    last = int(opened["inspection"].rpartition("-")[2])
    forged = {**opened, "inspection": f"{opened['inspection'][:-4]}{last + 1:04d}"}
    forged["plan"] = {**opened["plan"], "severity": "normal"}
    story = story.stated(OPENED, f"lot/api-1/{opened['lot']}", forged, "server")
    assert witnessed(tmp_path / "normal", story) == (422, ("inspection_draw_wrong", len(story.entries) - 1))


def test_the_door_draws_no_lot_normally_that_is_to_be_tightened(site: Deliveries) -> None:
    site.reject("R-1", "R-2")
    opened: Sequence[Json] = site.payloads(OPENED)
    said = {**opened[-1], "inspection": f"{opened[-1]['inspection'][:-1]}3", "reason": "again"}
    assert said["plan"]["severity"] == "normal"
    with pytest.raises(PestleError, match="inspection_draw_wrong"):
        site.plant.recorder.state(Fact(OPENED, f"lot/api-1/{said['lot']}", said, actor="server"))
