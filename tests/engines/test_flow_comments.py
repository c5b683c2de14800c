"""Comments in flows: on a task or on the whole, with files that are only downloaded, and that backups take along."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PlantUnderTest

from server.core import rebuild
from server.core.blobs import MAX_BYTES

pytestmark = pytest.mark.urs("ENG-02")
PDF = b"%PDF-1.7\n%what was found"
PAGE = b"<!doctype html><script>alert(1)</script>\x01"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def begun(client: FlaskClient) -> str:
    values = [{"variable": "what", "value": ["balance drifted"]}]
    number: str = client.post("/api/flows/deviation/instances", json={"subject": "B-1", "values": values}).json[
        "instance"
    ]
    return number


def put(client: FlaskClient, number: str, data: bytes, kind: str = "application/pdf", name: str = "") -> Any:
    name = name or hashlib.sha256(data).hexdigest()
    return client.put(f"/api/instances/{number}/files/{name}", data=data, content_type=kind)


def said(client: FlaskClient, number: str, where: str = "", **body: Any) -> Any:
    return client.post(f"/api/instances/{number}{where}/comment", json={"text": None, "attachments": [], **body})


def file(data: bytes, name: str) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "name": name}


def test_a_file_lies_beside_the_comment_and_is_only_downloaded(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    number = begun(client)
    [task] = client.get(f"/api/instances/{number}").json["tasks"]
    assert [put(client, number, PDF).status_code for _ in range(2)] == [201, 200]
    answer = said(client, number, f"/tasks/{task['id']}", text="see <b>here</b>", attachments=[file(PDF, "清洁 1.pdf")])
    last = answer.json["history"][-1]
    assert (last["event"], last["node"], last["comment"]) == ("commented", task["node"], "see <b>here</b>")
    kept = {**file(PDF, "清洁 1.pdf"), "size": len(PDF), "type": "application/pdf"}
    assert last["attachments"] == [kept]
    found = client.get(f"/api/instances/{number}/files/{kept['sha256']}")
    assert (found.data, found.mimetype, found.headers["X-Content-Type-Options"]) == (PDF, "application/pdf", "nosniff")
    assert found.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%B8%85")
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
    # Where backups and archives take every file along.
    assert (site.config.blobs / kept["sha256"][:2] / kept["sha256"]).read_bytes() == PDF


def test_an_instance_that_has_ended_is_still_commented_on_as_a_whole(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    number = begun(client)
    site.client("li").post(f"/api/instances/{number}/cancel", json={"reason": "opened twice"})
    assert said(client, number, "/tasks/1", text="late").json["code"] == "flow_task_not_open"
    put(client, number, PDF)
    last = said(client, number, attachments=[file(PDF, "a.pdf")]).json["history"][-1]
    assert (last["event"], last["node"], last["comment"], len(last["attachments"])) == ("commented", None, None, 1)


def test_what_is_no_photo_or_document_is_kept_nowhere_and_nothing_names_what_is_not_there(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    number = begun(client)
    for data, kind, name, code in (
        (PAGE, "text/html", "", "blob_type"),
        (PDF, "image/png", "", "blob_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "", "blob_type"),
        (PDF, "application/pdf", "0" * 64, "blob_mismatch"),
        (PDF + bytes(MAX_BYTES), "application/pdf", "", "blob_too_large"),
    ):
        assert put(client, number, data, kind, name).json["code"] == code
    assert put(client, "none", PDF).json["code"] == "flow_instance_unknown"
    assert said(client, number, text="see", attachments=[file(PDF, "a.pdf")]).json["code"] == "not_found"
    put(client, number, PDF)
    assert client.get(f"/api/instances/{number}/files/{file(PDF, '')['sha256']}").status_code == 404
    for wrong in ([file(PDF, "../a.pdf")], [file(PDF, "a.pdf")] * 2, []):
        assert said(client, number, attachments=wrong).status_code == 422
    assert said(client, "none", text="x").json["code"] == "flow_instance_unknown"
