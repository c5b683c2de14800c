"""Each role's home: what waits for it and why, and nothing that it may not see (HMI-04)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from audit_support import reviewed, sign
from batch_support import Site, cleared

from server.app import create_app
from server.core import clock
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import accounts, queries, sessions
from server.identity.model import PERMISSIONS, PERSON_ADDED, ROLES, SIGNS, VOUCH
from server.release import queries as release
from server.release.audit.model import Scope
from server.web import tasks
from server.web.tasks import Task

pytestmark = pytest.mark.urs("HMI-04")
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
ASSAY = {"test": "assay", "name": None, "value": {"value": "99.3", "unit": "%"}, "low": None, "high": None}
RESULTS = {"stage": "incoming", "results": [ASSAY | {"verdict": "none"}], "source": None}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A batch that is made and one under way with an exception; lots in quarantine and near their end."""
    made = Site(database_url, tmp_path)
    for number, role in enumerate(ROLES):
        given = {"person": f"R-{number}", "login": f"only-{role}", "name": role, "name_en": None, "roles": [role]}
        made.plant.recorder.state(Fact(PERSON_ADDED, f"person/R-{number}", given))
    for batch in ("B1", "B2", "B3"):
        made.order(batch)
    made.work("B1")
    made.hand_back("B1")
    made.put("line_cleared", cleared("B2", items=[{"id": "labels", "ok": False}]))
    made.receive("Q-1", status=None)
    made.receive("E-1", expiry="2026-12-10")
    made.receive("OLD", expiry="2026-11-01")
    yield made
    made.plant.close()


def of(site: Site, role: str, at: datetime = AT) -> list[Task]:
    with site.plant.engine.connect() as connection:
        person = queries.find_person(connection, f"R-{ROLES.index(role)}")
        assert person is not None
        return tasks.of_person(connection, person, at)


def shown(site: Site, role: str, code: str, at: datetime = AT) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.state, one.about, one.why) for one in of(site, role, at) if one.code == code]


def test_qa_sees_what_is_kept_from_release_and_by_what_and_what_to_look_at_today(site: Site) -> None:
    [review] = [one for one in of(site, "qa") if one.code == "review"]
    with site.plant.engine.connect() as connection:
        unmet = tuple(gate.code for gate in release.gates(connection, "B1") if not gate.met)
    assert (review.about, review.why, review.to) == ("B1", unmet, "/batch/B1/review")
    assert (review.state == "blocked") == bool(unmet)
    assert shown(site, "qa", "exceptions") == [("due", "B2", ())]
    assert shown(site, "qa", "lot_decision") == [("blocked", "Q-1", ("untested",))]


@pytest.mark.urs("IDN-10")
def test_qa_sees_whose_audit_trail_nobody_has_reviewed_since(site: Site) -> None:
    [task] = [one for one in of(site, "qa") if one.code == "audit_trail"]
    assert (task.state, task.about, task.to) == ("now", "B1", "/audit-review?batch=B1")
    sign(site, reviewed(site, Scope(batch="B1")))
    assert shown(site, "qa", "audit_trail") == []
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "late"})
    [again] = [one for one in of(site, "qa") if one.code == "audit_trail"]
    assert (again.count or 0) >= 1
    assert shown(site, "auditor", "audit_trail") == []


def test_lots_wait_for_the_laboratory_first_and_for_quality_after(site: Site) -> None:
    assert shown(site, "qc", "lot_test") == [("now", "Q-1", ())]
    site.state("quality.results_recorded.v1", "lot/api-1/Q-1", RESULTS, "P-7")
    assert shown(site, "qc", "lot_test") == []
    assert shown(site, "qa", "lot_decision") == [("now", "Q-1", ())]


def test_the_store_sees_what_is_about_to_expire_and_not_what_already_has(site: Site) -> None:
    assert shown(site, "keeper", "lot_expires") == [("due", "E-1", ())]
    assert shown(site, "keeper", "lot_expires", AT - timedelta(days=60)) == []


def test_a_planner_sees_orders_that_nobody_has_begun(site: Site) -> None:
    assert [about for _, about, _ in shown(site, "planner", "order")] == ["B3"]


def test_who_answers_for_devices_sees_leases_that_end_and_that_have_ended(site: Site) -> None:
    assert shown(site, "supervisor", "lease_ends") == []
    before, after = datetime(2099, 12, 22, 8, tzinfo=UTC), datetime(2099, 12, 22, 10, tzinfo=UTC)
    assert {(state, about) for state, about, _ in shown(site, "supervisor", "lease_ends", before)} == {
        ("due", "B2"),
        ("due", "B3"),
    }
    assert {state for state, _, _ in shown(site, "supervisor", "lease_ended", after)} == {"blocked"}
    # They were not taken along by this operator, and batches are nothing to an administrator.
    assert shown(site, "operator", "lease_ended", after) == shown(site, "admin", "lease_ended", after) == []


