"""Forms from the first draft to a version that is filled in: two designers, an approver, bytes beside the log."""

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from form_support import weighing_record, words
from plant import PASSWORD, PlantUnderTest

from server.core import clock, db, rebuild
from server.engines.forms import queries
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


def submitted(client: FlaskClient, definition: dict[str, Any] | None = None) -> Any:
    revision = save(client, definition or weighing_record()).json["revision"]
    answer = client.post(f"/api/forms/{FORM}/versions", json={"revision": revision, "comment": None})
    assert answer.status_code == 201, answer.text
    return answer.json["versions"][-1]


def approval(login: str, version: dict[str, Any], **more: Any) -> dict[str, Any]:
    day = clock.now_text()[:10]
    signed = {"login": login, "password": PASSWORD}
    return {"sha256": version["sha256"], "effective_from": day, "reason": None, **signed, **more}


def test_a_form_is_drafted_submitted_approved_by_another_and_then_filled(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    version = submitted(engineer)
    assert (version["state"], version["by"]["id"]) == ("submitted", "P-0006")
    assert engineer.get(f"/api/forms/{FORM}").json["draft"] is None

    answer = qa.post(f"/api/forms/{FORM}/versions/1/approve", json=approval("li", version))
    assert answer.status_code == 200, answer.text
    assert answer.json["versions"][0]["state"] == "effective"
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
    both = site.client("zhou")
    version = submitted(both)
    for decision, body in (("approve", approval("zhou", version)), ("reject", {"reason": "x"})):
        answer = both.post(f"/api/forms/{FORM}/versions/1/{decision}", json=body)
        assert (answer.status_code, answer.json["code"]) == (403, "form_own")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sha256": "0" * 64}, "form_version_stale"),
        ({"effective_from": "2020-01-01"}, "form_day_past"),
        ({"password": "another"}, "password_wrong"),
    ],
)
def test_an_approval_of_something_else_is_refused(site: PlantUnderTest, change: dict[str, str], code: str) -> None:
    version = submitted(site.client("zhou"))
    answer = site.client("li").post(f"/api/forms/{FORM}/versions/1/approve", json=approval("li", version, **change))
    assert answer.json["code"] == code
    assert site.client("zhou").get(f"/api/forms/{FORM}").json["versions"][0]["state"] == "submitted"


def test_one_version_waits_at_a_time_and_a_rejected_one_goes_back_with_its_reason(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    submitted(engineer)
    save(engineer, weighing_record())
    again = engineer.post(f"/api/forms/{FORM}/versions", json={"revision": 1, "comment": None})
    assert again.json["code"] == "form_waiting"
    answer = qa.post(f"/api/forms/{FORM}/versions/1/reject", json={"reason": "复核签名缺失"})
    assert (answer.json["versions"][0]["state"], answer.json["versions"][0]["reason"]) == ("rejected", "复核签名缺失")
    assert engineer.post(f"/api/forms/{FORM}/versions", json={"revision": 1, "comment": "mended"}).status_code == 201


def test_a_version_is_taken_back_by_its_designers_and_out_of_use_by_who_approves(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    version = submitted(engineer)
    qa.post(f"/api/forms/{FORM}/versions/1/approve", json=approval("li", version))
    refused = engineer.post(f"/api/forms/{FORM}/versions/1/withdraw", json={"reason": "x"})
    assert refused.json["code"] == "not_permitted"
    answer = qa.post(f"/api/forms/{FORM}/versions/1/withdraw", json={"reason": "no longer used"})
    assert answer.json["versions"][0]["state"] == "withdrawn"
    with site.reading() as connection:
        assert queries.fillable(connection, clock.now_text()[:10]) == []


def test_a_form_with_findings_is_a_draft_and_no_version(site: PlantUnderTest) -> None:
    faulty = deepcopy(weighing_record())
    faulty["sections"][1]["fields"][1]["expression"] = "sum(weighings.map(w, w.nett))"
    engineer = site.client("zhou")
    assert save(engineer, faulty).json == {"revision": 1}
    answer = engineer.post(f"/api/forms/{FORM}/versions", json={"revision": 1, "comment": None})
    assert (answer.status_code, answer.json["code"]) == (422, "form_faulty")
    [finding] = answer.json["details"]["findings"]
    assert (finding["code"], finding["path"]) == ("expression", "sections/1/fields/1/expression")
    assert engineer.get(f"/api/forms/{FORM}").json["draft"]["revision"] == 1


@pytest.mark.parametrize("body", [[], {}, {"pestle_form": 2}, weighing_record() | {"code": "other"}, "text"])
def test_what_is_no_definition_is_not_even_a_draft(site: PlantUnderTest, body: Any) -> None:
    answer = save(site.client("zhou"), body)
    assert (answer.status_code, answer.json["code"]) == (422, "form_faulty")


def test_a_later_version_takes_over_on_its_day(site: PlantUnderTest) -> None:
    engineer, qa = site.client("zhou"), site.client("li")
    first = submitted(engineer)
    qa.post(f"/api/forms/{FORM}/versions/1/approve", json=approval("li", first))
    changed = weighing_record() | {"title": words("Weighing record, second")}
    second = submitted(engineer, changed)
    late = approval("li", second, effective_from="2999-01-01")
    states = qa.post(f"/api/forms/{FORM}/versions/2/approve", json=late).json["versions"]
    assert [one["state"] for one in states] == ["effective", "approved"]
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
