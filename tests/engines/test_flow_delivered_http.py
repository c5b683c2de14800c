"""A delivered flow in a plant: a deviation with a rejection, two of three, CAPA as a called flow, every signature."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest, number_of

from server.core import rebuild

pytestmark = pytest.mark.urs("ENG-02")
Json = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


class Work:
    """One instance, worked on over HTTP; signs where it is asked to, with the meaning that the outcome has."""

    def __init__(self, site: PlantUnderTest, flow: str, **values: str) -> None:
        self.site = site
        self.clients = {login: site.client(login) for login in ("zhang", "chen", "li", "zhou")}
        given = [{"variable": name, "value": [value]} for name, value in values.items()]
        answer = self.clients["zhang"].post(f"/api/flows/{flow}/instances", json={"subject": "B-1", "values": given})
        assert answer.status_code == 201, answer.text
        self.number = answer.json["instance"]

    def view(self) -> Json:
        found: Json = self.clients["li"].get(f"/api/instances/{self.number}").json
        return found

    def open(self) -> list[str]:
        return sorted(task["node"] for task in self.view()["tasks"])

    def candidates(self, login: str, node: str) -> set[str]:
        view = self.clients[login].get(f"/api/instances/{self.number}").json
        task = next(one for one in view["tasks"] if one["node"] == node and one["mine"])
        found = self.clients[login].get(f"/api/instances/{self.number}/tasks/{task['id']}/candidates").json["items"]
        assert found != []
        return {one["id"] for one in found}

    def complete(self, login: str, node: str, outcome: str | None = None, **values: list[str]) -> None:
        view = self.clients[login].get(f"/api/instances/{self.number}").json
        task = next(one for one in view["tasks"] if one["node"] == node and one["mine"])
        said = next((one for one in task["outcomes"] if one["code"] == outcome), {})
        meaning = said.get("meaning") or task["meaning"]
        body: Json = {"outcome": outcome, "comment": None}
        body["values"] = [{"variable": name, "value": value} for name, value in values.items()]
        body |= {"login": login, "password": PASSWORD, "meaning": meaning, "seen": view["seen"]} if meaning else {}
        answer = self.clients[login].post(f"/api/instances/{self.number}/tasks/{task['id']}/complete", json=body)
        assert answer.status_code == 200, answer.text


def test_a_major_deviation_goes_its_way_and_a_rebuild_makes_the_same_tables(site: PlantUnderTest) -> None:
    work = Work(site, "deviation", what="balance drifted")
    work.complete("li", "triage", "major")
    people = [number_of(login) for login in ("chen", "li", "zhou")]
    for votes in (("disagree", "disagree"), ("agree", "disagree", "agree")):
        work.complete("chen", "contain", correction=["balance taken out of use"])
        assert work.open() == ["investigate"]
        work.complete("zhou", "investigate", cause=["sensor aged"])
        work.complete("li", "assess", impact=["none on the batch"], approvers=people, needs_capa=["true"])
        assert work.open() == ["approve"] * 3
        for login, vote in zip(("chen", "li", "zhou"), votes, strict=False):
            # Whoever has a vote of their own, given or not, is handed no other's.
            assert not set(people) & work.candidates(login, "approve")
            work.complete(login, "approve", vote)
    # The CAPA is a flow of its own, called by this one.
    plan = {"plan": ["new sensor"], "owners": [number_of("zhou")], "check_at": ["2020-01-01T00:00:00.000Z"]}
    work.complete("zhou", "plan_it", None, **plan)
    work.complete("li", "approve_plan", "approve")
    work.complete("zhou", "act")
    work.complete("li", "confirm", None, all_done=["true"])
    # Its day has come already.
    assert work.open() == ["verify"]
    work.complete("li", "verify", "effective")
    work.complete("li", "close", None, conclusion=["the batch is not touched"])
    view = work.view()
    assert (view["ended"]["result"], view["live"]) == ("closed", [])
    signed = site.payloads("flows.task_signed.v2")
    assert {one["meaning"]["code"] for one in signed} == {"approved", "checked", "prepared", "rejected", "reviewed"}
    assert {one["flow"] for one in site.payloads("flows.version_delivered.v1")} == {"deviation", "capa"}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
