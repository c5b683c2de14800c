"""People over HTTP: added, given roles and one-time passwords, signed out; by administrators only."""

import pytest
from flask.testing import FlaskClient
from plant import PASSWORD, PlantUnderTest
from werkzeug.test import TestResponse

from server.identity.model import PERMISSIONS, SESSIONS_ENDED
from server.identity.rules import ATTEMPTS, Policy


def grants(*roles: str) -> list[dict[str, object]]:
    return [{"role": role, "areas": None} for role in roles]


NEW = {"login": "sunyue", "name": "孙悦", "name_en": "Sun Yue", "grants": grants("qc", "planner")}


def code(answer: TestResponse) -> str:
    return str(answer.get_json()["code"])


@pytest.fixture
def admin(site: PlantUnderTest) -> FlaskClient:
    return site.client("admin")


@pytest.mark.urs("IDN-01", "IDN-02")
def test_a_new_person_signs_in_with_a_one_time_password_and_chooses_another(
    site: PlantUnderTest, admin: FlaskClient
) -> None:
    made = admin.post("/api/people", json=NEW)
    assert made.status_code == 201
    body = made.get_json()
    about = {"id": "P-0008", "name": "孙悦", "name_en": "Sun Yue", "roles": ["qc", "planner"]}
    assert body["person"] == {**about, "grants": grants("qc", "planner")}
    assert (body["credentials"], body["sessions"]) == ({"password": None, "pin": None}, [])
    given = admin.post("/api/people/P-0008/password").get_json()["password"]
    assert admin.get("/api/people/P-0008").get_json()["credentials"]["password"]["one_time"] is True
    theirs = site.client()
    assert theirs.post("/api/session", json={"login": "sunyue", "password": given}).get_json()["password_one_time"]
    assert code(theirs.get("/api/batches")) == "password_one_time"
    assert theirs.post("/api/session/password", json={"password": given, "new": PASSWORD}).status_code == 200
    assert theirs.get("/api/batches").status_code == 200
    page = admin.get("/api/people/P-0008").get_json()
    assert page["credentials"]["password"]["one_time"] is False
    assert len(page["sessions"]) == 1
    assert given not in str(page)


@pytest.mark.urs("IDN-01", "IDN-08")
def test_roles_change_with_a_reason_and_conflicting_ones_are_refused(site: PlantUnderTest, admin: FlaskClient) -> None:
    refused = admin.post("/api/people/P-0001/roles", json={"grants": grants("operator", "qa"), "reason": "helps out"})
    assert (refused.status_code, code(refused)) == (409, "roles_conflict")
    assert admin.post("/api/people/P-0001/roles", json={"grants": grants("qa")}).status_code == 422
    theirs = site.client("zhang")
    changed = admin.post("/api/people/P-0001/roles", json={"grants": grants("auditor"), "reason": "moved to audits"})
    assert changed.get_json()["person"]["roles"] == ["auditor"]
    # At once: what somebody may is asked at every request.
    assert code(theirs.post("/api/leases", json={})) == "not_permitted"
    [told] = site.payloads("identity.roles_changed.v3")
    assert told == {"person": "P-0001", "grants": grants("auditor"), "waiting": [], "reason": "moved to audits"}


@pytest.mark.urs("IDN-01")
def test_who_has_left_holds_no_role_and_no_session(site: PlantUnderTest, admin: FlaskClient) -> None:
    theirs = site.client("wang")
    left = admin.post("/api/people/P-0002/roles", json={"grants": grants(), "reason": "left the company"}).get_json()
    assert (left["person"]["roles"], left["sessions"]) == ([], [])
    assert theirs.get("/api/session").status_code == 401
    again = theirs.post("/api/session", json={"login": "wang", "password": PASSWORD})
    assert code(again) == "login_wrong"


@pytest.mark.urs("IDN-02")
def test_a_person_is_signed_out_everywhere_with_a_reason(site: PlantUnderTest, admin: FlaskClient) -> None:
    first, second = site.client("zhang"), site.client("zhang")
    assert len(admin.get("/api/people/P-0001").get_json()["sessions"]) == 2
    assert admin.post("/api/people/P-0001/sessions/end", json={}).status_code == 422
    ended = admin.post("/api/people/P-0001/sessions/end", json={"reason": "tablet left open"})
    assert ended.get_json()["sessions"] == []
    assert [client.get("/api/session").status_code for client in (first, second)] == [401, 401]
    assert site.payloads(SESSIONS_ENDED) == [{"person": "P-0001", "sessions": 2, "reason": "tablet left open"}]


@pytest.mark.urs("IDN-02")
def test_a_locked_login_and_ended_sessions_are_shown_as_such(site: PlantUnderTest, admin: FlaskClient) -> None:
    site.client("zhang")
    page = admin.get("/api/people/P-0001").get_json()
    assert (page["locked_until"], len(page["sessions"])) == (None, 1)
    stranger = site.client()
    for _ in range(ATTEMPTS):
        stranger.post("/api/session", json={"login": "zhang", "password": "guessed wrong"})
    locked = admin.get("/api/people/P-0001").get_json()["locked_until"]
    assert locked is not None
    site.advance(hours=Policy().absolute_hours, seconds=1)
    later = site.client("admin").get("/api/people/P-0001").get_json()
    assert (later["locked_until"], later["sessions"]) == (None, [])


@pytest.mark.urs("IDN-01")
def test_unknown_people_and_taken_logins_are_told(admin: FlaskClient) -> None:
    assert code(admin.get("/api/people/P-9999")) == "person_unknown"
    assert code(admin.post("/api/people/P-9999/password")) == "person_unknown"
    assert code(admin.post("/api/people/P-9999/roles", json={"grants": grants(), "reason": "x"})) == "person_unknown"
    assert code(admin.post("/api/people", json={**NEW, "login": "zhang"})) == "login_taken"
    for wrong in ({"login": "Sun Yue"}, {"name": ""}, {"grants": []}, {"grants": grants("king")}):
        assert admin.post("/api/people", json={**NEW, **wrong}).status_code == 422


@pytest.mark.urs("IDN-01", "IDN-08")
def test_the_table_of_rights_can_be_read(admin: FlaskClient) -> None:
    items = {one["role"]: one for one in admin.get("/api/people/roles").get_json()["items"]}
    assert {role: tuple(one["permissions"]) for role, one in items.items()} == PERMISSIONS
    assert items["qa"]["excludes"] == ["operator", "supervisor", "admin"]
    assert "qa" in items["admin"]["excludes"]
