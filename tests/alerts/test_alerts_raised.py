"""What the log says and what time brings reaches those whose work it is, once, whatever crashes (HMI-04, IDN-02)."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from alerts_support import inbox, listen, lock_login
from plant import PASSWORD, PlantUnderTest
from sqlalchemy import func, insert, select

from server.alerts import raising, watch
from server.alerts.model import Raised
from server.alerts.projection import alert, cursor, recipient
from server.alerts.watch import Watch
from server.core import clock, db, rebuild
from server.core.errors import PestleError
from server.handheld.hub.tables import device_state
from server.identity import accounts
from server.plant import open_plant

pytestmark = pytest.mark.urs("HMI-04")
EXCEPTION = "production.exception_raised.v1"


def codes(client: Any) -> list[str]:
    return sorted(one["code"] for one in inbox(client))


def raise_exception(site: PlantUnderTest, code: str = "container_used_up", severity: str | None = "major") -> None:
    payload = {"batch": "B-1", "code": code, "phase": None, "slot": None, "entries": [], "comment": None}
    details = {} if severity is None else {"severity": severity}
    site.state(EXCEPTION, "batch/B-1", {**payload, "details": details})


@pytest.mark.urs("IDN-02")
def test_failed_sign_ins_reach_the_administrator_and_nobody_else_at_first(site: PlantUnderTest) -> None:
    lock_login(site)
    listen(site)
    [told] = inbox(site.client("admin"))
    assert (told["code"], told["severity"], told["link"]) == ("signins_failed", "critical", "/people/P-0001")
    assert told["text"]["en"] == "5 wrong passwords for Zhang Min, the last from 10.0.0.9"
    assert told["text"]["zh"] == "张敏：5 次密码错误，最近来自 10.0.0.9"
    for other in ("zhang", "chen", "li", "zhao", "zhou"):
        assert inbox(site.client(other)) == []


@pytest.mark.urs("IDN-02")
def test_wrong_passwords_at_the_door_raise_it(site: PlantUnderTest) -> None:
    client = site.client()
    site.arm("wang", "password")
    for _ in range(6):
        client.post("/api/session", json={"login": "wang", "password": "no such password"})
    listen(site)
    assert "signins_failed" in codes(site.client("admin"))


@pytest.mark.urs("IDN-02")
def test_a_signer_whose_password_another_gave_is_told_and_so_is_qa(site: PlantUnderTest) -> None:
    site.client("admin").post("/api/people/P-0004/password", json={})
    listen(site)
    with site.reading() as connection:
        told = connection.execute(
            select(alert.c.code, recipient.c.person).join_from(alert, recipient, alert.c.id == recipient.c.alert)
        )
        assert sorted(map(tuple, told)) == [
            ("own_password_given", "P-0004"),
            ("password_of_signer", "P-0004"),
            ("password_of_signer", "P-0007"),
        ]


@pytest.mark.urs("IDN-08")
def test_a_role_that_signs_is_told_while_it_waits_and_once_it_holds(site: PlantUnderTest) -> None:
    accounts.add_person(site.plant, "ghost", "鬼", "Ghost", ["qa"], actor="P-0007")
    accounts.add_person(site.plant, "gao", "高翔", "Gao Xiang", ["operator"], actor="P-0007")
    listen(site)
    qa, admin = site.client("li"), site.client("admin")
    assert (codes(qa), codes(admin)) == (["grant_waiting"], [])
    assert inbox(qa)[0]["text"]["en"] == "System administrator wants to grant it to Ghost"
    body = {"grants": [{"role": "qa", "areas": None}], "login": "li", "password": PASSWORD}
    assert qa.post("/api/people/P-0008/grants/confirm", json=body).status_code == 204
    # By the word of the console it holds at once, and nobody overlooks it.
    accounts.add_person(site.plant, "second", "二", None, ["qa"])
    listen(site)
    assert codes(admin) == ["signer_granted", "signer_granted"]


def test_a_grave_exception_goes_to_qa_and_supervisors_a_small_one_to_nobody(site: PlantUnderTest) -> None:
    raise_exception(site, severity="minor")
    raise_exception(site, "phase_order", None)
    listen(site)
    assert codes(site.client("li")) == []
    raise_exception(site)
    raise_exception(site, "verifier_is_performer", None)
    listen(site)
    assert codes(site.client("li")) == codes(site.client("chen")) == ["exception_raised", "exception_raised"]
    assert codes(site.client("zhang")) == []
    assert inbox(site.client("li"))[0]["link"] == "/batch/B-1/review"


def test_an_alert_is_for_those_whose_area_it_is_in(site: PlantUnderTest) -> None:
    for area, room in (("weighing", "R-101"), ("tablets", "R-201")):
        payload = {"area": area, "name": {"zh": area, "en": area}, "places": [room], "reason": "x"}
        site.state("identity.area_set.v1", "site", payload)
    for person, area in (("P-0003", "weighing"), ("P-0004", "tablets")):
        role = {"P-0003": "supervisor", "P-0004": "qa"}[person]
        grants = [{"role": role, "areas": [area]}]
        site.state("identity.roles_changed.v2", f"person/{person}", {"person": person, "grants": grants, "reason": "x"})
    now = clock.now()
    with db.write(site.plant.engine) as connection:
        raising.raise_alert(
            connection, Raised("exception_raised", "k", "/", {"batch": "B", "what": "x"}, places=("R-101",)), now, now
        )
        told = connection.execute(select(recipient.c.person)).scalars().all()
    assert told == ["P-0003"]


def test_what_nobody_is_there_for_goes_to_the_next_and_at_last_to_an_administrator(site: PlantUnderTest) -> None:
    for person in ("P-0003", "P-0004"):
        site.state("identity.roles_changed.v1", f"person/{person}", {"person": person, "roles": [], "reason": "left"})
    raise_exception(site)
    listen(site)
    assert codes(site.client("admin")) == ["exception_raised"]


def test_nothing_twice_and_nothing_lost_when_it_crashes_between(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of three alerts fails as a crash would, in the transaction of all of them."""
    for _ in range(3):
        lock_login(site)
    real, calls = raising.raise_alert, []

    def crashing(*args: Any) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return real(*args)

    monkeypatch.setattr(watch.raising, "raise_alert", crashing)
    with pytest.raises(RuntimeError, match="power"):
        listen(site)
    with site.reading() as connection:
        assert connection.execute(select(func.count()).select_from(alert)).scalar() == 0
    site.reopen()
    for _ in range(2):
        listen(site)
    with site.reading() as connection:
        assert connection.execute(select(func.count()).select_from(alert)).scalar() == 3
    assert len(inbox(site.client("admin"))) == 3


