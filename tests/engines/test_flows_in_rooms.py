"""How rooms start flows: in one go with an entry of their own, and by themselves only where the plant wants it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest

from server.core import rebuild
from server.engines.flows import approving, kinds, parsing, queries, starting

pytestmark = pytest.mark.urs("ENG-02")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def switched(site: PlantUnderTest, flow: str, on: bool, login: str = "li") -> Any:
    return site.client(login).post(f"/api/flows/{flow}/switch", json={"enabled": on, "reason": "SOP-QA-012"})


def test_a_plant_puts_a_delivered_flow_to_use_and_takes_it_out_again(site: PlantUnderTest) -> None:
    for on in (True, False, True):
        assert switched(site, "deviation", on).json["enabled"] is on
        refused = switched(site, "deviation", on)
        assert (refused.status_code, refused.json["code"]) == (409, "flow_switch_wrong")
        with site.reading() as connection:
            assert queries.is_enabled(connection, "deviation") is on
    assert switched(site, "change", True).json["code"] == "flow_switch_wrong"
    assert switched(site, "batch-review", True, "zhou").status_code == 403
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_room_starts_a_flow_with_all_that_it_calls_before_anybody_has_used_it(site: PlantUnderTest) -> None:
    with site.reading() as connection:
        facts = starting.begun(connection, "deviation", "deviation/DEV-2026-0001", {"what": ["too warm"]}, "P-0004")
    site.plant.recorder.state(*facts)
    with site.reading() as connection:
        found = queries.running_about(connection, "deviation", "deviation/DEV-2026-0001")
        assert found is not None
        assert found.started_by == "P-0004"
        again = starting.begun(connection, "deviation", "deviation/DEV-2026-0002", {}, "P-0004")
    assert [one.kind for one in facts] == [kinds.DELIVERED, kinds.DELIVERED, kinds.STARTED]
    assert [one.kind for one in again] == [kinds.STARTED]


@pytest.mark.parametrize(("flow", "subject"), [("form-approval", "form/x/1"), ("batch-review", "batch/B-1")])
def test_nobody_starts_by_hand_what_rooms_start(site: PlantUnderTest, flow: str, subject: str) -> None:
    answer = site.client("li").post(f"/api/flows/{flow}/instances", json={"subject": subject, "values": []})
    assert (answer.status_code, answer.json["code"]) == (409, "flow_started_by_product")


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('pestle:result="approved"', 'pestle:result="fine"', "awaited_end_missing"),
        ('meaning="approved"', 'meaning="checked"', "approval_unsigned"),
        (
            'pestle:role="qa" pestle:due="P5D" pestle:notBy="starter review_supervisor"',
            'pestle:person="who" pestle:due="P5D"',
            "start_asks_more",
        ),
    ],
)
def test_an_approval_that_could_never_approve_is_not_published(
    site: PlantUnderTest, before: str, after: str, code: str
) -> None:
    xml = queries.delivered()["flow-approval"].decode()
    asked = '<pestle:variable name="who" type="person" zh="谁" en="Who" start="true"/>'
    changed = xml.replace(before, after).replace("</bpmn:extensionElements>", f"{asked}</bpmn:extensionElements>", 1)
    assert before in xml
    for drawing, found in ((xml, []), (changed, [code])):
        answer = site.client("zhou").post("/api/flows/check", json={"xml": drawing})
        assert [one["code"] for one in answer.json["findings"]] == found


@pytest.mark.urs("MAT-03", "QUA-01")
@pytest.mark.parametrize("flow", ["specification-approval", "purchase-requisition", "purchase-order"])
@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('pestle:result="approved"', 'pestle:result="fine"', "awaited_end_missing"),
        ('meaning="approved"', 'meaning="checked"', "approval_unsigned"),
    ],
)
def test_nor_is_one_of_specifications_or_requisitions(flow: str, before: str, after: str, code: str) -> None:
    xml = queries.delivered()[flow].decode()
    assert approving.lacking(parsing.parse(xml.encode())) == []
    assert [one.code for one in approving.lacking(parsing.parse(xml.replace(before, after).encode()))] == [code]


def test_what_came_with_an_earlier_program_is_followed_by_what_comes_with_this_one(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the plant has drawn a version of its own; what runs already goes on as it is."""
    now = dict(queries.delivered())
    earlier = {code: data.replace(b"P5D", b"P6D") for code, data in now.items()}
    monkeypatch.setattr(queries, "delivered", lambda: earlier)
    client = site.client("li")
    start = {"subject": "S-1", "values": [{"variable": "what", "value": ["another label"]}]}
    first = client.post("/api/flows/change/instances", json=start).json["instance"]
    monkeypatch.setattr(queries, "delivered", lambda: now)
    shown = client.get("/api/flows/change").json["versions"]
    assert [(one["version"], one["state"]) for one in shown] == [(2, "effective"), (1, "superseded")]
    second = client.post("/api/flows/change/instances", json=start).json["instance"]
    versions = [client.get(f"/api/instances/{one}").json["version"] for one in (first, second)]
    assert versions == [1, 2]
    moved = client.post(f"/api/instances/{first}/move", json={"version": 2, "reason": "as the other"})
    assert (moved.status_code, moved.json["version"]) == (200, 2)
    assert [one["version"] for one in site.payloads(kinds.DELIVERED)] == [1, 2]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("deviation/DEV-2026-0001", "DEV-2026-0001"), ("form/x/1", "x/1"), ("S-1/2", "S-1/2"), ("form/", "form/")],
)
def test_a_task_on_somebodys_home_is_named_without_the_word_for_its_room(subject: str, shown: str) -> None:
    assert queries.short(subject) == shown
