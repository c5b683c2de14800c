"""The API of home, batches, review, disposition, lots and trace, as a browser uses it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import LOT, PRODUCT, Site, cleared
from flask import Flask
from flask.testing import FlaskClient
from release_support import review_production

from server.app import create_app
from server.core import rebuild
from server.identity import accounts

LOGIN, PASSWORD = "zhao", "correct horse battery"


class Desk:
    """The site behind HTTP, and clients of people who are signed in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.app: Flask = create_app(site.plant)

    def client(self, person: str | None) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        if person is not None:
            if person not in self.site.with_password:
                accounts.set_password(self.site.plant, person, PASSWORD)
                self.site.with_password.add(person)
            login = {"login": self.site.PEOPLE[person][0], "password": PASSWORD}
            assert client.post("/api/session", json=login).status_code == 200
        return client


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield Desk(site)
    site.plant.close()


def body(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def signature(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    digest = body(client, "/api/batches/B1/review")["digest"]
    login = body(client, "/api/session")["person"]["id"]
    given = {"login": Site.PEOPLE[login][0], "password": PASSWORD}
    return {"meaning": "reviewed_and_released", "digest": digest} | given | changes


def finish(site: Site) -> None:
    site.work("B1")
    site.hand_back("B1")
    review_production(site)


@pytest.mark.urs("HMI-04")
def test_home_lists_work_and_counts_and_the_size_of_the_log(desk: Desk) -> None:
    desk.site.order("B2")
    desk.site.put("line_cleared", cleared("B2", items=[{"id": "labels", "ok": False}]))
    home = body(desk.client("P-3"), "/api/home")
    assert [line["number"] for line in home["ordered"]] == ["B1"]
    assert [line["number"] for line in home["in_progress"]] == ["B2"]
    assert [line["number"] for line in home["attention"]] == ["B2"]
    assert (home["counts"]["ordered"], home["counts"]["released"]) == (1, 0)
    assert home["log"]["size"] > 20
    assert home["log"]["checkpoint_at"].endswith("Z")


@pytest.mark.urs("PRD-13", "HMI-04")
def test_batches_are_listed_by_status_and_found_by_words(desk: Desk) -> None:
    desk.site.order("C7")
    desk.site.put("phase_started", {"batch": "C7", "phase": "10"})
    client = desk.client("P-5")
    assert body(client, "/api/batches")["total"] == 2
    listed = body(client, "/api/batches?status=in_progress,released")
    assert [line["number"] for line in listed["items"]] == ["C7"]
    assert [line["number"] for line in body(client, "/api/batches?q=c7")["items"]] == ["C7"]
    assert body(client, "/api/batches?q=100%25")["total"] == 0
    page = body(client, "/api/batches?offset=1&limit=1")
    assert (len(page["items"]), page["total"]) == (1, 2)
    assert client.get("/api/batches?limit=0").status_code == 422


@pytest.mark.urs("PRD-06", "PRD-12")
def test_a_batch_is_shown_with_phases_values_lots_results_and_leases(desk: Desk) -> None:
    done = desk.site.work("B1")
    line = {"test": "assay", "name": None, "value": {"value": "99.30", "unit": "%"}, "low": "95.0", "high": "105.0"}
    results = {"stage": "release", "results": [line | {"verdict": "pass"}], "source": None}
    desk.site.state("quality.results_recorded.v1", "batch/B1", results, "P-7")
    page = body(desk.client("P-1"), "/api/batches/B1")
    assert page["batch"]["product"] == PRODUCT
    assert (page["recipe"]["code"], page["recipe"]["version"]) == ("MR-TAB", 1)
    assert page["lots"] == [LOT | {"name": {"zh": "API", "en": "API"}, "status": "released"}]
    assert [(phase["id"], phase["done"]) for phase in page["phases"]] == [(n, True) for n in ("10", "20", "30", "40")]
    weighing = page["phases"][1]
    assert weighing["definition"]["low"] == "12.600"
    (entry,) = [view for view in weighing["entries"] if view["id"] == done["20/net"]]
    assert entry["payload"]["net"] == {"value": "12.640", "unit": "kg"}
    assert (entry["actor"]["id"], entry["device"]["id"], entry["flags"]) == ("P-1", "tablet-a", [])
    assert page["results"][0]["value"] == {"value": "99.30", "unit": "%"}
    assert {lease["device"]["id"] for lease in page["leases"]} == {"tablet-a", "tablet-b"}
    assert page["disposition"] is None


@pytest.mark.urs("IDN-10", "PLT-01")
def test_every_entry_of_a_batch_is_listed_in_the_order_of_the_log(desk: Desk) -> None:
    desk.site.work("B1")
    entries = body(desk.client("P-5"), "/api/batches/B1/entries")["items"]
    assert entries[0]["kind"] == "production.order_released.v1"
    assert [entry["index"] for entry in entries] == sorted(entry["index"] for entry in entries)
    assert {entry["stream"] for entry in entries} == {"batch/B1"}


@pytest.mark.urs("PRD-13", "PLT-10", "WHS-02", "IDN-04")
def test_qa_goes_from_conflict_and_exception_to_a_signed_release(desk: Desk) -> None:
    site = desk.site
    wrong = site.put("line_cleared", cleared("B1", items=[{"id": "labels", "ok": False}], comment="found one"))
    finish(site)
    client = desk.client("P-5")
    blocked = client.post("/api/batches/B1/release", json=signature(client))
    assert (blocked.status_code, blocked.json["code"]) == (409, "release_blocked")
    assert [gate["code"] for gate in blocked.json["details"]["open"]] == ["conflicts", "exceptions"]
    conflict, exception = site.item("B1", "conflict"), site.item("B1", "out_of_limits")
    chosen = next(one for one in conflict.entries if one != wrong.id)
    path = f"/api/batches/B1/conflicts/{conflict.id}/resolve"
    assert client.post(path, json={"chosen": chosen, "reason": "cleared again"}).status_code == 200
    path = f"/api/batches/B1/exceptions/{exception.id}/assess"
    answer = client.post(path, json={"assessment": "label removed before start"})
    assert answer.json["open"] == []
    released = client.post("/api/batches/B1/release", json=signature(client, offset=480))
    assert released.status_code == 200, released.text
    signed = released.json["disposition"]
    assert (signed["decision"], signed["offset"], signed["stale"]) == ("released", 480, False)
    assert signed["signer"]["name"] == "姓名P-5"
    assert signed["meaning"]["en"] == "Batch record reviewed, batch released"
    assert released.json["batch"]["status"] == "released"


@pytest.mark.urs("IDN-04", "IDN-02")
def test_a_wrong_password_signs_nothing_leaves_an_entry_and_locks_in_the_end(desk: Desk) -> None:
    finish(desk.site)
    client = desk.client("P-5")
    wrong = signature(client, password="something else")
    codes = [client.post("/api/batches/B1/release", json=wrong).json["code"] for _ in range(6)]
    assert codes == ["password_wrong"] * 5 + ["login_locked"]
    page = body(client, "/api/batches/B1/review")
    assert (page["disposition"], page["digest"]) == (None, wrong["digest"])
    with desk.site.plant.engine.connect() as connection:
        refused = [
            entry.envelope.body
            for entry in desk.site.plant.log.stream(connection, "site")
            if entry.head.kind == "release.release_refused.v1"
        ]
    assert refused[0] == {"batch": "B1", "open": ["password_wrong"], "person": "P-5"}


@pytest.mark.urs("IDN-04")
def test_a_review_that_changed_meanwhile_cannot_be_signed(desk: Desk) -> None:
    finish(desk.site)
    client = desk.client("P-5")
    seen = signature(client)
    desk.site.put("remark_added", {"batch": "B1", "phase": None, "text": "one more thing"})
    answer = client.post("/api/batches/B1/release", json=seen)
    assert (answer.status_code, answer.json["code"]) == (409, "digest_stale")


@pytest.mark.urs("WHS-02")
def test_qa_rejects_with_a_reason(desk: Desk) -> None:
    client = desk.client("P-5")
    given = signature(client, meaning="reviewed_and_rejected", reason="contaminated")
    answer = client.post("/api/batches/B1/reject", json=given)
    assert answer.status_code == 200, answer.text
    assert (answer.json["disposition"]["decision"], answer.json["disposition"]["reason"]) == (
        "rejected",
        "contaminated",
    )
    given = signature(client, meaning="qualified_person")
    assert client.post("/api/batches/B1/reject", json=given).json["code"] == "meaning_unknown"


@pytest.mark.urs("PLT-11", "IDN-04", "IDN-02")
def test_qa_waives_a_device_with_password_and_reason(desk: Desk) -> None:
    desk.site.work("B1")
    client = desk.client("P-5")
    held = {one["device"]["id"]: one for one in body(client, "/api/batches/B1/review")["holdings"]}
    shown = held["tablet-b"]
    assert (shown["known"], shown["delivered"], shown["blocks"], shown["returned_at"]) == (0, 0, ["leases"], None)
    path = "/api/batches/B1/devices/tablet-b/waive"
    given = {"login": LOGIN, "password": PASSWORD, "known": 0, "delivered": 0, "reason": "lost", "offset": 480}
    wrong = client.post(path, json=given | {"password": "something else"})
    assert (wrong.status_code, wrong.json["code"]) == (403, "password_wrong")
    for missing in ({"reason": " "}, {"password": ""}, {"known": -1}, {"delivered": 2**31}):
        assert client.post(path, json=given | missing).status_code == 422, missing
    assert client.post(path, json=given | {"known": 1}).json["code"] == "waiver_stale"
    unknown = client.post("/api/batches/B1/devices/tablet-z/waive", json=given)
    assert (unknown.status_code, unknown.json["code"]) == (409, "device_owes_nothing")
    answer = client.post(path, json=given)
    assert answer.status_code == 200, answer.text
    after = {one["device"]["id"]: one for one in answer.json["holdings"]}
    assert (after["tablet-b"]["blocks"], after["tablet-b"]["waived"]) == ([], ["leases"])
    assert after["tablet-a"]["blocks"] == ["leases"]
    (notice,) = [one for one in answer.json["notable"] if one["type"] == "waiver"]
    assert (notice["device"]["name"], notice["decision"]["text"]) == ("tablet-b", "lost")


@pytest.mark.urs("IDN-04")
def test_the_seal_is_that_of_the_review_shown_though_its_tablet_goes_on_elsewhere(desk: Desk) -> None:
    finish(desk.site)
    client = desk.client("P-5")
    shown = body(client, "/api/batches/B1/review")
    desk.site.order("B2")
    desk.site.put("remark_added", {"batch": "B2", "phase": None, "text": "meanwhile"})
    given = {"meaning": "qualified_person", "login": LOGIN, "password": PASSWORD, "digest": shown["digest"]}
    assert client.post("/api/batches/B1/release", json=given).json["code"] == "digest_stale"
    signed = client.post("/api/batches/B1/release", json=given | {"size": shown["seal"]["size"]})
    # That it was refused once says nothing of the batch: it stands beside the seal, and is listed.
    assert signed.status_code == 200, signed.text
    beside = [one["kind"] for one in signed.json["disposition"]["seal"]["beside"]]
    assert "release.release_refused.v1" in beside
    assert signed.json["disposition"]["seal"]["devices"] == shown["seal"]["devices"]


READS = ("/api/home", "/api/batches", "/api/batches/B1", "/api/batches/B1/entries", "/api/batches/B1/review")
LOTS = ("/api/lots", "/api/lots/api-1/A-5/2", "/api/lots/api-1/A-5/2/trace")
DECISIONS = {
    "/api/batches/B1/conflicts/x/resolve": {"chosen": "0" * 36, "reason": "y"},
    "/api/batches/B1/exceptions/x/assess": {"assessment": "y"},
    "/api/batches/B1/release": {"meaning": "qualified_person", "password": "x", "digest": "0" * 64},
    "/api/batches/B1/reject": {"meaning": "reviewed_and_rejected", "password": "x", "digest": "0" * 64},
    "/api/batches/B1/devices/tablet-b/waive": {"password": "x", "known": 0, "delivered": 0, "reason": "y"},
}


@pytest.mark.urs("IDN-01", "IDN-08", "OPS-05")
def test_who_may_not_is_refused_everywhere(desk: Desk) -> None:
    nobody, operator, admin = desk.client(None), desk.client("P-1"), desk.client("P-9")
    for path in (*READS, *LOTS, "/api/batches/B1/dossier"):
        assert (nobody.get(path).status_code, nobody.get(path).json["code"]) == (401, "session_missing"), path
        assert admin.get(path).json["code"] == "not_permitted", path
    for path, given in DECISIONS.items():
        assert nobody.post(path, json=given).json["code"] == "session_missing", path
        for client in (operator, admin):
            answer = client.post(path, json=given)
            assert (answer.status_code, answer.json["code"]) == (403, "not_permitted"), path


@pytest.mark.urs("OPS-05")
def test_what_does_not_exist_is_not_found_and_what_is_malformed_is_said_so(desk: Desk) -> None:
    client = desk.client("P-5")
    batch = "/api/batches/B404"
    for path in (
        batch,
        f"{batch}/entries",
        f"{batch}/review",
        f"{batch}/dossier",
        "/api/lots/x/y",
        "/api/lots/x/y/trace",
    ):
        assert (client.get(path).status_code, client.get(path).json["code"]) == (404, "not_found"), path
    for path, given in DECISIONS.items():
        assert client.post(path.replace("B1", "B404"), json=given).status_code in (403, 404), path
        assert client.post(path, json={}).status_code == 422, path
        for nothing in (" ", "\x00"):
            blank = {name: nothing for name in given if name in ("reason", "assessment")}
            assert not blank or client.post(path, json=given | blank).status_code == 422, path
    for path in (*READS, *LOTS):
        assert client.get(path + "%00").status_code in (400, 404, 422), path
        assert client.get(path + "?q=%00").status_code in (200, 400, 422), path
    item = client.post("/api/batches/B1/exceptions/" + "0" * 36 + "/assess", json={"assessment": "x"})
    assert item.json["code"] == "not_found"


@pytest.mark.urs("OPS-05")
def test_an_item_is_decided_only_in_its_own_batch(desk: Desk) -> None:
    site = desk.site
    site.put("line_cleared", cleared("B1", items=[{"id": "labels", "ok": False}], comment="found one"))
    item, client = site.item("B1", "out_of_limits"), desk.client("P-5")
    for batch in ("B404", "%0A", "x" * 200):
        answer = client.post(f"/api/batches/{batch}/exceptions/{item.id}/assess", json={"assessment": "nothing"})
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), batch
    assert site.item("B1", "out_of_limits").state == "open"


@pytest.mark.urs("MAT-06", "QUA-03")
def test_lots_are_listed_with_status_uses_and_results(desk: Desk) -> None:
    desk.site.receive("A-6", None)
    desk.site.receive("A-7", "released", "2020-01-01")
    line = {"test": "assay", "name": None, "value": {"value": "99.3", "unit": "%"}, "low": None, "high": None}
    results = {"stage": "incoming", "results": [line | {"verdict": "none"}], "source": None}
    desk.site.state("quality.results_recorded.v1", "lot/api-1/A-5/2", results, "P-7")
    client = desk.client("P-7")
    lots = {lot["lot"]: lot for lot in body(client, "/api/lots")["items"]}
    assert [lots[name]["status"] for name in ("A-5/2", "A-6", "A-7")] == ["released", "quarantine", "expired"]
    assert (lots["A-5/2"]["batches"], lots["A-5/2"]["results"]) == (1, 1)
    assert lots["A-6"]["quantity"] == {"value": "240.000", "unit": "kg"}
    assert body(client, "/api/lots?q=a-6")["total"] == 1
    page = body(client, "/api/lots/api-1/A-5/2")
    assert [line["number"] for line in page["batches"]] == ["B1"]
    assert page["results"][0]["verdict"] == "none"


@pytest.mark.urs("WHS-04")
def test_a_lot_is_traced_both_ways(desk: Desk) -> None:
    client = desk.client("P-5")
    forward = body(client, "/api/lots/api-1/A-5/2/trace")
    assert forward == {"lot": "api-1/A-5/2", "batches": ["B1"], "lots": ["TAB-5/B1"], "shipments": []}
    backward = body(client, "/api/lots/TAB-5/B1/trace?direction=backward")
    assert (backward["batches"], backward["lots"]) == (["B1"], ["api-1/A-5/2"])
    assert client.get("/api/lots/api-1/A-5/2/trace?direction=sideways").status_code == 422


@pytest.mark.urs("PRD-12")
def test_the_dossier_is_served_as_pdf(desk: Desk) -> None:
    finish(desk.site)
    answer = desk.client("P-5").get("/api/batches/B1/dossier?lang=en")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.urs("INT-01")
def test_the_api_describes_itself(desk: Desk) -> None:
    paths = body(desk.client(None), "/api/openapi.json")["paths"]
    assert {"/api/home", "/api/batches/{number}/release", "/api/lots/{material}/{lot}"} <= set(paths)


@pytest.mark.urs("PRD-13")
def test_the_time_in_review_is_recorded_with_each_signature_and_is_a_figure_and_no_more(desk: Desk) -> None:
    """Of the batch, and the median over all that were measured; nothing asks for it, nothing waits for it."""
    site = desk.site
    site.work("B1")
    site.hand_back("B1")
    listed = body(desk.client("P-5"), "/api/batches")
    assert (listed["review"], listed["items"][0]["review_seconds"]) == ({"seconds": None, "batches": 0}, None)
    supervisor, qa = desk.client("P-3"), desk.client("P-5")
    signed = signature(supervisor, seconds=95)
    del signed["meaning"]
    assert supervisor.post("/api/batches/B1/production-review", json=signed).status_code == 200
    answer = qa.post("/api/batches/B1/release", json=signature(qa, seconds=600))
    assert answer.status_code == 200, answer.text
    assert [(one["seconds"], one["by"]["id"]) for one in answer.json["times"]] == [(95, "P-3"), (600, "P-5")]
    # It stands beside the batch: no signature is stale for it.
    assert (answer.json["disposition"]["stale"], answer.json["production"]["stale"]) == (False, False)
    site.order("B2")
    site.work("B2")
    site.hand_back("B2")
    digest = body(qa, "/api/batches/B2/review")["digest"]
    given = {"meaning": "reviewed_and_rejected", "login": LOGIN, "password": PASSWORD, "digest": digest, "reason": "no"}
    assert qa.post("/api/batches/B2/reject", json=given | {"seconds": -1}).status_code == 422
    assert qa.post("/api/batches/B2/reject", json=given | {"seconds": 5}).status_code == 200
    listed = body(qa, "/api/batches")
    assert {one["number"]: one["review_seconds"] for one in listed["items"]} == {"B1": 695, "B2": 5}
    assert listed["review"] == {"seconds": 350, "batches": 2}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