@pytest.mark.urs("OPS-02")
def test_several_processes_raise_each_alert_once(site: PlantUnderTest) -> None:
    """Each with a database connection and a place of its own, as processes have."""
    others = [open_plant(site.config) for _ in range(2)]
    watches = [Watch(one, lambda: None) for one in (site.plant, *others)]
    stop = threading.Event()

    def work(one: Watch) -> None:
        while not stop.is_set():
            one.listen()
            one.escalate()

    threads = [threading.Thread(target=work, args=(one,)) for one in watches]
    try:
        for thread in threads:
            thread.start()
        for _ in range(12):
            lock_login(site)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for one in watches:
        one.listen()
    for other in others:
        other.close()
    with site.reading() as connection:
        assert connection.execute(select(func.count()).select_from(alert)).scalar() == 12
        assert connection.execute(select(func.count()).select_from(recipient)).scalar() == 12
        assert connection.execute(select(cursor.c.idx)).scalar_one() > 12


def test_nobody_is_woken_for_what_is_older_than_a_day(site: PlantUnderTest) -> None:
    """A log that was restored, a plant made for a demonstration: it stands in the inbox as of then."""
    body = {"mail": "admin@plant.example", "quiet": None, "zone": "UTC", "kinds": []}
    assert site.client("admin").post("/api/alerts/reach", json=body).status_code == 200
    lock_login(site)
    moment = clock.now() + timedelta(days=2)
    clock.use(lambda: moment)
    listen(site)
    with site.reading() as connection:
        assert connection.execute(select(func.count()).select_from(watch.queries.note)).scalar() == 0
    told = inbox(site.client("admin"))
    assert datetime.fromisoformat(told[0]["raised_at"]) < moment - timedelta(days=1)