def test_an_administrator_sees_passwords_that_nobody_used_and_an_engineer_balances_to_calibrate(site: Site) -> None:
    accounts.give_password(site.plant, "P-1", actor=f"R-{ROLES.index('admin')}")
    assert [about for _, about, _ in shown(site, "admin", "password_unused")] == [site.PEOPLE["P-1"][0]]
    for _ in range(12):
        with suppress(PestleError):
            sessions.authenticate(site.plant, site.PEOPLE["P-7"][0], "a guess", "192.0.2.7")
    assert shown(site, "admin", "login_locked") == [("blocked", site.PEOPLE["P-7"][0], ())]
    late = datetime(2100, 1, 1, tzinfo=UTC)
    assert shown(site, "engineer", "calibration_past", late) == [("blocked", "BAL-07", ())]


@pytest.mark.urs("EQP-03")
def test_who_cleans_and_who_keeps_equipment_see_what_has_been_dirty_for_too_long(site: Site) -> None:
    registered: dict[str, Any] = {
        "equipment": "GR-1",
        "class": "granulator",
        "name": {"zh": "制粒机", "en": "granulator"},
    }
    registered |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
    site.state("equipment.equipment_registered.v1", "equipment/GR-1", registered)
    holds = {"equipment": "GR-1", "class": None, "dirty_hours": 8, "clean_hours": None, "reason": "CV-031"}
    site.state("equipment.cleaning_set.v1", "equipment/GR-1", holds)
    status = {"equipment": "GR-1", "status": "to_be_cleaned", "reason": None}
    site.state("equipment.status_set.v1", "equipment/GR-1", status)
    soon, late = clock.now() + timedelta(hours=7), clock.now() + timedelta(hours=9)
    for role in ("engineer", "operator"):
        assert shown(site, role, "cleaning_past", soon) == []
        assert shown(site, role, "cleaning_past", late) == [("now", "GR-1", ())]
    assert shown(site, "planner", "cleaning_past", late) == []


@pytest.mark.urs("EQP-05", "PRD-08")
def test_who_keeps_equipment_sees_what_is_in_alarm_until_it_is_cleared(site: Site) -> None:
    said = {"equipment": "BAL-07", "what": "E42", "severity": "minor", "source": "manual"}
    alarm = site.state("equipment.alarm_raised.v1", "equipment/BAL-07", said)
    assert shown(site, "engineer", "equipment_alarm") == [("blocked", "BAL-07", ())]
    assert shown(site, "operator", "equipment_alarm") == []
    cleared = {"equipment": "BAL-07", "alarm": alarm.id, "reason": "checked"}
    site.state("equipment.alarm_cleared.v1", "equipment/BAL-07", cleared)
    assert shown(site, "engineer", "equipment_alarm") == []


def test_the_worst_stands_first(site: Site) -> None:
    states = [one.state for one in of(site, "qa")]
    assert states == sorted(states, key=("blocked", "now", "due").index)
    assert len(set(states)) > 1


@pytest.mark.urs("IDN-01")
@pytest.mark.parametrize("role", ROLES)
def test_a_home_shows_nothing_that_its_person_may_not_open(site: Site, role: str) -> None:
    """By the addresses that each task leads to, as the server itself guards what stands behind them."""
    accounts.give_password(site.plant, "P-1", actor=f"R-{ROLES.index('admin')}")
    needs = {
        "batch": {"batch.read"},
        "deviation": {"batch.read"},
        "lot": {"lot.read"},
        "people": {"people.manage"},
        "people/waiting": {*SIGNS, *VOUCH},
        "devices": {"device.enrol", "device.revoke", "batch.read"},
        "quarantine": {"quarantine.read"},
        "audit": {"log.read"},
        "audit-review": {"log.read"},
        "training": {"training.read"},
        "records": {"forms.fill", "forms.review"},
    }
    held = set(PERMISSIONS[role])
    for task in of(site, role, datetime(2031, 1, 1, tzinfo=UTC)):
        room = task.to.split("/")[1].split("?")[0]
        assert (needs.get(task.to.strip("/")) or needs[room]) & held, task


@pytest.mark.urs("IDN-08")
def test_a_role_that_signs_waits_at_the_homes_of_those_who_may_confirm_it(site: Site) -> None:
    ghost = accounts.add_person(site.plant, "ghost", "鬼", None, ["qa"], actor=f"R-{ROLES.index('admin')}").id
    assert shown(site, "qa", "grant_waiting") == [("now", ghost, ())]
    assert all(shown(site, role, "grant_waiting") == [] for role in ROLES if role != "qa")


@pytest.mark.urs("IDN-08")
def test_so_does_somebody_whom_another_gave_a_password(site: Site) -> None:
    accounts.give_password(site.plant, "P-1", actor=f"R-{ROLES.index('admin')}")
    found = {role for role in ROLES if shown(site, role, "password_given") == [("due", "P-1", ())]}
    assert found == {"supervisor", "qa"}


def test_over_http_it_is_ones_own_and_nobodys_without_a_session(site: Site) -> None:
    client = create_app(site.plant).test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    assert client.get("/api/home/tasks").status_code == 401
    accounts.set_password(site.plant, f"R-{ROLES.index('qc')}", PASSWORD)
    assert client.post("/api/session", json={"login": "only-qc", "password": PASSWORD}).status_code == 200
    answer = client.get("/api/home/tasks")
    assert answer.status_code == 200
    [task] = [one for one in answer.json["items"] if one["code"] == "lot_test"]
    assert (task["about"], task["to"], task["count"]) == ("Q-1", "/lot/api-1/Q-1", 12)
