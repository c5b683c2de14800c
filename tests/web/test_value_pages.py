"""Histories of values and the list of conflicts, as a browser asks for them, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, checked, cleared, parameter
from flask.testing import FlaskClient

from server.app import create_app
from server.identity import accounts

PASSWORD = "correct horse battery"
NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    made.order("B1")
    yield made
    made.plant.close()


def client(site: Site, person: str) -> FlaskClient:
    made = create_app(site.plant).test_client()
    made.environ_base["HTTP_ORIGIN"] = "http://localhost"
    if person not in site.with_password:
        accounts.set_password(site.plant, person, PASSWORD)
        site.with_password.add(person)
    answer = made.post("/api/session", json={"login": site.PEOPLE[person][0], "password": PASSWORD})
    assert answer.status_code == 200
    return made


def body(client: FlaskClient, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json
    return found


def speed(site: Site, value: str, device: str = "tablet-a", **more: Any) -> str:
    return site.put("parameter_recorded", parameter("B1", "speed", value, "rpm"), device=device, **more).id


def corrected_conflict(site: Site) -> tuple[str, str, str, str]:
    """(first, second, its correction, conflict): two tablets differ, then one of them corrects itself."""
    first, second = speed(site, "12"), speed(site, "11", "tablet-b", actor="P-2")
    third = speed(site, "13", "tablet-b", actor="P-2", corrects=second, reason="misread")
    return first, second, third, site.item("B1", "conflict").id


@pytest.mark.urs("PLT-07")
def test_a_correction_shows_old_and_new_value_who_when_and_why(site: Site) -> None:
    old = speed(site, "21")
    new = speed(site, "12", actor="P-2", corrects=old, reason="digits interchanged")
    for asked in (old, new):
        history = body(client(site, "P-5"), f"/api/entries/{asked}/history")
        assert (history["batch"], history["slot"], history["phase"]["id"]) == ("B1", "30/speed", "30")
        first, second = history["versions"]
        assert [(one["id"], one["payload"]["value"]["value"]) for one in (first, second)] == [(old, "21"), (new, "12")]
        assert (first["standing"], first["superseded_by"]) == ("corrected", new)
        assert (second["standing"], second["corrects"], second["reason"]) == ("stands", old, "digits interchanged")
        assert (first["actor"]["id"], second["actor"]["id"]) == ("P-1", "P-2")
        assert first["captured_at"] < second["captured_at"]
        assert "out_of_limits" in first["flags"]
        assert history["conflicts"] == []


@pytest.mark.urs("PLT-07", "PLT-10")
def test_a_history_names_the_conflict_and_who_decided_it_why(site: Site) -> None:
    first, second, third, conflict = corrected_conflict(site)
    reader = client(site, "P-5")
    before = body(reader, f"/api/entries/{first}/history")
    assert [one["standing"] for one in before["versions"]] == ["stands", "corrected", "stands"]
    assert [(one["id"], one["state"], one["decision"]) for one in before["conflicts"]] == [(conflict, "open", None)]
    answer = reader.post(
        f"/api/batches/B1/conflicts/{conflict}/resolve", json={"chosen": third, "reason": "display photo"}
    )
    assert answer.status_code == 200
    after = body(reader, f"/api/entries/{second}/history")
    assert [one["standing"] for one in after["versions"]] == ["not_chosen", "corrected", "stands"]
    (closed,) = after["conflicts"]
    decision = closed["decision"]
    assert (closed["state"], decision["chosen"], decision["text"]) == ("resolved", third, "display photo")
    assert decision["by"]["id"] == "P-5"
    entry = body(reader, f"/api/log/{decision['index']}")
    assert (entry["kind"], entry["payload"]["conflict"]) == ("release.conflict_resolved.v1", conflict)


@pytest.mark.urs("PLT-07")
def test_the_history_of_a_remark_holds_it_and_no_other_of_its_phase(site: Site) -> None:
    texts = [{"batch": "B1", "phase": "10", "text": text} for text in ("dust", "noise")]
    dust, noise = (site.put("remark_added", one).id for one in texts)
    again = site.put("remark_added", texts[0] | {"text": "dust, wiped"}, corrects=dust, reason="added").id
    history = body(client(site, "P-1"), f"/api/entries/{again}/history")
    assert [one["id"] for one in history["versions"]] == [dust, again]
    assert [one["id"] for one in body(client(site, "P-1"), f"/api/entries/{noise}/history")["versions"]] == [noise]


@pytest.mark.urs("PLT-07", "QUA-03")
def test_a_corrected_result_of_the_laboratory_has_a_history_too(site: Site) -> None:
    line = {"test": "assay", "name": None, "value": {"value": "99.30", "unit": "%"}, "low": "95.0", "high": "105.0"}
    given = {"stage": "release", "results": [line | {"verdict": "pass"}], "source": None}
    first = site.state("quality.results_recorded.v1", "batch/B1", given, "P-7").id
    other = site.state("quality.results_recorded.v1", "batch/B1", given, "P-7").id
    lines = [line | {"verdict": "pass", "value": {"value": "98.30", "unit": "%"}}]
    again = site.writers["tablet-a"].write(
        "quality.results_recorded.v1",
        "batch/B1",
        given | {"results": lines},
        actor="P-7",
        corrects=first,
        reason="typing slip",
    )
    second = site.submit(again).id
    history = body(client(site, "P-7"), f"/api/entries/{first}/history")
    assert [(one["id"], one["standing"]) for one in history["versions"]] == [(first, "corrected"), (second, "stands")]
    alone = body(client(site, "P-7"), f"/api/entries/{other}/history")["versions"]
    assert [(one["id"], one["standing"]) for one in alone] == [(other, "stands")]


@pytest.mark.urs("PLT-10")
def test_conflicts_of_all_batches_are_listed_with_both_facts_and_what_the_devices_knew(site: Site) -> None:
    site.order("B2")
    _, _, third, conflict = corrected_conflict(site)
    site.put("line_cleared", cleared("B2"))
    site.put("line_cleared", cleared("B2", comment="again"), device="tablet-b", actor="P-2")
    reader = client(site, "P-5")
    listed = body(reader, "/api/conflicts?state=open")
    assert [(one["batch"], one["slot"], one["state"]) for one in listed["items"]] == [
        ("B2", "10/clearance", "open"),
        ("B1", "30/speed", "open"),
    ]
    assert (listed["total"], listed["counts"]) == (2, {"open": 2, "resolved": 0})
    claims = listed["items"][1]["entries"]
    assert [(one["payload"]["value"]["value"], one["actor"]["id"], one["device"]["id"]) for one in claims] == [
        ("12", "P-1", "tablet-a"),
        ("13", "P-2", "tablet-b"),
    ]
    assert all("seen" in one and one["captured_at"] and one["recorded_at"] for one in claims)
    assert listed["items"][1]["phase"]["parameters"][0]["id"] == "speed"
    path = f"/api/batches/B1/conflicts/{conflict}/resolve"
    assert reader.post(path, json={"chosen": third, "reason": "photo"}).status_code == 200
    assert [one["batch"] for one in body(reader, "/api/conflicts?state=open")["items"]] == ["B2"]
    resolved = body(reader, "/api/conflicts?state=resolved")
    assert [one["decision"]["text"] for one in resolved["items"]] == ["photo"]
    assert len(body(reader, "/api/conflicts?limit=1")["items"]) == 1
    assert body(reader, "/api/conflicts?limit=1&offset=1")["total"] == 2


@pytest.mark.urs("PLT-10", "PLT-16")
def test_a_decision_that_came_meanwhile_is_told_and_not_overwritten(site: Site) -> None:
    first, _, third, conflict = corrected_conflict(site)
    early, late = client(site, "P-5"), client(site, "P-6")
    path = f"/api/batches/B1/conflicts/{conflict}/resolve"
    assert early.post(path, json={"chosen": first, "reason": "photo"}).status_code == 200
    refused = late.post(path, json={"chosen": third, "reason": "second reading"})
    assert (refused.status_code, refused.json and refused.json["code"]) == (409, "item_closed")
    now = body(late, f"/api/conflicts/{conflict}")
    assert (now["state"], now["decision"]["chosen"], now["decision"]["by"]["id"]) == ("resolved", first, "P-5")


@pytest.mark.urs("PLT-10")
def test_a_conflict_that_a_further_value_has_joined_leads_to_the_one_that_holds_all(site: Site) -> None:
    values = [["79.0", "80.0", "81.0"], ["69.0", "70.0", "71.0"], ["89.0", "90.0", "91.0"]]
    ids = []
    for number, (device, three) in enumerate(zip(("tablet-a", "tablet-b", "tablet-a"), values, strict=True)):
        ids.append(site.put("check_recorded", checked("B1", 1, three, f"{80 - number}.00"), device=device).id)
        if number == 1:
            early = site.item("B1", "conflict").id
    joined = body(client(site, "P-5"), f"/api/conflicts/{early}")
    assert joined["id"] != early
    assert [one["id"] for one in joined["entries"]] == ids
    history = body(client(site, "P-5"), f"/api/entries/{ids[0]}/history")
    assert [one["id"] for one in history["conflicts"]] == [joined["id"]]


@pytest.mark.urs("PLT-07", "PLT-10", "IDN-01")
def test_bad_input_gets_the_answer_of_the_catalogue(site: Site) -> None:
    speed(site, "12")
    qa, operator = client(site, "P-5"), client(site, "P-1")
    for path in (f"/api/entries/{NOBODY}/history", "/api/entries/x/history", f"/api/conflicts/{NOBODY}"):
        assert body(qa, path, 404)["code"] == "not_found"
    assert body(qa, "/api/conflicts?offset=40", 404)["code"] == "page_beyond_end"
    assert body(qa, "/api/conflicts?state=lost", 422)["code"] == "request_malformed"
    assert body(operator, "/api/conflicts", 403)["code"] == "not_permitted"
    assert body(operator, f"/api/conflicts/{NOBODY}", 403)["code"] == "not_permitted"
    nobody = create_app(site.plant).test_client()
    assert body(nobody, f"/api/entries/{NOBODY}/history", 401)["code"] == "session_missing"
