"""Forms from the first draft to a version that is filled in: two designers, an approver, bytes beside the log."""

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from approval_support import approval_of, approve
from flask.testing import FlaskClient
from form_support import submission, weighing_record, words
from plant import PASSWORD, PlantUnderTest

from server.core import clock, db, rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.forms import model, queries
from server.identity.model import ROLES_CHANGED_V2
from server.site import packing
from sync import canonical, note
from sync.checkpoint import Checkpoint

pytestmark = pytest.mark.urs("ENG-01")
FORM = "weighing-record"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def save(client: FlaskClient, definition: dict[str, Any], revision: int | None = None) -> Any:
    return client.post(f"/api/forms/{FORM}/draft", json={"revision": revision, "definition": definition})


def submit(
    client: FlaskClient, definition: dict[str, Any], revision: int, version: int | None = None, **more: Any
) -> Any:
    """Signed by the engineer; the next version where none is named."""
    if version is None:
        version = len(client.get(f"/api/forms/{FORM}").json["versions"]) + 1
    body = submission(definition, revision, version) | {"login": "zhou", "password": PASSWORD, **more}
    return client.post(f"/api/forms/{FORM}/versions", json=body)


def submitted(client: FlaskClient, definition: dict[str, Any] | None = None) -> Any:
    revision = save(client, definition or weighing_record()).json["revision"]
    answer = submit(client, definition or weighing_record(), revision)
    assert answer.status_code == 201, answer.text
    return answer.json["versions"][-1]


def effective(site: PlantUnderTest, number: int = 1, **more: Any) -> None:
    """Chen reviews and Li approves."""
    approve(site.plant, f"form/{FORM}/{number}", {"review_supervisor": "P-0003"}, "P-0004", **more)


def from_day(day: str) -> dict[str, Any]:
    return {"values": [{"variable": "effective_from", "value": [day]}]}


def state_of(site: PlantUnderTest, number: int = 1) -> str:
    versions = site.client("zhou").get(f"/api/forms/{FORM}").json["versions"]
    return str(versions[number - 1]["state"])


def decide(site: PlantUnderTest, login: str, outcome: str, means: str, **more: Any) -> Any:
    """Do whatever waits now in the approval of the first version, over the wire; the answer."""
    client, number = site.client(login), approval_of(site.plant, "form-approval", f"form/{FORM}/1")
    view = client.get(f"/api/instances/{number}").json
    body = {"outcome": outcome, "values": [], "comment": None, "meaning": means, **more}
    body = {"seen": view["seen"], **body} if "seen" in view else body
    signed = {"login": login, "password": PASSWORD}
    return client.post(f"/api/instances/{number}/tasks/{view['tasks'][0]['id']}/complete", json={**signed, **body})


