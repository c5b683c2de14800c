"""The addresses of training: what each person sees, what is refused, and files that only those see who may."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PASSWORD, PEOPLE, PlantUnderTest, number_of

from server.core import clock

pytestmark = pytest.mark.urs("IDN-07")
PDF = b"%PDF-1.7\nnot much of one"
VERSION: dict[str, Any] = {
    "version": 1,
    "type": "sop",
    "title": {"zh": "规程", "en": "Procedure"},
    "effective_from": "2099-01-01",
    "demands": "reading",
    "within_days": 0,
    "valid_days": None,
    "text": "Do it well.",
    "file": None,
}
LOGINS = {number: login for login, (number, *_) in PEOPLE.items()}
NAME = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def publish(client: FlaskClient, code: str = "SOP-1", **changes: Any) -> Any:
    given = {**VERSION, "effective_from": clock.now_text()[:10]}
    return client.post(f"/api/training/documents/{code}/versions", json=given | changes)


def read(client: FlaskClient, code: str = "SOP-1", **changes: Any) -> Any:
    page = client.get(f"/api/training/documents/{code}").json
    assert page is not None
    newest = page["versions"][0]
    login = client.get("/api/session").json
    assert login is not None
    given = {"version": newest["version"], "digest": newest["digest"], "login": LOGINS[login["person"]["id"]]}
    given |= {"password": PASSWORD, "offset": 480}
    return client.post(f"/api/training/documents/{code}/read", json=given | changes)


def require(client: FlaskClient, on: str, name: str, *codes: str) -> Any:
    given = {"on": on, "name": name, "documents": list(codes), "reason": "plant"}
    return client.post("/api/training/requirements", json=given)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def standing(client: FlaskClient) -> tuple[str | None, bool] | None:
    """(wants, held) of the only document, as the list shows it; None where it is none of theirs."""
    answer = client.get("/api/training/documents").json
    assert answer is not None
    [one] = answer["items"]
    return None if one["mine"] is None else (one["mine"]["wants"], one["mine"]["held"])


def test_what_waits_for_somebody_waits_until_they_have_signed(site: PlantUnderTest) -> None:
    quality, operator = site.client("li"), site.client("zhang")
    assert publish(quality).status_code == 201
    assert require(quality, "phase", "weighing", "SOP-1").status_code == 200
    assert standing(operator) == ("reading", False)
    answer = read(operator)
    assert answer.status_code == 200
    assert answer.json["mine"]["held"]
    assert standing(operator) == (None, True)
    # Who does not weigh has nothing to read.
    assert standing(quality) is None
    [signed] = site.payloads("training.document_read.v1")
    assert signed["signer"] == {"id": "P-0001", "name": "张敏", "name_en": "Zhang Min"}
    assert (signed["meaning"]["code"], signed["method"]) == ("read_and_understood", "password")


def test_a_signature_needs_the_password_and_what_was_shown(site: PlantUnderTest) -> None:
    quality, operator = site.client("li"), site.client("zhang")
    publish(quality)
    assert code_of(read(operator, password="not this one")) == (403, "password_wrong")
    assert code_of(read(operator, login=None))[1] == "signature_components"
    assert code_of(read(operator, login="wang"))[1] == "signer_other"
    assert code_of(read(operator, digest="0" * 64)) == (409, "version_stale")
    assert code_of(read(operator, version=2)) == (409, "version_stale")
    assert site.payloads("training.document_read.v1") == []


def test_others_holdings_are_for_those_who_train_manage_or_inspect(site: PlantUnderTest) -> None:
    quality, trainer, operator = site.client("li"), site.client("chen"), site.client("zhang")
    publish(quality, "Q-1", type="qualification", demands="training")
    require(quality, "phase", "weighing", "Q-1")
    given = {"version": 1, "person": number_of("zhang"), "evidence": "passed", "file": None, "expires_on": None}
    assert trainer.post("/api/training/documents/Q-1/grants", json=given).status_code == 200
    assert code_of(trainer.post("/api/training/documents/Q-1/grants", json=given | {"person": "P-0003"})) == (
        403,
        "qualification_own",
    )
    assert code_of(operator.get("/api/training/people")) == (403, "not_permitted")
    seen = operator.get("/api/training/documents/Q-1").json
    assert seen is not None
    assert (seen["people"], [one["what"] for one in seen["proofs"]]) == (None, ["training"])
    theirs = site.client("wang").get("/api/training/documents/Q-1").json
    assert theirs is not None
    assert theirs["proofs"] == []
    matrix = trainer.get("/api/training/people").json
    assert matrix is not None
    held = {one["person"]["id"]: one["standings"].get("Q-1", {}).get("held") for one in matrix["people"]}
    assert (held["P-0001"], held["P-0002"], held["P-0004"]) == (True, False, None)
    withdrawn = {"person": number_of("zhang"), "reason": "long away"}
    answer = trainer.post("/api/training/documents/Q-1/withdrawals", json=withdrawn)
    assert answer.json is not None
    assert [one["what"] for one in answer.json["proofs"]] == ["withdrawn", "training"]
    one = trainer.get("/api/training/people/P-0001").json
    assert one is not None
    assert [(line["document"], line["held"], line["wants"]) for line in one["items"]] == [("Q-1", False, "training")]


def test_a_receipt_and_a_decision_without_the_procedure_are_refused_by_name(site: PlantUnderTest) -> None:
    quality, keeper = site.client("li"), site.client("chen")
    publish(quality)
    require(quality, "action", "lot.receive", "SOP-1")
    receipt = {"containers": [{"container": "X-1", "quantity": {"value": "1.000", "unit": "kg"}}]}
    answer = keeper.post("/api/lots/api-1/A-5%2F2/containers", json=receipt)
    assert code_of(answer) == (403, "not_qualified")
    assert answer.json is not None
    assert answer.json["details"]["missing"] == ["SOP-1"]
    read(keeper)
    assert code_of(keeper.post("/api/lots/api-1/A-5%2F2/containers", json=receipt)) == (404, "not_found")
    admin = site.client("admin")
    site.tablet("T-1")
    require(quality, "action", "device.revoke", "SOP-1")
    revocation = {"last_seq": 0, "reason": "lost"}
    assert code_of(admin.post("/api/devices/T-1/revoke", json=revocation)) == (403, "not_qualified")
    read(admin)
    assert admin.post("/api/devices/T-1/revoke", json=revocation).status_code == 200
    # The refusal stands in the log.
    assert [one["code"] for one in site.payloads("core.decision_refused.v1")] == ["not_qualified"]


def put(client: FlaskClient, name: str, data: bytes) -> Any:
    return client.put(f"/api/training/files/{name}", data=data, content_type="application/pdf")


def test_files_are_what_they_say_and_are_seen_by_those_who_may(site: PlantUnderTest) -> None:
    quality, trainer, operator, other = (site.client(login) for login in ("li", "chen", "zhang", "wang"))
    assert code_of(put(operator, NAME, PDF)) == (403, "not_permitted")
    assert code_of(put(quality, NAME, PDF + b"x"))[1] == "blob_mismatch"
    page = b"<script>alert(1)</script>"
    assert code_of(put(quality, hashlib.sha256(page).hexdigest(), page)) == (422, "training_file_wrong")
    big = PDF + bytes(2 * 1024 * 1024)
    assert code_of(put(quality, hashlib.sha256(big).hexdigest(), big)) == (422, "training_file_wrong")
    file = {"sha256": NAME, "name": "规程 1.pdf", "size": len(PDF)}
    # A file that is not here is named by nothing.
    assert code_of(publish(quality, file=file, text=None)) == (404, "not_found")
    assert [put(quality, NAME, PDF).status_code for _ in range(2)] == [201, 200]
    # Kept, and no entry names it yet.
    assert code_of(operator.get(f"/api/training/files/{NAME}")) == (404, "not_found")
    publish(quality, "Q-1", type="qualification", demands="training")
    given = {"version": 1, "person": "P-0001", "evidence": "passed", "file": file, "expires_on": None}
    assert trainer.post("/api/training/documents/Q-1/grants", json=given).status_code == 200
    assert operator.get(f"/api/training/files/{NAME}").data == PDF
    assert code_of(other.get(f"/api/training/files/{NAME}")) == (404, "not_found")
    assert publish(quality, file=file, text=None).status_code == 201
    answer = other.get(f"/api/training/files/{NAME}")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("documents/SOP-1/versions", {"version": 1}),
        ("documents/SOP-1/versions", {"version": "1", "type": "sop"}),
        ("documents/SOP-1/grants", {"person": "P-0001"}),
        ("documents/SOP-1/read", {"version": 1, "digest": "abc"}),
        ("documents/ SOP/versions", VERSION),
        ("documents/SOP-1/read", {"version": 1, "digest": "0" * 64, "password": "x", "offset": 9999}),
        ("requirements", {"on": "moon", "name": "x", "documents": [], "reason": "x"}),
    ],
)
def test_bodies_of_another_shape_are_told_so(site: PlantUnderTest, path: str, body: dict[str, Any]) -> None:
    assert code_of(site.client("li").post(f"/api/training/{path}", json=body)) == (422, "request_malformed")


def test_what_is_not_here_is_told_so(site: PlantUnderTest) -> None:
    quality = site.client("li")
    assert code_of(quality.get("/api/training/documents/none")) == (404, "procedure_unknown")
    assert code_of(quality.get("/api/training/people/none")) == (404, "person_unknown")
    assert code_of(require(quality, "phase", "weighing", "none")) == (404, "procedure_unknown")
