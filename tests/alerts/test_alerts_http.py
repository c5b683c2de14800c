"""The doors of alerts: one's own inbox and choices, news, and that no page keeps a session alive (HMI-04, IDN-09)."""

import pytest
from alerts_support import inbox, listen, lock_login
from plant import PlantUnderTest
from sqlalchemy import select

from server.alerts.projection import alert
from server.alerts.queries import SHOWN

pytestmark = pytest.mark.urs("HMI-04")
CHOICES = {"mail": "a@plant.example", "quiet": {"from": "22:00", "to": "06:30"}, "zone": "Asia/Shanghai", "kinds": []}


def test_without_a_session_there_is_nothing(site: PlantUnderTest) -> None:
    client = site.client()
    for path in ("", "/x", "/count", "/news", "/notes/x", "/reach", "/deliveries"):
        assert client.get(f"/api/alerts{path}").status_code == 401, path
    for path in ("/x/acknowledge", "/reach", "/browsers", "/browsers/x/remove", "/trial"):
        assert client.post(f"/api/alerts{path}", json={}).status_code in (401, 422), path


def test_choices_are_kept_and_each_persons_own(site: PlantUnderTest) -> None:
    zhang, li = site.client("zhang"), site.client("li")
    kinds = [{"code": "deviation_opened", "push": True, "mail": False}]
    shown = li.post("/api/alerts/reach", json={**CHOICES, "kinds": kinds}).json
    assert (shown["mail"], shown["quiet"], shown["zone"]) == ("a@plant.example", CHOICES["quiet"], "Asia/Shanghai")
    by_code = {one["code"]: one for one in li.get("/api/alerts/reach").json["kinds"]}
    assert (by_code["deviation_opened"]["push"], by_code["deviation_opened"]["mail"]) == (True, False)
    assert "backup_missing" in by_code, "it escalates to QA"
    mine = zhang.get("/api/alerts/reach").json
    assert (mine["mail"], mine["quiet"]) == (None, None)
    flows = {"flow_task_waiting", "flow_task_overdue"}
    own = {"own_password_given", "qualification_expiring", "question_answered", "trial"} | flows
    assert {one["code"] for one in mine["kinds"]} == own


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail": "nobody"},
        {"mail": "a@b.example\nBcc: all@plant.example"},
        {"mail": "a@b.example,c@d.example"},
        {"quiet": {"from": "24:00", "to": "06:00"}},
        {"quiet": {"from": "22:00"}},
        {"zone": "../../etc/passwd"},
        {"zone": "Mars/Olympus"},
        {"zone": None},
        {"kinds": [{"code": "none", "push": True, "mail": True}]},
        {"person": "P-0001"},
    ],
)
def test_wrong_choices_are_refused_and_change_nothing(site: PlantUnderTest, wrong: dict[str, object]) -> None:
    client = site.client("zhang")
    answer = client.post("/api/alerts/reach", json={**CHOICES, **wrong})
    assert (answer.status_code, answer.json["code"]) == (422, "request_malformed")
    assert client.get("/api/alerts/reach").json["mail"] is None


@pytest.mark.urs("IDN-09")
def test_what_asks_by_itself_does_not_keep_a_session_alive(site: PlantUnderTest) -> None:
    """A page that is left open asks for the count all day long."""
    site.advance(seconds=0)
    client = site.client("zhang")
    for _ in range(13):
        site.advance(minutes=5)
        last = client.get("/api/alerts/count").status_code
        client.get("/api/alerts/notes/x")
    assert last == 401


def test_news_say_that_something_has_changed_and_never_what(site: PlantUnderTest) -> None:
    from server.alerts.desk import desk_of

    admin = site.client("admin")
    stream = admin.get("/api/alerts/news", buffered=False)
    assert stream.mimetype == "text/event-stream"
    said = iter(stream.response)
    first = next(said)
    desk = desk_of(admin.application)
    lock_login(site)
    listen(site)
    desk.watch._look()
    second = next(said)
    assert (first, second) == (b"data: 0\n\n", b"data: 1\n\n")
    stream.close()
    assert len(inbox(admin)) == 1


@pytest.mark.urs("IDN-01")
def test_deliveries_are_the_administrators(site: PlantUnderTest) -> None:
    assert site.client("li").get("/api/alerts/deliveries").status_code == 403
    seen = site.client("admin").get("/api/alerts/deliveries").json
    assert seen == {"counts": {"push": {}, "mail": {}}, "troubles": [], "mail_possible": False}


def test_an_alert_is_found_however_many_came_since_and_by_nobody_else(site: PlantUnderTest) -> None:
    for number in range(SHOWN + 3):
        lock_login(site, attempts=number + 5)
    listen(site)
    admin = site.client("admin")
    with site.reading() as connection:
        [first, *_] = connection.execute(select(alert.c.id).order_by(alert.c.raised_at, alert.c.id)).scalars()
        shown = {one["id"] for one in inbox(admin)}
        every = set(connection.execute(select(alert.c.id)).scalars())
    assert len(shown) == SHOWN
    for missed in every - shown:
        found = admin.get(f"/api/alerts/{missed}").json
        assert (found["id"], found["code"], found["acknowledged"]) == (missed, "signins_failed", None)
    for other in (first, "x", "0" * 32):
        answer = site.client("zhang").get(f"/api/alerts/{other}")
        assert (answer.status_code, answer.json["code"]) == (404, "alert_unknown")