def test_a_form_is_drafted_submitted_approved_by_another_and_then_filled(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    version = submitted(engineer)
    assert (version["state"], version["by"]["id"]) == ("submitted", "P-0006")
    assert engineer.get(f"/api/forms/{FORM}").json["draft"] is None

    assert qa.get("/api/my-work").json["items"] == []
    [waiting] = site.client("chen").get("/api/my-work").json["items"]
    assert (waiting["flow"], waiting["subject"]) == ("form-approval", f"form/{FORM}/1")
    assert decide(site, "chen", "agree", "reviewed", comment="as on paper").status_code == 200
    assert state_of(site) == "submitted"
    answer = decide(site, "li", "approve", "approved", comment="from today")
    assert answer.json["ended"]["result"] == "approved"
    found = engineer.get(f"/api/forms/{FORM}").json["versions"][0]
    assert (found["state"], found["decided_by"]["id"], found["reason"]) == ("effective", "P-0004", "from today")
    with site.reading() as connection:
        today = clock.now_text()[:10]
        [found] = queries.fillable(connection, today)
        assert (found.form, found.version, found.sha256) == (FORM, 1, version["sha256"])
        assert queries.effective(connection, FORM, "2020-01-01") is None
        assert queries.definition(connection, found.sha256) == weighing_record()
        assert queries.title(connection, found.sha256) == weighing_record()["title"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_the_bytes_lie_beside_the_log_and_come_out_as_they_were_approved(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    version = submitted(engineer)
    data = canonical.encode(weighing_record())
    name = hashlib.sha256(data).hexdigest()
    assert version["sha256"] == name
    assert (site.config.blobs / name[:2] / name).read_bytes() == data
    answer = engineer.get(f"/api/forms/{FORM}/versions/1/definition")
    assert answer.data == data
    assert f"{FORM}-1.json" in answer.headers["Content-Disposition"]
    assert engineer.get(f"/api/forms/{FORM}/versions/1").json["definition"] == weighing_record()


def test_a_backup_takes_the_definition_along(site: PlantUnderTest) -> None:
    """What an entry names by its hash must be where the log is read again."""
    name = submitted(site.client("zhou"))["sha256"]
    plant = site.plant
    with db.snapshot(plant.engine) as connection:
        opened = note.open(plant.log.latest_checkpoint(connection), plant.log.policy.logs)
        packed = dict(packing.members(plant, connection, Checkpoint.parse(opened)))
    assert packed[packing.BLOBS + name] == canonical.encode(weighing_record())


def test_who_saves_second_is_told_and_loses_nothing(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    first, second = weighing_record(), weighing_record()
    first["title"], second["title"] = words("Mine"), words("Theirs")
    assert save(engineer, weighing_record()).json == {"revision": 1}
    assert save(engineer, first, 1).json == {"revision": 2}
    refused = save(engineer, second, 1)
    assert (refused.status_code, refused.json["code"]) == (409, "form_draft_changed")
    assert refused.json["details"]["revision"] == 2
    assert save(engineer, second).json["code"] == "form_draft_changed"
    assert engineer.get(f"/api/forms/{FORM}").json["draft"]["definition"]["title"] == words("Mine")
    # Who has looked at the two saves their own as the next.
    assert save(engineer, second, 2).json == {"revision": 3}


def test_who_prepared_a_version_does_not_approve_it(site: PlantUnderTest) -> None:
    grants = [{"role": role, "areas": None} for role in ("engineer", "qa")]
    payload = {"person": "P-0006", "grants": grants, "reason": "test"}
    site.state(ROLES_CHANGED_V2, "person/P-0006", payload)
    submitted(site.client("zhou"))
    decide(site, "chen", "agree", "reviewed")
    answer = decide(site, "zhou", "approve", "approved")
    assert (answer.status_code, answer.json["code"]) == (403, "flow_not_by_same")
    assert decide(site, "li", "approve", "approved").status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (from_day("2020-01-01"), "form_day_past"),
        ({"password": "another"}, "password_wrong"),
        ({"meaning": "reviewed"}, "flow_signature_needed"),
    ],
)
def test_an_approval_that_cannot_be_is_refused_whole(site: PlantUnderTest, change: dict[str, Any], code: str) -> None:
    """Also where the form refuses what the flow would allow: the task is as open as it was."""
    submitted(site.client("zhou"))
    decide(site, "chen", "agree", "reviewed")
    assert decide(site, "li", "approve", "approved", **change).json["code"] == code
    assert state_of(site) == "submitted"
    assert decide(site, "li", "approve", "approved").status_code == 200
    assert state_of(site) == "effective"


def test_nothing_but_its_flow_puts_a_version_in_force(site: PlantUnderTest) -> None:
    version = submitted(site.client("zhou"))
    number = approval_of(site.plant, "form-approval", f"form/{FORM}/1")
    said = {"form": FORM, "version": 1, "sha256": version["sha256"], "reason": None, "instance": number}
    said["effective_from"] = clock.now_text()[:10]
    with pytest.raises(PestleError, match="flow_approval_missing"):
        site.state(model.VERSION_APPROVED, model.form_stream(FORM), said, actor="P-0004")
    old = {one: said[one] for one in ("form", "version")} | {"reason": "x"}
    with pytest.raises(PestleError, match="kind_superseded"):
        site.state(model.VERSION_REJECTED_V1, model.form_stream(FORM), old, actor="P-0004")


def test_a_flow_of_the_plants_own_that_nobody_signs_gives_the_version_back(site: PlantUnderTest) -> None:
    """And what somebody who manages flows breaks off does too."""
    submitted(site.client("zhou"))
    number = approval_of(site.plant, "form-approval", f"form/{FORM}/1")
    site.client("li").post(f"/api/instances/{number}/cancel", json={"reason": "wrong form"})
    found = site.client("zhou").get(f"/api/forms/{FORM}").json["versions"][0]
    assert (found["state"], found["reason"]) == ("rejected", "wrong form")


def test_one_version_waits_at_a_time_and_a_rejected_one_goes_back_with_its_reason(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    submitted(engineer)
    save(engineer, weighing_record())
    again = submit(engineer, weighing_record(), 1)
    assert again.json["code"] == "form_waiting"
    assert decide(site, "chen", "return", "reviewed", comment="复核签名缺失").status_code == 200
    [found] = engineer.get(f"/api/forms/{FORM}").json["versions"]
    assert (found["state"], found["reason"]) == ("rejected", "复核签名缺失")
    assert submit(engineer, weighing_record(), 1, comment="mended").status_code == 201


def test_a_version_is_taken_back_by_its_designers_and_out_of_use_by_who_approves(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    submitted(engineer)
    effective(site)
    refused = engineer.post(f"/api/forms/{FORM}/versions/1/withdraw", json={"reason": "x"})
    assert refused.json["code"] == "not_permitted"
    answer = qa.post(f"/api/forms/{FORM}/versions/1/withdraw", json={"reason": "no longer used"})
    assert answer.json["versions"][0]["state"] == "withdrawn"
    with site.reading() as connection:
        assert queries.fillable(connection, clock.now_text()[:10]) == []


@pytest.mark.urs("CMP-02", "IDN-04")
def test_who_prepares_a_version_signs_it_over_its_bytes(site: PlantUnderTest) -> None:
    engineer, form = site.client("zhou"), weighing_record()
    revision = save(engineer, form).json["revision"]
    refused = submit(engineer, form, revision, password="wrong")
    assert (refused.status_code, refused.json["code"]) == (403, "password_wrong")
    assert submit(engineer, form, revision, password=None).json["code"] == "signature_components"
    assert submit(engineer, form, revision, login="li").json["code"] == "signer_other"
    other = submit(engineer, form | {"title": words("Other")}, revision)
    assert (other.status_code, other.json["code"]) == (422, "form_definition_unknown")
    assert submit(engineer, form, revision, 2).json["code"] == "form_version_wrong"
    assert site.payloads(model.VERSION_SUBMITTED) == []
    assert submit(engineer, form, revision).status_code == 201
    [payload] = site.payloads(model.VERSION_SUBMITTED)
    assert (payload["signer"]["id"], payload["meaning"], payload["components"]) == ("P-0006", model.PREPARED, 2)


@pytest.mark.urs("CMP-02")
def test_nobody_submits_unsigned_as_before(site: PlantUnderTest) -> None:
    about = {"form": FORM, "version": 1, "sha256": "0" * 64, "title": words("x"), "comment": None}
    with pytest.raises(PestleError) as refused:
        site.plant.recorder.state(Fact(model.VERSION_SUBMITTED_V1, f"form/{FORM}", about, actor="P-0006"))
    assert refused.value.code == "kind_superseded"


def test_a_form_with_findings_is_a_draft_and_no_version(site: PlantUnderTest) -> None:
    faulty = deepcopy(weighing_record())
    faulty["sections"][1]["fields"][1]["expression"] = "sum(weighings.map(w, w.nett))"
    engineer = site.client("zhou")
    assert save(engineer, faulty).json == {"revision": 1}
    answer = submit(engineer, faulty, 1)
    assert (answer.status_code, answer.json["code"]) == (422, "form_faulty")
    [finding] = answer.json["details"]["findings"]
    assert (finding["code"], finding["path"]) == ("expression", "sections/1/fields/1/expression")
    assert engineer.get(f"/api/forms/{FORM}").json["draft"]["revision"] == 1


@pytest.mark.parametrize("body", [[], {}, {"pestle_form": 2}, weighing_record() | {"code": "other"}, "text"])
def test_what_is_no_definition_is_not_even_a_draft(site: PlantUnderTest, body: Any) -> None:
    answer = save(site.client("zhou"), body)
    assert (answer.status_code, answer.json["code"]) == (422, "form_faulty")


def test_a_later_version_takes_over_on_its_day(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    submitted(engineer)
    effective(site)
    submitted(engineer, weighing_record() | {"title": words("Weighing record, second")})
    effective(site, 2, **from_day("2999-01-01"))
    assert [state_of(site, number) for number in (1, 2)] == ["effective", "approved"]
    with site.reading() as connection:
        found = queries.effective(connection, FORM, "2999-01-01")
        assert found is not None
        assert found.version == 2


def test_the_picture_of_an_instruction_is_kept_as_an_image_only(site: PlantUnderTest) -> None:
    engineer = site.client("zhou")
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
    name = hashlib.sha256(picture).hexdigest()
    assert engineer.put(f"/api/forms/pictures/{name}", data=picture, content_type="image/png").status_code == 201
    answer = engineer.get(f"/api/blobs/{name}")
    assert (answer.data, answer.mimetype) == (picture, "image/png")
    script = b"<script>alert(1)</script>"
    name = hashlib.sha256(script).hexdigest()
    assert (
        engineer.put(f"/api/forms/pictures/{name}", data=script, content_type="image/png").json["code"] == "blob_type"
    )