def test_who_comes_next_is_told_when_nobody_acknowledges(site: PlantUnderTest) -> None:
    lock_login(site)
    listen(site)
    one = Watch(site.plant, lambda: None)
    site.advance(minutes=14)
    one.escalate()
    assert codes(site.client("li")) == []
    site.advance(minutes=2)
    for _ in range(2):
        one.escalate()
    [told] = inbox(site.client("li"))
    assert (told["code"], told["escalated"]) == ("signins_failed", 1)
    assert len(inbox(site.client("admin"))) == 1


def test_an_acknowledgement_is_an_entry_and_ends_the_escalation(site: PlantUnderTest) -> None:
    lock_login(site)
    listen(site)
    admin = site.client("admin")
    [told] = inbox(admin)
    assert admin.get("/api/alerts/count").json == {"open": 1}
    answer = admin.post(f"/api/alerts/{told['id']}/acknowledge", json={"comment": "called her"})
    assert (answer.status_code, answer.json) == (200, {"open": 0})
    [entry] = site.entries("alerts.acknowledged.v1")
    assert entry.head.actor == "P-0007"
    assert entry.body == {
        "alert": told["id"],
        "code": "signins_failed",
        "about": "/people/P-0001",
        "raised_at": told["raised_at"],
        "comment": "called her",
    }
    site.advance(minutes=20)
    Watch(site.plant, lambda: None).escalate()
    assert codes(site.client("li")) == []
    assert inbox(site.client("admin")) == []
    [kept] = inbox(site.client("admin"), every=True)
    assert kept["acknowledged"]["by"]["id"] == "P-0007"
    assert kept["acknowledged"]["comment"] == "called her"


@pytest.mark.urs("PLT-04")
def test_who_acknowledged_is_made_again_from_the_log(site: PlantUnderTest) -> None:
    lock_login(site)
    listen(site)
    admin = site.client("admin")
    [told] = inbox(admin)
    admin.post(f"/api/alerts/{told['id']}/acknowledge", json={"comment": None})
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
    rebuild.replace(site.plant.engine, site.plant.log, site.plant.registry)
    assert inbox(site.client("admin"), every=True)[0]["acknowledged"]["at"]


@pytest.mark.urs("IDN-01")
def test_only_who_was_told_acknowledges_and_only_once(site: PlantUnderTest) -> None:
    lock_login(site)
    listen(site)
    [told] = inbox(site.client("admin"))
    path = f"/api/alerts/{told['id']}/acknowledge"
    for other in ("zhang", "li"):
        answer = site.client(other).post(path, json={"comment": None})
        assert (answer.status_code, answer.json["code"]) == (404, "alert_unknown")
    assert site.client("admin").post(path, json={"comment": None}).status_code == 200
    again = site.client("admin").post(path, json={"comment": None})
    assert (again.status_code, again.json["code"]) == (409, "alert_acknowledged")
    payload = {"alert": told["id"], "code": "backup_failed", "about": "/audit", "raised_at": told["raised_at"]}
    with pytest.raises(PestleError, match="alert_unknown"):
        site.state("alerts.acknowledged.v1", "alert/x", payload | {"comment": None}, actor="admin")
    assert len(site.entries("alerts.acknowledged.v1")) == 1


