"""A sample that the floor asked for is drawn over HTTP, offered where results are recorded, and shown with them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from plant import PlantUnderTest
from specification_support import CODE, Json, approve, definition, numeric
from support import ROOT
from witness_support import Story

from server.witness.batch_results import BatchResultRules
from server.witness.in_force import InForce
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules

pytestmark = pytest.mark.urs("QUA-02", "QUA-03")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def ordered(site: PlantUnderTest) -> tuple[str, str]:
    """A batch with its product, which has a specification in process."""
    kinds = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text())
    recipe, order = kinds["recipes.recipe_approved.v1"], kinds["production.order_released.v1"]
    site.state("recipes.recipe_approved.v1", f"recipe/{recipe['recipe']}", recipe)
    site.state("production.order_released.v1", f"batch/{order['batch']}", order, actor="server")
    approve(site, definition(numeric(), material=order["product"]["code"], stage="in_process"))
    return order["batch"], order["phases"][0]["id"]


def test_what_a_requested_sample_gave_stands_with_its_request(site: PlantUnderTest) -> None:
    batch, phase = ordered(site)
    said: Json = {"batch": batch, "phase": phase, "sample": None, "what": "cores", "amount": None, "comment": None}
    said |= {"reason": "black specks"}
    asked = site.tablet().record("production.sample_requested.v1", f"batch/{batch}", said, actor="zhang")
    laboratory, about = site.client("zhao"), f"/api/batches/{batch}/sample-requests"
    assert [one["id"] for one in laboratory.get("/api/sample-requests").json["items"]] == [asked.id]
    answer = f"{about}/{asked.id}/answer"
    body: Json = {"amount": {"value": "20", "unit": "tablets"}, "reason": None, "comment": None}
    drawn = laboratory.post(answer, json=body)
    assert drawn.status_code == 201, drawn.text
    [shown] = drawn.json["items"]
    number = shown["answer"]["number"]
    assert (number, shown["answer"]["drawn"], shown["results"]) == (f"{batch}-S1", body["amount"], [])
    assert laboratory.get("/api/sample-requests").json["items"] == []
    again = laboratory.post(answer, json=body)
    assert (again.status_code, again.json["code"]) == (409, "request_answered")
    for place in (
        f"{batch}/sample-requests/abc",
        f"{'B' * 100}/sample-requests/{asked.id}",
        f"%20B/sample-requests/{'0' * 36}",
    ):
        nothing = laboratory.post(f"/api/batches/{place}/answer", json=body)
        assert (nothing.status_code, nothing.json["code"]) == (404, "not_found"), place

    assert gate(site, batch) == (False, [asked.id])
    query = {"about": f"batch/{batch}", "stage": "in_process"}
    offered = laboratory.get("/api/results/specification", query_string=query).json["samples"]
    assert offered == [{"sample": number, "purpose": "test"}]
    line = {"test": "assay", "value": "99.3", "text": None, "conforms": None}
    found = query | {"specification": CODE, "version": 1, "results": [line], "sample": number}
    recorded = laboratory.post("/api/results", json=found)
    assert recorded.status_code == 201, recorded.text
    [shown] = laboratory.get(about).json["items"]
    assert [(one["test"], one["value"], one["verdict"]) for one in shown["results"]] == [("assay", "99.3", "pass")]
    # Tested, it holds the release no more.
    assert gate(site, batch) == (True, [])
    # A witness knows of the result as well.
    since, known = SinceRules(), InForce()
    rules = BatchResultRules(Lineage(), since, known)
    for one in Story.of(site.plant).entries:
        seen = Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures)
        known.learn(seen)
        rules.learn(seen)
    assert rules.may_be_tested(batch, number)
    assert not rules.may_be_tested(batch, f"{batch}-S2")


def test_what_was_drawn_and_is_not_tested_says_why(site: PlantUnderTest) -> None:
    batch, phase = ordered(site)
    said: Json = {"batch": batch, "phase": phase, "sample": None, "what": "cores", "amount": None, "comment": None}
    asked = site.tablet().record(
        "production.sample_requested.v1", f"batch/{batch}", said | {"reason": "black specks"}, actor="zhang"
    )
    laboratory, about = site.client("zhao"), f"/api/batches/{batch}/sample-requests/{asked.id}"
    early = laboratory.post(f"{about}/untested", json={"reason": "retained"})
    assert (early.status_code, early.json["code"]) == (404, "not_found")
    laboratory.post(f"{about}/answer", json={"amount": None, "reason": None, "comment": None})
    assert gate(site, batch) == (False, [asked.id])
    left = laboratory.post(f"{about}/untested", json={"reason": "retained"})
    assert left.status_code == 201, left.text
    [shown] = left.json["items"]
    assert (shown["untested"]["reason"], shown["untested"]["by"]["id"]) == ("retained", "P-0005")
    assert gate(site, batch) == (True, [])


def gate(site: PlantUnderTest, batch: str) -> tuple[bool, list[str]]:
    """Of sampling requests, as the review has it."""
    gates = site.client("li").get(f"/api/batches/{batch}/review").json["gates"]
    found = next(one for one in gates if one["code"] == "sample_requests")
    return found["met"], found["details"]