def test_a_qualification_that_ends_is_told_to_its_person_then_to_a_trainer_and_is_over_when_renewed(
    site: PlantUnderTest,
) -> None:
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    version = {
        "document": "SOP-1",
        "version": 1,
        "type": "sop",
        "title": {"zh": "称量", "en": "Weighing"},
        "effective_from": clock.now().date().isoformat(),
        "demands": "training",
        "within_days": 0,
        "valid_days": None,
        "text": "x",
        "file": None,
    }
    site.state("training.version_published.v1", "training/SOP-1", version, actor="li")
    need = {"on": "phase", "name": "weighing", "documents": ["SOP-1"], "reason": "x"}
    site.state("training.requirement_set.v1", "training/phase", need, actor="li")
    grant = {"document": "SOP-1", "version": 1, "person": "P-0001", "evidence": "seen", "file": None}
    site.state("training.qualification_granted.v1", "training/SOP-1", grant | {"expires_on": day}, actor="chen")
    one = Watch(site.plant, lambda: None)
    one.sweep()
    one.sweep()
    [told] = inbox(site.client("zhang"))
    assert (told["code"], told["link"]) == ("qualification_expiring", "/training")
    assert "称量" in told["text"]["zh"]
    assert inbox(site.client("chen")) == []
    site.advance(days=7, minutes=1)
    one.escalate()
    assert codes(site.client("chen")) == ["qualification_expiring"]
    site.state("training.qualification_granted.v1", "training/SOP-1", grant | {"expires_on": None}, actor="chen")
    one.sweep()
    assert inbox(site.client("zhang")) == []
    assert inbox(site.client("zhang"), every=True)[0]["over_at"] is not None


@pytest.mark.urs("PLT-15")
def test_a_device_that_owes_and_is_not_seen_is_told_to_supervisors_until_it_comes(site: PlantUnderTest) -> None:
    site.tablet("T-9")
    names = [column.name for column in device_state.columns if not column.nullable]
    said = dict.fromkeys(names, 0) | {"device": "T-9", "seq": 7, "seen_at": clock.now_text()}
    with db.write(site.plant.engine) as connection:
        connection.execute(insert(device_state).values(**said))
    one = Watch(site.plant, lambda: None)
    site.advance(hours=3)
    one.sweep()
    assert codes(site.client("chen")) == []
    site.advance(hours=2)
    one.sweep()
    [told] = inbox(site.client("chen"))
    assert (told["code"], told["link"]) == ("device_unseen", "/devices/T-9")
    assert "owes 7 entries" in told["text"]["en"]


@pytest.mark.urs("PLT-14")
def test_an_entry_that_is_not_understood_does_not_keep_later_alerts(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> list[Raised]:
        raise KeyError("person")

    lock_login(site)
    monkeypatch.setitem(watch.sources.SOURCES, "identity.login_locked.v1", broken)
    listen(site)
    assert "alert_not_understood" in capsys.readouterr().err
    monkeypatch.undo()
    lock_login(site)
    listen(site)
    assert codes(site.client("admin")) == ["signins_failed"]


@pytest.mark.urs("PLT-14")
def test_what_a_device_may_not_say_alerts_nobody(site: PlantUnderTest) -> None:
    tablet = site.tablet()
    payload = {"to": "/backups", "code": "x", "detail": None}
    tablet.record("site.backup_failed.v1", "site", payload, actor="zhang")
    listen(site)
    assert codes(site.client("admin")) == []


def test_what_is_to_be_looked_at_in_a_filled_form_reaches_who_reviews_forms(site: PlantUnderTest) -> None:
    entry = "01936b2e-0000-7000-8000-000000000001"
    given = {"record": "R-1", "code": "record_incomplete", "path": None, "entries": [entry], "comment": None}
    site.state("forms.exception_raised.v1", "record/R-1", {**given, "details": {}})
    listen(site)
    [told] = inbox(site.client("li"))
    assert (told["code"], told["link"]) == ("record_item", "/records/R-1")
    assert told["text"]["en"].endswith("Complete, with something missing")
    assert told["text"]["zh"].endswith("已完成但有缺项")
    assert "record_item" not in codes(site.client("zhang"))
